//! The tree over the tokens of a renewal: RFC 6962 section 2.1 over one entry for each.

use heqi_tlog::proof::{InclusionError, inclusion_root};
use heqi_tlog::tree::{Hash, empty_root, leaf_hash, node_hash};
use heqi_vocabulary::Digest;

/// One token in a tree.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "what stands in a file")]
pub struct TokenPlace {
    /// Its place.
    pub index: u64,
    /// How many there are.
    pub count: u64,
    /// The audit path.
    pub path: Vec<Hash>,
}

impl TokenPlace {
    /// The root that the token of this name leads to.
    ///
    /// # Errors
    /// The path has another length than the place asks for.
    pub fn root(&self, name: &str, token: Digest) -> Result<Hash, InclusionError> {
        inclusion_root(self.index, self.count, entry_hash(name, token), &self.path)
    }
}

/// The tokens of a renewal, in the order of their names.
#[derive(Clone, Debug, Default)]
pub struct TokenTree(Vec<Hash>);

fn entry_hash(name: &str, token: Digest) -> Hash {
    leaf_hash(format!("{name} {token}\n").as_bytes())
}

impl TokenTree {
    /// Adds the next one.
    pub fn add(&mut self, name: &str, token: Digest) {
        self.0.push(entry_hash(name, token));
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        u64::try_from(self.0.len()).unwrap_or(u64::MAX)
    }

    /// The root.
    pub fn root(&self) -> Hash {
        root_of(&self.0)
    }

    /// Where the token at `index` stands; `None` beyond the last.
    pub fn place(&self, index: u64) -> Option<TokenPlace> {
        let at = usize::try_from(index).ok().filter(|at| *at < self.0.len())?;
        let mut path = Vec::new();
        path_to(&self.0, at, &mut path);
        Some(TokenPlace { index, count: self.count(), path })
    }
}

/// The largest power of two below the number of hashes: where RFC 6962 splits.
const fn split(len: usize) -> usize {
    let half = len.next_power_of_two() / 2;
    if half == 0 { 1 } else { half }
}

fn root_of(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => empty_root(),
        [one] => *one,
        all => {
            let (left, right) = all.split_at_checked(split(all.len())).unwrap_or((all, &[]));
            node_hash(root_of(left), root_of(right))
        }
    }
}

fn path_to(hashes: &[Hash], at: usize, path: &mut Vec<Hash>) {
    if hashes.len() < 2 {
        return;
    }
    let middle = split(hashes.len());
    let (left, right) = hashes.split_at_checked(middle).unwrap_or((hashes, &[]));
    if at < middle {
        path_to(left, at, path);
        path.push(root_of(right));
    } else {
        path_to(right, at - middle, path);
        path.push(root_of(left));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_leads_to_the_root_and_no_other_does() {
        for count in 1..=33u64 {
            let mut tree = TokenTree::default();
            let token = |n: u64| Digest::of(&n.to_be_bytes());
            (0..count).for_each(|n| tree.add(&n.to_string(), token(n)));
            for n in 0..count {
                let place = tree.place(n).unwrap();
                assert_eq!(place.root(&n.to_string(), token(n)).unwrap(), tree.root(), "{n}");
                assert_ne!(place.root(&n.to_string(), token(n + 1)).unwrap(), tree.root());
                assert_ne!(place.root("other", token(n)).unwrap(), tree.root());
                let other = TokenPlace { index: (n + 1) % count, ..place };
                if count > 1 {
                    assert_ne!(other.root(&n.to_string(), token(n)).ok(), Some(tree.root()));
                }
            }
            assert_eq!(tree.place(count), None);
        }
        assert_eq!(TokenTree::default().root(), empty_root());
    }
}
