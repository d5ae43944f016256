//! Fifty shareholders of one filing sign at the same moment (edge case 39: more than fifty
//! signers, a hundred pages).

use std::collections::BTreeSet;

use heqi_evidence::verdict::{ClaimName, Conclusion};
use heqi_registration::Custodian;
use heqi_verify::Examination;
use serde_json::{Value, json};

use super::device::Client;
use super::house::{House, STAFF, Second};

/// Shareholders of the large filing.
const MANY: usize = 50;

/// The filing of whoever has this token, as staff sees it.
async fn filing_of(house: &House, token: &str) -> Value {
    let view = house.client.get(token, "/api/v1/ceremony").await.json();
    let filing = view["filing_id"].as_str().unwrap().to_owned();
    house.client.get(STAFF, &format!("/api/v1/filings/{filing}")).await.json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_case_39_fifty_shareholders_sign_at_the_same_moment_in_any_order() {
    let house = House::start(Second::Real).await;
    let tokens = house.invite(MANY).await;
    // The same with three who come one after the other, the last first.
    let few = house.invite(3).await;
    let mut one_by_one = Vec::new();
    for token in few.iter().rev() {
        one_by_one.extend(house.all_sign(std::slice::from_ref(token)).await);
    }
    house.until_cosigned().await;

    let receipts = house.all_sign(&tokens).await;
    let texts = |member: &str| -> BTreeSet<String> {
        receipts.iter().map(|receipt| receipt[member].to_string()).collect()
    };
    for member in ["record_id", "voucher", "record_root"] {
        assert_eq!(texts(member).len(), MANY, "{member} is there twice");
    }
    let filing = filing_of(&house, &tokens[0]).await;
    assert_eq!(filing["missing_signatures"], 0);
    let parties = filing["parties"].as_array().unwrap();
    assert_eq!(parties.len(), MANY);
    let signings: BTreeSet<String> = parties
        .iter()
        .map(|party| {
            let [signature] = &party["signatures"].as_array().unwrap()[..] else {
                panic!("not one signature: {party}")
            };
            assert_eq!(party["documents_to_sign"], 0);
            signature["signing_id"].to_string()
        })
        .collect();
    assert_eq!(signings.len(), MANY);
    // One state, whoever was first: that of those who came one by one.
    let small = filing_of(&house, &few[0]).await;
    assert_eq!(filing["state"]["status"], small["state"]["status"]);
    for token in [&tokens[0], &tokens[MANY - 1]] {
        let seen = filing_of(&house, token).await;
        assert_eq!(seen, filing, "two states of one filing");
    }

    // Every receipt verifies, and each bundle holds the whole chain before it.
    let coverage = house.until_answered(&Custodian::ALL).await;
    assert_eq!(coverage["gaps"], json!([]));
    house.until_cosigned().await;
    let anchors = Client::of(&house.centre_url).get("", "/anchors.json").await.ok();
    let required = ClaimName::required_by_default();
    let required = required.into_iter().chain([ClaimName::Complete]).collect();
    for receipt in receipts.iter().chain(&one_by_one) {
        let record = receipt["record_id"].as_str().unwrap();
        let bundle =
            house.client.get(STAFF, &format!("/api/v1/records/{record}/bundle")).await.ok();
        let examination = Examination::of(&bundle, Some(&anchors), None).unwrap();
        assert_eq!(examination.verdict().conclude(&required), Conclusion::Proved, "{record}");
        let now = house.receipt(record).await;
        assert_eq!(now["deposited"]["held"], json!(2), "{now}");
    }
    house.stop().await;
}
