//! The platform's log as a witness and a mirror of it know it, from which the place of a held record is proved anew
//! ([ADR 0070]).
//!
//! A deposit comes within milliseconds of its record, under a head that nobody but the log has signed yet. Soon after,
//! witness and mirror of the data centre have cosigned a head above it, and the mirror has every hash on the way there.
//! What is handed out later carries that proof; what is deposited stays as it came, and stays in use wherever the new one
//! cannot be made or would prove less.
//!
//! - [`elsewhere`]: witness and mirror of another custodian, nothing of which is believed
//! - `tiles`: the path of an entry from tiles that are fetched
//! - `best_proof`: which of the two proofs is handed out
//!
//! [ADR 0070]: ../../../docs/adr/0070-a-held-record-is-proved-anew-under-a-cosigned-head.md

mod best_proof;
pub mod elsewhere;
mod tiles;

use std::collections::BTreeMap;
use std::sync::Arc;

use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence_store::witness::{Witness, WitnessError};
use heqi_tlog::checkpoint::{CheckpointError, Origin, SignedCheckpoint};
use heqi_tlog::proof::verify_inclusion;
use heqi_tlog::proof_file::ProofFile;
use heqi_tlog::tile::TilePath;
use heqi_tlog::tree::{Hash, leaf_hash};
use heqi_vocabulary::{Clock, UtcMillis};
use tokio::sync::Mutex;

use self::elsewhere::{Elsewhere, NotShown, Place, ShownElsewhere};
use self::tiles::{Fetched, Way};
use crate::mirror::{Mirror, MirrorError};
use crate::office::NotaryOffice;

pub(crate) use self::best_proof::examine_with_best_proof;

/// The platform's log with the newest head that both have cosigned.
#[derive(Debug)]
pub struct CosignedLog {
    source: Source,
    /// By SHA-256 of the origin. While the witness is ahead of the mirror neither signs for the other's head, so the
    /// last one that both signed is remembered; after a start it comes again with the next upload.
    newest: Mutex<BTreeMap<String, SignedCheckpoint>>,
}

/// Whose witness and mirror they are.
#[derive(Debug)]
enum Source {
    Own { witness: Arc<Witness>, mirror: Arc<Mirror> },
    Elsewhere(Elsewhere),
}

/// Why no head or no path was found; the proof of the deposit goes on being used.
#[derive(Debug, thiserror::Error)]
enum NoProof {
    #[error(transparent)]
    Witness(#[from] WitnessError),
    #[error(transparent)]
    Mirror(#[from] MirrorError),
    #[error(transparent)]
    Head(#[from] CheckpointError),
    #[error(transparent)]
    Elsewhere(#[from] NotShown),
}

impl CosignedLog {
    /// The log as this witness and this mirror of one office know it.
    pub fn new(witness: Arc<Witness>, mirror: Arc<Mirror>) -> Self {
        Self { source: Source::Own { witness, mirror }, newest: Mutex::default() }
    }

    /// The log as witness and mirror of another custodian show it. Their keys must stand among the office's anchors:
    /// by them alone a head counts.
    pub fn elsewhere(shown: Arc<dyn ShownElsewhere>) -> Self {
        Self { source: Source::Elsewhere(Elsewhere::new(shown)), newest: Mutex::default() }
    }

    /// Remembers the head that both have cosigned now, if they stand at the same one: asked whenever the mirror has
    /// cosigned, because the witness goes ahead again with the next head.
    pub async fn remember(&self, office: &NotaryOffice, origin: &Origin) {
        if let Err(error) = self.newest_head(office, origin).await {
            tracing::warn!(%error, "the head that witness and mirror cosigned is not remembered");
        }
    }

    /// The mirror's head with the witness's line as well, where it is the last that both cosigned: so whoever reads the
    /// mirror has one head of both even while the witness is ahead.
    pub async fn with_both_lines(&self, mirrored: SignedCheckpoint) -> SignedCheckpoint {
        let origin_sha256 = mirrored.checkpoint().origin().monitoring_path();
        let known = self.remembered(&origin_sha256).await;
        let same = known.filter(|known| known.note().text() == mirrored.note().text());
        same.and_then(|known| both_lines(known, &mirrored).ok()).unwrap_or(mirrored)
    }

    /// When witness and mirror of another custodian were last asked in vain, while nobody asks them for that; `None`
    /// while they are asked, and where they are the office's own.
    pub(crate) async fn not_asked_since(&self, clock: &dyn Clock) -> Option<UtcMillis> {
        match &self.source {
            Source::Own { .. } => None,
            Source::Elsewhere(there) => there.paused_since(clock).await,
        }
    }

    async fn remembered(&self, origin_sha256: &str) -> Option<SignedCheckpoint> {
        self.newest.lock().await.get(origin_sha256).cloned()
    }

    /// A head of both above the entry: the one that is remembered, because an earlier cosignature says more, else the
    /// newest.
    async fn head_above(
        &self,
        office: &NotaryOffice,
        (origin, index): (&Origin, u64),
    ) -> Result<Option<SignedCheckpoint>, NoProof> {
        let known = self.remembered(&origin.monitoring_path()).await;
        let known = known.filter(|head| head.checkpoint().size() > index);
        if known.is_some() {
            return Ok(known);
        }
        let newest = self.newest_head(office, origin).await?;
        Ok(newest.filter(|head| head.checkpoint().size() > index))
    }

    /// The newest head that both have cosigned, as far as is known.
    async fn newest_head(
        &self,
        office: &NotaryOffice,
        origin: &Origin,
    ) -> Result<Option<SignedCheckpoint>, NoProof> {
        let origin_sha256 = origin.monitoring_path();
        let now = self.head_of_both(office, origin).await?;
        let mut newest = self.newest.lock().await;
        if let Some(now) = now {
            let size = |head: &SignedCheckpoint| head.checkpoint().size();
            // Somebody who asked later may have been answered first.
            if newest.get(&origin_sha256).is_none_or(|known| size(known) < size(&now)) {
                newest.insert(origin_sha256.clone(), now);
            }
        }
        Ok(newest.get(&origin_sha256).cloned())
    }

    /// The head at which both stand, with the lines of log, witness and mirror; `None` while they stand at two.
    async fn head_of_both(
        &self,
        office: &NotaryOffice,
        origin: &Origin,
    ) -> Result<Option<SignedCheckpoint>, NoProof> {
        let (witness, mirror) = match &self.source {
            Source::Own { witness, mirror } => (witness, mirror),
            Source::Elsewhere(there) => {
                let now = office.clock().now();
                return Ok(there.head_of_both(office.anchors(), origin, now).await?);
            }
        };
        let origin_sha256 = origin.monitoring_path();
        let witnessed = witness.latest(office.store(), &**office.clock(), &origin_sha256);
        let Some(witnessed) = witnessed.await? else { return Ok(None) };
        let Some(mirrored) = mirror.checkpoint(&origin_sha256).await? else {
            return Ok(None);
        };
        if witnessed.note().text() != mirrored.note().text() {
            return Ok(None);
        }
        Ok(Some(both_lines(witnessed, &mirrored)?))
    }

    /// The proof that the record stands where the deposit's proof says, under a head of both. `None` when there is no
    /// such head, when the mirror is behind the leaf or lacks a tile, and when it has another leaf there.
    async fn prove(
        &self,
        office: &NotaryOffice,
        record: RecordRoot,
        deposited: &ProofFile,
    ) -> Result<Option<ProofFile>, NoProof> {
        let (origin, index) = (deposited.checkpoint().checkpoint().origin(), deposited.index());
        let Source::Elsewhere(there) = &self.source else {
            return self.prove_now(office, record, (origin, index)).await;
        };
        let place: Place = (origin.monitoring_path(), index, record);
        if let Some(proof) = there.made(&place).await {
            return Ok(Some(proof));
        }
        let proving = Box::pin(self.prove_now(office, record, (origin, index)));
        let proof = there.in_time(&**office.clock(), proving).await?;
        if let Some(proof) = &proof {
            there.keep(place, proof).await;
        }
        Ok(proof)
    }

    async fn prove_now(
        &self,
        office: &NotaryOffice,
        record: RecordRoot,
        (origin, index): (&Origin, u64),
    ) -> Result<Option<ProofFile>, NoProof> {
        let Some(head) = self.head_above(office, (origin, index)).await? else { return Ok(None) };
        let (size, root) = (head.checkpoint().size(), head.checkpoint().root());
        let Some((leaf, way)) = self.way_up(origin, index, size).await? else { return Ok(None) };
        // What does not lead to the head is no leaf of the log, whatever it is: another custodian's tiles are only said.
        if verify_inclusion(index, size, leaf, &way, root).is_err() {
            tracing::warn!(log.origin = %origin, log.size = size, index, "the mirror's tiles do not lead to its head");
            return Ok(None);
        }
        if leaf != leaf_hash(&LogLeaf::Record(record).to_bytes()) {
            tracing::error!(log.origin = %origin, log.size = size, index, "the mirror has another leaf than was deposited");
            return Ok(None);
        }
        Ok(ProofFile::new(index, way, head).ok())
    }

    /// The leaf hash of an entry and its path in the tree of `size`, from the mirror's tiles; `None` when one is missing.
    async fn way_up(
        &self,
        origin: &Origin,
        index: u64,
        size: u64,
    ) -> Result<Option<(Hash, Vec<Hash>)>, NoProof> {
        let mut fetched = Fetched::default();
        loop {
            let missing = match fetched.way_up(index, size) {
                Way::Found(leaf, path) => return Ok(Some((leaf, path))),
                Way::Needs(path) => path,
                Way::Nowhere => return Ok(None),
            };
            let Some(bytes) = self.tile(origin, missing).await? else { return Ok(None) };
            if !fetched.add(missing, &bytes) {
                return Ok(None);
            }
        }
    }

    async fn tile(&self, origin: &Origin, path: TilePath) -> Result<Option<Vec<u8>>, NoProof> {
        match &self.source {
            Source::Own { mirror, .. } => Ok(mirror.tile(&origin.monitoring_path(), path).await?),
            Source::Elsewhere(there) => Ok(there.tile(origin, path).await?),
        }
    }
}

/// One head with the lines of both notes; where both have a line of one key, that of `mirrored`.
fn both_lines(
    witnessed: SignedCheckpoint,
    mirrored: &SignedCheckpoint,
) -> Result<SignedCheckpoint, CheckpointError> {
    let mut lines = mirrored.note().signatures().iter().cloned();
    lines.try_fold(witnessed, |both, line| both.with_signature(line))
}
