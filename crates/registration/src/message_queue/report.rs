//! What a gateway reports later: that a message arrived, or that it came back. A message
//! that came back goes by the next way, if there is one.

use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{MessageChannel, MessageId};

use super::has_contact;
use super::outcome::{By, add_record};
use crate::fault::{ActError, Fault, Thing};
use crate::messages::{self, MessageState, QUEUE, WayState};
use crate::platform::Platform;
use crate::rows;

/// What was reported.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever reports must say which")]
pub enum Report {
    /// It arrived.
    Delivered,
    /// It came back.
    Bounced {
        /// A stable word.
        reason: &'static str,
    },
}

/// Takes a report. One that says what is known already, or comes too late, changes nothing.
///
/// # Errors
/// There is no such message, or the store could not do its part.
pub async fn note_report(
    platform: &Platform,
    message: MessageId,
    channel: MessageChannel,
    report: Report,
) -> Result<(), ActError> {
    loop {
        let stored = rows::MESSAGES.row(platform.backend(), &message).await.map_err(Fault::from)?;
        let stored = stored.ok_or(ActError::NotFound(Thing::Message))?;
        let mut row = stored.value.clone();
        let trying = |way: &messages::Way| way.channel == channel && way.state == WayState::Trying;
        if row.ways.iter().any(trying) {
            // It overtook the answer of the gateway, which is being written down.
            return Err(Fault::Busy.into());
        }
        let taken =
            |way: &&mut messages::Way| way.channel == channel && way.state == WayState::Taken;
        let way = row.ways.iter_mut().find(taken);
        let Some(way) = way.filter(|_| row.state == MessageState::Sent) else {
            // Known already; whoever reports says it no more, so it must be durable.
            platform.backend().settled().await.map_err(Fault::from)?;
            return Ok(());
        };
        let mut changes = Changeset::new();
        let reason = match report {
            Report::Delivered => {
                row.state = MessageState::Delivered;
                None
            }
            Report::Bounced { reason } => {
                way.state = WayState::Refused;
                row.state = MessageState::Bounced;
                Some(reason)
            }
        };
        if has_contact(platform, message, &row)? {
            let by = By { channel, gateway: None, reference: None, template_sha256: None, reason };
            add_record(platform, &mut changes, message, &row, &by).await?;
        }
        let open_way = row.ways.iter().any(|way| way.state == WayState::Open);
        if row.state == MessageState::Bounced && open_way {
            row.state = MessageState::Queued;
            let item = messages::item(message, platform.now());
            QUEUE.enqueue(&mut changes, &item).map_err(Fault::from)?;
        }
        rows::MESSAGES
            .replace(&mut changes, &message, stored.version, &row)
            .map_err(Fault::from)?;
        let result = match platform.backend().commit(changes) {
            Ok(pending) => pending.await,
            Err(error) => Err(error),
        };
        match result {
            Ok(_) => return Ok(()),
            Err(CommitError::Conflict { .. }) => tokio::task::yield_now().await,
            Err(error) => return Err(Fault::from(error).into()),
        }
    }
}
