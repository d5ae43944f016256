//! The folders in which a successor takes the place of a frozen log's store.
//!
//! | folder of the organisation's data | what |
//! | --- | --- |
//! | `store` | the store of the log that goes on |
//! | `store.next` | the store of a successor, while it is made |
//! | `frozen/N/successor.json` | the statement that froze the N-th log; with it the change is decided |
//! | `frozen/N/store` | the store of that log |

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::durable_file::{Disk, read_if_there};
use crate::vault::wipe_vault;

const STATEMENT: &str = "successor.json";

/// See the table of this module.
#[derive(Clone, Debug)]
pub struct SuccessorFolders {
    data: PathBuf,
    disk: Disk,
}

/// A log that was frozen, as it lies on the disk.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct FrozenFolder {
    /// The folder of its store.
    pub store: PathBuf,
    /// The exact statement.
    pub statement: Vec<u8>,
    /// The file it stands in.
    pub statement_file: PathBuf,
}

impl SuccessorFolders {
    /// The folders below an organisation's data.
    pub fn of(data: &Path, disk: Disk) -> Self {
        Self { data: data.to_owned(), disk }
    }

    /// The store of the log that goes on.
    pub fn store(&self) -> PathBuf {
        self.data.join("store")
    }

    /// The store of a successor, while it is made.
    pub fn next(&self) -> PathBuf {
        self.data.join("store.next")
    }

    /// Throws away what an attempt left that did not come to a decision.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn discard_next(&self) -> io::Result<()> {
        self.disk.remove_directory(&self.next())
    }

    /// The logs that were frozen, oldest first.
    ///
    /// # Errors
    /// A folder cannot be read.
    pub fn frozen(&self) -> io::Result<Vec<FrozenFolder>> {
        let mut found = Vec::new();
        for number in 1_u32.. {
            let folder = self.folder(number);
            let statement_file = folder.join(STATEMENT);
            let Some(statement) = read_if_there(&statement_file)? else { break };
            found.push(FrozenFolder { store: folder.join("store"), statement, statement_file });
        }
        Ok(found)
    }

    /// Whether a change was decided and not finished: nothing may be opened before it is.
    ///
    /// # Errors
    /// A folder cannot be read.
    pub fn is_under_way(&self) -> io::Result<bool> {
        let Some(last) = self.frozen()?.pop() else { return Ok(false) };
        let has_moved = last.store.try_exists()? && self.store().try_exists()?;
        Ok(!has_moved || has_files(&last.store.join("vault"))?)
    }

    /// Decides: from now on [`SuccessorFolders::finish`] is done, however often it is cut off.
    ///
    /// # Errors
    /// The statement cannot be written; nothing is decided.
    pub fn decide(&self, statement: &[u8]) -> io::Result<()> {
        let number = u32::try_from(self.frozen()?.len()).unwrap_or(u32::MAX).saturating_add(1);
        let folder = self.folder(number);
        self.disk.create_directory(&folder)?;
        self.disk.write_atomic(&folder.join(STATEMENT), &[statement])
    }

    /// Puts the frozen store aside and the successor's in its place, and wipes the vault that was left: its keys stand
    /// in the successor's. Done again it goes on where it stopped.
    ///
    /// # Errors
    /// A step failed; those before it are durable.
    pub fn finish(&self) -> io::Result<()> {
        let Some(last) = self.frozen()?.pop() else { return Ok(()) };
        if !last.store.try_exists()? {
            self.disk.rename(&self.store(), &last.store)?;
            self.disk.sync_directory(&self.data)?;
        }
        if !self.store().try_exists()? {
            self.disk.rename(&self.next(), &self.store())?;
        }
        wipe_vault(&last.store.join("vault"), &self.disk)
    }

    fn folder(&self, number: u32) -> PathBuf {
        self.data.join("frozen").join(number.to_string())
    }
}

fn has_files(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        entries => Ok(entries?.next().is_some()),
    }
}
