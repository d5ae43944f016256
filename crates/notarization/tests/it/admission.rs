//! What is admitted, and what an office then holds and says.

use std::collections::BTreeSet;

use heqi_evidence::chain::{ChainHead, chain_commitment};
use heqi_evidence::deposit::Outcome;
use heqi_evidence::leaf::LogLeaf;
use heqi_evidence::schema::RecordKind;
use heqi_evidence::statement::Statement;
use heqi_evidence_store::backend::Backend;
use heqi_notarization::chain_head;
use heqi_notarization::deposited::{self, DepositKey};
use heqi_testkit::{Story, Twists};
use heqi_vocabulary::{Digest, Sm3Digest};
use sm3::Digest as _;

use crate::support::{House, deposit_of, findings, now, story};

#[tokio::test]
async fn a_whole_filing_is_admitted_in_order_and_every_statement_is_a_leaf() {
    let story = story();
    let house = House::of(&story);
    let chain = chain_commitment(story.chain);
    assert_eq!(chain_head(&house.office, chain).await.unwrap(), None);
    for record in &story.records {
        let parts = deposit_of(&story, record);
        let admission = house.deposit(&parts).await.unwrap();
        let frame = record.record.frame();
        let expected = match frame.kind {
            RecordKind::Signing => findings(&["certificate_test_only"]),
            _ => Outcome::Admitted,
        };
        assert_eq!(admission.outcome, expected, "{:?}", frame.kind);
        assert!(admission.is_new && admission.misbehaviour.is_none());

        let receipt = house.open(&admission.receipt);
        assert_eq!(receipt.outcome, expected);
        assert_eq!((receipt.chain, receipt.seq), (chain, frame.place.seq));
        assert_eq!(receipt.record_root, record.record.root());
        assert_eq!(receipt.manifest_sha256, parts.deposit_manifest().digest().unwrap());
        assert_eq!(
            (receipt.log_origin.as_str(), receipt.leaf_index),
            (story.log.origin(), record.index)
        );
        assert_eq!(receipt.received_at, now(&house));
        assert_eq!(u64::from(receipt.deposit_no.serial()), frame.place.seq);

        let head = admission.chain_head.unwrap();
        let stated = ChainHead::open(&head, &[house.receipt_key.public_key()]).unwrap();
        let stated = stated.into_statement();
        assert_eq!(
            (stated.chain, stated.seq, stated.root),
            (chain, frame.place.seq, record.record.root())
        );
        let newest = chain_head(&house.office, chain).await.unwrap().unwrap();
        assert_eq!(newest.as_bytes(), head.as_bytes());

        let last = house.store.log().head().size();
        let entries = house.store.log().entries(last - 2, 2).await.unwrap();
        for (entry, statement) in entries.iter().zip([&admission.receipt, &head]) {
            let digest = Digest::of(statement.as_bytes());
            assert_eq!(LogLeaf::parse(&entry.entry), Ok(LogLeaf::Statement(digest)));
            assert_eq!(entry.record.as_ref(), statement.as_bytes());
        }
    }
    let totals = deposited::totals(&house.office).await.unwrap();
    assert_eq!(
        (totals.chains, totals.admitted, totals.refused, totals.misbehaviour),
        (1, u64::try_from(story.records.len()).unwrap(), 0, 0)
    );
}

#[tokio::test]
async fn both_digests_of_every_part_are_computed_from_the_bytes() {
    let story = story();
    let house = House::of(&story);
    let parts = deposit_of(&story, story.signing());
    let receipt = house.deposit_signing(&story, &parts).await.unwrap().receipt;
    let receipt = house.open(&receipt);
    let expected: BTreeSet<_> = parts
        .immutable_parts()
        .map(|part| (Digest::of(part), Sm3Digest::from_bytes(sm3::Sm3::digest(part).into())))
        .collect();
    let found: Vec<_> = receipt.parts.iter().map(|dual| (dual.sha256, dual.sm3)).collect();
    assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
    assert!(found.len() >= 8, "record, client, envelope, challenge, head, chain, photo, document");
}

#[tokio::test]
async fn every_part_is_held_sealed_and_opens_to_what_was_deposited() {
    let story = story();
    let house = House::of(&story);
    let parts = deposit_of(&story, story.signing());
    house.deposit_signing(&story, &parts).await.unwrap();
    let key = DepositKey {
        root: story.signing().record.root(),
        manifest: parts.deposit_manifest().digest().unwrap(),
    };
    let row = deposited::deposit(&house.office, &key).await.unwrap().unwrap();
    let named = deposited::deposit_of_number(&house.office, row.deposit_no).await.unwrap();
    assert_eq!(named, Some(key));
    let mut held = BTreeSet::new();
    for part in &row.parts {
        let sealed = house.store.object(&part.object.id).await.unwrap().unwrap();
        let bytes = deposited::open_part(&house.office, row.chain, part).await.unwrap();
        assert_eq!(Digest::of(&bytes), part.sha256);
        assert!(!sealed.windows(32.min(bytes.len())).any(|window| bytes.starts_with(window)));
        held.insert(part.sha256);
    }
    for part in parts.immutable_parts().chain(parts.proof.as_deref()) {
        assert!(held.contains(&Digest::of(part)));
    }
    // The same bytes under the context of another chain do not open.
    let elsewhere = Digest::of(b"another chain");
    assert!(deposited::open_part(&house.office, elsewhere, &row.parts[0]).await.is_err());
}

#[tokio::test]
async fn a_document_that_many_records_of_a_chain_carry_is_stored_once() {
    let story = story();
    let house = House::of(&story);
    for record in &story.records {
        house.deposit(&deposit_of(&story, record)).await.unwrap();
    }
    let mut objects = BTreeSet::new();
    let document = Digest::of(&story.document());
    let mut carried = 0;
    for record in &story.records {
        let key = DepositKey {
            root: record.record.root(),
            manifest: record.parts.deposit_manifest().digest().unwrap(),
        };
        let row = deposited::deposit(&house.office, &key).await.unwrap().unwrap();
        for part in row.parts.iter().filter(|part| part.sha256 == document) {
            objects.insert(part.object.id);
            carried += 1;
        }
    }
    assert_eq!((carried, objects.len()), (2, 1));
}

#[tokio::test]
async fn the_same_record_again_has_the_same_receipt_to_the_byte() {
    let story = story();
    let house = House::of(&story);
    let parts = deposit_of(&story, story.signing());
    let first = house.deposit_signing(&story, &parts).await.unwrap();
    let writes = house.writes();

    house.clock.advance_ms(86_400_000);
    let mut older = parts.clone();
    let head = story.log.head_at(story.signing().index + 1);
    older.proof = Some(story.log.proof(story.signing().index, &head).to_string().into_bytes());
    // Receipts of others, the chain and another proof are no part of what is deposited.
    let with_more = story.bundle_with_chain(story.signing());
    for again in [&parts, &older, &with_more] {
        let again = house.deposit(again).await.unwrap();
        assert_eq!(again.receipt.as_bytes(), first.receipt.as_bytes());
        assert_eq!(again.outcome, first.outcome);
        assert!(!again.is_new);
    }
    assert_eq!(house.writes(), writes, "asking again wrote something");
}

#[tokio::test]
async fn what_is_only_not_shown_is_noted_and_held() {
    let day_ms = 24 * 60 * 60 * 1000;
    let without_head = Twists { challenge_without_head: true, ..Twists::default() };
    let cases = [
        (Twists::default(), 0, vec!["certificate_test_only"]),
        (without_head, 0, vec!["certificate_test_only", "not_before_not_proved"]),
        (Twists::default(), 6 * 60_000, vec!["certificate_test_only", "received_late"]),
    ];
    for (twists, later_ms, expected) in cases {
        let story = Story::tell(2, &twists);
        let house = House::of(&story);
        house.deposit_before_signing(&story).await;
        house.clock.advance_ms(later_ms);
        let admission = house.deposit(&deposit_of(&story, story.signing())).await.unwrap();
        assert_eq!(admission.outcome, findings(&expected));
    }
    // Seen by nobody else until two days later: the certificate was over by then.
    let late = Story::tell(3, &Twists { delay_ms: 2 * day_ms, ..Twists::default() });
    let house = House::of(&late);
    let parts = deposit_of(&late, late.signing());
    let admission = house.deposit_signing(&late, &parts).await.unwrap();
    assert_eq!(admission.outcome, findings(&["received_late", "validity_not_proved"]));
}

#[tokio::test]
async fn a_skewed_clock_is_noted_and_not_refused() {
    let story = story();
    let house = House::of(&story);
    // The office's clock is an hour behind the platform's.
    house.clock.advance_ms(-3_600_000);
    let record = &story.records[0];
    let admission = house.deposit(&deposit_of(&story, record)).await.unwrap();
    assert_eq!(admission.outcome, findings(&["time_outside"]));
}

#[tokio::test]
async fn numbers_begin_again_each_day_in_shanghai_and_statements_never_run_back() {
    let story = story();
    let house = House::of(&story);
    let mut times = Vec::new();
    let days_ms = [0, 0, 0, 4 * 3_600_000, 0, -4 * 3_600_000];
    let mut numbers = Vec::new();
    for (record, forward_ms) in story.records.iter().zip(days_ms) {
        house.clock.advance_ms(forward_ms);
        let admission = house.deposit(&deposit_of(&story, record)).await.unwrap();
        numbers.push(house.open(&admission.receipt).deposit_no.to_string());
        let head = admission.chain_head.unwrap();
        let head = ChainHead::open(&head, &[house.receipt_key.public_key()]).unwrap();
        times.push(head.statement().time);
    }
    let begins: Vec<&str> = numbers.iter().map(|number| &number[..16]).collect();
    assert_eq!(
        begins,
        [
            "CZ20261123000001",
            "CZ20261123000002",
            "CZ20261123000003",
            "CZ20261124000001",
            "CZ20261124000002",
            "CZ20261123000004",
        ]
    );
    assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
}
