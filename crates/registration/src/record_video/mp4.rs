//! The heads of an MP4 file (ISO/IEC 14496-12): whole, as cameras of phones write it, or in
//! fragments, as browsers do.

use std::collections::BTreeMap;

use super::container::Heads;

/// Boxes that are entered; all others are stepped over.
const ENTERED: [&[u8; 4]; 6] = [b"moov", b"trak", b"mdia", b"mvex", b"moof", b"traf"];

/// What is known while walking.
#[derive(Default)]
struct Walk {
    heads: Heads,
    /// Ticks in a second, by track.
    scales: BTreeMap<u32, u32>,
    /// Ticks of a sample where nothing else says so, by track.
    usual: BTreeMap<u32, u32>,
    track: u32,
    /// Of the fragment under way: ticks of a sample, and where it begins.
    sample_ticks: u32,
    begins: u64,
}

/// What the heads say; `None` when they break the format.
pub(super) fn heads(bytes: &[u8]) -> Option<Heads> {
    let mut walk = Walk::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (kind, content, after) = next(rest)?;
        if ENTERED.contains(&&kind) {
            rest = rest.get(rest.len() - after.len() - content.len()..)?;
            continue;
        }
        walk.step(kind, content)?;
        rest = after;
    }
    Some(walk.heads)
}

/// The box at the beginning: its kind, its content, and what follows.
fn next(bytes: &[u8]) -> Option<([u8; 4], &[u8], &[u8])> {
    let (size, rest) = take_u32(bytes)?;
    let (kind, rest) = rest.split_first_chunk::<4>()?;
    let (length, rest) = match size {
        // To the end of the file.
        0 => (rest.len(), rest),
        // The size is in the eight bytes that follow.
        1 => {
            let (size, rest) = rest.split_first_chunk::<8>()?;
            (usize::try_from(u64::from_be_bytes(*size)).ok()?.checked_sub(16)?, rest)
        }
        size => (usize::try_from(size).ok()?.checked_sub(8)?, rest),
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((*kind, content, after))
}

impl Walk {
    fn step(&mut self, kind: [u8; 4], content: &[u8]) -> Option<()> {
        match &kind {
            b"mvhd" | b"mdhd" => self.duration(kind, content)?,
            b"tkhd" => {
                let (flags, rest) = take_u32(content)?;
                let skipped = if flags >> 24 == 0 { 8 } else { 16 };
                self.track = take_u32(rest.get(skipped..)?)?.0;
            }
            b"hdlr" => match content.get(8..12)? {
                b"vide" => self.heads.has_picture = true,
                b"soun" => self.heads.has_sound = true,
                _ => {}
            },
            b"trex" => {
                let (track, rest) = take_u32(content.get(4..)?)?;
                self.usual.insert(track, take_u32(rest.get(4..)?)?.0);
            }
            b"tfhd" => self.fragment(content)?,
            b"tfdt" => {
                let (flags, rest) = take_u32(content)?;
                self.begins = if flags >> 24 == 0 {
                    u64::from(take_u32(rest)?.0)
                } else {
                    u64::from_be_bytes(*rest.first_chunk::<8>()?)
                };
            }
            b"trun" => self.run(content)?,
            _ => {}
        }
        Some(())
    }

    /// Ticks in a second, and how many there are in all, if the file knows it yet.
    fn duration(&mut self, kind: [u8; 4], content: &[u8]) -> Option<()> {
        let (flags, rest) = take_u32(content)?;
        let is_short = flags >> 24 == 0;
        let (scale, rest) = take_u32(rest.get(if is_short { 8 } else { 16 }..)?)?;
        let ticks = if is_short {
            u64::from(take_u32(rest)?.0)
        } else {
            u64::from_be_bytes(*rest.first_chunk::<8>()?)
        };
        if kind == *b"mdhd" {
            self.scales.insert(self.track, scale);
        }
        // All bits set means: not known.
        let is_known = ticks != if is_short { u64::from(u32::MAX) } else { u64::MAX };
        if is_known {
            self.reaches(ticks, scale);
        }
        Some(())
    }

    fn fragment(&mut self, content: &[u8]) -> Option<()> {
        let (flags, rest) = take_u32(content)?;
        let (track, rest) = take_u32(rest)?;
        self.track = track;
        self.sample_ticks = self.usual.get(&track).copied().unwrap_or(0);
        // Base offset and description stand before the duration, where they are there at all.
        let before = if flags & 1 != 0 { 8 } else { 0 } + if flags & 2 != 0 { 4 } else { 0 };
        if flags & 8 != 0 {
            self.sample_ticks = take_u32(rest.get(before..)?)?.0;
        }
        Some(())
    }

    fn run(&mut self, content: &[u8]) -> Option<()> {
        let (flags, rest) = take_u32(content)?;
        let (samples, rest) = take_u32(rest)?;
        let before = if flags & 1 != 0 { 4 } else { 0 } + if flags & 4 != 0 { 4 } else { 0 };
        let rest = rest.get(before..)?;
        let per_sample =
            [0x100, 0x200, 0x400, 0x800].into_iter().filter(|bit| flags & bit != 0).count() * 4;
        let ticks = if flags & 0x100 == 0 {
            u64::from(self.sample_ticks).saturating_mul(u64::from(samples))
        } else {
            let length = usize::try_from(samples).ok()?.checked_mul(per_sample)?;
            let table = rest.get(..length)?;
            let durations = table.chunks_exact(per_sample.max(1)).filter_map(take_u32);
            durations.fold(0, |sum: u64, (ticks, _)| sum.saturating_add(u64::from(ticks)))
        };
        self.begins = self.begins.saturating_add(ticks);
        let scale = self.scales.get(&self.track).copied().unwrap_or(0);
        self.reaches(self.begins, scale);
        Some(())
    }

    fn reaches(&mut self, ticks: u64, scale: u32) {
        let millis = ticks.saturating_mul(1000).checked_div(u64::from(scale)).unwrap_or(u64::MAX);
        self.heads.millis = self.heads.millis.max(millis);
    }
}

fn take_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (four, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*four), rest))
}
