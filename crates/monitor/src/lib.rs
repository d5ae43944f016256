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
//! - [`MonitorArgs`], [`TrustArgs`], [`run`]: the command
//! - [`Monitor`]: one round: what the log says now, and what others were told
//! - [`Source`]: where a log is, [`Patience`]: how long it is waited for
//! - [`Trust`]: whose word is taken: keys, a policy or anchors
//! - [`State`]: what the monitor has seen, durable
//! - [`Heard`]: heads, receipts and proofs from others
//! - [`Finding`]: what a round found

mod command;
mod finding;
mod gossip;
mod heard;
mod patience;
mod round;
mod source;
mod state;
mod trust;

pub use command::{MonitorArgs, TrustArgs, run};
pub use finding::Finding;
pub use heard::{Heard, HeardError};
pub use patience::Patience;
pub use round::{Monitor, RoundError};
pub use source::{Site, Source, SourceError};
pub use state::{State, StateError};
pub use trust::{Trust, TrustError};
