//! The heads of a WebM file: EBML (RFC 8794), Matroska (RFC 9559). What browsers record has
//! segments and clusters of unknown size and no duration, so the blocks are looked at.

use super::container::Heads;

/// How every EBML document begins.
pub(super) const MAGIC: [u8; 4] = [0x1a, 0x45, 0xdf, 0xa3];

const EBML: u64 = 0x1a45_dfa3;
const DOC_TYPE: u64 = 0x4282;
const SEGMENT: u64 = 0x1853_8067;
const INFO: u64 = 0x1549_a966;
const TIMESTAMP_SCALE: u64 = 0x002a_d7b1;
const TRACKS: u64 = 0x1654_ae6b;
const TRACK_ENTRY: u64 = 0xae;
const TRACK_TYPE: u64 = 0x83;
const CLUSTER: u64 = 0x1f43_b675;
const TIMESTAMP: u64 = 0xe7;
const BLOCK_GROUP: u64 = 0xa0;
const BLOCK: u64 = 0xa1;
const SIMPLE_BLOCK: u64 = 0xa3;

/// Elements that are entered; all others are stepped over.
const ENTERED: [u64; 7] = [EBML, SEGMENT, INFO, TRACKS, TRACK_ENTRY, CLUSTER, BLOCK_GROUP];
/// Nanoseconds of one tick where the file says nothing (RFC 9559 section 5.1.2.9).
const USUAL_SCALE_NS: u64 = 1_000_000;

/// What the heads say; `None` when they break the format.
pub(super) fn heads(bytes: &[u8]) -> Option<Heads> {
    let mut heads = Heads::default();
    let (mut scale_ns, mut cluster, mut last) = (USUAL_SCALE_NS, 0_u64, 0_u64);
    let mut is_webm = false;
    let mut rest = bytes;
    while !rest.is_empty() {
        let (id, size, content) = element(rest)?;
        if ENTERED.contains(&id) {
            rest = content;
            continue;
        }
        // Only what is entered may leave its size open.
        let (value, after) = content.split_at_checked(usize::try_from(size?).ok()?)?;
        match id {
            DOC_TYPE => is_webm = value == b"webm",
            TIMESTAMP_SCALE => scale_ns = unsigned(value)?,
            TRACK_TYPE => match unsigned(value)? {
                1 => heads.has_picture = true,
                2 => heads.has_sound = true,
                _ => {}
            },
            TIMESTAMP => cluster = unsigned(value)?,
            BLOCK | SIMPLE_BLOCK => last = last.max(cluster.saturating_add_signed(offset(value)?)),
            _ => {}
        }
        rest = after;
    }
    heads.millis = last.saturating_mul(scale_ns) / 1_000_000;
    is_webm.then_some(heads)
}

/// Identifier, size if it is known, and everything from the content on.
fn element(bytes: &[u8]) -> Option<(u64, Option<u64>, &[u8])> {
    let (id, rest) = variable(bytes, 4, true)?;
    let (size, content) = variable(rest, 8, false)?;
    // All bits of the value set means: unknown (RFC 8794 section 6.2).
    let used = rest.len().checked_sub(content.len())?;
    let unknown = (1_u64 << (7 * used)) - 1;
    Some((id, (size != unknown).then_some(size), content))
}

/// A variable-size integer of at most `longest` bytes; identifiers keep their marker.
fn variable(bytes: &[u8], longest: usize, keeps_marker: bool) -> Option<(u64, &[u8])> {
    let first = *bytes.first()?;
    let length = usize::try_from(first.leading_zeros()).ok()? + 1;
    if length > longest {
        return None;
    }
    let (taken, rest) = bytes.split_at_checked(length)?;
    let whole = unsigned(taken)?;
    let marker = 1_u64 << (7 * length);
    Some((if keeps_marker { whole } else { whole & (marker - 1) }, rest))
}

fn unsigned(bytes: &[u8]) -> Option<u64> {
    (bytes.len() <= 8)
        .then(|| bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
}

/// How far a block is from the beginning of its cluster, in ticks.
fn offset(block: &[u8]) -> Option<i64> {
    let (_, rest) = variable(block, 8, false)?;
    let [high, low] = rest.first_chunk::<2>()?;
    Some(i64::from(i16::from_be_bytes([*high, *low])))
}
