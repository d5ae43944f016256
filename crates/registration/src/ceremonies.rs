//! Ceremonies as rows: whose they are in clear, everything else sealed for the party.

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::sealed::Sealed;
use heqi_filing::Ceremony;
use heqi_vocabulary::CeremonyId;

use crate::data_keys::{Sealing, data_key};
use crate::fault::{ActError, Fault, Thing};
use crate::platform::Platform;
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

/// Writes a ceremony that must not exist yet.
pub(crate) fn insert(
    platform: &Platform,
    changes: &mut Changeset,
    ceremony: Ceremony,
) -> Result<(), Fault> {
    let id = ceremony.id();
    let content = CeremonyContent {
        ceremony,
        records: Vec::new(),
        signing: None,
        photo: None,
        strokes: None,
        read: Vec::new(),
    };
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
