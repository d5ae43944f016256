//! The key-encryption key wraps and does not sign: one step, no overlap for anybody else. On the way it may move from its
//! file to a key service, or to another key of one: what `keys/key-service.next.json` names takes its place.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heqi_evidence::key_change::KeyRole;
use heqi_evidence_store::durable_file::Disk;
use heqi_evidence_store::vault::{FileKeyEncryptionKey, KeyEncryptionKey, rewrap_epoch_keys};
use heqi_vocabulary::Digest;

use super::{KeysError, Rotation, log_fingerprints};
use crate::keys;
use crate::keys::key_service::{FILE, KeyService, NEXT_FILE};
use crate::service::store::StoreError;

const KEY: &str = "key-encryption.key";
const NEXT_KEY: &str = "key-encryption.next.key";

/// Where the key is, and where the next one is or will be: a key, or what describes a key service.
struct Places {
    current: PathBuf,
    next: PathBuf,
}

impl Places {
    fn is_service(file: &Path) -> bool {
        file.extension().is_some_and(|end| end == "json")
    }

    fn of(keys: &Path) -> Result<Self, KeysError> {
        let [service, key, next_service, next_key] =
            [FILE, KEY, NEXT_FILE, NEXT_KEY].map(|file| keys.join(file));
        let current = if service.exists() { service } else { key };
        if !current.exists() {
            return Err(KeysError::NoSuchKey(current));
        }
        let next = match (next_service.exists(), Self::is_service(&current)) {
            (true, _) if next_key.exists() => return Err(KeysError::TwoNextKeys(next_key)),
            (true, _) => next_service,
            (false, true) => return Err(KeysError::NoNextKey(next_service)),
            (false, false) => next_key,
        };
        Ok(Self { current, next })
    }

    /// Puts the next one in its place and keeps what was there. At every moment one is there.
    fn settle(&self, keys: &Path, kept: &Path) -> Result<(), KeysError> {
        let disk = Disk::default();
        let place =
            if Self::is_service(&self.next) { keys.join(FILE) } else { self.current.clone() };
        keys::write_secret(kept, &keys::read_secret(&self.current)?)?;
        disk.rename(&self.next, &place)?;
        if place != self.current {
            disk.remove_file(&self.current)?;
        }
        Ok(())
    }
}

impl Rotation<'_> {
    pub(super) async fn key_encryption(&self, out: &mut dyn Write) -> Result<(), KeysError> {
        let places = Places::of(&self.keys())?;
        let (moves, next) = (Places::is_service(&places.next), places.next.display());
        writeln!(out, "Rotation of the key-encryption key in {}", self.data_dir.display())?;
        if !moves && places.next.exists() {
            writeln!(out, "  A rotation is under way; what is left of these steps is done.")?;
        }
        if moves {
            writeln!(out, "  1. ask the key service for the key that {next} names")?;
        } else {
            writeln!(out, "  1. write the new key to {next}")?;
        }
        writeln!(out, "  2. log the change, signed by the log key, by fingerprints")?;
        writeln!(out, "  3. wrap every epoch key of the vault anew; no data is rewritten")?;
        writeln!(out, "  4. keep the old one under keys/retired, for backups made with it")?;
        writeln!(out, "  5. put the new one in its place")?;
        if !self.yes {
            writeln!(out, "Nothing was changed; add --yes to do it.")?;
            return Ok(());
        }
        let (old, old_name) = self.holder(&places.current)?;
        let (new, new_name) = self.holder(&places.next)?;
        if old_name == new_name {
            return Err(KeysError::SameKey(places.next));
        }
        let (old_name, new_name) = (old_name.to_string(), new_name.to_string());
        log_fingerprints(self, KeyRole::KeyEncryption, &old_name, &new_name).await?;
        let store = self.data_dir.join("store");
        let done = rewrap_epoch_keys(&store, None, &*old, &*new, &Disk::default())?;
        let name = places.current.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let kept = format!("{}-{name}", self.clock.now().as_millis());
        let kept = self.keys().join("retired").join(kept);
        places.settle(&self.keys(), &kept)?;
        writeln!(
            out,
            "Done: {} epoch keys wrapped anew, {} were already.",
            done.rewrapped, done.already
        )?;
        if Places::is_service(&kept) {
            writeln!(out, "Keep the key that {} names at its service", kept.display())?;
            writeln!(out, "until the last backup made with it is gone.")?;
        } else {
            writeln!(out, "Destroy {} when the last backup made with it is gone.", kept.display())?;
        }
        Ok(())
    }

    /// The key that a file is, or that the key service it describes holds; a key that is not there yet is made.
    fn holder(&self, file: &Path) -> Result<(Arc<dyn KeyEncryptionKey>, Digest), KeysError> {
        if Places::is_service(file) {
            let keys = self.keys();
            let found = if file.ends_with(NEXT_FILE) {
                KeyService::next(&keys)
            } else {
                KeyService::configured(&keys)
            };
            let service = found.map_err(StoreError::from)?;
            let service = service.ok_or_else(|| KeysError::NoSuchKey(file.to_owned()))?;
            let name = service.fingerprint();
            return Ok((Arc::new(service), name));
        }
        let key = if file.exists() {
            FileKeyEncryptionKey::load(file, self.entropy.clone())?
        } else {
            FileKeyEncryptionKey::create(file, &Disk::default(), self.entropy.clone())?
        };
        let name = key.fingerprint();
        Ok((Arc::new(key), name))
    }
}
