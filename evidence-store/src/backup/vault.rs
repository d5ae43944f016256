//! One generation of a vault: every segment, whole. Erasing a key rewrites its segment, so an older generation still
//! has the key; that is why generations of the vault are dropped.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use heqi_vocabulary::Digest;

use super::repository::Repository;
use super::{BackedUpFile, BackupError, BackupKind, BackupPorts, Generation, VAULT_RETENTION_DAYS};
use crate::durable_file::named;
use crate::identity::Identity;
use crate::journal::segment::{SegmentKind, Segments, len64};
use crate::journal::{Damage, JournalError};
use crate::lock::StoreLock;
use crate::vault::file::segment::read_segment;

/// How often a vault that changes meanwhile is read again.
const ROUNDS: usize = 16;
const DAY_MS: i64 = 86_400_000;

/// Backs the vault of the store in `directory` up into `folder`, then drops the generations that are too old. To be
/// called after [`super::backup`], so that every key the store knows of is in it. Blocks on the disk.
///
/// # Errors
/// See [`BackupError`].
pub fn backup_vault(
    directory: &Path,
    vault_directory: Option<&Path>,
    folder: &Path,
    ports: &BackupPorts,
) -> Result<Generation, BackupError> {
    let identity = Identity::read(directory)?
        .ok_or_else(|| Damage::new(directory, 0, 0, "there is no store here"))?;
    let repository = Repository::open_or_begin(folder, BackupKind::Vault, identity.store, ports)?;
    let _lock = StoreLock::take(folder)?;
    let inside = directory.join("vault");
    let vault = vault_directory.unwrap_or(&inside);
    let (segments, data_keys) = read_vault(vault, identity.store)?;

    let number = repository.next_number()?;
    let mut pack = repository.begin_pack(number)?;
    let mut files = Vec::new();
    for (name, bytes) in &segments {
        // A segment has at most 4,096 keys: far less than one chunk holds.
        let chunk = pack.push(name, 0, bytes)?;
        let length = len64(bytes.len());
        files.push(BackedUpFile { name: name.clone(), length, chunks: vec![chunk] });
    }
    let generation = Generation {
        number,
        made_at: ports.clock.now(),
        origin: identity.origin,
        size: 0,
        head_sha256: Digest::of(b""),
        head: String::new(),
        batch: 0,
        data_keys,
        added_bytes: pack.finish()?,
        files,
    };
    repository.keep(&generation)?;
    drop_old(&repository, &generation)?;
    Ok(generation)
}

/// Drops what is older than the retention allows; the newest stays.
fn drop_old(repository: &Repository<'_>, newest: &Generation) -> Result<(), BackupError> {
    for old in repository.generations()? {
        let age_ms = newest.made_at.millis_since(old.made_at);
        if old.number != newest.number && age_ms > VAULT_RETENTION_DAYS * DAY_MS {
            repository.drop_generation(old.number)?;
        }
    }
    Ok(())
}

type VaultFiles = Vec<(String, Vec<u8>)>;

/// Every segment as it was at one moment, and how many identifiers they hold at least.
fn read_vault(vault: &Path, store: [u8; 16]) -> Result<(VaultFiles, u64), BackupError> {
    let mut damage = None;
    for _ in 0..ROUNDS {
        let segments = Segments::new(vault.to_owned(), SegmentKind::Vault, store);
        let before = segments.numbers()?;
        // Counted before the bytes are read: they hold as many or more.
        let data_keys = match count(&segments, &before) {
            Ok(data_keys) => data_keys,
            // A segment that is being rewritten is wiped under its old name.
            Err(JournalError::Damaged(found)) => {
                damage = Some(found);
                continue;
            }
            Err(JournalError::Io(error)) => return Err(error.into()),
        };
        let mut files = Vec::new();
        for number in &before {
            let path = segments.path(*number);
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.extend(read_stable(&path)?.map(|bytes| (name, bytes)));
        }
        if files.len() == before.len() && segments.numbers()? == before {
            return Ok((files, data_keys));
        }
    }
    Err(damage.map_or(BackupError::Unsettled, Into::into))
}

fn count(segments: &Segments, numbers: &[u32]) -> Result<u64, JournalError> {
    let entries = |number: &u32| Ok(len64(read_segment(segments, *number)?.entries.len()));
    numbers.iter().map(entries).sum()
}

/// The bytes of a file, unless another took its name meanwhile: then the old one may have been wiped under our eyes.
fn read_stable(path: &Path) -> Result<Option<Vec<u8>>, BackupError> {
    let mut file = File::open(path).map_err(|error| named(error, path))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let same = fs::metadata(path).is_ok_and(|now| {
        file.metadata().is_ok_and(|read| (now.ino(), now.dev()) == (read.ino(), read.dev()))
    });
    Ok(same.then_some(bytes))
}
