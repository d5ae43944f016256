// Identity: docs/spec/verdict.md rule 1. Nobody vouches today.
import { because, contradicted, notProved } from '../claims.js';

/** The claim `identity`. */
export function examineIdentity({ frame, record }) {
  if (frame.kind !== 'signing') return notProved('identity', because('identity_not_concerned'));
  const name = record.attributes.get('party_name');
  if (name === undefined || name.value === null) return notProved('identity', because('identity_not_disclosed'));
  return name.provenance === 'declared'
    ? notProved('identity', because('identity_declared'))
    : contradicted('identity', because('record_malformed', { detail: 'party_name is not declared' }));
}
