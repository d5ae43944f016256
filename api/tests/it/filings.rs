//! Filings, parties and documents.

use heqi_testkit::files;
use heqi_vocabulary::Digest;
use reqwest::Method;
use serde_json::json;

use crate::service::{AUDITOR, HANDLER, Service};
use crate::signer::{COMPANY, attach, invited, open};

#[tokio::test]
async fn a_filing_shows_who_takes_part_and_what_is_signed() {
    let service = Service::start().await;
    let filing = open(&service).await;
    let parties = format!("/api/v1/filings/{filing}/parties");
    let company = json!({
        "kind": "company", "name": "杭州示例云栖投资有限公司", "representative_name": "周建国",
        "capacities": ["corporate_shareholder_representative"],
    });
    service.post(HANDLER, &parties, &company).await.json(201);
    let attached = attach(&service, &filing, "Articles", 3).await.json(201);
    let file = files::pdf("Articles", 3);
    assert_eq!(attached["sha256"], Digest::of(&file).to_string());
    assert_eq!((&attached["pages"], &attached["version"]), (&json!(3), &json!(1)));

    let view = service.get(HANDLER, &format!("/api/v1/filings/{filing}")).await.json(200);
    assert_eq!(view["company_name"], COMPANY);
    assert_eq!(view["parties"][0]["representative_name"], "周建国");
    assert_eq!(view["state"]["status"], "drafting");
    let document = attached["document_id"].as_str().unwrap();
    let read = service.get(HANDLER, &format!("/api/v1/documents/{document}")).await;
    assert_eq!((read.status, read.body), (200, file));
    let refused = service.get(AUDITOR, &format!("/api/v1/documents/{document}")).await;
    refused.is_problem(403, "forbidden");
}

#[tokio::test]
async fn an_entity_tag_tells_whether_a_filing_has_changed() {
    let service = Service::start().await;
    let filing = open(&service).await;
    let path = format!("/api/v1/filings/{filing}");
    let first = service.get(HANDLER, &path).await;
    let tag = first.header("etag").to_owned();
    let known = [("if-none-match", tag.as_str())];
    let again = service.send(Method::GET, &path, HANDLER, &known, None).await;
    assert_eq!((again.status, again.body.len()), (304, 0));

    attach(&service, &filing, "Articles", 1).await.json(201);
    let changed = service.send(Method::GET, &path, HANDLER, &known, None).await;
    assert_ne!(changed.header("etag"), tag);
    let size = service.log_size();
    let party = json!({ "kind": "person", "name": "吴敏", "capacities": ["shareholder"] });
    let key = service.fresh_key();
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", key.as_str()),
        ("if-match", tag.as_str()),
    ];
    let parties = format!("{path}/parties");
    let body = Some(party.to_string().into_bytes());
    let stale = service.send(Method::POST, &parties, HANDLER, &headers, body.clone()).await;
    stale.is_problem(412, "stale");
    assert_eq!(service.log_size(), size);

    let tag = changed.header("etag");
    let headers = [headers[0], headers[1], ("if-match", tag)];
    service.send(Method::POST, &parties, HANDLER, &headers, body).await.json(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_that_race_with_the_same_entity_tag_cannot_both_win() {
    let service = Service::start().await;
    let filing = open(&service).await;
    let path = format!("/api/v1/filings/{filing}");
    let parties = format!("{path}/parties");
    for _ in 0..10 {
        let tag = service.get(HANDLER, &path).await.header("etag").to_owned();
        let post = async |name: &str| {
            let party = json!({ "kind": "person", "name": name, "capacities": ["shareholder"] });
            let key = service.fresh_key();
            let headers = [
                ("content-type", "application/json"),
                ("idempotency-key", key.as_str()),
                ("if-match", tag.as_str()),
            ];
            let body = Some(party.to_string().into_bytes());
            service.send(Method::POST, &parties, HANDLER, &headers, body).await.status
        };
        let (one, other) = futures_util::future::join(post("吴敏"), post("龚𠮷")).await;
        assert_eq!(one.min(other), 201, "nobody won");
        assert_eq!(one.max(other), 412, "both won");
    }
}

#[tokio::test]
async fn the_same_key_gives_the_same_answer_and_another_body_is_refused() {
    let service = Service::start().await;
    let body = json!({ "matter": "establishment", "company_name": COMPANY });
    let first = service.post_as(HANDLER, "/api/v1/filings", "one", &body).await;
    let size = service.log_size();
    let again = service.post_as(HANDLER, "/api/v1/filings", "one", &body).await;
    assert_eq!(first.json(201), again.json(201));
    let other = json!({ "matter": "establishment", "company_name": "杭州示例乙茶业有限公司" });
    let refused = service.post_as(HANDLER, "/api/v1/filings", "one", &other).await;
    refused.is_problem(409, "idempotency_key_reused");
    assert_eq!(service.log_size(), size, "a repeated request wrote something");
}

#[tokio::test]
async fn an_invitation_asked_for_again_gives_the_same_link() {
    let service = Service::start().await;
    let invited = invited(&service, 1).await;
    let party = &invited.signers[0].party;
    let path = format!("/api/v1/filings/{}/parties/{party}/invitations", invited.filing);
    let first = service.post_as(HANDLER, &path, "again", &json!({})).await.json(201);
    let second = service.post_as(HANDLER, &path, "again", &json!({})).await.json(201);
    assert_eq!(first, second);
    assert_ne!(first["token"], invited.signers[0].token, "another act, another ceremony");
}
