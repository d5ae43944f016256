mod replaced;
pub(crate) mod rewrap;
pub(crate) mod segment;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use heqi_vocabulary::Entropy;
use parking_lot::Mutex;

use self::segment::{
    Entry, EntryWriter, SEALED_KEY_BYTES, Secret, open_key, read_segment, wrap_context,
};
use super::{DataKey, DataKeyId, KeyEncryptionKey, Vault, VaultError};
use crate::durable_file::{AppendFile, Disk};
use crate::journal::frame::{FRAME_HEADER_BYTES, encode_frame, frame_kind};
use crate::journal::segment::{SegmentKind, Segments, StoreId, encode_header, len64};
use crate::journal::{Damage, JournalError};

/// Data keys in one segment, at most: shredding rewrites no more than these.
pub const KEYS_PER_SEGMENT: usize = 4096;

/// Data keys held open, at most: an act uses half a dozen, each several times.
const OPENED_KEYS: usize = 2048;

/// The vault in files: segments of at most [`KEYS_PER_SEGMENT`] data keys, each segment under its own epoch key, each
/// epoch key wrapped by the key-encryption key (`docs/spec/store.md` section 7).
pub struct FileVault {
    /// The segment that new keys go to. Whoever writes holds it, and takes it before the state; the disk is waited
    /// for without the state, so that nobody who makes or reads a key waits for the disk, but while a segment is
    /// begun and while an erasure rewrites one.
    writer: Mutex<Option<Active>>,
    state: Mutex<State>,
    disk: Disk,
    segments: Segments,
    key_encryption: Arc<dyn KeyEncryptionKey>,
    entropy: Arc<dyn Entropy>,
}

#[derive(Default)]
struct State {
    slots: HashMap<DataKeyId, Slot>,
    /// Created or erased, not yet on disk. `None`: erased.
    pending: BTreeMap<DataKeyId, Option<Secret>>,
    epochs: HashMap<u32, Secret>,
    /// Keys that were used lately. An erased one is dropped, and wiped, before it is erased on the disk.
    opened: HashMap<DataKeyId, Secret>,
    /// Why a write failed: what is on disk is unknown until the vault is opened again.
    broken_by: Option<String>,
}

#[derive(Clone, Copy)]
enum Slot {
    /// The sealed key stands at this offset.
    Stored {
        segment: u32,
        offset: u32,
    },
    Erased,
}

/// The segment that new keys go to.
struct Active {
    number: u32,
    seed: u32,
    file: AppendFile,
    entries: usize,
    frames: u64,
}

impl FileVault {
    /// Opens the vault of a store, making an empty one where there is none. The journals know of `expected` identifiers;
    /// a vault with fewer has lost keys, and is left as it was found.
    pub(crate) fn open(
        directory: PathBuf,
        store: StoreId,
        expected: u64,
        disk: Disk,
        key_encryption: Arc<dyn KeyEncryptionKey>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, JournalError> {
        disk.create_directory(&directory)?;
        let segments = Segments::new(directory, SegmentKind::Vault, store);
        let (mut state, mut writer) = (State::default(), None);
        let mut newest = None;
        let numbers = segments.numbers()?;
        for (wanted, number) in (0..).zip(&numbers) {
            if *number != wanted {
                let what = "a vault segment is missing";
                return Err(Damage::new(&segments.path(wanted), 0, 0, what).into());
            }
            let scanned = read_segment(&segments, *number)?;
            if scanned.is_torn && Some(number) != numbers.last() {
                let what = "a vault segment that is not the newest is cut off";
                return Err(Damage::new(&segments.path(*number), scanned.end, 0, what).into());
            }
            state.take_in(*number, &scanned.entries);
            newest = Some((*number, scanned));
        }
        let held = len64(state.slots.len());
        if held < expected {
            let what =
                format!("the journals know {expected} data keys, the vault holds only {held}");
            return Err(Damage::new(segments.directory(), 0, 0, what).into());
        }
        replaced::wipe_leftovers(&segments, &disk)?;
        disk.remove_temporaries(segments.directory())?;
        if let Some((number, scanned)) = newest {
            let mut file = disk.open_append(&segments.path(number))?;
            if scanned.is_torn {
                // An unfinished frame was never relied upon.
                file.truncate(scanned.end)?;
            }
            // After a failed sync the kernel may show bytes that are not on the disk; only the last frame can be so.
            file.settle(scanned.last_frame, scanned.end)?;
            let seed = segments.segment(number)?.seed;
            let (entries, frames) = (scanned.entries.len(), scanned.frames);
            writer = Some(Active { number, seed, file, entries, frames });
        }
        let (writer, state) = (Mutex::new(writer), Mutex::new(state));
        Ok(Self { writer, state, disk, segments, key_encryption, entropy })
    }

    fn stored_key(&self, state: &mut State, id: DataKeyId) -> Result<Secret, VaultError> {
        let Some(Slot::Stored { segment, offset }) = state.slots.get(&id).copied() else {
            return Err(VaultError::Unknown { id });
        };
        if let Some(secret) = state.opened.get(&id) {
            return Ok(secret.clone());
        }
        let epoch = self.epoch_key(state, segment)?;
        let file = self.segments.segment(segment)?;
        let sealed = file.read(offset.into(), SEALED_KEY_BYTES)?;
        let secret = open_key(&epoch, segment, id, &sealed).ok_or_else(|| VaultError::Damaged {
            what: format!("{}: data key {id} at byte {offset} does not open", file.path.display()),
        })?;
        if state.opened.len() >= OPENED_KEYS {
            state.opened.clear();
        }
        state.opened.insert(id, secret.clone());
        Ok(secret)
    }

    fn epoch_key(&self, state: &mut State, segment: u32) -> Result<Secret, VaultError> {
        if let Some(epoch) = state.epochs.get(&segment) {
            return Ok(epoch.clone());
        }
        let scanned = read_segment(&self.segments, segment)?;
        let context = wrap_context(self.segments.store(), segment);
        let epoch = self.key_encryption.unwrap(&scanned.wrapped_epoch, &context)?;
        state.epochs.insert(segment, epoch.clone());
        Ok(epoch)
    }

    /// Brings to the disk what was created or erased before.
    fn flush_pending(&self, writer: &mut Option<Active>) -> Result<(), VaultError> {
        let wanted: Vec<DataKeyId> = {
            let state = self.state.lock();
            if let Some(cause) = &state.broken_by {
                return Err(broken(cause));
            }
            state.pending.keys().copied().collect()
        };
        let written = self.write_pending(writer, &wanted);
        // Whoever comes later is told the cause: the one who met it may not live to tell.
        self.state.lock().broken_by = written.as_ref().err().map(ToString::to_string);
        written
    }

    fn write_pending(
        &self,
        writer: &mut Option<Active>,
        mut wanted: &[DataKeyId],
    ) -> Result<(), VaultError> {
        while !wanted.is_empty() {
            let mut state = self.state.lock();
            let mut active = match writer.take() {
                Some(active) if active.entries < KEYS_PER_SEGMENT => active,
                full => {
                    let number = full.map_or(Some(0), |full| full.number.checked_add(1));
                    let number = number.ok_or_else(|| broken("no segment number is left"))?;
                    self.write_segment(&mut state, number, &BTreeMap::new())?
                }
            };
            let epoch = self.epoch_key(&mut state, active.number)?;
            let mut entries = EntryWriter::new(active.number, &epoch, &*self.entropy);
            let (now, later) = wanted.split_at(wanted.len().min(KEYS_PER_SEGMENT - active.entries));
            for id in now {
                if let Some(secret) = state.pending.get(id) {
                    entries.push(*id, secret.as_ref());
                }
            }
            drop(state);
            let at = active.file.length() + FRAME_HEADER_BYTES;
            let mut frame = Vec::new();
            let kind = frame_kind::VAULT_KEYS;
            encode_frame(&mut frame, active.seed, kind, active.frames, &[&entries.payload])
                .map_err(io_error)?;
            active.file.append(&frame).map_err(io_error)?;
            active.file.sync().map_err(io_error)?;
            active.frames += 1;
            active.entries += entries.written.len();
            let mut state = self.state.lock();
            for (id, _, _) in &entries.written {
                state.pending.remove(id);
            }
            let written = entries.at(at);
            state.take_in(active.number, &written);
            *writer = Some(active);
            wanted = later;
        }
        Ok(())
    }

    /// Writes a segment, new or in place of an older one, under a fresh epoch key.
    fn write_segment(
        &self,
        state: &mut State,
        number: u32,
        keys: &BTreeMap<DataKeyId, Option<Secret>>,
    ) -> Result<Active, VaultError> {
        let mut epoch = Secret::default();
        self.entropy.fill(epoch.as_mut());
        let wrapped =
            self.key_encryption.wrap(&epoch, &wrap_context(self.segments.store(), number))?;
        let (mut content, seed) = encode_header(SegmentKind::Vault, number, self.segments.store());
        encode_frame(&mut content, seed, frame_kind::VAULT_EPOCH, 0, &[&wrapped])
            .map_err(io_error)?;
        let mut written = Vec::new();
        if !keys.is_empty() {
            let mut entries = EntryWriter::new(number, &epoch, &*self.entropy);
            for (id, secret) in keys {
                entries.push(*id, secret.as_ref());
            }
            let at = len64(content.len()) + FRAME_HEADER_BYTES;
            encode_frame(&mut content, seed, frame_kind::VAULT_KEYS, 1, &[&entries.payload])
                .map_err(io_error)?;
            written = entries.at(at);
        }
        let path = self.segments.path(number);
        self.disk.write_secret(&path, &[&content]).map_err(io_error)?;
        self.segments.forget(number);
        state.epochs.insert(number, epoch);
        state.take_in(number, &written);
        let file = self.disk.open_append(&path).map_err(io_error)?;
        let frames = if keys.is_empty() { 1 } else { 2 };
        Ok(Active { number, seed, file, entries: keys.len(), frames })
    }

    /// Rewrites one segment without the keys to be erased, then wipes the old file: its epoch key is gone with it.
    fn rewrite_without(
        &self,
        (writer, state): (&mut Option<Active>, &mut State),
        number: u32,
        erased: &HashSet<DataKeyId>,
    ) -> Result<(), VaultError> {
        let scanned = read_segment(&self.segments, number)?;
        let mut keys = BTreeMap::new();
        for entry in &scanned.entries {
            let keeps = entry.offset.is_some() && !erased.contains(&entry.id);
            let secret = if keeps { Some(self.stored_key(state, entry.id)?) } else { None };
            keys.insert(entry.id, secret);
        }
        // The old file keeps a name until it is wiped: a crash in between cannot lose it to the free space of the disk
        // with its epoch key in it.
        let old = replaced::keep_name(&self.segments, &self.disk, number).map_err(io_error)?;
        let rewritten = self.write_segment(state, number, &keys)?;
        old.wipe(&self.disk).map_err(io_error)?;
        if writer.as_ref().is_some_and(|active| active.number == number) {
            *writer = Some(rewritten);
        }
        Ok(())
    }
}

impl Vault for FileVault {
    fn create(&self, id: DataKeyId) -> Result<DataKey, VaultError> {
        let mut state = self.state.lock();
        match state.slots.get(&id) {
            Some(Slot::Erased) => return Err(VaultError::Shredded { id }),
            Some(Slot::Stored { .. }) => {
                return self.stored_key(&mut state, id).map(|secret| DataKey::new(id, secret));
            }
            None => {}
        }
        let secret = state.pending.entry(id).or_insert_with(|| {
            let mut secret = Secret::default();
            self.entropy.fill(secret.as_mut());
            Some(secret)
        });
        secret.clone().map(|secret| DataKey::new(id, secret)).ok_or(VaultError::Shredded { id })
    }

    fn key(&self, id: DataKeyId) -> Result<DataKey, VaultError> {
        let mut state = self.state.lock();
        let secret = match (state.pending.get(&id), state.slots.get(&id)) {
            (Some(Some(secret)), _) => secret.clone(),
            (Some(None), _) | (None, Some(Slot::Erased)) => {
                return Err(VaultError::Shredded { id });
            }
            (None, Some(Slot::Stored { .. })) => self.stored_key(&mut state, id)?,
            (None, None) => return Err(VaultError::Unknown { id }),
        };
        Ok(DataKey::new(id, secret))
    }

    fn shred(&self, ids: &[DataKeyId]) -> Result<(), VaultError> {
        // Nothing is on its way to the disk from here on.
        let mut writer = self.writer.lock();
        let mut state = self.state.lock();
        let mut by_segment: BTreeMap<u32, HashSet<DataKeyId>> = BTreeMap::new();
        for id in ids {
            match state.slots.get(id) {
                Some(Slot::Erased) => {}
                Some(Slot::Stored { segment, .. }) => {
                    by_segment.entry(*segment).or_default().insert(*id);
                }
                // Never on disk: only the mark is written.
                None => {
                    state.pending.insert(*id, None);
                }
            }
        }
        drop(state);
        self.flush_pending(&mut writer)?;
        let mut state = self.state.lock();
        // Nobody reads one again from here on: the state is held until it is gone.
        for id in ids {
            state.opened.remove(id);
        }
        let mut segments = by_segment.iter();
        let rewritten = segments.try_for_each(|(number, erased)| {
            self.rewrite_without((&mut writer, &mut state), *number, erased)
        });
        state.broken_by = rewritten.as_ref().err().map(ToString::to_string);
        rewritten
    }

    fn flush(&self) -> Result<u64, VaultError> {
        self.flush_pending(&mut self.writer.lock())?;
        Ok(len64(self.state.lock().slots.len()))
    }

    fn identifiers(&self) -> Vec<DataKeyId> {
        let state = self.state.lock();
        let waiting = state.pending.keys().filter(|id| !state.slots.contains_key(id));
        state.slots.keys().chain(waiting).copied().collect()
    }

    fn adopt(&self, key: &DataKey) {
        let mut state = self.state.lock();
        if !state.slots.contains_key(&key.id()) {
            state.pending.entry(key.id()).or_insert_with(|| Some(key.secret.clone()));
        }
    }
}

/// Wipes the vault files of a store whose keys stand in another vault: an erasure there must not leave a copy here. The
/// store opens again with [`crate::successor::open_frozen`] only.
///
/// # Errors
/// The directory cannot be read or written; done again it goes on.
pub fn wipe_vault(directory: &std::path::Path, disk: &Disk) -> io::Result<()> {
    let entries = match std::fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        replaced::wipe(disk, entry?.path())?;
    }
    Ok(())
}

impl State {
    fn take_in(&mut self, segment: u32, entries: &[Entry]) {
        for entry in entries {
            let slot = entry.offset.map_or(Slot::Erased, |offset| Slot::Stored { segment, offset });
            self.slots.insert(entry.id, slot);
        }
    }
}

impl fmt::Debug for FileVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileVault({} keys)", self.state.lock().slots.len())
    }
}

fn broken(cause: &str) -> VaultError {
    let what = format!("an earlier write failed ({cause}); the store has to be opened again");
    VaultError::Io { what }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape map_err wants")]
fn io_error(error: io::Error) -> VaultError {
    VaultError::Io { what: error.to_string() }
}

impl From<JournalError> for VaultError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Io(error) => Self::Io { what: error.to_string() },
            JournalError::Damaged(damage) => Self::Damaged { what: damage.to_string() },
        }
    }
}

#[cfg(test)]
mod tests;
