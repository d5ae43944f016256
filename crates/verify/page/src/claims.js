// Claims and what follows from them: docs/spec/verdict.md, rules 1 and 5.

/** The claims in the order of a report. */
export const CLAIMS = [
  'integrity', 'signed_by', 'identity', 'logged', 'complete', 'witnessed', 'mirrored', 'deposited', 'time', 'certificate',
];

/** What is required when nothing else is asked for. */
export const REQUIRED_BY_DEFAULT = ['integrity', 'signed_by', 'logged', 'witnessed', 'deposited'];

/** A reason: its stable code and what its sentence needs. */
export const because = (code, details = {}) => ({ code, ...details });

const claim = (status) => (name, reason, vouchedBy = []) => ({ claim: name, status, vouchedBy, reason });

/** A claim that is proved. */
export const proved = claim('proved');
/** A claim that nobody proves. */
export const notProved = claim('not_proved');
/** A claim the evidence itself speaks against. */
export const contradicted = claim('contradicted');

/** The conclusion against required claims, with its exit code. */
export function conclude(claims, required, hasAnchors) {
  const isProved = (name) => claims.some((one) => one.claim === name && one.status === 'proved');
  if (claims.some(({ status }) => status === 'contradicted')) return { verdict: 'contradicted', exit: 1 };
  if (required.every(isProved)) return { verdict: 'proved', exit: 0 };
  if (!hasAnchors && isProved('integrity')) return { verdict: 'self_consistent', exit: 3 };
  return { verdict: 'not_proved', exit: 3 };
}
