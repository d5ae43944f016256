//! Looks at a photo before it is kept: the format from the bytes, the dimensions before
//! anything is unfolded, then every pixel, within bounds of memory and on threads of its
//! own.

use std::io::Cursor;

use bytes::Bytes;
use heqi_vocabulary::UtcMillis;
use image::codecs::jpeg::JpegDecoder;
use image::{ImageDecoder, ImageFormat, Limits};

use super::{CapturePhotoError, jpeg, taken};
use crate::decoding;
use crate::fault::Class;
use crate::platform::Platform;
use crate::rows::PhotoFacts;
use crate::wording::{Told, refusals, say};

/// The longest photo, in bytes: 4 MiB.
pub const MAX_PHOTO_BYTES: usize = 4 << 20;
/// The most pixels of either side.
pub const MAX_SIDE_PIXELS: u32 = 4096;
/// The least pixels of either side.
pub const MIN_SIDE_PIXELS: u32 = 64;

/// The most memory the pixels of one photo take: three bytes each.
const MAX_PIXEL_BYTES: u64 = 3 * 4096 * 4096;

/// Why bytes are no photo that can be kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PhotoError {
    /// There are no bytes.
    #[error("the photo is empty")]
    Empty,
    /// Longer than [`MAX_PHOTO_BYTES`].
    #[error("the photo is longer than {MAX_PHOTO_BYTES} bytes")]
    TooLarge,
    /// An image of another format.
    #[error("the image is {0}, not JPEG")]
    OtherFormat(&'static str),
    /// Not an image at all.
    #[error("the bytes are not an image")]
    NotAnImage,
    /// A JPEG that ends before its end.
    #[error("the JPEG ends before its end")]
    Truncated,
    /// A JPEG with bytes after its end.
    #[error("the JPEG goes on after its end")]
    BytesAfterEnd,
    /// A JPEG that cannot be decoded.
    #[error("the JPEG is damaged")]
    Damaged,
    /// The camera says that it took it some time before.
    #[error("the photo says that it was taken before")]
    Old,
    /// A side longer than [`MAX_SIDE_PIXELS`].
    #[error("the photo has {width} x {height} pixels, more than {MAX_SIDE_PIXELS} on a side")]
    TooManyPixels {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// A side shorter than [`MIN_SIDE_PIXELS`].
    #[error("the photo has {width} x {height} pixels, less than {MIN_SIDE_PIXELS} on a side")]
    TooFewPixels {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
}

impl PhotoError {
    fn told(&self) -> Told<'static> {
        const AGAIN: [&str; 2] =
            ["请重新拍摄，已填写内容不会丢失。", "Take the photo again; nothing entered is lost."];
        match self {
            Self::Empty => {
                say("photo_empty", ["没有收到照片。", AGAIN[0]], ["No photo arrived.", AGAIN[1]])
                    .is(Class::BadInput)
            }
            Self::TooLarge => say(
                "photo_too_large",
                ["照片超过4 MB。", "请使用本页面的拍照功能重新拍摄。"],
                ["The photo is longer than 4 MB.", "Take it again with the camera of this page."],
            )
            .is(Class::TooLarge),
            Self::OtherFormat(format) => say(
                "photo_other_format",
                ["照片格式为{format}，不是JPEG。", "请使用本页面的拍照功能重新拍摄。"],
                [
                    "The photo is a {format}, not a JPEG.",
                    "Take it again with the camera of this page.",
                ],
            )
            .with("{format}", format)
            .is(Class::WrongFormat),
            Self::NotAnImage => say(
                "photo_not_image",
                ["收到的内容不是照片。", "请使用本页面的拍照功能重新拍摄。"],
                ["What arrived is not a photo.", "Take one with the camera of this page."],
            )
            .is(Class::WrongFormat),
            Self::Truncated => say(
                "photo_truncated",
                ["照片没有传完整。", AGAIN[0]],
                ["The photo arrived incomplete.", AGAIN[1]],
            )
            .is(Class::BadInput),
            Self::BytesAfterEnd => say(
                "photo_bytes_after_end",
                ["照片文件末尾附有其他数据。", "请使用本页面的拍照功能重新拍摄。"],
                [
                    "The photo file carries other data after its end.",
                    "Take it again with the camera of this page.",
                ],
            )
            .is(Class::BadInput),
            Self::Damaged => say(
                "photo_damaged",
                ["照片已损坏，无法显示。", AGAIN[0]],
                ["The photo is damaged and cannot be shown.", AGAIN[1]],
            )
            .is(Class::BadInput),
            Self::Old => say(
                "photo_old",
                [
                    "照片记录的拍摄时间不是现在，可能选自相册。",
                    "请现在用本页面的拍照功能重新拍摄；如手机时间不准，请先校准。",
                ],
                [
                    "The photo says that it was not taken just now; it may be from an album.",
                    "Take it now with the camera of this page; if the phone's clock is wrong, set it first.",
                ],
            )
            .is(Class::BadInput),
            Self::TooManyPixels { width, height } => say(
                "photo_too_many_pixels",
                ["照片尺寸为{width}×{height}像素，超过4096×4096。", "请降低拍摄分辨率后重新拍摄。"],
                [
                    "The photo has {width} × {height} pixels, more than 4096 × 4096.",
                    "Lower the camera's resolution and take it again.",
                ],
            )
            .with("{width}", width)
            .with("{height}", height)
            .is(Class::TooLarge),
            Self::TooFewPixels { width, height } => say(
                "photo_too_few_pixels",
                [
                    "照片尺寸为{width}×{height}像素，小于64×64，无法辨认。",
                    "请提高拍摄分辨率后重新拍摄。",
                ],
                [
                    "The photo has {width} × {height} pixels, less than 64 × 64.",
                    "Raise the camera's resolution and take it again.",
                ],
            )
            .with("{width}", width)
            .with("{height}", height)
            .is(Class::BadInput),
        }
    }
}

refusals!(PhotoError);

/// What the photo is like.
pub(super) async fn examine(
    platform: &Platform,
    bytes: &Bytes,
) -> Result<PhotoFacts, CapturePhotoError> {
    let header = check_header(bytes, platform.now())?;
    if !platform.settings.check_pixels {
        return Ok(header.facts);
    }
    let job = move || header.check_pixels();
    Ok(decoding::run(platform, job).await?.unwrap_or(Err(PhotoError::Damaged))?)
}

/// A photo whose header holds; nothing is unfolded yet.
struct Header {
    decoder: JpegDecoder<Cursor<Bytes>>,
    facts: PhotoFacts,
}

fn check_header(bytes: &Bytes, now: UtcMillis) -> Result<Header, PhotoError> {
    if bytes.is_empty() {
        return Err(PhotoError::Empty);
    }
    if bytes.len() > MAX_PHOTO_BYTES {
        return Err(PhotoError::TooLarge);
    }
    match image::guess_format(bytes) {
        Ok(ImageFormat::Jpeg) => {}
        Ok(other) => return Err(PhotoError::OtherFormat(format_name(other))),
        Err(_) => return Err(PhotoError::NotAnImage),
    }
    jpeg::check(bytes)?;
    let mut decoder =
        JpegDecoder::new(Cursor::new(bytes.clone())).map_err(|_| PhotoError::Damaged)?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > MAX_SIDE_PIXELS {
        return Err(PhotoError::TooManyPixels { width, height });
    }
    if width.min(height) < MIN_SIDE_PIXELS {
        return Err(PhotoError::TooFewPixels { width, height });
    }
    let exif = decoder.exif_metadata().map_err(|_| PhotoError::Damaged)?;
    if exif.is_some_and(|exif| taken::is_certainly_old(exif, now)) {
        return Err(PhotoError::Old);
    }
    let orientation = decoder.orientation().map_err(|_| PhotoError::Damaged)?.to_exif();
    Ok(Header { decoder, facts: PhotoFacts { width, height, orientation } })
}

impl Header {
    /// Decodes to the last pixel and forgets the pixels.
    fn check_pixels(mut self) -> Result<PhotoFacts, PhotoError> {
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE_PIXELS);
        limits.max_image_height = Some(MAX_SIDE_PIXELS);
        limits.max_alloc = Some(MAX_PIXEL_BYTES);
        let size_bytes = self.decoder.total_bytes();
        limits.reserve(size_bytes).map_err(|_| PhotoError::Damaged)?;
        self.decoder.set_limits(limits).map_err(|_| PhotoError::Damaged)?;
        let size_bytes = usize::try_from(size_bytes).map_err(|_| PhotoError::Damaged)?;
        let mut pixels = vec![0; size_bytes];
        self.decoder.read_image(&mut pixels).map_err(|_| PhotoError::Damaged)?;
        Ok(self.facts)
    }
}

const fn format_name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Png => "PNG",
        ImageFormat::Gif => "GIF",
        ImageFormat::WebP => "WebP",
        ImageFormat::Avif => "AVIF",
        ImageFormat::Bmp => "BMP",
        ImageFormat::Tiff => "TIFF",
        _ => "其他 / other",
    }
}
