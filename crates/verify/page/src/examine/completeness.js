// Complete: docs/spec/chain.md, rules 7 to 11.
import { Malformed, orNull } from '../bytes.js';
import { counts } from '../anchors.js';
import { because, contradicted, notProved, proved } from '../claims.js';
import { openStatement, readEnvelope } from '../dsse.js';
import { readDisclosure, readFrame } from '../record.js';
import { CHAIN_HEAD, chainCommitment } from '../statements.js';
import { custodianOf } from './custody.js';
import { isDatedInTrust } from './heads.js';

/** The claim `complete`. */
export async function examineCompleteness(decoded, { anchors, at }, log) {
  const name = 'complete';
  const { fault, listed } = walk(decoded);
  if (fault) return contradicted(name, fault);
  const { chainHead } = decoded.parts;
  if (chainHead === null) return notProved(name, because('no_chain_head'));
  const envelope = orNull(() => readEnvelope(chainHead.bytes));
  if (envelope === null) return contradicted(name, because('chain_head_invalid'));
  const by = custodianOf(envelope, anchors);
  if (by === null) return notProved(name, because('no_chain_head'));
  const head = await openStatement(envelope, CHAIN_HEAD, by.key);
  if (head === null || head.custodian !== by.custodian) return contradicted(name, because('chain_head_invalid'));
  const isTrusted = isDatedInTrust(by.validity.distrust_after, log.cosigned);
  if (!isTrusted || !counts(by.validity, head.time, at)) {
    return notProved(name, because('key_not_valid_then', { who: by.custodian }));
  }
  return compare(listed, head, decoded.frame, by.organisation);
}

/** Walks the frames from the commitment (rule 7); the record must stand among them (rule 8). */
function walk({ parts, frame: own, record }) {
  const listed = [];
  let last = { seq: 0, root: chainCommitment(own.chain), recorded_at: null };
  for (const { bytes } of parts.chain) {
    const broken = (detail) => ({ fault: because('chain_broken', { detail }) });
    let frame;
    let root;
    try {
      const disclosure = readDisclosure(bytes);
      root = disclosure.root;
      frame = readFrame(disclosure);
    } catch (error) {
      if (error instanceof Malformed) return broken(error.message);
      throw error;
    }
    const { seq } = frame;
    if (frame.chain !== own.chain) return broken('a record of another chain');
    if (seq <= last.seq) return broken(`the chain already has a record at place ${seq}`);
    if (seq > last.seq + 1) return broken(`the chain continues at place ${last.seq + 1}, not ${seq}`);
    if (frame.prev !== last.root) return broken(`the record at place ${seq} does not follow the record before it`);
    if (last.recorded_at !== null && frame.recorded_at <= last.recorded_at) {
      return broken(`the record at place ${seq} is not later than the record before it`);
    }
    last = { seq, root, recorded_at: frame.recorded_at, kind: frame.kind };
    listed.push(last);
  }
  const stands = listed.some(({ seq, root }) => seq === own.seq && root === record.root);
  return listed.length === 0 || stands ? { listed } : { fault: because('not_in_chain') };
}

/** Rules 9 and 10. */
function compare(listed, head, own, organisation) {
  const found = listed.length > 0 ? listed[listed.length - 1].seq : 0;
  const isListed = listed.some(({ seq, root }) => seq === head.seq && root === head.root);
  if (head.chain !== chainCommitment(own.chain) || !isListed) {
    return contradicted('complete', because('chain_head_differs', { stated: head.seq, found }));
  }
  if (own.seq > head.seq) return notProved('complete', because('no_chain_head'));
  const count = (wanted) => listed.filter(({ kind, seq }) => kind === wanted && seq <= head.seq).length;
  const [objections, resolved] = [count('objection'), count('objection_resolved')];
  const reason = because('complete_up_to', { seq: head.seq, at: head.time, objections, resolved });
  return proved('complete', reason, [organisation]);
}
