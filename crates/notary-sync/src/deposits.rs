//! Depositing: lease what is due, build the bundle, send it, note the receipt.
//!
//! One lane per chain keeps its order, so a refused or quarantined record blocks only its
//! own chain. `registration` believes a receipt only when the custodian's key signed it
//! over exactly what was sent; another digest is put in quarantine beside ours and
//! alarms, and is never overwritten.

use bytes::Bytes;
use heqi_notary_protocol::notary::DepositError;
use heqi_notary_protocol::{Backoff, CallError, NotaryClient};
use heqi_registration::deposit_queue::{self, LeasedDeposit, NoteReceipt, NoteReceiptError};
use heqi_registration::fault::{ActError, Fault};
use heqi_registration::{Custodian, Platform};
use tracing::{error, info, warn};

use crate::gauges::CustodianGauges;

/// How long a leased deposit belongs to this worker, in milliseconds: how long a deposit
/// that was under way waits after a crash. A slow deposit may outlast it: only one worker
/// serves a custodian, it leases nothing while a round is under way, and an expired lease
/// that nobody took is still ours to settle.
const LEASE_MS: i64 = 5_000;
/// A record whose bundle cannot be built, or an answer outside the protocol, needs a
/// person; asking more often changes nothing.
const ALARM_RETRY_MS: i64 = 60_000;

/// One custodian and how to reach it.
#[derive(Clone, Debug)]
pub struct CustodianLink {
    /// Which.
    pub custodian: Custodian,
    /// How.
    pub client: NotaryClient,
}

/// What became of one leased deposit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    /// A receipt was noted, whatever its outcome.
    Noted,
    /// The peer did not answer; the item waits for its next turn.
    Later,
    /// Something needs a person; the item waits long, or is in quarantine.
    Alarm,
}

/// Leases up to `limit` deposits and carries each out, side by side. Gives what became of
/// them; an empty list means that nothing was due.
///
/// # Errors
/// The platform's own store could not do its part.
pub(crate) async fn round(
    platform: &Platform,
    link: &CustodianLink,
    backoff: &Backoff,
    gauges: &CustodianGauges,
    limit: usize,
) -> Result<Vec<Step>, Fault> {
    let leased = deposit_queue::lease(platform, link.custodian, LEASE_MS, limit).await?;
    let steps = leased.iter().map(|item| one(platform, link, backoff, item));
    let mut done = Vec::with_capacity(leased.len());
    for step in futures_util::future::join_all(steps).await {
        let step = step?;
        gauges.count(step);
        done.push(step);
    }
    Ok(done)
}

async fn one(
    platform: &Platform,
    link: &CustodianLink,
    backoff: &Backoff,
    item: &LeasedDeposit,
) -> Result<Step, Fault> {
    let record = item.payload.record_id;
    let custodian = link.custodian;
    let built = match deposit_queue::deposit_bundle(platform, record).await {
        Ok(deposit) => deposit
            .parts
            .write()
            .map(|zip| (zip, deposit.manifest_sha256))
            .map_err(|e| e.to_string()),
        Err(ActError::Fault(fault)) => return Err(fault),
        Err(error) => Err(error.to_string()),
    };
    let (zip, manifest_sha256) = match built {
        Ok(built) => built,
        Err(reason) => {
            error!(record.id = %record, %custodian, %reason, "a record cannot be deposited");
            return alarm(platform, item).await;
        }
    };
    match link.client.deposit(Bytes::from(zip)).await {
        Ok(reply) => {
            let note = NoteReceipt {
                receipt: reply.receipt.as_bytes().to_vec(),
                chain_head: reply.chain_head.as_ref().map(|head| head.as_bytes().to_vec()),
                manifest_sha256,
            };
            noted(platform, item, note).await
        }
        Err(DepositError::Gap { expected_seq }) => {
            warn!(record.id = %record, %custodian, expected_seq, "the custodian lacks earlier records");
            alarm(platform, item).await
        }
        Err(DepositError::Call(error)) => failed(platform, backoff, item, &error).await,
    }
}

async fn noted(
    platform: &Platform,
    item: &LeasedDeposit,
    note: NoteReceipt,
) -> Result<Step, Fault> {
    let record = item.payload.record_id;
    let custodian = item.payload.custodian;
    let answer = note.receipt.clone();
    match deposit_queue::note_receipt(platform, item, note).await {
        Ok(outcome) => {
            if outcome.is_admitted() {
                info!(record.id = %record, %custodian, "deposited");
            } else {
                error!(record.id = %record, %custodian, "the custodian refused a record");
            }
            Ok(Step::Noted)
        }
        Err(NoteReceiptError::LeaseLost) => Ok(Step::Later),
        Err(NoteReceiptError::Act(ActError::Fault(fault))) => Err(fault),
        Err(error) => {
            let reason = quarantine_code(&error);
            error!(record.id = %record, %custodian, reason, "a receipt is not believed: quarantine");
            match deposit_queue::quarantine(platform, item, reason, &answer).await {
                Err(ActError::Fault(fault)) => Err(fault),
                _ => Ok(Step::Alarm),
            }
        }
    }
}

/// The stable word for the quarantine row.
const fn quarantine_code(error: &NoteReceiptError) -> &'static str {
    match error {
        NoteReceiptError::OtherManifest => "receipt_digest_differs",
        NoteReceiptError::SecondReceipt => "second_receipt",
        NoteReceiptError::OfAnother(_) => "receipt_of_another",
        NoteReceiptError::ChainHead(_) => "chain_head_invalid",
        _ => "receipt_not_signed",
    }
}

async fn failed(
    platform: &Platform,
    backoff: &Backoff,
    item: &LeasedDeposit,
    error: &CallError,
) -> Result<Step, Fault> {
    let record = item.payload.record_id;
    let custodian = item.payload.custodian;
    if !error.is_transient() {
        error!(record.id = %record, %custodian, %error, "a deposit was turned away");
        return alarm(platform, item).await;
    }
    let asked = match error {
        CallError::Unavailable { retry_after_ms: Some(ms), .. } => *ms,
        _ => 0,
    };
    let wait = backoff.wait_ms(item.attempts, platform.entropy()).max(asked);
    let wait = i64::try_from(wait).unwrap_or(ALARM_RETRY_MS);
    deposit_queue::give_back(platform, item, platform.now().plus_millis(wait)).await?;
    Ok(Step::Later)
}

async fn alarm(platform: &Platform, item: &LeasedDeposit) -> Result<Step, Fault> {
    let retry_at = platform.now().plus_millis(ALARM_RETRY_MS);
    deposit_queue::give_back(platform, item, retry_at).await?;
    Ok(Step::Alarm)
}
