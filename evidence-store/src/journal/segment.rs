use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use crc32c::crc32c;
use parking_lot::Mutex;

use super::{Damage, JournalError};
use crate::durable_file::named;
use crate::wire::put_u32;

/// Names one store, drawn at random when it is made. Part of every header, and through it of every checksum.
pub(crate) type StoreId = [u8; 16];

/// Bytes in a segment header.
pub(crate) const HEADER_BYTES: u64 = 36;

const MAGIC: &[u8; 8] = b"HEQISEG1";
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
        let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).unwrap_or(u32::MAX);
        Self { segment: half(packed >> 32), offset: half(packed) }
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
