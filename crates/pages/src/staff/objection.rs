//! A filing that an objection has paused: what the registry decides, with its reason.

use heqi_vocabulary::{FilingId, Language, PartyId};
use maud::{Markup, html};

use super::{Desk, Trouble};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::parts::{hidden, notice, simulated};
use crate::words::Words;

/// One party of the filing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ObjectionParty {
    /// The party.
    pub party: PartyId,
    /// Its name, as declared.
    pub name: String,
    /// Whether it has signatures that could be voided.
    pub has_signed: bool,
    /// When it objected, with zone.
    pub objected_at: Option<String>,
    /// When it took that back, with zone.
    pub taken_back_at: Option<String>,
}

/// A paused filing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ObjectionPage {
    /// Who has signed in.
    pub desk: Desk,
    /// The filing.
    pub filing: FilingId,
    /// Its number for people.
    pub number: String,
    /// The company it is about.
    pub company: String,
    /// What is filed, in the reader's language.
    pub matter: String,
    /// Whether it is still paused.
    pub is_paused: bool,
    /// Whether a demo acted it out.
    pub is_simulated: bool,
    /// Who takes part.
    pub parties: Vec<ObjectionParty>,
    /// Under which name a decision is made once.
    pub key: String,
    /// What was typed before.
    pub grounds: String,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

impl Page for ObjectionPage {
    fn title(&self, language: Language) -> String {
        format!("{} {}", TITLE.in_language(language), self.number)
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (self.desk.bar(frame))
            p { a .open href=(Link::StaffCases) { (BACK.in_language(l)) } }
            @if let Some(Trouble { what, next }) = &self.trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
            @if self.is_simulated { (simulated(l)) }
            p .lead { (self.company) " · " (self.matter) }
            h2 { (WHO.in_language(l)) }
            ul .said {
                @for party in &self.parties {
                    li {
                        strong { (party.name) }
                        span {
                            @match (&party.objected_at, &party.taken_back_at) {
                                (Some(at), None) => { (OBJECTED.in_language(l)) " " (at) }
                                (Some(_), Some(at)) => { (TAKEN_BACK.in_language(l)) " " (at) }
                                _ => { (SILENT.in_language(l)) }
                            }
                        }
                        span .soft { (if party.has_signed { SIGNED } else { NOT_SIGNED }.in_language(l)) }
                    }
                }
            }
            @if self.is_paused { (self.form(frame)) } @else { (notice(DECIDED.in_language(l))) }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn samples() -> Vec<Self> {
        let party = |n: u8, name: &str, objected: bool, back: bool| ObjectionParty {
            party: PartyId::from_bytes([n; 16]),
            name: name.into(),
            has_signed: n < 3,
            objected_at: objected.then(|| "2026-11-23 20:05:00 +08:00".into()),
            taken_back_at: back.then(|| "2026-11-24 09:00:00 +08:00".into()),
        };
        let sample = |is_paused, back, trouble| Self {
            desk: Desk::sample(),
            filing: FilingId::from_bytes([7; 16]),
            number: "61842059".into(),
            company: "杭州示例青穗茶业有限公司".into(),
            matter: "公司设立登记".into(),
            is_paused,
            is_simulated: back,
            parties: vec![
                party(1, "陈素英<b>\"'", true, back),
                party(2, "林嘉伟", false, false),
                party(3, "何静", false, false),
            ],
            key: "0123456789abcdef".into(),
            grounds: String::new(),
            trouble,
        };
        let trouble = Trouble {
            what: "提出异议的当事人没有撤回异议，不能按撤回处理。".into(),
            next: "请先与其联系。".into(),
        };
        vec![
            sample(true, false, None),
            sample(true, true, Some(trouble)),
            sample(false, true, None),
        ]
    }
}

impl ObjectionPage {
    fn form(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            h2 { (WHAT.in_language(l)) }
            form .decision method="post" action=(Link::StaffObjection(self.filing)) {
                (hidden(frame, &self.key))
                fieldset {
                    legend { (OUTCOME.in_language(l)) }
                    @for (word, words) in OUTCOMES {
                        label .ground {
                            input type="radio" name="outcome" value=(word) required;
                            span { (words.in_language(l)) }
                        }
                    }
                }
                fieldset {
                    legend { (WHOSE.in_language(l)) }
                    @for party in self.parties.iter().filter(|party| party.has_signed) {
                        label .ground {
                            input type="radio" name="signatures_of" value=(party.party);
                            span { (party.name) }
                        }
                    }
                }
                label for="grounds" { (GROUNDS.in_language(l)) }
                textarea id="grounds" name="grounds" required minlength="2" maxlength="500" rows="3"
                    aria-describedby=[self.trouble.as_ref().map(|_| "trouble")] {
                    (self.grounds)
                }
                button .go type="submit" { (DECIDE.in_language(l)) }
            }
            p .soft { (TOLD.in_language(l)) }
        }
    }
}

const TITLE: Words = Words::new("异议处理 · 办件", "Objection · filing");
const BACK: Words = Words::new("返回待核验事项", "Back to the cases");
const WHO: Words = Words::new("当事人的答复", "What the parties say");
const OBJECTED: Words = Words::new("提出异议：", "objected at");
const TAKEN_BACK: Words = Words::new("已申请撤回异议：", "took the objection back at");
const SILENT: Words = Words::new("没有提出异议", "has not objected");
const SIGNED: Words = Words::new("已签署", "has signed");
const NOT_SIGNED: Words = Words::new("没有有效签署", "has no signature that counts");
const WHAT: Words = Words::new("处理意见", "Decision");
const OUTCOME: Words = Words::new("处理结果", "Outcome");
const OUTCOMES: [(&str, Words); 4] = [
    (
        "withdrawn",
        Words::new(
            "撤回异议：当事人本人已撤回，办件恢复，全体重新确认",
            "Withdrawn: the party took it back; the filing goes on and everybody confirms anew",
        ),
    ),
    (
        "sign_again",
        Words::new(
            "该签署作废并重签：所选当事人的签署不再有效，由其重新签署",
            "Void and sign again: the chosen party's signatures do not count, and it signs again",
        ),
    ),
    ("end", Words::new("办件终止：不再办理，全部证据保留", "End the filing: all evidence is kept")),
    (
        "refer",
        Words::new(
            "移交登记机关：另案处理，办件保持暂停",
            "Refer to the registry: dealt with elsewhere; the filing stays paused",
        ),
    ),
];
const WHOSE: Words = Words::new(
    "签署作废的当事人（仅作废重签时选择）",
    "Whose signatures are void (only to sign again)",
);
const GROUNDS: Words = Words::new("理由（必填）", "Reason (required)");
const DECIDE: Words = Words::new("作出处理", "Decide");
const TOLD: Words = Words::new(
    "处理意见和理由作为证据保存，并通知每一位当事人。",
    "Decision and reason are kept as evidence, and every party is told.",
);
const DECIDED: Words =
    Words::new("异议已处理，办件不再暂停。", "This was decided; the filing is not paused.");
const FOOT: Words = Words::new(
    "本页显示该办件当事人的姓名和答复，供处理异议使用；每次查看都有记录。不显示证件号码、照片和异议的原文；原文在证据记录中。",
    "This page shows names and answers of the parties for the decision; every look is recorded. It shows no numbers, no pictures and not the words of the objection; these are in the evidence.",
);
