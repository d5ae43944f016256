//! One case: who signed, what each source says and who vouches, both pictures beside each other,
//! and the decision with its reason.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use self::words::{
    ACCEPT, ACCEPTED, BACK, CASE, CASE_FOOT, CERTIFICATE, CONFIRM, DECISION, DEVICE, FOUR_EYES,
    GROUNDS, GROUNDS_HELP, GUARDIANSHIP, HANDLER, NO_PHOTO, NO_PORTRAIT, NOBODY, NOT_TAKEN,
    OVERRULE, OWN, PHOTO, PHOTO_SOURCE, PICTURES, PLATFORM, PORTRAIT, PORTRAIT_SOURCE, PROPOSE,
    PROPOSED_BY, READ_ALOUD, REFUSED, RISKS, RISKS_HELP, SCAN, SIGNED, SOURCES, VIDEO,
    VIDEO_SOURCE, VOUCHES, WATCH, WHY, WITHDRAW,
};
use super::queue::{DUE, QueuePage, QueueRow, SINCE};
use super::{Desk, Trouble};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{CaseDocument, CasePicture, Link};
use crate::parts::{hidden, notice};
use crate::words::Words;

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
            Self::Provider(name) => format!("{}（{}）", name, SIGNED.in_language(l)),
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
            p .lead { strong .name { (self.name) } " · " (self.capacities.join("、")) br;
                (self.company) " · " (self.matter) }
            h2 { (WHY.in_language(l)) }
            ul { @for reason in &self.row.reasons { li { (reason) } } }
            p .soft { (SINCE.in_language(l)) " " (self.row.since) " · " (DUE.in_language(l)) " " (self.row.due) }
            @for note in &self.attachments.notes { p .notice { (note) } }
            (self.risks(l))
            (self.pictures(l))
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
        let desk = Desk::sample;
        let row = QueuePage::samples().into_iter().flat_map(|page| page.rows).next();
        let said = |about: &str, what: &str, by, at: Option<&str>| Said {
            about: about.into(),
            what: what.into(),
            by,
            at: at.map(Into::into),
        };
        let sample = |row: QueueRow, form, has_portrait, trouble| Self {
            desk: desk(),
            row,
            matter: "公司设立登记".into(),
            company: "杭州示例青穗茶业有限公司".into(),
            name: "陈素英<b>\"'".into(),
            capacities: vec!["股东".into(), "监事".into()],
            said: vec![
                said(
                    "姓名、证件号码、手机号码",
                    "一致",
                    SaidBy::Provider("示例实名".into()),
                    Some("2026-11-23 20:00:00 +08:00"),
                ),
                said("姓名", "陈素英", SaidBy::Handler, None),
                said("拍摄方式", "系统相机", SaidBy::Device, None),
                said("签署时间", "2026-11-23 20:05:00 +08:00", SaidBy::Platform, None),
                said("人脸比对", "未比对", SaidBy::Nobody, None),
            ],
            photo: ShotThere::There,
            video: None,
            attachments: CaseAttachments::default(),
            has_portrait,
            signed_at: "2026-11-23 20:05:00 +08:00".into(),
            form,
            key: "0123456789abcdef".into(),
            grounds: String::new(),
            trouble,
        };
        let at = || "2026-11-23 20:30:00 +08:00".to_owned();
        let trouble = Trouble {
            what: "理由长度应为2至500个字。".into(),
            next: "请填写理由。".into(),
        };
        let Some(row) = row else { return Vec::new() };
        vec![
            sample(row.clone(), DecisionForm::First, true, None),
            sample(
                row.clone(),
                DecisionForm::Second { by: "王强".into(), at: at() },
                false,
                Some(trouble),
            ),
            sample(row.clone(), DecisionForm::Own { at: at() }, true, None),
            Self {
                photo: ShotThere::NotTaken,
                video: Some(VideoThere { seconds: 21, code: "4071".into() }),
                ..sample(row.clone(), DecisionForm::First, true, None)
            },
            Self {
                attachments: CaseAttachments {
                    notes: vec![
                        "签署人持境外证件。登记机关要求时，请核对身份文件的公证认证及其中文译本。"
                            .into(),
                    ],
                    risks: vec![
                        "位置的误差为0米，真实定位不会没有误差".into(),
                        "浏览器自称由程序操作".into(),
                    ],
                    has_scan: true,
                    has_certificate: true,
                    has_guardianship: true,
                },
                ..sample(row.clone(), DecisionForm::First, true, None)
            },
            sample(
                row,
                DecisionForm::Decided {
                    accepted: false,
                    at: at(),
                    by: vec!["王强".into(), "李娜".into()],
                },
                true,
                None,
            ),
        ]
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

    fn film(&self, l: Language, video: &VideoThere) -> Markup {
        html! {
            figure {
                figcaption {
                    strong { (VIDEO.in_language(l)) } br;
                    span .soft { (VIDEO_SOURCE.in_language(l)) " · " (video.seconds) " s" }
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
                let text = format!("{} {at} · {}", what.in_language(l), by.join("、"));
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
                    aria-describedby="grounds-help" { (self.grounds) }
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
