//! How a datum was obtained. Every attribute of evidence says it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who stands behind a value.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum Provenance {
    /// The server saw it itself.
    Observed,
    /// The signer's browser or device said so.
    Reported,
    /// A provider said so, and its signed response is in the record.
    Attested,
    /// A named person looked and decided.
    Reviewed,
    /// The handler or a party said so.
    Declared,
    /// The person was asked and refused.
    Refused,
    /// Nobody has it.
    Absent,
}

impl Provenance {
    /// The word used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Reported => "reported",
            Self::Attested => "attested",
            Self::Reviewed => "reviewed",
            Self::Declared => "declared",
            Self::Refused => "refused",
            Self::Absent => "absent",
        }
    }

    /// Whether a value of this provenance must be empty: nothing was obtained.
    pub const fn is_empty(self) -> bool {
        matches!(self, Self::Refused | Self::Absent)
    }
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_on_the_wire_is_the_word_in_json() {
        for word in
            ["observed", "reported", "attested", "reviewed", "declared", "refused", "absent"]
        {
            let parsed: Provenance = serde_json::from_str(&format!("\"{word}\"")).unwrap();
            assert_eq!(parsed.as_str(), word);
            assert_eq!(parsed.to_string(), word);
            assert_eq!(parsed.is_empty(), ["refused", "absent"].contains(&word));
        }
    }
}
