//! The witness, c2sp.org/tlog-witness@v1.0.0: the `add-checkpoint` request and the decision about it. Status codes follow
//! the clarified text of main 2026-07-06, where a second root for the same size is 422 like any inconsistency.
//!
//! The decision is pure. Whoever stores the state must run "read last state, [`decide`], persist" as one atomic step per
//! origin and only then cosign; [`Accepted`] cannot sign, [`Persisted`] can.

mod request;

pub use request::{AddCheckpoint, AddCheckpointError, MAX_PROOF_LINES};

use crate::{
    checkpoint::{CheckpointError, Origin, SignedCheckpoint},
    cosignature::{CosignatureTime, Cosigner},
    encoding::parse_decimal,
    note::{
        Note, NoteVerifyError, SignatureLine, SignatureLineError, VerifierKey,
        parse_signature_lines,
    },
    proof::{ConsistencyError, verify_consistency},
    tree::{Hash, empty_root},
};

/// Media type of a 409 body.
pub const SIZE_CONTENT_TYPE: &str = "text/x.tlog.size";

/// What a witness answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum WitnessDecision {
    /// 200, once the state is durable and cosigned.
    Accepted(Accepted),
    /// Anything else.
    Rejected(Rejected),
}

/// Decides about a request. `trusted` are the log keys the witness knows, of this origin or any other; `last` is the
/// state it persisted for this origin, if any.
pub fn decide(
    request: AddCheckpoint,
    trusted: &[VerifierKey],
    last: Option<&SignedCheckpoint>,
) -> WitnessDecision {
    let reject = |reason, evidence| WitnessDecision::Rejected(Rejected { reason, evidence });
    let (old_size, proof, submitted) = request.into_parts();
    let checkpoint = submitted.checkpoint();

    let log_keys = trusted.iter().filter(|key| key.name() == checkpoint.origin().key_name());
    if log_keys.clone().next().is_none() {
        return reject(Rejection::UnknownOrigin, None);
    }
    if last.is_some_and(|last| last.checkpoint().origin() != checkpoint.origin()) {
        return reject(Rejection::StateOfAnotherLog, None);
    }
    let state = match signed_by_log(&submitted, log_keys) {
        Ok(state) => state,
        Err(error) => return reject(Rejection::NotSigned(error), None),
    };

    // From here on the log itself has signed this head, so an inconsistency is worth keeping.
    let (last_size, last_root) = last.map_or_else(
        || (0, empty_root()),
        |last| (last.checkpoint().size(), last.checkpoint().root()),
    );
    let evidence = |kind| {
        Some(Box::new(Misbehaviour {
            kind,
            held: last.cloned(),
            submitted: state.clone(),
            old_size,
            proof: proof.clone(),
        }))
    };
    let contradiction = if checkpoint.size() == 0 && checkpoint.root() != empty_root() {
        Some(MisbehaviourKind::EmptyTreeWithEntries)
    } else if checkpoint.size() == last_size && checkpoint.root() != last_root {
        Some(MisbehaviourKind::SplitView)
    } else {
        None
    };
    if old_size > checkpoint.size() {
        return reject(Rejection::OldSizeBeyondCheckpoint, contradiction.and_then(evidence));
    }
    if old_size != last_size {
        return reject(
            Rejection::Conflict { cosigned_size: last_size },
            contradiction.and_then(evidence),
        );
    }
    if let Some(kind) = contradiction {
        return reject(Rejection::Contradiction(kind), evidence(kind));
    }
    match verify_consistency(last_size, last_root, checkpoint.size(), checkpoint.root(), &proof) {
        Ok(()) => WitnessDecision::Accepted(Accepted {
            replaces: last.map(|_| (last_size, last_root)),
            state,
        }),
        Err(error) => {
            reject(Rejection::BadProof(error), evidence(MisbehaviourKind::UnprovedGrowth))
        }
    }
}

/// The submitted note with the log signatures that verify and no other line.
fn signed_by_log<'a>(
    submitted: &'a SignedCheckpoint,
    log_keys: impl Iterator<Item = &'a VerifierKey> + Clone,
) -> Result<SignedCheckpoint, NoteVerifyError> {
    // A cosigner key of that name would vouch for consistency, not for the log having signed.
    let log_keys =
        log_keys.filter(|key| key.signature_type() == crate::note::SignatureType::Ed25519);
    let lines =
        submitted.note().verify(log_keys)?.iter().map(|verified| verified.line().clone()).collect();
    let note = Note::new(submitted.note().text().to_owned(), lines).ok();
    note.and_then(|note| SignedCheckpoint::from_note(note).ok()).ok_or(NoteVerifyError::NoKnownKey)
}

/// A consistent head signed by its log: persist it, then call [`Accepted::persisted`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Accepted {
    state: SignedCheckpoint,
    replaces: Option<(u64, Hash)>,
}

impl Accepted {
    /// The new state of this origin, with the log's signatures only.
    pub const fn state(&self) -> &SignedCheckpoint {
        &self.state
    }

    /// Size and root of the state the decision was taken on, the precondition of the write; `None` if there was none.
    pub const fn replaces(&self) -> Option<(u64, Hash)> {
        self.replaces
    }

    /// States that [`Accepted::state`] is durable and was written in place of [`Accepted::replaces`], atomically. Calling
    /// this any earlier breaks the one promise a witness makes: after a crash it could cosign a fork.
    pub fn persisted(self) -> Persisted {
        Persisted { state: self.state }
    }
}

/// A head that is durable as this witness's latest: the only thing a witness cosigns.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Persisted {
    state: SignedCheckpoint,
}

impl Persisted {
    /// The cosignature to answer with; its line and a newline are the body of the 200.
    pub fn cosign(&self, cosigner: &Cosigner, time: CosignatureTime) -> SignatureLine {
        cosigner.cosign(self.state.checkpoint(), time)
    }

    /// The state that was persisted.
    pub const fn state(&self) -> &SignedCheckpoint {
        &self.state
    }
}

/// A refusal, and what it may prove about the log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rejected {
    reason: Rejection,
    evidence: Option<Box<Misbehaviour>>,
}

impl Rejected {
    /// Why.
    pub const fn reason(&self) -> &Rejection {
        &self.reason
    }

    /// Signed heads to keep, if the log contradicted itself or failed to prove its growth.
    pub fn evidence(&self) -> Option<&Misbehaviour> {
        self.evidence.as_deref()
    }
}

/// Why a witness does not cosign.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// 404: no trusted key carries this origin as its name.
    #[error("the checkpoint origin is unknown")]
    UnknownOrigin,
    /// 403: no trusted signature, or one that does not verify.
    #[error("the checkpoint is not signed by its log")]
    NotSigned(#[source] NoteVerifyError),
    /// 400: the old size is beyond the checkpoint.
    #[error("the old size is larger than the checkpoint")]
    OldSizeBeyondCheckpoint,
    /// 409: the old size is not that of the latest cosigned checkpoint; the body tells the size.
    #[error("the latest cosigned size is {cosigned_size}")]
    Conflict {
        /// Size of the latest cosigned checkpoint, 0 if there is none.
        cosigned_size: u64,
    },
    /// 422: the head contradicts what is known, no proof could help it.
    #[error("the checkpoint contradicts what is known: {0}")]
    Contradiction(MisbehaviourKind),
    /// 422: the consistency proof does not hold.
    #[error("the consistency proof does not hold")]
    BadProof(#[source] ConsistencyError),
    /// 500: the caller passed the state of another origin.
    #[error("the state given belongs to another log")]
    StateOfAnotherLog,
}

impl Rejection {
    /// The HTTP status of the spec.
    pub const fn status(&self) -> u16 {
        match self {
            Self::UnknownOrigin => 404,
            Self::NotSigned(_) => 403,
            Self::OldSizeBeyondCheckpoint => 400,
            Self::Conflict { .. } => 409,
            Self::Contradiction(_) | Self::BadProof(_) => 422,
            Self::StateOfAnotherLog => 500,
        }
    }

    /// The body a client parses, of type [`SIZE_CONTENT_TYPE`]; only a 409 has one.
    pub fn size_body(&self) -> Option<String> {
        if let Self::Conflict { cosigned_size } = self {
            Some(format!("{cosigned_size}\n"))
        } else {
            None
        }
    }
}

/// Heads a log signed that do not fit together, to be kept as they are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Misbehaviour {
    kind: MisbehaviourKind,
    held: Option<SignedCheckpoint>,
    submitted: SignedCheckpoint,
    old_size: u64,
    proof: Vec<Hash>,
}

impl Misbehaviour {
    /// What it shows.
    pub const fn kind(&self) -> MisbehaviourKind {
        self.kind
    }

    /// Which log.
    pub const fn origin(&self) -> &Origin {
        self.submitted.checkpoint().origin()
    }

    /// The head cosigned last, as the log signed it.
    pub const fn held(&self) -> Option<&SignedCheckpoint> {
        self.held.as_ref()
    }

    /// The head refused, with the log's signatures.
    pub const fn submitted(&self) -> &SignedCheckpoint {
        &self.submitted
    }

    /// The old size and the consistency proof that came with it.
    pub fn claim(&self) -> (u64, &[Hash]) {
        (self.old_size, &self.proof)
    }
}

/// What two heads, or one, show about the log that signed them.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MisbehaviourKind {
    /// Conclusive: two roots for one size.
    #[error("two roots for the same size")]
    SplitView,
    /// Conclusive: size 0 with a root other than the hash of nothing.
    #[error("size 0 with another root than the empty tree")]
    EmptyTreeWithEntries,
    /// A suspicion: the log signed a head whose growth the request did not prove. Any sender can send a bad proof.
    #[error("growth without a valid consistency proof")]
    UnprovedGrowth,
}

impl MisbehaviourKind {
    /// Whether the signed heads convict the log by themselves.
    pub const fn is_conclusive(self) -> bool {
        !matches!(self, Self::UnprovedGrowth)
    }
}

/// Reads the body of a 409: the size to send as `old` next time.
pub fn parse_size_body(body: &[u8]) -> Option<u64> {
    str::from_utf8(body).ok()?.strip_suffix('\n').and_then(parse_decimal)
}

/// The client's half of a 200: adds the cosignatures of trusted cosigners in `body` to the checkpoint, ignores unknown
/// ones, and refuses the answer if a trusted one does not verify or none is there.
pub fn add_cosignatures(
    signed: &SignedCheckpoint,
    body: &[u8],
    trusted: &[VerifierKey],
) -> Result<SignedCheckpoint, CosignatureAnswerError> {
    let lines = str::from_utf8(body)
        .map_err(|_| SignatureLineError::Malformed)
        .and_then(parse_signature_lines)?;
    let answer =
        Note::new(signed.note().text().to_owned(), lines).map_err(CheckpointError::Note)?;
    let cosigners = trusted
        .iter()
        .filter(|key| key.signature_type() == crate::note::SignatureType::CosignatureV1);
    let verified = answer.verify(cosigners)?;
    verified.iter().try_fold(signed.clone(), |signed, verified| {
        Ok(signed.with_signature(verified.line().clone())?)
    })
}

/// Why a witness's or mirror's answer was not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CosignatureAnswerError {
    /// Not a block of signature lines.
    #[error("the answer is not a block of signature lines")]
    Malformed(#[from] SignatureLineError),
    /// No trusted cosignature, or one that does not verify.
    #[error("the answer holds no trustworthy cosignature")]
    NotTrusted(#[from] NoteVerifyError),
    /// The checkpoint cannot carry it: too many signatures.
    #[error("the checkpoint cannot carry the cosignature")]
    Checkpoint(#[from] CheckpointError),
}

#[cfg(test)]
mod tests;
