//! `heqi keys rotate`: one key takes the place of another, in two steps that each can be
//! repeated after a stop (`docs/adr/0019-key-rotation.md`).
//!
//! *Begin*: the new key is written, the statement signed by both keys is written, and the
//! statement becomes a leaf of the organisation's own log. From then on both keys are in
//! use: a log signs every head with both. *Finish*, after the peer accepted the statement:
//! the new key takes the place of the old one, which is put aside.

mod key_encryption;
mod search;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heqi_evidence::anchors::{Base64, Spki};
use heqi_evidence::canonical;
use heqi_evidence::key_change::{KeyChange, KeyChangeReason, KeyRole};
use heqi_evidence::statement::Statement as _;
use heqi_evidence_store::durable_file::Disk;
use heqi_pki::dsse::{Envelope, PayloadType};
use heqi_pki::keys::{Signer, SigningKey};
use heqi_tlog::note::SignatureType;
use heqi_vocabulary::{Clock, Entropy, UtcMillis};

use super::KeysError;
use crate::cli::RotateRole;
use crate::keys::{self, KeyError, NoteKey, succession};
use crate::service::store;

const HOUR_MS: i64 = 3_600_000;

/// What is asked for.
pub(crate) struct Rotation<'a> {
    pub(crate) role: RotateRole,
    /// The organisation's data folder.
    pub(crate) data_dir: &'a Path,
    /// For how long both keys are used.
    pub(crate) overlap_hours: u32,
    pub(crate) reason: KeyChangeReason,
    /// Ends the overlap instead of beginning it.
    pub(crate) finish: bool,
    /// Without it the plan is printed and nothing is done.
    pub(crate) yes: bool,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// A role whose key is a file that signs.
struct Files {
    role: KeyRole,
    current: PathBuf,
    next: PathBuf,
}

impl Rotation<'_> {
    pub(crate) async fn run(&self, out: &mut dyn Write) -> Result<(), KeysError> {
        match self.role {
            RotateRole::Kek => self.key_encryption(out).await,
            RotateRole::Search => self.search(out).await,
            role => {
                let files = self.files(role)?;
                if self.finish { self.end(&files, out) } else { self.begin(&files, out).await }
            }
        }
    }

    fn keys(&self) -> PathBuf {
        self.data_dir.join("keys")
    }

    fn files(&self, role: RotateRole) -> Result<Files, KeysError> {
        let (role, stem, extension) = match role {
            RotateRole::Log => (KeyRole::Log, "log", "key"),
            RotateRole::Witness => (KeyRole::Witness, "witness", "key"),
            RotateRole::Mirror => (KeyRole::Mirror, "mirror", "key"),
            RotateRole::Receipt => (KeyRole::Receipt, "receipt", "pem"),
            RotateRole::Order => (KeyRole::Order, "order", "pem"),
            // They sign nothing and have steps of their own.
            RotateRole::Kek | RotateRole::Search => {
                return Err(KeysError::NoSuchKey(self.keys()));
            }
        };
        let keys = self.keys();
        let current = keys.join(format!("{stem}.{extension}"));
        if !current.exists() {
            return Err(KeysError::NoSuchKey(current));
        }
        Ok(Files { role, current, next: keys.join(format!("{stem}.next.{extension}")) })
    }

    async fn begin(&self, files: &Files, out: &mut dyn Write) -> Result<(), KeysError> {
        let resumed = files.next.exists();
        let word = files.role.as_str();
        writeln!(out, "Rotation of the {word} key in {}", self.data_dir.display())?;
        if resumed {
            writeln!(out, "  A rotation is under way; what is left of these steps is done.")?;
        }
        writeln!(out, "  1. write the new key to {}", files.next.display())?;
        writeln!(out, "  2. sign the change with the old and the new key")?;
        writeln!(out, "  3. make the statement a leaf of this organisation's log")?;
        match files.role {
            KeyRole::Log => writeln!(out, "  4. sign every head with both keys from now on")?,
            _ => writeln!(out, "  4. go on with the old key until the peer knows the new one")?,
        }
        writeln!(
            out,
            "  Then the peer runs `heqi keys accept`, and you run this again with --finish."
        )?;
        if !self.yes {
            writeln!(out, "Nothing was changed; add --yes to do it.")?;
            return Ok(());
        }
        let statement = self.statement(files)?;
        let path = succession::own_folder(&self.keys()).join(statement.1);
        keys::write_public(&path, statement.0.as_bytes())?;
        log_statement(self.data_dir, &statement.0, &self.entropy).await?;
        writeln!(out, "Done. The statement for the peer: {}", path.display())?;
        Ok(())
    }

    /// The statement about the two keys: the one that was made before, or a new one.
    fn statement(&self, files: &Files) -> Result<(Envelope, String), KeysError> {
        let pair = match files.role {
            KeyRole::Receipt | KeyRole::Order => self.statement_pair(files)?,
            _ => self.note_pair(files)?,
        };
        if let Some(found) = made_before(&self.keys(), files.role, &pair.old, &pair.new)? {
            return Ok(found);
        }
        let changed_at = self.clock.now();
        let change = KeyChange {
            changed_at,
            log_origin: log_key(&self.keys(), &*self.entropy)?.name().to_string(),
            new_key: pair.new,
            old_key: pair.old,
            old_valid_until: changed_at.plus_millis(i64::from(self.overlap_hours) * HOUR_MS),
            reason: self.reason,
            role: files.role,
        };
        let signers: Vec<&dyn Signer> = pair.signers.iter().map(|key| key as &dyn Signer).collect();
        let statement = sign(&change, &signers)?;
        let name = succession::file_name(&change, &statement);
        Ok((statement, name))
    }

    fn note_pair(&self, files: &Files) -> Result<Pair, KeysError> {
        let kind = match files.role {
            KeyRole::Log => SignatureType::Ed25519,
            _ => SignatureType::CosignatureV1,
        };
        let old = keys::note_key(&files.current, "unused", kind, &*self.entropy)?;
        let new = keys::note_key(&files.next, old.name().as_str(), kind, &*self.entropy)?;
        Ok(Pair {
            old: old.verifier_key()?.to_string(),
            new: new.verifier_key()?.to_string(),
            signers: vec![old.statement_key(), new.statement_key()],
        })
    }

    fn statement_pair(&self, files: &Files) -> Result<Pair, KeysError> {
        let old = keys::signing_key(&files.current, &*self.entropy)?;
        let new = keys::signing_key(&files.next, &*self.entropy)?;
        let text = |key: &SigningKey| String::from(Base64::from(Spki(key.public_key())));
        Ok(Pair { old: text(&old), new: text(&new), signers: vec![old, new] })
    }

    fn end(&self, files: &Files, out: &mut dyn Write) -> Result<(), KeysError> {
        if !files.next.exists() {
            return Err(KeysError::NoRotation(files.role.as_str()));
        }
        let retired = self.keys().join("retired");
        let name = files.current.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let kept = retired.join(format!("{}-{name}", self.clock.now().as_millis()));
        writeln!(out, "End of the rotation of the {} key", files.role.as_str())?;
        writeln!(out, "  1. keep the old key as {}", kept.display())?;
        writeln!(out, "  2. put the new key in its place; only it is used from the next start on")?;
        writeln!(out, "  The peer must have accepted the statement before this.")?;
        if !self.yes {
            writeln!(out, "Nothing was changed; add --yes to do it.")?;
            return Ok(());
        }
        take_the_place(&files.current, &files.next, &kept)?;
        writeln!(out, "Done. Start the service. Take {} away and destroy it when", kept.display())?;
        writeln!(out, "no backup needs it any more.")?;
        Ok(())
    }
}

struct Pair {
    old: String,
    new: String,
    signers: Vec<SigningKey>,
}

/// Logs that one API key takes the place of another, by their names.
pub(crate) async fn log_api_key(
    data_dir: &Path,
    old: &str,
    new: &str,
    overlap_hours: u32,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<(), KeysError> {
    let rotation = Rotation {
        role: RotateRole::Log,
        data_dir,
        overlap_hours,
        reason: KeyChangeReason::Scheduled,
        finish: false,
        yes: true,
        clock,
        entropy,
    };
    log_fingerprints(&rotation, KeyRole::Api, old, new).await
}

/// Logs that a key which signs nothing was changed; the statement is the log key's.
pub(crate) async fn log_fingerprints(
    rotation: &Rotation<'_>,
    role: KeyRole,
    old: &str,
    new: &str,
) -> Result<(), KeysError> {
    let keys = rotation.keys();
    let key = log_key(&keys, &*rotation.entropy)?;
    let changed_at = rotation.clock.now();
    let until = changed_at.plus_millis(i64::from(rotation.overlap_hours) * HOUR_MS);
    let statement = fingerprint_statement(
        &keys,
        &key.statement_key(),
        (key.name().as_str(), role, rotation.reason),
        (old, new),
        (changed_at, until),
    )?;
    log_statement(rotation.data_dir, &statement, &rotation.entropy).await
}

/// The statement, by the log's key, that one fingerprint takes the place of another at an
/// instant and that the old one is used until another: as a run before made it, or new.
pub(crate) fn fingerprint_statement(
    keys: &Path,
    signer: &dyn Signer,
    (origin, role, reason): (&str, KeyRole, KeyChangeReason),
    (old, new): (&str, &str),
    (changed_at, old_valid_until): (UtcMillis, UtcMillis),
) -> Result<Envelope, KeysError> {
    if let Some((statement, _)) = made_before(keys, role, old, new)? {
        return Ok(statement);
    }
    let change = KeyChange {
        changed_at,
        log_origin: origin.to_owned(),
        new_key: new.to_owned(),
        old_key: old.to_owned(),
        old_valid_until,
        reason,
        role,
    };
    let statement = sign(&change, &[signer])?;
    let path = succession::own_folder(keys).join(succession::file_name(&change, &statement));
    keys::write_public(&path, statement.as_bytes())?;
    Ok(statement)
}

fn sign(change: &KeyChange, signers: &[&dyn Signer]) -> Result<Envelope, KeysError> {
    let payload =
        canonical::to_bytes(change).map_err(|error| KeysError::Statement(error.to_string()))?;
    let kind = PayloadType::parse(KeyChange::PAYLOAD_TYPE)
        .map_err(|error| KeysError::Statement(error.to_string()))?;
    Envelope::sign(&kind, &payload, signers)
        .map_err(|error| KeysError::Statement(error.to_string()))
}

/// The statement about these two keys, if a run before this one made it.
fn made_before(
    keys: &Path,
    role: KeyRole,
    old: &str,
    new: &str,
) -> Result<Option<(Envelope, String)>, KeysError> {
    let folder = succession::own_folder(keys);
    let Ok(entries) = fs::read_dir(&folder) else { return Ok(None) };
    for entry in entries {
        let entry = entry?;
        let Ok(envelope) = Envelope::from_json(&fs::read(entry.path())?) else { continue };
        let Ok(change) = canonical::parse::<KeyChange>(envelope.unverified_payload()) else {
            continue;
        };
        if change.role == role && change.old_key == old && change.new_key == new {
            return Ok(Some((envelope, entry.file_name().to_string_lossy().into_owned())));
        }
    }
    Ok(None)
}

fn log_key(keys: &Path, entropy: &dyn Entropy) -> Result<NoteKey, KeyError> {
    keys::note_key(&keys.join("log.key"), "unused", SignatureType::Ed25519, entropy)
}

/// The statement becomes a leaf of the organisation's own log. The service must be stopped.
async fn log_statement(
    data_dir: &Path,
    statement: &Envelope,
    entropy: &Arc<dyn Entropy>,
) -> Result<(), KeysError> {
    let keys = data_dir.join("keys");
    let signer = log_key(&keys, &**entropy)?.log_signer()?;
    let store = store::open(data_dir, signer, entropy)?;
    // A platform counts the leaves that are no records; a notary's log holds statements only.
    let logged = if keys.join("receipt.pem").exists() {
        heqi_notarization::key_change::log_key_change(&*store, statement)
            .await
            .map(|_| ())
            .map_err(|error| KeysError::Log(error.to_string()))
    } else {
        heqi_registration::key_change::log_key_change(&*store, statement)
            .await
            .map(|_| ())
            .map_err(|error| KeysError::Log(error.to_string()))
    };
    store.close().map_err(|error| KeysError::Log(error.to_string()))?;
    logged
}

/// Copy aside, then rename: at every moment there is a current key, and the old one is lost
/// at none.
fn take_the_place(current: &Path, next: &Path, kept: &Path) -> Result<(), KeysError> {
    let text = keys::read_secret(current)?;
    keys::write_secret(kept, &text)?;
    Disk::default().rename(next, current)?;
    Ok(())
}

#[cfg(test)]
mod tests;
