//! The in-memory store with its objects in sight, which the boundary does not list.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use heqi_evidence_store::backend::memory::MemoryBackend;
use heqi_evidence_store::backend::{Answer, Backend, CommitError, Pending, PendingObject};
use heqi_evidence_store::changeset::{Changeset, Row, RowKey};
use heqi_evidence_store::erasure::ErasureLedger;
use heqi_evidence_store::log::LogReader;
use heqi_evidence_store::vault::Vault;
use heqi_vocabulary::Digest;
use parking_lot::Mutex;
use tokio::sync::{oneshot, watch};

/// Everything a store holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Contents {
    pub(crate) rows: Vec<(RowKey, Row)>,
    pub(crate) entries: Vec<(Bytes, Bytes)>,
    pub(crate) objects: BTreeMap<Digest, Bytes>,
}

#[derive(Debug)]
pub(crate) struct Watched {
    inner: Arc<MemoryBackend>,
    objects: Mutex<BTreeMap<Digest, Bytes>>,
    refusal: Mutex<Option<CommitError>>,
    /// How many more objects there is room for, where that ends.
    room: Mutex<Option<usize>>,
    pause: Mutex<Option<Pause>>,
    read: Mutex<BTreeMap<String, usize>>,
    /// What was erased: on a disk of its own, and goes with the store here.
    ledger: Arc<ErasureLedger>,
}

/// Where a reader stops: behind the first scan of rows that begin so, or behind the first look at one.
#[derive(Debug)]
struct Pause {
    is_scan: bool,
    prefix: &'static [u8],
    reached: oneshot::Sender<()>,
    go_on: oneshot::Receiver<()>,
}

impl Pause {
    fn behind<'a, T: Send + 'a>(self, reading: Answer<'a, T>) -> Answer<'a, T> {
        let Self { reached, go_on, .. } = self;
        Box::pin(async move {
            let found = reading.await;
            let _ = reached.send(());
            let _ = go_on.await;
            found
        })
    }
}

impl Watched {
    pub(crate) fn new(inner: Arc<MemoryBackend>) -> Self {
        Self {
            inner,
            objects: Mutex::default(),
            refusal: Mutex::default(),
            room: Mutex::default(),
            pause: Mutex::default(),
            read: Mutex::default(),
            ledger: Arc::new(ErasureLedger::in_memory()),
        }
    }

    /// Of the erasures of this store.
    pub(crate) fn ledger(&self) -> Arc<ErasureLedger> {
        self.ledger.clone()
    }

    /// A store of its own that begins with what this one holds.
    pub(crate) fn copy(&self) -> Self {
        let objects = Mutex::new(self.objects.lock().clone());
        let copy = Self { objects, ..Self::new(Arc::new(self.inner.copy())) };
        for entry in self.ledger.entries() {
            copy.ledger.append(&entry).unwrap();
        }
        copy
    }

    /// The next reader that has scanned rows that begin so stops there; it is told of on the first
    /// channel and goes on when something comes over the second.
    pub(crate) fn pause_behind(
        &self,
        prefix: &'static [u8],
    ) -> (oneshot::Receiver<()>, oneshot::Sender<()>) {
        self.pause(true, prefix)
    }

    /// The same for the next reader of one row whose key begins so.
    pub(crate) fn pause_behind_row(
        &self,
        prefix: &'static [u8],
    ) -> (oneshot::Receiver<()>, oneshot::Sender<()>) {
        self.pause(false, prefix)
    }

    fn pause(
        &self,
        is_scan: bool,
        prefix: &'static [u8],
    ) -> (oneshot::Receiver<()>, oneshot::Sender<()>) {
        let ((reached, is_reached), (go, go_on)) = (oneshot::channel(), oneshot::channel());
        *self.pause.lock() = Some(Pause { is_scan, prefix, reached, go_on });
        (is_reached, go)
    }

    /// What a read waits for, if it is the one.
    fn pause_of(&self, is_scan: bool, key: &[u8]) -> Option<Pause> {
        let mut waiting = self.pause.lock();
        let is_here = |pause: &Pause| pause.is_scan == is_scan && key.starts_with(pause.prefix);
        if waiting.as_ref().is_some_and(is_here) { waiting.take() } else { None }
    }

    /// How many rows were read since this was asked last, by their table: what a use case costs, without a clock.
    pub(crate) fn rows_read(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut *self.read.lock())
    }

    fn count(&self, key: &[u8], rows: usize) {
        let table = key.split(|byte| *byte == b'/').next().unwrap_or_default();
        let table = String::from_utf8_lossy(table).into_owned();
        *self.read.lock().entry(table).or_default() += rows;
    }

    /// From now on commits fail like this; `None`: they work again.
    pub(crate) fn refuse_commits(&self, error: Option<CommitError>) {
        *self.refusal.lock() = error;
    }

    /// From now on there is room for so many objects, and then the disk is full; `None`: there is room again.
    pub(crate) fn room_for(&self, objects: Option<usize>) {
        *self.room.lock() = objects;
    }

    pub(crate) async fn contents(&self) -> Contents {
        let rows = self.inner.scan(b"", None, usize::MAX).await.unwrap();
        let size = self.inner.log().head().size();
        let mut entries = Vec::new();
        for index in 0..size {
            let entry = self.inner.log().entry(index).await.unwrap().unwrap();
            entries.push((entry.entry, entry.record));
        }
        Contents { rows, entries, objects: self.objects.lock().clone() }
    }
}

impl Backend for Watched {
    fn row<'a>(&'a self, key: &'a RowKey) -> Answer<'a, Option<Row>> {
        self.count(key.as_bytes(), 1);
        let found = self.inner.row(key);
        match self.pause_of(false, key.as_bytes()) {
            None => found,
            Some(pause) => pause.behind(found),
        }
    }

    fn scan<'a>(
        &'a self,
        prefix: &'a [u8],
        after: Option<&'a RowKey>,
        limit: usize,
    ) -> Answer<'a, Vec<(RowKey, Row)>> {
        let scanned = self.inner.scan(prefix, after, limit);
        let found: Answer<'a, Vec<(RowKey, Row)>> = Box::pin(async move {
            let rows = scanned.await?;
            self.count(prefix, rows.len());
            Ok(rows)
        });
        match self.pause_of(true, prefix) {
            None => found,
            Some(pause) => pause.behind(found),
        }
    }

    fn commit(&self, changes: Changeset) -> Result<Pending, CommitError> {
        match &*self.refusal.lock() {
            Some(error) => Err(error.clone()),
            None => self.inner.commit(changes),
        }
    }

    fn put_object(&self, object: Bytes) -> Result<PendingObject, CommitError> {
        if let Some(room) = &mut *self.room.lock() {
            *room = room.checked_sub(1).ok_or(CommitError::DiskFull)?;
        }
        let pending = self.inner.put_object(object.clone())?;
        self.objects.lock().insert(pending.reference().id, object);
        Ok(pending)
    }

    fn object<'a>(&'a self, id: &'a Digest) -> Answer<'a, Option<Bytes>> {
        self.inner.object(id)
    }

    fn discard_object<'a>(&'a self, id: &'a Digest) -> BoxFuture<'a, Result<bool, CommitError>> {
        self.objects.lock().remove(id);
        self.inner.discard_object(id)
    }

    fn settled(&self) -> BoxFuture<'_, Result<(), CommitError>> {
        self.inner.settled()
    }

    fn progress(&self) -> watch::Receiver<u64> {
        self.inner.progress()
    }

    fn log(&self) -> &dyn LogReader {
        self.inner.log()
    }

    fn vault(&self) -> &dyn Vault {
        self.inner.vault()
    }
}
