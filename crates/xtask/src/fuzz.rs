//! `cargo xtask fuzz`: libFuzzer over every target, on stable.
//!
//! The instrumentation is LLVM's own pass, turned on by compiler flags; no nightly and no
//! `cargo fuzz` is needed, only a C++ compiler for libFuzzer itself. Time accumulates in
//! `docs/reliability/fuzz.jsonl`: a target that has run its minutes at earlier sittings is
//! not run again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Instant;

use serde_json::{Value, json};

use crate::cargo::Cargo;
use crate::ledger::Ledger;

const RUSTFLAGS: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1 --cfg fuzzing";
/// The triple is written out so that build scripts and macros are not instrumented.
const HOST: &str = "x86_64-unknown-linux-gnu";
/// Kept inputs are read in every test run: small ones only.
const LONGEST_KEPT_BYTES: &str = "4096";

/// Seconds that each target is to have in all sittings.
pub(crate) const WANTED_S: u64 = 600;

/// What the caller asked for.
#[derive(Debug)]
pub(crate) struct Flags {
    /// Each target runs until it has had so many seconds in all.
    until_seconds: u64,
    /// At most so many seconds per target in this sitting.
    at_most_seconds: u64,
    only: Option<String>,
    file: Option<PathBuf>,
    keep: bool,
}

impl Flags {
    /// Reads the words after `fuzz`.
    pub(crate) fn parse(words: &[String]) -> Result<Self, String> {
        let mut flags = Self {
            until_seconds: WANTED_S,
            at_most_seconds: u64::MAX,
            only: None,
            file: None,
            keep: false,
        };
        let mut words = words.iter();
        let number = |word: Option<&String>| {
            word.and_then(|word| word.parse().ok())
                .ok_or_else(|| "a number of seconds must follow".to_owned())
        };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--until" => flags.until_seconds = number(words.next())?,
                "--at-most" => flags.at_most_seconds = number(words.next())?,
                "--target" => flags.only = words.next().cloned(),
                "--keep" => flags.keep = true,
                other if !other.starts_with('-') => flags.file = Some(other.into()),
                other => return Err(format!("there is no flag `{other}`\n\n{}", crate::USAGE)),
            }
        }
        Ok(flags)
    }
}

impl Flags {
    /// A sitting of one target.
    pub(crate) fn sitting(target: &str, seconds: u64) -> Self {
        Self {
            until_seconds: WANTED_S,
            at_most_seconds: seconds,
            only: Some(target.to_owned()),
            file: None,
            keep: false,
        }
    }
}

/// Seconds that each target has had, those that had none included.
pub(crate) fn had(cargo: &Cargo) -> Result<Vec<(String, u64)>, String> {
    let ledger = Ledger::open(cargo.root(), "fuzz");
    let targets = seed(cargo, &cargo.cache().join("fuzz").join("seeds"))?;
    let of = |target: String| {
        let had = seconds_had(&ledger, &target);
        (target, had)
    };
    Ok(targets.into_iter().map(of).collect())
}

/// Builds the fuzzer, gives every target its time, writes the ledger; true if nothing was
/// found.
pub(crate) fn run(flags: &Flags) -> Result<bool, String> {
    let cargo = Cargo::new(false)?;
    let home = cargo.cache().join("fuzz");
    let program = build(&cargo)?;
    let targets = seed(&cargo, &home.join("seeds"))?;
    if let (Some(file), Some(target)) = (&flags.file, &flags.only) {
        let status = fuzzer(&program, target).arg(file).status();
        return Ok(status.map_err(|error| error.to_string())?.success());
    }
    let mut ledger = Ledger::open(cargo.root(), "fuzz");
    let mut clean = true;
    for target in targets.iter().filter(|name| flags.only.as_ref().is_none_or(|only| only == *name))
    {
        let had = seconds_had(&ledger, target);
        let seconds = flags.until_seconds.saturating_sub(had).min(flags.at_most_seconds);
        if seconds == 0 {
            println!("{target}: has had its {had} s");
            continue;
        }
        let outcome = attack(&program, &home, target, seconds)?;
        println!("{target}: {outcome}");
        clean &= outcome.get("found").is_some_and(Value::is_null);
        ledger.append("fuzz", &format!("cargo xtask fuzz --target {target}"), &outcome)?;
        if flags.keep {
            keep(&program, &home, target, cargo.root())?;
        }
    }
    Ok(clean)
}

fn build(cargo: &Cargo) -> Result<PathBuf, String> {
    let target = cargo.cache().join("target-fuzz");
    let mut command = cargo.command(&["build", "--profile", "fuzz", "--package", "heqi-fuzz"]);
    command.args(["--features", "libfuzzer", "--bin", "fuzz", "--target", HOST]);
    command.env("CARGO_TARGET_DIR", &target).env("RUSTFLAGS", RUSTFLAGS);
    command.env_remove("CARGO_INCREMENTAL");
    let status = command.status().map_err(|error| format!("cargo build: {error}"))?;
    if !status.success() {
        return Err("the fuzzer does not build".to_owned());
    }
    Ok(target.join(HOST).join("fuzz").join("fuzz"))
}

/// Writes seeds as files and gives the names of the targets.
fn seed(cargo: &Cargo, folder: &Path) -> Result<Vec<String>, String> {
    let mut command = cargo.command(&["run", "--quiet", "--profile", "ci"]);
    command.args(["--package", "heqi-fuzz", "--bin", "corpora", "--"]).arg(folder);
    let output = command.output().map_err(|error| format!("corpora: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

fn fuzzer(program: &Path, target: &str) -> Command {
    let mut command = Command::new(program);
    command.env("HEQI_FUZZ_TARGET", target).args(["-timeout=10", "-rss_limit_mb=2048"]);
    command
}

fn attack(program: &Path, home: &Path, target: &str, seconds: u64) -> Result<Value, String> {
    let corpus = home.join("corpus").join(target);
    let findings = home.join("findings").join(target);
    for folder in [&corpus, &findings] {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    }
    let (started, used_before) = (Instant::now(), cpu_seconds_of_children());
    let output = fuzzer(program, target)
        .arg(&corpus)
        .arg(home.join("seeds").join(target))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", findings.display()))
        .arg("-print_final_stats=1")
        .output()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    let log = String::from_utf8_lossy(&output.stderr);
    let stats = stats(&log);
    let found = (!output.status.success()).then(|| named(&log, output.status));
    Ok(json!({
        "target": target,
        "seconds": started.elapsed().as_secs(),
        "cpu_seconds": cpu_seconds_of_children().saturating_sub(used_before),
        "execs": stats.get("number_of_executed_units"),
        "coverage": coverage(&log),
        "found": found,
    }))
}

/// Processor time of everything that was waited for: on a busy machine less than the time
/// that passed.
fn cpu_seconds_of_children() -> u64 {
    /// What the kernel counts in.
    const TICKS_PER_SECOND: u64 = 100;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program stands in brackets and may hold anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks =
        fields.split_whitespace().skip(13).take(2).filter_map(|ticks| ticks.parse::<u64>().ok());
    ticks.sum::<u64>() / TICKS_PER_SECOND
}

/// `stat::name: number` at the end of a run.
fn stats(log: &str) -> BTreeMap<String, u64> {
    log.lines()
        .filter_map(|line| line.strip_prefix("stat::")?.split_once(':'))
        .filter_map(|(name, value)| Some((name.to_owned(), value.trim().parse().ok()?)))
        .collect()
}

/// The last `cov:` that the run printed: edges reached.
fn coverage(log: &str) -> Option<u64> {
    let line = log.lines().rev().find(|line| line.contains(" cov: "))?;
    line.split(" cov: ").nth(1)?.split_whitespace().next()?.parse().ok()
}

/// What was found, never without words: a fuzzer that was killed wrote none.
fn named(log: &str, status: ExitStatus) -> String {
    let summary = summary(log);
    let last = log.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if summary.is_empty() { format!("{status}, after {last:?}") } else { summary }
}

fn summary(log: &str) -> String {
    let told = |line: &&str| line.contains("panicked at") || line.starts_with("SUMMARY");
    let lines: Vec<&str> = log.lines().filter(told).collect();
    let wrote = log.lines().find(|line| line.contains("Test unit written to"));
    lines.into_iter().chain(wrote).collect::<Vec<_>>().join(" | ")
}

fn seconds_had(ledger: &Ledger, target: &str) -> u64 {
    ledger
        .lines()
        .iter()
        .filter_map(|line| line.get("result"))
        .filter(|result| result.get("target").and_then(Value::as_str) == Some(target))
        .filter_map(|result| result.get("seconds").and_then(Value::as_u64))
        .sum()
}

/// Adds to `tests/fuzz/corpus` the fewest of the new inputs that reach all they reach.
fn keep(program: &Path, home: &Path, target: &str, root: &Path) -> Result<(), String> {
    let kept = root.join("tests/fuzz/corpus").join(target);
    std::fs::create_dir_all(&kept).map_err(|error| error.to_string())?;
    let mut command = fuzzer(program, target);
    command.args(["-set_cover_merge=1", &format!("-max_len={LONGEST_KEPT_BYTES}")]).arg(&kept);
    let output = command
        .arg(home.join("corpus").join(target))
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_run_is_read() {
        let log = "#9\tNEW    cov: 7 ft: 9\n#10 DONE   cov: 12 ft: 14 corp: 3/9b\n\
                   stat::number_of_executed_units: 10\n";
        assert_eq!(coverage(log), Some(12));
        assert_eq!(stats(log).get("number_of_executed_units"), Some(&10));
    }

    #[test]
    fn the_time_of_children_is_counted() {
        let before = cpu_seconds_of_children();
        assert!(Command::new("sh").args(["-c", ":"]).status().unwrap().success());
        assert!(cpu_seconds_of_children() >= before);
    }

    #[test]
    fn a_finding_is_named() {
        let log =
            "thread panicked at a.rs:1\nSUMMARY: libFuzzer: deadly signal\nTest unit written to x";
        assert!(summary(log).contains("a.rs:1") && summary(log).contains("written to x"));
        let killed = Command::new("sh").args(["-c", "kill -9 $$"]).status().unwrap();
        let said = named("#9 NEW\n\n", killed);
        assert!(said.contains("signal: 9") && said.contains("#9 NEW"), "{said}");
        assert_eq!(named(log, killed), summary(log));
    }
}
