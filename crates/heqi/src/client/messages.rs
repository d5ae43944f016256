//! The answers of the platform that this program reads. Members it does not need are
//! left out on purpose: a client must not break when the service says more.

use heqi_evidence::leaf::RecordRoot;
use heqi_vocabulary::{CeremonyId, DocumentId, FilingId, PartyId, RecordId, SigningId};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

#[derive(Deserialize)]
pub(crate) struct FilingOpened {
    pub(crate) filing_id: FilingId,
    pub(crate) number: String,
}

#[derive(Deserialize)]
pub(crate) struct PartyAdded {
    pub(crate) party_id: PartyId,
}

#[derive(Deserialize)]
pub(crate) struct DocumentAttached {
    #[expect(dead_code, reason = "read to check the form of the answer")]
    pub(crate) document_id: DocumentId,
}

#[derive(Deserialize)]
pub(crate) struct Invited {
    #[expect(dead_code, reason = "read to check the form of the answer")]
    pub(crate) ceremony_id: CeremonyId,
    pub(crate) token: String,
    pub(crate) link: String,
}

/// What a record was made of.
#[derive(Deserialize)]
pub(crate) struct Recorded {
    pub(crate) record_id: RecordId,
}

#[derive(Deserialize)]
pub(crate) struct EntryView {
    pub(crate) step: String,
}

#[derive(Deserialize)]
pub(crate) struct CeremonyView {
    pub(crate) consents: Vec<ConsentAsked>,
    pub(crate) signed: Option<Signed>,
}

/// How far a signer is, of the same answer as [`CeremonyView`].
#[derive(Deserialize)]
pub(crate) struct Progress {
    pub(crate) state: CeremonyStatus,
    pub(crate) consents: Vec<ConsentAnswer>,
    /// What is still to be signed.
    pub(crate) documents: Vec<IgnoredAny>,
    /// What the signer said to have read.
    pub(crate) read: Vec<IgnoredAny>,
    pub(crate) signed: Option<Signed>,
    pub(crate) confirmation: Confirmed,
}

#[derive(Deserialize)]
pub(crate) struct CeremonyStatus {
    pub(crate) status: String,
}

#[derive(Deserialize)]
pub(crate) struct ConsentAnswer {
    pub(crate) decision: Option<IgnoredAny>,
}

#[derive(Deserialize)]
pub(crate) struct Confirmed {
    pub(crate) answer: String,
}

#[derive(Deserialize)]
pub(crate) struct Signed {
    pub(crate) record_id: RecordId,
}

#[derive(Deserialize)]
pub(crate) struct ConsentAsked {
    pub(crate) kind: String,
    pub(crate) text_sha256: String,
    pub(crate) language: String,
}

#[derive(Deserialize)]
pub(crate) struct SigningBegun {
    pub(crate) signing_id: SigningId,
    pub(crate) challenge: heqi_vocabulary::Digest,
    pub(crate) certificate_sha256: heqi_vocabulary::Digest,
    pub(crate) intent_sha256: heqi_vocabulary::Digest,
    pub(crate) consents: Vec<heqi_vocabulary::Digest>,
    pub(crate) capacities: Vec<String>,
    pub(crate) documents: Vec<DocumentToSign>,
    pub(crate) origin: String,
    pub(crate) party_id: PartyId,
}

#[derive(Deserialize)]
pub(crate) struct DocumentToSign {
    pub(crate) sha256: heqi_vocabulary::Digest,
    pub(crate) pages: u32,
    pub(crate) page_images: Vec<heqi_vocabulary::Digest>,
}

#[derive(Deserialize)]
pub(crate) struct PhotoCaptured {
    pub(crate) photo_sha256: heqi_vocabulary::Digest,
}

#[derive(Clone, Deserialize)]
pub(crate) struct Receipt {
    pub(crate) record_id: RecordId,
    pub(crate) record_root: RecordRoot,
    pub(crate) logged: Option<Logged>,
    pub(crate) witnessed: Option<Value>,
    pub(crate) mirrored: Option<Value>,
    pub(crate) deposited: Deposited,
}

#[derive(Clone, Deserialize)]
pub(crate) struct Logged {
    pub(crate) index: u64,
}

#[derive(Clone, Deserialize)]
pub(crate) struct Deposited {
    pub(crate) held: u32,
    pub(crate) of: u32,
}

impl Receipt {
    /// Whether every independent flag that exists today is there.
    pub(crate) fn is_whole(&self) -> bool {
        self.witnessed.is_some()
            && self.mirrored.is_some()
            && self.deposited.of > 0
            && self.deposited.held == self.deposited.of
    }
}
