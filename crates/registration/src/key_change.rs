//! One key of the platform follows another: the signed statement is a leaf of its own log,
//! and counted, because every other leaf there is a record.

use heqi_evidence::leaf::LogLeaf;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::changeset::{Changeset, LedgerEntry};
use heqi_evidence_store::table::{Table, TableError};
use heqi_pki::dsse::Envelope;
use heqi_vocabulary::Digest;

use crate::fault::Fault;

/// Statements that are leaves, key changes, renewals of time stamps with the keys they name, and what people
/// said to custodians, by their digest; the value is how many there were before.
const KEY_CHANGES: Table<Digest, u64> = Table::new("key_change");

/// Makes a statement of the platform about its own log, a key change
/// (`heqi_evidence::key_change`) or the succession to another log
/// (`heqi_evidence::successor`), a leaf of that log, once. It was checked by whoever made it.
/// Gives whether it was new.
///
/// # Errors
/// The store could not do its part.
pub async fn log_key_change(backend: &dyn Backend, statement: &Envelope) -> Result<bool, Fault> {
    let digest = Digest::of(statement.as_bytes());
    if KEY_CHANGES.durable_row(backend, &digest).await?.is_some() {
        return Ok(false);
    }
    let mut changes = Changeset::new();
    append(backend, &mut changes, digest, statement.as_bytes()).await?;
    backend.commit(changes)?.await?;
    Ok(true)
}

/// A statement leaf with what is kept beside it; nothing, when a leaf came back whose statement nobody has.
pub(crate) async fn append(
    backend: &dyn Backend,
    changes: &mut Changeset,
    digest: Digest,
    statement: &[u8],
) -> Result<(), Fault> {
    let before = count(backend).await?;
    KEY_CHANGES.insert(changes, &digest, &before)?;
    changes.append(LedgerEntry::new(LogLeaf::Statement(digest).to_bytes(), statement.to_vec()));
    Ok(())
}

/// How many leaves of the log are statements and no records.
pub(crate) async fn count(backend: &dyn Backend) -> Result<u64, Fault> {
    Ok(counted(backend).await?)
}

/// The same, for whoever tells failures of rows apart.
pub(crate) async fn counted(backend: &dyn Backend) -> Result<u64, TableError> {
    let rows = KEY_CHANGES.scan(backend, "", None, usize::MAX).await?;
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}

/// Writes down that a statement becomes a leaf in the same commit, whoever appends it.
pub(crate) fn note(changes: &mut Changeset, digest: Digest, before: u64) -> Result<(), TableError> {
    KEY_CHANGES.put(changes, &digest, &before)
}
