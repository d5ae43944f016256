//! What staff did on a day, as an auditor reads it: identifiers and words of ours, no name of a
//! party and no content.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::Desk;
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::words::Words;

/// One line.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct JournalRow {
    /// When, with zone.
    pub at: String,
    /// What was done, in the reader's language.
    pub what: String,
    /// Who did it, in the reader's language.
    pub by: String,
    /// With what: an account, or a filing and the record of it.
    pub about: String,
}

/// What staff did on a day.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct JournalPage {
    /// Who has signed in.
    pub desk: Desk,
    /// Which day, like `2026-11-23`.
    pub day: String,
    /// The day before, unless it cannot be asked for.
    pub before: Option<String>,
    /// The day after, unless that is to come.
    pub after: Option<String>,
    /// The newest first.
    pub rows: Vec<JournalRow>,
    /// Whether there are more lines, which only the file has.
    pub is_cut: bool,
}

impl Page for JournalPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (self.desk.bar(frame))
            p { a .button href=(Link::StaffAccounts) { (ACCOUNTS.in_language(l)) } }
            p .lead { (self.day) " " (DAY.in_language(l)) " " strong { (self.rows.len()) } }
            p .links {
                @if let Some(before) = &self.before {
                    a href=(Link::StaffJournalOf(before.clone())) { (BEFORE.in_language(l)) " " (before) }
                }
                @if let Some(after) = &self.after {
                    a href=(Link::StaffJournalOf(after.clone())) { (AFTER.in_language(l)) " " (after) }
                }
            }
            p {
                a .button href=(Link::StaffJournalFile(self.day.clone())) download { (FILE.in_language(l)) }
                " " span .soft { (FILE_NEXT.in_language(l)) }
            }
            @if self.is_cut { p .notice { (CUT.in_language(l)) } }
            @if self.rows.is_empty() {
                p { (NOTHING.in_language(l)) }
            } @else {
                ol .cases {
                    @for row in &self.rows {
                        li {
                            h2 { (row.what) }
                            p { (BY.in_language(l)) (row.by) }
                            p .soft { (row.at) br; (row.about) }
                        }
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

    fn samples() -> Vec<Self> {
        let row = |what: &str, by: &str, about: &str| JournalRow {
            at: "2026-11-23 20:05:00 +08:00".into(),
            what: what.into(),
            by: by.into(),
            about: about.into(),
        };
        let filing = "fil_0123456789abcdefghjkmnpqrs · rec_0123456789abcdefghjkmnpqrs";
        let rows = vec![
            row("查看证据（review）", "li.na（核验人员）", filing),
            row("监管查询（searched）", "zhou.zheng（监管人员）", "rec_0123456789abcdefghjkmnpqrs"),
            row("删除个人信息（erased）", "key_0123456789abcdef", filing),
            row("密码错误", "未通过核验者", "wang.qiang"),
        ];
        let page = |after: Option<&str>, rows, is_cut| Self {
            desk: Desk::sample(),
            day: "2026-11-23".into(),
            before: Some("2026-11-22".into()),
            after: after.map(str::to_owned),
            rows,
            is_cut,
        };
        vec![
            page(None, rows.clone(), false),
            page(Some("2026-11-24"), rows, true),
            page(None, Vec::new(), false),
            Self {
                day: "2000-01-01".into(),
                before: None,
                ..page(Some("2000-01-02"), Vec::new(), false)
            },
        ]
    }
}

const TITLE: Words = Words::new("操作日志", "Journal of staff");
const ACCOUNTS: Words = Words::new("查看账号", "Accounts");
const DAY: Words = Words::new("（北京时间）记录条数：", "(Beijing time), lines:");
const BEFORE: Words = Words::new("前一日", "The day before:");
const AFTER: Words = Words::new("后一日", "The day after:");
const FILE: Words = Words::new("下载当日全部记录", "Take the whole day as a file");
const FILE_NEXT: Words = Words::new(
    "每行一个JSON对象；下载本身也会被记录。",
    "One JSON object a line; taking it is noted, too.",
);
const CUT: Words = Words::new(
    "当日记录较多，本页只列最新的一部分，其余见文件。",
    "There are more lines than this page shows: the file has all.",
);
const NOTHING: Words = Words::new("当日没有记录。", "Nothing was done on this day.");
const BY: Words = Words::new("操作人：", "by ");
const FOOT: Words = Words::new(
    "本页显示谁在何时做了什么，不显示当事人姓名、证据内容和网络地址。",
    "This page shows who did what and when; no name of a party, no evidence, no address.",
);
