use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use heqi_vocabulary::Entropy;
use parking_lot::Mutex;

use super::{DataKey, DataKeyId, Vault, VaultError};

/// A vault that forgets everything with the process: for tests and the in-memory backend.
pub struct MemoryVault {
    /// `None`: erased.
    keys: Mutex<HashMap<DataKeyId, Option<DataKey>>>,
    entropy: Arc<dyn Entropy>,
}

impl MemoryVault {
    /// An empty vault drawing its keys from `entropy`.
    pub fn new(entropy: Arc<dyn Entropy>) -> Self {
        Self { keys: Mutex::default(), entropy }
    }

    /// A vault of its own that begins with the keys of this one.
    pub(crate) fn copy(&self) -> Self {
        Self { keys: Mutex::new(self.keys.lock().clone()), entropy: self.entropy.clone() }
    }
}

impl Vault for MemoryVault {
    fn create(&self, id: DataKeyId) -> Result<DataKey, VaultError> {
        self.keys
            .lock()
            .entry(id)
            .or_insert_with(|| Some(DataKey::random(id, &*self.entropy)))
            .clone()
            .ok_or(VaultError::Shredded { id })
    }

    fn key(&self, id: DataKeyId) -> Result<DataKey, VaultError> {
        match self.keys.lock().get(&id) {
            None => Err(VaultError::Unknown { id }),
            Some(None) => Err(VaultError::Shredded { id }),
            Some(Some(key)) => Ok(key.clone()),
        }
    }

    fn shred(&self, ids: &[DataKeyId]) -> Result<(), VaultError> {
        self.keys.lock().extend(ids.iter().map(|id| (*id, None)));
        Ok(())
    }

    fn flush(&self) -> Result<u64, VaultError> {
        Ok(u64::try_from(self.keys.lock().len()).unwrap_or(u64::MAX))
    }

    fn identifiers(&self) -> Vec<DataKeyId> {
        self.keys.lock().keys().copied().collect()
    }

    fn adopt(&self, key: &DataKey) {
        self.keys.lock().entry(key.id()).or_insert_with(|| Some(key.clone()));
    }
}

impl fmt::Debug for MemoryVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryVault({} keys)", self.keys.lock().len())
    }
}
