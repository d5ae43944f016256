// The walk over renewals: docs/spec/renewal.md, sections 1, 2 and 4. From the leaf over its first token,
// renewal after renewal, to a token whose certificate still counts.
import { counts } from './anchors.js';
import { base64, bytesOf, concat, orNull, textOf, unhex } from './bytes.js';
import { isSignedBy, openStatement, readEnvelope } from './dsse.js';
import { verifyNote } from './note.js';
import { readCheckpoint } from './proof-file.js';
import { recordEntry, statementEntry } from './record.js';
import { digestOf } from './sha256.js';
import { count, digest, instant, text } from './shape.js';
import { statement } from './statements.js';
import { judgeToken, readTimeRoot } from './time-authority.js';
import { readToken } from './timestamp.js';
import { isIncluded, leafHash } from './tree.js';

/** The statement of a renewal: section 1. */
export const RENEWAL = statement('application/vnd.heqi.renewal.v1+json', {
  anchors_sha256: digest,
  at: instant,
  count,
  custodian: text,
  ends: instant,
  first: text,
  last: text,
  previous: digest,
  root: text,
  seq: count,
});

/**
 * Whom whoever asks trusts: the anchors, which may be null, and beside them keys of renewals and roots of time
 * authorities. Such a root has no validity of its own.
 */
export function trustOf(anchors, keys, roots = []) {
  const timeRoots = (anchors?.time_roots ?? []).flatMap(({ certificate, test_only: isTest, validity }) => {
    const root = readTimeRoot(certificate, isTest);
    return root === null ? [] : [{ root, validity }];
  });
  return {
    logs: anchors?.logs ?? [],
    custodians: [...(anchors?.custodians ?? []).map(({ key }) => key), ...keys],
    timeRoots: [...timeRoots, ...roots.map((root) => ({ root, validity: null }))],
  };
}

/**
 * `{notAfter, renewals, countsUntil, isTestOnly}`, or `{fault}`: `ended`, `too_late`, `untrusted` or
 * `does_not_hold`, whichever comes first on the way. `at` may be null.
 */
export async function walk({ subject, links }, trust, at) {
  const leaf = subject.record === null ? statementEntry(digestOf(subject.envelope)) : recordEntry(subject.record);
  let under = { leaf: leafHash(leaf), index: subject.index, path: subject.path };
  let ends = null;
  let walked = null;
  for (const [place, link] of links.entries()) {
    const head = stamped(link, trust);
    if (head === null) return { fault: 'untrusted' };
    const { leaf: hash, index, path } = under;
    const proof = { index: BigInt(index), size: head.size, leaf: hash, path, root: head.root };
    if (!isIncluded(proof)) return { fault: 'does_not_hold' };
    if (ends !== null && head.notAfter > ends) return { fault: 'too_late' };
    walked = {
      notAfter: walked?.notAfter ?? head.notAfter,
      renewals: place,
      countsUntil: head.ends,
      isTestOnly: walked?.isTestOnly || head.isTestOnly,
    };
    const isLast = place + 1 === links.length;
    if (isLast !== (link.next === null)) return { fault: 'does_not_hold' };
    if (isLast) break;
    ends = await renewedUntil(link, trust, head);
    if (ends === null) return { fault: 'does_not_hold' };
    const { next } = link;
    under = { leaf: leafHash(statementEntry(digestOf(next.envelope))), index: next.index, path: next.path };
  }
  return at !== null && at > walked.countsUntil ? { fault: 'ended' } : walked;
}

/** Rules 1 and 2: the head of a link with the token that counts for longest, or null. */
function stamped({ note, tokens }, trust) {
  const head = orNull(() => readCheckpoint(note));
  if (head === null) return null;
  let best = null;
  // Of two that end together, the one whose label is the later.
  for (const label of [...tokens.keys()].sort()) {
    const token = believed(tokens.get(label), note, trust);
    if (token !== null && (best === null || token.ends >= best.ends)) best = token;
  }
  if (best === null) return null;
  const keys = trust.logs.filter(({ validity }) => counts(validity, best.at, null)).map(({ vkey }) => vkey);
  // Exactly the log itself: a witness's line says nothing about what is in it.
  const isSigned = verifyNote(head.note, keys)?.some(({ key }) => key.name === head.origin);
  return isSigned ? { size: head.size, root: head.root, ...best } : null;
}

/** A token that is believed, and when the first of its certificates ends; or null. */
function believed(der, note, { timeRoots }) {
  const token = orNull(() => readToken(der));
  if (token === null) return null;
  const judged = judgeToken(token, note, timeRoots.map(({ root }) => root));
  if (judged.result !== 'believed') return null;
  const { at, notAfter } = token.info;
  const isCounted = timeRoots.some(
    ({ root, validity }) =>
      root.sha256 === judged.root.sha256 && (validity === null || counts(validity, at, null)),
  );
  return isCounted ? { at, notAfter, ends: judged.ends, isTestOnly: judged.isTestOnly } : null;
}

/** Rule 5: the end of the certificate of the token that a renewal names, if it names it; or null. */
async function renewedUntil({ next, note, tokens }, trust, { size }) {
  const envelope = orNull(() => readEnvelope(next.envelope));
  const renewal = envelope && (await openStatement(envelope, RENEWAL, trust.custodians));
  const der = tokens.get(next.label);
  if (!renewal || der === undefined) return null;
  const root = orNull(() => base64(renewal.root));
  // One spelling of a root, so that its bytes may be compared instead of the text.
  const entry = bytesOf(`${String(size).padStart(20, '0')}.${next.label} ${digestOf(der)}\n`);
  const proof = {
    index: BigInt(next.token_index), size: BigInt(next.token_count), leaf: leafHash(entry), path: next.token_path, root,
  };
  const namesIt =
    root?.length === 32 &&
    isIncluded(proof) &&
    next.token_count === renewal.count &&
    digestOf(next.anchors) === renewal.anchors_sha256;
  return namesIt ? (believed(der, note, trust)?.ends ?? null) : null;
}

const STEP = 'application/vnd.heqi.matter-step.v1+json';

/** The text of the step that is the leaf, once it is signed and has the digest of salt and text; or null. */
export async function textSaid({ salt, said, envelope: bytes }, { custodians }) {
  if (salt === null || said === null || bytes === null) return null;
  const envelope = orNull(() => readEnvelope(bytes));
  if (envelope === null || !(await isSignedBy(envelope, STEP, custodians))) return null;
  const wanted = detailIn(envelope.payload);
  const opened = orNull(() => concat(unhex(salt.toLowerCase()), bytesOf(said)));
  return opened !== null && digestOf(opened) === wanted ? said : null;
}

function detailIn(payload) {
  try {
    return JSON.parse(textOf(payload))?.detail_sha256 ?? null;
  } catch {
    return null;
  }
}

/** Whether the step that is the leaf is signed by nobody who is trusted: then it is not proved whose it is, and not contradicted. */
export function isSaidByAStranger({ envelope: bytes }, { custodians }) {
  const envelope = bytes && orNull(() => readEnvelope(bytes));
  const isKnown = ({ keyid }) => custodians.some(({ keyId }) => keyId === keyid);
  return Boolean(envelope) && envelope.payloadType === STEP && !envelope.signatures.some(isKnown);
}

/** Whether a renewal is signed by nobody who is trusted: then there is no proof, and no contradiction. */
export const isByAStranger = ({ links }, { custodians }) =>
  links.some(({ next }) => {
    const envelope = next && orNull(() => readEnvelope(next.envelope));
    const isKnown = ({ keyid }) => custodians.some(({ keyId }) => keyId === keyid);
    return envelope !== null && envelope.payloadType === RENEWAL.payloadType && !envelope.signatures.some(isKnown);
  });
