//! One round: what the log shows now, and what others were told, against what we computed.

use std::cell::RefCell;
use std::collections::BTreeMap;

use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::fork::{ForkProof, GrowthError};
use heqi_tlog::note::{SignatureType, VerifierKey};
use heqi_tlog::proof::inclusion_root;
use heqi_tlog::tile::{HashTile, TilePath, TileReader, TiledTree, TiledTreeError};
use heqi_tlog::tree::Hash;
use heqi_vocabulary::{Clock, Digest};

use crate::source::bundles;
use crate::{Finding, Heard, Source, SourceError, State, StateError};

/// More tiles than any proof of growth needs: two paths, one tile per level.
const MOST_TILES: usize = 32;

/// A monitor of one log.
#[derive(Debug)]
pub struct Monitor {
    /// Where the log is.
    pub source: Source,
    /// The log's keys; their name is the origin.
    pub log_keys: Vec<VerifierKey>,
    /// Cosigners that must have signed the head the log shows.
    pub cosigners: Vec<VerifierKey>,
    /// How old their cosignatures may be, in seconds.
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
            Ok(head) if !self.is_signed(&head) => {
                let what = "the checkpoint is not signed by the log".to_owned();
                findings.push(Finding::Unreadable { what });
            }
            Ok(head) => {
                self.cosignatures(&head, clock, &mut findings);
                let shown = head.checkpoint().size();
                if shown < before {
                    findings.push(Finding::ShowsOldHead { shown, seen: before });
                }
                self.compare(&head, progress, &mut findings).await?;
            }
        }
        for one in others {
            self.hear(one, progress, &mut findings).await?;
        }
        if findings.iter().all(|finding| finding.exit_code() != 1) && self.state.size() > 0 {
            let size = self.state.size();
            findings.insert(0, Finding::Consistent { size, new: size - before });
        }
        Ok(findings)
    }

    fn is_signed(&self, head: &SignedCheckpoint) -> bool {
        let keys = self.log_keys.iter().filter(|key| {
            key.name() == head.checkpoint().origin().key_name()
                && key.signature_type() == SignatureType::Ed25519
        });
        head.note().verify(keys).is_ok()
    }

    fn cosignatures(&self, head: &SignedCheckpoint, clock: &dyn Clock, found: &mut Vec<Finding>) {
        let now = clock.now().unix_seconds();
        for key in &self.cosigners {
            let verified = head.note().verify([key]).ok();
            let time = verified
                .and_then(|lines| lines.first().and_then(heqi_tlog::note::VerifiedSignature::time));
            let fresh =
                time.is_some_and(|time| now.saturating_sub(time.posix_seconds()) <= self.max_age_s);
            if !fresh {
                found.push(Finding::NotCosigned { who: key.name().to_string() });
            }
        }
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
            && self.log_keys.iter().any(|key| key.name() == goes_on.key_name())
        {
            if self.state.leaf(0).is_some_and(|leaf| leaf != *first) {
                findings.push(Finding::OtherBeginning { from });
            }
            return Ok(());
        }
        if let Some(head) = &told.head {
            if !self.is_signed(head) {
                let what = format!("{from}: not signed by this log");
                findings.push(Finding::Unreadable { what });
                return Ok(());
            }
            self.compare(head, progress, findings).await?;
        }
        if let Some(leaf) = told.leaf
            && !self.state.holds(leaf)
        {
            findings.push(Finding::EntryMissing { from });
        }
        Ok(())
    }

    /// Compares a head the log signed with the tree we computed, growing it where it must.
    async fn compare(
        &mut self,
        head: &SignedCheckpoint,
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
            return self.follow(head, progress, findings).await;
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
    /// the log's own hashes may show whether it forked.
    async fn follow(
        &mut self,
        head: &SignedCheckpoint,
        progress: &mut (dyn FnMut(u64, u64) + Send),
        findings: &mut Vec<Finding>,
    ) -> Result<(), RoundError> {
        let (size, seen) = (head.checkpoint().size(), self.state.size());
        let leaves = match self.new_leaves(size, progress).await {
            Ok(leaves) => leaves,
            Err(SourceError::Missing(_)) => {
                findings.push(Finding::ShowsOldHead { shown: seen, seen: size });
                return Ok(());
            }
            Err(error) => {
                findings.push(Finding::Unreadable { what: error.to_string() });
                return Ok(());
            }
        };
        if self.state.grow(&leaves, head)? {
            return Ok(());
        }
        match self.growth_proof(head).await {
            Some(proof) => findings.push(self.convict(&proof)?),
            None => findings.push(Finding::EntriesDiffer { size }),
        }
        Ok(())
    }

    async fn new_leaves(
        &self,
        size: u64,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Vec<Hash>, SourceError> {
        let seen = self.state.size();
        let mut leaves = Vec::new();
        for path in bundles(seen, size) {
            let hashes = self.source.entry_hashes(path).await?;
            let first = path.index().saturating_mul(u64::from(heqi_tlog::tile::TILE_WIDTH));
            let known = usize::try_from(seen.saturating_sub(first)).unwrap_or(usize::MAX);
            leaves.extend(hashes.into_iter().skip(known));
            progress(seen.saturating_add(u64::try_from(leaves.len()).unwrap_or(u64::MAX)), size);
        }
        Ok(leaves)
    }

    /// The proof that a later head's tree does not begin with ours, by the tiles the log
    /// serves for it. The tiles need not be believed: the proof is checked when it is made.
    async fn growth_proof(&self, later: &SignedCheckpoint) -> Option<ForkProof> {
        let earlier = self.state.head()?.clone();
        let tiles = Tiles::default();
        for _ in 0..=MOST_TILES {
            let tree = TiledTree::new(&tiles, later.checkpoint().size());
            match ForkProof::growth(earlier.clone(), later.clone(), &tree) {
                Ok(proof) => return Some(proof),
                Err(GrowthError::Read(TiledTreeError::Read(Missing(path)))) => {
                    let tile = self.source.hash_tile(path).await.ok()?;
                    tiles.0.borrow_mut().insert(path.to_string(), tile);
                }
                Err(_) => return None,
            }
        }
        None
    }

    fn convict(&self, proof: &ForkProof) -> Result<Finding, StateError> {
        let text = proof.to_string();
        let digest = Digest::of(text.as_bytes()).to_string();
        let name = format!("{}.fork-proof", digest.get(..16).unwrap_or(&digest));
        let path = self.state.keep(&name, text.as_bytes())?;
        let mut sizes = proof.heads().map(|head| head.checkpoint().size());
        let first = sizes.next().unwrap_or(0);
        Ok(Finding::Forked { first, second: sizes.next().unwrap_or(first), proof: path })
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
