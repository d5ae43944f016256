//! A filing as its handler prepares it: documents, parties and how they are reached, capital.

use std::collections::BTreeSet;

use heqi_filing::{Capacity, Document, Filing, FilingState, Matter, Party};
use heqi_vocabulary::{DocumentId, FilingId, FilingNo, PartyId};

use super::handler;
use super::own::{demand_own, drafts_of, named_party};
use crate::add_party::party_words;
use crate::contacts::{self, Destination};
use crate::declare_capital;
use crate::fault::{ActError, Fault};
use crate::filings;
use crate::platform::Platform;
use crate::request::Actor;
use crate::rows::{self, Pair};

/// A filing in preparation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PreparedFiling {
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
    /// The newest version of every document, in the order attached.
    pub documents: Vec<PreparedDocument>,
    /// Everybody who takes part, in the order added.
    pub parties: Vec<PreparedParty>,
    /// What was declared of the capital.
    pub capital: Option<PreparedCapital>,
    /// The handler's own party, once name and number are there.
    pub own: Option<PartyId>,
}

impl PreparedFiling {
    /// Whether parties and documents are still put together.
    pub const fn is_drafting(&self) -> bool {
        matches!(self.state, FilingState::Drafting { .. })
    }
}

/// A document of it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PreparedDocument {
    /// The version.
    pub document: DocumentId,
    /// Its title.
    pub title: String,
    /// 1 for the first version, then counted up.
    pub version: u32,
    /// Number of pages.
    pub pages: u32,
    /// Number of bytes.
    pub size_bytes: u64,
}

/// A party of it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PreparedParty {
    /// The party.
    pub party: PartyId,
    /// `person`, `company` or `ward`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The person who signs for it, where another one does.
    pub representative: Option<String>,
    /// In which capacities.
    pub capacities: BTreeSet<Capacity>,
    /// How many documents it has still to sign.
    pub missing: usize,
    /// Where messages go, masked; nothing where no contact was declared.
    pub destinations: Vec<Destination>,
    /// Whether the number of its identity document was declared.
    pub has_number: bool,
    /// Whether it can be taken out now.
    pub is_removable: bool,
    /// Whether it was invited before.
    pub is_invited: bool,
}

impl PreparedParty {
    /// Whether it signs at all.
    pub fn is_signer(&self) -> bool {
        self.capacities.iter().any(|capacity| capacity.signs())
    }

    /// Whether it holds shares, itself or as a company.
    pub fn is_shareholder(&self) -> bool {
        self.capacities.iter().any(|capacity| capacity.holds_shares())
    }
}

/// The capital of it, as it was declared.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PreparedCapital {
    /// The registered capital in yuan.
    pub capital: String,
    /// Of each shareholder: how much, in yuan, and until when.
    pub promises: Vec<(PartyId, String, String)>,
    /// Whether those are still the shareholders.
    pub is_current: bool,
}

/// Shows a filing to the handler who prepares it.
///
/// # Errors
/// Not a handler's account, no such filing of this handler, or the store could not be read.
pub async fn prepared_filing(
    platform: &Platform,
    actor: &Actor,
    id: FilingId,
) -> Result<PreparedFiling, ActError> {
    let member = handler(actor)?;
    let filing = filings::load(platform, id).await?.filing;
    demand_own(platform, Some(member), &filing).await?;
    let own = named_party(platform, member, &filing).await?;
    let mut parties = Vec::new();
    for party in filing.parties() {
        parties.push(party_of(platform, &filing, party, own).await?);
    }
    let capital = declare_capital::capital(platform, id).await?;
    platform.backend().settled().await.map_err(Fault::from)?;
    Ok(PreparedFiling {
        filing: id,
        number: filing.number(),
        matter: filing.matter(),
        company_name: filing.company_name().as_str().to_owned(),
        state: *filing.state(),
        documents: filing.current_documents().map(PreparedDocument::of).collect(),
        parties,
        capital: capital.map(|capital| capital.prepared(&filing)),
        own,
    })
}

/// A draft as whoever opened it finds it again.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DraftListed {
    /// The filing.
    pub filing: FilingId,
    /// Its number for people.
    pub number: FilingNo,
    /// What is filed.
    pub matter: Matter,
    /// The company it is about.
    pub company_name: String,
}

/// What this handler opened at the desk and has not opened for signing yet, the newest first.
///
/// # Errors
/// Not a handler's account, or the store could not be read.
pub async fn drafts(platform: &Platform, actor: &Actor) -> Result<Vec<DraftListed>, ActError> {
    let found = drafts_of(platform, handler(actor)?).await?;
    platform.backend().settled().await.map_err(Fault::from)?;
    let listed = |filing: &Filing| DraftListed {
        filing: filing.id(),
        number: filing.number(),
        matter: filing.matter(),
        company_name: filing.company_name().as_str().to_owned(),
    };
    Ok(found.iter().map(listed).collect())
}

async fn party_of(
    platform: &Platform,
    filing: &Filing,
    party: &Party,
    own: Option<PartyId>,
) -> Result<PreparedParty, Fault> {
    let (kind, name, representative) = party_words(party.who());
    let contact = contacts::load_unless_erased(platform, filing.id(), party.id()).await?;
    let contact = contact.map(|stored| stored.contact);
    let whose = Pair(filing.id(), party.id());
    let newest = rows::NEWEST_CEREMONIES.row(platform.backend(), &whose).await?;
    Ok(PreparedParty {
        party: party.id(),
        kind,
        name: name.to_owned(),
        representative: representative.map(str::to_owned),
        capacities: party.capacities().clone(),
        missing: filing.documents_to_sign(party.id()).len(),
        destinations: contact.as_ref().map(contacts::Contact::destinations).unwrap_or_default(),
        has_number: contact.is_some_and(|contact| contact.id_number.is_some()),
        is_removable: Some(party.id()) != own && filing.may_remove(party.id()).is_ok(),
        is_invited: newest.is_some(),
    })
}

impl PreparedDocument {
    fn of(document: &Document) -> Self {
        Self {
            document: document.id,
            title: document.title.as_str().to_owned(),
            version: document.version,
            pages: document.pages.get(),
            size_bytes: document.size_bytes.get(),
        }
    }
}
