//! A custodian that lies, and one that fails and stalls.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use heqi_registration::Custodian;
use serde_json::json;

use super::fake::Mischief;
use super::house::{House, Second, held, until};

const OTHER: Custodian = Custodian::Preservation;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_over_another_digest_is_put_in_quarantine_and_the_other_chains_go_on() {
    let mischief = Arc::new(Mischief::default());
    let house = House::start(Second::Fake(mischief.clone())).await;
    let honest = house.invite(1).await;
    house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;
    mischief.lies.store(1, Ordering::SeqCst);
    let cheated = house.invite(1).await;
    let after_lie = house.until_answered(&Custodian::ALL).await;
    assert_eq!(held(&after_lie, OTHER)["quarantined"], 1);

    let signed = house.all_sign(&honest).await;
    let coverage = house.until_answered(&[Custodian::DataCentre]).await;
    let [gap] = &coverage["gaps"].as_array().unwrap()[..] else { panic!("{coverage}") };
    assert_eq!((&gap["custodian"], &gap["state"]), (&json!(OTHER), &json!("quarantined")));
    let record = signed[0]["record_id"].as_str().unwrap();
    let path = format!("{record}?wait=deposited&timeout_ms=20000");
    assert_eq!(house.receipt(&path).await["deposited"]["held"], 2, "the other chain went on");

    // The cheated record: the lie stands beside what we have and never counts as held.
    let cheated_record = gap["record_id"].as_str().unwrap();
    let receipt = house.receipt(cheated_record).await;
    assert_eq!(
        (&receipt["deposited"]["held"], &receipt["deposited"]["of"]),
        (&json!(1), &json!(2))
    );
    let deposits = receipt["deposited"]["receipts"].as_array().unwrap();
    assert!(deposits.iter().all(|deposit| deposit["custodian"] != json!(OTHER)), "{receipt}");
    assert_eq!(house.gauges[&OTHER].alarms(), 1);

    // Its own chain can still be signed: evidence never waits for a custodian.
    house.all_sign(&cheated).await;
    let end = house.until_answered(&[Custodian::DataCentre]).await;
    assert_eq!(held(&end, Custodian::DataCentre)["admitted"], end["records"]);
    assert_eq!((&end["signings"], &held(&end, OTHER)["quarantined"]), (&json!(2), &json!(1)));
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_custodian_that_fails_and_stalls_is_asked_again_until_it_recovers() {
    let mischief = Arc::new(Mischief::default());
    mischief.failures.store(6, Ordering::SeqCst);
    mischief.stalls.store(1, Ordering::SeqCst);
    let house = House::start(Second::Fake(mischief.clone())).await;
    let tokens = house.invite(3).await;
    // The data centre is not held up by the other one.
    house.until_answered(&[Custodian::DataCentre]).await;
    house.until_cosigned().await;
    let signed = house.all_sign(&tokens).await;
    assert_eq!(signed.len(), 3);
    let coverage = house.until_answered(&Custodian::ALL).await;
    assert_eq!(mischief.failures.load(Ordering::SeqCst), 0);
    assert_eq!(mischief.stalls.load(Ordering::SeqCst), 0);
    let gauges = &house.gauges[&OTHER];
    assert!(gauges.unanswered() >= 7, "{} attempts without an answer", gauges.unanswered());
    // Counted when a round ends, which is a moment after coverage knows.
    let noted = coverage["records"].as_u64().unwrap();
    until("the last round to be counted", async || (gauges.noted() == noted).then_some(())).await;
    assert_eq!(gauges.alarms(), 0);
    for custodian in Custodian::ALL {
        assert_eq!(held(&coverage, custodian)["admitted"], coverage["records"]);
    }
    assert_eq!(coverage["gaps"], json!([]));
    house.stop().await;
}
