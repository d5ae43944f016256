// Every bundle and every proof of a fork of tests/vectors gets the verdict written beside it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { verify } from '../src/verify.js';

const vectors = new URL('../../../../tests/vectors/', import.meta.url);
const cases = ['evidence', 'fork', 'chain-fork'].flatMap((folder) => {
  const list = JSON.parse(readFileSync(new URL(`${folder}/cases.json`, vectors), 'utf8'));
  return list.map((one) => ({ ...one, folder }));
});

for (const { folder, name, file, anchors, at, expect } of cases) {
  const bytesOf = (entry) => new Uint8Array(readFileSync(new URL(`${folder}/${entry}`, vectors)));
  test(`case ${folder} ${name}`, async () => {
    const { report } = await verify({
      name: file,
      file: bytesOf(file),
      anchors: anchors ? bytesOf(anchors) : null,
      at: at ? Date.parse(at) : null,
      language: 'en',
    });
    const claims = Object.fromEntries(report.claims.map(({ claim, status, code, vouched_by }) => [claim, folder !== 'evidence' ? { code, status, vouched_by } : { code, status }]));
    assert.deepEqual({ exit: report.exit, verdict: report.verdict, error: report.error?.code }, {
      exit: expect.exit, verdict: expect.verdict, error: expect.error,
    });
    assert.deepEqual(claims, expect.claims ?? {});
  });
}
