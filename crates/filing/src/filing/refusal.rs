//! Why something cannot happen to a filing: one enum per operation.

use super::{MAX_DOCUMENT_VERSIONS, MAX_PARTIES, MAX_SHAREHOLDERS};
use crate::party::Capacity;

/// The filing takes no signatures and no confirmations in its present state.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "mirrors the states of a filing")]
pub enum NotOpen {
    /// Signing has not been opened.
    #[error("the filing is in drafting")]
    Drafting,
    /// It was submitted to the registry.
    #[error("the filing was submitted to the registry")]
    Submitted,
    /// A party objected.
    #[error("the filing is frozen by an objection")]
    Frozen,
    /// The filing is over.
    #[error("the filing has ended")]
    Ended,
}

/// Why a party is not added.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AddPartyError {
    /// Parties change in drafting only.
    #[error("parties are added in drafting only")]
    NotDrafting,
    /// The identifier is taken.
    #[error("a party with this identifier is there already")]
    AlreadyPresent,
    /// Nobody takes part without a capacity.
    #[error("the party has no capacity")]
    NoCapacity,
    /// A company acts only through a representative, a person never as one.
    #[error("this kind of party cannot act as {capacity}")]
    UnfitCapacity {
        /// The capacity that does not fit.
        capacity: Capacity,
    },
    /// The handler would act for a company.
    #[error("the handler may not sign for others")]
    HandlerSignsForOthers,
    /// There is one handler and one legal representative.
    #[error("another party is {capacity} already")]
    CapacityTaken {
        /// The capacity that is taken.
        capacity: Capacity,
    },
    /// 公司法 art. 42.
    #[error("a limited liability company has at most {MAX_SHAREHOLDERS} shareholders")]
    TooManyShareholders,
    /// A bound of ours.
    #[error("a filing has at most {MAX_PARTIES} parties, those taken out included")]
    TooManyParties,
}

/// Why a document is not attached.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AttachDocumentError {
    /// Documents are added in drafting only.
    #[error("documents are attached in drafting only")]
    NotDrafting,
    /// Same identifier, or same bytes as a current document.
    #[error("this document is attached already")]
    AlreadyAttached,
    /// A bound of ours.
    #[error("a filing has at most {MAX_DOCUMENT_VERSIONS} document versions")]
    TooManyDocuments,
}

/// Why a document is not replaced.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplaceDocumentError {
    /// Submitted, frozen or ended.
    #[error(transparent)]
    NotOpen(#[from] NotOpen),
    /// No such document in this filing.
    #[error("the filing has no such document")]
    UnknownDocument,
    /// The version named is not the newest.
    #[error("the version named has been replaced already")]
    AlreadyReplaced,
    /// Same identifier, or same bytes as a current document.
    #[error("this document is attached already")]
    AlreadyAttached,
    /// A bound of ours.
    #[error("a filing has at most {MAX_DOCUMENT_VERSIONS} document versions")]
    TooManyDocuments,
}

/// Why signing does not open.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenSigningError {
    /// It was opened before, or the filing is frozen or over.
    #[error("signing opens from drafting only")]
    NotDrafting,
    /// There is nothing to sign.
    #[error("the filing has no document")]
    NoDocument,
    /// There is nobody to sign.
    #[error("the filing has no party that signs")]
    NoSigner,
}

/// Why the filing does not return to drafting.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReturnToDraftingError {
    /// It is there, submitted, frozen or over.
    #[error(transparent)]
    NotOpen(#[from] NotOpen),
}

/// Why a confirmation is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfirmError {
    /// Drafting, submitted, frozen or ended.
    #[error(transparent)]
    NotOpen(#[from] NotOpen),
    /// Not a party of this filing.
    #[error("the filing has no such party")]
    UnknownParty,
    /// There is nothing complete to confirm yet.
    #[error("{missing} required signatures are missing")]
    NotAllSigned {
        /// How many.
        missing: usize,
    },
    /// The party said so before.
    #[error("the party has confirmed already")]
    AlreadyConfirmed,
    /// More than 72 hours since the party was asked.
    #[error("the window for confirming has closed")]
    WindowClosed,
}

/// Why an objection is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectError {
    /// Not a party of this filing.
    #[error("the filing has no such party")]
    UnknownParty,
    /// The party said so before.
    #[error("the party has objected already")]
    AlreadyObjected,
    /// The filing is over.
    #[error("the filing has ended")]
    Ended,
}

/// Why parties are not asked again.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AskAgainError {
    /// Drafting, submitted, frozen or ended.
    #[error(transparent)]
    NotOpen(#[from] NotOpen),
    /// Signatures are missing, or everyone has confirmed.
    #[error("no confirmation is awaited")]
    NothingToAsk,
}

/// Why the filing does not end.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EndError {
    /// It is over.
    #[error("the filing has ended already")]
    AlreadyEnded,
    /// What is at the registry the handler withdraws there.
    #[error("a filing that was submitted is withdrawn at the registry")]
    Submitted,
    /// Only the registry's officer ends a frozen filing.
    #[error("a frozen filing is ended by the registry only")]
    Frozen,
}
