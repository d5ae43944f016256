//! What the worker that sends needs: which messages are due, what is in them, and where it
//! writes how they went. How a message is sent, and its words, are not known here.
//!
//! Before a way is tried that is written down ([`trying`]), so that after a crash a way that
//! cannot recognise a repeated message is not tried twice.

use std::collections::BTreeMap;

use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::outbox::{Leased, Timers};
use heqi_evidence_store::table::Stored;
use heqi_filing::Filing;
use heqi_vocabulary::{Language, MessageChannel, MessageId, PartyId, UtcMillis};

use crate::access;
use crate::add_party::party_words;
use crate::codes;
use crate::contacts::Contact;
use crate::fault::{ActError, Fault};
use crate::filings;
use crate::messages::{MessageItem, MessageRow, MessageState, Purpose, QUEUE, Way, WayState};
use crate::platform::Platform;
use crate::rows;
use crate::settled::{Settled, settle};

mod listed;
mod outcome;
mod preview;
mod report;
mod shown;
mod signed;

pub use outcome::{Outcome, note_outcome};
pub use preview::{InvitationPreview, preview_invitations};
pub use report::{Report, note_report};
pub use shown::{MessageView, filing_messages};

/// An item a worker holds for a while.
pub type LeasedMessage = Leased<MessageItem>;

/// A message to be sent by one way.
#[derive(Clone)]
#[non_exhaustive]
pub struct Outgoing {
    /// Its name: the same whenever it is tried again.
    pub message: MessageId,
    /// What it is for.
    pub purpose: Purpose,
    /// In which language.
    pub language: Language,
    /// By what.
    pub channel: MessageChannel,
    /// Where to.
    pub address: String,
    /// What its template is filled with.
    pub values: BTreeMap<&'static str, String>,
    /// How often this way was tried before.
    pub attempts: u32,
}

/// Without whom and what.
impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Outgoing({}, {}, {})", self.message, self.purpose, self.channel)
    }
}

/// Brings back messages whose lease or pause was given by a clock that ran ahead: what is due later
/// than `longest_ms` from now and was tried before. Reminders wait for their hour.
///
/// # Errors
/// The store could not do its part.
pub async fn recall(platform: &Platform, longest_ms: i64) -> Result<usize, Fault> {
    Ok(QUEUE.recall(platform.backend(), platform.now(), longest_ms, Timers::Some).await?)
}

/// Leases up to `limit` due messages for `lease_ms` milliseconds.
///
/// # Errors
/// The store could not do its part.
pub async fn lease(
    platform: &Platform,
    lease_ms: i64,
    limit: usize,
) -> Result<Vec<LeasedMessage>, Fault> {
    Ok(QUEUE.lease(platform.backend(), platform.now(), lease_ms, limit).await?)
}

/// When the next message is worth looking at; `None` when there is none.
///
/// # Errors
/// The store could not be read.
pub async fn next_due(platform: &Platform) -> Result<Option<UtcMillis>, Fault> {
    Ok(QUEUE.next_due(platform.backend()).await?)
}

/// How many messages wait; counting stops at `limit`.
///
/// # Errors
/// The store could not be read.
pub async fn waiting(platform: &Platform, limit: usize) -> Result<usize, Fault> {
    Ok(QUEUE.outstanding(platform.backend(), limit).await?)
}

/// Writes down that a message is about to be sent, and gives it. `None`: there is nothing to
/// be sent any more, and the item is ended. `repeatable` says which ways recognise a message
/// that came before.
///
/// # Errors
/// The store could not do its part.
pub async fn trying(
    platform: &Platform,
    item: &LeasedMessage,
    repeatable: impl Fn(MessageChannel) -> bool,
) -> Result<Option<Outgoing>, Fault> {
    loop {
        let Some(stored) = rows::MESSAGES.row(platform.backend(), &item.payload.message).await?
        else {
            return end(platform, item).await.map(|()| None);
        };
        let mut row = stored.value.clone();
        if row.state != MessageState::Queued {
            return end(platform, item).await.map(|()| None);
        }
        let contact = match open(platform, item.payload.message, &row) {
            Ok(contact) => contact,
            Err(Fault::Erased) => {
                row.state = MessageState::Dropped;
                if outcome::finish(platform, item, &stored, row, None).await? {
                    return Ok(None);
                }
                continue;
            }
            Err(fault) => return Err(fault),
        };
        // It came back after the party was taken out: nobody writes to that person by the next way.
        if was_taken_out(platform, &row).await? {
            row.state = MessageState::Dropped;
            if outcome::finish(platform, item, &stored, row, None).await? {
                return Ok(None);
            }
            continue;
        }
        for way in row.ways.iter_mut().filter(|way| way.state == WayState::Trying) {
            way.state = if repeatable(way.channel) { WayState::Open } else { WayState::Uncertain };
        }
        if row.expires_at.is_some_and(|end| platform.now() >= end) {
            row.state = MessageState::Expired;
            if outcome::finish(platform, item, &stored, row, None).await? {
                return Ok(None);
            }
            continue;
        }
        let Some(way) = row.ways.iter_mut().find(|way| way.state == WayState::Open) else {
            if outcome::nothing_left(platform, item, &stored, row).await? {
                return Ok(None);
            }
            continue;
        };
        let Some(address) = contact.address(way.channel).map(ToOwned::to_owned) else {
            way.state = WayState::Refused;
            if write(platform, item.payload.message, &stored, &row).await? {
                continue;
            }
            continue;
        };
        way.state = WayState::Trying;
        let Way { channel, attempts, .. } = way.clone();
        way.attempts = attempts.saturating_add(1);
        let values = match values(platform, item.payload.message, &row).await {
            Ok(values) => values,
            Err(ActError::Fault(fault)) => return Err(fault),
            Err(other) => return Err(Fault::broken(other)),
        };
        if write(platform, item.payload.message, &stored, &row).await? {
            return Ok(Some(Outgoing {
                message: item.payload.message,
                purpose: row.purpose,
                language: row.language,
                channel,
                address,
                values,
                attempts,
            }));
        }
    }
}

/// Whether the party that a message is for was taken out of the filing.
async fn was_taken_out(platform: &Platform, row: &MessageRow) -> Result<bool, Fault> {
    let Some(stored) = filings::find(platform, row.filing).await? else { return Ok(false) };
    Ok(stored.filing.anyone(row.party).is_some_and(|party| !party.takes_part()))
}

/// What a template is filled with. Nothing else of a filing reaches a message.
async fn values(
    platform: &Platform,
    message: MessageId,
    row: &MessageRow,
) -> Result<BTreeMap<&'static str, String>, ActError> {
    let filing = filings::load(platform, row.filing).await?.filing;
    let mut values = values_of(platform, &filing, (row.party, row.language));
    values.insert("message", message.to_string());
    values.insert("documents", listed::documents(&filing, row));
    let at = row.happened_at.unwrap_or(row.queued_at);
    values.insert("time", people_time(at, row.language));
    if row.purpose == Purpose::SignedInYourName {
        values.extend(signed::circumstances(platform, row).await?);
    }
    if let Some(ceremony) = row.ceremony {
        let link = access::signer_link(platform, ceremony);
        let door = if row.purpose.is_about_signatures() { "c" } else { "s" };
        values.insert("link", format!("{}/{door}/{link}", platform.settings.public_url));
        if let Some(nonce) = &row.nonce {
            values.insert("code", codes::code_of(platform, ceremony, nonce));
        }
    } else {
        values.insert("link", platform.settings.public_url.clone());
    }
    if let Some(until) = row.expires_at {
        values.insert("date", people_time(until, row.language));
    }
    Ok(values)
}

/// What every message to a party is filled with, whatever it is for.
fn values_of(
    platform: &Platform,
    filing: &Filing,
    (party, language): (PartyId, Language),
) -> BTreeMap<&'static str, String> {
    let names = &platform.settings.names;
    BTreeMap::from([
        ("company", filing.company_name().as_str().to_owned()),
        ("matter", filing.matter().name(language).to_owned()),
        ("number", filing.number().to_string()),
        ("handler", handler_name(filing, language)),
        ("name", party_name(filing, party)),
        ("telephone", names.telephone.clone()),
        ("operator", names.operator.clone()),
    ])
}

fn party_name(filing: &Filing, party: PartyId) -> String {
    let party = filing.party(party);
    party.map_or_else(String::new, |party| party.who().acting_person().as_str().to_owned())
}

fn handler_name(filing: &Filing, language: Language) -> String {
    let handler = filing
        .parties()
        .find(|party| party.capacities().contains(&heqi_filing::Capacity::Handler))
        .map(|party| party_words(party.who()).1.to_owned());
    handler.unwrap_or_else(|| language.pick("经办人", "the handler").to_owned())
}

/// A moment as people in China read it: `11月23日20:05`.
fn people_time(at: UtcMillis, language: Language) -> String {
    at.short_in_shanghai(language)
}

pub(super) fn open(
    platform: &Platform,
    message: MessageId,
    row: &MessageRow,
) -> Result<Contact, Fault> {
    let place = rows::MESSAGES.key(&message)?;
    Ok(row.to.open(platform.backend().vault(), place.as_bytes())?)
}

/// Whether the contact is still there that a message goes to: of one that was erased nothing is
/// recorded any more. A vault that does not answer is no erasure.
pub(super) fn has_contact(
    platform: &Platform,
    message: MessageId,
    row: &MessageRow,
) -> Result<bool, Fault> {
    match open(platform, message, row) {
        Ok(_) => Ok(true),
        Err(Fault::Erased) => Ok(false),
        Err(fault) => Err(fault),
    }
}

/// Writes a row in the place of the one that was read. `false`: read again.
async fn write(
    platform: &Platform,
    message: MessageId,
    stored: &Stored<MessageRow>,
    row: &MessageRow,
) -> Result<bool, Fault> {
    let mut changes = Changeset::new();
    rows::MESSAGES.replace(&mut changes, &message, stored.version, row)?;
    let result = match platform.backend().commit(changes) {
        Ok(pending) => pending.await,
        Err(error) => Err(error),
    };
    match result {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Ends an item that there is nothing to do for.
async fn end(platform: &Platform, item: &LeasedMessage) -> Result<(), Fault> {
    loop {
        let mut changes = Changeset::new();
        QUEUE.complete(platform.backend(), &mut changes, item, platform.now()).await?;
        if settle(platform, item, changes).await? != Settled::Again {
            return Ok(());
        }
    }
}
