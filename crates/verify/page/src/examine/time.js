// Time: docs/spec/verdict.md, rule 2.
import { readCheckpoint } from '../proof-file.js';
import { because, contradicted, notProved, proved } from '../claims.js';
import { headOfChallenge } from './log.js';

/** How far the clocks of two organisations may differ. */
const TOLERANCE_MS = 60_000;

/** The ends of the interval, each `{at, organisation}` or null. */
export function intervalOf(decoded, question, cosigned, received) {
  const upper = [...cosigned, ...received];
  return {
    notBefore: headOfChallenge(decoded, question, readCheckpoint),
    // The earliest; of equal ones the first.
    notAfter: upper.reduce((earliest, one) => (earliest === null || one.at < earliest.at ? one : earliest), null),
  };
}

/** The claim `time`. */
export function examineTime({ frame }, { notBefore, notAfter }) {
  const tooEarly = notBefore !== null && frame.recorded_at + TOLERANCE_MS < notBefore.at;
  const tooLate = notAfter !== null && frame.recorded_at > notAfter.at + TOLERANCE_MS;
  if (tooEarly || tooLate) return contradicted('time', because('time_outside'));
  if (notAfter === null) return notProved('time', because('no_time'));
  if (notBefore === null) return notProved('time', because('only_not_after', { to: notAfter.at }), [notAfter.organisation]);
  const vouchedBy = [...new Set([notBefore.organisation, notAfter.organisation])];
  return proved('time', because('between', { from: notBefore.at, to: notAfter.at }), vouchedBy);
}
