// The words of the page that are not those of a claim.

const pair = (zh, en) => ({ zh, en });

/** Texts that stand in the page; keys are the values of `data-words`. */
export const PAGE = {
  title: pair('核验证据', 'Verify evidence'),
  lead: pair(
    '选择证据包和公证处公布的信任锚。全部计算在这一页内完成，文件不会离开本设备。',
    'Choose an evidence bundle and the trust anchors the notary published. Everything is computed in this page; no file leaves this device.',
  ),
  skip: pair('跳到核验结果', 'Skip to the result'),
  language: pair('语言', 'Language'),
  files: pair('文件', 'Files'),
  bundle: pair('1. 证据包', '1. Evidence bundle'),
  bundleHint: pair(
    '.heqi.zip，内嵌证据包的公证书 .pdf，或分叉证明 .fork-proof、.chain-fork-proof',
    '.heqi.zip, a certificate .pdf with bundles inside, or a fork proof, .fork-proof or .chain-fork-proof',
  ),
  inDocument: pair('文书内的证据包', 'Bundles inside the document'),
  sealNeedsProgram: pair(
    '本页只核验文书内的证据包及其时间戳，以及所附的时间戳续期，不核验 PDF 的电子印章。电子印章请用核验程序核验：heqi verify 文件.pdf --anchors 信任锚.json',
    'This page verifies the bundles inside the document and their time stamps, and renewals given beside it, not the seal on the PDF. The seal needs the program: heqi verify FILE.pdf --anchors ANCHORS.json',
  ),
  anchors: pair('2. 信任锚', '2. Trust anchors'),
  anchorsHint: pair(
    '公证处公布的 .json 文件；没有它只能核对自身一致性',
    'the .json file the notary publishes; without it only self-consistency can be checked',
  ),
  renewals: pair('3. 时间戳续期文件（可不选）', '3. Renewals of time stamps (optional)'),
  renewalsHint: pair(
    '公证处随公证书、平台随记录提供的续期 .zip：时间戳证书到期后，仍可核验当时的时间',
    'the .zip of renewals that the notary gives beside a certificate, or the platform beside a record: time stamps can be verified after their certificates ended',
  ),
  renewalKeys: pair('续期签名公钥（可不填）', 'Keys that sign renewals (optional)'),
  renewalKeysHint: pair(
    '只有平台的续期需要：平台公布的公钥，base64，多个以空格分开（程序的 --renewal-key）',
    "Only the platform's renewals need it: the key the platform publishes, in base64; several are separated by spaces (the program's --renewal-key)",
  ),
  renewalKeysWrong: pair(
    '这不是公钥。请完整粘贴平台公布的公钥。',
    'This is no public key. Paste the whole key as the platform publishes it.',
  ),
  timeRoots: pair('时间戳根证书（可不填）', 'Roots of time authorities (optional)'),
  timeRootsHint: pair(
    '信任锚之外、续期文件的时间戳所依据的根证书，PEM 格式，可粘贴多个（程序的 --time-root）；请先与公布的 SHA-256 比对',
    "Roots that bear the time stamps of the renewals, beside those among the anchors, in PEM; several may be pasted (the program's --time-root). Compare each with the SHA-256 that is published first",
  ),
  timeRootsWrong: pair(
    '这不是时间戳根证书。请完整粘贴以 BEGIN CERTIFICATE 开头的文本。',
    'This is no root of a time authority. Paste the whole text that begins with BEGIN CERTIFICATE.',
  ),
  choose: pair('选择文件', 'Choose a file'),
  drop: pair('也可以把这些文件拖到这一页上。', 'You can also drop these files onto this page.'),
  none: pair('尚未选择', 'none chosen yet'),
  options: pair('更多选项', 'More options'),
  require: pair('必需项', 'Claims that must be proved'),
  at: pair('以此时刻的信任锚判断（可不填）', 'The instant the question is put (optional)'),
  atHint: pair('例如 2026-11-23T20:05:00+08:00', 'for example 2026-11-23T20:05:00+08:00'),
  atWrong: pair('请写成 2026-11-23T20:05:00+08:00 的样子。', 'Write it like 2026-11-23T20:05:00+08:00.'),
  result: pair('核验结果', 'Result'),
  waiting: pair('选择证据包后，结果显示在这里。', 'Choose an evidence bundle and the result appears here.'),
  working: pair('正在核验……', 'Verifying …'),
  claims: pair('逐项结果', 'Claim by claim'),
  required: pair('必需', 'required'),
  vouches: pair('由谁担保', 'Who vouches'),
  picture: pair('谁为哪一项担保', 'Who vouches for which claim'),
  claim: pair('项目', 'Claim'),
  theFile: pair('文件自身', 'the file itself'),
  nobody: pair('无人担保', 'nobody'),
  against: pair('有矛盾', 'contradicted'),
  yes: pair('担保', 'vouches'),
  partly: pair('只证明一部分', 'in part only'),
  interval: pair('时间区间', 'Time interval'),
  notBefore: pair('不早于', 'not before'),
  notAfter: pair('不晚于', 'not after'),
  recorded: pair('平台记录', 'recorded by the platform'),
  open: pair('未证明', 'not proved'),
  file: pair('文件', 'File'),
  record: pair('记录', 'Record'),
  log: pair('日志', 'Log'),
  head: pair('日志头', 'Head'),
  chain: pair('记录链', 'Chain'),
  publisher: pair('公布方', 'Publisher'),
  anchorsDigest: pair('信任锚', 'Anchors'),
  custody: pair('存证说明', 'Custody'),
  certificate: pair('签署人证书', 'Certificate'),
  next: pair('下一步', 'Next'),
  notGiven: pair('未提供', 'none given'),
  unreadable: pair('无法核验', 'Cannot verify'),
  cannotBeRead: pair('无法读取', 'cannot be read'),
  wardsName: pair('更正被监护人（未成年人）姓名', 'name of the minor corrected'),
  testOnly: pair('TEST ONLY 测试证书，不具有法律效力', 'TEST ONLY, without legal effect'),
  json: pair('JSON 结果', 'JSON result'),
  download: pair('下载 JSON 结果', 'Download the JSON result'),
  exit: pair('退出码', 'exit code'),
  failed: pair(
    '这一页出了错，没有得出结论。请换一个浏览器，或使用 verify 程序。',
    'This page failed and came to no conclusion. Try another browser, or the program verify.',
  ),
  about: pair(
    '本页是核验格式的第二种实现，与 verify 程序分别编写。请把本页的 SHA-256 与公证处公布的数值比对。',
    'This page is a second implementation of the formats, written apart from the program verify. Compare its SHA-256 with the one the notary publishes.',
  ),
};

/** Conclusions in one sentence, and what to do next. */
export const CONCLUSIONS = {
  proved: pair('核验通过：全部必需项都已得到证明。', 'Proved: every required claim is proved.'),
  self_consistent: pair(
    '自身一致：各部分相互吻合，但未提供信任锚，不能证明由谁作出。',
    'Self-consistent: the parts fit each other, but without trust anchors nothing shows who made them.',
  ),
  not_proved: pair(
    '未能核验：没有发现矛盾，但有必需项缺少证明。',
    'Not proved: nothing is contradicted, but a required claim lacks its proof.',
  ),
  contradicted: pair(
    '核验不符：文件中有内容相互矛盾或被改动。',
    'Contradicted: something in this file contradicts the rest or was altered.',
  ),
};

const ADD_ANCHORS = pair(
  '向公证处取得信任锚文件，在上面选择它，结果会重新计算。',
  'Get the anchors from the notary and choose them above; the result is computed again.',
);

/** What to do next after a conclusion. */
export function nextStep(verdict, hasAnchors) {
  if (verdict === 'proved' && hasAnchors) {
    return pair(
      '把信任锚的 SHA-256 与公证处公布的数值比对；两者不同，则以上结论不成立。',
      'Compare the SHA-256 of the anchors with the one the notary publishes; if they differ, nothing above holds.',
    );
  }
  if (verdict === 'proved' || verdict === 'self_consistent') return ADD_ANCHORS;
  if (verdict === 'contradicted') {
    return pair(
      '不要依据这个文件作判断。请原样保留它，并向出具方和公证处索取原件。',
      'Do not rely on this file. Keep it as it is, and ask its issuer and the notary for the original.',
    );
  }
  return pair(
    '存证和核对可能尚未完成：稍后向平台重新下载证据包；或在“更多选项”中只要求你需要的项目。',
    'Custody and witnessing may still be under way: download the bundle again later, or name only the claims you need under “More options”.',
  );
}

/** What happened, by kind of record. */
export const KINDS = {
  filing_opened: pair('办件建立', 'filing opened'),
  filing_changed: pair('办件变更', 'filing changed'),
  consent_given: pair('同意事项', 'consent'),
  signing: pair('签署', 'signing'),
  decline: pair('拒绝签署', 'decline'),
  confirmation: pair('确认', 'confirmation'),
  objection: pair('异议', 'objection'),
  access: pair('查看证据', 'access to evidence'),
  erasure: pair('删除个人信息', 'erasure of personal data'),
  legal_hold: pair('证据保全限制', 'legal hold'),
  code_checked: pair('验证码或证件末四位核对', 'code or number entered'),
  notification: pair('消息通知', 'message'),
  identity_verified: pair('身份核验', 'identity check'),
  review_decided: pair('人工核验意见', 'decision of a reviewer'),
  handed_over: pair('换设备办理', 'step done on another device'),
  review_wanted: pair('转人工核验', 'left to a person'),
  document_read: pair('确认读完文书', 'document read'),
  video_recorded: pair('朗读声明的视频', 'video of the statement read aloud'),
  objection_resolved: pair('异议处理', 'what followed from an objection'),
  person_seen: pair('工作人员当面核对本人与证件', 'person and card seen by an officer'),
  person_corrected: pair('更正姓名或证件号码', 'name or number corrected'),
  company_seal: pair('企业印章', 'seal of a company'),
  guardianship_shown: pair('监护关系', 'guardianship'),
  party_removed: pair('移出当事人', 'party taken out'),
  risk_noted: pair('风险提示', 'signs that do not fit together'),
  regulator_query: pair('监管查询', 'search by the regulator'),
  regulator_view: pair('监管查看', 'look by the regulator'),
  certificate_application: pair('申请公证书', 'application for a certificate'),
};
