//! The path from the photo to the head that the notary cosigned, computed anew from the bundle:
//! photo, record, leaf, each node of the tree, root. With one byte of the photo changed every value
//! on the way is another one, and the last is not the root that was cosigned.

use heqi_evidence::bundle::{BundleParts, EvidenceBundle};
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_tlog::proof_file::ProofFile;
use heqi_tlog::tree::{Hash, leaf_hash, node_hash};
use heqi_vocabulary::Digest;

use super::forgery::{photo_of, with_value};

/// All values from the photo up.
pub(crate) struct Climb {
    pub(crate) photo: Digest,
    pub(crate) record: Digest,
    pub(crate) leaf: Hash,
    /// Every node above the leaf, with its neighbour below and on which side that stands.
    pub(crate) nodes: Vec<Node>,
    /// The root that the head names.
    pub(crate) cosigned: Hash,
    /// The index of the leaf, and the size of the log under the head.
    pub(crate) place: (u64, u64),
}

/// One step up the tree.
pub(crate) struct Node {
    pub(crate) neighbour: Hash,
    pub(crate) is_left: bool,
    pub(crate) value: Hash,
}

impl Climb {
    /// Computes the path; `is_changed`: with one byte of the photo changed.
    pub(crate) fn of(bundle: &[u8], is_changed: bool) -> Option<Self> {
        let parts = EvidenceBundle::read(bundle).ok()?.parts;
        let photo = Digest::of(&photo_bytes(&parts, is_changed)?);
        let record = with_value(&parts.record, "photo_sha256", photo.to_string().into())?;
        let record = Disclosure::parse(&record).ok()?.root();
        let leaf = leaf_hash(&LogLeaf::Record(RecordRoot::new(record)).to_bytes());
        let proof = ProofFile::parse(parts.proof.as_deref()?).ok()?;
        let head = proof.checkpoint().checkpoint();
        let place = (proof.index(), head.size());
        let nodes = climbed(place, leaf, proof.path());
        Some(Self { photo, record, leaf, nodes, cosigned: head.root(), place })
    }

    /// The root that the path leads to.
    pub(crate) fn root(&self) -> Hash {
        self.nodes.last().map_or(self.leaf, |node| node.value)
    }

    /// Whether that is the root that was cosigned.
    pub(crate) fn arrives(&self) -> bool {
        self.root() == self.cosigned
    }
}

fn photo_bytes(parts: &BundleParts, is_changed: bool) -> Option<Vec<u8>> {
    let mut photo = photo_of(parts)?.1.clone();
    let middle = photo.len() / 2;
    if is_changed {
        *photo.get_mut(middle)? ^= 1;
    }
    Some(photo)
}

/// RFC 9162, 2.1.3.2, with every value on the way.
fn climbed((index, size): (u64, u64), leaf: Hash, path: &[Hash]) -> Vec<Node> {
    let (mut own, mut last) = (index, size.saturating_sub(1));
    let mut below = leaf;
    let step = |neighbour: &Hash| {
        let is_left = own & 1 == 1 || own == last;
        let value =
            if is_left { node_hash(*neighbour, below) } else { node_hash(below, *neighbour) };
        if is_left {
            // A node at the right edge has no sibling on these levels.
            while own & 1 == 0 && own != 0 {
                (own, last) = (own >> 1, last >> 1);
            }
        }
        (own, last) = (own >> 1, last >> 1);
        below = value;
        Node { neighbour: *neighbour, is_left, value }
    };
    path.iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use heqi_testkit::MemoryLog;
    use heqi_tlog::note::{KeyName, NoteSigner};

    use super::*;

    #[test]
    fn the_way_up_ends_at_the_root_from_every_leaf_of_every_tree() {
        for size in 1..=20_u64 {
            let name = KeyName::new("log.example/path").unwrap();
            let signer = NoteSigner::from_seed(name, &[7; 32]).unwrap();
            let entries = (0..size).map(|number| number.to_be_bytes().to_vec());
            let log = MemoryLog::of_entries(signer, entries);
            let root = log.head_at(size).checkpoint().root();
            for index in 0..size {
                let leaf = leaf_hash(&index.to_be_bytes());
                let nodes = climbed((index, size), leaf, &log.inclusion(index, size));
                assert_eq!(nodes.last().map_or(leaf, |node| node.value), root, "{index} of {size}");
            }
        }
    }
}
