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
//! - [`search_index`]: the port of the index in which filings are found; [`person_keys`]: the keys of its digests
//! - [`ports`]: whom the platform asks about people and companies
//! - [`request`], [`access`]: who asks, by which key or token, and what the server saw
//! - [`session`]: browsers of signers, let in by a link
//! - [`fault`]: what goes wrong with any act, and how a caller tells errors apart
//!
//! Commands:
//! - [`open_filing`], [`add_party`], [`remove_party`], [`declare_contact`], [`declare_capital`], [`attach_document`],
//!   [`invite`], [`ask_again`], [`submit`]: by the handler
//! - [`send_code`], [`check_code`], [`check_identity`], [`find_entry`]: by whoever comes to sign
//! - [`give_consent`], [`acknowledge`], [`begin_signing`], [`capture_photo`],
//!   [`keep_strokes`], [`complete_signing`], [`decline`], [`review_wanted`], [`record_video`], [`show_seal`], [`show_guardianship`], [`special_name`]: by the signer
//! - [`handover`]: a step of it on another device of the signer
//! - [`same_person`]: on from one party to the next of the same person
//! - [`confirm`], [`object`]: by parties, after signing
//! - [`decide_case`], [`see_person`], [`confirm_at_counter`], [`correct_person`], [`resolve_objection`]: by reviewers of the registry or the notary
//! - [`staff`]: accounts of staff, how they come in; [`handler_desk`]: the handler among them
//! - [`erase_person_data`]: by a party or the data protection officer; [`legal_hold`]: by the
//!   registration authority or the notary
//!
//! Queries:
//! - [`filing_view`], [`ceremony_view`], [`entry_view`], [`timeline`], [`read_document`]: how things stand
//! - [`document_pages`], [`key_points`]: what a signer is shown of what is to be signed; [`changed_documents`]: what
//!   of it changed since
//! - [`receipt`], [`disclose`], [`export_bundle`]: evidence, in part and whole
//! - [`case_queue`]: what reviewers have to decide
//! - [`journal`]: what staff did, for auditors
//! - [`regulator`]: what regulators search, see, compare and take away
//! - [`coverage`]: what of all evidence is held by whom; [`monitoring`]: the same over time
//! - [`erasure`]: what was erased, and who still holds what
//!
//! For the other organisation:
//! - [`peer`]: what is held of it, and what it proves about our own store
//! - [`recovery`]: what was lost, taken back from the notary
//!
//! For the worker:
//! - [`deposit_queue`]: what is to be deposited, and what custodians and cosigners said
//! - [`message_queue`]: which messages are due, and how they went
//! - [`index_filings`]: what is to be found, put into the index
//! - [`verify_identity`]: whom authorities are to be asked about, and what they said
//! - [`reminders`]: who has not answered
//! - [`renewal`]: time stamps of the log, before their certificates end
//! - [`sweep`]: what is kept for a while only

pub mod access;
pub mod acknowledge;
mod act;
pub mod add_party;
pub mod ask_again;
pub mod attach_document;
pub mod begin_signing;
mod bundle_parts;
pub mod capture_photo;
pub mod case_queue;
mod ceremonies;
pub mod ceremony_view;
pub mod changed_documents;
pub mod check_code;
pub mod check_identity;
mod codes;
pub mod complete_signing;
pub mod confirm;
pub mod confirm_at_counter;
pub mod contacts;
pub mod correct_person;
pub mod coverage;
mod data_keys;
pub mod decide_case;
pub mod declare_capital;
pub mod declare_contact;
pub mod decline;
mod decoding;
pub mod deposit_queue;
pub mod disclose;
pub mod document_pages;
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
mod guardianships;
pub mod handler_desk;
pub mod handover;
pub mod holder_notice;
pub mod index_filings;
pub mod invite;
pub mod journal;
pub mod keep_strokes;
pub mod key_change;
pub mod key_points;
mod ledger;
pub mod legal_hold;
mod looks;
pub mod material;
pub mod message_queue;
mod messages;
pub mod monitoring;
pub mod newest_stamps;
pub mod next_tries;
pub mod object;
mod objects;
pub mod open_filing;
pub mod own_data;
pub mod peer;
pub mod person_keys;
pub mod platform;
pub mod ports;
pub mod read_document;
pub mod receipt;
pub mod record_video;
pub mod recovery;
pub mod regulator;
pub mod reminders;
pub mod remove_party;
pub mod renewal;
pub mod request;
pub mod resolve_objection;
pub mod returns;
pub mod review_wanted;
mod reviews;
pub mod risk;
mod rows;
pub mod same_person;
pub mod search_index;
mod secrets;
pub mod see_person;
pub mod send_code;
pub mod session;
mod settled;
pub mod show_guardianship;
pub mod show_seal;
mod shown;
pub mod special_name;
pub mod staff;
mod stamping;
pub mod submit;
pub mod successor;
pub mod sweep;
mod tally;
pub mod timeline;
mod turns;
pub mod verify_identity;
mod wording;

pub use frozen::FrozenLog;
pub use messages::{MessageState, Purpose};
pub use platform::{Custodian, OrderKey, Platform, Ports, Settings};
pub use request::{Actor, AsRead, IdempotencyKey, Request, RequestFacts, Scope};
