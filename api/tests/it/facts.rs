//! What the server saw of a request, as it stands in the evidence.

use heqi_api::ApiSettings;
use heqi_evidence::canonical;
use heqi_evidence::disclosure::Disclosure;
use heqi_service_kit::TrustedProxies;
use heqi_testkit::{Device, files};
use heqi_vocabulary::{Clock, Digest};
use reqwest::Method;
use serde_json::{Value, json};

use crate::service::{AUDITOR, NOON, Service};
use crate::signer::{Signer, invited};

/// Refuses one consent with a forwarding header; what the record says of the request.
async fn consented(service: &Service, signer: &Signer, forwarded: &str) -> Disclosure {
    let view = service.get(&signer.token, "/api/v1/ceremony").await.json(200);
    let asked = &view["consents"][0];
    let body = json!({
        "kind": asked["kind"], "decision": "granted",
        "text_sha256": asked["text_sha256"], "language": "zh",
    });
    let key = service.fresh_key();
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", key.as_str()),
        ("x-forwarded-for", forwarded),
        ("user-agent", "Example/1"),
    ];
    let body = Some(body.to_string().into_bytes());
    let path = "/api/v1/ceremony/consents";
    let given = service.send(Method::POST, path, &signer.token, &headers, body).await;
    let record = given.text(201, "record_id");
    let names = "client_address,forwarded_for,user_agent,received_at";
    let path = format!("/api/v1/records/{record}?attributes={names}");
    read(&service.get(AUDITOR, &path).await.json(200))
}

fn read(disclosed: &Value) -> Disclosure {
    Disclosure::parse(&canonical::to_bytes(&disclosed["record"]).unwrap()).unwrap()
}

fn provenance(disclosure: &Disclosure, name: &str) -> Value {
    json!(disclosure.attribute(name).unwrap().provenance)
}

#[tokio::test]
async fn a_forwarding_header_from_a_stranger_is_kept_as_reported_and_believed_by_nobody() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let seen = consented(&service, &signer, "203.0.113.9").await;
    assert_eq!(seen.text("client_address"), Some("127.0.0.1"));
    assert_eq!(seen.text("forwarded_for"), Some("203.0.113.9"));
    assert_eq!(seen.text("user_agent"), Some("Example/1"));
    assert_eq!(seen.text("received_at"), Some(NOON));
    assert_eq!(provenance(&seen, "client_address"), "observed");
    assert_eq!(provenance(&seen, "forwarded_for"), "reported");
    assert_eq!(provenance(&seen, "received_at"), "observed");
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_client_is_the_last_hop_that_is_not_trusted() {
    let mut settings = ApiSettings::default();
    settings.trusted_proxies = TrustedProxies::parse(["127.0.0.1", "10.0.0.0/8"]).unwrap();
    let service = Service::start_with(settings, None).await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let forwarded = "1.1.1.1, 203.0.113.9, 10.0.0.3";
    let seen = consented(&service, &signer, forwarded).await;
    assert_eq!(seen.text("client_address"), Some("203.0.113.9"));
    assert_eq!(seen.text("forwarded_for"), Some(forwarded));
}

#[tokio::test]
async fn a_device_clock_that_is_wrong_is_recorded_and_not_refused_and_tls_is_absent() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let photo = files::photo("clock");
    let begun = signer.captured(&service, &photo).await;
    let mut values = Device::values(Digest::of(&photo), service.clock.now());
    let wrong = service.clock.now().plus_millis(-86_400_000);
    values.get_mut("signed_at").unwrap().0 = json!(wrong);
    let client = signer.device.attributes(&values);
    let mut statement = begun.statement();
    statement.client_root = client.root();
    let envelope = signer.device.sign(&statement);
    let object = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
    let body = json!({
        "envelope": object(envelope.as_bytes()),
        "client": object(&client.disclose(|_| true).unwrap()),
    });
    let receipt = signer.complete(&service, &begun, &body).await.json(201);
    let record = receipt["record_id"].as_str().unwrap();
    let path = format!("/api/v1/records/{record}?attributes=clock_offset_ms,tls");
    let seen = read(&service.get(AUDITOR, &path).await.json(200));
    assert_eq!(seen.value("clock_offset_ms"), Some(&json!(-86_400_000)));
    assert_eq!(provenance(&seen, "tls"), "absent");
}
