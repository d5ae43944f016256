//! `heqi load --scenario soak`: a moderate rate for a long time, and whether memory grows.
//!
//! All three organisations run with everything they do beside signing. Resident memory is
//! looked at every ten seconds; a line through the last two thirds tells whether it grows. Once a
//! minute everything is looked at, so that whoever reads the line sees who grew.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use heqi_vocabulary::UtcMillis;
use serde::Serialize;

use super::LoadError;
use super::figures::{quantile_ms, round};
use super::limit::as_f64;
use super::memory::Look;
use super::prepare::Floor;
use super::scenario::Run;
use super::space::resident_mb;
use super::visits::Floodgate;
use crate::cli::LoadArgs;
use crate::photo;
use crate::world::World;

/// Between two looks at memory.
const LOOK: Duration = Duration::from_secs(10);
/// Looks at memory between two looks at everything.
const LOOKS_APART: usize = 6;
/// Of the looks at everything one in so many is shown to people.
const SHOWN_APART: usize = 10;
/// Visitors invited at a time: one filing.
const BATCH: usize = 50;
/// Memory that grows by more than this share over the last two thirds grows.
const FLAT: f64 = 0.10;

/// One run, as it stands in the ledger.
#[derive(Debug, Serialize)]
pub(crate) struct Soak {
    scenario: &'static str,
    commit: String,
    command: String,
    at: UtcMillis,
    seconds: f64,
    rate_per_s: f64,
    completed: usize,
    p99_ms: f64,
    refused: u64,
    failed: u64,
    /// Resident memory in megabytes, every ten seconds.
    memory_mb: Vec<f64>,
    /// What it consists of and what each organisation has, every minute.
    looks: Vec<Look>,
    /// How memory grew over the last two thirds.
    slope_mb_per_minute: f64,
    /// The same over all of that time, as a share of what there was.
    growth: f64,
    flat: bool,
}

/// Runs it on a fresh data folder, prints what came of it and adds it to the ledger.
pub(super) async fn run(
    args: &LoadArgs,
    folder: &Path,
    out: &mut dyn std::io::Write,
) -> Result<(), LoadError> {
    let mut world = World::measured(folder, true, args.caches()).await?;
    let measured = measure(args, &world, folder).await;
    world.stop().await;
    let figures = measured?;
    let json = serde_json::to_string(&figures).map_err(std::io::Error::other)?;
    if let Some(ledger) = &args.ledger {
        if let Some(folder) = ledger.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(ledger)?;
        writeln!(file, "{json}")?;
    }
    if args.json {
        writeln!(out, "{json}")?;
    } else {
        writeln!(out, "{}", figures.for_people())?;
    }
    figures.judge()
}

async fn measure(args: &LoadArgs, world: &World, folder: &Path) -> Result<Soak, LoadError> {
    let floor = Floor::of(world);
    let run = Run {
        floor: floor.clone(),
        photo: photo::of_size(args.photo_bytes, world.entropy()).into(),
        in_flight: 1,
        duration: Duration::MAX,
    };
    let lasts = args.soak_for();
    let (start, at) = (Instant::now(), world.clock().now());
    let mut memory_mb = vec![round(resident_mb())];
    let mut looks = vec![Look::at(world, folder, 0.0)];
    let mut looked = start;
    let mut next = start;
    let mut gate = Floodgate::counting(run);
    while start.elapsed() < lasts {
        let tokens = floor.invite(BATCH).await?;
        // Inviting takes time too: whoever should have come meanwhile does not come at once.
        next = gate.let_in(tokens, next.max(Instant::now()), args.rate()).await;
        while looked + LOOK <= Instant::now() {
            looked += LOOK;
            memory_mb.push(round(resident_mb()));
            if memory_mb.len() % LOOKS_APART == 1 {
                looks.push(Look::at(world, folder, start.elapsed().as_secs_f64()));
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    looks.push(Look::at(world, folder, seconds));
    let visits = gate.close().await;
    let mut accepted = visits.accepted;
    accepted.sort_unstable();
    let steady = memory_mb.get(memory_mb.len() / 3..).unwrap_or_default();
    let per_look = slope(steady);
    let grown = per_look * as_f64(steady.len().saturating_sub(1));
    let mean = steady.iter().sum::<f64>() / as_f64(steady.len().max(1));
    let growth = round(grown / mean.max(f64::EPSILON));
    Ok(Soak {
        scenario: "soak",
        commit: commit(),
        command: command(args),
        at,
        seconds: round(seconds),
        rate_per_s: round(as_f64(visits.completed) / seconds.max(f64::EPSILON)),
        completed: visits.completed,
        p99_ms: quantile_ms(&accepted, 990),
        refused: visits.refused.values().sum(),
        failed: visits.failed.values().sum(),
        memory_mb,
        looks,
        slope_mb_per_minute: round(per_look * 60.0 / LOOK.as_secs_f64()),
        growth,
        flat: growth <= FLAT,
    })
}

/// What to type for the same again.
fn command(args: &LoadArgs) -> String {
    let (seconds, rate) = (args.soak_for().as_secs(), args.rate());
    let mut words = vec![format!("heqi load --scenario soak --seconds {seconds} --rate {rate}")];
    let caches = args.caches();
    words.extend(caches.platform.map(|mib| format!("--platform-cache-mib {mib}")));
    words.extend(caches.custodian.map(|mib| format!("--custodian-cache-mib {mib}")));
    words.join(" ")
}

/// The slope of the line that fits best (least squares), per place.
fn slope(values: &[f64]) -> f64 {
    let count = as_f64(values.len());
    if values.len() < 2 {
        return 0.0;
    }
    let (middle, mean) = ((count - 1.0) / 2.0, values.iter().sum::<f64>() / count);
    let (mut above, mut below) = (0.0, 0.0);
    for (place, value) in values.iter().enumerate() {
        let from_middle = as_f64(place) - middle;
        above += from_middle * (value - mean);
        below += from_middle * from_middle;
    }
    above / below
}

/// The commit that is checked out where this runs, if any.
fn commit() -> String {
    let asked = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    let said = asked.ok().filter(|said| said.status.success());
    said.map_or_else(String::new, |said| String::from_utf8_lossy(&said.stdout).trim().to_owned())
}

impl Soak {
    /// After the figures were printed and kept: memory that grew ends with an error.
    fn judge(&self) -> Result<(), LoadError> {
        if self.flat { Ok(()) } else { Err(LoadError::Grew(self.growth * 100.0)) }
    }

    fn for_people(&self) -> String {
        let first = self.memory_mb.first().copied().unwrap_or(0.0);
        let last = self.memory_mb.last().copied().unwrap_or(0.0);
        let summary = format!(
            "soak: {} ceremonies in {:.0} s ({:.1}/s), p99 of a request {:.1} ms, {} refused, {} \
             failed\nmemory {:.0} MB at first, {:.0} MB at last, {:+.3} MB a minute over the last \
             two thirds ({:+.1} %): {}",
            self.completed,
            self.seconds,
            self.rate_per_s,
            self.p99_ms,
            self.refused,
            self.failed,
            first,
            last,
            self.slope_mb_per_minute,
            self.growth * 100.0,
            if self.flat { "flat" } else { "it grew" },
        );
        // All of them stand in the ledger.
        let shown = self.looks.iter().step_by(SHOWN_APART).chain(self.looks.last());
        std::iter::once(summary).chain(shown.map(Look::for_people)).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use heqi_vocabulary::Clock as _;

    use super::*;

    #[test]
    fn memory_that_grew_is_an_error_and_flat_memory_is_none() {
        let soak = |growth: f64| Soak {
            scenario: "soak",
            commit: String::new(),
            command: String::new(),
            at: heqi_service_kit::SystemClock.now(),
            seconds: 60.0,
            rate_per_s: 10.0,
            completed: 600,
            p99_ms: 1.0,
            refused: 0,
            failed: 0,
            memory_mb: vec![100.0, 100.0 * (1.0 + growth)],
            looks: Vec::new(),
            slope_mb_per_minute: 0.0,
            growth,
            flat: growth <= FLAT,
        };
        assert!(soak(FLAT).judge().is_ok());
        let error = soak(0.123).judge().unwrap_err();
        assert!(error.to_string().contains("12.3 %"), "{error}");
    }

    #[test]
    fn a_line_through_values_has_their_slope_and_noise_has_none() {
        let line: Vec<f64> = (0..20).map(|n| 100.0 + 2.5 * f64::from(n)).collect();
        assert!((slope(&line) - 2.5).abs() < 1e-9);
        assert!(slope(&[5.0; 9]).abs() < 1e-9);
        assert!(slope(&[1.0, 9.0, 1.0, 9.0, 1.0]).abs() < 1e-9);
        assert!(slope(&[3.0]).abs() < 1e-9);
    }
}
