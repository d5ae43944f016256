//! Opening an organisation's store: embedded, in a folder of its own, its key-encryption
//! key beside the other keys.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use heqi_evidence_store::backend::embedded::{Embedded, OpenError, Ports, Settings};
use heqi_evidence_store::backup::{BackupError, RestoredMark};
use heqi_evidence_store::durable_file::Disk;
use heqi_evidence_store::erasure::{ErasureLedger, ErasureLedgerError};
use heqi_evidence_store::log::{HeadSigner, KeyedHeadSigner, SignHeadError};
use heqi_evidence_store::vault::{
    FileKeyEncryptionKey, KeyEncryptionKey, KeyFileError, RotatingKeyEncryptionKey,
};
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

/// Opens the store in `data_dir/store` for the log that `signer` signs.
pub(crate) fn open(
    data_dir: &Path,
    signer: NoteSigner,
    entropy: &Arc<dyn Entropy>,
) -> Result<Arc<Embedded>, StoreError> {
    let key = key_encryption_key(data_dir, entropy)?;
    let ports = Ports::new(head_signer(data_dir, signer, &**entropy)?, key, entropy.clone());
    Ok(Arc::new(Embedded::open(&Settings::new(data_dir.join("store")), ports)?))
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
    if let Some(service) = KeyService::configured(&keys)? {
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
