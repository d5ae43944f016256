//! Follows a transparency log from outside and convicts it when it shows two histories.
//!
//! What this is: the program behind `heqi monitor`. It reads any C2SP tlog-tiles log over
//! HTTP or from a folder, hashes every entry again, and keeps the hashes it has computed.
//! It believes no proof: every head, from the log or from anybody else, is compared with
//! the root it computes itself. Where they differ it writes a fork proof.
//!
//! What this is not: a witness. It cosigns nothing, and its word counts for nobody; its
//! proofs do (`docs/spec/fork-proof.md`).
//!
//! - [`MonitorArgs`], [`run`]: the command
//! - [`Monitor`]: one round: what the log says now, and what others were told
//! - [`Source`]: where a log is
//! - [`State`]: what the monitor has seen, durable
//! - [`Heard`]: heads and receipts from others
//! - [`Finding`]: what a round found

mod command;
mod finding;
mod heard;
mod round;
mod source;
mod state;

pub use command::{MonitorArgs, run};
pub use finding::Finding;
pub use heard::{Heard, HeardError};
pub use round::{Monitor, RoundError};
pub use source::{Source, SourceError};
pub use state::{State, StateError};
