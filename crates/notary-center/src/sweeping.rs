//! What is kept for a while only: sessions and codes of people who look at what is held in their name, and
//! what requests for holds were answered.

use std::sync::Arc;
use std::time::Duration;

use heqi_notarization::holder::door;
use heqi_notarization::legal_hold;
use heqi_service_kit::lifecycle::Shutdown;

use crate::service::State;

/// How often what is over is swept, and how much of each kind at once.
const ROUND: Duration = Duration::from_mins(1);
const PAGE: usize = 500;

/// Sweeps what is over until the program stops.
pub(crate) async fn sweep_until_stopped(
    state: Arc<State>,
    mut shutdown: Shutdown,
) -> Result<(), std::convert::Infallible> {
    let mut holds = None;
    loop {
        tokio::select! {
            () = shutdown.requested() => return Ok(()),
            () = tokio::time::sleep(ROUND) => {}
        }
        if state.office.backend().read_only().is_some() {
            continue;
        }
        if state.people.is_some()
            && let Err(error) = door::sweep(&state.office, PAGE).await
        {
            tracing::warn!(%error, "sessions that ended could not be swept");
        }
        if let Err(error) = legal_hold::sweep(&state.office, &mut holds, PAGE).await {
            tracing::warn!(%error, "answers about holds that were lifted could not be swept");
        }
    }
}
