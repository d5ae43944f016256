// The words of a chain fork proof's verdict, as the program prints them.
import { forkNextStep } from './fork-words.js';

const pair = (zh, en) => ({ zh, en });

/** The heading of the claim. */
export const CHAIN_FORK_TITLE = pair('记录链没有分叉', 'One chain');

const REASONS = {
  chain_forked: pair(
    (r) => `${r.organisation} 在同一条记录链中写入了互不相容的两条记录`,
    (r) => `${r.organisation} logged two records that cannot stand in one chain`,
  ),
  chain_fork_not_shown: pair(
    () => '文件没有表明这两条记录互不相容',
    () => 'the file does not show that its two records cannot stand in one chain',
  ),
  no_anchors: pair(
    () => '这两条记录互不相容，但未提供信任锚，不能证明由谁写入',
    () => 'the records cannot stand in one chain, but without trust anchors nothing shows who logged them',
  ),
  log_unknown: pair(
    (r) => `信任锚中没有日志 ${r.origin}`,
    (r) => `log ${r.origin} is not among the trust anchors`,
  ),
  log_signature_invalid: pair(
    () => '有日志头不是该日志签署的，或者签名不成立',
    () => 'a log did not sign its head, or a signature does not hold',
  ),
  key_not_valid_then: pair(
    (r) => `日志 ${r.origin} 的密钥已被宣布不可信，无法确定由谁签署`,
    (r) => `the key of log ${r.origin} is distrusted, and nobody else saw this head before that`,
  ),
};

/** The conclusion in one sentence. */
export const CHAIN_FORK_CONCLUSIONS = {
  contradicted: pair(
    '核验不符：同一条记录链中出现了互不相容的记录，写入方自相矛盾。',
    'Contradicted: records that exclude each other stand in one chain, and whoever logged them contradicted itself.',
  ),
  not_proved: pair('未能核验：这个文件不足以指出任何一方自相矛盾。', 'Not proved: this file convicts nobody.'),
};

/** What to do next. */
export function chainForkNextStep(code) {
  if (code === 'chain_forked') {
    return pair(
      '请原样保留并转交此文件：它本身就是证据。再核对你手中的每份回执属于哪一条记录。',
      'Keep this file as it is and pass it on: it is the proof. Then look which of the two records each of your receipts is for.',
    );
  }
  if (code === 'no_anchors') return forkNextStep(code);
  return pair('不要依据这个文件指责任何一方；请向制作者索取依据。', 'Accuse nobody on this file; ask whoever made it.');
}

/** The report as JSON: docs/spec/chain-fork-proof.md, rule 10. */
export function chainForkReportOf(file, { claims: [claim] }, language) {
  const { status, vouchedBy, reason } = claim;
  return {
    schema: 'heqi.verdict/v1',
    file,
    verdict: status,
    exit: status === 'contradicted' ? 1 : 3,
    claims: [
      {
        claim: 'chain',
        status,
        required: true,
        vouched_by: vouchedBy,
        reason: REASONS[reason.code][language](reason),
        code: reason.code,
      },
    ],
  };
}
