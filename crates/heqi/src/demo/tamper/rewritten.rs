//! The whole log rewritten, as only whoever holds the platform's own key can do it: a record is
//! changed, the tree of the log is made anew above it, and the new head is signed. What the notary
//! signed about the true record is left out, because it cannot be made again.
//!
//! By itself such a copy contradicts nothing. But the platform has signed two roots for one size,
//! and the other one bears the notary's cosignature: both heads in one file convict the platform.

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_tlog::checkpoint::{Checkpoint, SignedCheckpoint};
use heqi_tlog::fork::ForkProof;
use heqi_tlog::note::NoteSigner;
use heqi_tlog::proof::inclusion_root;
use heqi_tlog::proof_file::ProofFile;
use heqi_tlog::tree::leaf_hash;

use super::forgery::with_value;

/// An address of documentation (RFC 5737): nobody signs from there.
pub(super) const ELSEWHERE: &str = "203.0.113.66";

pub(super) struct Rewritten {
    pub(super) parts: BundleParts,
    pub(super) fork: ForkProof,
}

pub(super) fn rewrite(original: &BundleParts, signer: &NoteSigner) -> Option<Rewritten> {
    let mut parts = original.clone();
    let before = Disclosure::parse(&parts.record).ok()?.root();
    // An attribute that the platform alone observed: no signature of the device is over it.
    parts.record = with_value(&parts.record, "client_address", ELSEWHERE.into())?;
    let after = Disclosure::parse(&parts.record).ok()?.root();

    // The chain up to the changed record; what follows names the true one.
    let is_own = |frame: &Vec<u8>| Disclosure::parse(frame).is_ok_and(|own| own.root() == before);
    if let Some(own) = parts.chain.iter().position(is_own) {
        parts.chain.truncate(own);
        parts.chain.push(parts.record.clone());
    }

    // Every other entry stays, so the path beside the changed leaf stays too.
    let proof = ProofFile::parse(original.proof.as_deref()?).ok()?;
    let head = proof.checkpoint().checkpoint();
    let leaf = leaf_hash(&LogLeaf::Record(RecordRoot::new(after)).to_bytes());
    let root = inclusion_root(proof.index(), head.size(), leaf, proof.path()).ok()?;
    let forged = Checkpoint::new(head.origin().clone(), head.size(), root).ok()?;
    let forged = SignedCheckpoint::sign(forged, signer).ok()?;
    let fork = ForkProof::roots(proof.checkpoint().clone(), forged.clone()).ok()?;
    let forged = ProofFile::new(proof.index(), proof.path().to_vec(), forged).ok()?;
    parts.proof = Some(forged.to_string().into_bytes());

    parts.deposits.clear();
    parts.chain_head = None;
    parts.time.clear();
    Some(Rewritten { parts, fork })
}
