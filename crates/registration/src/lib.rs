//! What the signing platform does: one file per command, one commit per business act.
//!
//! What this is: the use cases. Each command is a struct of what is asked, an error enum
//! that explains itself in Chinese and English, and one function that reads top to
//! bottom: read, decide, commit. A commit holds everything the act writes: the record
//! and its leaf, the state of filing, party and ceremony, the deposits to be made, and
//! the row that makes a repeated request the same act. Nothing exists without the rest.
//!
//! What this is not: HTTP, pages, timers, the worker that speaks to custodians; rules of
//! who signs what (`heqi_filing`); formats of evidence (`heqi_evidence`).
//!
//! Personal data stands only in sealed values and sealed objects: never in a row key, a
//! log entry, an error or a log line. The rows are listed in `rows.rs`.
//!
//! Before anything:
//! - [`platform`]: the ports and settings every command is given
//! - [`ports`]: whom the platform asks about people and companies
//! - [`request`], [`access`]: who asks, by which key or token, and what the server saw
//! - [`session`]: browsers of signers, let in by a link
//! - [`fault`]: what goes wrong with any act, and how a caller tells errors apart
//!
//! Commands:
//! - [`open_filing`], [`add_party`], [`declare_contact`], [`attach_document`], [`invite`]: by
//!   the handler
//! - [`send_code`], [`check_code`], [`check_identity`], [`find_entry`]: by whoever comes to sign
//! - [`give_consent`], [`acknowledge`], [`begin_signing`], [`capture_photo`],
//!   [`keep_strokes`], [`complete_signing`], [`decline`]: by the signer
//! - [`confirm`], [`object`]: by parties, after signing
//! - [`erase_person_data`]: by a party or the data protection officer; [`legal_hold`]: by the
//!   registration authority or the notary
//!
//! Queries:
//! - [`filing_view`], [`ceremony_view`], [`entry_view`], [`read_document`]: how things stand
//! - [`receipt`], [`disclose`], [`export_bundle`]: evidence, in part and whole
//! - [`coverage`]: what of all evidence is held by whom
//! - [`erasure`]: what was erased, and who still holds what
//!
//! For the other organisation:
//! - [`peer`]: what is held of it, and what it proves about our own store
//! - [`recovery`]: what was lost, taken back from the notary
//!
//! For the worker:
//! - [`deposit_queue`]: what is to be deposited, and what custodians and cosigners said
//! - [`message_queue`]: which messages are due, and how they went
//! - [`sweep`]: what is kept for a while only

pub mod access;
pub mod acknowledge;
mod act;
pub mod add_party;
pub mod attach_document;
pub mod begin_signing;
mod bundle_parts;
pub mod capture_photo;
mod ceremonies;
pub mod ceremony_view;
pub mod check_code;
pub mod check_identity;
mod codes;
pub mod complete_signing;
pub mod confirm;
pub mod contacts;
pub mod coverage;
mod data_keys;
pub mod declare_contact;
pub mod decline;
mod decoding;
pub mod deposit_queue;
pub mod disclose;
pub mod entry_view;
pub mod erase_person_data;
pub mod erasure;
pub mod export_bundle;
pub mod fault;
pub mod filing_view;
mod filings;
pub mod find_entry;
mod frozen;
pub mod give_consent;
pub mod invite;
pub mod keep_strokes;
pub mod key_change;
mod ledger;
pub mod legal_hold;
mod looks;
pub mod message_queue;
mod messages;
pub mod object;
mod objects;
pub mod open_filing;
pub mod peer;
pub mod platform;
pub mod ports;
pub mod read_document;
pub mod receipt;
pub mod recovery;
pub mod request;
mod rows;
pub mod send_code;
pub mod session;
mod shown;
mod stamping;
pub mod successor;
pub mod sweep;
mod tally;
mod wording;

pub use frozen::FrozenLog;
pub use messages::{MessageState, Purpose};
pub use platform::{Custodian, OrderKey, Platform, Ports, Settings};
pub use request::{Actor, AsRead, IdempotencyKey, Request, RequestFacts, Scope};
