//! The copy itself: entry bundles and hash tiles (c2sp.org/tlog-tiles) as rows of raw bytes.
//!
//! `mirror-entries/{sha256(origin)}/{bundle}` holds an entry bundle,
//! `mirror-hashes/{sha256(origin)}/{level}/{tile}` a hash tile. The last ones are partial and
//! written again, longer, with each upload; a shorter partial tile is the beginning of a
//! longer one and is cut from it when it is asked for.

use std::collections::BTreeMap;

use heqi_evidence_store::backend::{Backend, ReadError};
use heqi_evidence_store::changeset::{Changeset, InvalidChangeset, MAX_ROW_VALUE_BYTES, RowKey};
use heqi_tlog::mirror::PackageRange;
use heqi_tlog::tile::{TILE_WIDTH, TileKind, TilePath};
use heqi_tlog::tree::{CompactRange, Hash};

use super::MirrorError;

/// Entries in a bundle, hashes in a tile.
const WIDTH: u64 = TILE_WIDTH as u64;

/// Adds entries behind those held, with the hash tiles over them.
pub(super) struct Writer<'a> {
    backend: &'a dyn Backend,
    origin: &'a str,
    touched: BTreeMap<(TileKind, u64), Vec<u8>>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(backend: &'a dyn Backend, origin: &'a str) -> Self {
        Self { backend, origin, touched: BTreeMap::new() }
    }

    /// Adds the entry of this index, which must be the next.
    pub(super) async fn append(
        &mut self,
        index: u64,
        entry: &[u8],
        leaf: Hash,
    ) -> Result<(), MirrorError> {
        let length = u16::try_from(entry.len()).map_err(|_| MirrorError::EntriesTooLong)?;
        let bundle = self.open(TileKind::Entries, index / WIDTH).await?;
        bundle.extend_from_slice(&length.to_be_bytes());
        bundle.extend_from_slice(entry);
        if bundle.len() > MAX_ROW_VALUE_BYTES {
            return Err(MirrorError::EntriesTooLong);
        }
        // A tile that is full is one hash of the tile above it.
        let (mut level, mut place, mut hash) = (0u8, index, leaf);
        loop {
            let tile = self.open(TileKind::Hashes(level), place / WIDTH).await?;
            tile.extend_from_slice(hash.as_bytes());
            if place % WIDTH != WIDTH - 1 {
                return Ok(());
            }
            hash = root_of(tile);
            place /= WIDTH;
            level += 1;
        }
    }

    /// The rows to write; `None` when nothing was added.
    pub(super) fn finish(self) -> Result<Option<Changeset>, MirrorError> {
        if self.touched.is_empty() {
            return Ok(None);
        }
        let mut changes = Changeset::new();
        for ((kind, index), bytes) in self.touched {
            changes.put(row_key(self.origin, kind, index)?, bytes);
        }
        Ok(Some(changes))
    }

    async fn open(&mut self, kind: TileKind, index: u64) -> Result<&mut Vec<u8>, MirrorError> {
        if !self.touched.contains_key(&(kind, index)) {
            let key = row_key(self.origin, kind, index)?;
            let stored = self.backend.row(&key).await?;
            let bytes = stored.map_or_else(Vec::new, |row| row.value.to_vec());
            self.touched.insert((kind, index), bytes);
        }
        Ok(self.touched.entry((kind, index)).or_default())
    }
}

/// The bytes at a path; `None` when that much is not held.
pub(super) async fn serve(
    backend: &dyn Backend,
    origin: &str,
    path: TilePath,
) -> Result<Option<Vec<u8>>, ReadError> {
    let Ok(key) = row_key(origin, path.kind(), path.index()) else { return Ok(None) };
    let Some(row) = backend.durable_row(&key).await? else { return Ok(None) };
    let wanted = match path.kind() {
        TileKind::Hashes(_) => Some(usize::from(path.width()) * Hash::LEN),
        TileKind::Entries => length_of(&row.value, path.width()),
    };
    Ok(wanted.and_then(|length| row.value.get(..length)).map(<[u8]>::to_vec))
}

/// The leaf hashes held of the bundle that a package continues.
pub(super) async fn leaf_hashes(
    backend: &dyn Backend,
    origin: &str,
    range: PackageRange,
) -> Result<Vec<Hash>, MirrorError> {
    if range.subtree_start == range.start {
        return Ok(Vec::new());
    }
    let key = row_key(origin, TileKind::Hashes(0), range.subtree_start / WIDTH)?;
    let row = backend.row(&key).await?.ok_or(MirrorError::Damaged)?;
    let count = usize::try_from(range.start - range.subtree_start).unwrap_or(usize::MAX);
    let (hashes, _) = row.value.as_chunks::<{ Hash::LEN }>();
    let held = hashes.get(..count).ok_or(MirrorError::Damaged)?;
    Ok(held.iter().copied().map(Hash::from_bytes).collect())
}

/// How many bytes the first `count` entries of a bundle take; `None` if it has fewer.
fn length_of(bundle: &[u8], count: u16) -> Option<usize> {
    let mut at = 0usize;
    for _ in 0..count {
        let length = bundle.get(at..)?.first_chunk::<2>()?;
        at = at.checked_add(2 + usize::from(u16::from_be_bytes(*length)))?;
    }
    (at <= bundle.len()).then_some(at)
}

/// The hash over a full tile.
fn root_of(tile: &[u8]) -> Hash {
    let mut range = CompactRange::new();
    let (hashes, _) = tile.as_chunks::<{ Hash::LEN }>();
    for hash in hashes {
        range.append(Hash::from_bytes(*hash));
    }
    range.root()
}

fn row_key(origin: &str, kind: TileKind, index: u64) -> Result<RowKey, InvalidChangeset> {
    match kind {
        TileKind::Entries => RowKey::new(format!("mirror-entries/{origin}/{index:020}")),
        TileKind::Hashes(level) => {
            RowKey::new(format!("mirror-hashes/{origin}/{level:02}/{index:020}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_bundle_ends_between_two_entries() {
        let bundle = [0, 1, b'a', 0, 0, 0, 2, b'b', b'c'];
        let lengths: Vec<_> = (0..=4).map(|count| length_of(&bundle, count)).collect();
        assert_eq!(lengths, [Some(0), Some(3), Some(5), Some(9), None]);
        assert_eq!(length_of(&bundle[..8], 3), None);
    }
}
