use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::tile::{HashTile, TILE_HEIGHT, TILE_WIDTH, TileKind, TilePath, encode_entries};
use heqi_tlog::tree::{CompactRange, Hash, leaf_hash};

use super::frames::{Found, FrameWalk};
use super::state::{CheckedState, HeadToCheck};
use super::{Check, FsckError};
use crate::durable_file::is_temporary;
use crate::journal::Damage;
use crate::journal::ledger::Leaf;
use crate::journal::segment::len64;
use crate::log::tiles::{ExpandedTile, TileFiles};

const WIDTH: u64 = 256;

/// Derives everything from the leaves, 256 at a time.
struct Derivation {
    tiles: TileFiles,
    /// Partial tiles found, by the tile they are part of.
    partials: BTreeMap<(TileKind, u64), Vec<TilePath>>,
    heads: std::iter::Peekable<std::vec::IntoIter<HeadToCheck>>,
    range: CompactRange,
    /// By tile level: the hashes of the tile under way.
    levels: Vec<Vec<Hash>>,
    entries: Vec<bytes::Bytes>,
    /// Leaves whose tiles must be there.
    tiled: u64,
    /// Set when a leaf hash could be had from nowhere: no root behind it can be derived.
    is_broken: bool,
}

impl Check<'_> {
    /// Every leaf, every root, every tile and bundle.
    pub(super) fn check_ledger(
        &mut self,
        state: &CheckedState,
        published: Option<SignedCheckpoint>,
    ) -> Result<(), FsckError> {
        let tiles = TileFiles::new(self.directory.join("log"));
        let partials = self.find_tiles(&tiles, state.point.leaves)?;
        let mut derivation = Derivation {
            heads: self.heads_by_size(state, published).into_iter().peekable(),
            tiles,
            partials,
            range: CompactRange::new(),
            levels: Vec::new(),
            entries: Vec::new(),
            tiled: state.point.tiled,
            is_broken: false,
        };
        self.check_roots(&mut derivation);
        let end = state.point.ledger_end;
        for number in 0..=end.segment {
            let ledger = self.files.ledger.clone();
            let Some(segment) = self.found(ledger.segment(number))? else { continue };
            let length = segment.length()?;
            let until = if number == end.segment { end.offset.into() } else { length };
            if length < until {
                let what = "the segment is cut off";
                self.damage(Damage::new(&segment.path, length, until - length, what));
            } else if length > until {
                let unfinished = length - until;
                self.note(format!(
                    "{}: {unfinished} unfinished bytes will be cut",
                    segment.path.display()
                ));
            }
            let mut frames = FrameWalk::new(segment.clone(), until.min(length));
            loop {
                let next = frames.next();
                match self.found(next)?.flatten() {
                    None => break,
                    Some(Found::Bad { offset, length, what, .. }) => {
                        self.damage(frames.damage(offset, length, what));
                    }
                    Some(Found::Frame(frame)) => {
                        let expected = derivation.next_index();
                        let leaf = Leaf::decode(&frame);
                        let leaf = leaf
                            .filter(|leaf| (expected..state.point.leaves).contains(&leaf.index));
                        if let Some(leaf) = leaf {
                            self.take_leaf(&mut derivation, &leaf)?;
                        } else {
                            let length = frame.end() - frame.offset;
                            let what = format!("not the frame of leaf {expected}");
                            self.damage(frames.damage(frame.offset, length, &what));
                        }
                    }
                }
            }
        }
        let strangers = self.files.ledger.numbers()?;
        for number in strangers.into_iter().filter(|number| *number > end.segment) {
            let path = self.files.ledger.path(number);
            self.note(format!("{}: an unfinished segment will be removed", path.display()));
        }
        self.skip_to(&mut derivation, state.point.leaves)?;
        self.finish_tiles(&mut derivation)
    }

    /// The roots to be derived again, by size; the published one among them.
    fn heads_by_size(
        &mut self,
        state: &CheckedState,
        published: Option<SignedCheckpoint>,
    ) -> Vec<HeadToCheck> {
        let mut heads: Vec<_> = state
            .heads
            .iter()
            .map(|head| HeadToCheck { file: head.file.clone(), ..*head })
            .collect();
        if let Some(published) = published {
            let (file, checkpoint) =
                (self.directory.join("log/checkpoint"), published.checkpoint());
            let length = len64(published.to_bytes().len());
            if checkpoint.size() > state.point.leaves {
                let what = "more leaves were published than the journals hold";
                self.damage(Damage::new(&file, 0, length, what));
            }
            let (size, root) = (checkpoint.size(), checkpoint.root());
            heads.push(HeadToCheck { size, root, file, offset: 0, length });
        }
        heads.sort_by_key(|head| head.size);
        heads
    }

    /// Takes the next leaf whose frame is good; leaves before it whose frames are damaged come from their tile.
    fn take_leaf(&mut self, derivation: &mut Derivation, leaf: &Leaf) -> Result<(), FsckError> {
        self.skip_to(derivation, leaf.index)?;
        self.report.leaves += 1;
        derivation.entries.push(leaf.entry.clone());
        self.append(derivation, leaf_hash(&leaf.entry))
    }

    fn skip_to(&mut self, derivation: &mut Derivation, index: u64) -> Result<(), FsckError> {
        while derivation.next_index() < index {
            let missing = derivation.next_index();
            derivation.is_broken |= derivation.known_leaf(missing).is_none();
            let hash = derivation.known_leaf(missing).unwrap_or_else(heqi_tlog::tree::empty_root);
            self.append(derivation, hash)?;
        }
        Ok(())
    }

    fn append(&mut self, derivation: &mut Derivation, hash: Hash) -> Result<(), FsckError> {
        derivation.range.append(hash);
        let (mut level, mut hash) = (0u8, hash);
        loop {
            let at = usize::from(level);
            if derivation.levels.len() <= at {
                derivation.levels.push(Vec::new());
            }
            let Some(hashes) = derivation.levels.get_mut(at) else { break };
            hashes.push(hash);
            if hashes.len() < usize::from(TILE_WIDTH) {
                break;
            }
            let full = std::mem::take(hashes);
            let index = (derivation.range.size() >> (u32::from(level) * 8 + 8)) - 1;
            if level == 0 {
                let entries = std::mem::take(&mut derivation.entries);
                // With a damaged frame among them the bundle cannot be derived; its frame is reported already.
                if entries.len() == usize::from(TILE_WIDTH) {
                    let bundle = encode_entries(&entries).unwrap_or_default();
                    self.check_tile(derivation, TileKind::Entries, index, &bundle)?;
                }
            }
            if !derivation.is_broken {
                let bytes: Vec<u8> = full.iter().flat_map(Hash::as_bytes).copied().collect();
                self.check_tile(derivation, TileKind::Hashes(level), index, &bytes)?;
            }
            let Some(root) = ExpandedTile::new(full).root() else { break };
            (level, hash) = (level + 1, root);
        }
        self.check_roots(derivation);
        Ok(())
    }

    fn check_roots(&mut self, derivation: &mut Derivation) {
        let size = derivation.range.size();
        while let Some(head) = derivation.heads.next_if(|head| head.size <= size) {
            self.report.heads += 1;
            if !derivation.is_broken && head.size == size && head.root != derivation.range.root() {
                let what = format!("the root at size {size} is not that of the leaves");
                self.damage(Damage::new(&head.file, head.offset, head.length, what));
            }
        }
    }

    /// Compares the full tile, which must be there if it was counted as written, and every partial one.
    fn check_tile(
        &mut self,
        derivation: &mut Derivation,
        kind: TileKind,
        index: u64,
        bytes: &[u8],
    ) -> Result<(), FsckError> {
        let Ok(path) = TilePath::new(kind, index, TILE_WIDTH) else { return Ok(()) };
        let level = if let TileKind::Hashes(level) = kind { level } else { 0 };
        let end = (index + 1) << (u32::from(level) * u32::from(TILE_HEIGHT) + 8);
        let read = derivation.tiles.read(path);
        match self.found(read)?.flatten() {
            Some(found) => self.compare(&derivation.tiles.path(path), &found, bytes),
            None if end <= derivation.tiled => {
                let what = "a full tile is missing";
                self.damage(Damage::new(&derivation.tiles.path(path), 0, 0, what));
            }
            None => {}
        }
        self.check_partials(derivation, kind, index, bytes)
    }

    fn check_partials(
        &mut self,
        derivation: &mut Derivation,
        kind: TileKind,
        index: u64,
        bytes: &[u8],
    ) -> Result<(), FsckError> {
        for path in derivation.partials.remove(&(kind, index)).unwrap_or_default() {
            let prefix = match kind {
                TileKind::Hashes(_) => bytes.get(..usize::from(path.width()) * Hash::LEN),
                TileKind::Entries => bundle_prefix(bytes, path.width()),
            };
            let read = derivation.tiles.read(path);
            let file = derivation.tiles.path(path);
            match (self.found(read)?.flatten(), prefix) {
                (Some(found), Some(prefix)) => self.compare(&file, &found, prefix),
                _ => self.damage(Damage::new(&file, 0, 0, "a partial tile beyond the leaves")),
            }
        }
        Ok(())
    }

    /// The right edge: partial tiles of the newest, incomplete tiles.
    fn finish_tiles(&mut self, derivation: &mut Derivation) -> Result<(), FsckError> {
        let size = derivation.range.size();
        let levels = std::mem::take(&mut derivation.levels);
        if len64(derivation.entries.len()) == size % WIDTH {
            let bundle = encode_entries(&derivation.entries).unwrap_or_default();
            self.check_partials(derivation, TileKind::Entries, size / WIDTH, &bundle)?;
        }
        if !derivation.is_broken {
            for (level, hashes) in (0u8..).zip(levels) {
                let index = size.checked_shr(u32::from(level) * 8 + 8).unwrap_or(0);
                let bytes: Vec<u8> = hashes.iter().flat_map(Hash::as_bytes).copied().collect();
                self.check_partials(derivation, TileKind::Hashes(level), index, &bytes)?;
            }
        }
        if !derivation.is_broken {
            for path in std::mem::take(&mut derivation.partials).into_values().flatten() {
                let file = derivation.tiles.path(path);
                self.damage(Damage::new(&file, 0, 0, "a partial tile that could not be derived"));
            }
        }
        Ok(())
    }

    fn compare(&mut self, file: &Path, found: &[u8], derived: &[u8]) {
        self.report.tiles += 1;
        if found == derived {
            return;
        }
        let shorter = found.len().min(derived.len());
        let mut differing = (0..shorter).filter(|at| found.get(*at) != derived.get(*at));
        let first = differing.next().unwrap_or(shorter);
        let last = differing.next_back().unwrap_or(first);
        let is_cut = found.len() != derived.len();
        let end = if is_cut { found.len().max(derived.len()) } else { last + 1 };
        let what = "the file is not what the ledger says";
        self.damage(Damage::new(file, len64(first), len64(end - first), what));
    }

    /// Walks the tile directory: what is not the path of a tile under the head has no place there.
    fn find_tiles(
        &mut self,
        tiles: &TileFiles,
        leaves: u64,
    ) -> Result<BTreeMap<(TileKind, u64), Vec<TilePath>>, FsckError> {
        let mut partials: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut directories: Vec<PathBuf> = vec![tiles.directory().to_owned()];
        while let Some(directory) = directories.pop() {
            if !directory.exists() {
                continue;
            }
            for entry in fs::read_dir(&directory)? {
                let path = entry?.path();
                if path.is_dir() {
                    directories.push(path);
                    continue;
                }
                let name = path.strip_prefix(tiles.directory()).ok().and_then(Path::to_str);
                if name == Some("checkpoint") || is_temporary(&path) {
                    continue;
                }
                match name.and_then(|name| name.parse::<TilePath>().ok()) {
                    Some(tile) if end_of(tile).is_some_and(|end| end <= leaves) => {
                        if !tile.is_full() {
                            partials.entry((tile.kind(), tile.index())).or_default().push(tile);
                        }
                    }
                    _ => self.damage(Damage::new(&path, 0, 0, "not a tile of this log")),
                }
            }
        }
        Ok(partials)
    }
}

impl Derivation {
    fn next_index(&self) -> u64 {
        self.range.size()
    }

    /// A leaf hash from its tile file.
    fn known_leaf(&self, index: u64) -> Option<Hash> {
        let path = TilePath::new(TileKind::Hashes(0), index / WIDTH, TILE_WIDTH).ok()?;
        let tile = HashTile::decode(&self.tiles.read(path).ok()??, TILE_WIDTH).ok()?;
        tile.hashes().get(usize::try_from(index % WIDTH).ok()?).copied()
    }
}

/// One past the last leaf a tile speaks of.
fn end_of(tile: TilePath) -> Option<u64> {
    let level = if let TileKind::Hashes(level) = tile.kind() { level } else { 0 };
    let hashes = tile.index().checked_mul(WIDTH)?.checked_add(tile.width().into())?;
    let shift = u32::from(level) * u32::from(TILE_HEIGHT);
    let end = hashes.checked_shl(shift)?;
    (end >> shift == hashes).then_some(end)
}

/// The first `width` entries of a bundle, as bytes.
fn bundle_prefix(bundle: &[u8], width: u16) -> Option<&[u8]> {
    let mut end = 0usize;
    for _ in 0..width {
        let (length, _) = bundle.get(end..)?.split_first_chunk::<2>()?;
        end = end.checked_add(2 + usize::from(u16::from_be_bytes(*length)))?;
    }
    bundle.get(..end)
}
