//! Takes the photo for a challenge: checked, and the exact bytes kept sealed.

use std::collections::BTreeSet;
use std::num::NonZeroU64;

use bytes::Bytes;
use heqi_evidence::schema::RetentionClass;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Action, TakenActions};
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

mod actions;
mod jpeg;
pub(crate) mod marks;
mod packed;
mod photo;
mod taken;

pub use actions::{MAX_FRAME_BYTES, MAX_FRAME_SIDE_PIXELS, SentAction};
pub use packed::pack;
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
    /// What was taken of each action that the challenge asks for; empty where nothing came of them.
    pub actions: Vec<SentAction>,
}

impl CapturePhoto {
    /// The photo for a signing, hashed here.
    pub fn of(signing: SigningId, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let sha256 = Digest::of(&bytes);
        Self { signing, bytes, sha256, actions: Vec::new() }
    }

    /// What a body holds whose SHA-256 is this: a photo, or a photo with frames of actions.
    ///
    /// # Errors
    /// It begins as a photo with frames and is none.
    pub fn received(
        signing: SigningId,
        body: Bytes,
        sha256: Digest,
    ) -> Result<Self, CapturePhotoError> {
        match packed::unpack(signing, &body)? {
            Some(unpacked) => Ok(unpacked),
            None => Ok(Self { signing, bytes: body, sha256, actions: Vec::new() }),
        }
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
    /// The body begins as a photo with frames of actions, and is none.
    #[error("the body does not hold the photo and the frames it announces")]
    Malformed,
    /// The frames are of other actions than the challenge asks for: of another one, perhaps.
    #[error("the frames are of other actions than were asked for")]
    OtherActions,
    /// A frame longer than [`MAX_FRAME_BYTES`], or with a side of more than [`MAX_FRAME_SIDE_PIXELS`].
    #[error("a frame is longer than {MAX_FRAME_BYTES} bytes or {MAX_FRAME_SIDE_PIXELS} pixels")]
    FrameTooLarge,
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
            Self::Malformed => say(
                "capture_malformed",
                ["照片和动作画面没有传完整或格式不符。", "请重新拍摄，已填写内容不会丢失。"],
                [
                    "Photo and frames arrived incomplete or in another form.",
                    "Take them again; nothing entered is lost.",
                ],
            )
            .is(Class::BadInput),
            Self::OtherActions => say(
                "other_actions",
                ["动作画面与本次要求的动作不符，未保存。", "请重新拍摄，并按页面提示做动作。"],
                [
                    "The frames are of other actions than were asked for here; nothing was kept.",
                    "Take the photo again and do what the page asks.",
                ],
            )
            .is(Class::Conflict),
            Self::FrameTooLarge => say(
                "frame_too_large",
                ["动作画面超过60 KB或640像素，未保存。", "请使用本页面的拍照功能重新拍摄。"],
                [
                    "A frame has more than 60 KB or 640 pixels; nothing was kept.",
                    "Take it again with the camera of this page.",
                ],
            )
            .is(Class::TooLarge),
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
    let asked = Action::asked_by(&signing.challenge, signing.actions);
    actions::fit(&asked, &command.actions)?;

    let facts = photo::examine(platform, &command.bytes).await?;
    actions::examine(platform, &command.actions).await?;
    let biometric = Sealing::Class(RetentionClass::Biometric);
    let key = data_key(platform, filing, Some(party), biometric)?;
    let what = objects::of_photo(command.signing);
    let actions = actions::keep(platform, &key, command.signing, &asked, &command.actions)?;
    let put = objects::put(platform.backend(), &key, &what, &command.bytes, platform.entropy());
    let object = match put.and_then(|object| objects::name_of(&object)) {
        Ok(object) => object.into(),
        Err(fault) => {
            // The frames went into the store before it was full: without the photo nothing names them.
            objects::take_back(platform, &actions::objects(actions.as_ref())).await;
            return Err(fault.into());
        }
    };
    let size_bytes = u64::try_from(command.bytes.len()).unwrap_or(u64::MAX);
    let sha256 = command.sha256;
    let photo = Photo { facts, sha256, size_bytes, object, actions };

    let result = capture(platform, stored, &signing, &photo, act).await;
    match &result {
        Ok(Captured { kept: true, superseded, .. }) => {
            for before in superseded {
                objects::forget_soon(platform, before).await;
            }
        }
        Err(CapturePhotoError::Act(error)) if error.is_undecided() => {}
        _ => {
            let mut spare = actions::objects(photo.actions.as_ref());
            spare.push(photo.object.clone());
            objects::take_back(platform, &spare).await;
        }
    }
    result.map(|captured| captured.answer)
}

/// A photo that was looked at and kept.
struct Photo {
    facts: PhotoFacts,
    sha256: Digest,
    size_bytes: u64,
    object: String,
    actions: Option<TakenActions>,
}

impl Photo {
    /// Stands for a photo when only the state is asked.
    fn imagined() -> Self {
        let facts = PhotoFacts { width: 0, height: 0, orientation: 1 };
        let sha256 = Digest::of(b"");
        Self { facts, sha256, size_bytes: 1, object: "imagined".into(), actions: None }
    }

    /// Of the photo and of each frame.
    fn digests(&self) -> BTreeSet<Digest> {
        let frames = self.actions.iter().flat_map(actions::digests);
        std::iter::once(self.sha256).chain(frames).collect()
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
        for sha256 in photo.digests() {
            if !marks::mark(platform, &mut changes, ceremony, &sha256).await? {
                return Err(CapturePhotoError::Replayed);
            }
        }
        stored.replace(platform, &mut changes, &content)?;
        let before = &stored.content.ceremony;
        let photos = objects::of_photo_in(before);
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
    let actions = photo.actions.clone();
    let (challenge, sha256) = (signing.challenge, photo.sha256);
    content.ceremony.capture(challenge, sha256, object, size_bytes, actions, now)?;
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
