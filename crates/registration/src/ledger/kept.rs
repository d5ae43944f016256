//! A record that is kept: found by its identifier, opened as far as its keys are there.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence::record::{ClassContent, EvidenceRecord, StoredClass, StoredRecord};
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::changeset::{Row, RowKey, leaf_index_of};
use heqi_evidence_store::sealed::Sealed;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::proof_file::ProofFile;
use heqi_vocabulary::{ChainId, Digest, RecordId, UtcMillis};

use super::{
    About, AdoptedRecord, KeptClass, PrivateParts, SigningParts, class_place, private_place, wire,
};
use crate::erasure::rows::{ERASED, ErasedRow};
use crate::fault::{ActError, Fault, Thing};
use crate::platform::Platform;
use crate::receipt::proof_file;
use crate::rows;

/// A record that is kept, under its leaf.
pub(crate) struct KeptRecord {
    pub(crate) record_id: RecordId,
    pub(crate) home: Home,
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

/// Where the leaf of a record stands.
#[derive(Clone, Debug)]
pub(crate) enum Home {
    /// In our log.
    Log,
    /// In a log of ours that is frozen, in this store.
    Frozen(Arc<dyn Backend>),
    /// In a frozen log, beyond what is left of it: a custodian had the record and this proof.
    Orphaned(Box<ProofFile>),
}

/// Reads a durable record.
pub(crate) async fn find(platform: &Platform, record: RecordId) -> Result<KeptRecord, ActError> {
    let backend = platform.backend();
    let key = RowKey::new(rows::leaf_row(record)).map_err(Fault::from)?;
    if let Some(row) = backend.durable_row(&key).await.map_err(Fault::from)? {
        let found = in_log(backend, record, &row).await?;
        return Ok(kept(platform, record, Home::Log, found).await?);
    }
    for frozen in &platform.settings.frozen {
        let Some(row) = frozen.store().row(&key).await.map_err(Fault::from)? else { continue };
        let found = in_log(frozen.store(), record, &row).await?;
        return Ok(kept(platform, record, Home::Frozen(frozen.shared_store()), found).await?);
    }
    let orphaned = rows::ORPHANED.durable_row(backend, &record).await.map_err(Fault::from)?;
    let orphaned = orphaned.ok_or(ActError::NotFound(Thing::Record))?.value;
    let wire = backend.object(&orphaned.wire).await.map_err(Fault::from)?;
    let wire = wire.ok_or_else(|| broken(record))?;
    let proof = ProofFile::parse(orphaned.proof.as_bytes()).map_err(|_| broken(record))?;
    let found = (proof.index(), orphaned.root, wire);
    Ok(kept(platform, record, Home::Orphaned(Box::new(proof)), found).await?)
}

/// Index, root and record of the leaf that a leaf row names.
type Found = (u64, RecordRoot, Bytes);

async fn in_log(store: &dyn Backend, record: RecordId, row: &Row) -> Result<Found, Fault> {
    let index = leaf_index_of(row).ok_or_else(|| broken(record))?;
    let entry = store.log().entry(index).await?.ok_or_else(|| broken(record))?;
    match LogLeaf::parse(&entry.entry) {
        Ok(LogLeaf::Record(root)) => Ok((index, root, entry.record)),
        _ => Err(broken(record)),
    }
}

async fn kept(
    platform: &Platform,
    record: RecordId,
    home: Home,
    (index, root, wire): Found,
) -> Result<KeptRecord, Fault> {
    let wire = wire::read(&wire).ok_or_else(|| broken(record))?;
    let erased = ERASED.row(platform.backend(), &record).await?;
    let erased = erased.map(|row| row.value).unwrap_or_default();
    Ok(KeptRecord {
        record_id: record,
        home,
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

fn broken(record: RecordId) -> Fault {
    Fault::broken(format_args!("record {record} is not what its leaf row says"))
}

impl KeptRecord {
    /// The store whose log has its leaf; `None` when nothing of that log is left there.
    pub(crate) fn logged_in<'a>(&'a self, platform: &'a Platform) -> Option<&'a dyn Backend> {
        match &self.home {
            Home::Log => Some(platform.backend()),
            Home::Frozen(store) => Some(&**store),
            Home::Orphaned(_) => None,
        }
    }

    /// The newest head of its log that covers it, whoever cosigned it.
    pub(crate) fn newest_head(&self, platform: &Platform) -> SignedCheckpoint {
        let store = match &self.home {
            Home::Log => platform.backend(),
            Home::Frozen(store) => &**store,
            Home::Orphaned(proof) => return proof.checkpoint().clone(),
        };
        store.log().head().checkpoint().clone()
    }

    /// The proof that it stands under `head`, a head of its log.
    pub(crate) async fn proof(
        &self,
        platform: &Platform,
        head: &SignedCheckpoint,
    ) -> Result<ProofFile, Fault> {
        match &self.home {
            Home::Log => proof_file(platform.backend(), self.index, head).await,
            Home::Frozen(store) => proof_file(&**store, self.index, head).await,
            Home::Orphaned(proof) => Ok(ProofFile::clone(proof)),
        }
    }

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

    /// The classes of which nothing can be opened any more.
    pub(crate) fn erased_classes(&self) -> impl Iterator<Item = RetentionClass> {
        self.erased.classes.keys().copied()
    }

    /// The leaves of a class that was erased.
    fn leaves(&self, class: RetentionClass) -> Option<Vec<(u8, Digest)>> {
        self.erased.classes.get(&class).cloned()
    }
}
