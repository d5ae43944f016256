// A chain of certificates: docs/spec/signer-certificate.md, rules 6 to 13.
import { demand, orNull } from './bytes.js';
import { isIssuedBy, readCertificate } from './certificate.js';

const MAX_CHAIN = 4;
const DOCUMENT_SIGNING = '2b06010505070324';
const ANY_PURPOSE = '551d2500';

/** Reads a chain, the signer's first (rule 6). */
export function readChain(ders) {
  demand(ders.length >= 1 && ders.length <= MAX_CHAIN, 'no chain, or one that is too long');
  return ders.map(readCertificate);
}

/** The trusted roots among declared ones `{der, testOnly}`; one that breaks rule 11 is none. */
export async function readRoots(declared) {
  const roots = [];
  for (const { der, testOnly } of declared) {
    const certificate = orNull(() => readCertificate(der));
    if (certificate === null || !isAuthority(certificate, 0)) continue;
    if (!(await isIssuedBy(certificate, certificate))) continue;
    roots.push({ certificate, isTestOnly: testOnly || certificate.extensions.isTestOnly });
  }
  return roots;
}

/**
 * Leads a chain to a root: `{result}` is `broken`, `untrusted` or `anchored`; then also `root`,
 * `isTestOnly` and the common validity period `notBefore`, `notAfter` (rules 7 to 13).
 */
export async function anchorChain(chain, roots) {
  const [signer, ...authorities] = chain;
  const wellFormed =
    isSigner(signer) && authorities.every((authority, below) => isAuthority(authority, below));
  if (!wellFormed) return { result: 'broken' };
  for (let i = 0; i < authorities.length; i += 1) {
    if (!(await isIssuedBy(chain[i], authorities[i]))) return { result: 'broken' };
  }
  const root = await findRoot(chain, roots);
  if (root === null) return { result: 'untrusted' };
  const all = [...chain, root.certificate];
  return {
    result: 'anchored',
    root: root.certificate,
    isTestOnly: root.isTestOnly || chain.some(({ extensions }) => extensions.isTestOnly),
    notBefore: Math.max(...all.map(({ notBefore }) => notBefore)),
    notAfter: Math.min(...all.map(({ notAfter }) => notAfter)),
  };
}

async function findRoot(chain, roots) {
  const last = chain[chain.length - 1];
  const below = chain.length - 1;
  for (const root of roots) {
    const isItself = below > 0 && last.sha256 === root.certificate.sha256;
    if (isItself) return root;
    if (isAuthority(root.certificate, below) && (await isIssuedBy(last, root.certificate))) return root;
  }
  return null;
}

/** Rule 7, and rule 9. */
function isSigner({ extensions }) {
  return (
    isEvaluated(extensions) &&
    !extensions.isAuthority &&
    extensions.keyUsage?.digitalSignature === true &&
    extensions.purposes?.includes(DOCUMENT_SIGNING) === true
  );
}

/** Rule 8, and rule 9; `below` counts the authorities between it and the signer. */
function isAuthority({ extensions }, below) {
  const { isAuthority: ca, pathLength, keyUsage, purposes } = extensions;
  const mayIssueSigners =
    purposes === null || purposes.includes(DOCUMENT_SIGNING) || purposes.includes(ANY_PURPOSE);
  return (
    isEvaluated(extensions) &&
    ca &&
    (pathLength === null || below <= pathLength) &&
    keyUsage?.keyCertSign === true &&
    mayIssueSigners
  );
}

/** Rule 9: nothing critical that we do not know, and no name constraints at all. */
const isEvaluated = (extensions) => !extensions.hasUnknownCritical && !extensions.hasNameConstraints;
