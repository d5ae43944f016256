//! Erasure orders of the platform, answered with a signed receipt: erased, or refused with
//! the legal basis (`docs/spec/erasure.md` section 3).
//!
//! A legal hold wins; then the retention of the notarial archive; then the keys of the
//! records are destroyed. The answer is final, a leaf of the office's own log, and the same
//! for the same order.

use heqi_evidence::erasure::{ErasureOrder, ErasureOutcome, ErasureReceipt, MalformedOrder};
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence::statement::{Statement, StatementError};
use heqi_evidence_store::backend::{CommitError, ReadError};
use heqi_evidence_store::changeset::{Changeset, InvalidChangeset, LedgerEntry};
use heqi_evidence_store::erasure::{
    ErasureEntry, ErasureLedgerError, ReplayError, replay_erasures,
};
use heqi_evidence_store::table::{Table, TableError};
use heqi_evidence_store::vault::{DataKeyId, VaultError};
use heqi_pki::dsse::{Envelope, EnvelopeError};
use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::admit_bundle::keep::erasable_keys;
use crate::deposited::{DEPOSITS, DepositKey, DepositRow, DepositedError, open_part};
use crate::holder::{HolderFault, index};
use crate::legal_hold;
use crate::office::NotaryOffice;

/// Answered orders by the digest of the order.
const ANSWERED: Table<Digest, AnsweredRow> = Table::new("erasure-order");
/// Decided, and keys still to be destroyed.
const UNFINISHED: Table<Digest, String> = Table::new("erasure-unfinished");

const ATTEMPTS: usize = 8;
const MANY: usize = 256;

/// What an office keeps of a legal hold is decided by whoever placed it.
const HOLD_BASIS: &str = "依法采取的证据保全措施;个人信息保护法第47条第2款";
/// The notarial archive is kept, and electronic data with it.
const ARCHIVE_BASIS: &str = "公证法第26条;公证档案管理办法;个人信息保护法第47条第2款";

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct AnsweredRow {
    decided_at: UtcMillis,
    keys: Vec<DataKeyId>,
    /// The exact receipt.
    receipt: String,
}

/// Why an order has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerOrderError {
    /// It is no envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// It is not signed by the platform, or no order.
    #[error("the order is not signed by the platform: {0}")]
    NotSigned(StatementError),
    /// It breaks a rule of orders.
    #[error(transparent)]
    Malformed(#[from] MalformedOrder),
    /// It is about a log that this office does not know.
    #[error("the order is about a log that is unknown here")]
    UnknownLog,
    /// The record that decided it is not deposited here yet: to be sent again.
    #[error("the record that decided the erasure is not deposited here yet")]
    NotDeposited,
    /// This office was given no erasure ledger.
    #[error("this office follows no erasure orders")]
    NotConfigured,
    /// The receipt could not be signed.
    #[error(transparent)]
    Statement(StatementError),
    /// The store.
    #[error(transparent)]
    Store(#[from] CommitError),
    /// A bound of the store.
    #[error(transparent)]
    Invalid(#[from] InvalidChangeset),
    /// A row.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Reading.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What is held.
    #[error(transparent)]
    Deposited(#[from] DepositedError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] ErasureLedgerError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// By what people are found.
    #[error(transparent)]
    Holder(#[from] HolderFault),
    /// The ledger was not replayed.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// The task that destroys keys was interrupted.
    #[error("destroying the keys was interrupted; it is finished at the next start")]
    Interrupted,
}

impl AnswerOrderError {
    /// Whether this office is at fault, not the order.
    pub const fn is_ours(&self) -> bool {
        !matches!(
            self,
            Self::Envelope(_)
                | Self::NotSigned(_)
                | Self::Malformed(_)
                | Self::UnknownLog
                | Self::NotDeposited
        )
    }
}

/// Answers an order: the exact bytes of the receipt.
///
/// # Errors
/// See [`AnswerOrderError`].
pub async fn answer_order(
    office: &NotaryOffice,
    order: &[u8],
) -> Result<Envelope, AnswerOrderError> {
    let envelope = Envelope::from_json(order)?;
    let said = ErasureOrder::open(&envelope, &office.order_keys)
        .map_err(AnswerOrderError::NotSigned)?
        .into_statement();
    said.check()?;
    let known =
        office.anchors().logs.iter().any(|log| log.vkey.0.name().as_str() == said.log_origin);
    if !known {
        return Err(AnswerOrderError::UnknownLog);
    }
    if office.erasure_ledger.is_none() {
        return Err(AnswerOrderError::NotConfigured);
    }
    let digest = Digest::of(envelope.as_bytes());
    for _ in 0..ATTEMPTS {
        if let Some(row) = ANSWERED.durable_row(office.store(), &digest).await? {
            destroy(office, digest, &row.value).await?;
            return Ok(Envelope::from_json(row.value.receipt.as_bytes())?);
        }
        let (row, changes) = decide(office, &said, digest).await?;
        match async { office.store().commit(changes)?.await }.await {
            Ok(_) => {
                destroy(office, digest, &row).await?;
                return Ok(Envelope::from_json(row.receipt.as_bytes())?);
            }
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(CommitError::Busy.into())
}

async fn decide(
    office: &NotaryOffice,
    order: &ErasureOrder,
    digest: Digest,
) -> Result<(AnsweredRow, Changeset), AnswerOrderError> {
    if deposits(office, order.erasure_record).await?.is_empty() {
        return Err(AnswerOrderError::NotDeposited);
    }
    let mut changes = Changeset::new();
    let mut keys = Vec::new();
    let mut is_archive = false;
    let mut forgotten = Vec::new();
    for root in &order.records {
        for row in deposits(office, *root).await? {
            if row.chain == order.chain {
                is_archive |= is_archived(office, &row).await?;
                keys.extend(erasable_keys(row.chain, *root, &order.classes));
                forgotten.push(row);
            }
        }
    }
    keys.sort_unstable();
    keys.dedup();
    // A hold placed meanwhile makes this commit begin anew.
    let is_held = legal_hold::expect_holds(office, &mut changes, order.chain).await?;
    let refused = |reason: &str, legal_basis: &str| ErasureOutcome::Refused {
        legal_basis: legal_basis.to_owned(),
        reason: reason.to_owned(),
    };
    let outcome = if is_held {
        refused("legal_hold", HOLD_BASIS)
    } else if is_archive {
        refused("retention_of_archive", ARCHIVE_BASIS)
    } else {
        ErasureOutcome::Erased { keys: u32::try_from(keys.len()).unwrap_or(u32::MAX) }
    };
    if matches!(outcome, ErasureOutcome::Refused { .. }) {
        keys.clear();
    } else if order.classes.iter().any(|c| *c != RetentionClass::Biometric) {
        index::forget(office, &mut changes, &forgotten).await?;
    }
    let decided_at = office.clock().now();
    let receipt = ErasureReceipt {
        custodian: office.custodian().to_owned(),
        decided_at,
        log_origin: order.log_origin.clone(),
        order_sha256: digest,
        outcome,
    };
    let receipt = receipt.sign(office.receipt_key()).map_err(AnswerOrderError::Statement)?;
    let leaf = LogLeaf::Statement(Digest::of(receipt.as_bytes())).to_bytes();
    changes.append(LedgerEntry::new(leaf, receipt.as_bytes().to_vec()));
    let text = String::from_utf8_lossy(receipt.as_bytes()).into_owned();
    let row = AnsweredRow { decided_at, keys, receipt: text };
    ANSWERED.insert(&mut changes, &digest, &row)?;
    if !row.keys.is_empty() {
        UNFINISHED.put(&mut changes, &digest, &order.chain.to_string())?;
    }
    Ok((row, changes))
}

/// Every decided deposit of a record.
async fn deposits(
    office: &NotaryOffice,
    root: RecordRoot,
) -> Result<Vec<DepositRow>, AnswerOrderError> {
    let found: Vec<(DepositKey, _)> =
        DEPOSITS.scan(office.store(), &format!("{root}-"), None, MANY).await?;
    Ok(found.into_iter().map(|(_, stored)| stored.value).collect())
}

/// Whether the record belongs to the notarial archive: what somebody signed, or objects to.
async fn is_archived(office: &NotaryOffice, row: &DepositRow) -> Result<bool, AnswerOrderError> {
    let Some(part) = row.parts.iter().find(|part| part.name == "record.json") else {
        return Ok(false);
    };
    let bytes = match open_part(office, row.chain, part).await {
        Ok(bytes) => bytes,
        Err(DepositedError::Part(heqi_evidence_store::object::OpenObjectError::Vault(
            VaultError::Shredded { .. },
        ))) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let kind = heqi_evidence::disclosure::Disclosure::parse(&bytes).map(|record| record.kind());
    // What cannot be read is rather kept.
    Ok(kind.map_or(true, |kind| matches!(kind, RecordKind::Signing | RecordKind::Objection)))
}

/// Ledger, vault, row, in this order; a crash anywhere is finished at the next start.
async fn destroy(
    office: &NotaryOffice,
    digest: Digest,
    row: &AnsweredRow,
) -> Result<(), AnswerOrderError> {
    let is_unfinished = UNFINISHED.row(office.store(), &digest).await?.is_some();
    if !is_unfinished {
        return Ok(());
    }
    let ledger = office.erasure_ledger.clone().ok_or(AnswerOrderError::NotConfigured)?;
    let entry =
        ErasureEntry { at: row.decided_at, erasure: digest.to_string(), keys: row.keys.clone() };
    let backend = office.backend().clone();
    tokio::task::spawn_blocking(move || {
        ledger.append(&entry)?;
        Ok::<_, AnswerOrderError>(backend.vault().shred(&entry.keys)?)
    })
    .await
    .map_err(|_| AnswerOrderError::Interrupted)??;
    let mut changes = Changeset::new();
    changes.delete(UNFINISHED.key(&digest)?);
    office.store().commit(changes)?.await?;
    tracing::info!(keys = row.keys.len(), "keys destroyed by order of the platform");
    Ok(())
}

/// Replays the erasure ledger and finishes what a crash left. To be called at every start,
/// before anything is served.
///
/// # Errors
/// See [`AnswerOrderError`].
pub async fn resume(office: &NotaryOffice) -> Result<(), AnswerOrderError> {
    let Some(ledger) = office.erasure_ledger.clone() else { return Ok(()) };
    let backend = office.backend().clone();
    let replayed = tokio::task::spawn_blocking(move || replay_erasures(&ledger, backend.vault()))
        .await
        .map_err(|_| AnswerOrderError::Interrupted)??;
    if replayed.destroyed > 0 {
        tracing::warn!(keys = replayed.destroyed, "keys that had been destroyed were back");
    }
    for (digest, _) in UNFINISHED.scan(office.store(), "", None, MANY).await? {
        if let Some(row) = ANSWERED.row(office.store(), &digest).await? {
            destroy(office, digest, &row.value).await?;
        }
    }
    Ok(())
}
