//! What went wrong when the record was made.

use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::record::RecordDraft;
use heqi_evidence::verdict::ClaimName::{Integrity, SignedBy, Time};
use heqi_evidence::verdict::Status::{Contradicted, NotProved, Proved};
use heqi_testkit::{Twist, Twists};
use heqi_vocabulary::{Digest, FilingId, PartyId, Provenance};
use serde_json::{Value, json};

use super::{Case, DAY_MS, case, signing, story};
use crate::vectors::spoil;

/// The platform or the device did something wrong when the record was made.
#[expect(clippy::too_many_lines, reason = "one case after the other")]
pub(super) fn at_the_signing() -> Vec<Case> {
    let told = |twists| spoil::zip(&signing(&story(&twists)));
    vec![
        case(
            "platform-swapped-photo",
            "The platform recorded another photo than the device signed.",
            told(Twists {
                client: Some(Box::new(|values| {
                    values.insert(
                        "photo_sha256",
                        (json!(Digest::of(b"another face")), Provenance::Reported),
                    );
                })),
                ..Twists::default()
            }),
            1,
            &[(Integrity, Contradicted, "mismatch_photo")],
        ),
        case(
            "other-device",
            "Another device than the certified one made the signature.",
            told(Twists { signed_by_another_device: true, ..Twists::default() }),
            1,
            &[(SignedBy, Contradicted, "signature_invalid")],
        ),
        case(
            "certificate-for-another-key",
            "The certificate is for another key than the challenge binds.",
            told(Twists { certificate_for_another_key: true, ..Twists::default() }),
            1,
            &[(SignedBy, Contradicted, "other_device_key")],
        ),
        case(
            "challenge-for-another-filing",
            "The record names another filing than the challenge.",
            told(recorded("filing", json!(FilingId::from_bytes([5; 16])))),
            1,
            &[(Integrity, Contradicted, "mismatch_filing")],
        ),
        case(
            "challenge-for-another-party",
            "The record names another party than the challenge.",
            told(recorded("party", json!(PartyId::from_bytes([5; 16])))),
            1,
            &[(Integrity, Contradicted, "mismatch_party")],
        ),
        case(
            "challenge-for-another-capacity",
            "The record names another capacity than the challenge.",
            told(recorded("capacities", json!(["supervisor"]))),
            1,
            &[(Integrity, Contradicted, "mismatch_capacities")],
        ),
        case(
            "documents-as-lists",
            "The record gives each document as the list of its members, in their order.",
            told(recorded("documents", documents_as_lists())),
            1,
            &[(Integrity, Contradicted, "record_malformed")],
        ),
        case(
            "statement-for-another-party",
            "The device signed for another party than the challenge names.",
            told(Twists {
                statement: Some(Box::new(|statement| {
                    statement.party = PartyId::from_bytes([5; 16]);
                })),
                ..Twists::default()
            }),
            1,
            &[(Integrity, Contradicted, "mismatch_party")],
        ),
        case(
            "statement-for-another-capacity",
            "The device signed in another capacity than the challenge names.",
            told(Twists {
                statement: Some(Box::new(|statement| {
                    statement.capacities = vec!["supervisor".into()];
                })),
                ..Twists::default()
            }),
            1,
            &[(Integrity, Contradicted, "mismatch_capacities")],
        ),
        case(
            "statement-for-another-log",
            "The device signed for another platform's log.",
            told(Twists {
                statement: Some(Box::new(|statement| {
                    statement.origin = "log.other.example/first".into();
                })),
                ..Twists::default()
            }),
            1,
            &[(Integrity, Contradicted, "mismatch_origin")],
        ),
        case(
            "challenge-replayed",
            "The device answered an older challenge.",
            told(Twists {
                statement: Some(Box::new(|statement| {
                    statement.challenge = Digest::of(b"an older challenge");
                })),
                ..Twists::default()
            }),
            1,
            &[(Integrity, Contradicted, "mismatch_challenge")],
        ),
        case(
            "challenge-expired",
            "The challenge was answered after it had expired.",
            told(Twists {
                preimage: Some(Box::new(|preimage| preimage.expires_at = preimage.issued_at)),
                ..Twists::default()
            }),
            1,
            &[(Integrity, Contradicted, "challenge_expired")],
        ),
        case(
            "challenge-absent",
            "The record says nothing about the challenge where it must.",
            told(Twists {
                record: Some(Box::new(|draft| {
                    let set = draft.set("challenge", Value::Null, Provenance::Absent).map(|_| ());
                    debug_assert!(set.is_ok(), "{set:?}");
                })),
                ..Twists::default()
            }),
            1,
            &[(Integrity, Contradicted, "record_malformed")],
        ),
        case(
            "challenge-without-head",
            "The challenge names no head of the log: not before is not proved.",
            told(Twists { challenge_without_head: true, ..Twists::default() }),
            0,
            &[(Time, NotProved, "only_not_after")],
        ),
        case(
            "device-claims-observed",
            "The device's own tree claims what only the server can.",
            told(Twists {
                client: Some(Box::new(|values| {
                    values.insert("place", (json!("seen by the server"), Provenance::Observed));
                })),
                ..Twists::default()
            }),
            1,
            &[(Integrity, Contradicted, "part_malformed")],
        ),
        case(
            "certificate-expired",
            "Others first saw the signature a day after its certificate had expired.",
            told(Twists { delay_ms: DAY_MS, ..Twists::default() }),
            3,
            &[(SignedBy, NotProved, "validity_not_proved"), (Time, Proved, "between")],
        ),
        case(
            "certificate-too-old",
            "The certificate was issued two days before the signing.",
            told(Twists { certificate_age_ms: 2 * DAY_MS, ..Twists::default() }),
            3,
            &[(SignedBy, NotProved, "validity_not_proved")],
        ),
        case(
            "backdated",
            "The platform dated the record an hour before the head the challenge names.",
            told(Twists {
                place: Some(Box::new(|place| {
                    place.recorded_at = place.recorded_at.plus_millis(-3_600_000);
                })),
                ..Twists::default()
            }),
            1,
            &[(Time, Contradicted, "time_outside")],
        ),
    ]
}

/// The documents of the plain story, in the form some readers take for the same.
fn documents_as_lists() -> Value {
    let record = Disclosure::parse(&signing(&story(&Twists::default())).record);
    let documents = record.ok().and_then(|record| {
        let documents = record.attribute("documents")?.value.clone();
        documents.as_array().cloned()
    });
    let lists = documents.unwrap_or_default().into_iter().map(|document| {
        let members = ["page_images", "pages", "sha256"];
        Value::Array(members.map(|name| document.get(name).cloned().unwrap_or_default()).into())
    });
    Value::Array(lists.collect())
}

fn recorded(name: &'static str, value: Value) -> Twists {
    let record: Twist<RecordDraft> = Box::new(move |draft| {
        let set = draft.set(name, value.clone(), Provenance::Observed).map(|_| ());
        debug_assert!(set.is_ok(), "{set:?}");
    });
    Twists { record: Some(record), ..Twists::default() }
}
