//! A durable point of a store, found without stopping it: the last whole batch of the state journal says where ledger
//! and objects end, and both were synced before it was written.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use heqi_vocabulary::Digest;

use super::BackupError;
use crate::backend::embedded::recover::JournalFiles;
use crate::durable_file::{Disk, named};
use crate::journal::object::{Location, OBJECT_HEADER_BYTES, read_header, read_object};
use crate::journal::segment::{Position, Segments, StoreId};
use crate::journal::state::{StatePoint, read_tail};
use crate::journal::{Damage, JournalError};

/// The files of a store that are backed up.
pub(super) struct Source {
    directory: PathBuf,
    store: StoreId,
}

/// Where a store stood at one durable batch.
pub(super) struct Durable {
    pub(super) batch: u64,
    pub(super) point: StatePoint,
    /// State segments and snapshot to be copied whole, then the newest segment up to its last batch.
    pub(super) state: Vec<Extent>,
}

/// A file and how much of it counts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Extent {
    /// Its path inside the store.
    pub(super) name: String,
    pub(super) length: u64,
}

impl Source {
    pub(super) fn new(directory: &Path, store: StoreId) -> Self {
        Self { directory: directory.to_owned(), store }
    }

    /// The last durable batch. Files are opened anew each time: compaction replaces them.
    pub(super) fn durable(&self, disk: &Disk) -> Result<Durable, BackupError> {
        let files = JournalFiles::new(&self.directory, self.store);
        let (snapshot, segments) = files.state.current()?;
        let newest = segments.last().copied().ok_or_else(|| {
            Damage::new(files.state.segments.directory(), 0, 0, "the store has no state journal")
        })?;
        let tail = read_tail(&files.state.segments, newest)?;
        // What was read may not be on the disk yet; a backup must not know more than the disk.
        for (journal, end) in
            [(&files.objects, tail.point.objects_end), (&files.ledger, tail.point.ledger_end)]
        {
            disk.sync_file(&journal.path(end.segment))?;
        }
        disk.sync_file(&files.state.segments.path(newest))?;
        let mut state = Vec::new();
        if let Some(number) = snapshot {
            state.push(self.extent(&files.state.snapshots.path(number), None)?);
        }
        for number in segments {
            let end = (number == newest).then_some(tail.end);
            state.push(self.extent(&files.state.segments.path(number), end)?);
        }
        Ok(Durable { batch: tail.number, point: tail.point, state })
    }

    /// The files of ledger and objects up to a point.
    pub(super) fn journals(&self, point: &StatePoint) -> Result<Vec<Extent>, BackupError> {
        let files = JournalFiles::new(&self.directory, self.store);
        let mut extents = Vec::new();
        for (journal, end) in
            [(&files.objects, point.objects_end), (&files.ledger, point.ledger_end)]
        {
            for number in 0..=end.segment {
                let length = (number == end.segment).then_some(end.offset.into());
                extents.push(self.extent(&journal.path(number), length)?);
            }
        }
        Ok(extents)
    }

    /// Whether every object between two points can still be read: one that was given back in the meantime may have
    /// been copied as a hole, and a point that still names it must not be kept.
    pub(super) fn objects_hold(&self, from: Position, to: Position) -> Result<bool, BackupError> {
        let files = JournalFiles::new(&self.directory, self.store);
        match walk(&files.objects, from, to) {
            Ok(()) => Ok(true),
            Err(JournalError::Damaged(_)) => Ok(false),
            Err(JournalError::Io(error)) => Err(error.into()),
        }
    }

    fn extent(&self, path: &Path, length: Option<u64>) -> Result<Extent, BackupError> {
        let there = std::fs::metadata(path).map_err(|error| named(error, path))?.len();
        let length = length.unwrap_or(there);
        if there < length {
            return Err(Damage::new(path, there, length - there, "the file is cut off").into());
        }
        let inside = path.strip_prefix(&self.directory).map_err(io::Error::other)?;
        Ok(Extent { name: inside.to_string_lossy().into_owned(), length })
    }

    pub(super) fn open(&self, name: &str) -> Result<File, BackupError> {
        let path = self.directory.join(name);
        File::open(&path).map_err(|error| named(error, &path).into())
    }

    /// Whether these bytes of a file are still those of this digest.
    pub(super) fn holds(
        &self,
        name: &str,
        offset: u64,
        length: u32,
        sha256: &Digest,
    ) -> Result<bool, BackupError> {
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        match self.open(name)?.read_exact_at(&mut bytes, offset) {
            Ok(()) => Ok(Digest::of(&bytes) == *sha256),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether a file vanished between being listed and being read: compaction was faster.
pub(super) fn has_vanished(error: &BackupError) -> bool {
    matches!(error, BackupError::Io(error) if error.kind() == ErrorKind::NotFound)
}

fn walk(objects: &Segments, from: Position, to: Position) -> Result<(), JournalError> {
    for number in from.segment..=to.segment {
        let segment = objects.segment(number)?;
        let end = if number == to.segment { to.offset.into() } else { segment.length()? };
        let begin = Position::start_of(number);
        let mut offset = u64::from(if number == from.segment { from } else { begin }.offset);
        while offset < end {
            let (id, size) = read_header(&segment, offset)?;
            let position = Position::new(number, offset)?;
            read_object(&segment, Location { position, size }, &id)?;
            offset += OBJECT_HEADER_BYTES + u64::from(size);
        }
    }
    Ok(())
}
