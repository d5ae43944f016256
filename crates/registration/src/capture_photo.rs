//! Takes the photo for a challenge: checked, and the exact bytes kept sealed.

use bytes::Bytes;
use heqi_vocabulary::{Digest, SigningId};
use serde::{Deserialize, Serialize};

use crate::fault::ActError;
use crate::platform::Platform;
use crate::request::Request;
use crate::wording::{Told, refusals};

mod jpeg;
mod photo;

pub use photo::{MAX_PHOTO_BYTES, MAX_SIDE_PIXELS, MIN_SIDE_PIXELS, PhotoError};

/// The photo.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct CapturePhoto {
    /// The signing it is for.
    pub signing: SigningId,
    /// The exact bytes of the JPEG.
    pub bytes: Bytes,
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
    /// The rules of ceremonies refuse it.
    #[error(transparent)]
    Ceremony(#[from] heqi_filing::CaptureError),
}

impl CapturePhotoError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Photo(error) => Told::By(error),
            Self::Ceremony(error) => Told::By(error),
        }
    }
}

refusals!(CapturePhotoError);

/// Takes a photo.
///
/// # Errors
/// See [`CapturePhotoError`].
pub async fn capture_photo(
    platform: &Platform,
    request: &Request,
    command: CapturePhoto,
) -> Result<PhotoCaptured, CapturePhotoError> {
    todo!()
}
