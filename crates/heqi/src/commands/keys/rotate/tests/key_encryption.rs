//! The key that the vault is wrapped with: to another one, and to a key service.

use std::fs;

use heqi_evidence_store::backend::Backend as _;
use heqi_evidence_store::durable_file::Disk;
use heqi_evidence_store::vault::{DataKeyId, FileKeyEncryptionKey};

use super::Organisation;
use crate::cli::RotateRole;
use crate::commands::keys::KeysError;
use crate::keys;

#[tokio::test]
async fn the_key_encryption_key_rotates_under_a_full_vault_and_the_old_one_opens_nothing() {
    let ours = Organisation::new(1);
    let id = DataKeyId::of(&[b"filing", b"party", b"person"]);
    let store = ours.store();
    store.vault().create(id).unwrap();
    store.vault().flush().unwrap();
    store.close().unwrap();
    drop(store);
    let old_text = fs::read_to_string(ours.keys().join("key-encryption.key")).unwrap();

    // Cut off after the new key was written: the next start opens with both.
    let half = ours.keys().join("key-encryption.next.key");
    FileKeyEncryptionKey::create(&half, &Disk::default(), ours.entropy.clone()).unwrap();
    let store = ours.store();
    assert!(store.vault().key(id).is_ok());
    store.close().unwrap();
    drop(store);

    let printed = ours.rotate(RotateRole::Kek, false, true).await.unwrap();
    assert!(printed.contains("Done: 1 epoch keys wrapped anew"), "{printed}");
    assert_ne!(fs::read_to_string(ours.keys().join("key-encryption.key")).unwrap(), old_text);
    let store = ours.store();
    assert!(store.vault().key(id).is_ok());
    assert_eq!(store.log().head().size(), 1, "the change is a leaf");
    store.close().unwrap();
    drop(store);

    keys::write_secret(&ours.keys().join("key-encryption.key"), &old_text).unwrap();
    let store = ours.store();
    assert!(store.vault().key(id).is_err(), "the retired key opens nothing any more");
}

#[tokio::test]
async fn the_key_encryption_key_moves_from_its_file_to_a_key_service_and_on_to_another_key_there() {
    let ours = Organisation::new(1);
    let id = DataKeyId::of(&[b"filing", b"party", b"person"]);
    let store = ours.store();
    store.vault().create(id).unwrap();
    store.vault().flush().unwrap();
    store.close().unwrap();
    drop(store);
    let opens = || {
        let store = ours.store();
        let opens = store.vault().key(id).is_ok();
        store.close().unwrap();
        opens
    };
    let [key, service, next] = ["key-encryption.key", "key-service.json", "key-service.next.json"]
        .map(|file| ours.keys().join(file));
    let old_text = fs::read_to_string(&key).unwrap();
    let url = crate::keys::key_service::tests::service("secret");
    keys::write_secret(&ours.keys().join("token"), "secret").unwrap();
    let name_next = |name: &str| {
        let text = format!(r#"{{"url":"{url}","key":"{name}","token_file":"token"}}"#);
        keys::write_secret(&next, &text).unwrap();
    };

    name_next("one");
    let planned = ours.rotate(RotateRole::Kek, false, false).await.unwrap();
    assert!(planned.contains("Nothing was changed"), "{planned}");
    assert!(opens(), "what is in the file opens while the move is prepared");
    let half = ours.keys().join("key-encryption.next.key");
    keys::write_secret(&half, &old_text).unwrap();
    let both = ours.rotate(RotateRole::Kek, false, true).await;
    assert!(matches!(both, Err(KeysError::TwoNextKeys(_))), "{both:?}");
    fs::remove_file(half).unwrap();

    let printed = ours.rotate(RotateRole::Kek, false, true).await.unwrap();
    assert!(printed.contains("Done: 1 epoch keys wrapped anew"), "{printed}");
    assert!(service.exists() && !next.exists() && !key.exists());
    assert!(opens(), "by the key service alone");
    assert_eq!(ours.leaves().await.len(), 1, "the change is a leaf");
    let described = fs::read_to_string(&service).unwrap();
    fs::remove_file(&service).unwrap();
    keys::write_secret(&key, &old_text).unwrap();
    assert!(!opens(), "the retired key opens nothing any more");
    fs::remove_file(&key).unwrap();
    keys::write_secret(&service, &described).unwrap();

    let nowhere = ours.rotate(RotateRole::Kek, false, true).await;
    assert!(matches!(nowhere, Err(KeysError::NoNextKey(_))), "{nowhere:?}");
    name_next("one");
    let same = ours.rotate(RotateRole::Kek, false, true).await;
    assert!(matches!(same, Err(KeysError::SameKey(_))), "{same:?}");
    name_next("two");
    ours.rotate(RotateRole::Kek, false, true).await.unwrap();
    assert!(fs::read_to_string(&service).unwrap().contains("two") && !next.exists());
    assert!(opens());
    assert_eq!(ours.leaves().await.len(), 2);
    assert_eq!(fs::read_dir(ours.keys().join("retired")).unwrap().count(), 2);
}
