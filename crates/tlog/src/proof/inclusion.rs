//! Merkle audit paths, RFC 6962 section 2.1.1, verified as RFC 9162 section 2.1.3.2.

use crate::{
    proof::{NodeReader, ProveError, prove_subtree},
    tree::{Hash, node_hash},
};

/// Checks that the leaf stands at `index` in the tree of `size` with this `root`. `path` begins with the leaf's sibling.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf_hash: Hash,
    path: &[Hash],
    root: Hash,
) -> Result<(), InclusionError> {
    if inclusion_root(index, size, leaf_hash, path)? == root {
        Ok(())
    } else {
        Err(InclusionError::RootMismatch)
    }
}

/// The root the path leads to. Exactly the right number of hashes is demanded; the root still has to be compared.
pub fn inclusion_root(
    index: u64,
    size: u64,
    leaf_hash: Hash,
    path: &[Hash],
) -> Result<Hash, InclusionError> {
    if index >= size {
        return Err(InclusionError::IndexOutsideTree { index, size });
    }

    // Below the level where the paths of `index` and of the last leaf meet, a sibling stands on either side; above it
    // the path runs along the right edge, where a node has a sibling only at the levels of the bits set in `index`.
    let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
    let border = index.checked_shr(inner).unwrap_or(0).count_ones();
    let expected = inner.saturating_add(border);
    if u32::try_from(path.len()) != Ok(expected) {
        return Err(InclusionError::WrongLength { expected, found: path.len() });
    }

    let (inner_path, border_path) =
        path.split_at_checked(usize::try_from(inner).unwrap_or(usize::MAX)).unwrap_or((path, &[]));
    let joined = inner_path.iter().zip(0u32..).fold(leaf_hash, |hash, (&sibling, level)| {
        if index >> level & 1 == 0 { node_hash(hash, sibling) } else { node_hash(sibling, hash) }
    });
    Ok(border_path.iter().fold(joined, |hash, &left| node_hash(left, hash)))
}

/// The audit path of the leaf at `index` in the tree of `size`.
pub fn prove_inclusion<R: NodeReader>(
    reader: &R,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, ProveError<R::Error>> {
    let end = index.saturating_add(1);
    if index >= size {
        return Err(ProveError::OutsideTree { start: index, end, size });
    }
    prove_subtree(reader, index, end, size)
}

/// Why an inclusion proof was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InclusionError {
    /// No such leaf at that size.
    #[error("leaf {index} is not in a tree of size {size}")]
    IndexOutsideTree {
        /// The leaf index claimed.
        index: u64,
        /// The tree size claimed.
        size: u64,
    },
    /// Too many or too few hashes for the shape of the tree.
    #[error("the inclusion path must have {expected} hashes, not {found}")]
    WrongLength {
        /// What index and size demand.
        expected: u32,
        /// What was given.
        found: usize,
    },
    /// The path leads to another root.
    #[error("the inclusion path leads to another root")]
    RootMismatch,
}
