use crate::{
    checkpoint::SignedCheckpoint,
    cosignature::{CosignatureTime, Cosigner},
    mirror::{
        AddEntriesHeader, EntryPackage, MAX_EXCESS_ENTRIES, MirrorInfo, PackageRange,
        package_ranges,
    },
    note::SignatureLine,
    proof::{SubtreeError, verify_subtree},
    tree::{CompactRange, Hash, leaf_hash},
};

/// Where the mirror of one log stands. A stale copy is safe: what was authenticated stays true.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MirrorState {
    /// Recent pending checkpoints, the latest last: states [`crate::witness::decide`] accepted, still with the log's
    /// signature. Empty before the first `add-checkpoint`.
    pub pending: Vec<SignedCheckpoint>,
    /// The mirror checkpoint: everything up to it is held, served and cosigned.
    pub mirrored: Option<SignedCheckpoint>,
    /// First entry not yet durably stored.
    pub next_entry: u64,
}

impl MirrorState {
    fn mirrored_size(&self) -> u64 {
        self.mirrored.as_ref().map_or(0, |checkpoint| checkpoint.checkpoint().size())
    }

    fn latest_pending(&self) -> Option<&SignedCheckpoint> {
        self.pending.last().or(self.mirrored.as_ref())
    }

    /// A pending checkpoint an upload may end at. Size 0 counts only while it is the latest: clients ask with 0 to 0 for
    /// the mirror's state and expect a conflict.
    fn target(&self, end: u64) -> Option<&SignedCheckpoint> {
        let eligible = if end == 0 { 1 } else { usize::MAX };
        let mut candidates = self.pending.iter().rev().chain(&self.mirrored).take(eligible);
        candidates.find(|checkpoint| checkpoint.checkpoint().size() == end)
    }

    fn info(&self, end: u64) -> MirrorInfo {
        let target = self
            .target(end)
            .filter(|_| end >= self.mirrored_size())
            .or_else(|| self.latest_pending());
        MirrorInfo {
            pending_size: target.map_or(0, |checkpoint| checkpoint.checkpoint().size()),
            next_entry: self.next_entry,
            ticket: Vec::new(),
        }
    }
}

/// What a mirror does with an upload after reading its header.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum UploadDecision {
    /// Read and authenticate packages, store them, then [`Upload::finish`].
    Open(Upload),
    /// Nothing to upload: the mirror checkpoint is cosigned afresh.
    Refresh(MirrorPersisted),
    /// Answer at once.
    Rejected(MirrorRejection),
}

/// Decides about an upload by its header; `state` is `None` for a log the mirror does not know.
pub fn open_upload(header: &AddEntriesHeader, state: Option<&MirrorState>) -> UploadDecision {
    let Some(state) = state else {
        return UploadDecision::Rejected(MirrorRejection::UnknownOrigin);
    };
    let Some(latest) = state.latest_pending() else {
        return UploadDecision::Rejected(MirrorRejection::NoPendingCheckpoint);
    };
    if latest.checkpoint().origin() != header.origin() {
        return UploadDecision::Rejected(MirrorRejection::UnknownOrigin);
    }
    let (start, end) = (header.start(), header.end());
    let conflict = || UploadDecision::Rejected(MirrorRejection::Conflict(state.info(end)));
    let Some(target) = state.target(end) else { return conflict() };
    if end < state.mirrored_size() || start > state.next_entry {
        return conflict();
    }
    if end.min(state.next_entry).saturating_sub(start) > MAX_EXCESS_ENTRIES {
        return conflict();
    }
    match &state.mirrored {
        Some(mirrored) if start == end && mirrored.checkpoint().size() == end => {
            UploadDecision::Refresh(MirrorPersisted { checkpoint: mirrored.clone() })
        }
        _ => UploadDecision::Open(Upload { target: target.clone(), start, position: start }),
    }
}

/// An upload in progress: entries up to a position are authenticated.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Upload {
    target: SignedCheckpoint,
    start: u64,
    position: u64,
}

impl Upload {
    /// The next package expected; `None` when all are in.
    pub fn next_range(&self) -> Option<PackageRange> {
        package_ranges(self.position, self.target.checkpoint().size()).next()
    }

    /// Checks a package against the pending checkpoint. `held` are the leaf hashes the mirror already stores for
    /// `[range.subtree_start, range.start)`; they are only needed when an upload starts inside a bundle.
    pub fn authenticate(
        &mut self,
        package: EntryPackage,
        held: &[Hash],
    ) -> Result<AuthenticatedPackage, PackageError> {
        let range = self.next_range().ok_or(PackageError::NotExpected)?;
        let counts = |count: usize, from: u64, to: u64| u64::try_from(count) == Ok(to - from);
        if !counts(package.entries().len(), range.start, range.end)
            || !counts(held.len(), range.subtree_start, range.start)
        {
            return Err(PackageError::WrongCount);
        }
        let leaves = package.entries().iter().map(|entry| leaf_hash(entry)).collect::<Vec<_>>();
        let mut subtree = CompactRange::new();
        held.iter().chain(&leaves).for_each(|&leaf| subtree.append(leaf));
        let checkpoint = self.target.checkpoint();
        verify_subtree(
            range.subtree_start,
            range.end,
            subtree.root(),
            checkpoint.size(),
            checkpoint.root(),
            package.proof(),
        )?;
        self.position = range.end;
        Ok(AuthenticatedPackage { start: range.start, entries: package.into_entries(), leaves })
    }

    /// What to answer once every authenticated entry is durably stored. `state` is read after that, so that it shows the
    /// advanced next entry and a mirror checkpoint another upload may have moved meanwhile.
    pub fn finish(self, state: &MirrorState) -> UploadOutcome {
        let end = self.target.checkpoint().size();
        if self.position == self.start && self.start < end {
            return UploadOutcome::Rejected(MirrorRejection::NothingUsable);
        }
        if self.position < end || state.next_entry < end {
            return UploadOutcome::Progress(state.info(end));
        }
        if end < state.mirrored_size() {
            return UploadOutcome::Rejected(MirrorRejection::Conflict(state.info(end)));
        }
        let replaces = state.mirrored.as_ref().map(|mirrored| mirrored.checkpoint().size());
        UploadOutcome::Complete(MirrorAdvance { checkpoint: self.target, replaces })
    }
}

/// Entries proved to be in the log at their places.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuthenticatedPackage {
    start: u64,
    entries: Vec<Vec<u8>>,
    leaves: Vec<Hash>,
}

impl AuthenticatedPackage {
    /// Index of the first entry.
    pub const fn start(&self) -> u64 {
        self.start
    }

    /// The entries with their indexes and leaf hashes that a mirror holding everything below `next_entry` still lacks.
    pub fn lacking(&self, next_entry: u64) -> impl Iterator<Item = (u64, &[u8], Hash)> {
        let indexed = (self.start..).zip(self.entries.iter().zip(&self.leaves));
        indexed
            .map(|(index, (entry, leaf))| (index, entry.as_slice(), *leaf))
            .filter(move |(index, ..)| *index >= next_entry)
    }
}

/// 422: the package is not what the log has there. End the upload; packages before it stay.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PackageError {
    /// All packages are in.
    #[error("no further package is expected")]
    NotExpected,
    /// Another number of entries, or of held leaf hashes, than the range has.
    #[error("the package does not fill its range")]
    WrongCount,
    /// The subtree proof does not hold.
    #[error("the entries are not proved to be in the log")]
    NotInLog(#[from] SubtreeError),
}

impl PackageError {
    /// The HTTP status of the spec.
    pub const fn status(self) -> u16 {
        422
    }
}

/// What a mirror answers at the end of an upload.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum UploadOutcome {
    /// 200, once the mirror checkpoint is durable and cosigned.
    Complete(MirrorAdvance),
    /// 202 with this body: something was stored, more is needed.
    Progress(MirrorInfo),
    /// Anything else.
    Rejected(MirrorRejection),
}

/// All entries up to this checkpoint are stored: serve them, persist the checkpoint, then call
/// [`MirrorAdvance::persisted`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MirrorAdvance {
    checkpoint: SignedCheckpoint,
    replaces: Option<u64>,
}

impl MirrorAdvance {
    /// The new mirror checkpoint, with the log's signature.
    pub const fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// Size of the mirror checkpoint the decision was taken on, the precondition of the write.
    pub const fn replaces(&self) -> Option<u64> {
        self.replaces
    }

    /// States that every entry up to the checkpoint is durable and served and that the mirror checkpoint itself is
    /// durable, written in place of [`MirrorAdvance::replaces`]. Calling this any earlier makes the cosignature a lie.
    pub fn persisted(self) -> MirrorPersisted {
        MirrorPersisted { checkpoint: self.checkpoint }
    }
}

/// A durable mirror checkpoint: the only thing a mirror cosigns.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MirrorPersisted {
    checkpoint: SignedCheckpoint,
}

impl MirrorPersisted {
    /// The cosignature to answer with. `cosigner` must be the mirror's own, never the witness's.
    pub fn cosign(&self, cosigner: &Cosigner, time: CosignatureTime) -> SignatureLine {
        cosigner.cosign(self.checkpoint.checkpoint(), time)
    }

    /// The mirror checkpoint.
    pub const fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }
}

/// Why a mirror refuses an upload.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MirrorRejection {
    /// 404: the mirror does not know the log.
    #[error("the log is unknown")]
    UnknownOrigin,
    /// 422: no `add-checkpoint` has come before.
    #[error("there is no pending checkpoint")]
    NoPendingCheckpoint,
    /// 409: the bounds do not fit where the mirror stands; the body tells.
    #[error("the upload does not fit where the mirror stands")]
    Conflict(MirrorInfo),
    /// 400: not one package could be used.
    #[error("no package of the upload could be used")]
    NothingUsable,
}

impl MirrorRejection {
    /// The HTTP status of the spec.
    pub const fn status(&self) -> u16 {
        match self {
            Self::UnknownOrigin => 404,
            Self::NoPendingCheckpoint => 422,
            Self::Conflict(_) => 409,
            Self::NothingUsable => 400,
        }
    }
}
