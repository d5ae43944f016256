mod shared;

use std::convert::Infallible;

use ct_merkle::{ConsistencyProof, InclusionProof, mem_backed_tree::MemoryBackedTree};
use proptest::prelude::*;
use sha2::Sha256;

use super::*;
use crate::{
    testing::{MemoryTree, leaves},
    tree::{MAX_TREE_SIZE, leaf_hash, tests::reference_root},
};

/// PATH of RFC 6962 section 2.1.1, word for word.
fn reference_path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut path, sibling) = if index < left.len() {
        (reference_path(index, left), reference_root(right))
    } else {
        (reference_path(index - left.len(), right), reference_root(left))
    };
    path.push(sibling);
    path
}

fn digests(proof: &[Hash]) -> Vec<ct_merkle::digest::Output<Sha256>> {
    proof.iter().map(|hash| (*hash.as_bytes()).into()).collect()
}

#[test]
fn every_inclusion_proof_up_to_64_agrees_with_the_definition_and_with_ct_merkle_and_samples_up_to_300_do()
 {
    let leaves = leaves(300);
    let tree = MemoryTree::of(&leaves);
    let mut oracle = MemoryBackedTree::<Sha256, [u8; 8]>::new();
    for size in 1..=300u64 {
        oracle.push((size - 1).to_be_bytes());
        let prefix = &leaves[..usize::try_from(size).unwrap()];
        let root = root_at(&tree, size).unwrap();
        let every = if size <= 64 { 1 } else { 37 };
        for index in (0..size).filter(|index| index % every == 0 || *index == size - 1) {
            let at = usize::try_from(index).unwrap();
            let path = prove_inclusion(&tree, index, size).unwrap();
            assert_eq!(path, reference_path(at, prefix), "PATH({index}, {size})");
            assert_eq!(verify_inclusion(index, size, prefix[at], &path, root), Ok(()));
            let theirs = InclusionProof::<Sha256>::from_digests(&digests(&path));
            assert_eq!(theirs.as_bytes(), oracle.prove_inclusion(at).as_bytes());
            assert!(oracle.root().verify_inclusion(&index.to_be_bytes(), index, &theirs).is_ok());
        }
    }
}

#[test]
fn every_consistency_proof_up_to_300_verifies_and_agrees_with_ct_merkle() {
    let tree = MemoryTree::of(&leaves(300));
    let roots = (0..=300).map(|size| root_at(&tree, size).unwrap()).collect::<Vec<_>>();
    let mut oracle = MemoryBackedTree::<Sha256, [u8; 8]>::new();
    for new in 0..=300usize {
        let new_size = new as u64;
        for old in 0..=new {
            let old_size = old as u64;
            let proof = prove_consistency(&tree, old_size, new_size).unwrap();
            assert_eq!(
                verify_consistency(old_size, roots[old], new_size, roots[new], &proof),
                Ok(()),
                "{old} -> {new}"
            );
            if 0 < old && old < new {
                let theirs = ConsistencyProof::<Sha256>::from_digests(&digests(&proof));
                assert_eq!(
                    theirs.as_bytes(),
                    oracle.prove_consistency(new - old).as_bytes(),
                    "{old} -> {new}"
                );
            }
        }
        oracle.push(new_size.to_be_bytes());
    }
}

#[test]
fn no_consistency_proof_up_to_40_verifies_with_a_hash_more_or_fewer_or_another_root() {
    let tree = MemoryTree::of(&leaves(40));
    let roots = (0..=40).map(|size| root_at(&tree, size).unwrap()).collect::<Vec<_>>();
    for new in 1..=40usize {
        for old in 0..=new {
            let proof = prove_consistency(&tree, old as u64, new as u64).unwrap();
            let verify = |old_root, new_root, proof: &[Hash]| {
                verify_consistency(old as u64, old_root, new as u64, new_root, proof)
            };
            for extra in [roots[old], roots[new], roots[0]] {
                assert!(
                    verify(roots[old], roots[new], &[proof.as_slice(), &[extra]].concat()).is_err(),
                    "{old} -> {new}"
                );
                assert!(
                    verify(roots[old], roots[new], &[&[extra], proof.as_slice()].concat()).is_err(),
                    "{old} -> {new}"
                );
            }
            for cut in 0..proof.len() {
                let shorter = [&proof[..cut], &proof[cut + 1..]].concat();
                assert!(
                    verify(roots[old], roots[new], &shorter).is_err(),
                    "{old} -> {new} without {cut}"
                );
            }
            for other in (0..=40).filter(|other| *other != old && *other != new) {
                assert!(
                    verify(roots[other], roots[new], &proof).is_err(),
                    "{old} -> {new} from {other}"
                );
                // The empty tree is a prefix of every tree.
                assert_eq!(
                    verify(roots[old], roots[other], &proof).is_err(),
                    old > 0,
                    "{old} -> {new} to {other}"
                );
            }
        }
    }
}

#[test]
fn every_subtree_of_every_tree_up_to_48_is_proved_and_only_with_its_own_proof() {
    let leaves = leaves(48);
    let tree = MemoryTree::of(&leaves);
    for size in 0..=48u64 {
        let root = root_at(&tree, size).unwrap();
        for start in 0..=size {
            for end in start..=size {
                if !is_subtree(start, end) {
                    assert_eq!(
                        prove_subtree(&tree, start, end, size),
                        Err(ProveError::OutsideTree { start, end, size })
                    );
                    continue;
                }
                let subtree = reference_root(
                    &leaves[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()],
                );
                assert_eq!(subtree_hash_at(&tree, start, end), Ok(subtree));
                let proof = prove_subtree(&tree, start, end, size).unwrap();
                assert_eq!(
                    verify_subtree(start, end, subtree, size, root, &proof),
                    Ok(()),
                    "[{start}, {end}) of {size}"
                );
                assert!(
                    verify_subtree(
                        start,
                        end,
                        subtree,
                        size,
                        root,
                        &[proof.as_slice(), &[root]].concat()
                    )
                    .is_err()
                );
                if let Some((_, shorter)) = proof.split_last() {
                    assert!(
                        verify_subtree(start, end, subtree, size, root, shorter).is_err(),
                        "[{start}, {end}) of {size}"
                    );
                }
                if start == 0 {
                    assert_eq!(prove_consistency(&tree, end, size), Ok(proof.clone()));
                    assert_eq!(verify_consistency(end, subtree, size, root, &proof), Ok(()));
                }
                if end == start + 1 {
                    assert_eq!(verify_inclusion(start, size, subtree, &proof, root), Ok(()));
                }
            }
        }
    }
}

#[test]
fn a_path_does_not_authenticate_the_size() {
    // Documented at the top of the module: sizes 9 and 10 give leaf 3 a path of the same shape.
    let tree = MemoryTree::of(&leaves(9));
    let (leaf, root) = (leaves(9)[3], root_at(&tree, 9).unwrap());
    let path = prove_inclusion(&tree, 3, 9).unwrap();
    assert_eq!(verify_inclusion(3, 10, leaf, &path, root), Ok(()));
    assert_eq!(
        verify_inclusion(3, 17, leaf, &path, root),
        Err(InclusionError::WrongLength { expected: 5, found: 4 })
    );
}

#[test]
fn what_is_outside_the_tree_is_not_proved() {
    let tree = MemoryTree::of(&leaves(5));
    assert!(prove_inclusion(&tree, 5, 5).is_err());
    assert!(prove_inclusion(&tree, 0, 0).is_err());
    assert!(prove_inclusion(&tree, u64::MAX, u64::MAX).is_err());
    assert!(prove_consistency(&tree, 6, 5).is_err());
    assert!(is_subtree(0, u64::MAX) && !is_subtree(1, u64::MAX) && !is_subtree(2, 1));
    assert!(compact_range_at(&UniformTree::new(0), u64::MAX).is_err());
}

#[test]
fn a_failing_reader_is_reported() {
    struct Broken;
    impl NodeReader for Broken {
        type Error = std::fmt::Error;
        fn node(&self, _: u8, _: u64) -> Result<Hash, Self::Error> {
            Err(std::fmt::Error)
        }
    }
    assert_eq!(prove_inclusion(&Broken, 1, 3), Err(ProveError::Read(std::fmt::Error)));
    assert_eq!(root_at(&Broken, 3), Err(std::fmt::Error));
    assert_eq!(compact_range_at(&&Broken, 3), Err(ProveError::Read(std::fmt::Error)));
}

/// A tree of any size whose leaves are all alike but one: its nodes can be computed instead of stored.
struct UniformTree {
    odd_leaf: u64,
    alike: Vec<Hash>,
}

impl UniformTree {
    fn new(odd_leaf: u64) -> Self {
        let alike =
            std::iter::successors(Some(leaf_hash(b"alike")), |hash| Some(node_hash(*hash, *hash)))
                .take(64)
                .collect();
        Self { odd_leaf, alike }
    }
}

impl NodeReader for UniformTree {
    type Error = Infallible;

    fn node(&self, level: u8, index: u64) -> Result<Hash, Infallible> {
        let level = usize::from(level);
        if self.odd_leaf >> level != index {
            return Ok(self.alike[level]);
        }
        let below = (0..level).fold(leaf_hash(b"odd"), |hash, height| {
            if self.odd_leaf >> height & 1 == 0 {
                node_hash(hash, self.alike[height])
            } else {
                node_hash(self.alike[height], hash)
            }
        });
        Ok(below)
    }
}

fn flipped(hash: Hash, bit: usize) -> Hash {
    let mut bytes = *hash.as_bytes();
    bytes[bit / 8 % 32] ^= 1 << (bit % 8);
    Hash::from_bytes(bytes)
}

#[test]
fn the_last_leaves_that_a_position_can_name_are_hashed_like_any_others() {
    let tree = UniformTree::new(u64::MAX - 1);
    let [leaf, odd] = [leaf_hash(b"alike"), leaf_hash(b"odd")];
    let of_all = node_hash(node_hash(leaf, leaf), odd);
    assert_eq!(subtree_hash_at(&tree, u64::MAX - 3, u64::MAX), Ok(of_all));
}

#[test]
fn an_interval_that_is_no_subtree_is_refused_as_such() {
    let root = root_at(&MemoryTree::of(&leaves(5)), 5).unwrap();
    for (start, end) in [(1, 3), (3, 2), (0, 6), (4, 6), (6, 6)] {
        let refused = SubtreeError::NotASubtree { start, end, size: 5 };
        assert_eq!(verify_subtree(start, end, root, 5, root, &[]), Err(refused));
    }
}

proptest! {
    #[test]
    fn trees_of_any_size_prove_any_leaf_and_no_flipped_bit_passes(
        size in prop_oneof![1..=1u64 << 20, 1..=MAX_TREE_SIZE],
        place: prop::sample::Index,
        other: prop::sample::Index,
        bit in 0..256usize,
    ) {
        let index = place.index(usize::try_from(size).unwrap()) as u64;
        let tree = UniformTree::new(index);
        let root = root_at(&tree, size).unwrap();
        prop_assert_eq!(compact_range_at(&tree, size).unwrap().root(), root);
        let path = prove_inclusion(&tree, index, size).unwrap();
        let leaf = leaf_hash(b"odd");
        prop_assert_eq!(verify_inclusion(index, size, leaf, &path, root), Ok(()));
        prop_assert_eq!(verify_subtree(index, index + 1, leaf, size, root, &path), Ok(()));

        prop_assert!(verify_inclusion(index, size, flipped(leaf, bit), &path, root).is_err());
        prop_assert!(verify_inclusion(index, size, leaf, &path, flipped(root, bit)).is_err());
        let elsewhere = other.index(usize::try_from(size).unwrap()) as u64;
        prop_assert_eq!(verify_inclusion(elsewhere, size, leaf, &path, root).is_ok(), elsewhere == index);
        if !path.is_empty() {
            let mut broken = path.clone();
            let at = other.index(path.len());
            broken[at] = flipped(broken[at], bit);
            prop_assert!(verify_inclusion(index, size, leaf, &broken, root).is_err());
        }
    }

    #[test]
    fn trees_of_any_two_sizes_are_proved_consistent_and_no_flipped_bit_passes(
        sizes in prop_oneof![(1..=1u64 << 20, 1..=1u64 << 20), (1..=MAX_TREE_SIZE, 1..=MAX_TREE_SIZE)],
        odd: prop::sample::Index,
        at: prop::sample::Index,
        bit in 0..256usize,
    ) {
        let (old, new) = (sizes.0.min(sizes.1), sizes.0.max(sizes.1));
        let tree = UniformTree::new(odd.index(usize::try_from(new).unwrap()) as u64);
        let (old_root, new_root) = (root_at(&tree, old).unwrap(), root_at(&tree, new).unwrap());
        let proof = prove_consistency(&tree, old, new).unwrap();
        prop_assert_eq!(verify_consistency(old, old_root, new, new_root, &proof), Ok(()));
        prop_assert_eq!(verify_subtree(0, old, old_root, new, new_root, &proof), Ok(()));
        prop_assert!(verify_consistency(old, flipped(old_root, bit), new, new_root, &proof).is_err());
        prop_assert!(verify_consistency(old, old_root, new, flipped(new_root, bit), &proof).is_err());
        if !proof.is_empty() {
            let mut broken = proof.clone();
            let at = at.index(proof.len());
            broken[at] = flipped(broken[at], bit);
            prop_assert!(verify_consistency(old, old_root, new, new_root, &broken).is_err());
            prop_assert!(verify_consistency(old, old_root, new, new_root, &proof[1..]).is_err());
        }
    }

    #[test]
    fn no_proof_of_any_shape_panics(
        numbers: [u64; 4],
        count in 0..70usize,
    ) {
        let proof = vec![empty_root(); count];
        let [a, b, c, _] = numbers;
        prop_assert!(verify_inclusion(a, b, empty_root(), &proof, leaf_hash(b"")).is_err());
        prop_assert!(verify_consistency(a, leaf_hash(b"a"), b, leaf_hash(b"b"), &proof).is_err());
        prop_assert!(verify_subtree(a, b, leaf_hash(b"a"), c, leaf_hash(b"b"), &proof).is_err());
    }
}

#[test]
fn a_tree_of_a_million_distinct_leaves_proves_samples_of_itself() {
    const SIZE: u64 = (1 << 20) - 3;
    let tree = MemoryTree::of(&leaves(SIZE));
    let root = tree.range.root();
    assert_eq!(root_at(&tree, SIZE), Ok(root));
    assert_eq!(compact_range_at(&tree, SIZE).unwrap(), tree.range);
    for step in 0..200 {
        let index = step * 5243 % SIZE;
        let path = prove_inclusion(&tree, index, SIZE).unwrap();
        assert_eq!(
            verify_inclusion(index, SIZE, leaf_hash(&index.to_be_bytes()), &path, root),
            Ok(())
        );
        assert!(
            verify_inclusion(index, SIZE, leaf_hash(&(index + 1).to_be_bytes()), &path, root)
                .is_err()
        );
        let proof = prove_consistency(&tree, index, SIZE).unwrap();
        assert_eq!(
            verify_consistency(index, root_at(&tree, index).unwrap(), SIZE, root, &proof),
            Ok(())
        );
    }
}
