//! What a person said to a custodian about a signing in its name (`docs/spec/holder-notice.md`).

use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::leaf::RecordRoot;
use crate::statement::Statement;

/// What a person said.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the statement format, version 1")]
pub enum NoticeKind {
    /// Not signed by me, or not so.
    Objection,
    /// A consent is withdrawn from now on (PIPL art 15); what was done before stays lawful.
    ConsentWithdrawn,
}

impl NoticeKind {
    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Objection => "objection",
            Self::ConsentWithdrawn => "consent_withdrawn",
        }
    }
}

/// A custodian's statement that a person said something about a record that it holds. The person
/// was known by a contact that had been used while signing, and by a name; who it was and the words
/// are not in it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HolderNotice {
    /// The commitment of the chain.
    pub chain: Digest,
    /// Who was told.
    pub custodian: String,
    /// What.
    pub kind: NoticeKind,
    /// SHA-256 over 16 random bytes and the words, which stay sealed.
    pub reason_sha256: Digest,
    /// The record it is about.
    pub record_root: RecordRoot,
    /// When, by the custodian's own clock.
    pub said_at: UtcMillis,
}

impl Statement for HolderNotice {
    const PAYLOAD_TYPE: &'static str = "application/vnd.heqi.holder-notice.v1+json";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statement_has_one_spelling() {
        let digest = Digest::from_bytes([1; 32]);
        let said = HolderNotice {
            chain: digest,
            custodian: "preservation".to_owned(),
            kind: NoticeKind::Objection,
            reason_sha256: digest,
            record_root: RecordRoot::new(digest),
            said_at: UtcMillis::from_millis(1_800_000_000_000).unwrap(),
        };
        let bytes = crate::canonical::to_bytes(&said).unwrap();
        let ones = "01".repeat(32);
        let expected = format!(
            r#"{{"chain":"{ones}","custodian":"preservation","kind":"objection","reason_sha256":"{ones}","record_root":"{ones}","said_at":"2027-01-15T08:00:00.000Z"}}"#
        );
        assert_eq!(String::from_utf8(bytes.clone()).unwrap(), expected);
        assert_eq!(crate::canonical::parse_exact::<HolderNotice>(&bytes).unwrap(), said);
    }

    #[test]
    fn what_was_said_has_one_word_everywhere() {
        for (kind, word) in [
            (NoticeKind::Objection, "objection"),
            (NoticeKind::ConsentWithdrawn, "consent_withdrawn"),
        ] {
            assert_eq!(kind.as_str(), word);
            assert_eq!(serde_json::to_value(kind).unwrap(), word);
        }
    }
}
