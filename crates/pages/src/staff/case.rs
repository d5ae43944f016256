//! One case: who signed, what each source says and who vouches, both pictures beside each other,
//! and the decision with its reason.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use self::words::{
    ACCEPT, ACCEPTED, ACTIONS, ACTIONS_HELP, BACK, CASE, CASE_FOOT, CERTIFICATE, CONFIRM, DECISION,
    DEVICE, FOUR_EYES, GROUNDS, GROUNDS_HELP, GUARDIANSHIP, HANDLER, MISSING, NO_PHOTO,
    NO_PORTRAIT, NOBODY, NOT_DONE, NOT_TAKEN, OVERRULE, OWN, PHOTO, PHOTO_SOURCE, PICTURES,
    PLATFORM, PORTRAIT, PORTRAIT_SOURCE, PROPOSE, PROPOSED_BY, READ_ALOUD, REFUSED, RISKS,
    RISKS_HELP, SCAN, SECONDS, SIGNED, SOURCES, VIDEO, VIDEO_SOURCE, VOUCHES, WATCH, WHY, WITHDRAW,
};
use super::queue::{DUE, QueueRow, SINCE};
use super::{Desk, Trouble};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{CaseDocument, CasePicture, Link};
use crate::parts::{hidden, notice};
use crate::words::{Words, bracketed};

mod samples;
mod words;

/// Who stands behind what is said.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each is shown in its own way")]
pub enum SaidBy {
    /// A provider signed it.
    Provider(String),
    /// The handler declared it.
    Handler,
    /// The device reported it.
    Device,
    /// The platform saw it.
    Platform,
    /// Nobody.
    Nobody,
}

impl SaidBy {
    fn words(&self, l: Language) -> String {
        match self {
            Self::Provider(name) => format!("{name}{}", bracketed(&SIGNED.in_language(l), l)),
            Self::Handler => HANDLER.in_language(l).to_owned(),
            Self::Device => DEVICE.in_language(l).to_owned(),
            Self::Platform => PLATFORM.in_language(l).to_owned(),
            Self::Nobody => NOBODY.in_language(l).to_owned(),
        }
    }
}

/// What one source says.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct Said {
    /// About what, in the reader's language.
    pub about: String,
    /// What, in the reader's language.
    pub what: String,
    /// Who vouches.
    pub by: SaidBy,
    /// When, with zone.
    pub at: Option<String>,
}

/// What the reviewer can do now.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each is another form")]
pub enum DecisionForm {
    /// Accept, or propose to refuse.
    First,
    /// Somebody else proposed to refuse: agree, or accept.
    Second {
        /// Who proposed it.
        by: String,
        /// When, with zone.
        at: String,
    },
    /// The reviewer proposed it: another one must look.
    Own {
        /// When, with zone.
        at: String,
    },
    /// It is decided.
    Decided {
        /// Whether it was accepted.
        accepted: bool,
        /// When, with zone.
        at: String,
        /// Who decided: one, or two for a refusal.
        by: Vec<String>,
    },
}

/// What there is of the photo.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each is told in its own words")]
pub enum ShotThere {
    /// It is there.
    There,
    /// None was taken.
    NotTaken,
    /// It was erased.
    Erased,
}

/// What there is of one action that the signer was asked to do before the camera.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each is told in its own words")]
pub enum FrameThere {
    /// A picture.
    There,
    /// The signer said that it cannot be done.
    NotDone,
    /// Nothing came.
    Missing,
}

/// One action that the signer was asked to do before the camera.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ActionSeen {
    /// What was asked, in the reader's language.
    pub asked: String,
    /// What there is of it.
    pub frame: FrameThere,
}

/// A video of the signer.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct VideoThere {
    /// How long it is, in seconds.
    pub seconds: u64,
    /// The number that is read aloud in it.
    pub code: String,
}

/// What else there is to look at.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct CaseAttachments {
    /// What the reviewer is to look at beside the case, in the reader's language.
    pub notes: Vec<String>,
    /// What does not fit together in what device and network said, in the reader's language.
    pub risks: Vec<String>,
    /// Whether there is a scan of a stamped paper.
    pub has_scan: bool,
    /// Whether something was put right by a certificate.
    pub has_certificate: bool,
    /// Whether there is what proves that a guardian is one.
    pub has_guardianship: bool,
}

/// One case.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct CasePage {
    /// Who has signed in.
    pub desk: Desk,
    /// What stands in the queue.
    pub row: QueueRow,
    /// What is filed, in the reader's language.
    pub matter: String,
    /// The company it is about.
    pub company: String,
    /// Who signed.
    pub name: String,
    /// In which capacities, in the reader's language.
    pub capacities: Vec<String>,
    /// What each source says.
    pub said: Vec<Said>,
    /// What there is of the photo of the signing.
    pub photo: ShotThere,
    /// What was asked before the camera, in order.
    pub actions: Vec<ActionSeen>,
    /// What the signer's page drew into each frame of it.
    pub frame_mark: String,
    /// The video that was recorded instead, if one was.
    pub video: Option<VideoThere>,
    /// What else there is.
    pub attachments: CaseAttachments,
    /// Whether there is a portrait of an authority.
    pub has_portrait: bool,
    /// When it was signed, with zone.
    pub signed_at: String,
    /// What can be done now.
    pub form: DecisionForm,
    /// Under which name a decision is made once.
    pub key: String,
    /// What was typed before.
    pub grounds: String,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

impl Page for CasePage {
    fn title(&self, language: Language) -> String {
        format!("{} {}", CASE.in_language(language), self.row.number)
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (self.desk.bar(frame))
            p { a .open href=(Link::StaffCases) { (BACK.in_language(l)) } }
            @if let Some(Trouble { what, next }) = &self.trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
            p .lead { strong .name { (self.name) } " · " (self.capacities.join(l.pick("、", ", "))) br;
                (self.company) " · " (self.matter) }
            h2 { (WHY.in_language(l)) }
            ul { @for reason in &self.row.reasons { li { (reason) } } }
            p .soft { (SINCE.in_language(l)) " " (self.row.since) " · " (DUE.in_language(l)) " " (self.row.due) }
            @for note in &self.attachments.notes { p .notice { (note) } }
            (self.risks(l))
            (self.pictures(l))
            (self.frames(l))
            (self.sources(l))
            (self.files(l))
            (self.decision(frame))
        }
    }

    fn foot(&self) -> Words {
        CASE_FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn samples() -> Vec<Self> {
        samples::samples()
    }
}

impl CasePage {
    fn pictures(&self, l: Language) -> Markup {
        let picture = |is_there: bool,
                       which: CasePicture,
                       title: Words,
                       source: Words,
                       none: Words| {
            html! {
                figure {
                    figcaption {
                        strong { (title.in_language(l)) }
                        @if is_there { br; span .soft { (source.in_language(l)) } }
                    }
                    @if is_there {
                        img src=(Link::StaffPicture(self.row.case, which)) alt=(title.in_language(l)) width="300" height="400";
                    } @else {
                        p .none { (none.in_language(l)) }
                    }
                }
            }
        };
        html! {
            h2 { (PICTURES.in_language(l)) }
            div .pictures {
                (picture(self.has_portrait, CasePicture::Portrait, PORTRAIT, PORTRAIT_SOURCE, NO_PORTRAIT))
                @if let Some(video) = &self.video {
                    (self.film(l, video))
                } @else {
                    (picture(self.photo == ShotThere::There, CasePicture::Photo, PHOTO, PHOTO_SOURCE,
                        if self.photo == ShotThere::NotTaken { NOT_TAKEN } else { NO_PHOTO }))
                }
            }
            @if let Some(video) = &self.video {
                p { (READ_ALOUD.in_language(l)) " " strong .digits { (video.code) } }
                p .soft { (WATCH.in_language(l)) }
            }
        }
    }

    /// Each frame beside what was asked, and what a person is to look for: a machine has not.
    fn frames(&self, l: Language) -> Markup {
        html! {
            @if !self.actions.is_empty() {
                h2 { (ACTIONS.in_language(l)) }
                p { (ACTIONS_HELP.in_language(l)) " " strong .digits { (self.frame_mark) } }
                div .pictures.frames {
                    @for (number, action) in (0_u8..).zip(&self.actions) {
                        figure {
                            figcaption { strong { (number + 1) " · " (action.asked) } }
                            @match action.frame {
                                FrameThere::There => {
                                    img src=(Link::StaffPicture(self.row.case, CasePicture::Frame(number)))
                                        alt=(action.asked) width="300" height="225";
                                }
                                FrameThere::NotDone => { p .none { (NOT_DONE.in_language(l)) } }
                                FrameThere::Missing => { p .none { (MISSING.in_language(l)) } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn film(&self, l: Language, video: &VideoThere) -> Markup {
        html! {
            figure {
                figcaption {
                    strong { (VIDEO.in_language(l)) } br;
                    span .soft { (VIDEO_SOURCE.in_language(l)) " · " (video.seconds) " " (SECONDS.in_language(l)) }
                }
                video controls preload="metadata" src=(Link::StaffVideo(self.row.case))
                    aria-label=(VIDEO.in_language(l)) {}
            }
        }
    }

    /// Signs, each in words, and that none of them decides anything.
    fn risks(&self, l: Language) -> Markup {
        html! {
            @if !self.attachments.risks.is_empty() {
                section aria-labelledby="risks" {
                    h2 id="risks" { (RISKS.in_language(l)) }
                    ul { @for risk in &self.attachments.risks { li { (risk) } } }
                    p .soft { (RISKS_HELP.in_language(l)) }
                }
            }
        }
    }

    fn files(&self, l: Language) -> Markup {
        let file = |which, words: Words| {
            html! { p { a .button href=(Link::StaffFile(self.row.case, which)) { (words.in_language(l)) } } }
        };
        html! {
            @if self.attachments.has_scan { (file(CaseDocument::Scan, SCAN)) }
            @if self.attachments.has_certificate { (file(CaseDocument::Certificate, CERTIFICATE)) }
            @if self.attachments.has_guardianship {
                (file(CaseDocument::Guardianship, GUARDIANSHIP))
            }
        }
    }

    fn sources(&self, l: Language) -> Markup {
        html! {
            h2 { (SOURCES.in_language(l)) }
            ul .said {
                @for said in &self.said {
                    li {
                        span { (said.about) } strong { (said.what) }
                        span .soft {
                            (VOUCHES.in_language(l)) " " (said.by.words(l))
                            @if let Some(at) = &said.at { " · " (at) }
                        }
                    }
                }
            }
        }
    }

    fn decision(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let (accept, refuse) = match &self.form {
            DecisionForm::First => (ACCEPT, Some(("propose_refusal", PROPOSE))),
            DecisionForm::Second { .. } => (OVERRULE, Some(("confirm_refusal", CONFIRM))),
            DecisionForm::Own { .. } => (WITHDRAW, None),
            DecisionForm::Decided { accepted, at, by } => {
                let what = if *accepted { ACCEPTED } else { REFUSED };
                let text =
                    format!("{} {at} · {}", what.in_language(l), by.join(l.pick("、", ", ")));
                return html! { h2 { (DECISION.in_language(l)) } (notice(&text)) };
            }
        };
        html! {
            h2 { (DECISION.in_language(l)) }
            @match &self.form {
                DecisionForm::Second { by, at } => {
                    (notice(&format!("{by} {} {at}", PROPOSED_BY.in_language(l))))
                }
                DecisionForm::Own { at } => { (notice(&format!("{} {at}", OWN.in_language(l)))) }
                _ => {}
            }
            form .decision method="post" action=(Link::StaffDecide(self.row.case)) {
                (hidden(frame, &self.key))
                label for="grounds" { (GROUNDS.in_language(l)) }
                textarea id="grounds" name="grounds" required minlength="2" maxlength="500" rows="3"
                    aria-describedby=(if self.trouble.is_some() { "trouble grounds-help" } else { "grounds-help" }) {
                    (self.grounds)
                }
                p #grounds-help .soft { (GROUNDS_HELP.in_language(l)) }
                div .two {
                    button type="submit" name="decision" value="accept" { (accept.in_language(l)) }
                    @if let Some((word, words)) = refuse {
                        button type="submit" name="decision" value=(word) { (words.in_language(l)) }
                    }
                }
            }
            p .soft { (FOUR_EYES.in_language(l)) }
        }
    }
}
