//! Why nothing was taken of a company's seal, and what to do about it.

use crate::fault::{ActError, Class, Fault};
use crate::material::MaterialError;
use crate::wording::{Told, refusals, say};

/// Why it was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShowSealError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The ceremony is over.
    #[error(transparent)]
    Finished(#[from] heqi_filing::Finished),
    /// The scan is not taken.
    #[error(transparent)]
    Scan(#[from] MaterialError),
    /// The party is a person.
    #[error("the party is no company")]
    NoCompany,
    /// The ceremony has as many records as one challenge binds.
    #[error("the ceremony has too many records")]
    TooManyTries,
    /// A challenge is open: what the signature binds is settled already.
    #[error("a challenge of the ceremony is open")]
    SigningBegun,
}

impl From<Fault> for ShowSealError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl ShowSealError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Finished(error) => Told::By(error),
            Self::Scan(error) => Told::By(error),
            Self::NoCompany => say(
                "seal_no_company",
                ["您以个人身份签署，不需要企业印章。", "请直接进入下一步。"],
                [
                    "You sign as a person, so no company's seal is needed.",
                    "Go on to the next step.",
                ],
            )
            .is(Class::Conflict),
            Self::TooManyTries => say(
                "seal_tries",
                ["本次签署中的记录过多，未作记录。", "请经办人重新发送邀请后再办理。"],
                [
                    "This signing has too many records; nothing was recorded.",
                    "Have the handler send a new invitation, then try again.",
                ],
            )
            .is(Class::Conflict),
            Self::SigningBegun => say(
                "seal_signing_begun",
                [
                    "签署已经开始，印章情况未作更改。",
                    "请先完成签署；如需更改印章情况，请等本次签署超时后再办理。",
                ],
                [
                    "The signing has begun, so nothing was changed about the seal.",
                    "Complete the signing; to change the seal, wait until this signing has run out.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(ShowSealError);
