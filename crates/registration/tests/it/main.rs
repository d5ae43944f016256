//! The signing platform as its callers see it, on the in-memory store.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics has failed")]

mod concurrency;
mod deposits;
mod documents;
mod entry;
mod every_call;
mod evidence;
mod faults;
mod idempotency;
mod journey;
mod notary;
mod photos;
mod privacy;
mod property;
mod refusals;
mod rights;
mod sweep;
mod watched;
mod wording;
mod world;
