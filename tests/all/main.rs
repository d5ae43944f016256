//! The tests that look at the whole house, in one binary so that it links once.
//!
//! - [`acceptance`]: both organisations joined over HTTP
//! - [`browser`]: `verify.html` in a real Chromium says what the program says
//! - [`by_hand`]: `unzip`, Python and `sha256sum` say of a bundle's file what `docs/INTEROP.md` has people see
//! - [`differential`]: the two verifiers say the same of spoiled files
//! - [`evidence_vectors`]: every vector of `tests/vectors/evidence` gets its verdict
//! - [`fuzz`]: every parser of foreign bytes over its corpus and fixed mutations
//! - [`liars`]: who contradicts himself is caught
//! - [`layering`]: which crate may depend on which
//! - [`operating`]: the page for operators names every setting, metric and alarm, and no other
//! - [`promises`]: a page that names the test behind a promise names one that exists
//! - [`reliability`]: a fixed sample of every kind of injected fault
//! - [`renewal_vectors`]: every vector of `tests/vectors/renewal` proves what it must prove
//! - [`secrets`]: what holds key bytes wipes them and shows nothing
//! - [`signs`]: Chinese texts have full-width signs, and one word for custodians
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(clippy::disallowed_methods, reason = "files of tests need no durability")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what is skipped says so")]
#![allow(clippy::large_futures, reason = "a house is started once per test")]
#![allow(clippy::similar_names, reason = "people are called by what they do")]

mod acceptance;
mod browser;
mod by_hand;
mod differential;
mod evidence_vectors;
mod fuzz;
mod layering;
mod liars;
mod operating;
mod promises;
mod reliability;
mod renewal_vectors;
mod sealed_pdf_vectors;
mod secrets;
mod signs;
