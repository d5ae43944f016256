//! Takes the photo for a challenge: checked, and the exact bytes kept sealed.

use std::num::NonZeroU64;

use bytes::Bytes;
use heqi_evidence::schema::RetentionClass;
use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{Digest, SigningId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::ceremonies::{self, StoredCeremony};
use crate::data_keys::{Sealing, data_key};
use crate::erasure::retention;
use crate::fault::{ActError, Class, Fault, Thing};
use crate::objects;
use crate::platform::Platform;
use crate::request::Request;
use crate::rows::{self, CeremonyContent, PhotoFacts, SigningRow};
use crate::wording::{Told, refusals, say};

mod jpeg;
pub(crate) mod marks;
mod photo;
mod taken;

pub use photo::{MAX_PHOTO_BYTES, MAX_SIDE_PIXELS, MIN_SIDE_PIXELS, PhotoError};

/// Photos that one ceremony takes, whichever challenge they are for. What a signer gives up goes at
/// once, but not under a legal hold: then it is 256 MiB that somebody can leave here, and not the disk.
/// It counts without a hold as well, because whoever signs is not told of one.
pub const MAX_PHOTOS: u32 = 64;

/// The photo.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct CapturePhoto {
    /// The signing it is for.
    pub signing: SigningId,
    /// The exact bytes of the JPEG.
    pub bytes: Bytes,
    /// SHA-256 of exactly these bytes: whoever receives a photo hashes it while it arrives.
    pub sha256: Digest,
}

impl CapturePhoto {
    /// The photo for a signing, hashed here.
    pub fn of(signing: SigningId, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let sha256 = Digest::of(&bytes);
        Self { signing, bytes, sha256 }
    }
}

/// The photo is kept.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PhotoCaptured {
    /// SHA-256 of the exact bytes.
    pub photo_sha256: Digest,
    /// Width in pixels as stored.
    pub width: u32,
    /// Height in pixels as stored.
    pub height: u32,
    /// EXIF orientation, 1 to 8; 1 when the file says nothing.
    pub orientation: u8,
    /// Number of bytes.
    pub size_bytes: u64,
    /// How many photos this challenge has seen, this one included.
    pub attempts: u32,
}

/// Why the photo was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CapturePhotoError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The bytes are no photo that can be kept.
    #[error(transparent)]
    Photo(#[from] PhotoError),
    /// Exactly these bytes were taken for another ceremony before: nobody took them here and now.
    #[error("the photo was taken for another ceremony before")]
    Replayed,
    /// [`MAX_PHOTOS`] were taken.
    #[error("the ceremony has taken {MAX_PHOTOS} photos")]
    TooManyTries,
    /// The rules of ceremonies refuse it.
    #[error(transparent)]
    Ceremony(#[from] heqi_filing::CaptureError),
}

impl From<Fault> for CapturePhotoError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl CapturePhotoError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Photo(error) => Told::By(error),
            Self::Replayed => say(
                "photo_replayed",
                [
                    "这张照片此前已用于其他签署，不能再次使用。",
                    "请现在用本页面的拍照功能重新拍摄，已填写内容不会丢失。",
                ],
                [
                    "This very photo was used for another signing before and cannot be used again.",
                    "Take a new one now with the camera of this page; nothing entered is lost.",
                ],
            )
            .is(Class::Conflict),
            Self::TooManyTries => say(
                "photo_tries",
                ["本次签署中拍照的次数过多，未保存这张照片。", "请改用视频或到窗口核验，或联系经办人重新发送邀请。"],
                [
                    "Too many photos were taken in this signing; this one was not kept.",
                    "Be checked by video or at the counter instead, or ask the handler for a new invitation.",
                ],
            )
            .is(Class::Conflict),
            Self::Ceremony(error) => Told::By(error),
        }
    }
}

refusals!(CapturePhotoError);

/// Takes a photo. Another one before signing replaces it, and the one before is discarded.
///
/// # Errors
/// See [`CapturePhotoError`].
pub async fn capture_photo(
    platform: &Platform,
    request: &Request,
    command: CapturePhoto,
) -> Result<PhotoCaptured, CapturePhotoError> {
    let (ceremony, filing, party) = request.actor.signer()?;
    let act = Act::new(platform, request, "capture_photo").await;
    if let Some(captured) = act.earlier().await? {
        return Ok(captured);
    }
    // Refused before the bytes are looked at, when they could not be taken anyway.
    let signing = signing_of(platform, request, command.signing).await?;
    let stored = ceremonies::load(platform, ceremony).await?;
    take(&stored.content, &signing, &Photo::imagined(), platform.now())?;

    let facts = photo::examine(platform, &command.bytes).await?;
    let biometric = Sealing::Class(RetentionClass::Biometric);
    let key = data_key(platform, filing, Some(party), biometric)?;
    let what = objects::of_photo(command.signing);
    let object = objects::put(platform.backend(), &key, &what, &command.bytes, platform.entropy())?;
    let size_bytes = u64::try_from(command.bytes.len()).unwrap_or(u64::MAX);
    let sha256 = command.sha256;
    let photo = Photo { facts, sha256, size_bytes, object: objects::name_of(&object)?.into() };

    let result = capture(platform, stored, &signing, &photo, act).await;
    match &result {
        Ok(Captured { kept: true, superseded, .. }) => {
            for before in superseded {
                objects::forget_soon(platform, before).await;
            }
        }
        Err(CapturePhotoError::Act(error)) if error.is_undecided() => {}
        _ => objects::forget(platform, &photo.object).await,
    }
    result.map(|captured| captured.answer)
}

/// A photo that was looked at and kept.
struct Photo {
    facts: PhotoFacts,
    sha256: Digest,
    size_bytes: u64,
    object: String,
}

impl Photo {
    /// Stands for a photo when only the state is asked.
    fn imagined() -> Self {
        let facts = PhotoFacts { width: 0, height: 0, orientation: 1 };
        Self { facts, sha256: Digest::of(b""), size_bytes: 1, object: "imagined".into() }
    }
}

/// What happened to a photo.
struct Captured {
    answer: PhotoCaptured,
    /// Whether it is this photo that is kept now, not that of the same request before.
    kept: bool,
    /// The photo before it, where nothing holds it.
    superseded: Vec<String>,
}

/// Takes the photo in the ceremony as it was read before the photo was looked at: if anything came
/// between, the commit says so, and it is read again.
async fn capture(
    platform: &Platform,
    mut stored: StoredCeremony,
    signing: &SigningRow,
    photo: &Photo,
    mut act: Act<'_>,
) -> Result<Captured, CapturePhotoError> {
    let ceremony = signing.ceremony;
    loop {
        let content = take(&stored.content, signing, photo, platform.now())?;
        let attempts = content.ceremony.photo().map_or(1, |kept| kept.taken.get());
        let answer = PhotoCaptured {
            photo_sha256: photo.sha256,
            width: photo.facts.width,
            height: photo.facts.height,
            orientation: photo.facts.orientation,
            size_bytes: photo.size_bytes,
            attempts,
        };
        let mut changes = Changeset::new();
        if !marks::mark(platform, &mut changes, ceremony, &photo.sha256).await? {
            return Err(CapturePhotoError::Replayed);
        }
        stored.replace(platform, &mut changes, &content)?;
        let before = &stored.content.ceremony;
        let photo = before.photo().map(|photo| photo.object.as_str().to_owned());
        let photos = photo.into_iter().collect();
        let superseded = retention::give_up(platform, &mut changes, before, photos).await?;
        if act.commit(changes, &answer).await?.is_some() {
            return Ok(Captured { answer, kept: true, superseded });
        }

        // Another act was faster, or this very request came twice.
        if let Some(answer) = act.earlier().await? {
            return Ok(Captured { answer, kept: false, superseded: Vec::new() });
        }
        stored = ceremonies::load(platform, ceremony).await?;
    }
}

/// The ceremony with the photo.
fn take(
    content: &CeremonyContent,
    signing: &SigningRow,
    photo: &Photo,
    now: UtcMillis,
) -> Result<CeremonyContent, CapturePhotoError> {
    if content.photos >= MAX_PHOTOS {
        return Err(CapturePhotoError::TooManyTries);
    }
    let mut content = content.clone();
    let object = photo.object.clone().try_into().map_err(Fault::broken)?;
    let size_bytes = NonZeroU64::new(photo.size_bytes).unwrap_or(NonZeroU64::MIN);
    content.ceremony.capture(signing.challenge, photo.sha256, object, size_bytes, now)?;
    content.photo = Some(photo.facts);
    content.photos += 1;
    Ok(content)
}

/// A signing that was begun in the caller's own ceremony.
pub(crate) async fn signing_of(
    platform: &Platform,
    request: &Request,
    signing: SigningId,
) -> Result<SigningRow, ActError> {
    let (ceremony, ..) = request.actor.signer()?;
    let row = rows::SIGNINGS.row(platform.backend(), &signing).await.map_err(Fault::from)?;
    row.map(|row| row.value)
        .filter(|row| row.ceremony == ceremony)
        .ok_or(ActError::NotFound(Thing::Signing))
}
