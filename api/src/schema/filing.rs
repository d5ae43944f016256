//! Filings, parties and documents.

use utoipa::ToSchema;

use super::words::{
    Capacity, CeremonyId, ContactWarning, Digest, DocumentId, FilingId, FilingNo, Instant, Matter,
    PartyId, PartyKindWord, RecordId, SigningId,
};

/// The filing is open.
#[derive(ToSchema)]
pub(crate) struct FilingOpened {
    filing_id: FilingId,
    number: FilingNo,
    record_id: RecordId,
}

/// The party is part of the filing.
#[derive(ToSchema)]
pub(crate) struct PartyAdded {
    party_id: PartyId,
    record_id: RecordId,
    /// The person took part already and has these capacities now as well; left out when not.
    joined: Option<bool>,
}

/// The contact is kept.
#[derive(ToSchema)]
pub(crate) struct ContactDeclared {
    record_id: RecordId,
    /// What to look at; left out when there is nothing.
    warnings: Option<Vec<ContactWarning>>,
}

/// The party can come to sign.
#[derive(ToSchema)]
pub(crate) struct PartyInvited {
    ceremony_id: CeremonyId,
    /// The token for the link: for the signer and nobody else.
    token: String,
    /// The path of the link for the signer's browser; it opens a session and never the interface.
    link: String,
    /// When the link ends.
    expires_at: Instant,
}

/// The document is part of the filing.
#[derive(ToSchema)]
pub(crate) struct DocumentAttached {
    document_id: DocumentId,
    /// 1 for the first version, then counted up.
    version: u32,
    /// SHA-256 of the exact bytes.
    sha256: Digest,
    /// Number of pages.
    pages: u32,
    /// Number of bytes.
    size_bytes: u64,
    record_id: RecordId,
}

/// A filing as the handler sees it.
#[derive(ToSchema)]
pub(crate) struct FilingView {
    filing_id: FilingId,
    number: FilingNo,
    matter: Matter,
    /// The company it is about, as declared.
    company_name: String,
    /// When it was opened.
    opened_at: Instant,
    state: FilingState,
    /// How many required signatures are missing.
    missing_signatures: u64,
    /// Who takes part.
    parties: Vec<PartyView>,
    /// Who was taken out, in the order added.
    removed: Vec<RemovedView>,
    /// Every document in every version.
    documents: Vec<DocumentView>,
    /// Digest of the list of signatures a party is shown before it confirms.
    shown_sha256: Digest,
}

/// Where a filing stands. Which members are there depends on the status.
#[derive(ToSchema)]
pub(crate) struct FilingState {
    /// drafting, signing, signed, reviewing, confirmed, submitted, frozen or ended.
    status: String,
    /// Since when.
    since: Instant,
    /// When parties were last asked to confirm.
    asked_at: Option<Instant>,
    /// Who objected.
    by: Option<PartyId>,
    /// Digest of the reason given.
    reason_digest: Option<Digest>,
    /// Why it ended.
    #[schema(value_type = Option<Object>)]
    reason: Option<()>,
}

/// A party as the handler sees it.
#[derive(ToSchema)]
pub(crate) struct PartyView {
    party_id: PartyId,
    kind: PartyKindWord,
    /// Its name, as declared.
    name: String,
    /// The person who signs for a company, or the guardian who signs for a minor, as declared.
    representative_name: Option<String>,
    /// In which capacities, sorted.
    capacities: Vec<Capacity>,
    /// Whether it signs at all.
    is_signer: bool,
    /// How many current documents it still has to sign.
    documents_to_sign: u64,
    /// What it signed, voided signatures included.
    signatures: Vec<SignatureView>,
    confirmation: Confirmation,
    /// What authorities said about it: not_asked, waiting, answered or unanswered.
    identity: String,
    /// The cases about its identity that a person decides, in the order opened.
    reviews: Vec<Review>,
}

/// A party that was taken out.
#[derive(ToSchema)]
pub(crate) struct RemovedView {
    party_id: PartyId,
    /// Its name, as declared.
    name: String,
    /// When it was taken out.
    removed_at: Instant,
}

/// A case about a party's identity. The filing is not confirmed before it is accepted.
#[derive(ToSchema)]
pub(crate) struct Review {
    /// The case.
    case: String,
    signing: SigningId,
    outcome: ReviewOutcome,
}

/// What a reviewer of the registry or of the notary decided.
#[derive(ToSchema)]
pub(crate) struct ReviewOutcome {
    /// waiting, accepted or refused.
    outcome: String,
    /// When it was decided.
    at: Option<Instant>,
}

/// One signature of one document version.
#[derive(ToSchema)]
pub(crate) struct SignatureView {
    document_id: DocumentId,
    signing_id: SigningId,
    /// When the signing was completed.
    at: Instant,
}

/// One document version.
#[derive(ToSchema)]
pub(crate) struct DocumentView {
    document_id: DocumentId,
    /// 1 for the first version, then counted up.
    version: u32,
    /// Its title.
    title: String,
    /// SHA-256 of the exact bytes.
    sha256: Digest,
    /// Number of pages.
    pages: u32,
    /// Number of bytes.
    size_bytes: u64,
    /// When it was attached.
    attached_at: Instant,
    /// The next version, once there is one.
    superseded_by: Option<DocumentId>,
}

/// What a party answered after signing. Silence is never a yes.
#[derive(ToSchema)]
pub(crate) struct Confirmation {
    /// pending, confirmed or objected.
    answer: String,
    /// When it answered.
    at: Option<Instant>,
    /// Digest of the list of signatures that was shown.
    shown: Option<Digest>,
    /// Digest of the reason given.
    reason_digest: Option<Digest>,
}
