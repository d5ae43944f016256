// Assembles ../../pages/assets/library.js: what the signer's pages take where a browser has no
// cryptography for pages. The versions are those of package-lock.json; `--check` compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const target = new URL('../../pages/assets/library.js', import.meta.url);
const { outputFiles } = await build({
  stdin: {
    contents: "export { ed25519 } from '@noble/curves/ed25519.js'; export { sha256 } from '@noble/hashes/sha2.js';",
    resolveDir: new URL('.', import.meta.url).pathname,
  },
  bundle: true,
  write: false,
  format: 'esm',
  charset: 'utf8',
  target: 'es2022',
  legalComments: 'inline',
  minify: true,
});
const [{ text }] = outputFiles;
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) throw new Error('library.js is not what the packages give: run `npm run library`');
} else {
  writeFileSync(target, text);
}
console.log(`library.js  ${Buffer.byteLength(text)} bytes`);
