// The files inside a sealed document: docs/spec/sealed-pdf.md, rules 1, 2, 14 and 15. The seal is
// not looked at here: that needs the program.
import { demand, orNull, refuse, textOf } from './bytes.js';
import { digestOf } from './sha256.js';
import { Unreadable } from './unreadable.js';

const HEAD = '%PDF-';
const MAX_DEPTH = 32;
const MAX_OBJECTS = 100_000;
const MAX_REVISIONS = 8;
const MAX_FILES = 64;
const MAX_UNPACKED = 16 << 20;
const ENTRY_BYTES = 20;
const NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** Whether the bytes call themselves a PDF. */
export const isDocument = (file) => startsWith(file, 0, HEAD);

function startsWith(bytes, at, word) {
  for (let i = 0; i < word.length; i += 1) if (bytes[at + i] !== word.charCodeAt(i)) return false;
  return true;
}

const isSpace = (byte) => byte === 0 || byte === 9 || byte === 10 || byte === 12 || byte === 13 || byte === 32;
const isRegular = (byte) => byte !== undefined && !isSpace(byte) && !'()<>[]{}/%'.includes(String.fromCharCode(byte));

/** Reads objects from some place on. Names are {name}, references {ref}, strings are bytes. */
class Reader {
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
    this.left = MAX_OBJECTS;
  }

  skip() {
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte === 0x25) while (this.at < this.bytes.length && this.bytes[this.at] !== 10 && this.bytes[this.at] !== 13) this.at += 1;
      else if (byte !== undefined && isSpace(byte)) this.at += 1;
      else return;
    }
  }

  is(word) {
    return startsWith(this.bytes, this.at, word);
  }

  take(word) {
    this.skip();
    demand(this.is(word), `no ${word}`);
    this.at += word.length;
  }

  token() {
    const from = this.at;
    while (isRegular(this.bytes[this.at])) this.at += 1;
    demand(this.at - from <= 128, 'a token that is too long');
    return String.fromCharCode(...this.bytes.subarray(from, this.at));
  }

  number() {
    this.skip();
    const text = this.token();
    demand(/^\d{1,15}$/.test(text), 'no number');
    return Number(text);
  }

  object(depth = MAX_DEPTH) {
    demand(depth > 0 && this.left > 0, 'too much');
    this.left -= 1;
    this.skip();
    if (this.is('<<')) return this.dictionary(depth - 1);
    if (this.is('<')) return this.hexadecimal();
    if (this.is('(')) return this.literal();
    if (this.is('[')) return this.list(depth - 1);
    if (this.is('/')) return { name: this.name() };
    const text = this.token();
    if (text === 'true' || text === 'false' || text === 'null') return { word: text };
    if (/^[+-]?\d+$/.test(text)) return this.referenceTo(text) ?? Number(text);
    demand(/^[+-]?(?:\d+\.\d*|\.\d+)$/.test(text), 'no object');
    return { real: text };
  }

  dictionary(depth) {
    this.at += 2;
    const entries = new Map();
    for (;;) {
      this.skip();
      if (this.is('>>')) break;
      const key = this.name();
      demand(!entries.has(key), 'a key twice');
      entries.set(key, this.object(depth));
    }
    this.at += 2;
    return entries;
  }

  list(depth) {
    this.at += 1;
    const items = [];
    for (this.skip(); !this.is(']'); this.skip()) items.push(this.object(depth));
    this.at += 1;
    return items;
  }

  name() {
    demand(this.is('/'), 'no name');
    this.at += 1;
    return this.token().replace(/#([0-9a-fA-F]{2})/g, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
  }

  hexadecimal() {
    const end = this.bytes.indexOf(0x3e, this.at);
    demand(end > 0 && (end - this.at) % 2 === 1, 'no hexadecimal string');
    const bytes = new Uint8Array((end - this.at - 1) / 2);
    for (let i = 0; i < bytes.length; i += 1) {
      const two = String.fromCharCode(this.bytes[this.at + 1 + 2 * i], this.bytes[this.at + 2 + 2 * i]);
      demand(/^[0-9a-fA-F]{2}$/.test(two), 'no hexadecimal digit');
      bytes[i] = parseInt(two, 16);
    }
    this.at = end + 1;
    return bytes;
  }

  /** A string in parentheses; with escapes it is of no use here, and is told apart by no name. */
  literal() {
    const bytes = [];
    let open = 0;
    for (;;) {
      const byte = this.bytes[this.at];
      demand(byte !== undefined, 'a string without end');
      this.at += 1;
      if (byte === 0x5c) {
        bytes.push(0, this.bytes[this.at]);
        this.at += 1;
        continue;
      }
      if (byte === 0x28) open += 1;
      if (byte === 0x29) open -= 1;
      if (open === 0) return new Uint8Array(bytes);
      if (!(byte === 0x28 && open === 1)) bytes.push(byte);
    }
  }

  referenceTo(text) {
    const ahead = new Reader(this.bytes, this.at);
    ahead.skip();
    if (!/^\d+$/.test(text) || ahead.token() !== '0') return null;
    ahead.skip();
    if (ahead.token() !== 'R') return null;
    this.at = ahead.at;
    return { ref: Number(text) };
  }
}

/** The places of all objects, the newest revision first. */
function readTables(bytes) {
  const tail = String.fromCharCode(...bytes.subarray(-64));
  const found = /startxref\s+(\d{1,15})\s+%%EOF\n$/.exec(tail);
  demand(found !== null, 'no end');
  const places = new Map();
  let root = null;
  let newer = Infinity;
  let next = Number(found[1]);
  for (let revision = 0; next !== undefined; revision += 1) {
    demand(next < newer && revision < MAX_REVISIONS && startsWith(bytes, next, 'xref'), 'no table');
    newer = next;
    const reader = new Reader(bytes, next + 4);
    for (reader.skip(); !reader.is('trailer'); reader.skip()) {
      const [first, count] = [reader.number(), reader.number()];
      reader.skip();
      for (let i = 0; i < count; i += 1) {
        const entry = String.fromCharCode(...bytes.subarray(reader.at, reader.at + ENTRY_BYTES));
        const parts = /^(\d{10}) \d{5} ([nf])/.exec(entry);
        demand(parts !== null, 'no entry');
        if (parts[2] === 'n' && !places.has(first + i)) places.set(first + i, Number(parts[1]));
        reader.at += ENTRY_BYTES;
      }
    }
    reader.take('trailer');
    const trailer = reader.object();
    demand(trailer instanceof Map && !trailer.has('XRefStm') && !trailer.has('Encrypt'), 'another form');
    root ??= trailer.get('Root');
    next = trailer.get('Prev');
  }
  return { places, root };
}

/** The object of a reference, or what is there itself; `dataAt` is where its stream begins. */
function resolve(file, value) {
  if (value?.ref === undefined) return { object: value };
  const reader = new Reader(file.bytes, file.places.get(value.ref) ?? refuse('no such object'));
  demand(reader.number() === value.ref && reader.number() === 0, 'another object');
  reader.take('obj');
  const object = reader.object();
  reader.skip();
  if (reader.is('endobj')) return { object };
  reader.take('stream');
  const dataAt = reader.at + (startsWith(file.bytes, reader.at, '\r\n') ? 2 : 1);
  return { object, dataAt };
}

function dictionary(file, value) {
  const { object } = resolve(file, value);
  demand(object instanceof Map, 'no dictionary');
  return object;
}

function plainName(value) {
  demand(value instanceof Uint8Array, 'no string');
  const utf16 = value[0] === 0xfe && value[1] === 0xff;
  const bytes = utf16 ? value.subarray(2).filter((_, i) => i % 2 === 1) : value;
  const name = textOf(bytes);
  demand(NAME.test(name), 'no plain name');
  return name;
}

async function unpacked(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  const parts = [];
  let length = 0;
  for (const reader = stream.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    demand(length <= MAX_UNPACKED, 'too much');
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** The files inside, packed as they are: `{name, bytes, packed}`. */
function filesInside(bytes) {
  const file = { bytes, ...readTables(bytes) };
  const catalog = dictionary(file, file.root);
  if (!catalog.has('Names')) return [];
  const names = dictionary(file, catalog.get('Names'));
  if (!names.has('EmbeddedFiles')) return [];
  const list = dictionary(file, names.get('EmbeddedFiles')).get('Names');
  demand(Array.isArray(list) && list.length % 2 === 0 && list.length <= 2 * MAX_FILES, 'another list');
  const files = [];
  for (let i = 0; i < list.length; i += 2) {
    const specification = dictionary(file, list[i + 1]);
    const name = plainName(list[i]);
    demand(plainName(specification.get('F')) === name && plainName(specification.get('UF')) === name, 'two names');
    demand(!files.some((other) => other.name === name), 'a name twice');
    const { object: stream, dataAt } = resolve(file, dictionary(file, specification.get('EF')).get('F'));
    demand(stream instanceof Map && dataAt !== undefined, 'no stream');
    const length = resolve(file, stream.get('Length')).object;
    demand(Number.isInteger(length) && length >= 0 && dataAt + length <= bytes.length, 'no length');
    const filters = [stream.get('Filter') ?? []].flat().map((filter) => filter.name);
    demand(filters.length === 0 || (filters.length === 1 && filters[0] === 'FlateDecode'), 'another filter');
    files.push({ name, bytes: bytes.subarray(dataAt, dataAt + length), packed: filters.length === 1 });
  }
  return files;
}

/**
 * The evidence bundles inside a document, with what its list says of it: `{bundles, kind, number,
 * organisation}`. Nobody vouches for the list here; the bundles vouch for themselves.
 */
export async function readDocument(bytes) {
  const files = orNull(() => filesInside(bytes));
  if (files === null) throw new Unreadable('pdf_malformed');
  for (const file of files.filter(({ packed }) => packed)) {
    file.bytes = await unpacked(file.bytes).catch(() => {
      throw new Unreadable('pdf_malformed');
    });
  }
  const list = files.find(({ name }) => name === 'document.json');
  const bundles = files.filter(({ name }) => name.endsWith('.heqi.zip'));
  if (list === undefined || bundles.length === 0) throw new Unreadable('pdf_no_bundle');
  const said = parsed(list.bytes);
  const listed = (file) => said.files.some(({ name, sha256 }) => name === file.name && sha256 === digestOf(file.bytes));
  const others = files.filter((file) => file !== list);
  if (said.files.length !== others.length || !others.every(listed)) throw new Unreadable('pdf_manifest');
  return { bundles, kind: said.kind, number: said.number, organisation: said.organisation };
}

function parsed(bytes) {
  try {
    const list = JSON.parse(textOf(bytes));
    const texts = [list.kind, list.number, list.organisation];
    if (list.schema === 'heqi.document/v1' && Array.isArray(list.files) && texts.every((text) => typeof text === 'string')) return list;
  } catch {
    // Told below.
  }
  throw new Unreadable('pdf_manifest');
}
