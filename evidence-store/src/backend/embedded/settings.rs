use std::path::PathBuf;
use std::sync::Arc;

use heqi_vocabulary::Entropy;

use super::fatal::{StopProcess, abort_process};
use super::index::IndexFault;
use super::reindex;
use crate::durable_file::Disk;
use crate::journal::{Damage, JournalError};
use crate::lock::LockError;
use crate::log::{HeadSigner, SignHeadError};
use crate::vault::KeyEncryptionKey;

/// Where a store lies and how large things may get. The defaults are for production.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The directory of the store.
    pub directory: PathBuf,
    /// The directory of the vault, backed up apart from the rest; by default `vault` inside the store.
    pub vault_directory: Option<PathBuf>,
    /// Opens the store although the vault holds fewer data keys than the journals know of. What was sealed under the
    /// missing keys is lost: only for a restore whose vault backup is older than its journals.
    pub accept_missing_data_keys: bool,
    /// A journal segment is followed by another at this size, in bytes; at most 1 GiB.
    pub segment_bytes: u64,
    /// A snapshot is written when the state journal has grown by this many bytes since the last one.
    pub snapshot_bytes: u64,
    /// The cache of the index, in bytes, as sled counts its pages; what they take in memory was not measured.
    /// Beside it, sled keeps the place of every page, cached or not: about 36 bytes a row, without a bound.
    pub index_cache_bytes: u64,
    /// The most changesets and objects that wait for the disk.
    pub queued_items: usize,
    /// The most bytes that wait for the disk.
    pub queued_bytes: usize,
    /// The most changesets and objects made durable together.
    pub batch_items: usize,
    /// The most bytes made durable together.
    pub batch_bytes: usize,
    /// Nothing is accepted when the disk has less free space than this, in bytes, so that what was accepted still fits.
    pub reserve_bytes: u64,
}

impl Settings {
    /// The defaults for a store in `directory`.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            vault_directory: None,
            accept_missing_data_keys: false,
            segment_bytes: 256 << 20,
            snapshot_bytes: 256 << 20,
            index_cache_bytes: 64 << 20,
            queued_items: 16_384,
            queued_bytes: 64 << 20,
            batch_items: 1024,
            batch_bytes: 4 << 20,
            reserve_bytes: 256 << 20,
        }
    }

    pub(crate) fn vault_directory(&self) -> PathBuf {
        self.vault_directory.clone().unwrap_or_else(|| self.directory.join("vault"))
    }
}

/// What a store needs from outside.
#[derive(Clone)]
pub struct Ports {
    /// Signs the heads of the log.
    pub signer: Arc<dyn HeadSigner>,
    /// Wraps the vault's epoch keys.
    pub key_encryption: Arc<dyn KeyEncryptionKey>,
    /// Draws keys and nonces.
    pub entropy: Arc<dyn Entropy>,
    /// The file system.
    pub disk: Disk,
    /// Ends the process when accepted changes cannot be made durable: [`abort_process`], except in tests.
    pub stop_process: StopProcess,
    /// Hears of long work while opening.
    pub progress: ShowProgress,
}

impl Ports {
    /// The ports of production: the real file system, and a process that aborts.
    pub fn new(
        signer: Arc<dyn HeadSigner>,
        key_encryption: Arc<dyn KeyEncryptionKey>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let (disk, progress) = (Disk::default(), reindex::silent());
        Self { signer, key_encryption, entropy, disk, stop_process: abort_process(), progress }
    }
}

/// Hears of long work.
pub type ShowProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// How far long work has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Progress {
    /// What is being counted.
    pub step: &'static str,
    /// How many are done.
    pub done: u64,
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process has it, or the lock cannot be taken.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// It holds the log of another origin.
    #[error("the store holds the log {found}, not {expected}")]
    OtherLog {
        /// The origin found.
        found: String,
        /// The origin of the signer.
        expected: String,
    },
    /// Files are not what was written. Nothing was changed; run `heqi store fsck`.
    #[error("the store is damaged: {0}")]
    Damaged(Damage),
    /// The log's key did not sign the empty head.
    #[error(transparent)]
    Sign(#[from] SignHeadError),
    /// The index could not even be made anew.
    #[error("the index cannot be made: {what}")]
    Index {
        /// What sled said.
        what: String,
    },
    /// The system could not read or write.
    #[error("the store could not be read or written")]
    Io(#[from] std::io::Error),
}

impl From<JournalError> for OpenError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Io(error) => Self::Io(error),
            JournalError::Damaged(damage) => Self::Damaged(damage),
        }
    }
}

impl From<IndexFault> for OpenError {
    fn from(fault: IndexFault) -> Self {
        Self::Index { what: fault.what }
    }
}

/// The store was not closed in order.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the store was not closed in order: {what}")]
pub struct CloseError {
    /// What failed.
    pub what: String,
}
