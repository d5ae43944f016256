// Stamped heads in a bundle: docs/spec/timestamps.md, rule 13.
import { demand, textOf } from './bytes.js';
import { hashOf } from './checkpoint.js';
import { Unreadable } from './unreadable.js';

const NAME = /^time\/(0|[1-9][0-9]*)\.(?:(note)|(consistency)|([a-z0-9][a-z0-9-]{0,31})\.tst)$/;
const MAX_U64 = 2n ** 64n - 1n;
const MAX_HEADS = 4;
const MAX_TOKENS = 4;
const MAX_HASHES = 126;

/** Puts an entry below `time/` to its head; `heads` is a map by size. */
export function sortStamped(heads, entry) {
  const [, digits, note, consistency, authority] = NAME.exec(entry.name) ?? [];
  const size = digits === undefined ? null : BigInt(digits);
  if (size === null || size > MAX_U64) throw new Unreadable('bundle_unknown_entry', entry.name);
  const head = heads.get(size) ?? { size, note: null, consistency: null, tokens: [] };
  heads.set(size, head);
  if (note) head.note = entry;
  else if (consistency) head.consistency = entry;
  else head.tokens.push({ ...entry, authority });
}

/** The heads by ascending size, each with a note and tokens by ascending name. */
export function checkStampedHeads(heads) {
  const sorted = [...heads.values()].sort((a, b) => (a.size < b.size ? -1 : 1));
  sorted.forEach(({ size, note, tokens }, place) => {
    const noteName = `time/${size}.note`;
    if (note === null || note.bytes.length === 0) throw new Unreadable('bundle_missing_entry', noteName);
    if (tokens.length === 0) throw new Unreadable('bundle_missing_entry', `time/${size}.{authority}.tst`);
    if (place >= MAX_HEADS || tokens.length > MAX_TOKENS) throw new Unreadable('bundle_numbering', noteName);
    tokens.sort((a, b) => (a.authority < b.authority ? -1 : 1));
  });
  return sorted;
}

/** The hashes of a consistency proof: each in base64 and a line feed, 1 to 126 of them. */
export function readConsistency(bytes) {
  const text = textOf(bytes);
  demand(text.endsWith('\n'), 'no line feed at the end');
  const lines = text.slice(0, -1).split('\n');
  demand(lines.length <= MAX_HASHES, 'too many hashes');
  return lines.map(hashOf);
}
