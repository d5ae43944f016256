use std::fs;
use std::path::Path;

use super::fixture::{Fixture, has, put};
use crate::backend::embedded::OpenError;
use crate::backend::{Backend, CommitError};
use crate::fsck::{FsckOptions, fsck};
use crate::lock::LockError;
use crate::testing::tamper;
use crate::vault::{DataKeyId, VaultError};

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_there_after_a_clean_stop_and_after_a_crash() {
    let fixture = Fixture::new();
    let mut count = 0;
    for round in 0..6 {
        let store = fixture.open();
        for n in 0..count {
            assert!(has(&store, &n.to_string()).await, "{n} in round {round}");
        }
        assert_eq!(store.log().head().size(), count);
        for _ in 0..150 {
            assert_eq!(put(&store, &count.to_string()).await, count);
            count += 1;
        }
        if round % 2 == 0 {
            store.close().unwrap();
            assert!(fixture.path("index.clean").exists());
        } else {
            store.crash();
            assert!(!fixture.path("index.clean").exists());
        }
        assert_eq!(store.settled().await, Err(CommitError::Stopped));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_opener_is_told_who_has_the_store() {
    let fixture = Fixture::new();
    let store = fixture.open();
    let refused = fixture.try_open().unwrap_err();
    assert!(matches!(refused, OpenError::Lock(LockError::InUse { .. })), "{refused}");
    assert!(refused.to_string().contains(&std::process::id().to_string()));
    store.close().unwrap();
    drop(fixture.open());
    drop(store);
    fixture.open().close().unwrap();
}

/// A copy of a store names the vault of the original: both would write the same segments.
#[tokio::test(flavor = "multi_thread")]
async fn a_vault_outside_its_store_is_refused_to_the_copy_of_the_store_while_it_is_in_use() {
    let mut fixture = Fixture::new();
    let vault = fixture.directory.path().join("vault");
    fixture.settings.vault_directory = Some(vault.clone());
    let store = fixture.open();
    let id = DataKeyId::of(&[b"one"]);
    let secret = store.vault().create(id).unwrap();
    put(&store, "one").await;
    store.close().unwrap();
    let original = fixture.settings.directory.clone();
    let copy = fixture.directory.path().join("copy");
    copy_directory(&original, &copy);

    let store = fixture.open();
    fixture.settings.directory = copy;
    let refused = fixture.try_open().unwrap_err();
    let OpenError::Lock(LockError::InUse { directory, pid }) = &refused else {
        panic!("{refused}");
    };
    assert_eq!((directory, pid), (&vault, &std::process::id().to_string()));
    assert!(refused.to_string().contains("is in use by process"), "{refused}");
    store.close().unwrap();
    let again = fixture.open();
    assert_eq!(again.vault().key(id).unwrap().secret(), secret.secret());
    again.close().unwrap();

    let options = FsckOptions {
        vault_directory: Some(vault),
        ..FsckOptions::new(fixture.directory.path().join("scratch"))
    };
    assert_eq!(fsck(&fixture.settings.directory, &options).unwrap().damages, []);
}

fn copy_directory(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_directory(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_corrupt_or_wrong_index_is_made_again() {
    let fixture = Fixture::new();
    let store = fixture.open();
    for n in 0..300 {
        put(&store, &n.to_string()).await;
    }
    store.close().unwrap();
    let index = fixture.path("index");
    let breakages: [fn(&std::path::Path); 5] = [
        |index| fs::remove_dir_all(index).unwrap(),
        |index| tamper(index.join("db"), b"not a database"),
        |index| {
            let db = index.join("db");
            let mut bytes = fs::read(&db).unwrap();
            for byte in bytes.iter_mut().step_by(97) {
                *byte ^= 0x55;
            }
            tamper(&db, bytes);
        },
        |index| {
            let db = fs::OpenOptions::new().write(true).open(index.join("db")).unwrap();
            db.set_len(db.metadata().unwrap().len() / 2).unwrap();
        },
        |index| {
            // A row that was never written, as a lost page could leave one that was replaced.
            let db = sled::open(index).unwrap();
            db.remove("rrow/7").unwrap();
            db.flush().unwrap();
        },
    ];
    for (n, breakage) in breakages.iter().enumerate() {
        breakage(&index);
        // Whatever marks the index as clean is gone when it was not closed in order.
        let _ = fs::remove_file(fixture.path("index.clean"));
        let store = fixture.open();
        for n in 0..300 {
            assert!(has(&store, &n.to_string()).await, "row {n}");
        }
        put(&store, &format!("after breakage {n}")).await;
        store.close().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_behind_is_caught_up() {
    let fixture = Fixture::new();
    let store = fixture.open();
    put(&store, "early").await;
    store.close().unwrap();
    let (index, kept) = (fixture.path("index"), fixture.directory.path().join("kept"));
    copy(&index, &kept);
    let store = fixture.open();
    for n in 0..50 {
        put(&store, &n.to_string()).await;
    }
    store.close().unwrap();
    fs::remove_dir_all(&index).unwrap();
    copy(&kept, &index);
    let store = fixture.open();
    assert!(has(&store, "early").await && has(&store, "49").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_journal_bytes_are_never_taken_for_a_torn_tail() {
    let fixture = Fixture::new();
    let store = fixture.open();
    put(&store, "one").await;
    put(&store, "two").await;
    store.close().unwrap();
    let state = fixture.path("state/0000000000.seg");
    let whole = fs::read(&state).unwrap();
    // The last frame was acknowledged: the clean mark knows, and after a crash the index knows.
    tamper(&state, &whole[..whole.len() - 1]);
    assert!(matches!(fixture.try_open(), Err(OpenError::Damaged(_))));
    fs::remove_file(fixture.path("index.clean")).unwrap();
    assert!(matches!(fixture.try_open(), Err(OpenError::Damaged(_))));
    tamper(&state, &whole);

    let ledger = fixture.path("ledger/0000000000.seg");
    let bytes = fs::read(&ledger).unwrap();
    tamper(&ledger, &bytes[..bytes.len() - 1]);
    assert!(matches!(fixture.try_open(), Err(OpenError::Damaged(_))));
    fs::remove_file(&ledger).unwrap();
    assert!(matches!(fixture.try_open(), Err(OpenError::Damaged(_))));
    tamper(&ledger, &bytes);
    let store = fixture.open();
    assert!(has(&store, "one").await && has(&store, "two").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_lost_its_name_or_belongs_to_another_log_does_not_open() {
    let fixture = Fixture::new();
    fixture.open().close().unwrap();
    let mut ports = fixture.ports();
    let name = heqi_tlog::note::KeyName::new("log.example/other").unwrap();
    let signer = heqi_tlog::note::NoteSigner::from_seed(name, &[1; 32]).unwrap();
    ports.signer = std::sync::Arc::new(crate::log::KeyedHeadSigner::new(signer));
    let refused = super::super::Embedded::open(&fixture.settings, ports);
    assert!(matches!(refused, Err(OpenError::OtherLog { .. })));
    fs::remove_file(fixture.path("store.json")).unwrap();
    assert!(matches!(fixture.try_open(), Err(OpenError::Damaged(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_checkpoint_beyond_the_journals_refuses_to_start() {
    let fixture = Fixture::new();
    let store = fixture.open();
    put(&store, "one").await;
    store.close().unwrap();
    let kept = fixture.directory.path().join("kept");
    copy(&fixture.path(""), &kept);
    let store = fixture.open();
    put(&store, "two").await;
    let head = store.log().head();
    store.log().publish(head.checkpoint().clone()).await.unwrap();
    store.close().unwrap();
    // Yesterday's copy of everything but the log directory.
    for name in ["state", "ledger", "index", "objects", "vault"] {
        fs::remove_dir_all(fixture.path(name)).unwrap();
        copy(&kept.join(name), &fixture.path(name));
    }
    fs::copy(kept.join("index.clean"), fixture.path("index.clean")).unwrap();
    let refused = fixture.try_open().unwrap_err();
    assert!(refused.to_string().contains("were published"), "{refused}");
}

pub(crate) fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            let _ = fs::remove_file(&to);
            fs::copy(entry.path(), &to).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_lost_keys_refuses_to_start_until_told_otherwise() {
    let mut fixture = Fixture::new();
    let store = fixture.open();
    let kept = fixture.directory.path().join("kept");
    let (one, two) = (DataKeyId::of(&[b"1"]), DataKeyId::of(&[b"2"]));
    store.vault().create(one).unwrap();
    put(&store, "one").await;
    copy(&fixture.path("vault"), &kept);
    store.vault().create(two).unwrap();
    put(&store, "two").await;
    store.close().unwrap();
    fs::remove_dir_all(fixture.path("vault")).unwrap();
    copy(&kept, &fixture.path("vault"));
    let refused = fixture.try_open().unwrap_err();
    assert!(refused.to_string().contains("the vault holds only 1"), "{refused}");
    fixture.settings.accept_missing_data_keys = true;
    let store = fixture.open();
    assert!(store.vault().key(one).is_ok());
    assert_eq!(store.vault().key(two).unwrap_err(), VaultError::Unknown { id: two });
}
