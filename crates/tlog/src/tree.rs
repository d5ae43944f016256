//! The Merkle tree of RFC 6962 section 2.1 (RFC 9162 hashes the same way): SHA-256, leaf prefix 0x00, node prefix 0x01.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::encoding::{from_base64, from_hex, to_base64, to_hex};

/// The largest tree size this crate speaks of: 2^63 - 1, what every implementation can hold in a signed integer.
pub const MAX_TREE_SIZE: u64 = u64::MAX >> 1;

/// A SHA-256 digest standing for a leaf, a node or a whole tree. `Display` is lowercase hex; the C2SP texts use base64.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Hash([u8; Hash::LEN]);

impl Hash {
    /// Bytes in a hash.
    pub const LEN: usize = 32;

    /// Takes the 32 bytes as they are.
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// Reads 64 lowercase hex digits.
    pub fn from_hex(text: &str) -> Result<Self, HashParseError> {
        Self::exactly(from_hex(text))
    }

    /// 64 lowercase hex digits.
    pub fn to_hex(&self) -> String {
        to_hex(&self.0)
    }

    /// Reads 44 characters of canonical, padded base64.
    pub fn from_base64(text: &str) -> Result<Self, HashParseError> {
        Self::exactly(from_base64(text))
    }

    /// 44 characters of padded base64, as in checkpoints and proofs.
    pub fn to_base64(&self) -> String {
        to_base64(&self.0)
    }

    fn exactly(bytes: Option<Vec<u8>>) -> Result<Self, HashParseError> {
        bytes.and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(HashParseError)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl From<[u8; Hash::LEN]> for Hash {
    fn from(bytes: [u8; Hash::LEN]) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8]> for Hash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The text is not exactly one canonical encoding of 32 bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a hash must be 32 bytes in canonical encoding")]
pub struct HashParseError;

/// SHA-256(0x00 ‖ entry): the hash of one log entry.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0x00]).chain_update(entry).finalize().into())
}

/// SHA-256(0x01 ‖ left ‖ right): the hash of an inner node.
pub fn node_hash(left: Hash, right: Hash) -> Hash {
    Hash(
        Sha256::new()
            .chain_update([0x01])
            .chain_update(left.0)
            .chain_update(right.0)
            .finalize()
            .into(),
    )
}

/// SHA-256 of the empty string: the root of the tree without leaves.
pub fn empty_root() -> Hash {
    Hash(Sha256::digest(b"").into())
}

/// A complete subtree: the hash over the 2^`level` leaves that begin at leaf `index` · 2^`level`. It never changes once
/// the tree has grown past it, which is why it may be stored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Node {
    /// Height above the leaves; a leaf hash has level 0.
    pub level: u8,
    /// Position among the nodes of its level, from the left.
    pub index: u64,
    /// The hash of the subtree.
    pub hash: Hash,
}

/// The right edge of a growing tree: everything needed to append and to know the root, in O(log n) memory.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CompactRange {
    size: u64,
    /// Roots of the complete subtrees the size splits into, largest first: one per bit set in `size`.
    frontier: Vec<Hash>,
}

impl CompactRange {
    /// The empty tree.
    pub const fn new() -> Self {
        Self { size: 0, frontier: Vec::new() }
    }

    /// Resumes from a stored frontier, largest subtree first. Compare [`Self::root`] with a signed checkpoint before
    /// appending: only the number of hashes is checked here.
    pub fn from_frontier(size: u64, frontier: Vec<Hash>) -> Result<Self, FrontierError> {
        let expected = frontier_nodes(size).count();
        if size > MAX_TREE_SIZE {
            return Err(FrontierError::TooLarge { size });
        }
        if frontier.len() != expected {
            return Err(FrontierError::WrongLength { size, expected, found: frontier.len() });
        }
        Ok(Self { size, frontier })
    }

    /// Number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// What [`Self::from_frontier`] takes back.
    pub fn frontier(&self) -> &[Hash] {
        &self.frontier
    }

    /// Appends one leaf hash; amortised O(1).
    pub fn append(&mut self, leaf: Hash) {
        self.append_with(leaf, |_| {});
    }

    /// Appends one leaf hash and reports every node this leaf completes, the leaf itself first, then upwards: exactly
    /// the nodes a tile writer has to store.
    pub fn append_with(&mut self, leaf: Hash, mut completed: impl FnMut(Node)) {
        let mut node = Node { level: 0, index: self.size, hash: leaf };
        completed(node);
        while node.index & 1 == 1
            && let Some(left) = self.frontier.pop()
        {
            node = Node {
                level: node.level + 1,
                index: node.index >> 1,
                hash: node_hash(left, node.hash),
            };
            completed(node);
        }
        self.frontier.push(node.hash);
        self.size += 1;
    }

    /// The RFC 6962 root at the present size.
    pub fn root(&self) -> Hash {
        self.frontier
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| node_hash(left, right))
            .unwrap_or_else(empty_root)
    }
}

/// A stored frontier that cannot belong to a tree of that size.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FrontierError {
    /// The size is beyond [`MAX_TREE_SIZE`].
    #[error("tree size {size} is beyond 2^63 - 1")]
    TooLarge {
        /// The size given.
        size: u64,
    },
    /// The number of hashes does not fit the size.
    #[error("a tree of size {size} has a frontier of {expected} hashes, not {found}")]
    WrongLength {
        /// The size given.
        size: u64,
        /// Bits set in the size.
        expected: usize,
        /// Hashes given.
        found: usize,
    },
}

/// The (level, index) of each node on the frontier of a tree of `size`, largest subtree first.
pub fn frontier_nodes(size: u64) -> impl Iterator<Item = (u8, u64)> {
    (0..64u8)
        .rev()
        .filter(move |level| size >> level & 1 == 1)
        .map(move |level| (level, (size >> level) ^ 1))
}

#[cfg(test)]
pub(crate) mod tests;
