//! Time stamps of the platform's own log are renewed before their authorities' certificates end.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use heqi_registration::Platform;
use heqi_registration::renewal::renew_if_due;
use heqi_service_kit::Shutdown;

use crate::settings::CenterPart;

const DAY_MS: i64 = 24 * 3_600_000;
/// After an error, and while the store may not be written, it is tried again this soon.
const SOON: Duration = Duration::from_mins(1);

/// Looks at what was stamped, and renews it when that is due, until the stop.
pub(super) async fn run_renewals(
    platform: Arc<Platform>,
    settings: CenterPart,
    mut stop: Shutdown,
) -> Result<(), Infallible> {
    let margin_ms = i64::from(settings.renewal_margin_days) * DAY_MS;
    let usual = Duration::from_millis(settings.renewal_interval_ms.max(1));
    loop {
        let is_done = round(&platform, margin_ms).await;
        let wait = if is_done { usual } else { SOON.min(usual) };
        tokio::select! {
            () = stop.requested() => return Ok(()),
            () = tokio::time::sleep(wait) => {}
        }
    }
}

async fn round(platform: &Platform, margin_ms: i64) -> bool {
    if platform.backend().read_only().is_some() {
        return false;
    }
    match renew_if_due(platform, margin_ms).await {
        Ok(round) => {
            if let Some(seq) = round.renewed {
                tracing::info!(seq, "time stamps of the platform's own log were renewed");
            }
            true
        }
        Err(error) => {
            tracing::error!(%error, "time stamps could not be renewed");
            false
        }
    }
}
