//! The erasure ledger: which data keys were destroyed, kept outside everything that is
//! backed up and restored, so that a restored vault forgets again what was forgotten
//! (`docs/spec/erasure.md` section 4).
//!
//! One line per erasure, `{"at":…,"erasure":…,"keys":[…]} <hash>`, where the hash is the
//! SHA-256 over a label, the hash of the line before and the line's JSON: a line cannot be
//! taken out or changed unnoticed. An entry is durable before a key is destroyed. A line
//! names keys and records by random identifiers; nothing in it is personal.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use heqi_vocabulary::{Digest, UtcMillis};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::durable_file::{AppendFile, Disk, read_if_there};
use crate::vault::{DataKeyId, Vault, VaultError};

const LABEL: &str = "heqi.erasure-ledger/v1\n";

/// One erasure.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a line of the ledger, version 1")]
pub struct ErasureEntry {
    /// When it was decided.
    pub at: UtcMillis,
    /// What decided it: the identifier of its record.
    pub erasure: String,
    /// The keys to be destroyed.
    pub keys: Vec<DataKeyId>,
}

/// The ledger in its file, or in memory for tests.
pub struct ErasureLedger {
    state: Mutex<State>,
}

struct State {
    file: Option<AppendFile>,
    entries: Vec<ErasureEntry>,
    last: Digest,
    is_broken: bool,
}

/// Why the ledger could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErasureLedgerError {
    /// A line is not what was written.
    #[error("the erasure ledger {} is damaged at line {line}; nothing may be served without it", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// An earlier write failed: what is on the disk is unknown until the ledger is opened again.
    #[error("an earlier write of the erasure ledger failed; it has to be opened again")]
    Broken,
    /// The system could not read or write.
    #[error("the erasure ledger could not be read or written")]
    Io(#[from] io::Error),
}

/// Why erasures were not replayed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The vault.
    #[error("the erasures could not be replayed: {0}")]
    Vault(#[from] VaultError),
}

/// What replaying did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Replayed {
    /// Entries in the ledger.
    pub entries: u64,
    /// Keys that the vault still had, or did not know of, and that are destroyed now.
    pub destroyed: u64,
}

impl ErasureLedger {
    /// Opens the ledger at `path`, making an empty one with its directory where there is none. A last line without its
    /// end was never relied upon and is cut.
    ///
    /// # Errors
    /// See [`ErasureLedgerError`].
    pub fn open(path: &Path, disk: &Disk) -> Result<Self, ErasureLedgerError> {
        let bytes = if let Some(bytes) = read_if_there(path)? {
            bytes
        } else {
            disk.create_directory(path.parent().unwrap_or(Path::new("")))?;
            disk.write_secret(path, &[])?;
            Vec::new()
        };
        let (entries, last, end) = read(path, &bytes)?;
        let mut file = disk.open_append(path)?;
        if file.length() > end {
            file.truncate(end)?;
        }
        // After a failed sync the kernel may show bytes that are not on the disk.
        file.settle(0, end)?;
        Ok(Self { state: Mutex::new(State { file: Some(file), entries, last, is_broken: false }) })
    }

    /// A ledger that forgets with the process.
    pub fn in_memory() -> Self {
        let last = Digest::of(LABEL.as_bytes());
        Self {
            state: Mutex::new(State { file: None, entries: Vec::new(), last, is_broken: false }),
        }
    }

    /// Where an organisation keeps its ledger: beside its store, never inside.
    pub fn path_in(data_dir: &Path) -> PathBuf {
        data_dir.join("erasures").join("ledger.jsonl")
    }

    /// Adds an entry; durable when it returns. The same erasure again changes nothing. Blocks on the disk.
    ///
    /// # Errors
    /// See [`ErasureLedgerError`].
    pub fn append(&self, entry: &ErasureEntry) -> Result<(), ErasureLedgerError> {
        let mut state = self.state.lock();
        if state.is_broken {
            return Err(ErasureLedgerError::Broken);
        }
        if state.entries.iter().any(|known| known == entry) {
            return Ok(());
        }
        let json = serde_json::to_string(entry).map_err(io::Error::other)?;
        let hash = hash_of(&state.last, &json);
        if let Some(file) = &mut state.file {
            let line = format!("{json} {hash}\n");
            let written = file.append(line.as_bytes()).and_then(|()| file.sync());
            if let Err(error) = written {
                state.is_broken = true;
                return Err(error.into());
            }
        }
        state.last = hash;
        state.entries.push(entry.clone());
        Ok(())
    }

    /// Every entry, oldest first.
    pub fn entries(&self) -> Vec<ErasureEntry> {
        self.state.lock().entries.clone()
    }
}

/// Destroys in `vault` every key the ledger names, again. To be called after a restore and at every start, before
/// anything is served; a vault that has forgotten them already is left as it is. Blocks on the disk.
///
/// # Errors
/// See [`ReplayError`].
pub fn replay_erasures(ledger: &ErasureLedger, vault: &dyn Vault) -> Result<Replayed, ReplayError> {
    let entries = ledger.entries();
    let mut left = Vec::new();
    for id in entries.iter().flat_map(|entry| &entry.keys) {
        match vault.key(*id) {
            Err(VaultError::Shredded { .. }) => {}
            Ok(_) | Err(VaultError::Unknown { .. }) => left.push(*id),
            Err(error) => return Err(error.into()),
        }
    }
    left.sort_unstable();
    left.dedup();
    if !left.is_empty() {
        vault.shred(&left)?;
    }
    let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    Ok(Replayed { entries: count(entries.len()), destroyed: count(left.len()) })
}

/// Entries, the hash of the last line, and where the last whole line ends.
pub(crate) fn read(
    path: &Path,
    bytes: &[u8],
) -> Result<(Vec<ErasureEntry>, Digest, u64), ErasureLedgerError> {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let (lines, rest) = bytes.split_at(whole);
    let mut last = Digest::of(LABEL.as_bytes());
    let mut entries = Vec::new();
    let damaged =
        |line: usize| ErasureLedgerError::Damaged { path: path.to_owned(), line: line + 1 };
    for (number, line) in lines.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let (entry, hash) = read_line(line, &last).ok_or_else(|| damaged(number))?;
        entries.push(entry);
        last = hash;
    }
    // A write that was torn stops before the end of the line. Where the whole line is there and ends otherwise, its
    // end was changed: it was relied upon.
    let changed_end = rest.split_last().and_then(|(_, line)| read_line(line, &last));
    if changed_end.is_some() {
        return Err(damaged(entries.len()));
    }
    Ok((entries, last, u64::try_from(whole).unwrap_or(u64::MAX)))
}

/// The entry of a line without its end, and the line's hash, if it follows the line before.
fn read_line(line: &[u8], before: &Digest) -> Option<(ErasureEntry, Digest)> {
    let (json, hash) = std::str::from_utf8(line).ok()?.rsplit_once(' ')?;
    let hash: Digest = hash.parse().ok()?;
    if hash != hash_of(before, json) {
        return None;
    }
    Some((serde_json::from_str(json).ok()?, hash))
}

pub(crate) fn hash_of(before: &Digest, json: &str) -> Digest {
    Digest::of(&[LABEL.as_bytes(), before.as_bytes(), json.as_bytes()].concat())
}

impl fmt::Debug for ErasureLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ErasureLedger({} entries)", self.state.lock().entries.len())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use super::*;
    use crate::testing::{SeededEntropy, tamper};
    use crate::vault::MemoryVault;

    fn entry(number: u8) -> ErasureEntry {
        ErasureEntry {
            at: UtcMillis::from_millis(1_800_000_000_000).unwrap(),
            erasure: format!("rec_{number}"),
            keys: vec![DataKeyId::of(&[&[number]]), DataKeyId::of(&[&[number, 1]])],
        }
    }

    #[test]
    fn entries_come_back_and_the_same_one_is_kept_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = ErasureLedger::path_in(folder.path());
        let ledger = ErasureLedger::open(&path, &Disk::default()).unwrap();
        for number in [1, 2, 1] {
            ledger.append(&entry(number)).unwrap();
        }
        let again = ErasureLedger::open(&path, &Disk::default()).unwrap();
        assert_eq!(again.entries(), [entry(1), entry(2)]);
    }

    #[test]
    fn a_torn_line_is_cut_and_a_changed_or_missing_one_is_damage() {
        let folder = tempfile::tempdir().unwrap();
        let path = ErasureLedger::path_in(folder.path());
        let ledger = ErasureLedger::open(&path, &Disk::default()).unwrap();
        (1..=3).for_each(|number| ledger.append(&entry(number)).unwrap());
        let whole = fs::read(&path).unwrap();
        let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();

        tamper(&path, &whole[..whole.len() - 1]);
        let cut = ErasureLedger::open(&path, &Disk::default()).unwrap();
        assert_eq!(cut.entries(), [entry(1), entry(2)]);
        cut.append(&entry(3)).unwrap();
        assert_eq!(fs::read(&path).unwrap(), whole);

        for damaged in [[lines[0], lines[2]].concat(), [lines[1], lines[0], lines[2]].concat()] {
            tamper(&path, &damaged);
            let opened = ErasureLedger::open(&path, &Disk::default());
            assert!(matches!(opened, Err(ErasureLedgerError::Damaged { .. })));
        }
        // The last byte too: an end that was changed is no torn line.
        for at in (0..lines[0].len()).chain([whole.len() - 1]) {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            tamper(&path, &flipped);
            assert!(ErasureLedger::open(&path, &Disk::default()).is_err(), "byte {at}");
        }
    }

    #[test]
    fn replaying_destroys_what_an_old_vault_still_has_and_what_it_never_knew() {
        let ledger = ErasureLedger::in_memory();
        ledger.append(&entry(1)).unwrap();
        let vault = MemoryVault::new(Arc::new(SeededEntropy::new(4)));
        let [held, unknown] = [entry(1).keys[0], entry(1).keys[1]];
        vault.create(held).unwrap();
        let other = vault.create(DataKeyId::of(&[b"other"])).unwrap();

        let replayed = replay_erasures(&ledger, &vault).unwrap();
        assert_eq!((replayed.entries, replayed.destroyed), (1, 2));
        for id in [held, unknown] {
            assert_eq!(vault.key(id).unwrap_err(), VaultError::Shredded { id });
        }
        assert!(vault.key(other.id()).is_ok());
        assert_eq!(replay_erasures(&ledger, &vault).unwrap().destroyed, 0, "again does nothing");
    }
}
