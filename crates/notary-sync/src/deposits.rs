//! Depositing: lease what is due, build the bundle, send it, note the receipt.
//!
//! One lane per chain keeps its order, so a refused or quarantined record blocks only its
//! own chain. `registration` believes a receipt only when the custodian's key signed it
//! over exactly what was sent; another digest is put in quarantine beside ours and
//! alarms, and is never overwritten.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use heqi_notary_protocol::notary::DepositError;
use heqi_notary_protocol::{Backoff, CallError, NotaryClient};
use heqi_registration::deposit_queue::{self, LeasedDeposit, NoteReceipt, NoteReceiptError};
use heqi_registration::fault::{ActError, Fault};
use heqi_registration::{Custodian, Platform};
use heqi_vocabulary::RecordId;
use tracing::{error, info, warn};

use crate::gauges::CustodianGauges;

/// How long a leased deposit belongs to this worker, in milliseconds: how long a deposit
/// that was under way waits after a crash. A slow deposit outlasts it: then the worker takes
/// the lease again, see [`Pool::fill`].
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

/// Deposits under way at one custodian. One that stalls takes its own place and no other.
pub(crate) struct Pool<'a> {
    platform: &'a Platform,
    link: &'a CustodianLink,
    backoff: &'a Backoff,
    gauges: &'a CustodianGauges,
    limit: usize,
    leases: Leases,
    running: FuturesUnordered<BoxFuture<'a, Result<Step, Fault>>>,
}

/// The newest lease of each deposit under way.
#[derive(Clone, Debug, Default)]
struct Leases(Arc<Mutex<BTreeMap<RecordId, LeasedDeposit>>>);

impl Leases {
    fn map(&self) -> MutexGuard<'_, BTreeMap<RecordId, LeasedDeposit>> {
        // Nothing is done under the lock that could leave the map half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the lease in its place; true if the deposit is not under way yet.
    fn take(&self, item: LeasedDeposit) -> bool {
        self.map().insert(item.payload.record_id, item).is_none()
    }

    /// The lease to settle with: the newest.
    fn newest(&self, item: &LeasedDeposit) -> LeasedDeposit {
        self.map().get(&item.payload.record_id).cloned().unwrap_or_else(|| item.clone())
    }

    fn done(&self, record: RecordId) {
        self.map().remove(&record);
    }
}

impl<'a> Pool<'a> {
    /// Nothing is under way yet; never more than `limit` are.
    pub(crate) fn new(
        platform: &'a Platform,
        link: &'a CustodianLink,
        backoff: &'a Backoff,
        gauges: &'a CustodianGauges,
        limit: usize,
    ) -> Self {
        let limit = limit.max(1);
        let (leases, running) = (Leases::default(), FuturesUnordered::new());
        Self { platform, link, backoff, gauges, limit, leases, running }
    }

    /// Whether nothing is under way.
    pub(crate) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// Leases what is due, as far as there is room, and starts it. Only one worker serves a
    /// custodian, so a leased item that is under way already is one of ours whose lease ran
    /// out: it goes on, and settles with the new lease.
    ///
    /// # Errors
    /// The platform's own store could not do its part.
    pub(crate) async fn fill(&mut self) -> Result<(), Fault> {
        let room = self.limit.saturating_sub(self.running.len());
        if room == 0 {
            return Ok(());
        }
        let (platform, link) = (self.platform, self.link);
        for item in deposit_queue::lease(platform, link.custodian, LEASE_MS, room).await? {
            if self.leases.take(item.clone()) {
                let one = one(platform, link, self.backoff, item, self.leases.clone());
                self.running.push(one.boxed());
            }
        }
        Ok(())
    }

    /// Waits for the next that is done; `None` when nothing is under way. Safe to use in
    /// `select!`.
    ///
    /// # Errors
    /// The platform's own store could not do its part.
    pub(crate) async fn next(&mut self) -> Result<Option<Step>, Fault> {
        let Some(step) = self.running.next().await.transpose()? else { return Ok(None) };
        self.gauges.count(step);
        Ok(Some(step))
    }
}

async fn one(
    platform: &Platform,
    link: &CustodianLink,
    backoff: &Backoff,
    item: LeasedDeposit,
    leases: Leases,
) -> Result<Step, Fault> {
    let step = deposit(platform, link, backoff, &item, &leases).await;
    leases.done(item.payload.record_id);
    step
}

async fn deposit(
    platform: &Platform,
    link: &CustodianLink,
    backoff: &Backoff,
    item: &LeasedDeposit,
    leases: &Leases,
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
    let answer = link.client.deposit(Bytes::from(zip)).await;
    let item = &leases.newest(item);
    match answer {
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
