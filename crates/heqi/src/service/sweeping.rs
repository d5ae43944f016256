//! Removes, behind the requests, what is kept for a while only, and reminds whom it is time to
//! remind.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use heqi_registration::Platform;
use heqi_registration::reminders::remind;
use heqi_registration::sweep::{SweepCursor, Swept, sweep};
use heqi_service_kit::Shutdown;

/// Reminders queued at one time.
const REMINDERS: usize = 64;
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
        match remind(&platform, REMINDERS).await {
            Ok(0) => {}
            Ok(count) => tracing::debug!(count, "reminders queued"),
            Err(error) => tracing::warn!(%error, "nobody could be reminded now"),
        }
        match sweep(&platform, &mut cursor).await {
            Ok(swept) if swept == Swept::default() => {}
            Ok(swept) => {
                pause = SHORT_PAUSE;
                tracing::debug!(
                    answers = swept.answers,
                    signings = swept.signings,
                    photos = swept.photos,
                    videos = swept.videos,
                    given_up = swept.given_up,
                    proofs = swept.proofs,
                    "swept"
                );
            }
            Err(error) => tracing::warn!(%error, "nothing could be swept now"),
        }
    }
    Ok(())
}
