// Bytes in, report out: what the page and its tests call.
import { MAX_ANCHORS_BYTES } from './anchors.js';
import { isChainForkProof } from './chain-fork-proof.js';
import { chainForkReportOf } from './chain-fork-words.js';
import { conclude, REQUIRED_BY_DEFAULT } from './claims.js';
import { MAX_FILE_BYTES } from './container.js';
import { isDocument, readDocument } from './document.js';
import { examine } from './examine.js';
import { examineChainFork } from './examine/chain-fork.js';
import { examineFork } from './examine/fork.js';
import { isForkProof } from './fork-proof.js';
import { Unreadable } from './unreadable.js';
import { failureOf } from './unreadable-words.js';
import { forkReportOf } from './fork-words.js';
import { reportOf } from './words.js';

/**
 * Verifies a file: `{report, examination}`; without `examination` the report is of a file that
 * cannot be examined. Of a sealed document each bundle inside is verified: `{document, inside}`, its
 * seal is not. `at` is in milliseconds since 1970; `failure` says why a file has no bytes.
 */
export async function verify({
  name, file, anchors = null, required = REQUIRED_BY_DEFAULT, at = null, language, failure = null,
}) {
  try {
    if (failure) throw failure;
    if (anchors && anchors.length > MAX_ANCHORS_BYTES) throw new Unreadable('file_too_large', 'anchors');
    if (file.length > MAX_FILE_BYTES) throw new Unreadable('file_too_large', 'bundle');
    if (isForkProof(file)) {
      const examination = await examineFork(file, anchors);
      return { report: forkReportOf(name, examination, language), examination };
    }
    if (isChainForkProof(file)) {
      const examination = await examineChainFork(file, anchors);
      return { report: chainForkReportOf(name, examination, language), examination };
    }
    if (isDocument(file)) {
      const { bundles, ...document } = await readDocument(file);
      const inside = [];
      for (const bundle of bundles) {
        inside.push(await verify({ name: bundle.name, file: bundle.bytes, anchors, required, at, language }));
      }
      return { ...inside[0], document: { ...document, file: name }, inside };
    }
    const examination = await examine(file, anchors, at);
    const conclusion = conclude(examination.claims, required, anchors !== null);
    return { report: reportOf(name, examination, required, conclusion, language), examination };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { report: failureOf(name, error, language), examination: null };
  }
}
