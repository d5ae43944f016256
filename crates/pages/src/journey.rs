//! The signer's way: one page per step, one thing per page.

mod consent;
mod decline;
mod drawing;
mod ended;
mod entry;
mod landing;
mod number;
mod photo;
mod reading;
mod receipt;
mod sign;

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::words::Words;

pub use consent::{ConsentPage, REFUSE_FACE, RefusedPage};
pub use decline::DeclinePage;
pub use drawing::DrawingPage;
pub use ended::EndedPage;
pub use entry::{CodePage, IdentityPage, SentCode};
pub use landing::LandingPage;
pub use number::{FrontPage, NumberCodePage};
pub use photo::PhotoPage;
pub use reading::{DocumentCard, ReadingPage};
pub use receipt::{Flag, FlagState, ReceiptPage};
pub use sign::SignPage;

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
