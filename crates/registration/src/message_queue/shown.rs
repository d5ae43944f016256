//! The messages of a filing as whoever handles it sees them: neither text nor address.

use heqi_vocabulary::{FilingId, MessageChannel, MessageId, PartyId, UtcMillis};

use crate::fault::{ActError, Fault};
use crate::filings;
use crate::handler_desk;
use crate::messages::{MessageState, Purpose};
use crate::platform::Platform;
use crate::request::Actor;
use crate::rows;

/// A message as the handler sees it: whom, for what, how it went.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct MessageView {
    /// The message.
    pub message_id: MessageId,
    /// To whom.
    pub party_id: PartyId,
    /// What for.
    pub purpose: Purpose,
    /// When it was queued.
    pub queued_at: UtcMillis,
    /// How it went.
    pub state: MessageState,
    /// The ways that were tried, the last one last.
    pub tried: Vec<MessageChannel>,
}

/// The most messages shown of one filing.
const MESSAGES_SHOWN: usize = 1000;

/// Shows a program, or the handler at the own desk, the messages of a filing, oldest first.
///
/// # Errors
/// No such filing, not allowed, or the store could not be read.
pub async fn filing_messages(
    platform: &Platform,
    actor: &Actor,
    filing: FilingId,
) -> Result<Vec<MessageView>, ActError> {
    let desk = handler_desk::preparer(actor)?;
    let stored = filings::load(platform, filing).await?;
    handler_desk::demand_own(platform, desk, &stored.filing).await?;
    platform.backend().settled().await.map_err(Fault::from)?;
    Ok(of_filing(platform, filing, MESSAGES_SHOWN).await?)
}

async fn of_filing(
    platform: &Platform,
    filing: FilingId,
    limit: usize,
) -> Result<Vec<MessageView>, Fault> {
    let prefix = format!("{filing}/");
    let named = rows::FILING_MESSAGES.scan(platform.backend(), &prefix, None, limit).await?;
    let mut views = Vec::with_capacity(named.len());
    for (key, _) in named {
        let Some(row) = rows::MESSAGES.row(platform.backend(), &key.1).await? else { continue };
        let row = row.value;
        let tried = row.ways.iter().filter(|way| way.attempts > 0).map(|way| way.channel);
        views.push(MessageView {
            message_id: key.1,
            party_id: row.party,
            purpose: row.purpose,
            queued_at: row.queued_at,
            state: row.state,
            tried: tried.collect(),
        });
    }
    Ok(views)
}
