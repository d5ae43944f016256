//! Comparing both halves of the tally, leaf by leaf where it matters.
//!
//! **Our log as the notary mirrors it**: the root it states, the root that its tiles make, every
//! leaf that is new since the last time (hashes and the entries themselves), and a drawn sample of
//! older tiles, all against our own log. Where something differs the tree is walked down from the
//! root, always into the first half that differs, to the first leaf that does. Tiles above the leaves
//! are few and are compared whole each time: the root is made of the topmost alone, and a proof of an
//! old leaf needs those between.
//!
//! **The notary's own log**: the root that its tiles make at the size our witness cosigned last,
//! against the root that was cosigned. Of that log we hold no leaves, so a difference has no leaf.
//!
//! A custodian looks the other way round. **The platform's log**: the custodian's mirror of it against the tiles that the
//! platform shows, leaf by leaf as above. **Its own log**: its own tiles against the head that the platform's witness
//! cosigned last.
//!
//! Nothing that the other side says is believed for being said: tiles are read and hashed.

mod tree;

use std::collections::{BTreeMap, BTreeSet};

use heqi_evidence_store::backend::{Backend, ReadError};
use heqi_evidence_store::monitoring::MonitoringError;
use heqi_evidence_store::monitoring::reconciliation::{Outcome, Reconciled, Side};
use heqi_evidence_store::witness::accepted;
use heqi_notary_protocol::{CallError, LogClient};
use heqi_tlog::checkpoint::{Origin, SignedCheckpoint};
use heqi_tlog::tile::{TILE_WIDTH, TileKind, TilePath};
use heqi_tlog::tree::Hash;
use heqi_vocabulary::{Entropy, UtcMillis};

use self::tree::Tree;
pub use self::tree::{Own, TileSource};

/// Older tiles that are looked at each time, drawn anew.
const SAMPLED: u64 = 64;
/// New tiles that are looked at at once; the next time goes on where this one stopped.
const NEW_TILES: u64 = 4096;
/// Tiles of one level above the leaves that are looked at at once: those of 268 million leaves. Of
/// more so many are drawn.
const ABOVE: u64 = 4096;
/// Leaves below one hash of a level-1 tile, as a power of two.
const TILE_HEIGHT: u32 = 8;

/// Why nothing was compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReconcileError {
    /// The other side.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Our own store.
    #[error(transparent)]
    Store(#[from] MonitoringError),
    /// Our own log.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What our witness keeps.
    #[error("what the own witness keeps cannot be read: {0}")]
    Witness(String),
    /// Our own mirror.
    #[error("the own mirror cannot be read: {0}")]
    Mirror(String),
    /// Our own tiles, of our log or of our mirror of another, do not make its tree: some are missing, or are none.
    #[error(
        "tiles of the own log or mirror are missing or damaged: run `heqi store fsck`, then `heqi store rebuild`"
    )]
    OwnTiles,
}

impl ReconcileError {
    /// The stable word of [`Outcome::NotCompared`]: whose fault it is that nothing was compared.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Call(_) => "unreachable",
            Self::OwnTiles => "own_incomplete",
            Self::Store(_) | Self::Read(_) | Self::Witness(_) | Self::Mirror(_) => "own_unreadable",
        }
    }
}

/// What comparing two trees of one size found.
struct Compared {
    /// The first leaf that differs, or whose proof their tiles do not make.
    first_leaf: Option<u64>,
    leaves: u64,
    /// Every leaf below this one was compared, now or before.
    up_to: u64,
    ours: Hash,
    /// As their tiles make it; none where they make none.
    theirs: Option<Hash>,
}

/// What is looked at beside what is new: tiles of leaves, and tiles above them by their level.
#[derive(Default)]
struct Sample {
    leaves: BTreeSet<u64>,
    above: BTreeMap<u8, BTreeSet<u64>>,
}

impl Sample {
    /// Drawn for a log of `size` leaves of which those below `since` were compared before.
    fn drawn(size: u64, since: u64, entropy: &dyn Entropy) -> Self {
        let leaves = drawn(since.min(size) / u64::from(TILE_WIDTH), SAMPLED, entropy);
        let above = levels_above(size).map(|(level, hashes)| {
            let full = hashes / u64::from(TILE_WIDTH);
            (level, drawn(full, ABOVE, entropy))
        });
        Self { leaves, above: above.collect() }
    }
}

/// The levels of tiles above that of the leaves, with how many hashes each has.
fn levels_above(size: u64) -> impl Iterator<Item = (u8, u64)> {
    let hashes = move |level: u8| {
        size.checked_shr(TILE_HEIGHT * u32::from(level)).filter(|count| *count > 0)
    };
    (1_u8..).map_while(move |level| Some((level, hashes(level)?)))
}

/// Compares two logs of the same size: the roots, every leaf from `since` on that stands in the first `at_most` tiles,
/// the tiles of `sample`, and the newest tile of every level.
async fn compare<A: TileSource, B: TileSource>(
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

fn hash_tile(level: u8, index: u64, width: u64) -> Option<TilePath> {
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

/// Compares our log with the notary's mirror of it. Of more new leaves than are looked at at once the rest is left to
/// the next time, which is to be asked `since` the [`Reconciled::compared_to`] of this one.
///
/// # Errors
/// See [`ReconcileError`].
pub async fn reconcile_mirror(
    backend: &dyn Backend,
    copy: &LogClient,
    (since, at): (u64, UtcMillis),
    entropy: &dyn Entropy,
) -> Result<Reconciled, ReconcileError> {
    let Some(stated) = copy.checkpoint().await? else {
        return Ok(not_compared(Side::OursMirrored, at, "nothing_yet"));
    };
    let stated = stated.checkpoint();
    let log = backend.log();
    let own = log.head().size();
    let size = stated.size().min(own);
    if size == 0 {
        return Ok(not_compared(Side::OursMirrored, at, "nothing_yet"));
    }
    let sample = Sample::drawn(size, since, entropy);
    let compared = compare((&Own(log), copy), size, (since, NEW_TILES), &sample).await?;
    // A mirror that holds more than we do: the first leaf that we do not have.
    let beyond = (stated.size() > own).then_some(own);
    let states_ours = stated.size() > own || stated.root() == compared.ours;
    let matches = compared.first_leaf.is_none()
        && beyond.is_none()
        && states_ours
        && compared.theirs == Some(compared.ours);
    let first_leaf = compared.first_leaf.or(beyond);
    let outcome = if matches { Outcome::Match {} } else { Outcome::Mismatch { first_leaf } };
    Ok(Reconciled {
        side: Side::OursMirrored,
        at,
        size,
        ours: compared.ours.to_hex(),
        theirs: if states_ours { compared.theirs } else { Some(stated.root()) }
            .map(|hash| hash.to_hex())
            .unwrap_or_default(),
        leaves: compared.leaves,
        compared_to: compared.up_to,
        outcome,
    })
}

/// Compares the notary's own log with the head that our witness cosigned last.
///
/// # Errors
/// See [`ReconcileError`].
pub async fn reconcile_peer(
    backend: &dyn Backend,
    log: &LogClient,
    origin: &Origin,
    at: UtcMillis,
) -> Result<Reconciled, ReconcileError> {
    let cosigned = accepted(backend, origin).await;
    let cosigned = cosigned.map_err(|error| ReconcileError::Witness(error.to_string()))?;
    let Some(cosigned) = cosigned.filter(|head| head.checkpoint().size() > 0) else {
        return Ok(not_compared(Side::NotarysOwn, at, "nothing_yet"));
    };
    let (size, ours) = (cosigned.checkpoint().size(), cosigned.checkpoint().root());
    let theirs = Tree::new(log, size).hash(0, size).await?;
    let outcome = if theirs == Some(ours) {
        Outcome::Match {}
    } else {
        Outcome::Mismatch { first_leaf: None }
    };
    Ok(Reconciled {
        side: Side::NotarysOwn,
        at,
        size,
        ours: ours.to_hex(),
        theirs: theirs.map(|hash| hash.to_hex()).unwrap_or_default(),
        leaves: 0,
        compared_to: 0,
        outcome,
    })
}

/// At a custodian: compares its mirror of the platform's log, at the head that the mirror cosigned, with what the platform
/// shows. As [`reconcile_mirror`] it goes on where the comparison before stopped.
///
/// # Errors
/// See [`ReconcileError`].
pub async fn reconcile_platform<M: TileSource, L: TileSource>(
    (mirror, shown): (&M, &L),
    mirrored: &SignedCheckpoint,
    (since, at): (u64, UtcMillis),
    entropy: &dyn Entropy,
) -> Result<Reconciled, ReconcileError> {
    let (size, root) = (mirrored.checkpoint().size(), mirrored.checkpoint().root());
    if size == 0 {
        return Ok(not_compared(Side::PlatformsLog, at, "nothing_yet"));
    }
    let sample = Sample::drawn(size, since, entropy);
    let compared = compare((mirror, shown), size, (since, NEW_TILES), &sample).await?;
    // A mirror whose tiles do not make what it cosigned is no mirror.
    let matches = compared.first_leaf.is_none()
        && compared.ours == root
        && compared.theirs == Some(compared.ours);
    let first_leaf = compared.first_leaf;
    Ok(Reconciled {
        side: Side::PlatformsLog,
        at,
        size,
        ours: compared.ours.to_hex(),
        theirs: compared.theirs.map(|hash| hash.to_hex()).unwrap_or_default(),
        leaves: compared.leaves,
        compared_to: compared.up_to,
        outcome: if matches { Outcome::Match {} } else { Outcome::Mismatch { first_leaf } },
    })
}

/// At a custodian: compares its own log with the head that the platform's witness cosigned last, whose line was verified.
/// Heads up to the size `at_least` were cosigned or compared before: a witness that shows an older one keeps what came
/// after it out of sight, so a smaller head says nothing.
///
/// # Errors
/// See [`ReconcileError`].
pub async fn reconcile_own(
    backend: &dyn Backend,
    cosigned: &SignedCheckpoint,
    (at_least, at): (u64, UtcMillis),
) -> Result<Reconciled, ReconcileError> {
    let (size, theirs) = (cosigned.checkpoint().size(), cosigned.checkpoint().root());
    if size == 0 && at_least == 0 {
        return Ok(not_compared(Side::OwnCosigned, at, "nothing_yet"));
    }
    let log = backend.log();
    // A head of another log says nothing about ours, though the witness has signed it.
    if cosigned.checkpoint().origin() != log.head().checkpoint().checkpoint().origin() {
        return Ok(not_compared(Side::OwnCosigned, at, "other_log"));
    }
    let own = log.head().size();
    // What is remembered beyond our own end is of the log before a successor.
    if size < at_least && at_least <= own {
        return Ok(not_compared(Side::OwnCosigned, at, "older_shown"));
    }
    if size == 0 {
        return Ok(not_compared(Side::OwnCosigned, at, "nothing_yet"));
    }
    // More was cosigned than we hold: the first leaf that we do not have.
    let (ours, first_leaf) = if size > own {
        (None, Some(own))
    } else {
        (
            Some(Tree::new(&Own(log), size).hash(0, size).await?.ok_or(ReconcileError::OwnTiles)?),
            None,
        )
    };
    let outcome =
        if ours == Some(theirs) { Outcome::Match {} } else { Outcome::Mismatch { first_leaf } };
    Ok(Reconciled {
        side: Side::OwnCosigned,
        at,
        size,
        ours: ours.map(|hash| hash.to_hex()).unwrap_or_default(),
        theirs: theirs.to_hex(),
        leaves: 0,
        compared_to: 0,
        outcome,
    })
}

/// What is noted when nothing was compared.
pub fn not_compared(side: Side, at: UtcMillis, reason: &str) -> Reconciled {
    Reconciled {
        side,
        at,
        size: 0,
        ours: String::new(),
        theirs: String::new(),
        leaves: 0,
        compared_to: 0,
        outcome: Outcome::NotCompared { reason: reason.to_owned() },
    }
}

/// So many of these tiles, drawn; all of them where they are no more.
fn drawn(tiles: u64, at_most: u64, entropy: &dyn Entropy) -> BTreeSet<u64> {
    if tiles <= at_most {
        return (0..tiles).collect();
    }
    (0..at_most).map(|_| u64::from_be_bytes(entropy.bytes()) % tiles).collect()
}

#[cfg(test)]
mod tests;
