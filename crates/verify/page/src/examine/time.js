// Time: docs/spec/verdict.md, rule 2.
import { readCheckpoint } from '../proof-file.js';
import { because, contradicted, notProved, proved } from '../claims.js';
import { headOfChallenge } from './log.js';

/** How far the clocks of two organisations may differ. */
const TOLERANCE_MS = 60_000;

/** The ends of the interval, each `{at, organisation}` or null; `upper` is what others saw, and when. */
export function intervalOf(decoded, question, upper) {
  return {
    notBefore: headOfChallenge(decoded, question, readCheckpoint),
    // The earliest; of equal ones the first.
    notAfter: upper.reduce((earliest, one) => (earliest === null || one.at < earliest.at ? one : earliest), null),
  };
}

/** The claim `time`; `stamps` are the time stamps that count, the earliest first. */
export function examineTime({ frame }, { notBefore, notAfter }, stamps) {
  const tooEarly = notBefore !== null && frame.recorded_at + TOLERANCE_MS < notBefore.at;
  const tooLate = notAfter !== null && frame.recorded_at > notAfter.at + TOLERANCE_MS;
  if (tooEarly || tooLate) return contradicted('time', because('time_outside'));
  if (notAfter === null) return notProved('time', because('no_time'));
  const authorities = [...new Set(stamps.map(({ organisation }) => organisation))];
  const ends = [notBefore, notAfter].filter((end) => end !== null).map(({ organisation }) => organisation);
  const vouchedBy = [...new Set([...ends, ...authorities])];
  const stamped = stamps.length > 0 && {
    stampedAt: stamps[0].at,
    stampedBy: authorities.join(', '),
    testOnly: stamps.every(({ isTestOnly }) => isTestOnly),
  };
  const code = (word) => (stamped ? `${word}_timestamped` : word);
  const to = notAfter.at;
  if (notBefore === null) return notProved('time', because(code('only_not_after'), { to, ...stamped }), vouchedBy);
  return proved('time', because(code('between'), { from: notBefore.at, to, ...stamped }), vouchedBy);
}
