//! A party declines to sign. Final for this ceremony; a new invitation is a new one.

use heqi_vocabulary::{RecordId, SigningId};
use serde::{Deserialize, Serialize};

use crate::fault::{ActError, Class};
use crate::platform::Platform;
use crate::request::Request;
use crate::wording::{Told, refusals, say};

/// The longest reason, in characters.
pub const MAX_REASON_CHARACTERS: usize = 2000;

/// The party declines.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Decline {
    /// The signing under way; `None` when none was begun.
    pub signing: Option<SigningId>,
    /// Why, in the party's words.
    pub reason: Option<String>,
}

/// The refusal is recorded.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Declined {
    /// The record.
    pub record_id: RecordId,
}

/// Why the refusal was not recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeclineError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The ceremony is over.
    #[error(transparent)]
    Finished(#[from] heqi_filing::Finished),
    /// The reason is too long.
    #[error(transparent)]
    Reason(#[from] ReasonError),
}

/// The reason has more than [`MAX_REASON_CHARACTERS`] characters.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a reason has at most {MAX_REASON_CHARACTERS} characters")]
pub struct ReasonError;

impl ReasonError {
    #[expect(clippy::unused_self, reason = "every error tells itself the same way")]
    fn told(&self) -> Told<'static> {
        say(
            "reason_too_long",
            ["理由超过2000字。", "请精简后重新提交；更多材料可交给登记机关。"],
            [
                "The reason has more than 2000 characters.",
                "Shorten it; more can be handed to the registry.",
            ],
        )
        .is(Class::TooLarge)
    }
}

/// A reason as it is recorded: trimmed, `None` when nothing is left.
pub(crate) fn reason(text: Option<String>) -> Result<Option<String>, ReasonError> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    match &text {
        Some(reason) if reason.chars().count() > MAX_REASON_CHARACTERS => Err(ReasonError),
        _ => Ok(text),
    }
}

impl DeclineError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Finished(error) => Told::By(error),
            Self::Reason(error) => Told::By(error),
        }
    }
}

refusals!(DeclineError, ReasonError);

/// Records that the party declines.
///
/// # Errors
/// See [`DeclineError`].
pub async fn decline(
    platform: &Platform,
    request: &Request,
    command: Decline,
) -> Result<Declined, DeclineError> {
    todo!()
}
