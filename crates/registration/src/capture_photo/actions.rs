//! The frames of the actions that a challenge asks for (edge case 19): that they are of these actions,
//! that they are pictures, and where they are kept. What they show a person says.

use std::num::NonZeroU32;

use bytes::Bytes;
use heqi_evidence_store::vault::DataKey;
use heqi_filing::{Action, ActionResult, TakenAction, TakenActions};
use heqi_vocabulary::{Digest, SigningId};

use super::{CapturePhotoError, photo};
use crate::fault::Fault;
use crate::objects;
use crate::platform::Platform;

/// The longest frame, in bytes: 60 KiB.
pub const MAX_FRAME_BYTES: usize = 60 << 10;
/// The most pixels of either side of a frame.
pub const MAX_FRAME_SIDE_PIXELS: u32 = 640;

/// What a device sends of one action.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct SentAction {
    /// Which.
    pub action: Action,
    /// The exact bytes of the JPEG; `None` when the signer said that it cannot be done.
    pub frame: Option<Bytes>,
}

/// Whether these are the actions that were asked for, or none at all: a program that captures itself
/// need not ask for any.
pub(super) fn fit(asked: &[Action], sent: &[SentAction]) -> Result<(), CapturePhotoError> {
    let is_asked = sent.iter().map(|one| one.action).eq(asked.iter().copied());
    if sent.is_empty() || is_asked { Ok(()) } else { Err(CapturePhotoError::OtherActions) }
}

/// Looks at every frame as at a photo.
pub(super) async fn examine(
    platform: &Platform,
    sent: &[SentAction],
) -> Result<(), CapturePhotoError> {
    for frame in sent.iter().filter_map(|one| one.frame.as_ref()) {
        if frame.len() > MAX_FRAME_BYTES {
            return Err(CapturePhotoError::FrameTooLarge);
        }
        let facts = photo::examine(platform, frame).await?;
        if facts.width.max(facts.height) > MAX_FRAME_SIDE_PIXELS {
            return Err(CapturePhotoError::FrameTooLarge);
        }
    }
    Ok(())
}

/// Seals the frames, all in one object, and says what was taken of each action; nothing where none
/// was asked for.
pub(super) fn keep(
    platform: &Platform,
    key: &DataKey,
    signing: SigningId,
    asked: &[Action],
    sent: &[SentAction],
) -> Result<Option<TakenActions>, Fault> {
    if asked.is_empty() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let mut each = Vec::new();
    for (number, asked) in asked.iter().enumerate() {
        let result = match sent.get(number).map(|one| one.frame.as_ref()) {
            None => ActionResult::Missing,
            Some(None) => ActionResult::NotDone,
            Some(Some(frame)) => {
                bytes.extend_from_slice(frame);
                let size_bytes = u32::try_from(frame.len()).ok().and_then(NonZeroU32::new);
                let size_bytes = size_bytes.ok_or_else(|| Fault::broken("a frame has no size"))?;
                ActionResult::Frame { sha256: Digest::of(frame), size_bytes }
            }
        };
        each.push(TakenAction { asked: *asked, result });
    }
    let mut frames = None;
    if !bytes.is_empty() {
        let what = objects::of_frames(signing);
        let object = objects::put(platform.backend(), key, &what, &bytes, platform.entropy())?;
        frames = Some(objects::name_of(&object)?);
    }
    Ok(Some(TakenActions { each, frames }))
}

/// The objects that hold the frames: one, or none.
pub(super) fn objects(taken: Option<&TakenActions>) -> Vec<String> {
    let frames = taken.and_then(|taken| taken.frames.as_ref());
    frames.map(|object| object.as_str().to_owned()).into_iter().collect()
}

/// The digests of the frames.
pub(super) fn digests(taken: &TakenActions) -> impl Iterator<Item = Digest> {
    taken.each.iter().filter_map(|one| match one.result {
        ActionResult::Frame { sha256, .. } => Some(sha256),
        ActionResult::NotDone | ActionResult::Missing => None,
    })
}
