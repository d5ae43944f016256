//! What the tests of several modules share: the vectors, a tree in memory, keys.

use std::convert::Infallible;

use serde::de::DeserializeOwned;

use crate::{
    checkpoint::{Checkpoint, Origin, SignedCheckpoint},
    note::{KeyId, KeyName, MAX_NOTE_BYTES, NoteSigner, SignatureLine},
    proof::NodeReader,
    tree::{CompactRange, Hash, leaf_hash},
};

/// Reads a vector file; a field the test does not know is an error of the test.
pub(crate) fn vectors<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap()
}

pub(crate) fn hash(hex: &str) -> Hash {
    Hash::from_hex(hex).unwrap()
}

pub(crate) fn hashes(hexes: &[String]) -> Vec<Hash> {
    hexes.iter().map(|hex| hash(hex)).collect()
}

pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    crate::encoding::from_hex(hex).unwrap()
}

pub(crate) fn name(text: &str) -> KeyName {
    KeyName::new(text).unwrap()
}

/// The same checkpoint in a note of the greatest length: a stranger's line takes what is left.
pub(crate) fn longest_note(head: &SignedCheckpoint) -> SignedCheckpoint {
    let left = MAX_NOTE_BYTES - head.to_bytes().len();
    // Base64 comes in fours; the name takes what is over.
    let bare = "\u{2014} n \n".len();
    let (fours, over) = ((left - bare) / 4, (left - bare) % 4);
    let stranger = name(&"n".repeat(1 + over));
    let line = SignatureLine::new(stranger, KeyId::from_bytes([7; 4]), vec![7; fours * 3 - 4]);
    let longest = head.with_signature(line.unwrap()).unwrap();
    assert_eq!(longest.to_bytes().len(), MAX_NOTE_BYTES);
    longest
}

/// Distinct leaves, numbered.
pub(crate) fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|index| leaf_hash(&index.to_be_bytes())).collect()
}

/// Every complete node of a growing tree, as a tile writer would have stored it.
#[derive(Default)]
pub(crate) struct MemoryTree {
    pub(crate) levels: Vec<Vec<Hash>>,
    pub(crate) range: CompactRange,
}

impl MemoryTree {
    pub(crate) fn of(leaves: &[Hash]) -> Self {
        let mut tree = Self::default();
        for leaf in leaves {
            tree.append(*leaf);
        }
        tree
    }

    pub(crate) fn append(&mut self, leaf: Hash) {
        let levels = &mut self.levels;
        self.range.append_with(leaf, |node| {
            let level = usize::from(node.level);
            if levels.len() == level {
                levels.push(Vec::new());
            }
            assert_eq!(
                levels[level].len() as u64,
                node.index,
                "nodes of a level complete from left to right, none twice"
            );
            levels[level].push(node.hash);
        });
    }

    pub(crate) fn signed(&self, size: u64, signer: &NoteSigner) -> SignedCheckpoint {
        let origin = Origin::from(signer.verifier_key().name().clone());
        let root = crate::proof::root_at(self, size).unwrap();
        SignedCheckpoint::sign(Checkpoint::new(origin, size, root).unwrap(), signer).unwrap()
    }
}

impl NodeReader for MemoryTree {
    type Error = Infallible;

    fn node(&self, level: u8, index: u64) -> Result<Hash, Infallible> {
        Ok(self.levels[usize::from(level)][usize::try_from(index).unwrap()])
    }
}
