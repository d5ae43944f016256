// Signed notes and their keys: c2sp.org/signed-note, docs/spec/tlog.md "Notes" and "Cosignatures".
import { base64, bytesOf, concat, demand, hex, orNull, refuse, textOf } from './bytes.js';
import { isKeyName, readCheckpointText } from './checkpoint.js';
import { ed25519Holds, ed25519Key } from './ed25519.js';
import { sha256 } from './sha256.js';

const MAX_NOTE_BYTES = 524_288;
const MAX_SIGNATURES = 64;

/** Signature type of a log's own key. */
export const ED25519 = 0x01;
/** Signature type of a cosigner's key: `cosignature/v1`. */
export const COSIGNATURE = 0x04;

/** A verifier key `name+id+base64(type ‖ key)`. */
export function readVerifierKey(text) {
  const [, name, id, encoded] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text) ?? refuse('no verifier key');
  demand(isKeyName(name), 'no key name');
  const typed = base64(encoded);
  const [type, key] = [typed[0], typed.subarray(1)];
  demand(type === ED25519 || type === COSIGNATURE, 'a key of another type');
  demand(ed25519Key(key) !== null, 'no Ed25519 key');
  demand(hex(sha256(bytesOf(`${name}\n`), typed).subarray(0, 4)) === id, 'another key ID');
  return { name, id, type, key };
}

/** A note: `{text, signatures: [{name, id, signature}]}`. */
export function readNote(bytes) {
  demand(bytes.length <= MAX_NOTE_BYTES, 'a note that is too long');
  const whole = textOf(bytes);
  demand(!/[\u0000-\u0009\u000b-\u001f]/.test(whole), 'a control character');
  const blank = whole.lastIndexOf('\n\n');
  demand(blank >= 0, 'no blank line before the signatures');
  const lines = whole.slice(blank + 2).split('\n');
  demand(lines.pop() === '', 'no newline at the end');
  demand(lines.length >= 1 && lines.length <= MAX_SIGNATURES, 'no signature, or too many');
  const signatures = lines.map(readLine);
  const ids = signatures.map(({ name, id }) => `${name} ${id}`);
  demand(new Set(ids).size === ids.length, 'two signatures of one key');
  return { text: whole.slice(0, blank + 1), signatures };
}

function readLine(line) {
  const [, name, encoded] = /^— ([^ ]*) ([^ ]*)$/.exec(line) ?? refuse('no signature line');
  demand(isKeyName(name), 'no key name');
  const bytes = base64(encoded);
  demand(bytes.length > 4, 'no signature');
  return { name, id: hex(bytes.subarray(0, 4)), signature: bytes.subarray(4) };
}

/**
 * The signatures of known keys, `{key, time}`; time is null for a log's. Null when one of them
 * does not verify, whatever the others say, or when there is none ("Notes" rule 5).
 */
export function verifyNote(note, keys) {
  const verified = [];
  for (const line of note.signatures) {
    for (const key of keys.filter(({ name, id }) => name === line.name && id === line.id)) {
      const time = key.type === COSIGNATURE ? cosignedAt(key, note.text, line) : signed(key, note.text, line);
      if (time === undefined) return null;
      verified.push({ key, time });
    }
  }
  return verified.length > 0 ? verified : null;
}

const signed = (key, text, { signature }) =>
  ed25519Holds(signature, bytesOf(text), key.key) ? null : undefined;

/** The time of a cosignature in seconds since 1970, or undefined when it does not hold. */
function cosignedAt(key, text, { signature }) {
  // Nothing but a checkpoint is cosigned ("Cosignatures" rule 3).
  if (signature.length !== 72 || orNull(() => readCheckpointText(text)) === null) return undefined;
  const time = BigInt(`0x${hex(signature.subarray(0, 8))}`);
  if (time < 1n || time > 2n ** 63n - 1n) return undefined;
  const message = concat(bytesOf(`cosignature/v1\ntime ${time}\n`), bytesOf(text));
  return ed25519Holds(signature.subarray(8), message, key.key) ? time : undefined;
}
