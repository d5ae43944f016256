use ct_merkle::mem_backed_tree::MemoryBackedTree;
use serde::Deserialize;
use sha2::Sha256;

use super::*;
use crate::testing::{MemoryTree, bytes, hash, leaves, vectors};

#[derive(Deserialize)]
struct Vectors {
    entries: Vec<String>,
    roots: Vec<RootCase>,
}

#[derive(Deserialize)]
struct RootCase {
    size: usize,
    root: String,
}

/// MTH of RFC 6962 section 2.1, word for word.
pub(crate) fn reference_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(reference_root(left), reference_root(right))
        }
    }
}

#[test]
fn the_roots_of_the_vectors_are_reproduced() {
    let vectors: Vectors = vectors(include_str!("../../../../tests/vectors/tlog/tree.json"));
    let leaves = vectors.entries.iter().map(|entry| leaf_hash(&bytes(entry))).collect::<Vec<_>>();
    assert_eq!(vectors.roots.len(), 9);
    for case in vectors.roots {
        let mut range = CompactRange::new();
        leaves[..case.size].iter().for_each(|leaf| range.append(*leaf));
        assert_eq!(range.root(), hash(&case.root), "size {}", case.size);
    }
}

#[test]
fn the_empty_root_is_the_hash_of_nothing() {
    assert_eq!(
        empty_root().to_hex(),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    assert_eq!(CompactRange::new().root(), empty_root());
}

#[test]
fn every_root_up_to_300_agrees_with_the_definition_and_with_ct_merkle() {
    let leaves = leaves(300);
    let mut tree = MemoryTree::default();
    let mut oracle = MemoryBackedTree::<Sha256, [u8; 8]>::new();
    for (size, leaf) in (1u64..).zip(&leaves) {
        tree.append(*leaf);
        oracle.push((size - 1).to_be_bytes());
        let root = tree.range.root();
        assert_eq!(tree.range.size(), size);
        assert_eq!(root, reference_root(&leaves[..usize::try_from(size).unwrap()]), "size {size}");
        assert_eq!(root.as_bytes(), &<[u8; 32]>::from(*oracle.root().as_bytes()), "size {size}");
    }
}

#[test]
fn every_completed_node_is_reported_once_with_its_hash() {
    let leaves = leaves(300);
    let tree = MemoryTree::of(&leaves);
    for (level, nodes) in tree.levels.iter().enumerate() {
        assert_eq!(nodes.len(), 300 >> level);
        for (index, node) in nodes.iter().enumerate() {
            assert_eq!(
                *node,
                reference_root(&leaves[index << level..(index + 1) << level]),
                "level {level} index {index}"
            );
        }
    }
}

#[test]
fn a_stored_frontier_resumes_the_same_tree() {
    let leaves = leaves(130);
    let mut range = CompactRange::new();
    for leaf in leaves {
        let mut resumed =
            CompactRange::from_frontier(range.size(), range.frontier().to_vec()).unwrap();
        assert_eq!(resumed, range);
        range.append(leaf);
        resumed.append(leaf);
        assert_eq!(resumed.root(), range.root());
    }
}

#[test]
fn a_frontier_of_the_wrong_length_is_refused() {
    let frontier = MemoryTree::of(&leaves(7)).range.frontier().to_vec();
    for size in [0, 1, 6, 8, 15] {
        assert!(
            matches!(
                CompactRange::from_frontier(size, frontier.clone()),
                Err(FrontierError::WrongLength { found: 3, .. })
            ),
            "{size}"
        );
    }
    assert_eq!(
        CompactRange::from_frontier(1 << 63, vec![empty_root()]),
        Err(FrontierError::TooLarge { size: 1 << 63 })
    );
    assert!(CompactRange::from_frontier(MAX_TREE_SIZE, vec![empty_root(); 63]).is_ok());
}

#[test]
fn frontier_nodes_are_the_complete_subtrees_of_the_size() {
    assert_eq!(frontier_nodes(0).count(), 0);
    assert_eq!(frontier_nodes(7).collect::<Vec<_>>(), [(2, 0), (1, 2), (0, 6)]);
    assert_eq!(frontier_nodes(8).collect::<Vec<_>>(), [(3, 0)]);
    assert_eq!(frontier_nodes(u64::MAX).count(), 64);
}

#[test]
fn a_hash_has_one_text_per_encoding() {
    let hash = leaf_hash(b"x");
    assert_eq!(Hash::from_hex(&hash.to_hex()), Ok(hash));
    assert_eq!(Hash::from_base64(&hash.to_base64()), Ok(hash));
    assert_eq!((hash.to_hex().len(), hash.to_base64().len()), (64, 44));
    assert_eq!(hash.to_string(), hash.to_hex());
    assert_eq!(format!("{hash:?}"), format!("Hash({})", hash.to_hex()));
    assert_eq!(hash.as_ref(), hash.as_bytes().as_slice());
    let (hex, base64) = (hash.to_hex(), hash.to_base64());
    for refused in [&hex[1..], &hex[2..], &format!("{hex}00"), &hex.to_uppercase(), ""] {
        assert_eq!(Hash::from_hex(refused), Err(HashParseError), "{refused}");
    }
    for refused in [
        base64.trim_end_matches('='),
        &format!(" {base64}"),
        &format!("{base64}\n"),
        &crate::encoding::to_base64(&[0; 33]),
        "",
    ] {
        assert_eq!(Hash::from_base64(refused), Err(HashParseError), "{refused}");
    }
}
