use std::fs;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;

use super::append::Appender;
use super::frame::{FrameReader, Next, frame_kind};
use super::rows::StateFiles;
use super::segment::{SegmentKind, Segments};
use super::state::{RowWrite, StatePoint, encode_base, encode_batch, read_tail};
use super::*;
use crate::durable_file::Disk;
use crate::testing::tamper;

const STORE: [u8; 16] = [1; 16];

fn point(version: u64) -> StatePoint {
    StatePoint { version, note: Bytes::from("note\n"), ..StatePoint::default() }
}

fn write(key: u32, version: u64, value: Option<&str>) -> RowWrite {
    let key = Bytes::from(format!("r{key:04}"));
    RowWrite { key, version, value: value.map(|text| Bytes::from(text.to_owned())) }
}

struct Journal {
    files: StateFiles,
    appender: Appender,
    number: u64,
}

impl Journal {
    fn new(directory: &Path) -> Self {
        let files = StateFiles::new(directory, STORE);
        let appender = Appender::create(&Disk::default(), &files.segments, 0, |out, seed| {
            encode_base(out, seed, 0, &point(0))
        });
        Self { files, appender: appender.unwrap(), number: 0 }
    }

    fn batch(&mut self, writes: &[RowWrite]) {
        self.number += 1;
        let mut payload = Vec::new();
        encode_batch(&mut payload, &point(self.number), writes);
        self.appender.frame(frame_kind::STATE_BATCH, self.number, &[&payload]).unwrap();
        self.appender.sync().unwrap();
    }

    fn roll(&mut self) {
        let number = self.number;
        self.appender.roll(|out, seed| encode_base(out, seed, number, &point(number))).unwrap();
    }
}

#[test]
fn a_tail_torn_at_any_byte_of_the_last_frame_is_cut() {
    let directory = tempfile::tempdir().unwrap();
    let mut journal = Journal::new(directory.path());
    journal.batch(&[write(1, 1, Some("one"))]);
    journal.batch(&[write(2, 2, Some("two"))]);
    let path = journal.files.segments.path(0);
    let whole = fs::read(&path).unwrap();
    let tail = read_tail(&journal.files.segments, 0).unwrap();
    assert_eq!((tail.number, tail.is_torn, tail.end), (2, false, whole.len() as u64));
    for length in usize::try_from(tail.last_frame).unwrap()..whole.len() {
        tamper(&path, &whole[..length]);
        let segments = Segments::new(directory.path().to_owned(), SegmentKind::State, STORE);
        let torn = read_tail(&segments, 0).unwrap();
        assert_eq!((torn.number, torn.end), (1, tail.last_frame), "cut at {length}");
        assert_eq!(torn.is_torn, length as u64 > tail.last_frame);
    }
    // A tail of zeros, as some file systems leave it.
    let mut zeros = whole[..usize::try_from(tail.last_frame).unwrap()].to_vec();
    zeros.resize(whole.len() + 4096, 0);
    tamper(&path, &zeros);
    let segments = Segments::new(directory.path().to_owned(), SegmentKind::State, STORE);
    assert_eq!(read_tail(&segments, 0).unwrap().number, 1);
}

#[test]
fn a_flipped_byte_before_the_last_frame_is_damage_and_named() {
    let directory = tempfile::tempdir().unwrap();
    let mut journal = Journal::new(directory.path());
    for n in 1..4 {
        journal.batch(&[write(n, n.into(), Some("value"))]);
    }
    let path = journal.files.segments.path(0);
    let whole = fs::read(&path).unwrap();
    let tail = read_tail(&journal.files.segments, 0).unwrap();
    for at in 0..usize::try_from(tail.last_frame).unwrap() {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x40;
        tamper(&path, &flipped);
        let segments = Segments::new(directory.path().to_owned(), SegmentKind::State, STORE);
        let Err(JournalError::Damaged(damage)) = read_tail(&segments, 0) else {
            panic!("byte {at} went unnoticed");
        };
        let at = at as u64;
        assert!(damage.offset <= at && (damage.length == 0 || at < damage.offset + damage.length));
    }
}

#[test]
fn a_frame_copied_from_another_segment_is_not_a_frame() {
    let directory = tempfile::tempdir().unwrap();
    let segments = Arc::new(Segments::new(directory.path().to_owned(), SegmentKind::Ledger, STORE));
    let mut one = Appender::create(&Disk::default(), &segments, 1, |_, _| Ok(())).unwrap();
    one.frame(frame_kind::LEDGER_LEAF, 0, &[b"leaf"]).unwrap();
    one.sync().unwrap();
    let mut two = Appender::create(&Disk::default(), &segments, 2, |_, _| Ok(())).unwrap();
    let copied = fs::read(segments.path(1)).unwrap();
    two.raw(&copied[36..], b"").unwrap();
    two.sync().unwrap();
    let mut reader = FrameReader::whole(segments.segment(2).unwrap()).unwrap();
    assert!(matches!(reader.next().unwrap(), Next::Bad { offset: 36, .. }));
}

#[test]
fn a_missing_segment_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let mut journal = Journal::new(directory.path());
    journal.roll();
    journal.roll();
    fs::remove_file(journal.files.segments.path(1)).unwrap();
    let Err(JournalError::Damaged(damage)) = journal.files.current() else {
        panic!("the gap went unnoticed");
    };
    assert_eq!(damage.file, journal.files.segments.path(1));
}

#[test]
fn an_interrupted_or_shortened_snapshot_is_not_taken_for_whole() {
    let directory = tempfile::tempdir().unwrap();
    let mut journal = Journal::new(directory.path());
    journal.batch(&[write(1, 1, Some("one")), write(2, 1, Some("two"))]);
    journal.roll();
    journal.files.compact(&Disk::default(), 1, &|| true).unwrap();
    let path = journal.files.snapshots.path(1);
    let whole = fs::read(&path).unwrap();
    for length in 36..whole.len() {
        tamper(&path, &whole[..length]);
        let files = StateFiles::new(directory.path(), STORE);
        let rows = files.live_rows(&Disk::default(), directory.path(), None);
        let failed = rows.map_or(true, |mut rows| rows.any(|row| row.is_err()));
        assert!(failed, "cut at {length}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Whatever is written, rolled and compacted: the live rows are those of a map.
    #[test]
    fn the_live_rows_are_the_newest_writes(steps in prop::collection::vec(
        prop_oneof![
            8 => prop::collection::vec((0u32..30, prop::option::of("[a-z]{0,8}")), 1..12)
                .prop_map(Some),
            1 => Just(None),
        ],
        1..40,
    ), compact_every in 1u32..4) {
        let directory = tempfile::tempdir().unwrap();
        let mut journal = Journal::new(directory.path());
        let mut model = std::collections::BTreeMap::new();
        let mut segment = 0;
        for step in steps {
            if let Some(writes) = step {
                let version = journal.number + 1;
                let mut latest = std::collections::BTreeMap::new();
                for (key, value) in writes {
                    latest.insert(key, value);
                }
                let writes: Vec<_> = latest
                    .iter()
                    .map(|(key, value)| write(*key, version, value.as_deref()))
                    .collect();
                for row in &writes {
                    match &row.value {
                        Some(_) => model.insert(row.key.clone(), row.clone()),
                        None => model.remove(&row.key),
                    };
                }
                journal.batch(&writes);
            } else {
                journal.roll();
                segment += 1;
                if segment % compact_every == 0 {
                    journal.files.compact(&Disk::default(), segment, &|| true).unwrap();
                }
            }
        }
        let rows: Vec<_> = journal
            .files
            .live_rows(&Disk::default(), directory.path(), None)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        prop_assert_eq!(rows, model.into_values().collect::<Vec<_>>());
    }
}

#[test]
fn rows_beyond_what_is_sorted_in_memory_are_merged_from_scratch_files() {
    let directory = tempfile::tempdir().unwrap();
    let mut journal = Journal::new(directory.path());
    let value = "v".repeat(50_000);
    for n in 1..=500u32 {
        // Twice the keys in an awkward order, 25 MB in all.
        journal.batch(&[write(n * 7 % 250, n.into(), Some(&value))]);
    }
    let rows = journal.files.live_rows(&Disk::default(), directory.path(), None).unwrap();
    let rows: Vec<_> = rows.map(Result::unwrap).collect();
    assert_eq!(rows.len(), 250);
    assert!(rows.iter().all(|row| row.version > 250), "the newer of both writes");
    assert!(rows.is_sorted_by(|a, b| a.key < b.key));
    let left: Vec<_> = fs::read_dir(directory.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "scratch files leave nothing behind");
}
