//! When a camera says that it took a photo (Exif 2.32, tags 36867 and 36881).
//!
//! It is the device's word, so it proves nothing for a photo; but a photo that calls itself old is
//! believed. A picture from the stream of our page carries no such word.

use exif::{DateTime, Exif, In, Reader, Tag, Value};
use heqi_vocabulary::UtcMillis;

/// How old a photo may call itself, in milliseconds: a challenge lives ten minutes, and phones'
/// clocks are off by some.
const FRESH_MS: i64 = 20 * 60_000;
/// Where nothing says in which zone the camera is, every zone of the world is given: its farthest
/// ones are 12 hours behind UTC (IANA Etc/GMT+12).
const FARTHEST_MINUTES: i64 = -12 * 60;

/// Whether the metadata say, in every reading, that the photo is older than [`FRESH_MS`].
pub(super) fn is_certainly_old(exif: Vec<u8>, now: UtcMillis) -> bool {
    let Ok(exif) = Reader::new().read_raw(exif) else { return false };
    taken_at(&exif).is_some_and(|taken| now.millis_since(taken) > FRESH_MS)
}

/// The latest instant at which it can have been taken by its own word.
fn taken_at(exif: &Exif) -> Option<UtcMillis> {
    let mut taken = DateTime::from_ascii(ascii(exif, Tag::DateTimeOriginal)?).ok()?;
    if let Some(offset) = ascii(exif, Tag::OffsetTimeOriginal) {
        // One that cannot be read is none.
        let _ = taken.parse_offset(offset);
    }
    let local = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.000Z",
        taken.year, taken.month, taken.day, taken.hour, taken.minute, taken.second
    );
    let local: UtcMillis = local.parse().ok()?;
    let offset_minutes = taken.offset.map_or(FARTHEST_MINUTES, i64::from);
    Some(local.plus_millis(-offset_minutes * 60_000))
}

fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(texts) => texts.first().map(Vec::as_slice),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TIFF 6.0, big endian: one pointer to the Exif directory, and there the two tags.
    fn exif(time: &str, offset: Option<&str>) -> Vec<u8> {
        let mut tiff =
            b"MM\0\x2a\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0".to_vec();
        let entries: u16 = if offset.is_some() { 2 } else { 1 };
        let values = tiff.len() + 2 + 12 * usize::from(entries) + 4;
        tiff.extend(entries.to_be_bytes());
        let mut entry = |tag: u16, text: &str, at: usize| {
            tiff.extend(tag.to_be_bytes());
            tiff.extend(2u16.to_be_bytes());
            tiff.extend(u32::try_from(text.len() + 1).unwrap().to_be_bytes());
            tiff.extend(u32::try_from(at).unwrap().to_be_bytes());
        };
        entry(36867, time, values);
        if let Some(offset) = offset {
            entry(36881, offset, values + time.len() + 1);
        }
        tiff.extend([0; 4]);
        tiff.extend(time.as_bytes());
        tiff.push(0);
        tiff.extend(offset.unwrap_or_default().as_bytes());
        tiff.push(0);
        tiff
    }

    fn is_old(time: &str, offset: Option<&str>) -> bool {
        is_certainly_old(exif(time, offset), "2026-11-23T04:05:00.000Z".parse().unwrap())
    }

    #[test]
    fn a_photo_is_as_old_as_it_says_with_its_zone() {
        assert!(!is_old("2026:11:23 12:04:00", Some("+08:00")));
        assert!(!is_old("2026:11:23 11:50:00", Some("+08:00")));
        assert!(is_old("2026:11:23 11:40:00", Some("+08:00")));
        assert!(is_old("2025:05:01 09:00:00", Some("+08:00")));
        // A clock that is ahead is no old photo.
        assert!(!is_old("2026:11:24 12:04:00", Some("+08:00")));
    }

    #[test]
    fn without_a_zone_it_is_old_only_where_it_is_so_everywhere() {
        assert!(!is_old("2026:11:23 11:40:00", None));
        assert!(!is_old("2026:11:22 16:00:00", None));
        assert!(is_old("2026:11:22 15:00:00", None));
        assert!(is_old("2026:11:21 12:00:00", Some("nonsense")));
    }

    #[test]
    fn what_is_no_date_says_nothing() {
        for time in ["    :  :     :  :  ", "yesterday", "2026:13:40 99:99:99", ""] {
            assert!(!is_old(time, None), "{time}");
        }
        let now = "2026-11-23T04:05:00.000Z".parse().unwrap();
        for length in 0..60 {
            let mut cut = exif("2020:01:01 00:00:00", Some("+08:00"));
            cut.truncate(length);
            let _ = is_certainly_old(cut, now);
        }
        assert!(!is_certainly_old(b"not exif".to_vec(), now));
    }
}
