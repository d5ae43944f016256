// Strict DER (X.690 sections 8, 10 and 11): definite lengths in their shortest form, tags of one
// byte, and the primitive values that certificates need in their one spelling. Libraries for
// X.509 read BER, which is more than docs/spec/signer-certificate.md rule 1 accepts.
import { demand, hex, refuse } from './bytes.js';

/** The universal types of docs/spec/signer-certificate.md rule 1; only SEQUENCE and SET have parts. */
const UNIVERSAL = new Set([
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x09, 0x0a, 0x0c, 0x0d, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x1a, 0x1b, 0x1e, 0x30, 0x31,
]);

/** The longest object identifier, and the numbers in it: what our readers can hold. */
const MAX_OID_BYTES = 39;
const MAX_ROOT = 119;
const MAX_ARC = 0xffffffff;

/**
 * One value that fills `bytes`: `{tag, content, bytes, children}`. The children of a constructed
 * value are read when they are asked for: what no rule looks at stays as it is.
 */
export function readDer(bytes, tag = null) {
  const [node, end] = readAt(bytes, 0);
  demand(end === bytes.length, 'bytes after the value');
  demand(tag === null || node.tag === tag, 'another tag');
  return node;
}

function readAt(bytes, at) {
  demand(at + 2 <= bytes.length, 'DER cut short');
  const tag = bytes[at];
  demand((tag & 0x1f) !== 0x1f, 'a tag of several bytes');
  demand(tag >= 0x40 || UNIVERSAL.has(tag), 'a universal type that is not used, or in another form');
  let length = bytes[at + 1];
  let from = at + 2;
  if (length >= 0x80) {
    const digits = length - 0x80;
    demand(digits >= 1 && digits <= 3 && from + digits <= bytes.length, 'an indefinite or giant length');
    length = 0;
    for (let i = 0; i < digits; i += 1) length = length * 256 + bytes[from + i];
    demand(length >= 0x80 && length >= 256 ** (digits - 1), 'a length in a longer form than needed');
    from += digits;
  }
  const end = from + length;
  demand(end <= bytes.length, 'DER cut short');
  const node = new Node(tag, bytes.subarray(from, end), bytes.subarray(at, end));
  check(node);
  return [node, end];
}

class Node {
  constructor(tag, content, bytes) {
    Object.assign(this, { tag, content, bytes });
  }

  get children() {
    demand((this.tag & 0x20) !== 0, 'a value that has no parts');
    const children = [];
    for (let at = 0; at < this.content.length; ) {
      const [child, end] = readAt(this.content, at);
      children.push(child);
      at = end;
    }
    return children;
  }
}

/** The primitive types whose DER narrows their BER. */
function check({ tag, content }) {
  if (tag === 0x01) demand(content.length === 1 && (content[0] === 0 || content[0] === 0xff), 'BOOLEAN');
  if (tag === 0x02 || tag === 0x0a) demand(isMinimal(content), 'INTEGER');
  if (tag === 0x03) {
    const unused = content[0];
    demand(content.length >= 1 && unused <= 7 && (unused === 0 || content.length > 1), 'BIT STRING');
    demand((content[content.length - 1] & ((1 << unused) - 1)) === 0 || content.length === 1, 'BIT STRING');
  }
  if (tag === 0x05) demand(content.length === 0, 'NULL');
  if (tag === 0x06) checkOid(content);
}

function isMinimal(content) {
  if (content.length === 0) return false;
  if (content.length === 1) return true;
  return !((content[0] === 0 && content[1] < 0x80) || (content[0] === 0xff && content[1] >= 0x80));
}

function checkOid(content) {
  demand(content.length > 0 && content.length <= MAX_OID_BYTES, 'OBJECT IDENTIFIER');
  demand(content[0] <= MAX_ROOT && content[content.length - 1] < 0x80, 'OBJECT IDENTIFIER');
  arcsOf(content);
}

/** The numbers of an object identifier; the first two stand in one. */
function arcsOf(content) {
  const arcs = [];
  let arc = 0;
  content.forEach((byte, i) => {
    const isFirst = i === 0 || content[i - 1] < 0x80;
    demand(!(isFirst && byte === 0x80), 'OBJECT IDENTIFIER');
    arc = (isFirst ? 0 : arc) * 128 + (byte & 0x7f);
    demand(arc <= MAX_ARC, 'OBJECT IDENTIFIER');
    if (byte < 0x80) arcs.push(arc);
  });
  return arcs;
}

/** An object identifier in dotted numbers. */
export function dottedOid(node) {
  const [first, ...rest] = arcsOf(contentOf(node, 0x06));
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - 40 * root, ...rest].join('.');
}

/** The content of a value that must have this tag. */
export function contentOf(node, tag) {
  demand(node !== undefined && node.tag === tag, 'another tag');
  return node.content;
}

/** The children of a value that must have this tag. */
export function childrenOf(node, tag) {
  demand(node !== undefined && node.tag === tag, 'another tag');
  return node.children;
}

/** The hexadecimal of an OBJECT IDENTIFIER's content: how this page compares them. */
export const oidOf = (node) => hex(contentOf(node, 0x06));

/** The bytes of a BIT STRING of whole bytes. */
export function wholeBits(node) {
  const content = contentOf(node, 0x03);
  demand(content[0] === 0, 'a BIT STRING that is not of whole bytes');
  return content.subarray(1);
}

/** The milliseconds of a UTCTime or GeneralizedTime as RFC 5280 section 4.1.2.5 writes them. */
export function timeOf(node) {
  const digits = String.fromCharCode(...node.content);
  const form = node.tag === 0x17 ? /^(\d\d)(\d{10})Z$/ : /^(\d{4})(\d{10})Z$/;
  demand(node.tag === 0x17 || node.tag === 0x18, 'no time');
  const found = form.exec(digits);
  if (!found) return refuse('no time');
  const short = Number(found[1]);
  const year = node.tag === 0x18 ? short : short + (short >= 50 ? 1900 : 2000);
  const [month, day, hour, minute, second] = found[2].match(/\d\d/g);
  const text = `${String(year).padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const at = Date.parse(text);
  demand(Number.isFinite(at) && new Date(at).toISOString() === text && at >= 0, 'no time');
  return at;
}
