// The device's key: fresh for every signing, made and used by the browser's own cryptography.
import { hasDatabase } from './keep.js';
import { fromBase64, sha256, toBase64 } from './statement.js';
import { concat, hex } from './bytes.js';

const ALGORITHMS = [
  { name: 'Ed25519', make: { name: 'Ed25519' }, sign: { name: 'Ed25519' }, custody: 'webcrypto_ed25519' },
  {
    name: 'P-256',
    make: { name: 'ECDSA', namedCurve: 'P-256' },
    sign: { name: 'ECDSA', hash: 'SHA-256' },
    custody: 'webcrypto_p256',
  },
];

/** Where the browser has no cryptography for pages: a pinned library, whose key the tab remembers. */
const LIBRARY = { name: 'library', custody: 'library_ed25519_tab_memory' };
/** What stands before the 32 bytes of an Ed25519 key in its SPKI (RFC 8410). */
const SPKI = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

/** The best algorithm this browser has, or null. */
export async function bestAlgorithm() {
  if (!globalThis.crypto?.getRandomValues) return null;
  if (!crypto.subtle) return LIBRARY;
  for (const algorithm of ALGORITHMS) {
    try {
      await crypto.subtle.generateKey(algorithm.make, false, ['sign', 'verify']);
      return algorithm;
    } catch {
      // The next one.
    }
  }
  return LIBRARY;
}

/**
 * A fresh key: `{algorithm, custody, spki, key}`. Where the browser keeps no database the key
 * has to pass through the memory of the tab: `secret` instead of `key`, and a custody that says so.
 */
export async function freshDeviceKey() {
  const algorithm = await bestAlgorithm();
  if (algorithm === null) return null;
  if (algorithm === LIBRARY) {
    const { ed25519 } = await import('./library.js');
    const secret = crypto.getRandomValues(new Uint8Array(32));
    const spki = toBase64(concat(SPKI, ed25519.getPublicKey(secret)));
    return { algorithm: LIBRARY.name, spki, custody: LIBRARY.custody, secret: toBase64(secret) };
  }
  const keeps = await hasDatabase();
  const pair = await crypto.subtle.generateKey(algorithm.make, !keeps, ['sign', 'verify']);
  const spki = toBase64(new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey)));
  const made = { algorithm: algorithm.name, spki };
  if (keeps) return { ...made, custody: `${algorithm.custody}_non_extractable`, key: pair.privateKey };
  const secret = toBase64(new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey)));
  return { ...made, custody: `${algorithm.custody}_tab_memory`, secret };
}

/** Signs bytes: `{keyid, sig}` of a DSSE envelope. */
export async function signWith(kept, bytes) {
  const keyid = hex(await sha256(fromBase64(kept.spki)));
  if (kept.algorithm === LIBRARY.name) {
    const { ed25519 } = await import('./library.js');
    return { keyid, sig: toBase64(ed25519.sign(bytes, fromBase64(kept.secret))) };
  }
  const algorithm = ALGORITHMS.find(({ name }) => name === kept.algorithm);
  const key = kept.key ?? (await crypto.subtle.importKey('pkcs8', fromBase64(kept.secret), algorithm.make, false, ['sign']));
  const sig = new Uint8Array(await crypto.subtle.sign(algorithm.sign, key, bytes));
  return { keyid, sig: toBase64(sig) };
}
