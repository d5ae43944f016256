// The words of a fork proof's verdict, as the program prints them.

const pair = (zh, en) => ({ zh, en });

/** The heading of the claim. */
export const FORK_TITLE = pair('只有一份历史', 'One history');

const REASONS = {
  log_forked: pair(
    (r) => `${r.organisations.join('、')} 签署了日志 ${r.origin} 中互不相容的日志头`,
    (r) => `${r.organisations.join(', ')} signed heads of log ${r.origin} that cannot belong to one history`,
  ),
  fork_not_shown: pair(
    () => '文件没有表明这些日志头互不相容',
    () => 'the file does not show that its heads cannot belong to one history',
  ),
  no_anchors: pair(
    () => '这些日志头互不相容，但未提供信任锚，不能证明由谁签署',
    () => 'the heads cannot belong to one history, but without trust anchors nothing shows who signed them',
  ),
  log_unknown: pair(
    (r) => `信任锚中没有日志 ${r.origin}`,
    (r) => `log ${r.origin} is not among the trust anchors`,
  ),
  log_signature_invalid: pair(
    () => '有日志头不是该日志签署的，或者签名不成立',
    () => 'the log did not sign every head, or a signature does not hold',
  ),
  key_not_valid_then: pair(
    (r) => `日志 ${r.origin} 的密钥已被宣布不可信，无法确定由谁签署`,
    (r) => `the key of log ${r.origin} is distrusted, and nobody else saw these heads before that`,
  ),
};

/** The conclusion in one sentence. */
export const FORK_CONCLUSIONS = {
  contradicted: pair(
    '核验不符：该日志出现了两份互不相容的历史，签署方自相矛盾。',
    'Contradicted: this log has shown two histories, and those who signed them contradicted themselves.',
  ),
  not_proved: pair('未能核验：这个文件不足以指出任何一方自相矛盾。', 'Not proved: this file convicts nobody.'),
};

/** What to do next. */
export function forkNextStep(code) {
  if (code === 'log_forked') {
    return pair(
      '请原样保留并转交此文件：它本身就是证据。再用 heqi monitor 核对你手中的每份回执属于哪一份历史。',
      'Keep this file as it is and pass it on: it is the proof. Then check with heqi monitor which history each of your receipts belongs to.',
    );
  }
  if (code === 'no_anchors') {
    return pair(
      '向公证处取得信任锚文件，在上面选择它，结果会重新计算。',
      'Get the anchors from the notary and choose them above; the result is computed again.',
    );
  }
  return pair(
    '不要依据这个文件指责任何一方；请向制作者索取依据，或用 heqi monitor 自行核对该日志。',
    'Accuse nobody on this file; ask whoever made it, or check the log yourself with heqi monitor.',
  );
}

/** The report as JSON: docs/spec/fork-proof.md, rule 11. */
export function forkReportOf(file, { claims: [claim] }, language) {
  const { status, vouchedBy, reason } = claim;
  return {
    schema: 'heqi.verdict/v1',
    file,
    verdict: status,
    exit: status === 'contradicted' ? 1 : 3,
    claims: [
      {
        claim: 'fork',
        status,
        required: true,
        vouched_by: vouchedBy,
        reason: REASONS[reason.code][language](reason),
        code: reason.code,
      },
    ],
  };
}
