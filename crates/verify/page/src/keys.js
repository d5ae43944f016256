// Public keys and their signatures: docs/spec/dsse.md, rules 13 to 15.
import { p256 } from '@noble/curves/nist.js';
import { concat, demand, hex, refuse, same, unhex } from './bytes.js';
import { ed25519Holds, ed25519Key } from './ed25519.js';
import { digestOf } from './sha256.js';

// DER of everything before the key itself; both algorithms have one form (RFC 8410, RFC 5480).
const ED25519_HEAD = unhex('302a300506032b6570032100');
const P256_HEAD = unhex('3059301306072a8648ce3d020106082a8648ce3d030107034200');
const P256_ORDER = p256.Point.Fn.ORDER;

/** A public key of a DER SubjectPublicKeyInfo: `{algorithm, spki, raw, keyId}`. */
export function readKey(spki) {
  const of = (head, length) => spki.length === head.length + length && same(spki.subarray(0, head.length), head);
  if (of(ED25519_HEAD, 32)) {
    const raw = spki.subarray(ED25519_HEAD.length);
    demand(ed25519Key(raw) !== null, 'no Ed25519 key');
    return { algorithm: 'ed25519', spki, raw, keyId: digestOf(spki) };
  }
  if (of(P256_HEAD, 65)) {
    const raw = spki.subarray(P256_HEAD.length);
    demand(isOnP256(raw), 'no point of P-256');
    return { algorithm: 'ecdsa-p256-sha256', spki, raw, keyId: digestOf(spki) };
  }
  return refuse('neither Ed25519 nor P-256');
}

function isOnP256(raw) {
  try {
    return raw[0] === 4 && hex(p256.Point.fromBytes(raw).toBytes(false)) === hex(raw);
  } catch {
    return false;
  }
}

/** Whether a signature in its DSSE form (64 bytes) verifies under a key. */
export async function holds(key, signature, message) {
  if (key.algorithm === 'ed25519') return ed25519Holds(signature, message, key.raw);
  if (signature.length !== 64) return false;
  const [r, s] = [integer(signature.subarray(0, 32)), integer(signature.subarray(32))];
  if (![r, s].every((half) => half > 0n && half < P256_ORDER)) return false;
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) return p256.verify(signature, message, key.raw, { lowS: false });
  const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const imported = await subtle.importKey('raw', key.raw, ecdsa, false, ['verify']);
  return subtle.verify(ecdsa, imported, signature, message);
}

const integer = (bytes) => BigInt(`0x${hex(bytes) || '0'}`);

/** r and s of an ECDSA-Sig-Value in DER (RFC 3279 section 2.2.3) as 64 bytes, or null. */
export function ecdsaFromDer(read, der) {
  const { children } = read(der, 0x30);
  demand(children.length === 2 && children.every((child) => child.tag === 0x02), 'no ECDSA-Sig-Value');
  return concat(...children.map(({ content }) => half(content)));
}

function half(content) {
  demand(content[0] < 0x80, 'a negative half of a signature');
  const digits = content[0] === 0 ? content.subarray(1) : content;
  demand(digits.length <= 32, 'a half of a signature that is too long');
  return concat(new Uint8Array(32 - digits.length), digits);
}
