//! The seal's key and its time stamps over HTTP (`docs/spec/seal-service.md`), against a service
//! on loopback that keeps the contract and against ones that break it.

use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_documents::{Fonts, SealFace, certificate, samples};
use heqi_pki::authority::{TestSealAuthority, TestTimeAuthority};
use heqi_pki::certificate::{SigningCertificate, TrustedRoot};
use heqi_pki::keys::SigningKey;
use heqi_pki::timestamp::{
    Accuracy, REPLY_MEDIA_TYPE, TimeRoot, TimeStampRequest, TimeStampResponse, TokenIssuer,
};
use heqi_providers::{HttpSealKey, HttpStamper};
use heqi_sealed_pdf::{SealKey as _, SealNote, Sealer, Stamper as _};
use heqi_service_kit::{Secret, Trust};
use heqi_testkit::SeededEntropy;
use heqi_vocabulary::UtcMillis;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::pkcs8::DecodePrivateKey as _;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use serde_json::{Value, json};

const TOKEN: &str = "token-of-the-office";
const NOW: &str = "2026-11-28T08:00:00.000Z";

/// What the service does wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fault {
    Nothing,
    OtherKey,
    Garbage,
    Refuses,
    TooLong,
}

struct State {
    fault: Fault,
    certificate: Vec<u8>,
    key: SigningKey,
    stranger: SigningKey,
    issuer: TokenIssuer,
}

struct Service {
    url: String,
    server: ServerHandle,
    roots: Vec<TrustedRoot>,
    time_roots: Vec<TimeRoot>,
}

/// A root and a seal under it as a licensed authority would make them: without the mark.
fn licensed() -> (Vec<u8>, Vec<u8>, SigningKey) {
    let named = |name: &str| {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(2031, 1, 1);
        params
    };
    let mut root = named("Licensed Root");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let root_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let root = CertifiedIssuer::self_signed(root, root_key).unwrap();
    let mut seal = named("Licensed Seal");
    seal.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let signing = vec![1, 3, 6, 1, 5, 5, 7, 3, 36];
    seal.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(signing)];
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let seal = seal.signed_by(&key, &root).unwrap();
    let key = SigningKey::from_pkcs8_pem(&key.serialize_pem().replace("\r\n", "\n")).unwrap();
    (root.der().to_vec(), seal.der().to_vec(), key)
}

impl Service {
    fn start(fault: Fault) -> Self {
        let (root, certificate, key) = licensed();
        Self::with(fault, &root, certificate, key)
    }

    fn with(fault: Fault, root: &[u8], certificate: Vec<u8>, key: SigningKey) -> Self {
        let now: UtcMillis = NOW.parse().unwrap();
        let time = TestTimeAuthority::generate("T", now, &SeededEntropy::new(1)).unwrap();
        let time_roots = vec![TimeRoot::from_der(time.root().der(), true).unwrap()];
        let policy = "1.3.6.1.4.1.32473.1.3161".parse().unwrap();
        let state = web::Data::new(State {
            fault,
            certificate,
            key,
            stranger: licensed().2,
            issuer: time.into_issuer(policy, Accuracy::from_millis(1000)).unwrap(),
        });
        let server = HttpServer::new(move || {
            App::new()
                .app_data(state.clone())
                .route("/v1/chain", web::post().to(chain))
                .route("/v1/sign", web::post().to(sign))
                .route("/tsa", web::post().to(stamp))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        let root = SigningCertificate::from_der(root).unwrap();
        let roots = vec![TrustedRoot::new(root, false).unwrap()];
        Self { url, server: handle, roots, time_roots }
    }

    fn key(&self) -> Arc<HttpSealKey> {
        let (url, token) = (format!("{}/v1/", self.url), Secret::new(TOKEN.to_owned()));
        Arc::new(HttpSealKey::at(&url, token, &Trust::Nobody, self.roots.clone()).unwrap())
    }

    fn stamper(&self) -> HttpStamper {
        let entropy = Box::new(SeededEntropy::new(4));
        HttpStamper::at(&format!("{}/tsa", self.url), &Trust::Nobody, None, entropy).unwrap()
    }
}

fn is_known(request: &HttpRequest) -> bool {
    let said = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    said == Some(&format!("Bearer {TOKEN}"))
}

async fn chain(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    if !is_known(&request) || state.fault == Fault::Refuses {
        return HttpResponse::Forbidden().finish();
    }
    let certificate = STANDARD.encode(&state.certificate);
    match state.fault {
        Fault::Garbage => HttpResponse::Ok().body("{\"certificates\":[\"!\"]}"),
        Fault::TooLong => HttpResponse::Ok().body("x".repeat(70_000)),
        _ => HttpResponse::Ok().json(json!({ "certificates": [certificate] })),
    }
}

async fn sign(
    request: HttpRequest,
    body: web::Json<Value>,
    state: web::Data<State>,
) -> HttpResponse {
    if !is_known(&request) || body["algorithm"] != "ecdsa-p256-sha256" {
        return HttpResponse::Forbidden().finish();
    }
    let key = if state.fault == Fault::OtherKey { &state.stranger } else { &state.key };
    let key = p256::ecdsa::SigningKey::from_pkcs8_pem(&key.to_pkcs8_pem().unwrap()).unwrap();
    assert_eq!(body["key"], state.key.public_key().key_id().to_string());
    // The service knows a digest and nothing of what has it.
    let digest = hex(body["digest"].as_str().unwrap());
    let signature: p256::ecdsa::Signature = key.sign_prehash(&digest).unwrap();
    let signature = signature.to_bytes();
    HttpResponse::Ok().json(json!({ "signature": STANDARD.encode(signature) }))
}

async fn stamp(body: web::Bytes, state: web::Data<State>) -> HttpResponse {
    let request = TimeStampRequest::from_der(&body).unwrap();
    let token = state.issuer.token(&request, 1, NOW.parse().unwrap()).unwrap();
    HttpResponse::Ok().content_type(REPLY_MEDIA_TYPE).body(TimeStampResponse::granted(&token))
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

#[actix_web::test]
async fn a_document_is_sealed_and_stamped_over_http_and_believed() {
    static FONTS: Fonts = Fonts::new();
    let service = Service::start(Fault::Nothing);
    let (key, stamper) = (service.key(), service.stamper());
    assert!(key.is_remote());
    let (roots, time_roots) = (service.roots.clone(), service.time_roots.clone());
    let sealed = web::block(move || {
        let mut input = samples::certificate(b"PK no bundle".to_vec());
        input.office.seal = SealFace::Licensed { lines: vec!["公证专用章".to_owned()] };
        let pdf = certificate::render(&input, &FONTS).unwrap();
        let sealer =
            Sealer { key: &*key, stamper: &stamper, roots: &roots, time_roots: &time_roots };
        let note = SealNote {
            office: "示例公证处".to_owned(),
            reason: "出具公证书".to_owned(),
            at: NOW.parse().unwrap(),
        };
        let before = stamper.token_bytes();
        let sealed = sealer.seal(&pdf, &note).unwrap();
        // The token was no longer than the room: the next file keeps the same.
        assert_eq!(stamper.token_bytes(), before);
        sealed
    })
    .await
    .unwrap();
    assert!(!sealed.seal().chain().is_test_only());
    assert_eq!(sealed.seal().time().at(), NOW.parse().unwrap());
    service.server.stop(false).await;
}

#[actix_web::test]
async fn what_breaks_the_contract_is_an_error_that_names_no_address() {
    for (fault, why) in [
        (Fault::OtherKey, "the signature is not by the key of the seal"),
        (Fault::Garbage, "the answer has another form"),
        (Fault::Refuses, "refused"),
        (Fault::TooLong, "the answer is too long"),
    ] {
        let service = Service::start(fault);
        let key = service.key();
        let error = web::block(move || key.sign(b"attributes").unwrap_err()).await.unwrap();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(source, why);
        assert!(!error.to_string().contains("127.0.0.1"));
        service.server.stop(false).await;
    }
}

#[actix_web::test]
async fn a_seal_that_is_marked_test_only_is_refused_from_a_service() {
    let now = NOW.parse().unwrap();
    let made = TestSealAuthority::generate("O", now, &SeededEntropy::new(2)).unwrap();
    let certificate = made.certificate().der().to_vec();
    let service = Service::with(Fault::Nothing, made.root().der(), certificate, licensed().2);
    let key = service.key();
    let error = web::block(move || key.chain().unwrap_err()).await.unwrap();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "the seal is marked TEST ONLY");
    service.server.stop(false).await;
}

#[actix_web::test]
async fn nobody_at_the_address_is_no_signature_and_no_stamp() {
    let service = Service::start(Fault::Nothing);
    service.server.stop(false).await;
    let (key, stamper) = (service.key(), service.stamper());
    let (signed, stamped) =
        web::block(move || (key.chain().is_err(), stamper.stamp(b"x").is_err())).await.unwrap();
    assert!(signed && stamped);
}
