//! What was refused because it does not fit its chain, as proofs for others
//! (`docs/spec/chain-fork-proof.md`).

use heqi_evidence::chain_fork::{ChainForkProof, LoggedFrame};
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::record::EvidenceRecord;
use heqi_tlog::proof_file::ProofFile;

use crate::deposited::{
    ChainMisbehaviour, DepositKey, DepositedError, MISBEHAVIOUR, PROOF, deposit, open_part,
};
use crate::office::NotaryOffice;

/// What could be shown to others, and what could not.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ChainForks {
    /// One proof for each refused record, where there is one.
    pub proofs: Vec<ChainForkProof>,
    /// Refused records that prove nothing to others: what they contradict is not held, was erased, or is a time.
    pub without_proof: Vec<ChainMisbehaviour>,
}

/// Makes a proof of every record that was refused for its place in a chain.
///
/// # Errors
/// The store could not be read.
pub async fn chain_fork_proofs(office: &NotaryOffice) -> Result<ChainForks, DepositedError> {
    let mut forks = ChainForks::default();
    for (_, stored) in MISBEHAVIOUR.scan(office.store(), "", None, usize::MAX).await? {
        let kept = stored.value;
        let held = match kept.held {
            Some(held) => logged_frame(office, &held).await?,
            None => None,
        };
        let offered = logged_frame(office, &kept.offered).await?;
        let pair = held.zip(offered);
        match pair.and_then(|(held, offered)| ChainForkProof::of(held, offered).ok()) {
            Some(proof) => forks.proofs.push(proof),
            None => forks.without_proof.push(kept),
        }
    }
    Ok(forks)
}

/// The frame of a deposited record with its log proof; `None` when its key was erased.
async fn logged_frame(
    office: &NotaryOffice,
    key: &DepositKey,
) -> Result<Option<LoggedFrame>, DepositedError> {
    let Some(row) = deposit(office, key).await? else { return Ok(None) };
    let part = async |name: &str| match row.parts.iter().find(|part| part.name == name) {
        Some(part) => open_part(office, row.chain, part).await.ok(),
        None => None,
    };
    let (record, proof) = (part("record.json").await, part(PROOF).await);
    Ok(record.zip(proof).and_then(|(record, proof)| {
        let record = EvidenceRecord::of_full(&Disclosure::parse(&record).ok()?).ok()?;
        let proof = ProofFile::parse(&proof).ok()?;
        LoggedFrame::new(&record.frame_only().ok()?, proof).ok()
    }))
}
