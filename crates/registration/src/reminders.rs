//! Parties that have not answered after everybody signed are reminded: after 2, 24 and 48 hours,
//! and told after 72 that the time for confirming is over. Nothing is ever confirmed by this.
//!
//! What is due is an item of a queue, written in the commit of the last signature. An item whose
//! filing stands otherwise by then (confirmed, paused, asked anew) does nothing, so each reminder
//! goes once and only to those who have not answered.

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::outbox::{After, Leased, NewItem, Outbox};
use heqi_filing::{Filing, FilingState, Timer};
use heqi_vocabulary::{FilingId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::fault::{ActError, Fault};
use crate::filings;
use crate::ledger::{self, About, Draft};
use crate::messages::{self, NewMessage, Purpose};
use crate::platform::Platform;
use crate::rows::{self, Pair};

/// How long one reminder may take before somebody else may send it, in milliseconds.
const LEASE_MS: i64 = 60_000;

/// One reminder of one filing.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReminderItem {
    filing: FilingId,
    /// When the parties were asked what this reminds of.
    asked_at: UtcMillis,
    /// 1 to 3, 0 when the time is over, or [`LAPSE`].
    nth: u8,
}

/// On the thirtieth day the filing goes back to drafting: signatures stand, and everybody who
/// confirmed does so anew (domain study 11.4).
const LAPSE: u8 = u8::MAX;

const QUEUE: Outbox<ReminderItem> = Outbox::new("reminder");

/// Adds every reminder that falls due while the filing stands as it does.
pub(crate) fn schedule(changes: &mut Changeset, filing: &Filing) -> Result<(), Fault> {
    let FilingState::Signed { asked_at, .. } = *filing.state() else { return Ok(()) };
    for due in filing.due() {
        let nth = match due.timer {
            Timer::ConfirmationReminder { nth } => nth,
            Timer::ConfirmationOverdue => 0,
            Timer::UnconfirmedLapse => LAPSE,
            _ => continue,
        };
        let item = NewItem {
            lane: format!("{}.{}.{nth}", filing.id(), asked_at.as_millis()),
            order: 0,
            not_before: due.at,
            after: After::Commit,
            payload: ReminderItem { filing: filing.id(), asked_at, nth },
        };
        QUEUE.enqueue(changes, &item)?;
    }
    Ok(())
}

/// Queues the messages of every reminder that is due, at most `limit` of them, and gives how many
/// there were.
///
/// # Errors
/// The store could not do its part. What was queued stays queued, once.
pub async fn remind(platform: &Platform, limit: usize) -> Result<usize, Fault> {
    let leased = QUEUE.lease(platform.backend(), platform.now(), LEASE_MS, limit).await?;
    for item in &leased {
        one(platform, item).await?;
    }
    Ok(leased.len())
}

async fn one(platform: &Platform, item: &Leased<ReminderItem>) -> Result<(), Fault> {
    let ReminderItem { filing, asked_at, nth } = item.payload;
    let mut changes = Changeset::new();
    let stored = match filings::load(platform, filing).await {
        Ok(stored) => Some(stored),
        Err(ActError::NotFound(_) | ActError::Fault(Fault::Erased)) => None,
        Err(ActError::Fault(fault)) => return Err(fault),
        Err(other) => return Err(Fault::broken(other)),
    };
    if let Some(stored) = stored {
        let state = stored.filing.state();
        if matches!(state, FilingState::Signed { asked_at: asked, .. } if *asked == asked_at) {
            // Who answers while this is written is not reminded.
            if nth == LAPSE {
                lapse(platform, &mut changes, &stored).await?;
            } else {
                stored.expect_unchanged(&mut changes)?;
                tell(platform, &mut changes, &stored.filing, nth).await?;
            }
        }
    }
    QUEUE.complete(platform.backend(), &mut changes, item, platform.now()).await?;
    let result = match platform.backend().commit(changes) {
        Ok(pending) => pending.await,
        Err(error) => Err(error),
    };
    match result {
        // Something changed meanwhile: the item comes again when its lease has run out.
        Ok(_) | Err(CommitError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Back to drafting, and a record of it: nobody decided this but the calendar.
async fn lapse(
    platform: &Platform,
    changes: &mut Changeset,
    stored: &filings::StoredFiling,
) -> Result<(), Fault> {
    let mut filing = stored.filing.clone();
    let next = ledger::next_place(platform, filing.chain()).await?;
    filing.return_to_drafting(next.place.recorded_at).map_err(Fault::broken)?;
    let mut draft = Draft::new(platform, RecordKind::FilingChanged);
    draft
        .observed("filing", filing.id().to_string())?
        .observed("change", "lapsed_unconfirmed")?
        .observed("changed_by", "platform")?;
    let record = draft.seal(platform, About::filing(filing.id()), None)?;
    record.write(platform, changes, &next)?;
    stored.replace(platform, changes, &filing)
}

/// Those who have not answered; when the time is over everybody, for it concerns all.
async fn tell(
    platform: &Platform,
    changes: &mut Changeset,
    filing: &Filing,
    nth: u8,
) -> Result<(), Fault> {
    let purpose = if nth == 0 { Purpose::ConfirmOverdue } else { Purpose::ConfirmReminder };
    for party in
        filing.parties().filter(|party| nth == 0 || party.confirmation().confirmed_at().is_none())
    {
        let whose = Pair(filing.id(), party.id());
        let newest = rows::NEWEST_CEREMONIES.row(platform.backend(), &whose).await?;
        let reminder = NewMessage {
            ceremony: newest.map(|row| row.value),
            ..NewMessage::new(purpose, filing.id(), party.id())
        };
        messages::tell(platform, changes, reminder).await?;
    }
    Ok(())
}
