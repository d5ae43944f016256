//! The attribute tree: a perfect RFC 6962 tree over 16, 32 or 64 slot leaves.
//!
//! `rs_merkle` builds the tree and picks the hashes of a multi-slot proof; its verifier
//! is malleable and never called. [`root_from_parts`] is our own: it computes the root
//! from opened leaves and helper hashes and consumes exactly the hashes it needs.

use std::collections::BTreeMap;

use heqi_tlog::tree::{Hash, leaf_hash, node_hash};
use heqi_vocabulary::Provenance;
use rs_merkle::{Hasher, MerkleTree};
use serde_json::Value;

use crate::canonical;
use crate::salt::Salt;

/// Context of an attribute leaf, so that its hash can never be taken for another.
const ATTRIBUTE_LABEL: &[u8] = b"heqi.attribute/v1\n";

/// The leaf hash of one slot:
/// SHA-256(0x00 ‖ "heqi.attribute/v1\n" ‖ JCS([salt, name, value, provenance])).
///
/// # Errors
/// The value holds a number that is no integer within 2^53.
pub(crate) fn attribute_leaf(
    salt: Salt,
    name: &str,
    value: &Value,
    provenance: Provenance,
) -> Result<Hash, canonical::CanonicalError> {
    canonical::check_numbers(value).map_err(canonical::CanonicalError::NotStrict)?;
    let mut bytes = Vec::with_capacity(192);
    bytes.extend_from_slice(ATTRIBUTE_LABEL);
    bytes.push(b'[');
    canonical::write_string(&salt.to_text(), &mut bytes);
    bytes.push(b',');
    canonical::write_string(name, &mut bytes);
    bytes.push(b',');
    canonical::write(value, &mut bytes);
    bytes.push(b',');
    canonical::write_string(provenance.as_str(), &mut bytes);
    bytes.push(b']');
    Ok(leaf_hash(&bytes))
}

/// The root of a perfect tree over these leaves, which is what [`AttributeTree`] finds and
/// all that sealing a record needs. Of another number of leaves than a power of two it is
/// no root of any attribute tree.
pub(crate) fn root_of(leaves: &[Hash]) -> Hash {
    let mut layer = leaves.to_vec();
    while layer.len() > 1 {
        layer = layer
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => node_hash(*left, *right),
                lone => lone.first().copied().unwrap_or_else(|| Hash::from_bytes([0; 32])),
            })
            .collect();
    }
    layer.first().copied().unwrap_or_else(|| Hash::from_bytes([0; 32]))
}

/// A built attribute tree.
pub(crate) struct AttributeTree(MerkleTree<Rfc6962>);

impl AttributeTree {
    pub(crate) fn build(leaves: &[Hash]) -> Self {
        let bytes: Vec<[u8; 32]> = leaves.iter().map(|h| *h.as_bytes()).collect();
        Self(MerkleTree::from_leaves(&bytes))
    }

    #[cfg(test)]
    pub(crate) fn root(&self) -> Hash {
        // Only a tree without leaves has no root, and every schema has at least 16.
        Hash::from_bytes(self.0.root().unwrap_or_default())
    }

    /// The helper hashes for opening `slots`: the siblings that cannot be computed from
    /// the opened leaves, lowest layer first, left to right.
    pub(crate) fn helper_hashes(&self, slots: &[u8]) -> Vec<Hash> {
        let places: Vec<usize> = slots.iter().copied().map(usize::from).collect();
        self.0.proof(&places).proof_hashes().iter().copied().map(Hash::from_bytes).collect()
    }
}

/// Why opened leaves and helper hashes do not make one tree.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TreeError {
    /// No leaf is open, or one lies beyond the last slot.
    #[error("an opened slot lies beyond the tree, or none is open")]
    Slot,
    /// A helper hash is missing or left over.
    #[error("the proof has {0} helper hashes, which is not the number it needs")]
    HelperCount(usize),
}

/// The root of a perfect tree of `slots` leaves from its opened leaves and helper hashes
/// (order: see [`AttributeTree::helper_hashes`]).
///
/// # Errors
/// See [`TreeError`].
pub(crate) fn root_from_parts(
    slots: u8,
    opened: &BTreeMap<u8, Hash>,
    helpers: &[Hash],
) -> Result<Hash, TreeError> {
    if !slots.is_power_of_two() || opened.is_empty() || opened.keys().any(|s| *s >= slots) {
        return Err(TreeError::Slot);
    }
    let count = TreeError::HelperCount(helpers.len());
    if opened.len() == usize::from(slots) && helpers.is_empty() {
        let leaves: Vec<Hash> = opened.values().copied().collect();
        return Ok(root_of(&leaves));
    }
    let mut remaining = helpers.iter();
    let mut layer = opened.clone();
    let mut width = slots;
    while width > 1 {
        let mut above = BTreeMap::new();
        for (place, hash) in &layer {
            let sibling = place ^ 1;
            let pair = match (layer.get(&sibling), place & 1 == 0) {
                (Some(_), false) => continue,
                (Some(right), true) => node_hash(*hash, *right),
                (None, true) => node_hash(*hash, *remaining.next().ok_or(count)?),
                (None, false) => node_hash(*remaining.next().ok_or(count)?, *hash),
            };
            above.insert(place / 2, pair);
        }
        layer = above;
        width /= 2;
    }
    match (layer.get(&0), remaining.next()) {
        (Some(root), None) => Ok(*root),
        _ => Err(count),
    }
}

/// RFC 6962 node hashing for `rs_merkle`; leaves arrive already hashed.
#[derive(Clone)]
struct Rfc6962;

impl Hasher for Rfc6962 {
    type Hash = [u8; 32];

    fn hash(data: &[u8]) -> [u8; 32] {
        *leaf_hash(data).as_bytes()
    }

    fn concat_and_hash(left: &[u8; 32], right: Option<&[u8; 32]>) -> [u8; 32] {
        match right {
            Some(right) => *node_hash(Hash::from_bytes(*left), Hash::from_bytes(*right)).as_bytes(),
            None => *left,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn leaves(slots: u8) -> Vec<Hash> {
        (0..slots).map(|i| leaf_hash(&[i])).collect()
    }

    fn recursive_root(leaves: &[Hash]) -> Hash {
        match leaves {
            [one] => *one,
            many => {
                let (left, right) = many.split_at(many.len() / 2);
                node_hash(recursive_root(left), recursive_root(right))
            }
        }
    }

    fn opened(all: &[Hash], slots: &BTreeSet<u8>) -> BTreeMap<u8, Hash> {
        slots.iter().map(|s| (*s, all[usize::from(*s)])).collect()
    }

    #[test]
    fn the_built_root_is_the_recursive_root() {
        for slots in [16, 32, 64] {
            assert_eq!(AttributeTree::build(&leaves(slots)).root(), recursive_root(&leaves(slots)));
            assert_eq!(root_of(&leaves(slots)), recursive_root(&leaves(slots)));
        }
    }

    #[test]
    fn a_leaf_hashes_the_canonical_list_of_its_four_members() {
        let salt = Salt::from_bytes([7; 16]);
        let value = serde_json::json!({ "b": ["\u{1f602}\u{fb33}\"\n"], "a": -1 });
        let list = canonical::to_bytes(&(salt, "place", &value, Provenance::Reported)).unwrap();
        let leaf = attribute_leaf(salt, "place", &value, Provenance::Reported).unwrap();
        assert_eq!(leaf, leaf_hash(&[ATTRIBUTE_LABEL, &list].concat()));
        assert!(attribute_leaf(salt, "n", &1.5.into(), Provenance::Observed).is_err());
    }

    #[test]
    fn a_frame_needs_only_one_hash_per_doubling_above_eight() {
        let frame: Vec<u8> = (0..8).collect();
        for (slots, hashes) in [(16, 1), (32, 2), (64, 3)] {
            assert_eq!(AttributeTree::build(&leaves(slots)).helper_hashes(&frame).len(), hashes);
        }
    }

    proptest! {
        #[test]
        fn any_subset_of_slots_opens_to_the_same_root(
            slots in prop::sample::select(vec![16u8, 32, 64]),
            picked in prop::collection::btree_set(0u8..64, 1..64),
        ) {
            let picked: BTreeSet<u8> = picked.into_iter().map(|s| s % slots).collect();
            let all = leaves(slots);
            let tree = AttributeTree::build(&all);
            let list: Vec<u8> = picked.iter().copied().collect();
            let helpers = tree.helper_hashes(&list);
            let open = opened(&all, &picked);
            prop_assert_eq!(root_from_parts(slots, &open, &helpers), Ok(tree.root()));

            let mut longer = helpers.clone();
            longer.push(leaf_hash(b"extra"));
            prop_assert!(root_from_parts(slots, &open, &longer).is_err());
            if let Some((_, shorter)) = helpers.split_last() {
                prop_assert!(root_from_parts(slots, &open, shorter).is_err());
            }
        }

        #[test]
        fn any_flipped_bit_gives_another_root(
            picked in prop::collection::btree_set(0u8..32, 1..31),
            bit in 0usize..256,
            which in any::<prop::sample::Index>(),
        ) {
            let all = leaves(32);
            let tree = AttributeTree::build(&all);
            let list: Vec<u8> = picked.iter().copied().collect();
            let mut helpers = tree.helper_hashes(&list);
            let mut open = opened(&all, &picked);
            let total = helpers.len() + open.len();
            let place = which.index(total);
            let target = if place < helpers.len() {
                &mut helpers[place]
            } else {
                open.values_mut().nth(place - helpers.len()).unwrap()
            };
            let mut bytes = *target.as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            *target = Hash::from_bytes(bytes);
            prop_assert_ne!(root_from_parts(32, &open, &helpers), Ok(tree.root()));
        }
    }

    #[test]
    fn a_slot_beyond_the_tree_is_refused() {
        let open = BTreeMap::from([(16, leaf_hash(b"x"))]);
        assert_eq!(root_from_parts(16, &open, &[]), Err(TreeError::Slot));
        assert_eq!(root_from_parts(16, &BTreeMap::new(), &[]), Err(TreeError::Slot));
    }

    #[test]
    fn the_hash_of_a_leaf_without_bytes_is_the_published_one() {
        // RFC 6962 section 2.1: SHA-256 of the one byte 0x00.
        assert_eq!(
            hex::encode(Rfc6962::hash(b"")),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
    }
}
