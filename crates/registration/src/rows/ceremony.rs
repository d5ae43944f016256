//! Rows of a ceremony and of the challenge that is signed in it.

use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::sealed::Sealed;
use heqi_filing::{Ceremony, ConsentKind, Office};
use heqi_vocabulary::{CeremonyId, Digest, FilingId, PartyId, RecordId, SigningId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::acknowledge::Acknowledged;
use crate::record_video::VideoFacts;
use crate::review_wanted::OtherWay;
use crate::risk::{NotedPosition, NotedRisks};
use crate::show_guardianship::KeptGuardianship;
use crate::show_seal::KeptSeal;
use crate::special_name::SpecialNameSaid;

/// A ceremony and whose it is; what it holds is sealed for the party.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CeremonyRow {
    pub(crate) filing: FilingId,
    pub(crate) party: PartyId,
    pub(crate) content: Sealed<CeremonyContent>,
}

/// A ceremony with what the pure rules do not hold.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CeremonyContent {
    pub(crate) ceremony: Ceremony,
    /// Records made in this ceremony, in order; before them those by which the same person came on
    /// from another one.
    pub(crate) records: Vec<CeremonyRecord>,
    /// The challenge under way.
    pub(crate) signing: Option<SigningId>,
    /// What was found out about the photo that counts.
    pub(crate) photo: Option<PhotoFacts>,
    /// How many photos were taken in this ceremony; of before this was kept, none are counted.
    #[serde(default, skip_serializing_if = "is_none_yet")]
    pub(crate) photos: u32,
    /// The handwriting that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) strokes: Option<KeptStrokes>,
    /// What the signer has read, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) read: Vec<Acknowledged>,
    /// What the signer chose instead of the camera.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) other_way: Option<OtherWay>,
    /// What was found out about the video that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) video: Option<VideoFacts>,
    /// Whose officer saw person and card last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) seen_by: Option<Office>,
    /// With what the company seals, as it was shown last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) seal: Option<KeptSeal>,
    /// By what a guardian proves to be one, as it was shown last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) guardianship: Option<KeptGuardianship>,
    /// What the signer said of the own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) special_name: Option<SpecialNameSaid>,
    /// What does not fit together in what device and network said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) risks: Option<NotedRisks>,
    /// The ceremony from which the same person came on, without being asked again who it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) came_from: Option<CeremonyId>,
    /// Where the device was, signing: for whom the person goes on to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) position: Option<NotedPosition>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_none_yet(count: &u32) -> bool {
    *count == 0
}

/// A handwriting before it is part of the evidence.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptStrokes {
    pub(crate) sha256: Digest,
    /// The exact text.
    pub(crate) text: String,
}

/// One record of a ceremony.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CeremonyRecord {
    /// Which consent, where it is the answer to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) consent: Option<ConsentKind>,
    #[serde(default = "consent_given")]
    pub(crate) kind: RecordKind,
    pub(crate) record: RecordId,
    pub(crate) root: RecordRoot,
}

/// Rows of before there were other kinds name none.
const fn consent_given() -> RecordKind {
    RecordKind::ConsentGiven
}

impl CeremonyRecord {
    /// A record that answers no consent.
    pub(crate) const fn of(kind: RecordKind, record: RecordId, root: RecordRoot) -> Self {
        Self { consent: None, kind, record, root }
    }
}

/// Width and height in pixels as stored, EXIF orientation 1 to 8.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhotoFacts {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) orientation: u8,
}

/// A challenge with everything needed to check its answer. Nothing in it is personal: the
/// certificate names a party by its identifier.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SigningRow {
    pub(crate) ceremony: CeremonyId,
    pub(crate) filing: FilingId,
    pub(crate) party: PartyId,
    pub(crate) challenge: Digest,
    /// The exact bytes, which are canonical JSON.
    pub(crate) preimage: String,
    /// SubjectPublicKeyInfo of the device key, in base64.
    pub(crate) device_key: String,
    pub(crate) device_key_sha256: Digest,
    /// The signer's certificate, DER in base64.
    pub(crate) certificate: String,
    pub(crate) certificate_sha256: Digest,
    /// Digests of the certificates above it.
    pub(crate) issuers: Vec<Digest>,
    pub(crate) intent_sha256: Digest,
    /// BCP 47 tag of the language the intent was shown in.
    pub(crate) intent_language: String,
    /// Digests of the consent texts that were granted, sorted.
    pub(crate) consents: Vec<Digest>,
    /// Digest of the cosigned note the challenge names.
    pub(crate) checkpoint: Option<Digest>,
    pub(crate) expires_at: UtcMillis,
    /// How many actions are asked for before the camera; which ones the challenge says.
    #[serde(default, skip_serializing_if = "is_nothing_asked")]
    pub(crate) actions: u8,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_nothing_asked(actions: &u8) -> bool {
    *actions == 0
}
