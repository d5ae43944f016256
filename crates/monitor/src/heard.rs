//! What others were told by the log: heads, proofs and receipts in their hands.

use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence::successor::{LogSuccessor, VerifiedSuccessor};
use heqi_pki::dsse::Envelope;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::fork::ForkProof;
use heqi_tlog::note::VerifierKey;
use heqi_tlog::proof_file::ProofFile;
use heqi_tlog::tree::{Hash, leaf_hash};
use heqi_vocabulary::Digest;

use crate::Source;

/// One thing in the hands of others.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers may build it")]
pub struct Heard {
    /// Where it came from, for the report.
    pub from: String,
    /// The head in it, not verified; none in a deposit receipt.
    pub head: Option<SignedCheckpoint>,
    /// The proof in it, and the leaf if it is known.
    pub proof: Option<(ProofFile, Option<Hash>)>,
    /// A leaf that must stand somewhere in the log.
    pub leaf: Option<Hash>,
    /// A statement by which one log took the place of another: the key of the one that goes on, not believed to be
    /// of that log, and the leaf it must begin with; `head` is then the end of the frozen one.
    pub succession: Option<(VerifierKey, Hash)>,
    /// A fork proof somebody else made, not verified.
    pub fork: Option<ForkProof>,
    /// Where the tiles of the head may be, not believed.
    pub at: Option<Source>,
}

/// It is none of the files a log leaves in people's hands.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("neither a checkpoint, a tlog-proof, a receipt, a fork proof nor an evidence bundle")]
pub struct HeardError;

impl Heard {
    /// Reads a checkpoint, a tlog-proof, a receipt of the platform (JSON), a deposit receipt
    /// or a statement of succession (DSSE envelopes), a fork proof or an evidence bundle.
    ///
    /// # Errors
    /// [`HeardError`].
    pub fn read(from: &str, bytes: &[u8]) -> Result<Self, HeardError> {
        let from = from.to_owned();
        if let Ok(head) = SignedCheckpoint::parse(bytes) {
            return Ok(Self::of_head(from, head));
        }
        if ForkProof::is_named_by(bytes) {
            let fork = ForkProof::parse(bytes).map_err(|_| HeardError)?;
            return Ok(Self { fork: Some(fork), ..Self::nothing(from) });
        }
        if let Ok(proof) = ProofFile::parse(bytes) {
            return Ok(Self::of_proof(from, proof, None));
        }
        if let Ok(bundle) = EvidenceBundle::read(bytes) {
            let proof =
                bundle.parts.proof.as_deref().and_then(|bytes| ProofFile::parse(bytes).ok());
            let record = Disclosure::parse(&bundle.parts.record).map_err(|_| HeardError)?;
            let leaf = record_leaf(record.root());
            return Ok(Self::of_proof(from, proof.ok_or(HeardError)?, Some(leaf)));
        }
        let receipt: serde_json::Value = serde_json::from_slice(bytes).map_err(|_| HeardError)?;
        if receipt.get("payloadType").is_some() {
            if let Some(successor) = successor(bytes) {
                let goes_on = successor.said().log_key.0.clone();
                let first = leaf_hash(&successor.first_entry().to_bytes());
                let head = Some(successor.frozen_head().clone());
                return Ok(Self {
                    head,
                    succession: Some((goes_on, first)),
                    ..Self::nothing(from)
                });
            }
            let leaf = LogLeaf::Statement(Digest::of(bytes)).to_bytes();
            return Ok(Self { leaf: Some(leaf_hash(&leaf)), ..Self::nothing(from) });
        }
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let root = receipt.get("record_root").and_then(text).ok_or(HeardError)?;
        let root: Digest = root.parse().map_err(|_| HeardError)?;
        let proof = receipt.pointer("/logged/proof").and_then(text).ok_or(HeardError)?;
        let proof = ProofFile::parse(proof.as_bytes()).map_err(|_| HeardError)?;
        Ok(Self::of_proof(from, proof, Some(record_leaf(root))))
    }

    /// A head, as others publish it.
    pub fn of_head(from: String, head: SignedCheckpoint) -> Self {
        Self { head: Some(head), ..Self::nothing(from) }
    }

    const fn nothing(from: String) -> Self {
        Self { from, head: None, proof: None, leaf: None, succession: None, fork: None, at: None }
    }

    fn of_proof(from: String, proof: ProofFile, leaf: Option<Hash>) -> Self {
        let head = Some(proof.checkpoint().clone());
        Self { head, proof: Some((proof, leaf)), ..Self::nothing(from) }
    }
}

/// A statement of succession that both logs signed.
fn successor(bytes: &[u8]) -> Option<VerifiedSuccessor> {
    LogSuccessor::verify(&Envelope::from_json(bytes).ok()?).ok()
}

fn record_leaf(root: Digest) -> Hash {
    leaf_hash(&LogLeaf::Record(RecordRoot::new(root)).to_bytes())
}
