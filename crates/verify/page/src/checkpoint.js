// Checkpoints and proof files: c2sp.org/tlog-checkpoint, c2sp.org/tlog-proof,
// docs/spec/tlog.md "Checkpoints" and "Proof files".
import { base64, demand, textOf, bytesOf } from './bytes.js';
import { isKeyName, readNote } from './note.js';
import { MAX_TREE_SIZE } from './tree.js';

const MAX_U64 = 2n ** 64n - 1n;
const MAX_EXTRA_BYTES = 65_536;
const MAX_PATH = 63;
const HEADER = 'c2sp.org/tlog-proof@v1';

/** A signed head: `{origin, size, root, note}`. */
export function readCheckpoint(bytes) {
  const note = readNote(bytes);
  return { ...readCheckpointText(note.text), note };
}

/** The text of a head: origin, size, root, and lines of extensions that mean nothing here. */
export function readCheckpointText(text) {
  demand(text.endsWith('\n'), 'no newline at the end');
  const [origin, size, root, ...extensions] = text.slice(0, -1).split('\n');
  demand(root !== undefined && isKeyName(origin), 'no head');
  demand(extensions.every((line) => line !== '' && !/[\u0000-\u001f]/.test(line)), 'an empty extension');
  return { origin, size: decimal(size, MAX_TREE_SIZE), root: hashOf(root) };
}

/** A proof file: `{index, path, checkpoint}`. Extra data is read and means nothing. */
export function readProofFile(bytes) {
  const text = textOf(bytes);
  const blank = text.indexOf('\n\n');
  demand(blank >= 0, 'no blank line before the head');
  const lines = text.slice(0, blank).split('\n');
  demand(lines.shift() === HEADER, 'another first line');
  if (lines[0]?.startsWith('extra ')) {
    demand(base64(lines.shift().slice(6)).length <= MAX_EXTRA_BYTES, 'extra data that is too long');
  }
  const index = lines.shift();
  demand(index?.startsWith('index '), 'no index');
  demand(lines.length <= MAX_PATH, 'a path that is too long');
  return {
    index: decimal(index.slice(6), MAX_U64),
    path: lines.map(hashOf),
    checkpoint: readCheckpoint(bytesOf(text.slice(blank + 2))),
  };
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
