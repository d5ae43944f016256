// The vectors of tests/vectors/{tlog,pki,evidence}: each format by itself, without a bundle.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readAnchors } from '../src/anchors.js';
import { base64, bytesOf, hex, orNull, unhex } from '../src/bytes.js';
import { anchorChain, readChain, readRoots } from '../src/certificate-chain.js';
import { readCheckpointText } from '../src/checkpoint.js';
import { isSignedBy, preAuthenticationEncoding, readEnvelope } from '../src/dsse.js';
import { readCanonical, writeCanonical } from '../src/json.js';
import { holds, readKey } from '../src/keys.js';
import { readNote, readVerifierKey, verifyNote } from '../src/note.js';
import { readProofFile } from '../src/proof-file.js';
import { readDisclosure, recordEntry, statementEntry } from '../src/record.js';
import { isReserved, nameOfSlot, schemaOf } from '../src/schema.js';
import { chainCommitment, manifestDigest, readPreimage } from '../src/statements.js';
import { digestOf } from '../src/sha256.js';
import { isConsistent, isIncluded, leafHash } from '../src/tree.js';

const vectors = (name) =>
  JSON.parse(readFileSync(new URL(`../../../../tests/vectors/${name}.json`, import.meta.url), 'utf8'));

test('notes and their keys', () => {
  const { vkeys, notes, verify } = vectors('tlog/note');
  for (const { name, vkey, valid } of vkeys) assert.equal(orNull(() => readVerifierKey(vkey)) !== null, valid, name);
  for (const vector of notes) {
    const bytes = vector.note === undefined ? unhex(vector.note_hex) : bytesOf(vector.note);
    const note = orNull(() => readNote(bytes));
    assert.equal(note !== null, vector.valid, vector.name);
    if (vector.valid) assert.equal(note.text, vector.text, vector.name);
  }
  for (const { name, note, vkeys: keys, verified } of verify) {
    const found = verifyNote(readNote(bytesOf(note)), keys.map(readVerifierKey));
    assert.deepEqual(found?.map(({ key }) => key.name) ?? null, verified, name);
  }
});

test('checkpoints, cosignatures, proof files', () => {
  for (const { name, text, valid, size } of vectors('tlog/checkpoint').texts) {
    const head = orNull(() => readCheckpointText(text));
    assert.equal(head !== null, valid, name);
    // JSON gives sizes as floating-point numbers: compare as such.
    if (valid) assert.equal(Number(head.size), size, name);
  }
  for (const { name, note, vkey, time } of vectors('tlog/cosignature').verify) {
    const verified = verifyNote(readNote(bytesOf(note)), [readVerifierKey(vkey)]);
    assert.equal(verified === null ? null : Number(verified[0].time), time, name);
  }
  const { cases } = vectors('tlog/proof_file');
  const malformed = cases.filter(({ result }) => result === 'malformed');
  assert.ok(malformed.length > 5);
  for (const { name, file, result } of cases) {
    assert.equal(orNull(() => readProofFile(bytesOf(file))) === null, result === 'malformed', name);
  }
});

test('proofs of inclusion and consistency', () => {
  const { inclusion, consistency } = vectors('tlog/tree');
  for (const { name, index, size, leaf_hash, path, root, valid } of inclusion) {
    const proof = { index: BigInt(index), size: BigInt(size), leaf: unhex(leaf_hash), path: path.map(unhex), root: unhex(root) };
    assert.equal(isIncluded(proof), valid, name);
  }
  for (const { name, old_size, old_root, new_size, new_root, proof, valid } of consistency) {
    const given = {
      oldSize: BigInt(old_size), oldRoot: unhex(old_root), newSize: BigInt(new_size), newRoot: unhex(new_root),
      proof: proof.map(unhex),
    };
    assert.equal(isConsistent(given), valid, name);
  }
});

test('keys and signatures, with and without WebCrypto', async () => {
  for (const { name, spki, algorithm, key_id } of vectors('pki/public-keys').cases) {
    const key = orNull(() => readKey(unhex(spki)));
    assert.equal(key?.algorithm ?? null, algorithm, name);
    if (key) assert.equal(key.keyId, key_id, name);
  }
  const { subtle } = globalThis.crypto;
  for (const { name, spki, message, signature, valid } of vectors('pki/signatures').cases) {
    const key = readKey(unhex(spki));
    assert.equal(await holds(key, unhex(signature), unhex(message)), valid, name);
    Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined, configurable: true });
    try {
      assert.equal(await holds(key, unhex(signature), unhex(message)), valid, `${name}, without WebCrypto`);
    } finally {
      Object.defineProperty(globalThis.crypto, 'subtle', { value: subtle, configurable: true });
    }
  }
});

test('envelopes', async () => {
  const { pae, payload_type: type, keys: spkis, accepted, rejected } = vectors('pki/dsse');
  for (const { payload_type, payload, pae: expected } of pae) {
    assert.equal(hex(preAuthenticationEncoding(payload_type, unhex(payload))), expected);
  }
  const keys = spkis.map((spki) => readKey(unhex(spki)));
  const opened = async (text) => {
    const envelope = orNull(() => readEnvelope(bytesOf(text)));
    return envelope && (await isSignedBy(envelope, type, keys)) ? envelope : null;
  };
  for (const { name, envelope, payload } of accepted) assert.equal(hex((await opened(envelope)).payload), payload, name);
  for (const { name, envelope } of rejected) assert.equal(await opened(envelope), null, name);
});

test('chains of certificates', async () => {
  const { trusted, certificates, cases } = vectors('pki/chains');
  const der = (name) => base64(certificates[name]);
  const roots = await readRoots(trusted.map((name) => ({ der: der(name), testOnly: false })));
  assert.equal(roots.length, trusted.length);
  for (const { name, chain, at, expect, test_only } of cases) {
    const read = readChain(chain.map(der));
    const found = await anchorChain(read, roots);
    const late = ['not_yet_valid', 'expired', 'verified'];
    const result = found.result === 'anchored' ? expect.result : found.result;
    assert.equal(result, expect.result, name);
    assert.equal(found.result === 'anchored', late.includes(expect.result), name);
    if (found.result !== 'anchored') continue;
    const inTime = Date.parse(at) >= found.notBefore && Date.parse(at) <= found.notAfter;
    assert.equal(inTime, expect.result === 'verified', name);
    if (inTime) assert.equal(found.isTestOnly, test_only, name);
  }
});

test('canonical JSON and the small encodings', async () => {
  const { accepted, refused } = vectors('evidence/canonical-json');
  for (const { canonical, input } of accepted) {
    assert.deepEqual(writeCanonical(JSON.parse(input)), bytesOf(canonical));
    assert.deepEqual(writeCanonical(readCanonical(bytesOf(canonical))), bytesOf(canonical));
    if (input !== canonical) assert.equal(orNull(() => readCanonical(bytesOf(input))), null, input);
  }
  for (const text of refused) assert.equal(orNull(() => readCanonical(bytesOf(text))), null, text);
  const { disclosures, root } = vectors('evidence/record-root');
  for (const disclosure of disclosures) assert.equal(readDisclosure(bytesOf(disclosure)).root, root);
  for (const { challenge, preimage } of vectors('evidence/challenge')) {
    assert.equal(readPreimage(bytesOf(preimage)).challenge, challenge);
  }
  for (const { kind, digest, entry_hex, leaf_hash } of vectors('evidence/log-leaf')) {
    const entry = kind === 'record' ? recordEntry(digest) : statementEntry(digest);
    assert.deepEqual([hex(entry), hex(leafHash(entry))], [entry_hex, leaf_hash]);
  }
  for (const { chain, commitment } of vectors('evidence/chain-commitment')) assert.equal(chainCommitment(chain), commitment);
  for (const { parts, sha256 } of vectors('evidence/deposit-manifest')) {
    const read = parts.map(({ role, content }) => ({ role, bytes: bytesOf(content), sha256: digestOf(bytesOf(content)) }));
    assert.equal(manifestDigest(read), sha256);
  }
  for (const { file, why } of vectors('evidence/anchors-refused')) {
    await assert.rejects(readAnchors(bytesOf(file)), { code: 'anchors_not_usable' }, why);
  }
});

test('every slot has the name of the schema', () => {
  for (const { kind, version, slots, named } of vectors('evidence/schema')) {
    const schema = schemaOf(kind, version);
    assert.equal(schema.slots, slots, kind);
    for (const { slot, name } of named) assert.equal(nameOfSlot(schema, slot), name, `${kind} ${slot}`);
    const reserved = Array.from({ length: slots }, (_, slot) => slot).filter((slot) => isReserved(schema, slot));
    assert.equal(reserved.length, slots - named.length, kind);
  }
  assert.equal(nameOfSlot(schemaOf('filing_changed', 1), 22), 'reserved_22');
  for (const [kind, version] of [['signing', 2], ['filing_changed', 3], ['filing_changed', '2'], ['filing_changed', 1.5], ['filing_changed', null]]) {
    assert.equal(schemaOf(kind, version), null, `${kind} ${version}`);
  }
});
