//! Removes, behind the requests, what is kept for a while only.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use heqi_registration::Platform;
use heqi_registration::sweep::{SweepCursor, Swept, sweep};
use heqi_service_kit::Shutdown;

/// One page of each table at a time, while little is over.
const PAUSE: Duration = Duration::from_secs(10);
/// While a page held something to remove, so that no rate of acts outruns the sweep.
const SHORT_PAUSE: Duration = Duration::from_millis(200);

/// Sweeps until the stop. A store that takes no changes now is tried again later.
pub(super) async fn run_sweeps(
    platform: Arc<Platform>,
    mut stop: Shutdown,
) -> Result<(), Infallible> {
    let mut cursor = SweepCursor::default();
    let mut pause = PAUSE;
    while !stop.is_requested() {
        tokio::select! {
            () = stop.requested() => break,
            () = tokio::time::sleep(pause) => {}
        }
        pause = PAUSE;
        match sweep(&platform, &mut cursor).await {
            Ok(swept) if swept == Swept::default() => {}
            Ok(swept) => {
                pause = SHORT_PAUSE;
                tracing::debug!(
                    answers = swept.answers,
                    signings = swept.signings,
                    photos = swept.photos,
                    "swept"
                );
            }
            Err(error) => tracing::warn!(%error, "nothing could be swept now"),
        }
    }
    Ok(())
}
