//! A provider of identity over real HTTP that is down, and one that lies about its key: neither
//! is a yes, both lead to a reviewer, and the filing goes on when the reviewer has decided.

use std::sync::Arc;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use heqi_evidence::attestation::{Answer, Attestation, PersonOutcome, Question};
use heqi_evidence::canonical;
use heqi_evidence::statement::Statement as _;
use heqi_filing::{Office, OfficeKind, ReviewReason};
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_providers::HttpIdentityProvider;
use heqi_providers::identity::ProviderSettings;
use heqi_registration::case_queue::case_queue;
use heqi_registration::decide_case::{DecideCase, Decision, decide_case};
use heqi_registration::ports::IdentityPorts;
use heqi_registration::request::{StaffMember, StaffRole};
use heqi_registration::staff::password::Password;
use heqi_registration::staff::{CreateStaff, create_staff};
use heqi_registration::{Actor, AsRead, Request, RequestFacts, verify_identity};
use heqi_service_kit::Trust;
use heqi_service_kit::system::SystemClock;
use heqi_testkit::{SeededEntropy, files};
use heqi_vocabulary::{Clock as _, Digest};
use serde_json::{Value, json};

use super::house::{House, STAFF, Second};

const NAME: &str = "示例实名";

fn registry() -> Office {
    Office {
        kind: OfficeKind::Registry, name: "杭州市临安区市场监督管理局".parse().unwrap()
    }
}

/// A provider at this address, believed by the key of this seed.
fn asked_at(url: &str, seed: u64) -> IdentityPorts {
    let entropy = SeededEntropy::labelled(seed, "provider");
    let settings = ProviderSettings {
        provider: NAME.to_owned(),
        url: url.to_owned(),
        token: "token".to_owned().into(),
        trust: Trust::Nobody,
        keys: vec![SigningKey::generate(Algorithm::Ed25519, &entropy).public_key()],
    };
    let provider = HttpIdentityProvider::new(settings, Arc::new(SystemClock)).unwrap();
    IdentityPorts { real_name: Some(Arc::new(provider)), ..IdentityPorts::default() }
}

/// Says yes to everything, signed by the key of seed 1; its address.
fn says_yes() -> String {
    async fn answer(_: HttpRequest, body: web::Bytes) -> HttpResponse {
        let question: Question = canonical::parse(&body).unwrap();
        let key = SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::labelled(1, "provider"));
        let attestation = Attestation {
            answer: Answer::Person { outcome: PersonOutcome::Matches },
            answered_at: SystemClock.now(),
            provider: NAME.to_owned(),
            question_sha256: question.digest().unwrap(),
        };
        let bytes = attestation.sign(&key).unwrap().as_bytes().to_vec();
        HttpResponse::Ok().content_type("application/vnd.dsse+json").body(bytes)
    }
    let server = HttpServer::new(|| App::new().route("/questions", web::post().to(answer)))
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    tokio::spawn(server.run());
    url
}

/// One party signs and everybody confirms; the filing's address.
async fn signed(house: &House) -> String {
    let staff = &house.client;
    let body = json!({ "matter": "establishment", "company_name": "杭州示例青穗茶业有限公司" });
    let opened = staff.post(STAFF, "/api/v1/filings", &body).await;
    let base = format!("/api/v1/filings/{}", opened["filing_id"].as_str().unwrap());
    let path = format!("{base}/documents?title=Articles");
    staff.upload(STAFF, &path, "application/pdf", files::pdf("Articles", 2)).await;
    let party = json!({ "kind": "person", "name": "陈素英", "capacities": ["shareholder"] });
    let added = staff.post(STAFF, &format!("{base}/parties"), &party).await;
    let party = format!("{base}/parties/{}", added["party_id"].as_str().unwrap());
    let invited = staff.post(STAFF, &format!("{party}/invitations"), &json!({})).await;
    let token = invited["token"].as_str().unwrap().to_owned();
    let body = json!({ "mobile": "13800000001", "id_number": "11010519491231002X" });
    staff.post(STAFF, &format!("{party}/contact"), &body).await;
    for item in verify_identity::lease(&house.platform, 60_000, 10).await.unwrap() {
        verify_identity::verify_identity(&house.platform, &item).await.unwrap();
    }
    house.all_sign(std::slice::from_ref(&token)).await;
    let view = staff.get(STAFF, &base).await.json();
    let body = json!({ "shown_sha256": view["shown_sha256"] });
    staff.post(&token, &format!("{party}/confirmation"), &body).await;
    base
}

async fn view(house: &House, filing: &str) -> Value {
    house.client.get(STAFF, filing).await.json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_down_or_lies_about_its_key_is_no_yes_and_a_reviewer_lets_it_go_on() {
    // Nobody answers at port 9; the other one is believed by another key than it has.
    let lying = says_yes();
    for ports in [asked_at("http://127.0.0.1:9", 1), asked_at(&lying, 2)] {
        let house = House::start_with(Second::Real, Some((registry(), ports))).await;
        let filing = signed(&house).await;
        assert_eq!(view(&house, &filing).await["state"]["status"], "reviewing");

        let command = CreateStaff {
            login: "li.na".parse().unwrap(),
            name: "李娜".parse().unwrap(),
            office: registry(),
            role: StaffRole::Reviewer,
            password: Password::new("correct horse battery".into()).unwrap(),
        };
        let account = create_staff(&house.platform, command).await.unwrap();
        let (office, role) = (registry(), StaffRole::Reviewer);
        let reviewer = Actor::Staff(StaffMember { account, office, role });
        let case = case_queue(&house.platform, &reviewer).await.unwrap().remove(0);
        assert!(case.reasons.contains(&ReviewReason::ProviderUnreachable));
        assert!(case.reasons.contains(&ReviewReason::IdentityUnverified));
        let request = Request {
            actor: reviewer,
            idempotency_key: "decision-1".parse().unwrap(),
            digest: Digest::of(b"decision"),
            facts: RequestFacts {
                client_address: std::net::Ipv4Addr::LOCALHOST.into(),
                forwarded_for: None,
                user_agent: None,
                received_at: SystemClock.now(),
            },
            versions: AsRead::Any,
        };
        let grounds = "见到本人和证件原件".parse().unwrap();
        let decision = DecideCase { case: case.case, decision: Decision::Accept, grounds };
        decide_case(&house.platform, &request, decision).await.unwrap();
        assert_eq!(view(&house, &filing).await["state"]["status"], "confirmed");
        house.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_believed_is_named_in_what_everybody_holds() {
    let ports = asked_at(&says_yes(), 1);
    let house = House::start_with(Second::Real, Some((registry(), ports))).await;
    let filing = signed(&house).await;
    let whole = view(&house, &filing).await;
    assert_eq!(whole["parties"][0]["identity"], "answered");
    // Nobody has compared the faces: a person must.
    assert_eq!(whole["state"]["status"], "reviewing");
    house.stop().await;
}
