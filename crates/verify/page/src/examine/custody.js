// Deposited: docs/spec/deposit.md, rules 6 to 8.
import { orNull } from '../bytes.js';
import { counts } from '../anchors.js';
import { immutableParts } from '../bundle.js';
import { because, contradicted, notProved, proved } from '../claims.js';
import { openStatement, readEnvelope } from '../dsse.js';
import { chainCommitment, DEPOSIT_RECEIPT, manifestDigest } from '../statements.js';
import { referenced } from './integrity.js';
import { isDatedInTrust } from './heads.js';

/** The claim, and when which organisation received the record: `received` of `{at, organisation}`. */
export async function examineCustody(decoded, question, log) {
  const { anchors } = question;
  const held = [];
  let refused = null;
  for (const part of decoded.parts.deposits) {
    const { fault, by, receipt } = await open(decoded, question, part, log);
    if (fault) return { claim: contradicted('deposited', because(fault, { entry: part.name })), received: [] };
    if (!by) continue;
    if (receipt.outcome.outcome === 'refused') {
      refused = because('deposit_refused', { custodian: by.custodian, refusal: receipt.outcome.reason });
    } else if (!held.some((other) => other.custodian === by.custodian)) {
      held.push({ at: receipt.received_at, custodian: by.custodian, organisation: by.organisation });
    }
  }
  const counted = { held: held.length, of: new Set(anchors.custodians.map(({ custodian }) => custodian)).size };
  // Several custodians of one organisation are one organisation's word.
  const vouchedBy = [...new Set(held.map(({ organisation }) => organisation))].sort(byBytes);
  const claim = () => {
    if (refused) return notProved('deposited', refused);
    const all = counted.of > 0 && counted.held === counted.of;
    return all
      ? proved('deposited', because('deposited', counted), vouchedBy)
      : notProved('deposited', because('deposited_partly', counted), vouchedBy);
  };
  return { claim: claim(), received: held };
}

const byBytes = (a, b) => {
  const [left, right] = [a, b].map((text) => [...text]);
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    if (left[i] !== right[i]) return left[i].codePointAt(0) - right[i].codePointAt(0);
  }
  return left.length - right.length;
};

/** The custodian whose key an envelope names. */
export const custodianOf = (envelope, anchors) =>
  anchors.custodians.find(({ key }) => envelope.signatures.some(({ keyid }) => keyid === key.keyId)) ?? null;

/** One receipt: a fault that contradicts, or who signed it; neither when it does not count. */
async function open(decoded, { anchors, at }, part, log) {
  const envelope = orNull(() => readEnvelope(part.bytes));
  if (envelope === null) return { fault: 'receipt_invalid' };
  const by = custodianOf(envelope, anchors);
  if (by === null) return {};
  const receipt = await openStatement(envelope, DEPOSIT_RECEIPT, by.key);
  if (receipt === null || receipt.custodian !== by.custodian) return { fault: 'receipt_invalid' };
  if (!isFor(receipt, decoded, log.entry)) return { fault: 'receipt_of_another' };
  // The instant in a receipt is the custodian's own word.
  const isTrusted = isDatedInTrust(by.validity.distrust_after, log.cosigned);
  return isTrusted && counts(by.validity, receipt.received_at, at) ? { by, receipt } : {};
}

/** Rule 7. */
function isFor(receipt, decoded, entry) {
  const { record, frame, parts, signing } = decoded;
  const isSameRecord =
    receipt.record_root === record.root && receipt.chain === chainCommitment(frame.chain) && receipt.seq === frame.seq;
  const isSameEntry =
    entry === null || (receipt.log_origin === entry.origin && BigInt(receipt.leaf_index) === entry.index);
  const listed = new Set(receipt.parts.map(({ sha256 }) => sha256));
  const immutable = immutableParts(parts);
  const isClientFull = signing === null || signing.client.isFull;
  // The same bytes may stand as two parts; what is disclosed in part is known by its bytes.
  const partial = new Set();
  if (!record.isFull) partial.add(parts.record.sha256);
  if (!isClientFull) partial.add(parts.client.sha256);
  const allListed = immutable.every(({ sha256 }) => partial.has(sha256) || listed.has(sha256));
  const attached = new Set(parts.attachments.map(({ sha256 }) => sha256));
  const isWhole = record.isFull && isClientFull && [...referenced(decoded)].every((file) => attached.has(file));
  return isSameRecord && isSameEntry && allListed && (!isWhole || manifestDigest(immutable) === receipt.manifest_sha256);
}
