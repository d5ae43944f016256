//! A party confirms the signatures shown to it. Silence is never a yes.

use heqi_vocabulary::{Digest, FilingId, PartyId, RecordId};
use serde::{Deserialize, Serialize};

use crate::fault::{ActError, Class};
use crate::platform::Platform;
use crate::request::Request;
use crate::wording::{Told, refusals, say};

/// The party confirms.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Confirm {
    /// The filing.
    pub filing: FilingId,
    /// The party that confirms: the signer's own, or the handler's by an API key.
    pub party: PartyId,
    /// Digest of the list that was shown, when the caller shows one: refused when the list
    /// has changed since.
    pub shown_sha256: Option<Digest>,
}

/// The confirmation is recorded.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Confirmed {
    /// The record.
    pub record_id: RecordId,
}

/// Why the confirmation was not recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfirmError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of filings refuse it.
    #[error(transparent)]
    Filing(#[from] heqi_filing::ConfirmError),
    /// The signatures have changed since they were shown.
    #[error("the list of signatures has changed since it was shown")]
    ListChanged,
}

impl ConfirmError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Filing(error) => Told::By(error),
            Self::ListChanged => say(
                "shown_list_changed",
                ["签署情况在您查看后有更新，未作确认。", "请刷新页面，查看最新签署情况后再确认。"],
                [
                    "The signatures have changed since you saw them; nothing was confirmed.",
                    "Reload the page, look at them and confirm again.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(ConfirmError);

/// Records a confirmation.
///
/// # Errors
/// See [`ConfirmError`].
pub async fn confirm(
    platform: &Platform,
    request: &Request,
    command: Confirm,
) -> Result<Confirmed, ConfirmError> {
    todo!()
}
