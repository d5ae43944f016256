// Files that convict a log of two histories: docs/spec/fork-proof.md, rules 1 to 6.
import { bytesOf, demand, orNull, same, textOf } from './bytes.js';
import { hashOf } from './checkpoint.js';
import { readCheckpoint } from './proof-file.js';
import { sha256 } from './sha256.js';
import { nodeHash } from './tree.js';
import { Unreadable } from './unreadable.js';

const HEADER = 'heqi.fork-proof/v1';
const MAX_BYTES = 1_052_800;
const MAX_HASHES = 64;
const EMPTY_ROOT = sha256(new Uint8Array(0));

/** Whether a file names itself a fork proof in its first line (rule 4). */
export function isForkProof(file) {
  const head = bytesOf(HEADER);
  const after = file[head.length];
  return same(file.subarray(0, head.length), head) && (after === undefined || after === 0x0a || after === 0x0d);
}

/** Reads a fork proof: `{kind, hashes, heads}`; throws Unreadable. */
export function readForkProof(file) {
  if (file.length > MAX_BYTES) throw new Unreadable('file_too_large', 'fork');
  const proof = orNull(() => parse(textOf(file)));
  if (proof === null) throw new Unreadable('fork_proof_malformed');
  return proof;
}

function parse(text) {
  demand(!text.includes('\r'), 'a carriage return');
  const parts = text.split('\n\n');
  demand(parts.length === 3 || parts.length === 5, 'another number of parts');
  const [first, ...rest] = parts;
  const [header, kindLine, ...lines] = first.split('\n');
  const kind = /^kind (empty|roots|growth)$/.exec(kindLine ?? '')?.[1];
  demand(header === HEADER && kind !== undefined, 'no kind');
  demand(rest.length === (kind === 'empty' ? 2 : 4), 'another number of heads');
  demand(kind === 'growth' ? lines.length >= 1 && lines.length <= MAX_HASHES : lines.length === 0, 'another number of hashes');
  const hashes = lines.map(hashOf);
  // A part ends at the blank line, which is the newline of its last line and one more; the last
  // part ends with its own newline.
  const heads = [];
  for (let i = 0; i < rest.length; i += 2) {
    const isLast = i + 2 === rest.length;
    heads.push(readCheckpoint(bytesOf(`${rest[i]}\n\n${rest[i + 1]}${isLast ? '' : '\n'}`)));
  }
  return { kind, hashes, heads };
}

/** Whether the heads cannot belong to one history (rules 5 and 6). */
export function showsFork({ kind, hashes, heads }) {
  const [first, second] = heads;
  if (kind === 'empty') return first.size === 0n && !same(first.root, EMPTY_ROOT);
  if (first.origin !== second.origin) return false;
  if (kind === 'roots') return first.size === second.size && !same(first.root, second.root);
  if (first.size < 1n || first.size >= second.size) return false;
  const roots = rootsOf(hashes, first.size, second.size);
  return roots !== null && same(roots.later, second.root) && !same(roots.earlier, first.root);
}

/** The roots at both sizes that the hashes lead to; null when there is one too many or too few. */
function rootsOf(hashes, earlierSize, laterSize) {
  let f = earlierSize - 1n;
  let s = laterSize - 1n;
  while ((f & 1n) === 1n) {
    f >>= 1n;
    s >>= 1n;
  }
  let [earlier, later] = [hashes[0], hashes[0]];
  for (const hash of hashes.slice(1)) {
    if (s === 0n) return null;
    if ((f & 1n) === 1n || f === s) {
      earlier = nodeHash(hash, earlier);
      later = nodeHash(hash, later);
      while ((f & 1n) === 0n && f > 0n) {
        f >>= 1n;
        s >>= 1n;
      }
    } else {
      later = nodeHash(later, hash);
    }
    f >>= 1n;
    s >>= 1n;
  }
  return s > 0n ? null : { earlier, later };
}
