//! What is kept for a while only: what repeated requests are answered from, and signings
//! that were begun and are over. Nothing here is evidence; evidence is never swept.
//!
//! A worker calls [`sweep`] again and again. Each call looks at a page of each table, from
//! where the last one ended, so a sweep costs the same at any size.

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::Stored;
use heqi_filing::timer::LINK_LIFETIME_MS;
use heqi_vocabulary::{CeremonyId, Digest, FilingId, MessageId, SigningId, UtcMillis};

use crate::act::Attempts;
use crate::ceremonies;
use crate::erasure::retention;
use crate::erasure::rows::GIVEN_UP;
use crate::fault::{ActError, Fault};
use crate::guardianships;
use crate::index_filings;
use crate::messages::{MessageState, Purpose};
use crate::objects;
use crate::platform::Platform;
use crate::review_wanted::{ReviewWay, WayReason};
use crate::rows::{self, Pair, SigningRow};
use crate::show_seal::KeptSeal;
use crate::staff;
use crate::verify_identity::portraits;

/// For how long the same request again gets the same answer, in milliseconds: as long as a
/// signer's link works.
pub const ANSWER_LIFETIME_MS: i64 = LINK_LIFETIME_MS;
/// How long a signing is kept after its challenge has ended, in milliseconds. Longer than
/// answers, which may name it.
pub const SIGNING_LIFETIME_MS: i64 = ANSWER_LIFETIME_MS + 24 * 3_600_000;
/// How long it is counted how many codes a contact was sent, and how often a party was invited, in milliseconds: a
/// day, and one more.
pub const QUOTA_LIFETIME_MS: i64 = 48 * 3_600_000;
/// How long a message with a code is kept, in milliseconds. The code itself lives five minutes.
pub const CODE_MESSAGE_LIFETIME_MS: i64 = 24 * 3_600_000;
/// How long any other message is kept after it was queued, in milliseconds: thirty days, in which
/// gateways may report what became of it.
pub const MESSAGE_LIFETIME_MS: i64 = 30 * 24 * 3_600_000;
/// How long a video is kept that nobody signed with, in milliseconds: thirty days, as photos that did
/// not pass (domain study 11.3). Its link has ended long before.
pub const VIDEO_LIFETIME_MS: i64 = 30 * 24 * 3_600_000;
/// How long a hand-over is kept after its end, in milliseconds.
pub const HANDOVER_KEPT_MS: i64 = 3_600_000;
/// Rows of each table looked at by one sweep.
const PAGE: usize = 512;

/// Where the next sweep begins.
#[derive(Debug, Default)]
pub struct SweepCursor {
    answers: Option<Pair<String, Digest>>,
    signings: Option<SigningId>,
    sessions: Option<Digest>,
    quotas: Option<Pair<String, Digest>>,
    messages: Option<MessageId>,
    handovers: Option<Digest>,
    videos: Option<Pair<CeremonyId, WayReason>>,
    given_up: Option<Pair<FilingId, String>>,
    proofs: Option<guardianships::Key>,
    /// Whether proofs of before there were rows of them have their rows by now.
    has_noted_proofs: bool,
    portraits: Option<portraits::Key>,
    staff: staff::sweep::Cursor,
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
    /// Videos that no signature rests on.
    pub videos: usize,
    /// Sessions of browsers, of signers and of staff.
    pub sessions: usize,
    /// Counts of codes and of invitations of days that are over.
    pub quotas: usize,
    /// Messages that went their way long ago; what became of them is recorded.
    pub messages: usize,
    /// Steps that were handed over to another device.
    pub handovers: usize,
    /// Photos, videos and portraits that only a hold had kept, which is lifted.
    pub given_up: usize,
    /// Proofs of guardianships that no signature rests on.
    pub proofs: usize,
}

/// Looks at the next rows and removes those whose time is over.
///
/// # Errors
/// The store could not do its part. What was removed stays removed.
pub async fn sweep(platform: &Platform, cursor: &mut SweepCursor) -> Result<Swept, Fault> {
    let answers = sweep_answers(platform, &mut cursor.answers).await?;
    let Swept { signings, photos, .. } = sweep_signings(platform, &mut cursor.signings).await?;
    let sessions = sweep_sessions(platform, &mut cursor.sessions).await?
        + staff::sweep::sweep(platform, &mut cursor.staff, PAGE).await?;
    let quotas = sweep_quotas(platform, &mut cursor.quotas).await?;
    let messages = sweep_messages(platform, &mut cursor.messages).await?;
    let handovers = sweep_handovers(platform, &mut cursor.handovers).await?;
    let videos = sweep_videos(platform, &mut cursor.videos).await?;
    let given_up = sweep_given_up(platform, &mut cursor.given_up).await?
        + portraits::sweep(platform, &mut cursor.portraits, PAGE).await?;
    if !cursor.has_noted_proofs {
        cursor.has_noted_proofs = guardianships::note_those_of_before(platform, PAGE).await?;
    }
    let proofs = guardianships::sweep(platform, &mut cursor.proofs, PAGE).await?;
    Ok(Swept {
        answers,
        signings,
        photos,
        videos,
        sessions,
        quotas,
        messages,
        handovers,
        given_up,
        proofs,
    })
}

/// Counts of codes and of invitations: a day of Shanghai that is over counts nobody any more.
async fn sweep_quotas(
    platform: &Platform,
    after: &mut Option<Pair<String, Digest>>,
) -> Result<usize, Fault> {
    let now = platform.now();
    let page = rows::CODE_QUOTAS.scan(platform.backend(), "", after.as_ref(), PAGE).await?;
    let mut changes = Changeset::new();
    let mut removed = 0;
    for (key, row) in
        page.iter().filter(|(_, row)| now.millis_since(row.value.last) >= QUOTA_LIFETIME_MS)
    {
        rows::CODE_QUOTAS.remove(&mut changes, key, row.version)?;
        removed += 1;
    }
    *after = if page.len() < PAGE { None } else { page.into_iter().last().map(|(key, _)| key) };
    commit(platform, changes, removed).await
}

/// Messages whose way has ended: whom they went to is kept no longer than it is needed.
async fn sweep_messages(
    platform: &Platform,
    after: &mut Option<MessageId>,
) -> Result<usize, Fault> {
    let now = platform.now();
    let page = rows::MESSAGES.scan(platform.backend(), "", after.as_ref(), PAGE).await?;
    let mut changes = Changeset::new();
    let mut removed = 0;
    for (key, row) in &page {
        let lifetime = match row.value.purpose {
            Purpose::Code => CODE_MESSAGE_LIFETIME_MS,
            _ => MESSAGE_LIFETIME_MS,
        };
        let is_over = row.value.state != MessageState::Queued
            && now.millis_since(row.value.queued_at) >= lifetime;
        if !is_over {
            continue;
        }
        rows::MESSAGES.remove(&mut changes, key, row.version)?;
        let named = Pair(row.value.filing, *key);
        if let Some(name) = rows::FILING_MESSAGES.row(platform.backend(), &named).await? {
            rows::FILING_MESSAGES.remove(&mut changes, &named, name.version)?;
        }
        removed += 1;
    }
    *after = if page.len() < PAGE { None } else { page.into_iter().last().map(|(key, _)| key) };
    commit(platform, changes, removed).await
}

/// Hand-overs that are over: the record tells of those that came to something.
async fn sweep_handovers(platform: &Platform, after: &mut Option<Digest>) -> Result<usize, Fault> {
    let now = platform.now();
    let page = rows::HANDOVERS.scan(platform.backend(), "", after.as_ref(), PAGE).await?;
    let mut changes = Changeset::new();
    let mut removed = 0;
    for (key, row) in
        page.iter().filter(|(_, row)| now.millis_since(row.value.ends_at) >= HANDOVER_KEPT_MS)
    {
        rows::HANDOVERS.remove(&mut changes, key, row.version)?;
        let newest = rows::NEWEST_HANDOVERS.row(platform.backend(), &row.value.ceremony).await?;
        if let Some(newest) = newest.filter(|newest| newest.value == *key) {
            rows::NEWEST_HANDOVERS.remove(&mut changes, &row.value.ceremony, newest.version)?;
        }
        removed += 1;
    }
    *after = if page.len() < PAGE { None } else { page.into_iter().last().map(|(key, _)| key) };
    commit(platform, changes, removed).await
}

/// Commits what one page gave. A row that somebody changed meanwhile is seen again later.
async fn commit(platform: &Platform, changes: Changeset, removed: usize) -> Result<usize, Fault> {
    if removed == 0 || Attempts::default().commit(platform, changes).await?.is_none() {
        return Ok(0);
    }
    Ok(removed)
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

/// Videos that no signature rests on, thirty days after the way was chosen. Records of them stay, and
/// what a reviewer watches stays with the signature.
async fn sweep_videos(
    platform: &Platform,
    after: &mut Option<Pair<CeremonyId, WayReason>>,
) -> Result<usize, Fault> {
    let now = platform.now();
    let page = rows::REVIEWS_WANTED.scan(platform.backend(), "", after.as_ref(), PAGE).await?;
    let mut removed = 0;
    for (_, row) in &page {
        let wanted = &row.value;
        let is_over = now.millis_since(wanted.since) >= VIDEO_LIFETIME_MS;
        if wanted.way == ReviewWay::Video && is_over {
            removed += usize::from(give_up_video(platform, wanted.ceremony_id).await?);
        }
    }
    *after = if page.len() < PAGE { None } else { page.into_iter().last().map(|(key, _)| key) };
    Ok(removed)
}

/// What was given up while a hold was in force, once none is any more.
async fn sweep_given_up(
    platform: &Platform,
    after: &mut Option<Pair<FilingId, String>>,
) -> Result<usize, Fault> {
    let page = GIVEN_UP.scan(platform.backend(), "", after.as_ref(), PAGE).await?;
    let mut removed = 0;
    for (key, row) in &page {
        let Pair(filing, object) = key;
        let mut changes = Changeset::new();
        if retention::expect_holds(platform, &mut changes, *filing).await? {
            continue;
        }
        GIVEN_UP.remove(&mut changes, key, row.version)?;
        if Attempts::default().commit(platform, changes).await?.is_some() {
            objects::forget(platform, object).await;
            removed += 1;
        }
    }
    *after = if page.len() < PAGE { None } else { page.into_iter().last().map(|(key, _)| key) };
    Ok(removed)
}

/// Whether there was one to give up.
async fn give_up_video(platform: &Platform, ceremony: CeremonyId) -> Result<bool, Fault> {
    let stored = match ceremonies::load(platform, ceremony).await {
        Ok(stored) => stored,
        // Erased with the person it was about, or gone: nobody can open the video either.
        Err(ActError::NotFound(_) | ActError::Fault(Fault::Erased)) => return Ok(false),
        Err(ActError::Fault(fault)) => return Err(fault),
        Err(other) => return Err(Fault::broken(other)),
    };
    // What a court or an authority holds is not given up, signed or not, and a hold placed from here
    // on makes the commit fail.
    let mut changes = Changeset::new();
    let filing = stored.content.ceremony.filing();
    if retention::expect_holds(platform, &mut changes, filing).await? {
        return Ok(false);
    }
    let mut content = stored.content.clone();
    let Some(object) = content.ceremony.give_up_video() else { return Ok(false) };
    content.video = None;
    stored.replace(platform, &mut changes, &content)?;
    if Attempts::default().commit(platform, changes).await?.is_none() {
        // The signer came back or a hold was placed in this very moment: the next round sees it again.
        return Ok(false);
    }
    objects::forget(platform, object.as_str()).await;
    Ok(true)
}

/// Removes a signing. One that its ceremony still waits for ends with it, and the photo that
/// nobody signed is given up, with what was shown for the signing.
async fn remove(
    platform: &Platform,
    signing: SigningId,
    row: &Stored<SigningRow>,
) -> Result<Swept, Fault> {
    let mut changes = Changeset::new();
    if retention::expect_holds(platform, &mut changes, row.value.filing).await? {
        return Ok(Swept::default());
    }
    rows::SIGNINGS.remove(&mut changes, &signing, row.version)?;
    let (mut photo, mut proof, mut scan) = (Vec::new(), None, None);
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
        photo = objects::of_photo_in(&content.ceremony);
        if content.ceremony.expire(platform.now()).is_err() {
            return Ok(Swept::default());
        }
        content.signing = None;
        content.photo = None;
        content.strokes = None;
        // The link has ended: nobody signs with it any more, so nobody looks at what proves a guardianship.
        proof = content.guardianship.take().map(|shown| shown.object);
        scan = content.seal.as_mut().and_then(KeptSeal::give_up_scan);
        if proof.is_some() {
            // Nor is the filing found by the minor's number any more.
            index_filings::note(&mut changes, row.value.filing)?;
        }
        stored.replace(platform, &mut changes, &content)?;
    }
    if Attempts::default().commit(platform, changes).await?.is_none() {
        return Ok(Swept::default());
    }
    for object in photo.iter().chain(&proof).chain(&scan) {
        objects::forget(platform, object).await;
    }
    Ok(Swept { signings: 1, photos: usize::from(!photo.is_empty()), ..Swept::default() })
}
