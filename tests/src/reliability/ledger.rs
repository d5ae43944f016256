//! What was run: `docs/reliability/faults.jsonl`, one line for each series of rounds.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::Command;

use heqi_service_kit::SystemClock;
use heqi_vocabulary::{Clock as _, UtcMillis};
use serde::{Deserialize, Serialize};

use super::kinds::Kind;
use super::rounds::Round;

/// One series of rounds.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Line {
    /// Name of the kind.
    pub kind: String,
    /// The commit that was checked out.
    pub commit: String,
    /// What runs these rounds again.
    pub command: String,
    /// How long it took.
    pub seconds: f64,
    /// How many rounds.
    pub rounds: u64,
    /// What came of them.
    pub result: Outcome,
    /// When.
    pub at: UtcMillis,
}

/// What came of a series.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Outcome {
    /// Numbers of the rounds.
    pub seeds: Vec<u64>,
    /// Faults injected.
    pub faults: u64,
    /// Records acknowledged meanwhile.
    pub acknowledged: u64,
    /// Rounds after which every promise held.
    pub survived: u64,
    /// The others, and which promise did not hold.
    pub failed: Vec<Failed>,
}

/// A round after which a promise did not hold.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Failed {
    /// Its number.
    pub seed: u64,
    /// What did not hold.
    pub what: String,
}

impl Line {
    /// The line for these rounds of a kind.
    pub(crate) fn of(kind: Kind, rounds: &[Round], seconds: f64) -> Result<Self, String> {
        let failed = rounds.iter().filter(|round| !round.survived);
        let failed: Vec<_> =
            failed.map(|round| Failed { seed: round.seed, what: round.note.clone() }).collect();
        let seeds: Vec<u64> = rounds.iter().map(|round| round.seed).collect();
        let listed = seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
        let count = |list: usize| u64::try_from(list).unwrap_or(u64::MAX);
        Ok(Self {
            kind: kind.name().to_owned(),
            commit: commit()?,
            command: format!("reliability {kind} --seeds {listed}"),
            seconds: (seconds * 10.0).round() / 10.0,
            rounds: count(rounds.len()),
            result: Outcome {
                faults: rounds.iter().map(|round| round.faults).sum(),
                acknowledged: rounds.iter().map(|round| round.acknowledged).sum(),
                survived: count(rounds.len() - failed.len()),
                seeds,
                failed,
            },
            at: SystemClock.now(),
        })
    }

    /// Adds it to a ledger. A line is written at once, so that runs may share a file.
    pub fn append(&self, ledger: &Path) -> Result<(), String> {
        let mut line = serde_json::to_string(self).map_err(|error| error.to_string())?;
        line.push('\n');
        let file = File::options().create(true).append(true).open(ledger);
        let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
        written.map_err(|error| format!("{}: {error}", ledger.display()))
    }
}

/// All lines of a ledger; none if there is no such file.
pub fn read(ledger: &Path) -> Result<Vec<Line>, String> {
    let text = match std::fs::read_to_string(ledger) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("{}: {error}", ledger.display())),
    };
    let line = |(at, line): (usize, &str)| {
        serde_json::from_str(line)
            .map_err(|error| format!("{}, line {}: {error}", ledger.display(), at + 1))
    };
    text.lines().enumerate().map(line).collect()
}

/// The lowest numbers of a kind that were not run yet and belong to this share, at most
/// `count`. `below` bounds a sweep, which has no more rounds than it has points.
pub fn next_seeds(
    lines: &[Line],
    kind: Kind,
    (share, shares): (u64, u64),
    count: usize,
    below: u64,
) -> Vec<u64> {
    let of_kind = lines.iter().filter(|line| line.kind == kind.name());
    let done: BTreeSet<u64> = of_kind.flat_map(|line| line.result.seeds.iter().copied()).collect();
    let ours = (0..below).filter(|seed| seed % shares.max(1) == share && !done.contains(seed));
    ours.take(count).collect()
}

fn commit() -> Result<String, String> {
    let done = Command::new("git").args(["rev-parse", "--short=12", "HEAD"]).output();
    let done = done.map_err(|error| format!("git: {error}"))?;
    Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(seeds: &[u64]) -> Line {
        let round = |seed: &u64| Round::survived(*seed);
        let rounds: Vec<Round> = seeds.iter().map(round).collect();
        Line::of(Kind::PowerCut, &rounds, 1.25).unwrap()
    }

    #[test]
    fn what_was_appended_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("faults.jsonl");
        assert_eq!(read(&file).unwrap(), []);
        for seeds in [&[0, 1][..], &[2]] {
            line(seeds).append(&file).unwrap();
        }
        let lines = read(&file).unwrap();
        assert_eq!(lines.iter().map(|line| line.rounds).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(lines[0].command, "reliability power-cut --seeds 0,1");
    }

    #[test]
    fn the_next_rounds_are_those_that_nobody_has_run_and_shares_do_not_overlap() {
        let lines = [line(&[0, 1, 4])];
        let next = |share| next_seeds(&lines, Kind::PowerCut, share, 3, u64::MAX);
        assert_eq!(next((0, 1)), [2, 3, 5]);
        assert_eq!(next((0, 2)), [2, 6, 8]);
        assert_eq!(next((1, 2)), [3, 5, 7]);
        assert_eq!(next_seeds(&lines, Kind::PowerCut, (0, 1), 9, 4), [2, 3]);
        assert_eq!(next_seeds(&lines, Kind::DiskFull, (0, 1), 1, 9), [0]);
    }
}
