//! Who signed, with which key, and under which certificate.

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::deposit::DepositReceipt;
use heqi_evidence::examine::Question;
use heqi_evidence::schema::RecordKind;
use heqi_evidence::statement::{SigningStatement, Statement as _};
use heqi_evidence::verdict::ClaimName::{Integrity, SignedBy, Time};
use heqi_evidence::verdict::Conclusion;
use heqi_evidence::verdict::Status::{Contradicted, NotProved, Proved};
use heqi_pki::dsse::Envelope;
use heqi_pki::keys::Algorithm;
use heqi_testkit::{Story, Twists};
use heqi_vocabulary::Language;

use crate::{ANCHORS, STORY, conclusion, expect, twisted, verdict_under, verdict_with};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

#[test]
fn both_kinds_of_device_key_are_proved_and_printed_as_test_only() {
    for (algorithm, word) in [(Algorithm::Ed25519, "ed25519"), (Algorithm::P256, "ecdsa-p256")] {
        let verdict = twisted(&Twists { algorithm, ..Twists::default() });
        expect(&verdict, SignedBy, Proved, "signature_valid");
        let claim = verdict.claim(SignedBy).unwrap();
        let sentence = claim.reason.sentence(Language::En);
        assert!(sentence.to_lowercase().contains(word), "{sentence}");
        assert!(sentence.contains("TEST ONLY"), "{sentence}");
        assert_eq!(claim.vouched_by, ["Example Authority 示例认证机构"]);
    }
}

#[test]
fn another_device_is_contradicted_with_and_without_anchors() {
    for (twists, code) in [
        (Twists { signed_by_another_device: true, ..Twists::default() }, "signature_invalid"),
        (Twists { certificate_for_another_key: true, ..Twists::default() }, "other_device_key"),
    ] {
        let story = Story::tell(1, &twists);
        let parts = story.bundle(story.signing());
        expect(&verdict_under(&parts, &story.anchors()), SignedBy, Contradicted, code);
        let alone = verdict_with(&parts, &Question::default());
        expect(&alone, SignedBy, Contradicted, code);
        assert_eq!(conclusion(&alone), Conclusion::Contradicted);
    }
}

#[test]
fn without_anchors_the_best_verdict_is_self_consistent() {
    let verdict = verdict_with(&STORY.bundle_with_chain(STORY.signing()), &Question::default());
    expect(&verdict, Integrity, Proved, "parts_agree");
    expect(&verdict, SignedBy, NotProved, "no_anchors");
    assert_eq!(conclusion(&verdict), Conclusion::SelfConsistent);
    assert_eq!(conclusion(&verdict).exit_code(), 3);
}

#[test]
fn a_certificate_of_an_authority_nobody_anchored_proves_nothing() {
    let mut anchors = ANCHORS.clone();
    anchors.certificate_roots = Story::tell(9, &Twists::default()).anchors().certificate_roots;
    let verdict = verdict_under(&STORY.bundle(STORY.signing()), &anchors);
    expect(&verdict, SignedBy, NotProved, "certificate_untrusted");
    assert_eq!(conclusion(&verdict), Conclusion::NotProved);
}

#[test]
fn a_broken_chain_is_contradicted() {
    let mut parts = STORY.bundle(STORY.signing());
    parts.certificates[1] =
        Story::tell(9, &Twists::default()).signing().parts.certificates[1].clone();
    parts.deposits.clear();
    expect(&verdict_under(&parts, &ANCHORS), SignedBy, Contradicted, "certificate_broken");
}

#[test]
fn a_signature_is_proved_only_when_others_saw_it_before_its_certificate_expired() {
    let late = twisted(&Twists { delay_ms: DAY_MS, ..Twists::default() });
    expect(&late, SignedBy, NotProved, "validity_not_proved");
    expect(&late, Time, Proved, "between");
    assert_eq!(conclusion(&late), Conclusion::NotProved);

    let expired = twisted(&Twists { certificate_age_ms: 2 * DAY_MS, ..Twists::default() });
    expect(&expired, SignedBy, NotProved, "validity_not_proved");

    // Nobody but the platform saw it at all.
    let unseen = BundleParts { proof: None, deposits: Vec::new(), ..STORY.bundle(STORY.signing()) };
    expect(&verdict_under(&unseen, &ANCHORS), SignedBy, NotProved, "validity_not_proved");
}

#[test]
fn a_record_that_is_no_signing_has_no_signature_to_prove() {
    for question in
        [Question::default(), Question { anchors: Some(&ANCHORS), ..Question::default() }]
    {
        let parts = STORY.bundle(STORY.first(RecordKind::Confirmation));
        expect(&verdict_with(&parts, &question), SignedBy, NotProved, "no_signature");
    }
}

#[test]
fn a_statement_of_one_kind_never_passes_for_another() {
    let custodian = &STORY.cast.custodians[0];
    let receipt = STORY.receipt(STORY.signing(), custodian);
    let envelope = receipt.sign(&custodian.key).unwrap();
    let keys = [custodian.key.public_key()];
    assert!(DepositReceipt::open(&envelope, &keys).is_ok());
    assert!(SigningStatement::open(&envelope, &keys).is_err());
    assert!(heqi_evidence::chain::ChainHead::open(&envelope, &keys).is_err());

    // The same bytes under another type are refused as well: the type is signed along.
    let signing = Envelope::from_json(STORY.signing().parts.envelope.as_deref().unwrap()).unwrap();
    let relabelled = String::from_utf8(signing.as_bytes().to_vec())
        .unwrap()
        .replace("signing-statement", "deposit-receipt");
    let relabelled = Envelope::from_json(relabelled.as_bytes()).unwrap();
    assert!(SigningStatement::open(&relabelled, &keys).is_err());
}
