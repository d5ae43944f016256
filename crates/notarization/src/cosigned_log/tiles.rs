//! The path of an entry, from tiles that are fetched one after the other.
//!
//! The proof code reads nodes synchronously and tiles come asynchronously, so the path is tried with the tiles at hand and
//! names the one that is missing: one or two for every eight levels of the tree.

use std::collections::BTreeMap;

use heqi_tlog::proof::{NodeReader as _, ProveError, prove_inclusion};
use heqi_tlog::tile::{HashTile, TilePath, TileReader, TiledTree, TiledTreeError};
use heqi_tlog::tree::Hash;

/// The tiles at hand.
#[derive(Default)]
pub(super) struct Fetched(BTreeMap<TilePath, HashTile>);

/// What the tiles at hand are good for.
pub(super) enum Way {
    /// The leaf hash of the entry and its path.
    Found(Hash, Vec<Hash>),
    /// This tile is needed first.
    Needs(TilePath),
    /// They are no tiles of such a tree.
    Nowhere,
}

/// A tile that is not at hand.
pub(super) struct Missing(TilePath);

impl TileReader for Fetched {
    type Error = Missing;

    fn tile(&self, path: TilePath) -> Result<HashTile, Missing> {
        self.0.get(&path).cloned().ok_or(Missing(path))
    }
}

impl Fetched {
    /// Adds a tile; `false` when the bytes are none of this width.
    pub(super) fn add(&mut self, path: TilePath, bytes: &[u8]) -> bool {
        let Ok(tile) = HashTile::decode(bytes, path.width()) else { return false };
        self.0.insert(path, tile);
        true
    }

    /// How far the tiles at hand lead from the entry up to the root of a tree of `size`.
    pub(super) fn way_up(&self, index: u64, size: u64) -> Way {
        match self.prove(index, size) {
            Ok((leaf, path)) => Way::Found(leaf, path),
            Err(ProveError::Read(TiledTreeError::Read(Missing(path)))) => Way::Needs(path),
            Err(_) => Way::Nowhere,
        }
    }

    fn prove(
        &self,
        index: u64,
        size: u64,
    ) -> Result<(Hash, Vec<Hash>), ProveError<TiledTreeError<Missing>>> {
        let tree = TiledTree::new(self, size);
        let leaf = tree.node(0, index).map_err(ProveError::Read)?;
        Ok((leaf, prove_inclusion(&tree, index, size)?))
    }
}
