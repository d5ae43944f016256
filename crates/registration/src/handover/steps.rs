//! What the other device does once the signer has picked its number.

use bytes::Bytes;
use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::Digest;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Handover, HandoverError, HandoverRow, Other, Seen, State, StoredHandover, Taken};
use super::{load, newest, not_withdrawn};
use crate::act::Attempts;
use crate::capture_photo::{CapturePhoto, PhotoCaptured, capture_photo};
use crate::ceremonies;
use crate::fault::Fault;
use crate::filings;
use crate::keep_strokes::{KeepStrokes, StrokesKept, keep_strokes};
use crate::ledger::{self, About, Draft, NewRecord};
use crate::objects;
use crate::platform::Platform;
use crate::request::Request;

/// The longest word of a device about itself, in characters.
const MAX_WORD: usize = 128;

/// What the other device says about itself.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct DeviceSaid {
    /// Where the photo came from: `camera_stream`, `system_camera` or `virtual_camera_stream`.
    pub source: String,
    /// The device's name for its system.
    pub device: String,
    /// Width, height and scale of the screen.
    pub screen: String,
}

impl DeviceSaid {
    fn is_readable(&self) -> bool {
        let short = |text: &String| text.chars().count() <= MAX_WORD;
        ["camera_stream", "system_camera", "virtual_camera_stream"].contains(&self.source.as_str())
            && short(&self.device)
            && short(&self.screen)
    }
}

/// Who asks: the hand-over and the session of the device.
type At = (Digest, Digest);

/// Takes the photo from the other device.
///
/// # Errors
/// See [`HandoverError`].
pub async fn take_photo(
    platform: &Platform,
    request: &Request,
    at: At,
    (bytes, sha256): (Bytes, Digest),
) -> Result<PhotoCaptured, HandoverError> {
    let stored = confirmed(platform, at).await?.0;
    let command = CapturePhoto::received(stored.content.signing, bytes, sha256)?;
    let captured = capture_photo(platform, request, command).await?;
    // Another photo makes what was said about the one before, and what followed it, void.
    change(platform, at, |_| Taken { photo: Some(captured.photo_sha256), ..Taken::default() })
        .await?;
    Ok(captured)
}

/// Takes the handwriting from the other device.
///
/// # Errors
/// See [`HandoverError`].
pub async fn take_strokes(
    platform: &Platform,
    request: &Request,
    at: At,
    bytes: Bytes,
) -> Result<StrokesKept, HandoverError> {
    let stored = confirmed(platform, at).await?.0;
    let command = KeepStrokes { signing: stored.content.signing, bytes };
    let kept = keep_strokes(platform, request, command).await?;
    let strokes = Some(kept.strokes_sha256);
    change(platform, at, |taken| Taken { strokes, ..taken.clone() }).await?;
    Ok(kept)
}

/// Takes what the other device says about itself and the photo.
///
/// # Errors
/// See [`HandoverError`].
pub async fn take_facts(
    platform: &Platform,
    at: At,
    said: DeviceSaid,
) -> Result<(), HandoverError> {
    if !said.is_readable() {
        return Err(HandoverError::Malformed);
    }
    change(platform, at, |taken| Taken { said: Some(said.clone()), ..taken.clone() }).await
}

/// The other device has done its part: recorded, with the facts of both devices.
///
/// # Errors
/// See [`HandoverError`].
pub async fn finish(platform: &Platform, at: At) -> Result<(), HandoverError> {
    let mut attempts = Attempts::default();
    loop {
        let (stored, other) = match confirmed(platform, at).await {
            Err(HandoverError::AlreadyUsed) => {
                // Done by a request before this one, whose commit may still be on its way.
                platform.backend().settled().await.map_err(Fault::from)?;
                return Ok(());
            }
            found => found?,
        };
        let State::Confirmed { confirmed, taken, .. } = &stored.content.state else {
            return Err(HandoverError::NotConfirmed);
        };
        let filing = filings::load(platform, stored.row.value.filing).await?.filing;
        let record = record(platform, &stored, &other, confirmed, taken)?;
        let next = ledger::next_place(platform, filing.chain()).await?;
        let mut changes = Changeset::new();
        record.write(platform, &mut changes, &next)?;
        let state = State::Done { other, taken: taken.clone() };
        let content = Handover { state, ..stored.content.clone() };
        stored.replace(platform, &mut changes, &content, stored.row.value.ends_at)?;
        if attempts.commit(platform, changes).await?.is_some() {
            return Ok(());
        }
    }
}

/// The photo that the other device took, for the device that signs: it hashes what it signs.
///
/// # Errors
/// See [`HandoverError`].
pub async fn photo_for_desk(
    platform: &Platform,
    request: (&crate::request::Actor, Digest),
) -> Result<Zeroizing<Vec<u8>>, HandoverError> {
    let (actor, desk) = request;
    let (ceremony, ..) = actor.signer()?;
    let stored = newest(platform, ceremony).await?.ok_or(HandoverError::Unknown)?;
    if stored.content.desk != desk {
        return Err(HandoverError::OtherDevice);
    }
    let State::Done { taken, .. } = &stored.content.state else {
        return Err(HandoverError::NotConfirmed);
    };
    let kept = ceremonies::load_inside(platform, ceremony).await?.content;
    let photo = kept.ceremony.photo().filter(|photo| Some(photo.sha256) == taken.photo);
    let photo = photo.ok_or(HandoverError::PhotoMissing)?;
    let what = objects::of_photo(stored.content.signing);
    Ok(objects::read(platform, photo.object.as_str(), &what).await?)
}

/// The hand-over, if this device was confirmed for it and it is not over.
async fn confirmed(
    platform: &Platform,
    (key, session): At,
) -> Result<(StoredHandover, Other), HandoverError> {
    let stored = load(platform, key).await?.ok_or(HandoverError::Unknown)?;
    stored.live(platform.now())?;
    not_withdrawn(platform, &stored).await?;
    let other = match &stored.content.state {
        State::Confirmed { other, .. } => other.clone(),
        State::Done { .. } => return Err(HandoverError::AlreadyUsed),
        _ => return Err(HandoverError::NotConfirmed),
    };
    if other.session != session {
        return Err(HandoverError::OtherDevice);
    }
    Ok((stored, other))
}

/// Changes what was taken.
async fn change(
    platform: &Platform,
    at: At,
    with: impl Fn(&Taken) -> Taken,
) -> Result<(), HandoverError> {
    let mut attempts = Attempts::default();
    loop {
        let (stored, other) = confirmed(platform, at).await?;
        let State::Confirmed { confirmed, taken, .. } = &stored.content.state else {
            return Err(HandoverError::NotConfirmed);
        };
        let taken = with(taken);
        let state = State::Confirmed { other, confirmed: confirmed.clone(), taken };
        let content = Handover { state, ..stored.content.clone() };
        let mut changes = Changeset::new();
        stored.replace(platform, &mut changes, &content, stored.row.value.ends_at)?;
        if attempts.commit(platform, changes).await?.is_some() {
            return Ok(());
        }
    }
}

fn record(
    platform: &Platform,
    stored: &StoredHandover,
    other: &Other,
    desk: &Seen,
    taken: &Taken,
) -> Result<NewRecord, HandoverError> {
    let (photo, said) = taken.photo.zip(taken.said.as_ref()).ok_or(HandoverError::PhotoMissing)?;
    let HandoverRow { ceremony, filing, party, .. } = stored.row.value;
    let steps = if taken.strokes.is_some() { "photo,handwriting" } else { "photo" };
    let mut draft = Draft::new(platform, RecordKind::HandedOver);
    draft
        .observed("filing", filing.to_string())?
        .observed("ceremony", ceremony.to_string())?
        .observed("party", party.to_string())?
        .observed("signing", stored.content.signing.to_string())?
        .observed("steps", steps)?
        .observed("photo_sha256", photo.to_string())?
        .reported("capture_source", Some(said.source.clone()))?
        .observed("offered_at", stored.content.offered_at.to_string())?
        .observed("claimed_at", other.seen.at.to_string())?
        .observed("confirmed_at", desk.at.to_string())?
        .observed("other_client_address", other.seen.address.clone())?
        .reported("other_forwarded_for", other.seen.forwarded_for.clone())?
        .reported("other_user_agent", other.seen.user_agent.clone())?
        .reported("other_device", Some(said.device.clone()))?
        .reported("other_screen", Some(said.screen.clone()))?
        .observed("client_address", desk.address.clone())?
        .reported("forwarded_for", desk.forwarded_for.clone())?
        .reported("user_agent", desk.user_agent.clone())?
        .observed("received_at", desk.at.to_string())?;
    if let Some(strokes) = taken.strokes {
        draft.observed("strokes_sha256", strokes.to_string())?;
    }
    let about = About { ceremony: Some(ceremony), ..About::party(filing, party) };
    Ok(draft.seal(platform, about, None)?)
}
