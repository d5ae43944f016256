//! A certificate authority over HTTP (`docs/spec/signer-certificate.md`), against an agent on loopback
//! that keeps the contract and against ones that break it.

use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_pki::authority::{CertificateAuthority as _, CertificateRequest, TestAuthority};
use heqi_pki::certificate::{CertificateChain, SigningCertificate, TrustedRoot};
use heqi_pki::keys::{Algorithm, PublicKey, SigningKey};
use heqi_providers::HttpCertificateAuthority;
use heqi_service_kit::{Secret, Trust};
use heqi_testkit::SeededEntropy;
use heqi_vocabulary::UtcMillis;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PublicKeyData, SignatureAlgorithm,
    date_time_ymd,
};
use serde_json::{Value, json};

const TOKEN: &str = "token-of-the-platform";
const NOW: &str = "2026-11-28T08:00:00.000Z";
const PARTY: &str = "party-1";
const DAY_S: u64 = 24 * 3600;

/// An authority as a licensed one is: its root has no mark.
struct Licensed {
    issuer: Issuer<'static, KeyPair>,
    root: TrustedRoot,
}

struct DeviceKey(Vec<u8>);

impl PublicKeyData for DeviceKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ED25519
    }
}

impl Licensed {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Licensed Root");
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2031, 1, 1);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let root = params.self_signed(&key).unwrap();
        let root = SigningCertificate::from_der(root.der()).unwrap();
        Self { issuer: Issuer::new(params, key), root: TrustedRoot::new(root, false).unwrap() }
    }

    fn certificate(&self, key: &PublicKey, party: &str, lasting_s: u64) -> Vec<u8> {
        let mut leaf = CertificateParams::default();
        leaf.distinguished_name.push(DnType::CommonName, party);
        leaf.key_usages =
            vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
        let document_signing = vec![1, 3, 6, 1, 5, 5, 7, 3, 36];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(document_signing)];
        let at = |seconds: u64| date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds);
        leaf.not_before = at(now().unix_seconds() - 60);
        leaf.not_after = at(now().unix_seconds() + lasting_s);
        let device = DeviceKey(key.to_raw_bytes());
        leaf.signed_by(&device, &self.issuer).unwrap().der().to_vec()
    }
}

/// The agent in front of it: one request is expected, and one answer given.
struct Service {
    url: String,
    server: ServerHandle,
}

struct State {
    expected: Value,
    status: u16,
    body: String,
}

impl Service {
    fn start(request: &CertificateRequest, status: u16, body: String) -> Self {
        let public_key = STANDARD.encode(request.public_key().to_spki_der());
        let expected = json!({ "party": request.party(), "public_key": public_key });
        let state = web::Data::new(State { expected, status, body });
        let server = HttpServer::new(move || {
            App::new().app_data(state.clone()).route("/v1/issue", web::post().to(issue))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
        let url = format!("http://{}/v1/", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { url, server: handle }
    }

    /// What the adapter makes of the answer: a chain, or why there is none.
    async fn asked(
        &self,
        token: &str,
        request: &CertificateRequest,
        root: &TrustedRoot,
    ) -> Result<CertificateChain, String> {
        let (token, roots) = (Secret::new(token.to_owned()), vec![root.clone()]);
        let authority =
            HttpCertificateAuthority::at(&self.url, token, &Trust::Nobody, roots).unwrap();
        let request = request.clone();
        let issued = web::block(move || {
            let issued = authority.issue(request, now(), &SeededEntropy::new(1));
            issued.map_err(|error| error.to_string())
        });
        issued.await.unwrap()
    }
}

async fn issue(
    request: HttpRequest,
    body: web::Json<Value>,
    state: web::Data<State>,
) -> HttpResponse {
    let said = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    if said != Some(&format!("Bearer {TOKEN}")) {
        return HttpResponse::Unauthorized().finish();
    }
    if body.into_inner() != state.expected {
        return HttpResponse::BadRequest().finish();
    }
    HttpResponse::build(StatusCode::from_u16(state.status).unwrap())
        .insert_header(("location", "http://127.0.0.1:1/issue"))
        .body(state.body.clone())
}

fn now() -> UtcMillis {
    NOW.parse().unwrap()
}

fn request(seed: u64) -> CertificateRequest {
    let key = SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::new(seed));
    CertificateRequest::new(key.public_key(), PARTY).unwrap()
}

fn answer(certificates: &[Vec<u8>]) -> String {
    let certificates: Vec<String> = certificates.iter().map(|der| STANDARD.encode(der)).collect();
    json!({ "certificates": certificates }).to_string()
}

#[actix_web::test]
async fn a_certificate_is_asked_for_by_key_and_pseudonym_and_signed_with() {
    let (licensed, asked) = (Licensed::new(), request(1));
    let leaf = licensed.certificate(asked.public_key(), PARTY, DAY_S);
    let service = Service::start(&asked, 200, answer(&[leaf]));
    let chain = service.asked(TOKEN, &asked, &licensed.root).await.unwrap();
    assert_eq!(chain.leaf().public_key(), asked.public_key());
    assert_eq!(chain.leaf().subject_common_name(), Some(PARTY));
    let verified = chain.verify(std::slice::from_ref(&licensed.root), now());
    assert!(verified.is_ok() && !chain.is_test_only());
    service.server.stop(false).await;
}

#[actix_web::test]
async fn what_is_no_certificate_of_this_request_is_none_and_the_error_names_no_address() {
    let (licensed, asked) = (Licensed::new(), request(1));
    let other_key = request(2);
    let good = || licensed.certificate(asked.public_key(), PARTY, DAY_S);
    let of_other_key = licensed.certificate(other_key.public_key(), PARTY, DAY_S);
    let of_other_name = licensed.certificate(asked.public_key(), "party-2", DAY_S);
    let of_two_days = licensed.certificate(asked.public_key(), PARTY, 2 * DAY_S);
    let of_a_stranger = Licensed::new().certificate(asked.public_key(), PARTY, DAY_S);
    let unread = "the certificate could not be written within the profile";
    for (status, body, why) in [
        (200, answer(&[of_other_key]), "the certificate is for another key"),
        (200, answer(&[of_other_name]), "the certificate is for another name"),
        (200, answer(&[of_two_days]), "the certificate is valid for more than a day"),
        (200, answer(&[of_a_stranger]), "the chain ends at no root of ours"),
        (200, answer(&[]), unread),
        (200, answer(&[b"no certificate".to_vec()]), unread),
        (200, answer(&[good(), good(), good(), good(), good()]), unread),
        (200, "{\"certificates\":[\"!\"]}".to_owned(), "the answer has another form"),
        (200, "a certificate".to_owned(), "the answer has another form"),
        (200, " ".repeat(70_000), "the answer is too long"),
        // Nothing but 200 is an answer, and nobody is sent elsewhere.
        (201, answer(&[good()]), "refused"),
        (202, String::new(), "refused"),
        (308, String::new(), "refused"),
        (422, answer(&[good()]), "refused"),
        (503, String::new(), "refused"),
    ] {
        let service = Service::start(&asked, status, body);
        let error = service.asked(TOKEN, &asked, &licensed.root).await.unwrap_err();
        assert!(error.ends_with(why), "{status}: {error} instead of {why}");
        assert!(!error.contains("127.0.0.1") && !error.contains(PARTY), "{error}");
        service.server.stop(false).await;
    }
    let service = Service::start(&asked, 200, answer(&[good()]));
    let stranger = service.asked("token-of-nobody", &asked, &licensed.root).await;
    assert!(stranger.unwrap_err().ends_with("refused"));
    service.server.stop(false).await;
}

#[actix_web::test]
async fn a_certificate_that_is_marked_test_only_is_refused_from_a_service() {
    let (asked, entropy) = (request(1), SeededEntropy::new(3));
    let built_in = TestAuthority::generate(now(), &entropy).unwrap();
    let chain = built_in.issue(asked.clone(), now(), &entropy).unwrap();
    let ders: Vec<Vec<u8>> = chain.certificates().map(|one| one.der().to_vec()).collect();
    let service = Service::start(&asked, 200, answer(&ders));
    let error = service.asked(TOKEN, &asked, built_in.root()).await.unwrap_err();
    assert!(error.ends_with("the certificate is marked TEST ONLY"), "{error}");
    service.server.stop(false).await;
}
