//! The durable step of a witness (c2sp.org/tlog-witness@v1.0.0), the same code for both organisations.
//!
//! `heqi_tlog::witness` decides; here "read the last state, decide, write the new state" is one atomic step per log, and
//! a cosignature is made only after the written state is durable. What a log signed against itself is kept before the
//! refusal is answered.
//!
//! Rows: `witness/{sha256(origin)}` holds the last accepted checkpoint as the log signed it;
//! `log-misbehaviour/{sha256(origin)}-{kind}-{sha256(checkpoint)}` holds a [`KeptMisbehaviour`].

pub mod comparison;

use heqi_tlog::checkpoint::{Origin, SignedCheckpoint};
use heqi_tlog::cosignature::{CosignatureTime, Cosigner};
use heqi_tlog::fork::ForkProof;
use heqi_tlog::note::{SignatureLine, VerifierKey};
use heqi_tlog::tree::Hash;
use heqi_tlog::witness::{
    Accepted, AddCheckpoint, Misbehaviour, MisbehaviourKind, Persisted, Rejected, Rejection,
    WitnessDecision, decide,
};
use heqi_vocabulary::{Clock, Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::backend::{Backend, CommitError};
use crate::changeset::Changeset;
use crate::table::{Stored, Table, TableError};

const STATES: Table<String, String> = Table::new("witness");
const MISBEHAVIOUR: Table<String, KeptMisbehaviour> = Table::new("log-misbehaviour");
/// How often a decision is taken again because another request was faster. Each time, one of them got its answer.
const ATTEMPTS: usize = 64;
/// Heads kept that are looked at; one is enough to convict.
const MOST_LOOKED_AT: usize = 256;

/// A witness: its key and the logs it knows.
#[derive(Debug)]
pub struct Witness {
    cosigner: Cosigner,
    logs: Vec<VerifierKey>,
    frozen: Vec<FrozenAt>,
}

/// Where a log ends, by the statement that froze it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct FrozenAt {
    /// Which log.
    pub origin: Origin,
    /// Its last size.
    pub size: u64,
}

impl Witness {
    /// A witness that cosigns the logs with these keys.
    pub const fn new(cosigner: Cosigner, logs: Vec<VerifierKey>) -> Self {
        Self { cosigner, logs, frozen: Vec::new() }
    }

    /// The same, that cosigns nothing of these logs beyond their end.
    #[must_use]
    pub fn ending(self, frozen: Vec<FrozenAt>) -> Self {
        Self { frozen, ..self }
    }

    /// The public half of its key.
    pub const fn verifier_key(&self) -> &VerifierKey {
        self.cosigner.verifier_key()
    }

    /// Takes a checkpoint and cosigns it once it is durable as the last one; the line and a newline are the answer.
    ///
    /// # Errors
    /// See [`WitnessError`]. Nothing was cosigned.
    pub async fn add_checkpoint(
        &self,
        backend: &dyn Backend,
        clock: &dyn Clock,
        request: &AddCheckpoint,
    ) -> Result<SignatureLine, WitnessError> {
        let persisted = self.accept(backend, clock, request).await?;
        Ok(persisted.cosign(&self.cosigner, now(clock)?))
    }

    /// The last checkpoint of the log with this `sha256(origin)` in lower-case hexadecimal, cosigned now; `None` for a
    /// log that is unknown or was never cosigned.
    pub async fn latest(
        &self,
        backend: &dyn Backend,
        clock: &dyn Clock,
        origin_sha256: &str,
    ) -> Result<Option<SignedCheckpoint>, WitnessError> {
        let Some(key) = self.logs.iter().find(|key| path_of(key) == origin_sha256) else {
            return Ok(None);
        };
        let Some(state) = STATES.durable_row(backend, &path_of(key)).await? else {
            return Ok(None);
        };
        let state = read(&state)?;
        // Asking for what is already held proves nothing new and writes nothing: the decision gives the right to cosign.
        let size = state.checkpoint().size();
        let Ok(again) = AddCheckpoint::new(size, Vec::new(), state.clone()) else {
            return Ok(None);
        };
        match decide(again, &self.logs, Some(&state)) {
            WitnessDecision::Accepted(accepted) => {
                let line = accepted.persisted().cosign(&self.cosigner, now(clock)?);
                Ok(state.with_signature(line).ok())
            }
            // The log's key was replaced since: its old head is no longer cosigned.
            WitnessDecision::Rejected(_) => Ok(None),
        }
    }

    async fn accept(
        &self,
        backend: &dyn Backend,
        clock: &dyn Clock,
        request: &AddCheckpoint,
    ) -> Result<Persisted, WitnessError> {
        let checkpoint = request.checkpoint().checkpoint();
        let path = checkpoint.origin().monitoring_path();
        let is_beyond =
            |end: &FrozenAt| end.origin == *checkpoint.origin() && checkpoint.size() > end.size;
        if self.frozen.iter().any(is_beyond) {
            return Err(WitnessError::Frozen);
        }
        for _ in 0..ATTEMPTS {
            let stored = STATES.row(backend, &path).await?;
            let last = stored.as_ref().map(read).transpose()?;
            match decide(request.clone(), &self.logs, last.as_ref()) {
                WitnessDecision::Rejected(rejected) => {
                    return Err(refuse(backend, clock, rejected).await?);
                }
                WitnessDecision::Accepted(accepted) if last.as_ref() == Some(accepted.state()) => {
                    // What was read may be accepted and not yet durable.
                    backend.settled().await?;
                    return Ok(accepted.persisted());
                }
                WitnessDecision::Accepted(accepted) => {
                    match persist(backend, &path, stored.as_ref(), &accepted).await {
                        Ok(()) => return Ok(accepted.persisted()),
                        // Somebody else moved the state: decide again on what it is now.
                        Err(WitnessError::Store(CommitError::Conflict { .. })) => {}
                        Err(error) => return Err(error),
                    }
                }
            }
        }
        Err(WitnessError::Store(CommitError::Busy))
    }
}

async fn persist(
    backend: &dyn Backend,
    path: &String,
    stored: Option<&Stored<String>>,
    accepted: &Accepted,
) -> Result<(), WitnessError> {
    let note = accepted.state().note().to_string();
    let mut changes = Changeset::new();
    match stored {
        None => STATES.insert(&mut changes, path, &note)?,
        Some(stored) => STATES.replace(&mut changes, path, stored.version, &note)?,
    }
    backend.commit(changes)?.await?;
    Ok(())
}

/// Keeps what the refusal proves, if anything, and gives the refusal.
async fn refuse(
    backend: &dyn Backend,
    clock: &dyn Clock,
    rejected: Rejected,
) -> Result<WitnessError, WitnessError> {
    let misbehaviour = rejected.evidence().map(Misbehaviour::kind);
    if let Some(evidence) = rejected.evidence() {
        keep_misbehaviour(backend, clock, evidence).await?;
    }
    Ok(WitnessError::Rejected { reason: rejected.reason().clone(), misbehaviour })
}

/// Heads a log signed that do not fit together, as they are kept.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct KeptMisbehaviour {
    /// What it shows: `split_view`, `empty_tree_with_entries` or `unproved_growth`.
    pub kind: String,
    /// Whether what was kept convicts the log before others ([`KeptMisbehaviour::fork_proof`]).
    pub conclusive: bool,
    /// The checkpoint accepted before, as the log signed it.
    pub held: Option<String>,
    /// The checkpoint refused, as the log signed it.
    pub submitted: String,
    /// The old size of the request.
    pub old_size: u64,
    /// The consistency proof of the request, in base64.
    pub proof: Vec<String>,
    /// When it was refused, by our clock.
    pub noted_at: UtcMillis,
}

impl KeptMisbehaviour {
    /// What was kept as a proof for others (`docs/spec/fork-proof.md`), if it convicts the log.
    pub fn fork_proof(&self) -> Option<ForkProof> {
        let parsed = |note: &String| SignedCheckpoint::parse(note.as_bytes()).ok();
        let submitted = parsed(&self.submitted)?;
        let Some(held) = self.held.as_ref() else { return ForkProof::empty(submitted).ok() };
        let held = parsed(held)?;
        if held.checkpoint().size() == submitted.checkpoint().size() {
            return ForkProof::roots(held, submitted).ok();
        }
        if submitted.checkpoint().size() == 0 {
            return ForkProof::empty(submitted).ok();
        }
        let hashes = self.proof.iter().map(|hash| Hash::from_base64(hash).ok());
        ForkProof::growth_by(held, submitted, hashes.collect::<Option<_>>()?).ok()
    }
}

/// Keeps heads that do not fit together; durable when it resolves. The same head is kept once, however often and with
/// whatever proof it is sent, so that nobody can fill the store by repeating it.
pub async fn keep_misbehaviour(
    backend: &dyn Backend,
    clock: &dyn Clock,
    evidence: &Misbehaviour,
) -> Result<(), WitnessError> {
    let submitted = evidence.submitted().note().to_string();
    let (old_size, proof) = evidence.claim();
    let kind = word(evidence.kind());
    let convicts = ForkProof::of_misbehaviour(evidence).is_some();
    let kept = KeptMisbehaviour {
        kind: kind.to_owned(),
        conclusive: convicts,
        held: evidence.held().map(|held| held.note().to_string()),
        old_size,
        proof: proof.iter().map(Hash::to_base64).collect(),
        noted_at: clock.now(),
        submitted,
    };
    let path = evidence.origin().monitoring_path();
    // Whoever sends a head with a proof that proves nothing must not keep out the one that does.
    let proved = if convicts && !evidence.kind().is_conclusive() { "proved-" } else { "" };
    let key = format!("{path}-{kind}-{proved}{}", Digest::of(kept.submitted.as_bytes()));
    let mut changes = Changeset::new();
    MISBEHAVIOUR.insert(&mut changes, &key, &kept)?;
    let committed = async { backend.commit(changes)?.await }.await;
    match committed {
        Ok(_) => {
            tracing::error!(log.origin = %evidence.origin(), kind, "a log signed heads that do not fit together");
            Ok(())
        }
        Err(CommitError::Conflict { .. }) => Ok(backend.settled().await?),
        Err(error) => Err(error.into()),
    }
}

/// What was kept against the log with this `sha256(origin)`, at most `limit`.
pub async fn misbehaviour_of(
    backend: &dyn Backend,
    origin: &Origin,
    limit: usize,
) -> Result<Vec<KeptMisbehaviour>, TableError> {
    let path = format!("{}-", origin.monitoring_path());
    let rows = MISBEHAVIOUR.scan(backend, &path, None, limit).await?;
    Ok(rows.into_iter().map(|(_, stored)| stored.value).collect())
}

/// A proof that the log with this `sha256(origin)` forked, if one was kept: the first that convicts.
///
/// # Errors
/// The rows cannot be read.
pub async fn fork_proof_against(
    backend: &dyn Backend,
    origin_sha256: &str,
) -> Result<Option<ForkProof>, TableError> {
    let is_digest =
        origin_sha256.len() == 64 && origin_sha256.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_digest {
        return Ok(None);
    }
    let prefix = format!("{origin_sha256}-");
    let rows = MISBEHAVIOUR.scan(backend, &prefix, None, MOST_LOOKED_AT).await?;
    Ok(rows.iter().find_map(|(_, kept)| kept.value.fork_proof()))
}

/// How many heads that do not fit were kept against any log, counted up to a bound.
///
/// # Errors
/// The rows cannot be read.
pub async fn kept_against_logs(backend: &dyn Backend) -> Result<usize, TableError> {
    Ok(MISBEHAVIOUR.scan(backend, "", None, MOST_LOOKED_AT).await?.len())
}

/// Why there is no cosignature.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WitnessError {
    /// The request is refused; [`Rejection::status`] is the answer.
    #[error("the checkpoint was refused: {reason}")]
    Rejected {
        /// Why.
        reason: Rejection,
        /// What was kept against the log.
        misbehaviour: Option<MisbehaviourKind>,
    },
    /// The log ends before this head: a successor took its place.
    #[error("the log is frozen at a smaller size")]
    Frozen,
    /// The state could not be made durable.
    #[error(transparent)]
    Store(#[from] CommitError),
    /// The state could not be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The stored state is no checkpoint.
    #[error("the stored state of the witness is no checkpoint")]
    Damaged,
    /// Our clock shows a time before 1970.
    #[error("the clock shows a time that cannot stand in a cosignature")]
    Clock,
}

/// The last checkpoint of the log with this origin that this store's witness accepted.
///
/// # Errors
/// The store could not be read, or holds no checkpoint there.
pub async fn accepted(
    backend: &dyn Backend,
    origin: &Origin,
) -> Result<Option<SignedCheckpoint>, WitnessError> {
    let stored = STATES.durable_row(backend, &origin.monitoring_path()).await?;
    stored.as_ref().map(read).transpose()
}

fn read(stored: &Stored<String>) -> Result<SignedCheckpoint, WitnessError> {
    SignedCheckpoint::parse(stored.value.as_bytes()).map_err(|_| WitnessError::Damaged)
}

fn path_of(key: &VerifierKey) -> String {
    Origin::from(key.name().clone()).monitoring_path()
}

/// The present instant as it stands in a cosignature.
fn now(clock: &dyn Clock) -> Result<CosignatureTime, WitnessError> {
    CosignatureTime::from_posix_seconds(clock.now().unix_seconds()).map_err(|_| WitnessError::Clock)
}

const fn word(kind: MisbehaviourKind) -> &'static str {
    match kind {
        MisbehaviourKind::SplitView => "split_view",
        MisbehaviourKind::EmptyTreeWithEntries => "empty_tree_with_entries",
        MisbehaviourKind::UnprovedGrowth => "unproved_growth",
    }
}

#[cfg(test)]
mod tests;
