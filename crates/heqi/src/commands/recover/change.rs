//! What both organisations do alike when one log takes the place of another: keys, statement, folders.

use std::fs;
use std::path::{Path, PathBuf};

use heqi_evidence::successor::LogSuccessor;
use heqi_evidence_store::durable_file::Disk;
use heqi_evidence_store::successor::SuccessorFolders;
use heqi_pki::dsse::Envelope;
use heqi_tlog::note::SignatureType;
use heqi_vocabulary::{Digest, Entropy};

use super::Fallible;
use crate::keys::{self, NoteKey, succession};

fn successor_key(keys: &Path) -> PathBuf {
    keys.join("log.successor.key")
}

/// The key of the log that is frozen, and that of the one that takes its place, made when it is not there.
pub(super) fn log_keys(
    keys: &Path,
    origin: &str,
    entropy: &dyn Entropy,
) -> Fallible<(NoteKey, NoteKey)> {
    let ed25519 = SignatureType::Ed25519;
    let old = keys::note_key(&keys.join("log.key"), "unused", ed25519, entropy)?;
    let new = keys::note_key(&successor_key(keys), origin, ed25519, entropy)?;
    if new.name().as_str() != origin {
        let path = successor_key(keys);
        return Err(
            format!("{} is a key of {}, not of {origin}", path.display(), new.name()).into()
        );
    }
    Ok((old, new))
}

/// What was done once it was decided.
pub(super) struct Moved {
    /// What was decided.
    pub(super) said: LogSuccessor,
    /// The same, signed.
    pub(super) statement: Envelope,
    /// Where the statement lies for the peers.
    pub(super) published: PathBuf,
    /// The store of the frozen log.
    pub(super) frozen: PathBuf,
}

/// What is left once it is decided. Done again it goes on where it stopped.
pub(super) fn finish(data_dir: &Path, folders: &SuccessorFolders) -> Fallible<Moved> {
    let decided = folders.frozen()?.pop().ok_or("no successor was decided")?;
    let statement = Envelope::from_json(&decided.statement)?;
    let said = LogSuccessor::verify(&statement)?.said().clone();
    let keys = data_dir.join("keys");
    let published = succession::own_folder(&keys).join(succession::successor_file_name(&statement));
    keys::write_public(&published, statement.as_bytes())?;
    // The key before the store: a store without its key does not open, and then this is asked for again.
    take_key(&keys, &statement)?;
    folders.finish()?;
    Ok(Moved { said, statement, published, frozen: decided.store })
}

/// The successor's key in the place of the frozen log's, which is kept aside.
fn take_key(keys: &Path, statement: &Envelope) -> Fallible<()> {
    let (current, next) = (keys.join("log.key"), successor_key(keys));
    if !next.try_exists()? {
        return Ok(());
    }
    let digest = Digest::of(statement.as_bytes()).to_string();
    let kept =
        keys.join("retired").join(format!("{}-log.key", digest.get(..16).unwrap_or(&digest)));
    if !kept.try_exists()? {
        keys::write_secret(&kept, &keys::read_secret(&current)?)?;
    }
    let disk = Disk::default();
    disk.rename(&next, &current)?;
    // A rotation of the frozen log's key that was under way has nobody to follow any more.
    let rotating = keys.join("log.next.key");
    if fs::exists(&rotating)? {
        disk.rename(
            &rotating,
            &keys
                .join("retired")
                .join(format!("{}-log.next.key", digest.get(..16).unwrap_or(&digest))),
        )?;
    }
    Ok(())
}
