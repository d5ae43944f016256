// Renewals of time stamps: every vector of tests/vectors/renewal, and what is made here of a stamped bundle.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { base64 } from '../src/bytes.js';
import { readBundle } from '../src/bundle.js';
import { crc32 } from '../src/container.js';
import { writeCanonical } from '../src/json.js';
import { readKey } from '../src/keys.js';
import { readProofFile } from '../src/proof-file.js';
import { readDisclosure } from '../src/record.js';
import { isRenewals, readRenewals } from '../src/renewal-file.js';
import { verify } from '../src/verify.js';

const vectors = new URL('../../../../tests/vectors/', import.meta.url);
const bytesAt = (path) => new Uint8Array(readFileSync(new URL(path, vectors)));
const listOf = (path) => JSON.parse(readFileSync(new URL(path, vectors), 'utf8'));

for (const { name, file, renewals, keys, anchors, at, expect } of listOf('renewal/cases.json')) {
  test(`case renewal ${name}`, async () => {
    const { report, renewed, document } = await verify({
      name: file,
      file: bytesAt(`renewal/${file}`),
      anchors: anchors && bytesAt(`renewal/${anchors}`),
      renewals: bytesAt(`renewal/${renewals}`),
      renewalKeys: keys.map((key) => readKey(base64(key))),
      at: at ? Date.parse(at) : null,
      language: 'en',
    });
    const { status, code } = renewed ?? report.renewed;
    assert.deepEqual({ status, code }, { status: expect.status, code: expect.code });
    // The seal of a document is left to the program, and so is the whole.
    if (document === undefined) assert.deepEqual([report.verdict, report.exit], [expect.verdict, expect.exit]);
  });
}

/** A container of these entries, as docs/spec/bundle.md has it. */
function container(entries) {
  const parts = [];
  const central = [];
  let at = 0;
  for (const [name, bytes] of entries) {
    const middle = Buffer.alloc(26);
    middle.writeUInt16LE(20, 0);
    middle.writeUInt16LE(0x0800, 2);
    middle.writeUInt16LE(0x0021, 8);
    middle.writeUInt32LE(crc32(bytes), 10);
    middle.writeUInt32LE(bytes.length, 14);
    middle.writeUInt32LE(bytes.length, 18);
    middle.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), middle, Buffer.from(name), bytes]);
    central.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), middle, place, Buffer.from(name));
    parts.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...parts, directory, end]));
}

const TWELVE_YEARS = 12 * 365 * 24 * 3_600_000;

/** A stamped bundle of the vectors whose stamped head is that of its proof, and the way of its record. */
async function stampedBundle() {
  for (const { file, anchors, expect } of listOf('evidence/cases.json')) {
    if (expect.verdict !== 'proved' || expect.claims.time?.status !== 'proved') continue;
    const bytes = bytesAt(`evidence/${file}`);
    const { parts } = await readBundle(bytes);
    const head = parts.time.find(({ consistency }) => consistency === null);
    if (head === undefined) continue;
    const { index, path } = readProofFile(parts.proof.bytes);
    const texts = path.map((hash) => Buffer.from(hash).toString('base64'));
    const record = readDisclosure(parts.record.bytes).root;
    const tokens = head.tokens.map(({ authority }) => authority);
    const way = {
      format: 'heqi.renewals/v1',
      links: [{ next: null, tokens }],
      subject: { index: Number(index), path: texts, record, said: null, salt: null },
    };
    const entries = [['000/head.note', head.note.bytes], ...head.tokens.map((one) => [`000/${one.authority}.tst`, one.bytes])];
    return { file: bytes, anchors: bytesAt(`evidence/${anchors}`), way, entries };
  }
  throw new Error('no vector is stamped');
}

const written = ({ way, entries }) => container([['renewals.json', writeCanonical(way)], ...entries]);

test('the renewals of a bundle count beside its claims, in both languages', async () => {
  const made = await stampedBundle();
  const ask = (renewals, more = {}) =>
    verify({ name: 'a.heqi.zip', file: made.file, anchors: made.anchors, renewals, language: 'en', ...more });
  const said = async (renewals, more) => {
    const { report } = await ask(renewals, more);
    return [report.verdict, report.renewed.status, report.renewed.code];
  };
  const way = written(made);
  assert.ok(isRenewals(way.subarray(0, 64)) && !isRenewals(made.file.subarray(0, 64)));
  assert.deepEqual(await said(way), ['proved', 'proved', 'renewed']);
  const { report } = await ask(way, { language: 'zh' });
  assert.match(report.renewed.reason, /^不晚于 .* 已写入平台日志，时间戳续期 0 次，有效至 .*（测试）$/);
  const at = Date.parse('2026-11-23T12:00:00Z') + TWELVE_YEARS;
  assert.deepEqual(await said(way, { at }), ['not_proved', 'not_proved', 'renewals_ended']);
  assert.equal((await said(way, { anchors: null }))[2], 'renewals_no_anchors');
  assert.deepEqual(await said(way.subarray(1)), ['contradicted', 'contradicted', 'renewals_malformed']);
  const changed = (change) => {
    const way = structuredClone(made.way);
    change(way);
    return written({ ...made, way });
  };
  const other = changed((way) => (way.subject.record = '00'.repeat(32)));
  assert.deepEqual(await said(other), ['contradicted', 'contradicted', 'renewals_of_another']);
  const place = changed((way) => (way.subject.index += 1));
  assert.deepEqual(await said(place), ['contradicted', 'contradicted', 'renewals_do_not_hold']);
  const stranger = { ...made, entries: made.entries.map(([name, bytes]) => [name, name.endsWith('.tst') ? bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte)) : bytes]) };
  assert.equal((await said(written(stranger)))[2], 'renewals_untrusted');
});

test('what is no file of renewals is none, and renewals of a fork proof are told', async () => {
  const made = await stampedBundle();
  assert.notEqual(readRenewals(written(made)), null);
  const bad = [
    { ...made, entries: [...made.entries, ['000/more.tst', new Uint8Array(1)]] },
    { ...made, entries: made.entries.slice(1) },
    { ...made, way: { ...made.way, format: 'heqi.renewals/v2' } },
    { ...made, way: { ...made.way, links: [] } },
    { ...made, way: { ...made.way, subject: { ...made.way.subject, record: null } } },
  ];
  for (const one of bad) assert.equal(readRenewals(written(one)), null);
  const [{ file }] = listOf('fork/cases.json');
  const { report } = await verify({ name: file, file: bytesAt(`fork/${file}`), renewals: written(made), language: 'zh' });
  assert.equal(report.error.code, 'renewals_of_no_document');
  assert.match(report.error.what, /续期文件/);
});
