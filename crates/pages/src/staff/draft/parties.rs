//! The parties of a filing in preparation, and its capital.

use heqi_vocabulary::PartyId;
use maud::{Markup, html};

use super::DraftPage;
use crate::frame::Frame;
use crate::link::{DeskLink, Link};
use crate::parts::hidden;
use crate::words::Words;

/// A party.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DraftParty {
    /// The party.
    pub party: PartyId,
    /// The name, with that of the person who signs for it.
    pub name: String,
    /// In which capacities, in the reader's language.
    pub capacities: String,
    /// How it is reached, masked; empty where it is not.
    pub reached: String,
    /// Whether the number of its identity document is there.
    pub has_number: bool,
    /// Whether it can be taken out now.
    pub is_removable: bool,
}

impl DraftPage {
    pub(super) fn parties_part(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            h2 id="parties" { (PARTIES.in_language(l)) }
            ul .said {
                @for party in &self.parties {
                    li {
                        span { (party.capacities) }
                        strong { (party.name) }
                        span .soft {
                            @if party.reached.is_empty() { (UNREACHED.in_language(l)) } @else { (party.reached) }
                            @if !party.has_number { " · " (NUMBERLESS.in_language(l)) }
                        }
                        (self.doors(frame, party))
                    }
                }
            }
            @if self.is_drafting {
                p { a .button href=(Link::Desk(DeskLink::Parties(self.filing))) { (ADD.in_language(l)) } }
            }
            h2 id="capital" { (CAPITAL.in_language(l)) }
            @match &self.capital {
                None => { p { (UNDECLARED.in_language(l)) } }
                Some((capital, true)) => { p { (DECLARED.in_language(l)) " " (capital) } }
                Some((_, false)) => { p .notice { (OLD.in_language(l)) } }
            }
            @if self.is_drafting {
                p { a .button href=(Link::Desk(DeskLink::Capital(self.filing))) { (DECLARE.in_language(l)) } }
            }
        }
    }

    /// Where the contact is entered, and where a party is taken out; each says of whom it is.
    fn doors(&self, frame: &Frame, party: &DraftParty) -> Markup {
        let l = frame.language;
        let told = |what: Words| format!("{} {}", what.in_language(l), party.name);
        html! {
            a .open href=(Link::Desk(DeskLink::Party(self.filing, party.party)))
                aria-label=(told(CONTACT)) { (CONTACT.in_language(l)) }
            @if party.is_removable {
                form method="post" action=(Link::HandlerRemoval) {
                    (hidden(frame, &self.key))
                    input type="hidden" name="number" value=(self.number);
                    input type="hidden" name="party" value=(party.party);
                    button type="submit" aria-label=(told(REMOVE)) { (REMOVE.in_language(l)) }
                }
            }
        }
    }
}

const PARTIES: Words = Words::new("二、当事人", "2. Parties");
const UNREACHED: Words = Words::new("未填写联系方式", "no contact yet");
const NUMBERLESS: Words = Words::new("未填写证件号码", "no document number yet");
const ADD: Words = Words::new("添加当事人", "Add a party");
const CONTACT: Words = Words::new("联系方式和证件", "Contact and document");
const REMOVE: Words = Words::new("移出", "Take out");
const CAPITAL: Words = Words::new("三、出资", "3. Capital");
const UNDECLARED: Words = Words::new(
    "未填写。设立公司时填写，其他事项可以不填。",
    "Not declared. For an establishment it is, otherwise it may be left out.",
);
const DECLARED: Words = Words::new("注册资本（元）：", "Registered capital (yuan):");
const OLD: Words = Words::new(
    "填写出资后股东有变化，须重新填写才能邀请签署。",
    "The shareholders changed since it was declared: declare it again before anybody is invited.",
);
const DECLARE: Words = Words::new("填写出资", "Declare the capital");
