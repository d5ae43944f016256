// Logged, witnessed, mirrored: docs/spec/verdict.md rule 1, docs/spec/anchors.md rules 4 to 9.
import { orNull, unhex } from '../bytes.js';
import { isAskedInTime } from '../anchors.js';
import { readProofFile } from '../proof-file.js';
import { because, contradicted, notProved, proved } from '../claims.js';
import { recordEntry } from '../record.js';
import { isIncluded, leafHash } from '../tree.js';
import { isByUnknownKey, isDatedInTrust, signaturesOn } from './heads.js';
import { stampsOver } from './stamps.js';

/**
 * The three claims as `claims`; once inclusion is proved also `entry` (`{origin, index}`), and
 * `cosigned`: the cosignatures that count, `{at, organisation, role}`.
 */
export function examineLog(decoded, question) {
  const found = prove(decoded, question);
  if (found.fault) {
    const { fault, contradicts } = found;
    const logged = (contradicts ? contradicted : notProved)('logged', fault);
    const others = ['witnessed', 'mirrored'].map((name) => notProved(name, fault));
    return { claims: [logged, ...others], entry: null, cosigned: [] };
  }
  const { proof, log, cosigned } = found;
  const { origin, size } = proof.checkpoint;
  const included = because('included', { index: proof.index, size, origin });
  return {
    claims: [
      proved('logged', included, [log.organisation]),
      cosignedBy('witnessed', 'witness', cosigned),
      cosignedBy('mirrored', 'mirror', cosigned),
    ],
    entry: { origin, index: proof.index },
    cosigned,
  };
}

function prove({ parts, record, frame }, question) {
  const { anchors, at } = question;
  const missing = (fault) => ({ fault, contradicts: false });
  const wrong = (fault) => ({ fault, contradicts: true });
  if (parts.proof === null) return missing(because('no_proof'));
  const proof = orNull(() => readProofFile(parts.proof.bytes));
  if (proof === null) return wrong(because('part_malformed', { entry: 'proof/record.tlog-proof' }));
  const { origin, size, root } = proof.checkpoint;
  if (!anchors.logs.some(({ vkey }) => vkey.name === origin)) return missing(because('log_unknown', { origin }));
  const leaf = leafHash(recordEntry(record.root));
  if (!isIncluded({ index: proof.index, size, leaf, path: proof.path, root })) return wrong(because('not_included'));
  const signed = signaturesOn(proof.checkpoint, anchors, at);
  if (signed === null) {
    const isNewer = isByUnknownKey(proof.checkpoint, anchors);
    return isNewer ? missing(because('log_key_unknown', { origin })) : wrong(because('log_signature_invalid'));
  }
  // A head in the overlap of two keys is signed by both; one that counts is enough.
  const stamped = () => stampsOver(parts, question, proof.checkpoint, proof.index).stamps;
  const log = signed.logs.find(({ validity }) => logKeyCounts(validity, frame.recorded_at, signed.cosigned, stamped, at));
  if (log === undefined) return missing(because('key_not_valid_then', { who: origin }));
  return { proof, log, cosigned: signed.cosigned };
}

/**
 * Whether a log's key counts for a record of this instant. The head is signed after it: a key that
 * begins later counts once others have seen the head in its time (anchors.md rules 7 and 8).
 */
function logKeyCounts(validity, recordedAt, cosigned, stamped, at) {
  const seenLast = Math.max(recordedAt, ...cosigned.map((one) => one.at));
  const { distrust_after: distrust } = validity;
  return (
    validity.valid_from <= seenLast &&
    (validity.valid_until === null || recordedAt <= validity.valid_until) &&
    // A token dates the stamped head, and with it every record below.
    (isDatedInTrust(distrust, cosigned) || isDatedInTrust(distrust, stamped())) &&
    isAskedInTime(validity, recordedAt, at)
  );
}

function cosignedBy(name, role, cosigned) {
  const own = cosigned.filter((one) => one.role === role).sort((a, b) => a.at - b.at);
  if (own.length === 0) return notProved(name, because('not_cosigned'));
  return proved(name, because('cosigned', { at: own[0].at }), own.map(({ organisation }) => organisation));
}

/**
 * The latest witness cosignature on the head the challenge names, provided note and preimage
 * agree; null when there is none (docs/spec/verdict.md rule 2).
 */
export function headOfChallenge({ signing, parts }, { anchors, at }, readCheckpoint) {
  const named = signing?.preimage.checkpoint;
  const note = parts.challengeCheckpoint;
  const head = named && note && orNull(() => readCheckpoint(note.bytes));
  if (!head) return null;
  const agrees = head.origin === named.origin && head.size === BigInt(named.size) && sameRoot(head.root, named.root);
  const signed = agrees ? signaturesOn(head, anchors, at) : null;
  const witnesses = signed?.cosigned.filter(({ role }) => role === 'witness') ?? [];
  return witnesses.reduce((latest, one) => (latest === null || one.at >= latest.at ? one : latest), null);
}

const sameRoot = (root, text) => unhex(text).every((byte, i) => byte === root[i]);
