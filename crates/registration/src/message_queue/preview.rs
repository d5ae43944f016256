//! What an invitation would say, before it is sent: filled as the message itself, but for the link, which is made when
//! somebody is invited and which the handler never sees.

use std::collections::BTreeMap;

use heqi_filing::timer;
use heqi_vocabulary::{CeremonyId, FilingId, Language, MessageChannel, MessageId, PartyId};

use super::{listed, people_time, values_of};
use crate::access;
use crate::contacts;
use crate::fault::{ActError, Fault};
use crate::filings;
use crate::handler_desk;
use crate::platform::Platform;
use crate::request::Actor;

/// An invitation that was not sent.
#[derive(Clone)]
#[non_exhaustive]
pub struct InvitationPreview {
    /// To whom.
    pub party: PartyId,
    /// In which language.
    pub language: Language,
    /// By which ways, the first one first.
    pub channels: Vec<MessageChannel>,
    /// What its template is filled with. In the link a letter stands for every one of the code.
    pub values: BTreeMap<&'static str, String>,
}

/// Without whom and what.
impl std::fmt::Debug for InvitationPreview {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "InvitationPreview({})", self.party)
    }
}

/// What would be sent to everybody of a filing who signs and can be reached.
///
/// # Errors
/// No such filing, not allowed, or the store could not be read.
pub async fn preview_invitations(
    platform: &Platform,
    actor: &Actor,
    id: FilingId,
) -> Result<Vec<InvitationPreview>, ActError> {
    let desk = handler_desk::preparer(actor)?;
    let filing = filings::load(platform, id).await?.filing;
    handler_desk::demand_own(platform, desk, &filing).await?;
    let now = platform.now();
    let mut previews = Vec::new();
    for party in filing.parties().filter(|party| party.is_signer()) {
        let contact = contacts::load_unless_erased(platform, id, party.id()).await?;
        let Some(contact) = contact.map(|stored| stored.contact) else { continue };
        let language = contact.language;
        let mut values = values_of(platform, &filing, (party.id(), language));
        let code = access::signer_link(platform, CeremonyId::from_bytes([0; 16]));
        let code: String = code.chars().map(|_| LETTER).collect();
        values.insert("link", format!("{}/s/{code}", platform.settings.public_url));
        values.insert("documents", listed::current(&filing, language));
        values.insert("message", MessageId::from_bytes([0; 16]).to_string());
        values.insert("date", people_time(timer::link_expires_at(now), language));
        values.insert("time", people_time(now, language));
        previews.push(InvitationPreview {
            party: party.id(),
            language,
            channels: contact.channels().collect(),
            values,
        });
    }
    platform.backend().settled().await.map_err(Fault::from)?;
    Ok(previews)
}

/// Stands for a letter of the code, which takes as much room in a text message.
const LETTER: char = 'x';
