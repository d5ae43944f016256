//! `cargo xtask mutants`: is there a test that notices? `cargo-mutants` lists what can be
//! changed in the pure crates, one thing at a time; the tests of the crate must notice each.
//!
//! Building a crate again for each of three thousand mutants takes a day. So a package is
//! built once with all its mutants inside, and a switch in the environment says which of
//! them is on; and a mutant meets only the tests that reach it. What cannot stand beside
//! others (constants, values of hidden types) is built alone.
//!
//! Each run of a package is a line of `docs/reliability/mutants.jsonl`; the newest counts.
//!
//! - [`list`]: the mutants
//! - [`schemata`]: all of them in one text
//! - [`build`]: the copy of the workspace in which they are compiled
//! - [`trial`]: the tests against each

mod build;
mod list;
mod schemata;
mod trial;

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use serde_json::{Value, json};

use self::build::{Built, Copy, Left};
use self::list::Mutant;
use self::trial::{Outcome, Tests};
use crate::cargo::Cargo;
use crate::ledger::Ledger;

/// A package under attack, and whose tests must notice.
struct Pure {
    package: &'static str,
    folder: &'static str,
    tested: &'static [&'static str],
}

/// The crates without input and output, in the order in which they are attacked.
const PURE: &[Pure] = &[
    Pure { package: "heqi-vocabulary", folder: "crates/vocabulary", tested: &["heqi-vocabulary"] },
    Pure { package: "heqi-filing", folder: "crates/filing", tested: &["heqi-filing"] },
    Pure { package: "heqi-tlog", folder: "crates/tlog", tested: &["heqi-tlog"] },
    Pure { package: "heqi-evidence", folder: "crates/evidence", tested: &["heqi-evidence"] },
    Pure { package: "heqi-pki", folder: "crates/pki", tested: &["heqi-pki"] },
];
const VERSION: &str = "27.1.0";

/// What the caller asked for.
#[derive(Debug, Default)]
pub(crate) struct Flags {
    package: Option<String>,
    /// Only mutants whose name has this in it; such a run is not written down.
    only: Option<String>,
    /// Packages that have a line already too.
    again: bool,
}

impl Flags {
    /// Reads the words after `mutants`.
    pub(crate) fn parse(words: &[String]) -> Result<Self, String> {
        let mut flags = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--package" => flags.package = words.next().cloned(),
                "--only" => flags.only = words.next().cloned(),
                "--again" => flags.again = true,
                other => return Err(format!("there is no flag `{other}`\n\n{}", crate::USAGE)),
            }
        }
        Ok(flags)
    }
}

/// Attacks the packages that were not attacked yet; true if no mutant survived.
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
    let mut clean = true;
    for pure in PURE {
        let wanted = flags.package.as_deref().is_none_or(|only| only == pure.package);
        if !wanted || (flags.package.is_none() && !flags.again && is_done(&ledger, pure.package)) {
            continue;
        }
        let outcome = attack(&cargo, pure, flags.only.as_deref())?;
        println!("{outcome:#}");
        clean &= outcome.get("missed").and_then(Value::as_array).is_some_and(Vec::is_empty);
        if flags.only.is_none() {
            let command = format!("cargo xtask mutants --package {}", pure.package);
            ledger.append("mutants", &command, &outcome)?;
        }
    }
    Ok(clean)
}

fn works(mut command: Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn is_done(ledger: &Ledger, package: &str) -> bool {
    ledger.lines().iter().filter_map(|line| line.get("result")).any(|result| {
        result.get("package").and_then(Value::as_str) == Some(package)
            && result.get("mutants").is_some()
    })
}

fn attack(cargo: &Cargo, pure: &Pure, only: Option<&str>) -> Result<Value, String> {
    let started = Instant::now();
    let mut mutants = list::of(cargo, pure.package)?;
    mutants.retain(|mutant| only.is_none_or(|only| mutant.name.contains(only)));
    let root_file = PathBuf::from(pure.folder).join("src/lib.rs");
    let copy = Copy::of(cargo)?;
    let built = copy.build(cargo, pure.tested, &root_file, &mutants)?;
    let tests = Tests::look(&built.programs)?;
    println!(
        "{}: {} mutants, {} beside each other, {} tests, ready after {} s",
        pure.package,
        mutants.len(),
        built.places.len(),
        tests.len(),
        started.elapsed().as_secs()
    );
    let mut tally = Tally::default();
    for mutant in &mutants {
        if let Some(place) = built.places.get(&mutant.id) {
            tally.count(mutant, tests.try_mutant(mutant.id, *place)?);
        }
    }
    copy.restore(cargo.root(), &root_file, &mutants)?;
    tally.alone = attack_alone(cargo, pure, &copy, &built, &mutants, &mut tally)?;
    Ok(json!({
        "package": pure.package,
        "mutants": mutants.len(),
        "built_alone": tally.alone,
        "caught": tally.caught,
        "timed_out": tally.timed_out,
        "unviable": tally.unviable,
        "missed": tally.missed,
        "seconds": started.elapsed().as_secs(),
    }))
}

/// Those that cannot stand beside the others, each in a build of its own.
fn attack_alone(
    cargo: &Cargo,
    pure: &Pure,
    copy: &Copy,
    built: &Built,
    mutants: &[Mutant],
    tally: &mut Tally,
) -> Result<usize, String> {
    let mut alone = 0;
    for mutant in mutants {
        match built.left.get(&mutant.id) {
            None => {}
            Some(Left::Unviable) => tally.unviable += 1,
            Some(Left::ForItself) => {
                alone += 1;
                match copy.build_alone(cargo, pure.tested, mutant)? {
                    None => tally.unviable += 1,
                    Some(programs) => tally.count(mutant, trial::try_alone(&programs)?),
                }
            }
        }
    }
    Ok(alone)
}

#[derive(Default)]
struct Tally {
    alone: usize,
    caught: usize,
    timed_out: usize,
    unviable: usize,
    missed: Vec<String>,
}

impl Tally {
    fn count(&mut self, mutant: &Mutant, outcome: Outcome) {
        match outcome {
            Outcome::Caught => self.caught += 1,
            Outcome::TimedOut => self.timed_out += 1,
            Outcome::Missed => {
                println!("survived: {}", mutant.name);
                self.missed.push(mutant.name.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_and_unknown_ones_refused() {
        let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        let flags = Flags::parse(&words(&["--package", "heqi-tlog", "--again"])).unwrap();
        assert_eq!((flags.package.as_deref(), flags.again), (Some("heqi-tlog"), true));
        assert!(Flags::parse(&words(&["--all"])).is_err());
    }
}
