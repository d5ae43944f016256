//! Deposits: what a custodian receives of a record, and the receipt it signs.
//!
//! The receipt signs digests, never ZIP bytes. Its outcome is final.

use std::collections::BTreeMap;

use heqi_vocabulary::{DepositNo, Digest, Sm3Digest, UtcMillis};
use serde::{Deserialize, Serialize};
use sm3::Digest as _;

use crate::canonical::{self, CanonicalError};
use crate::leaf::RecordRoot;
use crate::statement::Statement;

/// The immutable parts of one deposit: SHA-256 digests, sorted, each once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DepositManifest {
    parts: BTreeMap<Digest, Part>,
}

/// What one part is and how long.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the manifest format, version 1")]
pub enum PartRole {
    /// The full record.
    Record,
    /// The device's own attributes.
    Client,
    /// The signer's envelope.
    Envelope,
    /// The challenge preimage.
    Challenge,
    /// The log head the challenge names.
    ChallengeCheckpoint,
    /// A certificate of the signer's chain.
    Certificate,
    /// A document or a photo.
    Attachment,
}

impl PartRole {
    /// The role of a bundle's entry by its name; `None` for what no deposit has: proofs, receipts, frames.
    pub fn of_entry(name: &str) -> Option<Self> {
        match name {
            "record.json" => Some(Self::Record),
            "client.json" => Some(Self::Client),
            "envelope.json" => Some(Self::Envelope),
            "challenge.json" => Some(Self::Challenge),
            "proof/challenge.checkpoint" => Some(Self::ChallengeCheckpoint),
            name if name.starts_with("certificates/") => Some(Self::Certificate),
            name if name.starts_with("attachments/") => Some(Self::Attachment),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Part {
    role: PartRole,
    size_bytes: u64,
}

#[derive(Serialize)]
struct ManifestWire<'a> {
    format: &'static str,
    parts: Vec<PartWire<'a>>,
}

#[derive(Serialize)]
struct PartWire<'a> {
    role: PartRole,
    sha256: &'a Digest,
    size_bytes: u64,
}

impl DepositManifest {
    /// The manifest of these parts. The same bytes twice are one part.
    pub fn of<'a>(parts: impl IntoIterator<Item = (PartRole, &'a [u8])>) -> Self {
        let parts = parts
            .into_iter()
            .map(|(role, bytes)| {
                let size_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                (Digest::of(bytes), Part { role, size_bytes })
            })
            .collect();
        Self { parts }
    }

    /// The same from the names of a bundle's entries with digest and length, for whoever has not the
    /// bytes at hand. Entries that are no part of a deposit are left out.
    pub fn of_entries<'a>(entries: impl IntoIterator<Item = (&'a str, Digest, u64)>) -> Self {
        let part = |(name, sha256, size_bytes): (&str, Digest, u64)| {
            Some((sha256, Part { role: PartRole::of_entry(name)?, size_bytes }))
        };
        let mut parts: Vec<(Digest, Part)> = entries.into_iter().filter_map(part).collect();
        // The same bytes in two roles are listed in the later one, as a bundle's own manifest has them.
        parts.sort_by_key(|(_, part)| part.role);
        Self { parts: parts.into_iter().collect() }
    }

    /// The canonical bytes.
    ///
    /// # Errors
    /// Writing JSON is fallible; it does not happen for this type.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        canonical::to_bytes(&ManifestWire {
            format: "heqi.deposit-manifest/v1",
            parts: self
                .parts
                .iter()
                .map(|(sha256, part)| PartWire {
                    role: part.role,
                    sha256,
                    size_bytes: part.size_bytes,
                })
                .collect(),
        })
    }

    /// The digest that a receipt signs.
    ///
    /// # Errors
    /// As [`Self::to_bytes`].
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        Ok(Digest::of(&self.to_bytes()?))
    }

    /// The digests of the parts.
    pub fn digests(&self) -> impl Iterator<Item = &Digest> {
        self.parts.keys()
    }
}

/// Both digests of one part, computed by the custodian itself from the bytes it holds.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DualDigest {
    /// SHA-256.
    pub sha256: Digest,
    /// SM3 (GB/T 32905).
    pub sm3: Sm3Digest,
}

impl DualDigest {
    /// Hashes `bytes` with both functions.
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            sha256: Digest::of(bytes),
            sm3: Sm3Digest::from_bytes(sm3::Sm3::digest(bytes).into()),
        }
    }
}

/// What a custodian decided about a record. Final.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the receipt format, version 1")]
pub enum Outcome {
    /// Re-verified and held.
    Admitted,
    /// Held, with what was found.
    AdmittedWithFindings {
        /// Stable codes of the findings.
        findings: Vec<String>,
    },
    /// Not held as evidence; kept only as proof of what was offered.
    Refused {
        /// Stable code of the reason.
        reason: String,
    },
}

impl Outcome {
    /// Whether the custodian holds the record as evidence.
    pub fn is_admitted(&self) -> bool {
        !matches!(self, Self::Refused { .. })
    }
}

/// The deposit receipt 存证回执.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DepositReceipt {
    /// The chain's commitment.
    pub chain: Digest,
    /// Who holds.
    pub custodian: String,
    /// The number of this deposit.
    pub deposit_no: DepositNo,
    /// Where the record stands in the platform's log.
    pub leaf_index: u64,
    /// Origin of the platform's log.
    pub log_origin: String,
    /// SHA-256 of the deposit manifest.
    pub manifest_sha256: Digest,
    /// What was decided.
    pub outcome: Outcome,
    /// Both digests of every part, sorted by SHA-256.
    pub parts: Vec<DualDigest>,
    /// When the custodian received the deposit, by its own clock.
    pub received_at: UtcMillis,
    /// The record.
    pub record_root: RecordRoot,
    /// Its place in the chain.
    pub seq: u64,
}

impl Statement for DepositReceipt {
    const PAYLOAD_TYPE: &'static str = "application/vnd.heqi.deposit-receipt.v1+json";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_digests_are_the_published_ones() {
        // GB/T 32905-2016 annex A.1 and FIPS 180-4 for the message "abc".
        let dual = DualDigest::of(b"abc");
        assert_eq!(
            dual.sm3.to_string(),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
        assert_eq!(
            dual.sha256.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn the_manifest_depends_on_the_parts_and_not_on_their_order() {
        let a = (PartRole::Record, b"record".as_slice());
        let b = (PartRole::Attachment, b"photo".as_slice());
        assert_eq!(
            DepositManifest::of([a, b]).digest().unwrap(),
            DepositManifest::of([b, a]).digest().unwrap()
        );
        assert_ne!(
            DepositManifest::of([a]).digest().unwrap(),
            DepositManifest::of([a, b]).digest().unwrap()
        );
    }

    #[test]
    fn only_a_refused_deposit_is_not_admitted() {
        assert!(Outcome::Admitted.is_admitted());
        let findings = vec!["late".to_owned()];
        assert!(Outcome::AdmittedWithFindings { findings }.is_admitted());
        assert!(!Outcome::Refused { reason: "malformed".to_owned() }.is_admitted());
    }
}
