use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use heqi_tlog::tree::{Hash, leaf_hash};
use heqi_vocabulary::Digest;
use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;

use super::fatal::Fatal;
use super::rows::{Prefetched, Rows, object_key, row_key};
use crate::backend::{CommitError, Committed};
use crate::changeset::{Changeset, InvalidChangeset};
use crate::durable_file::Disk;
use crate::journal::object::Location;
use crate::journal::state::RowWrite;
use crate::object::{MAX_SEALED_OBJECT_BYTES, ObjectRef};

/// What waits is bounded by number and bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) queued_items: usize,
    pub(crate) queued_bytes: usize,
    pub(crate) batch_items: usize,
    pub(crate) batch_bytes: usize,
    pub(crate) reserve_bytes: u64,
}

/// Where changes are accepted: preconditions are checked and the order is fixed under one lock, in memory.
pub(crate) struct Intake {
    state: Mutex<State>,
    wake: Condvar,
    rows: Arc<Rows>,
    fatal: Arc<Fatal>,
    bounds: Bounds,
    disk: Disk,
    directory: PathBuf,
}

struct State {
    phase: Phase,
    queue: VecDeque<Queued>,
    bytes: usize,
    /// The batch that is being written.
    in_writing: Option<InWriting>,
    version: u64,
    leaves: u64,
    /// Objects accepted and not yet at their place.
    objects: HashMap<Digest, Bytes>,
    is_disk_full: bool,
}

/// What is known of a batch that was taken and not yet finished.
#[derive(Clone, Copy)]
struct InWriting {
    items: usize,
    bytes: usize,
    // Not by the clock of the service: a store knows none, nothing that it writes says when, and what is measured here
    // is a duration that a clock set back would falsify.
    since: Instant,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Phase {
    Running,
    Closing,
    Stopped,
}

/// An accepted piece of work, in its order.
pub(crate) struct Queued {
    pub(crate) version: u64,
    pub(crate) work: Work,
    size: usize,
}

/// What the committer has to do. Dropping an answer says that the store has stopped.
pub(crate) enum Work {
    Changes {
        writes: Vec<RowWrite>,
        leaves: Vec<QueuedLeaf>,
        first_leaf: u64,
        answer: oneshot::Sender<Committed>,
    },
    Object {
        reference: ObjectRef,
        object: Bytes,
        answer: oneshot::Sender<()>,
    },
    Discard {
        id: Digest,
        location: Location,
        answer: oneshot::Sender<()>,
    },
    /// Nothing but an answer when everything before is durable.
    Settle {
        answer: oneshot::Sender<()>,
    },
}

/// A leaf on its way into the ledger.
pub(crate) struct QueuedLeaf {
    pub(crate) hash: Hash,
    pub(crate) entry: Bytes,
    pub(crate) record: Bytes,
}

/// What became of an object offered.
pub(crate) enum Offered {
    /// It is queued.
    Queued(ObjectRef, oneshot::Receiver<()>),
    /// It is there already, or on its way.
    Known(ObjectRef),
}

impl Intake {
    pub(crate) fn new(
        rows: Arc<Rows>,
        fatal: Arc<Fatal>,
        bounds: Bounds,
        disk: Disk,
        directory: PathBuf,
        (version, leaves): (u64, u64),
    ) -> Self {
        let state = State {
            phase: Phase::Running,
            queue: VecDeque::new(),
            bytes: 0,
            in_writing: None,
            version,
            leaves,
            objects: HashMap::new(),
            is_disk_full: false,
        };
        let (state, wake) = (Mutex::new(state), Condvar::new());
        Self { state, wake, rows, fatal, bounds, disk, directory }
    }

    /// Accepts a changeset or refuses it at once.
    pub(crate) fn accept(
        &self,
        changes: &Changeset,
    ) -> Result<oneshot::Receiver<Committed>, CommitError> {
        let size = changes.check()?;
        // Everything that costs time happens before the lock.
        let mut leaves = Vec::with_capacity(changes.entries().len());
        for entry in changes.entries() {
            let hash = leaf_hash(&entry.entry);
            leaves.push(QueuedLeaf {
                hash,
                entry: entry.entry.clone(),
                record: entry.record.clone(),
            });
        }
        let mut preconditions = Vec::with_capacity(changes.preconditions().len());
        for (key, expected) in changes.preconditions() {
            let full = row_key(key.as_bytes());
            let prefetched: Prefetched = self.rows.prefetch(&full)?;
            preconditions.push((key, *expected, full, prefetched));
        }
        let mut writes: Vec<_> = changes
            .writes()
            .map(|(key, value)| RowWrite {
                key: row_key(key.as_bytes()),
                version: 0,
                value: value.cloned(),
            })
            .collect();

        let mut state = self.state.lock();
        self.check_room(&mut state)?;
        for (key, expected, full, prefetched) in &preconditions {
            if !expected.holds(self.rows.version(full, prefetched)?) {
                return Err(CommitError::Conflict { key: (*key).clone() });
            }
        }
        let first_leaf = state.leaves;
        for (entry, index) in changes.entries().iter().zip(first_leaf..) {
            if let Some(key) = &entry.index_row {
                let key = row_key(key.as_bytes());
                writes.retain(|write| write.key != key);
                let value = Some(Bytes::copy_from_slice(&index.to_be_bytes()));
                writes.push(RowWrite { key, version: 0, value });
            }
            state.leaves += 1;
        }
        let version = state.version + 1;
        for write in &mut writes {
            write.version = version;
        }
        self.rows.accept(&writes);
        let (answer, answered) = oneshot::channel();
        self.push(&mut state, Work::Changes { writes, leaves, first_leaf, answer }, size);
        Ok(answered)
    }

    /// Accepts an object.
    pub(crate) fn accept_object(&self, object: Bytes) -> Result<Offered, CommitError> {
        let size_bytes = object.len();
        if object.is_empty() || size_bytes > MAX_SEALED_OBJECT_BYTES {
            return Err(InvalidChangeset::ObjectLength { size_bytes }.into());
        }
        let reference = ObjectRef::of(&object);
        let key = object_key(&reference.id);
        // Looked for before the lock: a digest is nowhere near what was read lately, and a look into the index may wait
        // for the disk.
        let prefetched = self.rows.prefetch(&key)?;
        let mut state = self.state.lock();
        self.check_room(&mut state)?;
        if state.objects.contains_key(&reference.id)
            || self.rows.version(&key, &prefetched)?.is_some()
        {
            return Ok(Offered::Known(reference));
        }
        state.objects.insert(reference.id, object.clone());
        let (answer, answered) = oneshot::channel();
        self.push(&mut state, Work::Object { reference, object, answer }, size_bytes);
        Ok(Offered::Queued(reference, answered))
    }

    /// Accepts that an object is forgotten; `None` if there is no such object. An object still on its way is `Busy`.
    pub(crate) fn discard(
        &self,
        id: &Digest,
    ) -> Result<Option<oneshot::Receiver<()>>, CommitError> {
        let key = object_key(id);
        let mut state = self.state.lock();
        self.check_room(&mut state)?;
        if state.objects.contains_key(id) {
            return Err(CommitError::Busy);
        }
        let Some(row) = self.rows.get(&key)? else { return Ok(None) };
        let Some(location) = Location::decode(&row.value) else { return Ok(None) };
        self.rows.accept(&[RowWrite { key, version: state.version + 1, value: None }]);
        let (answer, answered) = oneshot::channel();
        self.push(&mut state, Work::Discard { id: *id, location, answer }, 0);
        Ok(Some(answered))
    }

    /// An answer when everything accepted so far is durable; `None` if it is already.
    pub(crate) fn settle(
        &self,
        durable: u64,
    ) -> Result<Option<oneshot::Receiver<()>>, CommitError> {
        let mut state = self.state.lock();
        if state.phase != Phase::Running || self.fatal.is_stopped() {
            return Err(CommitError::Stopped);
        }
        if state.version <= durable {
            return Ok(None);
        }
        let (answer, answered) = oneshot::channel();
        let version = state.version;
        state.queue.push_back(Queued { version, work: Work::Settle { answer }, size: 0 });
        self.wake.notify_one();
        Ok(Some(answered))
    }

    /// An object that is not yet at its place.
    pub(crate) fn object(&self, id: &Digest) -> Option<Bytes> {
        self.state.lock().objects.get(id).cloned()
    }

    /// Objects that are at their place now.
    pub(crate) fn placed(&self, ids: impl IntoIterator<Item = Digest>) {
        let mut state = self.state.lock();
        for id in ids {
            state.objects.remove(&id);
        }
    }

    /// What is queued, up to the bounds of a batch; waits for something. `None` when the store closes or stops.
    pub(crate) fn next_batch(&self) -> Option<Vec<Queued>> {
        let mut state = self.state.lock();
        // Whoever asks for the next has written the last.
        state.in_writing = None;
        loop {
            match state.phase {
                Phase::Stopped => return None,
                _ if self.fatal.is_stopped() => return None,
                _ if !state.queue.is_empty() => break,
                Phase::Closing => return None,
                Phase::Running => self.wake.wait(&mut state),
            }
        }
        let (mut batch, mut bytes) = (Vec::new(), 0usize);
        while let Some(next) = state.queue.front() {
            bytes = bytes.saturating_add(next.size);
            let is_full = batch.len() >= self.bounds.batch_items || bytes > self.bounds.batch_bytes;
            if is_full && !batch.is_empty() {
                break;
            }
            batch.extend(state.queue.pop_front());
        }
        let bytes: usize = batch.iter().map(|queued| queued.size).sum();
        state.bytes = state.bytes.saturating_sub(bytes);
        state.in_writing = Some(InWriting { items: batch.len(), bytes, since: Instant::now() });
        Some(batch)
    }

    /// Accepts nothing more; what was accepted is still committed.
    pub(crate) fn close(&self) {
        let mut state = self.state.lock();
        if state.phase == Phase::Running {
            state.phase = Phase::Closing;
        }
        self.wake.notify_all();
    }

    /// Accepts nothing more and answers nothing more.
    pub(crate) fn stop(&self) {
        let mut state = self.state.lock();
        state.phase = Phase::Stopped;
        state.queue.clear();
        state.bytes = 0;
        self.wake.notify_all();
    }

    /// Looks at the free space of the disk.
    pub(crate) fn check_disk(&self) {
        let is_full = self.is_disk_full();
        self.state.lock().is_disk_full = is_full;
    }

    /// Items and bytes waiting for the disk: what is queued, and the batch that is being written. A disk that stalls may
    /// hold everything that waits in one batch.
    pub(crate) fn waiting(&self) -> (usize, usize) {
        let state = self.state.lock();
        let (items, bytes) = state.in_writing.map_or((0, 0), |batch| (batch.items, batch.bytes));
        (state.queue.len() + items, state.bytes + bytes)
    }

    /// For how long the batch that is being written has been so; nothing while none is. The number of what waits is
    /// bounded by the acts that are let in at once, and may be small: a disk that stalls is told by this.
    pub(crate) fn disk_wait(&self) -> Duration {
        self.state.lock().in_writing.map_or(Duration::ZERO, |batch| batch.since.elapsed())
    }

    fn check_room(&self, state: &mut State) -> Result<(), CommitError> {
        if state.phase != Phase::Running || self.fatal.is_stopped() {
            return Err(CommitError::Stopped);
        }
        if state.queue.len() >= self.bounds.queued_items || state.bytes >= self.bounds.queued_bytes
        {
            return Err(CommitError::Busy);
        }
        if state.is_disk_full {
            // Space may have been freed since.
            state.is_disk_full = self.is_disk_full();
        }
        if state.is_disk_full { Err(CommitError::DiskFull) } else { Ok(()) }
    }

    fn is_disk_full(&self) -> bool {
        // A file system that does not tell is not taken for full; the write will.
        self.disk.free_bytes(&self.directory).is_ok_and(|free| free < self.bounds.reserve_bytes)
    }

    /// Somebody waits for what is queued.
    pub(crate) fn hurry(&self) {
        // Under the lock, so that it cannot fall between the committer's look and its wait.
        let _state = self.state.lock();
        self.wake.notify_one();
    }

    fn push(&self, state: &mut State, work: Work, size: usize) {
        // An object alone wakes nobody: the changeset that names it comes a moment later, and both are one batch.
        let is_awaited = !matches!(work, Work::Object { .. });
        state.version += 1;
        state.bytes = state.bytes.saturating_add(size);
        state.queue.push_back(Queued { version: state.version, work, size });
        if is_awaited {
            self.wake.notify_one();
        }
    }
}
