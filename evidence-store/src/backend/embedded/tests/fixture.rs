use std::sync::Arc;

use parking_lot::Mutex;
use tempfile::TempDir;

use crate::backend::Backend;
use crate::backend::embedded::{Embedded, OpenError, Ports, Settings};
use crate::changeset::{Changeset, LedgerEntry, RowKey};
use crate::durable_file::Disk;
use crate::testing::{SeededEntropy, head_signer};
use crate::vault::FileKeyEncryptionKey;

/// A store directory and everything to open it with.
pub(crate) struct Fixture {
    pub(crate) directory: TempDir,
    pub(crate) settings: Settings,
    pub(crate) entropy: Arc<SeededEntropy>,
    /// Why the store stopped, if it did.
    pub(crate) stopped: Arc<Mutex<Option<String>>>,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut settings = Settings::new(directory.path().join("store"));
        settings.index_cache_bytes = 8 << 20;
        settings.reserve_bytes = 0;
        let entropy = Arc::new(SeededEntropy::new(99));
        let kek = directory.path().join("kek");
        FileKeyEncryptionKey::create(&kek, &Disk::default(), entropy.clone()).unwrap();
        Self { directory, settings, entropy, stopped: Arc::default() }
    }

    pub(crate) fn ports(&self) -> Ports {
        let kek = self.directory.path().join("kek");
        let kek = FileKeyEncryptionKey::load(&kek, self.entropy.clone()).unwrap();
        let mut ports = Ports::new(head_signer(), Arc::new(kek), self.entropy.clone());
        let stopped = Arc::clone(&self.stopped);
        ports.stop_process = Arc::new(move |what| {
            stopped.lock().get_or_insert(what.to_owned());
        });
        ports
    }

    pub(crate) fn open(&self) -> Embedded {
        self.try_open().unwrap()
    }

    pub(crate) fn try_open(&self) -> Result<Embedded, OpenError> {
        Embedded::open(&self.settings, self.ports())
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.settings.directory.join(name)
    }
}

pub(crate) fn key(text: &str) -> RowKey {
    RowKey::new(text.to_owned()).unwrap()
}

/// Commits one row and one leaf, both called `name`.
pub(crate) async fn put(store: &Embedded, name: &str) -> u64 {
    let mut changes = Changeset::new();
    changes.put(key(&format!("row/{name}")), name.to_owned());
    let entry = LedgerEntry::new(format!("entry {name}"), format!("record {name}"));
    changes.append(entry.indexed_at(key(&format!("leaf/{name}"))));
    store.commit(changes).unwrap().await.unwrap().first_leaf_index.unwrap()
}

/// Whether the row, the index row and the leaf called `name` are there and agree.
pub(crate) async fn has(store: &Embedded, name: &str) -> bool {
    let row = store.row(&key(&format!("row/{name}"))).await.unwrap();
    let leaf = store.row(&key(&format!("leaf/{name}"))).await.unwrap();
    assert_eq!(row.is_some(), leaf.is_some(), "{name}: both or neither");
    let Some(leaf) = leaf else { return false };
    let index = crate::changeset::leaf_index_of(&leaf).unwrap();
    let entry = store.log().entry(index).await.unwrap().unwrap();
    assert_eq!(entry.entry, format!("entry {name}"));
    assert_eq!(entry.record, format!("record {name}"));
    true
}
