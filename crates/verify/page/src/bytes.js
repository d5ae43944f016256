// Bytes and their spellings. Each thing has one spelling; everything else is refused.

/** What a parser throws at bytes that break their format. */
export class Malformed extends Error {}

/** Refuses what is being read. */
export function refuse(why) {
  throw new Malformed(why);
}

/** The value when the condition holds. */
export function demand(condition, why) {
  if (!condition) refuse(why);
}

/** The result of a parser, or null when it refuses. Other errors are ours and stay errors. */
export function orNull(parser) {
  try {
    return parser();
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** The UTF-8 bytes of a text. */
export const bytesOf = (text) => encoder.encode(text);

/** The text of bytes that must be UTF-8; a byte order mark stays a character. */
export function textOf(bytes) {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return refuse('not UTF-8');
  }
}

/** Parts one after the other. */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether two byte strings are the same. Nothing here is secret: no constant time. */
export function same(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

const NIBBLES = '0123456789abcdef';

/** Lower-case hexadecimal. */
export function hex(bytes) {
  let text = '';
  for (const byte of bytes) text += NIBBLES[byte >> 4] + NIBBLES[byte & 15];
  return text;
}

/** Bytes of lower-case hexadecimal. */
export function unhex(text) {
  demand(/^(?:[0-9a-f]{2})*$/.test(text), 'not lower-case hexadecimal');
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const URL_SAFE = `${STANDARD.slice(0, 62)}-_`;
const valuesOf = (alphabet) => new Map([...alphabet].map((letter, value) => [letter, value]));
const STANDARD_VALUES = valuesOf(STANDARD);
const URL_SAFE_VALUES = valuesOf(URL_SAFE);

/** Standard base64, padded, spare bits zero (RFC 4648 section 4). */
export function base64(text) {
  demand(text.length % 4 === 0, 'base64 without its padding');
  return sextets(text.replace(/={1,2}$/, ''), STANDARD_VALUES, text.length);
}

/** URL-safe base64 without padding, spare bits zero (RFC 4648 section 5). */
export function base64url(text) {
  return sextets(text, URL_SAFE_VALUES, text.length);
}

function sextets(text, values, fullLength) {
  // One letter too many would carry six bits and no byte; padding must be what is missing.
  demand(text.length % 4 !== 1 && fullLength - text.length <= 2, 'no base64');
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const letter of text) {
    const value = values.get(letter);
    demand(value !== undefined, 'no letter of base64');
    bits = (bits << 6) | value;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at] = bits >> held;
      bits &= (1 << held) - 1;
      at += 1;
    }
  }
  demand(bits === 0, 'spare bits of base64 that are not zero');
  return bytes;
}
