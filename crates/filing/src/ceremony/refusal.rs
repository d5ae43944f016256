//! Why a ceremony does not go on: one enum per operation.

use crate::consent::ConsentKind;
use crate::filing::NotOpen;

/// The ceremony is over: nothing more can happen in it. Declining gives only this.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "mirrors the final states of a ceremony")]
pub enum Finished {
    /// It ended with a signature.
    #[error("the ceremony has been signed")]
    Signed,
    /// It ended with a refusal.
    #[error("the ceremony has been declined")]
    Declined,
    /// Its link ended.
    #[error("the ceremony has expired")]
    Expired,
    /// The handler took the party out of the filing.
    #[error("the invitation was withdrawn")]
    Withdrawn,
}

/// Why a challenge cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "nothing else is checked about a challenge here")]
pub enum ChallengeRefusal {
    /// Replaced by a newer one, or of another ceremony.
    #[error("the challenge is not the live one of this ceremony")]
    NotThisOne,
    /// Its time is over by the server's clock.
    #[error("the challenge has expired")]
    Expired,
}

/// Why nobody is invited.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InviteError {
    /// Drafting, submitted, frozen or ended.
    #[error(transparent)]
    NotOpen(#[from] NotOpen),
    /// Not a party of this filing.
    #[error("the filing has no such party")]
    UnknownParty,
    /// The party is only the handler.
    #[error("who is only the handler never signs")]
    HandlerNeverSigns,
    /// The party has signed every current document.
    #[error("the party has nothing left to sign")]
    NothingToSign,
}

/// Why a ceremony does not open.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// It is over.
    #[error(transparent)]
    Finished(#[from] Finished),
    /// More than 72 hours since the invitation.
    #[error("the link has expired")]
    LinkExpired,
}

/// Why a consent is not recorded.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConsentError {
    /// The ceremony is over.
    #[error(transparent)]
    Finished(#[from] Finished),
    /// More than 72 hours since the invitation.
    #[error("the link has expired")]
    LinkExpired,
    /// No version of the text of this kind has this digest.
    #[error("the digest is of no known text of this consent")]
    UnknownText,
}

/// Why no challenge is issued.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BeginError {
    /// The ceremony is over.
    #[error(transparent)]
    Finished(#[from] Finished),
    /// The filing is in drafting, frozen or ended.
    #[error(transparent)]
    NotOpen(#[from] NotOpen),
    /// More than 72 hours since the invitation.
    #[error("the link has expired")]
    LinkExpired,
    /// The filing given is not the ceremony's.
    #[error("the ceremony belongs to another filing")]
    AnotherFiling,
    /// A required consent has not been answered.
    #[error("the consent {kind} has not been answered")]
    ConsentMissing {
        /// Which.
        kind: ConsentKind,
    },
    /// A required consent was refused.
    #[error("the consent {kind} was refused")]
    ConsentRefused {
        /// Which.
        kind: ConsentKind,
    },
    /// The party has signed every current document.
    #[error("the party has nothing left to sign")]
    NothingToSign,
    /// The challenge names other documents than those to be signed now.
    #[error("the documents to be signed have changed")]
    DocumentChanged,
}

/// Why a photo is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// The ceremony is over.
    #[error(transparent)]
    Finished(#[from] Finished),
    /// No challenge was issued, or a changed consent voided it.
    #[error("no challenge has been issued")]
    NotBegun,
    /// Another challenge, or one whose time is over.
    #[error(transparent)]
    Challenge(#[from] ChallengeRefusal),
    /// A photo of a face needs the separate consent; without an answer there is none.
    #[error("the consent to face information has not been granted")]
    FaceConsentMissing,
}

/// Why nothing is taken instead of a photo.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StandInError {
    /// The ceremony is over.
    #[error(transparent)]
    Finished(#[from] Finished),
    /// More than 72 hours since the invitation.
    #[error("the link has expired")]
    LinkExpired,
    /// A video needs its separate consent; without an answer there is none.
    #[error("the consent to the check by video has not been granted")]
    VideoConsentMissing,
}

/// Why a signing is not completed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CompleteError {
    /// The ceremony is over.
    #[error(transparent)]
    Finished(#[from] Finished),
    /// The filing is in drafting, frozen or ended.
    #[error(transparent)]
    NotOpen(#[from] NotOpen),
    /// The filing given is not the ceremony's.
    #[error("the ceremony belongs to another filing")]
    AnotherFiling,
    /// No challenge was issued, or a changed consent voided it.
    #[error("no challenge has been issued")]
    NotBegun,
    /// Another challenge, or one whose time is over.
    #[error(transparent)]
    Challenge(#[from] ChallengeRefusal),
    /// No photo was taken for this challenge.
    #[error("no photo has been taken for this challenge")]
    PhotoMissing,
    /// The photo bound into the signature is not the one received.
    #[error("the signed photo digest is not that of the photo received")]
    PhotoMismatch,
    /// A document got a new version since the challenge.
    #[error("a document has changed since the challenge was issued")]
    DocumentChanged,
    /// The party signed a document of this challenge in another ceremony.
    #[error("the party has signed in another ceremony")]
    AlreadySigned,
}

/// Why a ceremony is not ended by the timer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpireError {
    /// It is over.
    #[error(transparent)]
    Finished(#[from] Finished),
    /// Its time is not over.
    #[error("the ceremony has not come to its end")]
    NotDue,
}
