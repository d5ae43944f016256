//! Rotating the key-encryption key: every epoch key is unwrapped and wrapped anew. Data keys, and all that they seal,
//! stay as they are.

use std::path::Path;

use super::io_error;
use super::replaced;
use super::segment::{read_segment, wrap_context};
use crate::durable_file::Disk;
use crate::identity::Identity;
use crate::journal::frame::{encode_frame, frame_kind};
use crate::journal::segment::{SegmentKind, Segments, encode_header};
use crate::lock::{LockError, StoreLock};
use crate::vault::{KeyEncryptionKey, VaultError};

/// Why epoch keys were not wrapped anew. What was done stays done: the same call goes on from there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RewrapError {
    /// The store is in use: rotation needs it stopped.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// There is no store in this directory.
    #[error("there is no store in {directory}")]
    NoStore {
        /// Where one was looked for.
        directory: String,
    },
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Rewrapped {
    /// Segments whose epoch key was wrapped anew.
    pub rewrapped: u64,
    /// Segments whose epoch key was under the new key already.
    pub already: u64,
}

/// Wraps every epoch key of a stopped store with `to`; each was wrapped with `to` or `from`. One file at a time is
/// replaced, whole or not at all, so a stop at any point leaves a vault that opens with both keys at hand; calling again
/// finishes. When it returns, `from` opens nothing any more. Blocks on the disk.
///
/// # Errors
/// See [`RewrapError`].
pub fn rewrap_epoch_keys(
    store_directory: &Path,
    vault_directory: Option<&Path>,
    from: &dyn KeyEncryptionKey,
    to: &dyn KeyEncryptionKey,
    disk: &Disk,
) -> Result<Rewrapped, RewrapError> {
    let no_store = || RewrapError::NoStore { directory: store_directory.display().to_string() };
    if !store_directory.is_dir() {
        return Err(no_store());
    }
    let _lock = StoreLock::take(store_directory)?;
    let identity =
        Identity::read(store_directory).map_err(VaultError::from)?.ok_or_else(no_store)?;
    let directory =
        vault_directory.map_or_else(|| store_directory.join("vault"), Path::to_path_buf);
    if !directory.is_dir() {
        return Err(no_store());
    }
    let _vault_lock = vault_directory.map(StoreLock::take).transpose()?;
    let segments = Segments::new(directory, SegmentKind::Vault, identity.store);
    replaced::wipe_leftovers(&segments, disk).map_err(io_error)?;
    let mut done = Rewrapped::default();
    for number in segments.numbers().map_err(io_error)? {
        if rewrap(&segments, number, from, to, disk)? {
            done.rewrapped += 1;
        } else {
            done.already += 1;
        }
    }
    Ok(done)
}

/// Whether anything had to be done.
fn rewrap(
    segments: &Segments,
    number: u32,
    from: &dyn KeyEncryptionKey,
    to: &dyn KeyEncryptionKey,
    disk: &Disk,
) -> Result<bool, VaultError> {
    let scanned = read_segment(segments, number)?;
    let context = wrap_context(segments.store(), number);
    if to.unwrap(&scanned.wrapped_epoch, &context).is_ok() {
        return Ok(false);
    }
    let epoch = from.unwrap(&scanned.wrapped_epoch, &context)?;
    let wrapped = to.wrap(&epoch, &context)?;
    let (mut head, seed) = encode_header(SegmentKind::Vault, number, segments.store());
    encode_frame(&mut head, seed, frame_kind::VAULT_EPOCH, 0, &[&wrapped]).map_err(io_error)?;
    let segment = segments.segment(number)?;
    let length =
        usize::try_from(scanned.end.saturating_sub(scanned.epoch_end)).unwrap_or(usize::MAX);
    // Frames name no offsets of their own, so they stand behind an epoch frame of any length.
    let keys = segment.read(scanned.epoch_end, length)?;
    let old = replaced::keep_name(segments, disk, number).map_err(io_error)?;
    disk.write_secret(&segments.path(number), &[&head, &keys]).map_err(io_error)?;
    segments.forget(number);
    old.wipe(disk).map_err(io_error)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::*;
    use crate::durable_file::{Call, Faults, Verdict};
    use crate::testing::{SeededEntropy, head_signer};
    use crate::vault::file::FileVault;
    use crate::vault::{DataKeyId, FileKeyEncryptionKey, Vault};
    use heqi_vocabulary::Entropy;

    struct Fixture {
        directory: tempfile::TempDir,
        entropy: Arc<SeededEntropy>,
    }

    impl Fixture {
        fn new() -> Self {
            let fixture = Self {
                directory: tempfile::tempdir().unwrap(),
                entropy: Arc::new(SeededEntropy::new(21)),
            };
            for name in ["old", "new"] {
                let path = fixture.directory.path().join(name);
                let entropy = fixture.entropy.clone();
                FileKeyEncryptionKey::create(&path, &Disk::default(), entropy).unwrap();
            }
            std::fs::create_dir(fixture.store()).unwrap();
            let origin = head_signer();
            let origin = crate::log::HeadSigner::origin(&*origin).clone();
            let entropy: &dyn Entropy = &*fixture.entropy;
            Identity::create(&fixture.store(), &Disk::default(), &origin, entropy).unwrap();
            fixture
        }

        fn store(&self) -> PathBuf {
            self.directory.path().join("store")
        }

        fn key(&self, name: &str) -> FileKeyEncryptionKey {
            FileKeyEncryptionKey::load(&self.directory.path().join(name), self.entropy.clone())
                .unwrap()
        }

        fn vault(&self, name: &str) -> FileVault {
            let store = Identity::read(&self.store()).unwrap().unwrap().store;
            let (key, entropy) = (Arc::new(self.key(name)), self.entropy.clone());
            FileVault::open(self.store().join("vault"), store, 0, Disk::default(), key, entropy)
                .unwrap()
        }

        fn rewrap(&self, disk: &Disk) -> Result<Rewrapped, RewrapError> {
            rewrap_epoch_keys(&self.store(), None, &self.key("old"), &self.key("new"), disk)
        }
    }

    fn ids() -> Vec<DataKeyId> {
        (0..5000u32).map(|n| DataKeyId::of(&[&n.to_be_bytes()])).collect()
    }

    #[test]
    fn a_rotation_waits_for_nobody_who_has_the_store_or_its_vault_and_changes_nothing() {
        let fixture = Fixture::new();
        let vault = fixture.vault("old");
        let key = vault.create(ids()[0]).unwrap();
        vault.flush().unwrap();
        drop(vault);
        let elsewhere = fixture.directory.path().join("vault");
        std::fs::rename(fixture.store().join("vault"), &elsewhere).unwrap();
        let rewrap = || {
            let (old, new) = (fixture.key("old"), fixture.key("new"));
            rewrap_epoch_keys(&fixture.store(), Some(&elsewhere), &old, &new, &Disk::default())
        };
        for held in [fixture.store(), elsewhere.clone()] {
            let lock = StoreLock::take(&held).unwrap();
            let refused = rewrap().unwrap_err();
            let RewrapError::Lock(LockError::InUse { directory, pid }) = &refused else {
                panic!("{refused}");
            };
            assert_eq!((directory, pid), (&held, &std::process::id().to_string()));
            let said = format!("{} is in use by process", held.display());
            assert!(refused.to_string().starts_with(&said), "{refused}");
            drop(lock);
        }
        std::fs::rename(&elsewhere, fixture.store().join("vault")).unwrap();
        let vault = fixture.vault("old");
        assert_eq!(vault.key(key.id()).unwrap().secret(), key.secret(), "still under the old key");
    }

    #[test]
    fn after_a_rotation_the_new_key_opens_everything_and_the_old_one_nothing() {
        let fixture = Fixture::new();
        let vault = fixture.vault("old");
        let keys: Vec<_> = ids().into_iter().map(|id| vault.create(id).unwrap()).collect();
        vault.flush().unwrap();
        vault.shred(&ids()[..1]).unwrap();
        drop(vault);
        assert_eq!(
            fixture.rewrap(&Disk::default()).unwrap(),
            Rewrapped { rewrapped: 2, already: 0 }
        );
        assert_eq!(
            fixture.rewrap(&Disk::default()).unwrap(),
            Rewrapped { rewrapped: 0, already: 2 }
        );

        let vault = fixture.vault("new");
        for key in &keys[1..] {
            assert_eq!(vault.key(key.id()).unwrap().secret(), key.secret());
        }
        assert!(matches!(vault.key(keys[0].id()), Err(VaultError::Shredded { .. })));
        vault.create(DataKeyId::of(&[b"later"])).unwrap();
        vault.flush().unwrap();
        drop(vault);
        let vault = fixture.vault("old");
        assert!(matches!(vault.key(keys[1].id()), Err(VaultError::KeyEncryption(_))));
    }

    struct StopsAt(parking_lot::Mutex<usize>);

    impl Faults for StopsAt {
        fn verdict(&self, _: Call, _: &Path) -> Verdict {
            let mut left = self.0.lock();
            if *left == 0 {
                return Verdict::Fail;
            }
            *left -= 1;
            Verdict::Proceed
        }
    }

    #[test]
    fn a_rotation_cut_off_at_any_call_goes_on_where_it_stopped() {
        for stop in 0..64 {
            let fixture = Fixture::new();
            let vault = fixture.vault("old");
            let keys: Vec<_> = ids()[..3].iter().map(|id| vault.create(*id).unwrap()).collect();
            vault.flush().unwrap();
            drop(vault);
            let disk = Disk::with_faults(Arc::new(StopsAt(parking_lot::Mutex::new(stop))));
            let done = fixture.rewrap(&disk).is_ok();
            // The service may start in between, with both keys at hand.
            let store = Identity::read(&fixture.store()).unwrap().unwrap().store;
            let both = crate::vault::RotatingKeyEncryptionKey::new(
                Arc::new(fixture.key("new")),
                Arc::new(fixture.key("old")),
            );
            let (directory, entropy) = (fixture.store().join("vault"), fixture.entropy.clone());
            let vault =
                FileVault::open(directory, store, 0, Disk::default(), Arc::new(both), entropy)
                    .unwrap();
            for key in &keys {
                assert_eq!(vault.key(key.id()).unwrap().secret(), key.secret(), "call {stop}");
            }
            drop(vault);
            fixture.rewrap(&Disk::default()).unwrap();
            let vault = fixture.vault("new");
            assert_eq!(vault.key(keys[0].id()).unwrap().secret(), keys[0].secret());
            if done {
                return;
            }
        }
        panic!("rotating makes more calls than were tried");
    }
}
