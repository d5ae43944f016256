//! The tests that look at the whole house, in one binary so that it links once.
//!
//! - [`acceptance`]: both organisations joined over HTTP
//! - [`evidence_vectors`]: every vector of `tests/vectors/evidence` gets its verdict
//! - [`layering`]: which crate may depend on which
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics has failed")]

mod acceptance;
mod evidence_vectors;
mod layering;
