// What providers of identity are asked and sign: docs/spec/attestation.md.
import { demand } from './bytes.js';
import { writeCanonical } from './json.js';
import { labelled } from './sha256.js';
import { base64urlOf, digest, flag, instant, isObject, members, orNothing, text, wordOf } from './shape.js';
import { statement } from './statements.js';

const nonce = base64urlOf(32);
const PERSON = { asks: wordOf(['person', 'portrait', 'registry']), document_kind: text, document_number: text, name: text, nonce };
const QUESTIONS = {
  person: { ...PERSON, mobile: orNothing(text) },
  company: { asks: wordOf(['company']), code: text, name: text, nonce },
  portrait: PERSON,
  registry: PERSON,
  seal: { asks: wordOf(['seal']), code: text, document_sha256: digest, nonce },
};
const SAYS = {
  person: { says: text, outcome: wordOf(['matches', 'mobile_differs', 'differs', 'not_found']) },
  company: {
    says: text,
    name_matches: flag,
    status: wordOf(['in_operation', 'revoked', 'cancelled', 'abnormal', 'not_found']),
  },
  portrait: { says: text, sha256: orNothing(digest) },
  registry: { says: text, verified_at: orNothing(instant) },
  seal: { says: text, kind: wordOf(['electronic_licence', 'electronic_seal']), sealed_at: orNothing(instant) },
};

/** One of several kinds of object, told apart by a word in it. */
function oneOf(shapes, word, value) {
  demand(isObject(value) && typeof value[word] === 'string' && Object.hasOwn(shapes, value[word]), 'another kind');
  return members(value, shapes[value[word]]);
}

/** A question, in its one spelling (rule 2). */
export const readQuestion = (value) => oneOf(QUESTIONS, 'asks', value);

/** The digest by which an answer names its question (rule 3). */
export const questionDigest = (value) => labelled('heqi.identity-question/v1\n', writeCanonical(value));

/** The signed answer. */
export const ATTESTATION = statement('application/vnd.heqi.identity-attestation.v1+json', {
  answer: (value) => oneOf(SAYS, 'says', value),
  answered_at: instant,
  provider: text,
  question_sha256: digest,
});

/** Whether the answer is of the kind that was asked for. */
export const answersQuestion = ({ asks }, { says }) => asks === says;
