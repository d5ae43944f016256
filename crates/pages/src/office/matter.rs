//! One screen per application: everything about it, and what can be done now.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::act::form;
use super::{BarDay, ClockBar, DayKind, OfficeAct, OfficeDesk, Seen, Tab};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{Link, OfficeLink};
use crate::parts::hidden;
use crate::staff::Trouble;
use crate::words::{Words, bracketed};

/// What came of a point.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each in words of its own")]
pub enum PointState {
    /// 核验通过, or ticked.
    Passed,
    /// 未能核验.
    Unproved,
    /// 核验不符, or ticked as failed.
    Failed,
    /// Nobody has looked.
    Open,
}

/// One point of the checklist.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct PointRow {
    /// Its number.
    pub number: usize,
    /// What it is called, in the reader's language.
    pub title: String,
    /// Whether the machine answers for it.
    pub is_machine: bool,
    /// What came of it.
    pub state: PointState,
    /// When, with zone.
    pub at: String,
    /// On what it rests, in the reader's language.
    pub evidence: Vec<String>,
    /// What a person remarked, and who.
    pub remark: Option<(String, String)>,
    /// Whether it takes a tick of whoever looks.
    pub may_tick: bool,
}

/// One line of the working record.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct LineRow {
    /// What was done, in the reader's language.
    pub act: String,
    /// When, with zone.
    pub at: String,
    /// Whether it came out as it should.
    pub passed: bool,
    /// SHA-256 of what it gave out.
    pub output_sha256: String,
    /// What it gave out.
    pub output: String,
    /// SHA-256 of the page that was shown for it.
    pub screen: Option<String>,
}

/// One of the small documents.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DocumentRow {
    /// Its number.
    pub number: String,
    /// What it is, in the reader's language.
    pub title: String,
    /// Its time, with zone.
    pub at: String,
    /// SHA-256 of the file; nothing while it is being made.
    pub sha256: Option<String>,
    /// For what it waits, since when and until when, where it could not be made yet.
    pub waits: Option<String>,
}

/// The extraction session.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct SessionView {
    /// Notary, second person, computer, place.
    pub head: String,
    /// What was done.
    pub lines: Vec<LineRow>,
    /// The button that is open: its word and its name in the reader's language.
    pub next: Option<(String, String)>,
    /// Whether all six came out as they should.
    pub is_sealed: bool,
}

/// The draft.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DraftView {
    /// What keeps it from being written, in the reader's language.
    pub blocked: Option<Trouble>,
    /// The text: as kept, or as proposed.
    pub text: String,
    /// Whether whoever looks may change it.
    pub may_edit: bool,
    /// Whether it is only proposed so far.
    pub is_proposal: bool,
}

/// One line of the application's record.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct RecordRow {
    /// Its place.
    pub seq: u64,
    /// When, with zone.
    pub at: String,
    /// Who, by account and role.
    pub by: String,
    /// What, in the reader's language.
    pub what: String,
    /// What was said.
    pub said: String,
}

/// A file that somebody of the staff took.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct TakenRow {
    /// When, with zone.
    pub at: String,
    /// Who, by account and role.
    pub by: String,
    /// What, in the reader's language.
    pub what: String,
}

/// One application.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
#[expect(clippy::struct_excessive_bools, reason = "each shows or hides one thing")]
pub struct MatterPage {
    /// Who has signed in.
    pub desk: OfficeDesk,
    /// What the forms are filled with.
    pub seen: Seen,
    /// How far it has come, in the reader's language.
    pub stage: String,
    /// Whether nothing follows any more.
    pub is_over: bool,
    /// Names and values, in the reader's language.
    pub facts: Vec<(String, String)>,
    /// Whether it is quarantined.
    pub is_quarantined: bool,
    /// The statutory clock.
    pub clock: Option<ClockBar>,
    /// The checklist; empty before acceptance.
    pub points: Vec<PointRow>,
    /// The extraction session.
    pub session: Option<SessionView>,
    /// The draft.
    pub draft: Option<DraftView>,
    /// What whoever looks can do now.
    pub acts: Vec<OfficeAct>,
    /// The small documents, oldest first.
    pub documents: Vec<DocumentRow>,
    /// Whether there is a certificate to open.
    pub has_certificate: bool,
    /// Whether the dossier is theirs to have.
    pub may_export: bool,
    /// What happened so far, oldest first.
    pub record: Vec<RecordRow>,
    /// Files that staff took, oldest first.
    pub taken: Vec<TakenRow>,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

impl Page for MatterPage {
    fn title(&self, language: Language) -> String {
        format!("{} {}", TITLE.in_language(language), self.seen.no)
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let no = || self.seen.no.clone();
        html! {
            (self.desk.bar(frame, Some(Tab::Queue)))
            @if let Some(Trouble { what, next }) = &self.trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
            p { span .stage.over[self.is_over] { (self.stage) } }
            @if self.is_quarantined { p .alarm role="alert" { (QUARANTINED.in_language(l)) } }
            dl .facts { @for (name, value) in &self.facts { div { dt { (name) } dd { (value) } } } }
            p .links {
                @if self.has_certificate {
                    a href=(Link::Office(OfficeLink::Certificate(no()))) { (OPEN_CERTIFICATE.in_language(l)) }
                    a href=(Link::Office(OfficeLink::Renewals(no()))) { (RENEWALS.in_language(l)) }
                }
                @if self.may_export { a href=(Link::Office(OfficeLink::Dossier(no()))) { (EXPORT.in_language(l)) } }
            }
            @if !self.documents.is_empty() { (self.papers(l)) }
            @if let Some(clock) = &self.clock { h2 { (CLOCK.in_language(l)) } (clock.draw(l)) }
            @if !self.acts.is_empty() {
                h2 { (ACTS.in_language(l)) }
                div .acts { @for act in &self.acts { (form(*act, &self.seen, frame)) } }
            }
            @if !self.points.is_empty() { (self.checklist(frame)) }
            @if let Some(session) = &self.session { (self.extraction(session, frame)) }
            @if let Some(draft) = &self.draft { (self.drafting(draft, frame)) }
            details open[self.acts.is_empty()] {
                summary { (RECORD.in_language(l)) (bracketed(&self.record.len(), l)) }
                ol .lines {
                    @for row in &self.record {
                        li { (row.seq) ". " strong { (row.what) } " · " (row.at) " · " (row.by)
                            @if !row.said.is_empty() { br; span .soft { (row.said) } } }
                    }
                }
            }
            @if !self.taken.is_empty() {
                details {
                    summary { (TAKEN.in_language(l)) (bracketed(&self.taken.len(), l)) }
                    ol .lines {
                        @for row in &self.taken { li { strong { (row.what) } " · " (row.at) " · " (row.by) } }
                    }
                }
            }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn script(&self) -> Option<Asset> {
        Some(Asset::Office)
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn further_style(&self) -> Option<Asset> {
        Some(Asset::OfficeStyle)
    }

    fn samples() -> Vec<Self> {
        samples()
    }
}

impl MatterPage {
    fn papers(&self, l: Language) -> Markup {
        html! {
            h2 { (DOCUMENTS.in_language(l)) }
            ul .lines {
                @for one in &self.documents {
                    li {
                        @if let Some(sha256) = &one.sha256 {
                            a .open href=(Link::Office(OfficeLink::Notice(self.seen.no.clone(), one.number.clone()))) {
                                (one.title) " " (one.number)
                            }
                            br; span .soft { (one.at) " · SHA-256 " code { (sha256) } }
                        } @else {
                            strong { (one.title) " " (one.number) }
                            br; span .soft { (one.at) " · " (one.waits.as_deref().unwrap_or(BEING_MADE.in_language(l))) }
                        }
                    }
                }
            }
        }
    }

    fn checklist(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            h2 { (CHECKLIST.in_language(l)) }
            p .soft { (MACHINE_LEAD.in_language(l)) }
            ol .points {
                @for point in &self.points {
                    li {
                        div {
                            h3 { (point.number) ". " (point.title) }
                            p .soft { @if point.is_machine { (MACHINE.in_language(l)) } @else { (PERSON.in_language(l)) }
                                @if !point.at.is_empty() { " · " (point.at) } }
                        }
                        div {
                            p class={ "result " (class_of(point.state)) } { (word_of(point).in_language(l)) }
                            @if !point.evidence.is_empty() { ul { @for one in &point.evidence { li { (one) } } } }
                            @if let Some((remark, by)) = &point.remark { p { (remark) " " span .soft { "— " (by) } } }
                            @if point.may_tick { (self.tick(point, frame)) }
                        }
                    }
                }
            }
        }
    }

    fn tick(&self, point: &PointRow, frame: &Frame) -> Markup {
        let l = frame.language;
        let link = OfficeLink::Do(self.seen.no.clone(), format!("tick-{}", point.number));
        html! {
            form .tick method="post" action=(Link::Office(link)) {
                (hidden(frame, &self.seen.key))
                div {
                    label for={ "remark-" (point.number) } { (REMARK.in_language(l)) }
                    input type="text" id={ "remark-" (point.number) } name="text" required maxlength="500" autocomplete="off";
                }
                button type="submit" name="choice" value="passed" { (HOLDS.in_language(l)) }
                button type="submit" name="choice" value="failed" { (FAILS.in_language(l)) }
            }
        }
    }

    fn extraction(&self, session: &SessionView, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            h2 { (SESSION.in_language(l)) }
            p { (session.head) }
            ol .lines {
                @for line in &session.lines {
                    li {
                        strong { (line.act) } " · " (line.at) " · "
                        @if line.passed { (DONE.in_language(l)) } @else { strong { (NOT_DONE.in_language(l)) } }
                        br; span .soft { (OUTPUT.in_language(l)) " " code { (line.output_sha256) } }
                        @if let Some(screen) = &line.screen {
                            br; a .open href=(Link::Office(OfficeLink::Screen(self.seen.no.clone(), screen.clone()))) {
                                (SCREEN.in_language(l)) span .sr { " " (line.act) }
                            }
                            br; span .soft { (SCREEN_DIGEST.in_language(l)) " " code { (screen) } }
                        }
                        details { summary { (SHOW.in_language(l)) } code { (line.output) } }
                    }
                }
            }
            @if let Some((word, name)) = &session.next {
                form method="post" action=(Link::Office(OfficeLink::Do(self.seen.no.clone(), format!("press-{word}")))) {
                    (hidden(frame, &self.seen.key))
                    button .go type="submit" { (name) }
                }
            }
            @if session.is_sealed { p .done { (SEALED.in_language(l)) } }
        }
    }

    fn drafting(&self, draft: &DraftView, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            h2 { (DRAFT.in_language(l)) }
            @if let Some(Trouble { what, next }) = &draft.blocked {
                p .notice { (what) " " (next) }
            }
            @if !draft.text.is_empty() {
                div .pair {
                    @if draft.may_edit {
                        form method="post" action=(Link::Office(OfficeLink::Do(self.seen.no.clone(), "draft".into()))) {
                            (hidden(frame, &self.seen.key))
                            label for="draft-text" { (TEXT.in_language(l)) }
                            textarea .draft id="draft-text" name="text" data-preview="yes" required maxlength="8000" { (draft.text) }
                            @if draft.is_proposal { p .soft { (PROPOSAL.in_language(l)) } }
                            button .go type="submit" { (SAVE.in_language(l)) }
                        }
                    }
                    div .preview id="preview" lang="zh-CN" aria-label=(PREVIEW.in_language(l)) role="region" tabindex="0" {
                        p .head { "公证书" }
                        @for line in draft.text.lines().filter(|line| !line.trim().is_empty()) { p { (line) } }
                    }
                }
            }
        }
    }
}

fn class_of(state: PointState) -> &'static str {
    match state {
        PointState::Passed => "passed",
        PointState::Unproved | PointState::Open => "unproved",
        PointState::Failed => "failed",
    }
}

fn word_of(point: &PointRow) -> Words {
    match (point.is_machine, point.state) {
        (true, PointState::Passed) => Words::new("核验通过", "Proved"),
        (false, PointState::Passed) => Words::new("已核对", "Checked"),
        (_, PointState::Unproved) => Words::new("未能核验", "Not proved"),
        (true, PointState::Failed) => Words::new("核验不符", "Contradicted"),
        (false, PointState::Failed) => Words::new("不符合", "Does not hold"),
        (_, PointState::Open) => Words::new("待办", "Open"),
    }
}

#[expect(clippy::too_many_lines, reason = "examples, written out")]
fn samples() -> Vec<MatterPage> {
    let point = |number, title: &str, is_machine, state, may_tick: bool| PointRow {
        number,
        title: title.into(),
        is_machine,
        state,
        at: "2026-11-24 10:00:00 +08:00".into(),
        evidence: vec!["9 个部分的 SHA-256 与 SM3 均与存证回执一致".into()],
        remark: may_tick.then(|| ("已核对原件<b>\"'".into(), "qian.wei".into())),
        may_tick,
    };
    let day = |label: &str, kind, is_past| BarDay { label: label.into(), kind, is_past };
    let clock = |is_urgent| ClockBar {
        days: vec![
            day("11-25", DayKind::Counts, true),
            day("11-26", DayKind::Paused, true),
            day("11-28", DayKind::Rest, false),
            day("11-30", DayKind::Counts, false),
        ],
        used: 1,
        left: 14,
        last_day: "2026-12-16".into(),
        is_provisional: is_urgent,
        is_paused: is_urgent,
        is_urgent,
    };
    let line = |act: &str, passed| LineRow {
        act: act.into(),
        at: "2026-11-24 10:05:00 +08:00".into(),
        passed,
        output_sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into(),
        output: "{\"agree\":true}".into(),
        screen: passed
            .then(|| "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into()),
    };
    let document = |is_made: bool| {
        DocumentRow {
        number: "SL202611240000017".into(),
        title: "公证受理通知书".into(),
        at: "2026-11-24 09:30:00 +08:00".into(),
        sha256: is_made
            .then(|| "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into()),
        waits: (!is_made).then(|| {
            "待签章：等待时间戳服务应答；自 2026-11-24 09:30:01 +08:00 起等待，2026-11-24 09:40:01 +08:00 自动重试"
                .into()
        }),
    }
    };
    let trouble = |what: &str| Trouble { what: what.into(), next: "请按提示办理。".into() };
    let page = |stage: &str, acts: Vec<OfficeAct>| MatterPage {
        desk: OfficeDesk::sample(),
        seen: Seen {
            no: "SQ202611240000017".into(),
            key: "0123456789abcdef".into(),
            workstations: vec!["提取专用机1号".into()],
            login: "qian.wei".into(),
            draft_sha256: "ba7816bf8f01cfea".into(),
            needs_tick: true,
            grounds: vec!["当事人与申请公证的事项没有利害关系的".into()],
        },
        stage: stage.into(),
        is_over: false,
        facts: vec![("申请人".into(), "陈素英".into()), ("用途".into(), "诉讼".into())],
        is_quarantined: false,
        clock: None,
        points: Vec::new(),
        session: None,
        draft: None,
        acts,
        documents: Vec::new(),
        has_certificate: false,
        may_export: false,
        record: vec![RecordRow {
            seq: 1,
            at: "2026-11-24 09:05:00 +08:00".into(),
            by: "zhao.min".into(),
            what: "申请".into(),
            said: "signer CZ202611240000011".into(),
        }],
        taken: vec![TakenRow {
            at: "2026-11-24 11:00:00 +08:00".into(),
            by: "wu.fang · 档案管理员".into(),
            what: "公证档案（含存证内容）".into(),
        }],
        trouble: None,
    };
    let points = || {
        vec![
            point(1, "申请人身份与民事行为能力", false, PointState::Open, true),
            point(7, "重算摘要与存证摘要一致（SHA-256、SM3）", true, PointState::Passed, false),
            point(9, "时间戳有效", true, PointState::Unproved, true),
            point(10, "电子签名、证书链与有效期", true, PointState::Failed, false),
        ]
    };
    let session = |is_sealed| SessionView {
        head: "钱伟、赵敏 · 提取专用机1号 · 提取室".into(),
        lines: vec![line("环境清洁性检查", true), line("检索", is_sealed)],
        next: (!is_sealed).then(|| ("extract".into(), "提取".into())),
        is_sealed,
    };
    let draft = |blocked, may_edit| DraftView {
        blocked,
        text: "申请人：陈素英\n兹证明……".into(),
        may_edit,
        is_proposal: may_edit,
    };
    vec![
        page("待受理", OfficeAct::ALL.to_vec()),
        MatterPage {
            clock: Some(clock(false)),
            points: points(),
            session: Some(session(false)),
            draft: Some(DraftView {
                text: String::new(),
                ..draft(Some(trouble("没有已封存的提取会话，不能起草公证书。")), false)
            }),
            trouble: Some(trouble("提取会话须按顺序逐项进行，当前不是这一步。")),
            is_quarantined: true,
            ..page("审查中", vec![OfficeAct::Recompute])
        },
        MatterPage {
            clock: Some(clock(true)),
            session: Some(session(true)),
            draft: Some(draft(None, true)),
            documents: vec![document(true), document(false)],
            has_certificate: true,
            may_export: true,
            is_over: true,
            ..page("已出具", Vec::new())
        },
    ]
}

const TITLE: Words = Words::new("公证申请", "Application");
const QUARANTINED: Words = Words::new(
    "该申请已隔离：本处持有的数据与存证时的摘要不一致。任何内容都没有覆盖，请勿出证，并通知技术与审计人员。",
    "Quarantined: what this office holds is not what was deposited. Nothing was overwritten; issue nothing, and tell technicians and the auditor.",
);
const OPEN_CERTIFICATE: Words = Words::new("打开公证书（PDF）", "Open the certificate (PDF)");
const RENEWALS: Words = Words::new("时间戳续期文件", "Renewals of its time stamps");
const EXPORT: Words = Words::new("导出公证档案", "Export the dossier");
const CLOCK: Words = Words::new(
    "法定期限（15个工作日，《公证法》第三十条）",
    "Statutory period (15 working days, art. 30)",
);
const ACTS: Words = Words::new("可办理事项", "What can be done now");
const CHECKLIST: Words = Words::new("审查清单", "Checklist");
const MACHINE_LEAD: Words = Words::new(
    "系统预检（不代替公证员审查）",
    "The machine's checks do not replace the notary's examination",
);
const MACHINE: Words = Words::new("系统预检", "machine");
const PERSON: Words = Words::new("人工审查", "person");
const REMARK: Words = Words::new("审查说明", "Remark");
const HOLDS: Words = Words::new("符合", "Holds");
const FAILS: Words = Words::new("不符合", "Does not");
const SESSION: Words =
    Words::new("提取会话（公证工作记录）", "Extraction session (working record)");
const DONE: Words = Words::new("完成", "done");
const NOT_DONE: Words = Words::new("未通过，会话终止", "failed, the session has ended");
const OUTPUT: Words = Words::new("输出摘要", "SHA-256 of the output");
const SCREEN: Words = Words::new("查看当时显示的页面", "Open the page that was shown");
const SCREEN_DIGEST: Words = Words::new("截屏摘要", "SHA-256 of that page");
const DOCUMENTS: Words = Words::new("本处作出的文书", "Documents to the applicant");
const BEING_MADE: Words = Words::new(
    "待签章：取得时间戳后自动制作",
    "to be sealed: made by itself once there is a time stamp",
);
const SHOW: Words = Words::new("查看输出", "Show the output");
const SEALED: Words = Words::new("已封存，可以起草。", "Sealed: drafting is open.");
const DRAFT: Words = Words::new("公证词", "Certificate's text");
const TEXT: Words = Words::new("公证词正文", "Text");
const PROPOSAL: Words = Words::new(
    "以上为系统根据申请表、存证记录和提取会话生成的文稿，保存后才成为草稿。",
    "Proposed from the form, the record and the session; it becomes the draft when it is saved.",
);
const PREVIEW: Words = Words::new("预览", "Preview");
const SAVE: Words = Words::new("保存草稿", "Save the draft");
const RECORD: Words = Words::new("办理记录", "What happened so far");
const TAKEN: Words = Words::new("工作人员取走的文件", "Files that staff took");
const FOOT: Words = Words::new(
    "本页显示申请人信息，仅供承办使用；每一次办理都写入本处日志，取走文件也留有记录。",
    "This page shows the applicant's data for this matter only; everything done is written into the office's log, and who takes a file is written down.",
);
