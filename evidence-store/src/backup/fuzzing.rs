//! What reading the folder of a backup promises for any bytes (`crate::fuzzing`).
#![expect(clippy::missing_panics_doc, reason = "a broken promise is reported by panicking")]
#![expect(clippy::unwrap_used, reason = "the same")]

use std::path::Path;
use std::sync::Arc;

use heqi_vocabulary::{Clock, UtcMillis};

use super::repository::Repository;
use super::{BackupKind, BackupPorts};
use crate::durable_file::Disk;
use crate::fuzzing::STORE;
use crate::testing::{SeededEntropy, tamper};
use crate::vault::FileKeyEncryptionKey;

/// A manifest with a right seal: what is read is written and read again, its sizes add up, and a file whose chunks are
/// not there is refused by name.
pub fn backup_manifest(folder: &Path, json: &[u8]) {
    let Ok(json) = str::from_utf8(json) else { return };
    let (ports, folder) = (ports(folder), folder.join("backup"));
    let Ok(repository) = Repository::open_or_begin(&folder, BackupKind::Store, STORE, &ports)
    else {
        return;
    };
    let Ok(generation) = repository.sealed_generation(1, json) else { return };
    let _ = generation.total_bytes();
    for file in &generation.files {
        let mut length = 0;
        let read = repository.read(file, |bytes| {
            length += u64::try_from(bytes.len()).unwrap();
            Ok(())
        });
        assert_eq!(read.is_ok(), file.length == 0 && file.chunks.is_empty(), "there is no pack");
        assert_eq!(length, 0);
    }
    let again = serde_json::to_string(&generation).unwrap();
    assert_eq!(repository.sealed_generation(1, &again).unwrap(), generation);
}

/// The file `backup.json`: any other is refused, and nothing is made of it.
pub fn backup_header(folder: &Path, input: &[u8]) {
    let (ports, folder) = (ports(folder), folder.join("header"));
    ports.disk.create_directory(&folder).unwrap();
    tamper(folder.join("backup.json"), input);
    assert!(Repository::open(&folder, &ports).is_err(), "nobody can wrap a key for this one");
}

/// A manifest as a backup writes it, for a seed.
pub fn manifest_seed() -> Vec<u8> {
    let digest = "0".repeat(64);
    format!(
        r#"{{"number":1,"made_at":"2026-11-24T00:00:00.000Z","origin":"log.example/test","size":2,"head_sha256":"{digest}","head":"","batch":3,"data_keys":1,"added_bytes":40,"files":[{{"name":"state/0000000000.seg","length":12,"chunks":[{{"pack":1,"at":0,"offset":0,"length":12,"sha256":"{digest}"}}]}},{{"name":"empty","length":0,"chunks":[]}}]}}"#
    )
    .into_bytes()
}

/// A header as a backup writes it, its key wrapped for somebody else.
pub fn header_seed() -> Vec<u8> {
    let (id, key) = ("0".repeat(32), "1".repeat(120));
    format!(r#"{{"format":1,"kind":"store","id":"{id}","store":"{id}","wrapped_key":"{key}"}}"#)
        .into_bytes()
}

struct Never;

impl Clock for Never {
    fn now(&self) -> UtcMillis {
        UtcMillis::from_millis(0).unwrap()
    }
}

fn ports(folder: &Path) -> BackupPorts {
    let path = folder.join("backup-kek");
    let entropy = Arc::new(SeededEntropy::new(9));
    if !path.exists() {
        FileKeyEncryptionKey::create(&path, &Disk::default(), entropy.clone()).unwrap();
    }
    let key_encryption = Arc::new(FileKeyEncryptionKey::load(&path, entropy.clone()).unwrap());
    BackupPorts { key_encryption, entropy, clock: Arc::new(Never), disk: Disk::default() }
}

#[cfg(test)]
mod tests {
    use super::super::Generation;
    use super::*;

    #[test]
    fn lengths_that_no_disk_has_do_not_overflow() {
        let manifest = String::from_utf8(manifest_seed()).unwrap();
        let manifest = manifest
            .replace(r#""length":12,"chunks""#, r#""length":18446744073709551615,"chunks""#);
        let manifest = manifest.replace(r#""length":0"#, r#""length":7"#);
        let generation: Generation = serde_json::from_str(&manifest).unwrap();
        assert_eq!(generation.total_bytes(), u64::MAX);
    }
}
