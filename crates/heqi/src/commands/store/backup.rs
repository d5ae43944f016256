//! `heqi store backup`, `backups`, `restore`: encrypted generations of a store and, apart from it, of its vault.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use heqi_evidence_store::backup::{
    BackupPorts, Generation, Restoring, backup, backup_vault, generations, restore,
};
use heqi_evidence_store::durable_file::Disk;
use heqi_evidence_store::vault::{FileKeyEncryptionKey, KeyEncryptionKey};
use serde_json::json;

use crate::cli::{BackupArgs, BackupsArgs, RestoreArgs};
use crate::keys::key_service::KeyService;
use crate::service::store::{StoreError, key_encryption_key};
use crate::{JobResult, machine};

/// One generation of the store and one of its vault. The store may be in use.
pub(crate) fn take(args: &BackupArgs, out: &mut dyn Write) -> JobResult {
    let ports = match &args.key {
        Some(file) => ports(file)?,
        None => with_key(key_of_store(&args.dir)?),
    };
    // The store first: the vault then has every key that the store knows of.
    let store = backup(&args.dir, &args.to, &ports)?;
    let vault = backup_vault(&args.dir, None, &args.vault_to, &ports)?;
    if args.json {
        writeln!(out, "{}", json!({ "store": as_json(&store), "vault": as_json(&vault) }))?;
    } else {
        for_people("store", &store, out)?;
        for_people("vault", &vault, out)?;
    }
    Ok(0)
}

/// Every generation of a folder.
pub(crate) fn list(args: &BackupsArgs, out: &mut dyn Write) -> JobResult {
    let found = generations(&args.from, &ports(&args.key)?)?;
    if args.json {
        writeln!(out, "{}", json!(found.iter().map(as_json).collect::<Vec<_>>()))?;
        return Ok(0);
    }
    for generation in &found {
        for_people("generation", generation, out)?;
    }
    if found.is_empty() {
        writeln!(out, "no generation")?;
    }
    Ok(0)
}

/// A store again. It serves nothing before its peers have been asked.
pub(crate) fn give_back(args: &RestoreArgs, out: &mut dyn Write) -> JobResult {
    let data_dir = args.to.clone();
    let keys = data_dir.join("keys");
    let has_key = keys.join("key-encryption.key").exists() || KeyService::is_configured(&keys);
    let store_key = has_key.then(|| key_of_store(&data_dir.join("store"))).transpose()?;
    let what = Restoring {
        from: &args.from,
        vault_from: &args.vault_from,
        generation: args.generation,
        to: &data_dir.join("store"),
        vault_to: None,
        store_key,
        progress: Arc::new(|progress| {
            let _ = writeln!(io::stderr(), "{}: {}", progress.step, progress.done);
        }),
    };
    let restored = restore(&what, &ports(&args.key)?)?;
    for_people("restored", &restored, out)?;
    writeln!(
        out,
        "  The store was checked and is marked as restored. Put the keys and erasures/ of the organisation beside it \
         and start the service: it stays read-only until its peers have said what they hold of it, and says what to \
         do if they hold more."
    )?;
    Ok(0)
}

type Ports = Result<BackupPorts, Box<dyn std::error::Error + Send + Sync>>;

/// By the key in `file`, or by the key service that it describes.
fn ports(file: &Path) -> Ports {
    if let Some(service) = KeyService::described_in(file)? {
        return Ok(with_key(Arc::new(service)));
    }
    let (_, entropy) = machine();
    let key = FileKeyEncryptionKey::load(file, entropy)
        .map_err(|source| StoreError::Key { path: file.to_owned(), source })?;
    Ok(with_key(Arc::new(key)))
}

fn with_key(key_encryption: Arc<dyn KeyEncryptionKey>) -> BackupPorts {
    let (clock, entropy) = machine();
    BackupPorts { key_encryption, entropy, clock, disk: Disk::default() }
}

/// The key-encryption key of the organisation whose store this is.
fn key_of_store(
    store: &Path,
) -> Result<Arc<dyn KeyEncryptionKey>, Box<dyn std::error::Error + Send + Sync>> {
    let (_, entropy) = machine();
    Ok(key_encryption_key(store.parent().unwrap_or_else(|| Path::new(".")), &entropy)?)
}

fn for_people(what: &str, generation: &Generation, out: &mut dyn Write) -> io::Result<()> {
    let Generation { number, made_at, origin, size, data_keys, added_bytes, .. } = generation;
    writeln!(
        out,
        "{what} {number}  {}  {origin}  {size} entries, {data_keys} data keys, {added_bytes} bytes added of {}",
        made_at.for_people(),
        generation.total_bytes()
    )
}

fn as_json(generation: &Generation) -> serde_json::Value {
    let Generation { number, made_at, origin, size, head_sha256, data_keys, added_bytes, .. } =
        generation;
    json!({
        "generation": number, "made_at": made_at, "origin": origin, "size": size,
        "head_sha256": head_sha256, "data_keys": data_keys, "added_bytes": added_bytes,
        "total_bytes": generation.total_bytes(),
    })
}
