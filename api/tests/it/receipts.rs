//! Receipts, and waiting for them.

use heqi_evidence::deposit::Outcome;
use heqi_registration::Custodian;
use serde_json::json;

use crate::custodian::{answer, cosign};
use crate::service::{AUDITOR, HANDLER, Service};
use crate::signer::invited;

#[tokio::test]
async fn each_flag_appears_by_itself_with_its_own_head() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let receipt = signer.sign(&service).await;
    let path = format!("/api/v1/receipts/{}", receipt["record_id"].as_str().unwrap());
    assert_eq!(receipt["witnessed"], json!(null));

    cosign(&service, &[&service.cast.witness]).await;
    let witnessed = service.get(&signer.token, &path).await.json(200);
    assert!(witnessed["witnessed"]["checkpoint"].as_str().unwrap().contains("witness"));
    assert_eq!(witnessed["mirrored"], json!(null));

    cosign(&service, &[&service.cast.mirror]).await;
    answer(&service, Custodian::DataCentre, &Outcome::Admitted).await;
    let half = service.get(HANDLER, &path).await.json(200);
    assert!(half["mirrored"].is_object());
    assert_eq!((&half["deposited"]["held"], &half["deposited"]["of"]), (&json!(1), &json!(2)));

    let refused = Outcome::Refused { reason: "chain_gap".to_owned() };
    answer(&service, Custodian::Preservation, &refused).await;
    let whole = service.get(AUDITOR, &path).await.json(200);
    assert_eq!(whole["deposited"]["held"], 1, "a refusal is an answer and no deposit");
    assert_eq!(whole["deposited"]["receipts"].as_array().unwrap().len(), 2);
    assert_eq!(whole["timestamped"], json!(null));
}

#[tokio::test]
async fn who_waits_is_answered_as_soon_as_the_flags_are_there() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let receipt = signer.sign(&service).await;
    let record = receipt["record_id"].as_str().unwrap();
    let path = format!("/api/v1/receipts/{record}?wait=witnessed,mirrored,deposited");
    let waiting = service.get(&signer.token, &path);
    let others = async {
        answer(&service, Custodian::DataCentre, &Outcome::Admitted).await;
        answer(&service, Custodian::Preservation, &Outcome::Admitted).await;
        cosign(&service, &[&service.cast.witness, &service.cast.mirror]).await;
    };
    let (answer, ()) = tokio::join!(waiting, others);
    let receipt = answer.json(200);
    assert_eq!(
        (&receipt["deposited"]["held"], &receipt["deposited"]["of"]),
        (&json!(2), &json!(2))
    );
    assert!(receipt["witnessed"].is_object() && receipt["mirrored"].is_object());
}

#[tokio::test]
async fn when_the_time_is_over_the_receipt_is_given_as_it_stands() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let receipt = signer.sign(&service).await;
    let record = receipt["record_id"].as_str().unwrap();
    let path = format!("/api/v1/receipts/{record}?wait=deposited&timeout_ms=1");
    let answer = service.get(&signer.token, &path).await.json(200);
    assert_eq!(answer["deposited"]["held"], 0);
    let path = format!("/api/v1/receipts/{record}?wait=stamped");
    service.get(&signer.token, &path).await.is_problem(400, "malformed_query");
}

#[tokio::test]
async fn a_stop_answers_those_who_wait_and_then_ends() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let receipt = signer.sign(&service).await;
    let record = receipt["record_id"].as_str().unwrap();
    let url = format!("{}/api/v1/receipts/{record}?wait=deposited", service.running.url());
    let http = heqi_service_kit::Trust::Nobody.client().unwrap().build().unwrap();
    let waiting = tokio::spawn(http.get(url).bearer_auth(&signer.token).send());
    let ended = service.running.stop().await;
    assert!(ended.is_clean(), "{ended:?}");
    match waiting.await.unwrap() {
        Ok(answer) => assert_eq!(answer.status(), 200),
        // It came after the door was closed.
        Err(error) => assert!(error.is_request() || error.is_connect(), "{error}"),
    }
}
