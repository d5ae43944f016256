//! The state journal and snapshots.

use std::path::Path;

use super::{STORE, segment_of};
use crate::durable_file::Disk;
use crate::journal::frame::{encode_frame, frame_kind};
use crate::journal::rows::StateFiles;
use crate::journal::segment::{SegmentKind, encode_header, len64};
use crate::journal::state::{
    Batch, RowWrite, StatePoint, StateReader, encode_base, encode_batch, encode_row, read_tail,
};
use crate::testing::tamper;

/// A segment of the state journal, in pieces: what is read whole is written again byte for byte, and the quick look
/// at the end agrees with reading everything.
pub fn state_segment(folder: &Path, pieces: &[u8]) {
    let files = StateFiles::new(folder, STORE);
    let file = segment_of(SegmentKind::State, 0, pieces);
    tamper(files.segments.path(0), &file);
    let tail = read_tail(&files.segments, 0);
    let (batches, is_whole) = read(&files);
    let written = written(&batches);
    assert!(file.starts_with(&written), "a batch has one spelling");
    if is_whole && !batches.is_empty() {
        assert_eq!(written, file);
        let (tail, last) = (tail.unwrap(), batches.last().unwrap());
        assert_eq!((tail.number, &tail.point), (last.number, &last.point));
        assert_eq!((tail.end, tail.is_torn), (len64(file.len()), false));
        let before = batches.iter().rev().nth(1).map(|batch| &batch.point);
        assert_eq!(tail.before.as_ref(), before);
    } else if let Ok(tail) = tail {
        assert_eq!(tail.end, len64(written.len()), "nothing behind the last good batch counts");
        assert!(tail.is_torn);
    }
    files.segments.forget(0);
}

fn read(files: &StateFiles) -> (Vec<Batch>, bool) {
    let mut reader = StateReader::open(&files.segments, 0).unwrap();
    let mut batches = Vec::new();
    loop {
        match reader.next() {
            Ok(Some(batch)) => batches.push(batch),
            Ok(None) => return (batches, true),
            Err(_) => return (batches, false),
        }
    }
}

fn written(batches: &[Batch]) -> Vec<u8> {
    let (mut written, seed) = encode_header(SegmentKind::State, 0, &STORE);
    for batch in batches {
        if batch.is_base {
            encode_base(&mut written, seed, batch.number, &batch.point).unwrap();
        } else {
            let mut payload = Vec::new();
            encode_batch(&mut payload, &batch.point, &batch.writes);
            let kind = frame_kind::STATE_BATCH;
            encode_frame(&mut written, seed, kind, batch.number, &[&payload]).unwrap();
        }
    }
    written
}

/// A snapshot, in pieces, with an empty segment behind it: rows come in the order of their keys, each key once, none
/// removed, and a snapshot made of them gives them again.
pub fn snapshot(folder: &Path, pieces: &[u8]) {
    let files = StateFiles::new(folder, STORE);
    tamper(files.snapshots.path(1), segment_of(SegmentKind::Snapshot, 1, pieces));
    let (mut segment, seed) = encode_header(SegmentKind::State, 1, &STORE);
    encode_base(&mut segment, seed, 0, &StatePoint::default()).unwrap();
    tamper(files.segments.path(1), segment);
    if let Ok(rows) = rows(&files, folder) {
        assert!(rows.is_sorted_by(|one, next| one.key < next.key), "each key once, in order");
        assert!(rows.iter().all(|row| row.value.is_some()), "what was removed is no row");
        let mut payload = Vec::new();
        for row in &rows {
            encode_row(&mut payload, row);
        }
        let (mut again, seed) = encode_header(SegmentKind::Snapshot, 1, &STORE);
        encode_frame(&mut again, seed, frame_kind::ROWS, 0, &[&payload]).unwrap();
        let count = len64(rows.len()).to_be_bytes();
        encode_frame(&mut again, seed, frame_kind::ROWS_END, 1, &[&count]).unwrap();
        files.snapshots.forget(1);
        tamper(files.snapshots.path(1), again);
        assert_eq!(self::rows(&files, folder).unwrap(), rows);
    }
}

fn rows(files: &StateFiles, scratch: &Path) -> Result<Vec<RowWrite>, crate::journal::JournalError> {
    files.live_rows(&Disk::default(), scratch, None)?.collect()
}
