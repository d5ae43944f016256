//! The log as others see it: heads, proofs, tiles, entries (RFC 6962, c2sp.org/tlog-tiles).
//!
//! Every commit with leaves makes a new **head**: a checkpoint signed by the log's own key, stored in the same journal
//! frame as the commit. What the world is shown is the **published** checkpoint: the newest one a witness has cosigned,
//! handed in by whoever collects cosignatures.

pub(crate) mod edge;
pub(crate) mod tiles;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use heqi_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use heqi_tlog::note::NoteSigner;
use heqi_tlog::tile::TilePath;
use heqi_tlog::tree::Hash;
use tokio::sync::watch;

use crate::backend::{Answer, ReadError};
use crate::changeset::LedgerEntry;

/// The most bytes of entries and records one read returns, unless the first entry alone is longer.
pub const MAX_READ_BYTES: usize = 4 << 20;

/// Signs the heads of one log.
pub trait HeadSigner: Send + Sync {
    /// Which log this is.
    fn origin(&self) -> &Origin;

    /// Signs a checkpoint of this log. The store never asks for two checkpoints that do not agree and releases no
    /// signature before the head is durable.
    ///
    /// # Errors
    /// A failure stops the store: accepted changes could not be answered any more.
    fn sign(&self, checkpoint: Checkpoint) -> Result<SignedCheckpoint, SignHeadError>;
}

/// The log's key did not sign.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the log's key did not sign the head: {what}")]
pub struct SignHeadError {
    /// What the key's holder said.
    pub what: String,
}

/// A key of the log held in memory.
pub struct KeyedHeadSigner {
    origin: Origin,
    signer: NoteSigner,
}

impl KeyedHeadSigner {
    /// Takes the log's key; its name is the origin of the log.
    pub fn new(signer: NoteSigner) -> Self {
        Self { origin: Origin::from(signer.verifier_key().name().clone()), signer }
    }
}

impl HeadSigner for KeyedHeadSigner {
    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn sign(&self, checkpoint: Checkpoint) -> Result<SignedCheckpoint, SignHeadError> {
        SignedCheckpoint::sign(checkpoint, &self.signer)
            .map_err(|error| SignHeadError { what: error.to_string() })
    }
}

/// A durable head of the log. Cheap to clone.
#[derive(Clone)]
pub struct Head(Arc<SignedCheckpoint>);

impl Head {
    /// Wraps a checkpoint the log's own key signed.
    pub fn new(checkpoint: SignedCheckpoint) -> Self {
        Self(Arc::new(checkpoint))
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.0.checkpoint().size()
    }

    /// RFC 6962 root over the leaves.
    pub fn root(&self) -> Hash {
        self.0.checkpoint().root()
    }

    /// The signed note.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.0
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Head({}, {})", self.size(), self.root())
    }
}

/// Reads the log. Everything returned lies under the newest durable head.
pub trait LogReader: fmt::Debug + Send + Sync {
    /// The newest durable head.
    fn head(&self) -> Head;

    /// Tells of each new head; intermediate heads may be skipped.
    fn head_changed(&self) -> watch::Receiver<Head>;

    /// Entries and records from leaf `from` on, at most `limit` and [`MAX_READ_BYTES`]. Shorter at the head, empty
    /// beyond it. Index rows are not returned.
    fn entries(&self, from: u64, limit: usize) -> Answer<'_, Vec<LedgerEntry>>;

    /// Proof that leaf `index` is in the tree of `size` (RFC 6962 section 2.1.1).
    fn inclusion_proof(&self, index: u64, size: u64) -> ProofAnswer<'_>;

    /// Proof that the tree of `new_size` begins with the tree of `old_size` (RFC 6962 section 2.1.2).
    fn consistency_proof(&self, old_size: u64, new_size: u64) -> ProofAnswer<'_>;

    /// The root the tree had at `size`; `None` beyond the head.
    fn root_at(&self, size: u64) -> Answer<'_, Option<Hash>>;

    /// The bytes of any tile or entry bundle, of any width, that lies under the head; `None` beyond it. Partial ones
    /// are made on the fly.
    fn tile(&self, path: TilePath) -> Answer<'_, Option<Bytes>>;

    /// The newest published checkpoint.
    fn published(&self) -> Option<Head>;

    /// Publishes a cosigned checkpoint: its partial tiles first, then the checkpoint itself. Publishing an older one
    /// than the present one changes nothing.
    fn publish(&self, checkpoint: SignedCheckpoint) -> PublishAnswer<'_>;
}

impl dyn LogReader + '_ {
    /// One leaf with its record; `None` beyond the head.
    pub async fn entry(&self, index: u64) -> Result<Option<LedgerEntry>, ReadError> {
        Ok(self.entries(index, 1).await?.into_iter().next())
    }
}

/// What asking for a proof resolves to.
pub type ProofAnswer<'a> = futures_util::future::BoxFuture<'a, Result<Vec<Hash>, ProofError>>;

/// What publishing resolves to.
pub type PublishAnswer<'a> = futures_util::future::BoxFuture<'a, Result<(), PublishError>>;

/// Why there is no such proof.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// What was asked for is not inside the tree, or the tree is larger than the head.
    #[error("there is no such proof under a head of {head} leaves")]
    OutsideTree {
        /// Leaves under the head.
        head: u64,
    },
    /// A node could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Why a checkpoint was not published.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// It is of another log.
    #[error("the checkpoint is of another log")]
    WrongOrigin,
    /// It is beyond the head.
    #[error("the checkpoint has {size} leaves, the head only {head}")]
    BeyondHead {
        /// Leaves under the checkpoint.
        size: u64,
        /// Leaves under the head.
        head: u64,
    },
    /// Its root is not the one this log has at that size. Somebody signed another history: an incident.
    #[error("the checkpoint of size {size} has another root than this log")]
    WrongRoot {
        /// Leaves under the checkpoint.
        size: u64,
    },
    /// Reading failed.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Writing failed.
    #[error("the checkpoint could not be written: {what}")]
    Write {
        /// The file and the system's message.
        what: String,
    },
}

/// Refuses what [`LogReader::publish`] must not publish; `root` is this log's own at the checkpoint's size.
pub(crate) fn check_publishable(
    checkpoint: &Checkpoint,
    origin: &Origin,
    head: &Head,
    root: Option<Hash>,
) -> Result<(), PublishError> {
    let size = checkpoint.size();
    if checkpoint.origin() != origin {
        return Err(PublishError::WrongOrigin);
    }
    let root = root.ok_or(PublishError::BeyondHead { size, head: head.size() })?;
    if root == checkpoint.root() { Ok(()) } else { Err(PublishError::WrongRoot { size }) }
}
