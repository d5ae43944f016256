//! Messages to people: queued in the commit of the act that causes them. Kept are what it is
//! about, sealed where it goes, and how it went; never the text, a code or a link.

use std::fmt;
use std::str::FromStr;

use heqi_evidence::schema::RetentionClass;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::outbox::{After, NewItem, Outbox};
use heqi_evidence_store::sealed::Sealed;
use heqi_vocabulary::{
    CeremonyId, FilingId, Language, MessageChannel, MessageId, PartyId, UtcMillis,
};
use serde::{Deserialize, Serialize};

use crate::contacts::{self, Contact};
use crate::data_keys::{Sealing, data_key};
use crate::fault::Fault;
use crate::platform::Platform;
use crate::rows::{self, Pair};

/// What a message is for. The word names its template.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "every purpose needs a template")]
pub enum Purpose {
    /// Come and sign.
    Invitation,
    /// A one-time code.
    Code,
    /// Somebody signed in your name; at once, to the person named.
    SignedInYourName,
    /// The last signature has landed; one message to everybody.
    AllSigned,
    /// The contact of this party was changed; to the old one.
    ContactChanged,
    /// A link was locked after wrong identity numbers; to the handler.
    EntryLocked,
    /// This party has not confirmed yet.
    ConfirmReminder,
    /// The time for confirming is over; to everybody.
    ConfirmOverdue,
    /// The objection of this party has arrived.
    ObjectionReceived,
    /// Somebody objected, so the filing is paused; to everybody else.
    FilingPaused,
    /// The registry decided what follows from an objection; to everybody.
    ObjectionDecided,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 11] = [
        Self::Invitation,
        Self::Code,
        Self::SignedInYourName,
        Self::AllSigned,
        Self::ContactChanged,
        Self::EntryLocked,
        Self::ConfirmReminder,
        Self::ConfirmOverdue,
        Self::ObjectionReceived,
        Self::FilingPaused,
        Self::ObjectionDecided,
    ];

    /// Whether its link leads to what was signed: to confirm it, or to object.
    pub const fn is_about_signatures(self) -> bool {
        matches!(
            self,
            Self::SignedInYourName
                | Self::AllSigned
                | Self::ConfirmReminder
                | Self::ConfirmOverdue
                | Self::ObjectionReceived
                | Self::FilingPaused
                | Self::ObjectionDecided
        )
    }

    /// The word used in rows, records and settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Code => "code",
            Self::SignedInYourName => "signed_in_your_name",
            Self::AllSigned => "all_signed",
            Self::ContactChanged => "contact_changed",
            Self::EntryLocked => "entry_locked",
            Self::ConfirmReminder => "confirm_reminder",
            Self::ConfirmOverdue => "confirm_overdue",
            Self::ObjectionReceived => "objection_received",
            Self::FilingPaused => "filing_paused",
            Self::ObjectionDecided => "objection_decided",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Purpose {
    type Err = UnknownPurpose;

    fn from_str(text: &str) -> Result<Self, UnknownPurpose> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text).ok_or(UnknownPurpose)
    }
}

/// The word names no purpose.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no message has this purpose")]
pub struct UnknownPurpose;

/// How a message went.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the API, version 1")]
pub enum MessageState {
    /// It waits, or is tried again.
    Queued,
    /// A gateway or mail server took it.
    Sent,
    /// The gateway reported that it arrived.
    Delivered,
    /// It came back, and there is no other way.
    Bounced,
    /// No way took it.
    Failed,
    /// It may have been taken; it is not sent twice.
    Uncertain,
    /// Its time was over before it could be sent.
    Expired,
    /// Before it could be sent, the person's data were erased or the party was taken out.
    Dropped,
}

impl MessageState {
    /// The word in records and figures.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::Failed => "failed",
            Self::Uncertain => "uncertain",
            Self::Expired => "expired",
            Self::Dropped => "dropped",
        }
    }
}

/// A message about to be queued.
#[derive(Clone, Debug)]
pub(crate) struct NewMessage {
    pub(crate) purpose: Purpose,
    pub(crate) filing: FilingId,
    pub(crate) party: PartyId,
    /// The ceremony its link opens.
    pub(crate) ceremony: Option<CeremonyId>,
    /// What its code is made from.
    pub(crate) nonce: Option<String>,
    pub(crate) language: Language,
    /// Not sent from this instant on.
    pub(crate) expires_at: Option<UtcMillis>,
    /// When it happened what the message tells of.
    pub(crate) happened_at: Option<UtcMillis>,
}

impl NewMessage {
    pub(crate) const fn new(purpose: Purpose, filing: FilingId, party: PartyId) -> Self {
        Self {
            purpose,
            filing,
            party,
            ceremony: None,
            nonce: None,
            language: Language::Zh,
            expires_at: None,
            happened_at: None,
        }
    }
}

/// One way to the person, and how it went.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Way {
    pub(crate) channel: MessageChannel,
    pub(crate) state: WayState,
    pub(crate) attempts: u32,
}

impl Way {
    /// Whether what was sent may have come by it. What came back counts: whoever has the mailbox can read
    /// a mail and then send it back.
    pub(crate) const fn may_have_gone(&self) -> bool {
        match self.state {
            WayState::Open => false,
            WayState::Refused => self.attempts > 0,
            WayState::Trying | WayState::Taken | WayState::Uncertain => true,
        }
    }
}

/// How one way went.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WayState {
    /// Not tried, or refused for a while.
    Open,
    /// Being tried; after a crash nobody knows whether it was taken.
    Trying,
    /// Taken.
    Taken,
    /// Refused for good, or came back.
    Refused,
    /// It may have been taken.
    Uncertain,
}

/// A message as it is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageRow {
    pub(crate) purpose: Purpose,
    pub(crate) filing: FilingId,
    pub(crate) party: PartyId,
    pub(crate) ceremony: Option<CeremonyId>,
    pub(crate) nonce: Option<String>,
    pub(crate) language: Language,
    pub(crate) queued_at: UtcMillis,
    pub(crate) expires_at: Option<UtcMillis>,
    pub(crate) happened_at: Option<UtcMillis>,
    pub(crate) state: MessageState,
    pub(crate) ways: Vec<Way>,
    pub(crate) to: Sealed<Contact>,
}

/// What the worker's queue holds.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MessageItem {
    /// The message.
    pub message: MessageId,
}

/// The queue of messages: every one is a lane of its own, so none waits for another.
pub(crate) const QUEUE: Outbox<MessageItem> = Outbox::new("message");

/// Adds a message to `changes`, by `first` where it is given and then by every other way of
/// the contact.
pub(crate) fn enqueue(
    platform: &Platform,
    changes: &mut Changeset,
    new: NewMessage,
    contact: &Contact,
    first: Option<MessageChannel>,
) -> Result<MessageId, Fault> {
    let now = platform.now();
    let id = MessageId::time_ordered(now, platform.entropy());
    let rest = contact.channels().filter(|channel| Some(*channel) != first);
    let ways = first.into_iter().chain(rest);
    let ways = ways.map(|channel| Way { channel, state: WayState::Open, attempts: 0 }).collect();
    // Where it goes is kept as it was now: a contact that is changed later is another one.
    let to = Contact {
        id_number: None,
        document_kind: None,
        document_ends: None,
        company_code: None,
        ..contact.clone()
    };
    let sealing = Sealing::Class(RetentionClass::Person);
    let key = data_key(platform, new.filing, Some(new.party), sealing)?;
    let place = rows::MESSAGES.key(&id)?;
    let to = Sealed::seal(&key, place.as_bytes(), &to, platform.entropy());
    let row = MessageRow {
        purpose: new.purpose,
        filing: new.filing,
        party: new.party,
        ceremony: new.ceremony,
        nonce: new.nonce,
        language: new.language,
        queued_at: now,
        expires_at: new.expires_at,
        happened_at: new.happened_at,
        state: MessageState::Queued,
        ways,
        to: to.map_err(Fault::broken)?,
    };
    rows::MESSAGES.insert(changes, &id, &row)?;
    rows::FILING_MESSAGES.put(changes, &Pair(new.filing, id), &Some(new.party))?;
    QUEUE.enqueue(changes, &item(id, now))?;
    Ok(id)
}

/// The item of a message, ready at `not_before`.
pub(crate) fn item(message: MessageId, not_before: UtcMillis) -> NewItem<MessageItem> {
    NewItem {
        lane: message.to_string(),
        order: 0,
        not_before,
        after: After::Commit,
        payload: MessageItem { message },
    }
}

/// Tells a party, where it can be reached: nothing happens without a contact.
pub(crate) async fn tell(
    platform: &Platform,
    changes: &mut Changeset,
    new: NewMessage,
) -> Result<(), Fault> {
    let contact = contacts::load_unless_erased(platform, new.filing, new.party).await?;
    if let Some(stored) = contact {
        let new = NewMessage { language: stored.contact.language, ..new };
        enqueue(platform, changes, new, &stored.contact, None)?;
    }
    Ok(())
}

/// Stops what waits to be sent to a party, and gives how many messages that were. What a worker has in
/// its hands is sent, and then recorded as sent.
pub(crate) async fn stop(
    platform: &Platform,
    changes: &mut Changeset,
    filing: FilingId,
    party: PartyId,
) -> Result<usize, Fault> {
    let within = format!("{filing}/");
    let backend = platform.backend();
    let named = rows::FILING_MESSAGES.scan(backend, &within, None, usize::MAX).await?;
    let mut stopped = 0;
    // Only what goes to this party is read, and what was queued before its row said to whom.
    let of_party = named.iter().filter(|(_, row)| row.value.is_none_or(|whose| whose == party));
    for (Pair(_, message), _) in of_party {
        let Some(stored) = rows::MESSAGES.row(backend, message).await? else { continue };
        let waits = stored.value.state == MessageState::Queued;
        if stored.value.party != party || !waits {
            continue;
        }
        let dropped = MessageRow { state: MessageState::Dropped, ..stored.value };
        rows::MESSAGES.replace(changes, message, stored.version, &dropped)?;
        stopped += 1;
    }
    Ok(stopped)
}
