//! Schemas: each kind of evidence, in each version, fixes its number of slots and gives
//! every attribute name exactly one slot and one retention class.
//!
//! A closed table: a name outside it, or in another slot, is not evidence of this kind.
//! The first eight slots of every record are its *frame* and are always disclosed; they
//! carry nothing personal. Slots without a name are `reserved_NN` and always absent.

use std::fmt;

use serde::{Deserialize, Serialize};

mod reserved;
use reserved::RESERVED;

/// Number of frame slots at the head of every record.
pub const FRAME_SLOTS: u8 = 8;

/// What happened. The word is the value of slot 0.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordKind {
    /// A filing was opened.
    FilingOpened,
    /// A party or a document was added to a filing, or a document replaced.
    FilingChanged,
    /// A signer granted or refused one consent.
    ConsentGiven,
    /// A party signed.
    Signing,
    /// A party declined to sign.
    Decline,
    /// A party or the handler confirmed what was signed.
    Confirmation,
    /// A party objected: not signed by me, or not so.
    Objection,
    /// Somebody looked at evidence.
    Access,
    /// Values about a person were erased, or it was refused.
    Erasure,
    /// A filing was put under a legal hold, or a hold was lifted.
    LegalHold,
    /// A signer entered a one-time code, or the last four of the identity number.
    CodeChecked,
    /// A message was sent, delivered, came back or could not be sent.
    Notification,
    /// Not a record: the attributes a signer's device salted and signed itself.
    Client,
}

/// How long and with whom values live: values of one class of one record share a seed
/// and a data key, and are erased together.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RetentionClass {
    /// The frame: never personal, never erased, always disclosed.
    Frame,
    /// About the filing and its documents.
    Matter,
    /// Who the person is, and how to reach them.
    Person,
    /// Photo and handwriting.
    Biometric,
    /// Place, device, network and reading traces.
    Trace,
}

/// The slots of one kind of evidence in one version.
#[derive(Debug)]
pub struct Schema {
    /// The kind.
    pub kind: RecordKind,
    /// The version of this table.
    pub version: u8,
    /// Number of slots: 16, 32 or 64.
    pub slots: u8,
    frame: &'static [&'static str],
    names: &'static [(&'static str, RetentionClass)],
}

impl Schema {
    /// The newest schema of a kind.
    pub const fn newest(kind: RecordKind) -> &'static Self {
        match kind {
            RecordKind::FilingOpened => &FILING_OPENED,
            RecordKind::FilingChanged => &FILING_CHANGED,
            RecordKind::ConsentGiven => &CONSENT_GIVEN,
            RecordKind::Signing => &SIGNING,
            RecordKind::Decline => &DECLINE,
            RecordKind::Confirmation => &CONFIRMATION,
            RecordKind::Objection => &OBJECTION,
            RecordKind::Access => &ACCESS,
            RecordKind::Erasure => &ERASURE,
            RecordKind::LegalHold => &LEGAL_HOLD,
            RecordKind::CodeChecked => &CODE_CHECKED,
            RecordKind::Notification => &NOTIFICATION,
            RecordKind::Client => &CLIENT,
        }
    }

    /// The schema with this kind word and version.
    pub fn find(kind: &str, version: u64) -> Option<&'static Self> {
        ALL.iter().copied().find(|s| s.kind.as_str() == kind && u64::from(s.version) == version)
    }

    /// The one slot of an attribute name.
    pub fn slot(&self, name: &str) -> Option<u8> {
        (0..self.slots).find(|slot| self.name(*slot) == Some(name))
    }

    /// The one name of a slot; `None` beyond the last slot.
    pub fn name(&self, slot: u8) -> Option<&'static str> {
        if slot >= self.slots {
            return None;
        }
        let place = usize::from(slot);
        self.frame
            .get(place)
            .or_else(|| self.names.get(place.checked_sub(self.frame.len())?).map(|(name, _)| name))
            .or_else(|| RESERVED.get(place))
            .copied()
    }

    /// The retention class of a slot's value.
    pub fn class(&self, slot: u8) -> RetentionClass {
        let place = usize::from(slot);
        match place.checked_sub(self.frame.len()) {
            None => RetentionClass::Frame,
            Some(named) => {
                self.names.get(named).map_or(RetentionClass::Matter, |(_, class)| *class)
            }
        }
    }

    /// Whether a slot has no meaning in this version and must be absent.
    pub fn is_reserved(&self, slot: u8) -> bool {
        usize::from(slot) >= self.frame.len() + self.names.len()
    }

    /// The slots that every disclosure opens.
    pub fn frame_slots(&self) -> std::ops::Range<u8> {
        0..u8::try_from(self.frame.len()).unwrap_or(FRAME_SLOTS)
    }

    /// The named attributes after the frame, in slot order, with their classes.
    pub const fn attributes(&self) -> &'static [(&'static str, RetentionClass)] {
        self.names
    }
}

impl RecordKind {
    /// The word in slot 0.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FilingOpened => "filing_opened",
            Self::FilingChanged => "filing_changed",
            Self::ConsentGiven => "consent_given",
            Self::Signing => "signing",
            Self::Decline => "decline",
            Self::Confirmation => "confirmation",
            Self::Objection => "objection",
            Self::Access => "access",
            Self::Erasure => "erasure",
            Self::LegalHold => "legal_hold",
            Self::CodeChecked => "code_checked",
            Self::Notification => "notification",
            Self::Client => "client",
        }
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

use RetentionClass::{Biometric, Matter, Person, Trace};

/// Every schema of every version that was ever written.
pub static ALL: [&Schema; 13] = [
    &FILING_OPENED,
    &FILING_CHANGED,
    &CONSENT_GIVEN,
    &SIGNING,
    &DECLINE,
    &CONFIRMATION,
    &OBJECTION,
    &ACCESS,
    &CLIENT,
    &ERASURE,
    &LEGAL_HOLD,
    &CODE_CHECKED,
    &NOTIFICATION,
];

const FRAME: &[&str] =
    &["kind", "schema", "record_id", "chain", "seq", "prev", "recorded_at", "generated_by"];
/// A device's own tree belongs to no chain; its place is the record that holds its root.
const CLIENT_FRAME: &[&str] = &["kind", "schema"];

static FILING_OPENED: Schema = Schema {
    kind: RecordKind::FilingOpened,
    version: 1,
    slots: 16,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("filing_number", Matter),
        ("matter", Matter),
        ("company_name", Matter),
        ("handler_name", Person),
        ("opened_by", Matter),
    ],
};

static FILING_CHANGED: Schema = Schema {
    kind: RecordKind::FilingChanged,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("change", Matter),
        ("party", Matter),
        ("party_kind", Matter),
        ("capacities", Matter),
        ("party_name", Person),
        ("representative_name", Person),
        ("document", Matter),
        ("document_version", Matter),
        ("document_title", Matter),
        ("document_sha256", Matter),
        ("document_pages", Matter),
        ("document_size_bytes", Matter),
        ("changed_by", Matter),
    ],
};

static CONSENT_GIVEN: Schema = Schema {
    kind: RecordKind::ConsentGiven,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("ceremony", Matter),
        ("party", Matter),
        ("consent", Matter),
        ("decision", Matter),
        ("text_sha256", Matter),
        ("text_version", Matter),
        ("text_language", Matter),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};

static SIGNING: Schema = Schema {
    kind: RecordKind::Signing,
    version: 1,
    slots: 64,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("filing_number", Matter),
        ("matter", Matter),
        ("company_name", Matter),
        ("ceremony", Matter),
        ("signing", Matter),
        ("voucher", Matter),
        ("party", Matter),
        ("party_kind", Matter),
        ("capacities", Matter),
        ("party_name", Person),
        ("representative_name", Person),
        ("identity", Person),
        ("documents", Matter),
        ("intent_sha256", Matter),
        ("consents", Matter),
        ("prior_records", Matter),
        ("challenge", Matter),
        ("envelope_sha256", Matter),
        ("certificate_sha256", Matter),
        ("device_key_sha256", Matter),
        ("client_root", Matter),
        ("photo_sha256", Biometric),
        ("photo_format", Biometric),
        ("photo_received_at", Biometric),
        ("photo_attempts", Biometric),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
        ("clock_offset_ms", Trace),
        ("tls", Trace),
    ],
};

static DECLINE: Schema = Schema {
    kind: RecordKind::Decline,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("ceremony", Matter),
        ("party", Matter),
        ("reason", Person),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};

static CONFIRMATION: Schema = Schema {
    kind: RecordKind::Confirmation,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("party", Matter),
        ("statement_sha256", Matter),
        ("shown_sha256", Matter),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};

static OBJECTION: Schema = Schema {
    kind: RecordKind::Objection,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("party", Matter),
        ("against", Matter),
        ("ground", Matter),
        ("reason", Person),
        ("shown_sha256", Matter),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};

static ACCESS: Schema = Schema {
    kind: RecordKind::Access,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("actor", Matter),
        ("actor_role", Matter),
        ("purpose", Matter),
        ("looked_at", Matter),
        ("attributes_opened", Matter),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};

static ERASURE: Schema = Schema {
    kind: RecordKind::Erasure,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("party", Matter),
        ("classes", Matter),
        ("basis", Matter),
        ("requested_by", Matter),
        ("decision", Matter),
        ("reason", Matter),
        ("legal_basis", Matter),
        ("records", Matter),
        ("keys", Matter),
        ("actor", Matter),
    ],
};

static LEGAL_HOLD: Schema = Schema {
    kind: RecordKind::LegalHold,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("hold", Matter),
        ("change", Matter),
        ("actor", Matter),
        ("reason", Person),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};

static CODE_CHECKED: Schema = Schema {
    kind: RecordKind::CodeChecked,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("ceremony", Matter),
        ("party", Matter),
        ("check", Matter),
        ("channel", Matter),
        ("contact", Person),
        ("contact_source", Matter),
        ("message", Matter),
        ("sent_at", Trace),
        ("wrong_entries", Trace),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};

static NOTIFICATION: Schema = Schema {
    kind: RecordKind::Notification,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("party", Matter),
        ("message", Matter),
        ("purpose", Matter),
        ("state", Matter),
        ("channel", Matter),
        ("contact", Person),
        ("contact_source", Matter),
        ("template_sha256", Matter),
        ("text_language", Matter),
        ("gateway", Matter),
        ("gateway_reference", Trace),
        ("attempts", Matter),
        ("reason", Matter),
        ("happened_at", Trace),
    ],
};

static CLIENT: Schema = Schema {
    kind: RecordKind::Client,
    version: 1,
    slots: 32,
    frame: CLIENT_FRAME,
    names: &[
        ("signed_at", Trace),
        ("time_zone", Trace),
        ("photo_sha256", Biometric),
        ("capture_source", Biometric),
        ("strokes_sha256", Biometric),
        ("place", Trace),
        ("device", Trace),
        ("user_agent", Trace),
        ("screen", Trace),
        ("language", Trace),
        ("key_custody", Trace),
        ("dwell", Trace),
        ("software", Trace),
    ],
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_schema_gives_each_slot_one_name_and_each_name_one_slot() {
        for schema in ALL {
            assert!([16, 32, 64].contains(&schema.slots), "{}", schema.kind);
            let names: BTreeSet<_> = (0..schema.slots).map(|s| schema.name(s).unwrap()).collect();
            assert_eq!(names.len(), usize::from(schema.slots), "{}", schema.kind);
            for slot in 0..schema.slots {
                assert_eq!(schema.slot(schema.name(slot).unwrap()), Some(slot));
            }
            assert_eq!(schema.name(schema.slots), None);
            assert!(schema.frame.len() + schema.names.len() <= usize::from(schema.slots));
        }
    }

    #[test]
    fn the_frame_of_every_record_is_its_first_eight_slots() {
        for schema in ALL.into_iter().filter(|s| s.kind != RecordKind::Client) {
            assert_eq!(schema.frame_slots(), 0..FRAME_SLOTS);
            assert_eq!(schema.class(7), RetentionClass::Frame);
            assert_ne!(schema.class(8), RetentionClass::Frame);
        }
    }

    #[test]
    fn a_schema_is_found_by_its_word_and_version_only() {
        for schema in ALL {
            let found = Schema::find(schema.kind.as_str(), 1).unwrap();
            assert!(std::ptr::eq(found, Schema::newest(schema.kind)));
            assert!(Schema::find(schema.kind.as_str(), 2).is_none());
        }
        assert!(Schema::find("certificate", 1).is_none());
    }
}
