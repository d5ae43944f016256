// The bundle: docs/spec/bundle.md, rules 6 to 9. Which entries there are, and whether their
// bytes are those the manifest lists.
import { orNull, refuse, same, bytesOf } from './bytes.js';
import { MAX_ENTRIES, readContainer } from './container.js';
import { readCanonical } from './json.js';
import { digestOfFile } from './sha256.js';
import { count, digest, listOf, members, text, wordOf } from './shape.js';
import { checkStampedHeads, sortStamped } from './stamped-heads.js';
import { Unreadable } from './unreadable.js';

const MEDIA_TYPE = bytesOf('application/vnd.etsi.asic-e+zip');

const SINGLES = {
  'record.json': 'record',
  'challenge.json': 'challenge',
  'chain/head.json': 'chainHead',
  'client.json': 'client',
  'envelope.json': 'envelope',
  'proof/challenge.checkpoint': 'challengeCheckpoint',
  'proof/record.tlog-proof': 'proof',
};

const NUMBERED = [
  { part: 'certificates', form: /^certificates\/[^.]*\.der$/, name: (i) => `certificates/${pad(i, 2)}.der`, most: 4 },
  { part: 'chain', form: /^chain\/[^.]*\.json$/, name: (i) => `chain/${pad(i + 1, 6)}.json`, most: MAX_ENTRIES },
  { part: 'deposits', form: /^deposits\/[^.]*\.json$/, name: (i) => `deposits/${pad(i, 2)}.json`, most: 8 },
];

const ATTACHMENT = /^attachments\/([0-9a-f]{64}\.(?:pdf|jpg|json))$/;

const pad = (number, digits) => String(number).padStart(digits, '0');

const MANIFEST = {
  entries: listOf((entry) => members(entry, { name: text, sha256: digest, size_bytes: count })),
  format: wordOf(['heqi.bundle/v1']),
};

/**
 * Reads a bundle: `{parts, damaged}`. Each part is `{name, bytes, sha256}`; `damaged` names the
 * entries whose bytes do not fit, in ascending order.
 */
export async function readBundle(file) {
  const [first, manifest, ...entries] = readContainer(file);
  if (first?.name !== 'mimetype' || !same(first.bytes, MEDIA_TYPE)) {
    throw new Unreadable('bundle_media_type');
  }
  if (manifest?.name !== 'manifest.json') {
    throw new Unreadable('bundle_missing_entry', 'manifest.json');
  }
  const listed = orNull(() => readManifest(manifest.bytes));
  if (listed === null) throw new Unreadable('bundle_manifest');
  for (const entry of entries) entry.sha256 = await digestOfFile(entry.bytes);
  const damaged = compare(listed, entries);
  for (const entry of [first, manifest, ...entries]) if (!entry.intact) damaged.add(entry.name);
  return { parts: sortOut(entries), damaged: [...damaged].sort() };
}

function readManifest(bytes) {
  const { entries } = members(readCanonical(bytes), MANIFEST);
  for (let i = 1; i < entries.length; i += 1) {
    if (ordinal(entries[i - 1].name, entries[i].name) >= 0) refuse('names out of order');
  }
  return entries;
}

/** Order by bytes of UTF-8, which for characters beyond U+FFFF is not that of JavaScript. */
function ordinal(a, b) {
  const [left, right] = [bytesOf(a), bytesOf(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    if (left[i] !== right[i]) return left[i] - right[i];
  }
  return left.length - right.length;
}

function compare(listed, entries) {
  const byName = new Map(listed.map((entry) => [entry.name, entry]));
  const damaged = new Set();
  for (const { name, bytes, sha256 } of entries) {
    const wanted = byName.get(name);
    if (!wanted) throw new Unreadable('bundle_unlisted_entry', name);
    if (wanted.size_bytes !== bytes.length || wanted.sha256 !== sha256) damaged.add(name);
  }
  const present = new Set(entries.map((entry) => entry.name));
  const missing = listed.find((entry) => !present.has(entry.name));
  if (missing) throw new Unreadable('bundle_missing_entry', missing.name);
  return damaged;
}

function sortOut(entries) {
  const parts = {
    record: null, challenge: null, chainHead: null, client: null, envelope: null,
    challengeCheckpoint: null, proof: null, certificates: [], chain: [], deposits: [], attachments: [], time: new Map(),
  };
  for (const entry of entries) {
    const single = SINGLES[entry.name];
    const attachment = ATTACHMENT.exec(entry.name);
    if (single) parts[single] = entry;
    else if (attachment) parts.attachments.push({ ...entry, file: attachment[1] });
    else if (entry.name.startsWith('time/')) sortStamped(parts.time, entry);
    else sortNumbered(parts, entry);
  }
  if (parts.record === null) throw new Unreadable('bundle_missing_entry', 'record.json');
  parts.time = checkStampedHeads(parts.time);
  parts.attachments.sort((a, b) => (a.file < b.file ? -1 : 1));
  return parts;
}

function sortNumbered(parts, entry) {
  const kind = NUMBERED.find(({ form }) => form.test(entry.name));
  if (!kind) throw new Unreadable('bundle_unknown_entry', entry.name);
  const list = parts[kind.part];
  if (entry.name !== kind.name(list.length) || list.length >= kind.most) {
    throw new Unreadable('bundle_numbering', entry.name);
  }
  list.push(entry);
}

/** The immutable parts with their roles: docs/spec/deposit.md, rule 1. */
export function immutableParts(parts) {
  const one = (role, part) => (part === null ? [] : [{ role, ...part }]);
  return [
    { role: 'record', ...parts.record },
    ...one('client', parts.client),
    ...one('envelope', parts.envelope),
    ...one('challenge', parts.challenge),
    ...one('challenge_checkpoint', parts.challengeCheckpoint),
    ...parts.certificates.map((part) => ({ role: 'certificate', ...part })),
    ...parts.attachments.map((part) => ({ role: 'attachment', ...part })),
  ];
}
