//! The loops: one per custodian, one for the cosigners. Each is dull: do one step, then
//! wait until something became durable, something is due, or we are to stop.

use std::sync::Arc;
use std::time::Duration;

use heqi_notary_protocol::Backoff;
use heqi_registration::fault::Fault;
use heqi_registration::receipt::Flag;
use heqi_registration::{Platform, deposit_queue};
use heqi_service_kit::lifecycle::Shutdown;
use heqi_vocabulary::UtcMillis;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tracing::{error, warn};

use crate::cosigning::{Cosigners, CosigningError, Standing, merge};
use crate::deposits::{CustodianLink, Pool};
use crate::erasures;
use crate::gauges::{CosigningGauges, CustodianGauges};

/// How the worker works.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct WorkerSettings {
    /// Deposits under way at the same time, per custodian: bounds the memory.
    pub in_flight: usize,
    /// Shortest time between two heads offered to the cosigners, in milliseconds.
    pub cosign_interval_ms: u64,
    /// After how long an unchanged head is cosigned again, so that its time stays fresh,
    /// in milliseconds.
    pub refresh_ms: i64,
    /// Waits between attempts.
    pub backoff: Backoff,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            in_flight: 16,
            cosign_interval_ms: 200,
            refresh_ms: 60_000,
            backoff: Backoff::default(),
        }
    }
}

/// How often the worker looks for erasure orders, in milliseconds.
const ORDERS_EVERY_MS: i64 = 1_000;
/// Longer than any lease or pause of a deposit or an order, in milliseconds.
const LONGEST_PAUSE_MS: i64 = 75_000;
/// How long to wait while the store is read-only.
const READ_ONLY_NAP: Duration = Duration::from_millis(100);
/// For how long deposits that are done are waited for before new ones are leased.
const GATHER: Duration = Duration::from_millis(2);
/// The longest nap: a worker looks again even when nobody wakes it.
const LONGEST_NAP: Duration = Duration::from_secs(1);

/// Deposits with one custodian until it is told to stop. A store that cannot do its part now,
/// because its disk is full or too much waits, is asked again later: the deposits wait in it.
///
/// # Errors
/// The platform's own store has stopped, and the process with it.
pub async fn run_deposits(
    platform: Arc<Platform>,
    link: CustodianLink,
    settings: WorkerSettings,
    gauges: Arc<CustodianGauges>,
    mut stop: Shutdown,
) -> Result<(), Fault> {
    let mut appointments = Appointments::default();
    let mut failures = 0u32;
    let mut pool = Pool::new(&platform, &link, &settings.backoff, &gauges, settings.in_flight);
    while !stop.is_requested() {
        let done = turn(&platform, &link, &settings, &mut pool, &mut appointments, &mut stop).await;
        match done {
            Ok(()) => failures = 0,
            Err(Fault::Stopped) => return Err(Fault::Stopped),
            Err(fault) => {
                failures += 1;
                let custodian = link.custodian;
                warn!(%custodian, error = %fault, failures, "deposits wait: the own store cannot");
                let pause = settings.backoff.wait_ms(failures, platform.entropy());
                tokio::select! {
                    () = stop.requested() => {}
                    () = sleep(Duration::from_millis(pause)) => {}
                }
            }
        }
    }
    while pool.next().await?.is_some() {}
    Ok(())
}

/// When this worker looked last and when it means to look again, by the clock of then.
#[derive(Clone, Copy, Debug, Default)]
struct Appointments {
    looked_at: Option<UtcMillis>,
    orders_at: Option<UtcMillis>,
}

impl Appointments {
    /// Whether the clock is behind where it was, or nobody knows where it was: a process that has just
    /// started finds what another one put off.
    fn were_made_by_another_clock(self, now: UtcMillis) -> bool {
        self.looked_at.is_none_or(|before| now < before)
    }
}

/// One look at what is due and what is done, and a nap.
async fn turn(
    platform: &Platform,
    link: &CustodianLink,
    settings: &WorkerSettings,
    pool: &mut Pool<'_>,
    appointments: &mut Appointments,
    stop: &mut Shutdown,
) -> Result<(), Fault> {
    // Subscribed before anything is read, so that no change after the read is missed.
    let mut progress = platform.backend().progress();
    if platform.backend().read_only().is_some() {
        idle(stop).await;
        return Ok(());
    }
    let now = platform.now();
    if appointments.were_made_by_another_clock(now) {
        let longest_ms = LONGEST_PAUSE_MS.max(2 * i64::from(settings.backoff.longest_ms));
        let recalled = deposit_queue::recall(platform, link.custodian, longest_ms).await?;
        if recalled > 0 {
            warn!(custodian = %link.custodian, recalled, "a clock that ran ahead had put deposits off");
        }
        appointments.orders_at = Some(now);
    }
    appointments.looked_at = Some(now);
    // Orders are few, and deposits must not wait for the look after them.
    if appointments.orders_at.is_none_or(|at| at <= now) {
        erasures::round(platform, link, &settings.backoff).await?;
        appointments.orders_at = Some(platform.now().plus_millis(ORDERS_EVERY_MS));
    }
    pool.fill().await?;
    if pool.is_empty() {
        let due = deposit_queue::next_due(platform, link.custodian).await?;
        tokio::select! {
            () = stop.requested() => {}
            _ = timeout(nap(due, platform.now()), progress.changed()) => {}
        }
    } else {
        tokio::select! {
            () = stop.requested() => {}
            settled = pool.next() => {
                settled?;
                gather(pool).await?;
            }
            _ = timeout(LONGEST_NAP, progress.changed()) => {}
        }
    }
    Ok(())
}

/// Lets what is done at about the same time be done, so that one lease serves them all.
async fn gather(pool: &mut Pool<'_>) -> Result<(), Fault> {
    let until = Instant::now() + GATHER;
    while let Ok(settled) = timeout_at(until, pool.next()).await {
        if settled?.is_none() {
            break;
        }
    }
    Ok(())
}

/// Deposits what is due and what becomes due, until nothing is outstanding or only what
/// has to wait is left. Gives how many receipts were noted.
///
/// # Errors
/// The platform's own store failed.
pub async fn drain(
    platform: &Platform,
    link: &CustodianLink,
    settings: &WorkerSettings,
    gauges: &CustodianGauges,
) -> Result<u64, Fault> {
    let mut pool = Pool::new(platform, link, &settings.backoff, gauges, settings.in_flight);
    loop {
        pool.fill().await?;
        if pool.next().await?.is_none() {
            return Ok(gauges.noted());
        }
    }
}

/// Offers our heads to witness and mirror until it is told to stop.
///
/// # Errors
/// Never today; the signature is that of every task.
pub async fn run_cosigning(
    platform: Arc<Platform>,
    cosigners: Cosigners,
    settings: WorkerSettings,
    gauges: Arc<CosigningGauges>,
    mut stop: Shutdown,
) -> Result<(), Fault> {
    let mut heads = platform.backend().log().head_changed();
    let mut standing = Standing::default();
    let mut last: Option<(u64, UtcMillis)> = None;
    let mut failures = 0u32;
    while !stop.is_requested() {
        heads.mark_unchanged();
        if platform.backend().read_only().is_some() {
            idle(&mut stop).await;
            continue;
        }
        let size = platform.backend().log().head().size();
        if size > 0 && is_due(last, size, platform.now(), settings.refresh_ms) {
            match offer(&platform, &cosigners, &mut standing).await {
                Ok(size) => {
                    gauges.cosigned(size);
                    last = Some((size, platform.now()));
                    failures = 0;
                }
                Err(failure) => {
                    failures += 1;
                    report(&failure, failures, &gauges);
                }
            }
        }
        let pause = if failures == 0 {
            settings.cosign_interval_ms
        } else {
            settings.backoff.wait_ms(failures, platform.entropy())
        };
        say_next(&platform, pause);
        tokio::select! {
            () = stop.requested() => break,
            () = sleep(Duration::from_millis(pause)) => {}
        }
        let head_size = platform.backend().log().head().size();
        if failures == 0 && last.is_some_and(|(cosigned, _)| cosigned == head_size) {
            tokio::select! {
                () = stop.requested() => {}
                _ = timeout(LONGEST_NAP, heads.changed()) => {}
            }
        }
    }
    Ok(())
}

/// Whoever waits for a cosignature is told when it is asked for again.
fn say_next(platform: &Platform, pause_ms: u64) {
    let at = platform.now().plus_millis(i64::try_from(pause_ms).unwrap_or(i64::MAX));
    for flag in [Flag::Witnessed, Flag::Mirrored] {
        platform.next_tries().note(flag, at);
    }
}

/// Nothing is leased and nothing offered while the store is read-only.
async fn idle(stop: &mut Shutdown) {
    tokio::select! {
        () = stop.requested() => {}
        () = sleep(READ_ONLY_NAP) => {}
    }
}

fn is_due(last: Option<(u64, UtcMillis)>, size: u64, now: UtcMillis, refresh_ms: i64) -> bool {
    // A clock that was set back would keep an idle head waiting until it is there again.
    last.is_none_or(|(cosigned, at)| {
        cosigned != size || now < at || now.millis_since(at) >= refresh_ms
    })
}

/// Both cosign the same head; what one of them already gave is kept when the other fails.
async fn offer(
    platform: &Platform,
    cosigners: &Cosigners,
    standing: &mut Standing,
) -> Result<u64, Failure> {
    let log = platform.backend().log();
    let head = log.head().checkpoint().clone();
    let witnessed = cosigners.witnessed(log, &head, standing).await?;
    deposit_queue::note_cosigned_head(platform, &witnessed).await.map_err(noting)?;
    let mirrored = cosigners.mirrored(log, &head, standing).await?;
    let both = merge(witnessed, &mirrored)?;
    deposit_queue::note_cosigned_head(platform, &both).await.map_err(noting)?;
    Ok(head.checkpoint().size())
}

enum Failure {
    Cosigning(CosigningError),
    Noting(String),
}

impl From<CosigningError> for Failure {
    fn from(error: CosigningError) -> Self {
        Self::Cosigning(error)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
fn noting(error: deposit_queue::NoteHeadError) -> Failure {
    Failure::Noting(error.to_string())
}

/// The first failure of a row is worth a line, every later one a quieter one.
fn report(failure: &Failure, failures: u32, gauges: &CosigningGauges) {
    match failure {
        Failure::Cosigning(error @ CosigningError::RolledBack { .. }) => {
            gauges.failed(true);
            error!(%error, "our log and the notary's copy disagree");
        }
        Failure::Cosigning(error) => {
            gauges.failed(false);
            if failures == 1 {
                warn!(%error, "no cosignature yet");
            }
        }
        Failure::Noting(error) => {
            gauges.failed(false);
            error!(error, "a cosigned head was not taken");
        }
    }
}

fn nap(due: Option<UtcMillis>, now: UtcMillis) -> Duration {
    due.map_or(LONGEST_NAP, |due| {
        let ms = u64::try_from(due.millis_since(now)).unwrap_or(0);
        Duration::from_millis(ms.max(5)).min(LONGEST_NAP)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_due_when_it_grew_or_when_its_cosignature_is_old() {
        let now = UtcMillis::from_millis(1_800_000_000_000).unwrap();
        assert!(is_due(None, 1, now, 60_000));
        assert!(is_due(Some((1, now)), 2, now, 60_000));
        assert!(!is_due(Some((2, now)), 2, now.plus_millis(59_999), 60_000));
        assert!(is_due(Some((2, now)), 2, now.plus_millis(60_000), 60_000));
        assert!(is_due(Some((2, now)), 2, now.plus_millis(-1), 60_000), "the clock was set back");
    }

    #[test]
    fn appointments_hold_until_the_clock_is_set_back() {
        let now = UtcMillis::from_millis(1_800_000_000_000).unwrap();
        assert!(Appointments::default().were_made_by_another_clock(now));
        let made = Appointments { looked_at: Some(now), orders_at: None };
        assert!(!made.were_made_by_another_clock(now));
        assert!(!made.were_made_by_another_clock(now.plus_millis(1)));
        assert!(made.were_made_by_another_clock(now.plus_millis(-1)));
    }

    #[test]
    fn a_nap_ends_when_something_is_due_and_never_lasts_long() {
        let now = UtcMillis::from_millis(1_800_000_000_000).unwrap();
        assert_eq!(nap(None, now), LONGEST_NAP);
        assert_eq!(nap(Some(now.plus_millis(50)), now), Duration::from_millis(50));
        assert_eq!(nap(Some(now.plus_millis(-50)), now), Duration::from_millis(5));
        assert_eq!(nap(Some(now.plus_millis(999_999)), now), LONGEST_NAP);
    }
}
