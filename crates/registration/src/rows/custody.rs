//! Rows about what custodians hold, and about heads and proofs of the log.

use heqi_evidence::deposit::Outcome;
use heqi_evidence::leaf::RecordRoot;
use heqi_vocabulary::{DepositNo, Digest, UtcMillis};
use serde::{Deserialize, Serialize};

/// A record whose log proof is all that is left of its log there.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrphanedRow {
    pub(crate) root: RecordRoot,
    /// The object with the record as it would stand beside its leaf.
    pub(crate) wire: Digest,
    /// The exact proof (c2sp.org/tlog-proof) under a head the frozen log signed.
    pub(crate) proof: String,
}

/// Where an awaited record stands.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AwaitingRow {
    pub(crate) chain: Digest,
    pub(crate) seq: u64,
}

/// A custodian's answer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiptRow {
    pub(crate) deposit_no: DepositNo,
    pub(crate) outcome: Outcome,
    pub(crate) received_at: UtcMillis,
    /// The exact envelope.
    pub(crate) envelope: String,
}

/// A custodian's statement of the last record of a chain.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChainHeadRow {
    pub(crate) seq: u64,
    /// The exact envelope.
    pub(crate) envelope: String,
}

/// A record that a custodian will not hold as it is.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GapRow {
    pub(crate) chain: Digest,
    pub(crate) seq: u64,
    pub(crate) since: UtcMillis,
    pub(crate) state: GapState,
    /// A stable word.
    pub(crate) reason: String,
}

/// Why a record is not held.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the API, version 1")]
pub enum GapState {
    /// No answer after a minute.
    Outstanding,
    /// The custodian refused it, finally.
    Refused,
    /// The custodian answered for other digests than ours; both are kept.
    Quarantined,
}

/// An answer that contradicts ours.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuarantineRow {
    pub(crate) at: UtcMillis,
    pub(crate) reason: String,
    /// What the custodian sent, in base64.
    pub(crate) answer: String,
}

/// A head of our log with cosignatures.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CosignedRow {
    pub(crate) size: u64,
    pub(crate) root: Digest,
    pub(crate) note_sha256: Digest,
    /// The exact note.
    pub(crate) note: String,
}
