//! A filing in preparation, as it stands.

use heqi_vocabulary::{FilingId, Language};
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::parts::{facts, hidden, notice};
use crate::staff::field::Fields;
use crate::staff::{Desk, FieldTrouble};
use crate::words::Words;

/// The filing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DraftPage {
    /// Who has signed in.
    pub desk: Desk,
    /// The filing.
    pub filing: FilingId,
    /// Its number for people.
    pub number: String,
    /// The company.
    pub company: String,
    /// What is filed, in the reader's language.
    pub matter: String,
    /// Whether parties and documents are still put together.
    pub is_drafting: bool,
    /// Who takes part.
    pub parties: Vec<DraftParty>,
    /// Under which name an act is done once.
    pub key: String,
    /// What went wrong.
    pub trouble: Option<FieldTrouble>,
}

/// A party.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DraftParty {
    /// The name, with that of the person who signs for it.
    pub name: String,
    /// In which capacities, in the reader's language.
    pub capacities: String,
}

impl Page for DraftPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (self.desk.bar(frame))
            p { a .open href=(Link::HandlerFilings) { (BACK.in_language(l)) } }
            (Fields::new(l, self.trouble.as_ref()).above())
            (facts(&[
                (NUMBER.in_language(l), &self.number),
                (COMPANY.in_language(l), &self.company),
                (MATTER.in_language(l), &self.matter),
            ]))
            @if !self.is_drafting { (notice(OPEN.in_language(l))) }
            h2 { (PARTIES.in_language(l)) }
            ul .said {
                @for party in &self.parties {
                    li { span { (party.capacities) } strong { (party.name) } }
                }
            }
            form method="post" action=(Link::HandlerFilings) {
                (hidden(frame, &self.key))
                input type="hidden" name="number" value=(self.number);
                button type="submit" { (STAND.in_language(l)) }
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
        let sample = |is_drafting| Self {
            desk: Desk { name: "何静".into(), office: "示例代办".into(), ..Desk::sample() },
            filing: FilingId::from_bytes([1; 16]),
            number: "61842059".into(),
            company: "杭州示例青穗茶业有限公司".into(),
            matter: "公司设立登记".into(),
            is_drafting,
            parties: vec![
                DraftParty { name: "何静".into(), capacities: "经办人".into() },
                DraftParty { name: "陈素英<b>\"'".into(), capacities: "股东、监事".into() },
            ],
            key: "0123456789abcdef".into(),
            trouble: None,
        };
        vec![sample(true), sample(false)]
    }
}

const TITLE: Words = Words::new("准备办件", "Prepare the filing");
const BACK: Words = Words::new("返回我经办的办件", "Back to the filings I handle");
const NUMBER: Words = Words::new("办件码", "Filing number");
const COMPANY: Words = Words::new("公司", "Company");
const MATTER: Words = Words::new("事项", "Matter");
const OPEN: Words = Words::new(
    "已开放签署，当事人和文书不能再添加。",
    "Signing is open: parties and documents are added no more.",
);
const PARTIES: Words = Words::new("当事人", "Parties");
const STAND: Words = Words::new("查看签署情况", "How the signatures stand");
const FOOT: Words = Words::new(
    "本页只显示由您经办的办件；您填写和上传的内容由您负责，未经核验。",
    "This page shows a filing you handle only; what you enter and upload is your own word, which nobody has checked.",
);
