// SHA-256: small inputs (tree nodes, labels) by the bundled library, files by WebCrypto where
// the page has it. Both give the same; the second only is faster.
import { sha256 as hash } from '@noble/hashes/sha2.js';
import { bytesOf, concat, hex } from './bytes.js';

const FILE_BYTES = 4096;

/** SHA-256 of parts one after the other. */
export const sha256 = (...parts) => hash(parts.length === 1 ? parts[0] : concat(...parts));

/** SHA-256 in hexadecimal. */
export const digestOf = (bytes) => hex(sha256(bytes));

/** SHA-256 of a label and bytes, so that a digest for one purpose is never one for another. */
export const labelled = (label, bytes) => digestOf(concat(bytesOf(label), bytes));

/** SHA-256 of a file's bytes, in hexadecimal. */
export async function digestOfFile(bytes) {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle || bytes.length < FILE_BYTES) return digestOf(bytes);
  return hex(new Uint8Array(await subtle.digest('SHA-256', bytes)));
}
