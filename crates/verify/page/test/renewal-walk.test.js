// The walk over a log, an authority and renewals that are made here, by nothing of the program's.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { bytesOf, concat, unhex } from '../src/bytes.js';
import { preAuthenticationEncoding } from '../src/dsse.js';
import { writeCanonical } from '../src/json.js';
import { readKey } from '../src/keys.js';
import { readVerifierKey } from '../src/note.js';
import { recordEntry, statementEntry } from '../src/record.js';
import { isByAStranger, textSaid, trustOf, walk } from '../src/renewal-walk.js';
import { readTimeRoot, readTimeRoots } from '../src/time-authority.js';
import { leafHash, nodeHash } from '../src/tree.js';

const sha256 = (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest());
const digestOf = (bytes) => Buffer.from(sha256(bytes)).toString('hex');
const base64 = (bytes) => Buffer.from(bytes).toString('base64');
const YEAR = 365 * 24 * 3_600_000;
const BEGIN = Date.parse('2026-11-24T08:00:00Z');

/** DER: a tag, and what is inside. */
function der(tag, ...parts) {
  const inside = concat(...parts);
  const digits = inside.length.toString(16);
  const length = inside.length < 128 ? [inside.length] : [...unhex(digits.padStart(2 * Math.ceil(digits.length / 2), '0'))];
  return concat(Uint8Array.of(tag, ...(inside.length < 128 ? [] : [0x80 + length.length]), ...length), inside);
}
const sequence = (...parts) => der(0x30, ...parts);
const oid = (digits) => der(0x06, unhex(digits));
const integer = (...bytes) => der(0x02, Uint8Array.of(...bytes));
const octets = (bytes) => der(0x04, bytes);
const ECDSA = sequence(oid('2a8648ce3d040302'));
const SHA256 = sequence(oid('608648016503040201'));
const nameOf = (text) => sequence(der(0x31, sequence(oid('550403'), der(0x0c, bytesOf(text)))));
const time = (at) => {
  const digits = `${new Date(at).toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`;
  return digits < '2050' ? der(0x17, bytesOf(digits.slice(2))) : der(0x18, bytesOf(digits));
};
const pair = (type, options) => generateKeyPairSync(type, options);
const spki = ({ publicKey }) => new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
const ecdsa = (key, bytes) => new Uint8Array(sign('sha256', bytes, key.privateKey));
const extension = (id, value) => sequence(oid(id), der(0x01, Uint8Array.of(0xff)), octets(value));

function certificate(above, own, { issuer, subject, from, until, extensions }) {
  const signed = sequence(
    der(0xa0, integer(2)), integer(7), ECDSA, nameOf(issuer), sequence(time(from), time(until)), nameOf(subject), spki(own),
    der(0xa3, sequence(...extensions)),
  );
  return sequence(signed, ECDSA, der(0x03, Uint8Array.of(0), ecdsa(above, signed)));
}

/** An authority whose stamping certificate lasts ten years. */
function authority(name, from) {
  const [root, own] = [pair('ec', { namedCurve: 'P-256' }), pair('ec', { namedCurve: 'P-256' })];
  const until = from + 10 * YEAR;
  const rootDer = certificate(root, root, {
    issuer: `${name} root`, subject: `${name} root`, from, until: from + 20 * YEAR,
    extensions: [extension('551d13', sequence(der(0x01, Uint8Array.of(0xff)))), extension('551d0f', der(0x03, Uint8Array.of(2, 4)))],
  });
  const ownDer = certificate(root, own, {
    issuer: `${name} root`, subject: name, from, until,
    extensions: [extension('551d25', sequence(oid('2b06010505070308'))), extension('551d0f', der(0x03, Uint8Array.of(7, 128)))],
  });
  return { issuer: `${name} root`, own, ownDer, until, rootDer, root: readTimeRoot(rootDer, true) };
}

/** A token over these bytes, a second exact. */
function token({ issuer, own, ownDer }, stamped, at) {
  const genTime = der(0x18, bytesOf(`${new Date(at).toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`));
  const info = sequence(integer(1), oid('2a0304'), sequence(SHA256, octets(sha256(stamped))), integer(1), genTime, sequence(integer(1)));
  const attribute = (id, value) => sequence(oid(id), der(0x31, value));
  const attributes = [
    attribute('2a864886f70d010903', oid('2a864886f70d0109100104')),
    attribute('2a864886f70d010904', octets(sha256(info))),
    attribute('2a864886f70d010910022f', sequence(sequence(sequence(octets(sha256(ownDer)))))),
  ].sort((a, b) => Buffer.compare(a, b));
  const signature = ecdsa(own, der(0x31, ...attributes));
  const signer = sequence(integer(1), sequence(nameOf(issuer), integer(7)), SHA256, der(0xa0, ...attributes), ECDSA, octets(signature));
  const content = sequence(oid('2a864886f70d0109100104'), der(0xa0, octets(info)));
  return sequence(
    oid('2a864886f70d010702'),
    der(0xa0, sequence(integer(3), der(0x31, SHA256), content, der(0xa0, ownDer), der(0x31, signer))),
  );
}

/** The root of hashes, and the path to one of them: RFC 6962 section 2.1. */
function rootOf(hashes) {
  if (hashes.length === 1) return hashes[0];
  const half = 2 ** Math.floor(Math.log2(hashes.length - 1));
  return nodeHash(rootOf(hashes.slice(0, half)), rootOf(hashes.slice(half)));
}
function pathTo(hashes, at) {
  if (hashes.length === 1) return [];
  const half = 2 ** Math.floor(Math.log2(hashes.length - 1));
  const [left, right] = [hashes.slice(0, half), hashes.slice(half)];
  return at < half ? [...pathTo(left, at), rootOf(right)] : [...pathTo(right, at - half), rootOf(left)];
}

const ORIGIN = 'log.example/one';
const logKey = pair('ed25519');
const typed = concat(Uint8Array.of(1), spki(logKey).subarray(-32));
const keyId = sha256(concat(bytesOf(`${ORIGIN}\n`), typed)).subarray(0, 4);

/** A log's hashes, and its newest head as a note. */
class Log {
  hashes = [];

  append(entry) {
    this.hashes.push(leafHash(entry));
    return this.hashes.length - 1;
  }

  head() {
    const text = `${ORIGIN}\n${this.hashes.length}\n${base64(rootOf(this.hashes))}\n`;
    const signature = new Uint8Array(sign(null, bytesOf(text), logKey.privateKey));
    return bytesOf(`${text}\n— ${ORIGIN} ${base64(concat(keyId, signature))}\n`);
  }
}

function envelope(payloadType, value, key) {
  const payload = writeCanonical(value);
  const sig = base64(sign(null, preAuthenticationEncoding(payloadType, payload), key.privateKey));
  return writeCanonical({ payload: base64(payload), payloadType, signatures: [{ keyid: digestOf(spki(key)), sig }] });
}

const keeper = pair('ed25519');
const stranger = pair('ed25519');
const list = bytesOf('the list of trusted keys');
const always = { distrust_after: null, valid_from: 0, valid_until: null };

/** What is stamped once. */
function begin(log, subject, by, at) {
  const note = log.head();
  return { subject, links: [{ note, tokens: new Map([['one', token(by, note, at)]]), next: null }] };
}

/** The same, renewed and stamped again. */
function renewed(log, way, by, at, key = keeper) {
  const links = way.links.map((link) => ({ ...link }));
  const last = links.at(-1);
  const size = Number(Buffer.from(last.note).toString().split('\n')[1]);
  const entry = (of, sha) => leafHash(bytesOf(`${String(of).padStart(20, '0')}.one ${sha}\n`));
  const tree = [entry(size, digestOf(last.tokens.get('one'))), entry(size + 1, '11'.repeat(32)), entry(size + 2, '22'.repeat(32))];
  const iso = new Date(at).toISOString();
  const bytes = envelope(
    'application/vnd.heqi.renewal.v1+json',
    {
      anchors_sha256: digestOf(list), at: iso, count: 3, custodian: 'platform', ends: iso, first: 'a', last: 'b',
      previous: '00'.repeat(32), root: base64(rootOf(tree)), seq: links.length,
    },
    key,
  );
  const index = log.append(statementEntry(digestOf(bytes)));
  log.append(statementEntry(digestOf(list)));
  last.next = {
    envelope: bytes, anchors: list, label: 'one', index, path: pathTo(log.hashes, index), token_count: 3, token_index: 0,
    token_path: pathTo(tree, 0),
  };
  const note = log.head();
  links.push({ note, tokens: new Map([['one', token(by, note, at)]]), next: null });
  return { ...way, links };
}

const first = authority('First', BEGIN - YEAR);
const second = authority('Second', first.until - YEAR);
const third = authority('Third', second.until - YEAR);
const unknown = authority('Unknown', first.until - YEAR);
const trust = {
  logs: [{ vkey: readVerifierKey(`${ORIGIN}+${Buffer.from(keyId).toString('hex')}+${base64(typed)}`), validity: always }],
  custodians: [readKey(spki(keeper))],
  timeRoots: [first, second, third].map(({ root }) => ({ root, validity: always })),
};

function told() {
  const log = new Log();
  for (let i = 0; i < 5; i += 1) log.append(recordEntry(digestOf(bytesOf(String(i)))));
  const subject = { record: digestOf(bytesOf('2')), envelope: null, index: 2, path: pathTo(log.hashes, 2), said: null, salt: null };
  return { log, once: begin(log, subject, first, BEGIN) };
}

test('a leaf is proved as long as what was stamped is renewed in time', async () => {
  const { log, once } = told();
  const twice = renewed(log, once, second, first.until - YEAR / 2);
  const thrice = renewed(log, twice, third, second.until - YEAR / 2);
  const by = (way, at) => walk(way, trust, at);
  for (const [way, until] of [[once, first.until], [twice, second.until], [thrice, third.until]]) {
    const found = await by(way, until);
    assert.deepEqual(found, { notAfter: BEGIN + 1000, renewals: way.links.length - 1, countsUntil: until, isTestOnly: true });
    assert.deepEqual(await by(way, until + 1), { fault: 'ended' });
    assert.deepEqual(await by(way, null), found);
  }
  // A second before the end, with the clock's accuracy, is just in time.
  const just = renewed(log, once, second, first.until - 1000);
  assert.equal((await by(just, null)).renewals, 1);
  assert.deepEqual(await by(renewed(log, once, second, first.until), null), { fault: 'too_late' });
});

test('whatever is changed on the way is noticed', async () => {
  const { log, once } = told();
  const way = renewed(log, once, second, first.until - YEAR / 2);
  const thrice = renewed(log, way, third, second.until - YEAR / 2);
  const fault = async (one, by = trust) => (await walk(one, by, null)).fault;
  const next = (change) => ({ ...way, links: [{ ...way.links[0], next: { ...way.links[0].next, ...change } }, way.links[1]] });
  const broken = [
    { ...thrice, links: [thrice.links[0], thrice.links[2]] },
    { ...way, links: way.links.slice(0, 1) },
    { ...way, links: [{ ...way.links[0], next: null }, way.links[1]] },
    { ...way, subject: { ...way.subject, index: 3 } },
    { ...way, subject: { ...way.subject, record: '00'.repeat(32) } },
    next({ anchors: bytesOf('another list') }),
    next({ label: 'two' }),
    next({ token_index: 1 }),
    next({ token_count: 4 }),
    next({ index: way.links[0].next.index + 1 }),
    renewed(log, once, second, first.until - YEAR / 2, stranger),
  ];
  for (const [place, one] of broken.entries()) assert.equal(await fault(one), 'does_not_hold', String(place));
  assert.equal(await fault(renewed(log, once, unknown, first.until - YEAR / 2)), 'untrusted');
  assert.equal(await fault(way, { ...trust, logs: [] }), 'untrusted');
  const late = { ...always, distrust_after: BEGIN - 1 };
  assert.equal(await fault(way, { ...trust, timeRoots: trust.timeRoots.map((one) => ({ ...one, validity: late })) }), 'untrusted');
  assert.equal(await fault(way, { ...trust, logs: [{ ...trust.logs[0], validity: late }] }), 'untrusted');
  const other = { ...way.links[0], tokens: new Map([['one', token(first, bytesOf('other bytes'), BEGIN)]]) };
  assert.equal(await fault({ ...way, links: [other, way.links[1]] }), 'untrusted');
});

test('roots that are given beside the anchors bear tokens, and no text that is none is taken for one', async () => {
  const pem = ({ rootDer }) => `-----BEGIN CERTIFICATE-----\n${base64(rootDer).replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
  const { log, once } = told();
  const way = renewed(log, once, unknown, first.until - YEAR / 2);
  const beside = (text) => trustOf(null, [], readTimeRoots(text)).timeRoots;
  assert.deepEqual(await walk(way, trust, null), { fault: 'untrusted' });
  const given = { ...trust, timeRoots: [...trust.timeRoots, ...beside(`\n${pem(unknown)}`)] };
  assert.equal((await walk(way, given, null)).countsUntil, unknown.until);
  // All of them, without any anchors' roots; a root of the anchors that is distrusted counts again where it is given.
  assert.equal((await walk(way, { ...trust, timeRoots: beside(pem(first) + pem(unknown)) }, null)).renewals, 1);
  const distrusted = trust.timeRoots.map(({ root }) => ({ root, validity: { ...always, distrust_after: BEGIN - 1 } }));
  assert.deepEqual(await walk(once, { ...trust, timeRoots: distrusted }, null), { fault: 'untrusted' });
  assert.equal((await walk(once, { ...trust, timeRoots: [...distrusted, ...beside(pem(first))] }, null)).renewals, 0);

  assert.deepEqual(readTimeRoots(' \n'), []);
  const own = { rootDer: first.ownDer };
  for (const bad of ['roots', `${pem(first)}more`, pem(first).slice(0, -8), pem(own), pem(first).replace('MI', 'M!'), pem({ rootDer: unhex('3000') })]) {
    assert.equal(readTimeRoots(bad), null, bad);
  }
});

test('of several tokens the one that counts for longest, and a stranger is told from a fault', async () => {
  const { log, once } = told();
  const [link] = once.links;
  const longer = authority('Longer', BEGIN);
  const both = { ...once, links: [{ ...link, tokens: new Map([...link.tokens, ['two', token(longer, link.note, BEGIN + 5000)]]) }] };
  const more = { ...trust, timeRoots: [...trust.timeRoots, { root: longer.root, validity: always }] };
  assert.equal((await walk(both, more, null)).countsUntil, longer.until);
  assert.equal((await walk(both, trust, null)).countsUntil, first.until);
  assert.equal(isByAStranger(renewed(log, once, second, first.until - YEAR, stranger), trust), true);
  assert.equal(isByAStranger(renewed(log, once, second, first.until - YEAR), trust), false);
  assert.equal(isByAStranger(once, trust), false);
});

test('the text of a step is opened by salt, digest and signature', async () => {
  const type = 'application/vnd.heqi.matter-step.v1+json';
  const [salt, said] = ['0a'.repeat(16), `第1号 ${'ab'.repeat(32)}`];
  const detail = digestOf(concat(unhex(salt), bytesOf(said)));
  const step = (key, of = type) => envelope(of, { detail_sha256: detail }, key);
  const subject = { salt, said, envelope: step(keeper) };
  assert.equal(await textSaid(subject, trust), said);
  for (const change of [
    { salt: '0b'.repeat(16) }, { salt: 'zz' }, { salt: null }, { said: null }, { said: `${said}.` }, { envelope: step(stranger) },
    { envelope: step(keeper, 'text/plain') }, { envelope: bytesOf('{}') }, { envelope: null },
  ]) {
    assert.equal(await textSaid({ ...subject, ...change }, trust), null, JSON.stringify(change));
  }
});
