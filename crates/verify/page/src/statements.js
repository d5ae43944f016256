// The signed statements and the challenge: docs/spec/challenge-and-statement.md, chain.md rule 6,
// deposit.md rules 1 to 3.
import { demand, orNull } from './bytes.js';
import { readCanonical, writeCanonical } from './json.js';
import { digestOf, labelled } from './sha256.js';
import {
  base64urlOf, count, countTo, depositNumber, digest, identifier, instant, isObject, listOf, members, orNothing,
  text, wordOf,
} from './shape.js';

const MAX_PREIMAGE_BYTES = 65_536;

/** Documents as record and statement list them. */
export const documents = listOf((value) =>
  members(value, { page_images: listOf(digest), pages: countTo(2 ** 32 - 1), sha256: digest }),
);

/** Earlier records of the ceremony as record and preimage list them. */
export const priorRecords = listOf((value) => members(value, { kind: text, root: digest }));

const PREIMAGE = {
  capacities: listOf(text),
  ceremony: identifier('cer'),
  checkpoint: orNothing((value) => members(value, { note_sha256: digest, origin: text, root: digest, size: count })),
  device_key_sha256: digest,
  documents: listOf(digest),
  expires_at: instant,
  filing: identifier('fil'),
  issued_at: instant,
  nonce: base64urlOf(32),
  party: identifier('par'),
  prior_records: priorRecords,
};

/** A preimage and the challenge it makes (rules 1 and 2). */
export function readPreimage(bytes) {
  demand(bytes.length <= MAX_PREIMAGE_BYTES, 'a preimage that is too long');
  return { ...members(readCanonical(bytes), PREIMAGE), challenge: labelled('heqi.challenge/v1\n', bytes) };
}

/** A kind of signed statement. */
export const statement = (payloadType, shapes) => ({
  payloadType,
  read: (payload) => orNull(() => members(readCanonical(payload), shapes)),
});

/** The signing statement (rule 8). */
export const SIGNING = statement('application/vnd.heqi.signing-statement.v1+json', {
  capacities: listOf(text),
  certificate_sha256: digest,
  challenge: digest,
  client_root: digest,
  consents: listOf(digest),
  documents,
  intent_sha256: digest,
  origin: text,
  party: identifier('par'),
});

/** A custodian's head of a chain: chain.md rule 6. */
export const CHAIN_HEAD = statement('application/vnd.heqi.chain-head.v1+json', {
  chain: digest,
  custodian: text,
  root: digest,
  seq: count,
  time: instant,
});

/** A deposit receipt: deposit.md rule 3. */
export const DEPOSIT_RECEIPT = statement('application/vnd.heqi.deposit-receipt.v1+json', {
  chain: digest,
  custodian: text,
  deposit_no: depositNumber,
  leaf_index: count,
  log_origin: text,
  manifest_sha256: digest,
  outcome: readOutcome,
  parts: listOf((value) => members(value, { sha256: digest, sm3: digest })),
  received_at: instant,
  record_root: digest,
  seq: count,
});

function readOutcome(value) {
  demand(isObject(value), 'no outcome');
  const word = wordOf(['admitted', 'admitted_with_findings', 'refused']);
  if (value.outcome === 'admitted_with_findings') return members(value, { findings: listOf(text), outcome: word });
  if (value.outcome === 'refused') return members(value, { outcome: word, reason: text });
  return members(value, { outcome: word });
}

/** The public name of a chain: chain.md rule 2. */
export const chainCommitment = (chain) => labelled('heqi.chain/v1\n', new TextEncoder().encode(chain));

/** SHA-256 of the deposit manifest of parts `{role, sha256, bytes}`: deposit.md rule 2. */
export function manifestDigest(parts) {
  const once = new Map(parts.map(({ role, sha256, bytes }) => [sha256, { role, sha256, size_bytes: bytes.length }]));
  const sorted = [...once.values()].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  return digestOf(writeCanonical({ format: 'heqi.deposit-manifest/v1', parts: sorted }));
}
