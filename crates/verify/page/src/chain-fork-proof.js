// Files that convict whoever logged two records for one place: docs/spec/chain-fork-proof.md, rules 1 to 6.
import { bytesOf, demand, orNull, same, textOf } from './bytes.js';
import { readProofFile } from './proof-file.js';
import { readDisclosure, readFrame, recordEntry } from './record.js';
import { isIncluded, leafHash } from './tree.js';
import { Unreadable } from './unreadable.js';

const HEADER = 'heqi.chain-fork-proof/v1';
const MAX_BYTES = 2_097_152;
/** Attributes of a frame: a disclosure with these alone says nothing about people. */
const FRAME_SLOTS = 8;

/** Whether a file names itself a chain fork proof in its first line (rule 4). */
export const isChainForkProof = (file) => same(file.subarray(0, HEADER.length + 1), bytesOf(`${HEADER}\n`));

/** Reads a chain fork proof: `{kind, records}`; throws Unreadable. */
export function readChainForkProof(file) {
  if (file.length > MAX_BYTES) throw new Unreadable('file_too_large', 'fork');
  const pair = orNull(() => parse(textOf(file)));
  if (pair === null) throw new Unreadable('chain_fork_proof_malformed');
  return pair;
}

function parse(text) {
  const parts = text.split('\n\n');
  demand(parts.length === 7, 'another number of parts');
  const [header, kindLine, first, second, ...rest] = parts[0].split('\n');
  const kind = /^kind (place|link)$/.exec(kindLine ?? '')?.[1];
  demand(header === HEADER && kind !== undefined && second !== undefined && rest.length === 0, 'another beginning');
  // The blank line between the proofs took the last newline of the first.
  const proofs = [`${parts.slice(1, 4).join('\n\n')}\n`, parts.slice(4).join('\n\n')];
  const records = [first, second].map((disclosed, i) => readRecord(bytesOf(disclosed), bytesOf(proofs[i])));
  return { kind, records };
}

function readRecord(disclosed, proofFile) {
  const proof = readProofFile(proofFile);
  const disclosure = readDisclosure(disclosed);
  const frame = readFrame(disclosure);
  demand(disclosure.attributes.size === FRAME_SLOTS, 'more than the frame');
  return { frame, root: disclosure.root, proof, head: proof.checkpoint };
}

/** Whether the records cannot stand in one chain (rules 5 and 6). */
export function showsChainFork({ kind, records }) {
  const [first, second] = records;
  const contradicts =
    kind === 'place'
      ? first.frame.seq === second.frame.seq && first.root !== second.root
      : first.frame.seq + 1 === second.frame.seq && second.frame.prev !== first.root;
  return first.frame.chain === second.frame.chain && contradicts && records.every(isLogged);
}

function isLogged({ root, proof: { index, path }, head }) {
  return isIncluded({ index, size: head.size, leaf: leafHash(recordEntry(root)), path, root: head.root });
}
