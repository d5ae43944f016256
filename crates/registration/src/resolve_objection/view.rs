//! What an officer of the registry sees of objections: the filings they have paused, and one of them.

use std::collections::BTreeSet;

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Confirmation, Filing, FilingState, Matter, Party};
use heqi_vocabulary::{ChainId, FilingId, FilingNo, PartyId, RecordId, UtcMillis};

use super::officer;
use crate::case_queue::SHOWN;
use crate::disclose::Attributes;
use crate::fault::{ActError, Fault, Thing};
use crate::filings;
use crate::ledger::{self, KeptRecord};
use crate::looks;
use crate::platform::Platform;
use crate::request::{Actor, RequestFacts};
use crate::rows;

/// A filing that an objection has paused. Nothing in it is personal.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Paused {
    /// The filing.
    pub filing: FilingId,
    /// Its number for people.
    pub number: FilingNo,
    /// Since when.
    pub since: UtcMillis,
}

/// The paused filings, longest first; empty for an office that does not decide them.
///
/// # Errors
/// Not staff who reviews, or the store could not be read.
pub async fn paused_filings(platform: &Platform, actor: &Actor) -> Result<Vec<Paused>, ActError> {
    actor.reviewer()?;
    if officer(platform, actor).is_err() {
        return Ok(Vec::new());
    }
    let rows = rows::PAUSED.scan(platform.backend(), "", None, SHOWN).await;
    let mut paused = Vec::new();
    for (filing, row) in rows.map_err(Fault::from)? {
        let number = filings::load(platform, filing).await?.filing.number();
        paused.push(Paused { filing, number, since: row.value });
    }
    paused.sort_by_key(|one| one.since);
    Ok(paused)
}

/// A paused filing as the officer sees it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ObjectionView {
    /// The filing, by its number for people.
    pub number: FilingNo,
    /// What is filed.
    pub matter: Matter,
    /// The company it is about.
    pub company_name: String,
    /// Whether it is still paused.
    pub is_paused: bool,
    /// Whether a demo acted it out.
    pub is_simulated: bool,
    /// Who takes part.
    pub parties: Vec<PartyInObjection>,
}

/// One party of a paused filing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PartyInObjection {
    /// The party.
    pub party: PartyId,
    /// Its name, as declared.
    pub name: String,
    /// Whether it has signatures that could be voided.
    pub has_signed: bool,
    /// When it objected, and when it took that back.
    pub objected: Option<(UtcMillis, Option<UtcMillis>)>,
}

/// Shows a filing that an objection has paused, now or before, to an officer of the registry. It names the parties, so the
/// look is a record, made before anything is shown.
///
/// # Errors
/// Not such an officer, no such filing or none in which anybody objected, or the store could not do its part.
pub async fn objection_view(
    platform: &Platform,
    actor: &Actor,
    facts: &RequestFacts,
    filing: FilingId,
) -> Result<ObjectionView, ActError> {
    officer(platform, actor)?;
    let filing = filings::load(platform, filing).await?.filing;
    let objection = newest_objection(platform, &filing).await?;
    let current: Vec<_> = filing.current_documents().map(|document| document.id).collect();
    let of = |party: &Party| PartyInObjection {
        party: party.id(),
        name: party.who().acting_person().as_str().to_owned(),
        has_signed: current.iter().any(|document| party.signature_of(*document).is_some()),
        objected: match party.confirmation() {
            Confirmation::Objected { at, taken_back_at, .. } => Some((*at, *taken_back_at)),
            _ => None,
        },
    };
    let view = ObjectionView {
        number: filing.number(),
        matter: filing.matter(),
        company_name: filing.company_name().as_str().to_owned(),
        is_paused: matches!(filing.state(), FilingState::Frozen { .. }),
        is_simulated: platform.settings().is_simulated(filing.number()),
        parties: filing.parties().map(of).collect(),
    };
    let opened = Attributes::Named(BTreeSet::from(["party_name".into()]));
    looks::record(platform, actor, facts, &objection, looks::Purpose::Review, &opened).await?;
    Ok(view)
}

/// The newest objection in a filing. Where nobody ever objected there is nothing for the officer to see.
async fn newest_objection(platform: &Platform, filing: &Filing) -> Result<KeptRecord, ActError> {
    let chain = filing.chain();
    let known = rows::NEWEST_OBJECTIONS.row(platform.backend(), &chain).await;
    let newest = match known.map_err(Fault::from)? {
        Some(row) => row.value,
        None => looked_for(platform, chain).await?,
    };
    let newest = newest.ok_or(ActError::NotFound(Thing::Filing))?;
    ledger::find(platform, newest).await
}

/// Reads a chain through that has no row yet: an objection of before there were these rows, or nobody ever objected. What
/// is found is remembered, so that the next look costs the same however long the chain is.
async fn looked_for(platform: &Platform, chain: ChainId) -> Result<Option<RecordId>, ActError> {
    let links = rows::LINKS.scan(platform.backend(), &format!("{chain}/"), None, usize::MAX).await;
    let mut newest = None;
    for (_, link) in links.map_err(Fault::from)?.into_iter().rev() {
        if ledger::find(platform, link.value).await?.kind == RecordKind::Objection {
            newest = Some(link.value);
            break;
        }
    }
    let mut changes = Changeset::new();
    // Whoever objects meanwhile writes the row, and theirs is the newer one.
    rows::NEWEST_OBJECTIONS.insert(&mut changes, &chain, &newest).map_err(Fault::from)?;
    // What is not remembered now is looked for again: no reason to show nothing.
    if let Ok(pending) = platform.backend().commit(changes) {
        let _ = pending.await;
    }
    Ok(newest)
}
