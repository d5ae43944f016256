//! Ceremonies as rows: whose they are in clear, everything else sealed for the party.
//!
//! `ceremony/{id}` holds 2 ‖ filing (16 bytes) ‖ party (16 bytes) ‖ the sealed content: of all rows these are the largest
//! and the ones written most often. Rows of before are JSON with the sealed content in base64 and are read as well.

use heqi_evidence_store::changeset::{Changeset, Expected};
use heqi_evidence_store::sealed::Sealed;
use heqi_filing::{Ceremony, CeremonyState};
use heqi_vocabulary::{CeremonyId, FilingId, PartyId};

use crate::data_keys::{Sealing, data_key};
use crate::fault::{ActError, Fault, Thing};
use crate::platform::Platform;
use crate::request::Actor;
use crate::rows::{self, CeremonyContent, CeremonyRow, Pair};

/// A ceremony with the version to expect when replacing it.
#[derive(Clone, Debug)]
pub(crate) struct StoredCeremony {
    pub(crate) content: CeremonyContent,
    version: u64,
}

/// Reads a ceremony as accepted.
pub(crate) async fn load(platform: &Platform, id: CeremonyId) -> Result<StoredCeremony, ActError> {
    let place = rows::CEREMONIES.key(&id).map_err(Fault::from)?;
    let row = platform.backend().row(&place).await.map_err(Fault::from)?;
    let row = row.ok_or(ActError::NotFound(Thing::Ceremony))?;
    let broken = || Fault::broken(format_args!("row {place} holds no ceremony"));
    let CeremonyRow { filing, party, content } = read(&row.value).ok_or_else(broken)?;
    let key = data_key(platform, filing, Some(party), Sealing::Ceremony)?;
    let content = content.open_with(&key, place.as_bytes()).map_err(Fault::from)?;
    Ok(StoredCeremony { content, version: row.version })
}

/// The same, for somebody who has come in: code and identity have passed where the door
/// asks for them, and the invitation was not withdrawn.
pub(crate) async fn load_inside(
    platform: &Platform,
    id: CeremonyId,
) -> Result<StoredCeremony, ActError> {
    let stored = load(platform, id).await?;
    stored.not_withdrawn()?;
    stored.content.ceremony.entry().inside()?;
    Ok(stored)
}

/// Every ceremony that a party was invited to. Those of before there were these rows are found only
/// while they are the newest.
pub(crate) async fn of_party(
    platform: &Platform,
    filing: FilingId,
    party: PartyId,
) -> Result<Vec<CeremonyId>, Fault> {
    let within = format!("{filing}/{party}/");
    let backend = platform.backend();
    let invited = rows::PARTY_CEREMONIES.scan(backend, &within, None, usize::MAX).await?;
    let mut ceremonies: Vec<CeremonyId> =
        invited.iter().map(|(Pair(_, Pair(_, ceremony)), _)| *ceremony).collect();
    let newest = rows::NEWEST_CEREMONIES.row(backend, &Pair(filing, party)).await?;
    if let Some(newest) = newest.filter(|newest| !ceremonies.contains(&newest.value)) {
        ceremonies.push(newest.value);
    }
    Ok(ceremonies)
}

/// Whose the ceremonies after one are, in the order of their rows, at most `limit`.
pub(crate) async fn whose(
    platform: &Platform,
    after: Option<&CeremonyId>,
    limit: usize,
) -> Result<Vec<(CeremonyId, FilingId, PartyId)>, Fault> {
    let prefix = rows::CEREMONIES.prefix();
    let after = after.map(|id| rows::CEREMONIES.key(id)).transpose()?;
    let scanned = platform.backend().scan(prefix.as_bytes(), after.as_ref(), limit).await?;
    let whose = scanned.into_iter().map(|(place, row)| {
        let id = str::from_utf8(place.as_bytes()).ok().and_then(|text| text.strip_prefix(&prefix));
        let read = id.and_then(|id| Some((id.parse().ok()?, read(&row.value)?)));
        read.map(|(id, row)| (id, row.filing, row.party))
            .ok_or_else(|| Fault::broken(format_args!("row {place} holds no ceremony")))
    });
    whose.collect()
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
    let of = Pair(ceremony.filing(), Pair(ceremony.party(), id));
    rows::PARTY_CEREMONIES.put(changes, &of, &())?;
    let content = CeremonyContent {
        ceremony,
        records: Vec::new(),
        signing: None,
        photo: None,
        photos: 0,
        strokes: None,
        read: Vec::new(),
        other_way: None,
        video: None,
        seen_by: None,
        seal: None,
        guardianship: None,
        special_name: None,
        risks: None,
        came_from: None,
        position: None,
    };
    let place = rows::CEREMONIES.key(&id)?;
    changes.expect(place.clone(), Expected::Absent).put(place, seal(platform, &content)?);
    Ok(())
}

impl StoredCeremony {
    /// Changes whenever anything of the ceremony does.
    pub(crate) const fn version(&self) -> u64 {
        self.version
    }

    /// Refuses once the party was taken out of the filing: who comes by this invitation is told so and
    /// shown nothing else.
    pub(crate) fn not_withdrawn(&self) -> Result<(), ActError> {
        match self.content.ceremony.state() {
            CeremonyState::Withdrawn { .. } => Err(ActError::Withdrawn),
            _ => Ok(()),
        }
    }

    /// Writes `content` in the place of what was read.
    pub(crate) fn replace(
        &self,
        platform: &Platform,
        changes: &mut Changeset,
        content: &CeremonyContent,
    ) -> Result<(), Fault> {
        let place = rows::CEREMONIES.key(&content.ceremony.id())?;
        let row = seal(platform, content)?;
        changes.expect(place.clone(), Expected::Version(self.version)).put(place, row);
        Ok(())
    }
}

/// The first byte of a row; JSON begins with a brace.
const FORM: u8 = 2;

fn seal(platform: &Platform, content: &CeremonyContent) -> Result<Vec<u8>, Fault> {
    let (filing, party) = (content.ceremony.filing(), content.ceremony.party());
    let key = data_key(platform, filing, Some(party), Sealing::Ceremony)?;
    let place = rows::CEREMONIES.key(&content.ceremony.id())?;
    let content = Sealed::seal(&key, place.as_bytes(), content, platform.entropy());
    let content = content.map_err(Fault::broken)?;
    Ok([&[FORM], &filing.to_bytes()[..], &party.to_bytes(), content.as_bytes()].concat())
}

/// Reads either form.
fn read(row: &[u8]) -> Option<CeremonyRow> {
    let Some((&FORM, rest)) = row.split_first() else { return serde_json::from_slice(row).ok() };
    let (filing, rest) = rest.split_first_chunk()?;
    let (party, sealed) = rest.split_first_chunk()?;
    Some(CeremonyRow {
        filing: FilingId::from_bytes(*filing),
        party: PartyId::from_bytes(*party),
        content: Sealed::from_bytes(sealed.to_vec()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_either_form_is_read_and_no_other() {
        let (filing, party) = (FilingId::from_bytes([1; 16]), PartyId::from_bytes([2; 16]));
        let content = Sealed::from_bytes(vec![7; 50]);
        let row = CeremonyRow { filing, party, content: content.clone() };
        let before = serde_json::to_vec(&row).unwrap();
        let now = [&[FORM][..], &[1; 16], &[2; 16], &[7; 50]].concat();
        for bytes in [before, now] {
            let read = read(&bytes).unwrap();
            assert_eq!((read.filing, read.party), (filing, party));
            assert_eq!(read.content, content);
        }
        for bytes in [&[][..], &[FORM], &[FORM; 32], b"[]"] {
            assert!(read(bytes).is_none(), "{bytes:?}");
        }
    }
}
