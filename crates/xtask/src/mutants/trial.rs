//! Does a test notice? Each test is run once to see which places it reaches and how long it
//! takes; then each mutant meets only the tests that reach it, the quick ones first.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::build::Program;

/// Tests at most this long are run together, before the others; the quickest before those.
const QUICK: Duration = Duration::from_millis(150);
const QUICKEST: Duration = Duration::from_millis(25);
/// Nothing of ours needs more; a mutant that allocates for ever must not take the machine along.
const MEMORY_KB: u32 = 4 << 20;

/// One test of one program.
#[derive(Clone, Debug)]
struct Test {
    program: Program,
    name: String,
    took: Duration,
    reaches: BTreeSet<u32>,
}

/// Every test, the quick ones first.
pub(super) struct Tests(Vec<Test>);

/// What became of a mutant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Outcome {
    Caught,
    TimedOut,
    Missed,
}

impl Tests {
    /// Runs each test once, without a mutant.
    pub(super) fn look(programs: &[Program]) -> Result<Self, String> {
        let trace = std::env::temp_dir().join(format!("heqi-mutants-{}", std::process::id()));
        let mut tests = Vec::new();
        for program in programs {
            for name in names(program)? {
                let _ = fs::remove_file(&trace);
                let started = Instant::now();
                let mut command = limited(program, &[&name], Duration::from_mins(10));
                if !passes(command.env("HEQI_MUTANT_TRACE", &trace))? {
                    return Err(format!("{name} fails without any mutant"));
                }
                let took = started.elapsed();
                let reaches = fs::read_to_string(&trace).unwrap_or_default();
                let reaches = reaches.lines().filter_map(|line| line.parse().ok()).collect();
                tests.push(Test { program: program.clone(), name, took, reaches });
            }
        }
        let _ = fs::remove_file(&trace);
        tests.sort_by_key(|test| test.took);
        Ok(Self(tests))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Runs the tests that reach `place` with `mutant` on.
    pub(super) fn try_mutant(&self, mutant: u32, place: u32) -> Result<Outcome, String> {
        let reaching: Vec<&Test> =
            self.0.iter().filter(|test| test.reaches.contains(&place)).collect();
        let (quick, slow): (Vec<&Test>, Vec<&Test>) =
            reaching.into_iter().partition(|test| test.took <= QUICK);
        let mut groups: BTreeMap<(bool, &Path), Vec<&Test>> = BTreeMap::new();
        for test in quick {
            let group = (test.took > QUICKEST, test.program.executable.as_path());
            groups.entry(group).or_default().push(test);
        }
        for group in groups.into_values().chain(slow.into_iter().map(|test| vec![test])) {
            let outcome = try_group(mutant, &group)?;
            if outcome != Outcome::Missed {
                return Ok(outcome);
            }
        }
        Ok(Outcome::Missed)
    }
}

/// Programs that were built with one mutant in place of the original: all their tests.
pub(super) fn try_alone(programs: &[Program]) -> Result<Outcome, String> {
    for program in programs {
        let started = Instant::now();
        let limit = Duration::from_mins(2);
        if !passes(&mut limited(program, &[], limit))? {
            let timed_out = started.elapsed() >= limit;
            return Ok(if timed_out { Outcome::TimedOut } else { Outcome::Caught });
        }
    }
    Ok(Outcome::Missed)
}

fn try_group(mutant: u32, group: &[&Test]) -> Result<Outcome, String> {
    let Some(first) = group.first() else { return Ok(Outcome::Missed) };
    let names: Vec<&str> = group.iter().map(|test| test.name.as_str()).collect();
    let usual: Duration = group.iter().map(|test| test.took).sum();
    let limit = usual * 10 + Duration::from_secs(10);
    let mut command = limited(&first.program, &names, limit);
    command.env("HEQI_MUTANT", mutant.to_string());
    let started = Instant::now();
    let passed = passes(&mut command)?;
    Ok(match (passed, started.elapsed() >= limit) {
        (true, _) => Outcome::Missed,
        (false, true) => Outcome::TimedOut,
        (false, false) => Outcome::Caught,
    })
}

/// The names of the tests of a program; ignored ones are not run.
fn names(program: &Program) -> Result<Vec<String>, String> {
    let list = |more: &[&str]| {
        let mut command = Command::new(&program.executable);
        let output = command.args(["--list", "--format", "terse"]).args(more).output();
        let output =
            output.map_err(|error| format!("{}: {error}", program.executable.display()))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let names = text.lines().filter_map(|line| line.strip_suffix(": test"));
        Ok::<_, String>(names.map(str::to_owned).collect::<Vec<_>>())
    };
    let ignored = list(&["--ignored"])?;
    Ok(list(&[])?.into_iter().filter(|name| !ignored.contains(name)).collect())
}

/// These tests, with limits on processor time, time and memory.
fn limited(program: &Program, names: &[&str], limit: Duration) -> Command {
    let seconds = limit.as_secs();
    let script =
        format!("ulimit -v {MEMORY_KB}; ulimit -t {seconds}; ulimit -c 0; exec \"$0\" \"$@\"");
    let mut command = Command::new("timeout");
    // On a busy machine time passes faster than processor time.
    command
        .args(["-k", "1", &(seconds * 6).to_string(), "sh", "-c", &script])
        .arg(&program.executable);
    // The first failure is enough; the test harness keeps that flag for nightly compilers.
    command.env("RUSTC_BOOTSTRAP", "1").args(["-Zunstable-options", "--fail-fast"]);
    command.args(["--exact", "--test-threads", "2"]).args(names);
    command.current_dir(&program.folder).env("PROPTEST_MAX_SHRINK_ITERS", "0");
    command
}

/// Whether it passed; nothing of what it says is of interest.
fn passes(command: &mut Command) -> Result<bool, String> {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().map(|status| status.success()).map_err(|error| format!("a test: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program whose one test passes only without a mutant.
    fn program(folder: &Path) -> Program {
        let executable = folder.join("program");
        let script = "#!/bin/sh\ncase \"$*\" in *--ignored*) exit;; *--list*) echo 'a: test'; exit;; esac\n\
                      [ -z \"$HEQI_MUTANT_TRACE\" ] || echo 7 >> \"$HEQI_MUTANT_TRACE\"\n\
                      [ -z \"$HEQI_MUTANT\" ] || [ \"$HEQI_MUTANT\" = 2 ]\n";
        #[expect(clippy::disallowed_methods, reason = "a file of a test")]
        fs::write(&executable, script).unwrap();
        let status = Command::new("chmod").arg("+x").arg(&executable).status().unwrap();
        assert!(status.success());
        Program { executable, folder: folder.to_owned() }
    }

    #[test]
    fn a_mutant_meets_the_tests_that_reach_it_and_only_those() {
        let folder = std::env::temp_dir().join(format!("heqi-trial-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let tests = Tests::look(&[program(&folder)]).unwrap();
        assert_eq!(tests.len(), 1);
        assert_eq!(tests.try_mutant(1, 7).unwrap(), Outcome::Caught);
        assert_eq!(tests.try_mutant(2, 7).unwrap(), Outcome::Missed, "a test that passes");
        assert_eq!(tests.try_mutant(1, 8).unwrap(), Outcome::Missed, "nothing reaches it");
        fs::remove_dir_all(&folder).unwrap();
    }
}
