//! Successors: a log that must not go on under its name says which log takes its place
//! (`docs/spec/successor.md`).
//!
//! The statement freezes the old log at a head, names the key of the new one, and lists the
//! records that are known beyond what is still held of the old log. Both logs sign it, and it
//! is the first entry of the new log: whoever reads that log reads what it follows.

use heqi_pki::dsse::{Envelope, PayloadType};
use heqi_pki::keys::{PublicKey, Signer};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::note::{SignatureType, VerifierKey};
use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::anchors::{Validity, Vkey};
use crate::canonical;
use crate::leaf::{LogLeaf, RecordRoot};
use crate::statement::{Statement, StatementError};

/// Records listed in one statement, at most: it has to fit an envelope.
pub const MAX_ORPHANS: usize = 4_096;

/// Why a log does not go on.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the statement, version 1")]
pub enum FrozenReason {
    /// Entries that others have cosigned are lost.
    Lost,
    /// Something else has happened to it.
    Incident,
}

/// A record that stood in the frozen log beyond what is held of it: its place there is never
/// used again, and it is no record of the successor.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "part of the statement, version 1")]
pub struct OrphanedRecord {
    /// Its entry in the frozen log.
    pub index: u64,
    /// Its root.
    pub record_root: RecordRoot,
}

/// One log takes the place of another.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a statement, version 1")]
pub struct LogSuccessor {
    /// The newest head of the frozen log that somebody else cosigned: the exact note.
    pub frozen_head: String,
    /// The key of the frozen log that signs this statement; its name is the frozen origin.
    pub frozen_key: Vkey,
    /// How many entries of the frozen log, from its first, are still held and served.
    pub held: u64,
    /// The key of the successor; its name is the new origin.
    pub log_key: Vkey,
    /// When the successor was opened. Nothing was recorded in the frozen log after it, nothing
    /// in the successor before it.
    pub opened_at: UtcMillis,
    /// What is known of the frozen log beyond what is held or cosigned, by index.
    pub orphans: Vec<OrphanedRecord>,
    /// Why.
    pub reason: FrozenReason,
}

impl Statement for LogSuccessor {
    const PAYLOAD_TYPE: &'static str = "application/vnd.heqi.log-successor.v1+json";
}

/// Why a successor is not believed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SuccessorError {
    /// No envelope of this kind, or a signature does not hold.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// A key is no key of a log.
    #[error("the key of the {0} log is no Ed25519 note key")]
    Key(&'static str),
    /// Both have one origin or one key.
    #[error("the successor has the {0} of the frozen log")]
    Same(&'static str),
    /// One of the logs has not signed.
    #[error("the statement is not signed by the {0} log")]
    NotSigned(&'static str),
    /// The frozen head is no head of the frozen log that its key signed.
    #[error("the frozen head is not signed by the frozen log")]
    Head,
    /// The listed records are not in order, too many, or stand where nothing is missing.
    #[error("the orphaned records are not listed as they must be")]
    Orphans,
}

/// A statement of succession that both logs signed: made by [`LogSuccessor::verify`] only.
#[derive(Clone, Debug)]
pub struct VerifiedSuccessor {
    said: LogSuccessor,
    head: SignedCheckpoint,
    envelope: Envelope,
}

impl LogSuccessor {
    /// Signs with the keys of both logs.
    ///
    /// # Errors
    /// A key did not sign, or the statement is too long.
    pub fn sign_both(
        &self,
        frozen: &dyn Signer,
        successor: &dyn Signer,
    ) -> Result<Envelope, StatementError> {
        let payload = canonical::to_bytes(self)?;
        let payload_type = PayloadType::parse(Self::PAYLOAD_TYPE)?;
        Ok(Envelope::sign(&payload_type, &payload, &[frozen, successor])?)
    }

    /// Opens a statement that both logs must have signed. Whose the frozen key is, the caller
    /// has to know.
    ///
    /// # Errors
    /// See [`SuccessorError`].
    pub fn verify(envelope: &Envelope) -> Result<VerifiedSuccessor, SuccessorError> {
        let unverified: Self =
            canonical::parse(envelope.unverified_payload()).map_err(StatementError::from)?;
        let (frozen_key, log_key) = (&unverified.frozen_key.0, &unverified.log_key.0);
        let (old, new) = (public_key(frozen_key, "frozen")?, public_key(log_key, "new")?);
        if frozen_key.name() == log_key.name() {
            return Err(SuccessorError::Same("origin"));
        }
        if old == new {
            return Err(SuccessorError::Same("key"));
        }
        let signed = Self::open(envelope, &[old.clone(), new.clone()])?;
        for (key, which) in [(&old, "frozen"), (&new, "new")] {
            if !signed.signers().contains(key) {
                return Err(SuccessorError::NotSigned(which));
            }
        }
        let said = signed.into_statement();
        let head = SignedCheckpoint::parse(said.frozen_head.as_bytes())
            .map_err(|_| SuccessorError::Head)?;
        let is_of_the_log = head.checkpoint().origin().key_name() == said.frozen_key.0.name()
            && head.note().verify([&said.frozen_key.0]).is_ok();
        if !is_of_the_log {
            return Err(SuccessorError::Head);
        }
        let first = said.held.min(head.checkpoint().size());
        let in_order = said.orphans.is_sorted_by(|before, after| before.index < after.index);
        let lie_beyond = said.orphans.first().is_none_or(|orphan| orphan.index >= first);
        if !in_order || !lie_beyond || said.orphans.len() > MAX_ORPHANS {
            return Err(SuccessorError::Orphans);
        }
        Ok(VerifiedSuccessor { said, head, envelope: envelope.clone() })
    }
}

impl VerifiedSuccessor {
    /// What was signed.
    pub const fn said(&self) -> &LogSuccessor {
        &self.said
    }

    /// The head the old log is frozen at, signed by it.
    pub const fn frozen_head(&self) -> &SignedCheckpoint {
        &self.head
    }

    /// The exact statement.
    pub const fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The first entry of the successor.
    pub fn first_entry(&self) -> LogLeaf {
        LogLeaf::Statement(Digest::of(self.envelope.as_bytes()))
    }

    /// From when the successor's key counts.
    pub const fn new_validity(&self) -> Validity {
        Validity { distrust_after: None, valid_from: self.said.opened_at, valid_until: None }
    }

    /// How the validity of the frozen log's key ends; an earlier end stays.
    pub fn frozen_validity(&self, before: Validity) -> Validity {
        let opened_at = self.said.opened_at;
        let until = before.valid_until.map_or(opened_at, |end| end.min(opened_at));
        Validity { valid_until: Some(until), ..before }
    }
}

fn public_key(key: &VerifierKey, which: &'static str) -> Result<PublicKey, SuccessorError> {
    if key.signature_type() != SignatureType::Ed25519 {
        return Err(SuccessorError::Key(which));
    }
    PublicKey::from_ed25519_bytes(key.public_key()).map_err(|_| SuccessorError::Key(which))
}

#[cfg(test)]
mod tests;
