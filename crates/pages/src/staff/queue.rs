//! The queue: what a reviewer has to decide, and who asked for a person.

use heqi_vocabulary::{CaseId, FilingId, Language};
use maud::{Markup, html};

use super::Desk;
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{CounterStep, Link};
use crate::words::Words;

/// One case in the queue.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct QueueRow {
    /// The case.
    pub case: CaseId,
    /// The filing, by its number for people.
    pub number: String,
    /// Why a person must look, in the reader's language.
    pub reasons: Vec<String>,
    /// Since when it waits, with zone.
    pub since: String,
    /// Until when somebody is to look, with zone.
    pub due: String,
    /// Whether that is over.
    pub is_late: bool,
    /// Whether somebody proposed to refuse.
    pub is_proposed: bool,
}

/// A signer who asked for a person instead of the camera.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct WayRow {
    /// The filing, by its number for people.
    pub number: String,
    /// How and why, in the reader's language.
    pub wish: String,
    /// Since when they wait, with zone.
    pub since: String,
}

/// A filing that an objection has paused.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct PausedRow {
    /// The filing.
    pub filing: FilingId,
    /// Its number for people.
    pub number: String,
    /// Since when, with zone.
    pub since: String,
}

/// What a reviewer has to decide.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct QueuePage {
    /// Who has signed in.
    pub desk: Desk,
    /// Oldest first.
    pub rows: Vec<QueueRow>,
    /// Who asked for a person, longest first.
    pub ways: Vec<WayRow>,
    /// Filings that wait for the registry's decision, longest first.
    pub paused: Vec<PausedRow>,
    /// How many of a list are shown, where one is so long that there may be more.
    pub most: Option<usize>,
}

impl Page for QueuePage {
    fn title(&self, language: Language) -> String {
        QUEUE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (self.desk.bar(frame))
            p { a .button href=(Link::StaffCounter) { (COUNTER.in_language(l)) } }
            p { a .button href=(Link::StaffConfirm(CounterStep::Find)) { (CONFIRMS.in_language(l)) } }
            p { a .button href=(Link::StaffCorrections) { (CORRECTIONS.in_language(l)) } }
            @if let Some(most) = self.most {
                p .notice { (MOST.in_language(l).replace("{most}", &most.to_string())) }
            }
            @if self.rows.is_empty() {
                p .lead { (NOTHING.in_language(l)) }
            } @else {
                p .lead { (HOW_MANY.in_language(l)) " " strong { (self.rows.len()) } }
                ol .cases {
                    @for row in &self.rows {
                        li {
                            h2 { a href=(Link::StaffCase(row.case)) { (FILING.in_language(l)) " " (row.number) } }
                            @if row.is_proposed { p .mark-word { (PROPOSED.in_language(l)) } }
                            ul { @for reason in &row.reasons { li { (reason) } } }
                            p .soft {
                                (SINCE.in_language(l)) " " (row.since) " · "
                                @if row.is_late { strong { (LATE.in_language(l)) } } @else { (DUE.in_language(l)) }
                                " " (row.due)
                            }
                        }
                    }
                }
            }
            @if !self.paused.is_empty() {
                section aria-labelledby="paused" {
                    h2 id="paused" { (PAUSED.in_language(l)) }
                    ul .cases {
                        @for row in &self.paused {
                            li {
                                h3 { a .open href=(Link::StaffObjection(row.filing)) { (FILING.in_language(l)) " " (row.number) } }
                                p .soft { (SINCE.in_language(l)) " " (row.since) }
                            }
                        }
                    }
                }
            }
            @if !self.ways.is_empty() {
                section aria-labelledby="ways" {
                    h2 id="ways" { (WAYS.in_language(l)) }
                    p { (WAYS_NEXT.in_language(l)) }
                    ul .cases {
                        @for row in &self.ways {
                            li {
                                h3 { (FILING.in_language(l)) " " (row.number) }
                                p { (row.wish) }
                                p .soft { (SINCE.in_language(l)) " " (row.since) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn foot(&self) -> Words {
        QUEUE_FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn samples() -> Vec<Self> {
        let row = |n: u8, is_late, is_proposed| QueueRow {
            case: CaseId::from_bytes([n; 16]),
            number: "61842059".into(),
            reasons: vec!["没有可用于比对的权威证件照片".into(), "照片与证件照片尚未比对".into()],
            since: "2026-11-23 20:05:00 +08:00".into(),
            due: "2026-11-24 20:05:00 +08:00".into(),
            is_late,
            is_proposed,
        };
        let desk = Desk::sample;
        vec![
            Self {
                desk: desk(),
                rows: Vec::new(),
                ways: Vec::new(),
                paused: Vec::new(),
                most: None,
            },
            Self {
                desk: desk(),
                most: Some(2),
                rows: vec![row(1, false, false), row(2, true, true)],
                ways: vec![WayRow {
                    number: "61842059".into(),
                    wish: "到窗口核验（不同意使用人脸信息）".into(),
                    since: "2026-11-23 20:05:00 +08:00".into(),
                }],
                paused: vec![PausedRow {
                    filing: FilingId::from_bytes([7; 16]),
                    number: "61842059".into(),
                    since: "2026-11-23 20:05:00 +08:00".into(),
                }],
            },
        ]
    }
}

const QUEUE: Words = Words::new("待核验事项", "Cases to decide");
const COUNTER: Words = Words::new("窗口核验", "Check at the counter");
const CONFIRMS: Words = Words::new("窗口当面确认", "Confirm at the counter");
const CORRECTIONS: Words = Words::new("更正姓名或证件号码", "Put a name or number right");
const NOTHING: Words = Words::new("目前没有待办事项。", "There is nothing to decide.");
const HOW_MANY: Words = Words::new("待办数量：", "Cases waiting:");
const MOST: Words = Words::new(
    "每个列表最多显示 {most} 项，等待最久的在前；办理后显示其余。",
    "Each list shows {most} at most, the longest waiting first; the others follow when these are done.",
);
const FILING: Words = Words::new("办件", "Filing");
const PROPOSED: Words =
    Words::new("待复核：已有人提出不予通过", "Second look: somebody proposed to refuse");
const PAUSED: Words = Words::new("待处理的异议", "Objections to decide");
const WAYS: Words = Words::new("申请由工作人员核验的签署人", "Signers who asked for a person");
const WAYS_NEXT: Words = Words::new(
    "选择视频的签署人自行录制，签署后作为待核验事项出现在上面；选择窗口的签署人到窗口后，请用“窗口核验”记录。",
    "Who chose a video records it alone, and a case stands above once they have signed. Who chose the counter comes there: record it with “Check at the counter”.",
);
pub(super) const SINCE: Words = Words::new("自", "since");
pub(super) const DUE: Words = Words::new("请在此前办理：", "to be decided by");
const LATE: Words = Words::new("已逾期：", "overdue since");
const QUEUE_FOOT: Words = Words::new(
    "本页显示本单位待办的办件码和原因，不显示任何人的姓名、证件和照片。",
    "This page shows numbers and reasons of your organisation's cases; it shows nobody's name, document or picture.",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_may_be_longer_says_so_and_one_that_is_whole_does_not() {
        let frame = Frame {
            language: Language::En,
            large: false,
            here: Link::StaffCases,
            csrf: None,
            service: "service".into(),
            telephone: "0571-0000110".into(),
        };
        let said = "Each list shows 2 at most";
        for page in QueuePage::samples() {
            let drawn = page.content(&frame).into_string();
            assert_eq!(drawn.contains(said), page.most.is_some(), "{drawn}");
        }
    }
}
