//! The parts fit each other, or the verdict says which do not.

use heqi_evidence::bundle::{BundleParts, attachment_name};
use heqi_evidence::challenge::Nonce;
use heqi_evidence::record::{StoredClass, StoredRecord};
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence::verdict::ClaimName::{Deposited, Identity, Integrity, Logged, SignedBy};
use heqi_evidence::verdict::Conclusion;
use heqi_evidence::verdict::Status::{Contradicted, NotProved, Proved};
use heqi_testkit::{SeededEntropy, Story, Twists, files};
use heqi_vocabulary::{CeremonyId, Digest, FilingId, PartyId, Provenance};
use serde_json::{Value, json};

use crate::{ANCHORS, STORY, conclusion, expect, twisted, verdict_of, verdict_under};

fn contradicted(twists: &Twists, code: &str) {
    expect(&twisted(twists), Integrity, Contradicted, code);
}

#[test]
fn a_challenge_for_another_filing_party_ceremony_or_capacity_is_contradicted() {
    // The platform records one thing and let the device sign another.
    for (name, value) in [
        ("filing", json!(FilingId::from_bytes([5; 16]))),
        ("party", json!(PartyId::from_bytes([5; 16]))),
        ("ceremony", json!(CeremonyId::from_bytes([5; 16]))),
        ("capacities", json!(["shareholder"])),
        ("documents", json!([{ "page_images": [], "pages": 1, "sha256": Digest::of(b"other") }])),
        ("prior_records", json!([])),
        ("challenge", json!(Digest::of(b"other"))),
        ("device_key_sha256", json!(Digest::of(b"other"))),
        ("intent_sha256", json!(Digest::of(b"other"))),
        ("consents", json!([])),
        ("certificate_sha256", json!(Digest::of(b"other"))),
        ("client_root", json!(Digest::of(b"other"))),
        ("envelope_sha256", json!(Digest::of(b"other"))),
    ] {
        let what = name.trim_end_matches("_sha256").to_owned();
        let record: heqi_testkit::Twist<_> =
            Box::new(move |draft: &mut heqi_evidence::record::RecordDraft| {
                draft.set(name, value.clone(), Provenance::Observed).unwrap();
            });
        contradicted(
            &Twists { record: Some(record), ..Twists::default() },
            &format!("mismatch_{what}"),
        );
    }
}

#[test]
fn a_statement_that_says_something_else_than_the_challenge_is_contradicted() {
    type Change = fn(&mut heqi_evidence::statement::SigningStatement);
    let changes: [(Change, &str); 7] = [
        (|s| s.challenge = Digest::of(b"replayed"), "mismatch_challenge"),
        (|s| s.party = PartyId::from_bytes([5; 16]), "mismatch_party"),
        (|s| s.capacities = vec!["supervisor".into()], "mismatch_capacities"),
        (|s| s.documents.clear(), "mismatch_documents"),
        (|s| s.certificate_sha256 = Digest::of(b"other"), "mismatch_certificate"),
        (|s| s.client_root = Digest::of(b"other"), "mismatch_client_root"),
        (|s| s.origin = "log.other.example/first".into(), "mismatch_origin"),
    ];
    for (change, code) in changes {
        contradicted(&Twists { statement: Some(Box::new(change)), ..Twists::default() }, code);
    }
}

#[test]
fn a_challenge_answered_too_late_is_contradicted() {
    let late = Twists {
        preimage: Some(Box::new(|preimage| preimage.expires_at = preimage.issued_at)),
        ..Twists::default()
    };
    contradicted(&late, "challenge_expired");
}

#[test]
fn another_preimage_than_the_signed_one_is_contradicted() {
    let (mut other, _) = heqi_evidence::challenge::ChallengePreimage::parse(
        STORY.signing().parts.challenge.as_deref().unwrap(),
    )
    .unwrap();
    other.nonce = Nonce::random(&SeededEntropy::new(99));
    let parts =
        BundleParts { challenge: Some(other.to_bytes().unwrap()), ..STORY.bundle(STORY.signing()) };
    expect(&verdict_under(&parts, &ANCHORS), Integrity, Contradicted, "mismatch_challenge");
}

#[test]
fn another_head_than_the_challenge_names_is_contradicted_and_a_missing_one_too() {
    let bundle = STORY.bundle(STORY.signing());
    let other = STORY.cosigned_head(5, STORY.seen_at()).to_bytes();
    let parts = BundleParts { challenge_checkpoint: Some(other), ..bundle.clone() };
    expect(&verdict_under(&parts, &ANCHORS), Integrity, Contradicted, "mismatch_checkpoint");
    let parts = BundleParts { challenge_checkpoint: None, ..bundle.clone() };
    expect(&verdict_under(&parts, &ANCHORS), Integrity, Contradicted, "part_missing");

    let story = Story::tell(1, &Twists { challenge_without_head: true, ..Twists::default() });
    let parts = BundleParts {
        challenge_checkpoint: bundle.challenge_checkpoint,
        ..story.bundle(story.signing())
    };
    expect(&verdict_of(&story, &parts), Integrity, Contradicted, "part_unexpected");
}

#[test]
fn a_swapped_photo_is_contradicted_whoever_swapped_it() {
    // In the bundle: the name no longer fits, and under its own name nobody refers to it.
    let other = files::photo("another face");
    let name = attachment_name(Digest::of(&STORY.photo()), "image/jpeg").unwrap();
    let mut parts = STORY.bundle(STORY.signing());
    parts.attachments.insert(name.clone(), other.clone());
    expect(&verdict_under(&parts, &ANCHORS), Integrity, Contradicted, "mismatch_attachment");
    parts.attachments.remove(&name);
    parts.attachments.insert(attachment_name(Digest::of(&other), "image/jpeg").unwrap(), other);
    expect(&verdict_under(&parts, &ANCHORS), Integrity, Contradicted, "attachment_unreferenced");

    // By the platform before it made the record: the device signed another photo, or none.
    for signed in [
        (json!(Digest::of(b"seen by the device")), Provenance::Reported),
        (Value::Null, Provenance::Refused),
    ] {
        let swapped = Twists {
            client: Some(Box::new(move |values| {
                values.insert("photo_sha256", signed.clone());
            })),
            ..Twists::default()
        };
        contradicted(&swapped, "mismatch_photo");
    }
}

#[test]
fn a_device_that_claims_what_only_the_server_can_is_contradicted() {
    let twists = Twists {
        client: Some(Box::new(|values| {
            values.insert("place", (json!("a place the server saw"), Provenance::Observed));
        })),
        ..Twists::default()
    };
    contradicted(&twists, "part_malformed");
}

#[test]
fn a_signing_without_one_of_its_parts_is_contradicted() {
    let bundle = STORY.bundle(STORY.signing());
    for parts in [
        BundleParts { envelope: None, ..bundle.clone() },
        BundleParts { challenge: None, ..bundle.clone() },
        BundleParts { client: None, ..bundle.clone() },
        BundleParts { certificates: Vec::new(), ..bundle.clone() },
    ] {
        expect(&verdict_under(&parts, &ANCHORS), Integrity, Contradicted, "part_missing");
    }
    for parts in [
        BundleParts { envelope: Some(b"{}".to_vec()), ..bundle.clone() },
        BundleParts { challenge: Some(b"{}".to_vec()), ..bundle.clone() },
        BundleParts { client: Some(bundle.record.clone()), ..bundle.clone() },
        BundleParts { certificates: vec![b"not der".to_vec()], ..bundle.clone() },
    ] {
        expect(&verdict_under(&parts, &ANCHORS), Integrity, Contradicted, "part_malformed");
    }
}

#[test]
fn a_record_of_another_kind_carries_no_part_of_a_signing() {
    let signing = STORY.bundle(STORY.signing());
    let consent = STORY.bundle(STORY.first(RecordKind::ConsentGiven));
    for parts in [
        BundleParts { envelope: signing.envelope, ..consent.clone() },
        BundleParts { challenge: signing.challenge, ..consent.clone() },
        BundleParts { client: signing.client, ..consent.clone() },
        BundleParts { certificates: signing.certificates, ..consent.clone() },
        BundleParts { challenge_checkpoint: signing.challenge_checkpoint, ..consent.clone() },
    ] {
        expect(&verdict_under(&parts, &ANCHORS), Integrity, Contradicted, "part_unexpected");
    }
}

#[test]
fn an_open_slot_without_a_value_of_its_kind_cannot_escape_the_comparison() {
    for name in ["challenge", "envelope_sha256", "documents", "party", "client_root"] {
        for (value, provenance) in
            [(Value::Null, Provenance::Absent), (json!("?"), Provenance::Observed)]
        {
            let record: heqi_testkit::Twist<_> =
                Box::new(move |draft: &mut heqi_evidence::record::RecordDraft| {
                    draft.set(name, value.clone(), provenance).unwrap();
                });
            contradicted(&Twists { record: Some(record), ..Twists::default() }, "record_malformed");
        }
    }
}

/// Selective disclosure must not let a signature slip under another record: the record of
/// one signing with everything closed, and the signature of another beside it.
#[test]
fn a_signature_that_nothing_ties_to_the_record_proves_nothing() {
    let other = Story::tell(2, &Twists::default());
    let stolen = BundleParts {
        record: STORY.signing().record.frame_only().unwrap(),
        proof: STORY.bundle(STORY.signing()).proof,
        deposits: Vec::new(),
        attachments: std::collections::BTreeMap::new(),
        ..other.bundle(other.signing())
    };
    let mut anchors = STORY.anchors();
    anchors.certificate_roots.extend(other.anchors().certificate_roots);
    let verdict = verdict_under(&stolen, &anchors);
    expect(&verdict, Integrity, NotProved, "not_bound");
    expect(&verdict, SignedBy, NotProved, "not_bound");
    assert_eq!(conclusion(&verdict), Conclusion::NotProved);

    let opened = BundleParts {
        record: STORY.signing().record.disclose(|name| name == "envelope_sha256").unwrap(),
        ..stolen
    };
    expect(&verdict_under(&opened, &anchors), Integrity, Contradicted, "mismatch_envelope");
}

#[test]
fn time_and_photo_can_be_shown_without_the_name() {
    let shown = ["envelope_sha256", "photo_sha256", "photo_received_at", "received_at"];
    let mut parts = STORY.bundle(STORY.signing());
    parts.record = STORY.signing().record.disclose(|name| shown.contains(&name)).unwrap();
    let verdict = verdict_under(&parts, &ANCHORS);
    assert_eq!(conclusion(&verdict), Conclusion::Proved, "{verdict:#?}");
    expect(&verdict, Identity, NotProved, "identity_not_disclosed");
    let text = String::from_utf8(parts.record).unwrap();
    assert!(!text.contains("张三") && text.contains("photo_sha256"));
}

#[test]
fn the_rest_still_proves_after_a_class_was_erased() {
    for erased in [RetentionClass::Person, RetentionClass::Biometric, RetentionClass::Trace] {
        let record = erased_record(erased);
        let mut parts = STORY.bundle(STORY.signing());
        parts.record = record;
        if erased == RetentionClass::Biometric {
            let photo = attachment_name(Digest::of(&STORY.photo()), "image/jpeg").unwrap();
            assert!(parts.attachments.remove(&photo).is_some());
        }
        let verdict = verdict_under(&parts, &ANCHORS);
        assert_eq!(conclusion(&verdict), Conclusion::Proved, "{erased:?} {verdict:#?}");
        expect(&verdict, Deposited, Proved, "deposited");
    }
    // What ties the signature to the record is gone with the matter.
    let mut parts = STORY.bundle(STORY.signing());
    parts.record = erased_record(RetentionClass::Matter);
    expect(&verdict_under(&parts, &ANCHORS), Integrity, NotProved, "not_bound");
}

fn erased_record(class: RetentionClass) -> Vec<u8> {
    let signing = STORY.signing();
    let mut classes: std::collections::BTreeMap<_, _> = signing
        .draft
        .contents()
        .into_iter()
        .map(|(class, content)| (class, StoredClass::Open(content)))
        .collect();
    let frame = signing.draft.frame_content(&signing.record);
    classes.insert(RetentionClass::Frame, StoredClass::Open(frame));
    classes.insert(class, StoredClass::Erased(signing.record.leaves_of(class)));
    StoredRecord { classes }.assemble().unwrap().full().unwrap()
}

#[test]
fn an_attachment_nobody_refers_to_is_contradicted() {
    let stray = files::pdf("Not part of this", 1);
    let mut parts = STORY.bundle(STORY.first(RecordKind::ConsentGiven));
    parts
        .attachments
        .insert(attachment_name(Digest::of(&stray), "application/pdf").unwrap(), stray);
    expect(&verdict_under(&parts, &ANCHORS), Integrity, Contradicted, "attachment_unreferenced");
}

#[test]
fn a_record_that_cannot_be_read_proves_nothing() {
    for record in [b"{}".to_vec(), Vec::new(), STORY.signing().parts.client.clone().unwrap()] {
        let parts = BundleParts { record, ..STORY.bundle(STORY.signing()) };
        let verdict = verdict_under(&parts, &ANCHORS);
        expect(&verdict, Integrity, Contradicted, "record_malformed");
        expect(&verdict, Logged, NotProved, "record_malformed");
    }
}

#[test]
fn a_name_that_claims_more_than_a_declaration_is_contradicted_and_a_missing_one_is_not() {
    let with = |value: Value, provenance| {
        twisted(&Twists {
            record: Some(Box::new(move |draft| {
                draft.set("party_name", value.clone(), provenance).unwrap();
            })),
            ..Twists::default()
        })
    };
    expect(&with(json!("张三"), Provenance::Attested), Identity, Contradicted, "record_malformed");
    expect(&with(Value::Null, Provenance::Absent), Identity, NotProved, "identity_not_disclosed");
    expect(&with(json!("张三"), Provenance::Declared), Identity, NotProved, "identity_declared");
}

#[test]
fn a_name_that_is_open_without_who_answered_for_it_is_not_called_unconfirmed() {
    let story = Story::tell(1, &Twists::default());
    let closed = |name: &str| {
        let record = story.signing().record.disclose(|one| one != name).unwrap();
        verdict_under(&BundleParts { record, ..story.bundle(story.signing()) }, &story.anchors())
    };
    expect(&closed("identity"), Identity, NotProved, "identity_not_disclosed");
    expect(&closed("client_address"), Identity, NotProved, "identity_declared");
}

#[test]
fn a_challenge_is_good_up_to_its_last_instant() {
    let recorded = STORY.signing().record.frame().place.recorded_at;
    for (ms, status, code) in [(0, Proved, "parts_agree"), (-1, Contradicted, "challenge_expired")]
    {
        let verdict = twisted(&Twists {
            preimage: Some(Box::new(move |preimage| {
                preimage.expires_at = recorded.plus_millis(ms);
            })),
            ..Twists::default()
        });
        expect(&verdict, Integrity, status, code);
    }
}

#[test]
fn documents_of_the_record_that_the_challenge_does_not_name_are_said_to_differ_from_it() {
    let verdict = twisted(&Twists {
        record: Some(Box::new(|draft| {
            let sha256 = heqi_vocabulary::Digest::of(b"another");
            let documents =
                serde_json::json!([{ "page_images": [], "pages": 1, "sha256": sha256 }]);
            draft.set("documents", documents, heqi_vocabulary::Provenance::Observed).unwrap();
        })),
        ..Twists::default()
    });
    let reason =
        heqi_evidence::verdict::Reason::Mismatch { what: "documents", against: "challenge.json" };
    assert_eq!(verdict.claim(Integrity).unwrap().reason, reason);
}
