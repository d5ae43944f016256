//! Tiles and entry bundles, c2sp.org/tlog-tiles@v0.1.0: the tree as immutable files any static server can serve.
//!
//! A tile holds up to 256 hashes of one level; level `L` counts in full tiles, so its hashes are tree nodes of height
//! 8 · `L`. Only the newest tile of a level may be narrower ("partial"); a partial tile is never hashed upwards.

mod bundle;
mod hashes;
mod path;

pub use bundle::{BundleError, MAX_ENTRY_BYTES, decode_entries, encode_entries};
pub use hashes::{
    HashTile, HashTileError, TileReader, TiledTree, TiledTreeError, node_from_tile, tile_of_node,
};
pub use path::{TileKind, TilePath, TilePathError, tiles_added, tiles_of};

/// Hashes or entries in a full tile.
pub const TILE_WIDTH: u16 = 256;

/// Tree levels one tile level spans.
pub const TILE_HEIGHT: u8 = 8;

#[cfg(test)]
mod tests;
