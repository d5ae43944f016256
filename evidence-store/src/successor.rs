//! Carrying a store over to the log that takes the place of its log (`docs/spec/store.md` section 9).
//!
//! What this is: a new store under another origin gets rows, objects and data keys of the old one. The old store keeps
//! its ledger and its log, is never written again, and is read beside the new one; its vault is wiped, so that each key
//! exists once. What this is not: a decision about what the new log says first, or which rows still hold.

mod folders;

use std::path::Path;
use std::sync::Arc;

use heqi_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use heqi_vocabulary::{Digest, Entropy};

use crate::backend::embedded::{Embedded, OpenError, Ports, Settings};
use crate::backend::{Backend, CommitError, ReadError};
use crate::changeset::{Changeset, Expected, RowKey};
use crate::identity::Identity;
use crate::journal::{Damage, JournalError};
use crate::log::{HeadSigner, SignHeadError};
use crate::vault::{KeyEncryptionKey, VaultError};

pub use folders::{FrozenFolder, SuccessorFolders};

/// Rows or objects read at once.
const PAGE: usize = 256;
/// Bytes of rows in one changeset, before the last row.
const CHANGESET_BYTES: usize = 2 << 20;
/// What the index of a frozen log may take: it is rarely read.
const FROZEN_CACHE_BYTES: u64 = 16 << 20;

/// What was carried over.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Carried {
    /// Rows.
    pub rows: u64,
    /// Objects.
    pub objects: u64,
    /// Data keys, those that were erased included.
    pub data_keys: u64,
}

/// Why a store was not carried over; the new one is to be thrown away.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CarryError {
    /// The old store could not be read.
    #[error("the old store could not be read")]
    Read(#[from] ReadError),
    /// The new store took something not.
    #[error("the new store did not take it")]
    Commit(#[from] CommitError),
    /// A data key.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// An object that a row of the index names is not there.
    #[error("object {0} of the old store is missing")]
    Object(Digest),
}

/// Copies data keys, objects and every row that `keeps` from `old` to `new`, which must have none of them. Leaves are
/// not copied, and with them not the rows that name leaves: `keeps` has to leave those out.
///
/// # Errors
/// See [`CarryError`].
pub async fn carry_over(
    old: &Embedded,
    new: &dyn Backend,
    keeps: &(dyn Fn(&RowKey) -> bool + Sync),
) -> Result<Carried, CarryError> {
    let mut carried = Carried { data_keys: carry_keys(old, new)?, ..Carried::default() };
    let mut after: Option<Digest> = None;
    loop {
        let names = old.object_names(after.as_ref(), PAGE)?;
        let Some(last) = names.last() else { break };
        after = Some(*last);
        for name in names {
            let object = old.object(&name).await?.ok_or(CarryError::Object(name))?;
            new.put_object(object)?.await?;
            carried.objects += 1;
        }
    }
    let mut after: Option<RowKey> = None;
    let (mut changes, mut size_bytes) = (Changeset::new(), 0);
    loop {
        let rows = old.scan(b"", after.as_ref(), PAGE).await?;
        let Some((last, _)) = rows.last() else { break };
        after = Some(last.clone());
        for (key, row) in rows.into_iter().filter(|(key, _)| keeps(key)) {
            size_bytes += key.as_bytes().len() + row.value.len();
            changes.expect(key.clone(), Expected::Absent).put(key, row.value);
            carried.rows += 1;
            if size_bytes > CHANGESET_BYTES {
                new.commit(std::mem::take(&mut changes))?.await?;
                size_bytes = 0;
            }
        }
    }
    if !changes.is_empty() {
        new.commit(changes)?.await?;
    }
    Ok(carried)
}

fn carry_keys(old: &Embedded, new: &dyn Backend) -> Result<u64, CarryError> {
    let (mut carried, mut erased) = (0, Vec::new());
    for id in old.vault().identifiers() {
        match old.vault().key(id) {
            Ok(key) => new.vault().adopt(&key),
            Err(VaultError::Shredded { id }) => erased.push(id),
            Err(error) => return Err(error.into()),
        }
        carried += 1;
    }
    new.vault().shred(&erased)?;
    new.vault().flush()?;
    Ok(carried)
}

/// Opens the store of a frozen log for reading: nothing is signed any more, and its vault may be gone. Whoever gets it
/// puts it behind a gate that is shut.
///
/// # Errors
/// See [`OpenError`].
pub fn open_frozen(
    directory: &Path,
    key_encryption: Arc<dyn KeyEncryptionKey>,
    entropy: Arc<dyn Entropy>,
) -> Result<Embedded, OpenError> {
    open_with(directory, |signer| Ports::new(signer, key_encryption, entropy))
}

fn open_with(
    directory: &Path,
    ports: impl FnOnce(Arc<dyn HeadSigner>) -> Ports,
) -> Result<Embedded, OpenError> {
    let missing = || Damage::new(directory, 0, 0, "there is no store here");
    let identity = Identity::read(directory)?.ok_or_else(|| JournalError::from(missing()))?;
    let origin = Origin::new(identity.origin)
        .map_err(|error| Damage::new(directory, 0, 0, error.to_string()))
        .map_err(JournalError::from)?;
    let settings = Settings {
        accept_missing_data_keys: true,
        index_cache_bytes: FROZEN_CACHE_BYTES,
        ..Settings::new(directory)
    };
    Embedded::open(&settings, ports(Arc::new(NoMore(origin))))
}

/// The signer of a log that signs nothing any more.
struct NoMore(Origin);

impl HeadSigner for NoMore {
    fn origin(&self) -> &Origin {
        &self.0
    }

    fn sign(&self, _checkpoint: Checkpoint) -> Result<SignedCheckpoint, SignHeadError> {
        Err(SignHeadError { what: "the log is frozen".to_owned() })
    }
}

#[cfg(test)]
mod tests;
