use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;

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
use super::rows::Rows;
use super::{CloseError, OpenError, Settings};
use crate::durable_file::Disk;
use crate::journal::JournalError;
use crate::journal::rows::StateFiles;
use crate::lock::StoreLock;
use crate::log::HeadSigner;
use crate::vault::Vault;

/// Rows applied to the index at once, at most. Batches that wait are taken together: a row that changed three times is
/// written once, one that came and went not at all.
const ROWS_AT_ONCE: usize = 8192;

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
    /// Given back when the last thread has ended.
    lock: StoreLock,
}

/// What the threads are made from.
pub(super) struct Parts<'a> {
    pub(super) lock: StoreLock,
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
        let Parts { lock, settings, disk, fatal, files, recovered, .. } = parts;
        let ends = Arc::new(AtomicBool::new(false));
        let (indexer, batches) = mpsc::channel();
        let (tiler, tiler_work) = mpsc::channel();
        let (compactor, segments) = mpsc::channel();
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
            disk: disk.clone(),
            state: recovered.state,
            ledger: recovered.ledger,
            objects: recovered.objects,
            object_files: files.objects,
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
            compactor,
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
            let (state, disk) = (files.state, disk.clone());
            let (counters, ends) = (Arc::clone(parts.counters), Arc::clone(&ends));
            move || compact(&segments, &state, &disk, &counters, &ends)
        })?;
        let threads = Threads { committer, indexer, tiler, compactor, lock };
        let directory = settings.directory.clone();
        Ok(Self { threads: Mutex::new(Some(threads)), fatal, ends, directory, disk })
    }

    /// Waits for the threads to finish their work, then marks the index clean.
    pub(super) fn finish(&self, rows: &Rows, log: &EmbeddedLog) -> Result<(), CloseError> {
        let Some(threads) = self.threads.lock().take() else { return Ok(()) };
        self.ends.store(true, Ordering::Release);
        let lock = threads.join(log);
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
        drop(lock);
        closed
    }

    /// Ends the threads where they are.
    pub(super) fn abandon(&self, intake: &Intake, rows: &Rows, log: &EmbeddedLog) {
        let Some(threads) = self.threads.lock().take() else { return };
        self.fatal.silence();
        self.ends.store(true, Ordering::Release);
        intake.stop();
        let lock = threads.join(log);
        rows.index().release();
        drop(lock);
    }
}

impl Threads {
    /// The committer first: the others end when it has sent its last.
    fn join(self, log: &EmbeddedLog) -> StoreLock {
        // A thread that panicked has already been reported by its panic; the store is then found unclean.
        let _ = self.committer.join();
        log.disconnect();
        let _ = self.indexer.join();
        let _ = self.tiler.join();
        let _ = self.compactor.join();
        self.lock
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, OpenError> {
    Ok(std::thread::Builder::new().name(name.to_owned()).spawn(work)?)
}

fn apply_batches(batches: &Receiver<Applied>, rows: &Rows, fatal: &Fatal) {
    while let Ok(Applied { mut batch, mut writes }) = batches.recv() {
        while writes.len() < ROWS_AT_ONCE
            && let Ok(next) = batches.try_recv()
        {
            batch = next.batch;
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

fn compact(
    segments: &Receiver<u32>,
    state: &StateFiles,
    disk: &Disk,
    counters: &Counters,
    ends: &AtomicBool,
) {
    while let Ok(until) = segments.recv() {
        let keep_going = || !ends.load(Ordering::Acquire);
        match state.compact(disk, until, &keep_going) {
            Ok(size) => counters.snapshot_bytes.store(size, Ordering::Relaxed),
            Err(error) => note_failure(counters, &error, keep_going()),
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
