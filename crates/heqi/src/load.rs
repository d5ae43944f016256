//! `heqi load`: how much this machine can do, beside what its parts would allow.
//!
//! Everything runs in this process over real HTTP on loopback, load generator included,
//! on a store of its own with full durability. Rates on a shared machine are noisy: the
//! ratio to the limit measured in the same run is the figure to compare.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

mod catch_up;
mod figures;
mod limit;
mod memory;
mod overload;
mod prepare;
mod scenario;
mod search;
mod soak;
mod space;
mod visits;

use crate::cli::{LoadArgs, Scenario};
use crate::client::{CallError, Caller};
use crate::demo::cast::DOCUMENTS;
use crate::photo;
use crate::world::{World, WorldError};
use figures::{DiskRate, Figures, Space, Tally, quantile_ms, round};
use limit::{Parts, as_f64};
use prepare::{Captured, Floor};
use scenario::Run;
pub(crate) use space::bytes_below;
use space::{Watch, resident_mb};

/// Ceremonies to prepare for each second of measuring; a faster machine stops early and
/// says so by its `seconds`.
const CEREMONIES_PER_S: u64 = 1_000;
const COMPLETIONS_PER_S: u64 = 7_000;
const SINGLE_PER_S: u64 = 600;
const DEPOSITS_PER_S: u64 = 150;
/// Each takes as many photos as a ceremony may.
const PHOTOGRAPHERS_PER_S: u64 = 64;
/// How long the deposits of the preparation may take before measuring begins.
const CATCH_UP: Duration = Duration::from_mins(2);
const ECHO: Duration = Duration::from_secs(1);

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    /// A service did not start.
    #[error(transparent)]
    World(#[from] WorldError),
    /// Preparing failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Receipts were given for what the log does not hold once.
    #[error("of the records with a receipt {0} are not in the log and {1} are there twice")]
    Lost(usize, usize),
    /// A custodian did not take everything.
    #[error("{0} deposits or records are missing")]
    NotHeld(u64),
    /// Memory was not flat; by how many hundredths it grew.
    #[error("memory grew by {0:.1} % over the last two thirds; flat is 10 % at most")]
    Grew(f64),
    /// A folder or the terminal.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Measures one scenario and prints the figures.
pub(crate) async fn run(args: &LoadArgs, out: &mut dyn Write) -> Result<(), LoadError> {
    let folder = Folder::take(args.data_dir.as_deref())?;
    match args.scenario {
        Scenario::CatchUp => return Box::pin(catch_up::run(args, folder.path(), out)).await,
        Scenario::Overload => return overload::run(args, folder.path(), out).await,
        Scenario::Soak => return soak::run(args, folder.path(), out).await,
        Scenario::Search => return search::run(args, folder.path(), out),
        _ => {}
    }
    // What completing costs does not depend on how the photo was looked at before.
    let completes = matches!(args.scenario, Scenario::Complete | Scenario::Single);
    let check_pixels = !args.no_pixel_checks && !completes;
    let mut world = World::measured(folder.path(), check_pixels, args.caches()).await?;
    if args.scenario != Scenario::Deposit {
        world.pause_deposits();
    }
    let measured = measure(args, &world, folder.path()).await;
    world.stop().await;
    let mut figures = measured?;
    let grown = bytes_below(&platform_of(folder.path())).saturating_sub(figures.disk_before);
    let done = as_f64(usize::try_from(figures.ok).unwrap_or(usize::MAX)).max(1.0);
    let bytes_per_op = as_f64(usize::try_from(grown).unwrap_or(usize::MAX)) / done;
    // The photo of a completion was stored before.
    let object_bytes = if completes { 0.0 } else { as_f64(args.photo_bytes) };
    figures.space = figures.space.with_disk(bytes_per_op, object_bytes);
    print(args, &figures, Figures::for_people, out)
}

/// Prints what was measured: for programs, or for people.
fn print<F: Serialize>(
    args: &LoadArgs,
    figures: &F,
    for_people: impl FnOnce(&F) -> String,
    out: &mut dyn Write,
) -> Result<(), LoadError> {
    if args.json {
        let json = serde_json::to_string(figures).map_err(std::io::Error::other)?;
        writeln!(out, "{json}")?;
    } else {
        writeln!(out, "{}", for_people(figures))?;
    }
    Ok(())
}

async fn measure(args: &LoadArgs, world: &World, folder: &Path) -> Result<Figures, LoadError> {
    let memory_idle_mb = round(resident_mb());
    let photo = photo::of_size(args.photo_bytes, world.entropy());
    let echo = echo_rate(&world.anonymous, args.in_flight().max(64)).await;
    let pixel_checks = !args.no_pixel_checks;
    let parts = Parts::measure(&photo, folder, echo, pixel_checks, world.entropy())?;
    let floor = Floor {
        integrator: world.integrator.clone(),
        clock: world.shared_clock(),
        entropy: world.shared_entropy(),
        document: Bytes::from_static(DOCUMENTS[1].1),
    };
    let run = Run {
        floor: floor.clone(),
        photo: photo.into(),
        in_flight: args.in_flight(),
        duration: Duration::from_secs(args.seconds()),
    };
    let prepared = prepare(args, &run).await?;
    // The index follows the journals: what preparing wrote must not count as what is measured.
    until_still(&platform_of(folder)).await;
    let before: Coverage = floor.integrator.get("/api/v1/coverage").await?;
    let disk_before = bytes_below(&platform_of(folder));
    let memory_before_mb = round(resident_mb());
    let (watch, busy) = (Watch::start(), Processor::now());
    let (tally, seconds) = match prepared {
        Prepared::Invited(tokens) => {
            run.ceremonies(tokens, args.scenario == Scenario::Deposit).await
        }
        Prepared::Photographers(tokens) => run.captures(tokens).await,
        Prepared::Captured(captured) => run.completions(captured).await,
    };
    let (busy_s, busy_share) = busy.until_now();
    let memory_peak_mb = round(watch.most_mb());
    let after: Coverage = floor.integrator.get("/api/v1/coverage").await?;
    let done = as_f64(tally.latencies.len()).max(1.0);
    let records = after.records.saturating_sub(before.records);
    let space = Space {
        memory_idle_mb,
        memory_before_mb,
        memory_peak_mb,
        disk_bytes_per_op: 0.0,
        disk_share: 0.0,
        records_per_op: round(as_f64(usize::try_from(records).unwrap_or(usize::MAX)) / done),
    };
    let cpu_ms_per_op = round(busy_s * 1000.0 / done);
    let figures = figures(args, tally, seconds, &parts, busy_share);
    let disk = if args.scenario == Scenario::Capture {
        until_still(&platform_of(folder)).await;
        let sustained = limit::sustained(folder, run.duration)?;
        Some(DiskRate::of(sustained, figures.rate_per_s, as_f64(args.photo_bytes)))
    } else {
        None
    };
    Ok(Figures { cpu_ms_per_op, space, disk, disk_before, ..figures })
}

/// What there is to work on.
enum Prepared {
    Invited(Vec<String>),
    Photographers(Vec<String>),
    Captured(Vec<Captured>),
}

async fn prepare(args: &LoadArgs, run: &Run) -> Result<Prepared, CallError> {
    let floor = &run.floor;
    let count = |per_second: u64| {
        usize::try_from(per_second.saturating_mul(args.seconds())).unwrap_or(usize::MAX)
    };
    Ok(match args.scenario {
        // The others prepare for themselves.
        Scenario::Ceremony
        | Scenario::CatchUp
        | Scenario::Overload
        | Scenario::Search
        | Scenario::Soak => Prepared::Invited(floor.invite(count(CEREMONIES_PER_S)).await?),
        Scenario::Deposit => {
            let tokens = floor.invite(count(DEPOSITS_PER_S)).await?;
            until_caught_up(&floor.integrator).await?;
            Prepared::Invited(tokens)
        }
        Scenario::Capture => {
            let wanted = run.in_flight.saturating_add(count(PHOTOGRAPHERS_PER_S));
            Prepared::Photographers(floor.invite(wanted).await?)
        }
        Scenario::Complete | Scenario::Single => {
            let single = args.scenario == Scenario::Single;
            let wanted = count(if single { SINGLE_PER_S } else { COMPLETIONS_PER_S });
            let tokens = floor.invite(wanted).await?;
            Prepared::Captured(floor.capture(tokens, &small(&run.photo)).await?)
        }
    })
}

/// Where the platform keeps everything.
fn platform_of(folder: &Path) -> PathBuf {
    folder.join("platform")
}

/// What preparing wrote is deposited too; it must not stand before what is measured.
async fn until_caught_up(integrator: &Caller) -> Result<(), CallError> {
    let deadline = Instant::now() + CATCH_UP;
    loop {
        let coverage: Coverage = integrator.get("/api/v1/coverage").await?;
        let outstanding: u64 = coverage.custodians.iter().map(|c| c.outstanding).sum();
        if outstanding == 0 {
            return Ok(());
        }
        if Instant::now() > deadline {
            let detail = format!("{outstanding} deposits of the preparation are still outstanding");
            return Err(CallError::Form { path: "/api/v1/coverage".into(), detail });
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until a folder has not grown for a second, and no longer than a catch-up may take.
async fn until_still(folder: &Path) {
    let deadline = Instant::now() + CATCH_UP;
    let mut before = 0;
    loop {
        let now = bytes_below(folder);
        if now == before || Instant::now() > deadline {
            return;
        }
        before = now;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[derive(Deserialize)]
struct Coverage {
    records: u64,
    custodians: Vec<CustodianCoverage>,
}

#[derive(Deserialize)]
struct CustodianCoverage {
    outstanding: u64,
    admitted: u64,
    oldest_outstanding_ms: Option<u64>,
}

/// Completing does not touch the photo, so preparing need not wait for large ones.
fn small(photo: &Bytes) -> Bytes {
    if photo.len() > photo::SIMULATED_FACE.len() {
        Bytes::from_static(photo::SIMULATED_FACE)
    } else {
        photo.clone()
    }
}

fn figures(args: &LoadArgs, mut tally: Tally, seconds: f64, parts: &Parts, busy: f64) -> Figures {
    tally.latencies.sort_unstable();
    let ok = tally.latencies.len();
    let rate = as_f64(ok) / seconds.max(f64::EPSILON);
    let limit = parts.limit_per_s(args.scenario);
    if let Some(error) = &tally.first_error {
        tracing::warn!(errors = tally.errors, first = %error, "some operations failed");
    }
    Figures {
        scenario: args.scenario.as_str(),
        seconds: round(seconds),
        payload_bytes: match args.scenario {
            Scenario::Complete | Scenario::Single => 2048,
            _ => args.photo_bytes,
        },
        in_flight: args.in_flight(),
        ok: u64::try_from(ok).unwrap_or(u64::MAX),
        errors: tally.errors,
        rate_per_s: round(rate),
        p50_ms: quantile_ms(&tally.latencies, 500),
        p99_ms: quantile_ms(&tally.latencies, 990),
        limit_per_s: round(limit),
        ratio: round(rate / limit),
        fsync: "fdatasync per group",
        cpu_busy: round(busy),
        cpu_ms_per_op: 0.0,
        pixel_checks: !args.no_pixel_checks,
        space: Space::default(),
        disk: None,
        disk_before: 0,
    }
}

/// Requests per second when there is nothing to do.
async fn echo_rate(caller: &Caller, in_flight: usize) -> f64 {
    let start = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..in_flight.max(1) {
        let caller = caller.clone();
        workers.spawn(async move {
            let mut answered = 0usize;
            while start.elapsed() < ECHO {
                answered += usize::from(caller.get_bytes("/healthz").await.is_ok());
            }
            answered
        });
    }
    let answered: usize = workers.join_all().await.into_iter().sum();
    as_f64(answered.max(1)) / start.elapsed().as_secs_f64()
}

/// Processor time of this process.
struct Processor {
    ticks: f64,
    at: Instant,
}

impl Processor {
    fn now() -> Self {
        Self { ticks: process_ticks(), at: Instant::now() }
    }

    /// Seconds of processor time since, and their share of all processors.
    fn until_now(&self) -> (f64, f64) {
        /// `USER_HZ`: fixed at 100 for user space on Linux.
        const TICKS_PER_S: f64 = 100.0;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let spent = (process_ticks() - self.ticks) / TICKS_PER_S;
        (spent, spent / self.at.elapsed().as_secs_f64() / as_f64(cores))
    }
}

/// User and system time, fields 14 and 15 of `/proc/self/stat`; 0 where there is none.
fn process_ticks() -> f64 {
    std::fs::read_to_string("/proc/self/stat")
        .ok()
        .and_then(|stat| {
            let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
            let user: f64 = fields.get(11)?.parse().ok()?;
            let system: f64 = fields.get(12)?.parse().ok()?;
            Some(user + system)
        })
        .unwrap_or(0.0)
}

/// The folder of a run: a fresh one below the given or the system's temporary folder,
/// taken away again at the end.
struct Folder(PathBuf);

impl Folder {
    fn take(below: Option<&Path>) -> std::io::Result<Self> {
        let below = below.map_or_else(std::env::temp_dir, Path::to_owned);
        let path = below.join(format!("heqi-load-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
