//! What the worker needs: which records are to be deposited, what a deposit holds, and
//! where the answers of custodians and cosigners go.
//!
//! One queue per custodian, one lane per chain, in the order of the chain, each item ready
//! once its leaf stands under a durable head.

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::deposit::Outcome;
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence_store::outbox::Leased;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_vocabulary::{Digest, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::fault::{ActError, Fault};
use crate::platform::{Custodian, Platform};

/// One record to be deposited with one custodian.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DepositItem {
    /// The record.
    pub record_id: RecordId,
    /// With whom.
    pub custodian: Custodian,
}

/// An item a worker holds for a while.
pub type LeasedDeposit = Leased<DepositItem>;

/// A deposit ready to be sent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Deposit {
    /// The parts: the full record and everything that belongs to it, no receipts.
    pub parts: BundleParts,
    /// SHA-256 of the deposit manifest, which the receipt must sign.
    pub manifest_sha256: Digest,
    /// The record's root.
    pub record_root: RecordRoot,
    /// The commitment of its chain.
    pub chain: Digest,
    /// Its place there.
    pub seq: u64,
    /// Its leaf in the platform's log.
    pub leaf_index: u64,
    /// When it was recorded.
    pub recorded_at: UtcMillis,
}

/// A custodian's answer to a deposit.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct NoteReceipt {
    /// The receipt: the exact bytes of the DSSE envelope.
    pub receipt: Vec<u8>,
    /// The custodian's chain head, if it sent one.
    pub chain_head: Option<Vec<u8>>,
    /// [`Deposit::manifest_sha256`] of what was sent.
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

/// Why a cosigned head was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoteHeadError {
    /// The store could not do its part.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Our log did not sign it, a known cosigner's line does not hold, or there is none.
    #[error("the head is not ours with a cosignature we know: {0}")]
    NotCosigned(String),
    /// The cosigned root is not the one our log has at that size: an incident.
    #[error("the cosigned head is not of our log: {0}")]
    OtherHistory(String),
}

/// A head of our log with cosignatures.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CosignedHead {
    /// Number of leaves.
    pub size: u64,
    /// Root over them.
    pub root: Digest,
    /// SHA-256 of `note`.
    pub note_sha256: Digest,
    /// The exact note, with the lines of log and cosigners.
    pub note: String,
}

/// Leases up to `limit` due items of a custodian's queue for `lease_ms` milliseconds.
///
/// # Errors
/// The store could not do its part.
pub async fn lease(
    platform: &Platform,
    custodian: Custodian,
    lease_ms: i64,
    limit: usize,
) -> Result<Vec<LeasedDeposit>, Fault> {
    todo!()
}

/// When the next item of a custodian's queue is worth looking at; `None` when there is
/// nothing to do.
///
/// # Errors
/// The store could not be read.
pub async fn next_due(
    platform: &Platform,
    custodian: Custodian,
) -> Result<Option<UtcMillis>, Fault> {
    todo!()
}

/// Gives an item back, to be tried again at `retry_at`. A lease that has run out is given
/// back already.
///
/// # Errors
/// The store could not do its part.
pub async fn give_back(
    platform: &Platform,
    item: &LeasedDeposit,
    retry_at: UtcMillis,
) -> Result<(), Fault> {
    todo!()
}

/// Puts together what a custodian is to receive.
///
/// # Errors
/// No such record, something of it was erased, or the store could not be read.
pub async fn deposit_bundle(platform: &Platform, record: RecordId) -> Result<Deposit, ActError> {
    todo!()
}

/// Takes a custodian's answer, checked: receipt, chain head and the end of the item are
/// one commit.
///
/// # Errors
/// See [`NoteReceiptError`].
pub async fn note_receipt(
    platform: &Platform,
    item: &LeasedDeposit,
    note: NoteReceipt,
) -> Result<Outcome, NoteReceiptError> {
    todo!()
}

/// Keeps an answer that contradicts ours beside what we have, raises the gap, and ends the
/// item. `reason` is a stable word.
///
/// # Errors
/// The store could not do its part.
pub async fn quarantine(
    platform: &Platform,
    item: &LeasedDeposit,
    reason: &str,
    answer: &[u8],
) -> Result<(), ActError> {
    todo!()
}

/// Takes a head of our log with lines of cosigners, joins it with lines already known for
/// the same head, and publishes it once witness and mirror have both signed.
///
/// # Errors
/// See [`NoteHeadError`].
pub async fn note_cosigned_head(
    platform: &Platform,
    head: &SignedCheckpoint,
) -> Result<(), NoteHeadError> {
    todo!()
}

/// The newest head a witness cosigned: what challenges name.
///
/// # Errors
/// The store could not be read.
pub async fn witnessed_head(platform: &Platform) -> Result<Option<CosignedHead>, Fault> {
    todo!()
}

/// The newest head a mirror cosigned.
///
/// # Errors
/// The store could not be read.
pub async fn mirrored_head(platform: &Platform) -> Result<Option<CosignedHead>, Fault> {
    todo!()
}

/// The newest head that both cosigned: what the world is shown.
///
/// # Errors
/// The store could not be read.
pub async fn cosigned_head(platform: &Platform) -> Result<Option<CosignedHead>, Fault> {
    todo!()
}
