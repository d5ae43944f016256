//! What the monitor has seen: the newest head it found true, and every leaf hash below it,
//! computed by itself. 32 bytes of disk and twice that of memory for each entry.
//!
//! `checkpoint` is the head, `leaves` the hashes. Hashes behind the head are of a pass that
//! was cut off: the next pass goes on there, and believes them only once they lead to a head.
//! `heard/` has heads of others that could not be compared yet, so that what was heard once
//! is held against the log when it gets there.

use std::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};

use heqi_evidence_store::durable_file::{AppendFile, Disk};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::proof::{NodeReader, root_at};
use heqi_tlog::tree::{CompactRange, Hash};
use heqi_vocabulary::Digest;

const HEAD: &str = "checkpoint";
const LEAVES: &str = "leaves";
const HEARD: &str = "heard";
/// Only the log can sign such heads, but there is no need to keep any number of them.
const MOST_HEARD: usize = 256;

/// A folder with what was seen of one log.
#[derive(Debug)]
pub struct State {
    folder: PathBuf,
    disk: Disk,
    head: Option<SignedCheckpoint>,
    tree: Tree,
    unconfirmed: Vec<Hash>,
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
        let bytes = match std::fs::read(folder.join(LEAVES)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read?,
        };
        let size = head.as_ref().map_or(0, |head| head.checkpoint().size());
        let size = usize::try_from(size).map_err(|_| StateError::Damaged)?;
        // Leaves are written before their head: more of them than it says were not confirmed.
        let leaves = bytes.as_chunks::<{ Hash::LEN }>().0.split_at_checked(size);
        let (confirmed, unconfirmed) = leaves.ok_or(StateError::Damaged)?;
        let mut tree = Tree::default();
        for leaf in confirmed {
            tree.append(Hash::from_bytes(*leaf));
        }
        if head.as_ref().is_some_and(|head| tree.range.root() != head.checkpoint().root()) {
            return Err(StateError::Damaged);
        }
        let unconfirmed = unconfirmed.iter().copied().map(Hash::from_bytes).collect();
        Ok(Self { folder: folder.to_owned(), disk, head, tree, unconfirmed })
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

    /// How many entries were hashed, whether or not a head has confirmed them.
    pub fn hashed(&self) -> u64 {
        self.size().saturating_add(self.unconfirmed.len() as u64)
    }

    /// Keeps hashes that follow those there are, for a pass that may be cut off; durable.
    ///
    /// # Errors
    /// The state cannot be written.
    pub fn hold(&mut self, leaves: &[Hash]) -> Result<(), StateError> {
        let mut file = self.leaves_up_to(self.hashed())?;
        let bytes: Vec<u8> = leaves.iter().flat_map(Hash::as_bytes).copied().collect();
        file.append(&bytes)?;
        file.sync()?;
        self.unconfirmed.extend_from_slice(leaves);
        Ok(())
    }

    /// Forgets what no head has confirmed.
    ///
    /// # Errors
    /// The state cannot be written.
    pub fn drop_unconfirmed(&mut self) -> Result<(), StateError> {
        self.unconfirmed.clear();
        self.leaves_up_to(self.size())?.sync()?;
        Ok(())
    }

    /// Confirms what was held if with it the tree has exactly the root of `head`; durable
    /// when it returns true, and nothing is changed when it returns false.
    ///
    /// # Errors
    /// The state cannot be written.
    pub fn grow(&mut self, head: &SignedCheckpoint) -> Result<bool, StateError> {
        let checkpoint = head.checkpoint();
        let new = checkpoint.size().checked_sub(self.size());
        let new = new.and_then(|new| usize::try_from(new).ok());
        let Some(leaves) = new.and_then(|new| self.unconfirmed.get(..new)) else {
            return Ok(false);
        };
        let mut range = self.tree.range.clone();
        for leaf in leaves {
            range.append(*leaf);
        }
        if range.root() != checkpoint.root() {
            return Ok(false);
        }
        self.disk.write_atomic(&self.folder.join(HEAD), &[&head.to_bytes()])?;
        let rest = self.unconfirmed.split_off(leaves.len());
        for leaf in std::mem::replace(&mut self.unconfirmed, rest) {
            self.tree.append(leaf);
        }
        self.head = Some(head.clone());
        Ok(true)
    }

    fn leaves_up_to(&self, count: u64) -> Result<AppendFile, StateError> {
        let path = self.folder.join(LEAVES);
        if !path.try_exists()? {
            self.disk.write_atomic(&path, &[])?;
        }
        let mut file = self.disk.open_append(&path)?;
        let kept = count.saturating_mul(32);
        if file.length() > kept {
            file.truncate(kept)?;
        }
        Ok(file)
    }

    /// Heads of others that wait for the log to get there.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn waiting(&self) -> Result<Vec<SignedCheckpoint>, StateError> {
        let entries = match std::fs::read_dir(self.folder.join(HEARD)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut heads = Vec::new();
        for entry in entries {
            // A leftover of a write that was cut off is no head.
            heads.extend(SignedCheckpoint::parse(&std::fs::read(entry?.path())?));
        }
        heads.sort_by_key(|head| head.checkpoint().size());
        Ok(heads)
    }

    /// Keeps a head that the log signed until it can be compared; durable. Where there are too many, those stay
    /// that the log must get to first: it could have others told any number that it never gets to.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn wait_for(&self, head: &SignedCheckpoint) -> Result<(), StateError> {
        let path = self.path_of(head);
        if path.try_exists()? {
            return Ok(());
        }
        let waiting = self.waiting()?;
        if waiting.len() >= MOST_HEARD
            && let Some(last) = waiting.last()
        {
            if last.checkpoint().size() <= head.checkpoint().size() {
                return Ok(());
            }
            self.settle(last)?;
        }
        self.disk.create_directory(&self.folder.join(HEARD))?;
        self.disk.write_atomic(&path, &[&head.to_bytes()])?;
        Ok(())
    }

    /// The head was compared.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn settle(&self, head: &SignedCheckpoint) -> Result<(), StateError> {
        Ok(self.disk.remove_file(&self.path_of(head))?)
    }

    /// One file for a size and root, whoever cosigned it.
    fn path_of(&self, head: &SignedCheckpoint) -> PathBuf {
        let checkpoint = head.checkpoint();
        let digest = Digest::of(checkpoint.root().as_bytes()).to_string();
        let name = format!("{}-{}", checkpoint.size(), digest.get(..16).unwrap_or(&digest));
        self.folder.join(HEARD).join(name)
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
