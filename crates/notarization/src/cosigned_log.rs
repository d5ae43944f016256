//! The platform's log as the office's own witness and mirror know it, from which the place of a held record is proved
//! anew ([ADR 0070]).
//!
//! A deposit comes within milliseconds of its record, under a head that nobody but the log has signed yet. Soon after,
//! witness and mirror of this very office have cosigned a head above it, and the mirror has every hash on the way there.
//! What is handed out later carries that proof; what is deposited stays as it came, and stays in use wherever the new one
//! cannot be made or would prove less.
//!
//! [ADR 0070]: ../../../docs/adr/0070-a-held-record-is-proved-anew-under-a-cosigned-head.md

use std::collections::BTreeMap;
use std::sync::Arc;

use heqi_evidence::bundle::{BundleParts, EvidenceBundle};
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::examine::{Question, examine};
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence::verdict::{ClaimName, Status, Verdict};
use heqi_evidence_store::witness::{Witness, WitnessError};
use heqi_tlog::checkpoint::{CheckpointError, SignedCheckpoint};
use heqi_tlog::proof::{NodeReader as _, ProveError, prove_inclusion, verify_inclusion};
use heqi_tlog::proof_file::ProofFile;
use heqi_tlog::tile::{HashTile, TilePath, TileReader, TiledTree, TiledTreeError};
use heqi_tlog::tree::{Hash, leaf_hash};
use heqi_vocabulary::UtcMillis;
use tokio::sync::Mutex;

use crate::mirror::{Mirror, MirrorError};
use crate::office::NotaryOffice;

/// What rests on the word of witness and mirror.
const BY_COSIGNERS: [ClaimName; 2] = [ClaimName::Witnessed, ClaimName::Mirrored];

/// The platform's log with the newest head that both have cosigned.
#[derive(Debug)]
pub struct CosignedLog {
    witness: Arc<Witness>,
    mirror: Arc<Mirror>,
    /// By SHA-256 of the origin. While the witness is ahead of the mirror neither signs for the other's head, so the
    /// last one that both signed is remembered; after a start it comes again with the next upload.
    newest: Mutex<BTreeMap<String, SignedCheckpoint>>,
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
}

impl CosignedLog {
    /// The log as this witness and this mirror of one office know it.
    pub fn new(witness: Arc<Witness>, mirror: Arc<Mirror>) -> Self {
        Self { witness, mirror, newest: Mutex::default() }
    }

    /// Remembers the head that both have cosigned now, if they stand at the same one: asked whenever the mirror has
    /// cosigned, because the witness goes ahead again with the next head.
    pub async fn remember(&self, office: &NotaryOffice, origin_sha256: &str) {
        if let Err(error) = self.newest_head(office, origin_sha256).await {
            tracing::warn!(%error, "the head that witness and mirror cosigned is not remembered");
        }
    }

    /// The newest head that both have cosigned, as far as is known.
    async fn newest_head(
        &self,
        office: &NotaryOffice,
        origin_sha256: &str,
    ) -> Result<Option<SignedCheckpoint>, NoProof> {
        let now = self.head_of_both(office, origin_sha256).await?;
        let mut newest = self.newest.lock().await;
        if let Some(now) = now {
            let size = |head: &SignedCheckpoint| head.checkpoint().size();
            // Somebody who asked later may have been answered first.
            if newest.get(origin_sha256).is_none_or(|known| size(known) < size(&now)) {
                newest.insert(origin_sha256.to_owned(), now);
            }
        }
        Ok(newest.get(origin_sha256).cloned())
    }

    /// The head at which both stand, with the lines of log, witness and mirror; `None` while they stand at two.
    async fn head_of_both(
        &self,
        office: &NotaryOffice,
        origin_sha256: &str,
    ) -> Result<Option<SignedCheckpoint>, NoProof> {
        let witnessed = self.witness.latest(office.store(), &**office.clock(), origin_sha256);
        let Some(witnessed) = witnessed.await? else { return Ok(None) };
        let Some(mirrored) = self.mirror.checkpoint(origin_sha256).await? else {
            return Ok(None);
        };
        if witnessed.note().text() != mirrored.note().text() {
            return Ok(None);
        }
        let mut lines = mirrored.note().signatures().iter().cloned();
        Ok(Some(lines.try_fold(witnessed, |both, line| both.with_signature(line))?))
    }

    /// The proof that the record stands where the deposit's proof says, under the newest head of both. `None` when there
    /// is no such head, when the mirror is behind the leaf or lacks a tile, and when it has another leaf there.
    async fn prove(
        &self,
        office: &NotaryOffice,
        record: RecordRoot,
        deposited: &ProofFile,
    ) -> Result<Option<ProofFile>, NoProof> {
        let (origin, index) = (deposited.checkpoint().checkpoint().origin(), deposited.index());
        let path = origin.monitoring_path();
        let Some(head) = self.newest_head(office, &path).await? else { return Ok(None) };
        let (size, root) = (head.checkpoint().size(), head.checkpoint().root());
        if index >= size {
            return Ok(None);
        }
        let Some((leaf, way)) = self.way_up(&path, index, size).await? else { return Ok(None) };
        if leaf != leaf_hash(&LogLeaf::Record(record).to_bytes())
            || verify_inclusion(index, size, leaf, &way, root).is_err()
        {
            tracing::error!(log.origin = %origin, log.size = size, index, "the mirror has another leaf than was deposited");
            return Ok(None);
        }
        Ok(ProofFile::new(index, way, head).ok())
    }

    /// The leaf hash of an entry and its path in the tree of `size`, from the mirror's tiles; `None` when one is missing.
    ///
    /// The proof code reads nodes synchronously and the mirror is read asynchronously, so the path is tried with the
    /// tiles at hand and each missing tile is fetched: one for every eight levels.
    async fn way_up(
        &self,
        origin_sha256: &str,
        index: u64,
        size: u64,
    ) -> Result<Option<(Hash, Vec<Hash>)>, MirrorError> {
        let mut fetched = Fetched::default();
        loop {
            let missing = match fetched.way_up(index, size) {
                Ok(found) => return Ok(Some(found)),
                Err(ProveError::Read(TiledTreeError::Read(Missing(path)))) => path,
                Err(_) => return Ok(None),
            };
            let Some(bytes) = self.mirror.tile(origin_sha256, missing).await? else {
                return Ok(None);
            };
            let Ok(tile) = HashTile::decode(&bytes, missing.width()) else { return Ok(None) };
            fetched.0.insert(missing, tile);
        }
    }
}

/// The tiles at hand.
#[derive(Default)]
struct Fetched(BTreeMap<TilePath, HashTile>);

/// A tile that is not at hand.
struct Missing(TilePath);

impl TileReader for Fetched {
    type Error = Missing;

    fn tile(&self, path: TilePath) -> Result<HashTile, Missing> {
        self.0.get(&path).cloned().ok_or(Missing(path))
    }
}

impl Fetched {
    fn way_up(
        &self,
        index: u64,
        size: u64,
    ) -> Result<(Hash, Vec<Hash>), ProveError<TiledTreeError<Missing>>> {
        let tree = TiledTree::new(self, size);
        let leaf = tree.node(0, index).map_err(ProveError::Read)?;
        Ok((leaf, prove_inclusion(&tree, index, size)?))
    }
}

/// The examination broke off: a defect of the program.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the examination of held parts broke off")]
pub(crate) struct BrokeOff;

/// Examines held parts as a stranger would at `at`, by the office's own anchors, and gives them with the log proof that
/// proves more: that of the deposit, or one under a head that witness and mirror have cosigned since.
pub(crate) async fn examine_with_best_proof(
    office: &NotaryOffice,
    parts: BundleParts,
    at: Option<UtcMillis>,
) -> Result<(BundleParts, Verdict), BrokeOff> {
    let (mut parts, of_deposited) = examine_aside(office, parts, at).await?;
    // Boxed: whoever examines is deep in other work already.
    let Some(anew) = Box::pin(proof_anew(office, &parts, &of_deposited)).await else {
        return Ok((parts, of_deposited));
    };
    let deposited = parts.proof.replace(anew);
    let (mut parts, of_new) = examine_aside(office, parts, at).await?;
    if proves_more(&of_new, &of_deposited) {
        return Ok((parts, of_new));
    }
    parts.proof = deposited;
    Ok((parts, of_deposited))
}

/// The bytes of the new proof, where the deposited one lacks a cosignature. An earlier cosignature says more than a later
/// one, so a proof that has both stays.
async fn proof_anew(
    office: &NotaryOffice,
    parts: &BundleParts,
    verdict: &Verdict,
) -> Option<Vec<u8>> {
    let log = office.cosigned_log()?;
    if BY_COSIGNERS.iter().all(|name| is_proved(verdict, *name)) {
        return None;
    }
    let deposited = ProofFile::parse(parts.proof.as_deref()?).ok()?;
    let record = RecordRoot::new(Disclosure::parse(&parts.record).ok()?.root());
    match log.prove(office, record, &deposited).await {
        Ok(proof) => Some(proof?.to_string().into_bytes()),
        Err(error) => {
            tracing::warn!(%error, "a held record keeps the log proof of its deposit");
            None
        }
    }
}

/// Whether both cosigners count now and no claim stands worse than before: a head that is cosigned after a key came to be
/// distrusted, for one, proves less than an older one.
fn proves_more(anew: &Verdict, deposited: &Verdict) -> bool {
    let is_worse =
        |name, status: Status| deposited.claim(name).is_some_and(|before| before.status < status);
    BY_COSIGNERS.iter().all(|name| is_proved(anew, *name))
        && !anew.claims().iter().any(|claim| is_worse(claim.name, claim.status))
}

fn is_proved(verdict: &Verdict, name: ClaimName) -> bool {
    verdict.claim(name).is_some_and(|claim| claim.status == Status::Proved)
}

/// Hashing and signatures: not on the threads that answer requests.
async fn examine_aside(
    office: &NotaryOffice,
    parts: BundleParts,
    at: Option<UtcMillis>,
) -> Result<(BundleParts, Verdict), BrokeOff> {
    let office = office.clone();
    let examined = tokio::task::spawn_blocking(move || {
        let bundle = EvidenceBundle { parts, damaged: Vec::new() };
        let question = Question { anchors: Some(office.anchors()), at, received: None };
        let verdict = examine(&bundle, &question);
        (bundle.parts, verdict)
    });
    examined.await.map_err(|_| BrokeOff)
}
