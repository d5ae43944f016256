use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heqi_vocabulary::{Digest, Entropy};
use zeroize::Zeroizing;

use super::{NONCE_BYTES, TAG_BYTES, decrypt, encrypt};
use crate::durable_file::Disk;

const LABEL: &[u8] = b"heqi.vault.wrap/v1\n";
const FINGERPRINT_LABEL: &str = "heqi.key-encryption-key/v1\n";

/// Wraps the vault's epoch keys. A file here; a hardware module or a key service in production.
pub trait KeyEncryptionKey: Send + Sync {
    /// Encrypts `key` so that only [`KeyEncryptionKey::unwrap`] with the same context gives it back.
    fn wrap(&self, key: &[u8; 32], context: &[u8]) -> Result<Vec<u8>, WrapError>;

    /// Gives back a wrapped key.
    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Zeroizing<[u8; 32]>, WrapError>;
}

/// The key-encryption key did not wrap or unwrap.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the key-encryption key does not answer: {what}")]
pub struct WrapError {
    /// What its holder said.
    pub what: String,
}

/// A key-encryption key in a file of mode 0600: 64 hexadecimal characters. Whoever can read the file and the vault can
/// read everything; production puts this key elsewhere.
pub struct FileKeyEncryptionKey {
    secret: Zeroizing<[u8; 32]>,
    path: PathBuf,
    entropy: Arc<dyn Entropy>,
}

impl FileKeyEncryptionKey {
    /// Draws a key and writes it to a file that must not exist yet.
    pub fn create(
        path: &Path,
        disk: &Disk,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, KeyFileError> {
        if path.exists() {
            return Err(KeyFileError::Exists);
        }
        let mut secret = Zeroizing::new([0; 32]);
        entropy.fill(secret.as_mut());
        let text = Zeroizing::new(hex::encode(*secret));
        disk.write_secret(path, &[text.as_bytes(), b"\n"])?;
        Ok(Self { secret, path: path.to_owned(), entropy })
    }

    /// Reads the key from its file.
    ///
    /// # Errors
    /// When others than the owner may read the file.
    pub fn load(path: &Path, entropy: Arc<dyn Entropy>) -> Result<Self, KeyFileError> {
        if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
            return Err(KeyFileError::ReadableByOthers);
        }
        let text = Zeroizing::new(fs::read_to_string(path)?);
        let mut secret = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim_end(), secret.as_mut())
            .map_err(|_| KeyFileError::Malformed)?;
        Ok(Self { secret, path: path.to_owned(), entropy })
    }
}

impl FileKeyEncryptionKey {
    /// What names the key without saying anything about it: SHA-256 under a label.
    pub fn fingerprint(&self) -> Digest {
        Digest::labelled(FINGERPRINT_LABEL, self.secret.as_slice())
    }
}

/// Two keys while one takes the place of the other: everything new is under `next`, everything old still opens.
pub struct RotatingKeyEncryptionKey {
    next: Arc<dyn KeyEncryptionKey>,
    former: Arc<dyn KeyEncryptionKey>,
}

impl RotatingKeyEncryptionKey {
    /// Wraps with `next`, unwraps with either.
    pub fn new(next: Arc<dyn KeyEncryptionKey>, former: Arc<dyn KeyEncryptionKey>) -> Self {
        Self { next, former }
    }
}

impl KeyEncryptionKey for RotatingKeyEncryptionKey {
    fn wrap(&self, key: &[u8; 32], context: &[u8]) -> Result<Vec<u8>, WrapError> {
        self.next.wrap(key, context)
    }

    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Zeroizing<[u8; 32]>, WrapError> {
        self.next.unwrap(wrapped, context).or_else(|_| self.former.unwrap(wrapped, context))
    }
}

impl fmt::Debug for RotatingKeyEncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RotatingKeyEncryptionKey")
    }
}

impl KeyEncryptionKey for FileKeyEncryptionKey {
    fn wrap(&self, key: &[u8; 32], context: &[u8]) -> Result<Vec<u8>, WrapError> {
        let nonce: [u8; NONCE_BYTES] = self.entropy.bytes();
        let mut body = Zeroizing::new(*key);
        let tag = encrypt(&self.secret, nonce, &associated(context), body.as_mut());
        Ok([&nonce[..], &body[..], &tag].concat())
    }

    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Zeroizing<[u8; 32]>, WrapError> {
        // Which of the two was changed cannot be told from here, so both are named.
        let refused = || WrapError {
            what: format!(
                "the wrapped key is of another key than that in {}, or one of the two is damaged",
                self.path.display()
            ),
        };
        let (nonce, rest) = wrapped.split_first_chunk().ok_or_else(refused)?;
        let (body, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or_else(refused)?;
        let mut key = Zeroizing::new(<[u8; 32]>::try_from(body).map_err(|_| refused())?);
        decrypt(&self.secret, *nonce, &associated(context), key.as_mut(), tag)
            .map_err(|_| refused())?;
        Ok(key)
    }
}

impl fmt::Debug for FileKeyEncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKeyEncryptionKey")
    }
}

/// Why a key file was not made or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// There is a file of this name already; a key is never overwritten.
    #[error("the key file exists already")]
    Exists,
    /// Group or others may read it: `chmod 600`.
    #[error("the key file can be read by others than its owner; set its mode to 0600")]
    ReadableByOthers,
    /// It is not 64 hexadecimal characters.
    #[error("the key file does not hold 64 hexadecimal characters")]
    Malformed,
    /// The system could not read or write it.
    #[error("the key file could not be read or written")]
    Io(#[from] io::Error),
}

fn associated(context: &[u8]) -> Vec<u8> {
    [LABEL, context].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::SeededEntropy;

    #[test]
    fn a_key_file_is_made_once_for_its_owner_alone_and_read_back() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kek");
        let entropy = Arc::new(SeededEntropy::new(5));
        let made = FileKeyEncryptionKey::create(&path, &Disk::default(), entropy.clone()).unwrap();
        let again = FileKeyEncryptionKey::create(&path, &Disk::default(), entropy.clone());
        assert!(matches!(again, Err(KeyFileError::Exists)));

        let loaded = FileKeyEncryptionKey::load(&path, entropy.clone()).unwrap();
        let wrapped = made.wrap(&[9; 32], b"segment 1").unwrap();
        assert_eq!(*loaded.unwrap(&wrapped, b"segment 1").unwrap(), [9; 32]);
        assert!(loaded.unwrap(&wrapped, b"segment 2").is_err());
        assert!(loaded.unwrap(&wrapped[1..], b"segment 1").is_err());

        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = FileKeyEncryptionKey::load(&path, entropy);
        assert!(matches!(refused, Err(KeyFileError::ReadableByOthers)));
    }
}
