// Canonical JSON: docs/spec/record.md, rules 1 to 4 (RFC 8785 on I-JSON).
//
// A text is read by the engine's own parser and written again by our rules. It is accepted
// only when that gives the same bytes: a name twice, white space, an escape too many, another
// order or another spelling of a number cannot survive this.
import { bytesOf, demand, Malformed, refuse, same, textOf } from './bytes.js';

const MAX_DEPTH = 12;

/** The value of canonical JSON; refuses any other spelling. */
export function readCanonical(bytes) {
  const text = textOf(bytes);
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw error instanceof SyntaxError ? new Malformed('no JSON') : error;
  }
  demand(same(writeCanonical(value), bytes), 'JSON, but not in canonical form');
  return value;
}

/** The canonical bytes of a value. */
export function writeCanonical(value) {
  return bytesOf(write(value, 0));
}

function write(value, depth) {
  switch (typeof value) {
    case 'string':
      return writeString(value);
    case 'number':
      // -0 passes here and is refused by its spelling: it is written 0.
      demand(Number.isSafeInteger(value), 'a number that is no integer within 2^53');
      return String(value);
    case 'boolean':
      return String(value);
    default:
      if (value === null) return 'null';
      demand(depth < MAX_DEPTH, 'nested too deep');
      return Array.isArray(value) ? writeList(value, depth) : writeObject(value, depth);
  }
}

function writeList(items, depth) {
  return `[${items.map((item) => write(item, depth + 1)).join(',')}]`;
}

function writeObject(object, depth) {
  // The default order of sort is that of UTF-16 code units, which is what RFC 8785 wants.
  const names = Object.keys(object).sort();
  return `{${names.map((name) => `${writeString(name)}:${write(object[name], depth + 1)}`).join(',')}}`;
}

function writeString(text) {
  if (/\p{Surrogate}/u.test(text)) refuse('a lone surrogate');
  // RFC 8785 section 3.2.2.2 took its rules for strings from here.
  return JSON.stringify(text);
}
