//! What an extraction session shows for one act. The page is made once and kept; whoever looks again is
//! served the same bytes, so nothing on it changes with the reader: no session, no form.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{Link, OfficeLink};
use crate::words::Words;

/// One act of a session.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ScreenPage {
    /// The application.
    pub no: String,
    /// What was done, in the language of whoever pressed the button.
    pub act: String,
    /// Names and values: when, who, where, by which program.
    pub facts: Vec<(String, String)>,
    /// Whether it came out as it should.
    pub passed: bool,
    /// What it gave out, line by line: name and value.
    pub output: Vec<(String, String)>,
}

impl Page for ScreenPage {
    fn title(&self, _language: Language) -> String {
        format!("{} · {}", self.act, self.no)
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p .answer.valid[self.passed].voided[!self.passed] {
                strong { @if self.passed { (DONE.in_language(l)) } @else { (NOT_DONE.in_language(l)) } }
            }
            dl .facts { @for (name, value) in &self.facts { div { dt { (name) } dd { (value) } } } }
            h2 { (OUTPUT.in_language(l)) }
            dl .facts.output { @for (name, value) in &self.output { div { dt { code { (name) } } dd { code { (value) } } } } }
            p .links { a .go href=(Link::Office(OfficeLink::Matter(self.no.clone()))) { (BACK.in_language(l)) } }
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
        let page = |act: &str, passed| Self {
            no: "SQ202611240000017".into(),
            act: act.into(),
            facts: vec![
                ("时间".into(), "2026-11-24 10:05:00 +08:00".into()),
                ("承办公证员".into(), "钱伟".into()),
            ],
            passed,
            output: vec![
                ("agree".into(), passed.to_string()),
                (
                    "parts[0].sha256".into(),
                    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into(),
                ),
            ],
        };
        vec![page("重算摘要", true), page("重算摘要<b>\"'", false)]
    }
}

const DONE: Words = Words::new("完成", "Done");
const NOT_DONE: Words = Words::new("未通过，会话终止", "Failed: the session has ended");
const OUTPUT: Words = Words::new("系统输出", "What the machine gave out");
const BACK: Words = Words::new("返回该申请", "Back to the application");
const FOOT: Words = Words::new(
    "本页在操作当时生成并保存，其摘要已写入公证工作记录；再次打开时逐字节相同。",
    "Made and kept when the button was pressed; its digest stands in the working record, and it is the same bytes whenever it is opened.",
);
