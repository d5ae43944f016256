//! Words for what the domain names by codes.

use heqi_notarization::matter::Stage;
use heqi_notarization::matter::extraction::Act;
use heqi_notarization::matter::form::{Acting, ActingBasis, ApplicantKind};
use heqi_notarization::matter::queue::Group;
use heqi_notarization::matter::step::StepKind;
use heqi_notarization::staff::{EventBy, StaffEvent};
use heqi_vocabulary::Language;

use super::shown::{Names, last_four};

pub(crate) const fn stage(stage: Stage, l: Language) -> &'static str {
    match stage {
        Stage::Submitted => l.pick("待受理", "to be accepted"),
        Stage::Accepted => l.pick("审查中", "being examined"),
        Stage::Supplementing => l.pick("待补正", "waiting for a supplement"),
        Stage::Drafted => l.pick("已起草", "drafted"),
        Stage::InApproval => l.pick("待审批", "to be approved"),
        Stage::NumberRequested => l.pick("待取号", "waiting for its number"),
        Stage::Numbered => l.pick("待签章", "to be sealed"),
        Stage::Issued => l.pick("已出具", "issued"),
        Stage::Refused => l.pick("不予办理", "refused"),
        Stage::Terminated => l.pick("已终止", "terminated"),
        Stage::Withdrawn => l.pick("已撤回", "withdrawn"),
        Stage::Voided => l.pick("已撤销", "void"),
    }
}

pub(super) const fn group(group: Group, l: Language) -> &'static str {
    match group {
        Group::At(Stage::Issued) => l.pick("已出具，待归档", "issued, to be archived"),
        Group::At(one) => stage(one, l),
        Group::Archived => l.pick("已归档", "in the archive"),
    }
}

pub(super) const fn applicant(kind: ApplicantKind, l: Language) -> &'static str {
    match kind {
        ApplicantKind::Signer => l.pick("签署人申请", "by the signer"),
        ApplicantKind::Company => l.pick("签署单位申请", "by the company that signed"),
        ApplicantKind::Regulator => l.pick("登记机关申请", "by the registry"),
    }
}

/// Who acts for a company, by what, and the end of the number of their document.
pub(super) fn acting(acting: &Acting<'_>, l: Language) -> String {
    let basis = match acting.basis {
        ActingBasis::LegalRepresentative => l.pick("法定代表人本人", "legal representative"),
        ActingBasis::PowerOfAttorney => l.pick("委托代理人", "by power of attorney"),
    };
    format!("{} · {basis} · {}", acting.name, last_four(&acting.document.number))
}

pub(super) const fn act(act: Act, l: Language) -> &'static str {
    match act {
        Act::CleanEnvironment => l.pick("环境清洁性检查", "Clean environment"),
        Act::Search => l.pick("检索", "Search"),
        Act::Extract => l.pick("提取", "Extract"),
        Act::Recompute => l.pick("重算摘要", "Recompute digests"),
        Act::Verify => l.pick("验签验时", "Verify signatures and times"),
        Act::Seal => l.pick("封存", "Seal"),
    }
}

pub(super) const fn step(step: StepKind, l: Language) -> &'static str {
    match step {
        StepKind::Applied => l.pick("申请", "applied"),
        StepKind::Declared => l.pick("利益冲突申报", "interest declared"),
        StepKind::Accepted => l.pick("受理", "accepted"),
        StepKind::TakenOver => l.pick("改由其他公证员承办", "taken over"),
        StepKind::SupplementAsked => l.pick("一次性告知补正", "supplement asked for"),
        StepKind::SupplementArrived => l.pick("补正到齐", "supplement arrived"),
        StepKind::Paused => l.pick("期限中止", "clock paused"),
        StepKind::Resumed => l.pick("期限恢复", "clock goes on"),
        StepKind::Refused => l.pick("不予办理", "refused"),
        StepKind::Terminated => l.pick("终止", "terminated"),
        StepKind::Withdrawn => l.pick("撤回", "withdrawn"),
        StepKind::Recomputed => l.pick("系统预检", "machine's checks"),
        StepKind::Ticked => l.pick("人工审查", "ticked"),
        StepKind::ExtractionOpened => l.pick("打开提取会话", "session opened"),
        StepKind::ExtractionAct => l.pick("提取会话", "act of the session"),
        StepKind::Drafted => l.pick("起草", "drafted"),
        StepKind::HandedIn => l.pick("送审", "handed in"),
        StepKind::SentBack => l.pick("退回", "sent back"),
        StepKind::Approved => l.pick("审批通过", "approved"),
        StepKind::Numbered => l.pick("取得编号", "numbered"),
        StepKind::Issued => l.pick("出具", "issued"),
        StepKind::FeeSet => l.pick("公证费", "fee"),
        StepKind::PaperSealed => l.pick("纸质签章", "paper sealed"),
        StepKind::Delivered => l.pick("送达", "delivered"),
        StepKind::Corrected => l.pick("补正公证书", "corrected"),
        StepKind::Voided => l.pick("撤销公证书", "voided"),
        StepKind::ReexaminationAsked => l.pick("受理复查", "re-examination taken"),
        StepKind::ReexaminationDecided => l.pick("复查决定", "re-examination decided"),
        StepKind::StandingProposed => l.pick("提请审批", "put forward for approval"),
        StepKind::ProposalTurnedDown => l.pick("审批不同意", "turned down"),
        StepKind::EndingProposed => l.pick("提请不予办理或终止", "refusal or end put forward"),
        StepKind::ProposalWithdrawn => l.pick("收回提请", "taken back by who put it forward"),
        StepKind::Archived => l.pick("归档", "archived"),
        StepKind::NoticeMade => l.pick("文书制作", "document made"),
    }
}

pub(super) const fn event(event: StaffEvent, l: Language) -> &'static str {
    match event {
        StaffEvent::Created => l.pick("建立", "made"),
        StaffEvent::Released => l.pick("启用", "let in"),
        StaffEvent::Disabled => l.pick("停用", "shut out"),
        StaffEvent::Reset => l.pick("重置", "reset"),
        StaffEvent::Enrolled => l.pick("绑定验证器", "authenticator enrolled"),
        StaffEvent::WrongPassword => l.pick("密码错误", "wrong password"),
        StaffEvent::WrongCode => l.pick("动态口令错误", "wrong code"),
        StaffEvent::LoggedIn => l.pick("登录", "signed in"),
        StaffEvent::Recovered => l.pick("使用恢复码登录", "signed in with a recovery code"),
        StaffEvent::ShownAgain => l.pick("提取会话中再次核验", "factor shown again"),
        StaffEvent::PasswordChanged => l.pick("修改密码", "changed the password"),
        StaffEvent::LoggedOut => l.pick("退出", "signed out"),
    }
}

/// Who did something to an account.
pub(super) fn event_by(by: EventBy, names: &Names, l: Language) -> String {
    by.in_words(l, |account| names.of(account))
}
