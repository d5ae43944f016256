//! The applications that wait.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::{OfficeDesk, Tab};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{Link, OfficeLink};
use crate::words::{Words, bracketed};

/// One application in the queue: nothing personal.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct OfficeQueueRow {
    /// Its number.
    pub no: String,
    /// How far it has come, in the reader's language.
    pub stage: String,
    /// Whether nothing follows any more.
    pub is_over: bool,
    /// Who applied: signer or registry, in the reader's language.
    pub applicant: String,
    /// The deposit.
    pub deposit: String,
    /// When it was handed in, with zone.
    pub submitted_at: String,
    /// Working days left and the last day, while the clock runs.
    pub clock: Option<(i64, String)>,
    /// Whether the clock is nearly over or over.
    pub is_urgent: bool,
    /// What else is waited for, in the reader's language, the last day, and whether that is near or over.
    pub awaited: Option<(String, String, bool)>,
    /// Whether it is quarantined.
    pub is_quarantined: bool,
    /// The certificate's number.
    pub certificate: Option<String>,
}

/// Applications that have come equally far.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct QueueGroup {
    /// Its word in addresses.
    pub word: String,
    /// How far, in the reader's language.
    pub title: String,
    /// How many, or that there are more than are counted.
    pub count: String,
    /// Open ones oldest first, those that are over newest first.
    pub rows: Vec<OfficeQueueRow>,
    /// After which application the next ones are, where there are more than are shown.
    pub more: Option<String>,
}

/// The queue.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct OfficeQueuePage {
    /// Who has signed in.
    pub desk: OfficeDesk,
    /// What waits for their approval: its word in addresses, and how much. `None` for who approves nothing.
    pub to_approve: Option<(String, String)>,
    /// What is shown: every open group with its first applications, or one group by pages.
    pub groups: Vec<QueueGroup>,
    /// Whether one group is shown by pages.
    pub is_one: bool,
    /// Groups of what is over: word, title, how many.
    pub over: Vec<(String, String, String)>,
}

fn listed(group: &QueueGroup, l: Language) -> Markup {
    let link = |after: Option<String>| Link::Office(OfficeLink::Group(group.word.clone(), after));
    html! {
        section aria-labelledby={ "at-" (group.word) } {
            h2 id={ "at-" (group.word) } { (group.title) (bracketed(&group.count, l)) }
            ol .cases { @for row in &group.rows { li { (entry(row, l)) } } }
            @if let Some(more) = &group.more {
                p .links {
                    a href=(link(Some(more.clone()))) rel="next" {
                        (MORE.in_language(l)) " · " (group.title)
                    }
                }
            }
        }
    }
}

fn entry(row: &OfficeQueueRow, l: Language) -> Markup {
    html! {
        h3 { a href=(Link::Office(OfficeLink::Matter(row.no.clone()))) { (row.no) } }
        p { span .stage.over[row.is_over] { (row.stage) } " " (row.applicant) }
        @if row.is_quarantined { p .alarm { (QUARANTINED.in_language(l)) } }
        @if let Some(number) = &row.certificate { p { (number) } }
        @if let Some((left, last)) = &row.clock {
            p .mark-word[row.is_urgent] { (LEFT.in_language(l)) " " (left) " · " (LAST.in_language(l)) " " (last) }
        }
        @if let Some((what, last, is_urgent)) = &row.awaited {
            p .mark-word[*is_urgent] { (what) " · " (LAST.in_language(l)) " " (last) }
        }
        p .soft { (DEPOSIT.in_language(l)) " " (row.deposit) br; (SUBMITTED.in_language(l)) " " (row.submitted_at) }
    }
}

impl Page for OfficeQueuePage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let is_empty = self.groups.iter().all(|group| group.rows.is_empty());
        html! {
            (self.desk.bar(frame, Some(Tab::Queue)))
            p .links {
                @if self.is_one { a href=(Link::Office(OfficeLink::Queue)) { (OPEN_ONLY.in_language(l)) } }
                @if let Some((word, count)) = &self.to_approve {
                    a href=(Link::Office(OfficeLink::Group(word.clone(), None))) {
                        (TO_APPROVE.in_language(l)) (bracketed(count, l))
                    }
                }
                a href=(Link::Office(OfficeLink::Deposits)) { (NEW.in_language(l)) }
            }
            @if is_empty { p .lead { (NOTHING.in_language(l)) } }
            @for group in self.groups.iter().filter(|group| !group.rows.is_empty()) {
                (listed(group, l))
            }
            @if !self.over.is_empty() {
                h2 { (OVER.in_language(l)) }
                p .links {
                    @for (word, title, count) in &self.over {
                        a href=(Link::Office(OfficeLink::Group(word.clone(), None))) { (title) (bracketed(count, l)) }
                    }
                }
            }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn further_style(&self) -> Option<Asset> {
        Some(Asset::OfficeStyle)
    }

    fn samples() -> Vec<Self> {
        let row = |stage: &str, left, is_quarantined, certificate: Option<&str>| OfficeQueueRow {
            no: "SQ202611240000017".into(),
            stage: stage.into(),
            is_over: certificate.is_some(),
            applicant: "签署人".into(),
            deposit: "CZ202611240000011".into(),
            submitted_at: "2026-11-24 09:05:00 +08:00".into(),
            clock: Some((left, "2026-12-15".into())),
            is_urgent: left < 4,
            awaited: certificate.map(|_| ("复查决定".into(), "2026-12-24".into(), true)),
            is_quarantined,
            certificate: certificate.map(Into::into),
        };
        let group =
            |word: &str, title: &str, rows: Vec<OfficeQueueRow>, more: Option<&str>| QueueGroup {
                word: word.into(),
                title: title.into(),
                count: if more.is_some() { "1000+".into() } else { rows.len().to_string() },
                rows,
                more: more.map(Into::into),
            };
        let over = vec![("voided".to_owned(), "已撤销".to_owned(), "3".to_owned())];
        let desk = OfficeDesk::sample;
        let open = vec![
            group("submitted", "待受理", Vec::new(), None),
            group(
                "accepted",
                "审查中",
                vec![row("审查中", 12, false, None), row("审查中", 2, true, None)],
                Some("SQ202611240000017"),
            ),
            group(
                "issued",
                "已出具",
                vec![row("已出具", 9, false, Some("（2026）浙杭临证经字第000001号"))],
                None,
            ),
        ];
        let one = vec![group("accepted", "审查中", vec![row("审查中", 12, false, None)], None)];
        let waiting = vec![row("待审批 · 公证书草稿", 2, false, None)];
        let own = vec![group("to_approve", "待您审批", waiting, None)];
        let to_approve = |count: &str| Some(("to_approve".to_owned(), count.to_owned()));
        vec![
            Self {
                desk: desk(),
                to_approve: None,
                groups: Vec::new(),
                is_one: false,
                over: Vec::new(),
            },
            Self {
                desk: desk(),
                to_approve: to_approve("0"),
                groups: open,
                is_one: false,
                over: over.clone(),
            },
            Self { desk: desk(), to_approve: None, groups: one, is_one: true, over: over.clone() },
            Self { desk: desk(), to_approve: to_approve("1"), groups: own, is_one: true, over },
        ]
    }
}

const TITLE: Words = Words::new("公证申请", "Applications");
const OPEN_ONLY: Words = Words::new("全部在办申请", "All open applications");
const TO_APPROVE: Words = Words::new("待您审批", "Waiting for your approval");
const MORE: Words = Words::new("更多", "More");
const OVER: Words = Words::new("已办结和归档", "Over, and in the archive");
const NEW: Words = Words::new("检索存证并登记申请", "Find a deposit and take an application");
const NOTHING: Words = Words::new("目前没有这样的申请。", "There is no such application now.");
const QUARANTINED: Words = Words::new(
    "已隔离：持有的数据与存证摘要不一致",
    "Quarantined: what is held is not what was deposited",
);
pub(super) const LEFT: Words = Words::new("剩余工作日", "working days left");
pub(super) const LAST: Words = Words::new("最后一日", "last day");
const DEPOSIT: Words = Words::new("存证编号", "Deposit");
const SUBMITTED: Words = Words::new("申请时间", "Handed in");
const FOOT: Words = Words::new(
    "本页只显示编号和状态，不显示任何人的姓名和证件。",
    "This page shows numbers and stages; it shows nobody's name or document.",
);
