//! The command line of `reliability`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};

use super::kinds::Kind;
use super::process::{self, Program};
use super::rounds::{self, Bench};
use super::{ledger, store_writer, summary};

/// Injects faults and checks that every promise holds.
#[derive(Parser)]
#[command(name = "reliability")]
struct Line {
    #[command(subcommand)]
    job: Job,
}

#[derive(Subcommand)]
enum Job {
    /// Run rounds of one kind of fault
    Run(Run),
    /// Run what the ledger still lacks of every kind
    Rest {
        /// Of n shares of the rounds, run the i-th (from 0): i/n
        #[arg(long, default_value = "0/1", value_parser = share)]
        shard: (u64, u64),
        /// Begin no series after so many minutes; the kind of which most is missing comes first
        #[arg(long)]
        minutes: Option<u64>,
    },
    /// Say how many of the rounds that are wanted, and that this machine can run, are done
    Missing,
    /// Write the table of docs/RELIABILITY.md, or check that it is in step with the ledgers
    Report {
        #[arg(long)]
        check: bool,
    },
    /// Say which kinds this machine cannot run, and why
    Machine,
}

#[derive(clap::Args)]
struct Run {
    /// power-cut, kill-platform, …
    kind: Kind,
    /// How many rounds
    #[arg(long, default_value_t = 8)]
    rounds: usize,
    /// These rounds and no others, whether or not they were run before
    #[arg(long, value_delimiter = ',')]
    seeds: Vec<u64>,
    /// Of n shares of the rounds, run the i-th (from 0): i/n
    #[arg(long, default_value = "0/1", value_parser = share)]
    shard: (u64, u64),
    /// Where to note what was run; without it nothing is noted
    #[arg(long)]
    ledger: Option<PathBuf>,
}

/// Where faults are noted.
pub fn ledger_path() -> PathBuf {
    documents().join("reliability/faults.jsonl")
}

/// `docs`, or what `cargo xtask test --full` has set aside of it to leave the checkout as it is.
#[expect(clippy::disallowed_methods, reason = "a developer tool has no settings to read it for it")]
pub(crate) fn documents() -> PathBuf {
    std::env::var_os("XTASK_DOCS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs"), PathBuf::from)
}

/// Reads the command line, does one job, says how it ended.
pub fn main(out: &mut dyn Write) -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = if words.first().is_some_and(|word| word == "store-writer") {
        write_to_a_store(words.get(1..).unwrap_or_default())
    } else {
        run(&Line::parse().job, out)
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(what) => {
            let _ = writeln!(std::io::stderr(), "reliability: {what}");
            ExitCode::from(2)
        }
    }
}

fn run(job: &Job, out: &mut dyn Write) -> Result<bool, String> {
    match job {
        Job::Run(run) => {
            let seeds = if run.seeds.is_empty() {
                let lines = run.ledger.as_deref().map_or(Ok(Vec::new()), ledger::read)?;
                ledger::next_seeds(&lines, run.kind, run.shard, run.rounds, u64::MAX)
            } else {
                run.seeds.clone()
            };
            rounds_of(run.kind, &seeds, run.ledger.as_deref(), out)
        }
        Job::Rest { shard, minutes } => rest(*shard, *minutes, out),
        Job::Missing => {
            let lines = ledger::read(&ledger_path())?;
            let kinds = || Kind::ALL.into_iter().filter(|kind| kind.missing().is_none());
            let wanted: u64 = kinds().map(Kind::wanted).sum();
            let missing: usize = kinds().map(|kind| lacking(&lines, kind, (0, 1)).len()).sum();
            let done = wanted - u64::try_from(missing).unwrap_or(wanted);
            let said = serde_json::json!({ "done": done, "wanted": wanted });
            writeln!(out, "{said}").map_err(|error| error.to_string())?;
            Ok(true)
        }
        Job::Report { check } => summary::job(*check, out),
        Job::Machine => {
            for kind in Kind::ALL {
                if let Some(why) = kind.missing() {
                    writeln!(out, "SKIPPED {kind}: {why}").map_err(|error| error.to_string())?;
                }
            }
            Ok(true)
        }
    }
}

/// The rounds of a kind that the ledger lacks.
fn lacking(lines: &[ledger::Line], kind: Kind, shard: (u64, u64)) -> Vec<u64> {
    ledger::next_seeds(lines, kind, shard, usize::MAX, kind.wanted())
}

/// Series after series of the kind of which most is missing, until nothing is, or the time is over.
fn rest(shard: (u64, u64), minutes: Option<u64>, out: &mut dyn Write) -> Result<bool, String> {
    let end = minutes.map(|minutes| Instant::now() + Duration::from_secs(minutes * 60));
    let mut survived = true;
    let mut skipped = Vec::new();
    loop {
        let lines = ledger::read(&ledger_path())?;
        let open = Kind::ALL.into_iter().filter(|kind| !skipped.contains(kind));
        let open = open.map(|kind| (kind, lacking(&lines, kind, shard)));
        let most = open.filter(|(_, seeds)| !seeds.is_empty()).max_by_key(|(kind, seeds)| {
            u64::try_from(seeds.len()).unwrap_or(u64::MAX).saturating_mul(1_000) / kind.wanted()
        });
        let Some((kind, seeds)) = most else { return Ok(survived) };
        if end.is_some_and(|end| Instant::now() >= end) {
            return Ok(survived);
        }
        if kind.missing().is_some() {
            skipped.push(kind);
        }
        let series = seeds.get(..kind.series()).unwrap_or(&seeds);
        survived &= rounds_of(kind, series, Some(&ledger_path()), out)?;
    }
}

/// Runs rounds series by series, notes each series at once, shows each round.
fn rounds_of(
    kind: Kind,
    seeds: &[u64],
    ledger: Option<&Path>,
    out: &mut dyn Write,
) -> Result<bool, String> {
    let mut show = |line: String| writeln!(out, "{line}").map_err(|error| error.to_string());
    if let Some(why) = kind.missing() {
        show(format!("SKIPPED {kind}: {why}"))?;
        return Ok(true);
    }
    let bench = Bench { program: Program::this().map_err(|error| error.to_string())? };
    let mut survived = true;
    for series in seeds.chunks(kind.series()) {
        let (line, rounds) = rounds::run_timed(&bench, kind, series)?;
        for round in &rounds {
            let mark = if round.survived { '✓' } else { '✗' };
            show(format!("{mark} {kind} {}: {}", round.seed, round.note))?;
        }
        let (count, seconds) = (line.result.acknowledged, line.seconds);
        show(format!("{kind}: {} rounds, {count} acknowledged, {seconds} s", line.rounds))?;
        survived &= line.result.failed.is_empty();
        if let Some(ledger) = ledger {
            line.append(ledger)?;
        }
    }
    Ok(survived)
}

fn write_to_a_store(words: &[String]) -> Result<bool, String> {
    let (place, work) = process::read_writer_words(words).ok_or("store-writer: wrong words")?;
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(store_writer::run(&place, work)).map_err(|error| error.to_string())?;
    Ok(true)
}

fn share(text: &str) -> Result<(u64, u64), String> {
    let read = |text: &str| text.parse::<u64>().ok();
    let parts = text.split_once('/').and_then(|(i, n)| Some((read(i)?, read(n)?)));
    parts.filter(|(i, n)| i < n).ok_or_else(|| "a share is i/n with i below n".to_owned())
}
