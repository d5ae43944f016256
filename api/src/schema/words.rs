//! Identifiers, digests, instants, and the closed lists of words.

use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! text {
    ($(#[doc = $doc:literal])+ $name:ident, $pattern:literal, $example:literal) => {
        $(#[doc = $doc])+
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some(concat!($($doc),+).trim()))
                    .pattern(Some($pattern))
                    .examples([serde_json::Value::from($example)])
                    .into()
            }
        }

        impl ToSchema for $name {}
    };
}

macro_rules! words {
    ($(#[doc = $doc:literal])+ $name:ident, [$($word:literal),+]) => {
        $(#[doc = $doc])+
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some(concat!($($doc),+).trim()))
                    .enum_values(Some([$($word),+]))
                    .into()
            }
        }

        impl ToSchema for $name {}
    };
}

text! {
    /// Identifier of a filing.
    FilingId, "^fil_[0-9a-hjkmnp-tv-z]{26}$", "fil_01h8z6b3n4v5x7c9d2f1g0hjkm"
}
text! {
    /// Identifier of a party of a filing.
    PartyId, "^par_[0-9a-hjkmnp-tv-z]{26}$", "par_01h8z6b3n4v5x7c9d2f1g0hjkm"
}
text! {
    /// Identifier of one version of a document.
    DocumentId, "^doc_[0-9a-hjkmnp-tv-z]{26}$", "doc_01h8z6b3n4v5x7c9d2f1g0hjkm"
}
text! {
    /// Identifier of one party's visit to sign.
    CeremonyId, "^cer_[0-9a-hjkmnp-tv-z]{26}$", "cer_01h8z6b3n4v5x7c9d2f1g0hjkm"
}
text! {
    /// Identifier of a signing.
    SigningId, "^sig_[0-9a-hjkmnp-tv-z]{26}$", "sig_01h8z6b3n4v5x7c9d2f1g0hjkm"
}
text! {
    /// Identifier of a message.
    MessageId, "^msg_[0-9a-hjkmnp-tv-z]{26}$", "msg_01h8z6b3n4v5x7c9d2f1g0hjkm"
}
text! {
    /// Identifier of an evidence record.
    RecordId, "^rec_[0-9a-hjkmnp-tv-z]{26}$", "rec_61h8z6b3n4v5x7c9d2f1g0hjkm"
}
text! {
    /// SHA-256 in lower-case hexadecimal.
    Digest, "^[0-9a-f]{64}$", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
}
text! {
    /// An instant in UTC with milliseconds (RFC 3339).
    Instant, "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$", "2026-11-23T12:05:00.000Z"
}
text! {
    /// Bytes in standard base64 with padding (RFC 4648).
    Base64, "^[A-Za-z0-9+/]*={0,2}$", "MCowBQYDK2VwAyEA"
}
text! {
    /// Number of a filing for people, with a check digit.
    FilingNo, "^[0-9]{8}$", "61842059"
}
text! {
    /// Number of a signing for people, with a check digit.
    VoucherNo, "^PZ[0-9]{15,}$", "PZ202611230000012"
}
text! {
    /// Number of a deposit for people, with a check digit.
    DepositNo, "^CZ[0-9]{15,}$", "CZ202611230000012"
}

words! {
    /// What is filed.
    Matter, ["establishment", "change", "equity_transfer", "ordinary_cancellation", "simplified_cancellation"]
}
words! {
    /// In which capacity a party takes part.
    Capacity, ["shareholder", "legal_representative", "corporate_shareholder_representative", "supervisor", "handler"]
}
words! {
    /// A natural person, a company that acts through its representative, or a minor for whom a guardian acts.
    PartyKindWord, ["person", "company", "ward"]
}
words! {
    /// What a consent asks for.
    ConsentKind, ["signing_manner", "face", "location", "notary_provision", "video_review"]
}
words! {
    /// The answer to a consent.
    Decision, ["granted", "refused"]
}
words! {
    /// On which ground a party objects.
    Ground, ["not_signed_by_me", "content_differs", "not_my_intent", "other"]
}
words! {
    /// A language of the interface.
    LanguageWord, ["zh", "en"]
}
words! {
    /// What was taken with a contact and may still go wrong: the number of a data card or of a satellite telephone, which may show no messages; an identity document that ends within 30 days, or whose number names a place that no table knows; the same person, by name and number, in another party of the filing.
    ContactWarning, ["mobile_data_card", "mobile_satellite", "document_ends_soon", "document_region_unknown", "same_person"]
}
words! {
    /// By what a message reaches a person.
    MessageChannel, ["sms", "email"]
}
words! {
    /// What a message is for.
    Purpose, ["invitation", "code", "signed_in_your_name", "all_signed", "contact_changed", "entry_locked", "confirm_reminder", "confirm_overdue", "objection_received", "filing_paused", "objection_decided"]
}
words! {
    /// How a message went.
    MessageState, ["queued", "sent", "delivered", "bounced", "failed", "uncertain", "expired", "dropped"]
}
words! {
    /// What is asked at the door of a ceremony: the one-time code, the last four of the identity number, nothing more; or locked.
    EntryStep, ["code", "identity", "inside", "locked"]
}
words! {
    /// Who keeps a deposit of every record.
    Custodian, ["data_centre", "preservation"]
}
words! {
    /// What a custodian decided about a record, finally.
    OutcomeWord, ["admitted", "admitted_with_findings", "refused"]
}
words! {
    /// Why a record is not held: no answer after a minute, refused, or answered for with other digests.
    GapState, ["outstanding", "refused", "quarantined"]
}
words! {
    /// What happened.
    RecordKind, ["filing_opened", "filing_changed", "consent_given", "signing", "decline", "confirmation", "objection", "access", "erasure", "legal_hold", "code_checked", "notification", "identity_verified", "review_decided", "handed_over", "review_wanted", "document_read", "video_recorded", "person_seen", "person_corrected", "company_seal", "risk_noted", "guardianship_shown", "party_removed", "objection_resolved", "regulator_query", "regulator_view", "certificate_application"]
}

#[cfg(test)]
mod tests {
    use heqi_filing as filing;
    use heqi_registration::{Custodian as Kept, object};
    use serde_json::{Value, json};

    use super::*;

    fn listed<T: PartialSchema>() -> Vec<Value> {
        let schema = serde_json::to_value(T::schema()).unwrap();
        schema["enum"].as_array().unwrap().clone()
    }

    fn spelt<T: serde::Serialize>(all: &[T]) -> Vec<Value> {
        all.iter().map(|one| json!(one)).collect()
    }

    #[test]
    fn the_lists_are_those_of_the_rules() {
        assert_eq!(listed::<Matter>(), spelt(&filing::Matter::ALL));
        for word in listed::<Capacity>() {
            assert!(serde_json::from_value::<filing::Capacity>(word.clone()).is_ok(), "{word}");
        }
        assert_eq!(listed::<ConsentKind>(), spelt(&filing::ConsentKind::ALL));
        assert_eq!(listed::<Ground>(), spelt(&object::Ground::ALL));
        assert_eq!(listed::<Custodian>(), spelt(&Kept::ALL));
        let decisions = [filing::Decision::Granted, filing::Decision::Refused];
        assert_eq!(listed::<Decision>(), spelt(&decisions));
    }
}
words! {
    /// Values about a person: name and contact, photo and handwriting, traces of use.
    ErasableClass, ["person", "biometric", "trace"]
}
words! {
    /// What was decided.
    ErasureDecisionWord, ["erased", "refused"]
}
words! {
    /// What a custodian did with an order.
    ErasureStateWord, ["ordered", "erased", "refused"]
}
words! {
    /// Who asked for an erasure.
    RequestedByWord, ["person", "data_protection_officer", "retention"]
}
