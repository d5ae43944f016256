// One certificate: docs/spec/signer-certificate.md, rules 1 to 5.
import { demand, hex, orNull, refuse, textOf } from './bytes.js';
import { childrenOf, contentOf, oidOf, readDer, timeOf, wholeBits } from './der.js';
import { ecdsaFromDer, holds, readKey } from './keys.js';
import { digestOf } from './sha256.js';

const MAX_BYTES = 8192;

// Object identifiers by the hexadecimal of their content.
const ALGORITHMS = { '2b6570': 'ed25519', '2a8648ce3d040302': 'ecdsa-p256-sha256' };
const COMMON_NAME = '550403';
const BASIC_CONSTRAINTS = '551d13';
const KEY_USAGE = '551d0f';
const EXTENDED_KEY_USAGE = '551d25';
const KEY_IDENTIFIER = '551d0e';
const NAME_CONSTRAINTS = '551d1e';
/** 1.3.6.1.4.1.32473.1.1: the certificate is for tests only. */
const TEST_ONLY = '2b0601040181fd590101';

/** Reads a certificate. */
export function readCertificate(der) {
  demand(der.length <= MAX_BYTES, 'a certificate that is too long');
  const parts = childrenOf(readDer(der), 0x30);
  demand(parts.length === 3, 'no certificate');
  const [signed, outerAlgorithm, signature] = parts;
  const fields = [...childrenOf(signed, 0x30)];
  demand(fields.length >= 7, 'no certificate');
  const [version, serial, algorithm, issuer, validity, subject, key, ...rest] = fields;
  demand(hex(contentOf(version, 0xa0)) === '020102', 'not version 3');
  // Unique identifiers have tags 0x81 and 0x82: only extensions may follow the key.
  demand(rest.length <= 1, 'unique identifiers');
  demand(hex(outerAlgorithm.bytes) === hex(algorithm.bytes), 'two signature algorithms');
  const [notBefore, notAfter, ...more] = childrenOf(validity, 0x30);
  demand(notAfter !== undefined && more.length === 0, 'no validity');
  return {
    der,
    sha256: digestOf(der),
    signed: signed.bytes,
    signatureAlgorithm: algorithmOf(algorithm),
    signature: wholeBits(signature),
    serial: serialOf(serial),
    issuer: hex(nameOf(issuer)),
    subject: hex(nameOf(subject)),
    ...validityOf(notBefore, notAfter, subject),
    key: readKey(key.bytes),
    extensions: readExtensions(rest),
  };
}

function algorithmOf(node) {
  const parts = childrenOf(node, 0x30);
  const algorithm = ALGORITHMS[oidOf(parts[0])];
  demand(parts.length === 1 && algorithm !== undefined, 'neither Ed25519 nor ECDSA with SHA-256');
  return algorithm;
}

function serialOf(node) {
  const content = contentOf(node, 0x02);
  demand(content[0] < 0x80 && content.length <= 20 && content.some((byte) => byte !== 0), 'no serial');
  return hex(content[0] === 0 ? content.subarray(1) : content);
}

/** A name as encoded, once it is seen to be one (X.501: SEQUENCE OF SET OF type and value). */
function nameOf(node) {
  const sets = childrenOf(node, 0x30);
  demand(sets.length > 0, 'an empty name');
  for (const set of sets) {
    const attributes = childrenOf(set, 0x31);
    demand(attributes.length > 0, 'an empty part of a name');
    for (const attribute of attributes) {
      demand(childrenOf(attribute, 0x30).length === 2, 'no attribute of a name');
      oidOf(attribute.children[0]);
    }
    // DER sorts a SET OF by the bytes of its members (X.690 section 11.6).
    const order = attributes.map(({ bytes }) => hex(bytes));
    demand(order.every((bytes, i) => i === 0 || order[i - 1] < bytes), 'a SET that is not sorted');
  }
  return node.bytes;
}

function validityOf(from, until, subject) {
  const [notBefore, notAfter] = [timeOf(from), timeOf(until)];
  demand(notBefore <= notAfter, 'ends before it begins');
  const names = subject.children.flatMap((set) => set.children);
  const common = names.filter(({ children }) => oidOf(children[0]) === COMMON_NAME);
  demand(common.length <= 1, 'two common names');
  for (const { children } of common) checkDirectoryString(children[1]);
  return { notBefore, notAfter };
}

/** A common name must be readable: UTF8String, PrintableString or TeletexString. */
function checkDirectoryString({ tag, content }) {
  if (tag === 0x0c || tag === 0x14) textOf(content);
  else if (tag === 0x13) demand(/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(textOf(content)), 'PrintableString');
  else refuse('a common name of another type');
}

/** The extensions in the tagged list that may end a certificate. */
export function readExtensions(rest) {
  const read = {
    isAuthority: false, pathLength: null, keyUsage: null, purposes: null,
    purposesAreCritical: false, keyIdentifier: null, isTestOnly: false, hasNameConstraints: false, hasUnknownCritical: false,
  };
  if (rest.length === 0) return read;
  const [list, ...more] = childrenOf(rest[0], 0xa3);
  demand(more.length === 0, 'two lists of extensions');
  const seen = new Set();
  for (const extension of childrenOf(list, 0x30)) {
    const { oid, critical, value } = readExtension(extension);
    demand(!seen.has(oid), 'an extension twice');
    seen.add(oid);
    if (oid === BASIC_CONSTRAINTS) Object.assign(read, basicConstraints(value));
    else if (oid === KEY_USAGE) read.keyUsage = keyUsage(value);
    else if (oid === EXTENDED_KEY_USAGE) {
      read.purposes = childrenOf(readDer(value), 0x30).map(oidOf);
      read.purposesAreCritical = critical;
    }
    else if (oid === TEST_ONLY) read.isTestOnly = true;
    else if (oid === NAME_CONSTRAINTS) read.hasNameConstraints = true;
    else read.hasUnknownCritical ||= critical;
    if (oid === KEY_IDENTIFIER) read.keyIdentifier = orNull(() => hex(readDer(value).content));
  }
  return read;
}

function readExtension(node) {
  const parts = [...childrenOf(node, 0x30)];
  const oid = oidOf(parts.shift());
  let critical = false;
  if (parts[0]?.tag === 0x01) {
    critical = true;
    // FALSE is the default, which DER leaves out.
    demand(parts.shift().content[0] === 0xff, 'a default that is written');
  }
  demand(parts.length === 1, 'no extension');
  return { oid, critical, value: contentOf(parts[0], 0x04) };
}

function basicConstraints(value) {
  const parts = [...childrenOf(readDer(value), 0x30)];
  let isAuthority = false;
  if (parts[0]?.tag === 0x01) {
    isAuthority = true;
    demand(parts.shift().content[0] === 0xff, 'a default that is written');
  }
  let pathLength = null;
  if (parts.length > 0) {
    const length = contentOf(parts.shift(), 0x02);
    demand(isAuthority && length[0] < 0x80 && length.length <= 2, 'no path length');
    pathLength = length[length.length - 1];
    demand(length.length === 1 || length[0] === 0, 'no path length');
  }
  demand(parts.length === 0, 'no basicConstraints');
  return { isAuthority, pathLength };
}

/** The named bits of keyUsage; DER leaves out zero bits at the end (X.690 section 11.2.2). */
function keyUsage(value) {
  const content = contentOf(readDer(value), 0x03);
  const bits = content.subarray(1);
  demand(bits.length <= 2, 'no keyUsage');
  if (bits.length > 0) demand(((bits[bits.length - 1] >> content[0]) & 1) === 1, 'bits that are not named');
  return {
    digitalSignature: (bits[0] & 0x80) !== 0,
    keyCertSign: (bits[0] & 0x04) !== 0,
    signsOnly: ((bits[0] ?? 0) & 0x3f) === 0 && (bits[1] ?? 0) === 0,
  };
}

/** Whether `issuer` issued `certificate`: rule 10. */
export async function isIssuedBy(certificate, issuer) {
  if (certificate.issuer !== issuer.subject) return false;
  if (certificate.signatureAlgorithm !== issuer.key.algorithm) return false;
  const signature =
    issuer.key.algorithm === 'ecdsa-p256-sha256'
      ? orNull(() => ecdsaFromDer(readDer, certificate.signature))
      : certificate.signature;
  return signature !== null && holds(issuer.key, signature, certificate.signed);
}
