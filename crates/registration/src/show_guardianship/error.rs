//! Why nothing was taken of a guardian, and what to do about it.

use heqi_identity::personal_document::PersonalDocumentError;

use crate::fault::{ActError, Class, Fault};
use crate::material::MaterialError;
use crate::wording::{Told, refusals, say};

/// Why it was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShowGuardianshipError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The ceremony is over.
    #[error(transparent)]
    Finished(#[from] heqi_filing::Finished),
    /// The file is not taken.
    #[error(transparent)]
    File(#[from] MaterialError),
    /// The number is none of an identity document.
    #[error(transparent)]
    Number(#[from] PersonalDocumentError),
    /// The party has no guardian.
    #[error("the party is no minor with a guardian")]
    NoWard,
    /// By the number the ward is of age.
    #[error("the ward is of age")]
    OfAge,
    /// The number is the guardian's own.
    #[error("the number is that of the guardian")]
    OwnNumber,
    /// The statement was not agreed to.
    #[error("the guardian did not agree")]
    NotAgreed,
    /// Nobody looks at proofs on this platform.
    #[error("nobody reviews on this platform")]
    NobodyReviews,
    /// The ceremony has as many records as one challenge binds.
    #[error("the ceremony has too many records")]
    TooManyTries,
    /// A challenge is open: what the signature binds is settled already.
    #[error("a challenge of the ceremony is open")]
    SigningBegun,
}

impl From<Fault> for ShowGuardianshipError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl ShowGuardianshipError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => return Told::By(error),
            Self::Finished(error) => return Told::By(error),
            Self::File(error) => return Told::By(error),
            Self::Number(error) => return Told::By(error),
            Self::NoWard => say(
                "guardian_no_ward",
                ["您不是以监护人身份签署，不需要监护关系证明。", "请直接进入下一步。"],
                [
                    "You do not sign as a guardian, so no proof of it is needed.",
                    "Go on to the next step.",
                ],
            ),
            Self::OfAge => {
                return say(
                    "ward_of_age",
                    [
                        "证件号码显示被监护人已满18周岁，未作记录。",
                        "请核对号码；已成年的由本人签署，不能辨认自己行为的请到窗口或公证处办理。",
                    ],
                    [
                        "By the number the ward is 18 or older; nothing was recorded.",
                        "Check the number. An adult signs in person; who cannot is served at the counter or by the notary.",
                    ],
                )
                .is(Class::BadInput);
            }
            Self::OwnNumber => {
                return say(
                    "ward_number_own",
                    ["填写的是监护人本人的证件号码，未作记录。", "请填写被监护人的证件号码。"],
                    [
                        "This is the guardian's own number; nothing was recorded.",
                        "Enter the number of the ward's document.",
                    ],
                )
                .is(Class::BadInput);
            }
            Self::NotAgreed => {
                return say(
                    "guardian_not_agreed",
                    ["没有勾选监护人声明和同意，未作记录。", "请阅读后勾选；不同意的，可到窗口办理。"],
                    [
                        "The guardian's statement was not agreed to; nothing was recorded.",
                        "Read it and tick it; whoever does not agree is served at the counter.",
                    ],
                )
                .is(Class::BadInput);
            }
            Self::NobodyReviews => say(
                "guardian_not_reviewed",
                ["本平台没有核验人员核对监护关系，不能在线办理。", "请与监护关系证明一起到窗口办理。"],
                [
                    "Nobody on this platform looks at proofs of guardianship, so it is not done online.",
                    "Bring the proof to the counter.",
                ],
            ),
            Self::TooManyTries => say(
                "guardian_tries",
                ["本次签署中的记录过多，未作记录。", "请经办人重新发送邀请后再办理。"],
                [
                    "This signing has too many records; nothing was recorded.",
                    "Have the handler send a new invitation, then try again.",
                ],
            ),
            Self::SigningBegun => say(
                "guardian_signing_begun",
                [
                    "签署已经开始，监护关系证明未作更改。",
                    "请先完成签署；如需更改，请等本次签署超时后再办理。",
                ],
                [
                    "The signing has begun, so nothing was changed about the proof.",
                    "Complete the signing; to change the proof, wait until this signing has run out.",
                ],
            ),
        }
        .is(Class::Conflict)
    }
}

refusals!(ShowGuardianshipError);
