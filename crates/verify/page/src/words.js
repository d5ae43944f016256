// The words of claims, reasons and files that cannot be read, in both languages: those of
// docs/spec/verdict.md "reason codes" as the program prints them.
import { CLAIMS } from './claims.js';

const pair = (zh, en) => ({ zh, en });

/** Headings of the claims. */
export const TITLES = {
  integrity: pair('内容完整', 'Integrity'),
  signed_by: pair('签名', 'Signed by'),
  identity: pair('身份', 'Identity'),
  logged: pair('写入日志', 'Logged'),
  complete: pair('记录齐全', 'Complete'),
  witnessed: pair('日志核对', 'Witnessed'),
  mirrored: pair('日志留存', 'Mirrored'),
  deposited: pair('存证', 'Deposited'),
  time: pair('时间', 'Time'),
  certificate: pair('公证书', 'Certificate'),
};

/** The words of a status. */
export const STATUSES = {
  proved: pair('核验通过', 'proved'),
  not_proved: pair('未能核验', 'not proved'),
  contradicted: pair('核验不符', 'contradicted'),
};

/** What two parts disagree about, in Chinese; in English the word itself. */
const SUBJECTS = {
  attachment: '附件', capacities: '签署身份', ceremony: '签署过程', certificate: '证书', challenge: '挑战值',
  checkpoint: '日志树头', client_root: '设备属性', consents: '同意事项', device_key: '设备密钥', documents: '文件',
  envelope: '签署声明', filing: '办件', intent: '签署意愿', 'its digest': '其摘要', origin: '日志来源',
  party: '当事人', photo: '照片', prior_records: '此前记录',
};

/** A name of an entry stands apart from Chinese text, a Chinese word does not. */
const beside = (word) => SUBJECTS[word] ?? ` ${word} `;

/** Sentences by code: functions of the reason's details, Chinese and English. */
const SENTENCES = {
  parts_agree: pair(
    (r) => `全部 ${r.parts} 个部分与各自摘要及相互引用一致`,
    (r) => (r.parts === 1 ? 'the record follows its format' : `all ${r.parts} parts fit their digests and each other`),
  ),
  entry_damaged: pair(
    (r) => `${r.entry} 的内容与清单摘要不一致，文件已被改动`,
    (r) => `the bytes of ${r.entry} do not fit the manifest: the file was altered`,
  ),
  record_malformed: pair((r) => `记录格式不合规：${r.detail}`, (r) => `the record is malformed: ${r.detail}`),
  part_malformed: pair((r) => `${r.entry} 格式不合规`, (r) => `${r.entry} is malformed`),
  part_missing: pair((r) => `签署记录缺少 ${r.entry}`, (r) => `a signing record needs ${r.entry}`),
  part_unexpected: pair((r) => `该类记录不应有 ${r.entry}`, (r) => `a record of this kind has no ${r.entry}`),
  not_bound: pair(
    (r) => `记录未披露 ${r.attribute}，不能证明所附签名属于该记录`,
    (r) => `the record does not disclose ${r.attribute}: nothing ties the signature beside it to it`,
  ),
  mismatch: pair(
    (r) => `${SUBJECTS[r.what] ?? r.what}与${beside(r.against)}不一致`,
    (r) => `${r.what.replaceAll('_', ' ')} differs from ${r.against}`,
  ),
  attachment_unreferenced: pair(
    (r) => `附件 ${r.entry} 未被记录引用`,
    (r) => `the record does not refer to attachment ${r.entry}`,
  ),
  challenge_expired: pair('签署应答晚于挑战有效期', 'the challenge was answered after it expired'),
  signature_valid: pair(
    (r) => `设备密钥（${r.algorithm}）签名有效，证书序列号 ${r.serial}${r.testOnly ? '，测试证书，不具有法律效力' : ''}`,
    (r) =>
      `the device key's ${r.algorithm} signature holds, certificate ${r.serial}${r.testOnly ? ', TEST ONLY, no legal effect' : ''}`,
  ),
  signature_invalid: pair('签名验证不通过，或由其他密钥作出', 'the signature does not hold, or another key made it'),
  other_device_key: pair(
    '证书中的密钥不是挑战所绑定的设备密钥',
    'the certificate is for another device key than the challenge binds',
  ),
  certificate_broken: pair('证书链有误，签发关系不成立', 'the certificate chain is broken'),
  certificate_untrusted: pair('证书链未通向所给信任锚', 'the certificate chain leads to no given anchor'),
  validity_not_proved: pair(
    '不能证明签名作出于证书有效期内',
    'it is not proved that the signature was made while the certificate was valid',
  ),
  no_signature: pair('该类记录不含签署人签名', 'records of this kind carry no signature of a signer'),
  no_anchors: pair('未提供信任锚，只能核对自身一致性', 'no trust anchors were given: only self-consistency can be checked'),
  identity_declared: pair(
    '姓名由经办人申报，未经权威来源核验',
    'the name was declared by the handler and no authority confirmed it',
  ),
  identity_attested: pair(
    (r) => `${r.by} 已就该签署人作出签名答复；其密钥不在信任锚中，请向其核实`,
    (r) => `${r.by} signed an answer about this signer; its key is not among the anchors: ask it`,
  ),
  identity_confirmed: pair(
    (r) => `${r.by} 签名答复：姓名与证件号码一致${r.testOnly ? '，演示机构，不具有法律效力' : ''}；是否本人签署，另见照片或人工核验记录`,
    (r) => `${r.by} signed that name and number belong to one person${r.testOnly ? ', DEMONSTRATION, no legal effect' : ''}; whether this person signed is shown by the photo or by who looked`,
  ),
  identity_denied: pair(
    (r) => `${r.by} 签名答复：姓名与证件号码不一致，或查无此号`,
    (r) => `${r.by} signed that name and number do not belong together, or that there is no such number`,
  ),
  identity_answer_invalid: pair(
    (r) => `以 ${r.by} 名义的答复不是由其密钥签名，或与记录所载的询问不符`,
    (r) => `an answer in the name of ${r.by} is not by its key, or answers another question than the record says`,
  ),
  identity_by_video: pair(
    '没有拍摄照片：由工作人员观看视频与证件比对，意见见此后的记录；未使用人脸识别',
    'no photo was taken: a person compares a video with the document and decides in a later record; no face recognition was used',
  ),
  identity_seen_at_counter: pair(
    (r) => `没有拍摄照片：平台记录 ${r.by} 的工作人员在窗口当面核对了本人与证件`,
    (r) => `no photo was taken: the platform recorded that an officer of ${r.by} saw person and card together at the counter`,
  ),
  identity_not_disclosed: pair('身份信息未披露', 'the identity is not disclosed'),
  identity_not_concerned: pair('该类记录不涉及身份', 'records of this kind say nothing about identity'),
  included: pair(
    (r) => `位于日志 ${r.origin} 第 ${r.index} 条（树大小 ${r.size}）`,
    (r) => `entry ${r.index} of log ${r.origin} (tree size ${r.size})`,
  ),
  not_included: pair('日志证明不包含该记录', 'the log proof does not contain this record'),
  no_proof: pair('证据包不含日志证明', 'the bundle has no log proof'),
  log_unknown: pair((r) => `日志 ${r.origin} 不在信任锚中`, (r) => `log ${r.origin} is not among the anchors`),
  log_signature_invalid: pair('日志树头签名无效', 'a signature of the log head does not hold'),
  log_key_unknown: pair(
    (r) =>
      `日志 ${r.origin} 的树头由信任锚中没有的密钥签名，不能采信；如该日志已更换密钥，请取得更新的信任锚后再次验证`,
    (r) =>
      `the head of log ${r.origin} is signed by a key that is not among the anchors and counts for nothing; if the log has changed its key, get newer anchors and verify again`,
  ),
  key_not_valid_then: pair(
    (r) => `${r.who} 的密钥在当时不可信`,
    (r) => `the key of ${r.who} was not to be trusted at that time`,
  ),
  cosigned: pair((r) => `于 ${forPeople(r.at)} 独立签名确认`, (r) => `cosigned on ${forPeople(r.at)}`),
  not_cosigned: pair('树头没有独立机构的相应签名', 'no independent organisation cosigned this head'),
  deposited: pair((r) => `存证回执 ${r.held}/${r.of}`, (r) => `deposit receipts ${r.held}/${r.of}`),
  deposited_partly: pair(
    (r) => `存证回执只有 ${r.held}/${r.of}`,
    (r) => `only ${r.held} of ${r.of} deposit receipts`,
  ),
  deposit_refused: pair((r) => `${r.custodian} 拒绝接收：${r.refusal}`, (r) => `${r.custodian} refused it: ${r.refusal}`),
  receipt_of_another: pair(
    (r) => `回执 ${r.entry} 属于其他记录或其他内容`,
    (r) => `receipt ${r.entry} is for another record or other content`,
  ),
  receipt_invalid: pair(
    (r) => `回执 ${r.entry} 签名无效或格式有误`,
    (r) => `receipt ${r.entry} is malformed or its signature does not hold`,
  ),
  complete_up_to: pair(
    (r) => `截至 ${forPeople(r.at)} 共 ${r.seq} 条记录，无缺漏；其中异议 ${r.objections} 条${resolvedZh(r)}`,
    (r) => `all ${r.seq} records up to ${forPeople(r.at)} are there, ${r.objections} of them objections${resolvedEn(r)}`,
  ),
  no_chain_head: pair('没有公证机构对记录链的声明', 'there is no statement of the notary about the chain'),
  chain_broken: pair((r) => `记录链不连续：${r.detail}`, (r) => `the chain is broken: ${r.detail}`),
  chain_head_invalid: pair(
    '记录链声明签名无效或格式有误',
    'the chain statement is malformed or its signature does not hold',
  ),
  chain_head_differs: pair(
    (r) => `公证机构记到第 ${r.stated} 条，证据包到第 ${r.found} 条或内容不同：有记录被删除或替换`,
    (r) =>
      `the notary states ${r.stated} records, the bundle has ${r.found} or others: records were dropped or replaced`,
  ),
  not_in_chain: pair('本记录不在所列记录链的相应位置', 'this record does not stand at its place of the listed chain'),
  between: pair(
    (r) => `介于 ${forPeople(r.from)} 与 ${forPeople(r.to)} 之间；未取得可信时间戳`,
    (r) => `between ${forPeople(r.from)} and ${forPeople(r.to)}; no trusted time stamp`,
  ),
  only_not_after: pair(
    (r) => `不晚于 ${forPeople(r.to)}；无法证明不早于何时；未取得可信时间戳`,
    (r) => `not after ${forPeople(r.to)}; not before is not proved; no trusted time stamp`,
  ),
  between_timestamped: pair(
    (r) => `介于 ${forPeople(r.from)} 与 ${forPeople(r.to)} 之间；${stamp(r, 'zh')}`,
    (r) => `between ${forPeople(r.from)} and ${forPeople(r.to)}; ${stamp(r, 'en')}`,
  ),
  only_not_after_timestamped: pair(
    (r) => `不晚于 ${forPeople(r.to)}；无法证明不早于何时；${stamp(r, 'zh')}`,
    (r) => `not after ${forPeople(r.to)}; not before is not proved; ${stamp(r, 'en')}`,
  ),
  time_stamp_invalid: pair((r) => `时间戳 ${r.entry} 无效`, (r) => `time stamp ${r.entry} does not hold`),
  time_stamp_of_another: pair(
    (r) => `时间戳 ${r.entry} 对应的不是旁边的树头`,
    (r) => `time stamp ${r.entry} is over other bytes than the note beside it`,
  ),
  time_anchor_invalid: pair(
    (r) => `${r.entry} 不是涵盖本记录的同一日志树头`,
    (r) => `${r.entry} is not a head of the record's log that covers the record`,
  ),
  no_time: pair(
    '没有平台以外的时间；未取得可信时间戳',
    'nobody but the platform vouches for a time; no trusted time stamp',
  ),
  time_outside: pair(
    '平台记录的时间不在独立方证明的区间内',
    'the time the platform recorded lies outside the interval that others vouch for',
  ),
  no_certificate: pair('尚未出具公证书', 'no notarial certificate has been issued'),
};

/** What followed from objections: a signature may have been found void by it. */
function resolvedZh({ resolved }) {
  if (resolved === 0) return '';
  return `，异议处理 ${resolved} 条（签署可能已被登记机关认定无效，请向登记机关或公证机构查询）`;
}

function resolvedEn({ resolved }) {
  if (resolved === 0) return '';
  return `, ${resolved} of them what followed (the registry may have found a signature void: ask the registry or the notary)`;
}

/** Who stamped, and until when at the latest. */
function stamp({ stampedBy, stampedAt, testOnly }, language) {
  const at = forPeople(stampedAt);
  if (language === 'zh') return `${stampedBy} 的可信时间戳${testOnly ? '（测试用，不具有法律效力）' : ''}：不晚于 ${at}`;
  return `time stamp of ${stampedBy}: not after ${at}${testOnly ? ', TEST ONLY, no legal effect' : ''}`;
}

/** The sentence of a reason. */
export function sentenceOf(reason, language) {
  const code = reason.code.startsWith('mismatch_') ? 'mismatch' : reason.code;
  const sentence = SENTENCES[code][language];
  return typeof sentence === 'function' ? sentence(reason) : sentence;
}

/** For people: to the second in Asia/Shanghai, with the zone. */
export function forPeople(millis) {
  const shanghai = new Date(millis + 8 * 3_600_000).toISOString();
  return `${shanghai.slice(0, 10)} ${shanghai.slice(11, 19)} +08:00`;
}

/** The report as JSON: docs/spec/verdict.md, rule 9. */
export function reportOf(file, examination, required, conclusion, language) {
  const claims = CLAIMS.map((name) => examination.claims.find(({ claim }) => claim === name));
  return {
    schema: 'heqi.verdict/v1',
    file,
    ...conclusion,
    claims: claims.map(({ claim, status, vouchedBy, reason }) => ({
      claim,
      status,
      required: required.includes(claim),
      vouched_by: vouchedBy,
      reason: sentenceOf(reason, language),
      code: reason.code,
    })),
  };
}
