//! A store one of whose calls fails: the `k`-th from now on, in one of three ways. Use cases
//! are run once for each `k` and each way, so that every call of every use case has failed:
//! [`super::left_by`] does that for what needs no more than a store.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::{BoxFuture, ready};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::tile::TilePath;
use heqi_tlog::tree::Hash;
use heqi_vocabulary::Digest;
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::backend::{Answer, Backend, CommitError, Pending, PendingObject, ReadError, answered};
use crate::changeset::{Changeset, LedgerEntry, Row, RowKey};
use crate::gate::ReadOnly;
use crate::log::{Head, LogReader, ProofAnswer, ProofError, PublishAnswer, PublishError};
use crate::object::ObjectRef;
use crate::vault::{DataKey, DataKeyId, Vault, VaultError};

/// How a call fails.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "tests go through all of them")]
pub enum Failure {
    /// Nothing is done, and the store works on.
    Refused,
    /// Nothing is done, and nothing works any more: whether it was done is not known.
    Lost,
    /// It is done, and nothing works any more: whether it was done is not known.
    Unreported,
}

impl Failure {
    /// Every way to fail.
    pub const ALL: [Self; 3] = [Self::Refused, Self::Lost, Self::Unreported];
}

/// The store. It fails nothing until it is told to.
#[derive(Debug)]
pub struct Faulty {
    inner: Arc<dyn Backend>,
    script: Arc<Mutex<Script>>,
    log: FaultyLog,
    vault: FaultyVault,
}

#[derive(Debug, Default)]
struct Script {
    calls: Vec<&'static str>,
    planned: Option<(usize, Failure)>,
    failed: Option<&'static str>,
    has_stopped: bool,
}

/// What becomes of one call.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Works,
    Refused,
    /// Stopped, after it was done or not.
    Stops {
        is_done: bool,
    },
}

impl Faulty {
    /// The store `inner`, whose calls can fail.
    pub fn new(inner: Arc<dyn Backend>) -> Self {
        let script = Arc::<Mutex<Script>>::default();
        let log = FaultyLog { inner: inner.clone(), script: script.clone() };
        let vault = FaultyVault { inner: inner.clone(), script: script.clone() };
        Self { inner, script, log, vault }
    }

    /// The call that comes after `index` others, counted from now on, fails.
    pub fn fail(&self, index: usize, how: Failure) {
        *self.script.lock() = Script { planned: Some((index, how)), ..Script::default() };
    }

    /// Forgets what was counted; nothing fails.
    pub fn reset(&self) {
        *self.script.lock() = Script::default();
    }

    /// The calls that were made, by name.
    pub fn calls(&self) -> Vec<&'static str> {
        self.script.lock().calls.clone()
    }

    /// The call that failed, if it was reached.
    pub fn failed(&self) -> Option<&'static str> {
        self.script.lock().failed
    }

    fn fate(&self, call: &'static str) -> Fate {
        fate(&self.script, call)
    }
}

fn fate(script: &Mutex<Script>, call: &'static str) -> Fate {
    let mut script = script.lock();
    if script.has_stopped {
        return Fate::Stops { is_done: false };
    }
    let index = script.calls.len();
    script.calls.push(call);
    match script.planned {
        Some((planned, how)) if planned == index => {
            script.failed = Some(call);
            script.has_stopped = how != Failure::Refused;
            match how {
                Failure::Refused => Fate::Refused,
                Failure::Lost => Fate::Stops { is_done: false },
                Failure::Unreported => Fate::Stops { is_done: true },
            }
        }
        _ => Fate::Works,
    }
}

fn unreadable() -> ReadError {
    ReadError::Io { what: "a read that failed".to_owned() }
}

/// A read that fails was not done; there is nothing about it to be unreported.
fn read<'a, T: Send + 'a>(fate: Fate, works: impl FnOnce() -> Answer<'a, T>) -> Answer<'a, T> {
    match fate {
        Fate::Works => works(),
        Fate::Refused => answered(Err(unreadable())),
        Fate::Stops { .. } => answered(Err(ReadError::Stopped)),
    }
}

impl Backend for Faulty {
    fn row<'a>(&'a self, key: &'a RowKey) -> Answer<'a, Option<Row>> {
        read(self.fate("row"), || self.inner.row(key))
    }

    fn scan<'a>(
        &'a self,
        prefix: &'a [u8],
        after: Option<&'a RowKey>,
        limit: usize,
    ) -> Answer<'a, Vec<(RowKey, Row)>> {
        read(self.fate("scan"), || self.inner.scan(prefix, after, limit))
    }

    fn commit(&self, changes: Changeset) -> Result<Pending, CommitError> {
        match self.fate("commit") {
            Fate::Works => self.inner.commit(changes),
            Fate::Refused => Err(CommitError::Busy),
            Fate::Stops { is_done } => {
                let done = if is_done { Some(self.inner.commit(changes)?) } else { None };
                Ok(Pending::new(async move {
                    if let Some(done) = done {
                        done.await?;
                    }
                    Err(CommitError::Stopped)
                }))
            }
        }
    }

    fn put_object(&self, object: Bytes) -> Result<PendingObject, CommitError> {
        match self.fate("put_object") {
            Fate::Works => self.inner.put_object(object),
            Fate::Refused => Err(CommitError::Busy),
            Fate::Stops { is_done } => {
                let reference = ObjectRef::of(&object);
                let done = if is_done { Some(self.inner.put_object(object)?) } else { None };
                Ok(PendingObject::new(reference, async move {
                    if let Some(done) = done {
                        done.await?;
                    }
                    Err(CommitError::Stopped)
                }))
            }
        }
    }

    fn object<'a>(&'a self, id: &'a Digest) -> Answer<'a, Option<Bytes>> {
        read(self.fate("object"), || self.inner.object(id))
    }

    fn discard_object<'a>(&'a self, id: &'a Digest) -> BoxFuture<'a, Result<bool, CommitError>> {
        match self.fate("discard_object") {
            Fate::Works => self.inner.discard_object(id),
            Fate::Refused => Box::pin(ready(Err(CommitError::Busy))),
            Fate::Stops { is_done } => Box::pin(async move {
                if is_done {
                    self.inner.discard_object(id).await?;
                }
                Err(CommitError::Stopped)
            }),
        }
    }

    fn settled(&self) -> BoxFuture<'_, Result<(), CommitError>> {
        match self.fate("settled") {
            Fate::Works => self.inner.settled(),
            _ => Box::pin(ready(Err(CommitError::Stopped))),
        }
    }

    fn progress(&self) -> watch::Receiver<u64> {
        self.inner.progress()
    }

    fn log(&self) -> &dyn LogReader {
        &self.log
    }

    fn vault(&self) -> &dyn Vault {
        &self.vault
    }

    fn read_only(&self) -> Option<ReadOnly> {
        self.inner.read_only()
    }
}

#[derive(Debug)]
struct FaultyLog {
    inner: Arc<dyn Backend>,
    script: Arc<Mutex<Script>>,
}

impl FaultyLog {
    fn prove<'a>(
        &'a self,
        call: &'static str,
        works: impl FnOnce(&'a dyn LogReader) -> ProofAnswer<'a>,
    ) -> ProofAnswer<'a> {
        let failed = |error| -> ProofAnswer<'a> { Box::pin(ready(Err(ProofError::Read(error)))) };
        match fate(&self.script, call) {
            Fate::Works => works(self.inner.log()),
            Fate::Refused => failed(unreadable()),
            Fate::Stops { .. } => failed(ReadError::Stopped),
        }
    }
}

impl LogReader for FaultyLog {
    fn head(&self) -> Head {
        self.inner.log().head()
    }

    fn head_changed(&self) -> watch::Receiver<Head> {
        self.inner.log().head_changed()
    }

    fn entries(&self, from: u64, limit: usize) -> Answer<'_, Vec<LedgerEntry>> {
        read(fate(&self.script, "entries"), || self.inner.log().entries(from, limit))
    }

    fn inclusion_proof(&self, index: u64, size: u64) -> ProofAnswer<'_> {
        self.prove("inclusion_proof", |log| log.inclusion_proof(index, size))
    }

    fn consistency_proof(&self, old_size: u64, new_size: u64) -> ProofAnswer<'_> {
        self.prove("consistency_proof", |log| log.consistency_proof(old_size, new_size))
    }

    fn root_at(&self, size: u64) -> Answer<'_, Option<Hash>> {
        read(fate(&self.script, "root_at"), || self.inner.log().root_at(size))
    }

    fn tile(&self, path: TilePath) -> Answer<'_, Option<Bytes>> {
        read(fate(&self.script, "tile"), || self.inner.log().tile(path))
    }

    fn published(&self) -> Option<Head> {
        self.inner.log().published()
    }

    fn publish(&self, checkpoint: SignedCheckpoint) -> PublishAnswer<'_> {
        let is_done = match fate(&self.script, "publish") {
            Fate::Works => return self.inner.log().publish(checkpoint),
            Fate::Refused => false,
            Fate::Stops { is_done } => is_done,
        };
        Box::pin(async move {
            if is_done {
                self.inner.log().publish(checkpoint).await?;
            }
            Err(PublishError::Write { what: "a write that failed".to_owned() })
        })
    }
}

#[derive(Debug)]
struct FaultyVault {
    inner: Arc<dyn Backend>,
    script: Arc<Mutex<Script>>,
}

impl FaultyVault {
    fn call<T>(
        &self,
        call: &'static str,
        works: impl FnOnce(&dyn Vault) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        match fate(&self.script, call) {
            Fate::Works => return works(self.inner.vault()),
            Fate::Refused | Fate::Stops { is_done: false } => {}
            Fate::Stops { is_done: true } => drop(works(self.inner.vault())?),
        }
        Err(VaultError::Io { what: "a call of the vault that failed".to_owned() })
    }
}

impl Vault for FaultyVault {
    fn create(&self, id: DataKeyId) -> Result<DataKey, VaultError> {
        self.call("vault.create", |vault| vault.create(id))
    }

    fn key(&self, id: DataKeyId) -> Result<DataKey, VaultError> {
        self.call("vault.key", |vault| vault.key(id))
    }

    fn shred(&self, ids: &[DataKeyId]) -> Result<(), VaultError> {
        self.call("vault.shred", |vault| vault.shred(ids))
    }

    fn flush(&self) -> Result<u64, VaultError> {
        self.call("vault.flush", |vault| vault.flush())
    }

    // Neither can fail: they answer from memory, and `flush` says whether it is durable.
    fn identifiers(&self) -> Vec<DataKeyId> {
        self.inner.vault().identifiers()
    }

    fn adopt(&self, key: &DataKey) {
        self.inner.vault().adopt(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::memory;

    fn change(text: &str) -> Changeset {
        let mut changes = Changeset::new();
        changes.put(RowKey::new(text.to_owned()).unwrap(), text.to_owned());
        changes
    }

    #[tokio::test]
    async fn the_named_call_fails_as_planned_and_a_stopped_store_stays_so() {
        let key = RowKey::new("a").unwrap();
        for (how, is_done, works_on) in [
            (Failure::Refused, false, true),
            (Failure::Lost, false, false),
            (Failure::Unreported, true, false),
        ] {
            let inner = memory();
            let store = Faulty::new(inner.clone());
            store.fail(1, how);
            assert_eq!(store.row(&key).await, Ok(None));
            let failed = match store.commit(change("a")) {
                Ok(pending) => pending.await.err(),
                Err(error) => Some(error),
            };
            assert!(failed.is_some(), "{how:?}");
            assert_eq!(store.failed(), Some("commit"));
            assert_eq!(inner.row(&key).await.unwrap().is_some(), is_done, "{how:?}");
            assert_eq!(store.row(&key).await.is_ok(), works_on, "{how:?}");
            store.reset();
            assert!(store.row(&key).await.is_ok());
        }
    }
}
