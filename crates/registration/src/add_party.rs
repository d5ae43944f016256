//! Adds a party with its capacities to a filing in drafting.

use std::collections::BTreeSet;

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Capacity, PartyKind};
use heqi_vocabulary::{FilingId, PartyId, RecordId};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::begin_signing::capacity_words;
use crate::fault::{ActError, Fault};
use crate::filings;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::platform::Platform;
use crate::request::{Request, Scope};
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

/// Adds a party.
///
/// # Errors
/// See [`AddPartyError`].
pub async fn add_party(
    platform: &Platform,
    request: &Request,
    command: AddParty,
) -> Result<PartyAdded, AddPartyError> {
    request.actor.require(Scope::Filings)?;
    let mut act = Act::new(platform, request, "add_party").await;
    loop {
        if let Some(added) = act.earlier().await? {
            return Ok(added);
        }
        let stored = filings::load_as_read(platform, request, command.filing).await?;
        let mut filing = stored.filing.clone();
        let party = PartyId::time_ordered(platform.now(), platform.entropy());
        filing.add_party(party, command.who.clone(), command.capacities.clone())?;
        let record = record(platform, request, &command, party)?;
        let added = PartyAdded { party_id: party, record_id: record.record_id() };

        let mut changes = Changeset::new();
        let next = ledger::next_place(platform, filing.chain()).await?;
        record.write(platform, &mut changes, &next)?;
        stored.replace(platform, &mut changes, &filing)?;
        if act.commit(changes, &added).await?.is_some() {
            return Ok(added);
        }
    }
}

/// `person` or `company`, the party's name, and who acts for it, as records say it.
pub(crate) fn party_words(who: &PartyKind) -> (&'static str, &str, Option<&str>) {
    match who {
        PartyKind::Person { name } => ("person", name.as_str(), None),
        PartyKind::Company { name, representative } => {
            ("company", name.as_str(), Some(representative.as_str()))
        }
    }
}

fn record(
    platform: &Platform,
    request: &Request,
    command: &AddParty,
    party: PartyId,
) -> Result<NewRecord, Fault> {
    let (kind, name, representative) = party_words(&command.who);
    let mut draft = Draft::new(platform, RecordKind::FilingChanged);
    draft
        .observed("filing", command.filing.to_string())?
        .observed("change", "party_added")?
        .observed("party", party.to_string())?
        .declared("party_kind", Some(kind))?
        .observed("capacities", capacity_words(&command.capacities))?
        .declared("party_name", Some(name))?
        .declared("representative_name", representative)?
        .observed("changed_by", request.actor.name())?;
    draft.seal(platform, About::party(command.filing, party), None)
}
