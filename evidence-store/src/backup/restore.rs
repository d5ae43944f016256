//! A store again: every byte authenticated, index and tiles made again, everything checked, and marked, so that nobody
//! serves it before the peer has said that nothing is missing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use heqi_vocabulary::UtcMillis;
use serde::{Deserialize, Serialize};

use super::repository::Repository;
use super::{BackupError, BackupKind, BackupPorts, Generation};
use crate::backend::embedded::ShowProgress;
use crate::durable_file::{Disk, read_if_there};
use crate::fsck::{FsckOptions, fsck};
use crate::rebuild::rebuild;
use crate::vault::KeyEncryptionKey;

/// The file that says that a store was restored, until a service has started over it.
pub(crate) const MARK: &str = "restored.json";
const INDEX_CACHE_BYTES: u64 = 128 << 20;

/// What is restored where.
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Restoring<'a> {
    /// The backup of the store.
    pub from: &'a Path,
    /// The backup of its vault; the newest generation is taken, whatever the store's.
    pub vault_from: &'a Path,
    /// Which generation of the store; `None` for the newest.
    pub generation: Option<u32>,
    /// Where the store is to be; must not exist.
    pub to: &'a Path,
    /// Where the vault is to be, if not inside the store.
    pub vault_to: Option<&'a Path>,
    /// The key-encryption key of the *store*, to open every data key with while checking.
    pub store_key: Option<Arc<dyn KeyEncryptionKey>>,
    /// Hears of long work.
    pub progress: ShowProgress,
}

/// Says in a store's folder that it was restored and has not been compared with the peer since.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RestoredMark {
    /// The generation it was restored from.
    pub generation: u32,
    /// When that was made.
    pub made_at: UtcMillis,
    /// Entries of its log.
    pub size: u64,
    /// When it was restored.
    pub restored_at: UtcMillis,
}

impl RestoredMark {
    /// The mark of the store in `directory`; `None` if it was not restored, or has been compared since.
    ///
    /// # Errors
    /// The mark is there and cannot be read: the store is to be taken for restored.
    pub fn read(directory: &Path) -> Result<Option<Self>, BackupError> {
        let bytes = read_if_there(&directory.join(MARK))?;
        let mark = bytes.map(|bytes| serde_json::from_slice(&bytes)).transpose();
        Ok(mark.map_err(std::io::Error::other)?)
    }

    /// Takes the mark away: the peer holds nothing that the store does not.
    ///
    /// # Errors
    /// The file could not be removed.
    pub fn clear(directory: &Path, disk: &Disk) -> Result<(), BackupError> {
        Ok(disk.remove_file(&directory.join(MARK))?)
    }
}

/// Makes a store again from its backup. It appears at its place only when it is whole and sound. Blocks on the disk.
///
/// # Errors
/// See [`BackupError`]; damage names the file of the backup and what it held.
pub fn restore(what: &Restoring<'_>, ports: &BackupPorts) -> Result<Generation, BackupError> {
    let Restoring { from, vault_from, generation, to, vault_to, .. } = what;
    for target in [Some(*to), *vault_to].into_iter().flatten() {
        if target.exists() {
            return Err(BackupError::TargetExists(target.to_owned()));
        }
    }
    let store = open(from, BackupKind::Store, ports)?;
    let vault = open(vault_from, BackupKind::Vault, ports)?;
    if store.store != vault.store {
        let what = "this is the backup of another store's vault".to_owned();
        return Err(BackupError::OtherBackup { folder: vault.folder().to_owned(), what });
    }
    let generation = store.pick(*generation)?;
    let keys = vault.pick(None)?;
    if keys.data_keys < generation.data_keys {
        let (held, expected) = (keys.data_keys, generation.data_keys);
        return Err(BackupError::KeysMissing { held, expected });
    }
    let disk = &ports.disk;
    let unfinished = beside(to, "restoring");
    disk.remove_directory(&unfinished)?;
    let unfinished_vault =
        vault_to.map_or_else(|| unfinished.join("vault"), |to| beside(to, "restoring"));
    disk.remove_directory(&unfinished_vault)?;
    write(&store, &generation, &unfinished, disk)?;
    write(&vault, &keys, &unfinished_vault, disk)?;
    complete(&unfinished, &unfinished_vault, what, disk)?;
    let mark = RestoredMark {
        generation: generation.number,
        made_at: generation.made_at,
        size: generation.size,
        restored_at: ports.clock.now(),
    };
    let mark = serde_json::to_vec(&mark).map_err(std::io::Error::other)?;
    disk.write_atomic(&unfinished.join(MARK), &[&mark, b"\n"])?;
    if let Some(vault_to) = vault_to {
        disk.rename(&unfinished_vault, vault_to)?;
    }
    disk.rename(&unfinished, to)?;
    Ok(generation)
}

fn open<'a>(
    folder: &Path,
    kind: BackupKind,
    ports: &'a BackupPorts,
) -> Result<Repository<'a>, BackupError> {
    let opened = Repository::open(folder, ports)?;
    if opened.kind == kind {
        return Ok(opened);
    }
    let what = match kind {
        BackupKind::Store => "this is the backup of a vault, not of a store",
        BackupKind::Vault => "this is the backup of a store, not of a vault",
    };
    Err(BackupError::OtherBackup { folder: folder.to_owned(), what: what.to_owned() })
}

fn write(
    repository: &Repository<'_>,
    generation: &Generation,
    to: &Path,
    disk: &Disk,
) -> Result<(), BackupError> {
    disk.create_directory(to)?;
    for file in &generation.files {
        // Names come from an authenticated manifest; they are looked at all the same.
        let name = Path::new(&file.name);
        let is_plain =
            name.components().all(|part| matches!(part, std::path::Component::Normal(_)));
        if !is_plain {
            let what = format!("{:?} is no name of a store's file", file.name);
            return Err(BackupError::OtherBackup { folder: repository.folder().to_owned(), what });
        }
        let path = to.join(name);
        disk.create_directory(path.parent().unwrap_or(to))?;
        if repository.kind == BackupKind::Vault {
            let mut bytes = Vec::new();
            repository.read(file, |part| {
                bytes.extend_from_slice(part);
                Ok(())
            })?;
            disk.write_secret(&path, &[&bytes])?;
        } else {
            let mut written = disk.begin_atomic(&path)?;
            repository.read(file, |bytes| Ok(written.append(bytes)?))?;
            written.commit()?;
        }
    }
    Ok(())
}

/// Index and tiles, then a check of everything.
fn complete(
    store: &Path,
    vault: &Path,
    what: &Restoring<'_>,
    disk: &Disk,
) -> Result<(), BackupError> {
    rebuild(store, disk, INDEX_CACHE_BYTES, &what.progress)
        .map_err(|error| BackupError::Incomplete { what: error.to_string() })?;
    let mut options = FsckOptions::new(store.parent().unwrap_or(Path::new(".")));
    options.vault_directory = Some(vault.to_owned());
    options.key_encryption.clone_from(&what.store_key);
    let report = fsck(store, &options)
        .map_err(|error| BackupError::Incomplete { what: error.to_string() })?;
    let count = report.damages.len();
    match report.damages.into_iter().next() {
        None => Ok(()),
        Some(first) => Err(BackupError::NotSound { count, first }),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{suffix}"));
    path.with_file_name(name)
}
