//! The in-memory backend: the same promises without a disk. For tests, simulations and as the reference the
//! conformance suite compares with; accepted is durable here.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::Bound;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::{BoxFuture, ready};
use heqi_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use heqi_tlog::proof::{NodeReader, ProveError, prove_consistency, prove_inclusion, root_at};
use heqi_tlog::tile::{TILE_HEIGHT, TILE_WIDTH, TileKind, TilePath, encode_entries};
use heqi_tlog::tree::{CompactRange, Hash, leaf_hash};
use heqi_vocabulary::{Digest, Entropy};
use parking_lot::RwLock;
use tokio::sync::watch;

use super::{Answer, Backend, CommitError, Committed, Pending, PendingObject, ReadError, answered};
use crate::changeset::{Changeset, InvalidChangeset, LedgerEntry, Row, RowKey};
use crate::log::{
    Head, HeadSigner, LogReader, MAX_READ_BYTES, ProofAnswer, ProofError, PublishAnswer,
    SignHeadError, check_publishable,
};
use crate::object::{MAX_SEALED_OBJECT_BYTES, ObjectRef};
use crate::vault::{MemoryVault, Vault};

/// Rows, objects and a log in memory.
pub struct MemoryBackend {
    state: RwLock<State>,
    vault: MemoryVault,
    signer: Arc<dyn HeadSigner>,
    head: watch::Sender<Head>,
    progress: watch::Sender<u64>,
}

#[derive(Clone, Default)]
struct State {
    rows: BTreeMap<RowKey, Row>,
    objects: HashMap<Digest, Bytes>,
    version: u64,
    entries: Vec<LedgerEntry>,
    range: CompactRange,
    /// Every complete node, by level.
    nodes: Vec<Vec<Hash>>,
    published: Option<Head>,
}

impl MemoryBackend {
    /// An empty store whose heads `signer` signs.
    ///
    /// # Errors
    /// When the key does not sign the head of the empty tree.
    pub fn new(
        signer: Arc<dyn HeadSigner>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, SignHeadError> {
        let state = State::default();
        let head = sign_head(&*signer, &state.range)?;
        Ok(Self {
            state: RwLock::new(state),
            vault: MemoryVault::new(entropy),
            signer,
            head: watch::Sender::new(head),
            progress: watch::Sender::new(0),
        })
    }

    /// A store of its own that begins with what this one holds.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self {
            state: RwLock::new(self.state.read().clone()),
            vault: self.vault.copy(),
            signer: self.signer.clone(),
            head: watch::Sender::new(self.head.borrow().clone()),
            progress: watch::Sender::new(*self.progress.borrow()),
        }
    }
}

impl Backend for MemoryBackend {
    fn row<'a>(&'a self, key: &'a RowKey) -> Answer<'a, Option<Row>> {
        answered(Ok(self.state.read().rows.get(key).cloned()))
    }

    fn scan<'a>(
        &'a self,
        prefix: &'a [u8],
        after: Option<&'a RowKey>,
        limit: usize,
    ) -> Answer<'a, Vec<(RowKey, Row)>> {
        let state = self.state.read();
        let from = match after {
            Some(after) if after.as_bytes() >= prefix => Bound::Excluded(after.clone()),
            _ => RowKey::new(prefix.to_vec()).map_or(Bound::Unbounded, Bound::Included),
        };
        let rows = state
            .rows
            .range((from, Bound::Unbounded))
            .take_while(|(key, _)| key.as_bytes().starts_with(prefix))
            .take(limit);
        answered(Ok(rows.map(|(key, row)| (key.clone(), row.clone())).collect()))
    }

    fn commit(&self, changes: Changeset) -> Result<Pending, CommitError> {
        changes.check()?;
        let mut state = self.state.write();
        for (key, expected) in changes.preconditions() {
            if !expected.holds(state.rows.get(key).map(|row| row.version)) {
                return Err(CommitError::Conflict { key: key.clone() });
            }
        }
        let version = state.version + 1;
        let first_leaf = state.range.size();
        // Sign before changing anything: a refusal leaves the store as it was.
        let mut range = state.range.clone();
        let mut completed = Vec::new();
        for entry in changes.entries() {
            range.append_with(leaf_hash(&entry.entry), |node| completed.push(node));
        }
        let head = if changes.entries().is_empty() {
            self.head.borrow().clone()
        } else {
            sign_head(&*self.signer, &range).map_err(|_| CommitError::Stopped)?
        };

        state.version = version;
        state.range = range;
        for node in completed {
            let level = usize::from(node.level);
            if state.nodes.len() <= level {
                state.nodes.resize_with(level + 1, Vec::new);
            }
            if let Some(nodes) = state.nodes.get_mut(level) {
                nodes.push(node.hash);
            }
        }
        for (key, value) in changes.writes() {
            match value {
                Some(value) => {
                    state.rows.insert(key.clone(), Row { version, value: value.clone() })
                }
                None => state.rows.remove(key),
            };
        }
        for (entry, index) in changes.entries().iter().zip(first_leaf..) {
            if let Some(key) = &entry.index_row {
                let value = Bytes::copy_from_slice(&index.to_be_bytes());
                state.rows.insert(key.clone(), Row { version, value });
            }
        }
        state.entries.extend(changes.entries().iter().cloned());
        // Still under the lock, so that heads and progress become visible in order.
        if !changes.entries().is_empty() {
            self.head.send_replace(head.clone());
        }
        self.progress.send_replace(version);
        let first_leaf_index = (!changes.entries().is_empty()).then_some(first_leaf);
        Ok(Pending::new(ready(Ok(Committed { version, first_leaf_index, head }))))
    }

    fn put_object(&self, object: Bytes) -> Result<PendingObject, CommitError> {
        if object.is_empty() || object.len() > MAX_SEALED_OBJECT_BYTES {
            return Err(InvalidChangeset::ObjectLength { size_bytes: object.len() }.into());
        }
        let reference = ObjectRef::of(&object);
        self.state.write().objects.insert(reference.id, object);
        Ok(PendingObject::new(reference, ready(Ok(()))))
    }

    fn object<'a>(&'a self, id: &'a Digest) -> Answer<'a, Option<Bytes>> {
        answered(Ok(self.state.read().objects.get(id).cloned()))
    }

    fn discard_object<'a>(&'a self, id: &'a Digest) -> BoxFuture<'a, Result<bool, CommitError>> {
        let was_there = self.state.write().objects.remove(id).is_some();
        Box::pin(ready(Ok(was_there)))
    }

    fn settled(&self) -> BoxFuture<'_, Result<(), CommitError>> {
        Box::pin(ready(Ok(())))
    }

    fn progress(&self) -> watch::Receiver<u64> {
        self.progress.subscribe()
    }

    fn log(&self) -> &dyn LogReader {
        self
    }

    fn vault(&self) -> &dyn Vault {
        &self.vault
    }
}

impl LogReader for MemoryBackend {
    fn head(&self) -> Head {
        self.head.borrow().clone()
    }

    fn head_changed(&self) -> watch::Receiver<Head> {
        self.head.subscribe()
    }

    fn entries(&self, from: u64, limit: usize) -> Answer<'_, Vec<LedgerEntry>> {
        let state = self.state.read();
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let mut budget = MAX_READ_BYTES;
        let mut entries = Vec::new();
        for entry in state.entries.iter().skip(from).take(limit) {
            let size = entry.entry.len() + entry.record.len();
            if size > budget && !entries.is_empty() {
                break;
            }
            budget = budget.saturating_sub(size);
            entries.push(LedgerEntry::new(entry.entry.clone(), entry.record.clone()));
        }
        answered(Ok(entries))
    }

    fn inclusion_proof(&self, index: u64, size: u64) -> ProofAnswer<'_> {
        let state = self.state.read();
        Box::pin(ready(state.prove(size, |nodes| prove_inclusion(nodes, index, size))))
    }

    fn consistency_proof(&self, old_size: u64, new_size: u64) -> ProofAnswer<'_> {
        let state = self.state.read();
        Box::pin(ready(state.prove(new_size, |nodes| prove_consistency(nodes, old_size, new_size))))
    }

    fn root_at(&self, size: u64) -> Answer<'_, Option<Hash>> {
        answered(self.state.read().root_at(size))
    }

    fn tile(&self, path: TilePath) -> Answer<'_, Option<Bytes>> {
        answered(Ok(self.state.read().tile(path)))
    }

    fn published(&self) -> Option<Head> {
        self.state.read().published.clone()
    }

    fn publish(&self, checkpoint: SignedCheckpoint) -> PublishAnswer<'_> {
        let mut state = self.state.write();
        let result =
            state.root_at(checkpoint.checkpoint().size()).map_err(Into::into).and_then(|root| {
                let origin: &Origin = self.signer.origin();
                check_publishable(checkpoint.checkpoint(), origin, &self.head(), root)
            });
        let newer = |held: &Head| held.size() <= checkpoint.checkpoint().size();
        if result.is_ok() && state.published.as_ref().is_none_or(newer) {
            state.published = Some(Head::new(checkpoint));
        }
        Box::pin(ready(result))
    }
}

impl State {
    fn prove(
        &self,
        size: u64,
        prove: impl FnOnce(&Self) -> Result<Vec<Hash>, ProveError<ReadError>>,
    ) -> Result<Vec<Hash>, ProofError> {
        let head = self.range.size();
        if size > head {
            return Err(ProofError::OutsideTree { head });
        }
        prove(self).map_err(|error| match error {
            ProveError::OutsideTree { .. } => ProofError::OutsideTree { head },
            ProveError::Read(error) => ProofError::Read(error),
        })
    }

    fn root_at(&self, size: u64) -> Result<Option<Hash>, ReadError> {
        if size > self.range.size() { Ok(None) } else { root_at(self, size).map(Some) }
    }

    fn tile(&self, path: TilePath) -> Option<Bytes> {
        let first = usize::try_from(path.index().checked_mul(TILE_WIDTH.into())?).ok()?;
        let span = first..first.checked_add(path.width().into())?;
        match path.kind() {
            TileKind::Entries => {
                let entries = self.entries.get(span)?.iter().map(|entry| &entry.entry);
                encode_entries(entries).ok().map(Bytes::from)
            }
            TileKind::Hashes(level) => {
                let level = usize::from(level.checked_mul(TILE_HEIGHT)?);
                let hashes = self.nodes.get(level)?.get(span)?;
                Some(hashes.iter().flat_map(Hash::as_bytes).copied().collect())
            }
        }
    }
}

impl NodeReader for State {
    type Error = ReadError;

    fn node(&self, level: u8, index: u64) -> Result<Hash, ReadError> {
        usize::try_from(index)
            .ok()
            .and_then(|index| self.nodes.get(usize::from(level))?.get(index).copied())
            .ok_or_else(|| ReadError::Damaged { what: format!("node {level}/{index} is missing") })
    }
}

impl fmt::Debug for MemoryBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.read();
        write!(f, "MemoryBackend({} rows, {} leaves)", state.rows.len(), state.range.size())
    }
}

/// Signs the present size and root.
pub(crate) fn sign_head(
    signer: &dyn HeadSigner,
    range: &CompactRange,
) -> Result<Head, SignHeadError> {
    let checkpoint = Checkpoint::new(signer.origin().clone(), range.size(), range.root())
        .map_err(|error| SignHeadError { what: error.to_string() })?;
    signer.sign(checkpoint).map(Head::new)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::backend::Backend;
    use crate::{conformance, testing};

    #[tokio::test(flavor = "multi_thread")]
    async fn the_memory_backend_conforms() {
        conformance::all(|| async { testing::memory() as Arc<dyn Backend> }).await;
    }
}
