//! Sessions of staff that have ended, and tries that nobody holds against anybody any more.
//! What is known of an address that let somebody in stays as long as it is used.

use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::Digest;

use super::sessions::ends_at;
use super::tries::FORGOTTEN_MS;
use crate::act::Attempts;
use crate::fault::Fault;
use crate::platform::Platform;
use crate::rows::{STAFF_SESSIONS, STAFF_TRIES};

/// For how long an address is remembered from which somebody came in: 90 days.
const KNOWN_MS: i64 = 90 * FORGOTTEN_MS;

/// Where the next sweep begins.
#[derive(Debug, Default)]
pub(crate) struct Cursor {
    sessions: Option<Digest>,
    tries: Option<Digest>,
}

/// Removes what is over; gives how many sessions that were.
pub(crate) async fn sweep(
    platform: &Platform,
    cursor: &mut Cursor,
    page: usize,
) -> Result<usize, Fault> {
    let now = platform.now();
    let sessions =
        STAFF_SESSIONS.scan(platform.backend(), "", cursor.sessions.as_ref(), page).await?;
    let tries = STAFF_TRIES.scan(platform.backend(), "", cursor.tries.as_ref(), page).await?;
    let mut changes = Changeset::new();
    let (mut ended, mut forgotten) = (0, 0);
    for (key, row) in sessions.iter().filter(|(_, row)| now >= ends_at(&row.value)) {
        STAFF_SESSIONS.remove(&mut changes, key, row.version)?;
        ended += 1;
    }
    for (key, row) in &tries {
        let kept_ms = if row.value.is_known { KNOWN_MS } else { FORGOTTEN_MS };
        if now.as_millis() - row.value.last_ms >= kept_ms {
            STAFF_TRIES.remove(&mut changes, key, row.version)?;
            forgotten += 1;
        }
    }
    cursor.sessions =
        (sessions.len() == page).then(|| sessions.last().map(|(key, _)| *key)).flatten();
    cursor.tries = (tries.len() == page).then(|| tries.last().map(|(key, _)| *key)).flatten();
    let nothing = ended + forgotten == 0;
    if nothing || Attempts::default().commit(platform, changes).await?.is_none() {
        return Ok(0);
    }
    Ok(ended)
}
