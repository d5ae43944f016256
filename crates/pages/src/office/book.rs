//! The register book (公证登记簿) on the screen, and its file.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::{OfficeDesk, Tab};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{Link, OfficeLink};
use crate::words::Words;

/// One number.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct BookLine {
    /// The certificate's number.
    pub number: String,
    /// How it stands, in the reader's language.
    pub state: String,
    /// The application.
    pub application: String,
    /// When it was issued, with zone.
    pub issued_at: String,
}

/// The book of a year.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct BookPage {
    /// Who has signed in.
    pub desk: OfficeDesk,
    /// The year.
    pub year: u16,
    /// The year before, where there is one.
    pub before: Option<u16>,
    /// The year after it, where that has begun.
    pub after: Option<u16>,
    /// In order of numbers.
    pub lines: Vec<BookLine>,
    /// Whether the file is theirs to have.
    pub may_export: bool,
}

impl Page for BookPage {
    fn title(&self, language: Language) -> String {
        format!("{} {}", TITLE.in_language(language), self.year)
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (self.desk.bar(frame, Some(Tab::Book)))
            p .links {
                @if self.may_export { a href=(Link::Office(OfficeLink::BookFile(self.year))) { (EXPORT.in_language(l)) } }
                @for year in self.before.iter().chain(&self.after) {
                    a href=(Link::Office(OfficeLink::BookOf(*year))) { (YEAR.in_language(l)) " " (year) }
                }
            }
            @if self.lines.is_empty() { p .lead { (NOTHING.in_language(l)) } } @else {
                div .table tabindex="0" role="region" aria-label=(TITLE.in_language(l)) {
                    table {
                        thead { tr {
                            th scope="col" { (NUMBER.in_language(l)) } th scope="col" { (STATE.in_language(l)) }
                            th scope="col" { (APPLICATION.in_language(l)) } th scope="col" { (ISSUED.in_language(l)) }
                        } }
                        tbody { @for line in &self.lines {
                            tr {
                                th scope="row" { (line.number) } td { (line.state) }
                                td { a href=(Link::Office(OfficeLink::Matter(line.application.clone()))) { (line.application) } }
                                td { (line.issued_at) }
                            }
                        } }
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
        let line = |serial: u32, state: &str| BookLine {
            number: format!("（2026）浙杭临证经字第{serial:06}号"),
            state: state.into(),
            application: "SQ202611240000017".into(),
            issued_at: "2026-11-25 10:00:00 +08:00".into(),
        };
        vec![
            Self {
                desk: OfficeDesk::sample(),
                year: 2026,
                before: None,
                after: None,
                lines: Vec::new(),
                may_export: false,
            },
            Self {
                desk: OfficeDesk::sample(),
                year: 2026,
                before: Some(2025),
                after: Some(2027),
                lines: vec![line(1, "已出具"), line(2, "已撤销")],
                may_export: true,
            },
        ]
    }
}

const TITLE: Words = Words::new("公证登记簿", "Register book");
const EXPORT: Words = Words::new(
    "导出CSV（含申请人姓名，请按档案要求保管）",
    "Export as CSV (with applicants' names: keep it as the archive rules say)",
);
const YEAR: Words = Words::new("查看年度", "See the year");
const NOTHING: Words = Words::new("该年度没有公证书编号。", "No number was given in that year.");
const NUMBER: Words = Words::new("公证书编号", "Number");
const STATE: Words = Words::new("状态", "State");
const APPLICATION: Words = Words::new("申请编号", "Application");
const ISSUED: Words = Words::new("出具时间", "Issued");
const FOOT: Words = Words::new(
    "编号在同一年度、同一类别内连续；撤销的公证书保留编号。本页不显示姓名。",
    "Numbers are consecutive within a year and category; a voided certificate keeps its own. No names here.",
);
