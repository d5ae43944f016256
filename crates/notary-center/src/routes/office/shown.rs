//! One application as its page shows it, and what whoever looks can do now.

use heqi_notarization::matter::act::Desk;
use heqi_notarization::matter::approve::{NumberAsked, is_own};
use heqi_notarization::matter::clock::{Off, Warning};
use heqi_notarization::matter::form::ApplicantKind;
use heqi_notarization::matter::handle::RefusalGround;
use heqi_notarization::matter::notice::Notice;
use heqi_notarization::matter::register::Register;
use heqi_notarization::matter::register_book::yuan;
use heqi_notarization::matter::rows::Content;
use heqi_notarization::matter::state::{Fee, Paper, Rule};
use heqi_notarization::matter::step::ActedBy;
use heqi_notarization::matter::taking::{TakenFile, Taking};
use heqi_notarization::matter::view::{MatterView, StepView};
use heqi_notarization::matter::waiting::{Waiting, WaitsFor};
use heqi_notarization::matter::{Matter, MatterError, Stage, clock};
use heqi_notarization::staff::{OfficeRole, Officer};
use heqi_pages::office::{
    BarDay, ClockBar, DayKind, DocumentRow, DraftView, LineRow, OfficeAct, RecordRow, SessionView,
    TakenRow,
};
use heqi_vocabulary::{Language, UtcMillis};

use super::words;
use crate::bench::trouble;

mod archived;
mod held;
mod points;
mod reexamined;

pub(super) use archived::archived;
pub(super) use held::held;
pub(super) use points::points;
pub(super) use reexamined::{change_words, proposed, reexamined};

/// What is done with the clock drawn.
pub(super) fn clock_bar(matter: &Matter, desk: &Desk, now: UtcMillis) -> Option<ClockBar> {
    let today = now.shanghai_date();
    let clock = matter.clock()?;
    let standing = clock.standing(&desk.calendar, today);
    let days = clock.days(&desk.calendar, today);
    let days = days.into_iter().map(|day| BarDay {
        label: day.day.format("%m-%d").to_string(),
        kind: match day.off {
            None => DayKind::Counts,
            Some(Off::Rest) => DayKind::Rest,
            Some(Off::Paused(_)) => DayKind::Paused,
        },
        is_past: day.is_past,
    });
    Some(ClockBar {
        days: days.collect(),
        used: standing.used,
        left: standing.left,
        last_day: standing.last_day.to_string(),
        is_provisional: standing.is_provisional,
        is_paused: standing.is_paused,
        is_urgent: standing.warning != Warning::None,
    })
}

/// The acts that are open to whoever looks. What is refused nevertheless says why.
pub(super) fn acts(matter: &Matter, desk: &Desk, by: &Officer) -> Vec<OfficeAct> {
    use OfficeAct as A;
    use OfficeRole as R;
    use Stage as S;
    let (stage, role) = (matter.stage(), by.role);
    let mut acts = Vec::new();
    if role == R::Archivist {
        let is_over = stage.is_closed() || stage == S::Issued;
        let may = is_over && !matter.is_open_again() && matter.archived_at().is_none();
        return if may { vec![A::Archive] } else { acts };
    }
    if !role.works_on_matters() {
        return acts;
    }
    let said = matter.declaration(by.account);
    if said.is_none() && !stage.is_closed() {
        return vec![A::Declare];
    }
    if said.is_none_or(|said| said.conflict) {
        return acts;
    }
    let is_responsible = matter.acceptance().is_some_and(|a| a.notary == by.account);
    let is_notary = role == R::Notary;
    let is_desk = matches!(role, R::Clerk | R::Notary);
    let mut add = |may: bool, act: A| {
        if may {
            acts.push(act);
        }
    };
    let is_paused = matter.clock().is_some_and(clock::StatutoryClock::is_paused);
    let in_hands = matches!(stage, S::Accepted | S::Drafted);
    add(stage == S::Submitted && is_notary, A::Accept);
    add(matches!(stage, S::Accepted | S::Supplementing | S::Drafted) && is_desk, A::Recompute);
    let session_over = matter.extraction().is_some_and(|e| e.is_sealed() || e.next().is_some());
    let may_session = stage == S::Accepted && is_responsible && !session_over;
    add(may_session && matter.quarantined_at().is_none(), A::Session);
    let proposed = matter.proposed();
    add(stage == S::Drafted && is_responsible && proposed.is_none(), A::HandIn);
    let may_approve = role == R::Approver && is_own(matter, by).is_none() && proposed.is_none();
    add(stage == S::InApproval && may_approve, A::Approve);
    add(stage == S::InApproval && role == R::Approver, A::SendBack);
    let is_typed = matches!(desk.register, Register::TypedIn);
    add(stage == S::NumberRequested && is_desk && is_typed, A::Number);
    let fee_open = !matches!(matter.fee(), Fee::Paid { .. });
    add(!stage.is_closed() && stage != S::Submitted && is_desk && fee_open, A::Fee);
    add(stage == S::Numbered && is_responsible, A::Issue);
    add(stage == S::Issued && is_desk && matter.paper() == Paper::ToSeal, A::Seal);
    add(stage == S::Issued && is_desk, A::Deliver);
    add(stage == S::Supplementing && is_desk, A::Arrived);
    add(stage == S::Accepted && is_responsible && !matter.supplement_asked(), A::Supplement);
    add(in_hands && is_responsible && !is_paused, A::Pause);
    add(in_hands && is_responsible && is_paused, A::Resume);
    let may_take = matches!(stage, S::Accepted | S::Supplementing | S::Drafted);
    add(may_take && is_responsible, A::Complex);
    let may_change = may_take || stage == S::Numbered;
    add(may_change && is_notary && !is_responsible, A::TakeOver);
    let may_propose = stage == S::Issued && is_notary && proposed.is_none();
    add(may_propose, A::Correct);
    add(may_propose, A::Revoke);
    let is_others = proposed.is_some_and(|one| one.by != by.account);
    add(is_others && role == R::Approver, A::ApproveProposed);
    add(is_others && role == R::Approver, A::TurnDown);
    add(proposed.is_some() && !is_others && is_notary, A::TakeBack);
    let asked = matter.reexamination().is_some_and(|one| one.outcome.is_none());
    let own = matter.issue().is_some_and(|issue| issue.by == by.account);
    let is_theirs = matter.reexamination().is_some_and(|one| one.notary == by.account);
    let may_take_again = !asked || (!is_theirs && proposed.is_none());
    add(stage == S::Issued && is_notary && !own && may_take_again, A::AskAgain);
    add(may_propose && asked && is_theirs, A::Reexamine);
    let before = matter.takes_ending();
    let may_end = before && is_notary && proposed.is_none();
    add(may_end, A::Refuse);
    add(may_end && stage != S::Submitted, A::Terminate);
    add(before && is_desk, A::Withdraw);
    add(matter.takes_void() && role == R::Approver, A::Void);
    acts
}

/// Names and values of the head.
pub(super) fn facts(view: &MatterView, names: &Names, l: Language) -> Vec<(String, String)> {
    let MatterView { matter, content, .. } = view;
    let application = &content.application;
    let mut facts = Vec::new();
    let mut add = |zh: &str, en: &str, value: String| {
        if !value.is_empty() {
            facts.push((l.pick(zh, en).to_owned(), value));
        }
    };
    add("申请人", "Applicant", application.name.clone());
    let document = match application.kind {
        ApplicantKind::Signer => last_four(&application.document_number),
        ApplicantKind::Company | ApplicantKind::Regulator => application.document_number.clone(),
    };
    add("证件号码（末四位）或信用代码", "Document (last four) or code", document);
    let legal = application.legal_representative.clone().unwrap_or_default();
    add("法定代表人", "Legal representative", legal);
    let acting = application.acting().map(|acting| words::acting(&acting, l));
    add("办理人（证件末四位）", "Acts for it (last four)", acting.unwrap_or_default());
    add("法律依据和案号", "Legal basis", application.legal_basis.clone().unwrap_or_default());
    add("申请人查询码（告知申请人）", "Query code, for the applicant", content.query_code.clone());
    add("用途", "Purpose", application.purpose.clone());
    add("证据形成方式", "How it arose", application.manner.clone());
    let materials: Vec<String> =
        application.materials.iter().map(|one| format!("{} ×{}", one.name, one.copies)).collect();
    add("提交的材料", "Materials", materials.join("、"));
    for (zh, en, value) in super::asked::asked_for(application, l) {
        add(zh, en, value);
    }
    add("存证编号", "Deposit", matter.deposit_no().to_string());
    add("签署凭证号", "Voucher", matter.voucher().map(|no| no.to_string()).unwrap_or_default());
    add("存证时间", "Deposited", matter.deposited_at().for_people());
    add("申请时间", "Handed in", matter.submitted_at().for_people());
    if let Some(acceptance) = matter.acceptance() {
        add("受理编号", "Acceptance", acceptance.no.to_string());
        add("承办公证员", "Responsible notary", names.of(acceptance.notary));
    }
    if let Some(number) = matter.certificate() {
        add("公证书编号", "Certificate", number.to_string());
    }
    if let Some(issue) = matter.issue() {
        add("出具时间", "Issued", issue.at.for_people());
        add("时间戳", "Time-stamped", issue.stamped_at.for_people());
        add("文件摘要（SHA-256）", "SHA-256 of the file", issue.sha256.to_string());
        add("校验码", "Check code", content.check_code.clone());
    }
    let fee = match matter.fee() {
        Fee::Unset => String::new(),
        Fee::Due { fen } => format!("{} {}", l.pick("应收", "due"), yuan(*fen)),
        Fee::Waived => l.pick("减免", "waived").to_owned(),
        Fee::Paid { fen, receipt } => {
            format!("{} {} · {receipt}", l.pick("已收", "paid"), yuan(*fen))
        }
    };
    add("公证费", "Fee", fee);
    let paper = match matter.paper() {
        Paper::None => "",
        Paper::ToSeal => l.pick("待签章", "to be sealed"),
        Paper::Sealed { .. } => l.pick("已签章", "sealed"),
        Paper::Delivered => l.pick("已送达", "delivered"),
    };
    add("纸质公证书", "Paper", paper.to_owned());
    let waybills: Vec<&str> =
        matter.deliveries().iter().filter_map(|one| one.waybill.as_deref()).collect();
    add("运单号", "Waybill", waybills.join("、"));
    add("补正告知", "Asked for", content.supplement.join("；"));
    add("说明", "Reasons", content.reasons.join("；"));
    facts
}

/// How the request for a number stands that the office's case system has not answered well.
pub(super) fn number_waits(asked: &NumberAsked, l: Language) -> (String, String) {
    let told = trouble(&MatterError::from(asked.trouble), l);
    let at = asked.at.for_people();
    let value = match l {
        Language::Zh => {
            format!("已取号{}次，最近一次{at}。{}{}", asked.asked, told.what, told.next)
        }
        Language::En => {
            format!("asked {} times, last {at}. {} {}", asked.asked, told.what, told.next)
        }
    };
    (l.pick("公证书取号", "Number").to_owned(), value)
}

pub(super) fn last_four(number: &str) -> String {
    let count = number.chars().count();
    number.chars().skip(count.saturating_sub(4)).collect()
}

/// Login names of accounts.
pub(super) struct Names(pub(super) Vec<(heqi_vocabulary::StaffId, String)>);

impl Names {
    pub(super) fn of(&self, account: heqi_vocabulary::StaffId) -> String {
        let found = self.0.iter().find(|(one, _)| *one == account);
        found.map_or_else(|| account.to_string(), |(_, login)| login.clone())
    }
}

/// The extraction session.
pub(super) fn session(
    matter: &Matter,
    content: &Content,
    names: &Names,
    (by, l): (&Officer, Language),
) -> Option<SessionView> {
    let session = matter.extraction()?;
    let lines = session.lines().iter().enumerate().map(|(place, line)| LineRow {
        act: words::act(line.act, l).to_owned(),
        at: line.at.for_people(),
        passed: line.passed,
        output_sha256: line.output_sha256.to_string(),
        output: content.outputs.get(place).cloned().unwrap_or_default(),
        screen: line.screen_sha256.map(|digest| digest.to_string()),
    });
    let next = session.next().filter(|_| session.notary() == by.account);
    let head = [
        names.of(session.notary()),
        names.of(session.second()),
        session.workstation().to_owned(),
        content.place.clone(),
        session.opened_at().for_people(),
    ];
    Some(SessionView {
        head: head.join(" · "),
        lines: lines.collect(),
        next: next.map(|act| (act.as_str().to_owned(), words::act(act, l).to_owned())),
        is_sealed: session.is_sealed(),
    })
}

/// The small documents.
pub(super) fn documents(view: &MatterView, l: Language) -> Vec<DocumentRow> {
    let row = |notice: &Notice| DocumentRow {
        number: notice.no.to_string(),
        title: notice.no.kind().title(l).to_owned(),
        at: notice.at.for_people(),
        sha256: notice.made.map(|made| made.sha256.to_string()),
        waits: view.waiting.iter().find(|(no, _)| *no == notice.no).map(|(_, w)| waits(w, l)),
    };
    view.matter.notices().iter().map(row).collect()
}

fn waits(waiting: &Waiting, l: Language) -> String {
    let why = match (waiting.waits_for, l) {
        (WaitsFor::Font { character }, Language::Zh) => {
            format!("字体中没有字符 U+{:04X}，请核对用字并由管理员补充字体", u32::from(character))
        }
        (WaitsFor::Font { character }, Language::En) => format!(
            "no font prints U+{:04X}; check how the name is written, and have a font added",
            u32::from(character)
        ),
        (WaitsFor::Time {}, l) => {
            l.pick("等待时间戳服务应答", "waiting for a time authority").to_owned()
        }
        (WaitsFor::Seal {}, l) => {
            l.pick("印章或文书制作服务未应答", "the seal or the printer does not answer").to_owned()
        }
    };
    let (since, retry_at) = (waiting.since.for_people(), waiting.retry_at.for_people());
    match l {
        Language::Zh => format!("待签章：{why}；自 {since} 起等待，{retry_at} 自动重试"),
        Language::En => format!("to be sealed: {why}; since {since}, tried again at {retry_at}"),
    }
}

/// The draft, or the proposal for one.
pub(super) fn draft(
    matter: &Matter,
    content: &Content,
    (proposal, blocked): (Option<String>, Option<Rule>),
    (by, l): (&Officer, Language),
) -> Option<DraftView> {
    matter.acceptance()?;
    let is_open = matches!(matter.stage(), Stage::Accepted | Stage::Drafted);
    let blocked = blocked.filter(|_| is_open).map(|rule| trouble(&MatterError::from(rule), l));
    let is_proposal = content.draft.is_empty() && proposal.is_some();
    let text =
        if content.draft.is_empty() { proposal.unwrap_or_default() } else { content.draft.clone() };
    let works = matches!(by.role, OfficeRole::Clerk | OfficeRole::Notary)
        && matter.declaration(by.account).is_some_and(|said| !said.conflict);
    let may_edit = is_open && blocked.is_none() && works;
    Some(DraftView { blocked, text, may_edit, is_proposal })
}

/// The record.
pub(super) fn record(steps: &[StepView], names: &Names, l: Language) -> Vec<RecordRow> {
    steps
        .iter()
        .map(|step| RecordRow {
            seq: step.seq,
            at: step.at.for_people(),
            by: who(&step.by, names, l),
            what: words::step(step.step, l).to_owned(),
            said: step.said.clone(),
        })
        .collect()
}

fn who(by: &ActedBy, names: &Names, l: Language) -> String {
    match by {
        ActedBy::Staff { account, .. } => names.of(*account),
        ActedBy::Regulator => l.pick("登记机关", "the registry").to_owned(),
        ActedBy::Signer => l.pick("签署人本人", "the signer").to_owned(),
        ActedBy::Register => l.pick("案件系统", "the register").to_owned(),
        ActedBy::Office => l.pick("本处系统", "the service").to_owned(),
    }
}

/// Which files staff took.
pub(super) fn taken(takings: &[Taking], names: &Names, l: Language) -> Vec<TakenRow> {
    let what = |file: TakenFile| match file {
        TakenFile::Notice { no } => format!("{} {no}", no.kind().title(l)),
        TakenFile::Screen { sha256 } => {
            format!("{} {sha256}", l.pick("提取会话显示的页面", "what the session showed"))
        }
        TakenFile::Held { sha256 } => {
            format!("{} {sha256}", l.pick("存证的照片或文件", "held photo or document"))
        }
        TakenFile::Certificate {} => l.pick("公证书", "the certificate").to_owned(),
        TakenFile::Renewals {} => {
            l.pick("时间戳续期文件", "renewals of its time stamps").to_owned()
        }
        TakenFile::Scan {} => {
            l.pick("纸质公证书扫描件", "the scan of the sealed original").to_owned()
        }
        TakenFile::Dossier {} => {
            l.pick("公证档案（含存证内容）", "the dossier, the held evidence in it").to_owned()
        }
    };
    let row = |one: &Taking| TakenRow {
        at: one.at.for_people(),
        by: format!("{} · {}", names.of(one.by), one.role.title(l)),
        what: what(one.file),
    };
    takings.iter().map(row).collect()
}

/// The nine grounds of refusal.
pub(super) fn grounds(l: Language) -> Vec<String> {
    (1..=RefusalGround::COUNT)
        .filter_map(RefusalGround::of_item)
        .map(|ground| ground.words(l).to_owned())
        .collect()
}
