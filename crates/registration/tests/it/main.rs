//! The signing platform as its callers see it, on the in-memory store.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics has failed")]

mod after;
mod concurrency;
mod correction;
mod deposits;
mod documents;
mod door;
mod entry;
mod every_call;
mod every_call_more;
mod evidence;
mod faults;
mod handover;
mod holder_notice;
mod holds;
mod idempotency;
mod journey;
mod monitoring;
mod notary;
mod objections;
mod other_way;
mod photos;
mod privacy;
mod property;
mod reading;
mod refusals;
mod regulator;
mod review;
mod rights;
mod risk;
mod seal;
mod staff;
mod sweep;
mod watched;
mod wording;
mod world;
