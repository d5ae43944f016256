//! Chain fork proofs: two records, both in a log, that cannot both stand in one chain
//! (`docs/spec/chain-fork-proof.md`).
//!
//! The frames of both records, which hold nothing personal, and for each the proof that a
//! log took it. Whoever has the log's key can check it, without the log, the custodian or
//! the rest of the chain.

use std::fmt;

use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::proof::verify_inclusion;
use heqi_tlog::proof_file::ProofFile;
use heqi_tlog::tree::leaf_hash;
use heqi_vocabulary::Digest;

use crate::chain::chain_commitment;
use crate::disclosure::Disclosure;
use crate::leaf::{LogLeaf, RecordRoot};
use crate::record::Frame;

/// The first line.
const HEADER: &str = "heqi.chain-fork-proof/v1";
/// The longest file, in bytes.
pub const MAX_FILE_BYTES: usize = 2 << 20;

/// In which way the records contradict each other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the format, version 1")]
pub enum ChainForkKind {
    /// Two records at one place.
    Place,
    /// The second record stands right behind the first and names another predecessor.
    Link,
}

impl ChainForkKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Link => "link",
        }
    }
}

/// One of the two records.
#[derive(Clone, Debug)]
pub struct LoggedFrame {
    disclosed: String,
    frame: Frame,
    root: RecordRoot,
    proof: ProofFile,
}

impl LoggedFrame {
    /// A disclosure, of the frame alone or of more, and the proof of its leaf.
    ///
    /// # Errors
    /// The disclosure cannot be read. What the proof shows is not looked at.
    pub fn new(disclosed: &[u8], proof: ProofFile) -> Result<Self, ChainForkProofError> {
        let text = str::from_utf8(disclosed).map_err(|_| ChainForkProofError::Malformed)?;
        let disclosure =
            Disclosure::parse(disclosed).map_err(|_| ChainForkProofError::Malformed)?;
        let frame = Frame::read(&disclosure).map_err(|_| ChainForkProofError::Malformed)?;
        let root = RecordRoot::new(disclosure.root());
        let frame_slots = disclosure.schema().frame_slots();
        if disclosure.attributes().any(|(slot, _)| !frame_slots.contains(&slot)) {
            return Err(ChainForkProofError::MoreThanFrame);
        }
        Ok(Self { disclosed: text.to_owned(), frame, root, proof })
    }

    /// The frame.
    pub const fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The record's root.
    pub const fn root(&self) -> RecordRoot {
        self.root
    }

    /// The disclosure, exact.
    pub fn disclosed(&self) -> &str {
        &self.disclosed
    }

    /// The proof of its leaf, not verified.
    pub const fn proof(&self) -> &ProofFile {
        &self.proof
    }

    /// The head of the proof, not verified.
    pub const fn head(&self) -> &SignedCheckpoint {
        self.proof.checkpoint()
    }

    /// Whether the proof leads from the record to its head.
    fn is_logged(&self) -> bool {
        let leaf = leaf_hash(&LogLeaf::Record(self.root).to_bytes());
        let head = self.head().checkpoint();
        let (index, path) = (self.proof.index(), self.proof.path());
        verify_inclusion(index, head.size(), leaf, path, head.root()).is_ok()
    }
}

/// A chain fork proof. `Display` is its exact text.
#[derive(Clone, Debug)]
pub struct ChainForkProof {
    kind: ChainForkKind,
    first: LoggedFrame,
    second: LoggedFrame,
}

impl ChainForkProof {
    /// Two records that contradict each other, in either order.
    ///
    /// # Errors
    /// Nothing is shown.
    pub fn of(one: LoggedFrame, other: LoggedFrame) -> Result<Self, NotShown> {
        let (first, second) =
            if other.frame.place.seq < one.frame.place.seq { (other, one) } else { (one, other) };
        let kind = if first.frame.place.seq == second.frame.place.seq {
            ChainForkKind::Place
        } else {
            ChainForkKind::Link
        };
        let proof = Self { kind, first, second };
        proof.check().map(|()| proof)
    }

    /// Whether a file says of itself that it is one.
    pub fn is_named_by(bytes: &[u8]) -> bool {
        bytes.strip_prefix(HEADER.as_bytes()).is_some_and(|rest| rest.starts_with(b"\n"))
    }

    /// Reads a file. What it shows is not looked at.
    ///
    /// # Errors
    /// See [`ChainForkProofError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ChainForkProofError> {
        if bytes.len() > MAX_FILE_BYTES {
            return Err(ChainForkProofError::TooLong);
        }
        let text = str::from_utf8(bytes).map_err(|_| ChainForkProofError::Malformed)?;
        // Nothing in a part has an empty line, so the blank lines count the parts.
        let parts: Vec<&str> = text.splitn(8, "\n\n").collect();
        let [head, lines, note, signatures, other_lines, other_note, other_signatures] =
            *parts.as_slice()
        else {
            return Err(ChainForkProofError::Malformed);
        };
        let mut listed = head.split('\n');
        let (header, kind, first, second) =
            (listed.next(), listed.next(), listed.next(), listed.next());
        let kind = match kind {
            Some("kind place") => ChainForkKind::Place,
            Some("kind link") => ChainForkKind::Link,
            _ => return Err(ChainForkProofError::Malformed),
        };
        let (Some(HEADER), Some(first), Some(second), None) =
            (header, first, second, listed.next())
        else {
            return Err(ChainForkProofError::Malformed);
        };
        // The blank line between the proofs took the last newline of the first.
        let proof = format!("{lines}\n\n{note}\n\n{signatures}\n");
        let other = format!("{other_lines}\n\n{other_note}\n\n{other_signatures}");
        let logged = |disclosed: &str, proof: &str| {
            let proof =
                ProofFile::parse(proof.as_bytes()).map_err(|_| ChainForkProofError::Malformed)?;
            LoggedFrame::new(disclosed.as_bytes(), proof)
        };
        Ok(Self { kind, first: logged(first, &proof)?, second: logged(second, &other)? })
    }

    /// In which way the records are said to contradict each other.
    pub const fn kind(&self) -> ChainForkKind {
        self.kind
    }

    /// The commitment of the first record's chain.
    pub fn chain(&self) -> Digest {
        chain_commitment(self.first.frame.place.chain)
    }

    /// Both records, in the order of the file.
    pub fn records(&self) -> [&LoggedFrame; 2] {
        [&self.first, &self.second]
    }

    /// Whether the records, whoever signed the heads over them, cannot stand in one chain.
    ///
    /// # Errors
    /// Nothing is shown.
    pub fn check(&self) -> Result<(), NotShown> {
        let (first, second) = (self.first.frame.place, self.second.frame.place);
        let contradicts = match self.kind {
            ChainForkKind::Place => first.seq == second.seq && self.first.root != self.second.root,
            ChainForkKind::Link => {
                first.seq.checked_add(1) == Some(second.seq)
                    && second.prev != self.first.root.digest()
            }
        };
        let is_shown = first.chain == second.chain
            && contradicts
            && self.first.is_logged()
            && self.second.is_logged();
        if is_shown { Ok(()) } else { Err(NotShown) }
    }
}

impl fmt::Display for ChainForkProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nkind {}", self.kind.as_str())?;
        self.records().iter().try_for_each(|record| writeln!(f, "{}", record.disclosed))?;
        self.records().iter().try_for_each(|record| write!(f, "\n{}", record.proof))
    }
}

/// The records can stand in one chain, or a proof does not lead from its record to its head.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the records do not contradict each other")]
pub struct NotShown;

/// Why bytes are not a chain fork proof.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainForkProofError {
    /// Longer than any such proof.
    #[error("the chain fork proof is longer than {MAX_FILE_BYTES} bytes")]
    TooLong,
    /// A line or part is missing, too many, out of order or not canonical.
    #[error("malformed chain fork proof")]
    Malformed,
    /// A record discloses more than its frame: the file would pass on what concerns people.
    #[error("a record in the chain fork proof discloses more than its frame")]
    MoreThanFrame,
}

#[cfg(test)]
mod tests;
