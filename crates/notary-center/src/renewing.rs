//! Time stamps of the office's own log are renewed before their authorities' certificates end.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use heqi_notarization::renewal::renew_if_due;
use heqi_service_kit::Shutdown;

use crate::service::State;

const DAY_MS: i64 = 24 * 3_600_000;
/// After an error, and while the store may not be written, it is tried again this soon.
const SOON: Duration = Duration::from_mins(1);

/// Looks at what was stamped, and renews it when that is due, until the service stops.
pub(crate) async fn renew_until_stopped(
    state: Arc<State>,
    mut shutdown: Shutdown,
) -> Result<(), Infallible> {
    let margin_ms = i64::from(state.settings.renewal_margin_days) * DAY_MS;
    let usual = Duration::from_millis(state.settings.renewal_interval_ms.max(1));
    loop {
        let is_done = round(&state, margin_ms).await;
        let wait = if is_done { usual } else { SOON.min(usual) };
        tokio::select! {
            () = shutdown.requested() => return Ok(()),
            () = tokio::time::sleep(wait) => {}
        }
    }
}

async fn round(state: &State, margin_ms: i64) -> bool {
    if state.office.backend().read_only().is_some() {
        return false;
    }
    match renew_if_due(&state.office, margin_ms).await {
        Ok(round) => {
            let now = state.office.clock().now();
            let left = round.counts_until.map(|until| until.millis_since(now));
            state.board.renews(round.counts_until.map(|until| until.plus_millis(-margin_ms)));
            // A third of the margin before its end somebody has to see to a new certificate.
            let ends = left.is_some_and(|left| left < margin_ms / 3);
            state.figures.watched().time_certificate_ends.set(u64::from(ends));
            if let Some(seq) = round.renewed {
                tracing::info!(seq, "time stamps of the office's own log were renewed");
            }
            true
        }
        Err(error) => {
            tracing::error!(%error, "time stamps could not be renewed");
            false
        }
    }
}
