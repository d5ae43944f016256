//! `cargo xtask mutants`: is there a test that notices? `cargo-mutants` changes one thing at
//! a time in the pure crates and runs their tests.
//!
//! Three thousand mutants take hours, so they come in shards. Each shard is a line of
//! `docs/reliability/mutants.jsonl`; a shard that stands there for the crate is not run again.

use std::process::Command;
use std::time::Instant;

use serde_json::{Value, json};

use crate::cargo::Cargo;
use crate::ledger::Ledger;

/// The crates without input and output, whose tests stand beside them.
const PURE: &[&str] = &["heqi-vocabulary", "heqi-tlog", "heqi-filing", "heqi-evidence", "heqi-pki"];
/// Into how many parts each crate is cut.
const SHARDS: u64 = 24;
const VERSION: &str = "27.1.0";

/// What the caller asked for.
#[derive(Debug, Default)]
pub(crate) struct Flags {
    package: Option<String>,
    at_most: Option<usize>,
}

impl Flags {
    /// Reads the words after `mutants`.
    pub(crate) fn parse(words: &[String]) -> Result<Self, String> {
        let mut flags = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--package" => flags.package = words.next().cloned(),
                "--at-most" => {
                    flags.at_most = words.next().and_then(|word| word.parse().ok());
                }
                other => return Err(format!("there is no flag `{other}`\n\n{}", crate::USAGE)),
            }
        }
        Ok(flags)
    }
}

/// Runs the next shards; true if no mutant survived them.
pub(crate) fn run(flags: &Flags) -> Result<bool, String> {
    let cargo = Cargo::new(false)?;
    if !works(cargo.command(&["mutants", "--version"])) {
        let mut install = cargo.install("cargo-mutants", VERSION);
        let status = install.status().map_err(|error| error.to_string())?;
        if !status.success() {
            return Err("cargo-mutants does not install".to_owned());
        }
    }
    let mut ledger = Ledger::open(cargo.root(), "mutants");
    let wanted = |package: &str| flags.package.as_deref().is_none_or(|only| only == package);
    let todo: Vec<(&str, u64)> = (0..SHARDS)
        .flat_map(|shard| PURE.iter().map(move |package| (*package, shard)))
        .filter(|(package, shard)| wanted(package) && !is_done(&ledger, package, *shard))
        .take(flags.at_most.unwrap_or(usize::MAX))
        .collect();
    let mut clean = true;
    for (package, shard) in todo {
        let outcome = attack(&cargo, package, shard)?;
        println!("{package} {shard}/{SHARDS}: {outcome}");
        clean &= outcome.get("missed").and_then(Value::as_array).is_some_and(Vec::is_empty);
        let command = format!("cargo xtask mutants --package {package}");
        ledger.append("mutants", &command, &outcome)?;
    }
    Ok(clean)
}

fn works(mut command: Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn is_done(ledger: &Ledger, package: &str, shard: u64) -> bool {
    ledger.lines().iter().filter_map(|line| line.get("result")).any(|result| {
        result.get("package").and_then(Value::as_str) == Some(package)
            && result.get("shard").and_then(Value::as_u64) == Some(shard)
            && result.get("shards").and_then(Value::as_u64) == Some(SHARDS)
    })
}

fn attack(cargo: &Cargo, package: &str, shard: u64) -> Result<Value, String> {
    let out = cargo.cache().join("mutants").join(package);
    std::fs::create_dir_all(&out).map_err(|error| error.to_string())?;
    let started = Instant::now();
    let mut command = cargo.command(&["mutants", "--package", package, "--no-times", "--colors"]);
    command.args(["never", "--shard", &format!("{shard}/{SHARDS}"), "--timeout", "120"]);
    // Exhaustive tests over trees need optimised dependencies to come to their end.
    command.args(["--profile", "ci", "--output"]).arg(&out);
    // 0: all caught; 2: some missed; 3: some timed out. Anything else is no result.
    let status = command.status().map_err(|error| format!("cargo mutants: {error}"))?;
    if !matches!(status.code(), Some(0 | 2 | 3)) {
        return Err(format!("cargo mutants on {package}: {status}"));
    }
    let list = |name: &str| -> Vec<String> {
        let path = out.join("mutants.out").join(name);
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    };
    Ok(json!({
        "package": package,
        "shard": shard,
        "shards": SHARDS,
        "seconds": started.elapsed().as_secs(),
        "caught": list("caught.txt").len(),
        "timed_out": list("timeout.txt").len(),
        "unviable": list("unviable.txt").len(),
        "missed": list("missed.txt"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_and_unknown_ones_refused() {
        let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        let flags = Flags::parse(&words(&["--package", "heqi-tlog", "--at-most", "2"])).unwrap();
        assert_eq!((flags.package.as_deref(), flags.at_most), (Some("heqi-tlog"), Some(2)));
        assert!(Flags::parse(&words(&["--all"])).is_err());
    }
}
