//! One round: what the log shows now, and what others were told, against what we computed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::fork::{ForkProof, GrowthError};
use heqi_tlog::proof::inclusion_root;
use heqi_tlog::tile::{HashTile, TilePath, TileReader, TiledTree, TiledTreeError};
use heqi_vocabulary::{Clock, Digest};

use crate::source::bundles;
use crate::{Finding, Heard, Source, SourceError, State, StateError, Trust};

/// More tiles than any proof of growth needs: two paths, one tile per level.
const MOST_TILES: usize = 32;
/// Entries hashed between two syncs: what a pass that is cut off has to do again.
const SYNC_EVERY: usize = 64 * 256;

/// A monitor of one log.
#[derive(Debug)]
pub struct Monitor {
    /// Where the log is.
    pub source: Source,
    /// Whose word is taken.
    pub trust: Trust,
    /// How old cosignatures may be, in seconds.
    pub max_age_s: u64,
    /// What was seen before.
    pub state: State,
}

/// Why a round could not be finished.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RoundError {
    /// Our own state failed.
    #[error(transparent)]
    State(#[from] StateError),
}

impl Monitor {
    /// Looks once. `progress` is told how many entries of how many were hashed.
    ///
    /// # Errors
    /// Our own state failed. What is wrong with the log is a [`Finding`].
    pub async fn round(
        &mut self,
        others: &[Heard],
        clock: &dyn Clock,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Vec<Finding>, RoundError> {
        let mut findings = Vec::new();
        let before = self.state.size();
        match self.source.checkpoint().await {
            Err(error) => findings.push(Finding::Unreadable { what: error.to_string() }),
            Ok(head) if !self.trust.is_signed(&head) => {
                let what = "the checkpoint is not signed by the log".to_owned();
                findings.push(Finding::Unreadable { what });
            }
            Ok(head) => {
                let now_s = clock.now().unix_seconds();
                findings.extend(self.trust.lacking(&head, now_s, self.max_age_s));
                let shown = head.checkpoint().size();
                if shown < before {
                    findings.push(Finding::ShowsOldHead { shown, seen: before });
                }
                self.compare(&head, None, progress, &mut findings).await?;
            }
        }
        self.compare_waiting(progress, &mut findings).await?;
        for one in others {
            self.hear(one, progress, &mut findings).await?;
        }
        if findings.iter().all(|finding| finding.exit_code() != 1) && self.state.size() > 0 {
            let size = self.state.size();
            findings.insert(0, Finding::Consistent { size, new: size - before });
        }
        Ok(findings)
    }

    /// Heads of others that were heard before the log had got there.
    async fn compare_waiting(
        &mut self,
        progress: &mut (dyn FnMut(u64, u64) + Send),
        findings: &mut Vec<Finding>,
    ) -> Result<(), RoundError> {
        for head in self.state.waiting()? {
            if head.checkpoint().size() <= self.state.size() {
                self.compare(&head, None, progress, findings).await?;
                self.state.settle(&head)?;
            }
        }
        Ok(())
    }

    async fn hear(
        &mut self,
        told: &Heard,
        progress: &mut (dyn FnMut(u64, u64) + Send),
        findings: &mut Vec<Finding>,
    ) -> Result<(), RoundError> {
        let from = told.from.clone();
        if let Some((proof, leaf)) = &told.proof {
            let head = proof.checkpoint().checkpoint();
            let leads = leaf.is_none_or(|leaf| {
                let root = inclusion_root(proof.index(), head.size(), leaf, proof.path());
                root == Ok(head.root())
            });
            if !leads {
                findings.push(Finding::ReceiptBroken { from });
                return Ok(());
            }
        }
        if let Some((goes_on, first)) = &told.succession
            && self.trust.names(goes_on)
        {
            if !self.trust.knows(goes_on) {
                // Whoever likes makes two keys, calls one like this log, and signs with both.
                let what = format!("{from}: not signed by this log");
                findings.push(Finding::Unreadable { what });
            } else if self.state.leaf(0).is_some_and(|leaf| leaf != *first) {
                findings.push(Finding::OtherBeginning { from });
            }
            return Ok(());
        }
        if let Some(proof) = &told.fork {
            findings.push(self.told_of_fork(told, proof)?);
        }
        if let Some(head) = &told.head {
            if !self.trust.is_signed(head) {
                let what = format!("{from}: not signed by this log");
                findings.push(Finding::Unreadable { what });
                return Ok(());
            }
            self.compare(head, told.at.as_ref(), progress, findings).await?;
        }
        if let Some(leaf) = told.leaf
            && !self.state.holds(leaf)
        {
            findings.push(Finding::EntryMissing { from });
        }
        Ok(())
    }

    /// A proof somebody else made convicts if it holds by our keys.
    fn told_of_fork(&self, told: &Heard, proof: &ForkProof) -> Result<Finding, StateError> {
        let holds = proof.verify(&self.trust.log_keys(), &[]).is_ok()
            && proof.heads().all(|head| self.trust.is_signed(head));
        if holds {
            let (from, proof) = (told.from.clone(), self.keep(proof)?);
            Ok(Finding::ConvictedByOthers { from, proof })
        } else {
            let what = format!("{}: this fork proof convicts nobody by these keys", told.from);
            Ok(Finding::Unreadable { what })
        }
    }

    /// Compares a head the log signed with the tree we computed, growing it where it must.
    /// `elsewhere` may have the tiles of that head.
    async fn compare(
        &mut self,
        head: &SignedCheckpoint,
        elsewhere: Option<&Source>,
        progress: &mut (dyn FnMut(u64, u64) + Send),
        findings: &mut Vec<Finding>,
    ) -> Result<(), RoundError> {
        let checkpoint = head.checkpoint();
        let (size, seen) = (checkpoint.size(), self.state.size());
        if let Ok(proof) = ForkProof::empty(head.clone()) {
            findings.push(self.convict(&proof)?);
            return Ok(());
        }
        if size > seen || self.state.head().is_none() {
            return self.follow(head, elsewhere, progress, findings).await;
        }
        if self.state.root_at(size) == Some(checkpoint.root()) {
            return Ok(());
        }
        let Some(own) = self.state.head().cloned() else { return Ok(()) };
        let proof = if size == seen {
            ForkProof::roots(own, head.clone()).ok()
        } else {
            ForkProof::growth(head.clone(), own, self.state.nodes()).ok()
        };
        match proof {
            Some(proof) => findings.push(self.convict(&proof)?),
            None => findings.push(Finding::EntriesDiffer { size }),
        }
        Ok(())
    }

    /// Reads the entries up to a later head. If they have another root than the log signed,
    /// hashes of the later tree may show whether it forked: the log's own, or those of
    /// whoever published the head.
    async fn follow(
        &mut self,
        head: &SignedCheckpoint,
        elsewhere: Option<&Source>,
        progress: &mut (dyn FnMut(u64, u64) + Send),
        findings: &mut Vec<Finding>,
    ) -> Result<(), RoundError> {
        let (size, seen) = (head.checkpoint().size(), self.state.size());
        let unread = match self.read_up_to(head, progress).await {
            Ok(true) => return Ok(()),
            Ok(false) => None,
            Err(ReadError::State(error)) => return Err(error.into()),
            Err(ReadError::Source(error)) => Some(error),
        };
        for source in [elsewhere, unread.is_none().then_some(&self.source)].into_iter().flatten() {
            if let Some(proof) = self.growth_proof(head, source).await {
                findings.push(self.convict(&proof)?);
                return Ok(());
            }
        }
        let Some(error) = unread else {
            findings.push(Finding::EntriesDiffer { size });
            return Ok(());
        };
        // The log may get there later, and then it has to fit.
        self.state.wait_for(head)?;
        findings.push(match error {
            SourceError::Missing(_) => Finding::ShowsOldHead { shown: seen, seen: size },
            error => Finding::Unreadable { what: error.to_string() },
        });
        Ok(())
    }

    /// Hashes the entries up to a later head; whether they have its root. Hashes of a pass
    /// that was cut off are used, and read again before anybody is accused.
    async fn read_up_to(
        &mut self,
        head: &SignedCheckpoint,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<bool, ReadError> {
        let size = head.checkpoint().size();
        loop {
            let has_leftovers = self.state.hashed() > self.state.size();
            self.read_on(size, progress).await?;
            if self.state.grow(head)? {
                return Ok(true);
            }
            self.state.drop_unconfirmed()?;
            if !has_leftovers {
                return Ok(false);
            }
        }
    }

    async fn read_on(
        &mut self,
        size: u64,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<(), ReadError> {
        let start = self.state.hashed();
        let mut leaves = Vec::new();
        for path in bundles(start, size) {
            let hashes = match self.source.entry_hashes(path).await {
                Ok(hashes) => hashes,
                Err(error) => {
                    // What was read before is not read again.
                    self.state.hold(&leaves)?;
                    return Err(error.into());
                }
            };
            let first = path.index().saturating_mul(u64::from(heqi_tlog::tile::TILE_WIDTH));
            let known = usize::try_from(start.saturating_sub(first)).unwrap_or(usize::MAX);
            leaves.extend(hashes.into_iter().skip(known));
            if leaves.len() >= SYNC_EVERY {
                self.state.hold(&leaves)?;
                leaves.clear();
            }
            let done = self.state.hashed();
            progress(done.saturating_add(u64::try_from(leaves.len()).unwrap_or(u64::MAX)), size);
        }
        Ok(self.state.hold(&leaves)?)
    }

    /// The proof that a later head's tree does not begin with ours, by the tiles that are
    /// served for it. They need not be believed: the proof is checked when it is made.
    async fn growth_proof(&self, later: &SignedCheckpoint, source: &Source) -> Option<ForkProof> {
        let earlier = self.state.head()?.clone();
        let tiles = Tiles::default();
        for _ in 0..=MOST_TILES {
            let tree = TiledTree::new(&tiles, later.checkpoint().size());
            match ForkProof::growth(earlier.clone(), later.clone(), &tree) {
                Ok(proof) => return Some(proof),
                Err(GrowthError::Read(TiledTreeError::Read(Missing(path)))) => {
                    let tile = source.hash_tile(path).await.ok()?;
                    tiles.0.borrow_mut().insert(path.to_string(), tile);
                }
                Err(_) => return None,
            }
        }
        None
    }

    fn convict(&self, proof: &ForkProof) -> Result<Finding, StateError> {
        let path = self.keep(proof)?;
        let mut sizes = proof.heads().map(|head| head.checkpoint().size());
        let first = sizes.next().unwrap_or(0);
        Ok(Finding::Forked { first, second: sizes.next().unwrap_or(first), proof: path })
    }

    fn keep(&self, proof: &ForkProof) -> Result<PathBuf, StateError> {
        let text = proof.to_string();
        let digest = Digest::of(text.as_bytes()).to_string();
        let name = format!("{}.fork-proof", digest.get(..16).unwrap_or(&digest));
        self.state.keep(&name, text.as_bytes())
    }
}

enum ReadError {
    State(StateError),
    Source(SourceError),
}

impl From<StateError> for ReadError {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}

impl From<SourceError> for ReadError {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

/// Hash tiles fetched so far.
#[derive(Default)]
struct Tiles(RefCell<BTreeMap<String, HashTile>>);

struct Missing(TilePath);

impl TileReader for Tiles {
    type Error = Missing;

    fn tile(&self, path: TilePath) -> Result<HashTile, Missing> {
        self.0.borrow().get(&path.to_string()).cloned().ok_or(Missing(path))
    }
}
