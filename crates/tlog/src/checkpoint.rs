//! Checkpoints, c2sp.org/tlog-checkpoint@v1.0.0: origin, size and root of a log, signed as a note.
//!
//! Our choices: an origin is a legal key name and the log's key carries it as its name. Extension lines are accepted,
//! kept and cosigned byte for byte, because a witness must; we never write any and give them no meaning.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

use crate::{
    encoding::{parse_decimal, to_hex},
    note::{KeyName, KeyNameError, Note, NoteError, NoteSigner, SignatureLine},
    tree::{Hash, MAX_TREE_SIZE},
};

/// The first line of a checkpoint: which log this is.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Origin(KeyName);

impl Origin {
    /// Checks an origin by the rules of [`KeyName`].
    pub fn new(origin: impl Into<String>) -> Result<Self, KeyNameError> {
        KeyName::new(origin).map(Self)
    }

    /// The origin as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The name a key of this log carries.
    pub const fn key_name(&self) -> &KeyName {
        &self.0
    }

    /// Lowercase hex SHA-256 of the origin: the directory of this log below a witness's or mirror's monitoring prefix.
    pub fn monitoring_path(&self) -> String {
        to_hex(&Sha256::digest(self.as_str()))
    }
}

impl From<KeyName> for Origin {
    fn from(name: KeyName) -> Self {
        Self(name)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Origin {
    type Err = KeyNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

/// The content of a checkpoint. `Display` is the exact note text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Checkpoint {
    origin: Origin,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint without extension lines. The size is at most 2^63 - 1.
    pub fn new(origin: Origin, size: u64, root: Hash) -> Result<Self, CheckpointError> {
        if size > MAX_TREE_SIZE {
            Err(CheckpointError::BadSize)
        } else {
            Ok(Self { origin, size, root, extensions: Vec::new() })
        }
    }

    /// Reads a note text: three lines, then any number of extension lines, none empty, each ending in a newline.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let body = text.strip_suffix('\n').ok_or(CheckpointError::Malformed)?;
        let mut lines = body.split('\n');
        let mut line = || lines.next().ok_or(CheckpointError::Malformed);
        let origin = Origin::new(line()?).map_err(|_| CheckpointError::BadOrigin)?;
        let size = parse_decimal(line()?).ok_or(CheckpointError::BadSize)?;
        let root = Hash::from_base64(line()?).map_err(|_| CheckpointError::BadRoot)?;
        let extensions = lines.map(str::to_owned).collect::<Vec<_>>();
        if extensions.iter().any(|line| line.is_empty() || line.contains(|char: char| char < ' ')) {
            return Err(CheckpointError::Malformed);
        }
        Ok(Self { extensions, ..Self::new(origin, size, root)? })
    }

    /// Which log.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Number of entries.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// RFC 6962 root over the entries.
    pub const fn root(&self) -> Hash {
        self.root
    }

    /// Extension lines of a foreign log; never trust what they say.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, self.root.to_base64())?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A checkpoint with the note it came in. Well-formed, **not verified**: only [`crate::policy`] makes it trusted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Signs a checkpoint with the log's key, whose name must be the origin.
    ///
    /// Call it once per head and only after the head is stored: a log must never sign two heads that do not agree.
    pub fn sign(checkpoint: Checkpoint, signer: &NoteSigner) -> Result<Self, CheckpointError> {
        if signer.verifier_key().name() != checkpoint.origin.key_name() {
            return Err(CheckpointError::KeyOfAnotherLog);
        }
        let text = checkpoint.to_string();
        let line = signer.sign(&text);
        Ok(Self { checkpoint, note: Note::new(text, vec![line])? })
    }

    /// Reads a note whose text is a checkpoint.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        Self::from_note(Note::parse(bytes)?)
    }

    /// Takes a note whose text is a checkpoint.
    pub fn from_note(note: Note) -> Result<Self, CheckpointError> {
        Ok(Self { checkpoint: Checkpoint::parse(note.text())?, note })
    }

    /// The checkpoint the note speaks of.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note with its signatures.
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// The exact bytes of the note.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.note.to_bytes()
    }

    /// The same checkpoint with one more signature line, in place of an older one of the same key.
    pub fn with_signature(&self, line: SignatureLine) -> Result<Self, CheckpointError> {
        Ok(Self { checkpoint: self.checkpoint.clone(), note: self.note.with_signature(line)? })
    }
}

/// Why something is not a checkpoint.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CheckpointError {
    /// Fewer than three lines, an empty line, or no final newline.
    #[error("malformed checkpoint")]
    Malformed,
    /// The origin line is not a legal key name.
    #[error("the checkpoint origin is not a legal key name")]
    BadOrigin,
    /// The size is not a canonical decimal up to 2^63 - 1.
    #[error("the checkpoint size is not a canonical decimal up to 2^63 - 1")]
    BadSize,
    /// The root is not canonical base64 of 32 bytes.
    #[error("the checkpoint root is not 32 bytes in base64")]
    BadRoot,
    /// The signing key is named after another log.
    #[error("the signing key does not carry the origin as its name")]
    KeyOfAnotherLog,
    /// The note around it is malformed.
    #[error(transparent)]
    Note(#[from] NoteError),
}

#[cfg(test)]
mod tests;
