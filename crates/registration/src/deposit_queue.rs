//! What the worker needs: which records are to be deposited, what a deposit holds, and
//! where the answers of custodians and cosigners go.
//!
//! One queue per custodian, one lane per chain, in the order of the chain, each item ready
//! once its leaf stands under a durable head.

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::chain::chain_commitment;
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::outbox::{Leased, Timers};
use heqi_vocabulary::{Digest, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::bundle_parts;
use crate::disclose::Attributes;
use crate::fault::{ActError, Fault};
use crate::ledger::{self, queue};
use crate::platform::{Custodian, Platform};
use crate::settled::{Settled, settle};

mod answers;
mod heads;

pub use answers::{NoteReceipt, NoteReceiptError, note_receipt, quarantine};
pub use heads::{
    CosignedHead, NoteHeadError, cosigned_head, mirrored_head, note_cosigned_head, witnessed_head,
};

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
    /// The log it stands in: ours, or one of ours that is frozen.
    pub log_origin: String,
    /// Its leaf there.
    pub leaf_index: u64,
    /// When it was recorded.
    pub recorded_at: UtcMillis,
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
    let queue = queue(custodian);
    Ok(queue.lease(platform.backend(), platform.now(), lease_ms, limit).await?)
}

/// Brings back deposits and erasure orders that were put off by a clock that ran ahead: what is due
/// later than `longest_ms` from now. To be called when the clock is seen to have been set back, and
/// at the start. Gives how many there were.
///
/// # Errors
/// The store could not do its part.
pub async fn recall(
    platform: &Platform,
    custodian: Custodian,
    longest_ms: i64,
) -> Result<usize, Fault> {
    let (backend, now) = (platform.backend(), platform.now());
    let deposits = queue(custodian).recall(backend, now, longest_ms, Timers::None).await?;
    let orders = crate::erasure::recall_orders(platform, custodian, longest_ms).await?;
    Ok(deposits + orders)
}

/// When the next item of a custodian's queue is worth looking at; `None` when there is
/// nothing to do. [`heqi_evidence_store::backend::Backend::progress`] tells of new ones.
///
/// # Errors
/// The store could not be read.
pub async fn next_due(
    platform: &Platform,
    custodian: Custodian,
) -> Result<Option<UtcMillis>, Fault> {
    Ok(queue(custodian).next_due(platform.backend()).await?)
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
    let queue = queue(item.payload.custodian);
    loop {
        let mut changes = Changeset::new();
        queue.fail(platform.backend(), &mut changes, item, retry_at).await?;
        match settle(platform, item, changes).await? {
            Settled::Done | Settled::LeaseLost => return Ok(()),
            Settled::Again => {}
        }
    }
}

/// Puts together what a custodian is to receive.
///
/// # Errors
/// No such record, something of it was erased, or the store could not be read.
pub async fn deposit_bundle(platform: &Platform, record: RecordId) -> Result<Deposit, ActError> {
    let kept = ledger::find(platform, record).await?;
    let head = kept.newest_head(platform);
    let mut parts = bundle_parts::immutable(platform, &kept, &Attributes::All).await?;
    let manifest_sha256 = parts.deposit_manifest().digest().map_err(Fault::broken)?;
    let proof = kept.proof(platform, &head).await?;
    parts.proof = Some(proof.to_string().into_bytes());
    Ok(Deposit {
        parts,
        manifest_sha256,
        record_root: kept.root,
        chain: chain_commitment(kept.chain),
        seq: kept.seq,
        log_origin: head.checkpoint().origin().to_string(),
        leaf_index: kept.index,
        recorded_at: kept.recorded_at,
    })
}
