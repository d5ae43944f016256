//! Contract tests: the adapters against a server on loopback that speaks the contract, and
//! against one that breaks it.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics has failed")]

mod certificate;
mod identity;
mod provider;
mod register;
mod seal;
mod time;
