//! Pixels to bytes: as few as a phone's data plan deserves, without a letter less legible.
//!
//! Printed pages have few colours: black on white with the greys of smooth edges, perhaps
//! red for a seal. Sixteen of them in a PNG (ISO/IEC 15948) are a tenth of the pixels.
//! Scans and photos have many and go as JPEG.

use std::cmp::Reverse;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder as _};

/// What the bytes of a picture are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever serves a picture must name each")]
pub enum MediaType {
    /// `image/png`.
    Png,
    /// `image/jpeg`.
    Jpeg,
}

impl MediaType {
    /// As it stands in a header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// The pixels are not what they should be, which is a fault of this crate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct EncodeFault;

/// Quality of the JPEG of a scan: text stays sharp, an A4 page has about 150 KB.
const JPEG_QUALITY: u8 = 72;
/// From so many bytes on, what looks like print may be a grey scan: the shorter file is taken.
const MANY_BYTES: usize = 120_000;
/// Colours of a page that was printed rather than scanned.
const COLOURS: usize = 16;
/// Of a thousand pixels, how many may be of a colour further than [`NEAR`] from the nearest
/// of the sixteen.
const STRANGERS_PER_MILLE: usize = 12;
/// How many of them are greys at first.
const GREYS: usize = 9;
/// Squared distance between two of these.
const GREYS_APART: u32 = 3 * 27 * 27;
/// Squared distance of two colours that pass for the same.
const NEAR: u32 = 3 * 20 * 20;

/// Encodes opaque pixels, four bytes each.
pub(crate) fn encode(
    rgba: &[u8],
    width: u16,
    height: u16,
) -> Result<(MediaType, Vec<u8>), EncodeFault> {
    let (pixels, _) = rgba.as_chunks::<4>();
    let print = match Palette::of(pixels) {
        Some(palette) => Some(png(pixels, width, height, &palette)?),
        None => None,
    };
    match print {
        Some(bytes) if bytes.len() <= MANY_BYTES => Ok((MediaType::Png, bytes)),
        print => {
            let scan = jpeg(pixels, width, height)?;
            match print {
                Some(bytes) if bytes.len() <= scan.len() => Ok((MediaType::Png, bytes)),
                _ => Ok((MediaType::Jpeg, scan)),
            }
        }
    }
}

type Rgb = [u8; 3];

/// At most sixteen colours, and for each of 4,096 (four bits a channel) the nearest of them.
struct Palette {
    colours: Vec<Rgb>,
    nearest: Vec<u8>,
}

impl Palette {
    /// The colours of a page; `None` when sixteen do not do.
    fn of(pixels: &[[u8; 4]]) -> Option<Self> {
        // Mean colour of each of the 4,096, so that white stays white.
        let mut bins = vec![(0_usize, [0_u64; 3]); 4096];
        for [r, g, b, _] in pixels {
            if let Some((count, sum)) = bins.get_mut(bin([*r, *g, *b])) {
                *count += 1;
                for (sum, value) in sum.iter_mut().zip([r, g, b]) {
                    *sum += u64::from(*value);
                }
            }
        }
        let mean = |(count, sum): &(usize, [u64; 3])| {
            let count = u64::try_from(*count).unwrap_or(u64::MAX).max(1);
            sum.map(|sum| u8::try_from((sum + count / 2) / count).unwrap_or(u8::MAX))
        };
        let mut used: Vec<(usize, Rgb)> =
            bins.iter().filter(|(count, _)| *count > 0).map(|bin| (bin.0, mean(bin))).collect();
        used.sort_by_key(|(count, colour)| (Reverse(*count), *colour));
        let colours = spread(&used);
        let mut strangers = 0;
        let mut nearest = Vec::with_capacity(bins.len());
        for bin in &bins {
            let (index, distance) = closest(&colours, mean(bin));
            nearest.push(index);
            if distance > NEAR {
                strangers += bin.0;
            }
        }
        let most = pixels.len().saturating_mul(STRANGERS_PER_MILLE) / 1000;
        (strangers <= most).then_some(Self { colours, nearest })
    }

    fn index_of(&self, [r, g, b, _]: [u8; 4]) -> u8 {
        self.nearest.get(bin([r, g, b])).copied().unwrap_or(0)
    }
}

/// The most frequent colours that are not the same to the eye. Nine greys make edges smooth;
/// the others are for what is red, or blue, be it ever so little: a seal must stay a seal.
fn spread(used: &[(usize, Rgb)]) -> Vec<Rgb> {
    let mut colours: Vec<Rgb> = Vec::with_capacity(COLOURS);
    let mut take = |most: usize, apart: u32, fits: &dyn Fn(Rgb) -> bool| {
        for (_, colour) in used.iter().filter(|(_, colour)| fits(*colour)) {
            if colours.len() < most && closest(&colours, *colour).1 > apart {
                colours.push(*colour);
            }
        }
    };
    take(GREYS, GREYS_APART, &is_grey);
    take(COLOURS, NEAR, &|colour| !is_grey(colour));
    take(COLOURS, NEAR / 4, &|_| true);
    colours
}

fn is_grey([r, g, b]: Rgb) -> bool {
    r.max(g).max(b) - r.min(g).min(b) < 24
}

fn closest(colours: &[Rgb], wanted: Rgb) -> (u8, u32) {
    let distance = |colour: &Rgb| -> u32 {
        let parts = colour.iter().zip(wanted).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2));
        parts.sum()
    };
    let found = (0_u8..).zip(colours).map(|(index, colour)| (index, distance(colour)));
    found.min_by_key(|(_, distance)| *distance).unwrap_or((0, u32::MAX))
}

/// Which of the 4,096.
fn bin([r, g, b]: Rgb) -> usize {
    usize::from(r >> 4) << 8 | usize::from(g >> 4) << 4 | usize::from(b >> 4)
}

fn png(
    pixels: &[[u8; 4]],
    width: u16,
    height: u16,
    palette: &Palette,
) -> Result<Vec<u8>, EncodeFault> {
    // Two pixels a byte; each row begins with a byte of its own.
    let rows = pixels.chunks(usize::from(width.max(1)));
    let packed: Vec<u8> = rows
        .flat_map(|row| {
            row.chunks(2).map(|pair| match pair {
                [one, two] => palette.index_of(*one) << 4 | palette.index_of(*two),
                [one] => palette.index_of(*one) << 4,
                _ => 0,
            })
        })
        .collect();
    let mut bytes = Vec::with_capacity(packed.len() / 4);
    let mut encoder = png::Encoder::new(&mut bytes, u32::from(width), u32::from(height));
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Four);
    encoder.set_palette(palette.colours.concat());
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().map_err(|_| EncodeFault)?;
    writer.write_image_data(&packed).map_err(|_| EncodeFault)?;
    writer.finish().map_err(|_| EncodeFault)?;
    Ok(bytes)
}

fn jpeg(pixels: &[[u8; 4]], width: u16, height: u16) -> Result<Vec<u8>, EncodeFault> {
    let rgb: Vec<u8> = pixels.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect();
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY)
        .write_image(&rgb, u32::from(width), u32::from(height), ExtendedColorType::Rgb8)
        .map_err(|_| EncodeFault)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(colour: impl Fn(u16, u16) -> Rgb) -> Vec<u8> {
        let pixels = (0..400).flat_map(|y| (0..301).map(move |x| (x, y)));
        pixels
            .flat_map(|(x, y)| {
                let [r, g, b] = colour(x, y);
                [r, g, b, 255]
            })
            .collect()
    }

    #[test]
    fn print_is_sixteen_colours_and_white_stays_white() {
        let rgba = page(|x, y| match (x / 7 + y / 11) % 5 {
            0 => [0, 0, 0],
            1 if x % 7 < 3 => [150, 30, 30],
            1 => [128, 128, 128],
            _ => [255, 255, 255],
        });
        let (media, bytes) = encode(&rgba, 301, 400).unwrap();
        assert_eq!(media, MediaType::Png);
        let decoder = png::Decoder::new(std::io::Cursor::new(&bytes));
        let mut reader = decoder.read_info().unwrap();
        let mut plain = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut plain).unwrap();
        assert_eq!(reader.info().size(), (301, 400));
        let palette = reader.info().palette.clone().unwrap();
        assert!(
            palette.chunks(3).any(|c| c == [255, 255, 255])
                && palette.chunks(3).any(|c| c == [150, 30, 30])
        );
        assert!(bytes.len() < 6000, "{}", bytes.len());
    }

    #[test]
    fn a_photo_is_a_jpeg() {
        let rgba = page(|x, y| [x, y, x ^ y].map(|value| value.to_le_bytes()[0]));
        let (media, bytes) = encode(&rgba, 301, 400).unwrap();
        assert_eq!(media, MediaType::Jpeg);
        let decoded =
            image::load_from_memory_with_format(&bytes, image::ImageFormat::Jpeg).unwrap();
        assert_eq!((decoded.width(), decoded.height()), (301, 400));
    }
}
