use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heqi_tlog::tile::{HashTile, TILE_HEIGHT, TILE_WIDTH, TileKind, TilePath};
use heqi_tlog::tree::{Hash, node_hash};
use parking_lot::Mutex;

use crate::durable_file::named;
use crate::journal::segment::len64;
use crate::journal::{Damage, JournalError};

/// Expanded tiles kept in memory, 16 KiB each.
const CACHED_TILES: usize = 256;

/// A full hash tile with all nodes above its hashes.
#[derive(Debug)]
pub(crate) struct ExpandedTile {
    /// By height within the tile, 0 to 8: 256 hashes, 128, … , 1.
    layers: Vec<Vec<Hash>>,
}

impl ExpandedTile {
    pub(crate) fn new(hashes: Vec<Hash>) -> Self {
        let mut layers = vec![hashes];
        while let Some(layer) = layers.last().filter(|layer| layer.len() > 1) {
            let pairs = layer.as_chunks::<2>().0;
            layers.push(pairs.iter().map(|[left, right]| node_hash(*left, *right)).collect());
        }
        Self { layers }
    }

    /// The node of this height within the tile.
    pub(crate) fn node(&self, height: u8, at: u64) -> Option<Hash> {
        self.layers.get(usize::from(height))?.get(usize::try_from(at).ok()?).copied()
    }

    pub(crate) fn root(&self) -> Option<Hash> {
        self.node(TILE_HEIGHT, 0)
    }
}

type CachedTile = (TilePath, Arc<ExpandedTile>);

/// The tile files of a log directory, with a small cache of expanded hash tiles.
#[derive(Debug)]
pub(crate) struct TileFiles {
    directory: PathBuf,
    /// Direct-mapped: a tile has one place, and whoever comes last has it.
    cache: Mutex<Vec<Option<CachedTile>>>,
}

impl TileFiles {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self { directory, cache: Mutex::new(vec![None; CACHED_TILES]) }
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn path(&self, tile: TilePath) -> PathBuf {
        self.directory.join(tile.to_string())
    }

    /// The directory that holds the partial versions of a tile.
    pub(crate) fn partials(&self, tile: TilePath) -> PathBuf {
        self.directory.join(format!("{}.p", tile.full()))
    }

    /// The content of a tile file; `None` if there is none.
    pub(crate) fn read(&self, tile: TilePath) -> Result<Option<Vec<u8>>, JournalError> {
        let path = self.path(tile);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(named(error, &path).into()),
        }
    }

    /// The full hash tile, expanded, from memory or file. Its root is not yet compared with anything.
    pub(crate) fn expanded(
        &self,
        level: u8,
        index: u64,
    ) -> Result<(Arc<ExpandedTile>, Cached), JournalError> {
        let path = full_tile(level, index)?;
        let slot = Self::slot(path);
        if let Some(Some((cached, tile))) = self.cache.lock().get(slot)
            && *cached == path
        {
            return Ok((Arc::clone(tile), Cached::Yes));
        }
        let file = self.path(path);
        let bytes =
            self.read(path)?.ok_or_else(|| Damage::new(&file, 0, 0, "a full tile is missing"))?;
        let tile = HashTile::decode(&bytes, TILE_WIDTH)
            .map_err(|error| Damage::new(&file, 0, len64(bytes.len()), error.to_string()))?;
        Ok((Arc::new(ExpandedTile::new(tile.hashes().to_vec())), Cached::No(path)))
    }

    /// Keeps a tile whose root has been compared with its parent's.
    pub(crate) fn keep(&self, path: TilePath, tile: &Arc<ExpandedTile>) {
        if let Some(place) = self.cache.lock().get_mut(Self::slot(path)) {
            *place = Some((path, Arc::clone(tile)));
        }
    }

    fn slot(path: TilePath) -> usize {
        let level = match path.kind() {
            TileKind::Hashes(level) => u64::from(level),
            TileKind::Entries => 0,
        };
        // Levels are kept apart: the few high tiles are in every proof.
        let slot = path.index().wrapping_add(level.wrapping_mul(97)) % len64(CACHED_TILES);
        usize::try_from(slot).unwrap_or(0)
    }
}

/// Whether an expanded tile came from memory, where only compared tiles are.
pub(crate) enum Cached {
    Yes,
    No(TilePath),
}

/// The path of a full hash tile.
pub(crate) fn full_tile(level: u8, index: u64) -> Result<TilePath, JournalError> {
    TilePath::new(TileKind::Hashes(level), index, TILE_WIDTH)
        .map_err(|error| JournalError::Io(std::io::Error::other(error)))
}
