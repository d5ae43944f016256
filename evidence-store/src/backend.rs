//! The one storage boundary, shaped in bytes: read a row, scan a range, commit a changeset atomically under version
//! preconditions, put, get and discard an immutable object.
//!
//! Two states are visible. **Accepted**: the preconditions held and the change has its place in the order; later reads
//! and commits see it. **Durable**: it survives power loss and its leaves stand under a signed, durable head. Commands
//! build on accepted state, because a backend that cannot make accepted state durable stops the process. An *answer*
//! to anybody outside waits for durable: await the commit, or read through [`Backend::durable_row`].

pub mod embedded;
pub mod memory;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use heqi_vocabulary::Digest;
use tokio::sync::watch;

use crate::changeset::{Changeset, InvalidChangeset, Row, RowKey};
use crate::gate::ReadOnly;
use crate::log::{Head, LogReader};
use crate::object::ObjectRef;
use crate::vault::Vault;

/// What a read resolves to.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, ReadError>>;

/// Rows, objects and the log of one organisation. See the module's first paragraph for the two states.
pub trait Backend: fmt::Debug + Send + Sync {
    /// The row as accepted: what a command reads before it builds its changeset.
    fn row<'a>(&'a self, key: &'a RowKey) -> Answer<'a, Option<Row>>;

    /// The accepted rows whose keys begin with `prefix` and come after `after`, in key order, at most `limit`.
    fn scan<'a>(
        &'a self,
        prefix: &'a [u8],
        after: Option<&'a RowKey>,
        limit: usize,
    ) -> Answer<'a, Vec<(RowKey, Row)>>;

    /// Takes a changeset. Whatever the backend can decide at once it refuses at once; the rest comes through the
    /// future, which resolves when the changes are durable and the leaves are under a durable head.
    ///
    /// The order of acceptance is the order of the journal and of the leaves. Dropping the future does not undo the
    /// commit.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] names the first row that was not as expected; read it again and retry.
    fn commit(&self, changes: Changeset) -> Result<Pending, CommitError>;

    /// Takes an immutable object, named by the SHA-256 of its bytes. The object is durable before any changeset
    /// committed after this call returned, so a row may name it at once. Putting the same bytes again is harmless.
    fn put_object(&self, object: Bytes) -> Result<PendingObject, CommitError>;

    /// The accepted object of this name, its digest checked; `None` if it was never put or has been discarded.
    fn object<'a>(&'a self, id: &'a Digest) -> Answer<'a, Option<Bytes>>;

    /// Forgets an object and gives its space back. Resolves to whether there was one. No row may name it any more.
    fn discard_object<'a>(&'a self, id: &'a Digest) -> BoxFuture<'a, Result<bool, CommitError>>;

    /// Resolves when everything accepted before this call is durable.
    fn settled(&self) -> BoxFuture<'_, Result<(), CommitError>>;

    /// Counts upwards each time something became durable: what workers wait for instead of polling.
    fn progress(&self) -> watch::Receiver<u64>;

    /// The log.
    fn log(&self) -> &dyn LogReader;

    /// The keys of the data.
    fn vault(&self) -> &dyn Vault;

    /// Why nothing is written now, if nothing is (`docs/adr/0008-rollback-and-successor.md`).
    fn read_only(&self) -> Option<ReadOnly> {
        None
    }

    /// The row, once what was read is durable: what a request answers with.
    fn durable_row<'a>(&'a self, key: &'a RowKey) -> Answer<'a, Option<Row>> {
        Box::pin(async move {
            let row = self.row(key).await?;
            self.settled().await.map_err(|_| ReadError::Stopped)?;
            Ok(row)
        })
    }

    /// Like [`Backend::scan`], once what was read is durable.
    fn durable_scan<'a>(
        &'a self,
        prefix: &'a [u8],
        after: Option<&'a RowKey>,
        limit: usize,
    ) -> Answer<'a, Vec<(RowKey, Row)>> {
        Box::pin(async move {
            let rows = self.scan(prefix, after, limit).await?;
            self.settled().await.map_err(|_| ReadError::Stopped)?;
            Ok(rows)
        })
    }
}

/// A commit that is durable and sequenced.
#[derive(Clone, Debug)]
pub struct Committed {
    /// The version every row of the changeset now has.
    pub version: u64,
    /// The index of the changeset's first leaf; the others follow without a gap. `None` without leaves.
    pub first_leaf_index: Option<u64>,
    /// A durable head over all leaves of the changeset: the one to make the receipt's inclusion proof against.
    pub head: Head,
}

/// A changeset on its way to the disk.
#[must_use = "a commit is not durable before its future resolves"]
pub struct Pending(BoxFuture<'static, Result<Committed, CommitError>>);

impl Pending {
    /// Wraps the future of a backend.
    pub fn new(
        durable: impl Future<Output = Result<Committed, CommitError>> + Send + 'static,
    ) -> Self {
        Self(Box::pin(durable))
    }
}

impl Future for Pending {
    type Output = Result<Committed, CommitError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pending")
    }
}

/// An object on its way to the disk.
#[must_use = "an object is not durable before its future resolves"]
pub struct PendingObject {
    reference: ObjectRef,
    durable: BoxFuture<'static, Result<(), CommitError>>,
}

impl PendingObject {
    /// Wraps the future of a backend.
    pub fn new(
        reference: ObjectRef,
        durable: impl Future<Output = Result<(), CommitError>> + Send + 'static,
    ) -> Self {
        Self { reference, durable: Box::pin(durable) }
    }

    /// The name and size of the object, known before it is durable.
    pub const fn reference(&self) -> ObjectRef {
        self.reference
    }
}

impl Future for PendingObject {
    type Output = Result<ObjectRef, CommitError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let reference = self.reference;
        self.durable.as_mut().poll(context).map_ok(|()| reference)
    }
}

impl fmt::Debug for PendingObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PendingObject").field(&self.reference).finish()
    }
}

/// Why a changeset or an object was not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// A row is not as expected; nothing was written.
    #[error("row {key} has changed since it was read")]
    Conflict {
        /// The row.
        key: RowKey,
    },
    /// Too much is waiting for the disk; nothing was written. Try again in a moment.
    #[error("the store has too much waiting for the disk")]
    Busy,
    /// The disk has less free space than the configured reserve; nothing was written.
    #[error("the disk is nearly full, nothing more is accepted")]
    DiskFull,
    /// The store only answers reads; nothing was written.
    #[error("the store is read-only: {0}")]
    ReadOnly(ReadOnly),
    /// The changeset breaks a bound.
    #[error(transparent)]
    Invalid(#[from] InvalidChangeset),
    /// A read that the decision needed failed; nothing was written.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The store is closed or has stopped after a failure. Whether the changes are durable is decided at its next
    /// start.
    #[error("the store has stopped")]
    Stopped,
}

/// Why something could not be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Stored bytes are not what was written. Run `heqi store fsck`.
    #[error("stored bytes are damaged: {what}")]
    Damaged {
        /// What was found where.
        what: String,
    },
    /// The system could not read.
    #[error("reading failed: {what}")]
    Io {
        /// The file and the system's message.
        what: String,
    },
    /// The store is closed or has stopped after a failure.
    #[error("the store has stopped")]
    Stopped,
}

/// A read whose result is already known.
pub(crate) fn answered<'a, T: Send + 'a>(result: Result<T, ReadError>) -> Answer<'a, T> {
    Box::pin(std::future::ready(result))
}
