use std::fmt;

use crate::{
    checkpoint::{CheckpointError, SignedCheckpoint},
    encoding::parse_decimal,
    tree::Hash,
};

/// The most consistency proof lines a request may have.
pub const MAX_PROOF_LINES: usize = 63;

/// The body of `POST add-checkpoint`. `Display` is its exact text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AddCheckpoint {
    old_size: u64,
    proof: Vec<Hash>,
    checkpoint: SignedCheckpoint,
}

impl AddCheckpoint {
    /// A request to move the witness from `old_size` to `checkpoint`. Only the number of hashes is checked here.
    pub fn new(
        old_size: u64,
        proof: Vec<Hash>,
        checkpoint: SignedCheckpoint,
    ) -> Result<Self, AddCheckpointError> {
        if proof.len() > MAX_PROOF_LINES {
            Err(AddCheckpointError::TooManyHashes)
        } else {
            Ok(Self { old_size, proof, checkpoint })
        }
    }

    /// Reads a request body. Any failure is answered with 400.
    pub fn parse(body: &[u8]) -> Result<Self, AddCheckpointError> {
        let malformed = AddCheckpointError::Malformed;
        let split = body.windows(2).position(|pair| pair == b"\n\n").ok_or(malformed.clone())?;
        let (head, note) = body.split_at_checked(split).ok_or(malformed.clone())?;
        let mut lines = str::from_utf8(head).map_err(|_| malformed.clone())?.split('\n');
        let old_size = lines
            .next()
            .and_then(|line| line.strip_prefix("old "))
            .and_then(parse_decimal)
            .ok_or(malformed.clone())?;
        let proof = lines
            .take(MAX_PROOF_LINES + 1)
            .map(Hash::from_base64)
            .collect::<Result<_, _>>()
            .map_err(|_| malformed)?;
        let note = note.strip_prefix(b"\n\n").unwrap_or_default();
        Self::new(old_size, proof, SignedCheckpoint::parse(note)?)
    }

    /// The size the client believes was cosigned last.
    pub const fn old_size(&self) -> u64 {
        self.old_size
    }

    /// The consistency proof.
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The head to cosign, not verified.
    pub const fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    pub(crate) fn into_parts(self) -> (u64, Vec<Hash>, SignedCheckpoint) {
        (self.old_size, self.proof, self.checkpoint)
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old_size)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", hash.to_base64()))?;
        write!(f, "\n{}", self.checkpoint.note())
    }
}

/// Why a body is not an `add-checkpoint` request.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AddCheckpointError {
    /// A line is missing or not canonical.
    #[error("malformed add-checkpoint request")]
    Malformed,
    /// More than [`MAX_PROOF_LINES`] hashes.
    #[error("more than {MAX_PROOF_LINES} consistency proof lines")]
    TooManyHashes,
    /// The checkpoint in it is malformed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}
