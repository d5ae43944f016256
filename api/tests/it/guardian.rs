//! A guardian signs for a minor, over HTTP (edge case 8): the party, the page, and the reviewer's.

use heqi_pki::keys::Algorithm;
use heqi_testkit::{Device, files};
use reqwest::Method;
use serde_json::{Value, json};

use crate::journey::Browser;
use crate::service::{HANDLER, Service};
use crate::signer::Signer;
use crate::staff::{form_with_file, registry, text};

#[tokio::test]
async fn edge_case_8_a_guardian_shows_the_proof_on_the_page_before_the_camera() {
    let service = Service::start_reviewing(registry()).await;
    let filing = crate::signer::open(&service).await;
    crate::signer::attach(&service, &filing, "Articles", 1).await.text(201, "document_id");
    let path = format!("/api/v1/filings/{filing}");
    let add = async |body: &Value| service.post(HANDLER, &format!("{path}/parties"), body).await;
    let alone = json!({ "kind": "ward", "name": "林小茶", "capacities": ["shareholder"] });
    assert!(matches!(add(&alone).await.status, 400 | 422), "a minor without a guardian");
    let mut body = json!({
        "kind": "ward", "name": "林小茶", "representative_name": "林嘉伟",
        "capacities": ["legal_representative"],
    });
    let refused: Value = serde_json::from_slice(&add(&body).await.body).unwrap();
    assert!(refused.to_string().contains("capacity_unfit"), "{refused}");
    body["capacities"] = json!(["shareholder"]);
    let party = add(&body).await.text(201, "party_id");
    let view: Value = service.get(HANDLER, &path).await.json(200);
    let added = view["parties"].as_array().unwrap().first().unwrap().clone();
    assert_eq!(
        (&added["name"], &added["representative_name"]),
        (&json!("林小茶"), &json!("林嘉伟"))
    );

    let invitations = format!("{path}/parties/{party}/invitations");
    let link = service.post(HANDLER, &invitations, &json!({})).await.text(201, "link");
    let browser = Browser::open(&service, &link).await;
    for _ in 0..4 {
        browser.answer("granted").await;
    }
    let page = browser.page("/sign").await;
    assert_eq!(browser.submit(&page, "/sign/read", &[("seconds", "7")]).await.status, 303);
    let page = browser.page("/sign").await;
    assert!(page.contains("被监护人") && page.contains("我是林小茶的监护人"), "{page}");

    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap();
    let csrf = csrf.split('"').next().unwrap().to_owned();
    let photo = files::photo("household register");
    let send = async |number: &str, agree: &str| {
        let page = browser.page("/sign/guardian").await;
        let fields = [
            ("csrf", csrf.as_str()),
            ("relation", "parent"),
            ("proof", "household_register"),
            ("ward_number", number),
            ("agree", agree),
        ];
        let body = form_with_file(&page, &fields, ("proof_file", &photo));
        let headers = [
            ("cookie", browser.cookie.as_str()),
            ("content-type", "multipart/form-data; boundary=heqi"),
            ("sec-fetch-site", "same-origin"),
        ];
        service.send(Method::POST, "/sign/guardian", "", &headers, Some(body)).await
    };
    for (number, agree, told) in [
        ("330112201501019999", "", "没有勾选监护人声明和同意"),
        ("33011219940301000X", "yes", "已满18周岁"),
        ("？", "yes", "证件号码格式不正确"),
    ] {
        let refused = send(number, agree).await;
        let page = text(&refused);
        assert_eq!(refused.status, 422, "{page}");
        assert!(page.contains(told) && !page.contains("330112201501019999"), "{page}");
    }
    let taken = send("330112201501019999", "yes").await;
    assert_eq!(taken.status, 303, "{}", text(&taken));
    let page = browser.page("/sign/guardian").await;
    assert!(page.contains("父母 · 户口簿") && page.contains("8周岁以上不满14周岁"), "{page}");
    assert!(!page.contains("330112201501019999"), "the number is not shown again");
    let page = browser.page("/sign").await;
    assert!(!page.contains("action=\"/sign/guardian\""), "on to the camera: {page}");
}

#[tokio::test]
async fn edge_case_8_a_program_is_told_that_the_guardian_has_to_show_the_proof_first() {
    let service = Service::start_reviewing(registry()).await;
    let filing = crate::signer::open(&service).await;
    crate::signer::attach(&service, &filing, "Articles", 1).await.text(201, "document_id");
    let body = json!({
        "kind": "ward", "name": "林小茶", "representative_name": "林嘉伟",
        "capacities": ["shareholder"],
    });
    let path = format!("/api/v1/filings/{filing}/parties");
    let party = service.post(HANDLER, &path, &body).await.text(201, "party_id");
    let token = crate::signer::invite(&service, &filing, &party).await;
    let device = Device::new(Algorithm::Ed25519, 7, "guardian");
    let signer = Signer { filing, party, token, device };
    signer.consent(&service).await;
    let begun = service.post(&signer.token, "/api/v1/signings", &signer.key()).await;
    begun.is_problem(409, "guardianship_missing");
    let view: Value = service.get(&signer.token, "/api/v1/ceremony").await.json(200);
    assert_eq!((&view["party_kind"], &view["party_name"]), (&json!("ward"), &json!("林小茶")));
    assert_eq!(view["representative_name"], "林嘉伟");
}
