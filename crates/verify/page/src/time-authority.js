// Whom to believe a token: docs/spec/timestamps.md, rules 8 to 12.
import { base64, demand, hex, orNull } from './bytes.js';
import { readScheme, readStampingKey, schemeHolds } from './algorithms.js';
import { readExtensions } from './certificate.js';
import { childrenOf, contentOf, readDer, timeOf, wholeBits } from './der.js';
import { digestOf } from './sha256.js';

const MAX_BYTES = 8192;
const MAX_BETWEEN = 3;
const TIME_STAMPING = '2b06010505070308';
const ANY_PURPOSE = '551d2500';

/** A certificate of a time authority, or of one above it. */
function readAuthority(der) {
  demand(der.length <= MAX_BYTES, 'a certificate that is too long');
  const [signed, algorithm, signature, ...more] = childrenOf(readDer(der), 0x30);
  demand(signature !== undefined && more.length === 0, 'no certificate');
  const [version, serial, inside, issuer, validity, subject, key, ...rest] = childrenOf(signed, 0x30);
  demand(key !== undefined && rest.length <= 1, 'no certificate');
  demand(hex(contentOf(version, 0xa0)) === '020102', 'not version 3');
  demand([issuer, subject].every(({ tag }) => tag === 0x30), 'no name');
  demand(hex(inside.bytes) === hex(algorithm.bytes), 'two signature algorithms');
  const times = childrenOf(validity, 0x30);
  demand(times.length === 2, 'no validity');
  return {
    der,
    signed: signed.bytes,
    scheme: readScheme(algorithm, null),
    signature: wholeBits(signature),
    serial: hex(contentOf(serial, 0x02)),
    issuer: hex(issuer.bytes),
    subject: hex(subject.bytes),
    notBefore: timeOf(times[0]),
    notAfter: timeOf(times[1]),
    key: readStampingKey(key),
    extensions: readExtensions(rest),
  };
}

/** A root `{authority, sha256, isTestOnly}` of a declared one, or null when it is none (rule 10). */
export function readTimeRoot(der, testOnly) {
  const authority = orNull(() => readAuthority(der));
  if (authority === null || !issued(authority, authority, 0)) return null;
  return { authority, sha256: digestOf(der), isTestOnly: testOnly || authority.extensions.isTestOnly };
}

const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

/** The roots in a text of PEM, one after the other; null where anything in it is none. */
export function readTimeRoots(text) {
  if (text.replace(PEM, '').trim() !== '') return null;
  const roots = [...text.matchAll(PEM)].map(([, inside]) => {
    const der = orNull(() => base64(inside.replace(/\s/g, '')));
    return der && readTimeRoot(der, false);
  });
  return roots.includes(null) ? null : roots;
}

/**
 * Judges a token over stamped bytes: `{result}` is `other_bytes`, `invalid`, `untrusted` or
 * `believed`, then with the root and when the first of the token's certificates `ends`.
 */
export function judgeToken({ info, content, certificates, signer }, stamped, roots) {
  if (hex(info.imprint.hash.hash(stamped)) !== info.imprint.digest) return { result: 'other_bytes' };
  const invalid = { result: 'invalid' };
  if (hex(signer.digest.hash(content)) !== signer.messageDigest) return invalid;
  const all = orNull(() => certificates.map(readAuthority));
  const own = all?.find((one) => isNamed(one, signer));
  if (!own || !schemeHolds(own.key, signer.scheme, signer.signed, signer.signature)) return invalid;
  if (!mayStamp(own.extensions) || !isValidAt(own, info.at)) return invalid;
  const others = all.filter((one) => one !== own);
  const { root, lapsed } = climb(own, others, roots, info.at, 0);
  if (root) {
    const ends = Math.min(...all.map(({ notAfter }) => notAfter));
    return { result: 'believed', root, isTestOnly: root.isTestOnly || own.extensions.isTestOnly, ends };
  }
  return lapsed ? invalid : { result: 'untrusted' };
}

/** signerIdentifier and ESSCertIDv2 both name it (rule 8). */
function isNamed(one, { id, certificate }) {
  const byId =
    id.keyIdentifier === undefined
      ? one.issuer === id.issuer && one.serial === id.serial
      : one.extensions.keyIdentifier === id.keyIdentifier;
  return byId && hex(certificate.hash.hash(one.der)) === certificate.digest;
}

/** Rule 9. */
const mayStamp = ({ purposes, purposesAreCritical, keyUsage, isAuthority, hasUnknownCritical }) =>
  purposes?.length === 1 &&
  purposes[0] === TIME_STAMPING &&
  purposesAreCritical &&
  (keyUsage === null || keyUsage.signsOnly) &&
  !isAuthority &&
  !hasUnknownCritical;

const isValidAt = ({ notBefore, notAfter }, at) => notBefore <= at && at <= notAfter;

/** Whether `above` issued `one` and may: rule 10; `below` counts the authorities under it. */
function issued(above, one, below) {
  const { isAuthority, pathLength, purposes, keyUsage, hasUnknownCritical, hasNameConstraints } = above.extensions;
  const forStamps = purposes === null || purposes.includes(TIME_STAMPING) || purposes.includes(ANY_PURPOSE);
  return (
    one.issuer === above.subject &&
    isAuthority &&
    (pathLength === null || below <= pathLength) &&
    forStamps &&
    keyUsage?.keyCertSign === true &&
    !hasUnknownCritical &&
    !hasNameConstraints &&
    schemeHolds(above.key, one.scheme, one.signed, one.signature)
  );
}

/** The root above a certificate, over others each at most once; or whether a way there had lapsed. */
function climb(from, others, roots, at, below) {
  let lapsed = false;
  for (const root of roots) {
    if (!issued(root.authority, from, below)) continue;
    if (isValidAt(root.authority, at)) return { root };
    lapsed = true;
  }
  if (below === MAX_BETWEEN) return { lapsed };
  for (const next of others) {
    if (!issued(next, from, below)) continue;
    const found = climb(next, others.filter((one) => one !== next), roots, at, below + 1);
    if (found.root && isValidAt(next, at)) return found;
    lapsed ||= found.root !== undefined || found.lapsed;
  }
  return { lapsed };
}
