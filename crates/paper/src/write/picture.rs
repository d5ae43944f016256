//! Pictures on a page: small prints of photos, as JPEG (ISO 32000-1 section 7.4.8).
//!
//! krilla is built without its decoders of pictures. So a picture is drawn as a pattern of a width that
//! no pattern has otherwise, and in the finished file that pattern's content is replaced by one that
//! shows an image object, which stands behind all others. The colours are those of the file's output
//! intent, sRGB.

use std::fmt::Write as _;
use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ExtendedColorType, ImageDecoder as _, ImageFormat, ImageReader, Limits};

use super::WriteError;

/// Neither side of a photo has more pixels.
const MAX_SIDE: u32 = 20_000;
/// What unpacking a photo may take, in bytes.
const MAX_ALLOC_BYTES: u64 = 256 * 1024 * 1024;
/// Of a print: a face is known again.
const QUALITY: u8 = 65;

/// A small print of a photo.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Picture {
    jpeg: Vec<u8>,
    width: u32,
    height: u32,
}

impl Picture {
    /// How long its file is, in bytes.
    pub fn size_bytes(&self) -> usize {
        self.jpeg.len()
    }

    /// A print whose longer side has at most so many pixels, upright. `None` when the bytes are no
    /// JPEG that can be unpacked within bounds: whoever prints says so instead.
    pub fn of_jpeg(photo: &[u8], longer_side: u32) -> Option<Self> {
        let mut reader = ImageReader::with_format(Cursor::new(photo), ImageFormat::Jpeg);
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        limits.max_alloc = Some(MAX_ALLOC_BYTES);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().ok()?;
        if decoder.total_bytes() > MAX_ALLOC_BYTES {
            return None;
        }
        let turned = decoder.orientation().ok();
        let mut whole = DynamicImage::from_decoder(decoder).ok()?;
        if let Some(turned) = turned {
            whole.apply_orientation(turned);
        }
        let small = if whole.width().max(whole.height()) > longer_side {
            whole.thumbnail(longer_side, longer_side)
        } else {
            whole
        };
        let small = small.into_rgb8();
        let (width, height) = small.dimensions();
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
            .encode(small.as_raw(), width, height, ExtendedColorType::Rgb8)
            .ok()?;
        Some(Self { jpeg, width, height })
    }

    /// Width over height.
    pub(super) fn ratio(&self) -> f32 {
        let side = |pixels: u32| f32::from(u16::try_from(pixels).unwrap_or(u16::MAX));
        side(self.width) / side(self.height).max(1.0)
    }
}

/// The width of the pattern that stands for the picture of this place.
pub(super) fn marked_width(place: usize) -> f32 {
    MARK + f32::from(u16::try_from(place).unwrap_or(u16::MAX))
}

/// Wider than any page.
const MARK: f32 = 20_000.0;

/// Where a picture was drawn: its pattern, and its size in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Drawn {
    pub(super) place: usize,
    pub(super) size: (f32, f32),
}

/// Puts the pictures into a finished file. Without any the file stays as it is.
pub(super) fn put_in(
    file: Vec<u8>,
    pictures: &[Picture],
    drawn: &[Drawn],
) -> Result<Vec<u8>, WriteError> {
    if drawn.is_empty() {
        return Ok(file);
    }
    rewritten(&file, pictures, drawn)
        .ok_or_else(|| WriteError::NotArchival("a picture found no place".to_owned()))
}

/// An object of the file: its number, and from where to where.
struct Object<'a> {
    number: usize,
    bytes: &'a [u8],
}

fn rewritten(file: &[u8], pictures: &[Picture], drawn: &[Drawn]) -> Option<Vec<u8>> {
    let table_at = number_behind(file, rposition(file, b"startxref")? + b"startxref".len())?;
    let (entries, trailer_at) = table(file, table_at)?;
    let objects = objects(file, &entries, table_at)?;
    let first = entries.iter().flatten().min()?;
    let mut out = file.get(..*first)?.to_vec();
    let mut places = vec![None; entries.len()];
    let mut waiting: Vec<&Drawn> = drawn.iter().collect();
    for object in objects {
        *places.get_mut(object.number)? = Some(out.len());
        let found = waiting.iter().position(|one| is_pattern_of(object.bytes, one.place));
        match found {
            Some(at) => {
                let one = waiting.remove(at);
                let image = entries.len() + one.place;
                out.extend(pattern(object.number, object.bytes, image, one.size)?);
            }
            None => out.extend_from_slice(object.bytes),
        }
    }
    if !waiting.is_empty() {
        return None;
    }
    for (place, picture) in pictures.iter().enumerate() {
        places.push(Some(out.len()));
        out.extend(image(entries.len() + place, picture));
    }
    let trailer = file.get(trailer_at..)?;
    finish(&mut out, &places, trailer, entries.len())?;
    Some(out)
}

/// The entries of the one table, and where its trailer begins.
fn table(file: &[u8], at: usize) -> Option<(Vec<Option<usize>>, usize)> {
    let text = file.get(at..)?.strip_prefix(b"xref\n0 ")?;
    let count = number_behind(text, 0)?;
    let from = text.iter().position(|byte| *byte == b'\n')? + 1;
    let entry = |bytes: &[u8]| {
        let (offset, kind) = (bytes.get(..10)?, bytes.get(17)?);
        let offset = std::str::from_utf8(offset).ok()?.parse().ok()?;
        Some((*kind == b'n').then_some(offset))
    };
    let to = from.checked_add(count.checked_mul(20)?)?;
    let entries = text.get(from..to)?.chunks(20).map(entry).collect::<Option<Vec<_>>>()?;
    Some((entries, at + b"xref\n0 ".len() + to))
}

/// All objects in the order they stand.
fn objects<'a>(
    file: &'a [u8],
    entries: &[Option<usize>],
    table_at: usize,
) -> Option<Vec<Object<'a>>> {
    let mut begin: Vec<(usize, usize)> = entries
        .iter()
        .enumerate()
        .filter_map(|(number, offset)| Some(((*offset)?, number)))
        .collect();
    begin.sort_unstable();
    let ends = begin.iter().skip(1).map(|(offset, _)| *offset).chain([table_at]);
    let ends: Vec<usize> = ends.collect();
    begin
        .into_iter()
        .zip(ends)
        .map(|((from, number), to)| Some(Object { number, bytes: file.get(from..to)? }))
        .collect()
}

fn is_pattern_of(object: &[u8], place: usize) -> bool {
    let dictionary = dictionary(object);
    let width = format!("/XStep {}", marked_width(place));
    let behind = position(dictionary, width.as_bytes()).map(|at| at + width.len());
    position(dictionary, b"/PatternType 1").is_some()
        && behind.is_some_and(|at| dictionary.get(at).is_none_or(|byte| !byte.is_ascii_digit()))
}

/// What stands before an object's stream.
fn dictionary(object: &[u8]) -> &[u8] {
    let end = position(object, b"stream\n").unwrap_or(object.len());
    object.get(..end).unwrap_or_default()
}

/// The pattern anew, at the same place of the page, with the image in it. Its space counts from the
/// top downwards, an image from the bottom upwards.
fn pattern(number: usize, old: &[u8], image: usize, size: (f32, f32)) -> Option<Vec<u8>> {
    let old = dictionary(old);
    let matrix = old.get(position(old, b"/Matrix[")? + b"/Matrix[".len()..)?;
    let matrix = matrix.get(..position(matrix, b"]")?)?;
    let matrix = std::str::from_utf8(matrix).ok()?;
    let (width, height) = size;
    let content = format!("q {width} 0 0 -{height} 0 {height} cm/I Do Q");
    Some(
        format!(
            "{number} 0 obj\n<</Length {}/Type/Pattern/PatternType 1/Resources<</XObject<</I {image} 0 R>>>>/TilingType 1/PaintType 1/BBox[0 0 {width} {height}]/Matrix[{matrix}]/XStep {width}/YStep {height}>>\nstream\n{content}\nendstream\nendobj\n",
            content.len(),
        )
        .into_bytes(),
    )
}

fn image(number: usize, picture: &Picture) -> Vec<u8> {
    let Picture { jpeg, width, height } = picture;
    let mut bytes = format!(
        "{number} 0 obj\n<</Length {}/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode>>\nstream\n",
        jpeg.len(),
    )
    .into_bytes();
    bytes.extend_from_slice(jpeg);
    bytes.extend_from_slice(b"\nendstream\nendobj\n");
    bytes
}

/// Table, trailer and end.
fn finish(
    out: &mut Vec<u8>,
    places: &[Option<usize>],
    trailer: &[u8],
    before: usize,
) -> Option<()> {
    let table_at = out.len();
    // Its identifiers are written in base64, so a trailer is text.
    let trailer = std::str::from_utf8(trailer.get(..position(trailer, b"startxref")?)?).ok()?;
    let size = format!("/Size {}", places.len());
    let trailer = trailer.replacen(&format!("/Size {before}"), &size, 1);
    let mut text = format!("xref\n0 {}\n", places.len());
    // Writing to a string does not fail.
    for place in places {
        let _ = match place {
            Some(offset) => write!(text, "{offset:010} 00000 n\r\n"),
            // Number 0, which is the head of the numbers that are not used.
            None => text.write_str("0000000000 65535 f\r\n"),
        };
    }
    let _ = write!(text, "{trailer}startxref\n{table_at}\n%%EOF");
    out.extend(text.into_bytes());
    Some(())
}

fn number_behind(bytes: &[u8], at: usize) -> Option<usize> {
    let digits = bytes.get(at..)?.trim_ascii_start();
    let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    std::str::from_utf8(digits.get(..end)?).ok()?.parse().ok()
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn rposition(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).rposition(|window| window == wanted)
}

#[cfg(test)]
mod tests;
