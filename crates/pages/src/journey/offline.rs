//! The page for no network: the same for everybody, so a browser may keep it.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::words::Words;

/// There is no network.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct OfflinePage {}

impl Page for OfflinePage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p .lead { (WHAT.in_language(l)) }
            p { (NEXT.in_language(l)) }
            p { a .go href=(Link::Journey) data-when-online { (ON.in_language(l)) } }
            p .soft { (CALL.in_language(l)) " " (frame.telephone) }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn samples() -> Vec<Self> {
        vec![Self {}]
    }
}

const TITLE: Words = Words::new("现在没有网络", "There is no network now");
const WHAT: Words = Words::new(
    "没有连上平台。已完成的步骤都已保存在平台上，没有签署任何未确认的内容。",
    "The platform cannot be reached. The steps done are kept there, and nothing was signed that you did not sign.",
);
const NEXT: Words = Words::new(
    "网络恢复后会自动回到您中断的那一步；也可以点下面的按钮重试。",
    "When the network is back you return by yourself to where you stopped; you may also try now.",
);
const ON: Words = Words::new("重试", "Try again");
const CALL: Words = Words::new("如有疑问请拨打", "If in doubt call");
const FOOT: Words = Words::new(
    "这一页保存在您的设备上，不含任何人员、办件或文件的内容。",
    "This page is kept on your device; it holds nothing about any person, filing or document.",
);
