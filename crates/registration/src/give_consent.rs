//! The signer answers one consent. Each answer is a record of its own.

use heqi_evidence::leaf::RecordRoot;
use heqi_filing::{ConsentKind, Decision};
use heqi_vocabulary::{Digest, Language, RecordId};
use serde::{Deserialize, Serialize};

use crate::fault::{ActError, Class};
use crate::platform::Platform;
use crate::request::Request;
use crate::wording::{Told, refusals, say};

/// One answer.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct GiveConsent {
    /// What was asked.
    pub kind: ConsentKind,
    /// Yes or no.
    pub decision: Decision,
    /// SHA-256 of the text that was shown, before its places are filled.
    pub text_sha256: Digest,
    /// The language it was shown in.
    pub language: Language,
}

/// The answer is recorded.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConsentGiven {
    /// The record.
    pub record_id: RecordId,
    /// Its root.
    pub record_root: RecordRoot,
}

/// Why the answer was not recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GiveConsentError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of ceremonies refuse it.
    #[error(transparent)]
    Ceremony(#[from] heqi_filing::ConsentError),
    /// The digest is of the text in the other language.
    #[error("the text digest is not of the language named")]
    OtherLanguage,
    /// The answers were changed too often in one ceremony.
    #[error("the consents of this ceremony were changed too often")]
    TooManyChanges,
}

impl GiveConsentError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Ceremony(error) => Told::By(error),
            Self::OtherLanguage => say(
                "consent_language",
                ["提交的授权文本与所选语言不一致，未作记录。", "请刷新页面后重新选择。"],
                [
                    "The consent text is not of the language named; nothing was recorded.",
                    "Reload the page and answer again.",
                ],
            )
            .is(Class::BadInput),
            Self::TooManyChanges => say(
                "consent_changes",
                ["本次签署中授权选择更改次数过多。", "请联系经办人重新发送邀请。"],
                [
                    "The consents were changed too often in this signing.",
                    "Ask the handler for a new invitation.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(GiveConsentError);

/// Records one answer.
///
/// # Errors
/// See [`GiveConsentError`].
pub async fn give_consent(
    platform: &Platform,
    request: &Request,
    command: GiveConsent,
) -> Result<ConsentGiven, GiveConsentError> {
    todo!()
}
