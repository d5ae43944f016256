//! Deposit receipts: for this record, by these custodians, and nobody else's.

use std::collections::BTreeMap;

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::deposit::{DepositReceipt, DualDigest, Outcome};
use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::ClaimName::{Deposited, Logged, SignedBy};
use heqi_evidence::verdict::Status::{Contradicted, NotProved, Proved};
use heqi_evidence::verdict::Verdict;
use heqi_testkit::{Custodian, NOTARY, Story, Twists};
use heqi_vocabulary::Digest;

use crate::{ANCHORS, STORY, expect, verdict_under};

fn receipt() -> DepositReceipt {
    STORY.receipt(STORY.signing(), &STORY.cast.custodians[0])
}

fn with(deposits: Vec<Vec<u8>>) -> Verdict {
    let parts = BundleParts { deposits, ..STORY.bundle(STORY.signing()) };
    verdict_under(&parts, &ANCHORS)
}

fn signed(receipt: &DepositReceipt) -> Vec<u8> {
    STORY.cast.custodians[0].sign(receipt)
}

#[test]
fn a_record_is_deposited_when_every_custodian_says_so() {
    let bundle = STORY.bundle(STORY.signing());
    let verdict = with(bundle.deposits.clone());
    expect(&verdict, Deposited, Proved, "deposited");
    // Both custodians are one organisation's word.
    assert_eq!(verdict.claim(Deposited).unwrap().vouched_by, [NOTARY]);
    for one in bundle.deposits {
        expect(&with(vec![one.clone()]), Deposited, NotProved, "deposited_partly");
        expect(&with(vec![one.clone(), one]), Deposited, NotProved, "deposited_partly");
    }
    expect(&with(Vec::new()), Deposited, NotProved, "deposited_partly");
}

#[test]
fn a_receipt_for_another_record_chain_place_or_entry_is_contradicted() {
    type Change = fn(&mut DepositReceipt);
    let story = Story::tell(5, &Twists::default());
    let changes: [Change; 8] = [
        |r| r.record_root = heqi_evidence::leaf::RecordRoot::new(Digest::of(b"another")),
        |r| r.chain = Digest::of(b"another"),
        |r| r.seq += 1,
        |r| r.leaf_index += 1,
        |r| r.log_origin = "log.other.example/first".into(),
        |r| r.manifest_sha256 = Digest::of(b"another"),
        |r| r.parts.clear(),
        |r| r.parts[0] = DualDigest::of(b"another"),
    ];
    for change in changes {
        let mut other = receipt();
        change(&mut other);
        expect(&with(vec![signed(&other)]), Deposited, Contradicted, "receipt_of_another");
    }
    let consent = STORY.receipt(STORY.first(RecordKind::ConsentGiven), &STORY.cast.custodians[0]);
    expect(&with(vec![signed(&consent)]), Deposited, Contradicted, "receipt_of_another");
    let foreign = story.receipt(story.signing(), &story.cast.custodians[0]);
    expect(&with(vec![signed(&foreign)]), Deposited, Contradicted, "receipt_of_another");
}

#[test]
fn a_receipt_in_the_name_of_the_other_custodian_or_spoilt_is_contradicted() {
    let mut other = receipt();
    other.custodian = STORY.cast.custodians[1].name.into();
    expect(&with(vec![signed(&other)]), Deposited, Contradicted, "receipt_invalid");
    let spoilt =
        String::from_utf8(signed(&receipt())).unwrap().replace("\"sig\":\"", "\"sig\":\"AA");
    expect(&with(vec![spoilt.into_bytes()]), Deposited, Contradicted, "receipt_invalid");
    expect(&with(vec![b"{}".to_vec()]), Deposited, Contradicted, "receipt_invalid");
    let head = STORY.cast.custodians[0].sign(&STORY.chain_head(STORY.signing()));
    expect(&with(vec![head]), Deposited, Contradicted, "receipt_invalid");
}

#[test]
fn a_receipt_by_a_key_nobody_anchored_does_not_count() {
    let stranger: &Custodian = &Story::tell(6, &Twists::default()).cast.custodians[0];
    expect(&with(vec![stranger.sign(&receipt())]), Deposited, NotProved, "deposited_partly");
}

#[test]
fn a_refusal_is_not_custody_and_findings_are() {
    let mut deposits = STORY.bundle(STORY.signing()).deposits;
    let mut refusal = receipt();
    refusal.outcome = Outcome::Refused { reason: "mismatch_photo".into() };
    deposits[0] = signed(&refusal);
    expect(&with(deposits.clone()), Deposited, NotProved, "deposit_refused");
    let mut findings = receipt();
    findings.outcome = Outcome::AdmittedWithFindings { findings: vec!["clock_skew".into()] };
    deposits[0] = signed(&findings);
    expect(&with(deposits), Deposited, Proved, "deposited");
}

#[test]
fn attachments_may_be_left_out_of_a_bundle_but_not_of_a_deposit() {
    let document =
        STORY.records.iter().find(|record| !record.parts.attachments.is_empty()).unwrap();
    for record in [document, STORY.signing()] {
        let parts = BundleParts { attachments: BTreeMap::new(), ..STORY.bundle(record) };
        expect(&verdict_under(&parts, &ANCHORS), Deposited, Proved, "deposited");
    }
}

#[test]
fn a_receipt_binds_the_place_in_the_log_only_once_that_is_proved() {
    let parts = BundleParts { proof: None, ..STORY.bundle(STORY.signing()) };
    let verdict = verdict_under(&parts, &ANCHORS);
    expect(&verdict, Logged, NotProved, "no_proof");
    expect(&verdict, Deposited, Proved, "deposited");
    // The receipts alone are word of others that it was there by then.
    expect(&verdict, SignedBy, Proved, "signature_valid");
}

#[test]
fn anchors_without_custodians_never_prove_custody() {
    let mut anchors = ANCHORS.clone();
    anchors.custodians.clear();
    let verdict = verdict_under(&STORY.bundle(STORY.signing()), &anchors);
    expect(&verdict, Deposited, NotProved, "deposited_partly");
}

#[test]
fn half_a_deposit_names_who_holds_it() {
    for one in STORY.bundle(STORY.signing()).deposits {
        assert_eq!(with(vec![one]).claim(Deposited).unwrap().vouched_by, [NOTARY]);
    }
    assert!(with(Vec::new()).claim(Deposited).unwrap().vouched_by.is_empty());
}

#[test]
fn a_part_that_is_disclosed_in_part_needs_no_digest_in_the_receipt_and_every_other_one_does() {
    use heqi_evidence::record::ClientAttributes;
    let whole = STORY.bundle(STORY.signing());
    let client = ClientAttributes::parse(whole.client.as_deref().unwrap()).unwrap();
    let client = client.disclose(|name| name != "place").unwrap();
    let client = BundleParts { client: Some(client), ..whole.clone() };
    expect(&verdict_under(&client, &ANCHORS), Deposited, Proved, "deposited");
    let record = STORY.signing().record.disclose(|name| name != "user_agent").unwrap();
    let record = BundleParts { record, ..whole.clone() };
    expect(&verdict_under(&record, &ANCHORS), Deposited, Proved, "deposited");

    let mut without_parts = receipt();
    without_parts.parts.clear();
    let mut without_record = receipt();
    let digest = Digest::of(&whole.record);
    without_record.parts.retain(|part| part.sha256 != digest);
    for (parts, receipt) in
        [(&client, &without_parts), (&record, &without_parts), (&whole, &without_record)]
    {
        let parts = BundleParts { deposits: vec![signed(receipt)], ..parts.clone() };
        let verdict = verdict_under(&parts, &ANCHORS);
        expect(&verdict, Deposited, Contradicted, "receipt_of_another");
    }
}
