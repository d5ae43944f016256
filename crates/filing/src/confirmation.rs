//! Each party's answer after signing (third barrier; domain study 11.4). Silence is
//! never a yes: only [`Confirmation::Confirmed`] counts, and only a party makes it.

use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};

mod texts;

pub use texts::{CONFIRMATION_TEXTS, ConfirmationText, Declarer};

/// What one party has said about the signatures shown to it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "answer", rename_all = "snake_case", deny_unknown_fields)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a third answer would have to be weighed by every caller"
)]
pub enum Confirmation {
    /// Not answered, asked or not.
    Pending {},
    /// The signatures are as they should be.
    Confirmed {
        /// When the party said so.
        at: UtcMillis,
        /// Digest of the list of signatures that was shown.
        shown: Digest,
    },
    /// Something is wrong, for instance "not signed by me".
    Objected {
        /// When the party said so.
        at: UtcMillis,
        /// Digest of the reason given, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason_digest: Option<Digest>,
        /// When the party took it back; the registry decides whether that ends it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        taken_back_at: Option<UtcMillis>,
    },
}

impl Confirmation {
    /// When the party confirmed, if it did.
    pub const fn confirmed_at(&self) -> Option<UtcMillis> {
        match self {
            Self::Confirmed { at, .. } => Some(*at),
            Self::Pending {} | Self::Objected { .. } => None,
        }
    }

    /// Whether the party objected.
    pub const fn is_objection(&self) -> bool {
        matches!(self, Self::Objected { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_tagged_and_refuse_unknown_fields() {
        let pending = serde_json::to_string(&Confirmation::Pending {}).unwrap();
        assert_eq!(pending, r#"{"answer":"pending"}"#);
        let smuggled = r#"{"answer":"pending","at":"2026-11-23T12:05:00.000Z"}"#;
        assert!(serde_json::from_str::<Confirmation>(smuggled).is_err());
    }
}
