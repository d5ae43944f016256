// The device's own attributes and the statement it signs: docs/spec/challenge-and-statement.md,
// docs/spec/record.md rules 5 to 11, docs/spec/dsse.md rule 7.
import { base64, bytesOf, concat, hex, textOf } from './bytes.js';
import { writeCanonical } from './json.js';
import { nameOfSlot, schemaOf } from './schema.js';

const ATTRIBUTE = bytesOf('\u0000heqi.attribute/v1\n');
const NODE = Uint8Array.of(1);
const PAYLOAD_TYPE = 'application/vnd.heqi.signing-statement.v1+json';

/** SHA-256 by the browser, or by the library where the browser has none for pages. */
export async function sha256(bytes) {
  if (crypto.subtle) return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const library = await import('./library.js');
  return library.sha256(new Uint8Array(bytes));
}

/** Standard base64. */
export const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));

/** Bytes of standard base64. */
export const fromBase64 = base64;

const salt = () =>
  toBase64(crypto.getRandomValues(new Uint8Array(16))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/**
 * The device's attribute tree. `values` gives `[value, provenance]` by name; what it does not
 * name is absent. Gives the root, and the tree with every slot open.
 */
export async function clientTree(values) {
  const schema = schemaOf('client', 1);
  const known = { ...values, kind: ['client', 'reported'], schema: [1, 'reported'] };
  const attributes = [];
  for (let slot = 0; slot < schema.slots; slot += 1) {
    const name = nameOfSlot(schema, slot);
    const [value, provenance] = known[name] ?? [null, 'absent'];
    attributes.push([slot, salt(), name, value, provenance]);
  }
  const leaves = attributes.map((attribute) => sha256(concat(ATTRIBUTE, writeCanonical(attribute.slice(1)))));
  let layer = await Promise.all(leaves);
  while (layer.length > 1) {
    const pairs = layer.filter((_, at) => at % 2 === 0).map((left, at) => [left, layer[2 * at + 1]]);
    layer = await Promise.all(pairs.map((pair) => sha256(concat(NODE, ...pair))));
  }
  return { root: hex(layer[0]), tree: { attributes, format: 'heqi.record/v1', hashes: [] } };
}

/** The statement over what the platform asked, and over the device's own root. */
export const statementOf = (asked, clientRoot) => ({
  capacities: asked.capacities,
  certificate_sha256: asked.certificate_sha256,
  challenge: asked.challenge,
  client_root: clientRoot,
  consents: asked.consents,
  documents: asked.documents.map(({ page_images, pages, sha256: digest }) => ({ page_images, pages, sha256: digest })),
  intent_sha256: asked.intent_sha256,
  origin: asked.origin,
  party: asked.party_id,
});

/** The signed statement: a DSSE envelope. `sign` gives `{keyid, sig}` of bytes. */
export async function envelopeOf(statement, sign) {
  const payload = writeCanonical(statement);
  const type = bytesOf(PAYLOAD_TYPE);
  const covered = concat(bytesOf(`DSSEv1 ${type.length} `), type, bytesOf(` ${payload.length} `), payload);
  return { payload: toBase64(payload), payloadType: PAYLOAD_TYPE, signatures: [await sign(covered)] };
}

/** The canonical text of a value: what is hashed and what is sent. */
export const canonicalText = (value) => textOf(writeCanonical(value));
