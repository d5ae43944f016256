//! Opening an organisation's store: embedded, in a folder of its own, its key-encryption
//! key beside the other keys.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use heqi_evidence::successor::LogSuccessor;
use heqi_evidence_store::backend::embedded::{Embedded, OpenError, Ports, Settings};
use heqi_evidence_store::backup::{BackupError, RestoredMark};
use heqi_evidence_store::durable_file::Disk;
use heqi_evidence_store::erasure::{ErasureLedger, ErasureLedgerError};
use heqi_evidence_store::gate::{Gated, WriteGate};
use heqi_evidence_store::log::{HeadSigner, KeyedHeadSigner, SignHeadError};
use heqi_evidence_store::successor::{SuccessorFolders, open_frozen};
use heqi_evidence_store::vault::{
    FileKeyEncryptionKey, KeyEncryptionKey, KeyFileError, RotatingKeyEncryptionKey,
};
use heqi_pki::dsse::Envelope;
use heqi_registration::FrozenLog;
use heqi_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use heqi_tlog::note::{NoteSigner, SignatureType};
use heqi_vocabulary::Entropy;

use crate::keys::key_service::{KeyService, KeyServiceError};
use crate::keys::{self, KeyError};

/// Why a store did not open.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The store itself.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The mark of a restored store.
    #[error(transparent)]
    Mark(#[from] BackupError),
    /// The key-encryption key.
    #[error("the key-encryption key {}: {source}", path.display())]
    Key {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        source: KeyFileError,
    },
    /// The next key of the log.
    #[error(transparent)]
    NextKey(#[from] KeyError),
    /// The key service.
    #[error(transparent)]
    KeyService(#[from] KeyServiceError),
    /// A log that was frozen.
    #[error("the frozen log in {}: {what}", folder.display())]
    Frozen {
        /// The folder of its store.
        folder: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The statement that froze a log.
    #[error("the statement by which a log was frozen, {}: {what}", path.display())]
    Statement {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The settings name a log that does not go on.
    #[error(
        "log {frozen} is frozen and {successor} goes on in its place: set log_origin = \"{successor}\" and {log_name} to \
         its last part"
    )]
    NotTheSuccessor {
        /// The log that is frozen.
        frozen: String,
        /// The one that goes on.
        successor: String,
        /// What the setting of its short name is called.
        log_name: String,
    },
    /// A change of stores was cut off.
    #[error(
        "the opening of a successor was cut off: run `heqi recover successor`, or `heqi recover notary` at a custodian, \
         again, which goes on where it stopped"
    )]
    UnderWay,
}

/// Whether the store was restored and not compared with its peers since.
pub(crate) fn is_restored(data_dir: &Path) -> Result<bool, StoreError> {
    Ok(RestoredMark::read(&data_dir.join("store"))?.is_some())
}

/// The peers hold nothing that the store does not: it counts as any other from now on.
pub(crate) fn compared(data_dir: &Path) -> Result<(), StoreError> {
    if is_restored(data_dir)? {
        RestoredMark::clear(&data_dir.join("store"), &Disk::default())?;
        tracing::info!("the restored store was compared with its peers: nothing is missing");
    }
    Ok(())
}

/// The folders of this organisation's store and of its frozen logs.
pub(crate) fn folders(data_dir: &Path) -> SuccessorFolders {
    SuccessorFolders::of(data_dir, Disk::default())
}

/// Logs that a successor took the place of, opened for reading; closed when this is dropped.
#[derive(Default)]
pub(crate) struct FrozenLogs {
    stores: Vec<Arc<Embedded>>,
    pub(crate) logs: Vec<FrozenLog>,
}

impl FrozenLogs {
    /// After a succession the settings name the log that goes on.
    pub(crate) fn go_on_as(&self, origin: &str, log_name: &str) -> Result<(), StoreError> {
        let Some(last) = self.logs.last() else { return Ok(()) };
        let successor = last.successor().said().log_key.0.name();
        if successor.as_str() == origin {
            return Ok(());
        }
        Err(StoreError::NotTheSuccessor {
            frozen: last.origin().to_string(),
            successor: successor.to_string(),
            log_name: log_name.to_owned(),
        })
    }
}

impl Drop for FrozenLogs {
    fn drop(&mut self) {
        for store in &self.stores {
            if let Err(error) = store.close() {
                tracing::warn!(%error, "the store of a frozen log did not close");
            }
        }
    }
}

/// Opens the frozen logs of an organisation, oldest first. Refuses while a change of stores is under way.
pub(crate) fn frozen_logs(
    data_dir: &Path,
    entropy: &Arc<dyn Entropy>,
) -> Result<FrozenLogs, StoreError> {
    let folders = folders(data_dir);
    let failed = |folder: &Path, what: &dyn std::fmt::Display| StoreError::Frozen {
        folder: folder.to_owned(),
        what: what.to_string(),
    };
    if folders.is_under_way().map_err(|error| failed(data_dir, &error))? {
        return Err(StoreError::UnderWay);
    }
    let mut frozen = FrozenLogs::default();
    for folder in folders.frozen().map_err(|error| failed(data_dir, &error))? {
        let wrong = |what: &dyn std::fmt::Display| StoreError::Statement {
            path: folder.statement_file.clone(),
            what: what.to_string(),
        };
        let statement = Envelope::from_json(&folder.statement).map_err(|error| wrong(&error))?;
        let successor = LogSuccessor::verify(&statement).map_err(|error| wrong(&error))?;
        let key = key_encryption_key(data_dir, entropy)?;
        let store = Arc::new(open_frozen(&folder.store, key, entropy.clone())?);
        let gate = WriteGate::closed();
        gate.shut();
        let gated = Gated::new(store.clone(), Arc::new(gate));
        frozen.stores.push(store);
        frozen.logs.push(FrozenLog::new(Arc::new(gated), successor));
    }
    Ok(frozen)
}

/// The cache of the index while a command works on the store of a stopped service, in MiB.
const COMMAND_CACHE_MIB: u32 = 16;

/// Opens the store in `data_dir/store` for the log that `signer` signs, for a command.
pub(crate) fn open(
    data_dir: &Path,
    signer: NoteSigner,
    entropy: &Arc<dyn Entropy>,
) -> Result<Arc<Embedded>, StoreError> {
    open_to_serve(data_dir, COMMAND_CACHE_MIB, signer, entropy)
}

/// The same for a service, with the cache of the index that its settings say, in MiB.
pub(crate) fn open_to_serve(
    data_dir: &Path,
    index_cache_mib: u32,
    signer: NoteSigner,
    entropy: &Arc<dyn Entropy>,
) -> Result<Arc<Embedded>, StoreError> {
    if folders(data_dir).is_under_way().unwrap_or(false) {
        return Err(StoreError::UnderWay);
    }
    let key = key_encryption_key(data_dir, entropy)?;
    let ports = Ports::new(head_signer(data_dir, signer, &**entropy)?, key, entropy.clone());
    let mut settings = Settings::new(data_dir.join("store"));
    settings.index_cache_bytes = u64::from(index_cache_mib) << 20;
    Ok(Arc::new(Embedded::open(&settings, ports)?))
}

/// While a rotation of the log's key is under way every head is signed with both keys, so
/// that peers who know one of them go on.
fn head_signer(
    data_dir: &Path,
    signer: NoteSigner,
    entropy: &dyn Entropy,
) -> Result<Arc<dyn HeadSigner>, StoreError> {
    let next = data_dir.join("keys").join("log.next.key");
    if !next.exists() {
        return Ok(Arc::new(KeyedHeadSigner::new(signer)));
    }
    let name = signer.verifier_key().name().as_str().to_owned();
    let next = keys::note_key(&next, &name, SignatureType::Ed25519, entropy)?.log_signer()?;
    Ok(Arc::new(TwoKeyHeadSigner::new(signer, next)))
}

/// The key in its file, or at a key service; while a rotation is under way, the next one
/// with the former beside it.
pub(crate) fn key_encryption_key(
    data_dir: &Path,
    entropy: &Arc<dyn Entropy>,
) -> Result<Arc<dyn KeyEncryptionKey>, StoreError> {
    let keys = data_dir.join("keys");
    let present = present_key(&keys, entropy)?;
    match KeyService::next(&keys)? {
        Some(next) => Ok(Arc::new(RotatingKeyEncryptionKey::new(Arc::new(next), present))),
        None => Ok(present),
    }
}

fn present_key(
    keys: &Path,
    entropy: &Arc<dyn Entropy>,
) -> Result<Arc<dyn KeyEncryptionKey>, StoreError> {
    if let Some(service) = KeyService::configured(keys)? {
        return Ok(Arc::new(service));
    }
    let path = keys.join("key-encryption.key");
    let next = keys.join("key-encryption.next.key");
    let named = |path: &Path, read: Result<FileKeyEncryptionKey, KeyFileError>| {
        read.map_err(|source| StoreError::Key { path: path.to_owned(), source })
    };
    let load = |path: &Path| named(path, FileKeyEncryptionKey::load(path, entropy.clone()));
    if !path.exists() {
        let made = FileKeyEncryptionKey::create(&path, &Disk::default(), entropy.clone());
        return Ok(Arc::new(named(&path, made)?));
    }
    let key = load(&path)?;
    if !next.exists() {
        return Ok(Arc::new(key));
    }
    Ok(Arc::new(RotatingKeyEncryptionKey::new(Arc::new(load(&next)?), Arc::new(key))))
}

/// Signs heads with two keys of one name.
struct TwoKeyHeadSigner {
    current: KeyedHeadSigner,
    next: NoteSigner,
}

impl TwoKeyHeadSigner {
    fn new(current: NoteSigner, next: NoteSigner) -> Self {
        Self { current: KeyedHeadSigner::new(current), next }
    }
}

impl HeadSigner for TwoKeyHeadSigner {
    fn origin(&self) -> &Origin {
        self.current.origin()
    }

    fn sign(&self, checkpoint: Checkpoint) -> Result<SignedCheckpoint, SignHeadError> {
        let signed = self.current.sign(checkpoint)?;
        let line = self.next.sign(signed.note().text());
        signed.with_signature(line).map_err(|error| SignHeadError { what: error.to_string() })
    }
}

/// Where the organisation notes which keys it destroyed.
pub(crate) fn erasure_ledger(data_dir: &Path) -> Result<Arc<ErasureLedger>, ErasureLedgerError> {
    Ok(Arc::new(ErasureLedger::open(&ErasureLedger::path_in(data_dir), &Disk::default())?))
}

#[cfg(test)]
mod tests {
    use heqi_service_kit::SystemEntropy;

    use super::*;

    #[test]
    fn a_damaged_statement_of_a_frozen_log_is_named() {
        let data = tempfile::tempdir().unwrap();
        let (frozen, disk) = (data.path().join("frozen/1"), Disk::default());
        for folder in [data.path().join("store"), frozen.join("store")] {
            disk.create_directory(&folder).unwrap();
        }
        let file = frozen.join("successor.json");
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        for damaged in ["", "{", r#"{"payload":"e30=","payloadType":"x","signatures":[]}"#] {
            disk.write_atomic(&file, &[damaged.as_bytes()]).unwrap();
            let refusal = frozen_logs(data.path(), &entropy).err().unwrap().to_string();
            assert!(refusal.contains(&file.display().to_string()), "{refusal}");
        }
    }
}
