// Bytes in, report out: what the page and its tests call.
import { MAX_ANCHORS_BYTES, readAnchors } from './anchors.js';
import { isChainForkProof } from './chain-fork-proof.js';
import { chainForkReportOf } from './chain-fork-words.js';
import { conclude, REQUIRED_BY_DEFAULT } from './claims.js';
import { MAX_FILE_BYTES } from './container.js';
import { isDocument, readDocument } from './document.js';
import { examine } from './examine.js';
import { examineChainFork } from './examine/chain-fork.js';
import { examineFork } from './examine/fork.js';
import { isForkProof } from './fork-proof.js';
import { renewedReport } from './renewal-words.js';
import { concludeWith, renewedOfDocument, renewedOfRecord } from './renewed.js';
import { Unreadable } from './unreadable.js';
import { failureOf } from './unreadable-words.js';
import { forkReportOf } from './fork-words.js';
import { reportOf } from './words.js';

/**
 * Verifies a file: `{report, examination}`; without `examination` the report is of a file that
 * cannot be examined. Of a sealed document each bundle inside is verified: `{document, inside}`, its
 * seal is not. `at` is in milliseconds since 1970; `failure` says why a file has no bytes. `renewals` belong to
 * a document, then `renewed` says what they prove, or to a bundle, then its report does; `renewalKeys` sign
 * them beside the custodians among the anchors, and `timeRoots` bear their tokens beside the anchors' roots.
 */
export async function verify({
  name, file, anchors = null, required = REQUIRED_BY_DEFAULT, at = null, language, failure = null,
  renewals = null, renewalKeys = [], timeRoots = [],
}) {
  let renewed;
  try {
    if (failure) throw failure;
    if (anchors && anchors.length > MAX_ANCHORS_BYTES) throw new Unreadable('file_too_large', 'anchors');
    if (file.length > MAX_FILE_BYTES) throw new Unreadable('file_too_large', 'bundle');
    // What is given is never silently left out.
    if (renewals && (isForkProof(file) || isChainForkProof(file))) throw new Unreadable('renewals_of_no_document');
    if (renewals && renewals.length > MAX_FILE_BYTES) throw new Unreadable('file_too_large', 'renewals');
    if (isForkProof(file)) {
      const examination = await examineFork(file, anchors);
      return { report: forkReportOf(name, examination, language), examination };
    }
    if (isChainForkProof(file)) {
      const examination = await examineChainFork(file, anchors);
      return { report: chainForkReportOf(name, examination, language), examination };
    }
    if (isDocument(file)) {
      if (renewals) {
        const read = anchors && (await readAnchors(anchors));
        const trusted = { anchors: read, keys: renewalKeys, roots: timeRoots, at };
        renewed = renewedReport(await renewedOfDocument(renewals, file, trusted), language);
      }
      const { bundles, ...document } = await readDocument(file);
      const inside = [];
      for (const bundle of bundles) {
        inside.push(await verify({ name: bundle.name, file: bundle.bytes, anchors, required, at, language }));
      }
      return { ...inside[0], document: { ...document, file: name }, inside, renewed };
    }
    const examination = await examine(file, anchors, at);
    const concluded = conclude(examination.claims, required, anchors !== null);
    if (!renewals) return { report: reportOf(name, examination, required, concluded, language), examination };
    const trusted = { anchors: examination.anchors, keys: renewalKeys, roots: timeRoots, at };
    const found = await renewedOfRecord(renewals, examination.record, trusted);
    const report = reportOf(name, examination, required, concludeWith(concluded, found), language);
    return { report: { ...report, renewed: renewedReport(found, language) }, examination };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { report: failureOf(name, error, language), examination: null, renewed };
  }
}
