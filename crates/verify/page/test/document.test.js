// A document with a bundle inside: what is taken out of it, and what is said about its seal.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { verify } from '../src/verify.js';

const vectors = new URL('../../../../tests/vectors/evidence/', import.meta.url);
const cases = JSON.parse(readFileSync(new URL('cases.json', vectors), 'utf8'));
const proved = cases.find(({ expect }) => expect.verdict === 'proved');
const bundle = readFileSync(new URL(proved.file, vectors));
const anchors = new Uint8Array(readFileSync(new URL(proved.anchors, vectors)));
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** A PDF with these files inside; the list is packed, as the writer packs it. */
function pdf(files) {
  const stream = (bytes, more) => Buffer.concat([
    Buffer.from(`<<${more}/Type/EmbeddedFile/Subtype/a#2Fb/Length ${bytes.length}>>stream\n`), bytes, Buffer.from('\nendstream'),
  ]);
  const specification = (name, at) => Buffer.from(`<</Type/Filespec/F(${name})/UF(${name})/EF<</F ${at} 0 R>>>>`);
  const names = files.map(({ name }, i) => `(${name}) ${4 + 2 * i} 0 R`).join(' ');
  const objects = [
    Buffer.from(`<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[${names}]>>>>>>`),
    Buffer.from('<</Type/Pages/Count 1/Kids[3 0 R]>>'),
    Buffer.from('<</Type/Page/Parent 2 0 R/MediaBox[0 0 90 120]>>'),
    ...files.flatMap(({ name, bytes, packed }, i) => [
      specification(name, 5 + 2 * i),
      packed ? stream(deflateSync(bytes), '/Filter/FlateDecode') : stream(bytes, ''),
    ]),
  ];
  let file = Buffer.from('%PDF-1.7\n');
  let table = '0000000000 65535 f\r\n';
  objects.forEach((object, i) => {
    table += `${String(file.length).padStart(10, '0')} 00000 n\r\n`;
    file = Buffer.concat([file, Buffer.from(`${i + 1} 0 obj\n`), object, Buffer.from('\nendobj\n')]);
  });
  const count = objects.length + 1;
  const end = `xref\n0 ${count}\n${table}trailer\n<</Size ${count}/Root 1 0 R>>\nstartxref\n${file.length}\n%%EOF\n`;
  return new Uint8Array(Buffer.concat([file, Buffer.from(end)]));
}

function document(of = bundle, digest = sha256(bundle)) {
  const files = [{ name: 'evidence-001.heqi.zip', sha256: digest, deposit_no: 'CZ1', size_bytes: of.length, sm3: '' }];
  const list = { files, issued_at: '', kind: 'certificate', number: '第1号', organisation: '示例公证处', schema: 'heqi.document/v1' };
  return pdf([
    { name: 'document.json', bytes: Buffer.from(JSON.stringify(list)), packed: true },
    { name: 'evidence-001.heqi.zip', bytes: of, packed: false },
  ]);
}

const ask = (file) => verify({ name: 'a.pdf', file, anchors, at: proved.at ? Date.parse(proved.at) : null, language: 'zh' });

test('the bundle inside a document is verified as it would be alone, and the document is named', async () => {
  const { report, document: of, inside } = await ask(document());
  assert.equal(report.verdict, 'proved');
  assert.equal(report.file, 'evidence-001.heqi.zip');
  assert.deepEqual([of.number, of.organisation, of.kind], ['第1号', '示例公证处', 'certificate']);
  assert.equal(inside.length, 1);
});

test('a bundle that is not the listed one, and files of another form, are told', async () => {
  const code = async (file) => (await ask(file)).report.error?.code;
  assert.equal(await code(document(bundle, sha256('other'))), 'pdf_manifest');
  assert.equal(await code(pdf([])), 'pdf_no_bundle');
  assert.equal(await code(document().slice(0, -20)), 'pdf_malformed');
  assert.equal(await code(new Uint8Array(Buffer.from('%PDF-1.7\n'))), 'pdf_malformed');
  const twice = Buffer.from(document()).toString('latin1').replace('/Type/Catalog', '/Type/Catalog/Type/X').replace(/startxref/, 'startxref');
  assert.equal(await code(new Uint8Array(Buffer.from(twice, 'latin1'))), 'pdf_malformed');
});

test('spoiled documents are told or verified, and nothing is thrown', async () => {
  const whole = document();
  for (let at = 0; at < whole.length; at += 997) {
    const spoiled = whole.slice();
    spoiled[at] ^= 0x21;
    const { report } = await ask(spoiled);
    assert.ok(['proved', 'not_proved', 'contradicted', 'unreadable'].includes(report.verdict), String(at));
  }
});
