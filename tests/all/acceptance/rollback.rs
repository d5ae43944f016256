//! A store that was set back is noticed by the other side before it writes anything; a peer that is away makes
//! read-only, and its return ends that by itself.

use std::path::Path;

use heqi_evidence::verdict::{ClaimName, Conclusion};
use heqi_evidence_store::gate::ReadOnly;
use heqi_registration::Custodian;
use heqi_verify::Examination;
use serde_json::json;

use super::device::Client;
use super::house::{House, LOG, STAFF, Second, until};

const JSON: &str = "application/json";

fn filing() -> Vec<u8> {
    json!({ "matter": "establishment", "company_name": "示例公司" }).to_string().into_bytes()
}

/// A folder with everything in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Puts an older copy in a store's place.
fn set_back(store: &Path, older: &Path) {
    std::fs::remove_dir_all(store).unwrap();
    copy(older, store);
}

async fn sign(house: &House, people: usize) -> Vec<serde_json::Value> {
    let tokens = house.invite(people).await;
    house.until_cosigned().await;
    let signed = house.all_sign(&tokens).await;
    house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;
    signed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_set_back_is_told_what_is_missing_and_writes_nothing() {
    let aside = tempfile::tempdir().unwrap();
    let house = House::start(Second::Real).await;
    sign(&house, 1).await;
    let stopped = house.stop_platform().await;
    copy(&stopped.store(), aside.path());
    assert_eq!(stopped.asks().await, Ok(()), "nothing is missing yet");
    let house = stopped.start().await;
    house.gate.opened().await;
    let signed = sign(&house, 1).await;
    let size = house.records().await.len();

    let stopped = house.stop_platform().await;
    set_back(&stopped.store(), aside.path());
    let refused = stopped.asks().await.unwrap_err();
    let said = refused.to_string();
    for part in ["are missing", &format!("it signed {size} entries"), "deposit", "heqi recover"] {
        assert!(said.contains(part), "{part:?} in {said}");
    }

    // Started all the same it answers reads and nothing else, for good.
    let house = stopped.start().await;
    until("the proof to be heard", async || {
        (house.gate.why() == Some(ReadOnly::Behind)).then_some(())
    })
    .await;
    let refused = house.client.raw(STAFF, "/api/v1/filings", JSON, filing()).await;
    assert_eq!(refused.status, 503);
    assert!(refused.text().contains("read_only_set_back"), "{}", refused.text());
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(house.client.get("", "/readyz").await.status, 503);
    assert_eq!(house.client.get("", &format!("{LOG}/checkpoint")).await.status, 200);
    let record = signed[0]["record_id"].as_str().unwrap();
    let unknown = house.client.get(STAFF, &format!("/api/v1/receipts/{record}")).await;
    assert_eq!(unknown.status, 404, "it was lost");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_centre_set_back_does_not_start() {
    let aside = tempfile::tempdir().unwrap();
    let mut house = House::start(Second::Real).await;
    sign(&house, 1).await;
    house.stop_centre().await;
    copy(&house.folder(2).join("store"), aside.path());
    house.start_centre().await;
    sign(&house, 1).await;
    house.stop_centre().await;
    let newer = tempfile::tempdir().unwrap();
    copy(&house.folder(2).join("store"), newer.path());

    set_back(&house.folder(2).join("store"), aside.path());
    let said = house.centre_refuses().await.to_string();
    assert!(
        said.contains("behind") || said.contains("set back") || said.contains("missing"),
        "{said}"
    );

    // With what was missing it starts as if nothing had been.
    set_back(&house.folder(2).join("store"), newer.path());
    house.start_centre().await;
    sign(&house, 1).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_without_its_notary_is_read_only_until_it_is_heard() {
    let house = House::start(Second::Real).await;
    let signed = sign(&house, 1).await;
    let mut stopped = house.stop_platform().await;
    stopped.stop_centre().await;
    let mut house = stopped.start().await;
    assert_eq!(house.gate.why(), Some(ReadOnly::PeerNotHeard));
    let refused = house.client.raw(STAFF, "/api/v1/filings", JSON, filing()).await;
    assert_eq!(refused.status, 503);
    assert!(refused.text().contains("\"read_only\""), "{}", refused.text());
    // Reads, proofs and the log go on.
    let record = signed[0]["record_id"].as_str().unwrap();
    assert_eq!(house.receipt(record).await["record_id"], record);
    assert_eq!(house.client.get("", &format!("{LOG}/checkpoint")).await.status, 200);

    // The notary comes back: both were read-only, and each answered the other all the same.
    house.start_centre().await;
    house.gate.opened().await;
    assert_eq!(house.centre_gate().why(), None);
    let anchors = Client::of(&house.centre_url).get("", "/anchors.json").await;
    assert_eq!(anchors.status, 200);
    sign(&house, 1).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_that_lost_its_machine_comes_back_from_the_notary() {
    let house = House::start(Second::Real).await;
    let signed = sign(&house, 2).await;
    let anchors = Client::of(&house.centre_url).get("", "/anchors.json").await.ok();
    let record = signed[0]["record_id"].as_str().unwrap();
    let path = format!("/api/v1/records/{record}/bundle");
    house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;
    let before = house.client.get(STAFF, &path).await.ok();
    // Exporting is a record of its own.
    house.until_answered(&Custodian::ALL).await;
    let head = house.until_cosigned().await;
    let records = house.records().await;

    let stopped = house.stop_platform().await;
    std::fs::remove_dir_all(stopped.store()).unwrap();
    let refused = stopped.asks().await.unwrap_err();
    assert!(refused.to_string().contains("heqi recover from-notary"), "{refused}");
    let taken = stopped.takes_back().await;
    assert_eq!(taken.entries, head.checkpoint().size());
    assert_eq!((taken.records, taken.orphans.len()), (taken.entries, 0));
    assert_eq!(stopped.asks().await, Ok(()), "the notary holds nothing more");

    let house = stopped.start().await;
    house.gate.opened().await;
    assert_eq!(house.records().await, records, "every record at its leaf");
    for receipt in &signed {
        let record = receipt["record_id"].as_str().unwrap();
        let again = house.receipt(record).await;
        assert_eq!(again["record_root"], receipt["record_root"]);
        assert_eq!(again["logged"]["index"], receipt["logged"]["index"]);
    }
    house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;
    let after = house.client.get(STAFF, &path).await.ok();
    // New signings go on, in the same log.
    sign(&house, 1).await;
    assert!(house.records().await.len() > records.len());
    house.stop().await;
    for (when, bundle) in [("before", before), ("after", after)] {
        let examined = Examination::of(&bundle, Some(&anchors), None).unwrap();
        let required = ClaimName::required_by_default().into_iter().collect();
        let verdict = examined.verdict();
        assert_eq!(verdict.conclude(&required), Conclusion::Proved, "{when}: {verdict:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_set_back_catches_up_from_the_notary_and_keeps_what_it_had() {
    let aside = tempfile::tempdir().unwrap();
    let house = House::start(Second::Real).await;
    sign(&house, 1).await;
    let stopped = house.stop_platform().await;
    copy(&stopped.store(), aside.path());
    let house = stopped.start().await;
    house.gate.opened().await;
    let lost = sign(&house, 1).await;
    let records = house.records().await;

    let stopped = house.stop_platform().await;
    set_back(&stopped.store(), aside.path());
    let taken = stopped.takes_back().await;
    assert!(taken.entries > 0 && taken.entries < records.len() as u64 && taken.orphans.is_empty());
    let house = stopped.start().await;
    house.gate.opened().await;
    assert_eq!(house.records().await, records);
    let record = lost[0]["record_id"].as_str().unwrap();
    assert_eq!(house.receipt(record).await["record_root"], lost[0]["record_root"]);
    sign(&house, 1).await;
    house.stop().await;
}
