//! The authority as a client, and as OpenSSL, sees it.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot be set up fails"
)]

use std::process::Command;
use std::sync::Arc;

use heqi_evidence_store::durable_file::Disk;
use heqi_pki::authority::TestTimeAuthority;
use heqi_pki::timestamp::{
    Accuracy, ExchangeError, FailInfo, Nonce, QUERY_MEDIA_TYPE, REPLY_MEDIA_TYPE, TimeRoot,
    TimeStampRequest, TimeStampResponse,
};
use heqi_service_kit::Listener;
use heqi_testkit::{FixedClock, SeededEntropy};
use heqi_time_authority::{Responder, ResponderError, Running, Serials, TimeAuthority};
use heqi_vocabulary::Clock as _;
use tempfile::TempDir;

const POLICY: &str = "1.3.6.1.4.1.32473.1.3161";
const NOW: &str = "2026-11-24T08:00:00.000Z";

struct Authority {
    folder: TempDir,
    clock: Arc<FixedClock>,
    root: TimeRoot,
    root_pem: String,
}

impl Authority {
    fn new() -> (Self, Responder) {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::at(NOW));
        let entropy = SeededEntropy::labelled(1, "time authority");
        let made = TestTimeAuthority::generate("Test", clock.now(), &entropy).unwrap();
        let root = TimeRoot::from_der(made.root().der(), true).unwrap();
        let pem = made.to_pem().unwrap();
        let end = pem.find("-----END CERTIFICATE-----\n").unwrap() + 26;
        let root_pem = pem[..end].to_owned();
        let issuer =
            made.into_issuer(POLICY.parse().unwrap(), Accuracy::from_millis(1000)).unwrap();
        let serials = Serials::open(&folder.path().join("serials"), Disk::default()).unwrap();
        let own = Self { folder, clock: Arc::clone(&clock), root: root.clone(), root_pem };
        let responder = Responder::new(issuer, vec![root], serials, clock, &entropy).unwrap();
        (own, responder)
    }
}

fn request(stamped: &[u8]) -> TimeStampRequest {
    let nonce = Nonce::random(&SeededEntropy::labelled(2, "nonce"));
    TimeStampRequest::over(stamped, Some(POLICY.parse().unwrap()), nonce)
}

fn refusal(request: &TimeStampRequest, answer: &[u8]) -> Option<FailInfo> {
    match request.accept(answer) {
        Err(ExchangeError::Refused(refusal)) => refusal.failure,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_request_gets_a_token_and_every_token_another_number() {
    let (authority, responder) = Authority::new();
    let mut numbers = Vec::new();
    for _ in 0..3 {
        let asked = request(b"note");
        let token = asked.accept(&responder.answer(&asked.to_der())).unwrap();
        let verified = token.verify(b"note", std::slice::from_ref(&authority.root)).unwrap();
        assert_eq!(verified.at(), authority.clock.now());
        numbers.push(verified.info().serial_hex());
    }
    // The authority stamped itself the first.
    assert_eq!(numbers, ["02", "03", "04"]);
}

#[test]
fn refusals_name_their_reason() {
    let (authority, responder) = Authority::new();
    let asked = request(b"note");
    let other = TimeStampRequest::over(
        b"note",
        Some("1.2.3".parse().unwrap()),
        Nonce::random(&SeededEntropy::labelled(3, "nonce")),
    );
    assert_eq!(
        refusal(&asked, &responder.answer(&other.to_der())),
        Some(FailInfo::UnacceptedPolicy)
    );
    assert_eq!(refusal(&asked, &responder.answer(b"hello")), Some(FailInfo::BadDataFormat));
    assert_eq!(refusal(&asked, &responder.answer(&[0x30; 5000])), Some(FailInfo::BadRequest));

    authority.clock.set(authority.clock.now().plus_millis(-1_000));
    assert_eq!(
        refusal(&asked, &responder.answer(&asked.to_der())),
        Some(FailInfo::TimeNotAvailable)
    );
    authority.clock.set(authority.clock.now().plus_millis(2_000));
    assert!(asked.accept(&responder.answer(&asked.to_der())).is_ok());
    authority.clock.set(authority.clock.now().plus_millis(11 * 365 * 24 * 3_600_000));
    assert_eq!(
        refusal(&asked, &responder.answer(&asked.to_der())),
        Some(FailInfo::TimeNotAvailable)
    );
}

#[test]
fn an_authority_nobody_would_believe_does_not_begin() {
    let clock = FixedClock::at(NOW);
    let entropy = SeededEntropy::labelled(1, "time authority");
    let made = TestTimeAuthority::generate("Test", clock.now(), &entropy).unwrap();
    let issuer = made.into_issuer(POLICY.parse().unwrap(), Accuracy::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let serials = Serials::open(&folder.path().join("serials"), Disk::default()).unwrap();
    let refused = Responder::new(issuer, Vec::new(), serials, Arc::new(clock), &entropy);
    assert!(matches!(refused, Err(ResponderError::NotBelieved(_))));
}

fn started(responder: Responder) -> Running {
    let entropy = Arc::new(SeededEntropy::labelled(4, "requests"));
    TimeAuthority::start(responder, Listener::bind("127.0.0.1:0").unwrap(), entropy).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_it_is_rfc_3161_section_3_4() {
    let (authority, responder) = Authority::new();
    let running = started(responder);
    let client = heqi_service_kit::Trust::Nobody.client().unwrap().build().unwrap();
    let post = |media_type: &'static str, body: Vec<u8>| {
        client.post(running.url()).header("content-type", media_type).body(body).send()
    };
    let asked = request(b"note");
    let answer = post(QUERY_MEDIA_TYPE, asked.to_der()).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], REPLY_MEDIA_TYPE);
    let token = asked.accept(&answer.bytes().await.unwrap()).unwrap();
    token.verify(b"note", &[authority.root]).unwrap();

    assert_eq!(post("application/json", asked.to_der()).await.unwrap().status(), 415);
    assert_eq!(post(QUERY_MEDIA_TYPE, vec![0; 100_000]).await.unwrap().status(), 413);
    assert_eq!(client.get(running.url()).send().await.unwrap().status(), 404);
    assert_eq!(
        client.get(format!("{}/healthz", running.url())).send().await.unwrap().status(),
        200
    );
    running.stop().await;
}

#[test]
fn openssl_accepts_what_the_responder_answers() {
    let installed = Command::new("openssl").arg("version").output();
    if !installed.is_ok_and(|output| output.status.success()) {
        return;
    }
    let (authority, responder) = Authority::new();
    let here = authority.folder.path();
    let run = |arguments: &str| {
        let output =
            Command::new("openssl").args(arguments.split(' ')).current_dir(here).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), said)
    };
    std::fs::write(here.join("note"), b"note").unwrap();
    std::fs::write(here.join("root.pem"), &authority.root_pem).unwrap();
    for options in ["-sha256 -cert", "-sha512 -cert -no_nonce"] {
        assert!(run(&format!("ts -query -data note {options} -out q.tsq")).0);
        let answer = responder.answer(&std::fs::read(here.join("q.tsq")).unwrap());
        assert!(matches!(TimeStampResponse::from_der(&answer), Ok(TimeStampResponse::Granted(_))));
        std::fs::write(here.join("r.tsr"), &answer).unwrap();
        let seconds = authority.clock.now().unix_seconds();
        let verify =
            format!("ts -verify -queryfile q.tsq -in r.tsr -CAfile root.pem -attime {seconds}");
        let (ok, said) = run(&verify);
        assert!(ok, "{said}");
    }
}
