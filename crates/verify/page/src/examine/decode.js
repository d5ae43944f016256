// Reading every part by its own format: docs/spec/bundle.md rules 9 and 10,
// docs/spec/challenge-and-statement.md rules 5 to 10. The first fault ends the examination.
import { Malformed, orNull } from '../bytes.js';
import { readChain } from '../certificate-chain.js';
import { because } from '../claims.js';
import { readEnvelope } from '../dsse.js';
import { isDevicesWord, readDisclosure, readFrame } from '../record.js';
import { digest } from '../shape.js';
import { readPreimage, SIGNING } from '../statements.js';

/** The one slot that ties an envelope, and all it binds, to the record. */
const BINDING = 'envelope_sha256';

/** `{decoded}`, or `{fault}`: the reason why the parts cannot be read. */
export function decode({ parts, damaged }) {
  if (damaged.length > 0) return { fault: because('entry_damaged', { entry: damaged[0] }) };
  let record;
  let frame;
  try {
    record = readDisclosure(parts.record.bytes);
    frame = readFrame(record);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { fault: because('record_malformed', { detail: error.message }) };
  }
  const decoded = { parts, record, frame, signing: null };
  if (frame.kind !== 'signing') {
    const entry = unexpected(parts);
    return entry === null ? { decoded } : { fault: because('part_unexpected', { entry }) };
  }
  const { fault, signing } = decodeSigning(parts);
  if (fault) return { fault };
  const binding = record.attributes.get(BINDING);
  if (binding === undefined) return { fault: because('not_bound', { attribute: BINDING }) };
  if (orNull(() => digest(binding.value)) === null) {
    return { fault: because('record_malformed', { detail: `${BINDING} is missing or malformed` }) };
  }
  return { decoded: { ...decoded, signing } };
}

/** The first part that only a signing has. */
function unexpected(parts) {
  const there = [
    ['envelope.json', parts.envelope],
    ['challenge.json', parts.challenge],
    ['proof/challenge.checkpoint', parts.challengeCheckpoint],
    ['client.json', parts.client],
    ['certificates', parts.certificates[0] ?? null],
  ].find(([, part]) => part !== null);
  return there ? there[0] : null;
}

/** Envelope with its statement, preimage, device's tree, certificates: in this order. */
function decodeSigning(parts) {
  const readers = [
    ['envelope.json', parts.envelope, 'envelope', readSigningEnvelope],
    ['challenge.json', parts.challenge, 'preimage', ({ bytes }) => readPreimage(bytes)],
    ['client.json', parts.client, 'client', readClient],
    [
      'certificates',
      parts.certificates.length > 0 ? parts.certificates : null,
      'certificates',
      (list) => readChain(list.map(({ bytes }) => bytes)),
    ],
  ];
  const signing = {};
  for (const [entry, part, name, read] of readers) {
    if (part === null) return { fault: because('part_missing', { entry }) };
    signing[name] = orNull(() => read(part));
    if (signing[name] === null) return { fault: because('part_malformed', { entry }) };
  }
  return { signing };
}

function readSigningEnvelope({ bytes, sha256 }) {
  const envelope = readEnvelope(bytes);
  // Read before it is verified, to compare it; the claim signed_by verifies it.
  const statement = SIGNING.read(envelope.payload);
  if (statement === null) throw new Malformed('no signing statement');
  return { ...envelope, statement, sha256 };
}

function readClient({ bytes }) {
  const client = readDisclosure(bytes);
  if (!isDevicesWord(client)) throw new Malformed('not the tree of a device');
  return client;
}
