//! Encrypted, incremental backup of a store, running or stopped, and its restore (`docs/spec/backup.md`).
//!
//! A backup is a folder of generations. Journals only grow, so a generation copies what has been added since the last
//! one, up to a batch that is durable; what is made from the journals (index, tiles) is not copied. Everything is
//! sealed in chunks under a key of the backup, which the key-encryption key of whoever may restore wraps. The vault is
//! backed up apart, whole each time, and its generations are dropped after [`VAULT_RETENTION_DAYS`] days, so that what
//! is erased is erased there too.
//!
//! - `repository`: the folder: its key, packs of chunks, manifests
//! - `source`: a durable point of a store, found without stopping it
//! - `take`: one generation of a store
//! - `vault`: one generation of a vault, and dropping old ones
//! - `restore`: a store again, checked to the last byte, marked as restored

#[cfg(any(test, feature = "testing"))]
pub(crate) mod fuzzing;
mod repository;
mod restore;
mod source;
mod take;
mod vault;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heqi_vocabulary::{Clock, Digest, Entropy, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::durable_file::Disk;
use crate::journal::{Damage, JournalError};
use crate::lock::LockError;
use crate::vault::{KeyEncryptionKey, WrapError};

pub(crate) use restore::MARK as RESTORED;
pub use restore::{RestoredMark, Restoring, restore};
pub use take::backup;
pub use vault::backup_vault;

/// For how many days a generation of the vault is kept.
pub const VAULT_RETENTION_DAYS: i64 = 35;

/// What a backup needs from outside.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct BackupPorts {
    /// Wraps the key of the backup: the store's own key-encryption key, or the one of whoever is to restore.
    pub key_encryption: Arc<dyn KeyEncryptionKey>,
    /// Draws the key and nonces.
    pub entropy: Arc<dyn Entropy>,
    /// Dates generations.
    pub clock: Arc<dyn Clock>,
    /// The file system.
    pub disk: Disk,
}

impl fmt::Debug for BackupPorts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BackupPorts")
    }
}

/// What a backup folder holds.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the format, version 1")]
pub enum BackupKind {
    /// Journals and published head of a store.
    Store,
    /// The data keys of a store.
    Vault,
}

/// One generation: what a store was at one durable batch.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Generation {
    /// 1 for the first of a folder.
    pub number: u32,
    /// When it was made.
    pub made_at: UtcMillis,
    /// The log of the store.
    pub origin: String,
    /// Entries of the log.
    pub size: u64,
    /// SHA-256 of the head it represents.
    pub head_sha256: Digest,
    /// The head, as the log signed it; empty in a generation of a vault.
    pub head: String,
    /// The last batch it holds.
    pub batch: u64,
    /// Data keys the store knew of, erased ones included.
    pub data_keys: u64,
    /// Bytes it added to the folder.
    pub added_bytes: u64,
    /// Every file with where its bytes are.
    pub(crate) files: Vec<BackedUpFile>,
}

impl Generation {
    /// Bytes of the files it makes again.
    pub fn total_bytes(&self) -> u64 {
        self.files.iter().fold(0, |total, file| total.saturating_add(file.length))
    }
}

/// A file of a generation.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackedUpFile {
    /// Its path inside the store.
    pub(crate) name: String,
    pub(crate) length: u64,
    /// Its bytes, from the first to the last.
    pub(crate) chunks: Vec<Chunk>,
}

/// A sealed piece of a file.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chunk {
    /// The generation whose pack holds it.
    pub(crate) pack: u32,
    /// Where it begins there.
    pub(crate) at: u64,
    /// Where its bytes belong in the file.
    pub(crate) offset: u64,
    pub(crate) length: u32,
    /// Of the bytes in clear.
    pub(crate) sha256: Digest,
}

/// Why a backup was not made, listed or restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// Another process works on the folder.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A byte is not what was written; the file and place are named.
    #[error("damaged: {0}")]
    Damaged(Damage),
    /// The folder is of another store, or of another kind.
    #[error("{}: {what}", folder.display())]
    OtherBackup {
        /// The folder.
        folder: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// The store does not continue what the folder holds: it was set back or replaced since the last generation.
    #[error(
        "{file} is not what generation {generation} has of it: the store was set back or replaced since; begin a \
         new backup folder"
    )]
    OtherHistory {
        /// The file.
        file: String,
        /// The last generation.
        generation: u32,
    },
    /// The key does not open the folder.
    #[error("the backup was made for another key: {0}")]
    OtherKey(#[from] WrapError),
    /// There is no such generation.
    #[error("{} holds no generation {wanted}", folder.display())]
    NoGeneration {
        /// The folder.
        folder: PathBuf,
        /// Its number, or `any`.
        wanted: String,
    },
    /// There is something where the store is to be made again.
    #[error("{} exists already; restore into a folder that does not", .0.display())]
    TargetExists(PathBuf),
    /// The vault's backup has fewer keys than the store's journals know of.
    #[error(
        "the vault's backup has {held} data keys, the store knows of {expected}; take a newer one"
    )]
    KeysMissing {
        /// Data keys of the backup.
        held: u64,
        /// Data keys the store knows of.
        expected: u64,
    },
    /// The restored store is not sound.
    #[error("the restored store is damaged ({count} places), first: {first}")]
    NotSound {
        /// How many places.
        count: usize,
        /// The first of them.
        first: Damage,
    },
    /// The store changes too fast, or files vanish again and again.
    #[error("the store kept changing while it was read; try again")]
    Unsettled,
    /// The restored store could not be made complete or checked.
    #[error("the restored store could not be completed: {what}")]
    Incomplete {
        /// What failed.
        what: String,
    },
    /// The system could not read or write.
    #[error("the backup could not be read or written: {0}")]
    Io(#[from] io::Error),
}

impl From<JournalError> for BackupError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Io(error) => Self::Io(error),
            JournalError::Damaged(damage) => Self::Damaged(damage),
        }
    }
}

impl From<Damage> for BackupError {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

/// The generations of a backup folder, oldest first. Each is checked to be what was written, the packs are not read.
///
/// # Errors
/// See [`BackupError`].
pub fn generations(folder: &Path, ports: &BackupPorts) -> Result<Vec<Generation>, BackupError> {
    repository::Repository::open(folder, ports)?.generations()
}
