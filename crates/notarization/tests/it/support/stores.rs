//! Stores in memory that fail, or to which somebody else commits meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use heqi_evidence_store::backend::memory::MemoryBackend;
use heqi_evidence_store::backend::{Answer, Backend, CommitError, Pending, PendingObject};
use heqi_evidence_store::changeset::{Changeset, Row, RowKey};
use heqi_evidence_store::log::LogReader;
use heqi_evidence_store::vault::Vault;
use heqi_vocabulary::Digest;
use tokio::sync::watch;

/// A store whose commits fail while it is told to: at once, or after they were taken.
#[derive(Debug)]
pub(crate) struct Failing {
    pub(crate) store: Arc<MemoryBackend>,
    pub(crate) fails: AtomicBool,
    pub(crate) how: CommitError,
    pub(crate) at_once: bool,
}

impl Failing {
    pub(crate) fn new(store: Arc<MemoryBackend>, how: CommitError, at_once: bool) -> Arc<Self> {
        Arc::new(Self { store, fails: AtomicBool::new(true), how, at_once })
    }

    pub(crate) fn recover(&self) {
        self.fails.store(false, Ordering::SeqCst);
    }
}

impl Backend for Failing {
    fn row<'a>(&'a self, key: &'a RowKey) -> Answer<'a, Option<Row>> {
        self.store.row(key)
    }

    fn scan<'a>(
        &'a self,
        prefix: &'a [u8],
        after: Option<&'a RowKey>,
        limit: usize,
    ) -> Answer<'a, Vec<(RowKey, Row)>> {
        self.store.scan(prefix, after, limit)
    }

    fn commit(&self, changes: Changeset) -> Result<Pending, CommitError> {
        match self.fails.load(Ordering::SeqCst) {
            false => self.store.commit(changes),
            true if self.at_once => Err(self.how.clone()),
            true => {
                let how = self.how.clone();
                Ok(Pending::new(async { Err(how) }))
            }
        }
    }

    fn put_object(&self, object: Bytes) -> Result<PendingObject, CommitError> {
        self.store.put_object(object)
    }

    fn object<'a>(&'a self, id: &'a Digest) -> Answer<'a, Option<Bytes>> {
        self.store.object(id)
    }

    fn discard_object<'a>(&'a self, id: &'a Digest) -> BoxFuture<'a, Result<bool, CommitError>> {
        self.store.discard_object(id)
    }

    fn settled(&self) -> BoxFuture<'_, Result<(), CommitError>> {
        self.store.settled()
    }

    fn progress(&self) -> watch::Receiver<u64> {
        self.store.progress()
    }

    fn log(&self) -> &dyn LogReader {
        self.store.log()
    }

    fn vault(&self) -> &dyn Vault {
        self.store.vault()
    }
}

/// A store to which somebody else commits once: before whatever is committed next, or once so many rows were read.
#[derive(Debug)]
pub(crate) struct Between {
    store: Arc<MemoryBackend>,
    first: Mutex<Option<Changeset>>,
    after: Mutex<Option<(usize, Changeset)>>,
}

impl Between {
    pub(crate) fn over(store: Arc<MemoryBackend>) -> Self {
        Self { store, first: Mutex::new(None), after: Mutex::new(None) }
    }

    pub(crate) fn before_the_next(&self, changes: Changeset) {
        *self.first.lock().unwrap() = Some(changes);
    }

    pub(crate) fn after_reads(&self, reads: usize, changes: Changeset) {
        *self.after.lock().unwrap() = Some((reads, changes));
    }

    /// Whether something was committed, or so many rows were read, since.
    pub(crate) fn was_told(&self) -> bool {
        self.first.lock().unwrap().is_none() && self.after.lock().unwrap().is_none()
    }

    fn was_read(&self) {
        let mut after = self.after.lock().unwrap();
        match after.take() {
            Some((..=1, changes)) => drop(self.store.commit(changes).unwrap()),
            Some((reads, changes)) => *after = Some((reads - 1, changes)),
            None => {}
        }
    }
}

impl Backend for Between {
    fn row<'a>(&'a self, key: &'a RowKey) -> Answer<'a, Option<Row>> {
        Box::pin(async move {
            let row = self.store.row(key).await;
            self.was_read();
            row
        })
    }

    fn scan<'a>(
        &'a self,
        prefix: &'a [u8],
        after: Option<&'a RowKey>,
        limit: usize,
    ) -> Answer<'a, Vec<(RowKey, Row)>> {
        self.store.scan(prefix, after, limit)
    }

    fn commit(&self, changes: Changeset) -> Result<Pending, CommitError> {
        if let Some(first) = self.first.lock().unwrap().take() {
            // Accepted and durable at once: a store in memory.
            drop(self.store.commit(first).unwrap());
        }
        self.store.commit(changes)
    }

    fn put_object(&self, object: Bytes) -> Result<PendingObject, CommitError> {
        self.store.put_object(object)
    }

    fn object<'a>(&'a self, id: &'a Digest) -> Answer<'a, Option<Bytes>> {
        self.store.object(id)
    }

    fn discard_object<'a>(&'a self, id: &'a Digest) -> BoxFuture<'a, Result<bool, CommitError>> {
        self.store.discard_object(id)
    }

    fn settled(&self) -> BoxFuture<'_, Result<(), CommitError>> {
        self.store.settled()
    }

    fn progress(&self) -> watch::Receiver<u64> {
        self.store.progress()
    }

    fn log(&self) -> &dyn LogReader {
        self.store.log()
    }

    fn vault(&self) -> &dyn Vault {
        self.store.vault()
    }
}
