// Time stamps over heads of the record's log: docs/spec/timestamps.md, rules 14 to 17.
import { counts } from '../anchors.js';
import { orNull, same } from '../bytes.js';
import { because } from '../claims.js';
import { readCheckpoint, readProofFile } from '../proof-file.js';
import { readConsistency } from '../stamped-heads.js';
import { judgeToken, readTimeRoot } from '../time-authority.js';
import { readToken } from '../timestamp.js';
import { isConsistent } from '../tree.js';
import { isByUnknownKey, signaturesOn } from './heads.js';

/** `stamps` of `{at, organisation, isTestOnly}`, the earliest first; or the `fault` that contradicts. */
export function examineStamps({ parts }, question, log) {
  if (log.entry === null) return { stamps: [] };
  return stampsOver(parts, question, readProofFile(parts.proof.bytes).checkpoint, log.entry.index);
}

/** The same for a record of this place under the head of a proof that holds. */
export function stampsOver(parts, question, head, index) {
  const roots = question.anchors.time_roots.flatMap((anchor) => {
    const root = readTimeRoot(anchor.certificate, anchor.test_only);
    return root === null ? [] : [{ anchor, root }];
  });
  const stamps = [];
  for (const stamped of parts.time) {
    const covering = covers(stamped, head, index, question);
    // By a key of after the anchors: it says nothing, as a stranger's token.
    if (covering === 'unknown_key') continue;
    if (covering === 'no') {
      return { stamps: [], fault: because('time_anchor_invalid', { entry: stamped.note.name }) };
    }
    for (const token of stamped.tokens) {
      const { fault, stamp } = examineToken(token, stamped.note.bytes, roots, question);
      if (fault) return { stamps: [], fault };
      if (stamp) stamps.push(stamp);
    }
  }
  return { stamps: stamps.sort((a, b) => a.at - b.at) };
}

/** Rule 14: `yes`, `no`, or `unknown_key`. */
function covers({ size, note, consistency }, head, index, { anchors, at }) {
  const stamped = orNull(() => readCheckpoint(note.bytes));
  const fits =
    stamped !== null &&
    stamped.size === size &&
    stamped.origin === head.origin &&
    index < size &&
    isOneHistory(stamped, head, consistency);
  if (!fits) return 'no';
  if (signaturesOn(stamped, anchors, at) !== null) return 'yes';
  return isByUnknownKey(stamped, anchors) ? 'unknown_key' : 'no';
}

function isOneHistory(stamped, head, consistency) {
  if (consistency === null) return stamped.size === head.size && same(stamped.root, head.root);
  const proof = orNull(() => readConsistency(consistency.bytes));
  if (proof === null || stamped.size === head.size) return false;
  const [older, newer] = stamped.size < head.size ? [stamped, head] : [head, stamped];
  return isConsistent({ oldSize: older.size, oldRoot: older.root, newSize: newer.size, newRoot: newer.root, proof });
}

/** Rules 15 and 16. */
function examineToken({ name, bytes }, note, roots, { at }) {
  const token = orNull(() => readToken(bytes));
  const judged = token === null ? { result: 'invalid' } : judgeToken(token, note, roots.map(({ root }) => root));
  if (judged.result === 'other_bytes') return { fault: because('time_stamp_of_another', { entry: name }) };
  if (judged.result === 'invalid') return { fault: because('time_stamp_invalid', { entry: name }) };
  if (judged.result === 'untrusted') return {};
  const { policy, at: stampedAt, notAfter } = token.info;
  const by = roots.find(
    ({ anchor, root }) =>
      root.sha256 === judged.root.sha256 &&
      (anchor.policy === null || anchor.policy === policy) &&
      counts(anchor.validity, stampedAt, at),
  );
  return by ? { stamp: { at: notAfter, organisation: by.anchor.organisation, isTestOnly: judged.isTestOnly } } : {};
}
