//! An officer at the counter sees person and card together (domain study 0.3, 11.2): recorded with
//! officer and office, and the signer then signs with the own device, without a photo.
//!
//! The signer's own page shows a number. Who types it has that very device in front of them: the
//! link that a handler holds elsewhere shows another one, and so opens nothing here.

use std::collections::BTreeSet;

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Filing, Grounds, Matter, StandIn};
use heqi_identity::personal_document::as_printed;
use heqi_vocabulary::{CeremonyId, FilingId, FilingNo, PartyId, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::act::{Act, Attempts};
use crate::begin_signing::capacity_words;
use crate::ceremonies::{self, StoredCeremony};
use crate::contacts;
use crate::decide_case::has_name_of_party;
use crate::disclose::Attributes;
use crate::erasure::retention;
use crate::fault::{ActError, Fault, Thing};
use crate::filings;
use crate::give_consent::MAX_RECORDS;
use crate::ledger::{self, About, Draft, KeptRecord, NewRecord};
use crate::looks::{Look, Purpose};
use crate::objects;
use crate::platform::Platform;
use crate::request::{Actor, Request, RequestFacts, StaffMember};
use crate::review_wanted::{ReviewWay, counter_code};
use crate::rows::{self, CeremonyRecord, Pair};

mod error;
mod tries;

pub use error::SeePersonError;
pub(crate) use tries::Tries;

/// Where the portrait is seen: on the card, by the officer who has the person there.
pub const PORTRAIT_SOURCE: &str = "card_seen_by_officer";

/// The most wishes of one ceremony: one for each reason.
const WISHES: usize = 8;

/// Filing and device, as the person at the counter names and shows them.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct AtCounter {
    /// The filing's number.
    pub number: FilingNo,
    /// The six digits that the signer's device shows.
    pub code: String,
}

/// Who is to be seen.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PersonExpected {
    /// The filing, by its number for people.
    pub number: FilingNo,
    /// What is filed.
    pub matter: Matter,
    /// The company it is about.
    pub company_name: String,
    /// The person, as declared.
    pub person: String,
    /// In which capacities.
    pub capacities: Vec<String>,
    /// When this person was seen already, if that still counts.
    pub seen_at: Option<UtcMillis>,
}

/// The officer has seen person and card together.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct SeePerson {
    /// Filing and device.
    pub at: AtCounter,
    /// The last four of the number on the card in the officer's hand.
    pub last_four: String,
    /// Whether the officer says that person and card were there together.
    pub together: bool,
    /// What was looked at.
    pub grounds: Grounds,
}

/// That is on record.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PersonSeen {
    /// The record.
    pub record_id: RecordId,
    /// When.
    pub at: UtcMillis,
}

/// Who stands there, by the number that the device shows. It names a person, so the look is a record, made before
/// anything is shown; a wrong number is counted before that is told.
///
/// # Errors
/// See [`SeePersonError`].
pub async fn person_expected(
    platform: &Platform,
    actor: &Actor,
    facts: &RequestFacts,
    at: &AtCounter,
) -> Result<PersonExpected, SeePersonError> {
    let member = officer(platform, actor)?;
    let (mut attempts, mut counting) = (Attempts::default(), Attempts::default());
    loop {
        let Some((tries, found)) = tried(platform, (member, at), &mut counting).await? else {
            continue;
        };
        refuse_own(platform, member, &found.filing).await?;
        let party = found.filing.party(found.party).ok_or(ActError::NotFound(Thing::Party))?;
        let ceremony = &found.stored.content.ceremony;
        let seen = ceremony.stand_in_at(platform.now());
        let expected = PersonExpected {
            number: found.filing.number(),
            matter: found.filing.matter(),
            company_name: found.filing.company_name().as_str().to_owned(),
            person: party.who().acting_person().as_str().to_owned(),
            capacities: capacity_words(ceremony.capacities()),
            seen_at: seen.filter(|seen| matches!(seen, StandIn::Counter { .. })).map(StandIn::at),
        };
        let wish = wish(platform, &found).await?;
        let opened = Attributes::Named(BTreeSet::from(["party_name".into()]));
        let look = Look::new(platform, actor, facts, &wish, Purpose::Review, &opened)?;
        let mut changes = Changeset::new();
        tries.expect_none_since(&mut changes)?;
        if look.write(platform, &mut attempts, changes).await? {
            return Ok(expected);
        }
    }
}

/// Records that the officer saw person and card together. The signer goes on with the own device. A wrong number, of
/// the device or on the card, is counted before that is told.
///
/// # Errors
/// See [`SeePersonError`].
pub async fn see_person(
    platform: &Platform,
    request: &Request,
    command: SeePerson,
) -> Result<PersonSeen, SeePersonError> {
    let member = officer(platform, &request.actor)?;
    if !command.together {
        return Err(SeePersonError::NotTogether);
    }
    let last_four = four(&command.last_four)?;
    let mut act = Act::new(platform, request, "see_person").await;
    let mut counting = Attempts::default();
    loop {
        if let Some(seen) = act.earlier().await? {
            return Ok(seen);
        }
        let at = (member, &command.at);
        let Some((tries, found)) = tried(platform, at, &mut counting).await? else { continue };
        refuse_own(platform, member, &found.filing).await?;
        let (filing, party) = (found.filing.id(), found.party);
        let contact = contacts::load_unless_erased(platform, filing, party).await?;
        let declared = contact.and_then(|stored| stored.contact.id_number);
        let is_compared = declared.is_some();
        if declared.is_some_and(|number| number.last_four() != last_four) {
            if tries.count(platform, &mut counting).await? {
                return Err(SeePersonError::OtherNumber);
            }
            continue;
        }
        let mut content = found.stored.content.clone();
        if content.records.len() >= MAX_RECORDS {
            return Err(SeePersonError::TooManyTries);
        }
        let next = ledger::next_place(platform, found.filing.chain()).await?;
        let at = next.place.recorded_at;
        let ceremony = Some(found.ceremony);
        let sight = Sight { ceremony, filing, party, last_four: &last_four, is_compared };
        let record = seen_record(platform, request, member, &command.grounds, &sight)?;
        let answer = PersonSeen { record_id: record.record_id(), at };
        content.ceremony.take_stand_in(StandIn::Counter { record: answer.record_id, at }, at)?;
        content.seen_by = Some(member.office.clone());

        let mut changes = Changeset::new();
        tries.expect_none_since(&mut changes)?;
        let root = record.write(platform, &mut changes, &next)?;
        content.records.push(CeremonyRecord::of(RecordKind::PersonSeen, answer.record_id, root));
        found.stored.replace(platform, &mut changes, &content)?;
        let before = &found.stored.content.ceremony;
        let objects = objects::of_ceremony(before);
        let superseded = retention::give_up(platform, &mut changes, before, objects).await?;
        if act.commit(changes, &answer).await?.is_some() {
            for object in &superseded {
                objects::forget_soon(platform, object).await;
            }
            return Ok(answer);
        }
    }
}

/// The last four of a number as they are printed.
pub(crate) fn four(typed: &str) -> Result<String, SeePersonError> {
    let four = as_printed(typed);
    let is_four = four.len() == 4 && four.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_four { Ok(four) } else { Err(SeePersonError::Malformed) }
}

/// Staff of the office that reviews here, with both factors; of another one nobody.
pub(crate) fn officer<'a>(
    platform: &Platform,
    actor: &'a Actor,
) -> Result<&'a StaffMember, ActError> {
    let (member, _) = actor.reviewer()?;
    let is_here = platform.settings().review_office.as_ref() == Some(&member.office);
    if is_here { Ok(member) } else { Err(ActError::Denied) }
}

struct Found {
    filing: Filing,
    party: PartyId,
    ceremony: CeremonyId,
    stored: StoredCeremony,
    /// When the signer chose the counter.
    chosen_at: UtcMillis,
}

/// Whoever is found, and the wrong numbers as they were before; where nobody is, that is one more. `None`: another one was
/// counted meanwhile, so try again.
async fn tried(
    platform: &Platform,
    (member, at): (&StaffMember, &AtCounter),
    counting: &mut Attempts,
) -> Result<Option<(Tries, Found)>, SeePersonError> {
    let tries = Tries::before(platform, member, at).await?;
    match find(platform, at).await {
        Err(SeePersonError::NoMatch) => {
            let is_counted = tries.count(platform, counting).await?;
            if is_counted { Err(SeePersonError::NoMatch) } else { Ok(None) }
        }
        found => Ok(Some((tries, found?))),
    }
}

/// The signer who waits at the counter with a device that shows this number.
async fn find(platform: &Platform, at: &AtCounter) -> Result<Found, SeePersonError> {
    let row = rows::FILING_NUMBERS.row(platform.backend(), &at.number).await;
    let id = row.map_err(Fault::from)?.ok_or(SeePersonError::NoMatch)?.value;
    let filing = filings::find(platform, id).await?.ok_or(SeePersonError::NoMatch)?.filing;
    let parties: Vec<PartyId> = filing.parties().map(heqi_filing::Party::id).collect();
    for party in parties {
        let row = rows::NEWEST_CEREMONIES.row(platform.backend(), &Pair(id, party)).await;
        let Some(ceremony) = row.map_err(Fault::from)?.map(|row| row.value) else { continue };
        let stored = match ceremonies::load(platform, ceremony).await {
            Ok(stored) => stored,
            Err(ActError::Fault(Fault::Erased)) => continue,
            Err(error) => return Err(error.into()),
        };
        let waits = stored.content.other_way.filter(|chosen| chosen.way == ReviewWay::Counter);
        let Some(chosen) = waits.filter(|_| stored.content.ceremony.unfinished().is_ok()) else {
            continue;
        };
        let shown = counter_code(platform, ceremony, chosen.at);
        if bool::from(shown.as_bytes().ct_eq(at.code.as_bytes())) {
            let chosen_at = chosen.at;
            return Ok(Found { filing, party, ceremony, stored, chosen_at });
        }
    }
    Err(SeePersonError::NoMatch)
}

/// The record by which the signer asked to be seen at the counter: what brings the officer to look.
async fn wish(platform: &Platform, found: &Found) -> Result<KeptRecord, ActError> {
    let within = format!("{}/", found.ceremony);
    let all = rows::REVIEWS_WANTED.scan(platform.backend(), &within, None, WISHES).await;
    let mut all = all.map_err(Fault::from)?.into_iter().map(|(_, row)| row.value);
    let wish = all.find(|one| one.way == ReviewWay::Counter && one.since == found.chosen_at);
    ledger::find(platform, wish.ok_or(ActError::NotFound(Thing::Record))?.record_id).await
}

/// Who has the name of somebody who takes part leaves it to another officer.
pub(crate) async fn refuse_own(
    platform: &Platform,
    member: &StaffMember,
    filing: &Filing,
) -> Result<(), SeePersonError> {
    if has_name_of_party(platform, member, filing).await? {
        Err(SeePersonError::Conflict)
    } else {
        Ok(())
    }
}

/// What the officer saw, and of whom.
pub(crate) struct Sight<'a> {
    /// For which signing; none where somebody confirms what is signed.
    pub(crate) ceremony: Option<CeremonyId>,
    pub(crate) filing: FilingId,
    pub(crate) party: PartyId,
    pub(crate) last_four: &'a str,
    pub(crate) is_compared: bool,
}

/// The record of it: of the officer's word, with account and office.
pub(crate) fn seen_record(
    platform: &Platform,
    request: &Request,
    member: &StaffMember,
    grounds: &Grounds,
    sight: &Sight<'_>,
) -> Result<NewRecord, Fault> {
    let mut draft = Draft::new(platform, RecordKind::PersonSeen);
    if let Some(ceremony) = sight.ceremony {
        draft.observed("ceremony", ceremony.to_string())?;
    }
    draft
        .observed("filing", sight.filing.to_string())?
        .observed("party", sight.party.to_string())?
        .reviewed("portrait_source", PORTRAIT_SOURCE)?
        .reviewed("card_last_four", sight.last_four)?
        .observed("number_compared", sight.is_compared)?
        .reviewed("grounds", grounds.as_str())?
        .observed("office_kind", member.office.kind.code())?
        .observed("office", member.office.name.as_str())?
        .observed("officer", member.account.to_string())?
        .observed("officer_role", member.role.as_str())?
        .facts(&request.facts)?
        .journalled_by(member, "seen");
    let about = About { ceremony: sight.ceremony, ..About::party(sight.filing, sight.party) };
    draft.seal(platform, about, None)
}
