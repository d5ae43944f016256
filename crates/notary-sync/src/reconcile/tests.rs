//! A mirror that was tampered with, in every layer, is found by the first leaf that differs.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::{BTreeSet, HashMap};

use heqi_evidence_store::changeset::{Changeset, LedgerEntry};
use heqi_evidence_store::testing::{memory, note_signer};
use heqi_tlog::checkpoint::Checkpoint;
use heqi_tlog::note::{KeyName, NoteSigner};
use heqi_tlog::tile::{HashTile, TILE_WIDTH, TileKind, TilePath, encode_entries, tiles_of};
use heqi_tlog::tree::{CompactRange, Hash, Node, leaf_hash};

use super::compare::{Compared, hash_tile, levels_above};
use super::*;

/// A log as a folder of tiles.
#[derive(Clone)]
struct Files(HashMap<TilePath, Vec<u8>>);

impl TileSource for Files {
    async fn tile(&self, path: TilePath) -> Result<Option<Vec<u8>>, ReconcileError> {
        Ok(self.0.get(&path).cloned())
    }
}

fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

/// The log of these entries.
fn log(entries: &[Vec<u8>]) -> Files {
    let size = u64::try_from(entries.len()).unwrap();
    let mut nodes: HashMap<(u8, u64), Hash> = HashMap::new();
    let mut range = CompactRange::default();
    for (index, entry) in entries.iter().enumerate() {
        let leaf = leaf_hash(entry);
        nodes.insert((0, u64::try_from(index).unwrap()), leaf);
        range.append_with(leaf, |Node { level, index, hash, .. }| {
            nodes.insert((level, index), hash);
        });
    }
    let tile = |path: TilePath| {
        let first = path.index() * u64::from(TILE_WIDTH);
        let places = first..first + u64::from(path.width());
        match path.kind() {
            TileKind::Entries => {
                let of = |place: u64| &entries[usize::try_from(place).unwrap()];
                encode_entries(places.map(of)).unwrap()
            }
            TileKind::Hashes(level) => {
                let hashes = places.map(|place| nodes[&(level * 8, place)]).collect();
                HashTile::new(hashes).unwrap().encode()
            }
        }
    };
    Files(tiles_of(size).map(|path| (path, tile(path))).collect())
}

/// No old leaves, and every tile above: what is drawn for a log that is not huge.
fn all_above(size: u64) -> Sample {
    let tiles = |(level, hashes)| (level, (0..hashes / u64::from(TILE_WIDTH)).collect());
    Sample { leaves: BTreeSet::new(), above: levels_above(size).map(tiles).collect() }
}

async fn found(ours: &Files, theirs: &Files, size: u64, since: u64) -> Compared {
    compare((ours, theirs), size, (since, NEW_TILES), &all_above(size)).await.unwrap()
}

const SIZE: u64 = 70_000;

fn entries() -> Vec<Vec<u8>> {
    (0..SIZE).map(entry).collect()
}

#[tokio::test]
async fn an_honest_mirror_matches_and_only_what_is_new_is_read() {
    let ours = log(&entries());
    let compared = found(&ours, &ours.clone(), SIZE, SIZE - 10).await;
    assert_eq!((compared.first_leaf, compared.theirs), (None, Some(compared.ours)));
    assert!(compared.leaves <= 512, "{}", compared.leaves);
}

#[tokio::test]
async fn another_history_is_found_by_its_first_leaf_wherever_it_begins() {
    let ours = log(&entries());
    for first in [0, 1, 255, 256, 4_711, 65_535, 65_536, SIZE - 1] {
        let mut other = entries();
        for place in [first, SIZE - 1] {
            other[usize::try_from(place).unwrap()] = b"rewritten".to_vec();
        }
        // A whole log made anew: all its tiles fit each other, and everything is old.
        let compared = found(&ours, &log(&other), SIZE, SIZE).await;
        assert_eq!(compared.first_leaf, Some(first));
        assert_ne!(compared.theirs, Some(compared.ours));
    }
}

#[tokio::test]
async fn one_flipped_bit_in_any_new_tile_or_bundle_is_found() {
    let ours = log(&entries());
    let tile = |kind, index, width| TilePath::new(kind, index, width).unwrap();
    let last = SIZE / 256;
    let width = u16::try_from(SIZE % 256).unwrap();
    for (path, expected) in [
        (tile(TileKind::Entries, 3, 256), 768),
        (tile(TileKind::Hashes(0), 3, 256), 768),
        (tile(TileKind::Entries, last, width), last * 256),
        (tile(TileKind::Hashes(0), last, width), last * 256),
    ] {
        let mut theirs = ours.clone();
        // Behind the length of the first entry, or in the first hash.
        theirs.0.get_mut(&path).unwrap()[3] ^= 1;
        assert_eq!(found(&ours, &theirs, SIZE, 0).await.first_leaf, Some(expected), "{path}");
        theirs.0.remove(&path);
        assert_eq!(found(&ours, &theirs, SIZE, 0).await.first_leaf, Some(expected), "{path}");
    }
}

#[tokio::test]
async fn a_tile_above_that_fits_nothing_below_it_is_no_match_even_without_a_leaf() {
    let ours = log(&entries());
    let mut theirs = ours.clone();
    let above = TilePath::new(TileKind::Hashes(2), 0, 1).unwrap();
    theirs.0.get_mut(&above).unwrap()[0] ^= 1;
    let compared = found(&ours, &theirs, SIZE, SIZE).await;
    assert_ne!(compared.theirs, Some(compared.ours));
}

#[tokio::test]
async fn a_tampered_tile_above_leaves_that_nobody_drew_is_found_although_the_roots_agree() {
    let ours = log(&entries());
    let width = u16::try_from(SIZE / 256 % 256).unwrap();
    let tile = |index, width| TilePath::new(TileKind::Hashes(1), index, width).unwrap();
    // The root is made of the level above the first of them, and of the second's hashes.
    for (path, place, expected) in [
        (tile(0, 256), 0, 0),
        (tile(0, 256), 17, 17 * 256),
        (tile(0, 256), 255, 255 * 256),
        (tile(1, width), 3, (256 + 3) * 256),
    ] {
        let mut theirs = ours.clone();
        theirs.0.get_mut(&path).unwrap()[place * 32 + 9] ^= 1;
        let compared = found(&ours, &theirs, SIZE, SIZE).await;
        assert_eq!(compared.first_leaf, Some(expected), "{path}");
        if path == tile(0, 256) {
            assert_eq!(compared.theirs, Some(compared.ours), "the roots agree");
        }
        theirs.0.remove(&path);
        assert!(found(&ours, &theirs, SIZE, SIZE).await.first_leaf.is_some(), "{path}");
    }
    // The leaf itself is named where it was changed as well.
    let mut theirs = ours.clone();
    theirs.0.get_mut(&tile(0, 256)).unwrap()[17 * 32] ^= 1;
    let below = TilePath::new(TileKind::Hashes(0), 17, 256).unwrap();
    theirs.0.get_mut(&below).unwrap()[5 * 32] ^= 1;
    let compared = found(&ours, &theirs, SIZE, SIZE).await;
    assert_eq!(compared.first_leaf, Some(17 * 256 + 5));
}

#[tokio::test]
async fn an_old_leaf_whose_tile_is_drawn_is_found_although_the_roots_agree() {
    let ours = log(&entries());
    let mut theirs = ours.clone();
    let old = TilePath::new(TileKind::Entries, 5, 256).unwrap();
    theirs.0.get_mut(&old).unwrap()[3] ^= 1;
    let compared = found(&ours, &theirs, SIZE, SIZE).await;
    assert_eq!(compared.first_leaf, None, "it lies where nobody looked");
    let sample = Sample { leaves: BTreeSet::from([5]), ..Sample::default() };
    let compared = compare((&ours, &theirs), SIZE, (SIZE, NEW_TILES), &sample).await.unwrap();
    assert_eq!(compared.first_leaf, Some(5 * 256));
}

#[tokio::test]
async fn a_tile_that_the_own_mirror_lacks_is_told_as_ours_and_not_as_the_other_sides() {
    let theirs = log(&entries());
    for lacking in [hash_tile(0, 3, 256), hash_tile(1, 0, 256)].map(Option::unwrap) {
        let mut ours = theirs.clone();
        ours.0.remove(&lacking).unwrap();
        let compared =
            compare((&ours, &theirs), SIZE, (0, NEW_TILES), &all_above(SIZE)).await.err();
        let error = compared.unwrap();
        assert!(matches!(error, ReconcileError::OwnTiles), "{lacking:?}: {error}");
        assert_eq!(error.reason(), "own_incomplete");
        // What the other side lacks is a difference, as before.
        assert!(found(&theirs, &ours, SIZE, 0).await.first_leaf.is_some(), "{lacking:?}");
    }
    let silent = CallError::Unavailable { code: "timeout".into(), retry_after_ms: None };
    assert_eq!(ReconcileError::from(silent).reason(), "unreachable");
    assert_eq!(ReconcileError::from(ReadError::Stopped).reason(), "own_unreadable");
}

#[tokio::test]
async fn more_new_tiles_than_are_looked_at_at_once_are_all_compared_by_the_following_rounds() {
    const AT_MOST: u64 = 10;
    let ours = log(&entries());
    let last = SIZE / 256;
    for index in [0, 9, 10, 57, last - 1, last] {
        let mut theirs = ours.clone();
        let width = u16::try_from((SIZE - index * 256).min(256)).unwrap();
        let path = TilePath::new(TileKind::Entries, index, width).unwrap();
        // An entry that is not what its leaf says: no root shows it.
        theirs.0.get_mut(&path).unwrap()[3] ^= 1;
        let (mut since, mut found, mut rounds) = (0, None, 0);
        while since < SIZE && found.is_none() {
            let sample = Sample::default();
            let compared =
                compare((&ours, &theirs), SIZE, (since, AT_MOST), &sample).await.unwrap();
            assert!(compared.up_to > since, "it goes on: {since}");
            assert!(compared.leaves <= AT_MOST * 256);
            (since, found) = (compared.up_to, compared.first_leaf);
            rounds += 1;
        }
        assert_eq!(found, Some(index * 256), "tile {index}");
        assert_eq!(rounds, index / AT_MOST + 1, "tile {index}");
    }
}

#[tokio::test]
async fn leaves_that_the_mirror_lost_meanwhile_are_compared_again_when_they_come_back() {
    let short = 1_000;
    let ours = log(&entries()[..1_000]);
    let compared = async |theirs: &Files| {
        let since = (SIZE, NEW_TILES);
        compare((&ours, theirs), short, since, &Sample::default()).await.unwrap()
    };
    let same = compared(&ours).await;
    assert_eq!((same.first_leaf, same.leaves, same.up_to), (None, short, short));
    // What matched before was another log: of this one every entry is looked at.
    let mut theirs = ours.clone();
    let path = TilePath::new(TileKind::Entries, 1, 256).unwrap();
    theirs.0.get_mut(&path).unwrap()[3] ^= 1;
    assert_eq!(compared(&theirs).await.first_leaf, Some(256));
}

/// Draws the same tile each time.
struct Always;

impl Entropy for Always {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

fn at() -> UtcMillis {
    UtcMillis::from_millis(1_800_000_000_000).unwrap()
}

/// A head of this size and root, signed by the log of the tests.
fn signed(size: u64, root: Hash) -> SignedCheckpoint {
    let signer = note_signer(7);
    let origin = Origin::from(signer.verifier_key().name().clone());
    SignedCheckpoint::sign(Checkpoint::new(origin, size, root).unwrap(), &signer).unwrap()
}

#[tokio::test]
async fn a_custodian_finds_the_first_leaf_in_which_the_platform_shows_another_log_than_it_mirrors()
{
    let size = 600;
    let mirror = log(&entries()[..600]);
    let root = found(&mirror, &mirror, size, 0).await.ours;
    let mirrored = signed(size, root);
    let compared = async |shown: &Files, mirrored: &SignedCheckpoint| {
        reconcile_platform((&mirror, shown), mirrored, (0, at()), &Always).await.unwrap()
    };
    let same = compared(&mirror, &mirrored).await;
    assert_eq!((same.side, same.outcome.clone()), (Side::PlatformsLog, Outcome::Match {}));
    assert_eq!((same.size, same.leaves, same.compared_to), (600, 600, 600));
    assert_eq!(same.ours, same.theirs);
    // A platform that goes on shows what it showed before as well.
    let longer = log(&entries()[..700]);
    let mut shown = longer.clone();
    shown.0.extend(mirror.0.clone());
    assert_eq!(compared(&shown, &mirrored).await.outcome, Outcome::Match {});
    // One that wrote it anew, and one that lost its end.
    let mut other = entries()[..600].to_vec();
    other[311] = b"rewritten".to_vec();
    let rewritten = compared(&log(&other), &mirrored).await;
    assert_eq!(rewritten.outcome, Outcome::Mismatch { first_leaf: Some(311) });
    assert_ne!(rewritten.ours, rewritten.theirs);
    let short = compared(&log(&entries()[..512]), &mirrored).await;
    assert!(matches!(short.outcome, Outcome::Mismatch { .. }), "{short:?}");
    // A mirror whose tiles do not make what it cosigned.
    let forged = compared(&mirror, &signed(size, leaf_hash(b"x"))).await;
    assert_eq!(forged.outcome, Outcome::Mismatch { first_leaf: None });
    let nothing = compared(&mirror, &signed(0, leaf_hash(b""))).await;
    assert!(matches!(nothing.outcome, Outcome::NotCompared { .. }), "{nothing:?}");
}

#[tokio::test]
async fn a_custodian_compares_its_own_log_with_what_the_platform_cosigned() {
    let backend = memory();
    let mut roots = Vec::new();
    for entry in ["a", "b", "c"] {
        let mut changes = Changeset::new();
        changes.append(LedgerEntry::new(entry, entry));
        backend.commit(changes).unwrap().await.unwrap();
        roots.push(backend.log().head().checkpoint().checkpoint().root());
    }
    let compared = async |size: u64, root: Hash| {
        reconcile_own(&*backend, &signed(size, root), (0, at())).await.unwrap()
    };
    for (size, root) in [(2, roots[1]), (3, roots[2])] {
        let same = compared(size, root).await;
        assert_eq!((same.side, same.outcome.clone()), (Side::OwnCosigned, Outcome::Match {}));
        assert_eq!((same.size, &same.ours), (size, &same.theirs));
    }
    let other = compared(2, roots[2]).await;
    assert_eq!(other.outcome, Outcome::Mismatch { first_leaf: None });
    let name = KeyName::new("log.other.example/1").unwrap();
    let signer = NoteSigner::from_seed(name.clone(), &[8; 32]).unwrap();
    let foreign = Checkpoint::new(Origin::from(name), 2, roots[2]).unwrap();
    let foreign = SignedCheckpoint::sign(foreign, &signer).unwrap();
    let foreign = reconcile_own(&*backend, &foreign, (0, at())).await.unwrap();
    assert!(matches!(foreign.outcome, Outcome::NotCompared { .. }), "{foreign:?}");
    // More was cosigned than is there: the store was set back.
    let lost = compared(9, roots[2]).await;
    assert_eq!((lost.outcome, lost.ours.as_str()), (Outcome::Mismatch { first_leaf: Some(3) }, ""));

    // A head of before that still fits says nothing of what was cosigned since.
    let shown = async |size: u64, root: Hash, at_least: u64| {
        let shown = signed(size, root);
        reconcile_own(&*backend, &shown, (at_least, at())).await.unwrap().outcome
    };
    let older = Outcome::NotCompared { reason: "older_shown".into() };
    assert_eq!(shown(2, roots[1], 3).await, older);
    assert_eq!(shown(0, leaf_hash(b""), 3).await, older);
    assert_eq!(shown(3, roots[2], 3).await, Outcome::Match {});
    assert_eq!(shown(3, roots[2], 2).await, Outcome::Match {});
    // What was compared of a log before its successor, which is longer than this one, hides nothing of it.
    assert_eq!(shown(2, roots[1], 70).await, Outcome::Match {});
    assert_eq!(shown(2, roots[2], 70).await, Outcome::Mismatch { first_leaf: None });
}
