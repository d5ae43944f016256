// Assembles dist/verify.html from src/: one page, its policy made of the digests of its own
// script and style. The same sources give the same bytes. `--check` compares and writes nothing.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const here = (path) => new URL(path, import.meta.url);
const read = (path) => readFileSync(here(path), 'utf8');
const sha256 = (text, encoding) => createHash('sha256').update(text).digest(encoding);

async function bundled(entry, options) {
  const { outputFiles } = await build({
    entryPoints: [here(entry).pathname],
    absWorkingDir: here('.').pathname,
    bundle: true,
    write: false,
    charset: 'utf8',
    target: 'es2022',
    legalComments: 'inline',
    minifyWhitespace: true,
    minifySyntax: true,
    ...options,
  });
  return outputFiles[0].text;
}

const script = await bundled('src/ui.js', { format: 'iife' });
const style = await bundled('src/style.css', {});
if (/<\/(?:script|style)/i.test(script + style)) throw new Error('the page would end inside its script or style');

const policy = [
  "default-src 'none'",
  `script-src 'sha256-${sha256(script, 'base64')}'`,
  `style-src 'sha256-${sha256(style, 'base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const parts = { policy, script, style };
const page = read('src/page.html').replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);

if (process.argv.includes('--check')) {
  const committed = read('dist/verify.html');
  if (committed !== page) throw new Error('dist/verify.html is not what src/ gives: run `npm run build`');
} else {
  mkdirSync(here('dist'), { recursive: true });
  writeFileSync(here('dist/verify.html'), page);
}
console.log(`${sha256(page, 'hex')}  verify.html  ${Buffer.byteLength(page)} bytes`);
