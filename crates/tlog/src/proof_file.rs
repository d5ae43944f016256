//! Offline proofs of logging, c2sp.org/tlog-proof@v1 (`.tlog-proof`): index, inclusion path and the checkpoint they
//! belong to, in one text file.

use std::fmt;

use crate::{
    checkpoint::{CheckpointError, SignedCheckpoint},
    encoding::{from_base64, parse_decimal, to_base64},
    note::MAX_NOTE_BYTES,
    policy::{Policy, PolicyViolation, VerifiedCheckpoint},
    proof::{InclusionError, verify_inclusion},
    tree::Hash,
};

/// The most opaque extra bytes accepted.
pub const MAX_EXTRA_BYTES: usize = 64 * 1024;

/// The longest inclusion path a tree of up to 2^63 - 1 leaves can have.
pub const MAX_PATH: usize = 63;

/// A proof file. `Display` is its exact text. Nothing in it is trusted before [`ProofFile::verify`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProofFile {
    extra: Option<Vec<u8>>,
    index: u64,
    path: Vec<Hash>,
    checkpoint: SignedCheckpoint,
}

impl ProofFile {
    /// Puts a proof together. Lengths are checked here, the proof itself only by [`Self::verify`].
    pub fn new(
        index: u64,
        path: Vec<Hash>,
        checkpoint: SignedCheckpoint,
    ) -> Result<Self, ProofFileError> {
        if path.len() > MAX_PATH {
            Err(ProofFileError::PathTooLong)
        } else {
            Ok(Self { extra: None, index, path, checkpoint })
        }
    }

    /// The same proof with opaque extra data for the application. Extra data is authenticated by nothing.
    pub fn with_extra(self, extra: Vec<u8>) -> Result<Self, ProofFileError> {
        if extra.len() > MAX_EXTRA_BYTES {
            Err(ProofFileError::ExtraTooLong)
        } else {
            Ok(Self { extra: Some(extra), ..self })
        }
    }

    /// Reads a proof file.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        if bytes.len() > MAX_FILE_BYTES {
            return Err(ProofFileError::TooLong);
        }
        let text = str::from_utf8(bytes).map_err(|_| ProofFileError::Malformed)?;
        let (head, note) = text.split_once("\n\n").ok_or(ProofFileError::Malformed)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(ProofFileError::WrongHeader);
        }
        let extra = lines
            .next_if(|line| line.starts_with("extra "))
            .and_then(|line| line.strip_prefix("extra "));
        let extra =
            extra.map(|extra| from_base64(extra).ok_or(ProofFileError::Malformed)).transpose()?;
        let index = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .and_then(parse_decimal)
            .ok_or(ProofFileError::Malformed)?;
        let path = lines
            .take(MAX_PATH + 1)
            .map(Hash::from_base64)
            .collect::<Result<_, _>>()
            .map_err(|_| ProofFileError::Malformed)?;
        let proof = Self::new(index, path, SignedCheckpoint::parse(note.as_bytes())?)?;
        extra.into_iter().try_fold(proof, Self::with_extra)
    }

    /// Checks the proof for a leaf: the policy accepts the checkpoint, and the path leads from the leaf to its root.
    pub fn verify(
        &self,
        leaf_hash: Hash,
        policy: &Policy,
    ) -> Result<VerifiedCheckpoint, ProofFileVerifyError> {
        let verified = policy.verify(&self.checkpoint)?;
        let checkpoint = verified.checkpoint();
        verify_inclusion(self.index, checkpoint.size(), leaf_hash, &self.path, checkpoint.root())?;
        Ok(verified)
    }

    /// Opaque data of the application, authenticated by nothing.
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }

    /// Zero-based index of the leaf in the log.
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// Inclusion path, the leaf's sibling first.
    pub fn path(&self) -> &[Hash] {
        &self.path
    }

    /// The checkpoint as it came, not verified.
    pub const fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }
}

impl fmt::Display for ProofFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        self.extra.iter().try_for_each(|extra| writeln!(f, "extra {}", to_base64(extra)))?;
        writeln!(f, "index {}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", hash.to_base64()))?;
        write!(f, "\n{}", self.checkpoint.note())
    }
}

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Header, extra data in base64, index, path and note at their largest.
const MAX_FILE_BYTES: usize =
    MAX_EXTRA_BYTES.div_ceil(3) * 4 + (MAX_PATH + 2) * 64 + MAX_NOTE_BYTES;

/// Why bytes are not a proof file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProofFileError {
    /// The first line is not the one of version 1.
    #[error("the first line is not {HEADER}")]
    WrongHeader,
    /// Longer than anything a proof needs.
    #[error("the proof file is too long")]
    TooLong,
    /// A line is missing, out of order or not canonical.
    #[error("malformed proof file")]
    Malformed,
    /// More extra data than [`MAX_EXTRA_BYTES`].
    #[error("the extra data is longer than {MAX_EXTRA_BYTES} bytes")]
    ExtraTooLong,
    /// More than [`MAX_PATH`] hashes.
    #[error("the inclusion path is longer than {MAX_PATH} hashes")]
    PathTooLong,
    /// The checkpoint in it is malformed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// Why a well-formed proof does not prove that the leaf was logged.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProofFileVerifyError {
    /// The policy does not accept the checkpoint.
    #[error("the checkpoint is not trusted")]
    Policy(#[from] PolicyViolation),
    /// The path does not lead from the leaf to the root.
    #[error("the leaf is not proved to be in the log")]
    Inclusion(#[from] InclusionError),
}

#[cfg(test)]
mod tests;
