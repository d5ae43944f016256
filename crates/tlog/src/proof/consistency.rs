//! Merkle consistency proofs, RFC 6962 section 2.1.2, verified as RFC 9162 section 2.1.4.2.

use crate::{
    proof::{NodeReader, ProveError, prove_subtree},
    tree::{Hash, empty_root, node_hash},
};

/// Checks that the tree of `old_size` with `old_root` is a prefix of the tree of `new_size` with `new_root`.
///
/// The proof is empty when nothing has to be proved: from the empty tree, whose root must then be [`empty_root`], and
/// between equal sizes, whose roots must then be equal.
pub fn verify_consistency(
    old_size: u64,
    old_root: Hash,
    new_size: u64,
    new_root: Hash,
    proof: &[Hash],
) -> Result<(), ConsistencyError> {
    if old_size > new_size {
        return Err(ConsistencyError::Shrunk { old_size, new_size });
    }
    if old_size == 0 || old_size == new_size {
        if !proof.is_empty() {
            return Err(ConsistencyError::TooLong);
        }
        if (old_size == 0 && old_root != empty_root())
            || (new_size == 0 && new_root != empty_root())
        {
            return Err(ConsistencyError::NotTheEmptyRoot);
        }
        if old_size == new_size && old_root != new_root {
            return Err(ConsistencyError::NewRootMismatch);
        }
        return Ok(());
    }

    // A power of two is itself a node of the new tree, which RFC 6962 leaves out of the proof.
    let (seed, path) = if old_size.is_power_of_two() {
        (old_root, proof)
    } else {
        let (&first, rest) = proof.split_first().ok_or(ConsistencyError::TooShort)?;
        (first, rest)
    };
    let (old_hash, new_hash) = consistency_roots(old_size, new_size, seed, path)?;
    if old_hash != old_root {
        return Err(ConsistencyError::OldRootMismatch);
    }
    if new_hash != new_root {
        return Err(ConsistencyError::NewRootMismatch);
    }
    Ok(())
}

/// The roots at `old_size` and `new_size` that hashes lead to: `seed` is the last complete subtree of the old tree.
/// Only for 0 < `old_size` < `new_size`.
pub(crate) fn consistency_roots(
    old_size: u64,
    new_size: u64,
    seed: Hash,
    path: &[Hash],
) -> Result<(Hash, Hash), ConsistencyError> {
    // `old` and `new` walk up from the last leaf of each tree; both have shed the levels below the seed.
    let levels = (old_size - 1).trailing_ones();
    let mut old = (old_size - 1) >> levels;
    let mut new = (new_size - 1) >> levels;
    let (mut old_hash, mut new_hash) = (seed, seed);
    for &sibling in path {
        if new == 0 {
            return Err(ConsistencyError::TooLong);
        }
        if old & 1 == 1 || old == new {
            old_hash = node_hash(sibling, old_hash);
            new_hash = node_hash(sibling, new_hash);
            // On the right edge of both trees: skip the levels where this node has no sibling.
            while old & 1 == 0 && old != 0 {
                old >>= 1;
                new >>= 1;
            }
        } else {
            new_hash = node_hash(new_hash, sibling);
        }
        old >>= 1;
        new >>= 1;
    }
    if new == 0 { Ok((old_hash, new_hash)) } else { Err(ConsistencyError::TooShort) }
}

/// The consistency proof from `old_size` to `new_size`; empty from the empty tree and between equal sizes.
pub fn prove_consistency<R: NodeReader>(
    reader: &R,
    old_size: u64,
    new_size: u64,
) -> Result<Vec<Hash>, ProveError<R::Error>> {
    prove_subtree(reader, 0, old_size, new_size)
}

/// Why a consistency proof was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ConsistencyError {
    /// The new tree is smaller than the old one.
    #[error("the tree shrank from {old_size} to {new_size}")]
    Shrunk {
        /// The earlier size.
        old_size: u64,
        /// The later size.
        new_size: u64,
    },
    /// The root claimed for the empty tree is not the hash of nothing.
    #[error("the root of the empty tree must be the hash of the empty string")]
    NotTheEmptyRoot,
    /// The proof ends before the root is reached.
    #[error("the consistency proof has too few hashes")]
    TooShort,
    /// The proof goes on after the root is reached, or is given where none is needed.
    #[error("the consistency proof has too many hashes")]
    TooLong,
    /// The proof does not lead to the old root.
    #[error("the consistency proof leads to another old root")]
    OldRootMismatch,
    /// The proof does not lead to the new root.
    #[error("the consistency proof leads to another new root")]
    NewRootMismatch,
}
