use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use bytes::Bytes;
use heqi_vocabulary::Clock;

use super::*;
use crate::backend::Backend;
use crate::backend::embedded::Embedded;
use crate::backend::embedded::tests::fixture::{Fixture, key};
use crate::changeset::{Changeset, LedgerEntry, leaf_index_of};
use crate::object::{ObjectRef, open_sealed, put_sealed};
use crate::testing::{SeededEntropy, tamper};
use crate::vault::{DataKeyId, FileKeyEncryptionKey, VaultError};

struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> UtcMillis {
        UtcMillis::from_millis(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

/// A store with a folder for its backups, and a clock.
struct Place {
    fixture: Fixture,
    clock: Arc<Hands>,
}

impl Place {
    fn new() -> Self {
        let mut fixture = Fixture::new();
        // Many segments and snapshots in a short test.
        fixture.settings.segment_bytes = 40_000;
        fixture.settings.snapshot_bytes = 80_000;
        Self { fixture, clock: Arc::new(Hands(AtomicI64::new(1_800_000_000_000))) }
    }

    fn key_file(&self, name: &str) -> Arc<FileKeyEncryptionKey> {
        let path = self.path(name);
        let entropy = self.fixture.entropy.clone();
        let made = FileKeyEncryptionKey::create(&path, &Disk::default(), entropy.clone());
        Arc::new(made.or_else(|_| FileKeyEncryptionKey::load(&path, entropy)).unwrap())
    }

    fn ports(&self, key: &str) -> BackupPorts {
        BackupPorts {
            key_encryption: self.key_file(key),
            entropy: Arc::new(SeededEntropy::new(5)),
            clock: self.clock.clone(),
            disk: Disk::default(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.fixture.directory.path().join(name)
    }

    fn store(&self) -> &Path {
        &self.fixture.settings.directory
    }

    fn back_up(&self) -> Generation {
        let ports = self.ports("backup-key");
        let generation = backup(self.store(), &self.path("backup"), &ports).unwrap();
        backup_vault(self.store(), None, &self.path("keys"), &ports).unwrap();
        generation
    }

    fn restore(&self, generation: Option<u32>) -> Result<Generation, BackupError> {
        let what = Restoring {
            from: &self.path("backup"),
            vault_from: &self.path("keys"),
            generation,
            to: &self.path("again"),
            vault_to: None,
            store_key: Some(self.key_file("kek")),
            progress: Arc::new(|_| {}),
        };
        restore(&what, &self.ports("backup-key"))
    }

    fn open_restored(&self) -> Embedded {
        let mut settings = self.fixture.settings.clone();
        settings.directory = self.path("again");
        Embedded::open(&settings, self.fixture.ports()).unwrap()
    }
}

/// What a caller was told: where its leaf is, and its photo.
#[derive(Clone)]
struct Told {
    name: String,
    index: u64,
    photo: ObjectRef,
}

/// One act: a row, a leaf, a sealed photo; and a photo that is given back at once, as when somebody takes another.
async fn act(store: &Embedded, number: usize) -> Told {
    let name = format!("act/{number:05}");
    let entropy = SeededEntropy::new(number as u64);
    let data_key = store.vault().create(DataKeyId::of(&[name.as_bytes()])).unwrap();
    let photo = |what: &str| vec![u8::try_from(what.len()).unwrap(); 3_000 + number % 50];
    let spare = put_sealed(store, &data_key, "spare", &photo("spare"), &entropy).unwrap();
    let kept = put_sealed(store, &data_key, &name, &photo("kept"), &entropy).unwrap();
    let (spare, photo) = (spare.reference(), kept.reference());
    let mut changes = Changeset::new();
    let entry = LedgerEntry::new(name.clone(), vec![7; 200]);
    changes.append(entry.indexed_at(key(&name)));
    let committed = store.commit(changes).unwrap().await.unwrap();
    store.discard_object(&spare.id).await.unwrap();
    Told { name, index: committed.first_leaf_index.unwrap(), photo }
}

async fn check(store: &Embedded, told: &[Told], size: u64) -> usize {
    let covered = told.iter().filter(|told| told.index < size);
    let mut count = 0;
    for told in covered {
        let row = store.row(&key(&told.name)).await.unwrap().unwrap();
        assert_eq!(leaf_index_of(&row), Some(told.index));
        let entry = store.log().entry(told.index).await.unwrap().unwrap();
        assert_eq!(entry.entry, Bytes::from(told.name.clone()));
        store.log().inclusion_proof(told.index, size).await.unwrap();
        open_sealed(store, &told.photo, &told.name).await.unwrap();
        count += 1;
    }
    count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_a_running_store_holds_every_receipt_it_covers() {
    let place = Place::new();
    let store = Arc::new(place.fixture.open());
    let ends = Arc::new(AtomicBool::new(false));
    let working = tokio::spawn({
        let (store, ends) = (store.clone(), ends.clone());
        async move {
            let mut told = Vec::new();
            while !ends.load(Ordering::Relaxed) {
                told.push(act(&store, told.len()).await);
            }
            told
        }
    });
    let mut sizes = Vec::new();
    for wanted in [20, 60, 120] {
        let mut heads = store.log().head_changed();
        heads.wait_for(|head| head.size() >= wanted).await.unwrap();
        sizes.push(tokio::task::block_in_place(|| place.back_up().size));
    }
    ends.store(true, Ordering::Relaxed);
    let told = working.await.unwrap();
    store.close().unwrap();

    for (number, size) in (1..).zip(sizes) {
        let restored = place.restore(Some(number)).unwrap();
        assert_eq!(restored.size, size);
        let mark = RestoredMark::read(&place.path("again")).unwrap().unwrap();
        assert_eq!((mark.generation, mark.size), (number, size));
        let again = place.open_restored();
        assert_eq!(again.log().head().size(), size);
        assert_eq!(again.log().head().checkpoint().note().to_string(), restored.head);
        assert_eq!(check(&again, &told, size).await as u64, size);
        // And it goes on.
        act(&again, 90_000).await;
        again.close().unwrap();
        fs::remove_dir_all(place.path("again")).unwrap();
    }
}

#[tokio::test]
async fn a_second_generation_copies_only_what_was_added() {
    let place = Place::new();
    let store = place.fixture.open();
    for number in 0..200 {
        act(&store, number).await;
    }
    let first = place.back_up();
    act(&store, 200).await;
    let second = place.back_up();
    assert_eq!((first.number, second.number), (1, 2));
    assert_eq!(second.size, first.size + 1);
    assert!(
        second.added_bytes * 10 < first.added_bytes,
        "{} after {}",
        second.added_bytes,
        first.added_bytes
    );
    assert!(second.total_bytes() > first.total_bytes());
    let listed = generations(&place.path("backup"), &place.ports("backup-key")).unwrap();
    assert_eq!(listed, [first, second]);
    store.close().unwrap();
    // Stopped, it is backed up the same way.
    assert_eq!(place.back_up().size, 201);
}

#[tokio::test]
async fn a_flipped_byte_is_named_and_nothing_is_restored() {
    let place = Place::new();
    let store = place.fixture.open();
    for number in 0..20 {
        act(&store, number).await;
    }
    store.close().unwrap();
    place.back_up();
    let pack = place.path("backup/packs/0000000001.pack");
    let manifest = place.path("backup/generations/0000000001.json");
    let keys = place.path("keys/packs/0000000001.pack");
    for (file, at) in
        [(&pack, 100), (&pack, 30_000), (&manifest, 40), (&manifest, 300), (&keys, 50)]
    {
        let whole = fs::read(file).unwrap();
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        tamper(file, &flipped);
        let error = place.restore(None).unwrap_err();
        let BackupError::Damaged(damage) = &error else { panic!("{error}") };
        assert_eq!(damage.file, *file, "{error}");
        assert!(!place.path("again").exists());
        tamper(file, &whole);
    }
    fs::remove_file(&pack).unwrap();
    let error = place.restore(None).unwrap_err().to_string();
    assert!(error.contains("0000000001.pack") && error.contains("missing"), "{error}");
}

#[tokio::test]
async fn another_key_another_store_and_a_taken_place_are_refused() {
    let place = Place::new();
    let store = place.fixture.open();
    act(&store, 1).await;
    place.back_up();
    let other_key = generations(&place.path("backup"), &place.ports("other-key"));
    assert!(matches!(other_key, Err(BackupError::OtherKey(_))));
    let mut another = Place::new();
    another.fixture.entropy = Arc::new(SeededEntropy::new(1));
    another.fixture.open().close().unwrap();
    let wrong = backup(another.store(), &place.path("backup"), &place.ports("backup-key"));
    assert!(matches!(wrong, Err(BackupError::OtherBackup { .. })));
    let swapped = backup(place.store(), &place.path("keys"), &place.ports("backup-key"));
    assert!(matches!(swapped, Err(BackupError::OtherBackup { .. })));
    assert!(matches!(place.restore(Some(9)), Err(BackupError::NoGeneration { .. })));
    fs::create_dir(place.path("again")).unwrap();
    assert!(matches!(place.restore(None), Err(BackupError::TargetExists(_))));
    store.close().unwrap();
}

#[tokio::test]
async fn a_store_that_was_set_back_does_not_continue_its_backup() {
    let place = Place::new();
    let store = place.fixture.open();
    act(&store, 1).await;
    place.back_up();
    act(&store, 2).await;
    place.back_up();
    store.close().unwrap();
    place.restore(Some(1)).unwrap();
    fs::rename(place.store(), place.path("lost")).unwrap();
    fs::rename(place.path("again"), place.store()).unwrap();
    let store = place.fixture.open();
    act(&store, 3).await;
    let refused = backup(place.store(), &place.path("backup"), &place.ports("backup-key"));
    assert!(matches!(refused, Err(BackupError::OtherHistory { generation: 2, .. })), "{refused:?}");
    store.close().unwrap();
}

#[tokio::test]
async fn erased_keys_leave_the_backup_of_the_vault_with_its_old_generations() {
    let place = Place::new();
    let store = place.fixture.open();
    act(&store, 1).await;
    place.back_up();
    let id = DataKeyId::of(&[b"act/00001"]);
    store.vault().shred(&[id]).unwrap();
    place.clock.0.fetch_add((VAULT_RETENTION_DAYS + 1) * 86_400_000, Ordering::Relaxed);
    place.back_up();
    let kept = generations(&place.path("keys"), &place.ports("backup-key")).unwrap();
    assert_eq!(kept.iter().map(|kept| kept.number).collect::<Vec<_>>(), [2]);
    assert!(!place.path("keys/packs/0000000001.pack").exists());
    // The oldest generation of the store is there still, and cannot bring the key back.
    place.restore(Some(1)).unwrap();
    let again = place.open_restored();
    assert_eq!(again.vault().key(id).unwrap_err(), VaultError::Shredded { id });
    RestoredMark::clear(&place.path("again"), &Disk::default()).unwrap();
    assert_eq!(RestoredMark::read(&place.path("again")).unwrap(), None);
    again.close().unwrap();
    store.close().unwrap();
}
