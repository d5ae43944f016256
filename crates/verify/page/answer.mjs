// Answers questions of the differential fuzzer (tests/fuzz): one JSON line in, one out.
// {name, file, anchors, at} with paths; the report in English, or {crash} if there is none.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { verify } from './src/verify.js';

const bytesOf = (path) => new Uint8Array(readFileSync(path));
for await (const line of createInterface({ input: process.stdin })) {
  const { name, file, anchors, at } = JSON.parse(line);
  let answer;
  try {
    const { report } = await verify({
      name,
      file: bytesOf(file),
      anchors: anchors ? bytesOf(anchors) : null,
      at: at ? Date.parse(at) : null,
      language: 'en',
    });
    answer = report;
  } catch (error) {
    answer = { crash: String(error?.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
