// A token of RFC 3161: docs/spec/timestamps.md, rules 3 to 6.
import { concat, demand, hex, refuse } from './bytes.js';
import { childrenOf, contentOf, dottedOid, oidOf, readDer } from './der.js';
import { readHash, readScheme, SHA256 } from './algorithms.js';
import { instant } from './shape.js';

const MAX_TOKEN_BYTES = 32_768;
const MAX_CERTIFICATES = 8;
const MAX_SERIAL_BYTES = 20;

const SIGNED_DATA = '2a864886f70d010702';
const TST_INFO = '2a864886f70d0109100104';
const CONTENT_TYPE = '2a864886f70d010903';
const MESSAGE_DIGEST = '2a864886f70d010904';
const SIGNING_CERTIFICATE_V2 = '2a864886f70d010910022f';

/** Takes the children of a value one by one, with optional ones by their tag. */
class Fields {
  constructor(node, tag = 0x30) {
    this.left = childrenOf(node, tag);
  }

  next(tag) {
    const node = this.left.shift();
    demand(node !== undefined && node.tag === tag, 'another field');
    return node;
  }

  optional(tag) {
    return this.left[0]?.tag === tag ? this.left.shift() : null;
  }

  end() {
    demand(this.left.length === 0, 'a field too many');
  }
}

const only = (node) => {
  const { children } = node;
  demand(children.length === 1, 'not one value');
  return children[0];
};

/** A number that is not negative, in its shortest form, up to 64 bits. */
function small({ content }) {
  const minimal = content.length > 0 && content[0] < 0x80 && !(content.length > 1 && content[0] === 0 && content[1] < 0x80);
  const digits = content[0] === 0 && content.length > 1 ? content.subarray(1) : content;
  demand(minimal && digits.length <= 8, 'no small number');
  return BigInt(`0x${hex(digits)}`);
}

/** Reads a token. */
export function readToken(bytes) {
  demand(bytes.length <= MAX_TOKEN_BYTES, 'a token that is too long');
  const outer = new Fields(readDer(bytes));
  demand(oidOf(outer.next(0x06)) === SIGNED_DATA, 'no SignedData');
  const fields = new Fields(only(outer.next(0xa0)));
  outer.end();
  demand(small(fields.next(0x02)) === 3n, 'another version');
  fields.next(0x31);
  const content = contentIn(fields.next(0x30));
  const certificates = fields.optional(0xa0)?.children ?? [];
  demand(certificates.length <= MAX_CERTIFICATES, 'too many certificates');
  fields.optional(0xa1);
  const signers = fields.next(0x31).children;
  fields.end();
  demand(signers.length === 1, 'not one signer');
  return {
    content,
    info: readInfo(content),
    certificates: certificates.filter(({ tag }) => tag === 0x30).map((node) => node.bytes),
    signer: readSigner(signers[0]),
  };
}

function contentIn(node) {
  const fields = new Fields(node);
  demand(oidOf(fields.next(0x06)) === TST_INFO, 'no TSTInfo');
  const octets = contentOf(only(fields.next(0xa0)), 0x04);
  fields.end();
  return octets;
}

/** Rules 4 and 5. */
function readSigner(node) {
  const fields = new Fields(node);
  const version = small(fields.next(0x02));
  const id = readSignerId(version, fields);
  const digest = readHash(fields.next(0x30));
  const list = fields.next(0xa0);
  const scheme = readScheme(fields.next(0x30), digest);
  const signature = contentOf(fields.next(0x04), 0x04);
  fields.optional(0xa1);
  fields.end();
  const attributes = readAttributes(list);
  const one = (oid) => only(attributes.get(oid) ?? refuse('an attribute is missing'));
  demand(oidOf(one(CONTENT_TYPE)) === TST_INFO, 'attributes of other content');
  // What is signed is the same list under the tag of a SET.
  const signed = concat(Uint8Array.of(0x31), list.bytes.subarray(1));
  return {
    id, digest, scheme, signature, signed,
    messageDigest: hex(contentOf(one(MESSAGE_DIGEST), 0x04)),
    certificate: readCertificateId(one(SIGNING_CERTIFICATE_V2)),
  };
}

function readSignerId(version, fields) {
  if (version === 3n) return { keyIdentifier: hex(contentOf(fields.next(0x80), 0x80)) };
  demand(version === 1n, 'another version');
  const [issuer, serial, ...more] = childrenOf(fields.next(0x30), 0x30);
  demand(issuer?.tag === 0x30 && serial?.tag === 0x02 && more.length === 0, 'no name of a signer');
  return { issuer: hex(issuer.bytes), serial: hex(serial.content) };
}

function readAttributes(list) {
  const attributes = new Map();
  let last = '';
  for (const attribute of list.children) {
    const spelled = hex(attribute.bytes);
    demand(last < spelled, 'attributes out of order');
    last = spelled;
    const fields = new Fields(attribute);
    const oid = oidOf(fields.next(0x06));
    demand(!attributes.has(oid), 'an attribute twice');
    attributes.set(oid, fields.next(0x31));
    fields.end();
  }
  return attributes;
}

/** The first ESSCertIDv2 (RFC 5816 section 2.2.1). */
function readCertificateId(node) {
  const [list] = childrenOf(node, 0x30);
  const [first] = childrenOf(list, 0x30);
  const fields = new Fields(first ?? refuse('no certificate is named'));
  const algorithm = fields.optional(0x30);
  return { hash: algorithm ? readHash(algorithm) : SHA256, digest: hex(contentOf(fields.next(0x04), 0x04)) };
}

/** Rule 6. Instants and accuracy in milliseconds, rounded up. */
function readInfo(bytes) {
  const fields = new Fields(readDer(bytes));
  demand(small(fields.next(0x02)) === 1n, 'another version');
  const policy = dottedOid(fields.next(0x06));
  const [algorithm, imprint, ...more] = childrenOf(fields.next(0x30), 0x30);
  const hash = readHash(algorithm ?? refuse('no imprint'));
  const digest = contentOf(imprint, 0x04);
  demand(more.length === 0 && digest.length === hash.size, 'no imprint');
  readSerial(fields.next(0x02));
  const at = readGenTime(fields.next(0x18));
  const accuracy = readAccuracy(fields.optional(0x30));
  const ordering = fields.optional(0x01);
  demand(ordering === null || ordering.content[0] === 0xff, 'a default that is written');
  const nonce = fields.optional(0x02);
  demand(nonce === null || nonce.content[0] < 0x80, 'a negative nonce');
  fields.optional(0xa0);
  const extensions = fields.optional(0xa1);
  for (const extension of extensions?.children ?? []) refuseCritical(extension);
  fields.end();
  return { policy, imprint: { hash, digest: hex(digest) }, at, notAfter: at + accuracy };
}

function readSerial({ content }) {
  const digits = content[0] === 0 && content.length > 1 ? content.subarray(1) : content;
  demand(content[0] < 0x80 && digits.length <= MAX_SERIAL_BYTES, 'no serial number');
}

function readGenTime({ content }) {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d*[1-9]))?Z$/.exec(String.fromCharCode(...content));
  if (found === null) return refuse('no genTime');
  const [, year, month, day, hour, minute, second, fraction = ''] = found;
  const millis = fraction.slice(0, 3).padEnd(3, '0');
  const at = instant(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}Z`);
  return fraction.length > 3 ? at + 1 : at;
}

function readAccuracy(node) {
  if (node === null) return 0;
  const fields = new Fields(node);
  const part = (tag) => {
    const found = fields.optional(tag);
    return found === null ? 0n : small(found);
  };
  const [seconds, millis, micros] = [part(0x02), part(0x80), part(0x81)];
  fields.end();
  demand(millis < 1000n && micros < 1000n, 'no accuracy');
  const total = seconds * 1_000_000n + millis * 1000n + micros;
  demand(total < 2n ** 64n, 'no accuracy');
  return Number((total + 999n) / 1000n);
}

function refuseCritical(extension) {
  const [oid, critical] = childrenOf(extension, 0x30);
  oidOf(oid);
  demand(!(critical?.tag === 0x01 && critical.content[0] === 0xff), 'a critical extension');
}
