//! Subtree consistency proofs, draft-ietf-plants-merkle-tree-certs section 4: the leaves of `[start, end)` are the ones
//! the larger tree has there. An inclusion proof is the case of one leaf, a consistency proof the case `start` = 0.

use crate::{
    proof::{NodeReader, ProveError, range_hash},
    tree::{Hash, empty_root, node_hash},
};

/// Whether `[start, end)` is a subtree: `start` is a multiple of the smallest power of two that holds the interval.
pub fn is_subtree(start: u64, end: u64) -> bool {
    // Past 2^63 the next power of two does not fit; only `start` = 0 is a multiple of it then.
    end.checked_sub(start).is_some_and(|size| {
        size.checked_next_power_of_two().map_or(start == 0, |width| start & (width - 1) == 0)
    })
}

/// Checks that the subtree `[start, end)` with hash `subtree` is part of the tree of `size` with this `root` (4.4.3).
pub fn verify_subtree(
    start: u64,
    end: u64,
    subtree: Hash,
    size: u64,
    root: Hash,
    proof: &[Hash],
) -> Result<(), SubtreeError> {
    if !is_subtree(start, end) || end > size {
        return Err(SubtreeError::NotASubtree { start, end, size });
    }
    if start == end {
        return match (proof.is_empty(), subtree == empty_root()) {
            (false, _) => Err(SubtreeError::TooLong),
            (true, false) => Err(SubtreeError::SubtreeMismatch),
            (true, true) => Ok(()),
        };
    }

    // First, last leaf of the subtree and last leaf of the tree, as positions at the level the walk has reached.
    let (mut first, mut last, mut tree_last) = (start, end - 1, size - 1);
    let subtree_ends_the_tree = last == tree_last;
    while first != last && (subtree_ends_the_tree || last & 1 == 1) {
        (first, last, tree_last) = (first >> 1, last >> 1, tree_last >> 1);
    }
    let (seed, path) = if first == last {
        (subtree, proof)
    } else {
        let (&seed, rest) = proof.split_first().ok_or(SubtreeError::TooShort)?;
        (seed, rest)
    };
    let (mut subtree_hash, mut tree_hash) = (seed, seed);
    for &sibling in path {
        if tree_last == 0 {
            return Err(SubtreeError::TooLong);
        }
        if last & 1 == 1 || last == tree_last {
            if first < last {
                subtree_hash = node_hash(sibling, subtree_hash);
            }
            tree_hash = node_hash(sibling, tree_hash);
            while last & 1 == 0 && last != 0 {
                (first, last, tree_last) = (first >> 1, last >> 1, tree_last >> 1);
            }
        } else {
            tree_hash = node_hash(tree_hash, sibling);
        }
        (first, last, tree_last) = (first >> 1, last >> 1, tree_last >> 1);
    }

    if tree_last != 0 {
        return Err(SubtreeError::TooShort);
    }
    if subtree_hash != subtree {
        return Err(SubtreeError::SubtreeMismatch);
    }
    if tree_hash != root {
        return Err(SubtreeError::RootMismatch);
    }
    Ok(())
}

/// `SUBTREE_PROOF(start, end, D_size)`, section 4.4.1; empty if `start` = `end`.
pub fn prove_subtree<R: NodeReader>(
    reader: &R,
    start: u64,
    end: u64,
    size: u64,
) -> Result<Vec<Hash>, ProveError<R::Error>> {
    if !is_subtree(start, end) || end > size {
        return Err(ProveError::OutsideTree { start, end, size });
    }
    proof_ranges(start, end, size)
        .into_iter()
        .map(|(from, to)| range_hash(reader, from, to).map_err(ProveError::Read))
        .collect()
}

/// The hash of the subtree `[start, end)` from stored nodes.
pub fn subtree_hash_at<R: NodeReader>(
    reader: &R,
    start: u64,
    end: u64,
) -> Result<Hash, ProveError<R::Error>> {
    if !is_subtree(start, end) {
        return Err(ProveError::OutsideTree { start, end, size: end });
    }
    range_hash(reader, start, end).map_err(ProveError::Read)
}

/// Walks from the root down to the subtree; what the walk leaves aside at each fork is the proof, deepest first.
fn proof_ranges(mut start: u64, end: u64, size: u64) -> Vec<(u64, u64)> {
    let (mut low, mut high) = (0, size);
    let mut subtree_is_a_node = true;
    let mut aside = Vec::new();
    while start != end && (start, end) != (low, high) {
        let fork = low + split(high - low);
        if end <= fork {
            aside.push((fork, high));
            high = fork;
        } else {
            aside.push((low, fork));
            if start < fork {
                start = fork;
                subtree_is_a_node = false;
            }
            low = fork;
        }
    }
    if !subtree_is_a_node {
        aside.push((low, high));
    }
    aside.reverse();
    aside
}

/// The largest power of two strictly below `size`, which is at least 2 here.
fn split(size: u64) -> u64 {
    1 << (size - 1).checked_ilog2().unwrap_or(0)
}

/// Why a subtree consistency proof was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SubtreeError {
    /// The interval is not aligned, or not inside the tree.
    #[error("[{start}, {end}) is not a subtree of a tree of size {size}")]
    NotASubtree {
        /// First leaf.
        start: u64,
        /// One past the last leaf.
        end: u64,
        /// The tree size claimed.
        size: u64,
    },
    /// The proof ends before the root is reached.
    #[error("the subtree proof has too few hashes")]
    TooShort,
    /// The proof goes on after the root is reached.
    #[error("the subtree proof has too many hashes")]
    TooLong,
    /// The proof does not lead to the subtree hash.
    #[error("the subtree proof leads to another subtree hash")]
    SubtreeMismatch,
    /// The proof does not lead to the root.
    #[error("the subtree proof leads to another root")]
    RootMismatch,
}
