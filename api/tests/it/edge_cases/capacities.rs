//! Case 6: one person in several capacities, added once or again, who signs for a company too.

use std::collections::BTreeSet;

use heqi_testkit::{Device, files};
use serde_json::{Value, json};

use super::party;
use crate::entry::{MOBILE, taken};
use crate::journey::Browser;
use crate::service::{AUDITOR, HANDLER, Service};
use crate::signer::{Signer, attach, invite, open};

/// Rule: one verification, and the capacity of each role is named.
#[tokio::test]
async fn edge_case_06_one_person_in_several_capacities_signs_once_and_in_each() {
    let service = Service::start().await;
    let filing = open(&service).await;
    attach(&service, &filing, "Articles", 1).await.json(201);
    attach(&service, &filing, "Appointment", 1).await.json(201);
    let capacities = ["legal_representative", "shareholder"];
    let signer = party(&service, &filing, "陈素英", &capacities).await;
    let begun = signer.captured(&service, &files::photo("both")).await;
    let asked: BTreeSet<&str> = begun.answer["capacities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c.as_str().unwrap())
        .collect();
    assert_eq!(asked, BTreeSet::from(capacities));
    assert_eq!(begun.answer["documents"].as_array().unwrap().len(), 2);
    let body = signer.completion(&service, &begun, &files::photo("both"));
    let receipt = signer.complete(&service, &begun, &body).await.json(201);
    let view = service.get(HANDLER, &format!("/api/v1/filings/{filing}")).await.json(200);
    let of = &view["parties"][0];
    assert_eq!(of["documents_to_sign"], 0);
    let signings: BTreeSet<_> = of["signatures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|signature| signature["signing_id"].as_str().unwrap())
        .collect();
    assert_eq!(signings.len(), 1, "one act");
    let path =
        format!("/api/v1/records/{}?attributes=capacities", receipt["record_id"].as_str().unwrap());
    let record = service.get(AUDITOR, &path).await.json(200).to_string();
    assert!(capacities.iter().all(|capacity| record.contains(capacity)), "{record}");
}

/// Adds a party with a contact: its identifier, and what was warned of.
async fn reachable(service: &Service, filing: &str, who: &Value) -> (String, Value) {
    let path = format!("/api/v1/filings/{filing}/parties");
    let party = service.post(HANDLER, &path, who).await.text(201, "party_id");
    let path = format!("/api/v1/filings/{filing}/parties/{party}/contact");
    let body = json!({ "mobile": MOBILE, "id_number": "330112196405120006", "language": "zh" });
    let declared = service.post(HANDLER, &path, &body).await.json(201);
    (party, declared["warnings"].clone())
}

/// Rule: who is added again under the same name and number is told to be there, and is one party.
#[tokio::test]
async fn edge_case_06_a_person_added_again_by_number_is_joined_and_the_handler_told() {
    let service = Service::start().await;
    let filing = open(&service).await;
    let who = |capacity: &str| {
        json!({
            "kind": "person", "name": "陈素英", "capacities": [capacity],
            "id_number": "330112196405120006",
        })
    };
    let (party, _) = reachable(&service, &filing, &who("shareholder")).await;
    let path = format!("/api/v1/filings/{filing}/parties");
    let again = service.post(HANDLER, &path, &who("legal_representative")).await.json(201);
    assert_eq!((&again["party_id"], &again["joined"]), (&json!(party), &json!(true)));
    let view = service.get(HANDLER, &format!("/api/v1/filings/{filing}")).await.json(200);
    assert_eq!(view["parties"].as_array().unwrap().len(), 1);
    let capacities = json!(["legal_representative", "shareholder"]);
    assert_eq!(view["parties"][0]["capacities"], capacities);
    let mut malformed = who("supervisor");
    malformed["id_number"] = json!("1");
    let refused = service.post(HANDLER, &path, &malformed).await;
    refused.is_problem(422, "id_number_malformed");
}

/// Rule: who holds shares and represents a company signs for both, one after the other, by one link,
/// one code and one number; each capacity has its own record.
#[tokio::test]
async fn edge_case_06_one_person_goes_on_from_the_receipt_to_sign_for_a_company() {
    let service = Service::start().await;
    let filing = open(&service).await;
    attach(&service, &filing, "Articles", 1).await.json(201);
    let own = json!({ "kind": "person", "name": "陈素英", "capacities": ["shareholder"] });
    let (own, warned) = reachable(&service, &filing, &own).await;
    assert_eq!(warned, Value::Null);
    let company = json!({
        "kind": "company", "name": "杭州示例云栖投资有限公司", "representative_name": "陈素英",
        "capacities": ["corporate_shareholder_representative"],
    });
    let (company, warned) = reachable(&service, &filing, &company).await;
    assert_eq!(warned, json!(["same_person"]));
    let path = format!("/api/v1/filings/{filing}/parties/{own}/invitations");
    let invited = service.post(HANDLER, &path, &json!({})).await.json(201);
    let second_token = invite(&service, &filing, &company).await;
    taken(&service).await;

    let mut browser = Browser::open(&service, invited["link"].as_str().unwrap()).await;
    let page = browser.page("/sign").await;
    browser.submit(&page, "/sign/code", &[("channel", "sms")]).await;
    let code = taken(&service).await[0].values["code"].clone();
    browser.submit(&browser.page("/sign").await, "/sign/code/check", &[("code", &code)]).await;
    let page = browser.page("/sign").await;
    browser.submit(&page, "/sign/identity", &[("last_four", "0006")]).await;
    let device = |party: &str| Device::new(heqi_pki::keys::Algorithm::Ed25519, 7, party);
    let signer = Signer {
        filing: filing.clone(),
        party: own.clone(),
        token: invited["token"].as_str().unwrap().to_owned(),
        device: device(&own),
    };
    signer.sign(&service).await;

    let receipt = browser.page("/sign").await;
    assert!(receipt.contains("签署身份") && receipt.contains("股东"), "{receipt}");
    let on = "继续以“法人股东代表”身份签署（代表杭州示例云栖投资有限公司）";
    assert!(receipt.contains(on), "{receipt}");
    service.get(&second_token, "/api/v1/ceremony").await.is_problem(403, "code_required");
    let answer = browser.submit(&receipt, "/sign/next", &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/sign"));
    browser.cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let page = browser.page("/sign").await;
    assert!(page.contains("action=\"/sign/consent\""), "{page}");
    let sent = taken(&service).await;
    assert!(sent.iter().all(|message| !message.values.contains_key("code")), "another code");

    let signer = Signer { device: device(&company), party: company, token: second_token, filing };
    signer.sign(&service).await;
    let receipt = browser.page("/sign").await;
    assert!(receipt.contains("杭州示例云栖投资有限公司"), "{receipt}");
    assert!(!receipt.contains("/sign/next"), "nothing is left");
}
