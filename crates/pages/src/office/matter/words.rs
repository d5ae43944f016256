//! What the screen of an application says.

use crate::words::Words;

pub(super) const TITLE: Words = Words::new("公证申请", "Application");
pub(super) const QUARANTINED: Words = Words::new(
    "该申请已隔离：本处持有的数据与存证时的摘要不一致。任何内容都没有覆盖，请勿出证，并通知技术与审计人员。",
    "Quarantined: what this office holds is not what was deposited. Nothing was overwritten; issue nothing, and tell technicians and the auditor.",
);
pub(super) const OPEN_CERTIFICATE: Words =
    Words::new("打开公证书（PDF）", "Open the certificate (PDF)");
pub(super) const OPEN_SCAN: Words =
    Words::new("打开纸质公证书扫描件", "Open the scan of the sealed original");
pub(super) const RENEWALS: Words = Words::new("时间戳续期文件", "Renewals of its time stamps");
pub(super) const EXPORT: Words = Words::new("导出公证档案", "Export the dossier");
pub(super) const CLOCK: Words = Words::new(
    "法定期限（15个工作日，《公证法》第三十条）",
    "Statutory period (15 working days, art. 30)",
);
pub(super) const ACTS: Words = Words::new("可办理事项", "What can be done now");
pub(super) const HELD: Words = Words::new("存证的照片和文件", "Photo and documents that are held");
pub(super) const HELD_LEAD: Words = Words::new(
    "请在勾选审查清单和审批之前逐一打开查看：公证书附件所印的就是这些内容。每次打开都会留下记录。",
    "Open and look at each before you tick the list or approve: they are what the annexes print. Each look is written down.",
);
pub(super) const BYTES: Words = Words::new("字节", "bytes");
pub(super) const CHECKLIST: Words = Words::new("审查清单", "Checklist");
pub(super) const MACHINE_LEAD: Words = Words::new(
    "系统预检（不代替公证员审查）",
    "The machine's checks do not replace the notary's examination",
);
pub(super) const MACHINE: Words = Words::new("系统预检", "machine");
pub(super) const PERSON: Words = Words::new("人工审查", "person");
pub(super) const REMARK: Words = Words::new("审查说明", "Remark");
pub(super) const HOLDS: Words = Words::new("符合", "Holds");
pub(super) const FAILS: Words = Words::new("不符合", "Does not");
pub(super) const SESSION: Words =
    Words::new("提取会话（公证工作记录）", "Extraction session (working record)");
pub(super) const DONE: Words = Words::new("完成", "done");
pub(super) const NOT_DONE: Words = Words::new("未通过，会话终止", "failed, the session has ended");
pub(super) const OUTPUT: Words = Words::new("输出摘要", "SHA-256 of the output");
pub(super) const SCREEN: Words = Words::new("查看当时显示的页面", "Open the page that was shown");
pub(super) const SCREEN_DIGEST: Words = Words::new("截屏摘要", "SHA-256 of that page");
pub(super) const DOCUMENTS: Words = Words::new("本处作出的文书", "Documents to the applicant");
pub(super) const BEING_MADE: Words = Words::new(
    "待签章：取得时间戳后自动制作",
    "to be sealed: made by itself once there is a time stamp",
);
pub(super) const SHOW: Words = Words::new("查看输出", "Show the output");
pub(super) const SEALED: Words = Words::new("已封存，可以起草。", "Sealed: drafting is open.");
pub(super) const DRAFT: Words = Words::new("公证词", "Certificate's text");
pub(super) const TEXT: Words = Words::new("公证词正文", "Text");
pub(super) const PROPOSAL: Words = Words::new(
    "以上为系统根据申请表、存证记录和提取会话生成的文稿，保存后才成为草稿。",
    "Proposed from the form, the record and the session; it becomes the draft when it is saved.",
);
pub(super) const PREVIEW: Words = Words::new("预览", "Preview");
pub(super) const SAVE: Words = Words::new("保存草稿", "Save the draft");
pub(super) const RECORD: Words = Words::new("办理记录", "What happened so far");
pub(super) const TAKEN: Words = Words::new("工作人员取走的文件", "Files that staff took");
pub(super) const FOOT: Words = Words::new(
    "本页显示申请人信息，仅供承办使用；每一次办理都写入本处日志，取走文件也留有记录。",
    "This page shows the applicant's data for this matter only; everything done is written into the office's log, and who takes a file is written down.",
);
