//! How a filing stands.

use heqi_filing::{Confirmation, FilingState, Matter};
use heqi_vocabulary::{Digest, DocumentId, FilingId, FilingNo, PartyId, SigningId, UtcMillis};
use serde::Serialize;

use crate::fault::ActError;
use crate::platform::Platform;
use crate::request::Actor;

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
    todo!()
}
