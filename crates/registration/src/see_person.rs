//! An officer at the counter sees person and card together (domain study 0.3, 11.2): recorded with
//! officer and office, and the signer then signs with the own device, without a photo.
//!
//! The signer's own page shows a number. Who types it has that very device in front of them: the
//! link that a handler holds elsewhere shows another one, and so opens nothing here.

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Filing, Grounds, Matter, StandIn, StandInError};
use heqi_identity::personal_document::as_printed;
use heqi_vocabulary::{CeremonyId, FilingId, FilingNo, PartyId, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::act::Act;
use crate::begin_signing::capacity_words;
use crate::ceremonies::{self, StoredCeremony};
use crate::contacts;
use crate::decide_case::has_name_of_party;
use crate::erasure::retention;
use crate::fault::{ActError, Class, Fault, Thing};
use crate::filings;
use crate::give_consent::MAX_RECORDS;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::objects;
use crate::platform::Platform;
use crate::request::{Actor, Request, StaffMember};
use crate::review_wanted::{ReviewWay, counter_code};
use crate::rows::{self, CeremonyRecord, Pair};
use crate::wording::{Told, refusals, say};

/// Where the portrait is seen: on the card, by the officer who has the person there.
pub const PORTRAIT_SOURCE: &str = "card_seen_by_officer";

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

/// Why it was not recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeePersonError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of ceremonies refuse it.
    #[error(transparent)]
    Ceremony(#[from] StandInError),
    /// No signer of this filing waits at the counter with a device that shows this number.
    #[error("no signer of this filing waits at the counter with this number")]
    NoMatch,
    /// The officer has not said that person and card were there together.
    #[error("person and card were not seen together")]
    NotTogether,
    /// The last four typed are none.
    #[error("the last four are not four letters or digits")]
    Malformed,
    /// The card has another number than the one declared.
    #[error("the card has another number than the one declared")]
    OtherNumber,
    /// The officer takes part in the filing.
    #[error("the officer takes part in the filing")]
    Conflict,
    /// The ceremony has as many records as one challenge binds.
    #[error("the ceremony has too many records")]
    TooManyTries,
}

impl From<Fault> for SeePersonError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl SeePersonError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Ceremony(error) => Told::By(error),
            Self::NoMatch => say(
                "counter_no_match",
                [
                    "没有找到：该办件下没有签署人的设备正显示这个核验号。",
                    "请核对办件码，请签署人刷新页面后再读出核验号。",
                ],
                [
                    "Not found: no signer of this filing has a device that shows this number.",
                    "Check the filing's number, and have the signer load the page again.",
                ],
            )
            .is(Class::NotFound),
            Self::NotTogether => say(
                "counter_not_together",
                ["尚未确认本人与证件同时在场，未作记录。", "请当面核对后勾选确认；本人不在场的不能确认。"],
                [
                    "You have not confirmed that person and card are here together; nothing was recorded.",
                    "Look at both, then tick the box; never for somebody who is not here.",
                ],
            )
            .is(Class::BadInput),
            Self::Malformed => say(
                "last_four_malformed",
                ["请输入证件号码的末四位。", "末位为 X 的请输入 X。"],
                ["Enter the last four characters.", "An X at the end is one of them."],
            )
            .is(Class::BadInput),
            Self::OtherNumber => say(
                "counter_other_number",
                [
                    "所持证件的号码与办件申报的不一致，未作记录。",
                    "请核对是否本人证件；如申报有误，请经办人更正后再核验。",
                ],
                [
                    "The card has another number than the filing declares; nothing was recorded.",
                    "See whether it is this person's card; if the filing is wrong, have the handler correct it first.",
                ],
            )
            .is(Class::Conflict),
            Self::Conflict => say(
                "reviewer_takes_part",
                [
                    "您与本办件的当事人或经办人同名，可能需要回避，未作任何更改。",
                    "请交由本单位另一名工作人员办理。",
                ],
                [
                    "You have the name of a party or of the handler of this filing; nothing was changed.",
                    "Leave it to another reviewer of your organisation.",
                ],
            )
            .is(Class::Forbidden),
            Self::TooManyTries => say(
                "counter_tries",
                ["本次签署中的记录过多，未作记录。", "请经办人重新发送邀请后再核验。"],
                [
                    "This signing has too many records; nothing was recorded.",
                    "Have the handler send a new invitation, then try again.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(SeePersonError);

/// Who stands there, by the number that the device shows.
///
/// # Errors
/// See [`SeePersonError`].
pub async fn person_expected(
    platform: &Platform,
    actor: &Actor,
    at: &AtCounter,
) -> Result<PersonExpected, SeePersonError> {
    let member = officer(platform, actor)?;
    let found = find(platform, at).await?;
    refuse_own(platform, member, &found.filing).await?;
    let party = found.filing.party(found.party).ok_or(ActError::NotFound(Thing::Party))?;
    let ceremony = &found.stored.content.ceremony;
    let seen = ceremony.stand_in_at(platform.now());
    Ok(PersonExpected {
        number: found.filing.number(),
        matter: found.filing.matter(),
        company_name: found.filing.company_name().as_str().to_owned(),
        person: party.who().acting_person().as_str().to_owned(),
        capacities: capacity_words(ceremony.capacities()),
        seen_at: seen.filter(|seen| matches!(seen, StandIn::Counter { .. })).map(StandIn::at),
    })
}

/// Records that the officer saw person and card together. The signer goes on with the own device.
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
    let last_four = as_printed(&command.last_four);
    if last_four.len() != 4 || !last_four.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(SeePersonError::Malformed);
    }
    let mut act = Act::new(platform, request, "see_person").await;
    loop {
        if let Some(seen) = act.earlier().await? {
            return Ok(seen);
        }
        let found = find(platform, &command.at).await?;
        refuse_own(platform, member, &found.filing).await?;
        let (filing, party) = (found.filing.id(), found.party);
        let contact = contacts::load_unless_erased(platform, filing, party).await?;
        let declared = contact.and_then(|stored| stored.contact.id_number);
        let is_compared = declared.is_some();
        if declared.is_some_and(|number| number.last_four() != last_four) {
            return Err(SeePersonError::OtherNumber);
        }
        let mut content = found.stored.content.clone();
        if content.records.len() >= MAX_RECORDS {
            return Err(SeePersonError::TooManyTries);
        }
        let next = ledger::next_place(platform, found.filing.chain()).await?;
        let at = next.place.recorded_at;
        let sight =
            Sight { ceremony: found.ceremony, filing, party, last_four: &last_four, is_compared };
        let record = record(platform, request, member, &command.grounds, &sight)?;
        let answer = PersonSeen { record_id: record.record_id(), at };
        content.ceremony.take_stand_in(StandIn::Counter { record: answer.record_id, at }, at)?;
        content.seen_by = Some(member.office.clone());

        let mut changes = Changeset::new();
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
            return Ok(Found { filing, party, ceremony, stored });
        }
    }
    Err(SeePersonError::NoMatch)
}

async fn refuse_own(
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
struct Sight<'a> {
    ceremony: CeremonyId,
    filing: FilingId,
    party: PartyId,
    last_four: &'a str,
    is_compared: bool,
}

fn record(
    platform: &Platform,
    request: &Request,
    member: &StaffMember,
    grounds: &Grounds,
    sight: &Sight<'_>,
) -> Result<NewRecord, Fault> {
    let mut draft = Draft::new(platform, RecordKind::PersonSeen);
    draft
        .observed("filing", sight.filing.to_string())?
        .observed("ceremony", sight.ceremony.to_string())?
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
    let about = About { ceremony: Some(sight.ceremony), ..About::party(sight.filing, sight.party) };
    draft.seal(platform, about, None)
}
