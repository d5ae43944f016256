// The log's tree and its proofs: RFC 6962 section 2.1, docs/spec/tlog.md "Tree and proofs".
import { hex, same } from './bytes.js';
import { sha256 } from './sha256.js';

/** The largest tree. */
export const MAX_TREE_SIZE = 2n ** 63n - 1n;

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The hash of an entry. */
export const leafHash = (entry) => sha256(LEAF, entry);

/** The hash over two hashes. */
export const nodeHash = (left, right) => sha256(NODE, left, right);

/** Whether a path leads from a leaf's hash to the root (RFC 9162 section 2.1.3.2). */
export function isIncluded({ index, size, leaf, path, root }) {
  if (size > MAX_TREE_SIZE || index >= size) return false;
  let fn = index;
  let sn = size - 1n;
  let hash = leaf;
  for (const sibling of path) {
    if (sn === 0n) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      hash = nodeHash(sibling, hash);
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && same(hash, root);
}

/** Whether a proof shows that the new tree continues the old one (RFC 9162 section 2.1.4.2). */
export function isConsistent({ oldSize, oldRoot, newSize, newRoot, proof }) {
  if (newSize > MAX_TREE_SIZE || oldSize > newSize) return false;
  if (oldSize === 0n) return proof.length === 0 && hex(oldRoot) === EMPTY && (newSize !== 0n || same(oldRoot, newRoot));
  if (oldSize === newSize) return proof.length === 0 && same(oldRoot, newRoot);
  // A complete old tree is a node of the new one; the proof then leaves its hash out.
  const path = (oldSize & (oldSize - 1n)) === 0n ? [oldRoot, ...proof] : [...proof];
  if (path.length === 0) return false;
  let fn = oldSize - 1n;
  let sn = newSize - 1n;
  while ((fn & 1n) === 1n) {
    fn >>= 1n;
    sn >>= 1n;
  }
  let [oldHash, newHash] = [path[0], path[0]];
  for (const sibling of path.slice(1)) {
    if (sn === 0n) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && same(oldHash, oldRoot) && same(newHash, newRoot);
}

const EMPTY = hex(sha256(new Uint8Array(0)));
