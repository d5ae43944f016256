//! Compares both organisations' logs, once a day or as often as the settings say. What each side compares with what
//! is its own; when, how often and what is kept of it is the same.

mod suspected;

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

use self::suspected::Suspected;

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
    let mut suspected = Suspected::default();
    loop {
        tokio::select! {
            () = stop.requested() => return Ok(()),
            () = tokio::time::sleep(pause) => {}
        }
        pause = kept.every;
        for side in halves.sides().iter().copied() {
            let compared = certain(&kept, &halves, side, &mut suspected).await;
            let is_by_leaf = matches!(side, Side::OursMirrored | Side::PlatformsLog);
            let is_behind = is_by_leaf && compared.compared_to < compared.size;
            let is_open = suspected.is_open(side);
            if is_behind || is_open || matches!(compared.outcome, Outcome::NotCompared { .. }) {
                pause = pause.min(SOONER);
            }
            if is_open {
                tracing::warn!(%side, "a difference that was seen once could not be looked at again");
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

async fn certain(
    kept: &Kept,
    halves: &impl Halves,
    side: Side,
    suspected: &mut Suspected,
) -> Reconciled {
    suspected.take_up(&*kept.backend).await;
    let first = once(kept, halves, side, suspected).await;
    let is_new = suspected.weigh(&first);
    suspected.keep(&*kept.backend, side).await;
    if !is_new {
        return first;
    }
    tokio::time::sleep(AGAIN).await;
    let again = once(kept, halves, side, suspected).await;
    suspected.weigh(&again);
    suspected.keep(&*kept.backend, side).await;
    again
}

async fn once(kept: &Kept, halves: &impl Halves, side: Side, suspected: &Suspected) -> Reconciled {
    let compared = match matched_to(kept, side).await {
        Ok(matched) => halves.compare(side, suspected.since(side, matched)).await,
        Err(error) => Err(error.into()),
    };
    let mut compared = compared.unwrap_or_else(|error| {
        if matches!(error, ReconcileError::Call(_)) {
            tracing::warn!(%side, %error, "both halves could not be compared");
        } else {
            // Nobody else mends what is missing here.
            tracing::error!(%side, %error, "the own half could not be compared");
        }
        not_compared(side, kept.clock.now(), error.reason())
    });
    // It takes the place of what was found on the same day, and forgets no size.
    if side == Side::OwnCosigned
        && matches!(compared.outcome, Outcome::NotCompared { .. })
        && let Ok(before) = matched_to(kept, side).await
    {
        compared.compared_to = suspected.since(side, before);
    }
    compared
}

/// What matched before is looked at again by a drawn sample only, but for a leaf that differed since: what no sample hit
/// again is not the same for that. Of a custodian's own log it is the greatest head that was compared, whatever came of
/// it: the platform's witness is not to get out of it by showing one of before.
async fn matched_to(kept: &Kept, side: Side) -> Result<u64, MonitoringError> {
    let before = found(&*kept.backend, side).await?;
    if side == Side::OwnCosigned {
        return Ok(before.iter().map(|one| one.size.max(one.compared_to)).max().unwrap_or(0));
    }
    let mut differed = u64::MAX;
    for one in before {
        match one.outcome {
            Outcome::Match {} => return Ok(one.compared_to.min(differed)),
            Outcome::Mismatch { first_leaf: Some(leaf) } => differed = differed.min(leaf),
            Outcome::Mismatch { first_leaf: None } | Outcome::NotCompared { .. } => {}
        }
    }
    Ok(0)
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
mod tests;
