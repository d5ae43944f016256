//! `cargo xtask long --minutes N`: the long runs of `docs/RELIABILITY.md`, at the lowest priority, always going on where
//! most is missing: rounds of faults, seconds of fuzz targets, mutants of the pure crates.
//!
//! Each sitting is a line of its ledger as soon as it is over, so it may be stopped at any time. It ends at the first
//! thing it finds: what is found is to be looked at, and the next sitting goes on from there.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cargo::Cargo;
use crate::{fuzz, mutants};

/// No sitting of one part is longer, so that all come to their turn.
const SITTING_MIN: u64 = 10;

/// What the caller asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Flags {
    minutes: u64,
}

impl Flags {
    /// Reads the words after `long`.
    pub(crate) fn parse(words: &[String]) -> Result<Self, String> {
        match words {
            [flag, minutes] if flag == "--minutes" => minutes
                .parse()
                .map(|minutes| Self { minutes })
                .map_err(|_| "a number of minutes must follow --minutes".to_owned()),
            _ => Err(format!("cargo xtask long --minutes N\n\n{}", crate::USAGE)),
        }
    }
}

/// A part, and what of it is done.
#[derive(Clone, Debug, PartialEq)]
struct Part {
    kind: Kind,
    done: u64,
    wanted: u64,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Faults,
    Fuzz,
    Mutants,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Faults, Self::Fuzz, Self::Mutants];

    const fn word(self) -> &'static str {
        match self {
            Self::Faults => "rounds of faults",
            Self::Fuzz => "seconds of fuzzing",
            Self::Mutants => "crates under mutants",
        }
    }
}

impl Part {
    /// Thousandths of it that are done.
    fn per_mille(&self) -> u64 {
        (self.done * 1_000).checked_div(self.wanted).unwrap_or(1_000)
    }
}

/// Whole minutes that are left for a sitting; none when there is not one, since a fuzzer takes no time for no limit.
fn left(end: Instant, now: Instant) -> Option<u64> {
    let left = end.saturating_duration_since(now).as_secs() / 60;
    (left > 0).then(|| left.min(SITTING_MIN))
}

/// Goes on for so long; true if nothing was found.
pub(crate) fn run(flags: Flags) -> Result<bool, String> {
    let cargo = Cargo::new(false)?;
    give_way();
    let end = Instant::now() + Duration::from_secs(flags.minutes.saturating_mul(60));
    let mut stuck = Vec::new();
    loop {
        let mut parts = Vec::new();
        for kind in Kind::ALL.into_iter().filter(|kind| !stuck.contains(kind)) {
            parts.push(look(&cargo, kind)?);
        }
        for part in &parts {
            println!("{}: {} of {}", part.kind.word(), part.done, part.wanted);
        }
        let Some(next) = next(&parts) else {
            println!("nothing is missing that this machine can do");
            return Ok(true);
        };
        // Asked here: to look at what is done may have built something for minutes.
        let Some(minutes) = left(end, Instant::now()) else {
            println!("the time is over; the next sitting goes on from here");
            return Ok(true);
        };
        if !sit(&cargo, next.kind, minutes)? {
            println!(
                "{}: found something, named above; the next sitting goes on",
                next.kind.word()
            );
            return Ok(false);
        }
        // What does not advance (a machine without loop devices) must not hold up the rest. Mutants of one crate
        // take many sittings, and each is kept.
        let is_still = next.kind != Kind::Mutants && look(&cargo, next.kind)?.done == next.done;
        if is_still {
            println!("{}: nothing more on this machine", next.kind.word());
            stuck.push(next.kind);
        }
    }
}

/// The part of which the least is done.
fn next(parts: &[Part]) -> Option<&Part> {
    parts.iter().filter(|part| part.done < part.wanted).min_by_key(|part| part.per_mille())
}

fn look(cargo: &Cargo, kind: Kind) -> Result<Part, String> {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let (done, wanted) = match kind {
        Kind::Faults => {
            let output = reliability(cargo, &["missing"]).output().map_err(|e| e.to_string())?;
            let said: Value = serde_json::from_slice(&output.stdout)
                .map_err(|_| String::from_utf8_lossy(&output.stderr).into_owned())?;
            let number = |name: &str| said.get(name).and_then(Value::as_u64).unwrap_or_default();
            (number("done"), number("wanted"))
        }
        Kind::Fuzz => {
            let had = fuzz::had(cargo)?;
            let done = had.iter().map(|(_, seconds)| (*seconds).min(fuzz::WANTED_S)).sum();
            (done, fuzz::WANTED_S * count(had.len()))
        }
        Kind::Mutants => {
            let (done, wanted) = mutants::packages_done(cargo);
            (count(done), count(wanted))
        }
    };
    Ok(Part { kind, done, wanted })
}

/// One sitting; true if nothing was found.
fn sit(cargo: &Cargo, kind: Kind, minutes: u64) -> Result<bool, String> {
    println!("── {}, at most {minutes} min", kind.word());
    match kind {
        Kind::Faults => {
            let words = ["rest", "--minutes", &minutes.to_string()];
            let status = reliability(cargo, &words).status().map_err(|e| e.to_string())?;
            Ok(status.success())
        }
        Kind::Fuzz => {
            let had = fuzz::had(cargo)?;
            let Some((target, _)) = had.into_iter().min_by_key(|(_, seconds)| *seconds) else {
                return Ok(true);
            };
            fuzz::run(&fuzz::Flags::sitting(&target, minutes * 60))
        }
        Kind::Mutants => mutants::run(&mutants::Flags::sitting(minutes)),
    }
}

fn reliability(cargo: &Cargo, words: &[&str]) -> Command {
    let mut command = cargo.command(&["run", "--quiet", "--profile", "ci"]);
    command.args(["--package", "heqi-tests", "--bin", "reliability", "--"]).args(words);
    command
}

/// Whatever else runs on this machine comes first. What is started from here inherits it.
fn give_way() {
    let me = std::process::id().to_string();
    for words in [["renice", "-n", "19", "-p"], ["ionice", "-c", "3", "-p"]] {
        let [program, first, second, third] = words;
        let mut command = Command::new(program);
        let given = command.args([first, second, third, &me]).output();
        if !given.is_ok_and(|output| output.status.success()) {
            println!("{program}: the priority stays as it is");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(kind: Kind, done: u64, wanted: u64) -> Part {
        Part { kind, done, wanted }
    }

    #[test]
    fn what_lacks_most_comes_next_and_what_is_done_never() {
        let parts =
            [part(Kind::Faults, 90, 100), part(Kind::Fuzz, 300, 600), part(Kind::Mutants, 5, 5)];
        assert_eq!(next(&parts).unwrap().kind, Kind::Fuzz);
        assert!(next(&[part(Kind::Mutants, 5, 5), part(Kind::Faults, 0, 0)]).is_none());
    }

    #[test]
    fn with_less_than_a_minute_left_nothing_is_begun() {
        let now = Instant::now();
        let after = |seconds| left(now + Duration::from_secs(seconds), now);
        assert_eq!([after(0), after(59), after(60), after(179)], [None, None, Some(1), Some(2)]);
        assert_eq!(after(3_600), Some(SITTING_MIN));
        assert_eq!(left(now, now + Duration::from_secs(5)), None);
    }

    #[test]
    fn the_time_must_be_said() {
        let parse = |words: &[&str]| {
            Flags::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(parse(&["--minutes", "90"]), Ok(Flags { minutes: 90 }));
        assert!(parse(&[]).is_err() && parse(&["--minutes", "x"]).is_err());
    }
}
