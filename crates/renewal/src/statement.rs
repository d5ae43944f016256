//! The statement.

use heqi_evidence::statement::Statement;
use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};

/// That these tokens were there while their certificates counted.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "the statement's format, version 1")]
pub struct Renewal {
    /// SHA-256 of the list of trusted keys and roots as it counted then: the archived revocation data.
    pub anchors_sha256: Digest,
    /// When, by the clock of whoever renews.
    pub at: UtcMillis,
    /// How many tokens.
    pub count: u64,
    /// Who renews.
    pub custodian: String,
    /// When the first of their certificates ends.
    pub ends: UtcMillis,
    /// The name of the first token: the size of its head in twenty digits, a dot, its authority's label.
    pub first: String,
    /// The name of the last one.
    pub last: String,
    /// SHA-256 of the renewal before it; of nothing for the first.
    pub previous: Digest,
    /// Root of the tree over all of them, in the order of their names.
    pub root: String,
    /// Its place among the renewals of this log, from 1.
    pub seq: u64,
}

impl Statement for Renewal {
    const PAYLOAD_TYPE: &'static str = "application/vnd.heqi.renewal.v1+json";
}
