//! The list of steps.

use std::fs;
use std::path::Path;
use std::process::Command;

use cargo_metadata::Metadata;

use crate::cargo::{ASIDE, Cargo, documents};
use crate::step::Report;
use crate::{browser, doc_tests, licences, validators};

/// Everything compiled for a step uses the same profile, so that build scripts, macros
/// and the metadata of dependencies are made once.
const PROFILE: &str = "ci";
const WITHOUT_SERVICES: &str = "not (package(heqi-tests) and test(/^acceptance::/))";
const CASES_WHEN_FULL: &str = "4096";
/// Minutes of long runs in one full run.
const LONG_SITTING_MIN: u64 = 60;
/// What a full run adds lines to: without `--keep` a copy of it.
const WRITTEN: [&str; 4] = ["PERFORMANCE.md", "RELIABILITY.md", "performance", "reliability"];
/// The soak in one full run, which ends with an error when memory was not flat; behind it stands the ledger.
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
];

/// What the caller asked for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Flags {
    quick: bool,
    full: Full,
    locked: bool,
}

/// Whether everything is run, and where its lines go.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Full {
    #[default]
    No,
    /// To a copy of `docs`.
    Aside,
    /// To `docs`, to be committed.
    Kept,
}

impl Flags {
    /// Reads the words after `test`.
    pub(crate) fn parse(words: &[String]) -> Result<Self, String> {
        let mut flags = Self::default();
        let (mut is_full, mut is_kept) = (false, false);
        for word in words {
            match word.as_str() {
                "--quick" => flags.quick = true,
                "--full" => is_full = true,
                "--keep" => is_kept = true,
                "--locked" => flags.locked = true,
                other => return Err(format!("there is no flag `{other}`\n\n{}", crate::USAGE)),
            }
        }
        if flags.quick && is_full {
            return Err("--quick and --full exclude each other".to_owned());
        }
        flags.full = match (is_full, is_kept) {
            (false, true) => {
                return Err("--keep belongs to --full: nothing else writes lines".to_owned());
            }
            (false, false) => Full::No,
            (true, false) => Full::Aside,
            (true, true) => Full::Kept,
        };
        Ok(flags)
    }

    fn is_full(self) -> bool {
        self.full != Full::No
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
    if flags.is_full() {
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
    if flags.is_full() {
        let place = if flags.full == Full::Kept {
            documents(cargo.root())
        } else {
            let place = cargo.built("full").join("docs");
            set_aside(&cargo.root().join("docs"), &place)?;
            println!("\nlines go to {}; --keep adds them to docs", place.display());
            place
        };
        beyond(&mut report, &cargo, &place)?;
    }
    Ok(report.conclude())
}

/// What only a full run does: both verifiers about the same files, memory over half an hour, the table of speed, and
/// one sitting of what accumulates in `docs/reliability`, which goes on where the last one stopped. Each is a process of
/// its own, which is told where its lines go; the long runs lower their priority.
fn beyond(report: &mut Report, cargo: &Cargo, place: &Path) -> Result<(), String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let ours = |words: &[&str]| {
        let mut command = Command::new(&this);
        command.args(words).current_dir(cargo.root()).env(ASIDE, place);
        command
    };
    report.command("differential", &mut ours(&["differential"]));
    let soak = place.join("reliability/soak.jsonl");
    report.command("soak", cargo.command(SOAK).arg(&soak));
    report.command("measure", &mut ours(&["measure", "--strict"]));
    let minutes = LONG_SITTING_MIN.to_string();
    report.command("long runs", &mut ours(&["long", "--minutes", &minutes]));
    Ok(())
}

/// A fresh copy of what a full run adds lines to.
fn set_aside(docs: &Path, place: &Path) -> Result<(), String> {
    let say = |error: std::io::Error| format!("{}: {error}", place.display());
    if place.exists() {
        fs::remove_dir_all(place).map_err(say)?;
    }
    fs::create_dir_all(place).map_err(say)?;
    for name in WRITTEN {
        copy(&docs.join(name), &place.join(name)).map_err(say)?;
    }
    Ok(())
}

/// A file, or a folder with everything in it; nothing where there is neither.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if from.is_file() {
        return fs::copy(from, to).map(|_| ());
    }
    if !from.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn announce(flags: Flags) {
    if flags.quick {
        println!("quick: tests that start services are left out");
    }
    if flags.is_full() {
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
    fn lines_are_kept_only_of_a_full_run() {
        let kept = Flags { full: Full::Kept, ..Flags::default() };
        assert!(kept.is_full() && !Flags::default().is_full());
        assert_eq!(parse(&["--keep", "--full"]), Ok(kept));
        assert_eq!(parse(&["--full"]), Ok(Flags { full: Full::Aside, ..kept }));
        assert!(parse(&["--keep"]).is_err() && parse(&["--quick", "--keep"]).is_err());
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "files of a test")]
    fn what_is_set_aside_is_a_fresh_copy_and_the_checkout_stays_as_it_is() {
        let home = std::env::temp_dir().join(format!("heqi-aside-{}", std::process::id()));
        let (docs, place) = (home.join("docs"), home.join("target/full/docs"));
        fs::create_dir_all(docs.join("reliability/deeper")).unwrap();
        fs::write(docs.join("PERFORMANCE.md"), "table").unwrap();
        fs::write(docs.join("SECURITY.md"), "no line goes there").unwrap();
        fs::write(docs.join("reliability/deeper/fuzz.jsonl"), "one").unwrap();
        for _ in 0..2 {
            set_aside(&docs, &place).unwrap();
            let ledger = place.join("reliability/deeper/fuzz.jsonl");
            assert_eq!(fs::read_to_string(&ledger).unwrap(), "one");
            assert!(place.join("PERFORMANCE.md").is_file() && !place.join("SECURITY.md").exists());
            fs::write(&ledger, "one and two").unwrap();
        }
        let kept = fs::read_to_string(docs.join("reliability/deeper/fuzz.jsonl")).unwrap();
        assert_eq!(kept, "one");
        fs::remove_dir_all(home).unwrap();
    }

    #[test]
    fn a_binary_is_found_in_its_package_only() {
        let metadata = Cargo::new(false).unwrap().metadata().unwrap();
        assert!(has_binary(&metadata, "xtask", "xtask"));
        assert!(!has_binary(&metadata, "heqi-vocabulary", "xtask"));
    }
}
