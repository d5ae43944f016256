//! The vectors that other implementations judge as well (`tests/vectors/tlog/tree.json`).

use serde::Deserialize;

use crate::proof::{
    prove_consistency, prove_inclusion, prove_subtree, subtree_hash_at, verify_consistency,
    verify_inclusion, verify_subtree,
};
use crate::testing::{MemoryTree, hash, hashes, vectors};
use crate::tree::leaf_hash;

#[derive(Deserialize)]
struct Vectors {
    inclusion: Vec<InclusionCase>,
    consistency: Vec<ConsistencyCase>,
    subtree: Vec<SubtreeCase>,
}

#[derive(Deserialize)]
struct InclusionCase {
    name: String,
    index: u64,
    size: u64,
    leaf_hash: String,
    path: Vec<String>,
    root: String,
    valid: bool,
}

#[derive(Deserialize)]
struct ConsistencyCase {
    name: String,
    old_size: u64,
    old_root: String,
    new_size: u64,
    new_root: String,
    proof: Vec<String>,
    valid: bool,
}

#[derive(Deserialize)]
struct SubtreeCase {
    name: String,
    start: u64,
    end: u64,
    subtree: String,
    size: u64,
    root: String,
    proof: Vec<String>,
    valid: bool,
}

fn read() -> Vectors {
    vectors(include_str!("../../../../../tests/vectors/tlog/tree.json"))
}

#[test]
fn the_inclusion_vectors_are_judged_as_they_say() {
    let entries = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    let tree = MemoryTree::of(&entries.map(|entry| leaf_hash(&crate::testing::bytes(entry))));
    let cases = read().inclusion;
    assert_eq!((cases.iter().filter(|case| case.valid).count(), cases.len()), (36, 52));
    for case in cases {
        let path = hashes(&case.path);
        let judged =
            verify_inclusion(case.index, case.size, hash(&case.leaf_hash), &path, hash(&case.root));
        assert_eq!(judged.is_ok(), case.valid, "{}: {judged:?}", case.name);
        if case.valid {
            assert_eq!(prove_inclusion(&tree, case.index, case.size), Ok(path), "{}", case.name);
        }
    }
}

#[test]
fn the_consistency_vectors_are_judged_as_they_say() {
    let entries = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    let tree = MemoryTree::of(&entries.map(|entry| leaf_hash(&crate::testing::bytes(entry))));
    let cases = read().consistency;
    assert_eq!((cases.iter().filter(|case| case.valid).count(), cases.len()), (45, 60));
    for case in cases {
        let proof = hashes(&case.proof);
        let judged = verify_consistency(
            case.old_size,
            hash(&case.old_root),
            case.new_size,
            hash(&case.new_root),
            &proof,
        );
        assert_eq!(judged.is_ok(), case.valid, "{}: {judged:?}", case.name);
        if case.valid {
            assert_eq!(
                prove_consistency(&tree, case.old_size, case.new_size),
                Ok(proof),
                "{}",
                case.name
            );
        }
    }
}

#[test]
fn the_subtree_vectors_are_judged_as_they_say() {
    let tree = MemoryTree::of(
        &(0..14).map(|n: u8| leaf_hash(n.to_string().as_bytes())).collect::<Vec<_>>(),
    );
    let cases = read().subtree;
    assert_eq!((cases.iter().filter(|case| case.valid).count(), cases.len()), (10, 23));
    for case in cases {
        let proof = hashes(&case.proof);
        let judged = verify_subtree(
            case.start,
            case.end,
            hash(&case.subtree),
            case.size,
            hash(&case.root),
            &proof,
        );
        assert_eq!(judged.is_ok(), case.valid, "{}: {judged:?}", case.name);
        if case.valid {
            assert_eq!(
                prove_subtree(&tree, case.start, case.end, case.size),
                Ok(proof),
                "{}",
                case.name
            );
            assert_eq!(
                subtree_hash_at(&tree, case.start, case.end),
                Ok(hash(&case.subtree)),
                "{}",
                case.name
            );
        }
    }
}
