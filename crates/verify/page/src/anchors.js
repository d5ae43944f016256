// Trust anchors: docs/spec/anchors.md.
import { demand, hex, orNull } from './bytes.js';
import { isSignedBy, readEnvelope } from './dsse.js';
import { readCanonical } from './json.js';
import { readKey } from './keys.js';
import { COSIGNATURE, ED25519, readVerifierKey } from './note.js';
import { digestOf } from './sha256.js';
import { flag, instant, isObject, listOf, members, orNothing, standardBase64, text, wordOf } from './shape.js';
import { Unreadable } from './unreadable.js';

/** The longest anchors file, in bytes. */
export const MAX_ANCHORS_BYTES = 1_048_576;
const PAYLOAD_TYPE = 'application/vnd.heqi.anchors.v1+json';

const validity = (value) =>
  members(value, { distrust_after: orNothing(instant), valid_from: instant, valid_until: orNothing(instant) });
const spki = (value) => readKey(standardBase64(value));
const vkey = (value) => readVerifierKey(text(value));

const ANCHORS = {
  certificate_roots: listOf((value) =>
    members(value, { certificate: standardBase64, organisation: text, test_only: flag, validity }),
  ),
  cosigners: listOf((value) =>
    members(value, { organisation: text, role: wordOf(['witness', 'mirror']), validity, vkey }),
  ),
  custodians: listOf((value) => members(value, { custodian: text, key: spki, organisation: text, validity })),
  logs: listOf((value) => members(value, { organisation: text, validity, vkey })),
  published_at: instant,
  publisher: (value) => members(value, { key: spki, organisation: text }),
};

const TIME_ROOTS = listOf((value) =>
  members(value, { certificate: standardBase64, organisation: text, policy: orNothing(text), test_only: flag, validity }),
);

const PROVIDERS = listOf((value) =>
  members(value, { key: spki, organisation: text, provider: text, test_only: flag, validity }),
);

const SEAL_ROOTS = listOf((value) =>
  members(value, { certificate: standardBase64, organisation: text, test_only: flag, validity }),
);

/** Lists that are left out when there is nothing in them (rule 2). */
const OPTIONAL = { identity_providers: PROVIDERS, seal_roots: SEAL_ROOTS, time_roots: TIME_ROOTS };

/** The members. */
function readMembers(payload) {
  const value = readCanonical(payload);
  const there = Object.entries(OPTIONAL).filter(([name]) => isObject(value) && Object.hasOwn(value, name));
  const read = members(value, { ...ANCHORS, ...Object.fromEntries(there) });
  for (const [name] of there) demand(read[name].length > 0, 'a list of nothing');
  return { identity_providers: [], seal_roots: [], time_roots: [], ...read };
}

/** Reads an anchors file; `sha256` is the digest to compare with the published one. */
export async function readAnchors(bytes) {
  if (bytes.length > MAX_ANCHORS_BYTES) throw new Unreadable('anchors_not_usable', 'size');
  const envelope = orNull(() => readEnvelope(bytes));
  const anchors = envelope && orNull(() => readMembers(envelope.payload));
  if (!anchors || !(await isSignedBy(envelope, PAYLOAD_TYPE, [anchors.publisher.key]))) {
    throw new Unreadable('anchors_not_usable', 'signature');
  }
  if (hasMisfit(anchors) || hasSharedKey(anchors)) throw new Unreadable('anchors_not_usable', 'keys');
  return { ...anchors, sha256: digestOf(bytes) };
}

/** A log's key signs heads, a cosigner's cosigns them (rule 4). */
const hasMisfit = ({ logs, cosigners }) =>
  logs.some((log) => log.vkey.type !== ED25519) || cosigners.some((one) => one.vkey.type !== COSIGNATURE);

/** A key that stands twice, in whatever roles (rule 4). */
function hasSharedKey({ logs, cosigners, custodians, identity_providers: providers }) {
  const keys = [
    ...[...logs, ...cosigners].map((one) => hex(one.vkey.key)),
    ...[...custodians, ...providers].map((one) => hex(one.key.raw)),
  ];
  return new Set(keys).size !== keys.length;
}

/** Whether a key of this validity counts for what was signed at `then`, asked at `at` (rules 5, 6). */
export function counts(validity, then, at) {
  const { distrust_after: distrust, valid_from: from, valid_until: until } = validity;
  const covers = from <= then && (until === null || then <= until) && (distrust === null || then <= distrust);
  return covers && isAskedInTime(validity, then, at);
}

/** Whether a question put at `at` may rely on the key for something of `then` (rule 6). */
export const isAskedInTime = ({ valid_from: from, valid_until: until }, then, at) =>
  at === null || (then <= at && from <= at && (until === null || at <= until));
