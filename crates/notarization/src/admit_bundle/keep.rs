//! Sealing and storing the parts of a deposit, before the commit that names them.

use std::collections::{BTreeMap, BTreeSet};

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::schema::RetentionClass;
use heqi_evidence_store::object::put_sealed;
use heqi_evidence_store::vault::DataKeyId;
use heqi_vocabulary::Digest;

use super::AdmitBundleError;
use super::inspect::{Inspected, Offered};
use crate::deposited::{DOCUMENTS, PROOF, StoredPart, document_key, part_context};
use crate::office::NotaryOffice;

/// A deposit whose parts are on their way to the disk.
pub(super) struct Kept {
    pub(super) offered: Offered,
    pub(super) parts: Vec<StoredPart>,
    /// Objects put for this deposit, to be given back if it turns out to be known.
    pub(super) new_objects: Vec<Digest>,
    /// Documents that this deposit brought into its chain.
    pub(super) new_documents: Vec<StoredPart>,
}

/// What an erasure would have to reach together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Retention {
    /// One person's act: the record and the device's own attributes.
    Person,
    /// One person's photo and strokes.
    Biometric,
    /// The documents of a chain.
    Matter,
    /// Names nobody: envelope, challenge, certificates, log proof.
    Signature,
}

impl Retention {
    /// The data key, by person's act or by chain.
    fn data_key(self, chain: Digest, root: RecordRoot) -> DataKeyId {
        let chain = chain.as_bytes().as_slice();
        let root = root.digest();
        match self {
            Self::Person => DataKeyId::of(&[b"deposit", chain, root.as_bytes(), b"person"]),
            Self::Biometric => DataKeyId::of(&[b"deposit", chain, root.as_bytes(), b"biometric"]),
            Self::Matter => DataKeyId::of(&[b"deposit", chain, b"matter"]),
            Self::Signature => DataKeyId::of(&[b"deposit", chain, b"signature"]),
        }
    }
}

/// The keys that an erasure of these classes of a record destroys. A custodian holds the
/// record whole, so a name and a trace go together.
pub(crate) fn erasable_keys(
    chain: Digest,
    root: RecordRoot,
    classes: &[RetentionClass],
) -> Vec<DataKeyId> {
    let mut keys = Vec::new();
    if classes.iter().any(|c| matches!(c, RetentionClass::Person | RetentionClass::Trace)) {
        keys.push(Retention::Person.data_key(chain, root));
    }
    if classes.contains(&RetentionClass::Biometric) {
        keys.push(Retention::Biometric.data_key(chain, root));
    }
    keys
}

/// Seals every part that the chain does not hold yet and puts it. Of a deposit that came back, the parts that its
/// receipt signs and that were not erased since.
pub(super) async fn keep(
    office: &NotaryOffice,
    inspected: Inspected,
    receipted: Option<&BTreeSet<Digest>>,
) -> Result<Kept, AdmitBundleError> {
    let held = held_documents(office, &inspected).await?;
    let (aside, receipted) = (office.clone(), receipted.cloned());
    let seal = move || seal_and_put(&aside, inspected, &held, receipted.as_ref());
    let (kept, failure) =
        tokio::task::spawn_blocking(seal).await.map_err(|_| AdmitBundleError::Interrupted)?;
    match failure {
        None => Ok(kept),
        Some(error) => {
            discard(office, &kept.new_objects).await;
            Err(error)
        }
    }
}

/// The documents of this deposit that another record of the chain already brought.
async fn held_documents(
    office: &NotaryOffice,
    inspected: &Inspected,
) -> Result<BTreeMap<Digest, StoredPart>, AdmitBundleError> {
    let mut held = BTreeMap::new();
    for (name, bytes) in &inspected.parts.attachments {
        if retention_of_attachment(name) == Retention::Matter {
            let sha256 = Digest::of(bytes);
            let key = document_key(inspected.offered.chain, sha256);
            if let Some(stored) = DOCUMENTS.row(office.store(), &key).await? {
                held.insert(sha256, stored.value);
            }
        }
    }
    Ok(held)
}

/// Puts part by part; with the failure, if there was one, comes what was put before it.
fn seal_and_put(
    office: &NotaryOffice,
    inspected: Inspected,
    held: &BTreeMap<Digest, StoredPart>,
    receipted: Option<&BTreeSet<Digest>>,
) -> (Kept, Option<AdmitBundleError>) {
    let Inspected { offered, parts } = inspected;
    let mut kept =
        Kept { offered, parts: Vec::new(), new_objects: Vec::new(), new_documents: Vec::new() };
    for (name, bytes, retention) in named(&parts) {
        let sha256 = Digest::of(bytes);
        if name != PROOF && receipted.is_some_and(|signed| !signed.contains(&sha256)) {
            continue;
        }
        if let Some(stored) = held.get(&sha256).filter(|_| retention == Retention::Matter) {
            kept.parts.push(StoredPart { name, ..stored.clone() });
            continue;
        }
        match put(office, &kept.offered, (name, bytes, sha256), retention) {
            Ok(stored) => {
                kept.new_objects.push(stored.object.id);
                if retention == Retention::Matter {
                    kept.new_documents.push(stored.clone());
                }
                kept.parts.push(stored);
            }
            Err(AdmitBundleError::Erased) if receipted.is_some() => {}
            Err(error) => return (kept, Some(error)),
        }
    }
    (kept, None)
}

fn put(
    office: &NotaryOffice,
    offered: &Offered,
    (name, bytes, sha256): (String, &[u8], Digest),
    retention: Retention,
) -> Result<StoredPart, AdmitBundleError> {
    let key = office.store().vault().create(retention.data_key(offered.chain, offered.key.root))?;
    let context = part_context(offered.chain, sha256);
    // Not waited for: whatever was put is durable before the commit that names it.
    let pending = put_sealed(office.store(), &key, &context, bytes, office.entropy())?;
    Ok(StoredPart {
        name,
        sha256,
        size_bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        object: pending.reference(),
    })
}

fn retention_of_attachment(file: &str) -> Retention {
    // Names are lower-case: the format of bundles refuses others.
    match file.rsplit_once('.') {
        Some((_, "pdf")) => Retention::Matter,
        _ => Retention::Biometric,
    }
}

/// Every part with its name in a bundle.
fn named(parts: &BundleParts) -> Vec<(String, &[u8], Retention)> {
    use Retention::{Person, Signature};
    let mut named = vec![("record.json".to_owned(), parts.record.as_slice(), Person)];
    let singles = [
        ("client.json", &parts.client, Person),
        ("envelope.json", &parts.envelope, Signature),
        ("challenge.json", &parts.challenge, Signature),
        ("proof/challenge.checkpoint", &parts.challenge_checkpoint, Signature),
        (PROOF, &parts.proof, Signature),
    ];
    for (name, part, retention) in singles {
        named.extend(part.as_deref().map(|bytes| (name.to_owned(), bytes, retention)));
    }
    for (place, der) in parts.certificates.iter().enumerate() {
        named.push((format!("certificates/{place:02}.der"), der, Signature));
    }
    for (file, bytes) in &parts.attachments {
        named.push((format!("attachments/{file}"), bytes, retention_of_attachment(file)));
    }
    named
}

/// Gives back what was put for a deposit that is not kept after all.
pub(super) async fn discard(office: &NotaryOffice, objects: &[Digest]) {
    for id in objects {
        // Space, not evidence: what cannot be given back now is found by `heqi store fsck`.
        let _ = office.store().discard_object(id).await;
    }
}
