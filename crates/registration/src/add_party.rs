//! Adds a party with its capacities to a filing in drafting. A person of whom the number is told,
//! and who takes part already, becomes no second party: the capacities are added to the one there is,
//! so that one invitation and one signing are for all of them (edge case 6).

use std::collections::BTreeSet;

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Capacity, Filing, PartyKind};
use heqi_vocabulary::{FilingId, PartyId, RecordId};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::begin_signing::capacity_words;
use crate::contacts::{self, IdNumber};
use crate::fault::{ActError, Fault};
use crate::filings;
use crate::handler_desk;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::platform::Platform;
use crate::request::Request;
use crate::rows::{self, Pair};
use crate::wording::{Told, refusals};

/// Who takes part.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct AddParty {
    /// The filing.
    pub filing: FilingId,
    /// Person or company, names as declared.
    pub who: PartyKind,
    /// In which capacities.
    pub capacities: BTreeSet<Capacity>,
}

/// The party is part of the filing.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PartyAdded {
    /// The party.
    pub party_id: PartyId,
    /// The record of it.
    pub record_id: RecordId,
    /// Whether this person took part already, and has these capacities now as well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub joined: bool,
}

/// Why the party was not added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddPartyError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of filings refuse it.
    #[error(transparent)]
    Filing(#[from] heqi_filing::AddPartyError),
}

impl From<Fault> for AddPartyError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl AddPartyError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Filing(error) => Told::By(error),
        }
    }
}

refusals!(AddPartyError);

/// Adds a party, for a program with the handler's key or for the handler at the own desk.
///
/// # Errors
/// See [`AddPartyError`].
pub async fn add_party(
    platform: &Platform,
    request: &Request,
    command: AddParty,
) -> Result<PartyAdded, AddPartyError> {
    add(platform, request, command, None).await
}

/// Adds a party whose person has this number: the capacities are added to the party that is this
/// person already, where there is one that was not invited yet. The number is compared with those
/// that were declared, and not kept.
///
/// # Errors
/// See [`AddPartyError`].
pub async fn add_person(
    platform: &Platform,
    request: &Request,
    command: AddParty,
    number: &IdNumber,
) -> Result<PartyAdded, AddPartyError> {
    add(platform, request, command, Some(number)).await
}

async fn add(
    platform: &Platform,
    request: &Request,
    command: AddParty,
    number: Option<&IdNumber>,
) -> Result<PartyAdded, AddPartyError> {
    let desk = handler_desk::preparer(&request.actor)?;
    let mut act = Act::new(platform, request, "add_party").await;
    loop {
        if let Some(added) = act.earlier().await? {
            return Ok(added);
        }
        let stored = filings::load_as_read(platform, request, command.filing).await?;
        handler_desk::demand_own(platform, desk, &stored.filing).await?;
        let mut filing = stored.filing.clone();
        let mut changes = Changeset::new();
        let known = match number {
            Some(number) => {
                known_as(platform, &mut changes, &filing, (&command.who, number)).await?
            }
            None => None,
        };
        let party = if let Some(party) = known {
            filing.add_capacities(party, &command.capacities)?;
            party
        } else {
            let party = PartyId::time_ordered(platform.now(), platform.entropy());
            filing.add_party(party, command.who.clone(), command.capacities.clone())?;
            party
        };
        let joined = known.is_some();
        let record = record(platform, request, &filing, (party, joined))?;
        let added = PartyAdded { party_id: party, record_id: record.record_id(), joined };

        let next = ledger::next_place(platform, filing.chain()).await?;
        record.write(platform, &mut changes, &next)?;
        stored.replace(platform, &mut changes, &filing)?;
        if act.commit(changes, &added).await?.is_some() {
            return Ok(added);
        }
    }
}

/// The party that is this natural person: of this name, with this number, acting for itself. Who
/// was invited before stays as it was invited: what it may sign was said to it in fewer capacities.
async fn known_as(
    platform: &Platform,
    changes: &mut Changeset,
    filing: &Filing,
    (who, number): (&PartyKind, &IdNumber),
) -> Result<Option<PartyId>, Fault> {
    let PartyKind::Person { name } = who else { return Ok(None) };
    for party in filing.parties() {
        let PartyKind::Person { name: known } = party.who() else { continue };
        if !known.is_same_as(name.as_str()) {
            continue;
        }
        let contact = contacts::load_unless_erased(platform, filing.id(), party.id()).await?;
        let Some(contact) = contact else { continue };
        if contact.contact.id_number.as_ref() != Some(number) {
            continue;
        }
        let whose = Pair(filing.id(), party.id());
        if rows::NEWEST_CEREMONIES.row(platform.backend(), &whose).await?.is_some() {
            continue;
        }
        contact.expect_unchanged(changes, (filing.id(), party.id()))?;
        return Ok(Some(party.id()));
    }
    Ok(None)
}

/// `person`, `company` or `ward`, the party's name, and who acts for it, as records say it.
pub(crate) fn party_words(who: &PartyKind) -> (&'static str, &str, Option<&str>) {
    match who {
        PartyKind::Person { name } => ("person", name.as_str(), None),
        PartyKind::Company { name, representative } => {
            ("company", name.as_str(), Some(representative.as_str()))
        }
        PartyKind::Ward { name, guardian } => ("ward", name.as_str(), Some(guardian.as_str())),
    }
}

/// What the record says of the party is how it takes part from now on.
fn record(
    platform: &Platform,
    request: &Request,
    filing: &Filing,
    (party, joined): (PartyId, bool),
) -> Result<NewRecord, Fault> {
    let added = filing.party(party).ok_or_else(|| Fault::broken("the added party is not there"))?;
    let (kind, name, representative) = party_words(added.who());
    let mut draft = Draft::new(platform, RecordKind::FilingChanged);
    draft
        .observed("filing", filing.id().to_string())?
        .observed("change", if joined { "capacities_added" } else { "party_added" })?
        .observed("party", party.to_string())?
        .declared("party_kind", Some(kind))?
        .observed("capacities", capacity_words(added.capacities()))?
        .declared("party_name", Some(name))?
        .declared("representative_name", representative)?
        .observed("changed_by", request.actor.name())?;
    draft.journalled_of_staff(&request.actor, "party_added");
    draft.seal(platform, About::party(filing.id(), party), None)
}
