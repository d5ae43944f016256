use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;

use bytes::Bytes;
use heqi_tlog::tree::CompactRange;
use tokio::sync::{oneshot, watch};

use super::fatal::Fatal;
use super::gauges::Counters;
use super::intake::{Intake, Queued, QueuedLeaf, Work};
use super::log::{EmbeddedLog, TilerWork};
use super::rows::{Rows, leaf_key, object_key};
use super::workers::Chore;
use crate::backend::{Committed, memory::sign_head};
use crate::journal::JournalError;
use crate::journal::append::Appender;
use crate::journal::frame::frame_kind;
use crate::journal::ledger::LOCATION_STRIDE;
use crate::journal::object::{Location, encode_header};
use crate::journal::state::{RowWrite, StatePoint, encode_base, encode_batch};
use crate::log::{Head, HeadSigner, SignHeadError};
use crate::vault::{Vault, VaultError};

/// Leaves that may be untiled, about 64 bytes each, before new ones have to wait.
const UNTILED_LEAVES: u64 = 1 << 18;

/// Bytes of rows that may be missing in the index, all held in memory, before new ones have to wait.
const UNINDEXED_BYTES: u64 = 48 << 20;

/// A durable batch on its way into the index.
pub(crate) struct Applied {
    pub(crate) batch: u64,
    pub(crate) writes: Vec<RowWrite>,
}

/// The one thread that writes: takes what is queued, makes it durable in the order vault, objects, ledger, state, and
/// only then answers. The state frame is the commit point; it carries the signed head.
pub(crate) struct Committer {
    pub(crate) intake: Arc<Intake>,
    pub(crate) rows: Arc<Rows>,
    pub(crate) log: Arc<EmbeddedLog>,
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) signer: Arc<dyn HeadSigner>,
    pub(crate) fatal: Arc<Fatal>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) state: Appender,
    pub(crate) ledger: Appender,
    pub(crate) objects: Appender,
    pub(crate) range: CompactRange,
    pub(crate) head: Head,
    pub(crate) point: StatePoint,
    pub(crate) batch: u64,
    pub(crate) segment_bytes: u64,
    pub(crate) snapshot_bytes: u64,
    /// Bytes of the state segments since the last snapshot was asked for.
    pub(crate) since_snapshot: u64,
    pub(crate) progress: watch::Sender<u64>,
    pub(crate) indexer: Sender<Applied>,
    pub(crate) tiler: Sender<TilerWork>,
    pub(crate) tidier: Sender<Chore>,
    /// The payload of a batch frame, kept for its room.
    pub(crate) payload: Vec<u8>,
}

/// Why a batch could not be made durable. Every one of them stops the store.
#[derive(Debug, thiserror::Error)]
enum BatchError {
    #[error("the vault could not be written: {0}")]
    Vault(#[from] VaultError),
    #[error("the journals could not be written: {0}")]
    Journal(#[from] JournalError),
    #[error("the journals could not be written: {0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Sign(#[from] SignHeadError),
    #[error("the thread that applies batches has ended")]
    IndexerGone,
}

/// Who waits for what.
enum Waiting {
    Committed { version: u64, first_leaf: Option<u64>, answer: oneshot::Sender<Committed> },
    Plain(oneshot::Sender<()>),
}

impl Committer {
    /// Works until the store closes or stops.
    pub(crate) fn run(mut self) {
        while let Some(batch) = self.intake.next_batch() {
            if let Err(error) = self.commit(batch) {
                self.counters.failures.fetch_add(1, Ordering::Relaxed);
                self.fatal.stop(&error.to_string());
            }
        }
        if self.fatal.is_stopped() {
            self.intake.stop();
        }
    }

    fn commit(&mut self, batch: Vec<Queued>) -> Result<(), BatchError> {
        let Some(version) = batch
            .iter()
            .filter(|queued| !matches!(queued.work, Work::Settle { .. }))
            .map(|queued| queued.version)
            .max()
        else {
            // Nothing but questions whether everything before is durable. It is: batches are one after the other.
            for queued in batch {
                if let Work::Settle { answer } = queued.work {
                    let _ = answer.send(());
                }
            }
            return Ok(());
        };
        let keep_going = || !self.fatal.is_stopped();
        self.log.wait_for_tiles(UNTILED_LEAVES, &keep_going);
        self.rows.wait_for_index(UNINDEXED_BYTES, &keep_going);
        self.roll_full_segments()?;

        // Vault first: a row must never be durable whose key is not.
        let data_keys = self.vault.flush()?;

        let mut writes = Vec::new();
        let mut waiting = Vec::with_capacity(batch.len());
        let (mut placed, mut discarded) = (Vec::new(), Vec::new());
        let (mut entries, mut nodes) = (Vec::new(), Vec::new());
        let mut range = self.range.clone();
        for Queued { version, work, .. } in batch {
            match work {
                Work::Changes { writes: rows, leaves, first_leaf, answer } => {
                    writes.extend(rows);
                    let first_leaf = (!leaves.is_empty()).then_some(first_leaf);
                    for leaf in leaves {
                        self.write_leaf(range.size(), &leaf, version, &mut writes)?;
                        range.append_with(leaf.hash, |node| nodes.push(node));
                        entries.push(leaf.entry);
                    }
                    waiting.push(Waiting::Committed { version, first_leaf, answer });
                }
                Work::Object { reference, object, answer } => {
                    let location = self.write_object(&reference.id, &object)?;
                    let (key, value) = (object_key(&reference.id), Some(location.encode()));
                    writes.push(RowWrite { key, version, value });
                    placed.push(reference.id);
                    waiting.push(Waiting::Plain(answer));
                }
                Work::Discard { id, location, answer } => {
                    writes.push(RowWrite { key: object_key(&id), version, value: None });
                    discarded.push(location);
                    waiting.push(Waiting::Plain(answer));
                }
                Work::Settle { answer } => waiting.push(Waiting::Plain(answer)),
            }
        }

        // What the state frame names must be durable before it.
        self.objects.sync()?;
        self.ledger.sync()?;

        let head =
            if nodes.is_empty() { self.head.clone() } else { sign_head(&*self.signer, &range)? };
        let point = StatePoint {
            version,
            leaves: range.size(),
            ledger_end: self.ledger.position()?,
            objects_end: self.objects.position()?,
            tiled: self.log.tiled(),
            data_keys,
            note: Bytes::from(head.checkpoint().to_bytes()),
        };
        self.payload.clear();
        encode_batch(&mut self.payload, &point, &writes);
        self.state.frame(frame_kind::STATE_BATCH, self.batch + 1, &[&self.payload])?;
        self.state.sync()?;

        // Committed. From here on nothing may fail: what happens now happens again at the next start.
        self.batch += 1;
        self.point = point;
        self.range = range;
        self.rows.accept(writes.iter().filter(|write| is_of_the_store(write)));
        self.intake.placed(placed);
        if !nodes.is_empty() {
            self.head = head;
            self.log.grow(entries, &nodes, self.head.clone());
        }
        self.counters.batches.fetch_add(1, Ordering::Relaxed);
        self.counters.durable_version.store(version, Ordering::Release);
        self.progress.send_replace(version);
        self.answer(waiting);

        self.rows.owe(&writes);
        self.indexer
            .send(Applied { batch: self.batch, writes })
            .map_err(|_| BatchError::IndexerGone)?;
        if !nodes.is_empty() {
            // The tiler ends only after this thread.
            let _ = self.tiler.send(TilerWork::Grown);
        }
        if !discarded.is_empty() {
            // Not here: making holes takes longer than the batch, and nobody waits for the space.
            let _ = self.tidier.send(Chore::Punch(discarded));
        }
        self.intake.check_disk();
        Ok(())
    }

    fn write_leaf(
        &mut self,
        index: u64,
        leaf: &QueuedLeaf,
        version: u64,
        writes: &mut Vec<RowWrite>,
    ) -> Result<(), BatchError> {
        let length = u16::try_from(leaf.entry.len()).map_err(io::Error::other)?.to_be_bytes();
        let payload: [&[u8]; 3] = [&length, &leaf.entry, &leaf.record];
        let position = self.ledger.frame(frame_kind::LEDGER_LEAF, index, &payload)?;
        if index.is_multiple_of(LOCATION_STRIDE) {
            let value = Some(Bytes::copy_from_slice(&position.to_u64().to_be_bytes()));
            writes.push(RowWrite { key: leaf_key(index / LOCATION_STRIDE), version, value });
        }
        Ok(())
    }

    fn write_object(
        &mut self,
        id: &heqi_vocabulary::Digest,
        object: &Bytes,
    ) -> Result<Location, BatchError> {
        let size = u32::try_from(object.len()).map_err(io::Error::other)?;
        let header = encode_header(self.objects.seed(), id, size);
        let position = self.objects.raw(&header, object)?;
        Ok(Location { position, size })
    }

    fn answer(&self, waiting: Vec<Waiting>) {
        for waiting in waiting {
            // Whoever dropped the future does not want to know.
            match waiting {
                Waiting::Plain(answer) => {
                    let _ = answer.send(());
                }
                Waiting::Committed { version, first_leaf, answer } => {
                    let head = self.head.clone();
                    let _ = answer.send(Committed { version, first_leaf_index: first_leaf, head });
                }
            }
        }
    }

    /// Begins new segments where the present ones are full. Everything in them is synced: no batch is under way.
    fn roll_full_segments(&mut self) -> Result<(), BatchError> {
        if self.objects.length() >= self.segment_bytes {
            self.objects.roll(|_, _| Ok(()))?;
        }
        if self.ledger.length() >= self.segment_bytes {
            self.ledger.roll(|_, _| Ok(()))?;
        }
        if self.state.length() >= self.segment_bytes {
            self.since_snapshot += self.state.length();
            let (number, point) = (self.batch, &self.point);
            self.state.roll(|out, seed| encode_base(out, seed, number, point))?;
            let last = self.counters.snapshot_bytes.load(Ordering::Relaxed);
            // Never rewrite more than was written since: a large store is compacted less often.
            if self.since_snapshot >= self.snapshot_bytes.max(last) {
                self.since_snapshot = 0;
                let _ = self.tidier.send(Chore::Compact(self.state.position()?.segment));
            }
        }
        let bytes = [&self.state, &self.ledger, &self.objects].map(Appender::length);
        self.counters.note_journals(bytes);
        Ok(())
    }
}

/// Rows the store writes by itself become visible when they are durable; callers' rows were visible when accepted.
fn is_of_the_store(write: &RowWrite) -> bool {
    write.value.is_some() && !write.key.starts_with(&[super::rows::namespace::ROWS])
}
