//! Filings as rows: an index of parts in clear, and every part sealed by itself. An act
//! writes the index and the parts it changed, so a signature writes one party and not fifty.
//!
//! | row | holds |
//! | --- | --- |
//! | `filing/{id}` | the revision of every part; its version is that of the filing |
//! | `filing/{id}/head` | the filing without documents and parties |
//! | `filing/{id}/d{nnn}` | one document version, in the order attached |
//! | `filing/{id}/p{nnn}` | one party, in the order added |
//!
//! A party is sealed under a key of its own, so that its name can be erased alone; once that is
//! done, and for everything else, under the key of the filing. A part is sealed for its row and its revision: a part of another moment does not open, so
//! a read torn by a commit is noticed. The index is the only row that is a precondition.

use std::sync::Arc;

use heqi_evidence_store::changeset::{Changeset, RowKey};
use heqi_evidence_store::vault::{DataKey, data_key_of};
use heqi_filing::{Document, Filing, FilingHead, Party};
use heqi_vocabulary::FilingId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::data_keys::{Sealing, data_key};
use crate::fault::{ActError, Fault, Thing};
use crate::platform::Platform;
use crate::request::Request;
use crate::rows;

mod recent;

pub(crate) use recent::RecentFilings;

/// How often a read torn by commits is tried again.
const READS: usize = 64;

/// The revision of every part of a filing: how often it was written.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parts {
    head: u32,
    documents: Vec<u32>,
    parties: Vec<u32>,
}

/// A filing with what is needed to replace it.
#[derive(Clone, Debug)]
pub(crate) struct StoredFiling {
    pub(crate) filing: Filing,
    pub(crate) version: u64,
    parts: Parts,
}

/// Reads a filing as accepted.
pub(crate) async fn load(platform: &Platform, id: FilingId) -> Result<StoredFiling, ActError> {
    find(platform, id).await?.ok_or(ActError::NotFound(Thing::Filing))
}

/// Reads a filing to change it, if it still is as the request's caller has read it. Whoever commits must make the version
/// a precondition: then nothing comes between this look and the commit.
pub(crate) async fn load_as_read(
    platform: &Platform,
    request: &Request,
    id: FilingId,
) -> Result<StoredFiling, ActError> {
    let stored = load(platform, id).await?;
    if request.versions.holds(stored.version) { Ok(stored) } else { Err(ActError::Stale) }
}

/// Reads a filing as accepted; `None` when there is none.
pub(crate) async fn find(platform: &Platform, id: FilingId) -> Result<Option<StoredFiling>, Fault> {
    let mut torn_at = None;
    for _ in 0..READS {
        let Some(index) = rows::FILINGS.row(platform.backend(), &id).await? else {
            return Ok(None);
        };
        // Asked for at every read, also when all parts are remembered: what an erased key
        // sealed is not given out.
        let key = data_key(platform, id, None, Sealing::Filing)?;
        let reading = Reading { platform, id, key, known: platform.filings.recent(id) };
        if let Some(filing) = reading.filing(&index.value).await? {
            let stored = StoredFiling { filing, version: index.version, parts: index.value };
            platform.filings.remember(id, &stored.parts, &stored.filing);
            return Ok(Some(stored));
        }
        if torn_at == Some(index.version) {
            // Nothing was committed in between: the parts do not belong to the index.
            return Err(broken(id));
        }
        torn_at = Some(index.version);
    }
    Err(Fault::Busy)
}

/// Writes a filing that must not exist yet.
pub(crate) fn insert(
    platform: &Platform,
    changes: &mut Changeset,
    filing: &Filing,
) -> Result<(), Fault> {
    let parts = Writing::begin(platform, changes, filing)?.parts(&Parts::default(), None)?;
    Ok(rows::FILINGS.insert(changes, &filing.id(), &parts)?)
}

impl StoredFiling {
    /// Writes `filing` in the place of the one that was read.
    pub(crate) fn replace(
        &self,
        platform: &Platform,
        changes: &mut Changeset,
        filing: &Filing,
    ) -> Result<(), Fault> {
        let writing = Writing::begin(platform, changes, filing)?;
        let parts = writing.parts(&self.parts, Some(&self.filing))?;
        Ok(rows::FILINGS.replace(changes, &filing.id(), self.version, &parts)?)
    }

    /// Demands that the filing still be as it was read.
    pub(crate) fn expect_unchanged(&self, changes: &mut Changeset) -> Result<(), Fault> {
        let index = rows::FILINGS.key(&self.filing.id())?;
        changes.expect(index, heqi_evidence_store::changeset::Expected::Version(self.version));
        Ok(())
    }
}

/// A part's place among the rows of its filing.
#[derive(Clone, Copy)]
enum Part {
    Head,
    Document(usize),
    Party(usize),
}

impl Part {
    fn row(self, id: FilingId) -> String {
        match self {
            Self::Head => format!("filing/{id}/head"),
            Self::Document(place) => format!("filing/{id}/d{place:03}"),
            Self::Party(place) => format!("filing/{id}/p{place:03}"),
        }
    }
}

/// What a part is sealed for: its row at its revision.
fn context(row: &str, revision: u32) -> Vec<u8> {
    format!("row\n{row}@{revision}").into_bytes()
}

/// A filing being put together from its parts and what is remembered of it.
struct Reading<'a> {
    platform: &'a Platform,
    id: FilingId,
    key: DataKey,
    known: Option<(Parts, Filing)>,
}

impl Reading<'_> {
    /// `None`: a commit came between the rows.
    async fn filing(&self, parts: &Parts) -> Result<Option<Filing>, Fault> {
        if let Some((known, filing)) = &self.known
            && known == parts
        {
            return Ok(Some(filing.clone()));
        }
        let head = match &self.known {
            Some((known, filing)) if known.head == parts.head => Some(filing.head()),
            _ => self.part::<FilingHead>(Part::Head, parts.head).await?,
        };
        let Some(head) = head else { return Ok(None) };
        let mut documents: Vec<Document> = Vec::with_capacity(parts.documents.len());
        for (place, revision) in parts.documents.iter().enumerate() {
            let known = self.remembered(place, *revision, |known| &known.documents);
            let known = known.and_then(|filing| filing.documents().get(place).cloned());
            let document = match known {
                Some(document) => Some(document),
                None => self.part(Part::Document(place), *revision).await?,
            };
            let Some(document) = document else { return Ok(None) };
            documents.push(document);
        }
        let mut parties: Vec<Arc<Party>> = Vec::with_capacity(parts.parties.len());
        for (place, revision) in parts.parties.iter().enumerate() {
            let known = self.remembered(place, *revision, |known| &known.parties);
            let known = known.and_then(|filing| filing.shared_parties().get(place).cloned());
            let found = match known {
                Some(shared) => Some(shared),
                None => self.part(Part::Party(place), *revision).await?.map(Arc::new),
            };
            let Some(one) = found else { return Ok(None) };
            parties.push(one);
        }
        Filing::of_parts(head, documents, parties).map(Some).map_err(Fault::broken)
    }

    /// The filing as remembered, if it has this part at this revision.
    fn remembered(
        &self,
        place: usize,
        revision: u32,
        list: impl Fn(&Parts) -> &Vec<u32>,
    ) -> Option<&Filing> {
        let (known, filing) = self.known.as_ref()?;
        (list(known).get(place) == Some(&revision)).then_some(filing)
    }

    async fn part<T: DeserializeOwned>(
        &self,
        part: Part,
        revision: u32,
    ) -> Result<Option<T>, Fault> {
        let name = part.row(self.id);
        let context = context(&name, revision);
        let Some(row) = self.platform.backend().row(&RowKey::new(name)?).await? else {
            return Ok(None);
        };
        let sealed_under = data_key_of(&row.value).ok_or_else(|| broken(self.id))?;
        let opened = if sealed_under == self.key.id() {
            self.key.open(&context, &row.value)
        } else {
            self.platform.backend().vault().key(sealed_under)?.open(&context, &row.value)
        };
        let Ok(json) = opened else { return Ok(None) };
        serde_json::from_slice(&json).map(Some).map_err(|_| broken(self.id))
    }
}

/// A filing being written, part by part.
struct Writing<'a> {
    platform: &'a Platform,
    changes: &'a mut Changeset,
    filing: &'a Filing,
    key: DataKey,
}

impl<'a> Writing<'a> {
    fn begin(
        platform: &'a Platform,
        changes: &'a mut Changeset,
        filing: &'a Filing,
    ) -> Result<Self, Fault> {
        let key = data_key(platform, filing.id(), None, Sealing::Filing)?;
        Ok(Self { platform, changes, filing, key })
    }

    /// Writes what is not as it was `before`, which stands in rows of the revisions `old`.
    fn parts(mut self, old: &Parts, before: Option<&Filing>) -> Result<Parts, Fault> {
        let filing = self.filing;
        let mut parts = old.clone();
        let head = filing.head();
        if before.is_none_or(|before| before.head() != head) {
            parts.head = self.write(Part::Head, parts.head, &head)?;
        }
        let documents = before.map_or(&[][..], Filing::documents);
        parts.documents.resize(filing.documents().len(), 0);
        for (place, (document, revision)) in
            filing.documents().iter().zip(&mut parts.documents).enumerate()
        {
            if documents.get(place) != Some(document) {
                *revision = self.write(Part::Document(place), *revision, document)?;
            }
        }
        let parties = before.map_or(&[][..], Filing::shared_parties);
        parts.parties.resize(filing.shared_parties().len(), 0);
        for (place, (party, revision)) in
            filing.shared_parties().iter().zip(&mut parts.parties).enumerate()
        {
            // Parties that no act touched are the very same ones.
            let same =
                parties.get(place).is_some_and(|old| Arc::ptr_eq(old, party) || old == party);
            if !same {
                *revision = self.write_party(place, *revision, party)?;
            }
        }
        Ok(parts)
    }

    /// Writes a party under its own key; one whose name was erased has none any more.
    fn write_party(&mut self, place: usize, revision: u32, party: &Party) -> Result<u32, Fault> {
        let own = if party.is_erased() {
            self.key.clone()
        } else {
            data_key(self.platform, self.filing.id(), Some(party.id()), Sealing::Party)?
        };
        let key = std::mem::replace(&mut self.key, own);
        let revision = self.write(Part::Party(place), revision, party);
        self.key = key;
        revision
    }

    /// Writes one part and gives its new revision.
    fn write(&mut self, part: Part, revision: u32, content: &impl Serialize) -> Result<u32, Fault> {
        let row = part.row(self.filing.id());
        let revision = revision.checked_add(1).ok_or_else(|| broken(self.filing.id()))?;
        let json = Zeroizing::new(serde_json::to_vec(content).map_err(Fault::broken)?);
        let sealed = self.key.seal(&context(&row, revision), &json, self.platform.entropy());
        self.changes.put(RowKey::new(row)?, sealed);
        Ok(revision)
    }
}

fn broken(id: FilingId) -> Fault {
    Fault::broken(format_args!("the rows of filing {id} do not hold a filing"))
}
