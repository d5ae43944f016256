//! How a signer comes in, over HTTP, and what is reported of messages.

use heqi_notify::signature::Secret;
use heqi_registration::message_queue::{Outcome, Outgoing, lease, note_outcome, trying};
use heqi_vocabulary::{Digest, MessageChannel};
use reqwest::Method;
use serde_json::{Value, json};

use crate::service::{Answer, HANDLER, Service};
use crate::signer::{attach, invite, open};

pub(crate) const MOBILE: &str = "13800000001";

/// Everything that is due, taken by its first way.
pub(crate) async fn taken(service: &Service) -> Vec<Outgoing> {
    let mut all = Vec::new();
    for item in lease(&service.platform, 10_000, 100).await.unwrap() {
        let Some(outgoing) = trying(&service.platform, &item, |_| true).await.unwrap() else {
            continue;
        };
        let template_sha256 = Digest::of(b"template");
        let outcome = Outcome::Taken { gateway: "test".into(), reference: None, template_sha256 };
        note_outcome(&service.platform, &item, outgoing.channel, &outcome).await.unwrap();
        all.push(outgoing);
    }
    all
}

/// A filing with one shareholder who can be reached: filing, party, token.
pub(crate) async fn reached(service: &Service) -> (String, String, String) {
    let contact = json!({ "mobile": MOBILE, "id_number": "330112196405120006", "language": "zh" });
    reached_by(service, &contact).await
}

/// The same by this contact.
async fn reached_by(service: &Service, contact: &Value) -> (String, String, String) {
    let filing = open(service).await;
    attach(service, &filing, "Articles", 1).await;
    let path = format!("/api/v1/filings/{filing}/parties");
    let body = json!({ "kind": "person", "name": "陈素英", "capacities": ["shareholder"] });
    let party = service.post(HANDLER, &path, &body).await.text(201, "party_id");
    let path = format!("/api/v1/filings/{filing}/parties/{party}/contact");
    service.post(HANDLER, &path, contact).await.json(201);
    let token = invite(service, &filing, &party).await;
    (filing, party, token)
}

#[tokio::test]
async fn a_signer_comes_in_by_code_and_last_four_and_sees_nothing_before() {
    let service = Service::start().await;
    let (filing, _, token) = reached(&service).await;
    service.get(&token, "/api/v1/ceremony").await.is_problem(403, "code_required");
    let door = service.get(&token, "/api/v1/ceremony/entry").await.json(200);
    assert_eq!((door["step"].as_str(), &door["code"]), (Some("code"), &Value::Null));
    assert_eq!(door["channels"][0]["masked"], "138****0001");

    let body = json!({ "channel": null, "language": "zh" });
    let sent = service.post(&token, "/api/v1/ceremony/code", &body).await.json(201);
    assert_eq!(sent["channel"], "sms");
    service.post(&token, "/api/v1/ceremony/code", &body).await.is_problem(409, "code_too_soon");
    let messages = taken(&service).await;
    let code = messages.iter().find_map(|message| message.values.get("code")).unwrap();
    let wrong = json!({ "code": if code == "000000" { "000001" } else { "000000" } });
    service.post(&token, "/api/v1/ceremony/code/check", &wrong).await.is_problem(409, "code_wrong");
    let right = json!({ "code": code });
    let passed = service.post(&token, "/api/v1/ceremony/code/check", &right).await.json(201);
    assert_eq!(passed["step"], "identity");
    let four = json!({ "last_four": "0006" });
    let passed = service.post(&token, "/api/v1/ceremony/identity", &four).await.json(201);
    assert_eq!(passed["step"], "inside");
    service.get(&token, "/api/v1/ceremony").await.json(200);

    let listed = service.get(HANDLER, &format!("/api/v1/filings/{filing}/messages")).await;
    let listed = listed.json(200);
    let mut purposes: Vec<_> =
        listed.as_array().unwrap().iter().map(|m| m["purpose"].as_str().unwrap()).collect();
    purposes.sort_unstable();
    assert_eq!(purposes, ["code", "invitation"]);
    assert!(!listed.to_string().contains(MOBILE) && !listed.to_string().contains(code.as_str()));
}

#[tokio::test]
async fn without_the_link_number_and_contact_let_in_and_strangers_learn_nothing() {
    let service = Service::start().await;
    let (filing, ..) = reached(&service).await;
    taken(&service).await;
    let view = service.get(HANDLER, &format!("/api/v1/filings/{filing}")).await.json(200);
    let number = view["number"].as_str().unwrap();
    let ask = |contact: &str| json!({ "number": number, "contact": contact, "language": "zh" });
    let known = service.post("", "/api/v1/entry/code", &ask(MOBILE)).await.json(200);
    let stranger = service.post("", "/api/v1/entry/code", &ask("13811111111")).await.json(200);
    assert_eq!(known, stranger);
    let sent = taken(&service).await;
    assert_eq!(sent.len(), 1);
    let code = sent[0].values["code"].clone();
    let enter = |contact: &str| json!({ "number": number, "contact": contact, "code": code });
    let answer = service.post("", "/api/v1/entry/check", &enter("13811111111")).await;
    answer.is_problem(404, "entry_no_match");
    let token = service.post("", "/api/v1/entry/check", &enter(MOBILE)).await.text(200, "token");
    let door = service.get(&token, "/api/v1/ceremony/entry").await.json(200);
    assert_eq!(door["step"], "identity");
    let mistyped = json!({ "number": "61842058", "contact": MOBILE, "language": "zh" });
    let answer = service.post("", "/api/v1/entry/code", &mistyped).await;
    answer.is_problem(422, "filing_number_malformed");
}

/// Whoever reports, with the secret they sign with.
fn reporter(seed: u8) -> Secret {
    Secret::parse(&Secret::write(&[seed; 32])).unwrap()
}

/// A report of the first message as it is sent: signed by this secret, or with this signature.
async fn report(
    service: &Service,
    body: &str,
    (secret, signature): (&Secret, Option<&str>),
) -> Answer {
    let now_s = heqi_vocabulary::Clock::now(&*service.clock).unix_seconds();
    let signed = secret.sign("r1", now_s, body.as_bytes());
    let at = now_s.to_string();
    let headers = [
        ("webhook-id", "r1"),
        ("webhook-timestamp", at.as_str()),
        ("webhook-signature", signature.unwrap_or(&signed)),
    ];
    let body = Some(body.as_bytes().to_vec());
    service.send(Method::POST, "/api/v1/messages/reports", "", &headers, body).await
}

async fn state_of_the_message(service: &Service, filing: &str) -> String {
    let path = format!("/api/v1/filings/{filing}/messages");
    service.get(HANDLER, &path).await.json(200)[0]["state"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_report_is_believed_by_its_signature_alone() {
    let secret = reporter(5);
    let service = Service::start_reporting(vec![(MessageChannel::Sms, secret.clone())]).await;
    let (filing, ..) = reached(&service).await;
    let message = taken(&service).await[0].message;
    let body = json!({ "message": message, "state": "delivered" }).to_string();
    let forged = report(&service, &body, (&secret, Some("v1,AAAA"))).await;
    forged.is_problem(403, "forbidden");
    assert_eq!(state_of_the_message(&service, &filing).await, "sent");
    assert_eq!(report(&service, &body, (&secret, None)).await.status, 204);
    assert_eq!(state_of_the_message(&service, &filing).await, "delivered");
    let again = report(&service, &body, (&secret, None)).await;
    assert_eq!(again.status, 204, "again changes nothing");
}

#[tokio::test]
async fn edge_case_27_mail_that_came_back_is_reported_by_whoever_receives_it_and_by_nobody_else() {
    let [gateway, mail, stranger] = [5, 6, 7].map(reporter);
    let ways = vec![(MessageChannel::Sms, gateway.clone()), (MessageChannel::Email, mail.clone())];
    let service = Service::start_reporting(ways).await;
    let contact = json!({ "email": "chen@example.com", "language": "zh" });
    let (filing, ..) = reached_by(&service, &contact).await;
    let message = taken(&service).await[0].message;
    let body = json!({ "message": message, "state": "bounced", "reason": "mailbox_full" });
    let body = body.to_string();
    let size = service.log_size();
    let forged = report(&service, &body, (&stranger, None)).await;
    forged.is_problem(403, "forbidden");
    // The gateway of text messages says nothing about mail.
    assert_eq!(report(&service, &body, (&gateway, None)).await.status, 204);
    assert_eq!(state_of_the_message(&service, &filing).await, "sent");
    assert_eq!(service.log_size(), size);
    for _ in 0..2 {
        assert_eq!(report(&service, &body, (&mail, None)).await.status, 204);
        assert_eq!(state_of_the_message(&service, &filing).await, "bounced");
    }
    assert_eq!(service.log_size(), size + 1, "that it came back is a record, and one");
}
