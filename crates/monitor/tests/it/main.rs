//! The monitor as its users run it, against logs in folders and behind addresses.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics has failed")]

mod desk;
mod gossip;
mod log;
mod receipts;
mod resumed;
mod trust;
