//! What happened, provable in parts.
//!
//! What this is: the formats of evidence and the one examination of it. A fact becomes a
//! record, a tree of salted attributes whose root is the log's leaf; a signer's device
//! signs a statement over a challenge; custodians sign receipts over digests; a bundle
//! carries all of it to a stranger, and [`examine`] says what it proves.
//!
//! What this is not: storage, network, clock or randomness; rules of who may do what.
//! `docs/spec/` is normative: `record.md`, `challenge-and-statement.md`, `chain.md`,
//! `deposit.md`, `bundle.md`, `anchors.md`, `verdict.md`.
//!
//! - [`canonical`]: RFC 8785 JSON without floats, strict both ways
//! - [`schema`]: which kinds of evidence exist and which slot each attribute has
//! - [`salt`], [`disclosure`], [`record`]: attribute trees, opened in full or in part
//! - [`leaf`]: entries of the logs
//! - [`chain`]: records in order, and the notary's statement of the last
//! - [`challenge`], [`statement`]: what a device signs
//! - [`deposit`]: what custodians receive and sign
//! - [`anchors`], [`key_change`]: the keys a verifier is given, and how one follows another
//! - [`attestation`]: what is asked of those who know people and companies, and what they sign
//! - [`erasure`]: orders to erase, and what custodians answer
//! - [`container`], [`bundle`]: the file a stranger receives
//! - [`mod@examine`], [`verdict`]: what it proves

pub mod anchors;
pub mod attestation;
pub mod bundle;
pub mod canonical;
pub mod chain;
pub mod chain_fork;
pub mod challenge;
pub mod container;
pub mod deposit;
pub mod disclosure;
pub mod erasure;
pub mod examine;
pub mod holder_notice;
pub mod key_change;
pub mod leaf;
pub mod record;
pub mod salt;
pub mod schema;
pub mod statement;
pub mod successor;
mod tree;
pub mod verdict;
