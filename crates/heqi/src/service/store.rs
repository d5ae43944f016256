//! Opening an organisation's store: embedded, in a folder of its own, its key-encryption
//! key beside the other keys.

use std::path::Path;
use std::sync::Arc;

use heqi_evidence_store::backend::embedded::{Embedded, OpenError, Ports, Settings};
use heqi_evidence_store::durable_file::Disk;
use heqi_evidence_store::log::KeyedHeadSigner;
use heqi_evidence_store::vault::{FileKeyEncryptionKey, KeyFileError};
use heqi_tlog::note::NoteSigner;
use heqi_vocabulary::Entropy;

/// Why a store did not open.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The store itself.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The key-encryption key.
    #[error("the key-encryption key: {0}")]
    Key(#[from] KeyFileError),
}

/// Opens the store in `data_dir/store` for the log that `signer` signs.
pub(crate) fn open(
    data_dir: &Path,
    signer: NoteSigner,
    entropy: &Arc<dyn Entropy>,
) -> Result<Arc<Embedded>, StoreError> {
    let key = key_encryption_key(data_dir, entropy)?;
    let ports = Ports::new(Arc::new(KeyedHeadSigner::new(signer)), Arc::new(key), entropy.clone());
    Ok(Arc::new(Embedded::open(&Settings::new(data_dir.join("store")), ports)?))
}

fn key_encryption_key(
    data_dir: &Path,
    entropy: &Arc<dyn Entropy>,
) -> Result<FileKeyEncryptionKey, KeyFileError> {
    let path = data_dir.join("keys").join("key-encryption.key");
    if path.exists() {
        FileKeyEncryptionKey::load(&path, entropy.clone())
    } else {
        FileKeyEncryptionKey::create(&path, &Disk::default(), entropy.clone())
    }
}
