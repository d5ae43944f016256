//! One screen per application: everything about it, and what can be done now.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use self::words::{
    ACTS, BEING_MADE, BYTES, CHECKLIST, CLOCK, DOCUMENTS, DONE, DRAFT, EXPORT, FAILS, FOOT, HELD,
    HELD_LEAD, HOLDS, MACHINE, MACHINE_LEAD, NOT_DONE, OPEN_CERTIFICATE, OPEN_SCAN, OUTPUT, PERSON,
    PREVIEW, PROPOSAL, QUARANTINED, RECORD, REMARK, RENEWALS, SAVE, SCREEN, SCREEN_DIGEST, SEALED,
    SESSION, SHOW, TAKEN, TEXT, TITLE,
};
use super::act::form::form;
use super::{ClockBar, OfficeAct, OfficeDesk, Seen, Tab};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{Link, OfficeLink};
use crate::parts::hidden;
use crate::staff::Trouble;
use crate::words::{Words, bracketed};

mod rows;
mod samples;
mod words;

pub use rows::{
    DocumentRow, DraftView, HeldRow, LineRow, PointRow, PointState, RecordRow, SessionView,
    TakenRow,
};

/// One application.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
#[expect(clippy::struct_excessive_bools, reason = "each shows or hides one thing")]
pub struct MatterPage {
    /// Who has signed in.
    pub desk: OfficeDesk,
    /// What the forms are filled with.
    pub seen: Seen,
    /// How far it has come, in the reader's language.
    pub stage: String,
    /// Whether nothing follows any more.
    pub is_over: bool,
    /// Names and values, in the reader's language.
    pub facts: Vec<(String, String)>,
    /// Whether it is quarantined.
    pub is_quarantined: bool,
    /// The statutory clock.
    pub clock: Option<ClockBar>,
    /// What can be looked at of the held evidence; empty for who does not work on it.
    pub held: Vec<HeldRow>,
    /// The checklist; empty before acceptance.
    pub points: Vec<PointRow>,
    /// The extraction session.
    pub session: Option<SessionView>,
    /// The draft.
    pub draft: Option<DraftView>,
    /// What whoever looks can do now.
    pub acts: Vec<OfficeAct>,
    /// The small documents, oldest first.
    pub documents: Vec<DocumentRow>,
    /// Whether there is a certificate to open.
    pub has_certificate: bool,
    /// Whether the scan of the sealed original is kept.
    pub has_scan: bool,
    /// Whether the dossier is theirs to have.
    pub may_export: bool,
    /// What happened so far, oldest first.
    pub record: Vec<RecordRow>,
    /// Files that staff took, oldest first.
    pub taken: Vec<TakenRow>,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

impl Page for MatterPage {
    fn title(&self, language: Language) -> String {
        format!("{} {}", TITLE.in_language(language), self.seen.no)
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let no = || self.seen.no.clone();
        html! {
            (self.desk.bar(frame, Some(Tab::Queue)))
            @if let Some(Trouble { what, next }) = &self.trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
            p { span .stage.over[self.is_over] { (self.stage) } }
            @if self.is_quarantined { p .alarm role="alert" { (QUARANTINED.in_language(l)) } }
            dl .facts { @for (name, value) in &self.facts { div { dt { (name) } dd { (value) } } } }
            p .links {
                @if self.has_certificate {
                    a href=(Link::Office(OfficeLink::Certificate(no()))) { (OPEN_CERTIFICATE.in_language(l)) }
                    a href=(Link::Office(OfficeLink::Renewals(no()))) { (RENEWALS.in_language(l)) }
                }
                @if self.has_scan { a href=(Link::Office(OfficeLink::Paper(no()))) { (OPEN_SCAN.in_language(l)) } }
                @if self.may_export { a href=(Link::Office(OfficeLink::Dossier(no()))) { (EXPORT.in_language(l)) } }
            }
            @if !self.documents.is_empty() { (self.papers(l)) }
            @if let Some(clock) = &self.clock { h2 { (CLOCK.in_language(l)) } (clock.draw(l)) }
            @if !self.acts.is_empty() {
                h2 { (ACTS.in_language(l)) }
                div .acts { @for act in &self.acts { (form(*act, &self.seen, frame)) } }
            }
            @if !self.held.is_empty() { (self.evidence(l)) }
            @if !self.points.is_empty() { (self.checklist(frame)) }
            @if let Some(session) = &self.session { (self.extraction(session, frame)) }
            @if let Some(draft) = &self.draft { (self.drafting(draft, frame)) }
            details open[self.acts.is_empty()] {
                summary { (RECORD.in_language(l)) (bracketed(&self.record.len(), l)) }
                ol .lines {
                    @for row in &self.record {
                        li { (row.seq) ". " strong { (row.what) } " · " (row.at) " · " (row.by)
                            @if !row.said.is_empty() { br; span .soft { (row.said) } } }
                    }
                }
            }
            @if !self.taken.is_empty() {
                details {
                    summary { (TAKEN.in_language(l)) (bracketed(&self.taken.len(), l)) }
                    ol .lines {
                        @for row in &self.taken { li { strong { (row.what) } " · " (row.at) " · " (row.by) } }
                    }
                }
            }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn script(&self) -> Option<Asset> {
        Some(Asset::Office)
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn further_style(&self) -> Option<Asset> {
        Some(Asset::OfficeStyle)
    }

    fn samples() -> Vec<Self> {
        samples::samples()
    }
}

impl MatterPage {
    fn papers(&self, l: Language) -> Markup {
        html! {
            h2 { (DOCUMENTS.in_language(l)) }
            ul .lines {
                @for one in &self.documents {
                    li {
                        @if let Some(sha256) = &one.sha256 {
                            a .open href=(Link::Office(OfficeLink::Notice(self.seen.no.clone(), one.number.clone()))) {
                                (one.title) " " (one.number)
                            }
                            br; span .soft { (one.at) " · SHA-256 " code { (sha256) } }
                        } @else {
                            strong { (one.title) " " (one.number) }
                            br; span .soft { (one.at) " · " (one.waits.as_deref().unwrap_or(BEING_MADE.in_language(l))) }
                        }
                    }
                }
            }
        }
    }

    fn evidence(&self, l: Language) -> Markup {
        html! {
            h2 { (HELD.in_language(l)) }
            p { (HELD_LEAD.in_language(l)) }
            ul .lines {
                @for one in &self.held {
                    li {
                        a .open href=(Link::Office(OfficeLink::Held(self.seen.no.clone(), one.sha256.clone()))) { (one.what) }
                        " · " (one.size_bytes) " " (BYTES.in_language(l))
                        br; span .soft { "SHA-256 " code { (one.sha256) } }
                    }
                }
            }
        }
    }

    fn checklist(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            h2 { (CHECKLIST.in_language(l)) }
            p .soft { (MACHINE_LEAD.in_language(l)) }
            ol .points {
                @for point in &self.points {
                    li {
                        div {
                            h3 { (point.number) ". " (point.title) }
                            p .soft { @if point.is_machine { (MACHINE.in_language(l)) } @else { (PERSON.in_language(l)) }
                                @if !point.at.is_empty() { " · " (point.at) } }
                        }
                        div {
                            p class={ "result " (class_of(point.state)) } { (word_of(point).in_language(l)) }
                            @if !point.evidence.is_empty() { ul { @for one in &point.evidence { li { (one) } } } }
                            @if let Some((remark, by)) = &point.remark { p { (remark) " " span .soft { "— " (by) } } }
                            @if point.may_tick { (self.tick(point, frame)) }
                        }
                    }
                }
            }
        }
    }

    fn tick(&self, point: &PointRow, frame: &Frame) -> Markup {
        let l = frame.language;
        let link = OfficeLink::Do(self.seen.no.clone(), format!("tick-{}", point.number));
        html! {
            form .tick method="post" action=(Link::Office(link)) {
                (hidden(frame, &self.seen.key))
                div {
                    label for={ "remark-" (point.number) } { (REMARK.in_language(l)) }
                    input type="text" id={ "remark-" (point.number) } name="text" required maxlength="500" autocomplete="off";
                }
                button type="submit" name="choice" value="passed" { (HOLDS.in_language(l)) }
                button type="submit" name="choice" value="failed" { (FAILS.in_language(l)) }
            }
        }
    }

    fn extraction(&self, session: &SessionView, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            h2 { (SESSION.in_language(l)) }
            p { (session.head) }
            ol .lines {
                @for line in &session.lines {
                    li {
                        strong { (line.act) } " · " (line.at) " · "
                        @if line.passed { (DONE.in_language(l)) } @else { strong { (NOT_DONE.in_language(l)) } }
                        br; span .soft { (OUTPUT.in_language(l)) " " code { (line.output_sha256) } }
                        @if let Some(screen) = &line.screen {
                            br; a .open href=(Link::Office(OfficeLink::Screen(self.seen.no.clone(), screen.clone()))) {
                                (SCREEN.in_language(l)) span .sr { " " (line.act) }
                            }
                            br; span .soft { (SCREEN_DIGEST.in_language(l)) " " code { (screen) } }
                        }
                        details { summary { (SHOW.in_language(l)) } code { (line.output) } }
                    }
                }
            }
            @if let Some((word, name)) = &session.next {
                form method="post" action=(Link::Office(OfficeLink::Do(self.seen.no.clone(), format!("press-{word}")))) {
                    (hidden(frame, &self.seen.key))
                    button .go type="submit" { (name) }
                }
            }
            @if session.is_sealed { p .done { (SEALED.in_language(l)) } }
        }
    }

    fn drafting(&self, draft: &DraftView, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            h2 { (DRAFT.in_language(l)) }
            @if let Some(Trouble { what, next }) = &draft.blocked {
                p .notice { (what) " " (next) }
            }
            @if !draft.text.is_empty() {
                div .pair {
                    @if draft.may_edit {
                        form method="post" action=(Link::Office(OfficeLink::Do(self.seen.no.clone(), "draft".into()))) {
                            (hidden(frame, &self.seen.key))
                            label for="draft-text" { (TEXT.in_language(l)) }
                            textarea .draft id="draft-text" name="text" data-preview="yes" required maxlength="8000" { (draft.text) }
                            @if draft.is_proposal { p .soft { (PROPOSAL.in_language(l)) } }
                            button .go type="submit" { (SAVE.in_language(l)) }
                        }
                    }
                    div .preview id="preview" lang="zh-CN" aria-label=(PREVIEW.in_language(l)) role="region" tabindex="0" {
                        p .head { "公证书" }
                        @for line in draft.text.lines().filter(|line| !line.trim().is_empty()) { p { (line) } }
                    }
                }
            }
        }
    }
}

fn class_of(state: PointState) -> &'static str {
    match state {
        PointState::Passed => "passed",
        PointState::Unproved | PointState::Open => "unproved",
        PointState::Failed => "failed",
    }
}

fn word_of(point: &PointRow) -> Words {
    match (point.is_machine, point.state) {
        (true, PointState::Passed) => Words::new("核验通过", "Proved"),
        (false, PointState::Passed) => Words::new("已核对", "Checked"),
        (_, PointState::Unproved) => Words::new("未能核验", "Not proved"),
        (true, PointState::Failed) => Words::new("核验不符", "Contradicted"),
        (false, PointState::Failed) => Words::new("不符合", "Does not hold"),
        (_, PointState::Open) => Words::new("待办", "Open"),
    }
}
