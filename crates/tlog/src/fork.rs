//! Fork proofs, `docs/spec/fork-proof.md`: signed heads of one log that cannot belong to one append-only tree, in one text
//! file that convicts whoever signed them, before anybody, without the log.
//!
//! A consistency proof cannot prove *in*consistency: any sender can send one that does not hold. What can be shown is
//! which root the first *m* leaves of the later tree have. [`ForkProof::growth`] carries exactly that: hashes that lead
//! to the later root, so they are of that tree, and at the same time to a root at *m* that the log did not sign there.

use std::fmt;

use crate::{
    checkpoint::{Checkpoint, CheckpointError, Origin, SignedCheckpoint},
    cosignature::CosignatureTime,
    note::{MAX_NOTE_BYTES, NoteVerifyError, SignatureType, VerifierKey},
    proof::{NodeReader, ProveError, consistency_roots, prove_consistency},
    tree::{Hash, empty_root},
    witness::{Misbehaviour, MisbehaviourKind},
};

/// The first line of the file.
pub const HEADER: &str = "heqi.fork-proof/v1";

/// The most hashes a proof of growth can need: one to start from and one for each level.
pub const MAX_HASHES: usize = 64;

/// The longest file: two notes, the hashes, the first lines.
pub const MAX_FILE_BYTES: usize = 2 * MAX_NOTE_BYTES + (MAX_HASHES + 2) * 64;

/// In which way the heads contradict each other.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ForkKind {
    /// One head of size 0 whose root is not the hash of nothing.
    Empty,
    /// Two heads of one size with two roots.
    Roots,
    /// A later head whose tree does not begin with the tree of the earlier one.
    Growth,
}

impl ForkKind {
    /// The word in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Roots => "roots",
            Self::Growth => "growth",
        }
    }
}

/// A fork proof as it came. `Display` is its exact text. Nothing in it is trusted before [`ForkProof::verify`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ForkProof {
    kind: ForkKind,
    hashes: Vec<Hash>,
    first: SignedCheckpoint,
    second: Option<SignedCheckpoint>,
}

impl ForkProof {
    /// A head of size 0 that has entries.
    ///
    /// # Errors
    /// [`ForkError::NotShown`]: it is an honest empty tree.
    pub fn empty(head: SignedCheckpoint) -> Result<Self, ForkError> {
        Self { kind: ForkKind::Empty, hashes: Vec::new(), first: head, second: None }.shown()
    }

    /// Two roots for one size.
    ///
    /// # Errors
    /// The heads are of two logs, or agree, or have two sizes.
    pub fn roots(first: SignedCheckpoint, second: SignedCheckpoint) -> Result<Self, ForkError> {
        Self { kind: ForkKind::Roots, hashes: Vec::new(), first, second: Some(second) }.shown()
    }

    /// The tree of `later`, read through `nodes`, does not begin with the tree of `earlier`.
    ///
    /// # Errors
    /// The nodes cannot be read, are not of that tree, or the heads fit together.
    pub fn growth<R: NodeReader>(
        earlier: SignedCheckpoint,
        later: SignedCheckpoint,
        nodes: &R,
    ) -> Result<Self, GrowthError<R::Error>> {
        let (old, new) = (earlier.checkpoint().size(), later.checkpoint().size());
        let mut hashes = Vec::new();
        if old.is_power_of_two() && old < new {
            // A node of its own, which a consistency proof leaves out and we must not.
            let level = u8::try_from(old.trailing_zeros()).unwrap_or(u8::MAX);
            hashes.push(nodes.node(level, 0).map_err(GrowthError::Read)?);
        }
        hashes.extend(prove_consistency(nodes, old, new).map_err(|error| match error {
            ProveError::Read(error) => GrowthError::Read(error),
            ProveError::OutsideTree { .. } => GrowthError::Fork(ForkError::Sizes),
        })?);
        let proof = Self { kind: ForkKind::Growth, hashes, first: earlier, second: Some(later) };
        proof.shown().map_err(GrowthError::Fork)
    }

    /// As [`ForkProof::growth`], by hashes that somebody else gave.
    ///
    /// # Errors
    /// The hashes are not of the later tree, or the heads fit together.
    pub fn growth_by(
        earlier: SignedCheckpoint,
        later: SignedCheckpoint,
        hashes: Vec<Hash>,
    ) -> Result<Self, ForkError> {
        if hashes.len() > MAX_HASHES {
            return Err(ForkError::OtherTree);
        }
        Self { kind: ForkKind::Growth, hashes, first: earlier, second: Some(later) }.shown()
    }

    /// What a witness kept, as a proof, if it convicts the log. Growth that was not proved does
    /// so when the hashes that came with it are those of the later tree: whoever forked and
    /// proved the growth of the other history has proved the fork. Not if the earlier size is a
    /// power of two, where a consistency proof leaves out the hash to start from.
    pub fn of_misbehaviour(kept: &Misbehaviour) -> Option<Self> {
        let submitted = kept.submitted().clone();
        match kept.kind() {
            MisbehaviourKind::EmptyTreeWithEntries => Self::empty(submitted).ok(),
            MisbehaviourKind::SplitView => Self::roots(kept.held()?.clone(), submitted).ok(),
            MisbehaviourKind::UnprovedGrowth => {
                let (_, hashes) = kept.claim();
                Self::growth_by(kept.held()?.clone(), submitted, hashes.to_vec()).ok()
            }
        }
    }

    /// Whether a file says of itself that it is one.
    pub fn is_named_by(bytes: &[u8]) -> bool {
        bytes.strip_prefix(HEADER.as_bytes()).is_some_and(|rest| rest.starts_with(b"\n"))
    }

    /// Reads a fork proof: first lines, a blank line, and one or two notes with a blank line between.
    ///
    /// # Errors
    /// See [`ForkProofError`]. What the file shows is not looked at.
    pub fn parse(bytes: &[u8]) -> Result<Self, ForkProofError> {
        if bytes.len() > MAX_FILE_BYTES {
            return Err(ForkProofError::TooLong);
        }
        let text = str::from_utf8(bytes).map_err(|_| ForkProofError::Malformed)?;
        // A checkpoint has no empty line and neither have signature lines, so the blank lines count the parts.
        let parts: Vec<&str> = text.splitn(7, "\n\n").collect();
        let (head, first, second) = match *parts.as_slice() {
            [head, text, lines] => (head, note(text, lines)?, None),
            [head, text, lines, other_text, other_lines] => {
                // The blank line between the notes took the last newline of the first.
                let first = note(text, &format!("{lines}\n"))?;
                (head, first, Some(note(other_text, other_lines)?))
            }
            _ => return Err(ForkProofError::Malformed),
        };
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(ForkProofError::WrongHeader);
        }
        let kind = match lines.next() {
            Some("kind empty") => ForkKind::Empty,
            Some("kind roots") => ForkKind::Roots,
            Some("kind growth") => ForkKind::Growth,
            _ => return Err(ForkProofError::Malformed),
        };
        let hashes = lines
            .take(MAX_HASHES + 1)
            .map(Hash::from_base64)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| ForkProofError::Malformed)?;
        let fits = match kind {
            ForkKind::Empty => second.is_none() && hashes.is_empty(),
            ForkKind::Roots => second.is_some() && hashes.is_empty(),
            ForkKind::Growth => second.is_some() && (1..=MAX_HASHES).contains(&hashes.len()),
        };
        if fits { Ok(Self { kind, hashes, first, second }) } else { Err(ForkProofError::Malformed) }
    }

    /// In which way the heads are said to contradict each other.
    pub const fn kind(&self) -> ForkKind {
        self.kind
    }

    /// The log the first head speaks of.
    pub const fn origin(&self) -> &Origin {
        self.first.checkpoint().origin()
    }

    /// The heads: one, or the earlier and the later.
    pub fn heads(&self) -> impl Iterator<Item = &SignedCheckpoint> + Clone {
        [Some(&self.first), self.second.as_ref()].into_iter().flatten()
    }

    /// The hashes of a proof of growth, the start of both computations first.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Whether the heads, whoever signed them, cannot belong to one append-only tree.
    ///
    /// # Errors
    /// See [`ForkError`]: nothing is shown.
    pub fn check(&self) -> Result<(), ForkError> {
        let first = self.first.checkpoint();
        let Some(second) = self.second.as_ref().map(SignedCheckpoint::checkpoint) else {
            let shown = first.size() == 0 && first.root() != empty_root();
            return if shown { Ok(()) } else { Err(ForkError::NotShown) };
        };
        if first.origin() != second.origin() {
            return Err(ForkError::TwoLogs);
        }
        let shown = match self.kind {
            ForkKind::Empty => false,
            ForkKind::Roots => {
                if first.size() != second.size() {
                    return Err(ForkError::Sizes);
                }
                first.root() != second.root()
            }
            ForkKind::Growth => self.other_beginning(first, second)?,
        };
        if shown { Ok(()) } else { Err(ForkError::NotShown) }
    }

    /// Whether the hashes are of the later tree and give its beginning another root than the earlier head has.
    fn other_beginning(&self, first: &Checkpoint, second: &Checkpoint) -> Result<bool, ForkError> {
        if first.size() == 0 || first.size() >= second.size() {
            return Err(ForkError::Sizes);
        }
        let (&seed, path) = self.hashes.split_first().ok_or(ForkError::OtherTree)?;
        let (old_root, new_root) = consistency_roots(first.size(), second.size(), seed, path)
            .map_err(|_| ForkError::OtherTree)?;
        if new_root == second.root() {
            Ok(old_root != first.root())
        } else {
            Err(ForkError::OtherTree)
        }
    }

    /// Checks what the file shows and who signed it. `log_keys` are those of the log, `cosigner_keys` those of anybody.
    ///
    /// # Errors
    /// It shows nothing, or the log did not sign every head, or a signature of a given key does not hold.
    pub fn verify(
        &self,
        log_keys: &[VerifierKey],
        cosigner_keys: &[VerifierKey],
    ) -> Result<Convicted, ForkVerifyError> {
        self.check()?;
        let log_keys = log_keys.iter().filter(|key| {
            key.name() == self.origin().key_name() && key.signature_type() == SignatureType::Ed25519
        });
        if log_keys.clone().next().is_none() {
            return Err(ForkVerifyError::UnknownLog);
        }
        let cosigner_keys =
            cosigner_keys.iter().filter(|key| key.signature_type() == SignatureType::CosignatureV1);
        let mut heads = Vec::new();
        for head in self.heads() {
            let verified = head.note().verify(log_keys.clone().chain(cosigner_keys.clone()))?;
            let (cosigners, log): (Vec<_>, Vec<_>) = verified
                .iter()
                .map(|line| (line.key().clone(), line.time()))
                .partition(|(_, time)| time.is_some());
            if log.is_empty() {
                return Err(ForkVerifyError::NotSignedByLog);
            }
            heads.push(SignedHead {
                log_keys: log.into_iter().map(|(key, _)| key).collect(),
                cosigners: cosigners
                    .into_iter()
                    .filter_map(|(key, time)| time.map(|time| (key, time)))
                    .collect(),
            });
        }
        Ok(Convicted { heads })
    }

    fn shown(self) -> Result<Self, ForkError> {
        self.check().map(|()| self)
    }
}

impl fmt::Display for ForkProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nkind {}", self.kind.as_str())?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{}", hash.to_base64()))?;
        self.heads().try_for_each(|head| write!(f, "\n{}", head.note()))
    }
}

fn note(text: &str, lines: &str) -> Result<SignedCheckpoint, ForkProofError> {
    Ok(SignedCheckpoint::parse(format!("{text}\n\n{lines}").as_bytes())?)
}

/// Who signed heads that contradict each other.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Convicted {
    heads: Vec<SignedHead>,
}

/// Who signed one of the heads, by the keys given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedHead {
    /// Keys of the log, at least one.
    pub log_keys: Vec<VerifierKey>,
    /// Cosigners with the times they put into their cosignatures.
    pub cosigners: Vec<(VerifierKey, CosignatureTime)>,
}

impl Convicted {
    /// Who signed each head, in the order of the file.
    pub fn heads(&self) -> &[SignedHead] {
        &self.heads
    }

    /// Cosigners that signed every head, each with its times: they cosigned what they must not.
    pub fn cosigners(&self) -> Vec<(&VerifierKey, Vec<CosignatureTime>)> {
        let Some((first, others)) = self.heads.split_first() else { return Vec::new() };
        let times = |key: &VerifierKey| {
            others
                .iter()
                .map(|head| head.cosigners.iter().find(|(other, _)| other == key))
                .map(|found| found.map(|(_, time)| *time))
                .collect::<Option<Vec<_>>>()
        };
        first
            .cosigners
            .iter()
            .filter_map(|(key, time)| Some((key, [vec![*time], times(key)?].concat())))
            .collect()
    }
}

/// Why bytes are not a fork proof.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ForkProofError {
    /// The first line is not the one of version 1.
    #[error("the first line is not {HEADER}")]
    WrongHeader,
    /// Longer than any fork proof.
    #[error("the fork proof is longer than {MAX_FILE_BYTES} bytes")]
    TooLong,
    /// A line or part is missing, too many, out of order or not canonical.
    #[error("malformed fork proof")]
    Malformed,
    /// A head in it is malformed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// Why heads show no fork.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ForkError {
    /// The heads are of two logs.
    #[error("the heads are of two logs")]
    TwoLogs,
    /// The sizes do not fit the kind of proof.
    #[error("the sizes of the heads do not fit the kind of proof")]
    Sizes,
    /// The hashes do not lead to the root of the later head.
    #[error("the hashes are not of the tree of the later head")]
    OtherTree,
    /// The heads can belong to one tree.
    #[error("the heads can belong to one tree")]
    NotShown,
}

/// Why no proof of growth could be made.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum GrowthError<E> {
    /// A node of the later tree could not be read.
    #[error("a tree node could not be read")]
    Read(#[source] E),
    /// The nodes show no fork.
    #[error(transparent)]
    Fork(ForkError),
}

/// Why a well-formed fork proof convicts nobody.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ForkVerifyError {
    /// It shows no fork.
    #[error("no fork is shown")]
    Fork(#[from] ForkError),
    /// No key of that log is given.
    #[error("no key of the log is known")]
    UnknownLog,
    /// A head that no key of the log signed.
    #[error("the log did not sign every head")]
    NotSignedByLog,
    /// A signature of a given key does not hold, or there is none.
    #[error("a head is not signed as it says")]
    Note(#[from] NoteVerifyError),
}

#[cfg(test)]
mod tests;
