//! Completions that do not hold: each a problem of its own, nothing changed, and the right
//! one still completes afterwards.

use heqi_evidence::statement::SigningStatement;
use heqi_pki::keys::Algorithm;
use heqi_testkit::{Device, files};
use heqi_vocabulary::Digest;
use serde_json::{Value, json};

use crate::service::{HANDLER, Service};
use crate::signer::{Signer, invited};

/// What a test says otherwise than the challenge.
type Change<'a> = &'a dyn Fn(&mut SigningStatement);

fn other(of: &str) -> Digest {
    Digest::of(of.as_bytes())
}

#[tokio::test]
async fn a_statement_that_says_something_else_is_refused_and_the_right_one_still_holds() {
    let service = Service::start().await;
    let invited = invited(&service, 2).await;
    let [signer, beside] = &invited.signers[..] else { panic!("two signers") };
    let photo = files::photo("p");
    let begun = signer.captured(&service, &photo).await;
    let size = service.log_size();
    let party = beside.party.parse().unwrap();
    let changes: [(&str, Change<'_>); 9] = [
        ("challenge", &|s| s.challenge = other("challenge")),
        ("party", &move |s| s.party = party),
        ("capacities", &|s| s.capacities = vec!["legal_representative".into()]),
        ("documents", &|s| s.documents[0].sha256 = other("document")),
        ("pages", &|s| s.documents[0].pages += 1),
        ("certificate", &|s| s.certificate_sha256 = other("certificate")),
        ("origin", &|s| s.origin = "elsewhere.example/log".into()),
        ("consents", &|s| s.consents.clear()),
        ("client root", &|s| s.client_root = other("client")),
    ];
    for (name, change) in changes {
        let body = signer.completion_of(&service, begun.statement(), &photo, change);
        let answer = signer.complete(&service, &begun, &body).await;
        assert_eq!(answer.status, 422, "{name}: {}", String::from_utf8_lossy(&answer.body));
        answer.is_problem(422, "statement_differs");
    }
    assert_eq!(service.log_size(), size, "a refusal wrote something");
    let body = signer.completion(&service, &begun, &photo);
    signer.complete(&service, &begun, &body).await.json(201);
}

#[tokio::test]
async fn a_signature_by_another_key_or_of_another_filing_is_refused() {
    let service = Service::start().await;
    let invited_here = invited(&service, 1).await;
    let signer = &invited_here.signers[0];
    let elsewhere = invited(&service, 1).await.signers.remove(0);
    let photo = files::photo("p");
    let begun = signer.captured(&service, &photo).await;
    let begun_there = elsewhere.captured(&service, &files::photo("there")).await;
    let size = service.log_size();

    let thief = Signer {
        device: Device::new(Algorithm::P256, 9, "thief"),
        filing: signer.filing.clone(),
        party: signer.party.clone(),
        token: signer.token.clone(),
    };
    let body = thief.completion(&service, &begun, &photo);
    signer.complete(&service, &begun, &body).await.is_problem(422, "signature_other_key");

    let of_other_filing = signer.completion(&service, &begun_there, &photo);
    let answer = signer.complete(&service, &begun, &of_other_filing).await;
    answer.is_problem(422, "statement_differs");

    let mut forged = signer.completion(&service, &begun, &photo);
    let signature = forged["envelope"]["signatures"][0]["sig"].as_str().unwrap().to_owned();
    let swapped = if signature.starts_with('A') { "B" } else { "A" };
    forged["envelope"]["signatures"][0]["sig"] = json!(format!("{swapped}{}", &signature[1..]));
    let answer = signer.complete(&service, &begun, &forged).await;
    answer.is_problem(422, "signature_invalid");
    assert_eq!(service.log_size(), size);
}

#[tokio::test]
async fn another_photo_than_the_one_bound_into_the_signature_is_refused() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let begun = signer.captured(&service, &files::photo("taken")).await;
    let size = service.log_size();
    let body = signer.completion(&service, &begun, &files::photo("another"));
    signer.complete(&service, &begun, &body).await.is_problem(409, "photo_mismatch");
    assert_eq!(service.log_size(), size);
}

#[tokio::test]
async fn a_challenge_that_was_answered_replaced_or_has_expired_cannot_be_answered() {
    let service = Service::start().await;
    let invited = invited(&service, 3).await;
    let [done, replaced, late] = &invited.signers[..] else { panic!("three signers") };
    let photo = files::photo("p");

    let begun = done.captured(&service, &photo).await;
    let body = done.completion(&service, &begun, &photo);
    done.complete(&service, &begun, &body).await.json(201);
    let size = service.log_size();
    done.complete(&service, &begun, &body).await.is_problem(409, "ceremony_signed");
    assert_eq!(service.log_size(), size);

    let photo = files::photo("q");
    let first = replaced.captured(&service, &photo).await;
    let body = replaced.completion(&service, &first, &photo);
    let second = replaced.begin(&service).await;
    let answer = replaced.complete(&service, &first, &body).await;
    assert_eq!(answer.status, 409, "{}", String::from_utf8_lossy(&answer.body));
    replaced.capture(&service, &second, &photo).await.json(201);
    let answer = replaced.complete(&service, &second, &body).await;
    answer.is_problem(422, "statement_differs");

    let photo = files::photo("r");
    let begun = late.captured(&service, &photo).await;
    let body = late.completion(&service, &begun, &photo);
    service.clock.advance_ms(24 * 3_600_000);
    let size = service.log_size();
    let answer = late.complete(&service, &begun, &body).await;
    answer.is_problem(409, "challenge_expired");
    assert_eq!(service.log_size(), size);
}

#[tokio::test]
async fn a_document_that_changed_after_it_was_seen_is_not_signed() {
    let service = Service::start().await;
    let invited = invited(&service, 1).await;
    let signer = &invited.signers[0];
    let photo = files::photo("p");
    let begun = signer.captured(&service, &photo).await;
    let body = signer.completion(&service, &begun, &photo);
    let path = format!(
        "/api/v1/filings/{}/documents?title=Articles&replaces={}",
        invited.filing, invited.document
    );
    let file = files::pdf("Articles, second version", 3);
    service.upload(HANDLER, &path, "application/pdf", &file).await.json(201);
    let size = service.log_size();
    let answer = signer.complete(&service, &begun, &body).await;
    answer.is_problem(409, "document_changed");
    assert_eq!(service.log_size(), size);
}

#[tokio::test]
async fn an_envelope_or_tree_that_cannot_be_read_is_refused_and_its_spelling_does_not_matter() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let photo = files::photo("p");
    let begun = signer.captured(&service, &photo).await;
    let whole = signer.completion(&service, &begun, &photo);
    let size = service.log_size();
    let with = |member: &str, value: Value| {
        let mut body = whole.clone();
        body[member] = value;
        body
    };
    let mut half_a_tree = whole["client"].clone();
    if let Some(first) = half_a_tree.as_object_mut().unwrap().values_mut().find(|v| v.is_array()) {
        first.as_array_mut().unwrap().pop();
    }
    for (body, code) in [
        (with("envelope", json!({ "payload": "x" })), "envelope_malformed"),
        (with("envelope", json!(7)), "envelope_malformed"),
        (with("envelope", whole["client"].clone()), "envelope_malformed"),
        (with("client", json!({})), "client_malformed"),
        (with("client", half_a_tree), "client_malformed"),
        (with("client", json!({ "lat": 30.27 })), "client_malformed"),
    ] {
        signer.complete(&service, &begun, &body).await.is_problem(422, code);
    }
    let body = json!({ "envelope": whole["envelope"] });
    signer.complete(&service, &begun, &body).await.is_problem(400, "malformed_json");
    assert_eq!(service.log_size(), size);

    let spaced = serde_json::to_string_pretty(&whole).unwrap().into_bytes();
    let headers = [("content-type", "application/json"), ("idempotency-key", "spaced")];
    let path = begun.path("complete");
    let answer =
        service.send(reqwest::Method::POST, &path, &signer.token, &headers, Some(spaced)).await;
    answer.json(201);
}
