//! What custodians answered: checked against what was sent, then one commit.

use heqi_evidence::chain::{ChainHead, chain_commitment};
use heqi_evidence::deposit::{DepositReceipt, Outcome};
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::statement::Statement;
use heqi_evidence_store::changeset::Changeset;
use heqi_pki::dsse::Envelope;
use heqi_pki::keys::PublicKey;
use heqi_vocabulary::Digest;

use super::LeasedDeposit;
use crate::fault::{ActError, Fault};
use crate::ledger::{self, KeptRecord, queue};
use crate::platform::{Custodian, Platform};
use crate::rows::{
    self, Awaited, ChainHeadRow, GapRow, GapState, Pair, Place, QuarantineRow, ReceiptRow,
};
use crate::settled::{Settled, settle};
use crate::tally::Tally;

/// A custodian's answer to a deposit.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct NoteReceipt {
    /// The receipt: the exact bytes of the DSSE envelope.
    pub receipt: Vec<u8>,
    /// The custodian's chain head, if it sent one.
    pub chain_head: Option<Vec<u8>>,
    /// [`super::Deposit::manifest_sha256`] of what was sent.
    pub manifest_sha256: Digest,
}

/// Why a receipt was not taken. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoteReceiptError {
    /// The store could not do its part.
    #[error(transparent)]
    Act(#[from] ActError),
    /// No such custodian is configured.
    #[error("no custodian of this name is configured")]
    UnknownCustodian,
    /// Not a receipt signed by that custodian.
    #[error("the receipt is not signed by the custodian: {0}")]
    NotSigned(String),
    /// A receipt of another record, place or custodian.
    #[error("the receipt is of another {0}")]
    OfAnother(&'static str),
    /// The custodian received other bytes than were sent: to be put in quarantine.
    #[error("the receipt signs another manifest than the deposit had")]
    OtherManifest,
    /// The custodian signed another receipt for this record before: to be put in
    /// quarantine.
    #[error("the custodian signed another receipt for this record before")]
    SecondReceipt,
    /// The chain head is not the custodian's, or of another chain.
    #[error("the chain head is not this custodian's statement about this chain: {0}")]
    ChainHead(String),
    /// The lease has run out and somebody else holds the item.
    #[error("the lease has run out")]
    LeaseLost,
}

impl From<Fault> for NoteReceiptError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

/// Takes a custodian's answer, checked: receipt, chain head and the end of the item are
/// one commit. The same receipt again changes nothing.
///
/// # Errors
/// See [`NoteReceiptError`].
pub async fn note_receipt(
    platform: &Platform,
    item: &LeasedDeposit,
    note: NoteReceipt,
) -> Result<Outcome, NoteReceiptError> {
    let custodian = item.payload.custodian;
    let keys = platform.settings.receipt_keys(custodian);
    if keys.is_empty() {
        return Err(NoteReceiptError::UnknownCustodian);
    }
    let kept = ledger::find(platform, item.payload.record_id).await?;
    let receipt = open_receipt(&note, &keys)?;
    compare(platform, &receipt, &kept, custodian, note.manifest_sha256)?;
    let head = match &note.chain_head {
        Some(bytes) => Some((open_head(platform, bytes, &keys, &kept, custodian).await?, bytes)),
        None => None,
    };
    let row = ReceiptRow {
        deposit_no: receipt.deposit_no,
        outcome: receipt.outcome.clone(),
        received_at: receipt.received_at,
        envelope: text(&note.receipt)?,
    };
    loop {
        let mut changes = Changeset::new();
        let noted = write_receipt(platform, &mut changes, &kept, custodian, &row).await?;
        if let Some((head, bytes)) = &head {
            write_head(platform, &mut changes, &kept, custodian, head.seq, bytes).await?;
        }
        end(platform, &mut changes, item, &kept).await?;
        match settle(platform, item, changes).await? {
            Settled::Done => {
                if noted {
                    let lag_ms = platform.now().millis_since(kept.recorded_at);
                    platform.lags.lock().note(custodian, lag_ms);
                }
                return Ok(receipt.outcome);
            }
            Settled::LeaseLost => return Err(NoteReceiptError::LeaseLost),
            Settled::Again => {}
        }
    }
}

/// Keeps an answer that contradicts ours beside what we have, raises the gap, and ends the
/// item. Nothing that was kept before is overwritten. `reason` is a stable word.
///
/// # Errors
/// The store could not do its part.
pub async fn quarantine(
    platform: &Platform,
    item: &LeasedDeposit,
    reason: &str,
    answer: &[u8],
) -> Result<(), ActError> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    let custodian = item.payload.custodian;
    let kept = ledger::find(platform, item.payload.record_id).await?;
    tracing::error!(
        record.id = %kept.record_id,
        custodian.name = %custodian,
        reason,
        "custodian answered for other digests than ours, both kept"
    );
    // Longer answers are nothing we would have accepted; their digest is in the row key.
    let shown = answer.get(..MAX_KEPT_BYTES).unwrap_or(answer);
    let row = QuarantineRow {
        at: platform.now(),
        reason: reason.to_owned(),
        answer: STANDARD.encode(shown),
    };
    let key = Pair(kept.record_id, Pair(custodian, Digest::of(answer)));
    loop {
        let backend = platform.backend();
        let mut changes = Changeset::new();
        if rows::QUARANTINE.row(backend, &key).await.map_err(Fault::from)?.is_none() {
            rows::QUARANTINE.insert(&mut changes, &key, &row).map_err(Fault::from)?;
        }
        let raised = (GapState::Quarantined, reason, Tally::Quarantined(custodian));
        raise(platform, &mut changes, &kept, custodian, raised).await?;
        end(platform, &mut changes, item, &kept).await?;
        match settle(platform, item, changes).await? {
            Settled::Done | Settled::LeaseLost => return Ok(()),
            Settled::Again => {}
        }
    }
}

/// What is kept of an answer that contradicts ours, in bytes.
const MAX_KEPT_BYTES: usize = 32 * 1024;

fn open_receipt(
    note: &NoteReceipt,
    keys: &[PublicKey],
) -> Result<DepositReceipt, NoteReceiptError> {
    let envelope = Envelope::from_json(&note.receipt)
        .map_err(|error| NoteReceiptError::NotSigned(error.to_string()))?;
    match DepositReceipt::open(&envelope, keys) {
        Ok(signed) => Ok(signed.into_statement()),
        Err(error) => Err(NoteReceiptError::NotSigned(error.to_string())),
    }
}

fn compare(
    platform: &Platform,
    receipt: &DepositReceipt,
    kept: &KeptRecord,
    custodian: Custodian,
    manifest_sha256: Digest,
) -> Result<(), NoteReceiptError> {
    let parts = [
        ("custodian", receipt.custodian == custodian.as_str()),
        ("record", receipt.record_root == kept.root),
        ("chain", receipt.chain == chain_commitment(kept.chain)),
        ("place", receipt.seq == kept.seq),
        ("log", receipt.log_origin == log_of(platform, kept)),
        ("leaf", receipt.leaf_index == kept.index),
    ];
    match parts.into_iter().find(|(_, same)| !same) {
        Some((part, _)) => Err(NoteReceiptError::OfAnother(part)),
        None if receipt.manifest_sha256 != manifest_sha256 => Err(NoteReceiptError::OtherManifest),
        None => Ok(()),
    }
}

fn log_of(platform: &Platform, kept: &KeptRecord) -> String {
    kept.newest_head(platform).checkpoint().origin().to_string()
}

async fn open_head(
    platform: &Platform,
    bytes: &[u8],
    keys: &[PublicKey],
    kept: &KeptRecord,
    custodian: Custodian,
) -> Result<ChainHead, NoteReceiptError> {
    let wrong = |what: &str| NoteReceiptError::ChainHead(what.to_owned());
    let envelope = Envelope::from_json(bytes).map_err(|error| wrong(&error.to_string()))?;
    let head = ChainHead::open(&envelope, keys)
        .map_err(|error| wrong(&error.to_string()))?
        .into_statement();
    if head.custodian != custodian.as_str() || head.chain != chain_commitment(kept.chain) {
        return Err(wrong("it is of another chain or custodian"));
    }
    if root_at(platform, kept, head.seq).await? != Some(head.root) {
        return Err(wrong("it names a root that our chain does not have there"));
    }
    Ok(head)
}

/// The root of the record at a place of the same chain.
async fn root_at(
    platform: &Platform,
    kept: &KeptRecord,
    seq: u64,
) -> Result<Option<RecordRoot>, ActError> {
    if seq == kept.seq {
        return Ok(Some(kept.root));
    }
    let key = Pair(kept.chain, Place(seq));
    match rows::LINKS.row(platform.backend(), &key).await.map_err(Fault::from)? {
        Some(link) => Ok(Some(ledger::find(platform, link.value).await?.root)),
        None => Ok(None),
    }
}

/// Whether the receipt is new.
async fn write_receipt(
    platform: &Platform,
    changes: &mut Changeset,
    kept: &KeptRecord,
    custodian: Custodian,
    row: &ReceiptRow,
) -> Result<bool, NoteReceiptError> {
    let key = Pair(kept.record_id, custodian);
    match rows::RECEIPTS.row(platform.backend(), &key).await.map_err(Fault::from)? {
        Some(held) if held.value.envelope == row.envelope => return Ok(false),
        Some(_) => return Err(NoteReceiptError::SecondReceipt),
        None => {}
    }
    rows::RECEIPTS.insert(changes, &key, row).map_err(Fault::from)?;
    note_last(platform, changes, kept, custodian, row).await?;
    if let Outcome::Refused { reason } = &row.outcome {
        let raised = (GapState::Refused, reason.as_str(), Tally::Refused(custodian));
        raise(platform, changes, kept, custodian, raised).await?;
    } else {
        Tally::Admitted(custodian).count(platform, changes, kept.record_id).await?;
    }
    Ok(true)
}

/// Remembers the receipt with the greatest number: what a custodian that was set back is told. No precondition: of two
/// receipts noted at once either will do.
async fn note_last(
    platform: &Platform,
    changes: &mut Changeset,
    kept: &KeptRecord,
    custodian: Custodian,
    row: &ReceiptRow,
) -> Result<(), Fault> {
    let backend = platform.backend();
    if let Some(last) = rows::LAST_RECEIPTS.row(backend, &custodian).await? {
        let last = rows::RECEIPTS.row(backend, &Pair(last.value, custodian)).await?;
        if last.is_some_and(|last| last.value.deposit_no > row.deposit_no) {
            return Ok(());
        }
    }
    Ok(rows::LAST_RECEIPTS.put(changes, &custodian, &kept.record_id)?)
}

async fn write_head(
    platform: &Platform,
    changes: &mut Changeset,
    kept: &KeptRecord,
    custodian: Custodian,
    seq: u64,
    bytes: &[u8],
) -> Result<(), Fault> {
    let key = Pair(kept.chain, custodian);
    let row = ChainHeadRow { seq, envelope: text(bytes)? };
    match rows::CHAIN_HEADS.row(platform.backend(), &key).await? {
        None => Ok(rows::CHAIN_HEADS.insert(changes, &key, &row)?),
        Some(held) if held.value.seq <= seq => {
            Ok(rows::CHAIN_HEADS.replace(changes, &key, held.version, &row)?)
        }
        Some(_) => Ok(()),
    }
}

/// Lists a record as not held, once.
async fn raise(
    platform: &Platform,
    changes: &mut Changeset,
    kept: &KeptRecord,
    custodian: Custodian,
    (state, reason, tally): (GapState, &str, Tally),
) -> Result<(), Fault> {
    let key = Pair(custodian, kept.record_id);
    if rows::GAPS.row(platform.backend(), &key).await?.is_some() {
        return Ok(());
    }
    let row = GapRow {
        chain: chain_commitment(kept.chain),
        seq: kept.seq,
        since: platform.now(),
        state,
        reason: reason.to_owned(),
    };
    rows::GAPS.insert(changes, &key, &row)?;
    tally.count(platform, changes, kept.record_id).await
}

/// Ends the item: the record is not awaited any more.
async fn end(
    platform: &Platform,
    changes: &mut Changeset,
    item: &LeasedDeposit,
    kept: &KeptRecord,
) -> Result<(), Fault> {
    let custodian = item.payload.custodian;
    let awaited = Awaited { custodian, since: kept.recorded_at, record: kept.record_id };
    changes.delete(rows::AWAITING.key(&awaited)?);
    let queue = queue(custodian);
    Ok(queue.complete(platform.backend(), changes, item, platform.now()).await?)
}

fn text(bytes: &[u8]) -> Result<String, Fault> {
    String::from_utf8(bytes.to_vec()).map_err(|_| Fault::broken("an envelope is not UTF-8"))
}
