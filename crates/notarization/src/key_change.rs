//! One key of the office follows another: the signed statement is a leaf of its own log.

use heqi_evidence::leaf::LogLeaf;
use heqi_evidence_store::backend::{Backend, CommitError, ReadError};
use heqi_evidence_store::changeset::{Changeset, InvalidChangeset, LedgerEntry, RowKey};
use heqi_pki::dsse::Envelope;
use heqi_vocabulary::Digest;

/// Why the statement is not in the log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogKeyChangeError {
    /// Writing.
    #[error(transparent)]
    Store(#[from] CommitError),
    /// A bound of the store.
    #[error(transparent)]
    Invalid(#[from] InvalidChangeset),
    /// Reading.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Makes a key change (`heqi_evidence::key_change`) a leaf of the office's log, once. The
/// statement was checked by whoever made it. Gives whether it was new.
///
/// # Errors
/// See [`LogKeyChangeError`].
pub async fn log_key_change(
    store: &dyn Backend,
    statement: &Envelope,
) -> Result<bool, LogKeyChangeError> {
    let digest = Digest::of(statement.as_bytes());
    let row = RowKey::new(format!("key-change-leaf/{digest}"))?;
    if store.durable_row(&row).await?.is_some() {
        return Ok(false);
    }
    let leaf = LogLeaf::Statement(digest).to_bytes();
    let mut changes = Changeset::new();
    changes.append(LedgerEntry::new(leaf, statement.as_bytes().to_vec()).indexed_at(row));
    store.commit(changes)?.await?;
    Ok(true)
}
