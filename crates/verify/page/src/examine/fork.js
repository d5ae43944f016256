// The claim `fork`: docs/spec/fork-proof.md, rules 7 to 12.
import { readAnchors } from '../anchors.js';
import { because, contradicted, notProved } from '../claims.js';
import { readForkProof, showsFork } from '../fork-proof.js';
import { verifyNote } from '../note.js';
import { digestOfFile } from '../sha256.js';

/** The last second that has an instant. */
const MAX_SECONDS = 253_402_300_799n;

/** Examines a fork proof: as `examine` of bundles, with the one claim. */
export async function examineFork(file, anchorsFile) {
  const anchors = anchorsFile && (await readAnchors(anchorsFile));
  const proof = readForkProof(file);
  const claims = [judge(proof, anchors)];
  return { claims, anchors, proof, sha256: await digestOfFile(file) };
}

function judge(proof, anchors) {
  const { origin } = proof.heads[0];
  const nothing = (code) => notProved('fork', because(code, { origin }));
  if (!showsFork(proof)) return nothing('fork_not_shown');
  if (anchors === null) return nothing('no_anchors');
  const logs = anchors.logs.filter(({ vkey }) => vkey.name === origin);
  if (logs.length === 0) return nothing('log_unknown');
  const heads = [];
  for (const { note } of proof.heads) {
    const signed = signersOf(note, logs, anchors);
    if (signed.signers.length === 0) return nothing('log_signature_invalid');
    heads.push(signed);
  }
  const counting = heads.map(logThatCounts);
  if (counting.includes(undefined)) return nothing('key_not_valid_then');
  // Rule 8: whoever states that the log has one history, on both heads.
  const cosigners = anchors.cosigners.filter((by) => heads.every(({ cosignatures }) => vouches(by, cosignatures)));
  const organisations = [...counting, ...cosigners].map(({ organisation }) => organisation);
  const convicted = [...new Set(organisations)];
  return contradicted('fork', because('log_forked', { origin, organisations: convicted }), convicted);
}

/** The logs that signed a note, none when a known key's line does not hold, and its cosignatures. */
export function signersOf(note, logs, anchors) {
  const verified = verifyNote(note, [...logs, ...anchors.cosigners].map(({ vkey }) => vkey)) ?? [];
  const signers = logs.filter(({ vkey }) => verified.some(({ key }) => key === vkey));
  return { signers, cosignatures: cosignaturesIn(verified, anchors) };
}

function cosignaturesIn(verified, anchors) {
  return verified.flatMap(({ key, time }) => {
    const by = anchors.cosigners.find(({ vkey }) => vkey === key);
    return by && time <= MAX_SECONDS ? [{ by, at: Number(time) * 1000 }] : [];
  });
}

/** Whether a key of this validity covers an instant; `at` of a question means nothing here (rule 10). */
function covers({ distrust_after: distrust, valid_from: from, valid_until: until }, at) {
  return from <= at && (until === null || at <= until) && (distrust === null || at <= distrust);
}

/** Whether a key of the log that signed this head counts for it. */
export const isSignedInTrust = (head) => logThatCounts(head) !== undefined;

/** Rule 9: a key that came to be distrusted counts when somebody else saw the head before. */
const logThatCounts = ({ signers, cosignatures }) =>
  signers.find(({ organisation, validity: { distrust_after: distrust } }) => {
    const sawIt = ({ by, at }) => by.organisation !== organisation && covers(by.validity, at) && at <= distrust;
    return distrust === null || cosignatures.some(sawIt);
  });

function vouches(by, cosignatures) {
  const own = cosignatures.filter((one) => one.by === by);
  return own.length > 0 && own.every(({ at }) => covers(by.validity, at));
}
