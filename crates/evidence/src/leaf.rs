//! Entries of the logs: a version label and one digest, nothing else. What a log reveals
//! is volume and batch timing.

use std::fmt;

use heqi_vocabulary::Digest;
use serde::{Deserialize, Serialize};

const RECORD_LABEL: &[u8] = b"heqi.record-leaf/v1\n";
const STATEMENT_LABEL: &[u8] = b"heqi.statement-leaf/v1\n";

/// The root of a record's attribute tree.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct RecordRoot(Digest);

impl RecordRoot {
    /// Names a digest as a record root.
    pub const fn new(digest: Digest) -> Self {
        Self(digest)
    }

    /// The digest.
    pub const fn digest(self) -> Digest {
        self.0
    }
}

impl fmt::Display for RecordRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One entry of a log.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a new kind of entry is a new log format version")]
pub enum LogLeaf {
    /// An evidence record, by its root.
    Record(RecordRoot),
    /// A signed statement (deposit receipt, chain head), by the digest of its envelope.
    Statement(Digest),
}

/// Why bytes are not a log entry of ours.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a log entry is a known label and 32 bytes")]
pub struct LogLeafError;

impl LogLeaf {
    /// The entry bytes as they stand in the log.
    pub fn to_bytes(self) -> Vec<u8> {
        let (label, digest) = match self {
            Self::Record(root) => (RECORD_LABEL, root.digest()),
            Self::Statement(digest) => (STATEMENT_LABEL, digest),
        };
        [label, digest.as_bytes()].concat()
    }

    /// Reads an entry.
    ///
    /// # Errors
    /// [`LogLeafError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, LogLeafError> {
        let digest =
            |rest: &[u8]| rest.try_into().map(Digest::from_bytes).map_err(|_| LogLeafError);
        if let Some(rest) = bytes.strip_prefix(RECORD_LABEL) {
            Ok(Self::Record(RecordRoot::new(digest(rest)?)))
        } else if let Some(rest) = bytes.strip_prefix(STATEMENT_LABEL) {
            Ok(Self::Statement(digest(rest)?))
        } else {
            Err(LogLeafError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_survives_its_bytes_and_refuses_others() {
        for leaf in [
            LogLeaf::Record(RecordRoot::new(Digest::of(b"a"))),
            LogLeaf::Statement(Digest::of(b"b")),
        ] {
            let bytes = leaf.to_bytes();
            assert_eq!(LogLeaf::parse(&bytes), Ok(leaf));
            assert!(LogLeaf::parse(&bytes[..bytes.len() - 1]).is_err());
            assert!(LogLeaf::parse(&[&bytes[..], b"x"].concat()).is_err());
            assert!(LogLeaf::parse(&bytes[1..]).is_err());
        }
    }
}
