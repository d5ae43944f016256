//! The index against the one that looks at everything, and as a thing on a disk.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics has failed")]

mod contract;
mod folder;
