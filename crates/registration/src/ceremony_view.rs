//! What a signer sees: what is to be signed, what is asked, how far it has come.

use heqi_filing::{CeremonyState, Confirmation, ConsentKind, Decision, Matter};
use heqi_vocabulary::{
    CeremonyId, Digest, FilingId, FilingNo, Language, PartyId, RecordId, SigningId, UtcMillis,
    VoucherNo,
};
use serde::Serialize;

use crate::begin_signing::DocumentToSign;
use crate::fault::ActError;
use crate::platform::Platform;
use crate::request::Actor;

/// A ceremony as its signer sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CeremonyView {
    /// The ceremony.
    pub ceremony_id: CeremonyId,
    /// The filing.
    pub filing_id: FilingId,
    /// The filing's number for people.
    pub number: FilingNo,
    /// What is filed.
    pub matter: Matter,
    /// The company it is about.
    pub company_name: String,
    /// The party.
    pub party_id: PartyId,
    /// `person` or `company`.
    pub party_kind: &'static str,
    /// The party's name.
    pub party_name: String,
    /// The person who signs for a company.
    pub representative_name: Option<String>,
    /// In which capacities, sorted.
    pub capacities: Vec<String>,
    /// How far it has come.
    pub state: CeremonyState,
    /// When the link ends.
    pub expires_at: UtcMillis,
    /// What is still to be signed.
    pub documents: Vec<DocumentToSign>,
    /// What is asked.
    pub consents: Vec<ConsentView>,
    /// The statement of intent.
    pub intent: IntentView,
    /// The challenge under way.
    pub signing_id: Option<SigningId>,
    /// What was signed in this ceremony.
    pub signed: Option<SignedView>,
    /// Who else takes part and whether they have signed.
    pub others: Vec<OtherParty>,
    /// What the party answered after signing.
    pub confirmation: Confirmation,
    /// The statement made by confirming.
    pub confirmation_text: &'static str,
    /// Digest of the list of signatures shown before confirming.
    pub shown_sha256: Digest,
}

/// One consent.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConsentView {
    /// What it asks for.
    pub kind: ConsentKind,
    /// Its heading.
    pub title: &'static str,
    /// Whether signing is impossible without it.
    pub required: bool,
    /// The version of the text.
    pub version: u32,
    /// The language of the text.
    pub language: &'static str,
    /// The text as it is shown, its places filled.
    pub text: String,
    /// The text before its places are filled.
    pub template: &'static str,
    /// SHA-256 of `template`.
    pub text_sha256: Digest,
    /// The latest answer.
    pub decision: Option<Decision>,
}

/// The statement of intent.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IntentView {
    /// As it is shown, its places filled.
    pub text: String,
    /// Before its places are filled.
    pub template: String,
    /// SHA-256 of `template`.
    pub text_sha256: Digest,
}

/// A completed signing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SignedView {
    /// The signing.
    pub signing_id: SigningId,
    /// Its record.
    pub record_id: RecordId,
    /// Its number for people.
    pub voucher: VoucherNo,
    /// When.
    pub at: UtcMillis,
}

/// Another party of the same filing.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OtherParty {
    /// Its name.
    pub name: String,
    /// In which capacities, sorted.
    pub capacities: Vec<String>,
    /// Whether it has signed everything; `None` when it never signs.
    pub signed: Option<bool>,
}

/// Shows a signer its ceremony.
///
/// # Errors
/// Not a signer, or the store could not be read.
pub async fn ceremony_view(
    platform: &Platform,
    actor: &Actor,
    language: Language,
) -> Result<CeremonyView, ActError> {
    todo!()
}
