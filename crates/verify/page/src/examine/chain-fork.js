// The claim `chain`: docs/spec/chain-fork-proof.md, rules 7 to 10.
import { readAnchors } from '../anchors.js';
import { readChainForkProof, showsChainFork } from '../chain-fork-proof.js';
import { because, contradicted, notProved } from '../claims.js';
import { digestOfFile } from '../sha256.js';
import { isSignedInTrust, signersOf } from './fork.js';

/** Examines a chain fork proof: as `examine` of bundles, with the one claim. */
export async function examineChainFork(file, anchorsFile) {
  const anchors = anchorsFile && (await readAnchors(anchorsFile));
  const pair = readChainForkProof(file);
  const claims = [judge(pair, anchors)];
  return { claims, anchors, pair, sha256: await digestOfFile(file) };
}

function judge(pair, anchors) {
  const nothing = (code, origin) => notProved('chain', because(code, { origin }));
  if (!showsChainFork(pair)) return nothing('chain_fork_not_shown');
  if (anchors === null) return nothing('no_anchors');
  const heads = pair.records.map(({ head }) => head);
  const logsOf = ({ origin }) => anchors.logs.filter(({ vkey }) => vkey.name === origin);
  for (const head of heads) {
    if (logsOf(head).length === 0) return nothing('log_unknown', head.origin);
  }
  // Two organisations that logged a record each contradict each other, and neither itself.
  const [one, other] = heads.map((head) => logsOf(head)[0].organisation);
  if (one !== other) return nothing('chain_fork_not_shown');
  const signed = heads.map(({ note, origin }) => ({ origin, ...signersOf(note, logsOf({ origin }), anchors) }));
  if (signed.some(({ signers }) => signers.length === 0)) return nothing('log_signature_invalid');
  for (const head of signed) {
    if (!isSignedInTrust(head)) return nothing('key_not_valid_then', head.origin);
  }
  return contradicted('chain', because('chain_forked', { organisation: one }), [one]);
}
