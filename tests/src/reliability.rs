//! Faults, injected for real, and whether what was promised still holds: `reliability`.
//!
//! What this is: one round per fault. A round lets a program work, injects one fault, starts
//! again what has to be started again, and checks that every acknowledged record is there
//! and verifies, that nothing is there twice, and that there is one history. Rounds are
//! numbered; the number decides everything that is left to chance except what the machine
//! itself decides. What was run stands in `docs/reliability/*.jsonl`, so that long runs may
//! be interrupted, continued and shared among machines; `docs/RELIABILITY.md` sums it up.
//!
//! What this is not: a test of speed, or of what the programs do when nothing fails.
//!
//! - [`kinds`]: which kinds of faults there are, and how many rounds of each are wanted
//! - [`rounds`], [`ledger`], [`summary`]: rounds, what was run, the table made of it
//! - [`command`]: the command line
//! - [`machine`]: what this machine can do; what it cannot is skipped by name
//! - `medium`: a block device whose power can be cut
//! - [`tables`]: the tables about inputs, mutants and the two verifiers
//! - `store_writer`, `known`, `process`, `dice`: what the kinds share
//! - `town`: platform, data centre and preservation service as processes of `heqi`
//! - [`power_cut`], `syscalls`, `damage`: the kinds that harm a store
//! - `flips`: single bits, in files of a store and of whole organisations
//! - [`whole`]: the kinds that harm whole programs

pub mod command;
mod damage;
mod dice;
mod flips;
pub mod kinds;
mod known;
pub mod ledger;
pub mod machine;
mod medium;
pub mod power_cut;
mod process;
pub mod rounds;
mod store_writer;
pub mod summary;
mod syscalls;
pub mod tables;
mod town;
pub mod whole;

pub use process::Program;

/// What a step of a round gives, or why the round failed.
pub(crate) type Tried<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
