//! Personal data inside rows: JSON sealed under a data key (`docs/spec/store.md` section 7). A row, or the part of a
//! row, that can hold personal data is a [`Sealed`] value; everything else in rows and every key is readable on disk.

use std::fmt;
use std::marker::PhantomData;

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use heqi_vocabulary::Entropy;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::vault::{DataKey, DataKeyId, OpenError, Vault, VaultError, data_key_of};

/// A value of type `V`, readable only with its data key and only in the place it was sealed for. In JSON it is one
/// base64 string without padding.
pub struct Sealed<V> {
    bytes: Vec<u8>,
    content: PhantomData<fn() -> V>,
}

impl<V: DeserializeOwned + Serialize> Sealed<V> {
    /// Seals `value`. `place` says where it stands, for example the row key, and must be given again to open it: a
    /// sealed value moved to another row does not open.
    ///
    /// # Errors
    /// When the value has no JSON form.
    pub fn seal(
        key: &DataKey,
        place: &[u8],
        value: &V,
        entropy: &dyn Entropy,
    ) -> Result<Self, SealError> {
        let mut json = Zeroizing::new(Vec::with_capacity(512));
        serde_json::to_writer(&mut *json, value).map_err(|_| SealError)?;
        let bytes = key.seal(&place_context(place), &json, entropy);
        Ok(Self { bytes, content: PhantomData })
    }

    /// Opens the value with the key the vault holds for it.
    ///
    /// # Errors
    /// [`UnsealError::Vault`] with [`VaultError::Shredded`] when its key was erased.
    pub fn open(&self, vault: &dyn Vault, place: &[u8]) -> Result<V, UnsealError> {
        self.open_with(&vault.key(self.data_key().ok_or(OpenError)?)?, place)
    }

    /// Opens the value with a key at hand.
    pub fn open_with(&self, key: &DataKey, place: &[u8]) -> Result<V, UnsealError> {
        let json = key.open(&place_context(place), &self.bytes)?;
        serde_json::from_slice(&json).map_err(|_| UnsealError::OtherContent)
    }
}

impl<V> Sealed<V> {
    /// Takes sealed bytes as they stand in a row or record; whether they open shows when they are opened.
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes, content: PhantomData }
    }

    /// The sealed bytes, where no JSON stands around them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The key it is sealed under.
    pub fn data_key(&self) -> Option<DataKeyId> {
        data_key_of(&self.bytes)
    }
}

impl<V> Clone for Sealed<V> {
    fn clone(&self) -> Self {
        Self { bytes: self.bytes.clone(), content: PhantomData }
    }
}

impl<V> fmt::Debug for Sealed<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.bytes.len())
    }
}

impl<V> Eq for Sealed<V> {}

impl<V> PartialEq for Sealed<V> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl<V> Serialize for Sealed<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD_NO_PAD.encode(&self.bytes))
    }
}

impl<'de, V> Deserialize<'de> for Sealed<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let bytes =
            BASE64_STANDARD_NO_PAD.decode(text.as_bytes()).map_err(serde::de::Error::custom)?;
        Ok(Self { bytes, content: PhantomData })
    }
}

/// The value has no JSON form.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the value to be sealed has no JSON form")]
pub struct SealError;

/// Why a sealed value could not be opened.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum UnsealError {
    /// Its key is erased or cannot be had.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// It was sealed for another place or with another key, or a bit is wrong.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It opens, but what is inside has another form.
    #[error("the sealed value has another form than expected")]
    OtherContent,
}

fn place_context(place: &[u8]) -> Vec<u8> {
    [b"row\n", place].concat()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::testing::SeededEntropy;
    use crate::vault::MemoryVault;

    #[test]
    fn a_sealed_value_opens_only_in_its_place_and_with_its_key() {
        let entropy = Arc::new(SeededEntropy::new(1));
        let vault = MemoryVault::new(entropy.clone());
        let key = vault.create(DataKeyId::of(&[b"fil_1", b"par_1", b"contact"])).unwrap();
        let name = "欧阳示例".to_owned();
        let sealed = Sealed::seal(&key, b"party/1", &name, &*entropy).unwrap();

        assert_eq!(sealed.open(&vault, b"party/1").unwrap(), name);
        assert_eq!(sealed.open(&vault, b"party/2"), Err(UnsealError::Open(OpenError)));
        let json = serde_json::to_string(&sealed).unwrap();
        assert!(!json.contains("欧阳"));
        let back: Sealed<String> = serde_json::from_str(&json).unwrap();
        assert_eq!(back.open(&vault, b"party/1").unwrap(), name);

        vault.shred(&[key.id()]).unwrap();
        assert_eq!(
            back.open(&vault, b"party/1"),
            Err(UnsealError::Vault(VaultError::Shredded { id: key.id() }))
        );
    }

    #[test]
    fn the_same_value_never_seals_to_the_same_bytes() {
        let entropy = Arc::new(SeededEntropy::new(1));
        let key = MemoryVault::new(entropy.clone()).create(DataKeyId::of(&[])).unwrap();
        let one = Sealed::seal(&key, b"p", &1u8, &*entropy).unwrap();
        assert_ne!(one, Sealed::seal(&key, b"p", &1u8, &*entropy).unwrap());
    }
}
