// Who signed a head, and whose word about time counts: docs/spec/anchors.md rules 5 to 9.
import { counts } from '../anchors.js';
import { verifyNote } from '../note.js';

/** The last second of the year 9999: a cosignature of a later time has no instant. */
const MAX_SECONDS = 253_402_300_799n;

/** What a key says of its own time is worth nothing once it may be in other hands: others must have dated it. */
export const isDatedInTrust = (distrustAfter, words) =>
  distrustAfter === null || words.some((word) => word.at <= distrustAfter);

/**
 * Of a head that no known key of its log signed: whether the log signed it with a key that the anchors do not
 * name, as one does that changed its key after they were published. Not when a known key's signature fails.
 */
export function isByUnknownKey({ origin, note }, anchors) {
  const logs = anchors.logs.filter(({ vkey }) => vkey.name === origin);
  const keys = [...logs, ...anchors.cosigners].map(({ vkey }) => vkey);
  const isKnown = (line) => keys.some(({ name, id }) => name === line.name && id === line.id);
  const holds = !note.signatures.some(isKnown) || verifyNote(note, keys) !== null;
  return holds && note.signatures.some((line) => line.name === origin && !isKnown(line));
}

/** The anchors of the log's keys that signed a head, and the cosignatures on it that count; or null. */
export function signaturesOn({ origin, note }, anchors, at) {
  const logs = anchors.logs.filter(({ vkey }) => vkey.name === origin);
  const known = [...logs, ...anchors.cosigners];
  const verified = verifyNote(note, known.map(({ vkey }) => vkey)) ?? [];
  const signed = logs.filter(({ vkey }) => verified.some(({ key }) => key === vkey));
  if (signed.length === 0) return null;
  const cosigned = [];
  for (const { key, time } of verified) {
    const by = anchors.cosigners.find(({ vkey }) => vkey === key);
    if (!by || time > MAX_SECONDS) continue;
    const then = Number(time) * 1000;
    // A cosigner of the log's own organisation counts for nothing (anchors.md rule 9).
    if (by.organisation === signed[0].organisation || !counts(by.validity, then, at)) continue;
    cosigned.push({ at: then, organisation: by.organisation, role: by.role, distrust: by.validity.distrust_after });
  }
  const trusted = cosigned.filter(({ distrust }) => distrust === null);
  return { logs: signed, cosigned: cosigned.filter(({ distrust }) => isDatedInTrust(distrust, trusted)) };
}
