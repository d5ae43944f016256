//! The skeleton of a JPEG (ITU-T T.81 annex B): every segment lies inside the file, the
//! end of the image is the end of the file. Decoders forgive both, and evidence must not:
//! a photo that arrived in part would be shown with a grey rest, and bytes behind the end
//! would be kept as evidence that nobody ever sees.

use super::PhotoError;

/// Scans one photo may have; cameras write 1, progressive encoders about 10. Each scan of a
/// crafted file costs a pass over all pixels.
const MAX_SCANS: usize = 64;

const START_OF_IMAGE: u8 = 0xd8;
const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;

/// Walks over the segments.
pub(super) fn check(bytes: &[u8]) -> Result<(), PhotoError> {
    let rest = bytes.strip_prefix(&[0xff, START_OF_IMAGE]).ok_or(PhotoError::NotAnImage)?;
    let mut rest = rest;
    let mut scans = 0;
    loop {
        let (marker, after) = marker(rest)?;
        rest = match marker {
            END_OF_IMAGE if after.is_empty() => return Ok(()),
            END_OF_IMAGE => return Err(PhotoError::BytesAfterEnd),
            START_OF_IMAGE | 0x00 => return Err(PhotoError::Damaged),
            // Markers that stand alone.
            0x01 | 0xd0..=0xd7 => after,
            START_OF_SCAN => {
                scans += 1;
                if scans > MAX_SCANS {
                    return Err(PhotoError::Damaged);
                }
                behind_scan(segment(after)?)?
            }
            _ => segment(after)?,
        };
    }
}

/// The marker that must stand here, fill bytes before it skipped, and what follows it.
fn marker(bytes: &[u8]) -> Result<(u8, &[u8]), PhotoError> {
    let (first, mut rest) = bytes.split_first().ok_or(PhotoError::Truncated)?;
    if *first != 0xff {
        return Err(PhotoError::Damaged);
    }
    loop {
        let (code, after) = rest.split_first().ok_or(PhotoError::Truncated)?;
        if *code != 0xff {
            return Ok((*code, after));
        }
        rest = after;
    }
}

/// What follows the segment whose length stands here.
fn segment(bytes: &[u8]) -> Result<&[u8], PhotoError> {
    let length = bytes.first_chunk::<2>().ok_or(PhotoError::Truncated)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length < 2 {
        return Err(PhotoError::Damaged);
    }
    bytes.get(length..).ok_or(PhotoError::Truncated)
}

/// The first marker after entropy-coded data that is neither a stuffed zero nor a restart.
fn behind_scan(bytes: &[u8]) -> Result<&[u8], PhotoError> {
    let mut rest = bytes;
    loop {
        let at = rest.iter().position(|byte| *byte == 0xff).ok_or(PhotoError::Truncated)?;
        let here = rest.get(at..).ok_or(PhotoError::Truncated)?;
        match here.get(1).ok_or(PhotoError::Truncated)? {
            0x00 | 0xd0..=0xd7 => rest = here.get(2..).ok_or(PhotoError::Truncated)?,
            _ => return Ok(here),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Start, a comment of 4 bytes, a scan with a stuffed zero and a restart, end.
    const WHOLE: &[u8] = b"\xff\xd8\xff\xfe\0\x06abcd\xff\xda\0\x03x\x01\xff\0\xff\xd0\x02\xff\xd9";

    #[test]
    fn a_whole_skeleton_is_walked_to_its_end() {
        assert_eq!(check(WHOLE), Ok(()));
        let filled = [&WHOLE[..2], b"\xff\xff", &WHOLE[2..]].concat();
        assert_eq!(check(&filled), Ok(()));
    }

    #[test]
    fn every_cut_is_noticed_and_so_is_every_byte_more() {
        for cut in 2..WHOLE.len() {
            assert_eq!(check(&WHOLE[..cut]), Err(PhotoError::Truncated), "cut at {cut}");
        }
        let more = [WHOLE, b"<html>"].concat();
        assert_eq!(check(&more), Err(PhotoError::BytesAfterEnd));
    }

    #[test]
    fn what_is_no_skeleton_is_damaged() {
        assert_eq!(check(b"\xff\xd8\xff\xfe\0\x01\xff\xd9"), Err(PhotoError::Damaged));
        assert_eq!(check(b"\xff\xd8xx"), Err(PhotoError::Damaged));
        assert_eq!(check(b"\xff\xd8\xff\xd8"), Err(PhotoError::Damaged));
        assert_eq!(check(b"GIF89a"), Err(PhotoError::NotAnImage));
        let scans = [&b"\xff\xd8"[..], &b"\xff\xda\0\x03x\x01".repeat(65), b"\xff\xd9"].concat();
        assert_eq!(check(&scans), Err(PhotoError::Damaged));
    }
}
