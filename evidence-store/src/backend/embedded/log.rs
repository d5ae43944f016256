use std::collections::VecDeque;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::ready;
use heqi_tlog::checkpoint::{Origin, SignedCheckpoint};
use heqi_tlog::proof::{NodeReader, ProveError, prove_consistency, prove_inclusion, root_at};
use heqi_tlog::tile::{TILE_HEIGHT, TILE_WIDTH, TileKind, TilePath, encode_entries, tile_of_node};
use heqi_tlog::tree::{CompactRange, Hash, Node, leaf_hash};
use parking_lot::{Condvar, Mutex, RwLock};
use tokio::sync::{oneshot, watch};

use super::rows::{Rows, leaf_key, leaf_position};
use crate::backend::{Answer, ReadError, answered};
use crate::changeset::LedgerEntry;
use crate::durable_file::{Disk, read_if_there};
use crate::journal::frame::FrameReader;
use crate::journal::ledger::{LOCATION_STRIDE, LeafReader};
use crate::journal::segment::{Position, Segments, len64};
use crate::journal::{Damage, JournalError};
use crate::log::edge::Edge;
use crate::log::tiles::{Cached, TileFiles};
use crate::log::{
    Head, LogReader, MAX_READ_BYTES, ProofAnswer, ProofError, PublishAnswer, PublishError,
};

/// How long to wait for tiles before looking whether the store has stopped.
const MAX_WAIT: Duration = Duration::from_millis(100);

/// The log of an embedded store: the right edge in memory, the rest in tile files, entries and records in the ledger.
pub(crate) struct EmbeddedLog {
    pub(super) edge: RwLock<Edge>,
    /// Entries that are not yet in bundles, as far as they were appended since the start.
    pub(super) untiled: Mutex<Untiled>,
    head: watch::Sender<Head>,
    pub(super) published: RwLock<Option<Head>>,
    pub(super) origin: Origin,
    pub(super) tiles: TileFiles,
    ledger: Arc<Segments>,
    rows: Arc<Rows>,
    pub(super) disk: Disk,
    /// Held by whoever writes tiles.
    pub(super) writing: Mutex<()>,
    publisher: Mutex<Option<mpsc::Sender<TilerWork>>>,
    /// Rings when tiles have been written.
    pub(super) progress: (Mutex<()>, Condvar),
}

/// Entries on their way into bundles: they need not be read from the ledger among their records.
pub(super) struct Untiled {
    /// Index of the first entry held.
    first: u64,
    entries: VecDeque<Bytes>,
}

impl Untiled {
    /// These entries, if all of them are held.
    pub(super) fn of(&self, from: u64, to: u64) -> Option<Vec<Bytes>> {
        let place = |index: u64| usize::try_from(index.checked_sub(self.first)?).ok();
        let (from, to) = (place(from)?, place(to)?);
        (to <= self.entries.len()).then(|| self.entries.range(from..to).cloned().collect())
    }

    /// Lets go of entries before `index`.
    pub(super) fn trim(&mut self, index: u64) {
        let gone = usize::try_from(index.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let gone = gone.min(self.entries.len());
        self.entries.drain(..gone);
        self.first += len64(gone);
    }
}

/// What the tiler is asked to do.
pub(crate) enum TilerWork {
    /// The tree has grown.
    Grown,
    /// A cosigned checkpoint is to be published.
    Publish(Box<SignedCheckpoint>, oneshot::Sender<Result<(), PublishError>>),
}

/// Where a log is opened from.
pub(crate) struct LogParts {
    pub(crate) directory: PathBuf,
    /// The checkpoint published last.
    pub(crate) published: Option<Head>,
    pub(crate) origin: Origin,
    pub(crate) ledger: Arc<Segments>,
    pub(crate) rows: Arc<Rows>,
    pub(crate) disk: Disk,
}

impl EmbeddedLog {
    /// Opens the log under `head`. Full tiles of the first `tiled` leaves are durable; everything after them is made
    /// again from the ledger, the same way it was made the first time.
    pub(crate) fn open(
        parts: LogParts,
        head: &Head,
        tiled: u64,
    ) -> Result<(Self, CompactRange), JournalError> {
        let log = Self {
            edge: RwLock::default(),
            untiled: Mutex::new(Untiled { first: head.size(), entries: VecDeque::new() }),
            head: watch::Sender::new(head.clone()),
            published: RwLock::new(parts.published),
            origin: parts.origin,
            tiles: TileFiles::new(parts.directory),
            ledger: parts.ledger,
            rows: parts.rows,
            disk: parts.disk,
            writing: Mutex::default(),
            publisher: Mutex::default(),
            progress: (Mutex::default(), Condvar::new()),
        };
        let range = match log.resume(head.size(), tiled) {
            Ok(range) if range.root() == head.root() => range,
            // Tiles are missing or of another tree: make all of them again. The files that are there must then agree.
            _ => log.resume(head.size(), 0)?,
        };
        if range.root() != head.root() {
            let what = format!(
                "the ledger has root {} at size {}, the head says {}",
                range.root(),
                head.size(),
                head.root()
            );
            return Err(Damage::new(log.ledger.directory(), 0, 0, what).into());
        }
        Ok((log, range))
    }

    fn resume(&self, size: u64, tiled: u64) -> Result<CompactRange, JournalError> {
        let mut edge = Edge::resume(tiled, |height, from, to| {
            let below = height.saturating_sub(TILE_HEIGHT) / TILE_HEIGHT;
            (from..to)
                .map(|index| {
                    let (tile, _) = self.tiles.expanded(below, index)?;
                    tile.root().ok_or_else(|| missing(&format!("root of tile {below}/{index}")))
                })
                .collect::<Result<Vec<_>, JournalError>>()
        })?;
        let frontier = heqi_tlog::tree::frontier_nodes(tiled)
            .map(|(level, index)| {
                edge.node(level, index).map_or_else(|| self.unchecked_node(level, index), Ok)
            })
            .collect::<Result<Vec<_>, JournalError>>()?;
        let mut range = CompactRange::from_frontier(tiled, frontier)
            .map_err(|error| missing(&error.to_string()))?;
        let mut nodes = Vec::new();
        let mut leaves = self.leaves(tiled, size, FrameReader::LONG)?;
        while let Some(leaf) = leaves.next()? {
            nodes.clear();
            range.append_with(leaf_hash(&leaf.entry), |node| nodes.push(node));
            edge.extend(&nodes);
        }
        *self.edge.write() = edge;
        Ok(range)
    }

    /// Takes the entries and nodes of a durable batch, then shows its head.
    pub(crate) fn grow(&self, entries: Vec<Bytes>, nodes: &[Node], head: Head) {
        self.untiled.lock().entries.extend(entries);
        self.edge.write().extend(nodes);
        self.head.send_replace(head);
    }

    /// Waits while more leaves than `lag` are untiled: what is untiled is held in memory.
    pub(crate) fn wait_for_tiles(&self, lag: u64, keep_going: &dyn Fn() -> bool) {
        let (lock, tiled) = &self.progress;
        let mut guard = lock.lock();
        while self.tiling_lag() > lag && keep_going() {
            tiled.wait_for(&mut guard, MAX_WAIT);
        }
    }

    pub(crate) fn connect(&self, publisher: mpsc::Sender<TilerWork>) {
        *self.publisher.lock() = Some(publisher);
    }

    pub(crate) fn disconnect(&self) {
        *self.publisher.lock() = None;
    }

    pub(crate) fn tiled(&self) -> u64 {
        self.edge.read().tiled()
    }

    /// Leaves whose full tiles are still to be written.
    pub(crate) fn tiling_lag(&self) -> u64 {
        let edge = self.edge.read();
        edge.size() - edge.tiled()
    }

    /// Reads leaves from `from` up to `to`.
    pub(super) fn leaves(
        &self,
        from: u64,
        to: u64,
        chunk: usize,
    ) -> Result<LeafReader, JournalError> {
        let stride = from / LOCATION_STRIDE;
        let first = stride * LOCATION_STRIDE;
        let position = if first == 0 || from >= to {
            Position::start_of(0)
        } else {
            let row = self.rows.get(&leaf_key(stride)).map_err(std::io::Error::other)?;
            row.as_ref()
                .and_then(leaf_position)
                .ok_or_else(|| missing(&format!("the location of leaf {first}")))?
        };
        let first = if from >= to { from } else { first };
        let mut leaves = LeafReader::new(&self.ledger, position, first, to, chunk)?;
        leaves.skip_to(from)?;
        Ok(leaves)
    }

    fn read_entries(&self, from: u64, limit: usize) -> Result<Vec<LedgerEntry>, ReadError> {
        let to = self.head().size().min(from.saturating_add(len64(limit)));
        let chunk = if limit > 64 { FrameReader::LONG } else { FrameReader::SHORT };
        let mut leaves = self.leaves(from, to, chunk)?;
        let mut budget = MAX_READ_BYTES;
        let mut entries = Vec::new();
        while let Some(leaf) = leaves.next()? {
            let size = leaf.entry.len() + leaf.record.len();
            if size > budget && !entries.is_empty() {
                break;
            }
            budget = budget.saturating_sub(size);
            entries.push(LedgerEntry::new(leaf.entry, leaf.record));
        }
        Ok(entries)
    }

    pub(super) fn tile_bytes(&self, path: TilePath) -> Result<Option<Bytes>, ReadError> {
        let level = match path.kind() {
            TileKind::Entries => 0,
            TileKind::Hashes(level) => level,
        };
        let first = path.index().saturating_mul(TILE_WIDTH.into());
        let end = first.saturating_add(path.width().into());
        let hashes = self.head().size().checked_shr(u32::from(level) * u32::from(TILE_HEIGHT));
        if end > hashes.unwrap_or(0) {
            return Ok(None);
        }
        if path.kind() == TileKind::Entries {
            if path.is_full() && end <= self.tiled() {
                return Ok(self.tiles.read(path)?.map(Bytes::from));
            }
            let mut leaves = self.leaves(first, end, FrameReader::SHORT)?;
            let mut entries = Vec::with_capacity(path.width().into());
            while let Some(leaf) = leaves.next()? {
                entries.push(leaf.entry);
            }
            let bundle = encode_entries(entries).map_err(|error| missing(&error.to_string()))?;
            return Ok(Some(bundle.into()));
        }
        let hashes = (first..end)
            .map(|index| self.node(level * TILE_HEIGHT, index))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Some(hashes.iter().flat_map(Hash::as_bytes).copied().collect()))
    }

    /// A node from a tile file that is not compared with anything: only while opening, where the root decides.
    fn unchecked_node(&self, level: u8, index: u64) -> Result<Hash, JournalError> {
        let (tile_level, tile_index, span) =
            tile_of_node(level, index).ok_or_else(|| missing("a node outside the tree"))?;
        let (tile, _) = self.tiles.expanded(tile_level, tile_index)?;
        tile.node(level % TILE_HEIGHT, u64::from(span.start) >> (level % TILE_HEIGHT))
            .ok_or_else(|| missing(&format!("node {level}/{index}")))
    }

    fn prove(
        &self,
        size: u64,
        prove: impl FnOnce(&Self) -> Result<Vec<Hash>, ProveError<ReadError>>,
    ) -> Result<Vec<Hash>, ProofError> {
        let head = self.head().size();
        if size > head {
            return Err(ProofError::OutsideTree { head });
        }
        prove(self).map_err(|error| match error {
            ProveError::OutsideTree { .. } => ProofError::OutsideTree { head },
            ProveError::Read(error) => ProofError::Read(error),
        })
    }
}

/// Nodes from the edge or from tile files. A file counts only if its root is the one its parent has: what is served
/// hangs together with the head.
impl NodeReader for EmbeddedLog {
    type Error = ReadError;

    fn node(&self, level: u8, index: u64) -> Result<Hash, ReadError> {
        if let Some(hash) = self.edge.read().node(level, index) {
            return Ok(hash);
        }
        let (tile_level, tile_index, span) =
            tile_of_node(level, index).ok_or_else(|| missing("a node outside the tree"))?;
        let (tile, cached) = self.tiles.expanded(tile_level, tile_index)?;
        if let Cached::No(path) = cached {
            let parent = self.node((tile_level + 1) * TILE_HEIGHT, tile_index)?;
            if tile.root() != Some(parent) {
                let file = self.tiles.path(path);
                let length = len64(usize::from(TILE_WIDTH) * Hash::LEN);
                let damage = Damage::new(&file, 0, length, "the tile is not part of this tree");
                return Err(JournalError::from(damage).into());
            }
            self.tiles.keep(path, &tile);
        }
        tile.node(level % TILE_HEIGHT, u64::from(span.start) >> (level % TILE_HEIGHT))
            .ok_or_else(|| missing(&format!("node {level}/{index}")).into())
    }
}

impl LogReader for EmbeddedLog {
    fn head(&self) -> Head {
        self.head.borrow().clone()
    }

    fn head_changed(&self) -> watch::Receiver<Head> {
        self.head.subscribe()
    }

    fn entries(&self, from: u64, limit: usize) -> Answer<'_, Vec<LedgerEntry>> {
        answered(self.read_entries(from, limit))
    }

    fn inclusion_proof(&self, index: u64, size: u64) -> ProofAnswer<'_> {
        Box::pin(ready(self.prove(size, |log| prove_inclusion(log, index, size))))
    }

    fn consistency_proof(&self, old_size: u64, new_size: u64) -> ProofAnswer<'_> {
        Box::pin(ready(self.prove(new_size, |log| prove_consistency(log, old_size, new_size))))
    }

    fn root_at(&self, size: u64) -> Answer<'_, Option<Hash>> {
        let is_inside = size <= self.head().size();
        answered(is_inside.then(|| root_at(self, size)).transpose())
    }

    fn tile(&self, path: TilePath) -> Answer<'_, Option<Bytes>> {
        answered(self.tile_bytes(path))
    }

    fn published(&self) -> Option<Head> {
        self.published.read().clone()
    }

    fn publish(&self, checkpoint: SignedCheckpoint) -> PublishAnswer<'_> {
        let (answer, answered) = oneshot::channel();
        let publisher = self.publisher.lock().clone();
        let work = TilerWork::Publish(Box::new(checkpoint), answer);
        let is_sent = publisher.is_some_and(|publisher| publisher.send(work).is_ok());
        Box::pin(async move {
            if !is_sent {
                return Err(ReadError::Stopped.into());
            }
            answered.await.unwrap_or(Err(ReadError::Stopped.into()))
        })
    }
}

impl fmt::Debug for EmbeddedLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmbeddedLog({}, {:?})", self.origin, self.head())
    }
}

/// The published checkpoint of a log directory. It can never be ahead of the journals: it was made from them.
pub(crate) fn read_published(directory: &Path, leaves: u64) -> Result<Option<Head>, JournalError> {
    let path = directory.join("checkpoint");
    let Some(bytes) = read_if_there(&path)? else { return Ok(None) };
    let damaged =
        |what: String| JournalError::from(Damage::new(&path, 0, len64(bytes.len()), what));
    let checkpoint = SignedCheckpoint::parse(&bytes).map_err(|error| damaged(error.to_string()))?;
    let published = Head::new(checkpoint);
    if published.size() > leaves {
        return Err(damaged(format!(
            "{} leaves were published, the journals hold only {leaves}: acknowledged records are missing",
            published.size(),
        )));
    }
    Ok(Some(published))
}

pub(super) fn missing(what: &str) -> JournalError {
    JournalError::Io(std::io::Error::other(format!("{what} is missing")))
}
