//! Immutable objects: photos, identity documents, uploaded and signed files, sealed under a data key and named by the
//! SHA-256 of their ciphertext (`docs/spec/store.md` section 6).

use bytes::Bytes;
use heqi_vocabulary::{Digest, Entropy};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::backend::{Backend, CommitError, PendingObject, ReadError};
use crate::vault::{DataKey, OpenError, SEAL_OVERHEAD_BYTES, VaultError, data_key_of};

/// The largest object before sealing, in bytes: 20 MiB.
pub const MAX_OBJECT_BYTES: usize = 20 << 20;
/// The largest object as stored.
pub const MAX_SEALED_OBJECT_BYTES: usize = MAX_OBJECT_BYTES + SEAL_OVERHEAD_BYTES;

/// Names a stored object.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct ObjectRef {
    /// SHA-256 of the stored (encrypted) bytes.
    pub id: Digest,
    /// Number of stored bytes.
    pub size_bytes: u64,
}

impl ObjectRef {
    /// Names these bytes.
    pub fn of(sealed: &[u8]) -> Self {
        let size_bytes = u64::try_from(sealed.len()).unwrap_or(u64::MAX);
        Self { id: Digest::of(sealed), size_bytes }
    }
}

/// Seals `plaintext` under `key` and puts it. `context` says what the object is and must be given again to open it, so
/// that one object can never be passed off as another.
///
/// # Errors
/// [`CommitError::Invalid`] when the plaintext is empty or longer than [`MAX_OBJECT_BYTES`].
pub fn put_sealed(
    backend: &dyn Backend,
    key: &DataKey,
    context: &str,
    plaintext: &[u8],
    entropy: &dyn Entropy,
) -> Result<PendingObject, CommitError> {
    backend.put_object(Bytes::from(key.seal(&object_context(context), plaintext, entropy)))
}

/// Reads and opens an object put by [`put_sealed`].
pub async fn open_sealed(
    backend: &dyn Backend,
    reference: &ObjectRef,
    context: &str,
) -> Result<Zeroizing<Vec<u8>>, OpenObjectError> {
    let sealed = backend.object(&reference.id).await?.ok_or(OpenObjectError::Discarded)?;
    let key = backend.vault().key(data_key_of(&sealed).ok_or(OpenError)?)?;
    Ok(key.open(&object_context(context), &sealed)?)
}

/// Why an object could not be opened.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenObjectError {
    /// No such object, or no longer.
    #[error("the object was never stored or has been discarded")]
    Discarded,
    /// It could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Its key is erased or cannot be had.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// It is not what it is taken for.
    #[error(transparent)]
    Open(#[from] OpenError),
}

fn object_context(context: &str) -> Vec<u8> {
    [b"object\n", context.as_bytes()].concat()
}
