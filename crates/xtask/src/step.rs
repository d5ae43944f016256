//! One step: what it is called, how long it took, whether it passed.

use std::process::Command;
use std::time::{Duration, Instant};

/// What has been run so far.
#[derive(Default)]
pub(crate) struct Report {
    steps: Vec<Outcome>,
}

struct Outcome {
    name: String,
    took: Duration,
    failure: Option<String>,
}

impl Report {
    /// Runs `command` as the step `name`. Its output goes straight to the terminal.
    pub(crate) fn command(&mut self, name: &str, command: &mut Command) {
        let shown = line_of(command);
        self.check(name, &shown, || {
            let status = command.status().map_err(|error| format!("did not start: {error}"))?;
            if status.success() { Ok(()) } else { Err(status.to_string()) }
        });
    }

    /// Runs `check` as the step `name`; `shown` says what it does.
    pub(crate) fn check(
        &mut self,
        name: &str,
        shown: &str,
        check: impl FnOnce() -> Result<(), String>,
    ) {
        println!("\n── {name}: {shown}");
        let started = Instant::now();
        let failure = check().err();
        let took = started.elapsed();
        if let Some(reason) = &failure {
            println!("{reason}");
        }
        println!("── {name}: {} in {}", word(failure.is_none()), seconds(took));
        self.steps.push(Outcome { name: name.to_owned(), took, failure });
    }

    /// Prints every step with its duration; true if all passed.
    pub(crate) fn conclude(&self) -> bool {
        println!();
        for step in &self.steps {
            let mark = if step.failure.is_none() { '✓' } else { '✗' };
            println!("{mark} {:>9}  {}", seconds(step.took), step.name);
        }
        let total: Duration = self.steps.iter().map(|step| step.took).sum();
        let passed = self.steps.iter().all(|step| step.failure.is_none());
        println!("{} in {}", word(passed), seconds(total));
        passed
    }
}

fn word(passed: bool) -> &'static str {
    if passed { "passed" } else { "FAILED" }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

fn line_of(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let words = std::iter::once(program.file_stem().unwrap_or_default()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failed_step_fails_the_run_and_the_steps_after_it_still_run() {
        let mut report = Report::default();
        let mut ran = false;
        report.check("first", "fails", || Err("no".into()));
        report.check("second", "passes", || {
            ran = true;
            Ok(())
        });
        assert!(ran);
        assert!(!report.conclude());
    }

    #[test]
    fn a_command_that_does_not_exist_is_a_failed_step() {
        let mut report = Report::default();
        report.command("nothing", &mut Command::new("no-such-program-anywhere"));
        assert!(!report.conclude());
    }

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args(["fmt", "--all"]);
        assert_eq!(line_of(&command), "cargo fmt --all");
    }
}
