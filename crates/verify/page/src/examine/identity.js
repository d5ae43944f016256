// Identity: docs/spec/verdict.md rule 3. Proved by the answer of a provider among the anchors, to a
// question about this very name; else the record says who looked or answered, and nobody vouches.
import { counts } from '../anchors.js';
import { ATTESTATION, answersQuestion, questionDigest, readQuestion } from '../attestation.js';
import { bytesOf, orNull } from '../bytes.js';
import { because, contradicted, notProved, proved } from '../claims.js';
import { openStatement, readEnvelope } from '../dsse.js';

const MAX_ANSWERS = 16;
const MAX_SKEW_MS = 300_000;

/** The claim `identity`. */
export async function examineIdentity(decoded, { anchors, at }) {
  const { frame, record } = decoded;
  if (frame.kind !== 'signing') return notProved('identity', because('identity_not_concerned'));
  const name = record.attributes.get('party_name');
  if (name === undefined || name.value === null) return notProved('identity', because('identity_not_disclosed'));
  if (name.provenance !== 'declared') {
    return contradicted('identity', because('record_malformed', { detail: 'party_name is not declared' }));
  }
  const identity = record.attributes.get('identity');
  // Closed: nobody said here that no authority answered.
  if (identity === undefined) return notProved('identity', because('identity_not_disclosed'));
  const attested = identity.provenance === 'attested' ? identity.value : null;
  const claim = anchors && attested && (await byTheAnchors(decoded, anchors.identity_providers, at, attested));
  if (claim) return claim;
  const seen = identity.value?.seen;
  if (seen?.way === 'video') return notProved('identity', because('identity_by_video'));
  if (seen?.way === 'counter') {
    const by = typeof seen.office === 'string' ? seen.office : '';
    return notProved('identity', because('identity_seen_at_counter', { by }));
  }
  const by = answeredBy(attested);
  return notProved('identity', by === '' ? because('identity_declared') : because('identity_attested', { by }));
}

/** Who signed an answer about this signer, as the record says. */
function answeredBy(attested) {
  const names = attested?.answered_by;
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string').join('、') : '';
}

/** What the answers come to by the anchors, or null when no provider among them says anything. */
async function byTheAnchors(decoded, providers, at, attested) {
  const { answers, questions } = attested;
  if (!Array.isArray(answers)) return null;
  const confirms = [];
  let denies = null;
  for (const [place, answer] of answers.slice(0, MAX_ANSWERS).entries()) {
    const question = Array.isArray(questions) ? questions[place] : undefined;
    const { weight, provider } = await weigh(decoded, providers, at, answer, question);
    if (weight === 'invalid') {
      return contradicted('identity', because('identity_answer_invalid', { by: provider.organisation }));
    }
    if (weight === 'denies') denies = provider;
    if (weight === 'confirms') confirms.push(provider);
  }
  if (denies) return notProved('identity', because('identity_denied', { by: denies.organisation }));
  if (confirms.length === 0) return null;
  const names = confirms.map(({ organisation }) => organisation).filter((one, place, all) => one !== all[place - 1]);
  const testOnly = confirms.some(({ test_only }) => test_only);
  return proved('identity', because('identity_confirmed', { by: names.join('、'), testOnly }), names);
}

const NOTHING = { weight: 'nothing', provider: null };

/** What one signed answer comes to. */
async function weigh({ frame, record }, anchored, at, answer, question) {
  const envelope = orNull(() => readEnvelope(bytesOf(answer)));
  const unverified = envelope && ATTESTATION.read(envelope.payload);
  if (!unverified) return NOTHING;
  const providers = anchored.filter(({ provider }) => provider === unverified.provider);
  if (providers.length === 0) return NOTHING;
  let signed = null;
  for (const provider of providers) {
    if (signed === null && (await openStatement(envelope, ATTESTATION, provider.key))) signed = provider;
  }
  if (signed === null) return { weight: 'invalid', provider: providers[0] };
  const { answered_at: answeredAt, answer: says } = unverified;
  if (!counts(signed.validity, answeredAt, at) || answeredAt - frame.recorded_at > MAX_SKEW_MS) return NOTHING;
  // Without its question nobody sees whom an answer is about.
  if (question === undefined) return NOTHING;
  const asked = orNull(() => readQuestion(question));
  if (asked === null || questionDigest(question) !== unverified.question_sha256 || !answersQuestion(asked, says)) {
    return { weight: 'invalid', provider: signed };
  }
  if (!['person', 'registry'].includes(asked.asks) || oneDot(asked.name) !== oneDot(signerOf(record))) return NOTHING;
  if (says.outcome === 'matches' || typeof says.verified_at === 'number') return { weight: 'confirms', provider: signed };
  if (says.outcome === 'differs' || says.outcome === 'not_found') return { weight: 'denies', provider: signed };
  return NOTHING;
}

/** The name of who signed: of the party, or of who represents it. */
function signerOf(record) {
  const text = (name) => record.attributes.get(name)?.value;
  return [text('representative_name'), text('party_name')].find((name) => typeof name === 'string') ?? '';
}

/** Registers have one kind of dot in names; what was declared may have another. */
const oneDot = (name) => name.replaceAll(/[\u2022\u30fb\uff0e\u2027]/gu, '\u00b7');
