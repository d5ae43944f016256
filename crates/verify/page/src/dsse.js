// Signed statements: docs/spec/dsse.md.
import { base64, bytesOf, concat, demand } from './bytes.js';
import { readCanonical } from './json.js';
import { holds } from './keys.js';
import { digest, listOf, members, text } from './shape.js';

const MAX_BYTES = 1_048_576;
const PAYLOAD_TYPE = /^[!#-[\]-~]{1,255}$/;

/** Reads an envelope (rules 1 to 6): `{payload, payloadType, signatures: [{keyid, sig}]}`. */
export function readEnvelope(bytes) {
  demand(bytes.length <= MAX_BYTES, 'an envelope that is too long');
  const envelope = members(readCanonical(bytes), {
    payload: (value) => base64(text(value)),
    payloadType: text,
    signatures: listOf((value) => members(value, { keyid: digest, sig: (sig) => base64(text(sig)) })),
  });
  demand(PAYLOAD_TYPE.test(envelope.payloadType), 'no payload type');
  const ids = envelope.signatures.map(({ keyid }) => keyid);
  demand(ids.length >= 1 && ids.length <= 8, 'no signature, or too many');
  demand(new Set(ids).size === ids.length, 'two signatures of one key');
  return envelope;
}

/** What a signature covers (rule 7). */
export function preAuthenticationEncoding(payloadType, payload) {
  const type = bytesOf(payloadType);
  return concat(bytesOf(`DSSEv1 ${type.length} `), type, bytesOf(` ${payload.length} `), payload);
}

/**
 * Whether a known key of `keys` signed (rules 8 to 11): every entry that names one must verify,
 * and there must be one.
 */
export async function isSignedBy(envelope, payloadType, keys) {
  if (envelope.payloadType !== payloadType) return false;
  const signed = preAuthenticationEncoding(payloadType, envelope.payload);
  let verified = 0;
  for (const { keyid, sig } of envelope.signatures) {
    const key = keys.find((known) => known.keyId === keyid);
    if (!key) continue;
    if (!(await holds(key, sig, signed))) return false;
    verified += 1;
  }
  return verified > 0;
}

/** The statement in the verified bytes by one key or several, or null: of another type, not signed, or malformed. */
export async function openStatement(envelope, kind, keys) {
  if (!(await isSignedBy(envelope, kind.payloadType, [keys].flat()))) return null;
  return kind.read(envelope.payload);
}
