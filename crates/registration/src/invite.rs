//! Invites a party to sign: a ceremony and the token that opens it. The first invitation
//! opens signing, which is recorded.

use heqi_vocabulary::{CeremonyId, FilingId, PartyId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::fault::ActError;
use crate::platform::Platform;
use crate::request::Request;
use crate::wording::{Told, refusals};

/// Who is to be invited.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Invite {
    /// The filing.
    pub filing: FilingId,
    /// The party.
    pub party: PartyId,
}

/// The party can come. Only the SHA-256 of the token is kept; the same request again
/// gives the same token.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct PartyInvited {
    /// The ceremony.
    pub ceremony_id: CeremonyId,
    /// The token for the link, to be shown to the signer and nobody else.
    pub token: String,
    /// When the link ends.
    pub expires_at: UtcMillis,
}

/// Without the token.
impl std::fmt::Debug for PartyInvited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PartyInvited({}, until {})", self.ceremony_id, self.expires_at)
    }
}

/// What is kept of the answer.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Invited {
    ceremony_id: CeremonyId,
    expires_at: UtcMillis,
}

/// Why the party was not invited.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InviteError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// Signing cannot be opened yet.
    #[error(transparent)]
    OpenSigning(#[from] heqi_filing::OpenSigningError),
    /// The rules of ceremonies refuse it.
    #[error(transparent)]
    Ceremony(#[from] heqi_filing::InviteError),
}

impl InviteError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::OpenSigning(error) => Told::By(error),
            Self::Ceremony(error) => Told::By(error),
        }
    }
}

refusals!(InviteError);

/// Invites a party.
///
/// # Errors
/// See [`InviteError`].
pub async fn invite(
    platform: &Platform,
    request: &Request,
    command: Invite,
) -> Result<PartyInvited, InviteError> {
    todo!()
}
