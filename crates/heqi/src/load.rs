//! `heqi load`: how much this machine can do, beside what its parts would allow.
//!
//! Everything runs in this process over real HTTP on loopback, load generator included,
//! on a store of its own with full durability. Rates on a shared machine are noisy: the
//! ratio to the limit measured in the same run is the figure to compare.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde::Deserialize;
use tokio::task::JoinSet;

mod figures;
mod limit;
mod prepare;
mod scenario;

use crate::cli::{LoadArgs, Scenario};
use crate::client::{CallError, Caller};
use crate::demo::cast::DOCUMENTS;
use crate::photo;
use crate::world::{Addresses, World, WorldError};
use figures::{Figures, Tally, quantile_ms, round};
use limit::{Parts, as_f64};
use prepare::Floor;
use scenario::Run;

/// Ceremonies to prepare for each second of measuring; a faster machine stops early and
/// says so by its `seconds`.
const CEREMONIES_PER_S: u64 = 800;
const COMPLETIONS_PER_S: u64 = 1_000;
const DEPOSITS_PER_S: u64 = 100;
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
    /// A folder or the terminal.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Measures one scenario and prints the figures.
pub(crate) async fn run(args: &LoadArgs, out: &mut dyn Write) -> Result<(), LoadError> {
    let folder = Folder::take(args.data_dir.as_deref())?;
    let addresses = Addresses::any();
    let mut world = World::start(folder.path(), &addresses).await?;
    if args.scenario != Scenario::Deposit {
        world.pause_deposits();
    }
    let figures = measure(args, &world, folder.path()).await;
    world.stop().await;
    let figures = figures?;
    if args.json {
        let json = serde_json::to_string(&figures).map_err(std::io::Error::other)?;
        writeln!(out, "{json}")?;
    } else {
        writeln!(out, "{}", figures.for_people())?;
    }
    Ok(())
}

async fn measure(args: &LoadArgs, world: &World, folder: &Path) -> Result<Figures, LoadError> {
    let photo = photo::of_size(args.photo_bytes, world.entropy());
    let echo = echo_rate(&world.anonymous, args.in_flight).await;
    let parts = Parts::measure(&photo, folder, echo, world.entropy())?;
    let floor = Floor {
        integrator: world.integrator.clone(),
        clock: world.shared_clock(),
        entropy: world.shared_entropy(),
        document: Bytes::from_static(DOCUMENTS[1].1),
    };
    let run = Run {
        floor: floor.clone(),
        photo: photo.into(),
        in_flight: args.in_flight.max(1),
        duration: Duration::from_secs(args.seconds.max(1)),
    };
    let count = |per_second: u64| {
        usize::try_from(per_second.saturating_mul(args.seconds)).unwrap_or(usize::MAX)
    };
    let (tally, seconds, busy) = match args.scenario {
        Scenario::Ceremony => {
            let tokens = floor.invite(count(CEREMONIES_PER_S)).await?;
            let busy = Processor::now();
            let (tally, seconds) = run.ceremonies(tokens, false).await;
            (tally, seconds, busy)
        }
        Scenario::Deposit => {
            let tokens = floor.invite(count(DEPOSITS_PER_S)).await?;
            until_caught_up(&floor.integrator).await?;
            let busy = Processor::now();
            let (tally, seconds) = run.ceremonies(tokens, true).await;
            (tally, seconds, busy)
        }
        Scenario::Capture => {
            let tokens = floor.invite(run.in_flight).await?;
            let busy = Processor::now();
            let (tally, seconds) = run.captures(tokens).await;
            (tally, seconds, busy)
        }
        Scenario::Complete => {
            let tokens = floor.invite(count(COMPLETIONS_PER_S)).await?;
            let captured = floor.capture(tokens, &small(&run.photo)).await?;
            let busy = Processor::now();
            let (tally, seconds) = run.completions(captured).await;
            (tally, seconds, busy)
        }
    };
    Ok(figures(args, tally, seconds, &parts, busy.share_until_now()))
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

#[derive(Deserialize)]
struct Coverage {
    custodians: Vec<CustodianCoverage>,
}

#[derive(Deserialize)]
struct CustodianCoverage {
    outstanding: u64,
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
        payload_bytes: if args.scenario == Scenario::Complete { 2048 } else { args.photo_bytes },
        in_flight: args.in_flight,
        ok: u64::try_from(ok).unwrap_or(u64::MAX),
        errors: tally.errors,
        rate_per_s: round(rate),
        p50_ms: quantile_ms(&tally.latencies, 500),
        p99_ms: quantile_ms(&tally.latencies, 990),
        limit_per_s: round(limit),
        ratio: round(rate / limit),
        fsync: "fdatasync per group",
        cpu_busy: round(busy),
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

    /// Share of all processors that this process kept busy.
    fn share_until_now(&self) -> f64 {
        /// `USER_HZ`: fixed at 100 for user space on Linux.
        const TICKS_PER_S: f64 = 100.0;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let spent = (process_ticks() - self.ticks) / TICKS_PER_S;
        spent / self.at.elapsed().as_secs_f64() / as_f64(cores)
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
