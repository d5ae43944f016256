//! Not wanting to sign is an answer.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::parts::hidden;
use crate::words::Words;

/// Asks once more, and for a reason that may be left out.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DeclinePage {
    /// Under which name it is done once.
    pub key: String,
}

impl Page for DeclinePage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p { (LEAD.in_language(l)) }
            form method="post" action=(Link::Decline) {
                (hidden(frame, &self.key))
                label for="reason" { (REASON.in_language(l)) }
                textarea id="reason" name="reason" data-keep="decline" rows="4" maxlength="2000" {}
                div .choice {
                    button type="submit" { (DECLINE.in_language(l)) }
                    a .button href=(Link::Journey) { (BACK.in_language(l)) }
                }
            }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn samples() -> Vec<Self> {
        vec![Self { key: "0123456789abcdef".into() }]
    }
}

const TITLE: Words = Words::new("不签署", "Not signing");
const LEAD: Words = Words::new(
    "提交后，本次邀请即告结束，并如实记录您不签署。若以后改变主意，需由经办人重新邀请。",
    "This ends the invitation, and that you do not sign is recorded. If you change your mind, the handler has to invite you again.",
);
const REASON: Words = Words::new("理由（可以不填）", "Reason (may be left out)");
const DECLINE: Words = Words::new("确定不签署", "I do not sign");
const BACK: Words = Words::new("返回继续", "Go back");
const FOOT: Words = Words::new(
    "您填写的理由加密保存，只有登记机关和公证处依法可以查看。",
    "A reason is kept encrypted; only the registry and the notary may look at it, as the law allows.",
);
