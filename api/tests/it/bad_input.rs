//! Requests that cannot be taken: each a problem of its own, and nothing changed.

use heqi_testkit::files;
use reqwest::Method;
use serde_json::{Value, json};

use crate::service::{Answer, HANDLER, Service};
use crate::signer::{NAMES, attach, invited, open};

/// A JPEG that says it is 65,500 pixels on a side.
fn bomb() -> Vec<u8> {
    let mut photo = files::photo("bomb");
    let frame = photo.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    photo[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    photo
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x02\0\0\0";

#[tokio::test]
async fn what_is_no_photo_is_refused_by_what_it_is() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    signer.consent(&service).await;
    let begun = signer.begin(&service).await;
    let whole = files::photo("whole");
    let large = [whole.as_slice(), &vec![0; 4 << 20]].concat();
    let after = [whole.as_slice(), b"<html>"].concat();
    let size = service.log_size();
    for (name, file, status, code) in [
        ("png", PNG.to_vec(), 415, "photo_other_format"),
        ("html", b"<!doctype html><title>x</title>".to_vec(), 415, "photo_not_image"),
        ("nothing", Vec::new(), 422, "photo_empty"),
        ("cut", whole[..whole.len() - 40].to_vec(), 422, "photo_truncated"),
        ("after", after, 422, "photo_bytes_after_end"),
        ("bomb", bomb(), 413, "photo_too_many_pixels"),
        ("large", large, 413, "too_large"),
    ] {
        let answer = signer.capture(&service, &begun, &file).await;
        assert_eq!(answer.status, status, "{name}: {}", String::from_utf8_lossy(&answer.body));
        answer.is_problem(status, code);
    }
    let path = begun.path("capture");
    let typed = service.upload(&signer.token, &path, "image/png", PNG).await;
    typed.is_problem(415, "unsupported_media_type");
    let view = service.get(&signer.token, "/api/v1/ceremony").await.json(200);
    assert_eq!(view["state"]["status"], "challenged", "a refused photo changed the ceremony");
    assert_eq!(service.log_size(), size);
}

#[tokio::test]
async fn a_body_is_cut_off_at_the_limit_even_when_nobody_announced_its_length() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    signer.consent(&service).await;
    let begun = signer.begin(&service).await;
    let parts = (0..80).map(|_| Ok::<_, std::io::Error>(vec![0u8; 64 << 10]));
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(parts));
    let http = heqi_service_kit::Trust::Nobody.client().unwrap().build().unwrap();
    let url = format!("{}{}", service.running.url(), begun.path("capture"));
    let request = http.post(url).bearer_auth(&signer.token).header("idempotency-key", "long");
    let answer = request.header("content-type", "image/jpeg").body(body).send().await;
    // The service may answer and close before the client has sent everything.
    if let Ok(answer) = answer {
        assert_eq!(answer.status(), 413);
    }
    let view = service.get(&signer.token, "/api/v1/ceremony").await.json(200);
    assert_eq!(view["state"]["status"], "challenged");
}

#[tokio::test]
async fn what_is_no_document_is_refused_by_what_it_is() {
    let service = Service::start().await;
    let filing = open(&service).await;
    let path = format!("/api/v1/filings/{filing}/documents?title=Articles");
    let whole = files::pdf("Articles", 1);
    let size = service.log_size();
    for (file, status, code) in [
        (b"<!doctype html>".to_vec(), 415, "document_not_pdf"),
        (files::photo("x"), 415, "document_not_pdf"),
        (whole[..60].to_vec(), 422, "document_damaged"),
        (vec![b'%'; (20 << 20) + 1], 413, "too_large"),
    ] {
        let answer = service.upload(HANDLER, &path, "application/pdf", &file).await;
        answer.is_problem(status, code);
    }
    let typed = service.upload(HANDLER, &path, "text/html", &whole).await;
    typed.is_problem(415, "unsupported_media_type");
    let untitled = format!("/api/v1/filings/{filing}/documents");
    let answer = service.upload(HANDLER, &untitled, "application/pdf", &whole).await;
    answer.is_problem(400, "malformed_query");
    assert_eq!(service.log_size(), size);
}

#[tokio::test]
async fn a_malformed_body_is_told_by_place_and_field() {
    let service = Service::start().await;
    let size = service.log_size();
    let send = async |body: &str| -> Answer {
        let key = service.fresh_key();
        let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
        let body = Some(body.as_bytes().to_vec());
        service.send(Method::POST, "/api/v1/filings", HANDLER, &headers, body).await
    };
    for body in [
        "",
        "{",
        "[]",
        r#"{"matter":"establishment"}"#,
        r#"{"matter":"merger","company_name":"杭州示例甲有限公司"}"#,
        r#"{"matter":"change","matter":"change","company_name":"杭州示例甲有限公司"}"#,
        r#"{"matter":"change","company_name":"杭州示例甲有限公司","colour":1}"#,
    ] {
        send(body).await.is_problem(400, "malformed_json");
    }
    let long = format!(r#"{{"matter":"change","company_name":"{}"}}"#, "甲".repeat(200_000));
    send(&long).await.is_problem(413, "too_large");
    let nameless = r#"{"matter":"change","company_name":"\u202e"}"#;
    let refused = send(nameless).await;
    assert_eq!(refused.status, 422, "{}", String::from_utf8_lossy(&refused.body));
    let headers = [("content-type", "text/plain"), ("idempotency-key", "text")];
    let body = Some(b"matter=change".to_vec());
    let typed = service.send(Method::POST, "/api/v1/filings", HANDLER, &headers, body).await;
    typed.is_problem(415, "unsupported_media_type");
    service.get(HANDLER, "/api/v1/filings/61842059").await.is_problem(400, "malformed_path");
    assert_eq!(service.log_size(), size);
}

#[tokio::test]
async fn an_act_without_a_name_of_its_own_is_refused() {
    let service = Service::start().await;
    let body = || Some(br#"{"matter":"change","company_name":"x"}"#.to_vec());
    let json = ("content-type", "application/json");
    let send = async |headers: &[(&str, &str)]| {
        service.send(Method::POST, "/api/v1/filings", HANDLER, headers, body()).await
    };
    send(&[json]).await.is_problem(428, "idempotency_key_missing");
    let long = "k".repeat(129);
    for key in ["", "with space", long.as_str()] {
        let answer = send(&[json, ("idempotency-key", key)]).await;
        answer.is_problem(422, "idempotency_key_malformed");
    }
    let twice = send(&[json, ("idempotency-key", "a"), ("idempotency-key", "b")]).await;
    twice.is_problem(400, "malformed_header");
    assert_eq!(service.log_size(), 0);
}

#[tokio::test]
async fn steps_out_of_order_are_refused() {
    let service = Service::start().await;
    let invited = invited(&service, 1).await;
    let signer = &invited.signers[0];
    let begin = service.post(&signer.token, "/api/v1/signings", &signer.key()).await;
    begin.is_problem(409, "consent_missing");
    signer.consent(&service).await;
    let key = json!({ "device_key": "bm90IGEga2V5" });
    let begin = service.post(&signer.token, "/api/v1/signings", &key).await;
    begin.is_problem(422, "device_key_malformed");
    let begun = signer.begin(&service).await;
    let photo = files::photo("early");
    let body = signer.completion(&service, &begun, &photo);
    let size = service.log_size();
    let answer = signer.complete(&service, &begun, &body).await;
    answer.is_problem(409, "photo_missing");
    let path = format!("/api/v1/filings/{}/parties/{}/confirmation", invited.filing, signer.party);
    let early = service.post(&signer.token, &path, &json!({})).await;
    early.is_problem(409, "not_all_signed");
    assert_eq!(service.log_size(), size);
}

#[tokio::test]
async fn a_link_that_has_ended_opens_nothing_more() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    service.clock.advance_ms(30 * 24 * 3_600_000);
    let view = service.get(&signer.token, "/api/v1/ceremony").await;
    assert_eq!(view.json(200)["state"]["status"], "invited");
    let begin = service.post(&signer.token, "/api/v1/signings", &signer.key()).await;
    begin.is_problem(409, "link_expired");
}

#[tokio::test]
async fn a_problem_speaks_the_language_of_its_reader_and_names_nobody() {
    let service = Service::start().await;
    let filing = open(&service).await;
    attach(&service, &filing, "Articles", 1).await.json(201);
    let path = format!("/api/v1/filings/{filing}/parties");
    let party = json!({
        "kind": "person", "name": NAMES[0], "capacities": ["corporate_shareholder_representative"],
    });
    let mut told = Vec::new();
    for language in ["zh-CN", "en", "fr"] {
        let key = service.fresh_key();
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
            ("accept-language", language),
        ];
        let body = Some(party.to_string().into_bytes());
        let answer = service.send(Method::POST, &path, HANDLER, &headers, body).await;
        let problem: Value = answer.is_problem(422, "capacity_unfit");
        assert!(!problem.to_string().contains(NAMES[0]), "{problem}");
        told.push((answer.header("content-language").to_owned(), problem["detail"].clone()));
    }
    assert_eq!(told[0], told[2], "Chinese is the default");
    assert_eq!((told[0].0.as_str(), told[1].0.as_str()), ("zh-CN", "en"));
    assert!(told[1].1.as_str().unwrap().is_ascii());
}
