use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;
use std::time::Duration;

use heqi_tlog::tree::CompactRange;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::committer::{Applied, Committer};
use super::fatal::Fatal;
use super::gauges::Counters;
use super::intake::Intake;
use super::log::{EmbeddedLog, TilerWork};
use super::recover::{JournalFiles, Recovered};
use super::reindex::close_index;
use super::rows::{Rows, size_of_all};
use super::{CloseError, OpenError, Settings};
use crate::durable_file::Disk;
use crate::journal::JournalError;
use crate::journal::object::{Location, OBJECT_HEADER_BYTES};
use crate::journal::rows::StateFiles;
use crate::journal::segment::Segments;
use crate::lock::StoreLock;
use crate::log::HeadSigner;
use crate::vault::Vault;

/// What is gathered in memory before it is applied to the index: a row that changed three times is written once, and
/// one that came and went, as every deposit does, leaves no page behind.
const GATHERED_BYTES: u64 = 8 << 20;
/// With nothing new for this long, what was gathered is applied.
const QUIET: Duration = Duration::from_millis(200);

/// The threads of an open store.
pub(super) struct Workers {
    threads: Mutex<Option<Threads>>,
    fatal: Arc<Fatal>,
    /// Set when long work is to be given up.
    ends: Arc<AtomicBool>,
    directory: PathBuf,
    disk: Disk,
}

struct Threads {
    committer: JoinHandle<()>,
    indexer: JoinHandle<()>,
    tiler: JoinHandle<()>,
    compactor: JoinHandle<()>,
    /// Of the store, and of a vault that stands elsewhere; given back when the last thread has ended.
    locks: Vec<StoreLock>,
}

/// What the threads are made from.
pub(super) struct Parts<'a> {
    pub(super) locks: Vec<StoreLock>,
    pub(super) settings: &'a Settings,
    pub(super) disk: Disk,
    pub(super) signer: Arc<dyn HeadSigner>,
    pub(super) fatal: Arc<Fatal>,
    pub(super) files: JournalFiles,
    pub(super) recovered: Recovered,
    pub(super) range: CompactRange,
    pub(super) intake: &'a Arc<Intake>,
    pub(super) rows: &'a Arc<Rows>,
    pub(super) log: &'a Arc<EmbeddedLog>,
    pub(super) vault: &'a Arc<dyn Vault>,
    pub(super) counters: &'a Arc<Counters>,
    pub(super) progress: &'a watch::Sender<u64>,
}

impl Workers {
    pub(super) fn start(parts: Parts<'_>) -> Result<Self, OpenError> {
        let Parts { locks, settings, disk, fatal, files, recovered, .. } = parts;
        let ends = Arc::new(AtomicBool::new(false));
        let (indexer, batches) = mpsc::channel();
        let (tiler, tiler_work) = mpsc::channel();
        let (compactor, chores) = mpsc::channel();
        parts.log.connect(tiler.clone());
        // What the last stop left untiled.
        let _ = tiler.send(TilerWork::Grown);
        let committer = Committer {
            intake: Arc::clone(parts.intake),
            rows: Arc::clone(parts.rows),
            log: Arc::clone(parts.log),
            vault: Arc::clone(parts.vault),
            signer: parts.signer,
            fatal: Arc::clone(&fatal),
            counters: Arc::clone(parts.counters),
            state: recovered.state,
            ledger: recovered.ledger,
            objects: recovered.objects,
            range: parts.range,
            head: recovered.head,
            point: recovered.point,
            batch: recovered.batch,
            segment_bytes: settings.segment_bytes.min(1 << 30),
            snapshot_bytes: settings.snapshot_bytes,
            since_snapshot: recovered.since_snapshot,
            progress: parts.progress.clone(),
            indexer,
            tiler,
            tidier: compactor,
            payload: Vec::new(),
        };
        let committer = spawn("heqi-commit", move || committer.run())?;
        let indexer = spawn("heqi-index", {
            let (rows, fatal) = (Arc::clone(parts.rows), Arc::clone(&fatal));
            move || apply_batches(&batches, &rows, &fatal)
        })?;
        let tiler = spawn("heqi-tiles", {
            let (log, fatal) = (Arc::clone(parts.log), Arc::clone(&fatal));
            move || write_tiles(&tiler_work, &log, &fatal)
        })?;
        let compactor = spawn("heqi-compact", {
            let tidying = Tidying {
                state: files.state,
                objects: files.objects,
                disk: disk.clone(),
                counters: Arc::clone(parts.counters),
                ends: Arc::clone(&ends),
            };
            move || tidying.run(&chores)
        })?;
        let threads = Threads { committer, indexer, tiler, compactor, locks };
        let directory = settings.directory.clone();
        Ok(Self { threads: Mutex::new(Some(threads)), fatal, ends, directory, disk })
    }

    /// Waits for the threads to finish their work, then marks the index clean.
    pub(super) fn finish(&self, rows: &Rows, log: &EmbeddedLog) -> Result<(), CloseError> {
        let Some(threads) = self.threads.lock().take() else { return Ok(()) };
        self.ends.store(true, Ordering::Release);
        let locks = threads.join(log);
        let failed = |what: String| CloseError { what };
        let had_stopped = self.fatal.is_stopped();
        self.fatal.silence();
        let closed = if had_stopped {
            Err(failed("the store had stopped before".to_owned()))
        } else {
            close_index(rows.index(), &self.directory, &self.disk)
                .map_err(|error| failed(error.to_string()))
        };
        rows.index().release();
        drop(locks);
        closed
    }

    /// Ends the threads where they are.
    pub(super) fn abandon(&self, intake: &Intake, rows: &Rows, log: &EmbeddedLog) {
        let Some(threads) = self.threads.lock().take() else { return };
        self.fatal.silence();
        self.ends.store(true, Ordering::Release);
        intake.stop();
        let locks = threads.join(log);
        rows.index().release();
        drop(locks);
    }
}

impl Threads {
    /// The committer first: the others end when it has sent its last.
    fn join(self, log: &EmbeddedLog) -> Vec<StoreLock> {
        // A thread that panicked has already been reported by its panic; the store is then found unclean.
        let _ = self.committer.join();
        log.disconnect();
        let _ = self.indexer.join();
        let _ = self.tiler.join();
        let _ = self.compactor.join();
        self.locks
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, OpenError> {
    Ok(std::thread::Builder::new().name(name.to_owned()).spawn(work)?)
}

fn apply_batches(batches: &Receiver<Applied>, rows: &Rows, fatal: &Fatal) {
    while let Ok(Applied { mut batch, mut writes }) = batches.recv() {
        let mut gathered = size_of_all(&writes);
        // The end of the channel is no reason to wait either: the store closes.
        while gathered < GATHERED_BYTES
            && let Ok(next) = batches.recv_timeout(QUIET)
        {
            batch = next.batch;
            gathered += size_of_all(&next.writes);
            writes.extend(next.writes);
        }
        // A failing index has already stopped the store.
        if fatal.is_stopped() || rows.apply(batch, &writes).is_err() {
            return;
        }
    }
}

fn write_tiles(work: &Receiver<TilerWork>, log: &EmbeddedLog, fatal: &Fatal) {
    while let Ok(first) = work.recv() {
        // Growth is taken together: one look at the tree covers all of it.
        let waiting: Vec<_> = std::iter::once(first).chain(work.try_iter()).collect();
        if fatal.is_stopped() {
            return;
        }
        if let Err(error) = log.write_tiles(&|| !fatal.is_stopped()) {
            fatal.stop(&format!("tiles could not be written: {error}"));
            return;
        }
        for work in waiting {
            if let TilerWork::Publish(checkpoint, answer) = work {
                let _ = answer.send(log.publish_now(*checkpoint));
            }
        }
    }
}

/// What may be done later, and is not missed when it never is.
pub(crate) enum Chore {
    /// Write a snapshot of the rows before this segment of the state journal.
    Compact(u32),
    /// Give the space of discarded objects back.
    Punch(Vec<Location>),
}

/// The thread that tidies up.
struct Tidying {
    state: StateFiles,
    objects: Arc<Segments>,
    disk: Disk,
    counters: Arc<Counters>,
    ends: Arc<AtomicBool>,
}

impl Tidying {
    fn run(&self, chores: &Receiver<Chore>) {
        while let Ok(chore) = chores.recv() {
            match chore {
                Chore::Compact(until) => self.compact(until),
                Chore::Punch(discarded) => self.punch(&discarded),
            }
        }
    }

    fn compact(&self, until: u32) {
        let keep_going = || !self.ends.load(Ordering::Acquire);
        match self.state.compact(&self.disk, until, &keep_going) {
            Ok(size) => self.counters.snapshot_bytes.store(size, Ordering::Relaxed),
            Err(error) => note_failure(&self.counters, &error, keep_going()),
        }
    }

    /// Failing at it loses nothing but space.
    fn punch(&self, discarded: &[Location]) {
        for location in discarded {
            let path = self.objects.path(location.position.segment);
            let offset = u64::from(location.position.offset) + OBJECT_HEADER_BYTES;
            let punched = self
                .disk
                .open_append(&path)
                .and_then(|file| file.punch(offset, location.size.into()));
            if let Err(error) = punched {
                tracing::warn!(%error, "the space of a discarded object was not given back");
            }
        }
    }
}

/// Nothing is lost when a snapshot fails: the segments it would have replaced stay.
fn note_failure(counters: &Counters, error: &JournalError, is_failure: bool) {
    if is_failure {
        counters.compaction_failures.fetch_add(1, Ordering::Relaxed);
        tracing::error!(%error, "a snapshot could not be written");
    }
}
