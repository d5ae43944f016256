//! Time stamps: each minute, and on demand, the newest published head is taken to every
//! time authority (`docs/spec/timestamps.md` rules 23 and 24).
//!
//! The log may be the platform's or the notary's own. What an authority did not answer is
//! asked again with growing pauses; until then its absence shows in the gauges, in the
//! receipt and in every bundle.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::gate::{CLOCK_ALARM_MS, PeerClock, note_clock_gap};
use heqi_evidence_store::stamping::{Newest, Round, Stamper, StampingError, clock_name};
use heqi_notary_protocol::Backoff;
use heqi_service_kit::lifecycle::Shutdown;
use heqi_vocabulary::{Clock, Entropy, UtcMillis};
use tokio::sync::Notify;
use tokio::time::sleep;
use tracing::{debug, error, info, warn};

/// What the loop works on.
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct StampingTask {
    /// The store with the log.
    pub backend: Arc<dyn Backend>,
    /// Decides when a head is old; never what time it is in a record.
    pub clock: Arc<dyn Clock>,
    /// Draws nonces.
    pub entropy: Arc<dyn Entropy>,
    /// Whom to ask.
    pub stamper: Stamper,
    /// Between two rounds when nothing failed, in milliseconds.
    pub interval_ms: u64,
    /// Pauses after a failure.
    pub backoff: Backoff,
    /// What is counted.
    pub gauges: Arc<StampingGauges>,
    /// Asks for a stamp at once.
    pub demand: Arc<Notify>,
    /// Told before each pause when the next round is; `None`: nobody waits.
    pub says_next: Option<SaysNext>,
    /// Hears of the authorities' clocks beside ours, as of those of the peers.
    pub peer_clock: Arc<PeerClock>,
}

/// Hears when the next round is.
pub type SaysNext = Arc<dyn Fn(UtcMillis) + Send + Sync>;

/// How the stamps stand, for metrics and alarms.
#[derive(Debug)]
pub struct StampingGauges {
    /// Unix milliseconds; 0 before the first token.
    newest_ms: AtomicI64,
    /// The oldest of the authorities' newest tokens, in Unix milliseconds; 0 while one of
    /// them has none.
    laggard_ms: AtomicI64,
    size: AtomicU64,
    failures: AtomicU64,
    disagreement_ms: AtomicI64,
}

impl Default for StampingGauges {
    fn default() -> Self {
        Self {
            newest_ms: AtomicI64::new(0),
            laggard_ms: AtomicI64::new(0),
            size: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            disagreement_ms: AtomicI64::new(0),
        }
    }
}

impl StampingGauges {
    /// Age of the newest token of any authority; `None` before the first.
    pub fn newest_age_ms(&self, now: UtcMillis) -> Option<i64> {
        age(&self.newest_ms, now)
    }

    /// Age of the newest token of the authority that is furthest behind; `None` while one
    /// of them never gave any.
    pub fn laggard_age_ms(&self, now: UtcMillis) -> Option<i64> {
        age(&self.laggard_ms, now)
    }

    /// Size of the head that was last stamped.
    pub fn stamped_size(&self) -> u64 {
        self.size.load(Ordering::Relaxed)
    }

    /// Answers that are missing or were not believed, since the start.
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// By how much the authorities disagreed in the last round in which two answered,
    /// beyond what is allowed, in milliseconds: above 0 is an alarm.
    pub fn disagreement_ms(&self) -> i64 {
        self.disagreement_ms.load(Ordering::Relaxed)
    }

    fn note(&self, round: &Round, newest: &[(String, UtcMillis)], authorities: usize) {
        let instants = || newest.iter().map(|(_, at)| at.as_millis());
        self.newest_ms.store(instants().max().unwrap_or(0), Ordering::Relaxed);
        let laggard = if newest.len() < authorities { None } else { instants().min() };
        self.laggard_ms.store(laggard.unwrap_or(0), Ordering::Relaxed);
        if let (Some(size), false) = (round.size, round.stamped.is_empty()) {
            self.size.store(size, Ordering::Relaxed);
        }
        let missing = u64::try_from(round.missing.len()).unwrap_or(u64::MAX);
        self.failures.fetch_add(missing, Ordering::Relaxed);
        if round.stamped.len() > 1 {
            self.disagreement_ms.store(round.disagreement_ms.unwrap_or(0), Ordering::Relaxed);
        }
    }
}

fn age(at_ms: &AtomicI64, now: UtcMillis) -> Option<i64> {
    match at_ms.load(Ordering::Relaxed) {
        0 => None,
        at => Some(now.as_millis().saturating_sub(at)),
    }
}

/// Stamps until it is told to stop. A store that takes no writes now, as one that is being
/// compared with its peers, is tried again: deposits never wait for time stamps.
///
/// # Errors
/// Never; the signature is that of every task.
pub async fn run_stamping(task: StampingTask, mut stop: Shutdown) -> Result<(), Infallible> {
    let authorities = task.stamper.labels().count();
    let mut failures = 0u32;
    let mut anew = false;
    while authorities > 0 && !stop.is_requested() {
        let (is_done, has_head) = match step(&task, anew).await {
            Ok((round, newest)) => {
                task.gauges.note(&round, &newest, authorities);
                report(&round, failures);
                compare_clocks((&task.peer_clock, &*task.backend, task.clock.now()), &round).await;
                (round.missing.is_empty(), round.size.is_some())
            }
            Err(failure) => {
                if failures == 0 {
                    warn!(%failure, "no head can be stamped now");
                }
                (false, false)
            }
        };
        failures = if is_done { 0 } else { failures.saturating_add(1) };
        let pause_ms = if failures > 0 {
            task.backoff.wait_ms(failures, &*task.entropy).min(task.interval_ms)
        } else if !has_head {
            // Nothing is published yet: the first head is not kept waiting for a minute.
            task.interval_ms.min(FIRST_HEAD_MS)
        } else {
            task.interval_ms
        };
        if let Some(says_next) = &task.says_next {
            let pause_ms = i64::try_from(pause_ms).unwrap_or(i64::MAX);
            says_next(task.clock.now().plus_millis(pause_ms));
        }
        anew = tokio::select! {
            () = stop.requested() => false,
            // A head that stands still is stamped by the hour; a clock that was set right is to be known within the minute.
            () = sleep(Duration::from_millis(pause_ms)) => task.peer_clock.gap_ms() > CLOCK_ALARM_MS,
            () = task.demand.notified() => true,
        };
    }
    stop.requested().await;
    Ok(())
}

async fn step(task: &StampingTask, anew: bool) -> Result<(Round, Newest), StampingError> {
    let backend = &*task.backend;
    let round = task.stamper.round(backend, &*task.clock, &*task.entropy, anew).await?;
    Ok((round, task.stamper.newest(backend).await?))
}

/// Hears of the clocks of those that answered, forgets what others said before, and notes each gap that is too large.
async fn compare_clocks(
    (peer_clock, backend, now): (&PeerClock, &dyn Backend, UtcMillis),
    round: &Round,
) {
    for (label, _) in &round.missing {
        peer_clock.forget(&clock_name(label));
    }
    for gap in &round.clock_gaps {
        if !peer_clock.note(gap) {
            continue;
        }
        let (gap_ms, round_trip_ms) = (gap.gap_ms, gap.round_trip_ms);
        warn!(
            peer = gap.peer.as_str(),
            gap_ms, round_trip_ms, "our clock and a time authority's differ"
        );
        // A store that is read-only notes it at the next comparison.
        if let Err(error) = note_clock_gap(backend, now, gap).await {
            debug!(%error, "the gap of clocks is not noted");
        }
    }
}

const FIRST_HEAD_MS: u64 = 1_000;

/// The first failure of a row is worth a line, and so is its end; every disagreement is.
fn report(round: &Round, failures_before: u32) {
    if let Some(beyond_ms) = round.disagreement_ms {
        error!(beyond_ms, "two time authorities disagree by more than their accuracies allow");
    }
    if failures_before == 0 {
        for (authority, missing) in &round.missing {
            warn!(authority, %missing, "no time stamp; heads go without until it is back");
        }
    } else if round.missing.is_empty() {
        info!("every time authority answers again");
    }
}

#[cfg(test)]
mod tests {
    use heqi_evidence_store::gate::{ClockGap, clock_gaps};
    use heqi_evidence_store::stamping::{MissingToken, Unanswered};
    use heqi_evidence_store::testing::memory;

    use super::*;

    fn at(ms: i64) -> UtcMillis {
        UtcMillis::from_millis(1_800_000_000_000 + ms).unwrap()
    }

    #[test]
    fn the_age_of_a_token_that_never_came_is_unknown_not_zero() {
        let gauges = StampingGauges::default();
        assert_eq!(gauges.newest_age_ms(at(0)), None);
        let round = Round { size: Some(7), stamped: vec!["one".into()], ..Round::default() };
        gauges.note(&round, &[("one".into(), at(0))], 2);
        assert_eq!(gauges.newest_age_ms(at(500)), Some(500));
        assert_eq!(gauges.laggard_age_ms(at(500)), None, "the second has none");
        gauges.note(&round, &[("one".into(), at(0)), ("two".into(), at(-100))], 2);
        assert_eq!(gauges.laggard_age_ms(at(500)), Some(600));
        assert_eq!(gauges.stamped_size(), 7);
    }

    fn heard(label: &str, gap_ms: i64) -> ClockGap {
        ClockGap { peer: clock_name(label), gap_ms, round_trip_ms: 10 }
    }

    /// A round in which these were heard and those were silent; the gap there is then, and whether our clock counts.
    async fn hear(
        (clock, store): (&PeerClock, &dyn Backend),
        clock_gaps: Vec<ClockGap>,
        silent: &[&str],
    ) -> (i64, bool) {
        let down = |label: &&str| {
            ((*label).to_owned(), MissingToken::Unanswered(Unanswered("down".into())))
        };
        let missing = silent.iter().map(down).collect();
        let round = Round { clock_gaps, missing, ..Round::default() };
        compare_clocks((clock, store, at(0)), &round).await;
        (clock.gap_ms(), clock.is_trusted())
    }

    #[tokio::test]
    async fn a_time_authority_a_minute_off_stops_what_is_dated_until_it_agrees_or_is_silent() {
        let (clock, store) = (PeerClock::default(), memory());
        let beside: (&PeerClock, &dyn Backend) = (&clock, &*store);
        assert_eq!(
            hear(beside, vec![heard("one", 1), heard("two", -2_005)], &[]).await,
            (2_000, true)
        );
        assert_eq!(clock_gaps(&*store, 9).await.unwrap(), []);
        assert_eq!(hear(beside, vec![heard("two", -60_006)], &[]).await, (60_001, false));
        assert_eq!(clock_gaps(&*store, 9).await.unwrap(), [heard("two", -60_006)]);
        // Nobody was asked: what was heard last counts.
        assert_eq!(hear(beside, Vec::new(), &[]).await, (60_001, false));
        assert_eq!(hear(beside, Vec::new(), &["two"]).await, (0, true));
        assert_eq!(hear(beside, vec![heard("two", 60_006)], &[]).await, (60_001, false));
        assert_eq!(hear(beside, vec![heard("two", 0)], &[]).await, (0, true));
    }

    #[test]
    fn a_disagreement_stays_until_two_agree_again() {
        let gauges = StampingGauges::default();
        let stamped = vec!["one".into(), "two".into()];
        let mut round = Round { stamped, disagreement_ms: Some(900), ..Round::default() };
        gauges.note(&round, &[], 2);
        assert_eq!(gauges.disagreement_ms(), 900);
        let alone = Round::default();
        gauges.note(&alone, &[], 2);
        assert_eq!(gauges.disagreement_ms(), 900);
        round.disagreement_ms = None;
        gauges.note(&round, &[], 2);
        assert_eq!(gauges.disagreement_ms(), 0);
    }
}
