//! The handler at the own desk: opens a filing and prepares it until everybody is invited
//! ([`prepared`]), sees how a filing stands that names this very person as its handler,
//! confirms as handler, asks again who has not confirmed in time ([`crate::ask_again`]), takes out who
//! was added wrongly ([`crate::remove_party`]), and says that it was submitted to the registry
//! ([`crate::submit`]), in a session with two factors instead of by an API key.
//!
//! Nobody is found by it: who types another filing's number finds nothing, whether or not there is
//! one. What an account of a handler's firm may do is this and nothing more.

use heqi_filing::{Confirmation, Filing, FilingState, Matter, Party};
use heqi_vocabulary::{
    Digest, Explain as _, Explanation, FilingId, FilingNo, Language, PartyId, UtcMillis,
};

use crate::add_party::party_words;
use crate::begin_signing::capacity_words;
use crate::fault::{ActError, Fault, Thing};
use crate::filings;
use crate::platform::Platform;
use crate::request::{Actor, StaffMember, StaffRole};
use crate::rows;
use crate::shown::{confirmation_text, shown_sha256, statement_sha256};
use crate::submit;

mod own;
pub mod prepared;

pub(crate) use own::{
    bound_name, demand_own, end_draft, is_fitting, named_party, note_opened, own_party, preparer,
};

/// A filing as its handler sees it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HandledFiling {
    /// The filing.
    pub filing: FilingId,
    /// Its number for people.
    pub number: FilingNo,
    /// What is filed.
    pub matter: Matter,
    /// The company it is about.
    pub company_name: String,
    /// Where it stands.
    pub state: FilingState,
    /// The handler's own party; none in a filing that was opened at the desk and does not name this person yet.
    pub own: Option<PartyId>,
    /// The handler's answer.
    pub confirmation: Confirmation,
    /// Why it is not to be submitted yet, though everybody has confirmed: a custodian does not hold a signing.
    pub held_back: Option<Explanation>,
    /// Everybody who takes part.
    pub parties: Vec<HandledParty>,
    /// The statement that the handler makes by confirming; empty where nobody is to make it yet.
    pub statement: &'static str,
    /// Digest of the list of signatures that is shown.
    pub shown_sha256: Digest,
    /// Digest of the statement, whichever language it is shown in.
    pub statement_sha256: Digest,
}

/// A party as the handler sees it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HandledParty {
    /// The party.
    pub party: PartyId,
    /// Its name.
    pub name: String,
    /// In which capacities.
    pub capacities: Vec<String>,
    /// What it signed: title and instant.
    pub signed: Vec<(String, UtcMillis)>,
    /// How many documents it has still to sign; `None`: it signs nothing.
    pub missing: Option<usize>,
    /// Its answer.
    pub confirmation: Confirmation,
    /// Whether the handler can take it out now.
    pub is_removable: bool,
}

/// The handler who has signed in.
///
/// # Errors
/// [`ActError::Denied`] for everybody else.
pub(crate) fn handler(actor: &Actor) -> Result<&StaffMember, ActError> {
    match actor {
        Actor::Staff(member) if member.role == StaffRole::Handler => Ok(member),
        _ => Err(ActError::Denied),
    }
}

/// Shows a filing to its handler.
///
/// # Errors
/// Not a handler's account, no such filing of this handler, or the store could not be read.
pub async fn handled_filing(
    platform: &Platform,
    actor: &Actor,
    number: FilingNo,
    language: Language,
) -> Result<HandledFiling, ActError> {
    let member = handler(actor)?;
    let row = rows::FILING_NUMBERS.row(platform.backend(), &number).await.map_err(Fault::from)?;
    let id = row.ok_or(ActError::NotFound(Thing::Filing))?.value;
    let filing = filings::load(platform, id).await?.filing;
    demand_own(platform, Some(member), &filing).await?;
    let own = named_party(platform, member, &filing).await?;
    let held_back = if own.is_some() { submit::held_back(platform, &filing).await? } else { None };
    platform.backend().settled().await.map_err(Fault::from)?;
    let party = own.and_then(|own| filing.party(own));
    Ok(HandledFiling {
        filing: id,
        number,
        matter: filing.matter(),
        company_name: filing.company_name().as_str().to_owned(),
        state: *filing.state(),
        own,
        confirmation: party.map_or(Confirmation::Pending {}, |party| *party.confirmation()),
        held_back: held_back.map(|missing| missing.explain(language)),
        parties: filing.parties().map(|party| HandledParty::of(&filing, party, own)).collect(),
        statement: party.map_or("", |party| confirmation_text(party, language)),
        shown_sha256: shown_sha256(&filing)?,
        statement_sha256: party.map_or_else(|| Digest::of(b""), statement_sha256),
    })
}

impl HandledParty {
    fn of(filing: &Filing, party: &Party, own: Option<PartyId>) -> Self {
        let (_, name, _) = party_words(party.who());
        let signed = party.signatures().iter().filter_map(|signature| {
            let document = filing.document(signature.document)?;
            let counts = document.is_current() && signature.voided_at.is_none();
            counts.then(|| (document.title.as_str().to_owned(), signature.at))
        });
        Self {
            party: party.id(),
            name: name.to_owned(),
            capacities: capacity_words(party.capacities()),
            signed: signed.collect(),
            missing: party.is_signer().then(|| filing.documents_to_sign(party.id()).len()),
            confirmation: *party.confirmation(),
            is_removable: Some(party.id()) != own && filing.may_remove(party.id()).is_ok(),
        }
    }
}
