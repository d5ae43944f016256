//! Admit a bundle: examine it, take it at its place in its chain, and say so for good.
//!
//! The story of a deposit: the bytes are read and examined with the office's own anchors and
//! its own clock; what is already decided is answered again; what comes out of order waits;
//! the parts are sealed and stored; then one commit holds the decision, the number, the
//! chain, the receipt and the chain head as leaves of the office's log.
//!
//! The answer is signed before the commit is durable and given only after.

mod decide;
mod error;
mod findings;
mod inspect;
pub(crate) mod keep;
mod settle;
mod take_back;

use bytes::Bytes;
use heqi_evidence::deposit::{DepositReceipt, Outcome};
use heqi_evidence::examine::Received;
use heqi_pki::dsse::Envelope;
use heqi_vocabulary::Digest;

use crate::deposited::{
    CHAINS, ChainMisbehaviourKind, DEPOSITS, DepositKey, DepositedError, PLACES, receipt,
};
use crate::office::NotaryOffice;

pub use error::AdmitBundleError;
pub use findings::{Finding, LATE_MS};
use inspect::{Inspected, Offered};
pub use take_back::{TakeBackError, TakenBack, lost_receipt, take_back};

/// The most parts one deposit has.
pub const MAX_PARTS: usize = 128;

/// What was decided about a deposit.
#[derive(Clone, Debug)]
pub struct Admission {
    /// The receipt, byte for byte what is in the log.
    pub receipt: Envelope,
    /// The newest statement about the chain; `None` while nothing of it was admitted.
    pub chain_head: Option<Envelope>,
    /// What the receipt says.
    pub outcome: Outcome,
    /// Whether it was decided just now; `false` when the same had been offered before.
    pub is_new: bool,
    /// How the record contradicts its chain, if it was refused for that just now.
    pub misbehaviour: Option<ChainMisbehaviourKind>,
}

/// Admits or refuses a bundle. The same record again has the same receipt, also when both
/// arrive at once.
///
/// # Errors
/// See [`AdmitBundleError`]: nothing was kept.
pub async fn admit_bundle(
    office: &NotaryOffice,
    file: Bytes,
) -> Result<Admission, AdmitBundleError> {
    let received = Received { at: office.clock().now(), by: office.organisation().to_owned() };
    let inspected = inspect_aside(office, file, received, None).await?;
    let offered = &inspected.offered;

    if let Some(known) = known(office, offered).await? {
        return answer_again(office, offered.chain, known).await;
    }
    refuse_gap(office, offered).await?;

    let kept = keep::keep(office, inspected, None).await?;
    settle::settle(office, kept, None).await
}

/// Hashing and signatures take a millisecond and, for the largest deposit, half a second:
/// not on the threads that answer requests.
async fn inspect_aside(
    office: &NotaryOffice,
    file: Bytes,
    received: Received,
    receipted: Option<DepositReceipt>,
) -> Result<Inspected, AdmitBundleError> {
    let office = office.clone();
    let inspect = move || inspect::inspect(&file, &office, &received, receipted.as_ref());
    tokio::task::spawn_blocking(inspect).await.map_err(|_| AdmitBundleError::Interrupted)?
}

/// The decision that already covers this offer: exactly these parts were decided about, or
/// the record was admitted. A refused record that comes again with other parts is examined
/// again, because a part may have been damaged on the way.
async fn known(
    office: &NotaryOffice,
    offered: &Offered,
) -> Result<Option<DepositKey>, AdmitBundleError> {
    if DEPOSITS.row(office.store(), &offered.key).await?.is_some() {
        return Ok(Some(offered.key));
    }
    let place = PLACES.row(office.store(), &offered.place()).await?;
    Ok(place
        .map(|place| place.value)
        .filter(|place| place.is_admitted && place.deposit.root == offered.key.root)
        .map(|place| place.deposit))
}

/// A record whose predecessors are missing is not kept at all: they come first. The tip only
/// ever grows, so what is no gap now is none later.
async fn refuse_gap(office: &NotaryOffice, offered: &Offered) -> Result<(), AdmitBundleError> {
    let chain = CHAINS.row(office.store(), &offered.chain).await?;
    let expected_seq = chain.map_or(0, |chain| chain.value.tip.seq) + 1;
    if offered.frame.place.seq > expected_seq {
        Err(AdmitBundleError::Gap { expected_seq })
    } else {
        Ok(())
    }
}

/// The answer that was given before.
async fn answer_again(
    office: &NotaryOffice,
    chain: Digest,
    key: DepositKey,
) -> Result<Admission, AdmitBundleError> {
    let row = DEPOSITS.durable_row(office.store(), &key).await?;
    let missing = || AdmitBundleError::from(DepositedError::ReceiptMissing { deposit: key });
    Ok(Admission {
        receipt: receipt(office, &key).await?.ok_or_else(missing)?,
        chain_head: crate::chain_head(office, chain).await?,
        outcome: row.ok_or_else(missing)?.value.outcome,
        is_new: false,
        misbehaviour: None,
    })
}
