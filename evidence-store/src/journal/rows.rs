use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use super::frame::{FrameReader, encode_frame, frame_kind};
use super::segment::{HEADER_BYTES, Segment, SegmentKind, Segments, encode_header, len64};
use super::state::{RowWrite, StateReader, decode_row, encode_row};
use super::{Damage, JournalError};
use crate::durable_file::Disk;
use crate::wire::{Reader, put_u64};

/// Rows are sorted in memory up to this many bytes; what is more is sorted piece by piece in scratch files.
const RUN_BYTES: usize = 16 << 20;
/// Rows are framed in groups of about this many bytes.
const GROUP_BYTES: usize = 64 << 10;

/// Where the rows of a store stand on disk.
#[derive(Clone, Debug)]
pub(crate) struct StateFiles {
    pub(crate) segments: Arc<Segments>,
    pub(crate) snapshots: Arc<Segments>,
}

impl StateFiles {
    pub(crate) fn new(directory: &Path, store: [u8; 16]) -> Self {
        let of = |kind| Arc::new(Segments::new(directory.to_owned(), kind, store));
        Self { segments: of(SegmentKind::State), snapshots: of(SegmentKind::Snapshot) }
    }

    /// The newest snapshot and the segments that follow it. A snapshot numbered n holds the rows before segment n.
    pub(crate) fn current(&self) -> Result<(Option<u32>, Vec<u32>), JournalError> {
        let snapshot = self.snapshots.numbers()?.last().copied();
        let mut segments = self.segments.numbers()?;
        segments.retain(|number| snapshot.is_none_or(|snapshot| *number >= snapshot));
        let first = snapshot.unwrap_or(0);
        for (expected, found) in (first..).zip(&segments) {
            if expected != *found {
                let path = self.segments.path(expected);
                return Err(Damage::new(&path, 0, 0, "a segment is missing").into());
            }
        }
        if segments.is_empty() && snapshot.is_some() {
            let path = self.segments.path(first);
            return Err(Damage::new(&path, 0, 0, "a segment is missing").into());
        }
        Ok((snapshot, segments))
    }

    /// The live rows as of the end of the segments before `until` (`None`: of all), in key order. `scratch` is a
    /// directory for sorting.
    pub(crate) fn live_rows(
        &self,
        disk: &Disk,
        scratch: &Path,
        until: Option<u32>,
    ) -> Result<LiveRows, JournalError> {
        let (snapshot, mut segments) = self.current()?;
        segments.retain(|number| until.is_none_or(|until| *number < until));
        let mut sources: Vec<Source> = Vec::new();
        if let Some(number) = snapshot {
            sources.push(Source::snapshot(&self.snapshots, number)?);
        }
        let mut sorter =
            Sorter { disk, scratch, store: *self.segments.store(), run: Vec::new(), bytes: 0 };
        for number in segments {
            let mut reader = StateReader::open(&self.segments, number)?;
            while let Some(batch) = reader.next()? {
                for write in batch.writes {
                    sources.extend(sorter.push(write)?);
                }
            }
        }
        sources.push(Source::Memory(sorter.sorted().into_iter()));
        LiveRows::merge(sources)
    }

    /// Writes a snapshot of the rows before segment `until`, then removes what it replaces. Reads only journals, never
    /// the index.
    /// Gives the size of the snapshot in bytes.
    pub(crate) fn compact(
        &self,
        disk: &Disk,
        until: u32,
        keep_going: &dyn Fn() -> bool,
    ) -> Result<u64, JournalError> {
        let rows = self.live_rows(disk, self.segments.directory(), Some(until))?;
        let (header, seed) = encode_header(SegmentKind::Snapshot, until, self.segments.store());
        let path = self.snapshots.path(until);
        let mut file = disk.begin_atomic(&path)?;
        file.append(&header)?;
        let mut framed = RowFrames::new(seed, |bytes| file.append(bytes));
        for row in rows {
            if !keep_going() {
                return Err(io::Error::from(io::ErrorKind::Interrupted).into());
            }
            framed.push(&row?)?;
        }
        let size = framed.finish()?;
        file.commit()?;
        self.remove_replaced(disk, until)?;
        Ok(size)
    }

    /// Removes segments and snapshots that snapshot `until` replaces.
    pub(crate) fn remove_replaced(&self, disk: &Disk, until: u32) -> Result<(), JournalError> {
        for files in [&self.segments, &self.snapshots] {
            for number in files.numbers()?.into_iter().filter(|number| *number < until) {
                disk.remove_file(&files.path(number))?;
                files.forget(number);
            }
        }
        Ok(())
    }
}

/// The live rows in key order, the newest write of each key.
pub(crate) struct LiveRows {
    heads: BinaryHeap<Head>,
}

impl LiveRows {
    fn merge(sources: Vec<Source>) -> Result<Self, JournalError> {
        let mut heads = BinaryHeap::new();
        for mut source in sources {
            if let Some(row) = source.next()? {
                heads.push(Head { row, source });
            }
        }
        Ok(Self { heads })
    }

    fn pop(&mut self) -> Result<Option<RowWrite>, JournalError> {
        let Some(Head { row, mut source }) = self.heads.pop() else { return Ok(None) };
        if let Some(next) = source.next()? {
            self.heads.push(Head { row: next, source });
        }
        Ok(Some(row))
    }
}

impl Iterator for LiveRows {
    type Item = Result<RowWrite, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let row = match self.pop() {
                Ok(row) => row?,
                Err(error) => return Some(Err(error)),
            };
            while self.heads.peek().is_some_and(|head| head.row.key == row.key) {
                if let Err(error) = self.pop() {
                    return Some(Err(error));
                }
            }
            if row.value.is_some() {
                return Some(Ok(row));
            }
        }
    }
}

/// The next row of one source. The greatest head is the one with the smallest key, among equals the newest version.
struct Head {
    row: RowWrite,
    source: Source,
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        other.row.key.cmp(&self.row.key).then(self.row.version.cmp(&other.row.version))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head {}

/// Rows in key order, each key once.
enum Source {
    Memory(std::vec::IntoIter<RowWrite>),
    Framed { frames: FrameReader, group: Reader, read: u64, is_whole: bool, last: Option<RowWrite> },
}

impl Source {
    fn snapshot(snapshots: &Segments, number: u32) -> Result<Self, JournalError> {
        Ok(Self::framed(FrameReader::whole(snapshots.segment(number)?)?))
    }

    fn framed(frames: FrameReader) -> Self {
        let group = Reader::new(bytes::Bytes::new());
        Self::Framed { frames, group, read: 0, is_whole: false, last: None }
    }

    fn next(&mut self) -> Result<Option<RowWrite>, JournalError> {
        let (frames, group, read, is_whole, last) = match self {
            Self::Memory(rows) => return Ok(rows.next()),
            Self::Framed { frames, group, read, is_whole, last } => {
                (frames, group, read, is_whole, last)
            }
        };
        while group.is_empty() {
            let offset = frames.offset();
            let damaged = |frames: &FrameReader, what: &str| {
                Err(Damage::new(frames.path(), offset, frames.end() - offset, what).into())
            };
            let Some(frame) = frames.next_good()? else {
                return if *is_whole { Ok(None) } else { damaged(frames, "rows are missing") };
            };
            *group = Reader::new(frame.payload);
            match frame.kind {
                frame_kind::ROWS if !*is_whole => {}
                frame_kind::ROWS_END if !*is_whole && group.u64() == Some(*read) => {
                    *is_whole = true;
                }
                _ => return damaged(frames, "not a frame of rows"),
            }
        }
        let row = decode_row(group);
        // Out of order means that the merge would lose rows.
        let in_order = |row: &RowWrite| last.as_ref().is_none_or(|last| last.key < row.key);
        let Some(row) = row.filter(in_order) else {
            let offset = frames.offset();
            return Err(Damage::new(frames.path(), offset, 0, "rows out of order").into());
        };
        *read += 1;
        *last = Some(RowWrite { value: None, ..row.clone() });
        Ok(Some(row))
    }
}

/// Collects writes and turns them into sorted sources.
struct Sorter<'a> {
    disk: &'a Disk,
    scratch: &'a Path,
    store: [u8; 16],
    run: Vec<RowWrite>,
    bytes: usize,
}

impl Sorter<'_> {
    fn push(&mut self, write: RowWrite) -> Result<Option<Source>, JournalError> {
        self.bytes += write.key.len() + write.value.as_ref().map_or(0, bytes::Bytes::len) + 96;
        self.run.push(write);
        if self.bytes < RUN_BYTES {
            return Ok(None);
        }
        self.bytes = 0;
        let rows = self.sorted();
        self.spill(&rows).map(Some)
    }

    /// The newest write of each key, in key order.
    fn sorted(&mut self) -> Vec<RowWrite> {
        let mut rows = std::mem::take(&mut self.run);
        rows.sort_by(|a, b| a.key.cmp(&b.key).then(b.version.cmp(&a.version)));
        rows.dedup_by(|later, kept| later.key == kept.key);
        rows
    }

    fn spill(&self, rows: &[RowWrite]) -> Result<Source, JournalError> {
        let mut file = io::BufWriter::new(self.disk.scratch_file(self.scratch)?);
        let (header, seed) = encode_header(SegmentKind::Run, 0, &self.store);
        file.write_all(&header)?;
        let mut framed = RowFrames::new(seed, |bytes| file.write_all(bytes));
        rows.iter().try_for_each(|row| framed.push(row))?;
        let end = framed.finish()?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        let segment = Arc::new(Segment { file, path: self.scratch.join("sorted run"), seed });
        Ok(Source::framed(FrameReader::new(segment, HEADER_BYTES, end, GROUP_BYTES * 2)))
    }
}

/// Writes rows in frames, and at the end how many there were: a file without its end is not taken for whole.
struct RowFrames<W> {
    seed: u32,
    write: W,
    group: Vec<u8>,
    frame: Vec<u8>,
    frames: u64,
    rows: u64,
    end: u64,
}

impl<W: FnMut(&[u8]) -> io::Result<()>> RowFrames<W> {
    fn new(seed: u32, write: W) -> Self {
        let (group, frame) = (Vec::new(), Vec::new());
        Self { seed, write, group, frame, frames: 0, rows: 0, end: HEADER_BYTES }
    }

    fn push(&mut self, row: &RowWrite) -> io::Result<()> {
        encode_row(&mut self.group, row);
        self.rows += 1;
        if self.group.len() < GROUP_BYTES { Ok(()) } else { self.write_group(frame_kind::ROWS) }
    }

    /// Gives the length of the file.
    fn finish(mut self) -> io::Result<u64> {
        self.write_group(frame_kind::ROWS)?;
        put_u64(&mut self.group, self.rows);
        self.write_group(frame_kind::ROWS_END)?;
        Ok(self.end)
    }

    fn write_group(&mut self, kind: u8) -> io::Result<()> {
        self.frame.clear();
        encode_frame(&mut self.frame, self.seed, kind, self.frames, &[&self.group])?;
        self.frames += 1;
        self.end += len64(self.frame.len());
        self.group.clear();
        (self.write)(&self.frame)
    }
}
