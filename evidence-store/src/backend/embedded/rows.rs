use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use heqi_vocabulary::Digest;
use parking_lot::{Condvar, Mutex, RwLock};

use super::fatal::Fatal;
use super::index::{Index, IndexFault};
use crate::backend::ReadError;
use crate::changeset::Row;
use crate::journal::segment::{Position, len64};
use crate::journal::state::RowWrite;

/// Rows merged at once while the overlay is held.
const SCAN_CHUNK: usize = 256;
/// Rows let go of while the overlay is held.
const EVICTED_AT_ONCE: usize = 256;
/// How long to wait for the index before looking whether the store has stopped.
const MAX_WAIT: Duration = Duration::from_millis(100);
/// What a row costs in memory beside its bytes, about.
const ROW_OVERHEAD_BYTES: usize = 200;

/// Namespaces of rows: the first byte of every key in journals and index.
pub(crate) mod namespace {
    /// Leaf index / stride → position in the ledger.
    pub(crate) const LEAVES: u8 = b'l';
    /// Digest → location of an object.
    pub(crate) const OBJECTS: u8 = b'o';
    /// The rows of the callers.
    pub(crate) const ROWS: u8 = b'r';
}

/// The full key of a caller's row.
pub(crate) fn row_key(key: &[u8]) -> Bytes {
    namespaced(namespace::ROWS, key)
}

/// The full key of an object's location row.
pub(crate) fn object_key(id: &Digest) -> Bytes {
    namespaced(namespace::OBJECTS, id.as_bytes())
}

/// The full key of the location row of the leaves of one stride.
pub(crate) fn leaf_key(stride: u64) -> Bytes {
    namespaced(namespace::LEAVES, &stride.to_be_bytes())
}

/// The value of a leaf location row.
pub(crate) fn leaf_position(row: &Row) -> Option<Position> {
    Some(Position::from_u64(u64::from_be_bytes(row.value.as_ref().try_into().ok()?)))
}

fn namespaced(namespace: u8, key: &[u8]) -> Bytes {
    [&[namespace][..], key].concat().into()
}

/// All rows as accepted: the index, and over it what the index does not have yet.
#[derive(Debug)]
pub(crate) struct Rows {
    overlay: RwLock<BTreeMap<Bytes, Held>>,
    /// Counts how often rows left the overlay.
    evictions: AtomicU64,
    /// Bytes of durable rows the index does not have yet.
    owed: (Mutex<u64>, Condvar),
    index: Index,
    fatal: Arc<Fatal>,
}

#[derive(Debug)]
struct Held {
    version: u64,
    value: Option<Bytes>,
}

/// A version read before the intake is locked, good as long as nothing has left the overlay since.
#[derive(Debug)]
pub(crate) struct Prefetched {
    version: Option<u64>,
    evictions: u64,
}

impl Rows {
    pub(crate) fn new(index: Index, fatal: Arc<Fatal>) -> Self {
        Self {
            overlay: RwLock::default(),
            evictions: AtomicU64::new(0),
            owed: (Mutex::default(), Condvar::new()),
            index,
            fatal,
        }
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Row>, ReadError> {
        if let Some(held) = self.overlay.read().get(key) {
            return Ok(held.row());
        }
        // If the row leaves the overlay between the two looks, the index has it: rows leave only after being applied.
        self.index.get(key).map_err(|fault| self.failed(&fault))
    }

    /// Reads a version without a lock, to be confirmed by [`Rows::version`].
    pub(crate) fn prefetch(&self, key: &[u8]) -> Result<Prefetched, ReadError> {
        let evictions = self.evictions.load(Ordering::Acquire);
        Ok(Prefetched { version: self.get(key)?.map(|row| row.version), evictions })
    }

    /// The accepted version of a row. The caller holds the lock of the intake, so nothing is accepted meanwhile.
    pub(crate) fn version(
        &self,
        key: &[u8],
        prefetched: &Prefetched,
    ) -> Result<Option<u64>, ReadError> {
        if let Some(held) = self.overlay.read().get(key) {
            return Ok(held.value.is_some().then_some(held.version));
        }
        if self.evictions.load(Ordering::Acquire) == prefetched.evictions {
            return Ok(prefetched.version);
        }
        Ok(self.get(key)?.map(|row| row.version))
    }

    /// Rows of a namespace that begin with `prefix` and come after `after`; all keys full.
    pub(crate) fn scan(
        &self,
        prefix: &[u8],
        after: Option<Bytes>,
        limit: usize,
    ) -> Result<Vec<(Bytes, Row)>, ReadError> {
        let mut found = Vec::new();
        let mut after = after;
        while found.len() < limit {
            let wanted = SCAN_CHUNK.min(limit - found.len());
            let chunk = self.scan_chunk(prefix, after.as_deref(), wanted)?;
            let is_last = chunk.len() < wanted;
            after = chunk.last().map(|(key, _)| key.clone());
            found.extend(chunk);
            if is_last {
                break;
            }
        }
        Ok(found)
    }

    fn scan_chunk(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Bytes, Row)>, ReadError> {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        // Held while the index is read, so that no row can leave the overlay in between and be in neither.
        let overlay = self.overlay.read();
        let mut held = overlay
            .range::<[u8], _>((from, Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(prefix))
            .peekable();
        let mut found = Vec::new();
        let mut from: Bound<Bytes> = match from {
            Bound::Excluded(key) => Bound::Excluded(Bytes::copy_from_slice(key)),
            _ => Bound::Included(Bytes::copy_from_slice(prefix)),
        };
        loop {
            let page = self.index.range_within(prefix, as_slice(&from), limit);
            let page = page.map_err(|fault| self.failed(&fault))?;
            let is_last = page.len() < limit;
            for (key, row) in page {
                while let Some((earlier, newer)) = held.next_if(|(held, _)| **held < key) {
                    found.extend(newer.row().map(|row| (earlier.clone(), row)));
                }
                from = Bound::Excluded(key.clone());
                match held.next_if(|(held, _)| **held == key) {
                    Some((_, newer)) => found.extend(newer.row().map(|row| (key, row))),
                    None => found.push((key, row)),
                }
                if found.len() >= limit {
                    found.truncate(limit);
                    return Ok(found);
                }
            }
            if is_last {
                return Ok(finish(found, held, limit));
            }
        }
    }

    /// Makes writes visible.
    pub(crate) fn accept<'a>(&self, writes: impl IntoIterator<Item = &'a RowWrite>) {
        let mut overlay = self.overlay.write();
        for write in writes {
            let held = Held { version: write.version, value: write.value.clone() };
            overlay.insert(write.key.clone(), held);
        }
    }

    /// Notes that these rows are on their way into the index.
    pub(crate) fn owe(&self, writes: &[RowWrite]) {
        *self.owed.0.lock() += size_of_all(writes);
    }

    /// Waits while the index is behind by more than `bytes`.
    pub(crate) fn wait_for_index(&self, bytes: u64, keep_going: &dyn Fn() -> bool) {
        let (owed, applied) = &self.owed;
        let mut owed = owed.lock();
        while *owed > bytes && keep_going() {
            applied.wait_for(&mut owed, MAX_WAIT);
        }
    }

    /// Applies durable writes up to and with those of `batch` to the index, then lets go of what the overlay held of
    /// them. Of a row that changed several times only the last value is written, and rows go in the order of their
    /// keys, so that neighbours are written together.
    pub(crate) fn apply(&self, batch: u64, writes: &[RowWrite]) -> Result<(), ReadError> {
        let newest: BTreeMap<&Bytes, &RowWrite> =
            writes.iter().map(|write| (&write.key, write)).collect();
        let in_order = newest.values().copied();
        self.index.apply(batch, in_order.clone()).map_err(|fault| self.failed(&fault))?;
        let mut left = in_order.peekable();
        while left.peek().is_some() {
            // A few at a time: readers stand before the same lock.
            let mut overlay = self.overlay.write();
            for write in left.by_ref().take(EVICTED_AT_ONCE) {
                if overlay.get(&write.key).is_some_and(|held| held.version == write.version) {
                    overlay.remove(&write.key);
                }
            }
            self.evictions.fetch_add(1, Ordering::AcqRel);
        }
        let (owed, applied) = &self.owed;
        let mut owed = owed.lock();
        *owed = owed.saturating_sub(size_of_all(writes));
        applied.notify_all();
        Ok(())
    }

    /// Rows the index does not have yet.
    pub(crate) fn overlaid(&self) -> u64 {
        len64(self.overlay.read().len())
    }

    /// An index that failed under way cannot be trusted for the next decision: the process ends, and the next start
    /// checks the index against the journals.
    fn failed(&self, fault: &IndexFault) -> ReadError {
        if self.fatal.is_stopped() {
            return ReadError::Stopped;
        }
        self.fatal.stop(&fault.to_string());
        ReadError::Stopped
    }
}

impl Held {
    fn row(&self) -> Option<Row> {
        self.value.clone().map(|value| Row { version: self.version, value })
    }
}

/// What these writes take in memory, about.
pub(crate) fn size_of_all(writes: &[RowWrite]) -> u64 {
    let size = |write: &RowWrite| {
        write.key.len() + write.value.as_ref().map_or(0, Bytes::len) + ROW_OVERHEAD_BYTES
    };
    len64(writes.iter().map(size).sum())
}

/// What is left in the overlay once the index has no more.
fn finish<'a>(
    mut found: Vec<(Bytes, Row)>,
    held: impl Iterator<Item = (&'a Bytes, &'a Held)>,
    limit: usize,
) -> Vec<(Bytes, Row)> {
    found.extend(held.filter_map(|(key, held)| Some((key.clone(), held.row()?))).take(limit));
    found.truncate(limit);
    found
}

fn as_slice(bound: &Bound<Bytes>) -> Bound<&[u8]> {
    match bound {
        Bound::Included(key) => Bound::Included(key),
        Bound::Excluded(key) => Bound::Excluded(key),
        Bound::Unbounded => Bound::Unbounded,
    }
}
