//! A provider of identity by the contract (`docs/spec/attestation.md` section 3), with faults.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use heqi_evidence::attestation::{
    Answer, Attestation, CompanyStatus, PersonOutcome, Question, SealKind,
};
use heqi_evidence::canonical;
use heqi_evidence::statement::Statement as _;
use heqi_pki::keys::{Algorithm, PublicKey, SigningKey};
use heqi_testkit::SeededEntropy;
use heqi_vocabulary::{Digest, UtcMillis};

pub(crate) const NAME: &str = "example-real-name";
pub(crate) const TOKEN: &str = "token-of-the-platform";
/// The mobile number of everybody this provider knows.
pub(crate) const OWN_MOBILE: &str = "+8613805710002";
/// The only company whose seal this provider has found, and when it was put.
pub(crate) const SEALED: (&str, &str) = ("91330112MA000004XN", "2026-11-23T12:00:00.000Z");
pub(crate) const PORTRAIT: &[u8] = b"the bytes of a picture";

/// What the provider does wrong.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Fault {
    #[default]
    Nothing,
    BusyTwice,
    AlwaysBusy,
    OtherKey,
    OtherQuestion,
    OtherKind,
    OtherName,
    OldAnswer,
    OtherMediaType,
    TooLong,
    Garbage,
    OtherPicture,
    Redirect,
}

pub(crate) struct Provider {
    pub(crate) url: String,
    pub(crate) key: PublicKey,
    pub(crate) calls: Arc<Mutex<Vec<String>>>,
    server: ServerHandle,
}

struct State {
    fault: Fault,
    now: UtcMillis,
    key: SigningKey,
    calls: Arc<Mutex<Vec<String>>>,
    given: Mutex<HashMap<String, Vec<u8>>>,
}

impl Provider {
    pub(crate) fn start(fault: Fault, now: UtcMillis) -> Self {
        let entropy = SeededEntropy::labelled(1, "provider");
        let key = SigningKey::generate(Algorithm::Ed25519, &entropy);
        let public = key.public_key();
        let stranger = SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::labelled(2, "no"));
        let calls = Arc::new(Mutex::new(Vec::new()));
        let state = web::Data::new(State {
            fault,
            now,
            key: if fault == Fault::OtherKey { stranger } else { key },
            calls: Arc::clone(&calls),
            given: Mutex::default(),
        });
        let server = HttpServer::new(move || {
            App::new()
                .app_data(state.clone())
                .route("/v1/questions", web::post().to(answer))
                .route("/v1/portraits/{nonce}", web::get().to(portrait))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
        let url = format!("http://{}/v1", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { url, key: public, calls, server: handle }
    }

    pub(crate) async fn stop(self) {
        self.server.stop(false).await;
    }
}

async fn answer(state: web::Data<State>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let header = |name: &str| {
        request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    };
    let nonce = header("idempotency-key").to_owned();
    let mut calls = state.calls.lock().unwrap();
    calls.push(nonce.clone());
    if header("authorization") != format!("Bearer {TOKEN}") {
        return HttpResponse::Unauthorized().finish();
    }
    let busy = || HttpResponse::ServiceUnavailable().insert_header(("retry-after", "0")).finish();
    match state.fault {
        Fault::AlwaysBusy => return busy(),
        Fault::BusyTwice if calls.len() <= 2 => return busy(),
        Fault::Redirect => {
            let location = ("location", "/v1/questions");
            return HttpResponse::TemporaryRedirect().insert_header(location).finish();
        }
        Fault::Garbage => return envelope(b"{}".to_vec()),
        Fault::TooLong => return envelope(vec![b' '; 70_000]),
        _ => {}
    }
    let mut given = state.given.lock().unwrap();
    let bytes = given.entry(nonce).or_insert_with(|| sign(&state, &body)).clone();
    if state.fault == Fault::OtherMediaType {
        return HttpResponse::Ok().content_type("application/json").body(bytes);
    }
    envelope(bytes)
}

fn envelope(bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::build(StatusCode::OK).content_type("application/vnd.dsse+json").body(bytes)
}

fn sign(state: &State, body: &[u8]) -> Vec<u8> {
    let question: Question = canonical::parse(body).expect("a canonical question");
    let answer = match &question {
        Question::Person { mobile, .. } => Answer::Person {
            outcome: match mobile.as_deref() {
                None | Some(OWN_MOBILE) => PersonOutcome::Matches,
                Some(_) => PersonOutcome::MobileDiffers,
            },
        },
        Question::Company { .. } => {
            Answer::Company { name_matches: true, status: CompanyStatus::Revoked }
        }
        Question::Portrait { .. } => Answer::Portrait { sha256: Some(Digest::of(PORTRAIT)) },
        Question::Registry { .. } => Answer::Registry { verified_at: Some(state.now) },
        Question::Seal { code, .. } if code == SEALED.0 => Answer::Seal {
            kind: SealKind::ElectronicSeal,
            sealed_at: Some(SEALED.1.parse().expect("an instant")),
        },
        _ => Answer::Seal { kind: SealKind::ElectronicSeal, sealed_at: None },
    };
    let wrong = |fault| state.fault == fault;
    let attestation = Attestation {
        answer: if wrong(Fault::OtherKind) { Answer::Portrait { sha256: None } } else { answer },
        answered_at: state.now.plus_millis(if wrong(Fault::OldAnswer) { -3_600_000 } else { 0 }),
        provider: if wrong(Fault::OtherName) { "another" } else { NAME }.to_owned(),
        question_sha256: if wrong(Fault::OtherQuestion) {
            Digest::of(b"another question")
        } else {
            question.digest().unwrap()
        },
    };
    attestation.sign(&state.key).unwrap().as_bytes().to_vec()
}

async fn portrait(state: web::Data<State>, nonce: web::Path<String>) -> HttpResponse {
    if !state.given.lock().unwrap().contains_key(nonce.as_str()) {
        return HttpResponse::NotFound().finish();
    }
    let bytes =
        if state.fault == Fault::OtherPicture { b"another".to_vec() } else { PORTRAIT.to_vec() };
    HttpResponse::Ok().content_type("image/jpeg").body(bytes)
}
