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
    /// Looks at the index and at the mark of a clean stop, changing nothing. Both know the last batch that was applied,
    /// and batches are applied only after they are durable: if one is ahead, the journal has lost acknowledged batches.
    pub(crate) fn look(&self) -> Result<Usable, OpenError> {
        let mark = self.read_mark()?;
        let (index, applied, begun) = match self.open_existing() {
            Ok((index, applied, begun)) => (Ok(index), Some(applied), Some(begun)),
            Err(fault) => (Err(fault), None, None),
        };
        for (whose, batch) in [("the mark of the last stop", mark), ("the index", begun)] {
            if let Some(batch) = batch.filter(|batch| *batch > self.batch) {
                let what = format!(
                    "{whose} knows batch {batch}, the journal ends at {}: acknowledged batches are missing",
                    self.batch
                );
                let damage = Damage::new(self.state.segments.directory(), 0, 0, what);
                return Err(JournalError::from(damage).into());
            }
        }
        let is_whole = applied == begun;
        Ok(Usable { index, mark, applied: applied.unwrap_or(0), is_whole })
    }

    /// An index that holds exactly the rows of the journals.
    pub(crate) fn open(&self, usable: Usable) -> Result<Index, OpenError> {
        let Usable { index, mark, applied, is_whole } = usable;
        self.disk.remove_file(&mark_path(self.directory)).map_err(JournalError::from)?;
        let checked = index.map_err(Unfit::from).and_then(|index| {
            if mark != Some(self.batch) || applied != self.batch || !is_whole {
                self.catch_up(&index, applied)?;
                self.compare(&index)?;
            }
            Ok(index)
        });
        match checked {
            Ok(index) => Ok(index),
            Err(Unfit::Journal(error)) => Err(error.into()),
            Err(Unfit::Index(what)) => {
                // A new store has its first head, batch 1, and no index yet: nothing to warn of.
                if self.batch > 1 {
                    tracing::warn!(reason = what, "the index is made again from the journals");
                }
                self.rebuild()
            }
        }
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

    fn open_existing(&self) -> Result<(Index, u64, u64), IndexFault> {
        let path = self.path();
        if !path.exists() {
            return Err(IndexFault { what: "there is none".to_owned() });
        }
        let index = Index::open(&path, self.store, self.cache_bytes)?;
        let applied = index.applied()?;
        let applied = applied.ok_or_else(|| IndexFault { what: "it is unfinished".to_owned() })?;
        let begun = index.begun()?.unwrap_or(applied);
        Ok((index, applied, begun))
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

    fn read_mark(&self) -> Result<Option<u64>, OpenError> {
        let bytes = read_if_there(&mark_path(self.directory)).map_err(JournalError::from)?;
        // A mark that cannot be read marks nothing: the index is then compared.
        Ok(bytes.and_then(|bytes| marked_batch(&bytes)))
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
    disk.write_atomic(&mark_path(directory), &[&encode_mark(batch)])?;
    Ok(())
}

/// The batch a mark of a clean stop names.
pub(crate) fn marked_batch(bytes: &[u8]) -> Option<u64> {
    let batch = serde_json::from_slice::<CleanMark>(bytes).ok()?.batch;
    (encode_mark(batch) == bytes).then_some(batch)
}

pub(crate) fn mark_path(directory: &Path) -> PathBuf {
    directory.join("index.clean")
}

fn encode_mark(batch: u64) -> Vec<u8> {
    serde_json::to_vec(&CleanMark { batch }).unwrap_or_default()
}

/// What was found of the index.
pub(crate) struct Usable {
    index: Result<Index, IndexFault>,
    mark: Option<u64>,
    applied: u64,
    /// Whether no batch was begun and not finished.
    is_whole: bool,
}

/// Why an index is not used as it is.
enum Unfit {
    Index(String),
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
