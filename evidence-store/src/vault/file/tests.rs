use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::journal::segment::HEADER_BYTES;
use crate::testing::{SeededEntropy, tamper};
use crate::vault::FileKeyEncryptionKey;

const STORE: StoreId = [3; 16];

struct Fixture {
    directory: TempDir,
    entropy: Arc<SeededEntropy>,
}

impl Fixture {
    fn new() -> Self {
        let fixture = Self {
            directory: tempfile::tempdir().unwrap(),
            entropy: Arc::new(SeededEntropy::new(11)),
        };
        let kek = fixture.directory.path().join("kek");
        FileKeyEncryptionKey::create(&kek, &Disk::default(), fixture.entropy.clone()).unwrap();
        fixture
    }

    fn open(&self) -> Result<FileVault, JournalError> {
        let kek = self.directory.path().join("kek");
        let kek = FileKeyEncryptionKey::load(&kek, self.entropy.clone()).unwrap();
        let entropy = self.entropy.clone();
        FileVault::open(self.path(), STORE, 0, Disk::default(), Arc::new(kek), entropy)
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("vault")
    }

    fn segment(&self, number: u32) -> PathBuf {
        self.path().join(format!("{number:010}.vault"))
    }
}

fn id(number: usize) -> DataKeyId {
    DataKeyId::of(&[&number.to_be_bytes()])
}

fn bytes_of(directory: &Path) -> Vec<u8> {
    let files = fs::read_dir(directory).unwrap();
    files.flat_map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
}

#[test]
fn keys_come_back_after_reopening_and_stand_nowhere_in_the_clear() {
    let fixture = Fixture::new();
    let vault = fixture.open().unwrap();
    let keys: Vec<_> = (0..10).map(|n| vault.create(id(n)).unwrap()).collect();
    assert_eq!(vault.key(id(3)).unwrap().secret(), keys[3].secret(), "readable before the flush");
    vault.flush().unwrap();
    vault.create(id(10)).unwrap();
    drop(vault);

    let vault = fixture.open().unwrap();
    for key in &keys {
        assert_eq!(vault.key(key.id()).unwrap().secret(), key.secret());
        assert_eq!(vault.create(key.id()).unwrap().secret(), key.secret());
    }
    assert_eq!(vault.key(id(10)).unwrap_err(), VaultError::Unknown { id: id(10) });
    let written = bytes_of(&fixture.path());
    for key in &keys {
        assert!(!written.windows(32).any(|window| window == key.secret()));
    }
}

#[test]
fn a_full_segment_is_followed_by_another_and_shredding_rewrites_one_only() {
    let fixture = Fixture::new();
    let vault = fixture.open().unwrap();
    let keys: Vec<_> = (0..KEYS_PER_SEGMENT + 5).map(|n| vault.create(id(n)).unwrap()).collect();
    vault.flush().unwrap();
    let (first, second) = (fixture.segment(0), fixture.segment(1));
    let before = (fs::read(&first).unwrap(), fs::read(&second).unwrap());
    let in_second = keys
        .iter()
        .map(DataKey::id)
        .find(|id| before.1.windows(16).any(|window| window == id.as_bytes()));
    let victim = in_second.unwrap();
    vault.shred(&[victim, id(999_999)]).unwrap();
    let after = (fs::read(&first).unwrap(), fs::read(&second).unwrap());
    assert_eq!(before.0, after.0);
    assert_ne!(before.1, after.1);

    let vault = {
        drop(vault);
        fixture.open().unwrap()
    };
    for key in &keys {
        if key.id() == victim {
            assert_eq!(vault.key(victim).unwrap_err(), VaultError::Shredded { id: victim });
            assert_eq!(vault.create(victim).unwrap_err(), VaultError::Shredded { id: victim });
        } else {
            assert_eq!(vault.key(key.id()).unwrap().secret(), key.secret());
        }
    }
    let unknown = id(999_999);
    assert_eq!(vault.key(unknown).unwrap_err(), VaultError::Shredded { id: unknown });
}

#[test]
fn the_old_epoch_key_does_not_open_the_rewritten_segment_and_the_old_bytes_are_wiped() {
    let fixture = Fixture::new();
    let vault = fixture.open().unwrap();
    vault.create(id(1)).unwrap();
    vault.create(id(2)).unwrap();
    vault.flush().unwrap();
    let held_open = fs::File::open(fixture.segment(0)).unwrap();
    let old = read_segment(&vault.segments, 0).unwrap();
    vault.shred(&[id(1)]).unwrap();
    let new = read_segment(&vault.segments, 0).unwrap();
    assert_ne!(old.wrapped_epoch, new.wrapped_epoch);

    let mut content = Vec::new();
    std::io::Read::read_to_end(&mut &held_open, &mut content).unwrap();
    let header = usize::try_from(HEADER_BYTES).unwrap();
    assert!(content[header..].iter().all(|byte| *byte == 0), "the old file is wiped");
    vault.create(id(3)).unwrap();
    vault.flush().unwrap();
    drop(vault);
    let vault = fixture.open().unwrap();
    assert!(vault.key(id(2)).is_ok() && vault.key(id(3)).is_ok());
}

#[test]
fn a_torn_last_frame_is_cut_and_a_bad_one_before_good_ones_is_damage() {
    let fixture = Fixture::new();
    let vault = fixture.open().unwrap();
    vault.create(id(1)).unwrap();
    vault.flush().unwrap();
    let whole = fs::read(fixture.segment(0)).unwrap();
    vault.create(id(2)).unwrap();
    vault.flush().unwrap();
    drop(vault);
    let two = fs::read(fixture.segment(0)).unwrap();
    for length in whole.len()..two.len() {
        tamper(fixture.segment(0), &two[..length]);
        let vault = fixture.open().unwrap();
        assert!(vault.key(id(1)).is_ok());
        assert_eq!(vault.key(id(2)).unwrap_err(), VaultError::Unknown { id: id(2) });
        assert_eq!(fs::read(fixture.segment(0)).unwrap(), whole);
    }
    for at in 0..whole.len() {
        let mut flipped = two.clone();
        flipped[at] ^= 1;
        tamper(fixture.segment(0), &flipped);
        assert!(matches!(fixture.open(), Err(JournalError::Damaged(_))), "byte {at}");
    }
}

#[test]
fn a_vault_of_another_store_or_under_another_key_does_not_open() {
    let fixture = Fixture::new();
    let vault = fixture.open().unwrap();
    vault.create(id(1)).unwrap();
    vault.flush().unwrap();
    drop(vault);
    let kek = |name: &str| {
        let path = fixture.directory.path().join(name);
        Arc::new(FileKeyEncryptionKey::load(&path, fixture.entropy.clone()).unwrap())
    };
    let entropy = fixture.entropy.clone();
    let foreign =
        FileVault::open(fixture.path(), [4; 16], 0, Disk::default(), kek("kek"), entropy.clone());
    assert!(matches!(foreign, Err(JournalError::Damaged(_))));

    let other = fixture.directory.path().join("other");
    FileKeyEncryptionKey::create(&other, &Disk::default(), entropy.clone()).unwrap();
    let vault =
        FileVault::open(fixture.path(), STORE, 0, Disk::default(), kek("other"), entropy).unwrap();
    assert!(matches!(vault.key(id(1)), Err(VaultError::KeyEncryption(_))));
}

/// A disk that stops working at the `at`-th call.
struct StopsAt(parking_lot::Mutex<(usize, usize)>);

impl crate::durable_file::Faults for StopsAt {
    fn verdict(&self, _: crate::durable_file::Call, _: &Path) -> crate::durable_file::Verdict {
        let mut state = self.0.lock();
        state.0 += 1;
        if state.0 > state.1 {
            crate::durable_file::Verdict::Fail
        } else {
            crate::durable_file::Verdict::Proceed
        }
    }
}

#[test]
fn a_shredding_cut_off_at_any_call_leaves_the_old_segment_or_the_new_one_and_never_both() {
    for stop in 0..64 {
        let fixture = Fixture::new();
        let vault = fixture.open().unwrap();
        vault.create(id(1)).unwrap();
        let kept = vault.create(id(2)).unwrap();
        vault.flush().unwrap();
        drop(vault);
        let old_epoch = {
            let vault = fixture.open().unwrap();
            read_segment(&vault.segments, 0).unwrap().wrapped_epoch
        };
        let faults = Arc::new(StopsAt(parking_lot::Mutex::new((0, usize::MAX))));
        let kek = fixture.directory.path().join("kek");
        let kek = FileKeyEncryptionKey::load(&kek, fixture.entropy.clone()).unwrap();
        let disk = Disk::with_faults(faults.clone());
        let vault =
            FileVault::open(fixture.path(), STORE, 0, disk, Arc::new(kek), fixture.entropy.clone())
                .unwrap();
        *faults.0.lock() = (0, stop);
        let done = vault.shred(&[id(1)]).is_ok();
        drop(vault);

        let vault = fixture.open().unwrap();
        assert_eq!(vault.key(id(2)).unwrap().secret(), kept.secret(), "stopped at call {stop}");
        let is_shredded = vault.key(id(1)).is_err();
        assert!(is_shredded || !done, "an acknowledged shredding is undone at call {stop}");
        let names: Vec<_> = fs::read_dir(fixture.path()).unwrap().collect();
        assert_eq!(names.len(), 1, "leftovers after call {stop}");
        if is_shredded {
            let written = bytes_of(&fixture.path());
            let stands = written.windows(old_epoch.len()).any(|window| window == old_epoch);
            assert!(!stands, "the old epoch key stands after call {stop}");
        }
        if done {
            return;
        }
    }
    panic!("shredding makes more calls than were tried");
}

#[test]
fn a_key_in_use_is_dropped_from_memory_when_it_is_erased() {
    let fixture = Fixture::new();
    let vault = fixture.open().unwrap();
    let (kept, erased) = (vault.create(id(1)).unwrap(), vault.create(id(2)).unwrap());
    vault.flush().unwrap();
    for key in [&kept, &erased] {
        // Read from the disk once, held from then on.
        assert_eq!(vault.key(key.id()).unwrap().secret(), key.secret());
        assert_eq!(vault.create(key.id()).unwrap().secret(), key.secret());
        assert!(vault.state.lock().opened.contains_key(&key.id()));
    }
    vault.shred(&[erased.id()]).unwrap();
    assert!(!vault.state.lock().opened.contains_key(&erased.id()));
    assert_eq!(vault.key(erased.id()).unwrap_err(), VaultError::Shredded { id: erased.id() });
    assert_eq!(vault.create(erased.id()).unwrap_err(), VaultError::Shredded { id: erased.id() });
    assert_eq!(vault.key(kept.id()).unwrap().secret(), kept.secret());
}
