//! What is not in the table, keys that were revoked, and things of others. `matrix.rs` has every
//! route × caller.

use heqi_registration::access::{hash_of, revoke_api_key};
use heqi_testkit::files;
use reqwest::Method;
use serde_json::json;

use crate::service::{HANDLER, Service};
use crate::signer::{Signer, invited};

#[tokio::test]
async fn what_is_not_in_the_table_is_not_there() {
    let service = Service::start().await;
    service.get(HANDLER, "/api/v1/people").await.is_problem(404, "not_found");
    let answer = service.send(Method::DELETE, "/api/v1/filings", HANDLER, &[], None).await;
    answer.is_problem(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "POST");
}

#[tokio::test]
async fn a_revoked_key_opens_nothing() {
    let service = Service::start().await;
    let id = format!("key_{}", &hash_of(HANDLER).to_string()[..16]);
    revoke_api_key(&service.platform, &id.parse().unwrap()).await.unwrap();
    let path = format!("/api/v1/filings/fil_{}", "0".repeat(26));
    service.get(HANDLER, &path).await.is_problem(401, "not_authenticated");
}

#[tokio::test]
async fn a_signer_reaches_nothing_of_another_filing_or_party() {
    let service = Service::start().await;
    let ours = invited(&service, 2).await;
    let theirs = invited(&service, 1).await;
    let receipt = theirs.signers[0].sign(&service).await;
    let record = receipt["record_id"].as_str().unwrap();
    let [me, beside] = &ours.signers[..] else { panic!("two signers") };
    let begun = beside.captured(&service, &files::photo("theirs")).await;
    let size = service.log_size();

    let token = me.token.as_str();
    let hidden = |of: &str| format!("/api/v1/{of}");
    for (path, code) in [
        (hidden(&format!("documents/{}", theirs.document)), "document_not_found"),
        (hidden(&format!("receipts/{record}")), "record_not_found"),
        (hidden(&format!("records/{record}")), "record_not_found"),
        (hidden(&format!("records/{record}/bundle")), "record_not_found"),
        (hidden(&format!("records/{record}/renewals")), "record_not_found"),
    ] {
        service.get(token, &path).await.is_problem(404, code);
    }
    let body = beside.completion(&service, &begun, &files::photo("theirs"));
    let answer = me.complete(&service, &begun, &body).await;
    answer.is_problem(404, "signing_not_found");
    let answer = me.capture(&service, &begun, &files::photo("mine")).await;
    answer.is_problem(404, "signing_not_found");

    let confirm = |signer: &Signer| {
        format!("/api/v1/filings/{}/parties/{}/confirmation", signer.filing, signer.party)
    };
    service.post(token, &confirm(beside), &json!({})).await.is_problem(403, "not_allowed");
    let other = confirm(&theirs.signers[0]);
    service.post(token, &other, &json!({})).await.is_problem(404, "filing_not_found");
    assert_eq!(service.log_size(), size, "a refusal wrote something");
}
