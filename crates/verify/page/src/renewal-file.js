// The file of renewals: docs/spec/renewal.md, section 3. Nothing in it is believed yet.
import { demand, orNull, refuse } from './bytes.js';
import { hashOf } from './checkpoint.js';
import { readContainer } from './container.js';
import { readCanonical } from './json.js';
import { count, digest, isObject, listOf, members, orNothing, text, wordOf } from './shape.js';
import { Unreadable } from './unreadable.js';

const FIRST = 'renewals.json';
const MOST_LINKS = 100;
const MOST_TOKENS = 4;
const NAME_AT = 30;

/** Whether a file that begins with these bytes is one: its first entry stands behind a header of 30 bytes. */
export const isRenewals = (head) =>
  head[0] === 0x50 && head[1] === 0x4b && [...FIRST].every((letter, i) => head[NAME_AT + i] === letter.charCodeAt(0));

const path = listOf((value) => hashOf(text(value)));

const SUBJECT = { index: count, path, said: orNothing(text), salt: orNothing(text) };

const LINK = {
  next: orNothing((value) =>
    members(value, { index: count, label: text, path, token_count: count, token_index: count, token_path: path }),
  ),
  tokens: listOf(text),
};

/** The leaf; `record` stands there only where a record is one, and salt and text only beside a statement, both or neither. */
function readSubject(value) {
  const isRecord = isObject(value) && Object.hasOwn(value, 'record');
  const subject = { record: null, ...members(value, isRecord ? { ...SUBJECT, record: digest } : SUBJECT) };
  demand((subject.salt === null) === (subject.said === null), 'a salt or a text alone');
  demand(!isRecord || subject.said === null, 'a record says nothing beside itself');
  return subject;
}

const HEAD = {
  format: wordOf(['heqi.renewals/v1']),
  links: listOf((value) => members(value, LINK)),
  subject: readSubject,
};

/** `{subject, links}`, or null: not whole, of another form, or with an entry that nobody names. */
export function readRenewals(file) {
  try {
    return orNull(() => readEntries(readContainer(file)));
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

function readEntries([first, ...entries]) {
  demand(first?.name === FIRST, 'another kind of file');
  const { links, subject } = members(readCanonical(first.bytes), HEAD);
  demand(links.length >= 1 && links.length <= MOST_LINKS, 'too few or too many heads');
  demand(entries.every(({ intact }) => intact), 'an entry is damaged');
  const rest = new Map(entries.map(({ name, bytes }) => [name, bytes]));
  const take = (name) => {
    const bytes = rest.get(name) ?? refuse('an entry is missing');
    rest.delete(name);
    return bytes;
  };
  const read = {
    subject: { ...subject, envelope: subject.record === null ? take('subject.json') : null },
    links: links.map((link, place) => readLink(link, String(place).padStart(3, '0'), take)),
  };
  demand(rest.size === 0, 'an entry nobody names');
  return read;
}

function readLink({ next, tokens: labels }, folder, take) {
  demand(labels.length >= 1 && labels.length <= MOST_TOKENS, 'too few or too many tokens');
  return {
    note: take(`${folder}/head.note`),
    tokens: new Map(labels.map((label) => [label, take(`${folder}/${label}.tst`)])),
    next: next && { ...next, envelope: take(`${folder}/renewal.json`), anchors: take(`${folder}/anchors.json`) },
  };
}
