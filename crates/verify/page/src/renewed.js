// What renewals beside a document or a bundle prove: docs/spec/renewal.md, sections 5 and 6.
import { digestOfFile } from './sha256.js';
import { isByAStranger, isSaidByAStranger, textSaid, trustOf, walk } from './renewal-walk.js';
import { readRenewals } from './renewal-file.js';

const STATUSES = {
  renewals_ended: 'not_proved',
  renewals_too_late: 'not_proved',
  renewals_untrusted: 'not_proved',
  renewals_no_anchors: 'not_proved',
  renewals_malformed: 'contradicted',
  renewals_of_another: 'contradicted',
  renewals_do_not_hold: 'contradicted',
};

const FAULTS = {
  ended: 'renewals_ended',
  too_late: 'renewals_too_late',
  untrusted: 'renewals_untrusted',
  does_not_hold: 'renewals_do_not_hold',
};

const finding = (code, details = {}) => ({ status: STATUSES[code] ?? 'proved', code, ...details });

/**
 * That the document with these bytes was in its office's log. `{status, code}` with what the sentence needs;
 * `anchors` are read ones or null, `keys` sign renewals beside their custodians, `roots` are of time authorities
 * beside theirs, `at` may be null.
 */
export async function renewedOfDocument(file, document, { anchors, keys, roots = [], at }) {
  const trust = trustOf(anchors, keys, roots);
  const renewals = readRenewals(file);
  const whose = 'notary';
  if (renewals === null) return finding('renewals_malformed', { whose });
  if (trust.custodians.length === 0 || trust.logs.length === 0) return finding('renewals_no_anchors', { whose });
  if (isSaidByAStranger(renewals.subject, trust)) return finding('renewals_untrusted', { whose, saidByAStranger: true });
  // The step is signed, its salted digest opens to what was said, and that names this very file.
  const said = await textSaid(renewals.subject, trust);
  const namesIt = said !== null && said.split(' ').includes(await digestOfFile(document));
  if (!namesIt) return finding('renewals_of_another', { whose });
  return walked(renewals, trust, at, whose);
}

/** The same of the record with this root in the platform's log; null where the record cannot be read. */
export async function renewedOfRecord(file, record, { anchors, keys, roots = [], at }) {
  const trust = trustOf(anchors, keys, roots);
  const renewals = readRenewals(file);
  const whose = 'platform';
  if (renewals === null) return finding('renewals_malformed', { whose });
  if (trust.logs.length === 0) return finding('renewals_no_anchors', { whose });
  if (record === null || renewals.subject.record !== record) return finding('renewals_of_another', { whose });
  if (isByAStranger(renewals, trust)) return finding('renewals_untrusted', { whose, byAStranger: true });
  return walked(renewals, trust, at, whose);
}

async function walked(renewals, trust, at, whose) {
  const found = await walk(renewals, trust, at);
  return found.fault ? finding(FAULTS[found.fault], { whose }) : finding('renewed', { whose, ...found });
}

/** The conclusion with what renewals prove: the worse of the two. */
export function concludeWith(conclusion, renewed) {
  if (renewed?.status === 'contradicted') return { verdict: 'contradicted', exit: 1 };
  if (renewed?.status === 'not_proved' && conclusion.verdict === 'proved') return { verdict: 'not_proved', exit: 3 };
  return conclusion;
}
