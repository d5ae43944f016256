//! A time authority: answers RFC 3161 requests over HTTP (`docs/spec/timestamps.md` rules
//! 20 to 22).
//!
//! What this is: the party that says when bytes existed, beside platform and notary and
//! run by neither in production; here the one of tests and demonstrations. It sees hashes
//! and nothing else.
//!
//! What this is not: a source of time. It tells the time of the machine it runs on, and
//! refuses when that clock goes backwards.
//!
//! - [`serials`]: serial numbers that are never used twice, whatever crashes
//! - [`responder`]: a request in, an answer out
//! - [`service`]: the same over HTTP

pub mod responder;
pub mod serials;
pub mod service;

pub use responder::{Responder, ResponderError};
pub use serials::Serials;
pub use service::{Running, TimeAuthority};
