//! Records as they are kept beside their leaves: whose they are and the frame in clear,
//! every other class of attributes sealed under a key of its own, and for a signing what
//! the device signed. A record is sealed once and then placed in its chain as often as
//! faster acts make it necessary.

use std::collections::BTreeMap;

use heqi_evidence::record::ClassContent;
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence_store::outbox::Outbox;
use heqi_evidence_store::sealed::Sealed;
use heqi_filing::TakenActions;
use heqi_vocabulary::{
    CeremonyId, ChainId, Digest, DocumentId, FilingId, PartyId, RecordId, SigningId, UtcMillis,
    VoucherNo,
};
use serde::{Deserialize, Serialize};

use crate::data_keys::{Sealing, data_key};
use crate::deposit_queue::DepositItem;
use crate::fault::Fault;
use crate::platform::{Custodian, Platform};

mod kept;
mod new_record;
pub(crate) mod places;
mod wire;

pub(crate) use kept::{KeptRecord, find};
pub(crate) use new_record::{Draft, NewRecord, NextPlace, enqueue_deposit, next_place};

/// Whose a record is: identifiers only.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct About {
    pub(crate) filing: FilingId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) party: Option<PartyId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ceremony: Option<CeremonyId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) signing: Option<SigningId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) voucher: Option<VoucherNo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) document: Option<DocumentId>,
}

impl About {
    /// About a filing as a whole.
    pub(crate) const fn filing(filing: FilingId) -> Self {
        Self { filing, party: None, ceremony: None, signing: None, voucher: None, document: None }
    }

    /// About one of its parties.
    pub(crate) const fn party(filing: FilingId, party: PartyId) -> Self {
        Self { party: Some(party), ..Self::filing(filing) }
    }
}

/// What a signing has beside its record. Nothing in clear is personal.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SigningParts {
    /// The exact envelope.
    pub(crate) envelope: String,
    /// The exact challenge preimage.
    pub(crate) challenge: String,
    /// The signer's certificate, DER in base64.
    pub(crate) certificate: String,
    /// Digests of the certificates above it.
    pub(crate) issuers: Vec<Digest>,
    /// Digest of the cosigned note the challenge names.
    pub(crate) checkpoint: Option<Digest>,
    /// What the device said, and the photo.
    pub(crate) private: Sealed<PrivateParts>,
}

/// What only custodians and the party see.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrivateParts {
    /// The device's attribute tree, exact.
    pub(crate) client: String,
    /// SHA-256 of the photo; none was taken where a person looks instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) photo_sha256: Option<Digest>,
    /// Where the photo is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) photo: Option<String>,
    /// What was taken of the actions asked for, and where the frames are kept. They are no part of a
    /// bundle: a custodian holds their digests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) actions: Option<TakenActions>,
    /// The handwriting, sealed with what is biometric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) strokes: Option<Sealed<String>>,
}

/// One class of a kept record.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum KeptClass {
    Sealed(Sealed<ClassContent>),
    Erased(Vec<(u8, Digest)>),
}

/// A record as it stands beside its leaf.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    about: About,
    kind: RecordKind,
    chain: ChainId,
    seq: u64,
    recorded_at: UtcMillis,
    /// Absent in a record that came back from the notary.
    #[serde(default)]
    frame: Option<ClassContent>,
    #[serde(default)]
    classes: BTreeMap<RetentionClass, KeptClass>,
    #[serde(default)]
    signing: Option<SigningParts>,
    #[serde(default)]
    adopted: Option<Sealed<AdoptedRecord>>,
}

/// A record that came back from the notary, whole.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdoptedRecord {
    /// The full disclosure, exact.
    pub(crate) record: String,
    /// Where its documents are kept, by their names in a bundle.
    pub(crate) documents: BTreeMap<String, String>,
}

impl AdoptedRecord {
    /// What it is sealed for.
    pub(crate) fn place(record: RecordId) -> Vec<u8> {
        format!("record/{record}/adopted").into_bytes()
    }

    /// What a document of it is sealed for.
    pub(crate) fn attachment(sha256: Digest) -> String {
        format!("adopted/{sha256}")
    }
}

/// Kind and owner of the record beside a leaf; nothing for a leaf that is no record.
pub(crate) fn whose(record: &[u8]) -> Option<(RecordKind, About)> {
    wire::whose(record)
}

/// A record that came back, to be written.
#[derive(Serialize)]
pub(crate) struct AdoptedWire {
    pub(crate) about: About,
    pub(crate) kind: RecordKind,
    pub(crate) chain: ChainId,
    pub(crate) seq: u64,
    pub(crate) recorded_at: UtcMillis,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signing: Option<SigningParts>,
    pub(crate) adopted: Sealed<AdoptedRecord>,
}

/// The queue of a custodian.
pub(crate) const fn queue(custodian: Custodian) -> Outbox<DepositItem> {
    Outbox::new(match custodian {
        Custodian::DataCentre => "deposit_data_centre",
        Custodian::Preservation => "deposit_preservation",
    })
}

/// Seals what the device said and where the photo is.
pub(crate) fn seal_private(
    platform: &Platform,
    about: About,
    record: RecordId,
    private: &PrivateParts,
) -> Result<Sealed<PrivateParts>, Fault> {
    let sealing = Sealing::Class(RetentionClass::Trace);
    let key = data_key(platform, about.filing, about.party, sealing)?;
    Sealed::seal(&key, &private_place(record), private, platform.entropy()).map_err(Fault::broken)
}

/// Seals the handwriting of a signing, so that it is erased with the photo.
pub(crate) fn seal_strokes(
    platform: &Platform,
    about: About,
    record: RecordId,
    strokes: &String,
) -> Result<Sealed<String>, Fault> {
    let sealing = Sealing::Class(RetentionClass::Biometric);
    let key = data_key(platform, about.filing, about.party, sealing)?;
    Sealed::seal(&key, &strokes_place(record), strokes, platform.entropy()).map_err(Fault::broken)
}

/// What a handwriting is sealed for.
pub(crate) fn strokes_place(record: RecordId) -> Vec<u8> {
    format!("record/{record}/strokes").into_bytes()
}

fn class_place(record: RecordId, class: RetentionClass) -> Vec<u8> {
    format!("record/{record}/{}", Sealing::Class(class).word()).into_bytes()
}

fn private_place(record: RecordId) -> Vec<u8> {
    format!("record/{record}/private").into_bytes()
}
