//! Which filings are a handler's own. Those that name this very person as their handler, by name and number; and while a
//! filing is drafted also the one that this account opened at the desk, which names nobody yet. See ADR 0093.

use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Capacity, Filing, FilingState, Party};
use heqi_vocabulary::{FilingId, PartyId};

use super::handler;
use crate::contacts::{self, Contact};
use crate::fault::{ActError, Fault, Thing};
use crate::filings;
use crate::platform::Platform;
use crate::request::{Actor, Scope, StaffMember};
use crate::rows::{self, Pair};
use crate::search_index::PersonDigest;
use crate::staff;

/// How many drafts of one account are looked at.
const LISTED: usize = 500;

/// Who prepares a filing: the handler at the own desk, or nobody of staff where a program comes with the handler's key.
///
/// # Errors
/// [`ActError::Denied`] for everybody else.
pub(crate) fn preparer(actor: &Actor) -> Result<Option<&StaffMember>, ActError> {
    match actor {
        Actor::Staff(_) => handler(actor).map(Some),
        actor => actor.require(Scope::Filings).map(|()| None),
    }
}

/// Demands that a filing be this handler's own; a program prepares every one.
///
/// # Errors
/// There is no such filing for this handler, or the store could not be read.
pub(crate) async fn demand_own(
    platform: &Platform,
    member: Option<&StaffMember>,
    filing: &Filing,
) -> Result<(), ActError> {
    let Some(member) = member else { return Ok(()) };
    if is_drafted_by(platform, member, filing).await? {
        return Ok(());
    }
    own_party(platform, member, filing).await.map(|_| ())
}

/// Whether this account opened the filing, and nobody was asked to sign yet.
async fn is_drafted_by(
    platform: &Platform,
    member: &StaffMember,
    filing: &Filing,
) -> Result<bool, Fault> {
    if !is_first_draft(filing) {
        return Ok(false);
    }
    let key = Pair(member.account, filing.id());
    Ok(rows::DESK_FILINGS.row(platform.backend(), &key).await?.is_some())
}

/// Writes down whose a filing is while it is drafted.
pub(crate) fn note_opened(
    changes: &mut Changeset,
    member: &StaffMember,
    filing: FilingId,
) -> Result<(), Fault> {
    Ok(rows::DESK_FILINGS.insert(changes, &Pair(member.account, filing), &())?)
}

/// Once signing opens name and number count alone: whose draft it was is kept no longer.
pub(crate) async fn end_draft(
    platform: &Platform,
    changes: &mut Changeset,
    member: &StaffMember,
    filing: FilingId,
) -> Result<(), Fault> {
    let key = Pair(member.account, filing);
    if let Some(row) = rows::DESK_FILINGS.row(platform.backend(), &key).await? {
        rows::DESK_FILINGS.remove(changes, &key, row.version)?;
    }
    Ok(())
}

/// The filings that this account opened and that are drafted still, the newest first.
pub(super) async fn drafts_of(
    platform: &Platform,
    member: &StaffMember,
) -> Result<Vec<Filing>, Fault> {
    let within = format!("{}/", member.account);
    let listed = rows::DESK_FILINGS.scan(platform.backend(), &within, None, LISTED).await?;
    let mut drafts = Vec::new();
    for (Pair(_, id), _) in listed.into_iter().rev() {
        match filings::find(platform, id).await {
            Ok(Some(stored)) if is_first_draft(&stored.filing) => drafts.push(stored.filing),
            // Opened by a program since, or erased.
            Ok(_) | Err(Fault::Erased) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(drafts)
}

/// Whether signing was never open. What came back because nobody confirmed in time is its handler's, by name and number:
/// the row of whoever opened it may stand there still, where somebody else invited.
fn is_first_draft(filing: &Filing) -> bool {
    matches!(filing.state(), FilingState::Drafting { since } if *since == filing.opened_at())
}

/// The party that this person is, as the handler of this filing and nothing else: a handler who
/// also signs answers with the own link, as every signer. A name alone is nobody: the number that
/// the filing has of its handler is the one to which the account was bound, or there is no such
/// filing here.
pub(crate) async fn own_party(
    platform: &Platform,
    member: &StaffMember,
    filing: &Filing,
) -> Result<PartyId, ActError> {
    let (name, person) = staff::bound_person(platform, member.account).await?;
    let own = filing.parties().find(|party| is_handler_named(party, &name));
    let own = own.ok_or(ActError::NotFound(Thing::Filing))?.id();
    let contact = contacts::load_unless_erased(platform, filing.id(), own).await?;
    let declared = contact.and_then(|contact| declared(platform, &contact.contact));
    if person.is_some() && declared == person {
        Ok(own)
    } else {
        Err(ActError::NotFound(Thing::Filing))
    }
}

/// The same; nothing where the filing does not name this person, or not yet.
pub(crate) async fn named_party(
    platform: &Platform,
    member: &StaffMember,
    filing: &Filing,
) -> Result<Option<PartyId>, ActError> {
    match own_party(platform, member, filing).await {
        Ok(own) => Ok(Some(own)),
        Err(ActError::NotFound(Thing::Filing)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether this contact may be declared of this party at the desk: who is handler under the account's own name has the
/// number of the account, or the filing would be nobody's.
pub(crate) async fn is_fitting(
    platform: &Platform,
    member: &StaffMember,
    (party, contact): (&Party, &Contact),
) -> Result<bool, Fault> {
    let (name, person) = staff::bound_person(platform, member.account).await?;
    let is_own = is_handler_named(party, &name);
    Ok(!is_own || (person.is_some() && declared(platform, contact) == person))
}

/// The name of the person whose account it is; nothing where it was bound to no number.
pub(crate) async fn bound_name(
    platform: &Platform,
    member: &StaffMember,
) -> Result<Option<String>, Fault> {
    let (name, person) = staff::bound_person(platform, member.account).await?;
    Ok(person.is_some().then_some(name))
}

fn is_handler_named(party: &Party, name: &str) -> bool {
    party.capacities().contains(&Capacity::Handler)
        && !party.is_signer()
        && party.who().acting_person().is_same_as(name)
}

fn declared(platform: &Platform, contact: &Contact) -> Option<PersonDigest> {
    let number = contact.id_number.as_ref()?;
    Some(staff::digest_of(platform, number))
}
