//! What a person said here is brought to whoever else must know it: the office's data centre, which
//! certifies, and the platform, where the registry sees it. The statement is the signed one of the
//! log; sending it again does nothing twice; until it was taken it waits, and the person sees that.
//!
//! Rows: `holder-notice-delivery` (chain, record, kind, recipient).

use heqi_evidence::leaf::RecordRoot;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::outbox::{After, Leased, NewItem, Outbox, Timers};
use heqi_evidence_store::table::Table;
use heqi_vocabulary::{Digest, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use super::HolderFault;
use super::notice::{NOTICES, place_of};
use super::queue;
use crate::deposited::DEPOSITS;
use crate::office::NotaryOffice;

const DELIVERIES: Table<String, Delivery> = Table::new("holder-notice-delivery");
const QUEUE: Outbox<NoticeItem> = Outbox::new("holder-notices");
const PAGE: usize = 256;

/// To whom a notice is brought.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there are two others")]
pub enum Recipient {
    /// The notary's data centre.
    DataCentre,
    /// The signing platform.
    Platform,
}

impl Recipient {
    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DataCentre => "data_centre",
            Self::Platform => "platform",
        }
    }
}

/// How a delivery stands.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "pages show each in its own words")]
pub enum Delivery {
    /// On its way, or to be tried again.
    Waiting {},
    /// It stands in the other log.
    Taken {
        /// Since when, by the other clock.
        at: UtcMillis,
    },
    /// It is not taken.
    Refused {
        /// A stable word.
        code: String,
        /// Since when, by this office's clock.
        at: UtcMillis,
    },
}

/// What is to be brought.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeItem {
    place: String,
    record: RecordId,
    to: Recipient,
}

/// A notice that a worker holds.
pub type LeasedNotice = Leased<NoticeItem>;

/// A notice as it is sent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NoticeLetter {
    /// To whom.
    pub to: Recipient,
    /// About which record.
    pub record: RecordId,
    /// The exact bytes of the statement.
    pub statement: String,
}

/// Puts a notice on its way to everybody, in the commit that makes it.
pub(super) fn enqueue(
    office: &NotaryOffice,
    changes: &mut Changeset,
    (place, record): (&str, RecordId),
    now: UtcMillis,
) -> Result<(), HolderFault> {
    for to in office.recipients.iter().copied() {
        send(changes, (place, record, to), now)?;
    }
    Ok(())
}

fn send(
    changes: &mut Changeset,
    (place, record, to): (&str, RecordId, Recipient),
    now: UtcMillis,
) -> Result<(), HolderFault> {
    DELIVERIES.put(changes, &delivery_key(place, to), &Delivery::Waiting {})?;
    let item = NewItem {
        lane: format!("{}-{}", Digest::of(place.as_bytes()), to.as_str()),
        order: 0,
        not_before: now,
        after: After::Commit,
        payload: NoticeItem { place: place.to_owned(), record, to },
    };
    Ok(QUEUE.enqueue(changes, &item)?)
}

fn delivery_key(place: &str, to: Recipient) -> String {
    format!("{place}-{}", to.as_str())
}

/// Puts on their way what was said before there was anybody to bring it to. To be called at the
/// start; does nothing the second time.
///
/// # Errors
/// See [`HolderFault`].
pub async fn send_what_is_owed(office: &NotaryOffice) -> Result<(), HolderFault> {
    let mut after: Option<String> = None;
    loop {
        let rows = NOTICES.scan(office.store(), "", after.as_ref(), PAGE).await?;
        let Some((last, _)) = rows.last() else { return Ok(()) };
        after = Some(last.clone());
        let mut changes = Changeset::new();
        for (place, _) in &rows {
            for to in office.recipients.iter().copied() {
                let key = delivery_key(place, to);
                if DELIVERIES.row(office.store(), &key).await?.is_some() {
                    continue;
                }
                let root = place.split('-').nth(1).unwrap_or_default();
                let held = DEPOSITS.scan(office.store(), &format!("{root}-"), None, 1).await?;
                if let Some((_, row)) = held.first() {
                    let now = office.clock().now();
                    send(&mut changes, (place, row.value.record_id, to), now)?;
                }
            }
        }
        if !changes.is_empty() {
            office.store().commit(changes)?.await?;
        }
    }
}

/// How the deliveries of what was said about a record stand.
///
/// # Errors
/// See [`HolderFault`].
pub async fn deliveries(
    office: &NotaryOffice,
    (chain, root): (Digest, RecordRoot),
    kind: heqi_evidence::holder_notice::NoticeKind,
) -> Result<Vec<(Recipient, Delivery)>, HolderFault> {
    let place = place_of(chain, root, kind);
    let mut all = Vec::new();
    for to in [Recipient::DataCentre, Recipient::Platform] {
        let row = DELIVERIES.durable_row(office.store(), &delivery_key(&place, to)).await?;
        all.extend(row.map(|row| (to, row.value)));
    }
    Ok(all)
}

/// Leases up to `limit` notices that are to be brought, for `lease_ms` milliseconds.
///
/// # Errors
/// See [`HolderFault`].
pub async fn lease(
    office: &NotaryOffice,
    lease_ms: i64,
    limit: usize,
) -> Result<Vec<LeasedNotice>, HolderFault> {
    Ok(QUEUE.lease(office.store(), office.clock().now(), lease_ms, limit).await?)
}

/// Brings back what a clock that ran ahead had put off; gives how much.
///
/// # Errors
/// See [`HolderFault`].
pub async fn recall(office: &NotaryOffice, longest_ms: i64) -> Result<usize, HolderFault> {
    let now = office.clock().now();
    Ok(QUEUE.recall(office.store(), now, longest_ms, Timers::None).await?)
}

/// What an item says.
///
/// # Errors
/// See [`HolderFault`].
pub async fn letter(
    office: &NotaryOffice,
    item: &LeasedNotice,
) -> Result<NoticeLetter, HolderFault> {
    let NoticeItem { place, record, to } = &item.payload;
    let row = NOTICES.durable_row(office.store(), place).await?;
    let row = row.ok_or(HolderFault::Damaged("a notice on its way is not kept"))?;
    Ok(NoticeLetter { to: *to, record: *record, statement: row.value.statement })
}

/// Writes down what was answered and ends the item.
///
/// # Errors
/// See [`HolderFault`].
pub async fn note(
    office: &NotaryOffice,
    item: &LeasedNotice,
    answer: &Delivery,
) -> Result<(), HolderFault> {
    let NoticeItem { place, to, .. } = &item.payload;
    let key = delivery_key(place, *to);
    queue::end(office, (&QUEUE, item), |changes| DELIVERIES.put(changes, &key, answer)).await
}

/// Gives an item back: nobody was reached.
///
/// # Errors
/// See [`HolderFault`].
pub async fn try_again(
    office: &NotaryOffice,
    item: &LeasedNotice,
    retry_at: UtcMillis,
) -> Result<(), HolderFault> {
    queue::again(office, (&QUEUE, item), retry_at).await
}
