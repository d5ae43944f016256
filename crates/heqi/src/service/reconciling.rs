//! Compares both organisations' logs, once a day or as often as the settings say. What each side compares with what
//! is its own; when, how often and what is kept of it is the same.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::monitoring::MonitoringError;
use heqi_evidence_store::monitoring::reconciliation::{Outcome, Reconciled, Side, found, note};
use heqi_notary_protocol::{LogClient, NotaryClient};
use heqi_notary_sync::reconcile::{ReconcileError, not_compared, reconcile_mirror, reconcile_peer};
use heqi_registration::Platform;
use heqi_service_kit::Shutdown;
use heqi_tlog::checkpoint::Origin;
use heqi_vocabulary::Clock;

/// A mismatch must be there twice in a row: a log that grew between two reads looks like one.
const AGAIN: Duration = Duration::from_secs(2);
/// Before the first comparison, so that there is something to compare.
const FIRST: Duration = Duration::from_secs(10);
/// After a day on which the other side was not reached.
const SOONER: Duration = Duration::from_mins(10);

/// What one organisation compares with what.
pub(super) trait Halves: Send + Sync {
    /// Which comparisons there are.
    fn sides(&self) -> &'static [Side];

    /// One of them; leaves below `since` matched before, and of a custodian's own log a head of that size was compared.
    fn compare(
        &self,
        side: Side,
        since: u64,
    ) -> impl Future<Output = Result<Reconciled, ReconcileError>> + Send;
}

/// Where it is kept, and when it is.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) backend: Arc<dyn Backend>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) every: Duration,
}

/// Compares until the stop.
pub(super) async fn run_reconciling(
    kept: Kept,
    halves: impl Halves,
    mut stop: Shutdown,
) -> Result<(), Infallible> {
    let mut pause = FIRST.min(kept.every);
    loop {
        tokio::select! {
            () = stop.requested() => return Ok(()),
            () = tokio::time::sleep(pause) => {}
        }
        pause = kept.every;
        for side in halves.sides().iter().copied() {
            let compared = certain(&kept, &halves, side).await;
            let is_by_leaf = matches!(side, Side::OursMirrored | Side::PlatformsLog);
            let is_behind = is_by_leaf && compared.compared_to < compared.size;
            if is_behind || matches!(compared.outcome, Outcome::NotCompared { .. }) {
                pause = pause.min(SOONER);
            }
            if let Outcome::Mismatch { first_leaf } = compared.outcome {
                tracing::error!(
                    %side, size = compared.size, first_leaf,
                    "both halves of the tally differ: keep both logs as they are"
                );
            }
            match note(&*kept.backend, &compared).await {
                Ok(()) => {}
                // Nothing is written before the peer has been heard; it is compared again soon.
                Err(error) if error.is_read_only() => pause = pause.min(SOONER),
                Err(error) => tracing::warn!(%error, "a comparison could not be written down"),
            }
        }
    }
}

async fn certain(kept: &Kept, halves: &impl Halves, side: Side) -> Reconciled {
    let first = once(kept, halves, side).await;
    if !matches!(first.outcome, Outcome::Mismatch { .. }) {
        return first;
    }
    tokio::time::sleep(AGAIN).await;
    once(kept, halves, side).await
}

async fn once(kept: &Kept, halves: &impl Halves, side: Side) -> Reconciled {
    let compared = match matched_to(kept, side).await {
        Ok(since) => halves.compare(side, since).await,
        Err(error) => Err(error.into()),
    };
    let mut compared = compared.unwrap_or_else(|error| {
        tracing::warn!(%side, %error, "both halves could not be compared");
        not_compared(side, kept.clock.now(), "unreachable")
    });
    // It takes the place of what was found on the same day, and forgets no size.
    if side == Side::OwnCosigned
        && matches!(compared.outcome, Outcome::NotCompared { .. })
        && let Ok(before) = matched_to(kept, side).await
    {
        compared.compared_to = before;
    }
    compared
}

/// What matched before is looked at again by a drawn sample only. Of a custodian's own log it is the greatest head that
/// was compared, whatever came of it: the platform's witness is not to get out of it by showing one of before.
async fn matched_to(kept: &Kept, side: Side) -> Result<u64, MonitoringError> {
    let before = found(&*kept.backend, side).await?;
    if side == Side::OwnCosigned {
        return Ok(before.iter().map(|one| one.size.max(one.compared_to)).max().unwrap_or(0));
    }
    let matched = before.iter().find(|one| one.outcome == Outcome::Match {});
    Ok(matched.map_or(0, |one| one.compared_to))
}

/// The platform, with the notary's data centre.
pub(super) struct PlatformsHalves {
    pub(super) platform: Arc<Platform>,
    pub(super) client: NotaryClient,
    /// The notary's own log, where it is known.
    pub(super) peer_log: Option<Origin>,
}

impl Halves for PlatformsHalves {
    fn sides(&self) -> &'static [Side] {
        &Side::OF_PLATFORM
    }

    async fn compare(&self, side: Side, since: u64) -> Result<Reconciled, ReconcileError> {
        let (platform, at) = (&self.platform, self.platform.now());
        if side == Side::OursMirrored {
            let copy: LogClient = self.client.mirrored_log(platform.origin());
            let backend = platform.backend();
            return reconcile_mirror(backend, &copy, (since, at), platform.entropy()).await;
        }
        let Some(origin) = &self.peer_log else {
            return Ok(not_compared(side, at, "nothing_yet"));
        };
        let name = origin.as_str().rsplit('/').next().unwrap_or_default();
        let log = self.client.own_log(name);
        reconcile_peer(platform.backend(), &log, origin, at).await
    }
}

#[cfg(test)]
mod tests {
    use heqi_evidence_store::testing::memory;
    use heqi_testkit::FixedClock;
    use heqi_vocabulary::UtcMillis;
    use parking_lot::Mutex;

    use super::*;

    /// Shows what it is told to, and remembers since when it was asked.
    struct Told {
        shows: Mutex<Option<(u64, Outcome)>>,
        since: Mutex<u64>,
        at: UtcMillis,
    }

    impl Halves for Told {
        fn sides(&self) -> &'static [Side] {
            &[Side::OwnCosigned]
        }

        async fn compare(&self, which: Side, since: u64) -> Result<Reconciled, ReconcileError> {
            *self.since.lock() = since;
            let shown = self.shows.lock().clone();
            let (size, outcome) = shown.ok_or_else(|| ReconcileError::Mirror("away".into()))?;
            Ok(Reconciled { size, outcome, ..not_compared(which, self.at, "") })
        }
    }

    #[tokio::test]
    async fn the_greatest_head_that_was_compared_is_remembered_over_whatever_came_after_it() {
        let at = UtcMillis::from_millis(1_800_000_000_000).unwrap();
        let clock = Arc::new(FixedClock::new(at));
        let kept = Kept { backend: memory(), clock, every: FIRST };
        let halves = Told { shows: Mutex::new(None), since: Mutex::new(0), at };
        let round = async |shows: Option<(u64, Outcome)>| {
            *halves.shows.lock() = shows;
            let compared = once(&kept, &halves, Side::OwnCosigned).await;
            note(&*kept.backend, &compared).await.unwrap();
            *halves.since.lock()
        };
        let older = || Outcome::NotCompared { reason: "older_shown".into() };
        assert_eq!(round(Some((47, Outcome::Match {}))).await, 0);
        assert_eq!(round(None).await, 47, "who does not answer on the same day");
        assert_eq!(round(Some((0, older()))).await, 47, "nor who shows an older head");
        assert_eq!(round(Some((52, Outcome::Match {}))).await, 47);
        assert_eq!(round(Some((60, Outcome::Mismatch { first_leaf: None }))).await, 52);
        assert_eq!(round(None).await, 60);
    }
}
