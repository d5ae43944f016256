//! Sample photos: real JPEG bytes, each different, none of a person.

use bytes::Bytes;
use heqi_vocabulary::Entropy;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder as _};

/// The drawn face of the demo, with its label inside the picture.
pub(crate) const SIMULATED_FACE: &[u8] = include_bytes!("../assets/demo/simulated-face.jpg");

const WIDTH: u32 = 640;
const HEIGHT: u32 = 480;
/// A JPEG segment holds at most 65,535 bytes, its own two length bytes included.
const MAX_COMMENT: usize = 65_533;

/// A photo with one comment segment of random bytes, so that no two are the same file.
pub(crate) fn with_comment(photo: &[u8], entropy: &dyn Entropy) -> Bytes {
    let label = hex::encode(entropy.bytes::<8>());
    insert_comments(photo, label.len(), label.as_bytes())
}

/// A noisy 640×480 picture of about `size_bytes`, padded with comments to that size when
/// the best compression is smaller.
pub(crate) fn of_size(size_bytes: usize, entropy: &dyn Entropy) -> Vec<u8> {
    let mut pixels = vec![0u8; 3 * 640 * 480];
    let mut noise = [0u8; 4096];
    entropy.fill(&mut noise);
    for (place, (pixel, grain)) in pixels.iter_mut().zip(noise.iter().cycle()).enumerate() {
        let ramp = u8::try_from(place / 1920 % 200).unwrap_or(0);
        *pixel = ramp.saturating_add(grain / 5);
    }
    let best = (20..=95u8)
        .rev()
        .step_by(5)
        .map(|q| encode(&pixels, q))
        .find(|jpeg| !jpeg.is_empty() && jpeg.len() <= size_bytes);
    let jpeg = best.unwrap_or_else(|| encode(&pixels, 10));
    let missing = size_bytes.saturating_sub(jpeg.len());
    insert_comments(&jpeg, missing, &[]).to_vec()
}

fn encode(pixels: &[u8], quality: u8) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let written = JpegEncoder::new_with_quality(&mut jpeg, quality).write_image(
        pixels,
        WIDTH,
        HEIGHT,
        ExtendedColorType::Rgb8,
    );
    if written.is_ok() { jpeg } else { Vec::new() }
}

/// Puts `padding` bytes of comment segments after the start marker (ITU-T T.81 B.2.4.5).
fn insert_comments(photo: &[u8], padding: usize, text: &[u8]) -> Bytes {
    let (start, rest) = photo.split_at(photo.len().min(2));
    let mut out = Vec::with_capacity(photo.len() + padding + 8);
    out.extend_from_slice(start);
    let mut left = padding;
    while left > 0 {
        let length = left.min(MAX_COMMENT);
        let field = u16::try_from(length + 2).unwrap_or(u16::MAX);
        out.extend_from_slice(&[0xff, 0xfe]);
        out.extend_from_slice(&field.to_be_bytes());
        out.extend(text.iter().copied().chain(std::iter::repeat(b' ')).take(length));
        left -= length;
    }
    out.extend_from_slice(rest);
    out.into()
}

#[cfg(test)]
mod tests {
    use heqi_testkit::SeededEntropy;

    use super::*;

    #[test]
    fn every_copy_is_another_file_and_still_the_same_picture() {
        let entropy = SeededEntropy::new(1);
        let (one, two) =
            (with_comment(SIMULATED_FACE, &entropy), with_comment(SIMULATED_FACE, &entropy));
        assert_ne!(one, two);
        let picture = image::load_from_memory(SIMULATED_FACE).unwrap();
        assert_eq!(image::load_from_memory(&one).unwrap(), picture);
    }

    #[test]
    fn a_photo_of_a_wanted_size_is_a_picture_of_about_that_size() {
        for wanted in [60_000, 100_000, 300_000] {
            let photo = of_size(wanted, &SeededEntropy::new(2));
            assert!(
                photo.len().abs_diff(wanted) <= wanted / 5 + 64,
                "{} for {wanted}",
                photo.len()
            );
            let picture = image::load_from_memory(&photo).unwrap();
            assert_eq!((picture.width(), picture.height()), (WIDTH, HEIGHT));
        }
    }
}
