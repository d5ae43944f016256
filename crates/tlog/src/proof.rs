//! Inclusion, consistency and subtree consistency proofs: strict verification, and generation from stored nodes.
//!
//! A verifier here consumes exactly the hashes the shape of the tree demands and rejects one more or one fewer. What no
//! verifier can do is authenticate the tree *size*: trees of neighbouring sizes can share the shape of a path, so the
//! size must come from the same signed checkpoint as the root.

mod consistency;
mod inclusion;
mod subtree;

use crate::tree::{CompactRange, Hash, empty_root, frontier_nodes, node_hash};

pub(crate) use consistency::consistency_roots;
pub use consistency::{ConsistencyError, prove_consistency, verify_consistency};
pub use inclusion::{InclusionError, inclusion_root, prove_inclusion, verify_inclusion};
pub use subtree::{SubtreeError, is_subtree, prove_subtree, subtree_hash_at, verify_subtree};

/// Hands out hashes of complete subtrees, from tiles, from memory, from anywhere.
pub trait NodeReader {
    /// Why a node could not be read.
    type Error;

    /// The hash over the 2^`level` leaves that begin at leaf `index` · 2^`level`. Only asked for subtrees that are
    /// complete within the tree size the caller named.
    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error>;
}

impl<R: NodeReader + ?Sized> NodeReader for &R {
    type Error = R::Error;

    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error> {
        (**self).node(level, index)
    }
}

/// Why a proof could not be made.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProveError<E> {
    /// What was asked for does not lie inside the tree.
    #[error("[{start}, {end}) is not a subtree of a tree of size {size}")]
    OutsideTree {
        /// First leaf.
        start: u64,
        /// One past the last leaf.
        end: u64,
        /// The tree size.
        size: u64,
    },
    /// A node could not be read.
    #[error("a tree node could not be read")]
    Read(#[source] E),
}

/// The root a tree had at `size`, from its stored nodes.
pub fn root_at<R: NodeReader>(reader: &R, size: u64) -> Result<Hash, R::Error> {
    range_hash(reader, 0, size)
}

/// The appender state of a tree at `size`, from its stored nodes: how a writer resumes after a restart.
pub fn compact_range_at<R: NodeReader>(
    reader: &R,
    size: u64,
) -> Result<CompactRange, ProveError<R::Error>> {
    let frontier = frontier_nodes(size)
        .map(|(level, index)| reader.node(level, index))
        .collect::<Result<_, _>>();
    CompactRange::from_frontier(size, frontier.map_err(ProveError::Read)?)
        .map_err(|_| ProveError::OutsideTree { start: 0, end: size, size })
}

/// MTH(D[start:end]) for a range that is a subtree: folds its complete subtrees from the right edge leftwards.
fn range_hash<R: NodeReader>(reader: &R, start: u64, end: u64) -> Result<Hash, R::Error> {
    let mut from = end;
    let mut hash = None;
    while from > start {
        let level = low_bit(from - start);
        from -= 1 << level;
        let left = reader.node(level, from >> level)?;
        hash = Some(hash.map_or(left, |right| node_hash(left, right)));
    }
    Ok(hash.unwrap_or_else(empty_root))
}

/// Position of the lowest bit set; `value` is never 0 here.
fn low_bit(value: u64) -> u8 {
    u8::try_from(value.trailing_zeros()).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests;
