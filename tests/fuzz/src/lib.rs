//! Fuzz targets: what each parser of foreign bytes promises, for any input.
//!
//! A target is a plain function. It panics when the parser breaks a promise: it must not
//! panic itself, what it accepts must have one spelling (writing it again gives the same
//! bytes), and where another implementation exists, both must agree.
//!
//! The same functions run in three ways:
//! - in every test run over the seed corpora and a fixed number of mutations of them
//!   (`tests/all/fuzz.rs`), on stable, without any instrumentation;
//! - under libFuzzer with coverage feedback: `cargo xtask fuzz` (also stable: the
//!   instrumentation is LLVM's, turned on by compiler flags);
//! - on one file, to look at a finding: `cargo xtask fuzz --target note FILE`.
//!
//! Not here: structured walks through trees and stores (property tests beside the code).
//!
//! - [`corpus`]: where seeds come from
//! - [`differential`]: the program and the page, asked the same
//! - [`mutate`]: mutations from a seed, for runs without libFuzzer
//! - [`TARGETS`]: the functions, by the specification they attack

pub mod corpus;
pub mod differential;
pub mod mutate;
mod targets;

pub use targets::TARGETS;

/// One parser under attack.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name on the command line, of the corpus folder and in the ledger.
    pub name: &'static str,
    /// Panics if `input` makes the parser break a promise.
    pub run: fn(input: &[u8]),
    /// What good input looks like.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// The target called `name`.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
