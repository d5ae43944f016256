//! A failure as a page: what happened, what to do, and a way on.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::words::Words;

/// A failure.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct TroublePage {
    /// What kind of failure it is.
    pub title: String,
    /// What happened.
    pub what: String,
    /// What to do now.
    pub next: String,
    /// Our name for the request.
    pub request_id: Option<String>,
    /// Where to go on, if anywhere.
    pub on: Option<Link>,
}

impl Page for TroublePage {
    fn title(&self, _language: Language) -> String {
        self.title.clone()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p .lead { (self.what) }
            p { (self.next) }
            @if let Some(on) = &self.on { p { a .go href=(on) { (ON.in_language(l)) } } }
            p .soft {
                (CALL.in_language(l)) " " (frame.telephone)
                @if let Some(id) = &self.request_id {
                    br; (NAME.in_language(l)) " " code { (id) }
                }
            }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn samples() -> Vec<Self> {
        vec![
            Self {
                title: "没有找到".into(),
                what: "该链接或密钥无效，或已失效。".into(),
                next: "请联系经办人重新发送邀请。".into(),
                request_id: Some("req_5w1k0h2m8n4q7r9s3t6v0x2y4z".into()),
                on: Some(Link::Journey),
            },
            Self {
                title: "Not available <now>".into(),
                what: "& \"quoted\"".into(),
                next: "Try again.".into(),
                request_id: None,
                on: None,
            },
        ]
    }
}

const ON: Words = Words::new("回到办理页面", "Back to where you were");
const CALL: Words = Words::new("如有疑问请拨打", "If in doubt call");
const NAME: Words = Words::new("求助时请提供编号", "Quote this number:");
const FOOT: Words = Words::new(
    "出错时不会改动任何内容；已完成的步骤都已保存。",
    "A failure changes nothing; the steps done are kept.",
);
