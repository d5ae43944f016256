//! Orders to the custodians, and what they answered.

use heqi_evidence::chain::chain_commitment;
use heqi_evidence::erasure::{ErasureOrder, ErasureOutcome, ErasureReceipt, RequestedBy};
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::schema::RetentionClass;
use heqi_evidence::statement::Statement;
use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::outbox::{After, Leased, NewItem, Outbox, Timers};
use heqi_pki::dsse::Envelope;
use heqi_vocabulary::{ChainId, Digest, FilingId, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use super::Answer;
use super::rows::{AnsweredRow, ERASURES, ORDERS};
use crate::fault::{ActError, Fault, Thing};
use crate::platform::{Custodian, Platform};
use crate::rows::{self, Pair};

/// One order to be sent to one custodian.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ErasureItem {
    /// The filing.
    pub filing: FilingId,
    /// The record of the decision.
    pub erasure: RecordId,
    /// To whom.
    pub custodian: Custodian,
}

/// An order a worker holds for a while.
pub type LeasedOrder = Leased<ErasureItem>;

pub(crate) const fn queue(custodian: Custodian) -> Outbox<ErasureItem> {
    Outbox::new(match custodian {
        Custodian::DataCentre => "erasure_data_centre",
        Custodian::Preservation => "erasure_preservation",
    })
}

/// What is to be ordered.
pub(crate) struct Order<'a> {
    pub(crate) filing: FilingId,
    pub(crate) chain: ChainId,
    pub(crate) seq: u64,
    pub(crate) erasure: RecordId,
    pub(crate) erasure_root: RecordRoot,
    pub(crate) records: Vec<RecordRoot>,
    pub(crate) classes: &'a [RetentionClass],
    pub(crate) basis: &'a str,
    pub(crate) requested_by: RequestedBy,
    pub(crate) at: UtcMillis,
}

/// Signs the order once and puts it into every custodian's queue.
pub(crate) fn enqueue(
    platform: &Platform,
    changes: &mut Changeset,
    mut order: Order<'_>,
) -> Result<(), Fault> {
    let custodians: Vec<Custodian> = platform.settings.custodians.keys().copied().collect();
    if custodians.is_empty() || order.records.is_empty() {
        return Ok(());
    }
    let key = platform.settings.order_key.as_ref();
    let key = key.ok_or_else(|| Fault::broken("there is no key that signs erasure orders"))?;
    order.records.sort_unstable();
    order.records.dedup();
    let statement = ErasureOrder {
        basis: order.basis.to_owned(),
        chain: chain_commitment(order.chain),
        classes: order.classes.to_vec(),
        erasure_record: order.erasure_root,
        log_origin: platform.origin().to_string(),
        ordered_at: order.at,
        records: order.records,
        requested_by: order.requested_by,
    };
    statement.check().map_err(Fault::broken)?;
    let envelope = statement.sign(key.signer()).map_err(Fault::broken)?;
    let text = String::from_utf8(envelope.as_bytes().to_vec()).map_err(Fault::broken)?;
    ORDERS.put(changes, &order.erasure, &text)?;
    for custodian in custodians {
        let item = NewItem {
            lane: order.erasure.to_string(),
            order: order.seq,
            not_before: platform.now(),
            after: After::IndexRow(rows::leaf_row(order.erasure)),
            payload: ErasureItem { filing: order.filing, erasure: order.erasure, custodian },
        };
        queue(custodian).enqueue(changes, &item)?;
    }
    Ok(())
}

/// Leases up to `limit` due orders of a custodian for `lease_ms` milliseconds.
///
/// # Errors
/// The store could not do its part.
pub async fn lease_orders(
    platform: &Platform,
    custodian: Custodian,
    lease_ms: i64,
    limit: usize,
) -> Result<Vec<LeasedOrder>, Fault> {
    let queue = queue(custodian);
    Ok(queue.lease(platform.backend(), platform.now(), lease_ms, limit).await?)
}

/// Brings back orders that were put off by a clock that ran ahead.
pub(crate) async fn recall_orders(
    platform: &Platform,
    custodian: Custodian,
    longest_ms: i64,
) -> Result<usize, Fault> {
    let (backend, now) = (platform.backend(), platform.now());
    Ok(queue(custodian).recall(backend, now, longest_ms, Timers::None).await?)
}

/// When the next order of a custodian is worth looking at.
///
/// # Errors
/// The store could not be read.
pub async fn next_order_due(
    platform: &Platform,
    custodian: Custodian,
) -> Result<Option<UtcMillis>, Fault> {
    Ok(queue(custodian).next_due(platform.backend()).await?)
}

/// The exact order.
///
/// # Errors
/// There is none, or the store could not be read.
pub async fn order_envelope(platform: &Platform, erasure: RecordId) -> Result<Vec<u8>, ActError> {
    let row = ORDERS.durable_row(platform.backend(), &erasure).await.map_err(Fault::from)?;
    row.map(|row| row.value.into_bytes()).ok_or(ActError::NotFound(Thing::Record))
}

/// Gives an order back, to be tried again at `retry_at`.
///
/// # Errors
/// The store could not do its part.
pub async fn give_back_order(
    platform: &Platform,
    item: &LeasedOrder,
    retry_at: UtcMillis,
) -> Result<(), Fault> {
    let queue = queue(item.payload.custodian);
    loop {
        let mut changes = Changeset::new();
        queue.fail(platform.backend(), &mut changes, item, retry_at).await?;
        if settled(platform, changes).await? {
            return Ok(());
        }
    }
}

/// Why an answer to an order was not taken. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoteAnswerError {
    /// The store could not do its part.
    #[error(transparent)]
    Act(#[from] ActError),
    /// Not signed by that custodian.
    #[error("the answer is not signed by the custodian")]
    NotSigned,
    /// The answer to another order, or of another custodian.
    #[error("the answer belongs to another order")]
    OfAnother,
}

impl From<Fault> for NoteAnswerError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

/// Takes a custodian's answer, checked, and ends the order.
///
/// # Errors
/// See [`NoteAnswerError`].
pub async fn note_answer(
    platform: &Platform,
    item: &LeasedOrder,
    receipt: &[u8],
) -> Result<Answer, NoteAnswerError> {
    let ErasureItem { filing, erasure, custodian } = item.payload;
    let order = order_envelope(platform, erasure).await?;
    let keys = platform.settings.receipt_keys(custodian);
    let envelope = Envelope::from_json(receipt).map_err(|_| NoteAnswerError::NotSigned)?;
    let said = ErasureReceipt::open(&envelope, &keys)
        .map_err(|_| NoteAnswerError::NotSigned)?
        .into_statement();
    let same = said.custodian == custodian.as_str()
        && platform.is_own_origin(&said.log_origin)
        && said.order_sha256 == Digest::of(&order);
    if !same {
        return Err(NoteAnswerError::OfAnother);
    }
    let answer = match said.outcome {
        ErasureOutcome::Erased { .. } => Answer::Erased { at: said.decided_at },
        ErasureOutcome::Refused { legal_basis, reason } => {
            Answer::Refused { at: said.decided_at, reason, legal_basis }
        }
    };
    let receipt = String::from_utf8(receipt.to_vec()).map_err(Fault::broken)?;
    let answered = AnsweredRow { answer: answer.clone(), receipt: Some(receipt) };
    let key = Pair(filing, erasure);
    loop {
        let stored = ERASURES.row(platform.backend(), &key).await.map_err(Fault::from)?;
        let stored = stored.ok_or(NoteAnswerError::OfAnother)?;
        let mut row = stored.value;
        row.custodians.insert(custodian, answered.clone());
        let mut changes = Changeset::new();
        ERASURES.replace(&mut changes, &key, stored.version, &row).map_err(Fault::from)?;
        let queue = queue(custodian);
        queue
            .complete(platform.backend(), &mut changes, item, platform.now())
            .await
            .map_err(Fault::from)?;
        if settled(platform, changes).await? {
            return Ok(answer);
        }
    }
}

/// `false`: a row has changed since it was read, so read again. A lease that somebody else
/// took ends by itself.
async fn settled(platform: &Platform, changes: Changeset) -> Result<bool, Fault> {
    let result = match platform.backend().commit(changes) {
        Ok(pending) => pending.await,
        Err(error) => Err(error),
    };
    match result {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict { key }) if is_item(key.as_bytes()) => Ok(true),
        Err(CommitError::Conflict { .. }) => {
            tokio::task::yield_now().await;
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

fn is_item(key: &[u8]) -> bool {
    key.starts_with(b"outbox/") && key.windows(6).any(|part| part == b"/item/")
}
