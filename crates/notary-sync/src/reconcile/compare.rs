//! Two logs of one size: their roots, new leaves, a drawn sample, and where they differ first.

use std::collections::{BTreeMap, BTreeSet};

use heqi_tlog::tile::{TILE_WIDTH, TileKind, TilePath};
use heqi_tlog::tree::Hash;
use heqi_vocabulary::Entropy;

use super::ReconcileError;
use super::tree::{TileSource, Tree};

/// Older tiles that are looked at each time, drawn anew.
const SAMPLED: u64 = 64;
/// Tiles of one level above the leaves that are looked at at once: those of 268 million leaves. Of
/// more so many are drawn.
const ABOVE: u64 = 4096;
/// Leaves below one hash of a level-1 tile, as a power of two.
const TILE_HEIGHT: u32 = 8;

/// What comparing two trees of one size found.
pub(super) struct Compared {
    /// The first leaf that differs, or whose proof their tiles do not make.
    pub(super) first_leaf: Option<u64>,
    pub(super) leaves: u64,
    /// Every leaf below this one was compared, now or before.
    pub(super) up_to: u64,
    pub(super) ours: Hash,
    /// As their tiles make it; none where they make none.
    pub(super) theirs: Option<Hash>,
}

/// What is looked at beside what is new: tiles of leaves, and tiles above them by their level.
#[derive(Default)]
pub(super) struct Sample {
    pub(super) leaves: BTreeSet<u64>,
    pub(super) above: BTreeMap<u8, BTreeSet<u64>>,
}

impl Sample {
    /// Drawn for a log of `size` leaves of which those below `since` were compared before.
    pub(super) fn drawn(size: u64, since: u64, entropy: &dyn Entropy) -> Self {
        let leaves = drawn(since.min(size) / u64::from(TILE_WIDTH), SAMPLED, entropy);
        let above = levels_above(size).map(|(level, hashes)| {
            let full = hashes / u64::from(TILE_WIDTH);
            (level, drawn(full, ABOVE, entropy))
        });
        Self { leaves, above: above.collect() }
    }
}

/// The levels of tiles above that of the leaves, with how many hashes each has.
pub(super) fn levels_above(size: u64) -> impl Iterator<Item = (u8, u64)> {
    let hashes = move |level: u8| {
        size.checked_shr(TILE_HEIGHT * u32::from(level)).filter(|count| *count > 0)
    };
    (1_u8..).map_while(move |level| Some((level, hashes(level)?)))
}

/// Compares two logs of the same size: the roots, every leaf from `since` on that stands in the first `at_most` tiles,
/// the tiles of `sample`, and the newest tile of every level.
pub(super) async fn compare<A: TileSource, B: TileSource>(
    (ours, theirs): (&A, &B),
    size: u64,
    (since, at_most): (u64, u64),
    sample: &Sample,
) -> Result<Compared, ReconcileError> {
    let (mut ours, mut theirs) = (Tree::new(ours, size), Tree::new(theirs, size));
    let root = ours.hash(0, size).await?.ok_or(ReconcileError::OwnTiles)?;
    let their_root = theirs.hash(0, size).await?;
    let mut first_leaf = if their_root == Some(root) {
        None
    } else {
        first_difference(&mut ours, &mut theirs, size).await?
    };
    let mut leaves = 0;
    let width = u64::from(TILE_WIDTH);
    // A log that is shorter than what matched before is another one, a successor or a mirror that was set back: nothing
    // of it was compared.
    let begin = if since > size { 0 } else { since / width };
    let end = size.div_ceil(width).min(begin.saturating_add(at_most));
    for index in sample.leaves.iter().copied().filter(|index| *index < begin).chain(begin..end) {
        let filled = (size - index * width).min(width);
        let Some(path) = hash_tile(0, index, filled) else { continue };
        let own = ours.leaves(path).await?.ok_or(ReconcileError::OwnTiles)?;
        for other in [theirs.leaves(path).await?, theirs.entries(path).await?] {
            let differs = differing(&own, other.as_deref()).map(|place| index * width + place);
            first_leaf = earlier(first_leaf, differs);
        }
        leaves += filled;
    }
    first_leaf = earlier(first_leaf, above(&ours, &theirs, size, sample).await?);
    let up_to = (end * width).min(size);
    Ok(Compared { first_leaf, leaves, up_to, ours: root, theirs: their_root })
}

fn earlier(known: Option<u64>, found: Option<u64>) -> Option<u64> {
    match (known, found) {
        (Some(known), Some(found)) => Some(known.min(found)),
        (known, found) => known.or(found),
    }
}

/// The first leaf below a hash in which tiles above the leaves differ. Where the leaves are the same
/// it is the first whose proof their tiles do not make.
async fn above<A: TileSource, B: TileSource>(
    ours: &Tree<'_, A>,
    theirs: &Tree<'_, B>,
    size: u64,
    sample: &Sample,
) -> Result<Option<u64>, ReconcileError> {
    let tile_width = u64::from(TILE_WIDTH);
    let mut first: Option<u64> = None;
    for (level, hashes) in levels_above(size) {
        let full = hashes / tile_width;
        let newest = (hashes % tile_width > 0).then_some(full);
        let drawn = sample.above.get(&level).into_iter().flatten().copied();
        for index in drawn.filter(|index| *index < full).chain(newest) {
            let width = (hashes - index * tile_width).min(tile_width);
            let Some(path) = hash_tile(level, index, width) else { continue };
            let own = ours.leaves(path).await?.ok_or(ReconcileError::OwnTiles)?;
            let place = differing(&own, theirs.leaves(path).await?.as_deref());
            let Some(place) = place else { continue };
            let place = (level, index * tile_width + place);
            first = earlier(first, Some(lowest(ours, theirs, size, place).await?));
        }
    }
    Ok(first)
}

/// From a hash above the leaves that differs down to what differs below it: the leaf, or the first
/// one below a hash that fits nothing below itself.
async fn lowest<A: TileSource, B: TileSource>(
    ours: &Tree<'_, A>,
    theirs: &Tree<'_, B>,
    size: u64,
    (mut level, mut place): (u8, u64),
) -> Result<u64, ReconcileError> {
    let tile_width = u64::from(TILE_WIDTH);
    while level > 0 {
        let hashes = size >> (TILE_HEIGHT * u32::from(level - 1));
        let width = hashes.saturating_sub(place * tile_width).min(tile_width);
        let Some(path) = hash_tile(level - 1, place, width) else { break };
        let own = ours.leaves(path).await?.ok_or(ReconcileError::OwnTiles)?;
        let Some(below) = differing(&own, theirs.leaves(path).await?.as_deref()) else { break };
        place = place * tile_width + below;
        level -= 1;
    }
    Ok(place << (TILE_HEIGHT * u32::from(level)))
}

pub(super) fn hash_tile(level: u8, index: u64, width: u64) -> Option<TilePath> {
    TilePath::new(TileKind::Hashes(level), index, u16::try_from(width).ok()?).ok()
}

/// The first place in which two lists differ; a list that is not there differs at once.
fn differing(ours: &[Hash], theirs: Option<&[Hash]>) -> Option<u64> {
    let Some(theirs) = theirs else { return Some(0) };
    let place = ours.iter().zip(theirs).position(|(ours, theirs)| ours != theirs);
    let place = place.or((ours.len() != theirs.len()).then_some(ours.len().min(theirs.len())));
    place.and_then(|place| u64::try_from(place).ok())
}

/// Walks down from the root, into the first half that differs.
async fn first_difference<A: TileSource, B: TileSource>(
    ours: &mut Tree<'_, A>,
    theirs: &mut Tree<'_, B>,
    size: u64,
) -> Result<Option<u64>, ReconcileError> {
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        // The largest power of two below the length (RFC 6962 section 2.1).
        let fork = start + (1 << (u64::BITS - 1 - (end - start - 1).leading_zeros()));
        let left = ours.hash(start, fork).await?.ok_or(ReconcileError::OwnTiles)?;
        if theirs.hash(start, fork).await? == Some(left) {
            start = fork;
        } else {
            end = fork;
        }
    }
    let ours = ours.hash(start, end).await?.ok_or(ReconcileError::OwnTiles)?;
    // Nothing below differs where only the tiles above do not fit those below them.
    Ok((theirs.hash(start, end).await? != Some(ours)).then_some(start))
}

/// So many of these tiles, drawn; all of them where they are no more.
fn drawn(tiles: u64, at_most: u64, entropy: &dyn Entropy) -> BTreeSet<u64> {
    if tiles <= at_most {
        return (0..tiles).collect();
    }
    (0..at_most).map(|_| u64::from_be_bytes(entropy.bytes()) % tiles).collect()
}
