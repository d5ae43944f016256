//! What the page of one filing says.

use crate::words::Words;

pub(super) const PROVED: Words = Words::new("核验通过", "proved");
pub(super) const NOT_PROVED: Words = Words::new("未能核验", "not proved");
pub(super) const CONTRADICTED: Words = Words::new("核验不符", "contradicted");
pub(super) const FILING: Words = Words::new("办件", "Filing");
pub(super) const BACK: Words = Words::new("返回查询结果", "Back to what was found");
pub(super) const OPENED: Words = Words::new("建立时间", "Opened at");
pub(super) const SIGNATURES: Words =
    Words::new("逐个签名的核验结论", "Each signature, and what a machine can say of it");
pub(super) const NOT_GENUINE: Words = Words::new(
    "结论由机器对证据包逐项重算得出，供形式审查参考；它说明证据能证明什么，不说明签名是真是假。",
    "A machine computed this anew from the evidence, for the formal review. It says what the evidence proves, and not whether a signature is genuine.",
);
pub(super) const NO_SIGNATURE: Words = Words::new("尚无签名。", "Nothing was signed yet.");
pub(super) const NOT_EXAMINED: Words = Words::new(
    "签名过多，本页未逐一核验，也未调取阅读时长与笔迹；请导出证据包后核验。",
    "Too many signatures to examine on one page, so neither was this one judged nor its reading times and handwriting opened: take the bundle away and verify it.",
);
pub(super) const NOT_LISTED: Words = Words::new(
    "在后的 {count} 条记录在后续各页，其中可能有签名。",
    "{count} later records are on the pages that follow, and signatures may be among them.",
);
pub(super) const EARLIER: Words = Words::new(
    "在前的 {count} 条记录在前面各页，其中可能有签名。",
    "{count} earlier records are on the pages before, and signatures may be among them.",
);
pub(super) const NONE_HERE: Words =
    Words::new("本页记录中没有签署。", "Nothing was signed among the records of this page.");
pub(super) const PREVIOUS_PART: Words = Words::new("在前的记录", "Earlier records");
pub(super) const NEXT_PART: Words =
    Words::new("在后的记录（查看即另行留痕）", "Later records (a look of its own, and recorded)");
pub(super) const NOT_TIED: Words = Words::new(
    "另有 {count} 个签名未调取手机、设备和网络地址，不在下图中，是否共用未作比对。",
    "Phones, devices and addresses of {count} further signatures were not opened: they are not in the picture, and whether they share one was not looked at.",
);
pub(super) const SIGNED: Words = Words::new("签署文书", "Signed");
pub(super) const AT: Words = Words::new("签署时间", "At");
pub(super) const VOUCHER: Words = Words::new("签署凭证号", "Voucher");
pub(super) const HELD: Words = Words::new("存证", "Held by");
pub(super) const FOUND_VOID: Words = Words::new(
    "登记机关已认定本签署无效（该签署作废并重签），在该办件中不再有效：",
    "The registry found this very signature void; it does not count in the filing any more, since",
);
pub(super) const ACTIONS: Words = Words::new(
    "拍照时要求的动作（机器没有判断是否活体；画面由审查人员查看，本页不显示）：",
    "Asked before the camera (no machine has judged liveness; the pictures are for reviewers and not shown here):",
);
pub(super) const REASONS: Words = Words::new("理由，逐项", "The reasons, one by one");
pub(super) const VOUCHED: Words = Words::new("由谁负责：", "vouched for by");
pub(super) const PHOTO: Words =
    Words::new("查看签署照片（另行留痕）", "Look at the photo (recorded)");
pub(super) const BUNDLE: Words =
    Words::new("导出证据包（另行留痕）", "Take the bundle away (recorded)");
pub(super) const PARTIES: Words = Words::new("当事人", "Who takes part");
pub(super) const DOCUMENTS: Words = Words::new("文书", "Documents");
pub(super) const PAGES: Words = Words::new("页", "pages");
pub(super) const CURRENT: Words = Words::new("现行版本", "the version that counts");
pub(super) const REPLACED: Words = Words::new("已被替换", "replaced");
pub(super) const COMPARE: Words = Words::new("与另一份副本比对", "Compare with another copy");
pub(super) const COMPARE_HELP: Words = Words::new(
    "上传您手中的PDF：比对摘要和文字，列出不同之处。文件只用于本次比对，不保存；比对本身留痕。",
    "Upload the PDF you have: digest and words are compared, differences listed. The file is used for this and not kept; the comparison is recorded.",
);
pub(super) const COPY: Words = Words::new("副本（PDF，不超过20 MB）", "Copy (PDF, at most 20 MB)");
pub(super) const COMPARE_NOW: Words = Words::new("比对", "Compare");
pub(super) const PACKAGE: Words = Words::new("法院证据包", "Package for a court");
pub(super) const PACKAGE_HELP: Words = Words::new(
    "一个ZIP文件：本办件每条记录的证据包、本次查询的记录、附摘要的清单和核验说明。每份最多100条记录、48 MB；未含全部的，清单写明下一份从哪一条起。内含照片和个人信息。",
    "One ZIP: the bundle of every record, the record of this search, a list with digests, how to verify it. At most 100 records and 48 MB in one part; where there are more the list says where the next begins. It holds photos and personal data.",
);
pub(super) const PACKAGE_TAKE: Words =
    Words::new("导出法院证据包（另行留痕）", "Take the package away (recorded)");
pub(super) const PACKAGE_PART: Words = Words::new(
    "导出第{from}条起的部分（另行留痕）",
    "Take the part from record {from} on (recorded)",
);
pub(super) const PACKAGE_NEXT: Words = Words::new(
    "上一份因大小未含全部的：下一份的起点（清单 list.json 中的 next）",
    "Where a part ended by its size: where the next begins (next in its list.json)",
);
pub(super) const PACKAGE_GO_ON: Words =
    Words::new("导出下一份（另行留痕）", "Take the next part (recorded)");
pub(super) const ACTS: Words = Words::new("可以做什么", "What you can do");
pub(super) const HOLD: Words = Words::new("证据保全限制", "Legal hold");
pub(super) const HOLD_HELP: Words = Words::new(
    "生效期间，任何一方要求删除的，本办件的数据均不删除。",
    "While one is in force nothing of this filing is erased, whoever asks.",
);
pub(super) const HOLD_SINCE: Words = Words::new("生效中，自", "In force since");
pub(super) const HOLD_WHY: Words =
    Words::new("设置理由（案号或文书号）", "Why (number of the case or order)");
pub(super) const PLACE: Words = Words::new("设置保全限制", "Place a hold");
pub(super) const LIFT_WHY: Words = Words::new("解除理由", "Why it is lifted");
pub(super) const LIFT: Words = Words::new("解除", "Lift it");
pub(super) const APPLY: Words = Words::new("申请公证书", "Apply for a certificate");
pub(super) const APPLY_HELP: Words = Words::new(
    "“申请公证书”以登记机关名义就该次签署的存证向公证处提出，由公证员审查后决定；申请留痕。",
    "“Apply for a certificate” applies to the notary in the name of the registration authority, about that signature's deposit; a notary examines and decides, and the application is recorded.",
);
pub(super) const QUERY_CODE: Words = Words::new("查询码", "Query code");
pub(super) const LOOK_UP: Words = Words::new(
    "凭编号和查询码可在公证处网站查看进度、取得文书",
    "with number and code, the notary's site shows how it stands and gives its documents",
);
pub(super) const EVENTS: Words = Words::new("时间线", "What happened");
pub(super) const LEAF: Words = Words::new("日志叶", "leaf");
pub(super) const FOOT: Words = Words::new(
    "本页显示当事人姓名、签名结论、经过、签署所用的设备和网络地址、遮盖后的手机号和手写签名；查看已留痕。不显示照片、证件号码、位置和完整联系方式；照片须单独打开并另行留痕。",
    "This page shows names, verdicts, what happened, devices and addresses, masked phone numbers and the handwriting, and the look is recorded. It does not show photos, document numbers, places or whole contacts; a photo is opened by itself and recorded again.",
);
pub(super) const TIES: Words =
    Words::new("人员、手机、设备与网络地址", "People, phones, devices and addresses");
pub(super) const NOT_THE_SAME: Words = Words::new(
    "仅供参考：家人可能共用手机，同一单位可能共用网络地址，同类浏览器自称相同；共用不等于代签。",
    "A hint and no finding: a family shares a phone, an office an address, and browsers of one kind have one name.",
);
pub(super) const SHARED: Words = Words::new(
    "{kind}“{thing}”为多人共用：{people}",
    "{kind} “{thing}” is behind more than one person: {people}",
);
pub(super) const PERSON: Words = Words::new("签署人", "Signer");
pub(super) const PHONE_NUMBER: Words = Words::new("手机号", "Phone");
pub(super) const DEVICE: Words = Words::new("设备", "Device");
pub(super) const ADDRESS: Words = Words::new("网络地址", "Address");
pub(super) const UNKNOWN: Words = Words::new("未记录", "not recorded");
pub(super) const DWELL: Words = Words::new(
    "《{title}》停留 {seconds} 秒（浏览器报告）",
    "“{title}” was open for {seconds} s (as the browser reports)",
);
pub(super) const NO_PAGES: Words = Words::new("没有逐页记录。", "Not recorded page by page.");
pub(super) const REPLAY: Words = Words::new("重放手写签名", "Write the signature again");
pub(super) const REPLAY_HELP: Words = Words::new(
    "共 {strokes} 笔，书写历时 {seconds} 秒。收起再打开即重放一次。",
    "{strokes} strokes in {seconds} s. Close and open it to see it again.",
);
pub(super) const TYPED: Words = Words::new("键盘输入的姓名：", "The name was typed:");
