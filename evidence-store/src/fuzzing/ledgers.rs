//! The ledger of leaves and the ledger of erasures.

use std::path::Path;
use std::sync::Arc;

use super::{STORE, segment_of};
use crate::erasure::{hash_of, read};
use crate::journal::frame::{FrameReader, encode_frame, frame_kind};
use crate::journal::ledger::LeafReader;
use crate::journal::segment::{Position, SegmentKind, Segments, encode_header};
use crate::testing::tamper;
use crate::wire::put_short;

/// A segment of the ledger, in pieces: leaves come without a gap, and each has one spelling.
pub fn ledger_segment(folder: &Path, pieces: &[u8]) {
    let file = segment_of(SegmentKind::Ledger, 0, pieces);
    let segments = Arc::new(Segments::new(folder.to_owned(), SegmentKind::Ledger, STORE));
    tamper(segments.path(0), &file);
    let (start, chunk) = (Position::start_of(0), FrameReader::SHORT);
    let mut leaves = LeafReader::new(&segments, start, 0, u64::MAX, chunk).unwrap();
    let (mut written, seed) = encode_header(SegmentKind::Ledger, 0, &STORE);
    let mut expected = 0;
    // There is no second segment: reading ends with an error in any case.
    while let Ok(Some(leaf)) = leaves.next() {
        assert_eq!(leaf.index, expected, "leaves come without a gap");
        let mut entry = Vec::new();
        put_short(&mut entry, &leaf.entry);
        let (kind, payload) = (frame_kind::LEDGER_LEAF, [&entry[..], &leaf.record]);
        encode_frame(&mut written, seed, kind, leaf.index, &payload).unwrap();
        expected += 1;
    }
    assert!(file.starts_with(&written), "a leaf has one spelling");
}

/// The erasure ledger, as it stands and with every line's hash put right: what was read is read again from what its
/// entries make, and no line can be taken out of the middle.
pub fn erasure_ledger(input: &[u8]) {
    let path = Path::new("ledger.jsonl");
    let _ = read(path, input);
    let mut file = Vec::new();
    let mut lines = Vec::new();
    let mut last = read(path, &[]).unwrap().1;
    for json in input.split(|byte| *byte == b'\n') {
        let Ok(json) = str::from_utf8(json) else { return };
        last = hash_of(&last, json);
        lines.push(format!("{json} {last}\n"));
        file.extend_from_slice(lines.last().unwrap().as_bytes());
    }
    let Ok((entries, hash, end)) = read(path, &file) else { return };
    assert_eq!((entries.len(), hash), (lines.len(), last));
    assert_eq!(usize::try_from(end).unwrap(), file.len());
    for left_out in 0..lines.len().saturating_sub(1) {
        let kept = lines.iter().enumerate().filter(|(place, _)| *place != left_out);
        let cut: String = kept.map(|(_, line)| line.as_str()).collect();
        assert!(read(path, cut.as_bytes()).is_err(), "line {left_out} was taken out unnoticed");
    }
}
