//! What the monitor has seen: the newest head it found true, and every leaf hash below it,
//! computed by itself. 32 bytes of disk and memory for each entry.

use std::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};

use heqi_evidence_store::durable_file::Disk;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::proof::{NodeReader, root_at};
use heqi_tlog::tree::{CompactRange, Hash};

const HEAD: &str = "checkpoint";
const LEAVES: &str = "leaves";

/// A folder with what was seen of one log.
#[derive(Debug)]
pub struct State {
    folder: PathBuf,
    disk: Disk,
    head: Option<SignedCheckpoint>,
    tree: Tree,
}

impl State {
    /// Opens or begins. What is kept must have the root of the head that is kept.
    ///
    /// # Errors
    /// The folder cannot be used, or its content is damaged.
    pub fn open(folder: &Path) -> Result<Self, StateError> {
        let disk = Disk::default();
        disk.create_directory(folder)?;
        let head = match std::fs::read(folder.join(HEAD)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            read => Some(SignedCheckpoint::parse(&read?).map_err(|_| StateError::Damaged)?),
        };
        let mut tree = Tree::default();
        if let Some(head) = head.as_ref().map(SignedCheckpoint::checkpoint) {
            let bytes = match std::fs::read(folder.join(LEAVES)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
                read => read?,
            };
            let size = usize::try_from(head.size()).map_err(|_| StateError::Damaged)?;
            // Leaves are written before their head: more of them than it says were not confirmed.
            let leaves = bytes.as_chunks::<{ Hash::LEN }>().0.get(..size);
            for leaf in leaves.ok_or(StateError::Damaged)? {
                tree.append(Hash::from_bytes(*leaf));
            }
            if tree.range.root() != head.root() {
                return Err(StateError::Damaged);
            }
        }
        Ok(Self { folder: folder.to_owned(), disk, head, tree })
    }

    /// The newest head found true, with whatever cosignatures it came with.
    pub const fn head(&self) -> Option<&SignedCheckpoint> {
        self.head.as_ref()
    }

    /// Number of entries seen.
    pub const fn size(&self) -> u64 {
        self.tree.range.size()
    }

    /// The hash of an entry seen.
    pub fn leaf(&self, index: u64) -> Option<Hash> {
        self.tree.levels.first()?.get(usize::try_from(index).ok()?).copied()
    }

    /// Whether an entry of this hash was seen.
    pub fn holds(&self, leaf: Hash) -> bool {
        self.tree.levels.first().is_some_and(|leaves| leaves.contains(&leaf))
    }

    /// The root of the first `size` entries seen.
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        let Ok(root) = root_at(&self.tree, size);
        (size <= self.size()).then_some(root)
    }

    /// The nodes of the tree seen, for proofs.
    pub fn nodes(&self) -> &impl NodeReader<Error = Infallible> {
        &self.tree
    }

    /// Takes new leaves if with them the tree has exactly the root of `head`; durable when
    /// it returns true, and nothing is changed when it returns false.
    ///
    /// # Errors
    /// The state cannot be written.
    pub fn grow(&mut self, leaves: &[Hash], head: &SignedCheckpoint) -> Result<bool, StateError> {
        let old_size = self.size();
        let mut range = self.tree.range.clone();
        for leaf in leaves {
            range.append(*leaf);
        }
        let checkpoint = head.checkpoint();
        if (range.size(), range.root()) != (checkpoint.size(), checkpoint.root()) {
            return Ok(false);
        }
        let path = self.folder.join(LEAVES);
        if !path.try_exists()? {
            self.disk.write_atomic(&path, &[])?;
        }
        let mut file = self.disk.open_append(&path)?;
        let kept = old_size.saturating_mul(32);
        if file.length() > kept {
            file.truncate(kept)?;
        }
        let bytes: Vec<u8> = leaves.iter().flat_map(Hash::as_bytes).copied().collect();
        file.append(&bytes)?;
        file.sync()?;
        self.disk.write_atomic(&self.folder.join(HEAD), &[&head.to_bytes()])?;
        for leaf in leaves {
            self.tree.append(*leaf);
        }
        self.head = Some(head.clone());
        Ok(true)
    }

    /// Writes a proof beside the state; its path.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, StateError> {
        let path = self.folder.join(name);
        self.disk.write_atomic(&path, &[bytes])?;
        Ok(path)
    }
}

/// Every complete node of a growing tree.
#[derive(Debug, Default)]
struct Tree {
    levels: Vec<Vec<Hash>>,
    range: CompactRange,
}

impl Tree {
    fn append(&mut self, leaf: Hash) {
        let levels = &mut self.levels;
        self.range.append_with(leaf, |node| {
            let level = usize::from(node.level);
            if levels.len() == level {
                levels.push(Vec::new());
            }
            if let Some(nodes) = levels.get_mut(level) {
                nodes.push(node.hash);
            }
        });
    }
}

impl NodeReader for Tree {
    type Error = Infallible;

    fn node(&self, level: u8, index: u64) -> Result<Hash, Infallible> {
        // Asked for complete nodes within the size only; another hash would prove nothing.
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let node = self.levels.get(usize::from(level)).and_then(|nodes| nodes.get(index));
        Ok(node.copied().unwrap_or_else(heqi_tlog::tree::empty_root))
    }
}

/// Why the state cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The system refused.
    #[error("the monitor's folder cannot be read or written")]
    Io(#[from] io::Error),
    /// What is kept does not have the root of the head that is kept.
    #[error("the monitor's own state is damaged")]
    Damaged,
}
