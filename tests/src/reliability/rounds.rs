//! What a round is, and running rounds.

use std::time::Instant;

use super::kinds::Kind;
use super::ledger::Line;
use super::process::Program;

/// What rounds share.
#[derive(Clone, Debug)]
pub struct Bench {
    /// This program.
    pub program: Program,
}

/// One fault and what became of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Round {
    /// Which round of its kind.
    pub seed: u64,
    /// Faults injected; 0 when the work ended before the fault was due.
    pub faults: u64,
    /// Records that were acknowledged during the round.
    pub acknowledged: u64,
    /// Whether every promise held.
    pub survived: bool,
    /// What was seen; when a promise did not hold, which.
    pub note: String,
}

impl Round {
    pub(crate) fn survived(seed: u64) -> Self {
        Self { seed, faults: 1, acknowledged: 0, survived: true, note: String::new() }
    }

    pub(crate) fn failed(seed: u64, error: &(dyn std::error::Error + Send + Sync)) -> Self {
        Self { survived: false, note: error.to_string(), ..Self::survived(seed) }
    }
}

/// Runs these rounds of a kind. A failed round may end its series, so fewer may come back.
pub fn run(bench: &Bench, kind: Kind, seeds: &[u64]) -> Result<Vec<Round>, String> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    Ok(runtime.block_on(kind.run(bench, seeds)))
}

/// Runs them and makes the line for the ledger.
pub fn run_timed(bench: &Bench, kind: Kind, seeds: &[u64]) -> Result<(Line, Vec<Round>), String> {
    let started = Instant::now();
    let rounds = run(bench, kind, seeds)?;
    let line = Line::of(kind, &rounds, started.elapsed().as_secs_f64())?;
    Ok((line, rounds))
}
