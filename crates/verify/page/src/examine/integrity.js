// Integrity: what must be equal wherever both sides are open,
// docs/spec/challenge-and-statement.md rules 11 and 12, docs/spec/bundle.md rules 10 and 11.
import { Malformed, orNull } from '../bytes.js';
import { immutableParts } from '../bundle.js';
import { readProofFile } from '../proof-file.js';
import { because, contradicted, proved } from '../claims.js';
import { writeCanonical } from '../json.js';
import { digest, identifier, listOf, text } from '../shape.js';
import { documents, priorRecords } from '../statements.js';

/** What ends a comparison: the reason of the contradiction. */
class Contradiction extends Error {
  constructor(code, details) {
    super(code);
    this.reason = because(code, details);
  }
}

/** The claim `integrity` of parts that all could be read. */
export function examineIntegrity(decoded) {
  try {
    if (decoded.signing) {
      bindChallenge(decoded);
      bindStatement(decoded);
      bindPhoto(decoded);
      bindOrigin(decoded);
    }
    bindAttachments(decoded);
  } catch (error) {
    if (error instanceof Contradiction) return contradicted('integrity', error.reason);
    throw error;
  }
  return proved('integrity', because('parts_agree', { parts: immutableParts(decoded.parts).length }));
}

/** What the record says; undefined when the slot is closed. An open slot must say something. */
function said({ record }, name, shape) {
  const attribute = record.attributes.get(name);
  if (attribute === undefined) return undefined;
  try {
    return shape(attribute.value);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new Contradiction('record_malformed', { detail: `${name} is missing or malformed` });
  }
}

/** A closed side cannot disagree. */
function agree(what, against, known, other) {
  if (known === undefined) return;
  const spelling = (value) => new TextDecoder().decode(writeCanonical(value));
  if (spelling(known) !== spelling(other)) throw new Contradiction(`mismatch_${what}`, { what, against });
}

const sha256Of = (list) => list?.map(({ sha256 }) => sha256);

function bindChallenge(decoded) {
  const { preimage } = decoded.signing;
  const compare = (what, name, shape, other) => agree(what, 'challenge.json', said(decoded, name, shape), other);
  compare('challenge', 'challenge', digest, preimage.challenge);
  compare('ceremony', 'ceremony', identifier('cer'), preimage.ceremony);
  compare('filing', 'filing', identifier('fil'), preimage.filing);
  compare('party', 'party', identifier('par'), preimage.party);
  compare('capacities', 'capacities', listOf(text), preimage.capacities);
  agree('documents', 'challenge.json', sha256Of(said(decoded, 'documents', documents)), preimage.documents);
  compare('prior_records', 'prior_records', priorRecords, preimage.prior_records);
  compare('device_key', 'device_key_sha256', digest, preimage.device_key_sha256);
  bindHead(decoded);
  if (decoded.frame.recorded_at > preimage.expires_at) throw new Contradiction('challenge_expired');
}

/** The head the challenge names is there, to the byte, and no other (bundle.md rule 10). */
function bindHead({ signing, parts }) {
  const entry = 'proof/challenge.checkpoint';
  const named = signing.preimage.checkpoint;
  const note = parts.challengeCheckpoint;
  if (named === null && note !== null) throw new Contradiction('part_unexpected', { entry });
  if (named !== null && note === null) throw new Contradiction('part_missing', { entry });
  if (named !== null) agree('checkpoint', 'challenge.json', note.sha256, named.note_sha256);
}

function bindStatement(decoded) {
  const { envelope, preimage, certificates, client } = decoded.signing;
  const { statement } = envelope;
  const compare = (what, known, other) => agree(what, 'envelope.json', known, other);
  const of = (name, shape) => said(decoded, name, shape);
  compare('envelope', of('envelope_sha256', digest), envelope.sha256);
  compare('challenge', preimage.challenge, statement.challenge);
  compare('party', preimage.party, statement.party);
  compare('capacities', preimage.capacities, statement.capacities);
  compare('documents', preimage.documents, sha256Of(statement.documents));
  compare('documents', of('documents', documents), statement.documents);
  compare('intent', of('intent_sha256', digest), statement.intent_sha256);
  compare('consents', of('consents', listOf(digest)), statement.consents);
  compare('certificate', certificates[0].sha256, statement.certificate_sha256);
  compare('client_root', client.root, statement.client_root);
  agree('certificate', 'record.json', of('certificate_sha256', digest), certificates[0].sha256);
  agree('client_root', 'record.json', of('client_root', digest), client.root);
}

function bindPhoto({ record, signing }) {
  const received = record.attributes.get('photo_sha256');
  const signed = signing.client.attributes.get('photo_sha256');
  if (received && signed) agree('photo', 'client.json', received.value, signed.value);
}

/** A proof file that cannot be read is the matter of the claim `logged`. */
function bindOrigin({ parts, signing }) {
  const proof = parts.proof && orNull(() => readProofFile(parts.proof.bytes));
  agree('origin', 'proof/record.tlog-proof', proof?.checkpoint.origin, signing.envelope.statement.origin);
}

function bindAttachments(decoded) {
  const wanted = referenced(decoded);
  for (const { file, sha256 } of decoded.parts.attachments) {
    if (!file.startsWith(sha256)) throw new Contradiction('mismatch_attachment', { what: 'attachment', against: 'its digest' });
    if (!wanted.has(sha256)) throw new Contradiction('attachment_unreferenced', { entry: file });
  }
}

/** The digests of the files that open parts refer to (bundle.md rule 11). */
export function referenced({ record, signing }) {
  const files = new Set(signing?.preimage.documents ?? []);
  const open = (tree, name) => {
    const value = tree.attributes.get(name)?.value;
    if (value !== undefined && orNull(() => digest(value)) !== null) files.add(value);
  };
  open(record, 'photo_sha256');
  open(record, 'document_sha256');
  if (signing) {
    open(signing.client, 'photo_sha256');
    open(signing.client, 'strokes_sha256');
  }
  return files;
}
