//! Every route × role against the table, and things of others.

use heqi_api::ApiSettings;
use heqi_api::access::{ACCESS_TABLE, Access, Rule, Verb};
use heqi_registration::Scope;
use heqi_registration::access::{hash_of, revoke_api_key};
use heqi_testkit::files;
use reqwest::Method;
use serde_json::json;

use crate::service::{AUDITOR, AUTHORITY, HANDLER, OFFICER, OPERATOR, PEER, Service};
use crate::signer::{Signer, invited};

/// Somebody at the door.
#[derive(Clone, Copy, Debug)]
enum Who {
    Nobody,
    Stranger,
    Key(Scope),
    Signer,
}

fn may(access: Access, who: Who) -> bool {
    match (access, who) {
        (Access::Everybody, _) => true,
        (Access::Only { scopes, .. }, Who::Key(scope)) => scopes.contains(&scope),
        (Access::Only { signer, .. }, Who::Signer) => signer,
        // Credentials of the interface open no page: `journey.rs` has what does.
        (Access::Session, _) | (Access::Only { .. }, Who::Nobody | Who::Stranger) => false,
    }
}

/// A path of this rule with well-formed identifiers of nothing.
fn path_of(rule: &Rule) -> String {
    let none = "0".repeat(26);
    rule.path
        .replace("{filing_id}", &format!("fil_{none}"))
        .replace("{party_id}", &format!("par_{none}"))
        .replace("{document_id}", &format!("doc_{none}"))
        .replace("{signing_id}", &format!("sig_{none}"))
        .replace("{record_id}", &format!("rec_{none}"))
        .replace("{origin_sha256}", &"0".repeat(64))
        .replace("{link}", &none)
        .replace("{kind}", "face")
        .replace("{digest}", "0123456789abcdef")
        .replace("{name}", "style.css")
        .replace("{log}", "platform")
        .replace("{tile:tile/.+}", "tile/0/000")
}

#[tokio::test]
async fn every_route_lets_in_whom_the_table_names_and_nobody_else() {
    // Every route times every caller is more than the rates of one address allow.
    let mut settings = ApiSettings::default();
    settings.rates.enabled = false;
    let service = Service::start_with(settings, None).await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let callers = [
        (Who::Nobody, ""),
        (Who::Stranger, "heqi_filings_made_up"),
        (Who::Key(Scope::Filings), HANDLER),
        (Who::Key(Scope::Evidence), AUDITOR),
        (Who::Key(Scope::Coverage), OPERATOR),
        (Who::Key(Scope::Witness), PEER),
        (Who::Key(Scope::DataProtection), OFFICER),
        (Who::Key(Scope::LegalHold), AUTHORITY),
        (Who::Signer, signer.token.as_str()),
    ];
    for rule in ACCESS_TABLE {
        let method = if rule.verb == Verb::Get { Method::GET } else { Method::POST };
        for (who, token) in callers {
            let answer = service.send(method.clone(), &path_of(rule), token, &[], None).await;
            let refusal = match who {
                _ if rule.access == Access::Session => 401,
                Who::Nobody | Who::Stranger => 401,
                Who::Key(_) | Who::Signer => 403,
            };
            if may(rule.access, who) {
                assert!(![401, 403].contains(&answer.status), "{rule:?} {who:?}");
            } else {
                assert_eq!(answer.status, refusal, "{rule:?} {who:?}");
                let challenge = answer.header("www-authenticate");
                let asks = refusal == 401 && rule.access != Access::Session;
                assert_eq!(challenge == "Bearer", asks, "{rule:?} {who:?}");
            }
        }
    }
}

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
