//! `cargo xtask measure`: every row of the table of speed by its command, one after the other, on a machine that does
//! nothing else. The lines go to `docs/performance/measured.jsonl`, the table to `docs/PERFORMANCE.md`, the pictures
//! beside the lines. Rows that are missing, or failed, keep what was measured before. With `--strict` a missed bar that
//! `docs/performance/known-misses.json` does not explain is an error.

mod misses;
mod rows;
mod table;

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use crate::cargo::{Cargo, documents};
use crate::plots;
use rows::{By, ROWS, Row};

/// Beyond this load average the figures are those of somebody else's work as well.
const IDLE: f64 = 0.5;

/// What the caller asked for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Flags {
    only: Option<String>,
    /// The shortest runs that say anything: to try the command itself.
    quick: bool,
    /// Nothing is run.
    report: bool,
    /// A missed bar that is not explained is an error.
    strict: bool,
}

impl Flags {
    /// Reads the words after `measure`.
    pub(crate) fn parse(words: &[String]) -> Result<Self, String> {
        let mut flags = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--only" => flags.only = words.next().cloned(),
                "--quick" => flags.quick = true,
                "--report" => flags.report = true,
                "--strict" => flags.strict = true,
                other => return Err(format!("there is no flag `{other}`\n\n{}", crate::USAGE)),
            }
        }
        if flags.quick && flags.strict {
            return Err("--quick runs are judged by nothing: leave out --strict".to_owned());
        }
        Ok(flags)
    }

    /// Whether a row is asked for.
    fn asks(&self, row: &Row) -> bool {
        self.only.as_ref().is_none_or(|only| row.name.contains(only.as_str()))
    }
}

/// Measures, writes lines, table and pictures; true if every row gave figures, and misses nothing new where that is asked.
pub(crate) fn run(flags: &Flags) -> Result<bool, String> {
    let cargo = Cargo::new(false)?;
    let documents = documents(cargo.root());
    let folder = documents.join("performance");
    let ledger = folder.join("measured.jsonl");
    let mut complete = true;
    if !flags.report {
        build(&cargo)?;
        for row in ROWS.iter().filter(|row| flags.asks(row)) {
            println!("── {}: {}", row.name, row.by.command(flags.quick));
            // Before the run, which would count itself as somebody else's work.
            let load = load_average();
            if let Some(words) = not_idle(load) {
                println!("{words}: the line says so");
            }
            match measure(&cargo, row, flags.quick) {
                Ok(lines) => append(&cargo, &ledger, row, &lines, (load, flags.quick))?,
                Err(what) => {
                    println!("{what}");
                    complete = false;
                }
            }
        }
    }
    let lines = read(&ledger)?;
    let page = documents.join("PERFORMANCE.md");
    write(&page, &table::in_page(&text_of(&page)?, &table::of(&lines))?)?;
    if !ledger.exists() {
        return Ok(complete);
    }
    let places = [&ledger, &folder].map(|place| place.to_string_lossy().into_owned());
    let is_drawn = plots::run(&places)?;
    let is_explained = !flags.strict || explained(flags, &lines, &folder.join(misses::FILE))?;
    Ok(is_drawn && complete && is_explained)
}

/// Names every missed bar that the file does not explain, or not by so much; true if there is none.
fn explained(flags: &Flags, lines: &[Value], file: &Path) -> Result<bool, String> {
    let text = if file.exists() { text_of(file)? } else { String::new() };
    let misses = misses::of(lines, &misses::read(&text)?, |row| flags.asks(row));
    for met in &misses.over {
        println!("no longer missed, take it out of {}: {met}", file.display());
    }
    for missed in &misses.unexplained {
        println!("missed, and not explained in {}: {missed}", file.display());
    }
    for worse in &misses.worse {
        println!("missed by more than is explained in {}: {worse}", file.display());
    }
    Ok(misses.unexplained.is_empty() && misses.worse.is_empty())
}

/// Everything is built before anything is measured.
fn build(cargo: &Cargo) -> Result<(), String> {
    for words in [
        &["build", "--release", "-p", "heqi", "--bins"][..],
        &["build", "--release", "-p", "heqi-time-authority", "--example", "token_rate"],
        &["build", "--release", "-p", "heqi-documents", "--example", "bench"],
        &["bench", "--no-run", "-p", "heqi-evidence-store"],
        &["bench", "--no-run", "-p", "heqi-notarization", "--bench", "admission"],
    ] {
        let status = cargo.command(words).status().map_err(|error| error.to_string())?;
        if !status.success() {
            return Err(format!("cargo {} failed", words.join(" ")));
        }
    }
    Ok(())
}

/// The JSON lines that a row's command prints.
fn measure(cargo: &Cargo, row: &Row, quick: bool) -> Result<Vec<Value>, String> {
    let lines = if matches!(row.by, By::Verify) {
        verify(cargo, quick)?
    } else {
        let words = row.by.words(quick);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (first, rest) = words.split_first().ok_or("a row without a command")?;
        let mut command =
            if *first == "cargo" { cargo.command(rest) } else { program(cargo, first, rest) };
        lines_of(&printed(&mut command)?)
    };
    if lines.is_empty() { Err("it printed no figures".to_owned()) } else { Ok(lines) }
}

/// A program of the release profile.
fn program(cargo: &Cargo, name: &str, words: &[&str]) -> Command {
    let mut command = Command::new(cargo.built("release").join(name));
    command.args(words).current_dir(cargo.root());
    command
}

fn printed(command: &mut Command) -> Result<String, String> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("it ended with {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn lines_of(text: &str) -> Vec<Value> {
    text.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(Value::is_object)
        .collect()
}

/// `heqi verify` of the demo's bundle, as a process each time: wall time, and the most memory where GNU time is there.
fn verify(cargo: &Cargo, quick: bool) -> Result<Vec<Value>, String> {
    let place = std::env::temp_dir().join(format!("heqi-measure-{}", std::process::id()));
    let folder = place.to_string_lossy().into_owned();
    let demo = ["demo", "--once", "--listen", "127.0.0.1:0", "--data-dir", &folder, "--lang", "en"];
    printed(&mut program(cargo, "heqi", &demo))?;
    let manifest = text_of(&place.join("demo.json"))?;
    let manifest: Value = serde_json::from_str(&manifest).map_err(|error| error.to_string())?;
    let says = |name: &str| manifest.get(name).and_then(Value::as_str).unwrap_or_default();
    let (bundle, anchors) = (says("bundle_path"), says("anchors_path"));
    let line = ["verify", bundle, "--anchors", anchors, "--lang", "en"];
    let mut took = Vec::new();
    for _ in 0..if quick { 3 } else { 50 } {
        let began = Instant::now();
        printed(&mut program(cargo, "heqi", &line))?;
        took.push(began.elapsed().as_secs_f64() * 1e3);
    }
    took.sort_unstable_by(f64::total_cmp);
    let heqi = cargo.built("release").join("heqi");
    let mut timed = Command::new("/usr/bin/time");
    timed.args(["-f", "%M"]).arg(heqi).args(line).stdout(Stdio::null());
    let memory = timed.output().ok().filter(|output| output.status.success());
    let memory = memory.and_then(|output| {
        String::from_utf8_lossy(&output.stderr).trim().lines().last()?.parse::<f64>().ok()
    });
    let bytes = fs::metadata(bundle).map_err(|error| error.to_string())?.len();
    let _ = fs::remove_dir_all(&place);
    let at = |part: usize| took.get(took.len() * part / 100).copied().unwrap_or_default();
    Ok(vec![json!({
        "bench": "verify", "bundle_bytes": bytes, "runs": took.len(), "p50_ms": at(50),
        "p99_ms": at(99), "memory_mb": memory.map(|kib| (kib / 102.4).round() / 10.0),
    })])
}

#[expect(clippy::disallowed_methods, reason = "when it was measured is what the line says")]
fn append(
    cargo: &Cargo,
    ledger: &Path,
    row: &Row,
    lines: &[Value],
    (load, quick): (Option<f64>, bool),
) -> Result<(), String> {
    let at = DateTime::<Utc>::from(std::time::SystemTime::now());
    let mut text = String::new();
    for line in lines {
        let mut members = Map::from_iter([
            ("row".to_owned(), json!(row.name)),
            ("command".to_owned(), json!(row.by.command(quick))),
            ("commit".to_owned(), json!(commit(cargo))),
            ("at".to_owned(), json!(at.to_rfc3339_opts(SecondsFormat::Secs, true))),
            ("load_average".to_owned(), json!(load)),
            ("quick".to_owned(), json!(quick)),
        ]);
        members.extend(line.as_object().cloned().unwrap_or_default());
        let line = Value::Object(members);
        println!("{line}");
        text.push_str(&line.to_string());
        text.push('\n');
    }
    let say = |error: std::io::Error| format!("{}: {error}", ledger.display());
    fs::create_dir_all(ledger.parent().unwrap_or(ledger)).map_err(say)?;
    let file = OpenOptions::new().create(true).append(true).open(ledger);
    file.map_err(say)?.write_all(text.as_bytes()).map_err(say)
}

/// Of the last fifteen minutes: that of one minute would mostly be the row before. None where it cannot be read.
fn load_average() -> Option<f64> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    text.split_whitespace().nth(2)?.parse().ok()
}

/// What is said of a machine that was not idle, or of which nobody knows.
fn not_idle(load: Option<f64>) -> Option<String> {
    match load {
        Some(load) if load <= IDLE => None,
        Some(load) => Some(format!("busy, load average {load}")),
        None => Some("load average not known".to_owned()),
    }
}

fn commit(cargo: &Cargo) -> String {
    let mut command = Command::new("git");
    let output = command.current_dir(cargo.root()).args(["rev-parse", "--short", "HEAD"]).output();
    output.map_or_else(
        |_| "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

fn read(ledger: &Path) -> Result<Vec<Value>, String> {
    if ledger.exists() { Ok(lines_of(&text_of(ledger)?)) } else { Ok(Vec::new()) }
}

fn text_of(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "a page in a checkout, kept by git")]
fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod when_flags_are_parsed {
    use super::*;

    fn parse(words: &[&str]) -> Result<Flags, String> {
        Flags::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_quick_run_is_not_judged() {
        let strict = Flags { strict: true, ..Flags::default() };
        assert_eq!(parse(&["--strict"]), Ok(strict));
        assert!(parse(&["--strict", "--quick"]).is_err());
        assert!(parse(&["--hard"]).unwrap_err().contains("`--hard`"));
    }
}
