//! What a signer sees and makes.

use utoipa::ToSchema;

use super::filing::{Confirmation, Review};
use super::words::{
    Base64, Capacity, CeremonyId, ConsentKind, Decision, Digest, DocumentId, FilingId, FilingNo,
    Instant, Matter, PartyId, PartyKindWord, RecordId, SigningId, VoucherNo,
};

/// A ceremony as its signer sees it.
#[derive(ToSchema)]
pub(crate) struct CeremonyView {
    ceremony_id: CeremonyId,
    filing_id: FilingId,
    number: FilingNo,
    matter: Matter,
    /// The company it is about, as declared.
    company_name: String,
    party_id: PartyId,
    party_kind: PartyKindWord,
    /// The party's name, as declared.
    party_name: String,
    /// The person who signs for a company, or the guardian who signs for a minor, as declared.
    representative_name: Option<String>,
    /// In which capacities, sorted.
    capacities: Vec<Capacity>,
    state: CeremonyState,
    /// When the link ends.
    expires_at: Instant,
    /// What is still to be signed.
    documents: Vec<DocumentToSign>,
    /// What is asked.
    consents: Vec<ConsentView>,
    intent: IntentView,
    /// What the signer has said to have read.
    read: Vec<Acknowledged>,
    /// The signing under way.
    signing_id: Option<SigningId>,
    /// SHA-256 of the handwriting for it.
    strokes_sha256: Option<Digest>,
    /// What was signed in this ceremony.
    signed: Option<SignedView>,
    /// Who else takes part and whether they have signed.
    others: Vec<OtherParty>,
    confirmation: Confirmation,
    /// The cases about the signer's identity that a person decides, in the order opened.
    reviews: Vec<Review>,
    /// The statement made by confirming.
    confirmation_text: String,
    /// Digest of the list of signatures a party is shown before it confirms.
    shown_sha256: Digest,
    /// Digest of the statement made by confirming: of the Chinese text, which prevails.
    statement_sha256: Digest,
}

/// The video is kept.
#[derive(ToSchema)]
pub(crate) struct VideoRecorded {
    /// SHA-256 of the exact bytes.
    video_sha256: Digest,
    /// Number of bytes.
    size_bytes: u64,
    /// How long the video is, in milliseconds.
    duration_ms: u64,
    record_id: RecordId,
}

/// That a document was read.
#[derive(ToSchema)]
pub(crate) struct Acknowledged {
    document_id: DocumentId,
    /// SHA-256 of the bytes that were shown.
    sha256: Digest,
    /// When it was said.
    at: Instant,
    /// For how long it was open, in seconds, as the browser reports it.
    seconds: u32,
    /// The record of it.
    record_id: Option<RecordId>,
    /// Whether pictures of its pages were shown; absent when not.
    by_pictures: Option<bool>,
}

/// How far a ceremony has come. Which members are there depends on the status.
#[derive(ToSchema)]
pub(crate) struct CeremonyState {
    /// invited, opened, challenged, captured, signed, declined or expired.
    status: String,
    /// Since when.
    since: Option<Instant>,
    /// The challenge that can be signed.
    #[schema(value_type = Option<Object>)]
    challenge: Option<()>,
    /// The photo that will be part of the evidence.
    #[schema(value_type = Option<Object>)]
    photo: Option<()>,
    /// The signing.
    signing: Option<SigningId>,
    /// The evidence record of it.
    record: Option<RecordId>,
    /// Its number for people.
    voucher: Option<VoucherNo>,
    /// When it ended.
    at: Option<Instant>,
    /// Digest of the reason given.
    reason_digest: Option<Digest>,
}

/// One consent: its text, and the latest answer.
#[derive(ToSchema)]
pub(crate) struct ConsentView {
    kind: ConsentKind,
    /// Its heading.
    title: String,
    /// Whether signing is impossible without it.
    required: bool,
    /// The version of the text.
    version: u32,
    /// The language of the text.
    language: String,
    /// The text as it is shown, its places filled.
    text: String,
    /// The text before its places are filled.
    template: String,
    /// SHA-256 of the text before its places are filled: to be sent with the answer.
    text_sha256: Digest,
    decision: Option<Decision>,
}

/// The statement of intent, shown before signing.
#[derive(ToSchema)]
pub(crate) struct IntentView {
    /// The text as it is shown, its places filled.
    text: String,
    /// The text before its places are filled.
    template: String,
    /// SHA-256 of the text before its places are filled.
    text_sha256: Digest,
}

/// A completed signing.
#[derive(ToSchema)]
pub(crate) struct SignedView {
    signing_id: SigningId,
    record_id: RecordId,
    voucher: VoucherNo,
    /// When the signing was completed.
    at: Instant,
}

/// Another party of the same filing.
#[derive(ToSchema)]
pub(crate) struct OtherParty {
    /// Its name, as declared.
    name: String,
    /// In which capacities, sorted.
    capacities: Vec<Capacity>,
    /// Whether it has signed everything; absent when it never signs.
    signed: Option<bool>,
}

/// One document to be signed.
#[derive(ToSchema)]
pub(crate) struct DocumentToSign {
    document_id: DocumentId,
    /// Its title.
    title: String,
    /// SHA-256 of the exact bytes.
    sha256: Digest,
    /// Number of pages.
    pages: u32,
    /// Number of bytes.
    size_bytes: u64,
    /// For the device to fill: digests of the page images it showed; empty when it showed the PDF.
    page_images: Vec<Digest>,
}

/// The answer is recorded.
#[derive(ToSchema)]
pub(crate) struct ConsentGiven {
    record_id: RecordId,
    /// Its root, which the challenge will name.
    record_root: Digest,
}

/// What the device is to sign.
#[derive(ToSchema)]
pub(crate) struct SigningBegun {
    signing_id: SigningId,
    /// SHA-256 of the label heqi.challenge/v1 and the preimage.
    challenge: Digest,
    /// The exact bytes the challenge is made of: canonical JSON.
    preimage: Base64,
    /// The signer's chain, leaf first, DER.
    certificates: Vec<Base64>,
    /// SHA-256 of the signer's certificate.
    certificate_sha256: Digest,
    /// SHA-256 of the text before its places are filled.
    intent_sha256: Digest,
    /// The text before its places are filled.
    intent_text: String,
    /// SHA-256 of every consent text that was granted, sorted.
    consents: Vec<Digest>,
    /// In which capacities, sorted.
    capacities: Vec<Capacity>,
    /// What is to be signed, in this order.
    documents: Vec<DocumentToSign>,
    /// Origin of the platform's log.
    origin: String,
    party_id: PartyId,
    /// From this instant on the challenge cannot be answered.
    expires_at: Instant,
    /// What the signer is asked to do before the camera, in order: turn_left, turn_right, raise_head, open_mouth or raise_hand; frames of it may be sent with the photo.
    actions: Vec<String>,
}

/// The photo is kept.
#[derive(ToSchema)]
pub(crate) struct PhotoCaptured {
    /// SHA-256 of the exact bytes.
    photo_sha256: Digest,
    /// Width in pixels as stored.
    width: u32,
    /// Height in pixels as stored.
    height: u32,
    /// EXIF orientation, 1 to 8; 1 when the file says nothing.
    orientation: u8,
    /// Number of bytes.
    size_bytes: u64,
    /// How many photos this challenge has seen, this one included.
    attempts: u32,
}

/// The handwriting is kept.
#[derive(ToSchema)]
pub(crate) struct StrokesKept {
    /// SHA-256 of the exact bytes.
    strokes_sha256: Digest,
    /// Number of bytes.
    size_bytes: u64,
}

/// It is recorded.
#[derive(ToSchema)]
pub(crate) struct Recorded {
    record_id: RecordId,
}
