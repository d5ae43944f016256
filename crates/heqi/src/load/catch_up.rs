//! `heqi load --scenario catch-up`: both custodians are away for a while, ceremonies go on, and
//! then they come back.
//!
//! People come at a steady rate all the time. What they leave is deposited as soon as somebody
//! takes it; until everything of the outage is, deposits are counted beside what goes on coming.
//! At the end every receipt must stand in the log once and every record must be held by both.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::figures::round;
use super::limit::as_f64;
use super::overload::in_the_log;
use super::prepare::Floor;
use super::scenario::Run;
use super::space::Watch;
use super::visits::{Floodgate, Visits};
use super::{CATCH_UP, Coverage, LoadError, print};
use crate::cli::LoadArgs;
use crate::client::{CallError, Caller};
use crate::photo;
use crate::world::World;

/// Between two looks at what is held.
const LOOK: Duration = Duration::from_millis(100);
/// Visitors invited at a time: one filing at most.
const BATCH: f64 = 50.0;

/// One run, as `--json` prints it.
#[derive(Debug, Serialize)]
pub(crate) struct CatchUp {
    scenario: &'static str,
    /// For how long both custodians were away, starting them again included.
    away_s: f64,
    /// Records that waited for the slower custodian when it was back.
    backlog: u64,
    /// From their return until everything of before it was answered.
    seconds: f64,
    /// In that time: deposits of the slower custodian, and records that were added meanwhile.
    deposits_per_s: f64,
    arrivals_per_s: f64,
    /// `deposits_per_s / arrivals_per_s`.
    times: f64,
    completed: usize,
    refused: u64,
    failed: u64,
    memory_peak_mb: f64,
    /// Receipts whose record does not stand in the log once, and deposits that a custodian lacks.
    lost: u64,
}

/// Measures it on a fresh data folder and prints the figures.
pub(super) async fn run(
    args: &LoadArgs,
    folder: &Path,
    out: &mut dyn std::io::Write,
) -> Result<(), LoadError> {
    let mut world = World::measured(folder, !args.no_pixel_checks, args.caches()).await?;
    let measured = measure(args, &world).await;
    world.stop().await;
    let figures = measured?;
    print(args, &figures, CatchUp::for_people, out)?;
    if figures.lost > 0 { Err(LoadError::NotHeld(figures.lost)) } else { Ok(()) }
}

async fn measure(args: &LoadArgs, world: &World) -> Result<CatchUp, LoadError> {
    let floor = Floor::of(world);
    let run = Run {
        floor,
        photo: photo::of_size(args.photo_bytes, world.entropy()).into(),
        in_flight: 1,
        duration: Duration::MAX,
    };
    let (watch, ends) = (Watch::start(), Arc::new(AtomicBool::new(false)));
    let coming = tokio::spawn(arrivals(run, args.rate(), Arc::clone(&ends)));
    let caught_up = outage(args, world).await;
    ends.store(true, Ordering::Release);
    let visits = coming.await.map_err(std::io::Error::other)??;
    let (away_s, caught_up) = caught_up?;
    let at_last = until_held(&world.integrator).await?;
    let (_, lost, twice) = in_the_log(&world.anonymous, &visits.receipts).await?;
    let lost = u64::try_from(lost + twice).unwrap_or(u64::MAX);
    let not_held =
        at_last.custodians.iter().map(|one| at_last.records.saturating_sub(one.admitted));
    Ok(CatchUp {
        scenario: "catch-up",
        away_s: round(away_s),
        backlog: caught_up.backlog,
        seconds: round(caught_up.seconds),
        deposits_per_s: round(caught_up.per_s(caught_up.deposits)),
        arrivals_per_s: round(caught_up.per_s(caught_up.arrivals)),
        times: round(caught_up.times()),
        completed: visits.completed,
        refused: visits.refused.values().sum(),
        failed: visits.failed.values().sum(),
        memory_peak_mb: round(watch.most_mb()),
        lost: not_held.fold(lost, u64::saturating_add),
    })
}

/// People come at this rate until somebody says that it is enough.
async fn arrivals(run: Run, rate: f64, ends: Arc<AtomicBool>) -> Result<Visits, CallError> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 50")]
    let batch = rate.clamp(1.0, BATCH) as usize;
    let mut gate = Floodgate::new(run.clone());
    let mut next = Instant::now();
    while !ends.load(Ordering::Acquire) {
        let tokens = run.floor.invite(batch).await?;
        // Inviting takes time too: whoever should have come meanwhile does not come at once.
        next = gate.let_in(tokens, next.max(Instant::now()), rate).await;
    }
    Ok(gate.close().await)
}

/// What was seen between the return of the custodians and the end of their backlog.
struct CaughtUp {
    backlog: u64,
    seconds: f64,
    deposits: u64,
    arrivals: u64,
}

impl CaughtUp {
    fn per_s(&self, count: u64) -> f64 {
        as_f64(usize::try_from(count).unwrap_or(usize::MAX)) / self.seconds.max(f64::EPSILON)
    }

    /// Where nothing came, one record might have.
    fn times(&self) -> f64 {
        self.per_s(self.deposits) / self.per_s(self.arrivals.max(1))
    }
}

/// Both are away for the time that was asked for, come back, and are watched until nothing of
/// before their return waits. Gives how long they were away, too.
async fn outage(args: &LoadArgs, world: &World) -> Result<(f64, CaughtUp), LoadError> {
    let left_at = Instant::now();
    world.custodians_away().await;
    tokio::time::sleep(Duration::from_secs(args.seconds())).await;
    world.custodians_back().await?;
    let (away_s, back_at) = (left_at.elapsed().as_secs_f64(), Instant::now());
    let before: Coverage = world.integrator.get("/api/v1/coverage").await?;
    let deadline = back_at + CATCH_UP;
    loop {
        // Measured before the answer, which is newer: nothing of the outage passes for new.
        let since_ms = u64::try_from(back_at.elapsed().as_millis()).unwrap_or(u64::MAX);
        let now: Coverage = world.integrator.get("/api/v1/coverage").await?;
        let waits = |one: &super::CustodianCoverage| {
            one.oldest_outstanding_ms.is_some_and(|oldest| oldest >= since_ms)
        };
        if !now.custodians.iter().any(waits) {
            return Ok((away_s, caught_up(&before, &now, back_at.elapsed().as_secs_f64())));
        }
        if Instant::now() > deadline {
            let outstanding = now.custodians.iter().map(|one| one.outstanding);
            return Err(LoadError::NotHeld(outstanding.sum()));
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// By the custodian that did less.
fn caught_up(before: &Coverage, after: &Coverage, seconds: f64) -> CaughtUp {
    let answered = |coverage: &Coverage, place: usize| {
        let outstanding = coverage.custodians.get(place).map_or(0, |one| one.outstanding);
        coverage.records.saturating_sub(outstanding)
    };
    let deposits = (0..after.custodians.len())
        .map(|place| answered(after, place).saturating_sub(answered(before, place)))
        .min();
    CaughtUp {
        backlog: before.custodians.iter().map(|one| one.outstanding).max().unwrap_or(0),
        seconds,
        deposits: deposits.unwrap_or(0),
        arrivals: after.records.saturating_sub(before.records),
    }
}

/// Waits until nothing is outstanding, and no longer than a catch-up may take.
async fn until_held(integrator: &Caller) -> Result<Coverage, CallError> {
    let deadline = Instant::now() + CATCH_UP;
    loop {
        let now: Coverage = integrator.get("/api/v1/coverage").await?;
        let is_held = now.custodians.iter().all(|one| one.outstanding == 0);
        if is_held || Instant::now() > deadline {
            return Ok(now);
        }
        tokio::time::sleep(LOOK).await;
    }
}

impl CatchUp {
    fn for_people(&self) -> String {
        format!(
            "catch-up: custodians away for {:.1} s, {} records waited, answered after {:.1} s\n\
             {:.1} deposits a second while {:.1} records a second came: {:.1} times\n\
             {} ceremonies, {} refused, {} failed, memory {:.0} MB at most, {} lost",
            self.away_s,
            self.backlog,
            self.seconds,
            self.deposits_per_s,
            self.arrivals_per_s,
            self.times,
            self.completed,
            self.refused,
            self.failed,
            self.memory_peak_mb,
            self.lost,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(records: u64, outstanding: [u64; 2]) -> Coverage {
        let custodians = outstanding.map(|outstanding| super::super::CustodianCoverage {
            outstanding,
            admitted: records - outstanding,
            oldest_outstanding_ms: None,
        });
        Coverage { records, custodians: custodians.into() }
    }

    #[test]
    fn the_custodian_that_did_less_is_the_figure() {
        let (before, after) = (coverage(1_000, [400, 390]), coverage(1_100, [0, 50]));
        let seen = caught_up(&before, &after, 10.0);
        assert_eq!((seen.backlog, seen.deposits, seen.arrivals), (400, 440, 100));
        assert!((seen.per_s(seen.deposits) - 44.0).abs() < 1e-9);
        assert!((seen.times() - 4.4).abs() < 1e-9);
        // Nobody came: the figure stays one.
        let alone = caught_up(&before, &coverage(1_000, [0, 0]), 10.0);
        assert!((alone.times() - 390.0).abs() < 1e-9);
    }
}
