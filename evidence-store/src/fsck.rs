//! Checking a store: everything is read, everything that can be derived is derived again, and each byte range that is
//! not what was written is named. Changes nothing; needs no key, but with keys also checks signatures and data keys.
//! Memory stays bounded whatever the size of the store.
//!
//! - `frames`: walking framed files past damage
//! - `state`: the state journal and the heads in it
//! - `ledger`: leaves, roots, tiles, bundles
//! - `contents`: rows, objects and the index
//! - `vault`: data keys

mod contents;
mod frames;
mod ledger;
mod state;
mod vault;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heqi_tlog::checkpoint::{Origin, SignedCheckpoint};
use heqi_tlog::note::VerifierKey;

use crate::backend::embedded::recover::JournalFiles;
use crate::backend::embedded::reindex::{mark_path, marked_batch};
use crate::backup::RestoredMark;
use crate::durable_file::{is_temporary, read_if_there};
use crate::identity::Identity;
use crate::journal::segment::len64;
use crate::journal::{Damage, JournalError};
use crate::lock::{LockError, StoreLock};
use crate::vault::KeyEncryptionKey;

/// What to check with.
#[derive(Clone)]
pub struct FsckOptions {
    /// A directory on a disk with room for a copy of the index: for sorting, and because sled changes what it opens.
    pub scratch: PathBuf,
    /// The directory of the vault, if it is not `vault` inside the store.
    pub vault_directory: Option<PathBuf>,
    /// Opens every data key with it, if given.
    pub key_encryption: Option<Arc<dyn KeyEncryptionKey>>,
    /// The keys of the log and of its cosigners. If there are any, every head must be signed by one of them, and the
    /// published checkpoint by nobody else.
    pub keys: Vec<VerifierKey>,
    /// The log is frozen: its data keys stand in the vault of the successor, and a vault here is damage.
    pub frozen: bool,
    /// How many damages are listed; more are only counted.
    pub max_listed: usize,
}

impl FsckOptions {
    /// Checks without keys, sorting in `scratch`.
    pub fn new(scratch: impl Into<PathBuf>) -> Self {
        Self {
            scratch: scratch.into(),
            vault_directory: None,
            key_encryption: None,
            keys: Vec::new(),
            frozen: false,
            max_listed: 10_000,
        }
    }
}

impl fmt::Debug for FsckOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FsckOptions(scratch {})", self.scratch.display())
    }
}

/// What a check found.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// What is not as it was written.
    pub damages: Vec<Damage>,
    /// Damages beyond those listed.
    pub unlisted: u64,
    /// What is no damage but worth knowing: unfinished bytes the next start will cut, an index it will catch up.
    pub notes: Vec<String>,
    /// Batches in the state journal.
    pub batches: u64,
    /// Leaves whose hashes were derived again.
    pub leaves: u64,
    /// Heads whose roots were derived again.
    pub heads: u64,
    /// Tile and bundle files compared, partial ones included.
    pub tiles: u64,
    /// Live rows.
    pub rows: u64,
    /// Objects whose digests were derived again.
    pub objects: u64,
    /// Rows of the index compared.
    pub index_rows: u64,
    /// Data keys.
    pub data_keys: u64,
}

impl Report {
    /// Whether nothing is damaged.
    pub fn is_sound(&self) -> bool {
        self.damages.is_empty()
    }
}

/// Why a store could not be checked at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FsckError {
    /// The store is open; close it first.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// There is no store, or not one this program reads.
    #[error("no store that could be checked: {0}")]
    NoStore(Damage),
    /// The system could not read, or the scratch directory could not be written.
    #[error("the store could not be read")]
    Io(#[from] std::io::Error),
}

/// Checks the store in `directory`.
pub fn fsck(directory: &Path, options: &FsckOptions) -> Result<Report, FsckError> {
    let _lock = StoreLock::borrow(directory)?;
    let no_store =
        |what: String| FsckError::NoStore(Damage::new(&directory.join("store.json"), 0, 0, what));
    let identity = match Identity::read(directory) {
        Ok(Some(identity)) => identity,
        Ok(None) => return Err(no_store("it is missing".to_owned())),
        Err(JournalError::Damaged(damage)) => return Err(FsckError::NoStore(damage)),
        Err(JournalError::Io(error)) => return Err(error.into()),
    };
    let origin =
        Origin::new(identity.origin.clone()).map_err(|error| no_store(error.to_string()))?;
    let mut check = Check {
        directory,
        options,
        origin,
        files: JournalFiles::new(directory, identity.store),
        report: Report::default(),
    };
    check.run(&identity)?;
    Ok(check.report)
}

/// A check under way.
struct Check<'a> {
    directory: &'a Path,
    options: &'a FsckOptions,
    origin: Origin,
    files: JournalFiles,
    report: Report,
}

impl Check<'_> {
    fn run(&mut self, identity: &Identity) -> Result<(), FsckError> {
        self.check_names()?;
        self.check_restored()?;
        let state = self.check_state()?;
        let published = self.read_published()?;
        self.check_ledger(&state, published)?;
        self.check_object_headers(&state)?;
        if state.is_whole {
            self.check_contents(&state, identity)?;
        } else {
            let what =
                "rows, objects and index were not compared, because the state journal is damaged";
            self.note(what);
        }
        self.check_mark(&state)?;
        self.check_vault(&state, identity)
    }

    /// Files that have no place in a store are damage: something was moved or renamed.
    fn check_names(&mut self) -> Result<(), FsckError> {
        const KNOWN: [&str; 10] = [
            "LOCK",
            "store.json",
            "state",
            "ledger",
            "objects",
            "index",
            "index.clean",
            "log",
            "vault",
            crate::backup::RESTORED,
        ];
        for entry in fs::read_dir(self.directory)? {
            let entry = entry?;
            let is_known = KNOWN.iter().any(|known| entry.file_name() == *known);
            if !is_known && !is_temporary(&entry.path()) {
                self.damage(Damage::new(&entry.path(), 0, 0, "this file has no place in a store"));
            }
        }
        let files = &self.files;
        let journals =
            [&files.state.segments, &files.state.snapshots, &files.ledger, &files.objects];
        let mut strangers = Vec::new();
        for segments in [journals[0], journals[2], journals[3]] {
            let known: Vec<_> = journals
                .iter()
                .filter(|other| other.directory() == segments.directory())
                .map(|other| Ok(other.numbers()?.into_iter().map(|n| other.path(n)).collect()))
                .collect::<Result<Vec<Vec<_>>, std::io::Error>>()?;
            for entry in fs::read_dir(segments.directory())? {
                let path = entry?.path();
                if !is_temporary(&path) && !known.iter().flatten().any(|known| *known == path) {
                    strangers.push(Damage::new(&path, 0, 0, "this file has no place in a journal"));
                }
            }
        }
        for damage in strangers {
            self.damage(damage);
        }
        Ok(())
    }

    /// Whoever looks at a restored store before its peers were heard is told what it was restored from.
    fn check_restored(&mut self) -> Result<(), FsckError> {
        let path = self.directory.join(crate::backup::RESTORED);
        let Some(bytes) = read_if_there(&path)? else { return Ok(()) };
        match serde_json::from_slice::<RestoredMark>(&bytes) {
            Ok(mark) => self.note(format!(
                "restored at {} from generation {} of the backup, made at {} with {} entries, and not compared with \
                 the peers since: the next start does",
                mark.restored_at.for_people(),
                mark.generation,
                mark.made_at.for_people(),
                mark.size
            )),
            // The service does not start either: whether it must wait for its peers is not known.
            Err(error) => {
                let what = format!("the mark of a restored store: {error}");
                self.damage(Damage::new(&path, 0, len64(bytes.len()), what));
            }
        }
        Ok(())
    }

    /// The published checkpoint; its root is compared when the leaves have come that far.
    fn read_published(&mut self) -> Result<Option<SignedCheckpoint>, FsckError> {
        let path = self.directory.join("log/checkpoint");
        let Some(bytes) = read_if_there(&path)? else { return Ok(None) };
        let length = len64(bytes.len());
        let checkpoint = match SignedCheckpoint::parse(&bytes) {
            Ok(checkpoint) if *checkpoint.checkpoint().origin() == self.origin => checkpoint,
            Ok(_) => {
                self.damage(Damage::new(&path, 0, length, "the checkpoint of another log"));
                return Ok(None);
            }
            Err(error) => {
                self.damage(Damage::new(&path, 0, length, error.to_string()));
                return Ok(None);
            }
        };
        if !self.options.keys.is_empty() {
            let signatures = checkpoint.note().signatures().len();
            match checkpoint.note().verify(&self.options.keys) {
                Ok(verified) if verified.len() >= signatures => {}
                Ok(_) => {
                    self.damage(Damage::new(&path, 0, length, "a signature of an unknown key"));
                }
                Err(error) => self.damage(Damage::new(&path, 0, length, error.to_string())),
            }
        }
        Ok(Some(checkpoint))
    }

    fn check_mark(&mut self, state: &state::CheckedState) -> Result<(), FsckError> {
        let path = mark_path(self.directory);
        let Some(bytes) = read_if_there(&path)? else {
            self.note("the store was not closed in order; the next start compares the index");
            return Ok(());
        };
        let length = len64(bytes.len());
        match marked_batch(&bytes) {
            None => self.damage(Damage::new(&path, 0, length, "not a mark of a clean stop")),
            Some(batch) if state.is_whole && batch != state.batch => {
                let what = format!(
                    "the store was closed at batch {batch}, the state journal ends at {}",
                    state.batch
                );
                self.damage(Damage::new(&path, 0, length, what));
            }
            Some(_) => {}
        }
        Ok(())
    }

    fn damage(&mut self, damage: Damage) {
        if self.report.damages.len() < self.options.max_listed {
            self.report.damages.push(damage);
        } else {
            self.report.unlisted += 1;
        }
    }

    fn note(&mut self, what: impl Into<String>) {
        self.report.notes.push(what.into());
    }

    /// Turns a failed read into a damage; an error of the system ends the check.
    fn found<T>(&mut self, result: Result<T, JournalError>) -> Result<Option<T>, FsckError> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(JournalError::Damaged(damage)) => {
                self.damage(damage);
                Ok(None)
            }
            Err(JournalError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                // The message names the file.
                self.damage(Damage::new(self.directory, 0, 0, error.to_string()));
                Ok(None)
            }
            Err(JournalError::Io(error)) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;
