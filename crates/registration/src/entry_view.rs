//! What somebody sees who is not let in yet: nothing personal but masked contacts.

use heqi_filing::EntryStep;
use heqi_filing::entry::masked;
use heqi_vocabulary::{CeremonyId, MessageChannel, UtcMillis};
use serde::Serialize;

use crate::ceremonies;
use crate::contacts::{self, Destination};
use crate::fault::ActError;
use crate::platform::Platform;
use crate::request::Actor;

/// The door of a ceremony.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EntryView {
    /// The ceremony.
    pub ceremony_id: CeremonyId,
    /// When the link ends.
    pub expires_at: UtcMillis,
    /// What is asked next.
    pub step: EntryStep,
    /// Where a code can be sent.
    pub channels: Vec<Destination>,
    /// The code sent last.
    pub code: Option<CodeView>,
    /// Wrong identity numbers that are left.
    pub identity_tries_left: u8,
}

/// A code that was sent.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CodeView {
    /// By what.
    pub channel: MessageChannel,
    /// Where to, masked.
    pub masked: Option<String>,
    /// When.
    pub sent_at: UtcMillis,
    /// From this instant on it does not pass.
    pub expires_at: UtcMillis,
    /// From this instant on another one can be sent.
    pub resend_at: UtcMillis,
    /// Wrong entries that are left.
    pub tries_left: u8,
}

/// Shows the door of the signer's ceremony.
///
/// # Errors
/// Not a signer, the invitation was withdrawn, or the store could not be read.
pub async fn entry_view(platform: &Platform, actor: &Actor) -> Result<EntryView, ActError> {
    let (ceremony_id, filing, party) = actor.signer()?;
    let stored = ceremonies::load(platform, ceremony_id).await?;
    stored.not_withdrawn()?;
    let content = stored.content;
    let entry = content.ceremony.entry();
    let contact = contacts::load_unless_erased(platform, filing, party).await?;
    let contact = contact.map(|stored| stored.contact);
    let code = entry.code().map(|code| CodeView {
        channel: code.channel,
        masked: contact.as_ref().and_then(|c| c.address(code.channel)).map(masked),
        sent_at: code.sent_at,
        expires_at: code.expires_at(),
        resend_at: code.resend_at(),
        tries_left: code.tries_left(),
    });
    Ok(EntryView {
        ceremony_id,
        expires_at: content.ceremony.expires_at(),
        step: entry.step(),
        channels: contact.map(|contact| contact.destinations()).unwrap_or_default(),
        code,
        identity_tries_left: entry.identity_tries_left(),
    })
}
