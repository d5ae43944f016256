//! Typed access to rows, written once above the boundary: keys are the `Display` form of an identifier below the
//! table's name, values are JSON.
//!
//! ```
//! use heqi_evidence_store::changeset::Changeset;
//! use heqi_evidence_store::table::Table;
//!
//! const COUNTERS: Table<String, u32> = Table::new("counter");
//!
//! let mut changes = Changeset::new();
//! COUNTERS.insert(&mut changes, &"visits".to_owned(), &1)?;
//! # Ok::<(), heqi_evidence_store::table::TableError>(())
//! ```

use std::fmt::Display;
use std::marker::PhantomData;
use std::str::FromStr;

use heqi_vocabulary::Entropy;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::backend::{Backend, ReadError};
use crate::changeset::{Changeset, Expected, InvalidChangeset, Row, RowKey};
use crate::sealed::{SealError, Sealed, UnsealError};
use crate::vault::{DataKey, Vault};

mod keys;

pub use keys::{MalformedKey, Pair, Place};

/// Rows of one kind.
#[derive(Debug)]
pub struct Table<K, V> {
    name: &'static str,
    kinds: PhantomData<fn(K) -> V>,
}

/// A typed row with the version to expect when changing it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stored<V> {
    /// See [`Row::version`].
    pub version: u64,
    /// The content.
    pub value: V,
}

impl<K: Display, V: DeserializeOwned + Serialize> Table<K, V> {
    /// The table of this name. A name belongs to one table and contains no `/`.
    pub const fn new(name: &'static str) -> Self {
        Self { name, kinds: PhantomData }
    }

    /// What the keys of all its rows begin with: for rows that are not JSON.
    pub fn prefix(&self) -> String {
        format!("{}/", self.name)
    }

    /// The row key of `key`: `name/key`.
    pub fn key(&self, key: &K) -> Result<RowKey, TableError> {
        Ok(RowKey::new(format!("{}/{key}", self.name))?)
    }

    /// The accepted row: what a command builds on.
    pub async fn row(
        &self,
        backend: &dyn Backend,
        key: &K,
    ) -> Result<Option<Stored<V>>, TableError> {
        let key = self.key(key)?;
        backend.row(&key).await?.map(|row| decode(&key, &row)).transpose()
    }

    /// The row once it is durable: what a request answers with.
    pub async fn durable_row(
        &self,
        backend: &dyn Backend,
        key: &K,
    ) -> Result<Option<Stored<V>>, TableError> {
        let key = self.key(key)?;
        backend.durable_row(&key).await?.map(|row| decode(&key, &row)).transpose()
    }

    /// Writes a row that must not exist yet.
    pub fn insert(&self, changes: &mut Changeset, key: &K, value: &V) -> Result<(), TableError> {
        changes.expect(self.key(key)?, Expected::Absent);
        self.put(changes, key, value)
    }

    /// Writes a row that must still be of `version`.
    pub fn replace(
        &self,
        changes: &mut Changeset,
        key: &K,
        version: u64,
        value: &V,
    ) -> Result<(), TableError> {
        changes.expect(self.key(key)?, Expected::Version(version));
        self.put(changes, key, value)
    }

    /// Writes a row whatever was there.
    pub fn put(&self, changes: &mut Changeset, key: &K, value: &V) -> Result<(), TableError> {
        let key = self.key(key)?;
        let value =
            serde_json::to_vec(value).map_err(|_| TableError::Encode { key: key.clone() })?;
        changes.put(key, value);
        Ok(())
    }

    /// Removes a row that must still be of `version`.
    pub fn remove(&self, changes: &mut Changeset, key: &K, version: u64) -> Result<(), TableError> {
        let key = self.key(key)?;
        changes.expect(key.clone(), Expected::Version(version)).delete(key);
        Ok(())
    }
}

impl<K: Display + FromStr, V: DeserializeOwned + Serialize> Table<K, V> {
    /// The accepted rows whose keys begin with `within` and come after `after`, in the order of the keys' text, at
    /// most `limit`.
    pub async fn scan(
        &self,
        backend: &dyn Backend,
        within: &str,
        after: Option<&K>,
        limit: usize,
    ) -> Result<Vec<(K, Stored<V>)>, TableError> {
        let prefix = format!("{}/{within}", self.name);
        let after = after.map(|key| self.key(key)).transpose()?;
        let rows = backend.scan(prefix.as_bytes(), after.as_ref(), limit).await?;
        rows.into_iter()
            .map(|(row_key, row)| Ok((self.parse_key(&row_key)?, decode(&row_key, &row)?)))
            .collect()
    }

    fn parse_key(&self, row_key: &RowKey) -> Result<K, TableError> {
        str::from_utf8(row_key.as_bytes())
            .ok()
            .and_then(|text| text.strip_prefix(self.name)?.strip_prefix('/')?.parse().ok())
            .ok_or_else(|| TableError::Decode { key: row_key.clone() })
    }
}

impl<K: Display, V: DeserializeOwned + Serialize> Table<K, Sealed<V>> {
    /// Seals a value for its row in this table.
    pub fn seal(
        &self,
        key: &K,
        data_key: &DataKey,
        value: &V,
        entropy: &dyn Entropy,
    ) -> Result<Sealed<V>, TableError> {
        Ok(Sealed::seal(data_key, self.key(key)?.as_bytes(), value, entropy)?)
    }

    /// Opens a value read from its row in this table.
    pub fn open(&self, key: &K, sealed: &Sealed<V>, vault: &dyn Vault) -> Result<V, TableError> {
        Ok(sealed.open(vault, self.key(key)?.as_bytes())?)
    }
}

/// Why a typed row could not be read or written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The key has no legal row key.
    #[error(transparent)]
    Key(#[from] InvalidChangeset),
    /// The store could not read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The value has no JSON form.
    #[error("the value for row {key} has no JSON form")]
    Encode {
        /// The row.
        key: RowKey,
    },
    /// The row is there but has another form.
    #[error("row {key} has another form than its table expects")]
    Decode {
        /// The row.
        key: RowKey,
    },
    /// The value could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The sealed value could not be opened.
    #[error(transparent)]
    Unseal(#[from] UnsealError),
}

fn decode<V: DeserializeOwned>(key: &RowKey, row: &Row) -> Result<Stored<V>, TableError> {
    serde_json::from_slice(&row.value)
        .map(|value| Stored { version: row.version, value })
        .map_err(|_| TableError::Decode { key: key.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::CommitError;
    use crate::testing::{SeededEntropy, memory};
    use crate::vault::DataKeyId;

    const NAMES: Table<u32, Sealed<String>> = Table::new("name");
    const COUNTS: Table<String, u32> = Table::new("count");

    #[tokio::test]
    async fn a_row_is_inserted_once_and_replaced_only_at_its_version() {
        let backend = memory();
        let key = "a".to_owned();
        let mut insert = Changeset::new();
        COUNTS.insert(&mut insert, &key, &1).unwrap();
        backend.commit(insert.clone()).unwrap().await.unwrap();
        assert!(matches!(backend.commit(insert), Err(CommitError::Conflict { .. })));

        let stored = COUNTS.row(&*backend, &key).await.unwrap().unwrap();
        assert_eq!(stored.value, 1);
        let mut replace = Changeset::new();
        COUNTS.replace(&mut replace, &key, stored.version, &2).unwrap();
        backend.commit(replace.clone()).unwrap().await.unwrap();
        assert!(matches!(backend.commit(replace), Err(CommitError::Conflict { .. })));

        let stored = COUNTS.durable_row(&*backend, &key).await.unwrap().unwrap();
        assert_eq!(stored.value, 2);
        let mut remove = Changeset::new();
        COUNTS.remove(&mut remove, &key, stored.version).unwrap();
        backend.commit(remove).unwrap().await.unwrap();
        assert_eq!(COUNTS.row(&*backend, &key).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_scan_stays_inside_its_table_and_its_part() {
        let backend = memory();
        let mut changes = Changeset::new();
        for (key, value) in [("a/1", 1), ("a/2", 2), ("a/3", 3), ("b/1", 4)] {
            COUNTS.put(&mut changes, &key.to_owned(), &value).unwrap();
        }
        changes.put(RowKey::new("counter/a/9").unwrap(), "9");
        backend.commit(changes).unwrap().await.unwrap();

        let rows = COUNTS.scan(&*backend, "a/", Some(&"a/1".to_owned()), 10).await.unwrap();
        let found: Vec<_> = rows.iter().map(|(key, stored)| (key.as_str(), stored.value)).collect();
        assert_eq!(found, [("a/2", 2), ("a/3", 3)]);
        assert_eq!(COUNTS.scan(&*backend, "", None, 10).await.unwrap().len(), 4);
        assert_eq!(COUNTS.scan(&*backend, "", None, 3).await.unwrap().len(), 3);
    }

    #[tokio::test]
    async fn a_sealed_row_moved_to_another_key_does_not_open() {
        let backend = memory();
        let data_key = backend.vault().create(DataKeyId::of(&[b"filing"])).unwrap();
        let entropy = SeededEntropy::new(9);
        let sealed = NAMES.seal(&1, &data_key, &"示例".to_owned(), &entropy).unwrap();
        assert_eq!(NAMES.open(&1, &sealed, backend.vault()).unwrap(), "示例");
        assert!(matches!(NAMES.open(&2, &sealed, backend.vault()), Err(TableError::Unseal(_))));
    }

    #[tokio::test]
    async fn a_row_of_another_form_is_an_error_not_a_guess() {
        let backend = memory();
        let mut changes = Changeset::new();
        changes.put(COUNTS.key(&"a".to_owned()).unwrap(), "\"text\"");
        backend.commit(changes).unwrap().await.unwrap();
        let error = COUNTS.row(&*backend, &"a".to_owned()).await.unwrap_err();
        assert!(matches!(error, TableError::Decode { .. }));
    }
}
