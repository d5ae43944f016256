//! The mirror of the platform's log (c2sp.org/tlog-mirror): every entry held, served as
//! tlog-tiles, and only then cosigned.
//!
//! `heqi_tlog::mirror` decides; here are the rows. A checkpoint announced by `add-checkpoint`
//! is durable before it is answered; entries are durable, with the hash tiles over them, in
//! the same commit that says they are held; the mirror checkpoint is durable before it is
//! cosigned. An upload that breaks off loses at most its own unfinished request.
//!
//! Rows: `mirror/{sha256(origin)}` holds where the mirror stands, `mirror-entries/…` and `mirror-hashes/…` the copy.

mod state;
mod tiles;

use std::sync::Arc;

use heqi_evidence::successor::VerifiedSuccessor;
use heqi_evidence_store::backend::{Backend, CommitError, ReadError};
use heqi_evidence_store::changeset::{Changeset, InvalidChangeset};
use heqi_evidence_store::table::TableError;
use heqi_evidence_store::witness::{FrozenAt, WitnessError, keep_misbehaviour};
use heqi_tlog::checkpoint::{Origin, SignedCheckpoint};
use heqi_tlog::cosignature::{CosignatureTime, Cosigner};
use heqi_tlog::mirror::{
    AddEntries, AddEntriesHeader, AuthenticatedPackage, EntryPackage, MirrorInfo, MirrorPersisted,
    MirrorRejection, PackageError, Upload, UploadDecision, UploadOutcome, open_upload,
};
use heqi_tlog::note::{SignatureLine, VerifierKey};
use heqi_tlog::tile::TilePath;
use heqi_tlog::witness::{AddCheckpoint, Misbehaviour, Rejection, WitnessDecision, decide};
use heqi_vocabulary::Clock;
use tokio::sync::Mutex;

use state::{Held, MAX_PENDING};

/// How often a step is taken again because another process was faster.
const ATTEMPTS: usize = 16;

/// A mirror: its key, the logs it copies, and where it keeps them.
#[derive(Debug)]
pub struct Mirror {
    cosigner: Cosigner,
    logs: Vec<VerifierKey>,
    backend: Arc<dyn Backend>,
    clock: ClockPort,
    /// Logs that a successor took the place of, and what the successor must begin with.
    ends: Vec<FrozenAt>,
    beginnings: Vec<(String, Vec<u8>)>,
    /// One upload is stored at a time: two that overlap would only store the same twice.
    turn: Mutex<()>,
}

struct ClockPort(Arc<dyn Clock>);

impl std::fmt::Debug for ClockPort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

/// What a mirror answers to an upload it could use.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum UploadAnswer {
    /// 200: everything up to the checkpoint is held and served; the line cosigns it.
    Cosigned(SignatureLine),
    /// 202: something was stored, more is needed.
    Progress(MirrorInfo),
}

/// Why a mirror did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MirrorError {
    /// The checkpoint is refused as a witness would.
    #[error("the checkpoint was refused: {0}")]
    Checkpoint(Rejection),
    /// The upload is refused.
    #[error("the upload was refused: {0}")]
    Upload(#[from] MirrorRejection),
    /// The entries are not what the log has there; those before them are kept.
    #[error("entries were refused: {0}")]
    Package(#[from] PackageError),
    /// The log ends before this head: a successor took its place.
    #[error("the log is frozen at a smaller size")]
    Frozen,
    /// The log does not begin with the statement it was accepted by.
    #[error("the first entry is not the statement that this log was accepted by")]
    NoStatement,
    /// A bundle of these entries would not fit a row: our logs have entries of 54 bytes.
    #[error("256 entries of the log take more bytes than this mirror keeps together")]
    EntriesTooLong,
    /// What is stored does not hash to the checkpoint it was proved against: nothing is
    /// cosigned until somebody has looked.
    #[error("the stored entries do not make the root of the checkpoint")]
    Damaged,
    /// The clock shows a time before 1970.
    #[error("the clock shows a time that cannot stand in a cosignature")]
    Clock,
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] CommitError),
    /// A row could not be read or written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A row could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What the log signed against itself could not be kept.
    #[error(transparent)]
    Misbehaviour(WitnessError),
}

impl From<InvalidChangeset> for MirrorError {
    fn from(error: InvalidChangeset) -> Self {
        Self::Store(error.into())
    }
}

impl Mirror {
    /// A mirror of the logs with these keys. `cosigner` must be of another name and key than
    /// any witness.
    pub fn new(
        cosigner: Cosigner,
        logs: Vec<VerifierKey>,
        backend: Arc<dyn Backend>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            cosigner,
            logs,
            backend,
            clock: ClockPort(clock),
            ends: Vec::new(),
            beginnings: Vec::new(),
            turn: Mutex::default(),
        }
    }

    /// The same, that takes nothing of a frozen log beyond its end, and nothing of its successor that does not begin
    /// with the statement.
    #[must_use]
    pub fn following(mut self, successors: &[VerifiedSuccessor]) -> Self {
        for successor in successors {
            self.ends.push(end_of(successor));
            let origin = Origin::from(successor.said().log_key.0.name().clone());
            self.beginnings.push((origin.monitoring_path(), successor.first_entry().to_bytes()));
        }
        self
    }

    /// The public half of its key.
    pub const fn verifier_key(&self) -> &VerifierKey {
        self.cosigner.verifier_key()
    }

    /// Takes a checkpoint that entries will be uploaded towards; durable when it resolves.
    /// Nothing is cosigned: the answer is empty.
    ///
    /// # Errors
    /// See [`MirrorError`]; [`Rejection::status`] is the answer to a refused checkpoint.
    pub async fn add_checkpoint(&self, request: &AddCheckpoint) -> Result<(), MirrorError> {
        let checkpoint = request.checkpoint().checkpoint();
        let is_beyond =
            |end: &FrozenAt| end.origin == *checkpoint.origin() && checkpoint.size() > end.size;
        if self.ends.iter().any(is_beyond) {
            return Err(MirrorError::Frozen);
        }
        let origin = checkpoint.origin().monitoring_path();
        for _ in 0..ATTEMPTS {
            let stored = Held::read(&*self.backend, &origin).await?;
            let state = stored.state();
            let last = state.pending.last().or(state.mirrored.as_ref());
            let accepted = match decide(request.clone(), &self.logs, last) {
                WitnessDecision::Accepted(accepted) => accepted,
                WitnessDecision::Rejected(rejected) => {
                    if let Some(evidence) = rejected.evidence() {
                        self.keep(evidence).await?;
                    }
                    return Err(MirrorError::Checkpoint(rejected.reason().clone()));
                }
            };
            if last == Some(accepted.state()) {
                return Ok(self.backend.settled().await?);
            }
            let mut next = stored.clone();
            next.push_pending(accepted.state());
            if self.commit(next.write(&origin, Changeset::new())?).await? {
                return Ok(());
            }
        }
        Err(CommitError::Busy.into())
    }

    /// Takes entries and, once all up to the announced checkpoint are held, cosigns it.
    ///
    /// # Errors
    /// See [`MirrorError`]. Entries before a refused one are kept.
    pub async fn add_entries(&self, request: AddEntries) -> Result<UploadAnswer, MirrorError> {
        let (header, packages) = request.into_parts();
        let origin = header.origin().monitoring_path();
        let _turn = self.turn.lock().await;
        let held = Held::read(&*self.backend, &origin).await?;
        let known = self.key_of(&origin).is_some();
        let mut upload = match open_upload(&header, known.then(|| held.state()).as_ref()) {
            UploadDecision::Rejected(rejection) => return Err(rejection.into()),
            UploadDecision::Refresh(persisted) => {
                self.backend.settled().await?;
                return self.cosign(&persisted).map(UploadAnswer::Cosigned);
            }
            UploadDecision::Open(upload) => upload,
        };
        let (authenticated, refusal) = self.authenticate(&origin, &mut upload, packages).await?;
        self.store(&origin, &authenticated).await?;
        if let Some(refusal) = refusal {
            return Err(refusal.into());
        }
        self.finish(&origin, upload).await
    }

    /// The mirror checkpoint of the log with this `sha256(origin)`, cosigned now; `None` before
    /// the first.
    pub async fn checkpoint(&self, origin: &str) -> Result<Option<SignedCheckpoint>, MirrorError> {
        let Some(key) = self.key_of(origin) else { return Ok(None) };
        let held = Held::read(&*self.backend, origin).await?;
        self.backend.settled().await?;
        let state = held.state();
        let Some(mirrored) = &state.mirrored else { return Ok(None) };
        // Asking to upload nothing is how the codec gives the right to cosign again.
        let size = mirrored.checkpoint().size();
        let name = Origin::from(key.name().clone());
        let Ok(nothing) = AddEntriesHeader::new(name, size, size, Vec::new()) else {
            return Ok(None);
        };
        match open_upload(&nothing, Some(&state)) {
            UploadDecision::Refresh(persisted) => {
                let line = self.cosign(&persisted)?;
                Ok(persisted.checkpoint().with_signature(line).ok())
            }
            _ => Ok(None),
        }
    }

    /// A tile or entry bundle of the log with this `sha256(origin)`; `None` if it is not held.
    pub async fn tile(&self, origin: &str, path: TilePath) -> Result<Option<Vec<u8>>, MirrorError> {
        if self.key_of(origin).is_none() {
            return Ok(None);
        }
        Ok(tiles::serve(&*self.backend, origin, path).await?)
    }

    /// How many entries are announced and not held yet, over all logs.
    pub async fn lag_entries(&self) -> Result<u64, MirrorError> {
        let mut lag = 0;
        for key in &self.logs {
            let origin = Origin::from(key.name().clone()).monitoring_path();
            let state = Held::read(&*self.backend, &origin).await?.state();
            let announced = state.pending.last().map_or(0, |pending| pending.checkpoint().size());
            lag += announced.saturating_sub(state.next_entry);
        }
        Ok(lag)
    }

    /// Checks packages one after the other, up to the first that is not what the log has.
    async fn authenticate(
        &self,
        origin: &str,
        upload: &mut Upload,
        packages: Vec<EntryPackage>,
    ) -> Result<(Vec<AuthenticatedPackage>, Option<PackageError>), MirrorError> {
        let mut authenticated = Vec::with_capacity(packages.len());
        for package in packages {
            let Some(range) = upload.next_range() else { break };
            let held = tiles::leaf_hashes(&*self.backend, origin, range).await?;
            match upload.authenticate(package, &held) {
                Ok(package) => authenticated.push(package),
                Err(error) => return Ok((authenticated, Some(error))),
            }
        }
        Ok((authenticated, None))
    }

    /// Stores what the mirror lacks, entries and hash tiles and the new position in one commit.
    async fn store(
        &self,
        origin: &str,
        packages: &[AuthenticatedPackage],
    ) -> Result<(), MirrorError> {
        for _ in 0..ATTEMPTS {
            let mut held = Held::read(&*self.backend, origin).await?;
            let mut writer = tiles::Writer::new(&*self.backend, origin);
            for package in packages {
                for (index, entry, leaf) in package.lacking(held.next_entry()) {
                    if index != held.next_entry() {
                        // Whoever opened the upload checked its start; a hole is ours.
                        return Err(MirrorError::Damaged);
                    }
                    if index == 0 && !self.may_begin(origin, entry) {
                        return Err(MirrorError::NoStatement);
                    }
                    writer.append(index, entry, leaf).await?;
                    held.append(leaf);
                }
            }
            let Some(changes) = writer.finish()? else { return Ok(()) };
            if self.commit(held.write(origin, changes)?).await? {
                return Ok(());
            }
        }
        Err(CommitError::Busy.into())
    }

    /// Advances the mirror checkpoint if everything up to it is held, and cosigns it.
    async fn finish(&self, origin: &str, upload: Upload) -> Result<UploadAnswer, MirrorError> {
        for _ in 0..ATTEMPTS {
            let mut held = Held::read(&*self.backend, origin).await?;
            let advance = match upload.clone().finish(&held.state()) {
                UploadOutcome::Progress(info) => return Ok(UploadAnswer::Progress(info)),
                UploadOutcome::Rejected(rejection) => return Err(rejection.into()),
                UploadOutcome::Complete(advance) => advance,
            };
            // Each package was proved by itself; this is the proof that they were stored so.
            let checkpoint = advance.checkpoint().checkpoint();
            if held.root_at(checkpoint.size()).is_some_and(|root| root != checkpoint.root()) {
                return Err(MirrorError::Damaged);
            }
            held.set_mirrored(advance.checkpoint());
            if self.commit(held.write(origin, Changeset::new())?).await? {
                return self.cosign(&advance.persisted()).map(UploadAnswer::Cosigned);
            }
        }
        Err(CommitError::Busy.into())
    }

    /// Commits and waits for the disk; `false` when somebody else was faster.
    async fn commit(&self, changes: Changeset) -> Result<bool, MirrorError> {
        match async { self.backend.commit(changes)?.await }.await {
            Ok(_) => Ok(true),
            Err(CommitError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn cosign(&self, persisted: &MirrorPersisted) -> Result<SignatureLine, MirrorError> {
        let seconds = self.clock.0.now().unix_seconds();
        let time = CosignatureTime::from_posix_seconds(seconds).map_err(|_| MirrorError::Clock)?;
        Ok(persisted.cosign(&self.cosigner, time))
    }

    async fn keep(&self, evidence: &Misbehaviour) -> Result<(), MirrorError> {
        keep_misbehaviour(&*self.backend, &*self.clock.0, evidence)
            .await
            .map_err(MirrorError::Misbehaviour)
    }

    /// Whether a log may begin so: the successor of another with the statement only.
    fn may_begin(&self, origin: &str, entry: &[u8]) -> bool {
        self.beginnings.iter().all(|(path, first)| path != origin || first == entry)
    }

    fn key_of(&self, origin: &str) -> Option<&VerifierKey> {
        self.logs.iter().find(|key| Origin::from(key.name().clone()).monitoring_path() == origin)
    }
}

/// Where the log ends that a successor took the place of.
pub fn end_of(successor: &VerifiedSuccessor) -> FrozenAt {
    let head = successor.frozen_head().checkpoint();
    FrozenAt { origin: head.origin().clone(), size: head.size() }
}

/// How many announced checkpoints a mirror remembers for uploads under way.
pub const REMEMBERED_CHECKPOINTS: usize = MAX_PENDING;
