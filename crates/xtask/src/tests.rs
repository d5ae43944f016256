//! The list of steps.

use std::process::Command;

use cargo_metadata::Metadata;

use crate::cargo::Cargo;
use crate::step::Report;
use crate::{browser, differential, doc_tests, licences, long, measure, validators};

/// Everything compiled for a step uses the same profile, so that build scripts, macros
/// and the metadata of dependencies are made once.
const PROFILE: &str = "ci";
const WITHOUT_SERVICES: &str = "not (package(heqi-tests) and test(/^acceptance::/))";
const CASES_WHEN_FULL: &str = "4096";
/// Minutes of long runs in one full run.
const LONG_SITTING_MIN: u64 = 60;
/// The soak in one full run, which ends with an error when memory was not flat.
const SOAK: &[&str] = &[
    "run",
    "--quiet",
    "--release",
    "--package",
    "heqi",
    "--bin",
    "heqi",
    "--",
    "load",
    "--scenario",
    "soak",
    "--minutes",
    "30",
    "--ledger",
    "docs/reliability/soak.jsonl",
];

/// What the caller asked for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Flags {
    quick: bool,
    full: bool,
    locked: bool,
}

impl Flags {
    /// Reads the words after `test`.
    pub(crate) fn parse(words: &[String]) -> Result<Self, String> {
        let mut flags = Self::default();
        for word in words {
            match word.as_str() {
                "--quick" => flags.quick = true,
                "--full" => flags.full = true,
                "--locked" => flags.locked = true,
                other => return Err(format!("there is no flag `{other}`\n\n{}", crate::USAGE)),
            }
        }
        if flags.quick && flags.full {
            return Err("--quick and --full exclude each other".to_owned());
        }
        Ok(flags)
    }
}

/// Runs every step, prints each with its duration; true if all passed.
pub(crate) fn run(flags: Flags) -> Result<bool, String> {
    let cargo = Cargo::new(flags.locked)?;
    let metadata = cargo.metadata()?;
    let mut report = Report::default();
    announce(flags);

    report.command("format", &mut cargo.command(&["fmt", "--all", "--check"]));
    report.check("licences", "every dependency under a licence we accept", || {
        licences::check(&metadata)
    });

    let mut clippy = cargo.locked_command(&["clippy", "--workspace", "--all-targets"]);
    report.command("clippy", clippy.args(["--profile", PROFILE, "--", "-D", "warnings"]));

    if !cargo.has_nextest() {
        report.command("install nextest", &mut cargo.install_nextest());
    }
    browser::prepare(metadata.workspace_root.as_std_path());
    validators::prepare(metadata.workspace_root.as_std_path());
    let mut nextest = cargo.locked_command(&["nextest", "run", "--workspace"]);
    nextest.args(["--cargo-profile", PROFILE]);
    if flags.quick {
        nextest.args(["--filterset", WITHOUT_SERVICES]);
    }
    if flags.full {
        nextest.env("PROPTEST_CASES", CASES_WHEN_FULL);
    }
    report.command("tests", &mut nextest);

    let with_examples = doc_tests::packages(&metadata)?;
    if !with_examples.is_empty() {
        let mut examples = cargo.locked_command(&["test", "--doc", "--profile", PROFILE]);
        for package in &with_examples {
            examples.args(["--package", package]);
        }
        report.command("examples", &mut examples);
    }

    let mut docs = cargo.locked_command(&["doc", "--workspace", "--no-deps"]);
    docs.args(["--profile", PROFILE]).env("RUSTDOCFLAGS", "-D warnings");
    report.command("documentation", &mut docs);

    // The tests have built it. `cargo run --package` would build its dependencies once more, with other features.
    if has_binary(&metadata, "heqi-tests", "vectors") {
        let mut check = Command::new(cargo.built(PROFILE).join("vectors"));
        report.command("vectors unchanged", check.arg("--check").current_dir(cargo.root()));
    }
    if flags.full {
        // Before the long runs, which lower the priority of this process.
        rest(&mut report, &cargo);
        long_runs(&mut report);
    }
    Ok(report.conclude())
}

/// What accumulates in `docs/reliability`, in one sitting. Called again it goes on where it stopped.
fn long_runs(report: &mut Report) {
    let what = format!("{LONG_SITTING_MIN} minutes of what lacks most: faults, fuzz, mutants");
    report.check("long runs", &what, || {
        let words = ["--minutes".to_owned(), LONG_SITTING_MIN.to_string()];
        let clean = long::run(long::Flags::parse(&words)?)?;
        if clean { Ok(()) } else { Err("something was found: see above and the ledger".to_owned()) }
    });
}

/// What is no part of a sitting: both verifiers about the same files, memory over half an hour, and the table of speed.
fn rest(report: &mut Report, cargo: &Cargo) {
    report.check("differential", "both verifiers about files nobody has asked about", || {
        let agree = differential::run(&differential::Flags::parse(&[])?)?;
        if agree { Ok(()) } else { Err("the two verifiers differ: see the ledger".to_owned()) }
    });
    report.command("soak", &mut cargo.command(SOAK));
    report.check("measure", "every row of docs/PERFORMANCE.md", || {
        let complete = measure::run(&measure::Flags::default())?;
        if complete { Ok(()) } else { Err("a row gave no figures: see above".to_owned()) }
    });
}

fn announce(flags: Flags) {
    if flags.quick {
        println!("quick: tests that start services are left out");
    }
    if flags.full {
        println!(
            "full: every step, {CASES_WHEN_FULL} cases for each property, a sitting of the \
             long runs of docs/RELIABILITY.md, differential, soak and measure"
        );
    }
}

fn has_binary(metadata: &Metadata, package: &str, binary: &str) -> bool {
    metadata
        .workspace_packages()
        .iter()
        .filter(|candidate| candidate.name == package)
        .flat_map(|candidate| &candidate.targets)
        .any(|target| target.is_bin() && target.name == binary)
}

#[cfg(test)]
mod when_flags_are_parsed {
    use super::*;

    fn parse(words: &[&str]) -> Result<Flags, String> {
        Flags::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn an_unknown_flag_is_refused_by_name() {
        assert!(parse(&["--fast"]).unwrap_err().contains("`--fast`"));
    }

    #[test]
    fn quick_and_full_exclude_each_other() {
        assert!(parse(&["--quick", "--full"]).is_err());
        assert_eq!(parse(&["--quick"]), Ok(Flags { quick: true, ..Flags::default() }));
        assert_eq!(parse(&[]), Ok(Flags::default()));
    }

    #[test]
    fn a_binary_is_found_in_its_package_only() {
        let metadata = Cargo::new(false).unwrap().metadata().unwrap();
        assert!(has_binary(&metadata, "xtask", "xtask"));
        assert!(!has_binary(&metadata, "heqi-vocabulary", "xtask"));
    }
}
