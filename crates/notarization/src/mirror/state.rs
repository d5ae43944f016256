//! Where the mirror of one log stands, as one row.

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::{Table, TableError};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::mirror::MirrorState;
use heqi_tlog::tree::{CompactRange, Hash};
use serde::{Deserialize, Serialize};

use super::MirrorError;

const STATES: Table<String, Row> = Table::new("mirror");

/// Announced checkpoints kept for uploads under way.
pub(super) const MAX_PENDING: usize = 8;

#[derive(Clone, Default, Deserialize, Serialize)]
struct Row {
    /// Announced checkpoints as the log signed them, the newest last.
    pending: Vec<String>,
    /// The mirror checkpoint as the log signed it.
    mirrored: Option<String>,
    /// First entry not held.
    next_entry: u64,
    /// The appender over the entries held, to compare with the root of a checkpoint.
    frontier: Vec<String>,
}

/// The row as it was read, or as it will be written.
#[derive(Clone)]
pub(super) struct Held {
    version: Option<u64>,
    pending: Vec<SignedCheckpoint>,
    mirrored: Option<SignedCheckpoint>,
    range: CompactRange,
}

impl Held {
    pub(super) async fn read(backend: &dyn Backend, origin: &str) -> Result<Self, MirrorError> {
        let Some(stored) = STATES.row(backend, &origin.to_owned()).await? else {
            let range = CompactRange::new();
            return Ok(Self { version: None, pending: Vec::new(), mirrored: None, range });
        };
        let row = stored.value;
        let note = |text: &String| {
            SignedCheckpoint::parse(text.as_bytes()).map_err(|_| MirrorError::Damaged)
        };
        let hash = |text: &String| Hash::from_base64(text).map_err(|_| MirrorError::Damaged);
        let frontier = row.frontier.iter().map(hash).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            version: Some(stored.version),
            pending: row.pending.iter().map(note).collect::<Result<_, _>>()?,
            mirrored: row.mirrored.as_ref().map(note).transpose()?,
            range: CompactRange::from_frontier(row.next_entry, frontier)
                .map_err(|_| MirrorError::Damaged)?,
        })
    }

    /// What the decisions look at.
    pub(super) fn state(&self) -> MirrorState {
        MirrorState {
            pending: self.pending.clone(),
            mirrored: self.mirrored.clone(),
            next_entry: self.range.size(),
        }
    }

    pub(super) fn next_entry(&self) -> u64 {
        self.range.size()
    }

    /// The root over everything held, if that is exactly `size` entries.
    pub(super) fn root_at(&self, size: u64) -> Option<Hash> {
        (self.range.size() == size).then(|| self.range.root())
    }

    pub(super) fn append(&mut self, leaf: Hash) {
        self.range.append(leaf);
    }

    pub(super) fn push_pending(&mut self, checkpoint: &SignedCheckpoint) {
        self.pending.push(checkpoint.clone());
        let surplus = self.pending.len().saturating_sub(MAX_PENDING);
        self.pending.drain(..surplus);
    }

    pub(super) fn set_mirrored(&mut self, checkpoint: &SignedCheckpoint) {
        let size = checkpoint.checkpoint().size();
        self.mirrored = Some(checkpoint.clone());
        // The newest stays even when it is the mirror checkpoint itself.
        let newest = self.pending.last().cloned();
        self.pending.retain(|pending| pending.checkpoint().size() > size);
        if self.pending.is_empty() {
            self.pending.extend(newest);
        }
    }

    /// Adds the row to `changes`, on condition that it is still the one that was read.
    pub(super) fn write(
        &self,
        origin: &str,
        mut changes: Changeset,
    ) -> Result<Changeset, TableError> {
        let text = |checkpoint: &SignedCheckpoint| checkpoint.note().to_string();
        let row = Row {
            pending: self.pending.iter().map(text).collect(),
            mirrored: self.mirrored.as_ref().map(text),
            next_entry: self.range.size(),
            frontier: self.range.frontier().iter().map(Hash::to_base64).collect(),
        };
        let key = origin.to_owned();
        match self.version {
            None => STATES.insert(&mut changes, &key, &row)?,
            Some(version) => STATES.replace(&mut changes, &key, version, &row)?,
        }
        Ok(changes)
    }
}
