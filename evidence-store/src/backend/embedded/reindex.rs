//! Making sure of the index: it is used as it is only after a clean stop; otherwise it is caught up and compared with
//! the journals row by row; and whenever it is missing, broken or wrong it is made again.

use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::index::{BEFORE_ROWS, Index, IndexFault};
use super::{OpenError, Progress, ShowProgress};
use crate::durable_file::{Disk, read_if_there};
use crate::journal::rows::StateFiles;
use crate::journal::segment::{StoreId, len64};
use crate::journal::state::{RowWrite, StateReader};
use crate::journal::{Damage, JournalError};

/// Rows loaded or compared at once.
const CHUNK_ROWS: usize = 1000;

/// Written when a store is closed in order, removed when it is opened: the index holds exactly the rows up to this
/// batch, and its files are synced.
#[derive(Deserialize, Serialize)]
struct CleanMark {
    batch: u64,
}

/// Everything the index is made from.
pub(crate) struct Reindex<'a> {
    pub(crate) directory: &'a Path,
    pub(crate) store: StoreId,
    pub(crate) state: &'a StateFiles,
    pub(crate) disk: &'a Disk,
    pub(crate) cache_bytes: u64,
    /// The last committed batch.
    pub(crate) batch: u64,
    pub(crate) progress: &'a ShowProgress,
}

impl Reindex<'_> {
    /// An index that holds exactly the rows of the journals.
    pub(crate) fn open(&self) -> Result<Index, OpenError> {
        let mark = self.take_mark()?;
        match self.open_checked(mark) {
            Ok(index) => return Ok(index),
            Err(Unfit::Ahead { applied }) => {
                // Batches are applied only after they are durable: the journal has lost acknowledged ones.
                let what = format!(
                    "the index has applied batch {applied}, the journal ends at {}: acknowledged batches are missing",
                    self.batch
                );
                let damage = Damage::new(self.state.segments.directory(), 0, 0, what);
                return Err(JournalError::from(damage).into());
            }
            Err(Unfit::Journal(error)) => return Err(error.into()),
            Err(Unfit::Index(what)) => {
                tracing::warn!(reason = what, "the index is made again from the journals");
            }
        }
        self.rebuild()
    }

    /// Throws the index away and makes it again.
    pub(crate) fn rebuild(&self) -> Result<Index, OpenError> {
        let (path, aside) = (self.path(), self.directory.join("index.broken"));
        self.disk.remove_directory(&aside).map_err(JournalError::from)?;
        if path.exists() {
            // Moved, not removed: a broken index may still have open handles in this process.
            self.disk.rename(&path, &aside).map_err(JournalError::from)?;
            self.disk.remove_directory(&aside).map_err(JournalError::from)?;
        }
        let index = Index::open(&path, self.store, self.cache_bytes)?;
        let mut done = 0;
        let mut chunk = Vec::with_capacity(CHUNK_ROWS);
        let rows = self.state.live_rows(self.disk, self.directory, None)?;
        for row in rows {
            chunk.push(row?);
            if chunk.len() == CHUNK_ROWS {
                index.load(&chunk)?;
                done += len64(chunk.len());
                chunk.clear();
                (self.progress)(Progress { step: "index: rows loaded", done });
            }
        }
        index.load(&chunk)?;
        done += len64(chunk.len());
        index.apply(self.batch, &[])?;
        (self.progress)(Progress { step: "index: rows loaded", done });
        Ok(index)
    }

    fn open_checked(&self, mark: Option<u64>) -> Result<Index, Unfit> {
        let path = self.path();
        if !path.exists() {
            return Err(Unfit::Index("there is none".to_owned()));
        }
        let index = Index::open(&path, self.store, self.cache_bytes)?;
        let applied =
            index.applied()?.ok_or_else(|| Unfit::Index("it is unfinished".to_owned()))?;
        if applied > self.batch {
            return Err(Unfit::Ahead { applied });
        }
        if mark == Some(applied) && applied == self.batch {
            return Ok(index);
        }
        self.catch_up(&index, applied)?;
        self.compare(&index)?;
        Ok(index)
    }

    /// Applies the batches the index lacks, the way they are applied when they are new.
    fn catch_up(&self, index: &Index, applied: u64) -> Result<(), Unfit> {
        let (_, segments) = self.state.current()?;
        let behind = || Unfit::Index("it is behind the oldest segment".to_owned());
        let mut next = applied + 1;
        for number in segments {
            let mut reader = StateReader::open(&self.state.segments, number)?;
            while let Some(batch) = reader.next()? {
                if batch.is_base {
                    // Everything up to this number was in segments that are gone.
                    if batch.number >= next {
                        return Err(behind());
                    }
                } else if batch.number == next {
                    index.apply(batch.number, &batch.writes)?;
                    next += 1;
                }
            }
        }
        if next <= self.batch {
            return Err(behind());
        }
        index.apply(self.batch, &[])?;
        Ok(())
    }

    /// Walks journals and index side by side.
    fn compare(&self, index: &Index) -> Result<(), Unfit> {
        let mut rows = self.state.live_rows(self.disk, self.directory, None)?;
        let mut done = 0;
        let mut from: Bound<Vec<u8>> = Bound::Excluded(BEFORE_ROWS.to_vec());
        loop {
            let bound = match &from {
                Bound::Excluded(key) => Bound::Excluded(key.as_slice()),
                _ => Bound::Unbounded,
            };
            let page = index.range(bound, CHUNK_ROWS)?;
            let Some((last, _)) = page.last() else { break };
            from = Bound::Excluded(last.to_vec());
            done += len64(page.len());
            for (key, row) in page {
                let found = RowWrite { key, version: row.version, value: Some(row.value) };
                if rows.next().transpose()? != Some(found) {
                    return Err(Unfit::Index("a row differs from the journals".to_owned()));
                }
            }
            (self.progress)(Progress { step: "index: rows compared", done });
        }
        match rows.next().transpose()? {
            None => Ok(()),
            Some(_) => Err(Unfit::Index("a row is missing".to_owned())),
        }
    }

    /// Reads the mark of a clean stop and removes it, durably, before anything can change.
    fn take_mark(&self) -> Result<Option<u64>, OpenError> {
        let path = mark_path(self.directory);
        let Some(bytes) = read_if_there(&path).map_err(JournalError::from)? else {
            return Ok(None);
        };
        let mark = serde_json::from_slice::<CleanMark>(&bytes).ok().map(|mark| mark.batch);
        if let Some(batch) = mark.filter(|batch| *batch > self.batch) {
            let what = format!(
                "the store was closed at batch {batch}, the journal ends at {}: acknowledged batches are missing",
                self.batch
            );
            let damage = Damage::new(self.state.segments.directory(), 0, 0, what);
            return Err(JournalError::from(damage).into());
        }
        self.disk.remove_file(&path).map_err(JournalError::from)?;
        Ok(mark)
    }

    fn path(&self) -> PathBuf {
        self.directory.join("index")
    }
}

/// Closes the index in order: flush, sync, mark.
pub(crate) fn close_index(
    index: &Index,
    directory: &Path,
    disk: &Disk,
) -> Result<(), JournalError> {
    let as_io = |fault: IndexFault| JournalError::Io(std::io::Error::other(fault));
    let batch = index.applied().map_err(as_io)?.unwrap_or(0);
    index.flush().map_err(as_io)?;
    for file in index.files()? {
        disk.sync_file(&file)?;
    }
    disk.sync_directory(&directory.join("index"))?;
    let mark = serde_json::to_vec(&CleanMark { batch }).unwrap_or_default();
    disk.write_atomic(&mark_path(directory), &[&mark])?;
    Ok(())
}

fn mark_path(directory: &Path) -> PathBuf {
    directory.join("index.clean")
}

/// Why an index is not used as it is.
enum Unfit {
    Index(String),
    Ahead { applied: u64 },
    Journal(JournalError),
}

impl From<IndexFault> for Unfit {
    fn from(fault: IndexFault) -> Self {
        Self::Index(fault.to_string())
    }
}

impl From<JournalError> for Unfit {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

/// Says nothing.
pub(crate) fn silent() -> ShowProgress {
    Arc::new(|_| ())
}
