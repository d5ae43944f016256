//! What is kept for a while only: what repeated requests are answered from, and signings
//! that were begun and are over. Nothing here is evidence; evidence is never swept.
//!
//! A worker calls [`sweep`] again and again. Each call looks at a page of each table, from
//! where the last one ended, so a sweep costs the same at any size.

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::Stored;
use heqi_filing::timer::LINK_LIFETIME_MS;
use heqi_vocabulary::{Digest, SigningId, UtcMillis};

use crate::act::Attempts;
use crate::ceremonies;
use crate::fault::{ActError, Fault};
use crate::objects;
use crate::platform::Platform;
use crate::rows::{self, Pair, SigningRow};

/// For how long the same request again gets the same answer, in milliseconds: as long as a
/// signer's link works.
pub const ANSWER_LIFETIME_MS: i64 = LINK_LIFETIME_MS;
/// How long a signing is kept after its challenge has ended, in milliseconds. Longer than
/// answers, which may name it.
pub const SIGNING_LIFETIME_MS: i64 = ANSWER_LIFETIME_MS + 24 * 3_600_000;
/// Rows of each table looked at by one sweep.
const PAGE: usize = 512;

/// Where the next sweep begins.
#[derive(Debug, Default)]
pub struct SweepCursor {
    answers: Option<Pair<String, Digest>>,
    signings: Option<SigningId>,
    sessions: Option<Digest>,
}

/// What one sweep removed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Swept {
    /// Remembered answers.
    pub answers: usize,
    /// Signings that were begun.
    pub signings: usize,
    /// Photos of signings that were never completed.
    pub photos: usize,
    /// Sessions of browsers.
    pub sessions: usize,
}

/// Looks at the next rows and removes those whose time is over.
///
/// # Errors
/// The store could not do its part. What was removed stays removed.
pub async fn sweep(platform: &Platform, cursor: &mut SweepCursor) -> Result<Swept, Fault> {
    let answers = sweep_answers(platform, &mut cursor.answers).await?;
    let Swept { signings, photos, .. } = sweep_signings(platform, &mut cursor.signings).await?;
    let sessions = sweep_sessions(platform, &mut cursor.sessions).await?;
    Ok(Swept { answers, signings, photos, sessions })
}

/// Sessions that have ended. Links stay: they say how an invitation ended.
async fn sweep_sessions(platform: &Platform, after: &mut Option<Digest>) -> Result<usize, Fault> {
    let now = platform.now();
    let page = rows::SESSIONS.scan(platform.backend(), "", after.as_ref(), PAGE).await?;
    let mut changes = Changeset::new();
    let mut removed = 0;
    for (key, row) in page.iter().filter(|(_, row)| now >= row.value.ends_at()) {
        rows::SESSIONS.remove(&mut changes, key, row.version)?;
        removed += 1;
    }
    *after = if page.len() < PAGE { None } else { page.into_iter().last().map(|(key, _)| key) };
    if removed == 0 || Attempts::default().commit(platform, changes).await?.is_none() {
        return Ok(0);
    }
    Ok(removed)
}

async fn sweep_answers(
    platform: &Platform,
    after: &mut Option<Pair<String, Digest>>,
) -> Result<usize, Fault> {
    let now = platform.now();
    let page = rows::IDEMPOTENCY.scan(platform.backend(), "", after.as_ref(), PAGE).await?;
    let over = |at: UtcMillis| now.millis_since(at) >= ANSWER_LIFETIME_MS;
    let mut changes = Changeset::new();
    let mut removed = 0;
    for (key, row) in page.iter().filter(|(_, row)| over(row.value.at)) {
        rows::IDEMPOTENCY.remove(&mut changes, key, row.version)?;
        removed += 1;
    }
    // A page that is not full is the last one.
    *after = if page.len() < PAGE { None } else { page.into_iter().last().map(|(key, _)| key) };
    if removed == 0 || Attempts::default().commit(platform, changes).await?.is_none() {
        // Somebody changed a row meanwhile: the next round sees it again.
        return Ok(0);
    }
    Ok(removed)
}

async fn sweep_signings(
    platform: &Platform,
    after: &mut Option<SigningId>,
) -> Result<Swept, Fault> {
    let now = platform.now();
    let page = rows::SIGNINGS.scan(platform.backend(), "", after.as_ref(), PAGE).await?;
    let mut swept = Swept::default();
    for (signing, row) in &page {
        if now.millis_since(row.value.expires_at) >= SIGNING_LIFETIME_MS {
            let Swept { signings, photos, .. } = remove(platform, *signing, row).await?;
            swept.signings += signings;
            swept.photos += photos;
        }
    }
    *after = if page.len() < PAGE { None } else { page.into_iter().last().map(|(key, _)| key) };
    Ok(swept)
}

/// Removes a signing. One that its ceremony still waits for ends with it, and the photo that
/// nobody signed is given up.
async fn remove(
    platform: &Platform,
    signing: SigningId,
    row: &Stored<SigningRow>,
) -> Result<Swept, Fault> {
    let mut changes = Changeset::new();
    rows::SIGNINGS.remove(&mut changes, &signing, row.version)?;
    let mut photo = None;
    let ceremony = match ceremonies::load(platform, row.value.ceremony).await {
        Ok(stored) => Some(stored),
        // Erased with the person it was about, or gone: then nothing waits for the signing.
        Err(ActError::NotFound(_) | ActError::Fault(Fault::Erased)) => None,
        Err(ActError::Fault(fault)) => return Err(fault),
        Err(other) => return Err(Fault::broken(other)),
    };
    if let Some(stored) = ceremony
        && stored.content.signing == Some(signing)
        && stored.content.ceremony.challenge().is_some()
    {
        let mut content = stored.content.clone();
        photo = content.ceremony.photo().map(|photo| photo.object.as_str().to_owned());
        if content.ceremony.expire(platform.now()).is_err() {
            return Ok(Swept::default());
        }
        content.signing = None;
        content.photo = None;
        content.strokes = None;
        stored.replace(platform, &mut changes, &content)?;
    }
    if Attempts::default().commit(platform, changes).await?.is_none() {
        return Ok(Swept::default());
    }
    if let Some(object) = &photo {
        objects::forget(platform, object).await;
    }
    Ok(Swept { signings: 1, photos: usize::from(photo.is_some()), ..Swept::default() })
}
