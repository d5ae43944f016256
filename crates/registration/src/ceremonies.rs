//! Ceremonies as rows: whose they are in clear, everything else sealed for the party.

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::sealed::Sealed;
use heqi_filing::Ceremony;
use heqi_vocabulary::CeremonyId;

use crate::data_keys::{Sealing, data_key};
use crate::fault::{ActError, Fault, Thing};
use crate::platform::Platform;
use crate::request::Actor;
use crate::rows::{self, CeremonyContent, CeremonyRow};

/// A ceremony with the version to expect when replacing it.
#[derive(Clone, Debug)]
pub(crate) struct StoredCeremony {
    pub(crate) content: CeremonyContent,
    version: u64,
}

/// Reads a ceremony as accepted.
pub(crate) async fn load(platform: &Platform, id: CeremonyId) -> Result<StoredCeremony, ActError> {
    let row = rows::CEREMONIES.row(platform.backend(), &id).await.map_err(Fault::from)?;
    let row = row.ok_or(ActError::NotFound(Thing::Ceremony))?;
    let place = rows::CEREMONIES.key(&id).map_err(Fault::from)?;
    let CeremonyRow { filing, party, content } = row.value;
    let key = data_key(platform, filing, Some(party), Sealing::Ceremony)?;
    let content = content.open_with(&key, place.as_bytes()).map_err(Fault::from)?;
    Ok(StoredCeremony { content, version: row.version })
}

/// The same, for somebody who has come in: code and identity have passed where the door
/// asks for them.
pub(crate) async fn load_inside(
    platform: &Platform,
    id: CeremonyId,
) -> Result<StoredCeremony, ActError> {
    let stored = load(platform, id).await?;
    stored.content.ceremony.entry().inside()?;
    Ok(stored)
}

/// Refuses a signer who has not come in; everybody else passes.
pub(crate) async fn require_inside(platform: &Platform, actor: &Actor) -> Result<(), ActError> {
    let Actor::Signer { ceremony, .. } = actor else { return Ok(()) };
    match load_inside(platform, *ceremony).await {
        // Nothing personal is left behind the door of somebody who was erased.
        Ok(_) | Err(ActError::Fault(Fault::Erased)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Writes a ceremony that must not exist yet.
pub(crate) fn insert(
    platform: &Platform,
    changes: &mut Changeset,
    ceremony: Ceremony,
) -> Result<(), Fault> {
    let id = ceremony.id();
    let content = CeremonyContent { ceremony, records: Vec::new(), signing: None, photo: None };
    Ok(rows::CEREMONIES.insert(changes, &id, &seal(platform, &content)?)?)
}

impl StoredCeremony {
    /// Writes `content` in the place of what was read.
    pub(crate) fn replace(
        &self,
        platform: &Platform,
        changes: &mut Changeset,
        content: &CeremonyContent,
    ) -> Result<(), Fault> {
        let (id, row) = (content.ceremony.id(), seal(platform, content)?);
        Ok(rows::CEREMONIES.replace(changes, &id, self.version, &row)?)
    }
}

fn seal(platform: &Platform, content: &CeremonyContent) -> Result<CeremonyRow, Fault> {
    let (filing, party) = (content.ceremony.filing(), content.ceremony.party());
    let key = data_key(platform, filing, Some(party), Sealing::Ceremony)?;
    let place = rows::CEREMONIES.key(&content.ceremony.id())?;
    let content = Sealed::seal(&key, place.as_bytes(), content, platform.entropy());
    Ok(CeremonyRow { filing, party, content: content.map_err(Fault::broken)? })
}
