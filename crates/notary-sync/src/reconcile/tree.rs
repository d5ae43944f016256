//! A log read through its tiles: its own, or the other side's.

use std::collections::BTreeMap;
use std::future::Future;

use heqi_evidence_store::log::LogReader;
use heqi_notary_protocol::LogClient;
use heqi_tlog::proof::{ProveError, subtree_hash_at};
use heqi_tlog::tile::{
    HashTile, TileKind, TilePath, TileReader, TiledTree, TiledTreeError, decode_entries,
};
use heqi_tlog::tree::{Hash, leaf_hash};

use super::ReconcileError;

/// Where tiles come from.
pub trait TileSource: Sync {
    /// A tile or entry bundle; `None` when it is not there.
    fn tile(
        &self,
        path: TilePath,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, ReconcileError>> + Send;
}

/// Our own log.
pub struct Own<'a>(pub &'a dyn LogReader);

impl TileSource for Own<'_> {
    async fn tile(&self, path: TilePath) -> Result<Option<Vec<u8>>, ReconcileError> {
        Ok(self.0.tile(path).await?.map(|bytes| bytes.to_vec()))
    }
}

impl TileSource for LogClient {
    async fn tile(&self, path: TilePath) -> Result<Option<Vec<u8>>, ReconcileError> {
        Ok(LogClient::tile(self, path).await?)
    }
}

/// A log read through its tiles, each fetched once.
pub(super) struct Tree<'a, S> {
    source: &'a S,
    size: u64,
    tiles: BTreeMap<TilePath, Option<HashTile>>,
}

struct Missing(TilePath);

/// The tiles at hand.
struct AtHand<'a>(&'a BTreeMap<TilePath, Option<HashTile>>);

/// A tile is not at hand yet, or is not there at all.
enum NotAtHand {
    Missing(Missing),
    Absent,
}

impl TileReader for AtHand<'_> {
    type Error = NotAtHand;

    fn tile(&self, path: TilePath) -> Result<HashTile, NotAtHand> {
        match self.0.get(&path) {
            Some(Some(tile)) => Ok(tile.clone()),
            Some(None) => Err(NotAtHand::Absent),
            None => Err(NotAtHand::Missing(Missing(path))),
        }
    }
}

impl<'a, S: TileSource> Tree<'a, S> {
    pub(super) fn new(source: &'a S, size: u64) -> Self {
        Self { source, size, tiles: BTreeMap::new() }
    }

    /// The hash over `[start, end)`; `None` where the tiles that would make it are not there or are
    /// none.
    pub(super) async fn hash(
        &mut self,
        start: u64,
        end: u64,
    ) -> Result<Option<Hash>, ReconcileError> {
        loop {
            let tree = TiledTree::new(AtHand(&self.tiles), self.size);
            let path = match subtree_hash_at(&tree, start, end) {
                Ok(hash) => return Ok(Some(hash)),
                Err(ProveError::Read(TiledTreeError::Read(NotAtHand::Missing(Missing(path))))) => {
                    path
                }
                Err(_) => return Ok(None),
            };
            let tile = self.fetch(path).await?;
            self.tiles.insert(path, tile);
        }
    }

    async fn fetch(&self, path: TilePath) -> Result<Option<HashTile>, ReconcileError> {
        let bytes = self.source.tile(path).await?;
        Ok(bytes.and_then(|bytes| HashTile::decode(&bytes, path.width()).ok()))
    }

    /// The hashes of the leaves of one tile.
    pub(super) async fn leaves(&self, path: TilePath) -> Result<Option<Vec<Hash>>, ReconcileError> {
        Ok(self.fetch(path).await?.map(|tile| tile.hashes().to_vec()))
    }

    /// The hashes of the entries of one bundle, computed from the entries.
    pub(super) async fn entries(
        &self,
        path: TilePath,
    ) -> Result<Option<Vec<Hash>>, ReconcileError> {
        let Ok(bundle) = TilePath::new(TileKind::Entries, path.index(), path.width()) else {
            return Ok(None);
        };
        let Some(bytes) = self.source.tile(bundle).await? else { return Ok(None) };
        let entries = decode_entries(&bytes, path.width()).ok();
        Ok(entries.map(|entries| entries.into_iter().map(leaf_hash).collect()))
    }
}
