// Ed25519 as docs/spec/dsse.md rule 14 and docs/spec/tlog.md "Notes" 4 want it: without
// cofactor, refusing S >= L, R or A that is not canonical or of small order. Engines differ in
// these corners, so the equation is computed here from the bundled library's points.
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concat } from './bytes.js';

const { Point } = ed25519;
const L = Point.Fn.ORDER;

/** The point of a public key, or null when it is no key we accept. */
export function ed25519Key(bytes) {
  const point = bytes.length === 32 ? decode(bytes) : null;
  return point === null || point.isSmallOrder() ? null : point;
}

/** Whether a signature of 64 bytes verifies. */
export function ed25519Holds(signature, message, publicKey) {
  const key = ed25519Key(publicKey);
  if (key === null || signature.length !== 64) return false;
  const r = decode(signature.subarray(0, 32));
  const s = littleEndian(signature.subarray(32));
  if (r === null || r.isSmallOrder() || s >= L) return false;
  const k = littleEndian(sha512(concat(signature.subarray(0, 32), publicKey, message))) % L;
  const left = s === 0n ? Point.ZERO : Point.BASE.multiplyUnsafe(s);
  const right = k === 0n ? r : r.add(key.multiplyUnsafe(k));
  return left.equals(right);
}

/** A point in its one encoding (RFC 8032 section 5.1.3, without the leniency of ZIP 215). */
function decode(bytes) {
  try {
    return Point.fromBytes(bytes, false);
  } catch {
    return null;
  }
}

function littleEndian(bytes) {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i -= 1) value = (value << 8n) | BigInt(bytes[i]);
  return value;
}
