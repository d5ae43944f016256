//! Who is told of a signature, in its own commit (domain study 11.4): the person named at
//! once, everybody when the last signature has landed.

use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Ceremony, Filing};
use heqi_vocabulary::UtcMillis;

use crate::fault::Fault;
use crate::messages::{self, NewMessage, Purpose};
use crate::platform::Platform;
use crate::reminders;
use crate::rows::{self, Pair};

/// Adds the messages that follow from a signature.
pub(super) async fn tell(
    platform: &Platform,
    changes: &mut Changeset,
    ceremony: &Ceremony,
    filing: &Filing,
) -> Result<(), Fault> {
    let happened_at = Some(signed_at(ceremony, platform.now()));
    let to_signer = NewMessage {
        ceremony: Some(ceremony.id()),
        happened_at,
        ..NewMessage::new(Purpose::SignedInYourName, filing.id(), ceremony.party())
    };
    messages::tell(platform, changes, to_signer).await?;
    if filing.missing_signatures() > 0 {
        return Ok(());
    }
    all_signed(platform, changes, filing, happened_at).await
}

/// Nothing is missing any more, by the last signature or because whose it was was taken out: everybody
/// is asked to confirm, and reminded.
pub(crate) async fn all_signed(
    platform: &Platform,
    changes: &mut Changeset,
    filing: &Filing,
    happened_at: Option<UtcMillis>,
) -> Result<(), Fault> {
    reminders::schedule(changes, filing)?;
    for party in filing.parties().map(heqi_filing::Party::id) {
        let whose = Pair(filing.id(), party);
        let newest = rows::NEWEST_CEREMONIES.row(platform.backend(), &whose).await?;
        let to_all = NewMessage {
            ceremony: newest.map(|row| row.value),
            happened_at,
            ..NewMessage::new(Purpose::AllSigned, filing.id(), party)
        };
        messages::tell(platform, changes, to_all).await?;
    }
    Ok(())
}

const fn signed_at(ceremony: &Ceremony, otherwise: UtcMillis) -> UtcMillis {
    match ceremony.state() {
        heqi_filing::CeremonyState::Signed { at, .. } => *at,
        _ => otherwise,
    }
}
