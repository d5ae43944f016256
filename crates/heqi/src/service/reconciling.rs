//! Compares both organisations' logs, once a day or as often as the settings say.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use heqi_notary_protocol::{LogClient, NotaryClient};
use heqi_notary_sync::reconcile::{ReconcileError, not_compared, reconcile_mirror, reconcile_peer};
use heqi_registration::Platform;
use heqi_registration::monitoring::reconciliation::{Outcome, Reconciled, Side, found, note};
use heqi_service_kit::Shutdown;
use heqi_tlog::checkpoint::Origin;

/// A mismatch must be there twice in a row: a log that grew between two reads looks like one.
const AGAIN: Duration = Duration::from_secs(2);
/// Before the first comparison, so that there is something to compare.
const FIRST: Duration = Duration::from_secs(10);
/// After a day on which the other side was not reached.
const SOONER: Duration = Duration::from_mins(10);

/// With whom, and how often.
pub(super) struct Reconciling {
    pub(super) client: NotaryClient,
    /// The notary's own log, where it is known.
    pub(super) peer_log: Option<Origin>,
    pub(super) every: Duration,
}

/// Compares until the stop.
pub(super) async fn run_reconciling(
    platform: Arc<Platform>,
    with: Reconciling,
    mut stop: Shutdown,
) -> Result<(), Infallible> {
    let mut pause = FIRST.min(with.every);
    loop {
        tokio::select! {
            () = stop.requested() => return Ok(()),
            () = tokio::time::sleep(pause) => {}
        }
        pause = with.every;
        for side in Side::ALL {
            let compared = certain(&platform, &with, side).await;
            let is_behind = side == Side::OursMirrored && compared.compared_to < compared.size;
            if is_behind || matches!(compared.outcome, Outcome::NotCompared { .. }) {
                pause = pause.min(SOONER);
            }
            if let Outcome::Mismatch { first_leaf } = compared.outcome {
                tracing::error!(
                    %side, size = compared.size, first_leaf,
                    "both halves of the tally differ: keep both logs as they are"
                );
            }
            if let Err(error) = note(&platform, &compared).await {
                tracing::warn!(%error, "a comparison could not be written down");
            }
        }
    }
}

async fn certain(platform: &Platform, with: &Reconciling, side: Side) -> Reconciled {
    let first = once(platform, with, side).await;
    if !matches!(first.outcome, Outcome::Mismatch { .. }) {
        return first;
    }
    tokio::time::sleep(AGAIN).await;
    once(platform, with, side).await
}

async fn once(platform: &Platform, with: &Reconciling, side: Side) -> Reconciled {
    let compared = match side {
        Side::OursMirrored => mirrored(platform, with).await,
        Side::NotarysOwn => own(platform, with).await,
    };
    compared.unwrap_or_else(|error| {
        tracing::warn!(%side, %error, "both halves could not be compared");
        not_compared(side, platform.now(), "unreachable")
    })
}

async fn mirrored(platform: &Platform, with: &Reconciling) -> Result<Reconciled, ReconcileError> {
    // What matched before is looked at again by a drawn sample only.
    let before = found(platform, Side::OursMirrored).await?;
    let matched = before.iter().find(|one| one.outcome == Outcome::Match {});
    let since = matched.map_or(0, |one| one.compared_to);
    let copy: LogClient = with.client.mirrored_log(platform.origin());
    reconcile_mirror(platform, &copy, since, platform.entropy()).await
}

async fn own(platform: &Platform, with: &Reconciling) -> Result<Reconciled, ReconcileError> {
    let Some(origin) = &with.peer_log else {
        return Ok(not_compared(Side::NotarysOwn, platform.now(), "nothing_yet"));
    };
    let name = origin.as_str().rsplit('/').next().unwrap_or_default();
    let log = with.client.own_log(name);
    reconcile_peer(platform.backend(), &log, origin, platform.now()).await
}
