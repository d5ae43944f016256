//! Records as they are kept beside their leaves: whose they are and the frame in clear,
//! every other class of attributes sealed under a key of its own, and for a signing what
//! the device signed. A record is sealed once and then placed in its chain as often as
//! faster acts make it necessary.

use std::collections::BTreeMap;

use heqi_evidence::chain::{ChainTip, chain_commitment};
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence::record::{
    AttributeError, ChainPlace, ClassContent, EvidenceRecord, GeneratedBy, RecordDraft,
    StoredClass, StoredRecord,
};
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence_store::changeset::{Changeset, LedgerEntry, RowKey, leaf_index_of};
use heqi_evidence_store::outbox::{After, NewItem, Outbox};
use heqi_evidence_store::sealed::Sealed;
use heqi_vocabulary::{
    CeremonyId, ChainId, Digest, DocumentId, FilingId, PartyId, Provenance, RecordId, SigningId,
    UtcMillis, VoucherNo,
};
use serde::{Deserialize, Serialize};

use crate::data_keys::{Sealing, data_key};
use crate::deposit_queue::DepositItem;
use crate::fault::{ActError, Fault, Thing};
use crate::platform::{Custodian, Platform};
use crate::request::RequestFacts;
use crate::rows::{self, Awaited, AwaitingRow, Pair, Place};

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
    /// SHA-256 of the photo.
    pub(crate) photo_sha256: Digest,
    /// Where the photo is kept.
    pub(crate) photo: String,
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
    frame: ClassContent,
    classes: BTreeMap<RetentionClass, KeptClass>,
    #[serde(default)]
    signing: Option<SigningParts>,
}

/// The same, to be written.
#[derive(Serialize)]
struct WireRef<'a> {
    about: &'a About,
    kind: RecordKind,
    chain: ChainId,
    seq: u64,
    recorded_at: UtcMillis,
    frame: &'a ClassContent,
    classes: &'a BTreeMap<RetentionClass, KeptClass>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signing: Option<&'a SigningParts>,
}

/// A draft of the platform's own, and the values every record by a person has.
pub(crate) struct Draft(RecordDraft);

impl Draft {
    pub(crate) fn new(platform: &Platform, kind: RecordKind) -> Self {
        Self(RecordDraft::new(kind, GeneratedBy::Platform, platform.entropy()))
    }

    /// The server saw or made it.
    pub(crate) fn observed(
        &mut self,
        name: &str,
        value: impl Into<serde_json::Value>,
    ) -> Result<&mut Self, Fault> {
        self.set(name, value, Provenance::Observed)
    }

    /// Handler or party said so; nothing when they did not.
    pub(crate) fn declared(&mut self, name: &str, value: Option<&str>) -> Result<&mut Self, Fault> {
        match value {
            Some(value) => self.set(name, value, Provenance::Declared),
            None => Ok(self),
        }
    }

    /// The device or browser said so; nothing when it did not.
    pub(crate) fn reported(
        &mut self,
        name: &str,
        value: Option<String>,
    ) -> Result<&mut Self, Fault> {
        match value {
            Some(value) => self.set(name, value, Provenance::Reported),
            None => Ok(self),
        }
    }

    /// Where the request came from.
    pub(crate) fn facts(&mut self, facts: &RequestFacts) -> Result<&mut Self, Fault> {
        self.observed("client_address", facts.client_address.to_string())?
            .reported("forwarded_for", RequestFacts::kept(facts.forwarded_for.as_ref()))?
            .reported("user_agent", RequestFacts::kept(facts.user_agent.as_ref()))?
            .observed("received_at", facts.received_at.to_string())
    }

    pub(crate) fn record_id(&self) -> RecordId {
        self.0.record_id()
    }

    fn set(
        &mut self,
        name: &str,
        value: impl Into<serde_json::Value>,
        provenance: Provenance,
    ) -> Result<&mut Self, Fault> {
        let wrong = |error: AttributeError| Fault::broken(error);
        self.0.set(name, value, provenance).map_err(wrong)?;
        Ok(self)
    }

    /// Seals every class, once, before the record has its place.
    pub(crate) fn seal(
        self,
        platform: &Platform,
        about: About,
        signing: Option<SigningParts>,
    ) -> Result<NewRecord, Fault> {
        let draft = self.0;
        let record_id = draft.record_id();
        let mut classes = BTreeMap::new();
        for (class, content) in draft.contents() {
            // What is about the filing is not erased with a person.
            let party = about.party.filter(|_| class != RetentionClass::Matter);
            let key = data_key(platform, about.filing, party, Sealing::Class(class))?;
            let place = class_place(record_id, class);
            let sealed = Sealed::seal(&key, &place, &content, platform.entropy());
            classes.insert(class, KeptClass::Sealed(sealed.map_err(Fault::broken)?));
        }
        Ok(NewRecord { draft, about, classes, signing })
    }
}

/// A record that has no place yet.
pub(crate) struct NewRecord {
    draft: RecordDraft,
    about: About,
    classes: BTreeMap<RetentionClass, KeptClass>,
    signing: Option<SigningParts>,
}

/// The place of the next record of a chain, and what must not change until it is taken.
pub(crate) struct NextPlace {
    pub(crate) place: ChainPlace,
    tip: ChainTip,
    version: Option<u64>,
}

/// Where the next record of this chain stands.
pub(crate) async fn next_place(platform: &Platform, chain: ChainId) -> Result<NextPlace, Fault> {
    let row = rows::CHAINS.row(platform.backend(), &chain).await?;
    let version = row.as_ref().map(|row| row.version);
    let tip = row.map_or_else(|| ChainTip::empty(chain), |row| row.value);
    Ok(NextPlace { place: tip.next(chain, platform.now()), tip, version })
}

impl NewRecord {
    /// The identifier it has.
    pub(crate) fn record_id(&self) -> RecordId {
        self.draft.record_id()
    }

    /// Whose it is.
    pub(crate) const fn about(&self) -> About {
        self.about
    }

    /// Takes the place: the leaf, the record beside it, the chain, and a deposit for every
    /// custodian. Gives the record's root.
    pub(crate) fn write(
        &self,
        platform: &Platform,
        changes: &mut Changeset,
        next: &NextPlace,
    ) -> Result<RecordRoot, Fault> {
        let record = self.draft.at(next.place);
        let (record_id, root, place) = (self.record_id(), record.root(), next.place);
        let tip = next.tip.after(record.frame(), root).map_err(Fault::broken)?;
        match next.version {
            None => rows::CHAINS.insert(changes, &place.chain, &tip)?,
            Some(version) => rows::CHAINS.replace(changes, &place.chain, version, &tip)?,
        }
        rows::LINKS.put(changes, &Pair(place.chain, Place(place.seq)), &record_id)?;

        let wire = WireRef {
            about: &self.about,
            kind: record.frame().kind,
            chain: place.chain,
            seq: place.seq,
            recorded_at: place.recorded_at,
            frame: &self.draft.frame_content(&record),
            classes: &self.classes,
            signing: self.signing.as_ref(),
        };
        let bytes = serde_json::to_vec(&wire).map_err(Fault::broken)?;
        let leaf_row = rows::leaf_row(record_id);
        let entry = LedgerEntry::new(record.leaf().to_bytes(), bytes);
        changes.append(entry.indexed_at(RowKey::new(leaf_row.clone())?));
        self.enqueue(platform, changes, place, &leaf_row)?;
        Ok(root)
    }

    fn enqueue(
        &self,
        platform: &Platform,
        changes: &mut Changeset,
        place: ChainPlace,
        leaf_row: &str,
    ) -> Result<(), Fault> {
        let (record_id, chain) = (self.record_id(), chain_commitment(place.chain));
        let lane = chain.to_string();
        for custodian in platform.settings.custodians.keys().copied() {
            let item = NewItem {
                lane: lane.clone(),
                order: place.seq,
                not_before: platform.now(),
                after: After::IndexRow(leaf_row.to_owned()),
                payload: DepositItem { record_id, custodian },
            };
            queue(custodian).enqueue(changes, &item)?;
            let since = place.recorded_at;
            let awaited = Awaited { custodian, since, record: record_id };
            rows::AWAITING.put(changes, &awaited, &AwaitingRow { chain, seq: place.seq })?;
        }
        Ok(())
    }
}

/// The queue of a custodian.
pub(crate) const fn queue(custodian: Custodian) -> Outbox<DepositItem> {
    Outbox::new(match custodian {
        Custodian::DataCentre => "deposit_data_centre",
        Custodian::Preservation => "deposit_preservation",
    })
}

/// A record that is kept, under its leaf.
pub(crate) struct KeptRecord {
    pub(crate) record_id: RecordId,
    pub(crate) index: u64,
    pub(crate) root: RecordRoot,
    pub(crate) about: About,
    pub(crate) kind: RecordKind,
    pub(crate) chain: ChainId,
    pub(crate) seq: u64,
    pub(crate) recorded_at: UtcMillis,
    pub(crate) signing: Option<SigningParts>,
    frame: ClassContent,
    classes: BTreeMap<RetentionClass, KeptClass>,
}

/// Reads a durable record.
pub(crate) async fn find(platform: &Platform, record: RecordId) -> Result<KeptRecord, ActError> {
    let unknown = || ActError::NotFound(Thing::Record);
    let backend = platform.backend();
    let key = RowKey::new(rows::leaf_row(record)).map_err(Fault::from)?;
    let row = backend.durable_row(&key).await.map_err(Fault::from)?.ok_or_else(unknown)?;
    let broken = || Fault::broken(format_args!("record {record} is not what its leaf row says"));
    let index = leaf_index_of(&row).ok_or_else(broken)?;
    let entry = backend.log().entry(index).await.map_err(Fault::from)?.ok_or_else(broken)?;
    let Ok(LogLeaf::Record(root)) = LogLeaf::parse(&entry.entry) else {
        return Err(broken().into());
    };
    let wire: Wire = serde_json::from_slice(&entry.record).map_err(|_| broken())?;
    Ok(KeptRecord {
        record_id: record,
        index,
        root,
        about: wire.about,
        kind: wire.kind,
        chain: wire.chain,
        seq: wire.seq,
        recorded_at: wire.recorded_at,
        signing: wire.signing,
        frame: wire.frame,
        classes: wire.classes,
    })
}

impl KeptRecord {
    /// Opens every class that is still there. What was erased stays closed.
    pub(crate) fn open(&self, platform: &Platform) -> Result<EvidenceRecord, Fault> {
        let vault = platform.backend().vault();
        let mut classes =
            BTreeMap::from([(RetentionClass::Frame, StoredClass::Open(self.frame.clone()))]);
        for (class, kept) in &self.classes {
            let stored = match kept {
                KeptClass::Sealed(sealed) => {
                    let place = class_place(self.record_id, *class);
                    StoredClass::Open(sealed.open(vault, &place)?)
                }
                KeptClass::Erased(leaves) => StoredClass::Erased(leaves.clone()),
            };
            classes.insert(*class, stored);
        }
        let record = StoredRecord { classes }.assemble().map_err(Fault::broken)?;
        if record.root() == self.root {
            Ok(record)
        } else {
            let id = self.record_id;
            Err(Fault::broken(format_args!("record {id} does not have the root of its leaf")))
        }
    }

    /// Opens what the device said and where the photo is.
    pub(crate) fn private(&self, platform: &Platform) -> Result<Option<PrivateParts>, Fault> {
        let Some(signing) = &self.signing else { return Ok(None) };
        let place = private_place(self.record_id);
        Ok(Some(signing.private.open(platform.backend().vault(), &place)?))
    }
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

fn class_place(record: RecordId, class: RetentionClass) -> Vec<u8> {
    format!("record/{record}/{class:?}").into_bytes()
}

fn private_place(record: RecordId) -> Vec<u8> {
    format!("record/{record}/private").into_bytes()
}
