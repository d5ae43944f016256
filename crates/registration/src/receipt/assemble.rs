//! Puts a receipt together: from a commit that has just been made, or from what is kept.

use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::backend::{Backend, Committed};
use heqi_evidence_store::stamping;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::proof_file::ProofFile;
use heqi_vocabulary::{Digest, RecordId, UtcMillis};

use super::{DepositNote, Deposits, LogProof, Receipt, TimeStamp, Timestamped};
use crate::fault::{ActError, Fault};
use crate::ledger::{self, About, KeptRecord};
use crate::platform::Platform;
use crate::rows::{self, Cosigned, Pair, ReceiptRow};

/// A record as it stands, before anybody else has seen it.
pub(crate) struct Stands {
    pub(crate) record_id: RecordId,
    pub(crate) root: RecordRoot,
    pub(crate) kind: RecordKind,
    pub(crate) recorded_at: UtcMillis,
    pub(crate) about: About,
}

impl Stands {
    fn receipt(self, logged: LogProof, of: usize) -> Receipt {
        Receipt {
            record_id: self.record_id,
            record_root: self.root,
            kind: self.kind,
            recorded_at: self.recorded_at,
            filing_id: self.about.filing,
            signing_id: self.about.signing,
            voucher: self.about.voucher,
            logged,
            witnessed: None,
            mirrored: None,
            deposited: Deposits { held: 0, of, receipts: Vec::new() },
            timestamped: None,
        }
    }
}

/// The receipt of a record that was committed just now, without reading it again.
pub(crate) async fn fresh(
    platform: &Platform,
    stands: Stands,
    committed: &Committed,
) -> Result<Receipt, Fault> {
    let index = committed.first_leaf_index;
    let index = index.ok_or_else(|| Fault::broken("a record was committed without a leaf"))?;
    let logged = prove(platform.backend(), index, committed.head.checkpoint()).await?;
    Ok(stands.receipt(logged, platform.settings.custodians.len()))
}

/// The receipt of a record that is kept.
pub(crate) async fn of(platform: &Platform, record: RecordId) -> Result<Receipt, ActError> {
    let kept = ledger::find(platform, record).await?;
    Ok(assemble(platform, &kept).await?)
}

/// The receipt as everything stands.
pub(super) async fn assemble(platform: &Platform, kept: &KeptRecord) -> Result<Receipt, Fault> {
    let head = kept.newest_head(platform);
    let logged = log_proof(&kept.proof(platform, &head).await?);
    let stands = Stands {
        record_id: kept.record_id,
        root: kept.root,
        kind: kept.kind,
        recorded_at: kept.recorded_at,
        about: kept.about,
    };
    let mut receipt = stands.receipt(logged, platform.settings.custodians.len());
    if let Some(store) = kept.logged_in(platform) {
        receipt.witnessed = cosigned(store, kept.index, Cosigned::Witnessed).await?;
        receipt.mirrored = cosigned(store, kept.index, Cosigned::Mirrored).await?;
        receipt.timestamped = timestamped(store, kept.index).await?;
    }
    for custodian in platform.settings.custodians.keys().copied() {
        let key = Pair(kept.record_id, custodian);
        let Some(row) = rows::RECEIPTS.durable_row(platform.backend(), &key).await? else {
            continue;
        };
        let ReceiptRow { deposit_no, outcome, received_at, envelope } = row.value;
        receipt.deposited.held += usize::from(outcome.is_admitted());
        let envelope = serde_json::from_str(&envelope).map_err(Fault::broken)?;
        let note = DepositNote { custodian, deposit_no, outcome, received_at, envelope };
        receipt.deposited.receipts.push(note);
    }
    Ok(receipt)
}

async fn cosigned(
    store: &dyn Backend,
    index: u64,
    which: Cosigned,
) -> Result<Option<LogProof>, Fault> {
    let row = rows::COSIGNED.durable_row(store, &which).await?;
    match row.filter(|row| index < row.value.size) {
        None => Ok(None),
        Some(row) => {
            let head = SignedCheckpoint::parse(row.value.note.as_bytes());
            Ok(Some(prove(store, index, &head.map_err(Fault::broken)?).await?))
        }
    }
}

async fn timestamped(store: &dyn Backend, index: u64) -> Result<Option<Timestamped>, Fault> {
    let stamped = stamping::covering(store, index).await?;
    let Some(stamped) = stamped else {
        return Ok(None);
    };
    let stamps = stamped
        .tokens
        .into_iter()
        .map(|(authority, row)| TimeStamp {
            authority,
            at: row.at,
            accuracy_ms: row.accuracy_ms,
            token: row.token,
        })
        .collect();
    Ok(Some(Timestamped { proof: prove(store, index, &stamped.head).await?, stamps }))
}

async fn prove(
    store: &dyn Backend,
    index: u64,
    head: &SignedCheckpoint,
) -> Result<LogProof, Fault> {
    Ok(log_proof(&proof_file(store, index, head).await?))
}

fn log_proof(proof: &ProofFile) -> LogProof {
    let checkpoint = proof.checkpoint().checkpoint();
    LogProof {
        origin: checkpoint.origin().to_string(),
        index: proof.index(),
        size: checkpoint.size(),
        root: Digest::from_bytes(*checkpoint.root().as_bytes()),
        checkpoint: proof.checkpoint().note().to_string(),
        proof: proof.to_string(),
    }
}

/// The proof that leaf `index` of the log in `store` stands under `head`.
pub(crate) async fn proof_file(
    store: &dyn Backend,
    index: u64,
    head: &SignedCheckpoint,
) -> Result<ProofFile, Fault> {
    let size = head.checkpoint().size();
    let path = store.log().inclusion_proof(index, size).await?;
    ProofFile::new(index, path, head.clone()).map_err(Fault::broken)
}
