//! A record that is kept: found by its identifier, opened as far as its keys are there.

use std::collections::BTreeMap;

use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence::record::{ClassContent, EvidenceRecord, StoredClass, StoredRecord};
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence_store::changeset::{RowKey, leaf_index_of};
use heqi_evidence_store::sealed::Sealed;
use heqi_vocabulary::{ChainId, Digest, RecordId, UtcMillis};

use super::{
    About, AdoptedRecord, KeptClass, PrivateParts, SigningParts, class_place, private_place, wire,
};
use crate::erasure::rows::{ERASED, ErasedRow};
use crate::fault::{ActError, Fault, Thing};
use crate::platform::Platform;
use crate::rows;

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
    frame: Option<ClassContent>,
    classes: BTreeMap<RetentionClass, KeptClass>,
    adopted: Option<Sealed<AdoptedRecord>>,
    /// What is left of it where its keys were destroyed.
    erased: ErasedRow,
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
    let wire = wire::read(&entry.record).ok_or_else(broken)?;
    let erased = ERASED.row(backend, &record).await.map_err(Fault::from)?;
    let erased = erased.map(|row| row.value).unwrap_or_default();
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
        adopted: wire.adopted,
        erased,
    })
}

impl KeptRecord {
    /// Opens every class that is still there. What was erased stays closed.
    pub(crate) fn open(&self, platform: &Platform) -> Result<EvidenceRecord, Fault> {
        let vault = platform.backend().vault();
        if let Some(adopted) = self.adopted(platform)? {
            let broken = || Fault::broken("a record that came back cannot be read");
            let disclosure = Disclosure::parse(adopted.record.as_bytes()).map_err(|_| broken())?;
            let record = EvidenceRecord::of_full(&disclosure).map_err(|_| broken())?;
            return if record.root() == self.root { Ok(record) } else { Err(broken()) };
        }
        let frame = self.frame.clone().ok_or_else(|| Fault::broken("a record has no frame"))?;
        let mut classes = BTreeMap::from([(RetentionClass::Frame, StoredClass::Open(frame))]);
        for (class, kept) in &self.classes {
            let stored = match kept {
                KeptClass::Sealed(sealed) => {
                    let place = class_place(self.record_id, *class);
                    match (sealed.open(vault, &place).map_err(Fault::from), self.leaves(*class)) {
                        (Ok(content), _) => StoredClass::Open(content),
                        (Err(Fault::Erased), Some(leaves)) => StoredClass::Erased(leaves),
                        (Err(fault), _) => return Err(fault),
                    }
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

    /// Opens what the device said and where the photo is; `None` also when that was erased.
    pub(crate) fn private(&self, platform: &Platform) -> Result<Option<PrivateParts>, Fault> {
        let Some(signing) = &self.signing else { return Ok(None) };
        let place = private_place(self.record_id);
        let opened = signing.private.open(platform.backend().vault(), &place);
        match opened.map_err(Fault::from) {
            Ok(private) => Ok(Some(private)),
            Err(Fault::Erased) if self.erased.client.is_some() => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// What came back from the notary, if the record did; erased whole or not at all.
    pub(crate) fn adopted(&self, platform: &Platform) -> Result<Option<AdoptedRecord>, Fault> {
        let Some(adopted) = &self.adopted else { return Ok(None) };
        let place = AdoptedRecord::place(self.record_id);
        Ok(Some(adopted.open(platform.backend().vault(), &place)?))
    }

    /// The device's tree with everything but its frame closed, where it was erased.
    pub(crate) fn closed_client(&self) -> Option<&String> {
        self.erased.client.as_ref()
    }

    /// The leaves of a class that was erased.
    fn leaves(&self, class: RetentionClass) -> Option<Vec<(u8, Digest)>> {
        self.erased.classes.get(&class).cloned()
    }
}
