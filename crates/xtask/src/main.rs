//! What developers and the build server run: `cargo xtask test`.
//!
//! What this is: the list of checks a change must pass, run one after the other, each
//! printed with its duration. `.ci/run` calls the same command, so nothing is checked
//! there that cannot be checked here.
//!
//! What this is not: part of any program. No other crate may depend on it.
//!
//! - [`tests`]: the list of steps and the flags that change it
//! - [`step`]: one step: a command or a check, its duration, its outcome
//! - [`browser`]: Chromium and the packages of `verify.html`, installed if missing
//! - [`cargo`]: cargo with the right target directory, `cargo-nextest` installed if missing
//! - [`differential`]: the two verifiers, asked about the same spoiled files
//! - [`doc_tests`]: which packages have examples to run
//! - [`fuzz`]: libFuzzer over every parser of foreign bytes, on stable
//! - [`ledger`]: `docs/reliability/*.jsonl`, where long runs accumulate
//! - [`licences`]: every dependency under a licence we accept
//! - [`long`]: what is missing of the long runs, most missing first
//! - [`measure`]: the table of speed, each row by its command
//! - [`mutants`]: is there a test that notices?
//! - [`plots`]: pictures of what `heqi load` and the benches measured
//! - [`spdx`]: licence expressions (SPDX 2.3, annex D)
#![expect(clippy::print_stdout, reason = "a developer tool reports on its standard output")]

mod browser;
mod cargo;
mod differential;
mod doc_tests;
mod fuzz;
mod ledger;
mod licences;
mod long;
mod measure;
mod mutants;
mod plots;
mod spdx;
mod step;
mod tests;
mod validators;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask test            every check and every test
cargo xtask test --quick    leaves out the tests that start services
cargo xtask test --full     property tests draw 4,096 cases each instead of 256; then differential,
                            a soak of 30 minutes and measure; then a sitting of the long runs:
                            faults, fuzz, mutants (docs/RELIABILITY.md); some hours in all. Its lines
                            are in target/full/docs
    --keep                  adds them to docs, to be committed
cargo xtask test --locked   fails if Cargo.lock would change (always so when CI=true)

cargo xtask fuzz            every fuzz target until it has had 600 s in all sittings
    --until S  --at-most S  seconds in all, seconds in this sitting (per target)
    --target NAME [FILE]    one target; on one file, to look at a finding
    --keep                  adds what was found worth keeping to tests/fuzz/corpus

cargo xtask mutants         every mutant of the pure crates that have no line in the ledger yet
    --package NAME          this crate, whether or not it has a line; goes on where it stopped
    --again                 crates that have a line too, and every mutant of theirs once more
    --only TEXT             mutants with this in their name; not written down
    --minutes N             ends then; what is known is kept and the next run goes on from there
    --shard I/N             this share of the mutants (from 0), for another machine
    --take FILE             what another machine kept of its share of the same state of a crate: its
                            file of one crate, or its docs/reliability/mutants-progress.jsonl (the
                            one of this checkout is read without being asked)

cargo xtask long --minutes N
                            faults, fuzz and mutants at the lowest priority, where most is missing;
                            ends at the first thing it finds, and goes on from there the next time

cargo xtask measure         every row of docs/PERFORMANCE.md on an idle machine, with its pictures
    --only NAME  --quick    rows with this in their name; the shortest runs that say anything
    --report                only the table and the pictures, of what was measured before
    --strict                ends with an error at a missed bar that docs/performance/known-misses.json
                            does not explain, or that is missed by more than 15 % beyond the
                            worst figure explained there

cargo xtask differential    both verifiers, asked about 2,000 spoiled files nobody has asked about
    --count N

cargo xtask plots FILE DIR  pictures of what `heqi load --json` and the benches printed into FILE";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            println!("{message}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Result<bool, String> {
    let Some((command, flags)) = arguments.split_first() else {
        return Err(USAGE.to_owned());
    };
    match command.as_str() {
        "test" => tests::run(tests::Flags::parse(flags)?),
        "mutants" => mutants::run(&mutants::Flags::parse(flags)?),
        "differential" => differential::run(&differential::Flags::parse(flags)?),
        "long" => long::run(long::Flags::parse(flags)?),
        "measure" => measure::run(&measure::Flags::parse(flags)?),
        "plots" => plots::run(flags),
        "fuzz" => fuzz::run(&fuzz::Flags::parse(flags)?),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(true)
        }
        other => Err(format!("there is no command `{other}`\n\n{USAGE}")),
    }
}
