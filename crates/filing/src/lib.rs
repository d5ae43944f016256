//! The matter and its states: filings, documents, parties in capacities, ceremonies.
//!
//! What this is: the rules of who signs what, in which order things may happen, and what
//! each state holds. Everything is pure: no input or output, no clock (`now` is an
//! argument), no randomness (identifiers are arguments). A transition either happens
//! whole or leaves its subject as it was. Values serialise as JSON rows with unknown
//! fields refused; rows hold names, so a store keeps them sealed.
//!
//! What this is not: evidence (crate `evidence`), the durable act that writes it
//! (`registration`), or the rules of identity documents: names here are *declared*,
//! nobody vouches for them. Nor does it say what the registry made of a filing: "submitted"
//! is the handler's word, and no path reaches it but by a proof that both custodians hold
//! every signing that counts ([`Custody`]), from the state in which everybody confirmed.
//!
//! The rules follow the domain study: the state machine 4.8 with corrections 11.4,
//! 11.5 and 11.14, the consent texts 7.1 and 7.2, the edge cases of section 8.
//!
//! - [`matter`]: what is filed; [`catalogue`]: which materials it takes
//! - [`words`]: names and titles as somebody typed them
//! - [`party`]: who takes part, in which capacities
//! - [`document`]: what is signed, in versions
//! - [`filing`]: the filing, its states and transitions
//! - [`confirmation`]: each party's answer after signing, and what it declares by it
//! - [`consent`], [`intent`]: the exact texts shown, with their digests
//! - [`ceremony`]: one party's visit to sign
//! - [`entry`]: how a signer comes in: the one-time code, and who it is
//! - [`review`]: cases that a person decides before a filing is confirmed
//! - [`timer`]: when something falls due

pub mod catalogue;
pub mod ceremony;
pub mod confirmation;
pub mod consent;
pub mod document;
pub mod entry;
pub mod filing;
pub mod intent;
pub mod matter;
mod objection;
mod office;
pub mod party;
pub mod review;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
pub mod timer;
mod wording;
pub mod words;

pub use ceremony::{
    Action, ActionResult, BeginError, CaptureError, CapturedPhoto, Ceremony, CeremonyState,
    ChallengeRefusal, CompleteError, Completion, ConsentError, ExpireError, Finished, Invitation,
    InviteError, IssuedChallenge, MAX_ACTIONS, NewChallenge, OpenError, STAND_IN_FOR_MS, StandIn,
    StandInError, TakenAction, TakenActions, frame_mark,
};
pub use confirmation::{Confirmation, ConfirmationText};
pub use consent::{ConsentAnswer, ConsentKind, ConsentText, Decision};
pub use document::{Document, DocumentRef, MediaType, NewDocument, RequiredSigners};
pub use entry::{CodeRefusal, Entry, EntryStep, IdentityRefusal, IssuedCode, NotInside};
pub use filing::{
    AddPartyError, AskAgainError, AttachDocumentError, ConfirmError, Contradiction,
    CorrectNameError, Custody, EndError, EndReason, Filing, FilingHead, FilingState, NewFiling,
    NotHeld, NotOpen, ObjectError, OpenSigningError, RemovePartyError, ReplaceDocumentError,
    ReturnToDraftingError, SubmitError,
};
pub use intent::IntentStatement;
pub use matter::Matter;
pub use objection::{Resolution, ResolveError, TakeBackError};
pub use office::{Office, OfficeKind, UnknownOfficeKind};
pub use party::{Capacity, Party, PartyKind, Removal, Signature};
pub use review::{
    CaseState, DecideError, Decided, NewCase, NotAReviewer, Review, ReviewCase, ReviewNeed,
    ReviewOutcome, ReviewReason, Reviewer,
};
pub use timer::{Due, Timer};
pub use words::{
    CompanyTitle, DeclaredName, DocumentTitle, Grounds, ObjectRef, OfficeName, WordsError,
};
