//! The vault: the data keys everything personal is sealed under. It lives outside the journals, so that erasing a key
//! really erases what it sealed (`docs/spec/store.md` section 7).
//!
//! A data key belongs to one scope, usually (filing, person, retention class), and is found by an identifier derived
//! from that scope. Once shredded, an identifier never gets a key again.

pub(crate) mod file;
mod key_encryption;
mod memory;

use std::fmt;

use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use heqi_vocabulary::Entropy;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

pub use file::rewrap::{RewrapError, Rewrapped, rewrap_epoch_keys};
pub use file::{FileVault, KEYS_PER_SEGMENT, wipe_vault};
pub use key_encryption::{
    FileKeyEncryptionKey, KeyEncryptionKey, KeyFileError, RotatingKeyEncryptionKey, WrapError,
};
pub use memory::MemoryVault;

/// Bytes sealing adds: format, key identifier, nonce and authentication tag.
pub const SEAL_OVERHEAD_BYTES: usize = HEADER_BYTES + TAG_BYTES;

const FORMAT: u8 = 1;
const ID_BYTES: usize = 16;
pub(crate) const NONCE_BYTES: usize = 12;
pub(crate) const TAG_BYTES: usize = 16;
const HEADER_BYTES: usize = 1 + ID_BYTES + NONCE_BYTES;
const LABEL: &[u8] = b"heqi.sealed/v1\n";

/// Holds data keys.
pub trait Vault: fmt::Debug + Send + Sync {
    /// The key of this identifier, made now if there is none. A new key is durable before any changeset committed
    /// after this call returned.
    ///
    /// # Errors
    /// [`VaultError::Shredded`] when the identifier had a key that was erased.
    fn create(&self, id: DataKeyId) -> Result<DataKey, VaultError>;

    /// The key of this identifier.
    ///
    /// # Errors
    /// [`VaultError::Unknown`] or [`VaultError::Shredded`] when there is none (any more).
    fn key(&self, id: DataKeyId) -> Result<DataKey, VaultError>;

    /// Erases keys for good; durable when it returns. Unknown identifiers are marked erased too, so that replaying an
    /// erasure ledger over a restored vault has the same end. Blocks on the disk.
    fn shred(&self, ids: &[DataKeyId]) -> Result<(), VaultError>;

    /// Makes every created key durable and gives the number of identifiers held, erased ones included: a number that
    /// never falls. Blocks on the disk.
    fn flush(&self) -> Result<u64, VaultError>;

    /// Every identifier, those of erased keys included.
    fn identifiers(&self) -> Vec<DataKeyId>;

    /// Takes a key of another vault, durable like a key that is made. An identifier that has a key, or had one, keeps
    /// what it has.
    fn adopt(&self, key: &DataKey);
}

/// Names a data key: the first 16 bytes of SHA-256 over a label and the parts of the scope.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DataKeyId([u8; ID_BYTES]);

impl DataKeyId {
    /// The identifier of the key of this scope. Each part is preceded by its length, so no two scopes collide.
    pub fn of(scope: &[&[u8]]) -> Self {
        let mut hash = Sha256::new_with_prefix("heqi.data-key/v1\n");
        for part in scope {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        let digest: [u8; 32] = hash.finalize().into();
        Self(digest.first_chunk().copied().unwrap_or_default())
    }

    /// Takes the 16 bytes as they are.
    pub const fn from_bytes(bytes: [u8; ID_BYTES]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; ID_BYTES] {
        &self.0
    }
}

impl fmt::Display for DataKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for DataKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKeyId({self})")
    }
}

impl Serialize for DataKeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DataKeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let mut bytes = [0; ID_BYTES];
        hex::decode_to_slice(text.as_bytes(), &mut bytes).map_err(serde::de::Error::custom)?;
        Ok(Self(bytes))
    }
}

/// An AES-256 key with its name. Never printed, wiped when dropped.
#[derive(Clone)]
pub struct DataKey {
    id: DataKeyId,
    secret: Zeroizing<[u8; 32]>,
}

impl DataKey {
    pub(crate) fn new(id: DataKeyId, secret: Zeroizing<[u8; 32]>) -> Self {
        Self { id, secret }
    }

    pub(crate) fn random(id: DataKeyId, entropy: &dyn Entropy) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        entropy.fill(secret.as_mut());
        Self { id, secret }
    }

    #[cfg(test)]
    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// The name of the key.
    pub const fn id(&self) -> DataKeyId {
        self.id
    }

    /// Seals `plaintext` with AES-256-GCM under a random nonce: format ‖ key id ‖ nonce ‖ ciphertext ‖ tag. The key id
    /// and `context` are authenticated; [`DataKey::open`] needs the same context.
    pub fn seal(&self, context: &[u8], plaintext: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = entropy.bytes();
        let mut sealed = Vec::with_capacity(plaintext.len() + SEAL_OVERHEAD_BYTES);
        sealed.push(FORMAT);
        sealed.extend_from_slice(&self.id.0);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plaintext);
        let body = sealed.get_mut(HEADER_BYTES..).unwrap_or_default();
        let tag = encrypt(&self.secret, nonce, &self.associated(context), body);
        sealed.extend_from_slice(&tag);
        sealed
    }

    /// Opens what [`DataKey::seal`] sealed under this key and context.
    ///
    /// # Errors
    /// When one bit of the sealed bytes, the key or the context is another.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (header, rest) = sealed.split_at_checked(HEADER_BYTES).ok_or(OpenError)?;
        let (body, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or(OpenError)?;
        let nonce = header.last_chunk::<NONCE_BYTES>().ok_or(OpenError)?;
        if data_key_of(sealed) != Some(self.id) {
            return Err(OpenError);
        }
        let mut plaintext = Zeroizing::new(body.to_vec());
        decrypt(&self.secret, *nonce, &self.associated(context), &mut plaintext, tag)?;
        Ok(plaintext)
    }

    fn associated(&self, context: &[u8]) -> Vec<u8> {
        [LABEL, &self.id.0, context].concat()
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({})", self.id)
    }
}

/// The name of the key these sealed bytes are sealed under, if they have the form of sealed bytes.
pub fn data_key_of(sealed: &[u8]) -> Option<DataKeyId> {
    let (format, rest) = sealed.split_first()?;
    (*format == FORMAT && sealed.len() >= SEAL_OVERHEAD_BYTES)
        .then(|| rest.first_chunk().copied().map(DataKeyId))
        .flatten()
}

/// The sealed bytes, the key and the context do not belong together, or a bit is wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the sealed bytes cannot be opened with this key in this context")]
pub struct OpenError;

/// Why a data key cannot be had.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// There never was such a key.
    #[error("there is no data key {id}")]
    Unknown {
        /// The key asked for.
        id: DataKeyId,
    },
    /// The key was erased, and with it everything it sealed.
    #[error("data key {id} has been erased")]
    Shredded {
        /// The key asked for.
        id: DataKeyId,
    },
    /// Stored bytes are not what was written.
    #[error("the vault is damaged: {what}")]
    Damaged {
        /// What was found where.
        what: String,
    },
    /// The system could not read or write.
    #[error("the vault could not be read or written: {what}")]
    Io {
        /// The file and the system's message.
        what: String,
    },
    /// The key-encryption key did not answer.
    #[error(transparent)]
    KeyEncryption(#[from] WrapError),
}

/// Encrypts in place and gives the tag.
pub(crate) fn encrypt(
    key: &[u8; 32],
    nonce: [u8; NONCE_BYTES],
    associated: &[u8],
    body: &mut [u8],
) -> [u8; TAG_BYTES] {
    Aes256Gcm::new(key.into())
        .encrypt_inout_detached(&Nonce::from(nonce), associated, body.into())
        // AES-GCM fails only beyond 64 GiB, and every caller is bounded to a few MiB. A tag of zeros would open nothing.
        .map_or([0; TAG_BYTES], Into::into)
}

/// Decrypts in place.
pub(crate) fn decrypt(
    key: &[u8; 32],
    nonce: [u8; NONCE_BYTES],
    associated: &[u8],
    body: &mut [u8],
    tag: &[u8; TAG_BYTES],
) -> Result<(), OpenError> {
    Aes256Gcm::new(key.into())
        .decrypt_inout_detached(&Nonce::from(nonce), associated, body.into(), &Tag::from(*tag))
        .map_err(|_| OpenError)
}

#[cfg(test)]
mod tests;
