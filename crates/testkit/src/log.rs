//! A log in memory, with proofs and cosigned heads.

use std::convert::Infallible;

use heqi_evidence::leaf::LogLeaf;
use heqi_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use heqi_tlog::cosignature::{CosignatureTime, Cosigner};
use heqi_tlog::note::{KeyName, NoteSigner, VerifierKey};
use heqi_tlog::proof::{NodeReader, prove_consistency, prove_inclusion, root_at};
use heqi_tlog::proof_file::ProofFile;
use heqi_tlog::tile::{HashTile, TileKind, encode_entries, tiles_of};
use heqi_tlog::tree::{CompactRange, Hash, leaf_hash};
use heqi_tlog::witness::{WitnessDecision, decide};
use heqi_vocabulary::{Entropy, UtcMillis};

/// The log of one organisation: every entry, every complete node, and its key.
pub struct MemoryLog {
    signer: NoteSigner,
    entries: Vec<Vec<u8>>,
    levels: Vec<Vec<Hash>>,
    range: CompactRange,
}

impl MemoryLog {
    /// An empty log of this origin with a new key.
    pub fn new(origin: &str, entropy: &dyn Entropy) -> Self {
        let name = KeyName::new(origin).unwrap();
        Self::of(NoteSigner::from_seed(name, &entropy.bytes()).unwrap())
    }

    /// An empty log with this key.
    pub fn of(signer: NoteSigner) -> Self {
        Self { signer, entries: Vec::new(), levels: Vec::new(), range: CompactRange::new() }
    }

    /// The history that whoever holds a log's key makes up: these entries, under that key.
    pub fn of_entries(signer: NoteSigner, entries: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let (levels, range) = (Vec::new(), CompactRange::new());
        let mut log = Self { signer, entries: Vec::new(), levels, range };
        for entry in entries {
            log.append_bytes(entry);
        }
        log
    }

    /// The log's key; its name is the origin.
    pub fn key(&self) -> &VerifierKey {
        self.signer.verifier_key()
    }

    /// What signs its heads: for tests that sign what an honest log never would.
    pub fn signer(&self) -> &NoteSigner {
        &self.signer
    }

    /// The origin.
    pub fn origin(&self) -> &str {
        self.key().name().as_str()
    }

    /// Number of entries.
    pub fn size(&self) -> u64 {
        self.range.size()
    }

    /// The entries, as they stand in the log.
    pub fn entries(&self) -> &[Vec<u8>] {
        &self.entries
    }

    /// Appends an entry and gives its index.
    pub fn append(&mut self, leaf: LogLeaf) -> u64 {
        self.append_bytes(leaf.to_bytes())
    }

    fn append_bytes(&mut self, bytes: Vec<u8>) -> u64 {
        let index = self.size();
        let levels = &mut self.levels;
        self.range.append_with(leaf_hash(&bytes), |node| {
            let level = usize::from(node.level);
            if levels.len() == level {
                levels.push(Vec::new());
            }
            levels.get_mut(level).unwrap().push(node.hash);
        });
        self.entries.push(bytes);
        index
    }

    /// The head the log had at `size`, signed by it and nobody else.
    pub fn head_at(&self, size: u64) -> SignedCheckpoint {
        let origin = Origin::from(self.key().name().clone());
        let Ok(root) = root_at(self, size);
        SignedCheckpoint::sign(Checkpoint::new(origin, size, root).unwrap(), &self.signer).unwrap()
    }

    /// The inclusion path of an entry in the tree of `size`.
    pub fn inclusion(&self, index: u64, size: u64) -> Vec<Hash> {
        prove_inclusion(self, index, size).unwrap()
    }

    /// The consistency proof between two sizes.
    pub fn consistency(&self, old_size: u64, new_size: u64) -> Vec<Hash> {
        prove_consistency(self, old_size, new_size).unwrap()
    }

    /// Everything a static server of this log serves (c2sp.org/tlog-tiles), by path; its head
    /// carries whatever lines `head` has.
    pub fn files(&self, head: &SignedCheckpoint) -> Vec<(String, Vec<u8>)> {
        let mut files = vec![("checkpoint".to_owned(), head.to_bytes())];
        for path in tiles_of(self.size()) {
            let first = path.index() * 256;
            let range = first..first + u64::from(path.width());
            let bytes = match path.kind() {
                TileKind::Entries => {
                    let at = |index: u64| self.entries.get(usize::try_from(index).unwrap());
                    encode_entries(range.map(|index| at(index).unwrap())).unwrap()
                }
                TileKind::Hashes(level) => {
                    let node = |index| {
                        let Ok(hash) = self.node(level * 8, index);
                        hash
                    };
                    HashTile::new(range.map(node).collect()).unwrap().encode()
                }
            };
            files.push((path.to_string(), bytes));
        }
        files
    }

    /// The head cosigned at `at` by somebody who was never shown anything else.
    pub fn cosigned(
        &self,
        head: &SignedCheckpoint,
        cosigner: &Cosigner,
        at: UtcMillis,
    ) -> SignedCheckpoint {
        cosigned(head, self.key(), cosigner, at)
    }

    /// The proof of one entry up to `head`, as a C2SP tlog-proof file.
    pub fn proof(&self, index: u64, head: &SignedCheckpoint) -> ProofFile {
        let path = self.inclusion(index, head.checkpoint().size());
        ProofFile::new(index, path, head.clone()).unwrap()
    }
}

/// The head with one more line: a cosigner that knows the log's key and has seen nothing
/// of the log before cosigns it at `at`.
pub(crate) fn cosigned(
    head: &SignedCheckpoint,
    log: &VerifierKey,
    cosigner: &Cosigner,
    at: UtcMillis,
) -> SignedCheckpoint {
    let request = heqi_tlog::witness::AddCheckpoint::new(0, Vec::new(), head.clone()).unwrap();
    let WitnessDecision::Accepted(accepted) = decide(request, std::slice::from_ref(log), None)
    else {
        unreachable!("the first head of a log is accepted without a proof")
    };
    let time = CosignatureTime::from_posix_seconds(at.unix_seconds()).unwrap();
    head.with_signature(accepted.persisted().cosign(cosigner, time)).unwrap()
}

impl NodeReader for MemoryLog {
    type Error = Infallible;

    fn node(&self, level: u8, index: u64) -> Result<Hash, Infallible> {
        let row = self.levels.get(usize::from(level)).unwrap();
        Ok(*row.get(usize::try_from(index).unwrap()).unwrap())
    }
}
