//! How a filing stands.

use heqi_filing::{Confirmation, Document, Filing, FilingState, Matter, Party, Review, Signature};
use heqi_vocabulary::{Digest, DocumentId, FilingId, FilingNo, PartyId, SigningId, UtcMillis};
use serde::Serialize;

use crate::add_party::party_words;
use crate::begin_signing::capacity_words;
use crate::fault::{ActError, Fault, Thing};
use crate::filings;
use crate::platform::Platform;
use crate::request::{Actor, Scope};
use crate::rows;
use crate::shown::shown_sha256;
use crate::verify_identity;

/// A filing as staff see it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FilingView {
    /// The filing.
    pub filing_id: FilingId,
    /// Its number for people.
    pub number: FilingNo,
    /// What is filed.
    pub matter: Matter,
    /// The company it is about.
    pub company_name: String,
    /// When it was opened.
    pub opened_at: UtcMillis,
    /// Where it stands.
    pub state: FilingState,
    /// How many required signatures are missing.
    pub missing_signatures: usize,
    /// Who takes part.
    pub parties: Vec<PartyView>,
    /// Who was taken out, in the order added.
    pub removed: Vec<RemovedView>,
    /// Every document in every version.
    pub documents: Vec<DocumentView>,
    /// Digest of the list of signatures a party is shown before it confirms.
    pub shown_sha256: Digest,
    /// Changes with every change of the filing: the entity tag.
    #[serde(skip)]
    pub version: u64,
}

/// A party as staff see it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PartyView {
    /// The party.
    pub party_id: PartyId,
    /// `person` or `company`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The person who signs for a company.
    pub representative_name: Option<String>,
    /// In which capacities, sorted.
    pub capacities: Vec<String>,
    /// Whether it signs at all.
    pub is_signer: bool,
    /// How many current documents it still has to sign.
    pub documents_to_sign: usize,
    /// What it signed, voided signatures included.
    pub signatures: Vec<SignatureView>,
    /// What it answered after signing.
    pub confirmation: Confirmation,
    /// What authorities said about it: `not_asked`, `waiting`, `answered` or `unanswered`.
    pub identity: &'static str,
    /// The cases about its identity, in the order opened.
    pub reviews: Vec<Review>,
}

/// A party that was taken out, as staff see it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RemovedView {
    /// The party.
    pub party_id: PartyId,
    /// Its name.
    pub name: String,
    /// When it was taken out.
    pub removed_at: UtcMillis,
}

/// One signature of one document version.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SignatureView {
    /// The document version.
    pub document_id: DocumentId,
    /// The signing.
    pub signing_id: SigningId,
    /// When.
    pub at: UtcMillis,
}

/// One document version.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DocumentView {
    /// The document version.
    pub document_id: DocumentId,
    /// 1 for the first, then counted up.
    pub version: u32,
    /// Its title.
    pub title: String,
    /// SHA-256 of its exact bytes.
    pub sha256: Digest,
    /// Number of pages.
    pub pages: u32,
    /// Number of bytes.
    pub size_bytes: u64,
    /// When it was attached.
    pub attached_at: UtcMillis,
    /// The next version, once there is one.
    pub superseded_by: Option<DocumentId>,
}

/// Shows a filing to staff.
///
/// # Errors
/// No such filing, not allowed, or the store could not be read.
pub async fn filing_view(
    platform: &Platform,
    actor: &Actor,
    filing: FilingId,
) -> Result<FilingView, ActError> {
    actor.require(Scope::Filings)?;
    let stored = filings::load(platform, filing).await?;
    platform.backend().settled().await.map_err(Fault::from)?;
    let filing = &stored.filing;
    let mut parties = Vec::new();
    for party in filing.parties() {
        let identity = verify_identity::stands(platform, filing.id(), party.id()).await?;
        parties.push(PartyView::of(party, filing, identity));
    }
    Ok(FilingView {
        filing_id: filing.id(),
        number: filing.number(),
        matter: filing.matter(),
        company_name: filing.company_name().as_str().to_owned(),
        opened_at: filing.opened_at(),
        state: *filing.state(),
        missing_signatures: filing.missing_signatures(),
        parties,
        removed: filing.everybody().filter_map(RemovedView::of).collect(),
        documents: filing.documents().iter().map(DocumentView::of).collect(),
        shown_sha256: shown_sha256(filing)?,
        version: stored.version,
    })
}

/// Finds a filing by its number for people.
///
/// # Errors
/// No such filing, not allowed, or the store could not be read.
pub async fn filing_of_number(
    platform: &Platform,
    actor: &Actor,
    number: FilingNo,
) -> Result<FilingId, ActError> {
    actor.require(Scope::Filings)?;
    let row = rows::FILING_NUMBERS.durable_row(platform.backend(), &number).await;
    let row = row.map_err(Fault::from)?;
    row.map(|row| row.value).ok_or(ActError::NotFound(Thing::Filing))
}

impl PartyView {
    fn of(party: &Party, filing: &Filing, identity: &'static str) -> Self {
        let (kind, name, representative) = party_words(party.who());
        let signature = |signature: &Signature| SignatureView {
            document_id: signature.document,
            signing_id: signature.signing,
            at: signature.at,
        };
        Self {
            party_id: party.id(),
            kind,
            name: name.to_owned(),
            representative_name: representative.map(ToOwned::to_owned),
            capacities: capacity_words(party.capacities()),
            is_signer: party.is_signer(),
            documents_to_sign: filing.documents_to_sign(party.id()).len(),
            signatures: party.signatures().iter().map(signature).collect(),
            confirmation: *party.confirmation(),
            identity,
            reviews: party.reviews().to_vec(),
        }
    }
}

impl RemovedView {
    fn of(party: &Party) -> Option<Self> {
        let removal = party.removal()?;
        let (_, name, _) = party_words(party.who());
        let (party_id, name) = (party.id(), name.to_owned());
        Some(Self { party_id, name, removed_at: removal.at })
    }
}

impl DocumentView {
    fn of(document: &Document) -> Self {
        Self {
            document_id: document.id,
            version: document.version,
            title: document.title.as_str().to_owned(),
            sha256: document.sha256,
            pages: document.pages.get(),
            size_bytes: document.size_bytes.get(),
            attached_at: document.attached_at,
            superseded_by: document.superseded_by,
        }
    }
}
