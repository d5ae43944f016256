//! The door: which file is a PDF that people can sign.

use std::num::NonZeroU32;

use lopdf::{Dictionary, Document, LoadOptions, Object, Stream};

/// What a PDF may be.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Limits {
    /// The most pages.
    pub pages: u32,
    /// What one compressed stream may unfold to, in bytes.
    pub stream_bytes: usize,
    /// The most pixels of one image.
    pub image_pixels: u64,
}

impl Default for Limits {
    /// 2,000 pages; 160 MiB a stream; 40 million pixels an image, an A4 page at 600 dpi.
    fn default() -> Self {
        Self { pages: 2000, stream_bytes: 160 << 20, image_pixels: 40_000_000 }
    }
}

/// Why a file is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It does not begin as a PDF does.
    #[error("the file is not a PDF")]
    NotPdf,
    /// It begins as a PDF and cannot be read to its end, or only after repair.
    #[error("the PDF is damaged")]
    Damaged,
    /// It is encrypted, so what is signed could not be read by everybody.
    #[error("the PDF is encrypted")]
    Encrypted,
    /// It has no page.
    #[error("the PDF has no page")]
    NoPage,
    /// It has more pages than [`Limits::pages`].
    #[error("the PDF has too many pages")]
    TooManyPages,
    /// It holds a program, a form that computes, or an action that reaches out: what it
    /// shows may differ from one reader to the next.
    #[error("the PDF holds a script or an action")]
    Active,
    /// A part of it unfolds to more than [`Limits::stream_bytes`], or an image has more than
    /// [`Limits::image_pixels`].
    #[error("a part of the PDF unfolds to too much")]
    Unfolds,
}

/// Looks at a PDF and counts its pages.
///
/// # Errors
/// See [`Refusal`].
pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<NonZeroU32, Refusal> {
    if !bytes.starts_with(b"%PDF-") {
        return Err(Refusal::NotPdf);
    }
    let options =
        LoadOptions { max_decompressed_size: Some(limits.stream_bytes), ..LoadOptions::default() };
    let document =
        Document::load_mem_with_options(bytes, options).map_err(|error| match error {
            lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_) => Refusal::Encrypted,
            lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. }) => {
                Refusal::Unfolds
            }
            _ => Refusal::Damaged,
        })?;
    if document.was_encrypted() || document.trailer.has(b"Encrypt") {
        return Err(Refusal::Encrypted);
    }
    if document.xref_recovery.is_some() {
        // Two readers may repair the same damage in two ways and then show two documents.
        return Err(Refusal::Damaged);
    }
    let most = usize::try_from(limits.pages).unwrap_or(usize::MAX);
    let pages = document.page_iter().take(most.saturating_add(1)).count();
    if pages > most {
        return Err(Refusal::TooManyPages);
    }
    let pages = u32::try_from(pages).ok().and_then(NonZeroU32::new).ok_or(Refusal::NoPage)?;
    for object in document.objects.values() {
        if is_active(object, MAX_DEPTH) {
            return Err(Refusal::Active);
        }
        if let Object::Stream(stream) = object {
            unfolds(&document, stream, limits)?;
        }
    }
    Ok(pages)
}

/// How deep lists and dictionaries inside one object are looked into; the reader of the
/// file refuses deeper ones long before.
const MAX_DEPTH: u8 = 64;

/// Actions that run a program or reach beyond the file (ISO 32000-1 table 198), and
/// annotations that play something (tables 169, 333).
const ACTIVE: [&[u8]; 11] = [
    b"JavaScript",
    b"Launch",
    b"SubmitForm",
    b"ImportData",
    b"RichMediaExecute",
    b"Rendition",
    b"RichMedia",
    b"Movie",
    b"Sound",
    b"GoTo3DView",
    b"3D",
];

/// Whether an object is, or holds, something that acts.
fn is_active(object: &Object, depth: u8) -> bool {
    let Some(deeper) = depth.checked_sub(1) else { return true };
    match object {
        Object::Array(items) => items.iter().any(|item| is_active(item, deeper)),
        Object::Dictionary(dictionary) => acts(dictionary, deeper),
        Object::Stream(stream) => acts(&stream.dict, deeper),
        _ => false,
    }
}

fn acts(dictionary: &Dictionary, deeper: u8) -> bool {
    let named = |key: &[u8]| {
        let name = dictionary.get(key).and_then(Object::as_name).ok();
        name.is_some_and(|name| ACTIVE.contains(&name))
    };
    // XFA is a second, computed document inside the first (ISO 32000-1 section 12.7.8).
    let holds = |key: &[u8]| dictionary.get(key).is_ok_and(|value| !value.is_null());
    let is_action = named(b"S") && !dictionary.has_type(b"StructElem");
    let is_annotation = named(b"Subtype");
    is_action
        || is_annotation
        || holds(b"JS")
        || holds(b"JavaScript")
        || holds(b"XFA")
        || dictionary.iter().any(|(_, value)| is_active(value, deeper))
}

/// Refuses a stream that unfolds to too much.
fn unfolds(document: &Document, stream: &Stream, limits: &Limits) -> Result<(), Refusal> {
    let number = |key: &[u8]| {
        let value = stream.dict.get_deref(key, document).and_then(Object::as_i64);
        value.ok().and_then(|value| u64::try_from(value).ok())
    };
    let is_image =
        stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|n| n == b"Image");
    if is_image {
        let pixels = number(b"Width").unwrap_or(0).saturating_mul(number(b"Height").unwrap_or(0));
        if pixels > limits.image_pixels {
            return Err(Refusal::Unfolds);
        }
    }
    let filters = stream.filters().unwrap_or_default();
    for filter in &filters {
        // These say themselves how large they are, whatever the dictionary says.
        let pixels = match *filter {
            b"DCTDecode" | b"DCT" => jpeg_pixels(&stream.content),
            b"JPXDecode" => jpeg2000_pixels(&stream.content),
            _ => None,
        };
        if pixels.is_some_and(|pixels| pixels > limits.image_pixels) {
            return Err(Refusal::Unfolds);
        }
    }
    let general: [&[u8]; 6] =
        [b"FlateDecode", b"Fl", b"LZWDecode", b"LZW", b"RunLengthDecode", b"RL"];
    if !filters.iter().any(|filter| general.contains(filter)) {
        return Ok(());
    }
    match stream.decompressed_content_with_limit(limits.stream_bytes) {
        Err(lopdf::Error::Decompress(
            lopdf::DecompressError::MemoryLimitExceeded { .. }
            | lopdf::DecompressError::TooManyFilters { .. },
        )) => Err(Refusal::Unfolds),
        // A stream nobody draws may be in any state; one that is drawn shows it on the page.
        _ => Ok(()),
    }
}

/// Pixels by the frame header of a JPEG (ITU-T T.81 section B.2.2).
fn jpeg_pixels(bytes: &[u8]) -> Option<u64> {
    let mut rest = bytes.strip_prefix(&[0xFF, 0xD8])?;
    loop {
        let (marker, length, body) = match rest {
            [0xFF, 0xFF, ..] => {
                rest = rest.get(1..)?;
                continue;
            }
            [0xFF, marker, high, low, body @ ..] => {
                (*marker, usize::from(u16::from_be_bytes([*high, *low])), body)
            }
            _ => return None,
        };
        let is_frame = matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC);
        if let (true, [_, h1, h0, w1, w0, ..]) = (is_frame, body) {
            let (height, width) = (u16::from_be_bytes([*h1, *h0]), u16::from_be_bytes([*w1, *w0]));
            return Some(u64::from(height) * u64::from(width));
        }
        if marker == 0xDA {
            return None;
        }
        rest = body.get(length.checked_sub(2)?..)?;
    }
}

/// Pixels by the image and tile size of a JPEG 2000 codestream (ITU-T T.800 section A.5.1).
fn jpeg2000_pixels(bytes: &[u8]) -> Option<u64> {
    let size = bytes.windows(4).position(|at| at == [0xFF, 0x4F, 0xFF, 0x51])?;
    let field = |at: usize| {
        let four = bytes.get(size + at..size + at + 4)?;
        Some(u64::from(u32::from_be_bytes(four.try_into().ok()?)))
    };
    Some(field(8)?.saturating_mul(field(12)?))
}

#[cfg(test)]
mod tests;
