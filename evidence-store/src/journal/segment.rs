use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use crc32c::{crc32c, crc32c_append};
use parking_lot::Mutex;

use super::{Damage, JournalError};
use crate::durable_file::named;
use crate::wire::{Reader, put_u32};

/// Names one store, drawn at random when it is made. Part of every header, and through it of every checksum.
pub(crate) type StoreId = [u8; 16];

/// Bytes in a segment header.
pub(crate) const HEADER_BYTES: u64 = 36;
/// Bytes of a frame before its payload: length, checksum, kind, sequence.
pub(crate) const FRAME_HEADER_BYTES: u64 = 17;
/// The longest frame body (kind, sequence and payload).
pub(crate) const MAX_BODY_BYTES: u64 = 32 << 20;

const MAGIC: &[u8; 8] = b"HEQISEG1";
/// Kind and sequence.
const BODY_HEADER_BYTES: usize = 9;
/// Open files kept per journal.
const MAX_OPEN: usize = 64;

/// What a segment file holds.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum SegmentKind {
    State = 1,
    Ledger = 2,
    Objects = 3,
    Snapshot = 4,
    Vault = 5,
    Run = 6,
}

impl SegmentKind {
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::State | Self::Ledger | Self::Objects => "seg",
            Self::Snapshot => "snapshot",
            Self::Vault => "vault",
            Self::Run => "run",
        }
    }

    const fn code(self) -> u8 {
        match self {
            Self::State => 1,
            Self::Ledger => 2,
            Self::Objects => 3,
            Self::Snapshot => 4,
            Self::Vault => 5,
            Self::Run => 6,
        }
    }
}

/// What a frame holds.
pub(crate) mod frame_kind {
    pub(crate) const STATE_BASE: u8 = 1;
    pub(crate) const STATE_BATCH: u8 = 2;
    pub(crate) const LEDGER_LEAF: u8 = 3;
    pub(crate) const VAULT_EPOCH: u8 = 4;
    pub(crate) const VAULT_KEYS: u8 = 5;
    pub(crate) const ROWS: u8 = 6;
    pub(crate) const ROWS_END: u8 = 7;
}

/// A place in a journal: segment number and byte offset.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Position {
    pub(crate) segment: u32,
    pub(crate) offset: u32,
}

impl Position {
    pub(crate) fn start_of(segment: u32) -> Self {
        Self { segment, offset: u32::try_from(HEADER_BYTES).unwrap_or(0) }
    }

    pub(crate) fn new(segment: u32, offset: u64) -> io::Result<Self> {
        let offset = u32::try_from(offset)
            .map_err(|_| io::Error::other("a segment has grown past 4 GiB"))?;
        Ok(Self { segment, offset })
    }

    pub(crate) fn to_u64(self) -> u64 {
        u64::from(self.segment) << 32 | u64::from(self.offset)
    }

    pub(crate) fn from_u64(packed: u64) -> Self {
        let [a, b, c, d, e, f, g, h] = packed.to_be_bytes();
        Self { segment: u32::from_be_bytes([a, b, c, d]), offset: u32::from_be_bytes([e, f, g, h]) }
    }
}

/// The header of a segment, and the seed it gives every checksum in the file: a frame of one file is never a frame of
/// another.
pub(crate) fn encode_header(kind: SegmentKind, number: u32, store: &StoreId) -> (Vec<u8>, u32) {
    let mut header = MAGIC.to_vec();
    header.extend_from_slice(&[kind.code(), 0, 0, 0]);
    put_u32(&mut header, number);
    header.extend_from_slice(store);
    let seed = crc32c(&header);
    put_u32(&mut header, seed);
    (header, seed)
}

/// Appends a frame: length ‖ CRC32C(seed; length ‖ body) ‖ body, where body = kind ‖ sequence ‖ payload.
pub(crate) fn encode_frame(
    out: &mut Vec<u8>,
    seed: u32,
    kind: u8,
    sequence: u64,
    payload: &[&[u8]],
) -> io::Result<()> {
    let length = BODY_HEADER_BYTES + payload.iter().map(|part| part.len()).sum::<usize>();
    let length = u32::try_from(length)
        .ok()
        .filter(|length| u64::from(*length) <= MAX_BODY_BYTES)
        .ok_or_else(|| io::Error::other("a journal frame would be longer than 32 MiB"))?
        .to_be_bytes();
    let sequence = sequence.to_be_bytes();
    let body = [&[kind][..], &sequence[..]];
    let checksum = body
        .iter()
        .chain(payload)
        .fold(crc32c_append(seed, &length), |checksum, part| crc32c_append(checksum, part));
    out.extend_from_slice(&length);
    put_u32(out, checksum);
    body.iter().chain(payload).for_each(|part| out.extend_from_slice(part));
    Ok(())
}

/// A frame as read.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) offset: u64,
    pub(crate) kind: u8,
    pub(crate) sequence: u64,
    pub(crate) payload: Bytes,
}

impl Frame {
    pub(crate) fn end(&self) -> u64 {
        self.offset + FRAME_HEADER_BYTES + len64(self.payload.len())
    }
}

/// What stands next in a segment.
#[derive(Debug)]
pub(crate) enum Next {
    Frame(Frame),
    End,
    /// Bytes that are no frame, from here to the end that was looked at.
    Bad {
        offset: u64,
        what: &'static str,
    },
}

/// An open segment file.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) file: File,
    pub(crate) path: PathBuf,
    pub(crate) seed: u32,
}

impl Segment {
    /// Opens a segment and checks its header.
    pub(crate) fn open(
        path: PathBuf,
        kind: SegmentKind,
        number: u32,
        store: &StoreId,
    ) -> Result<Self, JournalError> {
        let file = File::open(&path).map_err(|error| named(error, &path))?;
        let (expected, seed) = encode_header(kind, number, store);
        let mut header = vec![0; expected.len()];
        match file.read_exact_at(&mut header, 0) {
            Ok(()) if header == expected => Ok(Self { file, path, seed }),
            Ok(()) => Err(Damage::new(&path, 0, HEADER_BYTES, "wrong segment header").into()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(Damage::new(&path, 0, HEADER_BYTES, "the segment header is cut off").into())
            }
            Err(error) => Err(named(error, &path).into()),
        }
    }

    pub(crate) fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata().map_err(|error| named(error, &self.path))?.len())
    }

    /// Reads exactly these bytes; `Damage` when the file ends before.
    pub(crate) fn read(&self, offset: u64, length: usize) -> Result<Bytes, JournalError> {
        let mut bytes = vec![0; length];
        match self.file.read_exact_at(&mut bytes, offset) {
            Ok(()) => Ok(bytes.into()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(Damage::new(&self.path, offset, len64(length), "the file is cut off").into())
            }
            Err(error) => Err(named(error, &self.path).into()),
        }
    }
}

/// Reads frame after frame from an offset up to an end.
#[derive(Debug)]
pub(crate) struct FrameReader {
    segment: Arc<Segment>,
    offset: u64,
    end: u64,
    chunk: usize,
    buffer: Bytes,
    buffer_at: u64,
}

impl FrameReader {
    /// For reading a few frames at a known place.
    pub(crate) const SHORT: usize = 32 << 10;
    /// For reading a whole segment.
    pub(crate) const LONG: usize = 1 << 20;

    pub(crate) fn new(segment: Arc<Segment>, offset: u64, end: u64, chunk: usize) -> Self {
        Self { segment, offset, end, chunk, buffer: Bytes::new(), buffer_at: 0 }
    }

    /// Reads a whole segment file as it is now.
    pub(crate) fn whole(segment: Arc<Segment>) -> io::Result<Self> {
        let end = segment.length()?;
        Ok(Self::new(segment, HEADER_BYTES, end, Self::LONG))
    }

    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    pub(crate) fn path(&self) -> &Path {
        &self.segment.path
    }

    pub(crate) fn next(&mut self) -> Result<Next, JournalError> {
        let offset = self.offset;
        let bad = |what| Ok(Next::Bad { offset, what });
        let left = self.end.saturating_sub(offset);
        if left == 0 {
            return Ok(Next::End);
        }
        if left < FRAME_HEADER_BYTES {
            return bad("a frame header is cut off");
        }
        let mut header = Reader::new(self.take(offset, 8)?);
        let (Some(length), Some(checksum)) = (header.u32(), header.u32()) else {
            return bad("a frame header is cut off");
        };
        if u64::from(length) < len64(BODY_HEADER_BYTES) || u64::from(length) > MAX_BODY_BYTES {
            return bad("a frame has an impossible length");
        }
        if u64::from(length) > left - 8 {
            return bad("a frame is cut off");
        }
        let body = self.take(offset + 8, usize::try_from(length).unwrap_or(usize::MAX))?;
        let seeded = crc32c_append(self.segment.seed, &length.to_be_bytes());
        if crc32c_append(seeded, &body) != checksum {
            return bad("a frame fails its checksum");
        }
        let mut body = Reader::new(body);
        let (Some(kind), Some(sequence)) = (body.u8(), body.u64()) else {
            return bad("a frame is cut off");
        };
        let frame = Frame { offset, kind, sequence, payload: body.rest() };
        self.offset = frame.end();
        Ok(Next::Frame(frame))
    }

    /// The next frame where every byte up to the end must be good.
    pub(crate) fn next_good(&mut self) -> Result<Option<Frame>, JournalError> {
        match self.next()? {
            Next::Frame(frame) => Ok(Some(frame)),
            Next::End => Ok(None),
            Next::Bad { offset, what } => {
                Err(Damage::new(self.path(), offset, self.end - offset, what).into())
            }
        }
    }

    /// Whether a good frame begins anywhere after a bad one. A tail torn by a crash is one unfinished frame; if good
    /// frames follow, bytes that were once good have changed.
    pub(crate) fn has_frame_after(&self, bad: u64) -> Result<bool, JournalError> {
        let left = self.end.saturating_sub(bad);
        if left > MAX_BODY_BYTES + FRAME_HEADER_BYTES {
            return Ok(true);
        }
        let tail = self.segment.read(bad, usize::try_from(left).unwrap_or(0))?;
        Ok((1..tail.len()).any(|at| self.is_frame(tail.get(at..).unwrap_or_default())))
    }

    pub(crate) fn is_frame(&self, bytes: &[u8]) -> bool {
        let Some((length, rest)) = bytes.split_first_chunk::<4>() else { return false };
        let Some((checksum, rest)) = rest.split_first_chunk::<4>() else { return false };
        let Ok(size) = usize::try_from(u32::from_be_bytes(*length)) else { return false };
        // The kinds are few: most places are told apart without a checksum.
        if size < BODY_HEADER_BYTES || !rest.first().is_some_and(|kind| (1..=7).contains(kind)) {
            return false;
        }
        rest.get(..size).is_some_and(|body| {
            crc32c_append(crc32c_append(self.segment.seed, length), body)
                == u32::from_be_bytes(*checksum)
        })
    }

    fn take(&mut self, offset: u64, length: usize) -> Result<Bytes, JournalError> {
        let held = |buffer: &Bytes, at: u64| {
            let from = usize::try_from(offset.checked_sub(at)?).ok()?;
            let to = from.checked_add(length)?;
            (to <= buffer.len()).then(|| buffer.slice(from..to))
        };
        if let Some(bytes) = held(&self.buffer, self.buffer_at) {
            return Ok(bytes);
        }
        let available = usize::try_from(self.end - offset).unwrap_or(usize::MAX);
        self.buffer = self.segment.read(offset, length.max(self.chunk.min(available)))?;
        self.buffer_at = offset;
        Ok(self.buffer.slice(..length))
    }
}

/// The segment files of one journal, opened when read and kept open while they are few.
#[derive(Debug)]
pub(crate) struct Segments {
    directory: PathBuf,
    kind: SegmentKind,
    store: StoreId,
    open: Mutex<HashMap<u32, Arc<Segment>>>,
}

impl Segments {
    pub(crate) fn new(directory: PathBuf, kind: SegmentKind, store: StoreId) -> Self {
        Self { directory, kind, store, open: Mutex::default() }
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn kind(&self) -> SegmentKind {
        self.kind
    }

    pub(crate) fn store(&self) -> &StoreId {
        &self.store
    }

    pub(crate) fn path(&self, number: u32) -> PathBuf {
        self.directory.join(format!("{number:010}.{}", self.kind.extension()))
    }

    /// The numbers of the files that are there, in order.
    pub(crate) fn numbers(&self) -> io::Result<Vec<u32>> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.directory).map_err(|e| named(e, &self.directory))? {
            let path = entry?.path();
            let number = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
            numbers.extend(number.filter(|number| self.path(*number) == path));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    pub(crate) fn segment(&self, number: u32) -> Result<Arc<Segment>, JournalError> {
        if let Some(segment) = self.open.lock().get(&number) {
            return Ok(Arc::clone(segment));
        }
        let segment = Arc::new(Segment::open(self.path(number), self.kind, number, &self.store)?);
        let mut open = self.open.lock();
        if open.len() >= MAX_OPEN {
            open.clear();
        }
        open.insert(number, Arc::clone(&segment));
        Ok(segment)
    }

    /// Forgets an open file, because its name now stands for another or for none.
    pub(crate) fn forget(&self, number: u32) {
        self.open.lock().remove(&number);
    }
}

pub(crate) fn len64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
