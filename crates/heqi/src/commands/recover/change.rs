//! What both organisations do alike when one log takes the place of another: keys, statement, folders.

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

/// Logs are served and mirrored by the last part of their origin's path, and a frozen one goes on being served: the
/// successor's must be another than that of every log before it.
pub(super) fn check_name(folders: &SuccessorFolders, current: &str, origin: &str) -> Fallible<()> {
    let mut before = vec![current.to_owned()];
    for frozen in folders.frozen()? {
        let statement = LogSuccessor::verify(&Envelope::from_json(&frozen.statement)?)?;
        before.push(statement.said().frozen_key.0.name().to_string());
    }
    match before.iter().find(|before| log_name(before) == log_name(origin)) {
        None => Ok(()),
        Some(taken) => Err(format!(
            "{origin} ends like {taken}, which goes on being served under {name:?}; choose an origin with another last \
             part, such as {origin}-2",
            name = log_name(taken)
        )
        .into()),
    }
}

/// The name under which a log is served: the last part of its origin's path.
pub(super) fn log_name(origin: &str) -> &str {
    origin.rsplit('/').next().unwrap_or(origin)
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
///
/// The successor's key is moved last: while it lies there, all of this is done again.
fn take_key(keys: &Path, statement: &Envelope) -> Fallible<()> {
    let (current, next) = (keys.join("log.key"), successor_key(keys));
    if !next.try_exists()? {
        return Ok(());
    }
    let digest = Digest::of(statement.as_bytes()).to_string();
    let short = digest.get(..16).unwrap_or(&digest);
    let retired = keys.join("retired");
    let kept = retired.join(format!("{short}-log.key"));
    if !kept.try_exists()? {
        keys::write_secret(&kept, &keys::read_secret(&current)?)?;
    }
    let disk = Disk::default();
    // A rotation of the frozen log's key that was under way has nobody to follow any more.
    let rotating = keys.join("log.next.key");
    if rotating.try_exists()? {
        disk.rename(&rotating, &retired.join(format!("{short}-log.next.key")))?;
    }
    disk.rename(&next, &current)?;
    Ok(())
}

#[cfg(test)]
mod tests;
