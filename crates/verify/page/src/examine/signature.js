// Signed by: docs/spec/challenge-and-statement.md rules 13 and 14, docs/spec/verdict.md rule 3.
import { counts } from '../anchors.js';
import { anchorChain, readRoots } from '../certificate-chain.js';
import { because, contradicted, notProved, proved } from '../claims.js';
import { isSignedBy } from '../dsse.js';
import { SIGNING } from '../statements.js';

const NAME = 'signed_by';

/** The claim without anchors: what speaks against it needs none. */
export async function examineSignatureAlone({ signing }) {
  if (signing === null) return notProved(NAME, because('no_signature'));
  const fault = await keyFault(signing);
  return fault ? contradicted(NAME, fault) : notProved(NAME, because('no_anchors'));
}

/** The claim by anchors, with `notAfter`: the latest instant at which others had seen the record. */
export async function examineSignature({ signing, frame }, { anchors, at }, notAfter) {
  if (signing === null) return notProved(NAME, because('no_signature'));
  const fault = await keyFault(signing);
  if (fault) return contradicted(NAME, fault);
  const valid = anchors.certificate_roots.filter(({ validity }) => counts(validity, frame.recorded_at, at));
  const roots = await readRoots(valid.map(({ certificate, test_only }) => ({ der: certificate, testOnly: test_only })));
  const chain = await anchorChain(signing.certificates, roots);
  if (chain.result === 'broken') return contradicted(NAME, because('certificate_broken'));
  if (chain.result === 'untrusted') return notProved(NAME, because('certificate_untrusted'));
  const inTime = notAfter !== null && notAfter.at >= chain.notBefore && notAfter.at <= chain.notAfter;
  if (!inTime) return notProved(NAME, because('validity_not_proved'));
  const [signer] = signing.certificates;
  const details = { algorithm: signer.key.algorithm, serial: signer.serial, testOnly: chain.isTestOnly };
  return proved(NAME, because('signature_valid', details), [issuerOf(chain.root, anchors)]);
}

async function keyFault({ certificates, preimage, envelope }) {
  const [{ key }] = certificates;
  if (key.keyId !== preimage.device_key_sha256) return because('other_device_key');
  return (await isSignedBy(envelope, SIGNING.payloadType, [key])) ? null : because('signature_invalid');
}

/** The organisation of the first anchor with this very certificate. */
const issuerOf = (root, anchors) =>
  anchors.certificate_roots.find(({ certificate }) => String(certificate) === String(root.der)).organisation;
