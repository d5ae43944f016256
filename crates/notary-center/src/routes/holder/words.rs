//! Words of the person's side.

use heqi_evidence::deposit::Outcome;
use heqi_evidence::holder_notice::NoticeKind;
use heqi_evidence::schema::RecordKind;
use heqi_notarization::holder::deliver::{Delivery, Recipient};
use heqi_notarization::matter::Stage;
use heqi_pages::Words;
use heqi_pages::holder::HolderSaying;
use heqi_vocabulary::Language;

/// What happened, and what to do.
pub(super) type Told = (Words, Words);

pub(super) const CONTACT_FORM: Told = (
    Words::new(
        "手机号码或电子邮箱填写有误。",
        "This is neither a mobile number nor an e-mail address.",
    ),
    Words::new("请核对后重新填写。", "Check it and enter it again."),
);
pub(super) const REASON: Told = (
    Words::new("说明最多500字。", "Your words have more than 500 characters."),
    Words::new(
        "请精简后重新提交，尚未记录任何内容。",
        "Shorten them and send again; nothing was recorded.",
    ),
);
pub(super) const NOT_SHOWN: Words = Words::new("无法显示", "Not shown");
pub(super) const NOT_TAKEN: Words = Words::new("未受理申请", "Not taken");
pub(super) const UNKNOWN: Told = (
    Words::new("没有以您名义保管的这份证据。", "Nothing with this number is held in your name."),
    Words::new("请从证据列表中选择。", "Choose from the list of what is held."),
);
pub(super) const ERASED: Told = (
    Words::new("这份证据的内容已依法删除。", "The content of this evidence was erased."),
    Words::new(
        "公证机构只保留它曾经存在的证明；如有疑问请致电。",
        "Only the proof that it existed is left; call if in doubt.",
    ),
);
/// The same for everybody who does not come in: whose code has ended is known here.
pub(super) const NOT_RIGHT: Told = (
    Words::new(
        "验证码或姓名不正确，或验证码已失效。",
        "Code or name is not right, or the code does not pass any more.",
    ),
    Words::new(
        "请核对收到的验证码和身份证件上的姓名后重新输入；连续5次不符或超过5分钟的，请重新获取验证码。",
        "Check the code you received and the name on your document; after five wrong entries or five minutes ask for another code.",
    ),
);

pub(super) fn pair((what, next): Told, language: Language) -> (String, String) {
    (what.in_language(language).to_owned(), next.in_language(language).to_owned())
}

pub(super) fn outcome_name(outcome: &Outcome, language: Language) -> String {
    match outcome {
        Outcome::Admitted => language.pick("已复核留存", "re-verified and held").to_owned(),
        Outcome::AdmittedWithFindings { findings } => format!(
            "{} {}",
            language.pick("已留存，复核有提示：", "held, with findings:"),
            findings.len()
        ),
        Outcome::Refused { .. } => language.pick("未予留存", "not held as evidence").to_owned(),
    }
}

pub(super) const fn notice_name(kind: NoticeKind, language: Language) -> &'static str {
    match kind {
        NoticeKind::Objection => HolderSaying::Objection.told(language),
        NoticeKind::ConsentWithdrawn => HolderSaying::ConsentWithdrawn.told(language),
    }
}

/// How far what was said has come.
pub(super) fn delivery((to, how): &(Recipient, Delivery), language: Language) -> String {
    let whom = match to {
        Recipient::DataCentre => language.pick("公证处数据中心", "the notary's data centre"),
        Recipient::Platform => language.pick("签署平台", "the signing platform"),
    };
    match (how, language) {
        (Delivery::Waiting {}, Language::Zh) => {
            format!("正在送达{whom}，尚未收到对方确认，系统会自动重试")
        }
        (Delivery::Waiting {}, Language::En) => {
            format!("On its way to {whom}; not confirmed yet, and tried again until it is")
        }
        (Delivery::Taken { at }, Language::Zh) => {
            format!("已送达{whom}并写入其日志：{}", at.for_people())
        }
        (Delivery::Taken { at }, Language::En) => {
            format!("With {whom}, in its log since {}", at.for_people())
        }
        (Delivery::Refused { at, .. }, Language::Zh) => {
            format!("{whom}未接收（{}），公证机构工作人员会处理", at.for_people())
        }
        (Delivery::Refused { at, .. }, Language::En) => {
            format!("Not taken by {whom} ({}); the notary's staff will see to it", at.for_people())
        }
    }
}

/// Where an application stands, for whoever applied.
pub(super) const fn stage_name(stage: Stage, language: Language) -> &'static str {
    match stage {
        Stage::Submitted => language.pick("待受理", "waits to be accepted"),
        Stage::Supplementing => language.pick("待补正材料", "waits for materials of yours"),
        Stage::Issued => language.pick("已出具公证书", "the certificate is issued"),
        Stage::Refused => language.pick("不予受理或不予办理", "refused"),
        Stage::Terminated => language.pick("已终止", "ended"),
        Stage::Withdrawn => language.pick("已撤回", "withdrawn"),
        Stage::Voided => language.pick("公证书已撤销", "the certificate is void"),
        _ => language.pick("审查办理中", "being examined"),
    }
}

pub(super) const fn kind_name(kind: RecordKind, language: Language) -> &'static str {
    match kind {
        RecordKind::FilingOpened => language.pick("办件建立", "filing opened"),
        RecordKind::FilingChanged => language.pick("当事人或文件变更", "party or document changed"),
        RecordKind::ConsentGiven => language.pick("对一项告知的答复", "answer to a consent"),
        RecordKind::Signing => language.pick("签署", "signing"),
        RecordKind::Decline => language.pick("拒绝签署", "declined to sign"),
        RecordKind::Confirmation => language.pick("确认", "confirmation"),
        RecordKind::Objection => language.pick("异议", "objection"),
        RecordKind::Access => language.pick("证据查看", "somebody looked at evidence"),
        RecordKind::Erasure => language.pick("个人信息删除", "erasure"),
        RecordKind::LegalHold => language.pick("证据保全", "legal hold"),
        RecordKind::CodeChecked => {
            language.pick("输入验证码或证件号码末四位", "code or last four entered")
        }
        RecordKind::Notification => language.pick("消息发送", "message"),
        RecordKind::IdentityVerified => language.pick("身份核验", "identity asked of authorities"),
        RecordKind::ReviewDecided => language.pick("人工核验", "decided by a reviewer"),
        RecordKind::HandedOver => language.pick("换设备办理", "step on another device"),
        RecordKind::ReviewWanted => language.pick("申请人工核验", "asked for a person"),
        RecordKind::PersonCorrected => {
            language.pick("更正姓名或证件号码", "name or number corrected")
        }
        RecordKind::CompanySeal => language.pick("企业印章", "seal of a company"),
        RecordKind::GuardianshipShown => language.pick("监护关系", "guardianship"),
        RecordKind::PartyRemoved => language.pick("移出当事人", "party taken out"),
        RecordKind::RiskNoted => language.pick("风险提示", "signs that do not fit together"),
        RecordKind::DocumentRead => language.pick("阅读文件", "document read"),
        _ => language.pick("其他记录", "another record"),
    }
}
