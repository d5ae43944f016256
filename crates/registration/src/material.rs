//! A file that somebody hands in beside the documents: a certificate of the police, a scan of a
//! stamped paper. A picture or a PDF that does nothing, looked into under the same limits as
//! photos and documents.

use bytes::Bytes;
use heqi_vocabulary::Digest;
use image::ImageDecoder as _;
use image::codecs::jpeg::JpegDecoder;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::attach_document::{PdfError, inspect_pdf};
use crate::capture_photo::MAX_SIDE_PIXELS;
use crate::decoding;
use crate::fault::{Class, Fault};
use crate::platform::Platform;
use crate::wording::{Told, refusals, say};

/// The longest file, in bytes: 8 MiB.
pub const MAX_MATERIAL_BYTES: usize = 8 << 20;
/// The most memory the pixels of one picture take: three bytes each.
const MAX_PIXEL_BYTES: u64 = 3 * 4096 * 4096;

/// What a file is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "what is taken")]
pub enum MaterialKind {
    /// A picture.
    Jpeg,
    /// A document.
    Pdf,
}

impl MaterialKind {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Pdf => "application/pdf",
        }
    }
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MaterialError {
    /// There is none.
    #[error("there is no file")]
    Missing,
    /// More than [`MAX_MATERIAL_BYTES`].
    #[error("the file has more than {MAX_MATERIAL_BYTES} bytes")]
    TooLarge,
    /// Neither JPEG nor PDF.
    #[error("the file is neither JPEG nor PDF")]
    OtherKind,
    /// A picture that cannot be read, or has too many dots.
    #[error("the picture cannot be read")]
    Picture,
    /// A PDF that is not taken.
    #[error(transparent)]
    Pdf(#[from] PdfError),
}

impl MaterialError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Missing => say(
                "material_missing",
                ["没有收到文件，未作任何更改。", "请选择照片（JPEG）或PDF文件后再提交。"],
                [
                    "No file arrived; nothing was changed.",
                    "Choose a picture (JPEG) or a PDF and send it again.",
                ],
            )
            .is(Class::BadInput),
            Self::TooLarge => say(
                "material_too_large",
                ["文件超过8 MB，未作任何更改。", "请压缩后重新选择。"],
                [
                    "The file has more than 8 MB; nothing was changed.",
                    "Make it smaller, then choose it again.",
                ],
            )
            .is(Class::TooLarge),
            Self::OtherKind => say(
                "material_other_kind",
                ["文件不是照片（JPEG）或PDF，未作任何更改。", "请另存为其中一种后重新选择。"],
                [
                    "The file is neither a picture (JPEG) nor a PDF; nothing was changed.",
                    "Save it as one of them, then choose it again.",
                ],
            )
            .is(Class::BadInput),
            Self::Picture => say(
                "material_picture",
                ["照片损坏或过大，无法读取，未作任何更改。", "请重新拍摄或扫描后再选择。"],
                [
                    "The picture is damaged or has too many dots; nothing was changed.",
                    "Take or scan it again, then choose it.",
                ],
            )
            .is(Class::BadInput),
            Self::Pdf(error) => Told::By(error),
        }
    }
}

refusals!(MaterialError);

/// A file that was looked into.
#[derive(Clone, Debug)]
pub(crate) struct Material {
    pub(crate) kind: MaterialKind,
    pub(crate) sha256: Digest,
    pub(crate) bytes: Bytes,
}

impl Material {
    /// As records say it.
    pub(crate) fn format(&self) -> Value {
        json!({ "media_type": self.kind.media_type(), "size_bytes": self.bytes.len() })
    }
}

/// Looks into a file.
pub(crate) async fn examine(
    platform: &Platform,
    bytes: Bytes,
) -> Result<Result<Material, MaterialError>, Fault> {
    if bytes.is_empty() {
        return Ok(Err(MaterialError::Missing));
    }
    if bytes.len() > MAX_MATERIAL_BYTES {
        return Ok(Err(MaterialError::TooLarge));
    }
    let kind = match bytes.get(..4) {
        Some([0xff, 0xd8, 0xff, _]) => MaterialKind::Jpeg,
        Some(b"%PDF") => MaterialKind::Pdf,
        _ => return Ok(Err(MaterialError::OtherKind)),
    };
    let refused = match kind {
        MaterialKind::Pdf => inspect_pdf(platform, &bytes).await?.err().map(MaterialError::Pdf),
        MaterialKind::Jpeg => {
            let file = bytes.clone();
            let readable = decoding::run(platform, move || is_picture(&file)).await?;
            (readable != Some(true)).then_some(MaterialError::Picture)
        }
    };
    Ok(match refused {
        Some(error) => Err(error),
        None => Ok(Material { kind, sha256: Digest::of(&bytes), bytes }),
    })
}

/// Decodes to the last dot and forgets the dots.
fn is_picture(bytes: &Bytes) -> bool {
    let Ok(mut decoder) = JpegDecoder::new(std::io::Cursor::new(bytes.clone())) else {
        return false;
    };
    let (width, height) = decoder.dimensions();
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(MAX_SIDE_PIXELS);
    limits.max_image_height = Some(MAX_SIDE_PIXELS);
    limits.max_alloc = Some(MAX_PIXEL_BYTES);
    let size_bytes = decoder.total_bytes();
    if width.max(height) > MAX_SIDE_PIXELS
        || limits.reserve(size_bytes).is_err()
        || decoder.set_limits(limits).is_err()
    {
        return false;
    }
    let Ok(size_bytes) = usize::try_from(size_bytes) else { return false };
    decoder.read_image(&mut vec![0; size_bytes]).is_ok()
}
