//! Fills the index in which filings are found: everything that is kept, once, and then each filing
//! in whose chain something has come that it is found by, or of which something was given up. Nobody waits
//! for it: a filing is found a moment after its act was acknowledged.

use std::collections::BTreeSet;
use std::sync::Arc;

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Party, PartyKind};
use heqi_vocabulary::{FilingId, FilingNo};

use crate::act::Attempts;
use crate::fault::Fault;
use crate::ledger;
use crate::platform::Platform;
use crate::search_index::{IndexFault, IndexSize, IndexedFiling, SearchIndex};
use crate::{contacts, filings, guardianships, rows};

/// Leaves read at once, with their records: about 5 MB.
const LEAVES: usize = 512;
/// Filings read at once while everything is put in.
const FILINGS: usize = 512;

/// How far the index has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Indexed {
    /// Filings that were put in by this step.
    pub filings: usize,
    /// Whether nothing was left to be done.
    pub has_caught_up: bool,
}

/// Why a step was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexFilingsError {
    /// The platform's own store.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The index.
    #[error(transparent)]
    Index(#[from] IndexFault),
}

/// Makes one step. The first one of an index that holds nothing, or more than the log has, puts
/// everything in.
///
/// # Errors
/// See [`IndexFilingsError`]; the step is made again by the next call.
pub async fn index_filings(platform: &Platform) -> Result<Indexed, IndexFilingsError> {
    let size = platform.backend().log().head().size();
    match platform.search_index().position() {
        Some(position) if position <= size => {
            let followed = if position < size {
                follow(platform, position).await?
            } else {
                Indexed { filings: 0, has_caught_up: true }
            };
            if followed.has_caught_up { put_noted(platform, followed).await } else { Ok(followed) }
        }
        _ => begin(platform, size).await,
    }
}

/// Notes in `changes` that a filing is to be put in again though no record says so: something that it was
/// found by is given up in this very commit.
pub(crate) fn note(changes: &mut Changeset, filing: FilingId) -> Result<(), Fault> {
    Ok(rows::TO_INDEX.put(changes, &filing, &())?)
}

/// How large the index is.
pub fn index_size(platform: &Platform) -> IndexSize {
    platform.search_index().size()
}

/// Puts everything in. The log's size was read before: what comes in between is done again.
async fn begin(platform: &Platform, size: u64) -> Result<Indexed, IndexFilingsError> {
    blocking(platform, |index| index.clear()).await?;
    let mut after: Option<FilingNo> = None;
    let mut filings = 0;
    loop {
        let numbered =
            rows::FILING_NUMBERS.scan(platform.backend(), "", after.as_ref(), FILINGS).await;
        let numbered = numbered.map_err(Fault::from)?;
        let Some((last, _)) = numbered.last() else { break };
        after = Some(*last);
        let mut batch = Vec::with_capacity(numbered.len());
        for (_, row) in &numbered {
            batch.extend(indexed(platform, row.value).await?);
        }
        filings += batch.len();
        blocking(platform, move |index| index.write(&batch, None)).await?;
    }
    blocking(platform, move |index| index.write(&[], Some(size))).await?;
    Ok(Indexed { filings, has_caught_up: platform.backend().log().head().size() == size })
}

/// Puts those filings in again that were noted ([`note`]), behind what the log says.
async fn put_noted(platform: &Platform, followed: Indexed) -> Result<Indexed, IndexFilingsError> {
    let backend = platform.backend();
    let noted = rows::TO_INDEX.scan(backend, "", None, FILINGS).await.map_err(Fault::from)?;
    let position = platform.search_index().position();
    if noted.is_empty() || position.is_none() {
        return Ok(followed);
    }
    // The index forgets nothing that a crash would bring back.
    backend.settled().await.map_err(Fault::from)?;
    let mut batch = Vec::with_capacity(noted.len());
    for (filing, _) in &noted {
        batch.extend(indexed(platform, *filing).await?);
    }
    blocking(platform, move |index| index.write(&batch, position)).await?;
    let mut changes = Changeset::new();
    for (filing, row) in &noted {
        rows::TO_INDEX.remove(&mut changes, filing, row.version).map_err(Fault::from)?;
    }
    // Noted once more meanwhile: all of them are put in once more.
    let is_done = Attempts::default().commit(platform, changes).await?.is_some();
    let filings = followed.filings + noted.len();
    Ok(Indexed { filings, has_caught_up: is_done && noted.len() < FILINGS })
}

/// Puts those filings in again in whose chains something has come that they are found by.
async fn follow(platform: &Platform, position: u64) -> Result<Indexed, IndexFilingsError> {
    let entries = platform.backend().log().entries(position, LEAVES).await.map_err(Fault::from)?;
    let read = u64::try_from(entries.len()).unwrap_or(0);
    let changed: BTreeSet<FilingId> = entries
        .iter()
        .filter_map(|entry| ledger::whose(&entry.record))
        .filter(|(kind, _)| !leaves_all_as_it_was(*kind))
        .map(|(_, about)| about.filing)
        .collect();
    let mut batch = Vec::with_capacity(changed.len());
    for filing in changed {
        batch.extend(indexed(platform, filing).await?);
    }
    let (filings, position) = (batch.len(), position + read);
    blocking(platform, move |index| index.write(&batch, Some(position))).await?;
    let has_caught_up = position == platform.backend().log().head().size();
    Ok(Indexed { filings, has_caught_up })
}

/// Records that change nothing a filing is found by: number, instant, names of companies, codes and
/// people come with the opening, are changed by the handler or corrected by an officer, and go with an
/// erasure; a minor's number comes with what the guardian shows and goes when the guardian declines. A
/// signature changes none of them, and putting a filing in again reads the contacts of all its parties.
const fn leaves_all_as_it_was(kind: RecordKind) -> bool {
    matches!(
        kind,
        RecordKind::Access
            | RecordKind::CertificateApplication
            | RecordKind::CodeChecked
            | RecordKind::CompanySeal
            | RecordKind::Confirmation
            | RecordKind::ConsentGiven
            | RecordKind::DocumentRead
            | RecordKind::HandedOver
            | RecordKind::IdentityVerified
            | RecordKind::LegalHold
            | RecordKind::Notification
            | RecordKind::Objection
            | RecordKind::ObjectionResolved
            | RecordKind::PersonSeen
            | RecordKind::RegulatorQuery
            | RecordKind::RegulatorView
            | RecordKind::ReviewDecided
            | RecordKind::ReviewWanted
            | RecordKind::RiskNoted
            | RecordKind::Signing
            | RecordKind::VideoRecorded
    )
}

/// Calls the index on a thread where it may block.
pub(crate) async fn blocking<T: Send + 'static>(
    platform: &Platform,
    call: impl FnOnce(&dyn SearchIndex) -> Result<T, IndexFault> + Send + 'static,
) -> Result<T, IndexFault> {
    let index = Arc::clone(platform.search_index());
    let called = tokio::task::spawn_blocking(move || call(&*index)).await;
    called.unwrap_or_else(|error| Err(IndexFault::new(error)))
}

/// A filing as it stands in the index; none where there is no such filing.
async fn indexed(platform: &Platform, id: FilingId) -> Result<Option<IndexedFiling>, Fault> {
    let Some(stored) = filings::find(platform, id).await? else { return Ok(None) };
    let filing = &stored.filing;
    let mut one = IndexedFiling {
        filing: id,
        number: filing.number(),
        opened_at: filing.opened_at(),
        companies: vec![filing.company_name().as_str().to_owned()],
        codes: Vec::new(),
        persons: Vec::new(),
    };
    for party in filing.parties().filter(|party| !party.is_erased()) {
        add_party(platform, &mut one, party).await?;
    }
    Ok(Some(one))
}

async fn add_party(
    platform: &Platform,
    one: &mut IndexedFiling,
    party: &Party,
) -> Result<(), Fault> {
    if let PartyKind::Company { name, .. } = party.who() {
        one.companies.push(name.as_str().to_owned());
    }
    let stored = contacts::load_unless_erased(platform, one.filing, party.id()).await?;
    let Some(contact) = stored.map(|stored| stored.contact) else { return Ok(()) };
    one.codes.extend(contact.company_code);
    if let Some(number) = &contact.id_number {
        let name = party.who().acting_person();
        let keys = platform.person_keys();
        one.persons.push(keys.of_number(number.as_str()));
        one.persons.push(keys.of_person(name.as_str(), number.as_str()));
    }
    if let PartyKind::Ward { name, .. } = party.who() {
        let keys = platform.person_keys();
        // Under whichever invitation the guardian gave it: another one does not hide what was signed.
        for shown in guardianships::of_party(platform, one.filing, party.id()).await? {
            let number = shown.kept.number.as_str();
            for digest in [keys.of_number(number), keys.of_person(name.as_str(), number)] {
                if !one.persons.contains(&digest) {
                    one.persons.push(digest);
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filing_is_put_in_again_by_what_changes_names_parties_or_contacts_and_by_no_signature() {
        for kind in [
            RecordKind::FilingOpened,
            RecordKind::FilingChanged,
            RecordKind::GuardianshipShown,
            RecordKind::Decline,
            RecordKind::PersonCorrected,
            RecordKind::Erasure,
        ] {
            assert!(!leaves_all_as_it_was(kind), "{kind:?}");
        }
        for kind in [RecordKind::ConsentGiven, RecordKind::Signing, RecordKind::Confirmation] {
            assert!(leaves_all_as_it_was(kind), "{kind:?}");
        }
    }
}
