// Hashes and signatures of time authorities: docs/spec/timestamps.md, rule 7.
import { p256 } from '@noble/curves/nist.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { concat, demand, hex, orNull, unhex } from './bytes.js';
import { childrenOf, contentOf, oidOf, readDer, wholeBits } from './der.js';
import { ecdsaFromDer, readKey } from './keys.js';

const HASHES = {
  '608648016503040201': { hash: sha256, size: 32, info: '3031300d060960864801650304020105000420' },
  '608648016503040202': { hash: sha384, size: 48, info: '3041300d060960864801650304020205000430' },
  '608648016503040203': { hash: sha512, size: 64, info: '3051300d060960864801650304020305000440' },
};
/** SHA-256, which ESSCertIDv2 means when it names none. */
export const SHA256 = HASHES['608648016503040201'];

const SCHEMES = {
  '2a8648ce3d040302': ['ecdsa', '608648016503040201'],
  '2a8648ce3d040303': ['ecdsa', '608648016503040202'],
  '2a8648ce3d040304': ['ecdsa', '608648016503040203'],
  '2a864886f70d01010b': ['rsa', '608648016503040201'],
  '2a864886f70d01010c': ['rsa', '608648016503040202'],
  '2a864886f70d01010d': ['rsa', '608648016503040203'],
};
const RSA_ENCRYPTION = '2a864886f70d010101';

/** An AlgorithmIdentifier: `{oid, parameters}`; parameters absent are null. */
function identifier(node) {
  const [oid, parameters, ...more] = childrenOf(node, 0x30);
  demand(more.length === 0, 'no AlgorithmIdentifier');
  return { oid: oidOf(oid), parameters: parameters ?? null };
}

const isNull = (node) => node.tag === 0x05 && node.content.length === 0;

/** A hash: `{hash, size}`. */
export function readHash(node) {
  const { oid, parameters } = identifier(node);
  demand(Object.hasOwn(HASHES, oid) && (parameters === null || isNull(parameters)), 'an unknown hash');
  return HASHES[oid];
}

/** A signature algorithm `{kind, hash}`; `named` is the hash named beside it, or null. */
export function readScheme(node, named) {
  const { oid, parameters } = identifier(node);
  demand(parameters === null || isNull(parameters), 'parameters of a signature');
  if (oid === RSA_ENCRYPTION) {
    demand(named !== null, 'a signature without its hash');
    return { kind: 'rsa', hash: named };
  }
  demand(Object.hasOwn(SCHEMES, oid), 'an unknown signature');
  const [kind, hash] = SCHEMES[oid];
  demand(kind === 'rsa' || parameters === null, 'parameters of ECDSA');
  demand(named === null || named === HASHES[hash], 'another hash than the one beside it');
  return { kind, hash: HASHES[hash] };
}

/** The key of a time authority: P-256, or RSA of 2,048 to 4,096 bits. */
export function readStampingKey(node) {
  const key = orNull(() => readKey(node.bytes));
  if (key?.algorithm === 'ecdsa-p256-sha256') return { kind: 'ecdsa', raw: key.raw };
  const [algorithm, bits, ...more] = childrenOf(node, 0x30);
  const { oid, parameters } = identifier(algorithm);
  demand(more.length === 0 && oid === RSA_ENCRYPTION && parameters !== null && isNull(parameters), 'no RSA key');
  const numbers = childrenOf(readDer(wholeBits(bits)), 0x30);
  demand(numbers.length === 2, 'no RSA key');
  const [modulus, exponent] = numbers.map(unsigned);
  const length = modulus.toString(2).length;
  demand(length >= 2048 && length <= 4096 && modulus % 2n === 1n, 'an RSA key of another size');
  demand(exponent >= 3n && exponent < 2n ** 33n && exponent % 2n === 1n, 'no RSA exponent');
  return { kind: 'rsa', modulus, exponent, bytes: Math.ceil(length / 8) };
}

function unsigned(node) {
  const content = contentOf(node, 0x02);
  demand(content[0] < 0x80, 'a negative number');
  return BigInt(`0x${hex(content)}`);
}

/** Whether a signature of this algorithm holds. */
export function schemeHolds(key, { kind, hash }, message, signature) {
  if (key.kind !== kind) return false;
  const digest = hash.hash(message);
  if (kind === 'rsa') return rsaHolds(key, hash, digest, signature);
  const halves = orNull(() => ecdsaFromDer(readDer, signature));
  return halves !== null && p256.verify(halves, digest, key.raw, { lowS: false, prehash: false });
}

/** RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2.2): the encoded digest is made, and compared. */
function rsaHolds({ modulus, exponent, bytes }, { info }, digest, signature) {
  if (signature.length !== bytes) return false;
  const number = BigInt(`0x${hex(signature)}`);
  if (number >= modulus) return false;
  let [result, base, left] = [1n, number, exponent];
  while (left > 0n) {
    if ((left & 1n) === 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
    left >>= 1n;
  }
  const told = concat(unhex(info), digest);
  const padding = new Uint8Array(bytes - told.length - 3).fill(0xff);
  const expected = concat(Uint8Array.of(0, 1), padding, Uint8Array.of(0), told);
  return result.toString(16).padStart(2 * bytes, '0') === hex(expected);
}
