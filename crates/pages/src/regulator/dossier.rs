//! One filing: the verdict on every signature with its reasons, who takes part, what was signed,
//! everything that happened, and what can be done: take evidence away, compare a copy, restrict
//! erasure, apply to the notary, pack everything for a court.

mod lines;
mod pictures;
mod samples;
mod words;

pub use lines::{
    ApplicationShown, ClaimLine, DocumentLine, EventLine, HoldLine, PartyLine, SignatureCard,
    StatusShown,
};
pub use pictures::{DwellStrip, HandwritingShown, TieLine};

use heqi_vocabulary::{FilingId, Language};
use maud::{Markup, html};

use self::words::{
    ACTIONS, ACTS, APPLY, APPLY_HELP, AT, BACK, BUNDLE, COMPARE, COMPARE_HELP, COMPARE_NOW, COPY,
    CURRENT, DOCUMENTS, EARLIER, EVENTS, FILING, FOOT, FOUND_VOID, HELD, HOLD, HOLD_HELP,
    HOLD_SINCE, HOLD_WHY, LEAF, LIFT, LIFT_WHY, LOOK_UP, NEXT_PART, NO_SIGNATURE, NONE_HERE,
    NOT_EXAMINED, NOT_GENUINE, NOT_LISTED, NOT_TIED, OPENED, PACKAGE, PACKAGE_GO_ON, PACKAGE_HELP,
    PACKAGE_NEXT, PACKAGE_PART, PACKAGE_TAKE, PAGES, PARTIES, PHOTO, PLACE, PREVIOUS_PART,
    QUERY_CODE, REASONS, REPLACED, SIGNATURES, SIGNED, VOUCHED, VOUCHER,
};

use super::Trace;
use super::results::QueryShown;
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::parts::{facts, hidden, simulated};
use crate::staff::{Desk, Trouble};
use crate::words::Words;

/// Records in one part of a package for a court, as `court_package::MOST_RECORDS` of the platform has it.
pub const PACKED: usize = 100;

/// See the module.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DossierPage {
    /// Who has signed in.
    pub desk: Desk,
    /// The search.
    pub query: QueryShown,
    /// The record of this look.
    pub trace: Trace,
    /// The filing.
    pub filing: FilingId,
    /// Its number.
    pub number: String,
    /// The company.
    pub company: String,
    /// What is filed, in the reader's language.
    pub matter: String,
    /// Where it stands, in the reader's language.
    pub state: String,
    /// When it was opened, with zone.
    pub opened_at: String,
    /// Whether a demo acted it out.
    pub is_simulated: bool,
    /// What was signed.
    pub signatures: Vec<SignatureCard>,
    /// With what each was signed, as far as that was opened.
    pub ties: Vec<TieLine>,
    /// Of how many more it was not.
    pub not_tied: usize,
    /// How many earlier records are on the pages before.
    pub from: usize,
    /// How many later records are not on the page, signatures among them.
    pub not_listed: usize,
    /// Behind how many records the page before begins.
    pub previous: Option<usize>,
    /// The same of the next page.
    pub next: Option<usize>,
    /// Who takes part.
    pub parties: Vec<PartyLine>,
    /// The documents.
    pub documents: Vec<DocumentLine>,
    /// What happened.
    pub events: Vec<EventLine>,
    /// Legal holds in force.
    pub holds: Vec<HoldLine>,
    /// Under which name a hold is placed once.
    pub hold_key: String,
    /// Under which name a copy is compared once.
    pub compare_key: String,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

impl Page for DossierPage {
    fn title(&self, language: Language) -> String {
        format!("{} {}", FILING.in_language(language), self.number)
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (self.desk.bar(frame))
            p { a .open href=(Link::RegulatorResults(self.query.query, None)) { (BACK.in_language(l)) } }
            @if let Some(Trouble { what, next }) = &self.trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
            (self.trace.line(frame))
            @if self.is_simulated { (simulated(l)) }
            p .lead { strong .name { (self.company) } br; (self.matter) " · " (self.state) }
            (facts(&[
                (super::results::BASIS.in_language(l), &self.query.basis),
                (super::results::CASE.in_language(l), &self.query.case_number),
                (OPENED.in_language(l), &self.opened_at),
            ]))
            h2 { (SIGNATURES.in_language(l)) }
            p .soft { (NOT_GENUINE.in_language(l)) }
            p #apply-help .soft { (APPLY_HELP.in_language(l)) }
            (self.part(l))
            @if self.signatures.is_empty() {
                @if self.is_whole() { p { (NO_SIGNATURE.in_language(l)) } }
                @else { p { (NONE_HERE.in_language(l)) } }
            }
            @for card in &self.signatures { (self.signature(card, frame)) }
            @if self.not_tied > 0 {
                p #not-tied .notice {
                    (NOT_TIED.in_language(l).replace("{count}", &self.not_tied.to_string()))
                }
            }
            @if !self.ties.is_empty() { (pictures::graph(&self.ties, l)) }
            (self.people(l))
            (self.papers(frame))
            (self.ways_on(frame))
            (self.timeline(l))
            (self.ways_to_parts(l))
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn samples() -> Vec<Self> {
        samples::samples()
    }
}

impl DossierPage {
    /// Whether everything that happened is on this page.
    const fn is_whole(&self) -> bool {
        self.previous.is_none() && self.next.is_none()
    }

    /// Which part of a long filing this is.
    fn part(&self, l: Language) -> Markup {
        html! {
            @if !self.is_whole() {
                p #not-listed .notice {
                    @if self.from > 0 {
                        (EARLIER.in_language(l).replace("{count}", &self.from.to_string())) " "
                    }
                    @if self.not_listed > 0 {
                        (NOT_LISTED.in_language(l).replace("{count}", &self.not_listed.to_string()))
                    }
                }
            }
        }
    }

    fn ways_to_parts(&self, l: Language) -> Markup {
        let part = |from| Link::RegulatorFiling(self.query.query, self.filing, Some(from));
        html! {
            @if let Some(from) = self.previous {
                p { a .open href=(part(from)) { (PREVIOUS_PART.in_language(l)) } }
            }
            @if let Some(from) = self.next {
                p { a .button href=(part(from)) { (NEXT_PART.in_language(l)) } }
            }
        }
    }

    fn signature(&self, card: &SignatureCard, frame: &Frame) -> Markup {
        let l = frame.language;
        let (query, filing, record) = (self.query.query, self.filing, card.record);
        html! {
            article .signature {
                h3 { (card.who) }
                p {
                    @match card.status {
                        Some(status) => { (status.mark(l)) " · " (card.hint) }
                        None => { (NOT_EXAMINED.in_language(l)) }
                    }
                }
                (facts(&[
                    (SIGNED.in_language(l), &card.documents.join(l.pick("、", ", "))),
                    (AT.in_language(l), &card.at),
                    (VOUCHER.in_language(l), &card.voucher),
                    (HELD.in_language(l), &card.deposits),
                ]))
                @if let Some(at) = &card.found_void { p .notice { (FOUND_VOID.in_language(l)) " " (at) } }
                @for said in &card.said { p .notice { (said) } }
                @if !card.claims.is_empty() {
                    details open[card.status == Some(StatusShown::Contradicted)] {
                        summary { (REASONS.in_language(l)) }
                        ul .said {
                            @for claim in &card.claims {
                                li {
                                    span { strong { (claim.about) } br; (claim.status.mark(l)) }
                                    span { (claim.reason) }
                                    span .soft { @if !claim.vouched_by.is_empty() { (VOUCHED.in_language(l)) " " (claim.vouched_by) } }
                                }
                            }
                        }
                    }
                }
                @if !card.actions.is_empty() {
                    p .soft { (ACTIONS.in_language(l)) " " (card.actions.join(l.pick("；", "; "))) }
                }
                (pictures::dwell(&card.dwell, l))
                @if let Some(written) = &card.handwriting { (pictures::handwriting(written, l)) }
                p .links {
                    @if card.has_photo {
                        a href=(Link::RegulatorPhoto(query, filing, record)) { (PHOTO.in_language(l)) }
                    }
                    a href=(Link::RegulatorBundle(query, filing, record)) { (BUNDLE.in_language(l)) }
                }
                @if let Some(one) = &card.application {
                    p .mark-word { (one.state) }
                    p .soft { (one.at) @if let Some(reference) = &one.reference { " · " (reference) } }
                    @if let Some(code) = &one.code {
                        p .soft { (QUERY_CODE.in_language(l)) " " strong { (code) } " · " (LOOK_UP.in_language(l)) }
                    }
                }
                @if let Some(key) = &card.apply_key {
                    form method="post" action=(Link::RegulatorApply(query, filing, record)) {
                        (hidden(frame, key))
                        button .apply type="submit" aria-describedby="apply-help" { (APPLY.in_language(l)) }
                    }
                }
            }
        }
    }

    fn people(&self, l: Language) -> Markup {
        html! {
            h2 { (PARTIES.in_language(l)) }
            ul .said {
                @for party in &self.parties {
                    li { strong { (party.name) } span { (party.capacities) } span .soft { (party.answer) } }
                }
            }
        }
    }

    fn papers(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            h2 { (DOCUMENTS.in_language(l)) }
            @for document in &self.documents {
                article .signature {
                    h3 { "《" (document.title) "》 v" (document.version) }
                    p .soft {
                        (document.pages) " " (PAGES.in_language(l)) " · "
                        @if document.is_current { (CURRENT.in_language(l)) } @else { (REPLACED.in_language(l)) }
                        br; "SHA-256 " code { (document.sha256) }
                    }
                    details {
                        summary { (COMPARE.in_language(l)) }
                        form .decision method="post" enctype="multipart/form-data"
                            action=(Link::RegulatorCompare(self.query.query, self.filing, document.document)) {
                            (hidden(frame, &self.compare_key))
                            p { (COMPARE_HELP.in_language(l)) }
                            label for={ "copy-" (document.document) } { (COPY.in_language(l)) }
                            input .copy type="file" id={ "copy-" (document.document) } name="copy" accept="application/pdf" required;
                            button type="submit" { (COMPARE_NOW.in_language(l)) }
                        }
                    }
                }
            }
        }
    }

    fn ways_on(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let at = (self.query.query, self.filing);
        html! {
            h2 { (ACTS.in_language(l)) }
            (self.package(l))
            section .signature aria-labelledby="hold" {
                h3 id="hold" { (HOLD.in_language(l)) }
                p { (HOLD_HELP.in_language(l)) }
                @for hold in &self.holds {
                    form .decision method="post" action=(Link::RegulatorLift(at.0, at.1, hold.record)) {
                        (hidden(frame, &hold.key))
                        p { (HOLD_SINCE.in_language(l)) " " (hold.since) }
                        label for={ "why-" (hold.record) } { (LIFT_WHY.in_language(l)) }
                        input type="text" id={ "why-" (hold.record) } name="reason" required maxlength="200" autocomplete="off";
                        button type="submit" { (LIFT.in_language(l)) }
                    }
                }
                form .decision method="post" action=(Link::RegulatorHold(at.0, at.1)) {
                    (hidden(frame, &self.hold_key))
                    label for="why" { (HOLD_WHY.in_language(l)) }
                    input type="text" id="why" name="reason" required maxlength="200" autocomplete="off";
                    button type="submit" { (PLACE.in_language(l)) }
                }
            }
        }
    }

    /// Everything in one file; where the filing has more records than one part, a way to each. Where a part ends
    /// by its size nobody knows before it is made: its list says it, and it is typed in here.
    fn package(&self, l: Language) -> Markup {
        let whole = Link::RegulatorPackage(self.query.query, self.filing);
        let records = self.from + self.events.len() + self.not_listed;
        html! {
            section .signature aria-labelledby="package" {
                h3 id="package" { (PACKAGE.in_language(l)) }
                p { (PACKAGE_HELP.in_language(l)) }
                p { a .button href=(whole) { (PACKAGE_TAKE.in_language(l)) } }
                @for from in (PACKED..records).step_by(PACKED) {
                    p {
                        a .open href={ (whole) "?from=" (from) } {
                            (PACKAGE_PART.in_language(l).replace("{from}", &(from + 1).to_string()))
                        }
                    }
                }
                @if records > 1 {
                    form .decision method="get" action=(whole) {
                        label for="package-from" { (PACKAGE_NEXT.in_language(l)) }
                        input type="text" id="package-from" name="from" required inputmode="numeric" pattern="[0-9]{1,9}" maxlength="9" autocomplete="off";
                        button type="submit" { (PACKAGE_GO_ON.in_language(l)) }
                    }
                }
            }
        }
    }

    fn timeline(&self, l: Language) -> Markup {
        html! {
            h2 { (EVENTS.in_language(l)) }
            ol .timeline {
                @for event in &self.events {
                    li {
                        div {
                            p { strong { (event.what) } }
                            p .soft { (event.at) " · #" (event.seq) " · " (LEAF.in_language(l)) " " (event.leaf) }
                        }
                    }
                }
            }
        }
    }
}
