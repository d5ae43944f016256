//! What a search found: one page of filings, nobody's name among them.

use heqi_vocabulary::{FilingId, Language, RecordId};
use maud::{Markup, html};

use super::Trace;
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::parts::{facts, simulated};
use crate::staff::Desk;
use crate::words::Words;

/// A search, above what it found.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct QueryShown {
    /// Its record.
    pub query: RecordId,
    /// Law and article.
    pub basis: String,
    /// The case.
    pub case_number: String,
    /// What was looked for, in the reader's language.
    pub what: String,
    /// When, with zone.
    pub at: String,
    /// Until when its findings may be looked at, with zone.
    pub open_until: String,
}

impl QueryShown {
    pub(super) fn facts(&self, l: Language) -> Markup {
        facts(&[
            (BASIS.in_language(l), &self.basis),
            (CASE.in_language(l), &self.case_number),
            (WHAT.in_language(l), &self.what),
            (AT.in_language(l), &self.at),
            (UNTIL.in_language(l), &self.open_until),
        ])
    }

    pub(super) fn sample() -> Self {
        Self {
            query: RecordId::from_bytes([1; 16]),
            basis: "《市场主体登记管理条例》第四十条".into(),
            case_number: "杭临市监撤〔2026〕12号<b>\"'".into(),
            what: "企业名称含“青穗”".into(),
            at: "2026-11-23 20:05:00 +08:00".into(),
            open_until: "2026-11-24 08:05:00 +08:00".into(),
        }
    }
}

/// One filing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ResultLine {
    /// The filing.
    pub filing: FilingId,
    /// Its number for people.
    pub number: String,
    /// The company it is about.
    pub company: String,
    /// What is filed, in the reader's language.
    pub matter: String,
    /// Where it stands, in the reader's language.
    pub state: String,
    /// When it was opened, with zone.
    pub opened_at: String,
    /// Signatures that were given.
    pub signatures: usize,
    /// Whether a demo acted it out.
    pub is_simulated: bool,
}

/// See the module.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ResultsPage {
    /// Who has signed in.
    pub desk: Desk,
    /// The search.
    pub query: QueryShown,
    /// Its record.
    pub trace: Trace,
    /// The filings, the one opened last first.
    pub rows: Vec<ResultLine>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Whether this is not the first page.
    pub is_later: bool,
    /// How many stand here and after, if they were counted.
    pub remaining: Option<u64>,
    /// Leaves of the log that the index has not seen yet.
    pub behind: u64,
}

impl Page for ResultsPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (self.desk.bar(frame))
            p { a .open href=(Link::Regulator) { (BACK.in_language(l)) } }
            (self.trace.line(frame))
            (self.query.facts(l))
            p .lead {
                @match (self.remaining, self.is_later) {
                    (Some(0), false) => { (NOTHING.in_language(l)) }
                    (Some(count), false) => { (FOUND.in_language(l)) " " strong { (count) } }
                    (Some(count), true) => { (LEFT.in_language(l)) " " strong { (count) } }
                    (None, _) => { (MANY.in_language(l)) }
                }
            }
            @if self.behind > 0 { p .soft { (BEHIND.in_language(l)) " " (self.behind) } }
            ol .cases {
                @for row in &self.rows {
                    li {
                        h2 { a href=(Link::RegulatorFiling(self.query.query, row.filing, None)) { (row.company) } }
                        @if row.is_simulated { (simulated(l)) }
                        p { (FILING.in_language(l)) " " strong { (row.number) } " · " (row.matter) }
                        p .soft {
                            (row.state) " · " (SIGNATURES.in_language(l)) " " (row.signatures) br;
                            (OPENED.in_language(l)) " " (row.opened_at)
                        }
                    }
                }
            }
            @if let Some(next) = &self.next {
                p { a .button href=(Link::RegulatorResults(self.query.query, Some(next.clone()))) { (NEXT.in_language(l)) } }
            }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn samples() -> Vec<Self> {
        let row = |n: u8| ResultLine {
            filing: FilingId::from_bytes([n; 16]),
            number: "61842059".into(),
            company: "杭州示例青穗茶业有限公司".into(),
            matter: "公司设立登记".into(),
            state: "有异议，已暂停".into(),
            opened_at: "2026-11-23 20:05:00 +08:00".into(),
            signatures: 5,
            is_simulated: n == 2,
        };
        let sample = |rows: Vec<ResultLine>, remaining, next, is_later, behind| Self {
            desk: Desk::sample(),
            query: QueryShown::sample(),
            trace: Trace::sample(4_711),
            rows,
            next,
            is_later,
            remaining,
            behind,
        };
        vec![
            sample(Vec::new(), Some(0), None, false, 3),
            sample(vec![row(1), row(2)], Some(2), None, false, 0),
            sample(vec![row(1)], None, Some("0123456789abcdef".into()), true, 0),
        ]
    }
}

pub(super) const BASIS: Words = Words::new("法律依据", "Legal basis");
pub(super) const CASE: Words = Words::new("案号", "Case");
const WHAT: Words = Words::new("查询条件", "Looked for");
const AT: Words = Words::new("查询时间", "Searched at");
const UNTIL: Words = Words::new("结果可查看至", "Open until");
const TITLE: Words = Words::new("查询结果", "What was found");
const BACK: Words = Words::new("返回查询", "Back to the search");
const NOTHING: Words = Words::new("没有符合条件的办件。", "No filing fits.");
const FOUND: Words = Words::new("符合条件的办件数：", "Filings that fit:");
const LEFT: Words = Words::new("本页及之后的办件数：", "Filings on this page and after it:");
const MANY: Words = Words::new(
    "符合条件的办件很多，未逐一计数，按建立时间从新到旧分页显示。",
    "So many filings fit that they were not counted; they are shown page by page, the newest first.",
);
const BEHIND: Words = Words::new(
    "索引尚有以下条数的日志未处理，稍后重查可能有新结果：",
    "Leaves of the log that the index has not seen yet; a later search may find more:",
);
const FILING: Words = Words::new("办件", "Filing");
const SIGNATURES: Words = Words::new("签名数", "signatures");
const OPENED: Words = Words::new("建立于", "opened at");
const NEXT: Words = Words::new("下一页", "Next page");
const FOOT: Words = Words::new(
    "本页显示企业名称和办件状态，不显示任何人的姓名；打开某一办件即为一次查看，另行留痕。",
    "This page shows companies and how filings stand, and nobody's name; opening a filing is a look of its own, and recorded.",
);
