use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::*;
use crate::backend::embedded::tests::fixture::{Fixture, has, key, put};
use crate::backend::{Backend, CommitError};
use crate::changeset::{Changeset, LedgerEntry};
use crate::durable_file::Disk;
use crate::rebuild::rebuild;
use crate::testing::{SeededEntropy, note_signer, tamper};
use crate::vault::{DataKeyId, FileKeyEncryptionKey, KeyEncryptionKey};

/// A closed store with something in every kind of file.
async fn full_store() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.settings.segment_bytes = 20_000;
    fixture.settings.snapshot_bytes = 20_000;
    let store = fixture.open();
    let mut heads = Vec::new();
    for n in 0..30u32 {
        let mut changes = Changeset::new();
        for m in 0..20 {
            changes.append(LedgerEntry::new(format!("entry {n}/{m}"), vec![m; 40]));
            changes.put(key(&format!("row/{m}")), format!("{n}"));
        }
        store.vault().create(DataKeyId::of(&[&n.to_be_bytes()])).unwrap();
        let object = store.put_object(Bytes::from(vec![n.to_le_bytes()[0]; 5_000])).unwrap();
        heads.push(store.commit(changes).unwrap().await.unwrap().head);
        let object = object.await.unwrap();
        if n == 3 {
            assert!(store.discard_object(&object.id).await.unwrap());
        }
        if n == 15 || n == 28 {
            // Tiles of 320 and of 580 leaves, the latter with partial ones.
            store.log().publish(heads.last().unwrap().checkpoint().clone()).await.unwrap();
        }
    }
    store.vault().shred(&[DataKeyId::of(&[&7u32.to_be_bytes()])]).unwrap();
    put(&store, "last").await;
    while store.gauges().snapshot_bytes == 0 {
        tokio::task::yield_now().await;
    }
    store.close().unwrap();
    let snapshots = std::fs::read_dir(fixture.path("state")).unwrap();
    let is_snapshot = |path: PathBuf| path.extension().is_some_and(|e| e == "snapshot");
    assert!(snapshots.flatten().any(|entry| is_snapshot(entry.path())), "a snapshot to check");
    fixture
}

fn options(fixture: &Fixture) -> FsckOptions {
    let kek = fixture.directory.path().join("kek");
    let kek = FileKeyEncryptionKey::load(&kek, Arc::new(SeededEntropy::new(1))).unwrap();
    let kek: Arc<dyn KeyEncryptionKey> = Arc::new(kek);
    FsckOptions {
        key_encryption: Some(kek),
        keys: vec![note_signer(7).verifier_key().clone()],
        ..FsckOptions::new(fixture.directory.path().join("scratch"))
    }
}

fn check(fixture: &Fixture) -> Report {
    fsck(&fixture.settings.directory, &options(fixture)).unwrap()
}

fn files_of(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { directories.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_closed_in_order_is_sound() {
    let fixture = full_store().await;
    let before: Vec<_> = files_of(&fixture.settings.directory)
        .into_iter()
        .map(|path| (std::fs::read(&path).unwrap(), path))
        .collect();
    let report = check(&fixture);
    assert_eq!(report.damages, []);
    assert_eq!(report.notes, Vec::<String>::new());
    assert_eq!((report.leaves, report.objects, report.data_keys), (601, 29, 29));
    assert_eq!(report.rows, report.index_rows);
    assert!(report.heads > 1 && report.tiles >= 6, "{report:?}");
    for (bytes, path) in before {
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "{} changed", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_byte_in_any_file_is_found_and_its_range_named() {
    let fixture = full_store().await;
    let is_checked = |path: &PathBuf| {
        let name = path.strip_prefix(&fixture.settings.directory).unwrap().to_str().unwrap();
        // The lock says nothing; the index is looked at below.
        name != "LOCK" && !name.starts_with("index/")
    };
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for path in files_of(&fixture.settings.directory).into_iter().filter(is_checked) {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.strip_prefix(&fixture.settings.directory).unwrap().to_str().unwrap();
        let kind = name.split('/').next().unwrap().to_owned();
        let seen = kinds.entry(kind).or_default();
        *seen += 1;
        if *seen > 4 && !name.contains(".p/") {
            continue;
        }
        let places = (0..bytes.len()).step_by((bytes.len() / 23).max(1)).chain([bytes.len() - 1]);
        for at in places {
            if name.starts_with("objects/") && is_in_discarded(&bytes, at) {
                continue;
            }
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x10;
            tamper(&path, &flipped);
            match fsck(&fixture.settings.directory, &options(&fixture)) {
                Err(FsckError::NoStore(damage)) => assert_eq!(damage.file, path),
                Err(error) => panic!("{name} byte {at}: {error}"),
                Ok(report) => {
                    let at = u64::try_from(at).unwrap();
                    let names_it = |damage: &&Damage| {
                        damage.file == path
                            && damage.offset <= at
                            && (damage.length == 0 || at < damage.offset + damage.length)
                    };
                    // A cut last frame of the state journal is told by the mark of the clean stop.
                    let is_told = |damage: &&Damage| damage.file.ends_with("index.clean");
                    let found = report.damages.iter().find(names_it);
                    let found = found.or_else(|| report.damages.iter().find(is_told));
                    assert!(found.is_some(), "{name} byte {at}: {:?}", report.damages);
                }
            }
        }
        tamper(&path, &bytes);
    }
    for kind in ["state", "ledger", "objects", "vault", "log", "store.json", "index.clean"] {
        assert!(kinds.contains_key(kind), "no {kind} was checked");
    }
    assert!(check(&fixture).is_sound());
}

/// The content of the object that was discarded is gone; nobody promises what its bytes are.
fn is_in_discarded(bytes: &[u8], at: usize) -> bool {
    let mut offset = 36;
    while offset + 44 <= bytes.len() {
        let size = u32::from_be_bytes(bytes[offset + 4..offset + 8].try_into().unwrap());
        let content = offset + 44..offset + 44 + usize::try_from(size).unwrap();
        if content.contains(&at) {
            return bytes[content].iter().all(|byte| *byte == 0 || *byte == 3)
                && (bytes[offset + 44] == 0 || bytes[offset + 44] == 3)
                && offset != 36;
        }
        offset = content.end;
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_shortened_or_foreign_file_is_found() {
    let fixture = full_store().await;
    for path in files_of(&fixture.settings.directory) {
        let name = path.strip_prefix(&fixture.settings.directory).unwrap().to_str().unwrap();
        let is_optional = name == "LOCK" || name == "index.clean" || name == "log/checkpoint";
        if is_optional || name.starts_with("index/") || name.contains(".p/") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for rest in [None, Some(&bytes[..bytes.len() / 2]), Some(&bytes[..bytes.len() - 1])] {
            std::fs::remove_file(&path).unwrap();
            if let Some(rest) = rest {
                tamper(&path, rest);
            }
            let found = match fsck(&fixture.settings.directory, &options(&fixture)) {
                Err(FsckError::NoStore(_)) => true,
                Err(error) => panic!("{name}: {error}"),
                Ok(report) => !report.is_sound(),
            };
            assert!(found, "{name} cut to {:?}", rest.map(<[u8]>::len));
            if rest.is_none() {
                tamper(&path, b"");
            }
        }
        tamper(&path, &bytes);
    }
    assert!(check(&fixture).is_sound());
    for stranger in
        ["stranger", "state/stranger", "objects/0000000009.old", "log/tile/0/999", "vault/x"]
    {
        let path = fixture.path(stranger);
        tamper(&path, b"?");
        assert!(!check(&fixture).is_sound(), "{stranger}");
        std::fs::remove_file(&path).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_index_is_found_row_by_row() {
    let fixture = full_store().await;
    let changes: [fn(&sled::Db); 3] = [
        |db| drop(db.remove("rrow/3").unwrap()),
        |db| drop(db.insert("rrow/3x", vec![0; 30]).unwrap()),
        |db| {
            let other = db.get("rrow/4").unwrap().unwrap();
            db.insert("rrow/3", other).unwrap();
        },
    ];
    for change in changes {
        let kept = fixture.directory.path().join("kept");
        let index = fixture.path("index");
        crate::backend::embedded::tests::opening::copy(&index, &kept);
        let db = sled::open(&index).unwrap();
        change(&db);
        db.flush().unwrap();
        drop(db);
        let report = check(&fixture);
        assert!(report.damages.iter().any(|damage| damage.file == index), "{report:?}");
        std::fs::remove_dir_all(&index).unwrap();
        std::fs::rename(&kept, &index).unwrap();
    }
    assert!(check(&fixture).is_sound());
}

#[tokio::test(flavor = "multi_thread")]
async fn index_and_tiles_are_made_again_as_they_were() {
    let fixture = full_store().await;
    let tiles: Vec<_> = files_of(&fixture.path("log"))
        .into_iter()
        .map(|path| (std::fs::read(&path).unwrap(), path))
        .collect();
    std::fs::remove_dir_all(fixture.path("index")).unwrap();
    std::fs::remove_dir_all(fixture.path("log/tile")).unwrap();
    assert!(!check(&fixture).is_sound());
    let progress = Arc::new(parking_lot::Mutex::new(Vec::new()));
    let heard = Arc::clone(&progress);
    let show: crate::backend::embedded::ShowProgress =
        Arc::new(move |step| heard.lock().push(step));
    let disk = Disk::default();
    let rebuilt = rebuild(&fixture.settings.directory, &disk, 8 << 20, &show).unwrap();
    assert_eq!(rebuilt.leaves, 601);
    assert!(!progress.lock().is_empty());
    assert_eq!(check(&fixture).damages, []);
    let mut compared = 0;
    for (bytes, path) in tiles {
        // Partial tiles of older publications are not made again.
        if !path.to_str().unwrap().contains(".p/") || path.exists() {
            assert_eq!(std::fs::read(&path).unwrap(), bytes, "{}", path.display());
            compared += 1;
        }
    }
    assert!(compared > 7, "two full tiles and bundles, three partial ones, the checkpoint");
    let store = fixture.open();
    assert!(has(&store, "last").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_in_use_or_no_store_is_not_checked() {
    let fixture = Fixture::new();
    let nothing = fsck(fixture.directory.path(), &options(&fixture));
    assert!(matches!(nothing, Err(FsckError::NoStore(_))));
    let store = fixture.open();
    let refused = fsck(&fixture.settings.directory, &options(&fixture));
    assert!(matches!(refused, Err(FsckError::Lock(_))));
    let refused = rebuild(
        &fixture.settings.directory,
        &Disk::default(),
        8 << 20,
        &crate::backend::embedded::reindex::silent(),
    );
    assert!(matches!(refused, Err(crate::backend::embedded::OpenError::Lock(_))));
    put(&store, "one").await;
    store.crash();
    assert_eq!(store.settled().await, Err(CommitError::Stopped));
    drop(store);
    let report = check(&fixture);
    assert_eq!(report.damages, []);
    assert!(!report.notes.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mark_of_a_restored_store_is_said_and_a_damaged_one_is_damage() {
    let fixture = Fixture::new();
    let store = fixture.open();
    put(&store, "one").await;
    store.close().unwrap();
    let mark = fixture.path(crate::backup::RESTORED);
    let text = r#"{"generation":3,"made_at":"2026-11-20T01:00:00.000Z","size":41,"restored_at":"2026-11-23T01:00:00.000Z"}"#;
    tamper(&mark, text.as_bytes());
    let report = check(&fixture);
    assert_eq!(report.damages, []);
    let [note] = &report.notes[..] else { panic!("{:?}", report.notes) };
    for said in ["generation 3", "41 entries", "not compared", "2026-11-20", "2026-11-23"] {
        assert!(note.contains(said), "{said} in {note}");
    }

    tamper(&mark, b"{}");
    let report = check(&fixture);
    let [damage] = &report.damages[..] else { panic!("{:?}", report.damages) };
    assert_eq!(damage.file, mark);
    assert!(damage.what.contains("restored"), "{damage}");
    std::fs::remove_file(&mark).unwrap();
    let report = check(&fixture);
    assert_eq!((report.damages, report.notes), (vec![], vec![]));
}

/// A vault that stood outside its store had a lock there, and the file comes along.
#[tokio::test(flavor = "multi_thread")]
async fn the_lock_of_a_vault_that_was_moved_inside_its_store_is_no_damage() {
    let fixture = Fixture::new();
    let store = fixture.open();
    store.vault().create(DataKeyId::of(&[b"one"])).unwrap();
    put(&store, "one").await;
    store.close().unwrap();
    tamper(fixture.path("vault/LOCK"), b"4711");
    assert_eq!(check(&fixture).damages, []);
}
