// The shapes of members in signed objects: docs/spec/README.md, "what all formats share".
import { base64, base64url, bytesOf, demand, refuse } from './bytes.js';

/** An object with exactly these members, no more and no less. */
export function members(value, shapes) {
  demand(isObject(value), 'no object');
  const names = Object.keys(shapes);
  demand(Object.keys(value).length === names.length, 'a member too many or too few');
  const read = {};
  for (const name of names) {
    demand(Object.hasOwn(value, name), `no member ${name}`);
    read[name] = shapes[name](value[name]);
  }
  return read;
}

/** Whether a value of JSON is an object. */
export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list of one shape. */
export const listOf = (shape) => (value) => {
  demand(Array.isArray(value), 'no list');
  return value.map(shape);
};

/** Null, or the shape. */
export const orNothing = (shape) => (value) => (value === null ? null : shape(value));

/** A text. */
export function text(value) {
  demand(typeof value === 'string', 'no text');
  return value;
}

/** True or false. */
export function flag(value) {
  demand(typeof value === 'boolean', 'neither true nor false');
  return value;
}

/** One of a list of words. */
export const wordOf = (words) => (value) => {
  demand(words.includes(value), 'no word of the list');
  return value;
};

/** An integer from 0 to `most`. */
export const countTo = (most) => (value) => {
  demand(Number.isSafeInteger(value) && value >= 0 && value <= most, 'no count');
  return value;
};

/** An integer from 0 to 2^53 - 1. */
export const count = countTo(Number.MAX_SAFE_INTEGER);

/** A digest: 64 lower-case hexadecimal characters. */
export function digest(value) {
  demand(typeof value === 'string' && /^[0-9a-f]{64}$/.test(value), 'no digest');
  return value;
}

/** An identifier: a prefix, `_`, and 128 bits as 26 letters of Crockford's base 32. */
export const identifier = (prefix) => (value) => {
  const form = /^[0-7][0-9abcdefghjkmnpqrstvwxyz]{25}$/;
  demand(typeof value === 'string' && value.startsWith(`${prefix}_`), 'no identifier');
  demand(form.test(value.slice(prefix.length + 1)), 'no identifier');
  return value;
};

/** An instant, RFC 3339 in UTC with three fraction digits; in milliseconds since 1970. */
export function instant(value) {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
  demand(typeof value === 'string' && form.test(value), 'no instant');
  const at = Date.parse(value);
  // The thirtieth of February is read as a day of March: it would be written differently.
  demand(Number.isFinite(at) && new Date(at).toISOString() === value, 'no instant');
  return at;
}

/** Standard base64 of anything. */
export const standardBase64 = (value) => base64(text(value));

/** So many bytes in base64url without padding. */
export const base64urlOf = (length) => (value) => {
  const bytes = base64url(text(value));
  demand(bytes.length === length, 'another number of bytes');
  return bytes;
};

/** A number given to a deposit, docs/spec/deposit.md: CZ, a day, a serial, a check digit. */
export function depositNumber(value) {
  const found = /^CZ(\d{4})(\d\d)(\d\d)(\d{6,9})(\d)$/.exec(text(value));
  if (!found) return refuse('no deposit number');
  const [, year, month, day, serial, check] = found;
  const date = new Date(`${year}-${month}-${day}T00:00:00.000Z`);
  demand(!Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${year}-${month}-${day}`), 'no day');
  demand(serial.length === 6 || serial[0] !== '0', 'another spelling of the serial');
  demand(checkDigit(year + month + day + serial) === Number(check), 'another check digit');
  return value;
}

/** ISO/IEC 7064 MOD 11,10. */
function checkDigit(digits) {
  let product = 10;
  for (const byte of bytesOf(digits)) {
    const sum = (product + byte - 48) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (11 - product) % 10;
}
