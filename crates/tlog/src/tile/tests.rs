use std::{cell::Cell, convert::Infallible};

use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::{
    proof::{NodeReader, prove_consistency, prove_inclusion, root_at},
    testing::{MemoryTree, bytes, leaves, vectors},
};

#[derive(Deserialize)]
struct Vectors {
    paths: Vec<PathCase>,
    sizes: Vec<SizeCase>,
    growth: Vec<GrowthCase>,
    bundles: Vec<BundleCase>,
}

#[derive(Deserialize)]
struct PathCase {
    path: String,
    valid: bool,
    kind: Option<String>,
    index: Option<u64>,
    width: Option<u16>,
}

#[derive(Deserialize)]
struct SizeCase {
    size: u64,
    tiles: Vec<String>,
}

#[derive(Deserialize)]
struct GrowthCase {
    old_size: u64,
    new_size: u64,
    tiles: Vec<String>,
}

#[derive(Deserialize)]
struct BundleCase {
    name: String,
    bytes: String,
    width: u16,
    entries: Option<Vec<String>>,
}

fn read() -> Vectors {
    vectors(include_str!("../../../../tests/vectors/tlog/tile.json"))
}

#[test]
fn the_path_vectors_are_judged_as_they_say() {
    for case in read().paths {
        let parsed = case.path.parse::<TilePath>();
        assert_eq!(parsed.is_ok(), case.valid, "{}", case.path);
        let Ok(parsed) = parsed else { continue };
        let kind = match case.kind.unwrap().as_str() {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes(level.parse().unwrap()),
        };
        assert_eq!(
            (parsed.kind(), Some(parsed.index()), Some(parsed.width())),
            (kind, case.index, case.width)
        );
        assert_eq!(parsed.is_full(), parsed.width() == TILE_WIDTH);
        assert_eq!(parsed.to_string(), case.path);
    }
}

#[test]
fn a_log_of_a_size_consists_of_the_tiles_of_the_vectors() {
    let vectors = read();
    for case in vectors.sizes {
        assert_eq!(
            tiles_of(case.size).map(|tile| tile.to_string()).collect::<Vec<_>>(),
            case.tiles,
            "size {}",
            case.size
        );
    }
    for case in vectors.growth {
        let added = tiles_added(case.old_size, case.new_size)
            .map(|tile| tile.to_string())
            .collect::<Vec<_>>();
        assert_eq!(added, case.tiles, "{} -> {}", case.old_size, case.new_size);
    }
    assert_eq!(tiles_added(9, 8).count(), 0);
}

#[test]
fn a_tile_of_impossible_shape_cannot_be_named() {
    assert_eq!(TilePath::new(TileKind::Hashes(64), 0, 1), Err(TilePathError));
    assert_eq!(TilePath::new(TileKind::Entries, 0, 0), Err(TilePathError));
    assert_eq!(TilePath::new(TileKind::Entries, 0, 257), Err(TilePathError));
    let partial = TilePath::new(TileKind::Entries, 7, 3).unwrap();
    assert_eq!(partial.full().to_string(), "tile/entries/007");
}

#[test]
fn the_bundle_vectors_are_judged_as_they_say() {
    for case in read().bundles {
        let bundle = bytes(&case.bytes);
        let expected = case
            .entries
            .map(|entries| entries.iter().map(|entry| bytes(entry)).collect::<Vec<_>>());
        let decoded = decode_entries(&bundle, case.width)
            .ok()
            .map(|entries| entries.iter().map(|entry| entry.to_vec()).collect::<Vec<_>>());
        assert_eq!(decoded, expected, "{}", case.name);
        if let Some(entries) = expected {
            assert_eq!(encode_entries(entries), Ok(bundle), "{}", case.name);
        }
    }
}

#[test]
fn an_entry_of_65535_bytes_fits_and_a_longer_one_does_not() {
    let longest = vec![7u8; MAX_ENTRY_BYTES];
    let bundle = encode_entries([&longest]).unwrap();
    assert_eq!(decode_entries(&bundle, 1), Ok(vec![longest.as_slice()]));
    assert_eq!(
        encode_entries([vec![7u8; MAX_ENTRY_BYTES + 1]]),
        Err(BundleError::EntryTooLong { size_bytes: 65536 })
    );
}

#[test]
fn a_hash_tile_has_exactly_its_width() {
    let tile = HashTile::new(leaves(5)).unwrap();
    assert_eq!(tile.hashes(), leaves(5));
    let encoded = tile.encode();
    assert_eq!(HashTile::decode(&encoded, 5), Ok(tile));
    for (bytes, width) in [
        (&encoded[..], 4),
        (&encoded, 6),
        (&encoded[..159], 5),
        (&[encoded.as_slice(), &[0]].concat(), 5),
    ] {
        assert!(matches!(HashTile::decode(bytes, width), Err(HashTileError::WrongLength { .. })));
    }
    assert!(HashTile::decode(&[], 0).is_err());
    assert!(HashTile::new(leaves(257)).is_err());
    assert_eq!(
        HashTile::decode(&HashTile::new(leaves(256)).unwrap().encode(), 256)
            .unwrap()
            .encode()
            .len(),
        8192
    );
}

#[test]
fn a_group_of_a_path_is_three_digits_and_nothing_else() {
    for group in ["", "7", "07", "0007", "+07", "-07", " 07", "x07", "0x7", "xx007", "\u{ff10}07"] {
        for path in [format!("tile/0/{group}"), format!("tile/0/x001/{group}")] {
            assert_eq!(path.parse::<TilePath>(), Err(TilePathError), "{path}");
        }
        let first = format!("tile/0/x{group}/007");
        assert_eq!(first.parse::<TilePath>(), Err(TilePathError), "{first}");
    }
    assert_eq!("tile/0/x001/007".parse::<TilePath>().unwrap().index(), 1007);
}

/// Tiles cut out of a tree in memory, and how many of them were read.
struct TilesOfMemory<'a> {
    tree: &'a MemoryTree,
    read: Cell<usize>,
}

impl TileReader for TilesOfMemory<'_> {
    type Error = Infallible;

    fn tile(&self, path: TilePath) -> Result<HashTile, Infallible> {
        self.read.set(self.read.get() + 1);
        let TileKind::Hashes(level) = path.kind() else { panic!("only hash tiles are asked for") };
        let first = usize::try_from(path.index()).unwrap() * usize::from(TILE_WIDTH);
        let hashes = &self.tree.levels[usize::from(level * TILE_HEIGHT)]
            [first..first + usize::from(path.width())];
        Ok(HashTile::new(hashes.to_vec()).unwrap())
    }
}

#[test]
fn a_tree_read_through_tiles_has_the_same_nodes_roots_and_proofs() {
    let tree = MemoryTree::of(&leaves(70_000));
    let stored = TilesOfMemory { tree: &tree, read: Cell::new(0) };
    for size in [1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 70_000] {
        let tiled = TiledTree::new(&stored, size);
        assert_eq!(root_at(&tiled, size).unwrap(), root_at(&tree, size).unwrap(), "size {size}");
        for index in [0, size / 3, size / 2, size - 1] {
            assert_eq!(
                prove_inclusion(&tiled, index, size).unwrap(),
                prove_inclusion(&tree, index, size).unwrap()
            );
            assert_eq!(
                prove_consistency(&tiled, index, size).unwrap(),
                prove_consistency(&tree, index, size).unwrap()
            );
        }
    }
    assert!(stored.read.get() > 100);
}

#[test]
fn a_node_the_tree_does_not_have_is_not_made_up() {
    let tree = MemoryTree::of(&leaves(300));
    let tiled = TiledTree::new(TilesOfMemory { tree: &tree, read: Cell::new(0) }, 300);
    for (level, index) in [
        (0, 300),
        (1, 150),
        (8, 1),
        (9, 0),
        (63, 0),
        (64, 0),
        (255, 0),
        (0, u64::MAX),
        (8, u64::MAX),
        (7, u64::MAX),
    ] {
        let expected = TiledTreeError::Tile(HashTileError::NotCovered { level, index });
        assert_eq!(tiled.node(level, index), Err(expected), "level {level} index {index}");
    }
    assert_eq!(tiled.node(8, 0), Ok(tree.levels[8][0]));
}

#[test]
fn a_node_comes_only_from_the_tile_that_covers_it() {
    let tree = MemoryTree::of(&leaves(256));
    let tile = HashTile::new(tree.levels[0].clone()).unwrap();
    let path: TilePath = "tile/0/000".parse().unwrap();
    for level in 0..8u8 {
        for index in 0..256 >> level {
            assert_eq!(
                node_from_tile(path, &tile, level, index),
                tree.node(level, index).map_err(|never| match never {})
            );
        }
    }
    for other in ["tile/0/001", "tile/1/000", "tile/entries/000", "tile/0/000.p/255"] {
        assert!(node_from_tile(other.parse().unwrap(), &tile, 0, 0).is_err(), "{other}");
    }
    let partial = HashTile::new(tree.levels[0][..255].to_vec()).unwrap();
    let path: TilePath = "tile/0/000.p/255".parse().unwrap();
    assert!(node_from_tile(path, &partial, 0, 254).is_ok());
    assert!(node_from_tile(path, &partial, 1, 127).is_err());
    assert_eq!(tile_of_node(8, 5), Some((1, 0, 5..6)));
    assert_eq!(tile_of_node(3, 33), Some((0, 1, 8..16)));
}

/// tlog_tiles names tiles the way Go does, with the height in the path and `data` for entries.
fn in_go_spelling(path: TilePath) -> String {
    path.to_string().replacen("tile/", "tile/8/", 1).replacen("/entries/", "/data/", 1)
}

proptest! {
    #[test]
    fn paths_agree_with_tlog_tiles(level in 0..=63u8, index: u64, width in 1..=256u16, is_data: bool) {
        let kind = if is_data { TileKind::Entries } else { TileKind::Hashes(level) };
        let path = TilePath::new(kind, index, width).unwrap();
        let theirs = tlog_tiles::Tile::new(8, if is_data { 0 } else { level }, index, width.into(), is_data);
        prop_assert_eq!(in_go_spelling(path), theirs.path());
        prop_assert_eq!(path.to_string().parse(), Ok(path));
    }

    #[test]
    fn growth_agrees_with_tlog_tiles(old in 0..200_000u64, grown in 0..3_000u64) {
        let ours = tiles_added(old, old + grown).filter(|tile| tile.kind() != TileKind::Entries).map(in_go_spelling).collect::<Vec<_>>();
        let theirs = tlog_tiles::Tile::new_tiles(8, old, old + grown).iter().map(tlog_tiles::Tile::path).collect::<Vec<_>>();
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn no_text_is_two_paths_and_none_panics(text in "(tile/)?[0-9x/.pentris-]{0,24}|.{0,40}") {
        if let Ok(path) = text.parse::<TilePath>() {
            prop_assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn bundles_come_back_as_they_went(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..20), noise in prop::collection::vec(any::<u8>(), 0..60), width in 0..20u16) {
        let bundle = encode_entries(&entries).unwrap();
        let count = u16::try_from(entries.len()).unwrap();
        prop_assert_eq!(decode_entries(&bundle, count).unwrap(), entries.iter().map(Vec::as_slice).collect::<Vec<_>>());
        if let Ok(decoded) = decode_entries(&noise, width) {
            prop_assert_eq!(encode_entries(decoded).unwrap(), noise);
        }
    }
}

#[test]
fn the_tiles_named_by_the_vectors_are_what_the_hashes_fill() {
    let tree = MemoryTree::of(&leaves(70_000));
    let counted = tiles_of(70_000).fold([0u64; 3], |mut counts, tile| {
        if let TileKind::Hashes(level) = tile.kind() {
            counts[usize::from(level)] += u64::from(tile.width());
        }
        counts
    });
    let stored: Vec<u64> = [0, 8, 16].map(|level: usize| tree.levels[level].len() as u64).to_vec();
    assert_eq!(counted.to_vec(), stored);
}
