//! The file of trusted keys: signed once for its content, a leaf of the office's own log.

use heqi_evidence::anchors::Anchors;
use heqi_evidence::canonical::{self, CanonicalError};
use heqi_evidence::leaf::LogLeaf;
use heqi_evidence::statement::{Statement, StatementError};
use heqi_evidence_store::backend::{CommitError, ReadError};
use heqi_evidence_store::changeset::{Changeset, InvalidChangeset, LedgerEntry, RowKey};
use heqi_evidence_store::table::{Stored, Table, TableError};
use heqi_pki::keys::Signer;
use heqi_vocabulary::Digest;
use serde::{Deserialize, Serialize};

use crate::office::NotaryOffice;

const PUBLISHED: Table<String, Published> = Table::new("anchors");
const CURRENT: &str = "current";
const ATTEMPTS: usize = 8;

/// The list that is published now.
#[derive(Deserialize, Serialize)]
struct Published {
    /// SHA-256 of the list without the instant of its publication.
    content: Digest,
    /// SHA-256 of the file.
    file: Digest,
}

/// Why the anchors were not published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishAnchorsError {
    /// The list names another publisher key than the one that signs.
    #[error("the anchors name another publisher key than the one that signs them")]
    OtherPublisher,
    /// It could not be signed.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// It could not be written as JSON.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] CommitError),
    /// It breaks a bound of the store.
    #[error(transparent)]
    Invalid(#[from] InvalidChangeset),
    /// What is published could not be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The row is there and the file is not: the store is damaged.
    #[error("the published anchors are not in the log")]
    Missing,
}

/// Publishes a list of anchors and gives the exact bytes of the file. The same list again, in
/// whatever run, is the same file: its digest is printed on paper. `published_at` is set here.
///
/// # Errors
/// See [`PublishAnchorsError`].
pub async fn publish_anchors(
    office: &NotaryOffice,
    anchors: &Anchors,
    publisher: &dyn Signer,
) -> Result<Vec<u8>, PublishAnchorsError> {
    if anchors.publisher.key.0 != publisher.public_key() {
        return Err(PublishAnchorsError::OtherPublisher);
    }
    let content = content_digest(anchors)?;
    for _ in 0..ATTEMPTS {
        let stored = PUBLISHED.durable_row(office.store(), &CURRENT.to_owned()).await?;
        if let Some(current) = stored.as_ref().filter(|stored| stored.value.content == content) {
            return read_file(office, current.value.file).await;
        }
        let anchors = Anchors { published_at: office.clock().now(), ..anchors.clone() };
        let file = anchors.sign(publisher)?.as_bytes().to_vec();
        let changes = publication(stored.as_ref(), content, &file)?;
        match async { office.store().commit(changes)?.await }.await {
            Ok(_) => return Ok(file),
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(CommitError::Busy.into())
}

/// The file that is published now; `None` before the first.
///
/// # Errors
/// The store could not be read.
pub async fn published_anchors(
    office: &NotaryOffice,
) -> Result<Option<Vec<u8>>, PublishAnchorsError> {
    match PUBLISHED.durable_row(office.store(), &CURRENT.to_owned()).await? {
        Some(current) => read_file(office, current.value.file).await.map(Some),
        None => Ok(None),
    }
}

/// The list is dated when it is published, so the date is no part of what it says.
fn content_digest(anchors: &Anchors) -> Result<Digest, CanonicalError> {
    let Anchors {
        certificate_roots,
        cosigners,
        custodians,
        identity_providers,
        logs,
        published_at: _,
        publisher,
        seal_roots,
        time_roots,
    } = anchors;
    let content = (certificate_roots, cosigners, custodians, logs, publisher, time_roots);
    if identity_providers.is_empty() && seal_roots.is_empty() {
        // A list of before there were any keeps its digest, and so its file.
        return Ok(Digest::of(&canonical::to_bytes(&content)?));
    }
    let content = (content, identity_providers, seal_roots);
    Ok(Digest::of(&canonical::to_bytes(&content)?))
}

fn publication(
    stored: Option<&Stored<Published>>,
    content: Digest,
    file: &[u8],
) -> Result<Changeset, PublishAnchorsError> {
    let digest = Digest::of(file);
    let published = Published { content, file: digest };
    let mut changes = Changeset::new();
    let current = CURRENT.to_owned();
    match stored {
        None => PUBLISHED.insert(&mut changes, &current, &published)?,
        Some(stored) => PUBLISHED.replace(&mut changes, &current, stored.version, &published)?,
    }
    let leaf = LogLeaf::Statement(digest).to_bytes();
    changes.append(LedgerEntry::new(leaf, file.to_vec()).indexed_at(leaf_row(digest)?));
    Ok(changes)
}

async fn read_file(office: &NotaryOffice, file: Digest) -> Result<Vec<u8>, PublishAnchorsError> {
    let found = office.statement(&leaf_row(file)?).await?.flatten();
    let bytes = found.ok_or(PublishAnchorsError::Missing)?;
    if Digest::of(&bytes) == file { Ok(bytes.to_vec()) } else { Err(PublishAnchorsError::Missing) }
}

fn leaf_row(file: Digest) -> Result<RowKey, InvalidChangeset> {
    RowKey::new(format!("anchors-leaf/{file}"))
}
