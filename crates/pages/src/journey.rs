//! The signer's way: one page per step, one thing per page.

mod after;
mod begin;
mod consent;
mod consents;
mod decline;
mod drawing;
mod ended;
mod entry;
mod guardian;
mod handover;
mod landing;
mod number;
mod offline;
mod other_way;
mod photo;
mod reading;
mod receipt;
mod seal;
mod sign;
mod special_name;
mod timeline;
mod video;

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::words::Words;

pub use after::{AfterLandingPage, Answer, ConfirmPage, ObjectPage};
pub use begin::BeginPage;
pub use consent::{ConsentPage, REFUSE_CUSTODY, REFUSE_FACE, REFUSE_MANNER, RefusedPage};
pub use consents::{OwnChoice, OwnConsent, OwnConsentsPage};
pub use decline::DeclinePage;
pub use drawing::DrawingPage;
pub use ended::EndedPage;
pub use entry::{CodePage, IdentityPage, SentCode};
pub use guardian::{GuardianChoice, GuardianPage};
pub use handover::{DeskStand, HandoverLandingPage, HandoverPage, OtherDevicePage};
pub use landing::LandingPage;
pub use number::{FrontPage, NumberCodePage};
pub use offline::OfflinePage;
pub use other_way::{OtherWayPage, Way};
pub use photo::{ActionToDo, PhotoPage, PhotoPlace};
pub use reading::{
    CapitalCard, DocumentCard, PagePicture, PageWords, Pages, ReadingPage, ShareLine,
};
pub use receipt::{Answered, Awaited, Flag, FlagState, NextCapacity, ReceiptPage};
pub use seal::SealPage;
pub use sign::{Shot, SignPage};
pub use special_name::SpecialNamePage;
pub use timeline::{PartyLine, PartyStand, StepKind, StepStand, TimelinePage, TimelineStep};
pub use video::VideoPage;

/// A step of the way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the steps people are told of")]
pub enum Step {
    /// Who is here.
    Who,
    /// The consents.
    Consents,
    /// Reading.
    Reading,
    /// The photo.
    Photo,
    /// Handwriting.
    Drawing,
    /// The signature.
    Signing,
}

impl Step {
    const ALL: [Self; 6] =
        [Self::Who, Self::Consents, Self::Reading, Self::Photo, Self::Drawing, Self::Signing];

    const fn words(self) -> Words {
        match self {
            Self::Who => Words::new("核对身份", "Who you are"),
            Self::Consents => Words::new("授权同意", "Consents"),
            Self::Reading => Words::new("阅读文件", "Reading"),
            Self::Photo => Words::new("现场拍照", "Photo"),
            Self::Drawing => Words::new("手写签名", "Handwriting"),
            Self::Signing => Words::new("确认签署", "Signing"),
        }
    }

    /// Where one stands, in words and as a bar.
    pub(crate) fn bar(self, language: Language) -> Markup {
        let here = Self::ALL.iter().position(|step| *step == self).unwrap_or(0) + 1;
        let of = Self::ALL.len();
        let name = self.words().in_language(language);
        html! {
            div .steps {
                p {
                    @match language {
                        Language::Zh => { "第" (here) "步，共" (of) "步 · " (name) }
                        Language::En => { "Step " (here) " of " (of) " · " (name) }
                    }
                }
                div .bar aria-hidden="true" {
                    @for at in 1..=of { span .done[at < here] .here[at == here] {} }
                }
            }
        }
    }
}
