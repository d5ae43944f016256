//! What is refused for good, and what is no deposit at all.

use heqi_evidence::bundle::{BundleParts, attachment_name};
use heqi_notarization::deposited::{self, DepositKey};
use heqi_notarization::office::OfficeParts;
use heqi_notarization::{AdmitBundleError, NotaryOffice, admit_bundle};
use heqi_testkit::{NOTARY, PLATFORM, Story, Twists, archive, files};
use heqi_vocabulary::{Digest, Explain, Language, PartyId};

use crate::support::{House, deposit_of, log_chain, refused, story};

#[tokio::test]
async fn what_the_evidence_speaks_against_is_refused_with_its_reason_and_kept_as_proof() {
    let other_party = |statement: &mut heqi_evidence::statement::SigningStatement| {
        statement.party = PartyId::from_bytes([9; 16]);
    };
    let other_photo = |record: &mut heqi_evidence::record::RecordDraft| {
        let photo = Digest::of(&files::photo("another")).to_string();
        record.set("photo_sha256", photo, heqi_vocabulary::Provenance::Observed).unwrap();
    };
    let cases = [
        (Twists { certificate_for_another_key: true, ..Twists::default() }, "other_device_key"),
        (Twists { signed_by_another_device: true, ..Twists::default() }, "signature_invalid"),
        (Twists { statement: Some(Box::new(other_party)), ..Twists::default() }, "mismatch_party"),
        (Twists { record: Some(Box::new(other_photo)), ..Twists::default() }, "mismatch_photo"),
    ];
    for (twists, reason) in cases {
        let story = Story::tell(7, &twists);
        let house = House::of(&story);
        let parts = deposit_of(&story, story.signing());
        let admission = house.deposit_signing(&story, &parts).await.unwrap();
        assert_eq!(admission.outcome, refused(reason));
        let receipt = house.open(&admission.receipt);
        assert_eq!(receipt.outcome, refused(reason));
        assert_eq!(receipt.parts.len(), deposit_parts(&parts));

        // Final for these bytes: the same again has the same refusal.
        let again = house.deposit(&parts).await.unwrap();
        assert_eq!(again.receipt.as_bytes(), admission.receipt.as_bytes());
        // Kept as proof of what was offered.
        let key = DepositKey {
            root: story.signing().record.root(),
            manifest: parts.deposit_manifest().digest().unwrap(),
        };
        let row = deposited::deposit(&house.office, &key).await.unwrap().unwrap();
        for part in &row.parts {
            deposited::open_part(&house.office, row.chain, part).await.unwrap();
        }
        // The chain stays before it.
        let next = story.records.last().unwrap();
        let gap = house.deposit(&deposit_of(&story, next)).await.unwrap_err();
        let expected = story.signing().record.frame().place.seq;
        assert!(matches!(gap, AdmitBundleError::Gap { expected_seq } if expected_seq == expected));
    }
}

fn deposit_parts(parts: &BundleParts) -> usize {
    parts.immutable_parts().map(Digest::of).collect::<std::collections::BTreeSet<_>>().len()
}

fn photo_name(parts: &BundleParts) -> String {
    parts.attachments.keys().find(|name| name.contains(".jpg")).unwrap().clone()
}

#[tokio::test]
async fn a_swapped_photo_is_refused_and_the_right_one_is_still_admitted() {
    let mut story = story();
    let elsewhere = log_chain(&mut story, 5, 2);
    let house = House::of(&story);
    let right = deposit_of(&story, story.signing());
    let photo = files::photo("swapped");
    let name = attachment_name(Digest::of(&photo), "image/jpeg").unwrap();
    let mut swapped = right.clone();
    let own_name = photo_name(&right);
    swapped.attachments.remove(&own_name);
    swapped.attachments.insert(name, photo);
    let refusal = house.deposit_signing(&story, &swapped).await.unwrap();
    assert_eq!(refusal.outcome, refused("attachment_unreferenced"));

    // Under the name of the right photo, other bytes.
    let mut renamed = right.clone();
    renamed.attachments.insert(own_name, files::photo("swapped again"));
    let refusal = house.deposit(&renamed).await.unwrap();
    assert_eq!(refusal.outcome, refused("mismatch_attachment"));

    // Only this chain waits.
    for extra in &elsewhere {
        assert!(house.deposit(&extra.parts(&story)).await.unwrap().outcome.is_admitted());
    }
    let admission = house.deposit(&right).await.unwrap();
    assert!(admission.outcome.is_admitted() && admission.is_new);
    // The refusals stay what they were, and the record is now held whatever is sent with it.
    let again = house.deposit(&swapped).await.unwrap();
    assert_eq!(again.receipt.as_bytes(), {
        let key = DepositKey {
            root: story.signing().record.root(),
            manifest: swapped.deposit_manifest().digest().unwrap(),
        };
        deposited::receipt(&house.office, &key).await.unwrap().unwrap().as_bytes().to_vec()
    });
    let totals = deposited::totals(&house.office).await.unwrap();
    assert_eq!((totals.refused, totals.misbehaviour), (2, 0));
}

#[tokio::test]
async fn a_certificate_of_a_root_that_nobody_anchored_is_refused() {
    let story = story();
    let house = House::of(&story);
    let mut anchors = story.anchors();
    anchors.certificate_roots.clear();
    let office = NotaryOffice::new(OfficeParts {
        anchors,
        custodian: "data_centre".into(),
        organisation: NOTARY.into(),
        receipt_key: house.receipt_key.clone(),
        backend: house.store.clone(),
        clock: house.clock.clone(),
        entropy: std::sync::Arc::new(heqi_testkit::SeededEntropy::new(4)),
    });
    house.deposit_before_signing(&story).await;
    let file = deposit_of(&story, story.signing()).write().unwrap();
    let admission = admit_bundle(&office, file.into()).await.unwrap();
    assert_eq!(admission.outcome, refused("certificate_untrusted"));
}

/// Every way to send something that is no deposit, with the code it gets.
fn no_deposits(story: &Story) -> Vec<(&'static str, Vec<u8>)> {
    let signing = deposit_of(story, story.signing());
    let with = |change: &dyn Fn(&mut BundleParts)| {
        let mut parts = signing.clone();
        change(&mut parts);
        parts.write().unwrap()
    };
    let file = signing.write().unwrap();
    let closed = story.signing().record.disclose(|name| name != "party_name").unwrap();
    let entries = archive::unpack(&file);
    let mut altered = entries.clone();
    altered.iter_mut().find(|(name, _)| name == "envelope.json").unwrap().1.push(b' ');
    let wrong_index = story.log.proof(0, &story.log.head_at(story.log.size()));
    let unsigned = String::from_utf8(signing.proof.clone().unwrap()).unwrap();
    let unsigned =
        unsigned.replacen("\n\n", "\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n", 1);
    vec![
        ("bundle_unreadable", Vec::new()),
        ("bundle_unreadable", b"PK".repeat(100)),
        ("bundle_unreadable", file[..file.len() - 1].to_vec()),
        ("entry_damaged", archive::pack_listing(&altered, &entries)),
        ("deposit_malformed", archive::pack(&altered)),
        ("deposit_malformed", with(&|parts| parts.record = b"{}".to_vec())),
        ("deposit_malformed", with(&|parts| parts.envelope = None)),
        ("deposit_malformed", with(&|parts| parts.proof = Some(b"c2sp.org/tlog-proof".to_vec()))),
        ("record_not_whole", with(&|parts| parts.record.clone_from(&closed))),
        ("not_logged", with(&|parts| parts.proof = None)),
        ("not_logged", with(&|parts| parts.proof = Some(wrong_index.to_string().into_bytes()))),
        ("not_logged", with(&|parts| parts.proof = Some(unsigned.clone().into_bytes()))),
        ("deposit_incomplete", with(&|parts| parts.attachments.clear())),
    ]
}

#[tokio::test]
async fn what_is_no_deposit_is_told_why_and_changes_nothing() {
    let story = story();
    let house = House::of(&story);
    house.deposit_before_signing(&story).await;
    let (writes, size) = (house.writes(), house.size());
    for (place, (code, file)) in no_deposits(&story).into_iter().enumerate() {
        let error = admit_bundle(&house.office, file.into()).await.unwrap_err();
        assert_eq!(error.code(), code, "case {place}: {error}");
        assert!(!error.is_ours());
        for language in [Language::Zh, Language::En] {
            let told = error.explain(language);
            assert!(!told.what.is_empty() && !told.next.is_empty());
        }
    }
    assert_eq!((house.writes(), house.size()), (writes, size));
}

#[tokio::test]
async fn a_log_that_nobody_anchored_or_that_is_our_own_proves_nothing() {
    let (story, stranger) = (story(), Story::tell(99, &Twists::default()));
    let house = House::of(&story);
    let error = house.deposit(&deposit_of(&stranger, &stranger.records[0])).await.unwrap_err();
    assert!(
        matches!(&error, AdmitBundleError::NotLogged { reason } if reason == "log_key_unknown"),
        "{error}"
    );

    let own = NotaryOffice::new(OfficeParts {
        anchors: story.anchors(),
        custodian: "data_centre".into(),
        organisation: PLATFORM.into(),
        receipt_key: house.receipt_key.clone(),
        backend: house.store.clone(),
        clock: house.clock.clone(),
        entropy: std::sync::Arc::new(heqi_testkit::SeededEntropy::new(4)),
    });
    let file = deposit_of(&story, &story.records[0]).write().unwrap();
    let error = admit_bundle(&own, file.clone().into()).await.unwrap_err();
    assert!(matches!(&error, AdmitBundleError::NotLogged { reason } if reason == "own_log"));

    let mut anchors = story.anchors();
    anchors.logs.retain(|log| log.organisation != PLATFORM);
    let blind = NotaryOffice::new(OfficeParts {
        anchors,
        custodian: "data_centre".into(),
        organisation: NOTARY.into(),
        receipt_key: house.receipt_key.clone(),
        backend: house.store.clone(),
        clock: house.clock.clone(),
        entropy: std::sync::Arc::new(heqi_testkit::SeededEntropy::new(4)),
    });
    let error = admit_bundle(&blind, file.into()).await.unwrap_err();
    assert!(matches!(&error, AdmitBundleError::NotLogged { reason } if reason == "log_unknown"));
}
