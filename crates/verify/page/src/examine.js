// The whole examination: bytes of a bundle and of anchors in, ten claims out.
// docs/spec/verdict.md. No clock, no network.
import { readAnchors } from './anchors.js';
import { readBundle } from './bundle.js';
import { anchorChain, readRoots } from './certificate-chain.js';
import { CLAIMS, because, contradicted, notProved } from './claims.js';
import { orNull } from './bytes.js';
import { examineCompleteness } from './examine/completeness.js';
import { examineCustody } from './examine/custody.js';
import { decode } from './examine/decode.js';
import { examineIdentity } from './examine/identity.js';
import { examineIntegrity } from './examine/integrity.js';
import { examineLog } from './examine/log.js';
import { examineSignature, examineSignatureAlone } from './examine/signature.js';
import { examineStamps } from './examine/stamps.js';
import { examineTime, intervalOf } from './examine/time.js';
import { readChain } from './certificate-chain.js';
import { readDisclosure, readFrame } from './record.js';
import { digestOfFile } from './sha256.js';

/**
 * Examines a file. `anchorsFile` may be null, `at` (milliseconds since 1970) too. Throws
 * Unreadable. Gives `{claims, anchors, record, frame, isOfWardsName, sha256, interval, isTestOnly}`; `record` is a root, or null.
 */
export async function examine(file, anchorsFile, at = null) {
  const anchors = anchorsFile && (await readAnchors(anchorsFile));
  const bundle = await readBundle(file);
  const question = { anchors, at };
  const { decoded, fault } = decode(bundle);
  const found = fault ? { claims: undecodable(fault), interval: null } : await examineDecoded(decoded, question);
  found.claims.sort((a, b) => CLAIMS.indexOf(a.claim) - CLAIMS.indexOf(b.claim));
  const record = orNull(() => readDisclosure(bundle.parts.record.bytes));
  return {
    ...found,
    anchors,
    record: record?.root ?? null,
    frame: record && orNull(() => readFrame(record)),
    isOfWardsName: isOfWardsName(record),
    sha256: await digestOfFile(file),
    isTestOnly: await isTestOnly(bundle.parts, anchors),
  };
}

/** Whether what the record puts right is the name of a minor, and not of the guardian who signs. */
function isOfWardsName(record) {
  const changed = record?.kind === 'person_corrected' ? record.attributes.get('changed')?.value : null;
  return Array.isArray(changed) && changed.includes('ward_name');
}

/** Parts that cannot be read: integrity is contradicted, unless nothing merely ties them together. */
function undecodable(fault) {
  return CLAIMS.map((name) => {
    const speaksAgainst = name === 'integrity' && fault.code !== 'not_bound';
    return (speaksAgainst ? contradicted : notProved)(name, fault);
  });
}

async function examineDecoded(decoded, question) {
  const always = [
    examineIntegrity(decoded),
    await examineIdentity(decoded, question),
    notProved('certificate', because('no_certificate')),
  ];
  if (question.anchors === null) {
    const needAnchors = ['logged', 'complete', 'witnessed', 'mirrored', 'deposited', 'time'];
    const claims = needAnchors.map((name) => notProved(name, because('no_anchors')));
    return { claims: [...always, await examineSignatureAlone(decoded), ...claims], interval: null };
  }
  const log = examineLog(decoded, question);
  const custody = await examineCustody(decoded, question, log);
  const { stamps, fault } = examineStamps(decoded, question, log);
  const interval = intervalOf(decoded, question, [...log.cosigned, ...custody.received, ...stamps]);
  const claims = [
    ...always,
    ...log.claims,
    custody.claim,
    await examineCompleteness(decoded, question, log),
    await examineSignature(decoded, question, interval.notAfter),
    fault ? contradicted('time', fault) : examineTime(decoded, interval, stamps),
  ];
  return { claims, interval };
}

/** Whether the signer's certificate says of itself, or an anchor says of it, that it is for tests. */
async function isTestOnly({ certificates }, anchors) {
  const chain = orNull(() => readChain(certificates.map(({ bytes }) => bytes)));
  if (chain === null) return false;
  if (chain.some(({ extensions }) => extensions.isTestOnly)) return true;
  const declared = anchors?.certificate_roots ?? [];
  const roots = await readRoots(declared.map(({ certificate, test_only }) => ({ der: certificate, testOnly: test_only })));
  const found = await anchorChain(chain, roots);
  return found.result === 'anchored' && found.isTestOnly;
}
