//! Edge cases of the domain analysis, by their number there (section 8): 35, 36 and 41.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::examine::{Question, examine};
use heqi_evidence::verdict::{ClaimName, Status};
use heqi_registration::Custodian;
use serde_json::json;

use super::erasure::{NAME, ask_erasure, personal_data, told};
use super::fake::Mischief;
use super::house::{House, STAFF, Second, held, until};

/// What tells operators that the data centre is down.
const ALARMS_35: [&str; 2] = ["outstanding_deposits", "cosignature_lag"];

/// Rule: outbox with retries, the order of catching up is kept, an alarm. Where a time
/// authority or the gateway of text messages is down instead: `api/tests/it/time_stamps.rs`
/// and `crates/heqi/tests/it/alarms.rs`, under the same number. (A time token is
/// not needed to submit: the analysis withdrew that part in its section 11, number 14.)
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_case_35_a_custodian_that_is_down_is_caught_up_with_in_order_and_nobody_waits() {
    let mut house = House::start(Second::Real).await;
    let tokens = house.invite(7).await;
    house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;
    for alarm in ALARMS_35 {
        house.until_alarm(alarm, false).await;
    }

    house.stop_centre().await;
    let receipts = house.all_sign(&tokens).await;
    assert_eq!(receipts.len(), 7, "signing waits for no custodian");
    let during = house.until_answered(&[Custodian::Preservation]).await;
    let away = held(&during, Custodian::DataCentre);
    assert!(away["outstanding"].as_u64().unwrap() >= 7, "{during}");
    for receipt in &receipts {
        let record = receipt["record_id"].as_str().unwrap();
        let now = house.receipt(record).await;
        assert_eq!(now["deposited"]["held"], json!(1), "the missing custodian is visible: {now}");
        assert!(now["timestamped"].is_null() || now["timestamped"] == json!(false), "{now}");
    }
    // Attempts without an answer are counted, and operators are told at `/alarms`.
    until("attempts without an answer", async || {
        (house.gauges[&Custodian::DataCentre].unanswered() > 0).then_some(())
    })
    .await;
    for alarm in ALARMS_35 {
        let raised = house.until_alarm(alarm, true).await;
        assert!(raised["value"].as_u64() > raised["limit"].as_u64(), "{raised}");
    }

    house.start_centre().await;
    let after = house.until_answered(&Custodian::ALL).await;
    for alarm in ALARMS_35 {
        house.until_alarm(alarm, false).await;
    }
    assert_eq!(after["gaps"], json!([]));
    let mut numbers = Vec::new();
    for (record, _) in house.records().await {
        let receipt = house.receipt(&record.to_string()).await;
        let deposits = receipt["deposited"]["receipts"].as_array().unwrap().clone();
        let centre = deposits.iter().find(|d| d["custodian"] == json!(Custodian::DataCentre));
        numbers.push(centre.unwrap()["deposit_no"].as_str().unwrap().to_owned());
    }
    // One filing is one chain: its records were caught up with in the order of the log.
    assert!(numbers.is_sorted(), "{numbers:?}");
    house.stop().await;
}

/// Rule: stop, quarantine, alarm, no automatic overwriting.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_case_36_an_answer_over_another_digest_stops_its_chain_and_overwrites_nothing() {
    let mischief = Arc::new(Mischief::default());
    let house = House::start(Second::Fake(mischief.clone())).await;
    house.until_answered(&Custodian::ALL).await;
    mischief.lies.store(1, Ordering::SeqCst);
    let tokens = house.invite(1).await;
    let other = Custodian::Preservation;
    let coverage = house.until_answered(&Custodian::ALL).await;
    assert_eq!(held(&coverage, other)["quarantined"], json!(1));
    let [gap] = &coverage["gaps"].as_array().unwrap()[..] else { panic!("{coverage}") };
    assert_eq!(gap["state"], json!("quarantined"));
    assert_eq!(house.gauges[&other].alarms(), 1, "one alarm for one lie");

    // It is seen where operators look: the page and the figures.
    let page = house.client.get("", "/coverage").await.text();
    assert!(page.contains("摘要不一致，双方内容均已留存"), "{page}");
    let figures = house.client.get("", "/metrics").await.text();
    let line = figures
        .lines()
        .find(|line| line.contains("quarantined") && line.contains("preservation"))
        .unwrap_or_else(|| panic!("no figure of quarantined records:\n{figures}"));
    assert!(line.ends_with(" 1"), "{line}");

    // Our record stands as it was, the lie beside it, and honest answers for others do not
    // take its place.
    let record = gap["record_id"].as_str().unwrap().to_owned();
    let before = house.receipt(&record).await;
    house.until_cosigned().await;
    house.all_sign(&tokens).await;
    house.until_answered(&[Custodian::DataCentre]).await;
    let after = house.receipt(&record).await;
    assert_eq!(before["record_root"], after["record_root"]);
    assert_eq!(after["deposited"]["held"], json!(1), "the lie never counts");
    let coverage = house.coverage().await;
    assert_eq!(held(&coverage, other)["quarantined"], json!(1), "nothing was overwritten");
    house.stop().await;
}

/// Rule: refuse with the reason, restrict processing (个人信息保护法 art. 47 paragraph 2).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_case_41_who_signed_is_told_why_it_is_kept_and_it_is_only_kept() {
    let house = House::start(Second::Real).await;
    let told = told(&house).await;
    let decided = ask_erasure(&house, &told.tokens[0], &told.filing, &told.signer).await;
    assert_eq!(decided["decision"], json!("refused"), "{decided}");
    assert_eq!(decided["reason"], json!("retention"));
    assert!(decided["legal_basis"].as_str().unwrap().contains("第47条第2款"), "{decided}");
    assert_eq!(decided["restricted"], json!(true));
    let standing = personal_data(&house, &told.filing).await;
    assert_eq!(standing["restrictions"][0]["party_id"], json!(told.signer));
    assert_eq!(standing["erasures"][0]["custodians"], json!([]), "nothing was ordered");

    // From now on it is kept and not used: staff sees nothing of it, the person does.
    let path = format!("/api/v1/records/{}", told.signing_record);
    let staff = house.client.get(STAFF, &path).await;
    assert_eq!(staff.status, 403, "{}", staff.text());
    assert!(staff.text().contains("processing_restricted"));
    assert_eq!(house.client.get(STAFF, &format!("{path}/bundle")).await.status, 403);
    assert_eq!(house.client.get(&told.tokens[0], &path).await.status, 200);

    // The evidence is whole: the person's own bundle proves everything.
    house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;
    let bundle = house.client.get(&told.tokens[0], &format!("{path}/bundle")).await.ok();
    let bundle = EvidenceBundle::read(&bundle).unwrap();
    let anchors = house.anchors();
    let verdict = examine(&bundle, &Question { anchors: Some(&anchors), ..Question::default() });
    for claim in [ClaimName::Integrity, ClaimName::SignedBy, ClaimName::Deposited] {
        assert_eq!(verdict.claim(claim).unwrap().status, Status::Proved, "{claim:?}");
    }
    // Others of the filing are not restricted by it.
    let other = format!("/api/v1/records/{}", told.decline_record);
    assert_eq!(house.client.get(STAFF, &other).await.status, 200);
    let view = house.client.get(STAFF, &format!("/api/v1/filings/{}", told.filing)).await.text();
    assert!(view.contains(NAME));
    house.stop().await;
}
