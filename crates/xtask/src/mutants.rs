//! `cargo xtask mutants`: is there a test that notices? `cargo-mutants` lists what can be
//! changed in the pure crates, one thing at a time; the tests of the crate must notice each.
//!
//! Building a crate again for each of three thousand mutants takes a day. So a package is
//! built once with all its mutants inside, and a switch in the environment says which of
//! them is on; and a mutant meets only the tests that reach it. What cannot stand beside
//! others (constants, values of hidden types) is built alone.
//!
//! Each run of a package is a line of `docs/reliability/mutants.jsonl`; the newest counts. What became of each mutant is
//! kept meanwhile, so that a run may be cut off, end at its time, or be shared among machines; each sitting is a line of
//! `mutants-progress.jsonl` beside it, so that it is committed and outlives the machine.
//!
//! - [`list`]: the mutants
//! - [`schemata`]: all of them in one text
//! - [`build`]: the copy of the workspace in which they are compiled
//! - [`trial`]: the tests against each
//! - [`progress`]: what is known so far

mod build;
mod list;
mod progress;
mod schemata;
mod trial;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use self::build::{Copy, Left};
use self::list::Mutant;
use self::progress::{Became, Progress};
use self::trial::{Outcome, Tests};
use crate::cargo::Cargo;
use crate::ledger::Ledger;

/// A package under attack, and whose tests must notice.
struct Pure {
    package: &'static str,
    tested: &'static [&'static str],
}

impl Pure {
    /// Where its sources are.
    fn folder(&self) -> String {
        folder_of(self.package)
    }

    /// Its own folder, then those of other packages whose tests must notice.
    fn folders(&self) -> Vec<String> {
        let others = self.tested.iter().filter(|package| **package != self.package);
        [self.folder()].into_iter().chain(others.map(|package| folder_of(package))).collect()
    }
}

fn folder_of(package: &str) -> String {
    format!("crates/{}", package.trim_start_matches("heqi-"))
}

/// The parsers and rules without input and output, in the order in which they are attacked.
const PURE: &[Pure] = &[
    Pure { package: "heqi-vocabulary", tested: &["heqi-vocabulary"] },
    Pure { package: "heqi-filing", tested: &["heqi-filing"] },
    Pure { package: "heqi-tlog", tested: &["heqi-tlog"] },
    Pure { package: "heqi-evidence", tested: &["heqi-evidence"] },
    Pure { package: "heqi-pki", tested: &["heqi-pki"] },
    Pure { package: "heqi-identity", tested: &["heqi-identity"] },
    // Its rules are about files that only the verifier's tests have.
    Pure { package: "heqi-renewal", tested: &["heqi-renewal", "heqi-verify"] },
    Pure { package: "heqi-sealed-pdf", tested: &["heqi-sealed-pdf"] },
];
const VERSION: &str = "27.1.0";
/// How often a sitting writes into the ledger what it knows.
const TOLD_EVERY: Duration = Duration::from_mins(10);

/// What the caller asked for.
#[derive(Debug, Default)]
pub(crate) struct Flags {
    package: Option<String>,
    /// Only mutants whose name has this in it; such a run is not written down.
    only: Option<String>,
    /// Packages that have a line already too, and every mutant of theirs is tried once more.
    again: bool,
    /// Ends after so many minutes and goes on another time.
    minutes: Option<u64>,
    /// Of n shares of the mutants, the i-th (from 0): i and n. Only what is known of all of them is a line.
    shard: Option<(u32, u32)>,
    /// What other machines know of the same state of the crate.
    take: Vec<PathBuf>,
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
                "--minutes" => {
                    let minutes = words.next().and_then(|word| word.parse().ok());
                    flags.minutes = Some(minutes.ok_or("a number of minutes must follow")?);
                }
                "--shard" => flags.shard = Some(share(words.next())?),
                "--take" => {
                    let file = words.next().map(PathBuf::from);
                    flags.take.push(file.ok_or("a file must follow --take")?);
                }
                other => return Err(format!("there is no flag `{other}`\n\n{}", crate::USAGE)),
            }
        }
        Ok(flags)
    }
}

impl Flags {
    /// One sitting of so many minutes, over whatever is not done yet.
    pub(crate) fn sitting(minutes: u64) -> Self {
        Self { minutes: Some(minutes), ..Self::default() }
    }
}

fn share(word: Option<&String>) -> Result<(u32, u32), String> {
    let parts = word.and_then(|word| word.split_once('/'));
    let read = parts.and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    read.filter(|(i, n): &(u32, u32)| i < n)
        .ok_or_else(|| "a share is i/n with i below n".to_owned())
}

/// Of how many packages there is a line, and how many there are.
pub(crate) fn packages_done(cargo: &Cargo) -> (usize, usize) {
    let ledger = Ledger::open(cargo.root(), "mutants");
    (PURE.iter().filter(|pure| is_done(&ledger, pure.package)).count(), PURE.len())
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
    for file in &flags.take {
        take(file, cargo.cache(), cargo.root(), flags.package.as_deref())?;
    }
    let mut ledger = Ledger::open(cargo.root(), "mutants");
    let mut clean = true;
    let end = flags.minutes.map(|minutes| Instant::now() + Duration::from_secs(minutes * 60));
    for pure in PURE {
        let wanted = flags.package.as_deref().is_none_or(|only| only == pure.package);
        if !wanted || (flags.package.is_none() && !flags.again && is_done(&ledger, pure.package)) {
            continue;
        }
        let Some(outcome) = attack(&cargo, pure, flags, end)? else { continue };
        println!("{outcome:#}");
        clean &= outcome.get("missed").and_then(Value::as_array).is_some_and(Vec::is_empty);
        if flags.only.is_none() {
            let command = format!("cargo xtask mutants --package {}", pure.package);
            ledger.append("mutants", &command, &outcome)?;
        }
    }
    Ok(clean)
}

/// Gives a file of another machine to the packages it is about; one about no package as it is now is refused.
fn take(file: &Path, cache: &Path, root: &Path, only: Option<&str>) -> Result<(), String> {
    let (mut wanted, mut is_taken) = (Vec::new(), false);
    for pure in PURE.iter().filter(|pure| only.is_none_or(|only| only == pure.package)) {
        let mut progress = Progress::open(cache, root, &pure.folders())?;
        let refused = progress.take(file).err();
        is_taken |= refused.is_none();
        wanted.extend(progress.path().file_name().map(|name| name.to_string_lossy().into_owned()));
    }
    if is_taken {
        return Ok(());
    }
    Err(format!(
        "{} is about another state of the crates: its name would be {}",
        file.display(),
        wanted.join(" or ")
    ))
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

/// `None`: not everything of the package is known yet.
fn attack(
    cargo: &Cargo,
    pure: &Pure,
    flags: &Flags,
    end: Option<Instant>,
) -> Result<Option<Value>, String> {
    let is_over = || end.is_some_and(|end| Instant::now() >= end);
    if is_over() {
        return Ok(None);
    }
    let mut mutants = list::of(cargo, pure.package)?;
    mutants.retain(|mutant| flags.only.as_ref().is_none_or(|only| mutant.name.contains(only)));
    let mut progress = Progress::open(cargo.cache(), cargo.root(), &pure.folders())?;
    // A look at a few is made anew and not kept: somebody is at work on the tests.
    let looks = flags.only.is_some();
    let is_ours = |mutant: &Mutant| flags.shard.is_none_or(|(i, n)| mutant.id % n == i);
    let is_open = |progress: &Progress, mutant: &Mutant| {
        is_ours(mutant) && (looks || progress.of(mutant).is_none())
    };
    // Once more, unless the last time was cut off: then it goes on.
    if flags.again && !looks && !mutants.iter().any(|mutant| is_open(&progress, mutant)) {
        progress.forget()?;
    }
    let mut seen = Vec::new();
    if mutants.iter().any(|mutant| is_open(&progress, mutant)) {
        let started = Instant::now();
        let root_file = PathBuf::from(pure.folder()).join("src/lib.rs");
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
        let mut told_at = Instant::now();
        let mut note = |progress: &mut Progress,
                        mutant: &Mutant,
                        became,
                        alone,
                        began: Instant|
         -> Result<(), String> {
            if became == Became::Missed {
                println!("survived: {}", mutant.name);
            }
            if looks {
                seen.push((mutant.clone(), became, alone));
                return Ok(());
            }
            progress.note(mutant, became, (alone, began.elapsed()))?;
            // A machine that is lost in a long sitting loses a little of it.
            if told_at.elapsed() >= TOLD_EVERY {
                progress.tell()?;
                told_at = Instant::now();
            }
            Ok(())
        };
        for mutant in &mutants {
            let Some(place) = built.places.get(&mutant.id) else { continue };
            if is_over() || !is_open(&progress, mutant) {
                continue;
            }
            let began = Instant::now();
            let became = became(tests.try_mutant(mutant.id, *place)?);
            note(&mut progress, mutant, became, false, began)?;
        }
        copy.restore(cargo.root(), &root_file, &mutants)?;
        // Those that cannot stand beside the others, each in a build of its own.
        for mutant in &mutants {
            let Some(left) = built.left.get(&mutant.id) else { continue };
            if is_over() || !is_open(&progress, mutant) {
                continue;
            }
            let began = Instant::now();
            let (became, alone) = match left {
                Left::Unviable => (Became::Unviable, false),
                Left::ForItself => match copy.build_alone(cargo, pure.tested, mutant)? {
                    None => (Became::Unviable, true),
                    Some(programs) => (became(trial::try_alone(&programs)?), true),
                },
            };
            note(&mut progress, mutant, became, alone, began)?;
        }
    }
    progress.tell()?;
    let known: Vec<(Mutant, Became, bool)> = if looks {
        seen
    } else {
        let of = |mutant: &Mutant| {
            Some((mutant.clone(), progress.of(mutant)?, progress.was_alone(mutant)))
        };
        mutants.iter().filter_map(of).collect()
    };
    if !looks && known.len() < mutants.len() {
        let (done, all) = (known.len(), mutants.len());
        println!(
            "{}: {done} of {all} mutants, kept in {} and docs/reliability",
            pure.package,
            progress.path().display()
        );
        return Ok(None);
    }
    Ok(Some(told(pure, &known, progress.seconds())))
}

/// The line of a package.
fn told(pure: &Pure, known: &[(Mutant, Became, bool)], seconds: u64) -> Value {
    let count = |wanted| known.iter().filter(|(_, became, _)| *became == wanted).count();
    let missed = known.iter().filter(|(_, became, _)| *became == Became::Missed);
    json!({
        "package": pure.package,
        "mutants": known.len(),
        "built_alone": known.iter().filter(|(_, _, alone)| *alone).count(),
        "caught": count(Became::Caught),
        "timed_out": count(Became::TimedOut),
        "unviable": count(Became::Unviable),
        "missed": missed.map(|(mutant, ..)| mutant.name.as_str()).collect::<Vec<_>>(),
        "seconds": seconds,
    })
}

const fn became(outcome: Outcome) -> Became {
    match outcome {
        Outcome::Caught => Became::Caught,
        Outcome::TimedOut => Became::TimedOut,
        Outcome::Missed => Became::Missed,
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
        let flags = Flags::parse(&words(&["--minutes", "7", "--shard", "1/3"])).unwrap();
        assert_eq!((flags.minutes, flags.shard), (Some(7), Some((1, 3))));
        assert!(Flags::parse(&words(&["--shard", "3/3"])).is_err());
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "files of a test")]
    fn a_file_about_no_package_as_it_is_now_is_refused_and_not_passed_over() {
        let home = std::env::temp_dir().join(format!("heqi-take-{}", std::process::id()));
        let (root, cache) = (home.join("root"), home.join("cache"));
        for folder in PURE.iter().flat_map(Pure::folders) {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        std::fs::write(root.join("Cargo.lock"), "").unwrap();
        let path =
            Progress::open(&cache, &root, &["crates/tlog".to_owned()]).unwrap().path().to_owned();
        let there = home.join("there").join(path.file_name().unwrap());
        std::fs::create_dir_all(home.join("there")).unwrap();
        std::fs::write(&there, "{\"mutant\": \"1 x\", \"became\": \"caught\"}\n").unwrap();
        take(&there, &cache, &root, None).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().contains("caught"));
        let other = home.join("there/tlog-0123456789abcdef.jsonl");
        std::fs::write(&other, "").unwrap();
        let said = take(&other, &cache, &root, None).unwrap_err();
        assert!(said.contains("another state") && said.contains("tlog-"), "{said}");
        assert!(take(&there, &cache, &root, Some("heqi-pki")).is_err());
        assert!(Flags::parse(&["--take".to_owned()]).is_err());
        std::fs::remove_dir_all(home).unwrap();
    }
}
