// Every bundle of tests/vectors/evidence gets the verdict written beside it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { verify } from '../src/verify.js';

const folder = new URL('../../../../tests/vectors/evidence/', import.meta.url);
const bytesOf = (name) => new Uint8Array(readFileSync(new URL(name, folder)));
const cases = JSON.parse(readFileSync(new URL('cases.json', folder), 'utf8'));

for (const { name, file, anchors, at, expect } of cases) {
  test(`case ${name}`, async () => {
    const { report } = await verify({
      name: file,
      file: bytesOf(file),
      anchors: anchors ? bytesOf(anchors) : null,
      at: at ? Date.parse(at) : null,
      language: 'en',
    });
    const claims = Object.fromEntries(report.claims.map(({ claim, status, code }) => [claim, { code, status }]));
    assert.deepEqual({ exit: report.exit, verdict: report.verdict, error: report.error?.code }, {
      exit: expect.exit, verdict: expect.verdict, error: expect.error,
    });
    assert.deepEqual(claims, expect.claims ?? {});
  });
}
