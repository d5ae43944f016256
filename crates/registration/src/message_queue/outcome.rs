//! How sending went: the state of the message, the item and the record, in one commit.

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::Stored;
use heqi_vocabulary::{Digest, MessageChannel, MessageId, UtcMillis};

use super::{LeasedMessage, has_contact, open};
use crate::fault::{ActError, Fault};
use crate::filings;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::messages::{MessageRow, MessageState, QUEUE, WayState};
use crate::platform::Platform;
use crate::rows;
use crate::settled::{Settled, settle};

/// How often a way is tried that refuses for a while.
const ATTEMPTS: u32 = 5;

/// How one try went.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever sends must say which")]
pub enum Outcome {
    /// It was taken.
    Taken {
        /// Who took it: a name of the settings.
        gateway: String,
        /// What the gateway calls it.
        reference: Option<String>,
        /// SHA-256 of the template, before its places are filled.
        template_sha256: Digest,
    },
    /// Not now: the same way again at this instant, if it has tries left.
    Later {
        /// When.
        retry_at: UtcMillis,
        /// A stable word.
        reason: &'static str,
    },
    /// Never by this way.
    Refused {
        /// A stable word.
        reason: &'static str,
    },
    /// Nobody knows whether it was taken.
    Uncertain {
        /// A stable word.
        reason: &'static str,
    },
}

/// Writes down how a try went, and ends the item or gives it back.
///
/// # Errors
/// The store could not do its part.
pub async fn note_outcome(
    platform: &Platform,
    item: &LeasedMessage,
    channel: MessageChannel,
    outcome: &Outcome,
) -> Result<(), Fault> {
    let message = item.payload.message;
    loop {
        let Some(stored) = rows::MESSAGES.row(platform.backend(), &message).await? else {
            return Ok(());
        };
        let mut row = stored.value.clone();
        let now = platform.now();
        let Some(way) = row.ways.iter_mut().find(|way| way.channel == channel) else {
            return Err(Fault::broken("a message was sent by a way it does not have"));
        };
        let (state, retry_at) = match outcome {
            Outcome::Taken { .. } => (WayState::Taken, None),
            Outcome::Later { retry_at, .. } if way.attempts < ATTEMPTS => {
                (WayState::Open, Some(*retry_at))
            }
            Outcome::Later { .. } | Outcome::Refused { .. } => (WayState::Refused, Some(now)),
            Outcome::Uncertain { .. } => (WayState::Uncertain, Some(now)),
        };
        way.state = state;
        let done = match (retry_at, outcome) {
            (Some(at), _) if row.ways.iter().any(|way| way.state == WayState::Open) => {
                give_back(platform, item, &stored, &row, at).await?
            }
            (None, Outcome::Taken { gateway, reference, template_sha256 }) => {
                row.state = MessageState::Sent;
                let by = By {
                    channel,
                    gateway: Some(gateway),
                    reference: reference.as_deref(),
                    template_sha256: Some(*template_sha256),
                    reason: None,
                };
                finish(platform, item, &stored, row, Some(by)).await?
            }
            _ => nothing_left(platform, item, &stored, row).await?,
        };
        if done {
            return Ok(());
        }
    }
}

/// By what something happened to a message.
pub(super) struct By<'a> {
    pub(super) channel: MessageChannel,
    pub(super) gateway: Option<&'a str>,
    pub(super) reference: Option<&'a str>,
    pub(super) template_sha256: Option<Digest>,
    pub(super) reason: Option<&'a str>,
}

/// Ends a message that no way is left for.
pub(super) async fn nothing_left(
    platform: &Platform,
    item: &LeasedMessage,
    stored: &Stored<MessageRow>,
    mut row: MessageRow,
) -> Result<bool, Fault> {
    let uncertain = row.ways.iter().find(|way| way.state == WayState::Uncertain);
    let bounced = row.ways.iter().any(|way| way.state == WayState::Taken);
    row.state = match uncertain {
        Some(_) => MessageState::Uncertain,
        None if bounced => MessageState::Bounced,
        None => MessageState::Failed,
    };
    let last = uncertain.or_else(|| row.ways.last()).map(|way| way.channel);
    let by = last.map(|channel| By {
        channel,
        gateway: None,
        reference: None,
        template_sha256: None,
        reason: Some("no_way_left"),
    });
    finish(platform, item, stored, row, by).await
}

/// Ends the item with the state of the row, and a record where something is to be recorded.
/// `false`: read again.
pub(super) async fn finish(
    platform: &Platform,
    item: &LeasedMessage,
    stored: &Stored<MessageRow>,
    row: MessageRow,
    by: Option<By<'_>>,
) -> Result<bool, Fault> {
    let message = item.payload.message;
    let mut changes = Changeset::new();
    if let Some(by) = by
        && has_contact(platform, message, &row)?
    {
        add_record(platform, &mut changes, message, &row, &by).await?;
    }
    rows::MESSAGES.replace(&mut changes, &message, stored.version, &row)?;
    QUEUE.complete(platform.backend(), &mut changes, item, platform.now()).await?;
    match settle(platform, item, changes).await? {
        Settled::Done | Settled::LeaseLost => Ok(true),
        Settled::Again => Ok(false),
    }
}

async fn give_back(
    platform: &Platform,
    item: &LeasedMessage,
    stored: &Stored<MessageRow>,
    row: &MessageRow,
    retry_at: UtcMillis,
) -> Result<bool, Fault> {
    let mut changes = Changeset::new();
    rows::MESSAGES.replace(&mut changes, &item.payload.message, stored.version, row)?;
    QUEUE.fail(platform.backend(), &mut changes, item, retry_at).await?;
    match settle(platform, item, changes).await? {
        Settled::Done | Settled::LeaseLost => Ok(true),
        Settled::Again => Ok(false),
    }
}

/// Adds the record of what happened to the filing's chain.
pub(super) async fn add_record(
    platform: &Platform,
    changes: &mut Changeset,
    message: MessageId,
    row: &MessageRow,
    by: &By<'_>,
) -> Result<(), Fault> {
    let filing = match filings::load(platform, row.filing).await {
        Ok(stored) => stored.filing,
        Err(ActError::Fault(fault)) => return Err(fault),
        Err(other) => return Err(Fault::broken(other)),
    };
    let record = record(platform, message, row, by)?;
    let next = ledger::next_place(platform, filing.chain()).await?;
    record.write(platform, changes, &next)?;
    Ok(())
}

fn record(
    platform: &Platform,
    message: MessageId,
    row: &MessageRow,
    by: &By<'_>,
) -> Result<NewRecord, Fault> {
    let contact = open(platform, message, row)?;
    let attempts: u32 = row.ways.iter().map(|way| way.attempts).sum();
    let mut draft = Draft::new(platform, RecordKind::Notification);
    draft
        .observed("filing", row.filing.to_string())?
        .observed("party", row.party.to_string())?
        .observed("message", message.to_string())?
        .observed("purpose", row.purpose.as_str())?
        .observed("state", row.state.as_str())?
        .observed("channel", by.channel.as_str())?
        .declared("contact", contact.address(by.channel))?
        .observed("contact_source", "declared")?
        .observed("text_language", row.language.tag())?
        .observed("attempts", attempts)?
        .observed("happened_at", platform.now().to_string())?;
    if let Some(digest) = by.template_sha256 {
        draft.observed("template_sha256", digest.to_string())?;
    }
    if let Some(gateway) = by.gateway {
        draft.observed("gateway", gateway)?;
    }
    if let Some(reference) = by.reference {
        draft.observed("gateway_reference", reference)?;
    }
    if let Some(reason) = by.reason {
        draft.observed("reason", reason)?;
    }
    draft.seal(platform, About::party(row.filing, row.party), None)
}
