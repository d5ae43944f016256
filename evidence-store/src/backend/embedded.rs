//! The embedded backend: one machine, no server to install. Journals decide what is durable; everything else is made
//! from them (`docs/spec/store.md`).
//!
//! One thread commits. It takes whatever is queued, writes vault, objects, ledger and state in this order with one
//! `fdatasync` each, and then answers. Three more threads follow behind: one applies batches to the index, one writes
//! tiles and publishes checkpoints, one writes snapshots.

mod committer;
pub(crate) mod fatal;
mod gauges;
pub(crate) mod index;
mod intake;
pub(crate) mod log;
pub(crate) mod recover;
pub(crate) mod reindex;
pub(crate) mod rows;
mod settings;
mod tiling;
mod workers;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use heqi_tlog::tree::CompactRange;
use heqi_vocabulary::Digest;
use tokio::sync::{oneshot, watch};

pub use fatal::{StopProcess, abort_process};
pub use gauges::Gauges;
pub use settings::{CloseError, OpenError, Ports, Progress, Settings, ShowProgress};

use self::fatal::Fatal;
use self::gauges::Counters;
use self::intake::{Bounds, Intake, Offered};
use self::log::{EmbeddedLog, LogParts};
use self::recover::JournalFiles;
use self::reindex::Reindex;
use self::rows::{Rows, namespace, object_key, row_key};
use self::workers::Workers;
use super::memory::sign_head;
use super::{Answer, Backend, CommitError, Pending, PendingObject, ReadError, answered};
use crate::changeset::{Changeset, Row, RowKey};
use crate::identity::Identity;
use crate::journal::object::{Location, read_object};
use crate::journal::segment::Segments;
use crate::journal::{Damage, JournalError};
use crate::lock::StoreLock;
use crate::log::LogReader;
use crate::vault::{FileVault, Vault};

/// A store in files.
pub struct Embedded {
    intake: Arc<Intake>,
    rows: Arc<Rows>,
    log: Arc<EmbeddedLog>,
    vault: Arc<dyn Vault>,
    objects: Arc<Segments>,
    counters: Arc<Counters>,
    progress: watch::Sender<u64>,
    workers: Workers,
}

impl Embedded {
    /// Opens the store, recovering whatever the last stop left unfinished, or makes an empty one. Blocks on the disk;
    /// after an unclean stop for about two seconds per million rows.
    pub fn open(settings: &Settings, ports: Ports) -> Result<Self, OpenError> {
        let directory = &settings.directory;
        ports.disk.create_directory(directory).map_err(JournalError::from)?;
        let mut locks = vec![StoreLock::take(directory)?];
        if let Some(vault) = &settings.vault_directory {
            // Two stores, one the copy of the other, may name one vault: what both wrote there nobody could read.
            ports.disk.create_directory(vault).map_err(JournalError::from)?;
            locks.push(StoreLock::take(vault)?);
        }
        let identity = match Identity::read(directory)? {
            Some(identity) => identity,
            None => new_identity(settings, &ports)?,
        };
        if identity.origin != ports.signer.origin().as_str() {
            return Err(OpenError::OtherLog {
                found: identity.origin,
                expected: ports.signer.origin().to_string(),
            });
        }
        let store = identity.store;
        let fatal = Arc::new(Fatal::new(ports.stop_process));
        let files = JournalFiles::new(directory, store);
        // Look at everything before changing anything: what is found damaged is left as it was found.
        let found = recover::look(&files, ports.signer.origin())?;
        let log_directory = directory.join("log");
        let published = log::read_published(&log_directory, found.leaves())?;
        let reindex = Reindex {
            directory,
            store,
            state: &files.state,
            disk: &ports.disk,
            cache_bytes: settings.index_cache_bytes,
            batch: found.batch(),
            progress: &ports.progress,
        };
        let usable = reindex.look()?;
        let expected = if settings.accept_missing_data_keys { 0 } else { found.data_keys() };
        let vault: Arc<dyn Vault> = Arc::new(FileVault::open(
            settings.vault_directory(),
            store,
            expected,
            ports.disk.clone(),
            ports.key_encryption,
            ports.entropy,
        )?);
        let recovered = recover::recover(&files, &ports.disk, found, || {
            Ok(sign_head(&*ports.signer, &CompactRange::new())?)
        })?;
        let index = reindex.open(usable)?;
        let rows = Arc::new(Rows::new(index, Arc::clone(&fatal)));
        let log_parts = LogParts {
            directory: log_directory,
            published,
            origin: ports.signer.origin().clone(),
            ledger: Arc::clone(&files.ledger),
            rows: Arc::clone(&rows),
            disk: ports.disk.clone(),
        };
        let (log, range) = EmbeddedLog::open(log_parts, &recovered.head, recovered.point.tiled)?;
        let log = Arc::new(log);
        let bounds = Bounds {
            queued_items: settings.queued_items,
            queued_bytes: settings.queued_bytes,
            batch_items: settings.batch_items,
            batch_bytes: settings.batch_bytes,
            reserve_bytes: settings.reserve_bytes,
        };
        let version = recovered.point.version;
        let intake = Arc::new(Intake::new(
            Arc::clone(&rows),
            Arc::clone(&fatal),
            bounds,
            ports.disk.clone(),
            directory.clone(),
            (version, recovered.point.leaves),
        ));
        intake.check_disk();
        let counters = Arc::new(Counters::default());
        counters.durable_version.store(version, Ordering::Release);
        counters.snapshot_bytes.store(recovered.snapshot_bytes, Ordering::Relaxed);
        let progress = watch::Sender::new(version);
        let workers = Workers::start(workers::Parts {
            locks,
            settings,
            disk: ports.disk,
            signer: ports.signer,
            fatal,
            files: files.clone(),
            recovered,
            range,
            intake: &intake,
            rows: &rows,
            log: &log,
            vault: &vault,
            counters: &counters,
            progress: &progress,
        })?;
        let objects = files.objects;
        Ok(Self { intake, rows, log, vault, objects, counters, progress, workers })
    }

    /// Closes the store in order: what was accepted is committed, applied and tiled, and the index is marked clean, so
    /// that the next start is fast. Blocks until then.
    ///
    /// # Errors
    /// When the last writes failed; the next start then recovers as after a crash.
    pub fn close(&self) -> Result<(), CloseError> {
        self.intake.close();
        self.workers.finish(&self.rows, &self.log)
    }

    /// Stops as a crash would: nothing more is written or answered. Dropping a store does the same.
    pub fn crash(&self) {
        self.workers.abandon(&self.intake, &self.rows, &self.log);
    }

    /// Numbers for metrics.
    pub fn gauges(&self) -> Gauges {
        let (items, bytes) = self.intake.waiting();
        Gauges {
            queued_items: u64::try_from(items).unwrap_or(u64::MAX),
            queued_bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
            disk_wait_ms: u64::try_from(self.intake.disk_wait().as_millis()).unwrap_or(u64::MAX),
            head_size: self.log.head().size(),
            tiling_lag: self.log.tiling_lag(),
            index_lag: self.rows.overlaid(),
            ..self.counters.read()
        }
    }

    /// The names of the objects after `after`, in their order, at most `limit`.
    ///
    /// # Errors
    /// The index could not be read.
    pub fn object_names(
        &self,
        after: Option<&Digest>,
        limit: usize,
    ) -> Result<Vec<Digest>, ReadError> {
        let found = self.rows.scan(&[namespace::OBJECTS], after.map(object_key), limit)?;
        let name = |key: &Bytes| {
            let bytes = key.slice(1..).as_ref().try_into().ok()?;
            Some(Digest::from_bytes(bytes))
        };
        Ok(found.iter().filter_map(|(key, _)| name(key)).collect())
    }

    fn read_object(&self, id: &Digest) -> Result<Option<Bytes>, ReadError> {
        if let Some(object) = self.intake.object(id) {
            return Ok(Some(object));
        }
        let Some(row) = self.rows.get(&object_key(id))? else { return Ok(None) };
        let location = Location::decode(&row.value)
            .ok_or_else(|| ReadError::Damaged { what: format!("the location of object {id}") })?;
        let segment = self.objects.segment(location.position.segment)?;
        Ok(Some(read_object(&segment, location, id)?))
    }
}

impl Backend for Embedded {
    fn row<'a>(&'a self, key: &'a RowKey) -> Answer<'a, Option<Row>> {
        answered(self.rows.get(&row_key(key.as_bytes())))
    }

    fn scan<'a>(
        &'a self,
        prefix: &'a [u8],
        after: Option<&'a RowKey>,
        limit: usize,
    ) -> Answer<'a, Vec<(RowKey, Row)>> {
        let after = after.map(|key| row_key(key.as_bytes()));
        let found = self.rows.scan(&row_key(prefix), after, limit);
        answered(found.map(|rows| {
            let key = |full: Bytes| RowKey::new(full.slice(1..)).ok();
            rows.into_iter().filter_map(|(full, row)| Some((key(full)?, row))).collect()
        }))
    }

    fn commit(&self, changes: Changeset) -> Result<Pending, CommitError> {
        let durable = self.intake.accept(&changes)?;
        Ok(Pending::new(async { durable.await.map_err(|_| CommitError::Stopped) }))
    }

    fn put_object(&self, object: Bytes) -> Result<PendingObject, CommitError> {
        match self.intake.accept_object(object)? {
            Offered::Queued(reference, durable) => {
                let intake = Arc::clone(&self.intake);
                Ok(PendingObject::new(reference, async move {
                    intake.hurry();
                    wait(Some(durable)).await
                }))
            }
            Offered::Known(reference) => {
                let settled = self.intake.settle(self.durable_version())?;
                Ok(PendingObject::new(reference, wait(settled)))
            }
        }
    }

    fn object<'a>(&'a self, id: &'a Digest) -> Answer<'a, Option<Bytes>> {
        answered(self.read_object(id))
    }

    fn discard_object<'a>(&'a self, id: &'a Digest) -> BoxFuture<'a, Result<bool, CommitError>> {
        Box::pin(async move {
            // An object still on its way has no place yet that could be given back.
            while self.intake.object(id).is_some() {
                self.settled().await?;
            }
            match self.intake.discard(id)? {
                None => Ok(false),
                durable => wait(durable).await.map(|()| true),
            }
        })
    }

    fn settled(&self) -> BoxFuture<'_, Result<(), CommitError>> {
        match self.intake.settle(self.durable_version()) {
            Ok(durable) => Box::pin(wait(durable)),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }

    fn progress(&self) -> watch::Receiver<u64> {
        self.progress.subscribe()
    }

    fn log(&self) -> &dyn LogReader {
        &*self.log
    }

    fn vault(&self) -> &dyn Vault {
        &*self.vault
    }
}

impl Embedded {
    fn durable_version(&self) -> u64 {
        self.counters.durable_version.load(Ordering::Acquire)
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.crash();
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Embedded({:?})", self.log)
    }
}

/// The identity of a store that has none yet. A directory that lost it is not taken for a new store.
fn new_identity(settings: &Settings, ports: &Ports) -> Result<Identity, OpenError> {
    let directory = &settings.directory;
    for name in ["state", "ledger", "objects", "log"] {
        let part = directory.join(name);
        if part.exists() {
            let what = "there is a store here, but its store.json is missing";
            return Err(JournalError::from(Damage::new(&part, 0, 0, what)).into());
        }
    }
    Ok(Identity::create(directory, &ports.disk, ports.signer.origin(), &*ports.entropy)?)
}

async fn wait(durable: Option<oneshot::Receiver<()>>) -> Result<(), CommitError> {
    match durable {
        None => Ok(()),
        Some(durable) => durable.await.map_err(|_| CommitError::Stopped),
    }
}

#[cfg(test)]
pub(crate) mod tests;
