// Logged, witnessed, mirrored: docs/spec/verdict.md rule 1, docs/spec/anchors.md rules 4 to 7.
import { orNull, unhex } from '../bytes.js';
import { counts } from '../anchors.js';
import { readProofFile } from '../checkpoint.js';
import { because, contradicted, notProved, proved } from '../claims.js';
import { verifyNote } from '../note.js';
import { recordEntry } from '../record.js';
import { isIncluded, leafHash } from '../tree.js';

/** The last second of the year 9999: a cosignature of a later time has no instant. */
const MAX_SECONDS = 253_402_300_799n;

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

function prove({ parts, record, frame }, { anchors, at }) {
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
  if (signed === null) return wrong(because('log_signature_invalid'));
  if (!counts(signed.log.validity, frame.recorded_at, at)) return missing(because('key_not_valid_then', { who: origin }));
  return { proof, ...signed };
}

/** The anchor of the log that signed a head, and the cosignatures on it that count; or null. */
function signaturesOn({ origin, note }, anchors, at) {
  const logs = anchors.logs.filter(({ vkey }) => vkey.name === origin);
  const known = [...logs, ...anchors.cosigners];
  const verified = verifyNote(note, known.map(({ vkey }) => vkey));
  const log = verified && logs.find(({ vkey }) => verified.some(({ key }) => key === vkey));
  if (!log) return null;
  const cosigned = [];
  for (const { key, time } of verified) {
    const by = anchors.cosigners.find(({ vkey }) => vkey === key);
    if (!by || time > MAX_SECONDS) continue;
    const then = Number(time) * 1000;
    // A cosigner of the log's own organisation counts for nothing (anchors.md rule 7).
    if (by.organisation === log.organisation || !counts(by.validity, then, at)) continue;
    cosigned.push({ at: then, organisation: by.organisation, role: by.role });
  }
  return { log, cosigned };
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
