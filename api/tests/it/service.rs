//! A platform in memory behind the real service, and a client that checks every answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use heqi_api::{Api, ApiSettings, PeerAnswering, Running, StoreGauges, Surroundings};
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::testing::{memory, note_signer};
use heqi_evidence_store::witness::Witness;
use heqi_filing::Office;
use heqi_notify::Templates;
use heqi_notify::signature::Secret;
use heqi_pki::keys::SigningKey;
use heqi_registration::access::{CreateApiKey, create_api_key, hash_of};
use heqi_registration::{Custodian, OrderKey, Platform, Ports, Scope, Settings};
use heqi_service_kit::Listener;
use heqi_testkit::{Cast, FixedClock, SeededEntropy};
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::{Clock, FilingNo, MessageChannel, UtcMillis};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::sync::Notify;

use crate::contract;

/// When every test begins.
pub(crate) const NOON: &str = "2026-11-23T12:05:00.000Z";
pub(crate) const HANDLER: &str = "heqi_filings_0123456789";
pub(crate) const AUDITOR: &str = "heqi_evidence_0123456789";
pub(crate) const OPERATOR: &str = "heqi_coverage_0123456789";
pub(crate) const PEER: &str = "heqi_witness_0123456789";
pub(crate) const OFFICER: &str = "heqi_data_protection_0123456789";
pub(crate) const AUTHORITY: &str = "heqi_legal_hold_0123456789";
pub(crate) const RETURNING: &str = "heqi_custody_return_0123456789";
pub(crate) const LOG: &str = "/log/platform";

/// A running service with everybody around it.
pub(crate) struct Service {
    pub(crate) running: Running,
    pub(crate) platform: Arc<Platform>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) cast: Cast,
    http: reqwest::Client,
    acts: AtomicU32,
}

/// What else the service is given.
#[derive(Default)]
struct Beside {
    witness: Option<Witness>,
    /// Of a gateway, and of whoever receives mail that came back.
    report_secrets: Vec<(MessageChannel, Secret)>,
    /// Time authorities and whom to wake.
    stamped: Option<(Vec<String>, Arc<Notify>)>,
    /// Where people decide who somebody is.
    office: Option<Office>,
    /// The custodian's log that may ask what the platform holds of it.
    asking: Option<VerifierKey>,
    /// A filing that is said to be acted out.
    simulated: Option<FilingNo>,
}

/// What the service answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Service {
    pub(crate) async fn start() -> Self {
        Self::start_with(ApiSettings::default(), None).await
    }

    pub(crate) async fn start_with(settings: ApiSettings, witness: Option<Witness>) -> Self {
        Self::start_on(memory(), None, settings, witness).await
    }

    /// With time authorities that somebody else asks when this is notified.
    pub(crate) async fn start_stamped(authorities: &[&str], demand: Arc<Notify>) -> Self {
        let stamped = Some((authorities.iter().map(ToString::to_string).collect(), demand));
        let beside = Beside { stamped, ..Beside::default() };
        let mut settings = ApiSettings::default();
        settings.alarms.look_every_ms = 20;
        Self::start_all(memory(), None, settings, beside).await
    }

    /// With a custodian whose log has this key and asks what is held of it.
    pub(crate) async fn start_asked(asking: VerifierKey) -> Self {
        let beside = Beside { asking: Some(asking), ..Beside::default() };
        Self::start_all(memory(), None, ApiSettings::default(), beside).await
    }

    /// Where these people decide who somebody is.
    pub(crate) async fn start_reviewing(office: Office) -> Self {
        Self::start_reviewing_with(ApiSettings::default(), office).await
    }

    /// The same with these settings.
    pub(crate) async fn start_reviewing_with(settings: ApiSettings, office: Office) -> Self {
        let beside = Beside { office: Some(office), ..Beside::default() };
        Self::start_all(memory(), None, settings, beside).await
    }

    /// Where a demo acts out the filing of this number.
    pub(crate) async fn start_simulating(number: FilingNo) -> Self {
        let beside = Beside { simulated: Some(number), ..Beside::default() };
        Self::start_all(memory(), None, ApiSettings::default(), beside).await
    }

    /// With somebody who reports of each of these ways.
    pub(crate) async fn start_reporting(report_secrets: Vec<(MessageChannel, Secret)>) -> Self {
        let beside = Beside { report_secrets, ..Beside::default() };
        Self::start_all(memory(), None, ApiSettings::default(), beside).await
    }

    pub(crate) async fn start_on(
        backend: Arc<dyn Backend>,
        store_gauges: Option<StoreGauges>,
        settings: ApiSettings,
        witness: Option<Witness>,
    ) -> Self {
        let beside = Beside { witness, ..Beside::default() };
        Self::start_all(backend, store_gauges, settings, beside).await
    }

    async fn start_all(
        backend: Arc<dyn Backend>,
        store_gauges: Option<StoreGauges>,
        settings: ApiSettings,
        Beside { witness, report_secrets, stamped, office, asking, simulated }: Beside,
    ) -> Self {
        let now: UtcMillis = NOON.parse().unwrap();
        let cast = Cast::new(1, now);
        let clock = Arc::new(FixedClock::new(now));
        let ports = Ports {
            backend,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            entropy: Arc::new(SeededEntropy::labelled(1, "platform")),
            authority: Arc::new(Cast::new(1, now).authority),
        };
        let mut decided = Settings::of_log(note_signer(7).verifier_key().clone());
        decided.witness_keys = vec![cast.witness.verifier_key().clone()];
        decided.mirror_keys = vec![cast.mirror.verifier_key().clone()];
        let [first, second] = &cast.custodians;
        decided.custodians = BTreeMap::from([
            (Custodian::DataCentre, first.key.public_key()),
            (Custodian::Preservation, second.key.public_key()),
        ]);
        let (authorities, stamp_demand) = stamped.unzip();
        if stamp_demand.is_some() {
            // What time stamps are renewed with.
            let (ours, theirs) = (note_signer(7), note_signer(8));
            let anchors = cast.anchors([ours.verifier_key(), theirs.verifier_key()]);
            decided.anchors = Some(Arc::new(anchors));
            let order_key = SigningKey::from_ed25519_seed(&[17; 32]);
            decided.order_key = Some(OrderKey::new(Arc::new(order_key)));
        }
        decided.time_authorities = authorities.unwrap_or_default();
        decided.review_office = office;
        decided.simulated_filings.extend(simulated);
        let platform = Arc::new(Platform::open(ports, decided).await.unwrap());
        for (key, scope) in [
            (HANDLER, Scope::Filings),
            (AUDITOR, Scope::Evidence),
            (OPERATOR, Scope::Coverage),
            (PEER, Scope::Witness),
            (OFFICER, Scope::DataProtection),
            (AUTHORITY, Scope::LegalHold),
            (RETURNING, Scope::CustodyReturn),
        ] {
            let scopes = BTreeSet::from([scope]);
            let label = scope.to_string();
            // What another scope does not look at.
            let custodian = Some(Custodian::DataCentre);
            let command =
                CreateApiKey { label, scopes, custodian, ends_at: None, hash: hash_of(key) };
            create_api_key(&platform, command).await.unwrap();
        }
        let entropy = Arc::new(SeededEntropy::labelled(1, "requests"));
        let mut surroundings = Surroundings::new(Arc::clone(&platform), entropy);
        surroundings.witness = witness.map(Arc::new);
        surroundings.store_gauges = store_gauges;
        surroundings.report_secrets = report_secrets;
        surroundings.templates = Some(Templates::built_in("示例商事文签", "Example Signing"));
        surroundings.stamp_demand = stamp_demand;
        surroundings.peer = asking.map(|asking| PeerAnswering {
            log_key: note_signer(7).verifier_key().clone(),
            log_signer: Arc::new(SigningKey::from_ed25519_seed(&[7; 32])),
            known_logs: vec![asking],
        });
        let listener = Listener::bind("127.0.0.1:0").unwrap();
        let running = Api::start(settings, listener, surroundings).unwrap();
        let http = heqi_service_kit::Trust::Nobody.client().unwrap().build().unwrap();
        Self { running, platform, clock, cast, http, acts: AtomicU32::new(0) }
    }

    /// GET as whoever has `token`.
    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.send(Method::GET, path, token, &[], None).await
    }

    /// POST of JSON under a fresh idempotency key.
    pub(crate) async fn post(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.post_as(token, path, &self.fresh_key(), body).await
    }

    /// POST of JSON under this idempotency key.
    pub(crate) async fn post_as(&self, token: &str, path: &str, key: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        self.send(Method::POST, path, token, &headers, Some(body.to_string().into_bytes())).await
    }

    /// POST of a file under a fresh idempotency key.
    pub(crate) async fn upload(&self, token: &str, path: &str, kind: &str, file: &[u8]) -> Answer {
        let key = self.fresh_key();
        let headers = [("content-type", kind), ("idempotency-key", key.as_str())];
        self.send(Method::POST, path, token, &headers, Some(file.to_vec())).await
    }

    /// Any request; an empty token sends none.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Answer {
        let url = format!("{}{path}", self.running.url());
        let mut request = self.http.request(method.clone(), url);
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            request = request.header(name, HeaderValue::from_str(value).unwrap());
        }
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.unwrap().to_vec();
        let answer = Answer { status, headers, body };
        if method != Method::HEAD {
            let media_type = answer.header("content-type");
            contract::check(method.as_str(), path, status, media_type, &answer.body);
        }
        answer
    }

    /// How many leaves the log has: what must not change when something is refused.
    pub(crate) fn log_size(&self) -> u64 {
        self.platform.backend().log().head().size()
    }

    pub(crate) fn fresh_key(&self) -> String {
        format!("act-{}", self.acts.fetch_add(1, Ordering::Relaxed))
    }

    /// The backend, for what a test looks up beside HTTP.
    pub(crate) fn backend(&self) -> &dyn Backend {
        self.platform.backend()
    }
}

impl Answer {
    /// The body, after the status was compared.
    pub(crate) fn json(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{text}");
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The text of one member, after the status was compared.
    pub(crate) fn text(&self, status: u16, member: &str) -> String {
        let json = self.json(status);
        json[member].as_str().unwrap_or_else(|| panic!("{member} in {json}")).to_owned()
    }

    /// That it is this problem, told in full.
    pub(crate) fn is_problem(&self, status: u16, code: &str) -> Value {
        let problem = self.json(status);
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["type"], format!("urn:heqi:problem:{code}"));
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        for sentence in ["title", "detail", "next_step"] {
            assert!(!problem[sentence].as_str().unwrap().is_empty(), "{sentence} in {problem}");
        }
        problem
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}
