//! Feeding the notary's witness and mirror with our log, head by head.
//!
//! Both cosign the same head, so that one checkpoint carries the lines of log, witness
//! and mirror. A witness that already cosigned a larger head than ours means that our
//! log was rolled back: nothing is sent any more and the alarm says so.

use heqi_evidence_store::backend::ReadError;
use heqi_evidence_store::log::{LogReader, ProofError};
use heqi_notary_protocol::mirror::AddEntriesAnswer;
use heqi_notary_protocol::witness::AddCheckpointError;
use heqi_notary_protocol::{CallError, MirrorClient, WitnessClient};
use heqi_tlog::checkpoint::{CheckpointError, SignedCheckpoint};
use heqi_tlog::mirror::{AddEntries, AddEntriesHeader, EntryPackage, MAX_PACKAGES, MirrorInfo};
use heqi_tlog::note::VerifierKey;
use heqi_tlog::witness::AddCheckpoint;

use crate::tiles::{SubtreeProofError, Tiles};

/// How often a peer may tell us another size before we give up for this time.
const MOST_CORRECTIONS: usize = 4;

/// Whom to ask and whose answers count.
pub struct Cosigners {
    /// The notary's witness.
    pub witness: WitnessClient,
    /// Its keys.
    pub witness_keys: Vec<VerifierKey>,
    /// The notary's mirror.
    pub mirror: MirrorClient,
    /// Its keys.
    pub mirror_keys: Vec<VerifierKey>,
}

/// Where both stand, as far as we know.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    witness_size: u64,
    mirror_pending: u64,
    mirror_next: u64,
}

/// Why a head has no cosignature yet.
#[derive(Debug, thiserror::Error)]
pub enum CosigningError {
    /// The peer did not answer, or refused.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The peer cosigned more of our log than we have: it was rolled back.
    #[error("the peer holds {theirs} entries of our log, we have {ours}: our log was rolled back")]
    RolledBack {
        /// Size the peer cosigned.
        theirs: u64,
        /// Our size.
        ours: u64,
    },
    /// The peer kept telling us other sizes.
    #[error("the peer keeps answering with other sizes")]
    Unsettled,
    /// Our log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Our log could not prove itself.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// A message could not be made.
    #[error("our own log gave something that cannot be sent: {0}")]
    Message(&'static str),
}

impl From<SubtreeProofError> for CosigningError {
    fn from(error: SubtreeProofError) -> Self {
        match error {
            SubtreeProofError::Read(error) => Self::Read(error),
            SubtreeProofError::Tiles => Self::Message("tiles that do not fit the head"),
        }
    }
}

impl From<CheckpointError> for CosigningError {
    fn from(_: CheckpointError) -> Self {
        Self::Message("a checkpoint that takes no more lines")
    }
}

impl Cosigners {
    /// Asks the witness for its line on `head`.
    pub(crate) async fn witnessed(
        &self,
        log: &dyn LogReader,
        head: &SignedCheckpoint,
        standing: &mut Standing,
    ) -> Result<SignedCheckpoint, CosigningError> {
        for _ in 0..MOST_CORRECTIONS {
            let request = growth(log, head, standing.witness_size).await?;
            match self.witness.add_checkpoint(&request, &self.witness_keys).await {
                Ok(cosigned) => {
                    standing.witness_size = head.checkpoint().size();
                    return Ok(cosigned);
                }
                Err(AddCheckpointError::Conflict { cosigned_size }) => {
                    standing.witness_size = not_beyond(cosigned_size, head)?;
                }
                Err(AddCheckpointError::Call(error)) => return Err(error.into()),
            }
        }
        Err(CosigningError::Unsettled)
    }

    /// Brings the mirror up to `head` and gives its line.
    pub(crate) async fn mirrored(
        &self,
        log: &dyn LogReader,
        head: &SignedCheckpoint,
        standing: &mut Standing,
    ) -> Result<SignedCheckpoint, CosigningError> {
        self.announce(log, head, standing).await?;
        let mut ticket = Vec::new();
        let mut corrections = 0;
        let mut tiles = Tiles::default();
        while corrections < MOST_CORRECTIONS {
            let start = standing.mirror_next.min(head.checkpoint().size());
            let upload = package(log, head, start, std::mem::take(&mut ticket), &mut tiles).await?;
            match self.mirror.add_entries(&upload, head, &self.mirror_keys).await? {
                AddEntriesAnswer::Cosigned(cosigned) => {
                    standing.mirror_next = head.checkpoint().size();
                    return Ok(cosigned);
                }
                AddEntriesAnswer::Progress(info) => ticket = follow(info, head, standing)?,
                AddEntriesAnswer::Conflict(info) => {
                    corrections += 1;
                    let elsewhere = info.pending_size != head.checkpoint().size();
                    ticket = follow(info, head, standing)?;
                    if elsewhere {
                        self.announce(log, head, standing).await?;
                    }
                }
            }
        }
        Err(CosigningError::Unsettled)
    }

    async fn announce(
        &self,
        log: &dyn LogReader,
        head: &SignedCheckpoint,
        standing: &mut Standing,
    ) -> Result<(), CosigningError> {
        for _ in 0..MOST_CORRECTIONS {
            let request = growth(log, head, standing.mirror_pending).await?;
            match self.mirror.add_checkpoint(&request).await {
                Ok(()) => {
                    standing.mirror_pending = head.checkpoint().size();
                    return Ok(());
                }
                Err(AddCheckpointError::Conflict { cosigned_size }) => {
                    standing.mirror_pending = not_beyond(cosigned_size, head)?;
                }
                Err(AddCheckpointError::Call(error)) => return Err(error.into()),
            }
        }
        Err(CosigningError::Unsettled)
    }
}

/// One checkpoint with the lines of both.
pub(crate) fn merge(
    one: SignedCheckpoint,
    other: &SignedCheckpoint,
) -> Result<SignedCheckpoint, CosigningError> {
    other
        .note()
        .signatures()
        .iter()
        .cloned()
        .try_fold(one, |merged, line| merged.with_signature(line).map_err(CosigningError::from))
}

/// The proof that the tree the peer knows grew into `head`.
async fn growth(
    log: &dyn LogReader,
    head: &SignedCheckpoint,
    old_size: u64,
) -> Result<AddCheckpoint, CosigningError> {
    let size = head.checkpoint().size();
    let proof = if old_size == 0 || old_size == size {
        Vec::new()
    } else {
        log.consistency_proof(old_size, size).await?
    };
    AddCheckpoint::new(old_size, proof, head.clone())
        .map_err(|_| CosigningError::Message("a consistency proof that is too long"))
}

/// The next packages of an upload that ends at `head`.
async fn package(
    log: &dyn LogReader,
    head: &SignedCheckpoint,
    start: u64,
    ticket: Vec<u8>,
    tiles: &mut Tiles,
) -> Result<AddEntries, CosigningError> {
    let message = |_| CosigningError::Message("entries that cannot be packed");
    let checkpoint = head.checkpoint();
    let size = checkpoint.size();
    let header =
        AddEntriesHeader::new(checkpoint.origin().clone(), start, size, ticket).map_err(message)?;
    let mut packages = Vec::new();
    for range in header.ranges().take(MAX_PACKAGES) {
        let mut entries = Vec::new();
        let mut from = range.start;
        while from < range.end {
            let wanted = usize::try_from(range.end - from).unwrap_or(usize::MAX);
            let read = log.entries(from, wanted).await?;
            if read.is_empty() {
                return Err(CosigningError::Message("fewer entries than its head says"));
            }
            from += u64::try_from(read.len()).unwrap_or(u64::MAX);
            entries.extend(read.into_iter().map(|entry| entry.entry.to_vec()));
        }
        let proof = tiles.prove(log, range, size).await?;
        packages.push(EntryPackage::new(entries, proof).map_err(message)?);
    }
    AddEntries::new(header, packages).map_err(message)
}

fn follow(
    info: MirrorInfo,
    head: &SignedCheckpoint,
    standing: &mut Standing,
) -> Result<Vec<u8>, CosigningError> {
    standing.mirror_pending = not_beyond(info.pending_size, head)?;
    standing.mirror_next = not_beyond(info.next_entry, head)?;
    Ok(info.ticket)
}

fn not_beyond(theirs: u64, head: &SignedCheckpoint) -> Result<u64, CosigningError> {
    let ours = head.checkpoint().size();
    if theirs > ours { Err(CosigningError::RolledBack { theirs, ours }) } else { Ok(theirs) }
}
