//! What stands above every form of a filing in preparation.

use heqi_vocabulary::FilingId;
use maud::{Markup, html};

use crate::frame::Frame;
use crate::link::{DeskLink, Link};
use crate::staff::Desk;
use crate::words::Words;

/// Whose form it is, and of which filing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct About {
    /// Who has signed in.
    pub desk: Desk,
    /// The filing.
    pub filing: FilingId,
    /// Its number for people.
    pub number: String,
    /// The company.
    pub company: String,
}

impl About {
    pub(super) fn head(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (self.desk.bar(frame))
            p { a .open href=(Link::Desk(DeskLink::Filing(self.filing))) { (BACK.in_language(l)) } }
            p .soft { (self.company) " · " (NUMBER.in_language(l)) " " (self.number) }
        }
    }

    pub(super) fn sample() -> Self {
        Self {
            desk: Desk { name: "何静".into(), office: "示例代办".into(), ..Desk::sample() },
            filing: FilingId::from_bytes([1; 16]),
            number: "61842059".into(),
            company: "杭州示例青穗茶业有限公司".into(),
        }
    }
}

const BACK: Words = Words::new("返回办件", "Back to the filing");
const NUMBER: Words = Words::new("办件码", "Filing number");
