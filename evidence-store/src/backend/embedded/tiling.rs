//! Writing tiles and publishing: off the path of acknowledgement, always behind the head, made again after a crash by
//! the same function.

use bytes::Bytes;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::proof::root_at;
use heqi_tlog::tile::{
    TILE_HEIGHT, TILE_WIDTH, TileKind, TilePath, encode_entries, tiles_added, tiles_of,
};
use heqi_tlog::tree::Hash;

use super::log::{EmbeddedLog, missing};
use crate::journal::JournalError;
use crate::journal::frame::FrameReader;
use crate::log::{Head, LogReader, PublishError, check_publishable};

/// Bundles written, synced and renamed as one group.
const BUNDLES_PER_ROUND: u64 = 32;

impl EmbeddedLog {
    /// Writes every tile and bundle that has become full, in groups.
    pub(crate) fn write_tiles(&self, keep_going: &dyn Fn() -> bool) -> Result<(), JournalError> {
        let _writing = self.writing.lock();
        while keep_going() {
            let (from, full) = {
                let edge = self.edge.read();
                (edge.tiled(), edge.size() - edge.size() % u64::from(TILE_WIDTH))
            };
            let to = full.min(from + BUNDLES_PER_ROUND * u64::from(TILE_WIDTH));
            if from == to {
                break;
            }
            let added: Vec<_> = tiles_added(from, to).filter(TilePath::is_full).collect();
            let mut bundles = self.bundles(from, to)?.into_iter();
            let mut files = Vec::with_capacity(added.len());
            for path in &added {
                let bytes = match path.kind() {
                    TileKind::Entries => bundles.next().unwrap_or_default(),
                    TileKind::Hashes(level) => self.edge_tile(level, *path)?,
                };
                files.push((self.tiles.path(*path), bytes));
            }
            self.disk.write_immutable(&files)?;
            self.edge.write().trim(to);
            self.untiled.lock().trim(to);
            self.progress.1.notify_all();
            for path in added {
                let partials = self.tiles.partials(path);
                if partials.exists() {
                    self.disk.remove_directory(&partials)?;
                }
            }
        }
        Ok(())
    }

    /// The full bundles of these leaves, both ends being multiples of 256.
    fn bundles(&self, from: u64, to: u64) -> Result<Vec<Vec<u8>>, JournalError> {
        let held = self.untiled.lock().of(from, to);
        let entries = match held {
            Some(entries) => entries,
            None => self.logged(from, to)?,
        };
        entries
            .chunks(TILE_WIDTH.into())
            .map(|bundle| encode_entries(bundle).map_err(|error| missing(&error.to_string())))
            .collect()
    }

    /// Entries as the ledger has them: those of before the start.
    fn logged(&self, from: u64, to: u64) -> Result<Vec<Bytes>, JournalError> {
        let mut leaves = self.leaves(from, to, FrameReader::LONG)?;
        let mut entries = Vec::new();
        while let Some(leaf) = leaves.next()? {
            entries.push(leaf.entry);
        }
        Ok(entries)
    }

    fn edge_tile(&self, level: u8, path: TilePath) -> Result<Vec<u8>, JournalError> {
        let edge = self.edge.read();
        let first = path.index() * u64::from(TILE_WIDTH);
        let hashes = (first..first + u64::from(path.width()))
            .map(|index| edge.node(level * TILE_HEIGHT, index))
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| missing(&format!("a node of {path}")))?;
        Ok(hashes.iter().flat_map(Hash::as_bytes).copied().collect())
    }

    /// Writes the partial tiles of this size.
    pub(crate) fn write_partials(&self, size: u64) -> Result<(), PublishError> {
        let _writing = self.writing.lock();
        let mut partial = Vec::new();
        for path in tiles_of(size).filter(|path| !path.is_full()) {
            // Clients fall back to the full tile where there is one already.
            if !self.tiles.path(path.full()).exists() {
                let bytes = self.tile_bytes(path)?.unwrap_or_default();
                partial.push((self.tiles.path(path), bytes.to_vec()));
            }
        }
        let directory = self.tiles.directory();
        let written = self
            .disk
            .create_directory(directory)
            .and_then(|()| self.disk.write_immutable(&partial));
        written.map_err(|error| write_error(error.into()))
    }

    /// Publishes: full tiles, partial tiles of this size, then the checkpoint.
    pub(crate) fn publish_now(&self, checkpoint: SignedCheckpoint) -> Result<(), PublishError> {
        let size = checkpoint.checkpoint().size();
        let head = self.head();
        let root = (size <= head.size()).then(|| root_at(self, size)).transpose()?;
        check_publishable(checkpoint.checkpoint(), &self.origin, &head, root)?;
        let published = self.published.read().clone();
        if published.is_some_and(|held| {
            held.size() > size || held.checkpoint().to_bytes() == checkpoint.to_bytes()
        }) {
            return Ok(());
        }
        self.write_tiles(&|| true).map_err(write_error)?;
        self.write_partials(size)?;
        let path = self.tiles.directory().join("checkpoint");
        let written = self.disk.write_atomic(&path, &[&checkpoint.to_bytes()]);
        written.map_err(|error| write_error(error.into()))?;
        *self.published.write() = Some(Head::new(checkpoint));
        Ok(())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape map_err wants")]
fn write_error(error: JournalError) -> PublishError {
    PublishError::Write { what: error.to_string() }
}
