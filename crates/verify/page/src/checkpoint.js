// The text of checkpoints: c2sp.org/tlog-checkpoint, docs/spec/tlog.md "One spelling" and "Checkpoints".
import { base64, bytesOf, demand } from './bytes.js';
import { MAX_TREE_SIZE } from './tree.js';

/** Whether a text may name a key; an origin is one ("Notes" rule 2, "Checkpoints" rule 1). */
export function isKeyName(text) {
  const length = bytesOf(text).length;
  return length >= 1 && length <= 255 && !/[\p{White_Space}+\p{Cc}]/u.test(text);
}

/** Origin, size, root, and lines of extensions that mean nothing here. */
export function readCheckpointText(text) {
  demand(text.endsWith('\n'), 'no newline at the end');
  const [origin, size, root, ...extensions] = text.slice(0, -1).split('\n');
  demand(root !== undefined && isKeyName(origin), 'no head');
  demand(extensions.every((line) => line !== '' && !/[\u0000-\u001f]/.test(line)), 'an empty extension');
  return { origin, size: decimal(size, MAX_TREE_SIZE), root: hashOf(root) };
}

/** 32 bytes in base64. */
export function hashOf(text) {
  const bytes = base64(text);
  demand(bytes.length === 32, 'no hash');
  return bytes;
}

/** A decimal without sign and leading zero. */
export function decimal(text, most) {
  demand(/^(?:0|[1-9][0-9]{0,19})$/.test(text), 'no decimal');
  const value = BigInt(text);
  demand(value <= most, 'a number beyond its limit');
  return value;
}
