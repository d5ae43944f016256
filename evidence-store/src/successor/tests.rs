use std::path::PathBuf;

use heqi_tlog::note::{KeyName, NoteSigner};

use super::*;
use crate::backend::embedded::tests::fixture::{Fixture, has, key, put};
use crate::durable_file::Disk;
use crate::fsck::{FsckOptions, fsck};
use crate::log::KeyedHeadSigner;
use crate::object::ObjectRef;
use crate::testing::{Faulty, left_by, memory, tamper};
use crate::vault::{DataKeyId, wipe_vault};

fn other_log(fixture: &Fixture) -> Ports {
    let name = KeyName::new("log.example/successor").unwrap();
    let signer = NoteSigner::from_seed(name, &[8; 32]).unwrap();
    Ports { signer: Arc::new(KeyedHeadSigner::new(signer)), ..fixture.ports() }
}

async fn object(store: &Embedded, text: &'static str) -> ObjectRef {
    store.put_object(text.into()).unwrap().await.unwrap()
}

#[tokio::test]
async fn rows_objects_and_keys_go_over_and_the_frozen_log_is_read_where_it_was() {
    let fixture = Fixture::new();
    let old = fixture.open();
    for number in 0..300 {
        put(&old, &number.to_string()).await;
    }
    let photo = object(&old, "a photo").await;
    let [kept, erased] = [b"kept", b"gone"].map(|name| DataKeyId::of(&[name]));
    let sealed = old.vault().create(kept).unwrap().seal(b"here", b"secret", &*fixture.entropy);
    old.vault().create(erased).unwrap();
    old.vault().shred(&[erased]).unwrap();

    let mut settings = fixture.settings.clone();
    settings.directory = fixture.directory.path().join("successor");
    let new = Embedded::open(&settings, other_log(&fixture)).unwrap();
    let keeps = |key: &RowKey| !key.as_bytes().starts_with(b"leaf/");
    let carried = carry_over(&old, &new, &keeps).await.unwrap();
    assert_eq!((carried.rows, carried.objects, carried.data_keys), (300, 1, 2));
    new.close().unwrap();
    let head = old.log().head().root();
    old.close().unwrap();
    drop((old, new));

    // Opened again: nothing was only in memory.
    wipe_vault(&fixture.settings.directory.join("vault"), &Disk::default()).unwrap();
    let new = Embedded::open(&settings, other_log(&fixture)).unwrap();
    assert_eq!(new.log().head().size(), 0);
    assert_eq!(
        new.log().head().checkpoint().checkpoint().origin().as_str(),
        "log.example/successor"
    );
    assert_eq!(new.object(&photo.id).await.unwrap().unwrap(), "a photo");
    let opened = new.vault().key(kept).unwrap().open(b"here", &sealed).unwrap();
    assert_eq!(opened.as_slice(), b"secret");
    assert!(matches!(new.vault().create(erased), Err(VaultError::Shredded { .. })));
    assert_eq!(new.row(&key("row/299")).await.unwrap().unwrap().value, "299");
    put(&new, "300").await;

    let ports = fixture.ports();
    let frozen =
        open_frozen(&fixture.settings.directory, ports.key_encryption, ports.entropy).unwrap();
    assert_eq!((frozen.log().head().size(), frozen.log().head().root()), (300, head));
    assert!(has(&frozen, "7").await);
    assert!(matches!(frozen.vault().key(kept), Err(VaultError::Unknown { .. })), "one vault only");
    let proof = frozen.log().inclusion_proof(7, 300).await.unwrap();
    assert!(!proof.is_empty());
    frozen.close().unwrap();
    new.close().unwrap();
    drop((frozen, new));
    let options = FsckOptions { frozen: true, ..FsckOptions::new(fixture.directory.path()) };
    let report = fsck(&fixture.settings.directory, &options).unwrap();
    assert!(report.is_sound(), "{:?}", report.damages);
    assert!(
        !fsck(&settings.directory, &options).unwrap().is_sound(),
        "a vault beside a frozen log is damage"
    );
}

const ENTRIES: u64 = 40;

/// Everything that was put into a frozen store, or what is wrong with it.
async fn whole(store: &Embedded, photo: &ObjectRef) -> Result<(), Box<dyn std::error::Error>> {
    for number in 0..ENTRIES {
        let row = store.row(&key(&format!("row/{number}"))).await?.ok_or("a row is gone")?;
        let entry = store.log().entry(number).await?.ok_or("an entry is gone")?;
        if row.value != number.to_string() || entry.entry != format!("entry {number}") {
            return Err(format!("{number} is another one").into());
        }
    }
    let photo = store.object(&photo.id).await?.ok_or("the object is gone")?;
    if photo == "a photo" { Ok(()) } else { Err("the object is another one".into()) }
}

/// Files below a folder with their content, by their paths below it.
fn contents(folder: &Path, below: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder.join(below)).unwrap() {
        let entry = entry.unwrap();
        let path = below.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            contents(folder, &path, found);
        } else {
            let content = std::fs::read(entry.path()).unwrap();
            found.push((path, content));
        }
    }
}

/// As `reliability run bit-flip` does with a store that goes on, of each file the bits at four places.
#[tokio::test]
async fn a_flipped_bit_of_a_frozen_store_is_named_or_changes_nothing() {
    let fixture = Fixture::new();
    let directory = &fixture.settings.directory;
    let old = fixture.open();
    for number in 0..ENTRIES {
        put(&old, &number.to_string()).await;
    }
    let photo = object(&old, "a photo").await;
    old.close().unwrap();
    drop(old);
    wipe_vault(&directory.join("vault"), &Disk::default()).unwrap();
    let mut sound = Vec::new();
    contents(directory, Path::new(""), &mut sound);
    let options = FsckOptions { frozen: true, ..FsckOptions::new(fixture.directory.path()) };
    let mut named = 0;
    for (file, bytes) in sound.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        let part = directory.join(file.components().next().unwrap());
        let is_named = |said: &str| {
            said.contains(&file.display().to_string()) || said.contains(&part.display().to_string())
        };
        for third in 0..4 {
            std::fs::remove_dir_all(directory).unwrap();
            for (file, bytes) in &sound {
                std::fs::create_dir_all(directory.join(file).parent().unwrap()).unwrap();
                tamper(directory.join(file), bytes);
            }
            let bit = (bytes.len() * 8 - 1) * third / 3;
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            tamper(directory.join(file), &flipped);

            let what = format!("bit {bit} of {}", file.display());
            let is_listed = match fsck(directory, &options) {
                Ok(report) => report.damages.iter().any(|damage| {
                    damage.file.ends_with(file)
                        || file.starts_with("index") && damage.file.ends_with("index")
                }),
                Err(error) => {
                    assert!(is_named(&error.to_string()), "{what}: fsck: {error}");
                    true
                }
            };
            let opened = open_with(directory, |signer| Ports { signer, ..fixture.ports() });
            let harm = match opened {
                Err(error) => Some(error.to_string()),
                Ok(store) => {
                    let read = whole(&store, &photo).await.map_err(|error| error.to_string());
                    let closed = store.close().map_err(|error| error.to_string());
                    let stopped = fixture.stopped.lock().take();
                    stopped.or(read.err()).or(closed.err())
                }
            };
            if let Some(said) = &harm {
                assert!(is_listed || is_named(said), "{what}: {said}");
            }
            if is_listed || harm.is_some() {
                named += 1;
            }
        }
    }
    assert!(named >= 12, "{named}");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_carrying_over_is_never_taken_for_whole() {
    let fixture = Fixture::new();
    let old = fixture.open();
    for name in ["first", "second"] {
        put(&old, name).await;
        object(&old, name).await;
    }
    let [kept, erased] = [b"kept", b"gone"].map(|name| DataKeyId::of(&[name]));
    for id in [kept, erased] {
        old.vault().create(id).unwrap();
    }
    old.vault().shred(&[erased]).unwrap();
    let keeps = |key: &RowKey| !key.as_bytes().starts_with(b"leaf/");
    let whole = carry_over(&old, &*memory(), &keeps).await.unwrap();
    assert_eq!((whole.rows, whole.objects, whole.data_keys), (2, 2, 2));
    let carrying = async |faulty: Arc<Faulty>| carry_over(&old, &*faulty, &keeps).await;
    let left = left_by("carry_over", &memory(), carrying).await;
    assert!(left.len() >= 15, "{} failures", left.len());
    for left in left {
        let what = &left.what;
        assert!(left.answer.is_err(), "{what}: {:?}", left.answer);
        // A store of which something is there takes the rest, or says that it has rows already.
        match carry_over(&old, &*left.store, &keeps).await {
            Ok(again) => assert_eq!(again, whole, "{what}"),
            Err(CarryError::Commit(CommitError::Conflict { .. })) => {}
            Err(error) => panic!("{what}: {error}"),
        }
        for name in ["first", "second"] {
            let row = left.store.row(&key(&format!("row/{name}"))).await.unwrap();
            assert_eq!(row.unwrap().value, name, "{what}");
        }
        assert!(left.store.vault().key(kept).is_ok(), "{what}");
        let gone = left.store.vault().create(erased);
        assert!(
            matches!(gone, Err(VaultError::Shredded { .. })),
            "{what}: an erased key came back"
        );
    }
    old.close().unwrap();
}

#[tokio::test]
async fn what_the_new_store_has_already_is_not_written_over() {
    let fixture = Fixture::new();
    let old = fixture.open();
    put(&old, "twice").await;
    let mut settings = fixture.settings.clone();
    settings.directory = fixture.directory.path().join("successor");
    let new = Embedded::open(&settings, other_log(&fixture)).unwrap();
    let keeps = |key: &RowKey| !key.as_bytes().starts_with(b"leaf/");
    carry_over(&old, &new, &keeps).await.unwrap();
    let again = carry_over(&old, &new, &keeps).await;
    assert!(matches!(again, Err(CarryError::Commit(CommitError::Conflict { .. }))));
}

#[test]
fn a_change_of_stores_that_is_cut_off_anywhere_goes_on_and_nothing_opens_before_it_is_done() {
    // Each number of steps done is a place where the power failed.
    for cut in 0..4 {
        let data = tempfile::tempdir().unwrap();
        let disk = Disk::default();
        let folders = SuccessorFolders::of(data.path(), disk.clone());
        let mark = |folder: &Path, name: &str| {
            disk.create_directory(&folder.join("vault")).unwrap();
            disk.write_atomic(&folder.join("vault").join(name), &[&[7; 90]]).unwrap();
        };
        mark(&folders.store(), "old");
        mark(&folders.next(), "new");
        assert!(!folders.is_under_way().unwrap());
        folders.decide(b"statement").unwrap();
        assert!(folders.is_under_way().unwrap());
        let frozen = folders.frozen().unwrap().pop().unwrap();
        assert_eq!(frozen.statement, b"statement");
        if cut > 0 {
            disk.rename(&folders.store(), &frozen.store).unwrap();
            assert!(folders.is_under_way().unwrap());
        }
        if cut > 1 {
            disk.rename(&folders.next(), &folders.store()).unwrap();
            assert!(folders.is_under_way().unwrap(), "the old vault is still there");
        }
        if cut > 2 {
            wipe_vault(&frozen.store.join("vault"), &disk).unwrap();
        }
        folders.finish().unwrap();
        assert!(!folders.is_under_way().unwrap());
        assert!(folders.store().join("vault/new").exists() && !folders.next().exists());
        assert!(frozen.store.exists() && !frozen.store.join("vault/old").exists());
        folders.finish().unwrap();
        assert!(folders.store().join("vault/new").exists());
    }
}
