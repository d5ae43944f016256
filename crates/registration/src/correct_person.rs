//! An officer puts right the name or the number of a person (edge case 11), by a certificate of the
//! police: old and new stand in one record that links them, and both are shown from then on.
//!
//! What was signed before keeps the old name, because it was signed under it.

use bytes::Bytes;
use chrono::NaiveDate;
use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{DeclaredName, Grounds, OfficeName, PartyKind};
use heqi_identity::PersonName;
use heqi_identity::personal_document::as_printed;
use heqi_vocabulary::{FilingId, FilingNo, PartyId, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::ceremonies;
use crate::contacts::{self, Contact, IdNumber, StoredContact};
use crate::decide_case::has_name_of_party;
use crate::fault::Fault;
use crate::filings;
use crate::guardianships;
use crate::ledger;
use crate::material::{self, Material};
use crate::objects;
use crate::platform::Platform;
use crate::request::{Request, StaffMember};
use crate::rows::{self, CeremonyRecord, Pair};
use crate::see_person::officer;
use crate::verify_identity;

mod error;
mod kept;
mod made;

pub use error::CorrectPersonError;
use kept::remember;
pub use kept::{Correction, Whose};
pub(crate) use kept::{CorrectionsRow, corrections};
use made::{Made, make};

/// Of what the names in a record are: without it they are of who acts.
pub(crate) const WARD_NAME: &str = "ward_name";

/// What is put right, and by what.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct CorrectPerson {
    /// The filing, by its number for people.
    pub number: FilingNo,
    /// The name as it was declared until now: of who acts, or of the minor for whom a guardian does.
    pub name: DeclaredName,
    /// The last four of the number that was declared, where one was; of a minor's, where the guardian gave it.
    pub last_four: String,
    /// The name as it is now, if that is what changes.
    pub new_name: Option<DeclaredName>,
    /// The number as it is now, if that is what changes.
    pub new_number: Option<IdNumber>,
    /// Which police station certified it.
    pub issuer: OfficeName,
    /// On which day.
    pub issued_on: NaiveDate,
    /// The certificate: a picture or a PDF.
    pub certificate: Bytes,
    /// What was compared.
    pub grounds: Grounds,
}

/// It is put right, and on record.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PersonCorrected {
    /// The record.
    pub record_id: RecordId,
    /// When.
    pub at: UtcMillis,
    /// Whether another party of the filing still has the old name and number: the same person in
    /// another capacity.
    pub is_more: bool,
}

/// Puts it right: the filing, the number that providers are asked about, and the record, in one
/// commit. Who signs from now on signs under the new name.
///
/// # Errors
/// See [`CorrectPersonError`].
pub async fn correct_person(
    platform: &Platform,
    request: &Request,
    command: CorrectPerson,
) -> Result<PersonCorrected, CorrectPersonError> {
    let member = officer(platform, &request.actor)?;
    let today = platform.now().shanghai_date();
    if command.issued_on > today {
        return Err(CorrectPersonError::NotYet);
    }
    if let Some(name) = &command.new_name {
        PersonName::parse(name.as_str())?;
    }
    let act = Act::new(platform, request, "correct_person").await;
    let certificate = material::examine(platform, command.certificate.clone()).await??;
    let mut made: Option<Made> = None;
    let what = (command, &certificate);
    let result = correct(platform, request, member, what, (&mut made, act)).await;
    let is_spare = match &result {
        Ok(corrected) => made.as_ref().is_some_and(|made| made.id != corrected.record_id),
        Err(CorrectPersonError::Act(error)) => !error.is_undecided(),
        Err(_) => true,
    };
    if is_spare && let Some(made) = made {
        objects::take_back(platform, &[made.object]).await;
    }
    result
}

/// The same; what is in the store by then is in `before` when this returns.
async fn correct(
    platform: &Platform,
    request: &Request,
    member: &StaffMember,
    (mut command, certificate): (CorrectPerson, &Material),
    (before, mut act): (&mut Option<Made>, Act<'_>),
) -> Result<PersonCorrected, CorrectPersonError> {
    let today = platform.now().shanghai_date();
    loop {
        if let Some(corrected) = act.earlier().await? {
            return Ok(corrected);
        }
        let found = find(platform, &command).await?;
        let (id, party) = (found.stored.filing.id(), found.party);
        // The record has the name as it was declared, however the officer typed it.
        command.name.clone_from(&found.name);
        if has_name_of_party(platform, member, &found.stored.filing).await? {
            return Err(CorrectPersonError::Conflict);
        }
        let contact = found.contact.as_ref().map(|stored| &stored.contact);
        let (change, after) = if found.is_ward {
            (change_of_ward(&command)?, None)
        } else {
            change(&command, contact, today)?
        };
        let fresh = match before.take() {
            Some(made) if made.is_of(party, &command.name, &change) => made,
            other => {
                // Whoever was quicker put this party right: the next one of the person is another record.
                if let Some(other) = other {
                    objects::take_back(platform, &[other.object]).await;
                }
                make(platform, request, member, (&command, change), (certificate, id, party))?
            }
        };
        let made = &*before.insert(fresh);
        let next = ledger::next_place(platform, found.stored.filing.chain()).await?;
        let at = next.place.recorded_at;
        let mut filing = found.stored.filing.clone();
        match &command.new_name {
            None => {}
            Some(name) if found.is_ward => filing.correct_ward_name(party, name.clone())?,
            Some(name) => filing.correct_name(party, name.clone())?,
        }
        let mut changes = Changeset::new();
        let root = made.record.write(platform, &mut changes, &next)?;
        found.stored.replace(platform, &mut changes, &filing)?;
        if let (Some(contact), Some(stored)) = (&after, &found.contact) {
            let now = (contact, stored.usable_from);
            contacts::write(platform, &mut changes, (id, party), Some(stored), now)?;
        }
        // Whoever authorities spoke about until now has another name or number. Of a minor they were not asked.
        let portraits = if found.is_ward {
            Vec::new()
        } else {
            verify_identity::enqueue_anew(platform, &mut changes, (id, party)).await?
        };
        bind(
            platform,
            &mut changes,
            (id, party),
            CeremonyRecord::of(RecordKind::PersonCorrected, made.id, root),
        )
        .await?;
        let number = made.change.number.as_ref();
        let correction = Correction {
            record: made.id,
            at,
            name_before: command.name.as_str().to_owned(),
            name_after: made.change.name_after.clone(),
            last_four_before: number.and_then(|(before, _)| before.as_ref().map(last_four)),
            last_four_after: number.map(|(_, after)| last_four(after)),
            issuer: command.issuer.as_str().to_owned(),
            sha256: certificate.sha256,
            kind: certificate.kind,
            whose: found.whose(),
            object: made.object.clone(),
        };
        remember(platform, &mut changes, (id, party), correction).await?;
        let corrected = PersonCorrected { record_id: made.id, at, is_more: found.is_more };
        if act.commit(changes, &corrected).await?.is_some() {
            for portrait in &portraits {
                objects::forget_soon(platform, portrait).await;
            }
            return Ok(corrected);
        }
    }
}

fn last_four(number: &IdNumber) -> String {
    number.last_four().to_owned()
}

struct Found {
    stored: filings::StoredFiling,
    party: PartyId,
    name: DeclaredName,
    contact: Option<StoredContact>,
    /// Whether it is the minor of the party, and not the guardian who acts.
    is_ward: bool,
    is_more: bool,
}

impl Found {
    fn whose(&self) -> Option<Whose> {
        match self.stored.filing.party(self.party)?.who() {
            PartyKind::Ward { .. } if self.is_ward => Some(Whose::Ward),
            PartyKind::Ward { .. } => Some(Whose::Guardian),
            _ => None,
        }
    }
}

/// One who has the name and number.
struct Match {
    party: PartyId,
    contact: Option<StoredContact>,
    number: Option<IdNumber>,
    name: DeclaredName,
    is_ward: bool,
}

/// The person of this name and number. In several capacities it is one person, put right one
/// after the other.
async fn find(platform: &Platform, command: &CorrectPerson) -> Result<Found, CorrectPersonError> {
    let row = rows::FILING_NUMBERS.row(platform.backend(), &command.number).await;
    let id = row.map_err(Fault::from)?.ok_or(CorrectPersonError::NoMatch)?.value;
    let stored = filings::find(platform, id).await?.ok_or(CorrectPersonError::NoMatch)?;
    let typed = as_printed(&command.last_four);
    let mut matches = Vec::new();
    for party in stored.filing.parties() {
        let is_named = |name: &DeclaredName| name.is_same_as(command.name.as_str());
        let is_typed =
            |number: Option<&IdNumber>| number.is_none_or(|number| number.last_four() == typed);
        let acting = party.who().acting_person();
        if is_named(acting) {
            let contact = contacts::load_unless_erased(platform, id, party.id()).await?;
            let number = contact.as_ref().and_then(|stored| stored.contact.id_number.clone());
            if is_typed(number.as_ref()) {
                let (party, name) = (party.id(), acting.clone());
                matches.push(Match { party, contact, number, name, is_ward: false });
            }
        }
        if let PartyKind::Ward { name, .. } = party.who()
            && is_named(name)
        {
            let number = guardianships::number(platform, id, party.id()).await?;
            if is_typed(number.as_ref()) {
                let (party, name) = (party.id(), name.clone());
                matches.push(Match { party, contact: None, number, name, is_ward: true });
            }
        }
    }
    let is_more = matches.len() > 1;
    let same = matches.windows(2).all(|pair| {
        matches!(pair, [a, b] if a.number.is_some() && a.number == b.number && a.is_ward == b.is_ward)
    });
    if is_more && !same {
        return Err(CorrectPersonError::Ambiguous);
    }
    let first = matches.into_iter().next().ok_or(CorrectPersonError::NoMatch)?;
    let Match { party, contact, name, is_ward, .. } = first;
    Ok(Found { stored, party, name, contact, is_ward, is_more })
}

/// What changes, both sides of it.
#[derive(Eq, PartialEq)]
struct Change {
    words: Vec<&'static str>,
    name_after: String,
    /// Before and after, where the number changes.
    number: Option<(Option<IdNumber>, IdNumber)>,
}

/// What changes, and the contact that follows.
fn change(
    command: &CorrectPerson,
    before: Option<&Contact>,
    today: NaiveDate,
) -> Result<(Change, Option<Contact>), CorrectPersonError> {
    let new_name = command.new_name.as_ref().filter(|name| **name != command.name);
    let declared = before.and_then(|contact| contact.id_number.clone());
    let new_number = command.new_number.clone().filter(|number| declared.as_ref() != Some(number));
    let mut words = Vec::new();
    words.extend(new_name.map(|_| "name"));
    words.extend(new_number.as_ref().map(|_| "number"));
    if words.is_empty() {
        return Err(CorrectPersonError::NothingChanged);
    }
    let after = match (&new_number, before) {
        (Some(number), Some(before)) => {
            let after = Contact { id_number: Some(number.clone()), ..before.clone() };
            after.document(today)?;
            Some(after)
        }
        (Some(_), None) => return Err(CorrectPersonError::NoContact),
        (None, _) => None,
    };
    let name_after = new_name.unwrap_or(&command.name).as_str().to_owned();
    let number = new_number.map(|after| (declared, after));
    Ok((Change { words, name_after, number }, after))
}

/// What changes of a minor: the name. The number is what the guardian shows, and shows anew.
fn change_of_ward(command: &CorrectPerson) -> Result<Change, CorrectPersonError> {
    if command.new_number.is_some() {
        return Err(CorrectPersonError::WardNumber);
    }
    let new_name = command.new_name.as_ref().filter(|name| **name != command.name);
    let new_name = new_name.ok_or(CorrectPersonError::NothingChanged)?;
    let name_after = new_name.as_str().to_owned();
    Ok(Change { words: vec![WARD_NAME], name_after, number: None })
}

/// The next challenge of the person's ceremony names the record; a ceremony that is over needs none.
/// What the signer's own acts may fill does not keep a correction out: it comes from an officer, by a
/// certificate, and each changes something.
async fn bind(
    platform: &Platform,
    changes: &mut Changeset,
    (filing, party): (FilingId, PartyId),
    made: CeremonyRecord,
) -> Result<(), CorrectPersonError> {
    let newest = rows::NEWEST_CEREMONIES.row(platform.backend(), &Pair(filing, party)).await;
    let Some(ceremony) = newest.map_err(Fault::from)?.map(|row| row.value) else { return Ok(()) };
    let stored = ceremonies::load(platform, ceremony).await?;
    if stored.content.ceremony.unfinished().is_err() {
        return Ok(());
    }
    let mut content = stored.content.clone();
    content.records.push(made);
    Ok(stored.replace(platform, changes, &content)?)
}
