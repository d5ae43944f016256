//! `cargo xtask differential`: the program and the page of `verify.html`, asked about the
//! same spoiled files (`tests/fuzz/src/differential.rs`).
//!
//! Each series takes numbers nobody has asked yet and is a line of
//! `docs/reliability/differential.jsonl`.

use std::time::Instant;

use serde_json::{Value, json};

use crate::cargo::Cargo;
use crate::ledger::Ledger;

/// Numbers below are those of the sample in every test run.
const FIRST: u64 = 1_000;

/// What the caller asked for.
#[derive(Debug)]
pub(crate) struct Flags {
    count: u64,
}

impl Flags {
    /// Reads the words after `differential`.
    pub(crate) fn parse(words: &[String]) -> Result<Self, String> {
        match words {
            [] => Ok(Self { count: 2_000 }),
            [flag, count] if flag == "--count" => {
                let count = count.parse().map_err(|_| "a number must follow --count".to_owned())?;
                Ok(Self { count })
            }
            _ => Err(crate::USAGE.to_owned()),
        }
    }
}

/// Asks the next questions; true if the two agree on all of them.
pub(crate) fn run(flags: &Flags) -> Result<bool, String> {
    let cargo = Cargo::new(false)?;
    let mut ledger = Ledger::open(cargo.root(), "differential");
    let from = next(&ledger);
    let findings = cargo.cache().join("differential");
    let started = Instant::now();
    let mut command = cargo.command(&["run", "--quiet", "--profile", "ci"]);
    command.args(["--package", "heqi-fuzz", "--bin", "differential", "--"]);
    command.args([from.to_string(), flags.count.to_string()]).arg(&findings);
    let output = command.stderr(std::process::Stdio::inherit()).output();
    let output = output.map_err(|error| format!("differential: {error}"))?;
    let mut result: Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("the two were not asked: {}", output.status))?;
    if let Some(members) = result.as_object_mut() {
        members.insert("seconds".to_owned(), json!(started.elapsed().as_secs()));
    }
    println!("{result}");
    ledger.append("differential", "cargo xtask differential", &result)?;
    Ok(output.status.success())
}

/// The first number behind all series.
fn next(ledger: &Ledger) -> u64 {
    let end = |line: &Value| {
        let result = line.get("result")?;
        Some(result.get("from")?.as_u64()? + result.get("asked")?.as_u64()?)
    };
    ledger.lines().iter().filter_map(end).max().unwrap_or(FIRST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_questions_is_read() {
        let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        assert_eq!(Flags::parse(&words(&["--count", "7"])).unwrap().count, 7);
        assert!(Flags::parse(&words(&["--count", "many"])).is_err());
        assert!(Flags::parse(&words(&["7"])).is_err());
    }
}
