//! Schemas: each kind of evidence, in each version, fixes its number of slots and gives
//! every attribute name exactly one slot and one retention class.
//!
//! A closed table: a name outside it, or in another slot, is not evidence of this kind.
//! The first eight slots of every record are its *frame* and are always disclosed; they
//! carry nothing personal. Slots without a name are `reserved_NN` and always absent.

use std::fmt;

use serde::{Deserialize, Serialize};

mod kinds;
mod reserved;
use kinds::{
    ACCESS, CERTIFICATE_APPLICATION, CLIENT, CODE_CHECKED, COMPANY_SEAL, CONFIRMATION,
    CONSENT_GIVEN, DECLINE, DOCUMENT_READ, ERASURE, FILING_CHANGED, FILING_CHANGED_2,
    FILING_OPENED, GUARDIANSHIP_SHOWN, HANDED_OVER, IDENTITY_VERIFIED, LEGAL_HOLD, NOTIFICATION,
    OBJECTION, OBJECTION_RESOLVED, PARTY_REMOVED, PERSON_CORRECTED, PERSON_SEEN, REGULATOR_QUERY,
    REGULATOR_VIEW, REVIEW_DECIDED, REVIEW_WANTED, RISK_NOTED, SIGNING, VIDEO_RECORDED,
};
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
    /// Authorities were asked who a party is.
    IdentityVerified,
    /// A reviewer decided a case, or proposed to.
    ReviewDecided,
    /// A step of a signing was done on another device of the signer.
    HandedOver,
    /// A signer goes, or is sent, a way on which a person decides.
    ReviewWanted,
    /// A signer said that it has read a document.
    DocumentRead,
    /// A signer read a statement aloud, instead of a photo: a person compares the video.
    VideoRecorded,
    /// An officer saw person and card together, instead of a photo.
    PersonSeen,
    /// A regulator searched, with a legal basis and a case number.
    RegulatorQuery,
    /// A regulator looked at a filing that a search had found.
    RegulatorView,
    /// A regulator applied to the notary for a certificate, or the notary answered.
    CertificateApplication,
    /// Who objected took it back, or the registry decided what follows from an objection.
    ObjectionResolved,
    /// An officer corrected the name or the number of a person, by a certificate of the police.
    PersonCorrected,
    /// A company's representative showed with what the company seals.
    CompanySeal,
    /// What the device and the network of a signing said that does not fit together.
    RiskNoted,
    /// A guardian showed what proves that a minor is the own ward.
    GuardianshipShown,
    /// The handler took out a party that had signed nothing.
    PartyRemoved,
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
    /// The newest schema of a kind. Records are written in it only where they say what [`Self::of`] has no slot for, so that
    /// whoever knows no other reads the rest.
    pub const fn newest(kind: RecordKind) -> &'static Self {
        match kind {
            RecordKind::FilingChanged => &FILING_CHANGED_2,
            other => Self::of(other),
        }
    }

    /// The schema in which a record of a kind is written, as long as it has a slot for what the record says: the first one.
    pub const fn of(kind: RecordKind) -> &'static Self {
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
            RecordKind::IdentityVerified => &IDENTITY_VERIFIED,
            RecordKind::ReviewDecided => &REVIEW_DECIDED,
            RecordKind::HandedOver => &HANDED_OVER,
            RecordKind::ReviewWanted => &REVIEW_WANTED,
            RecordKind::DocumentRead => &DOCUMENT_READ,
            RecordKind::VideoRecorded => &VIDEO_RECORDED,
            RecordKind::PersonSeen => &PERSON_SEEN,
            RecordKind::RegulatorQuery => &REGULATOR_QUERY,
            RecordKind::RegulatorView => &REGULATOR_VIEW,
            RecordKind::CertificateApplication => &CERTIFICATE_APPLICATION,
            RecordKind::ObjectionResolved => &OBJECTION_RESOLVED,
            RecordKind::PersonCorrected => &PERSON_CORRECTED,
            RecordKind::CompanySeal => &COMPANY_SEAL,
            RecordKind::RiskNoted => &RISK_NOTED,
            RecordKind::GuardianshipShown => &GUARDIANSHIP_SHOWN,
            RecordKind::PartyRemoved => &PARTY_REMOVED,
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
            Self::IdentityVerified => "identity_verified",
            Self::ReviewDecided => "review_decided",
            Self::HandedOver => "handed_over",
            Self::ReviewWanted => "review_wanted",
            Self::DocumentRead => "document_read",
            Self::VideoRecorded => "video_recorded",
            Self::PersonSeen => "person_seen",
            Self::RegulatorQuery => "regulator_query",
            Self::RegulatorView => "regulator_view",
            Self::CertificateApplication => "certificate_application",
            Self::ObjectionResolved => "objection_resolved",
            Self::PersonCorrected => "person_corrected",
            Self::CompanySeal => "company_seal",
            Self::RiskNoted => "risk_noted",
            Self::GuardianshipShown => "guardianship_shown",
            Self::PartyRemoved => "party_removed",
            Self::Client => "client",
        }
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Every schema of every version that was ever written.
pub static ALL: [&Schema; 30] = [
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
    &IDENTITY_VERIFIED,
    &REVIEW_DECIDED,
    &HANDED_OVER,
    &REVIEW_WANTED,
    &DOCUMENT_READ,
    &VIDEO_RECORDED,
    &PERSON_SEEN,
    &REGULATOR_QUERY,
    &REGULATOR_VIEW,
    &CERTIFICATE_APPLICATION,
    &OBJECTION_RESOLVED,
    &PERSON_CORRECTED,
    &COMPANY_SEAL,
    &RISK_NOTED,
    &GUARDIANSHIP_SHOWN,
    &PARTY_REMOVED,
    &FILING_CHANGED_2,
];

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

    /// A slot that was ever written keeps its place, its name and its class: a later version only adds behind them.
    #[test]
    fn a_later_version_begins_with_the_one_before() {
        for schema in ALL {
            let first = Schema::of(schema.kind);
            assert_eq!(schema.slots, first.slots);
            assert_eq!(schema.names.get(..first.names.len()), Some(first.names));
        }
    }

    #[test]
    fn a_schema_is_found_by_its_word_and_version_only() {
        for schema in &ALL {
            let found = Schema::find(schema.kind.as_str(), schema.version.into()).unwrap();
            assert!(std::ptr::eq(found, *schema));
            let first = Schema::find(schema.kind.as_str(), 1).unwrap();
            assert!(std::ptr::eq(first, Schema::of(schema.kind)));
            let newest = Schema::newest(schema.kind);
            assert!(Schema::find(schema.kind.as_str(), (newest.version + 1).into()).is_none());
        }
        assert_eq!(Schema::newest(RecordKind::FilingChanged).version, 2);
        assert!(Schema::find("certificate", 1).is_none());
    }

    #[test]
    fn a_kind_is_printed_as_its_word() {
        assert_eq!(RecordKind::ConsentGiven.to_string(), "consent_given");
        assert_eq!(RecordKind::Client.to_string(), "client");
    }
}
