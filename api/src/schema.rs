//! The shapes of answers, for the OpenAPI document only.
//!
//! Answers are written by the use cases themselves; nothing here is ever built. That the
//! shapes are true is tested: `tests/it/contract.rs` compares every answer of a whole
//! ceremony, member by member, with the document made of these.
#![expect(dead_code, reason = "shapes are described, never built")]

mod coverage;
mod entry;
mod evidence;
mod filing;
mod personal_data;
mod signing;
mod words;

pub(crate) use coverage::{Coverage, TimeStamps};
pub(crate) use entry::{CodeSent, Entered, EntryView, MessageView, Passed, SentByNumber};
pub(crate) use evidence::{Disclosed, Receipt, ReceiptList};
pub(crate) use filing::{
    ContactDeclared, DocumentAttached, FilingOpened, FilingView, PartyAdded, PartyInvited,
};
pub(crate) use personal_data::{ErasureDecided, HoldChanged, PersonalData};
pub(crate) use signing::{
    Acknowledged, CeremonyView, ConsentGiven, PhotoCaptured, Recorded, SigningBegun, StrokesKept,
    VideoRecorded,
};
pub(crate) use words::{
    Base64, Capacity, ConsentKind, Decision, Digest, DocumentId, ErasableClass, Ground,
    LanguageWord, Matter, MessageChannel, PartyKindWord, RecordId,
};
