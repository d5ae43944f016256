// Records and the device's tree as they are disclosed: docs/spec/record.md, rules 5 to 17.
import { bytesOf, concat, demand, hex, Malformed, refuse, unhex } from './bytes.js';
import { readCanonical, writeCanonical } from './json.js';
import { isReserved, nameOfSlot, schemaOf } from './schema.js';
import { sha256 } from './sha256.js';
import { base64urlOf, count, countTo, digest, identifier, instant, listOf, members, text, wordOf } from './shape.js';
import { nodeHash } from './tree.js';

const MAX_BYTES = 262_144;
const FORMAT = 'heqi.record/v1';
const LABEL = bytesOf('\u0000heqi.attribute/v1\n');
const PROVENANCES = ['observed', 'reported', 'attested', 'reviewed', 'declared', 'refused', 'absent'];
const isEmpty = (provenance) => provenance === 'refused' || provenance === 'absent';

/** A disclosure: its kind, its open attributes by name, and the root that they prove. */
export function readDisclosure(bytes) {
  demand(bytes.length <= MAX_BYTES, `a disclosure has at most ${MAX_BYTES} bytes`);
  const wire = members(readCanonical(bytes), { attributes: listOf(readAttribute), format: text, hashes: listOf(digest) });
  demand(wire.format === FORMAT, `the format is not ${FORMAT}`);
  const schema = schemaIn(wire.attributes);
  const attributes = new Map();
  const known = new Map();
  let last = -1;
  for (const attribute of wire.attributes) {
    const { slot, name } = attribute;
    demand(slot < schema.slots, `slot ${slot} lies beyond the tree`);
    demand(slot > last, `slot ${slot} comes twice or out of order`);
    demand(nameOfSlot(schema, slot) === name, `slot ${slot} carries a name that is not its own`);
    const misused = isReserved(schema, slot) && attribute.provenance !== 'absent';
    demand(!misused && (attribute.value === null) === isEmpty(attribute.provenance), `slot ${slot} does not fit its provenance`);
    last = slot;
    attributes.set(name, attribute);
    known.set(slot, sha256(LABEL, writeCanonical([attribute.salt, name, attribute.value, attribute.provenance])));
  }
  for (let slot = 0; slot < schema.frame; slot += 1) demand(known.has(slot), `slot ${slot} must always be disclosed`);
  const isFull = attributes.size === schema.slots;
  return { kind: schema.kind, attributes, isFull, root: hex(rootOf(schema.slots, known, wire.hashes)) };
}

function readAttribute(item) {
  demand(Array.isArray(item) && item.length === 5, 'no attribute');
  const [slot, salt, name, value, provenance] = item;
  base64urlOf(16)(salt);
  return { slot: countTo(255)(slot), salt, name: text(name), value, provenance: wordOf(PROVENANCES)(provenance) };
}

/** Slots 0 and 1 say which schema holds (rule 12). */
function schemaIn([kind, version]) {
  const named = kind?.slot === 0 && kind.name === 'kind' && version?.slot === 1 && version.name === 'schema';
  const schema = named ? schemaOf(kind.value, version.value) : null;
  return schema ?? refuse('slots 0 and 1 do not name a known kind of evidence and its schema version');
}

/** The root of a perfect tree from the known leaves and exactly the missing siblings (rule 15). */
function rootOf(slots, leaves, hashes) {
  const wrong = 'the helper hashes do not fit the opened slots';
  const helpers = hashes.map(unhex);
  let layer = leaves;
  for (let width = slots; width > 1; width /= 2) {
    const above = new Map();
    for (let place = 0; place < width; place += 2) {
      const [left, right] = [layer.get(place), layer.get(place + 1)];
      if (!left && !right) continue;
      const parts = [left ?? helpers.shift(), right ?? helpers.shift()];
      demand(parts.every(Boolean), wrong);
      above.set(place / 2, nodeHash(...parts));
    }
    layer = above;
  }
  demand(helpers.length === 0, wrong);
  return layer.get(0);
}

const FRAME = {
  record_id: identifier('rec'),
  chain: identifier('chn'),
  seq: count,
  prev: digest,
  recorded_at: instant,
  generated_by: wordOf(['platform', 'notary_preservation_system']),
};

/** The frame of a record: kind, place in its chain, time (rule 12). */
export function readFrame(disclosure) {
  const broken = (name) => refuse(`the frame attribute ${name} is missing or malformed`);
  if (disclosure.kind === 'client') broken('kind');
  for (const name of ['kind', 'schema', ...Object.keys(FRAME)]) {
    if (disclosure.attributes.get(name).provenance !== 'observed') broken(name);
  }
  const frame = { kind: disclosure.kind };
  for (const name of ['generated_by', 'record_id', 'chain', 'seq', 'prev', 'recorded_at']) {
    try {
      frame[name] = FRAME[name](disclosure.attributes.get(name).value);
    } catch (error) {
      if (error instanceof Malformed) broken(name);
      throw error;
    }
    if (name === 'seq' && frame.seq === 0) broken(name);
  }
  return frame;
}

/** Whether a device's tree says only what a device can say: docs/spec/challenge-and-statement.md, rule 6. */
export function isDevicesWord(disclosure) {
  const own = ['reported', 'refused', 'absent'];
  return disclosure.kind === 'client' && [...disclosure.attributes.values()].every((a) => own.includes(a.provenance));
}

/** The log's entry of a record (rule 18). */
export const recordEntry = (root) => concat(bytesOf('heqi.record-leaf/v1\n'), unhex(root));

/** The log's entry of a signed statement (rule 18). */
export const statementEntry = (sha256OfEnvelope) =>
  concat(bytesOf('heqi.statement-leaf/v1\n'), unhex(sha256OfEnvelope));
