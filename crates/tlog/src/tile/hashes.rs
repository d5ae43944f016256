use crate::{
    proof::NodeReader,
    tile::{TILE_HEIGHT, TILE_WIDTH, TileKind, TilePath},
    tree::{Hash, node_hash},
};

/// The content of a hash tile: 1 to 256 hashes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HashTile(Vec<Hash>);

impl HashTile {
    /// Wraps the hashes of one tile.
    pub fn new(hashes: Vec<Hash>) -> Result<Self, HashTileError> {
        if (1..=usize::from(TILE_WIDTH)).contains(&hashes.len()) {
            Ok(Self(hashes))
        } else {
            Err(HashTileError::WrongWidth { hashes: hashes.len() })
        }
    }

    /// Reads a tile of exactly `width` hashes.
    pub fn decode(bytes: &[u8], width: u16) -> Result<Self, HashTileError> {
        let (hashes, rest) = bytes.as_chunks::<{ Hash::LEN }>();
        if !rest.is_empty() || hashes.len() != usize::from(width) {
            return Err(HashTileError::WrongLength { width, size_bytes: bytes.len() });
        }
        Self::new(hashes.iter().copied().map(Hash::from_bytes).collect())
    }

    /// The hashes one after the other.
    pub fn encode(&self) -> Vec<u8> {
        self.0.iter().flat_map(Hash::as_bytes).copied().collect()
    }

    /// The hashes, from the left.
    pub fn hashes(&self) -> &[Hash] {
        &self.0
    }
}

/// Why bytes are not the hash tile they were taken for, or do not answer the question asked of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HashTileError {
    /// A tile holds 1 to 256 hashes.
    #[error("a tile cannot hold {hashes} hashes")]
    WrongWidth {
        /// Hashes given.
        hashes: usize,
    },
    /// The byte length is not 32 times the width.
    #[error("a tile of width {width} cannot be {size_bytes} bytes long")]
    WrongLength {
        /// Hashes the path announces.
        width: u16,
        /// Bytes found.
        size_bytes: usize,
    },
    /// The node asked for does not lie in the tile, or not completely.
    #[error("node {index} of level {level} is not covered by the tile")]
    NotCovered {
        /// Level of the node.
        level: u8,
        /// Index of the node.
        index: u64,
    },
}

/// The tile level, tile index and the span of hashes in it over which a tree node is computed. The node of height
/// 8 · `L` + 8 is read as the first hash of a tile of level `L` + 1.
pub fn tile_of_node(level: u8, index: u64) -> Option<(u8, u64, std::ops::Range<u16>)> {
    let (tile_level, inner) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
    let span = 1u16 << inner;
    let first = index.checked_mul(span.into())?;
    let offset = u16::try_from(first % u64::from(TILE_WIDTH)).ok()?;
    Some((tile_level, first / u64::from(TILE_WIDTH), offset..offset + span))
}

/// Computes the tree node (`level`, `index`) from the tile that stands at `path`.
pub fn node_from_tile(
    path: TilePath,
    tile: &HashTile,
    level: u8,
    index: u64,
) -> Result<Hash, HashTileError> {
    let not_covered = HashTileError::NotCovered { level, index };
    let (tile_level, tile_index, span) = tile_of_node(level, index).ok_or(not_covered)?;
    if path.kind() != TileKind::Hashes(tile_level)
        || path.index() != tile_index
        || tile.0.len() != usize::from(path.width())
    {
        return Err(not_covered);
    }
    let mut layer =
        tile.0.get(usize::from(span.start)..usize::from(span.end)).ok_or(not_covered)?.to_vec();
    while layer.len() > 1 {
        // The span is a power of two wide, so every layer pairs up evenly.
        layer =
            layer.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(*left, *right)).collect();
    }
    layer.first().copied().ok_or(not_covered)
}

/// Hands out hash tiles, from files, from a cache, from the network.
pub trait TileReader {
    /// Why a tile could not be read.
    type Error;

    /// The hash tile at `path`. For a partial tile that is gone, answer with the first `path.width()` hashes of the full
    /// one.
    fn tile(&self, path: TilePath) -> Result<HashTile, Self::Error>;
}

impl<R: TileReader + ?Sized> TileReader for &R {
    type Error = R::Error;

    fn tile(&self, path: TilePath) -> Result<HashTile, Self::Error> {
        (**self).tile(path)
    }
}

/// The nodes of the tree of one size, read through its tiles. It asks for a tile once per node: put a cache below it.
#[derive(Clone, Copy, Debug)]
pub struct TiledTree<R> {
    reader: R,
    size: u64,
}

impl<R: TileReader> TiledTree<R> {
    /// The tree of `size` leaves behind `reader`.
    pub const fn new(reader: R, size: u64) -> Self {
        Self { reader, size }
    }
}

impl<R: TileReader> NodeReader for TiledTree<R> {
    type Error = TiledTreeError<R::Error>;

    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error> {
        let outside = TiledTreeError::Tile(HashTileError::NotCovered { level, index });
        let Some((tile_level, tile_index, _)) = tile_of_node(level, index) else {
            return Err(outside);
        };
        let Some(hashes) = tile_level
            .checked_mul(TILE_HEIGHT)
            .and_then(|height| self.size.checked_shr(height.into()))
        else {
            return Err(outside);
        };
        let width = hashes
            .saturating_sub(tile_index.saturating_mul(TILE_WIDTH.into()))
            .min(TILE_WIDTH.into());
        let Some(path) = u16::try_from(width)
            .ok()
            .and_then(|width| TilePath::new(TileKind::Hashes(tile_level), tile_index, width).ok())
        else {
            return Err(outside);
        };
        let tile = self.reader.tile(path).map_err(TiledTreeError::Read)?;
        node_from_tile(path, &tile, level, index).map_err(TiledTreeError::Tile)
    }
}

/// Why a node could not be computed from tiles.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TiledTreeError<E> {
    /// The reader failed.
    #[error("a tile could not be read")]
    Read(#[source] E),
    /// The node is outside the tree, or the tile is not what its path announces.
    #[error(transparent)]
    Tile(HashTileError),
}
