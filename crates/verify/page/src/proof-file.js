// Signed heads and proof files: c2sp.org/tlog-proof, docs/spec/tlog.md "Checkpoints" and "Proof files".
import { base64, bytesOf, demand, textOf } from './bytes.js';
import { decimal, hashOf, readCheckpointText } from './checkpoint.js';
import { readNote } from './note.js';

const MAX_U64 = 2n ** 64n - 1n;
const MAX_EXTRA_BYTES = 65_536;
const MAX_PATH = 63;
const HEADER = 'c2sp.org/tlog-proof@v1';

/** A signed head: `{origin, size, root, note}`. */
export function readCheckpoint(bytes) {
  const note = readNote(bytes);
  return { ...readCheckpointText(note.text), note };
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
