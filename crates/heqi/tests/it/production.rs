//! `profile = "production"`: two organisations over mutual TLS, a licensed authority, a key
//! service; and what production refuses, one thing at a time.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::key_change::{KeyChange, KeyRole};
use heqi_evidence::leaf::LogLeaf;
use heqi_pki::dsse::Envelope;
use heqi_pki::keys::SigningKey;
use heqi_service_kit::tls::{Identity, Peer, PeerTlsSettings, TlsSettings};
use heqi_service_kit::{ApiKey, SystemClock, SystemEntropy, Trust};
use heqi_testkit::files;
use heqi_vocabulary::Digest;
use serde_json::{Value, json};

use crate::agents::{Authority, Gateway, TOKEN, key_service};
use crate::device::{self, Client};
use crate::program::{Folder, heqi, until_some};
use crate::rotated::entries;

mod service;
mod settings;

pub(crate) use service::Service;
use settings::settings;

pub(crate) const NAMES: [&str; 3] = ["platform", "notary", "preservation"];

/// Three folders with keys and settings, nothing running.
pub(crate) struct Organisations {
    folder: Folder,
    pub(crate) ports: [u16; 3],
    settings: [String; 3],
    staff: String,
    gateway: Gateway,
}

/// The signer's.
const MOBILE: &str = "13800000001";

pub(crate) fn host(organisation: &str) -> String {
    format!("{organisation}.heqi.internal")
}

impl Organisations {
    pub(crate) fn make() -> Self {
        let folder = Folder::new();
        let authority = Authority::start();
        let service = key_service(folder.path());
        // All three are known before any of them listens.
        let free = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let ports = free.each_ref().map(|one| one.local_addr().unwrap().port());
        drop(free);
        for organisation in NAMES {
            let data = folder.path().join(organisation);
            let keys = data.join("keys");
            let origin = format!("{}/2026", host(organisation));
            let line = ["keys", "generate", "--organisation", organisation, "--name", &origin];
            heqi(&[&line[..], &[keys.to_str().unwrap()]].concat()).exits(0);
            certify(&data, &host(organisation), None);
            let key_service =
                json!({ "url": service, "key": organisation, "token_file": "key-service.token" });
            write(&keys.join("key-service.json"), &key_service.to_string());
            write(&keys.join("key-service.token"), TOKEN);
        }
        write(&folder.path().join("authority.pem"), &authority.root_pem);
        write(&folder.path().join("authority.token"), TOKEN);
        let deposits = ApiKey::generate("deposits".parse().unwrap(), &SystemEntropy);
        write(&folder.path().join("deposits.key"), deposits.expose());
        let gateway = Gateway::start(&folder.path().join("sms-gateway.secret"));
        let settings = settings(folder.path(), ports, (&authority, &gateway));
        for (organisation, text) in NAMES.iter().zip(&settings) {
            write(&folder.path().join(format!("{organisation}.toml")), text);
        }
        let made = Self { folder, ports, settings, staff: String::new(), gateway };
        let config = made.config("platform");
        let line = ["admin", "create-key", "--config", &config, "--label", "staff"];
        let scopes = ["--scopes", "filings,evidence,coverage"];
        let key = heqi(&[&line[..], &scopes].concat()).exits(0);
        let staff = key.out.lines().nth(1).unwrap().to_owned();
        Self { staff, ..made }
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    fn config(&self, organisation: &str) -> String {
        self.path(&format!("{organisation}.toml")).to_str().unwrap().to_owned()
    }

    fn url(&self, organisation: &str) -> String {
        let place = NAMES.iter().position(|name| *name == organisation).unwrap();
        format!("https://127.0.0.1:{}", self.ports[place])
    }

    /// A person's client: believes the organisation's root, shows no certificate.
    pub(crate) fn client(&self, organisation: &str) -> Client {
        let trust = Trust::roots(&self.path(&format!("{organisation}/keys/tls-root.pem"))).unwrap();
        let mut client = Client::of(&self.url(organisation));
        client.http = trust.client().unwrap().tls_info(true).build().unwrap();
        client
    }

    /// What a caller with this certificate gets from the notary, believing these roots of
    /// it under this name.
    async fn asks_notary(&self, certificate: &Path, roots: &Path, name: &str) -> Option<u16> {
        let url = format!("{}/deposits", self.url("notary"));
        asks(&url, certificate, roots, name).await
    }

    /// Runs a service with other settings, to its end; the reasons it gives.
    fn refuses(&self, organisation: &str, settings: &str) -> Vec<String> {
        let file = self.path("refused.toml");
        write(&file, settings);
        let command = if organisation == "platform" { "platform" } else { "notary" };
        let ran = heqi(&[command, "--config", file.to_str().unwrap()]).exits(1);
        assert!(ran.errors.contains("profile = \"production\" is refused"), "{}", ran.errors);
        let reasons: Vec<&str> = ran.errors.lines().skip(1).collect();
        let mut codes = Vec::new();
        for pair in reasons.chunks(2) {
            let code = |line: &str| line.split(['[', ']']).nth(1).unwrap().to_owned();
            assert!(pair[0].ends_with('。') && pair[1].ends_with('.'), "{pair:?}");
            assert_eq!(code(pair[0]), code(pair[1]));
            codes.push(code(pair[0]));
        }
        codes
    }
}

/// What a caller with this certificate gets for a POST, believing these roots of the service under
/// this name.
pub(crate) async fn asks(url: &str, certificate: &Path, roots: &Path, name: &str) -> Option<u16> {
    let identity = TlsSettings { certificate_file: certificate.to_owned(), key_file: None };
    let peer = PeerTlsSettings { roots_file: roots.to_owned(), name: name.to_owned() };
    let trust = Trust::Peer {
        peer: Arc::new(Peer::load(&peer).unwrap()),
        identity: Some(Arc::new(Identity::load(&identity).unwrap())),
    };
    let http = trust.client().unwrap().build().unwrap();
    let sent = http.post(url).send().await;
    sent.ok().map(|answer| answer.status().as_u16())
}

fn write(file: &Path, text: &str) {
    std::fs::write(file, text).unwrap();
}

/// `heqi keys tls` for this name; with `root`, under that one.
pub(crate) fn certify(data: &Path, name: &str, root: Option<&Path>) -> String {
    let mut line = vec!["keys", "tls", "--data", data.to_str().unwrap(), "--name", name];
    line.extend(["--name", "127.0.0.1", "--yes"]);
    if let Some(root) = root {
        line.extend(["--root", root.to_str().unwrap()]);
    }
    heqi(&line).exits(0).out
}

/// Somebody signs; the receipt once both custodians hold the record.
pub(crate) async fn signed_and_held(
    made: &Organisations,
    platform: &Client,
    company: &str,
) -> Value {
    let staff = &made.staff;
    let opening = json!({ "matter": "establishment", "company_name": company });
    // Until the custodians have been heard nothing is written.
    until_some("the platform to be ready", async || {
        (platform.get("", "/readyz").await.status == 200).then_some(())
    })
    .await;
    let filing = platform.post(staff, "/api/v1/filings", &opening).await;
    let base = format!("/api/v1/filings/{}", filing["filing_id"].as_str().unwrap());
    let path = format!("{base}/documents?title=Articles");
    platform.upload(staff, &path, "application/pdf", files::pdf(company, 1)).await;
    let party = json!({ "kind": "person", "name": "陈素英", "capacities": ["shareholder"] });
    let added = platform.post(staff, &format!("{base}/parties"), &party).await;
    let party = format!("{base}/parties/{}", added["party_id"].as_str().unwrap());
    // By the link alone nobody comes in, so nobody is invited who cannot be sent a code.
    let path = format!("{party}/invitations");
    let refused = platform.raw(staff, &path, "application/json", b"{}".to_vec()).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert!(refused.text().contains("contact_missing"), "{}", refused.text());
    platform.post(staff, &format!("{party}/contact"), &json!({ "mobile": MOBILE })).await;
    let token = platform.post(staff, &path, &json!({})).await["token"].as_str().unwrap().to_owned();
    let outside = platform.get(&token, "/api/v1/ceremony").await;
    assert!(outside.text().contains("code_required"), "{}", outside.text());
    platform.post(&token, "/api/v1/ceremony/code", &json!({ "language": "zh" })).await;
    let code = until_some("a code", async || made.gateway.code_to(MOBILE)).await;
    platform.post(&token, "/api/v1/ceremony/code/check", &json!({ "code": code })).await;
    let signed = device::sign(platform, &token, &SystemClock).await;
    let record = signed["record_id"].as_str().unwrap().to_owned();
    until_some("the record to be held twice", async || {
        let receipt = platform.get(staff, &format!("/api/v1/receipts/{record}")).await.json();
        let held = receipt["deposited"]["held"] == 2 && receipt["deposited"]["of"] == 2;
        (held && receipt["mirrored"].is_object()).then_some(receipt)
    })
    .await
}

/// SHA-256 of the certificate that a new connection is shown.
async fn shown_by(made: &Organisations, organisation: &str) -> Digest {
    let client = made.client(organisation).http;
    let answer = client.get(format!("{}/healthz", made.url(organisation))).send().await.unwrap();
    let info = answer.extensions().get::<reqwest::tls::TlsInfo>().unwrap();
    Digest::of(info.peer_certificate().unwrap())
}

#[tokio::test]
async fn two_organisations_work_over_mutual_tls_and_a_certificate_is_renewed_while_they_run() {
    let made = Organisations::make();
    let services = NAMES.map(|organisation| Service::start(&made, organisation));
    let platform = made.client("platform");
    let receipt = signed_and_held(&made, &platform, "杭州青穗茶业有限公司").await;

    // The bundle proves itself, and nothing in it is for tests.
    let record = receipt["record_id"].as_str().unwrap();
    let bundle = platform.get(&made.staff, &format!("/api/v1/records/{record}/bundle")).await.ok();
    std::fs::write(made.path("bundle.heqi.zip"), bundle).unwrap();
    let anchors = made.client("notary").get("", "/anchors.json").await.ok();
    std::fs::write(made.path("anchors.json"), anchors).unwrap();
    let (bundle, anchors) = (made.path("bundle.heqi.zip"), made.path("anchors.json"));
    let files = [bundle.to_str().unwrap(), "--anchors", anchors.to_str().unwrap()];
    let ran = heqi(&[&["verify", "--lang", "en"], &files[..]].concat()).exits(0);
    assert!(!ran.out.contains("TEST ONLY"), "{}", ran.out);

    // Browsers that were here once come by TLS alone.
    for organisation in NAMES {
        let healthz = format!("{}/healthz", made.url(organisation));
        let answer = made.client(organisation).http.get(healthz).send().await.unwrap();
        let strict = answer.headers().get("strict-transport-security").unwrap();
        assert_eq!(strict, "max-age=31536000", "{organisation}");
    }

    // Who shows no certificate is nobody; whose is not the peer's does not come in at all.
    let notary = made.client("notary");
    for (client, path) in [
        (&notary, "/deposits"),
        (&notary, "/witness/add-checkpoint"),
        (&notary, "/peer/standing"),
        (&platform, "/witness/add-checkpoint"),
        (&platform, "/peer/standing"),
    ] {
        let refused = client.raw("", path, "text/plain", b"x".to_vec()).await;
        assert_eq!(refused.status, 403, "{path} {}", refused.text());
        assert!(refused.text().contains("peer_certificate_required"), "{}", refused.text());
    }
    let (own, root) = (made.path("platform/keys/tls.pem"), made.path("notary/keys/tls-root.pem"));
    let name = host("notary");
    assert_eq!(made.asks_notary(&own, &root, &name).await, Some(401), "only the key is missing");
    let stranger = made.path("stranger");
    certify(&stranger, &host("platform"), None);
    let wrong_root = stranger.join("keys/tls.pem");
    assert_eq!(made.asks_notary(&wrong_root, &root, &name).await, None, "another root");
    let namesake = made.path("namesake");
    certify(&namesake, &host("other"), Some(&made.path("platform/keys")));
    let wrong_name = namesake.join("keys/tls.pem");
    assert_eq!(made.asks_notary(&wrong_name, &root, &name).await, None, "another name");
    let other_root = stranger.join("keys/tls-root.pem");
    assert_eq!(made.asks_notary(&own, &other_root, &name).await, None, "a false notary");
    assert_eq!(made.asks_notary(&own, &root, &host("other")).await, None, "a notary of that name");

    // Renewed while it runs: shown, used, and in the log.
    let before = shown_by(&made, "platform").await;
    let changes = made.path("platform/keys/changes");
    assert!(!changes.exists(), "the first certificate changes nothing");
    certify(&made.path("platform"), &host("platform"), None);
    services[0].signal("-HUP");
    let after = until_some("the new certificate", async || {
        let shown = shown_by(&made, "platform").await;
        (shown != before).then_some(shown)
    })
    .await;
    let statement = until_some("the statement of the change", async || {
        let file = std::fs::read_dir(&changes).ok()?.next()?.unwrap().path();
        Envelope::from_json(&std::fs::read(file).unwrap()).ok()
    })
    .await;
    let payload = statement.unverified_payload();
    let change: KeyChange = heqi_evidence::canonical::parse(payload).unwrap();
    assert_eq!(change.role, KeyRole::Tls);
    assert_eq!((change.old_key, change.new_key), (before.to_string(), after.to_string()));
    signed_and_held(&made, &made.client("platform"), "杭州云栖投资有限公司").await;
    // The log is served over the same connection.
    let leaf = LogLeaf::Statement(Digest::of(statement.as_bytes())).to_bytes();
    let leaves = entries(&platform).await;
    assert_eq!(leaves.iter().filter(|entry| **entry == leaf).count(), 1, "it is one leaf");
    let log = std::fs::read_to_string(made.path("platform.log")).unwrap();
    assert!(log.contains("the change of the TLS certificate is in the log"), "{log}");
    services.into_iter().for_each(Service::end);
}

#[test]
fn production_refuses_one_thing_at_a_time_by_name_in_both_languages() {
    let made = Organisations::make();
    let [platform, notary, _] = &made.settings;
    let without = |text: &str, from: &str, lines: usize| {
        let all: Vec<&str> = text.lines().collect();
        let at = all.iter().position(|line| line.starts_with(from)).unwrap();
        [&all[..at], &all[at + lines..]].concat().join("\n")
    };
    let check = |organisation: &str, settings: &str, codes: &[&str]| {
        assert_eq!(made.refuses(organisation, settings), codes, "{settings}");
    };
    check("platform", &without(platform, "[certificate_authority]", 4), &["test_authority"]);
    check("platform", &without(platform, "[names]", 6), &["made_up_names"]);
    check("platform", &without(platform, "[identity.review]", 3), &["nobody_reviews"]);
    // Without codes, and without anybody who could send one.
    let by_link_alone = platform.replace("code_required = true", "code_required = false");
    check("platform", &by_link_alone, &["codes_optional"]);
    check("platform", &without(platform, "code_required", 1), &["codes_optional"]);
    check("platform", &without(platform, "[notify]", 9), &["codes_optional"]);
    let made_up = platform.replace("杭州市临安区市场监督管理局", "示例市场监督管理局");
    check("platform", &made_up, &["made_up_names"]);
    let provider = format!(
        "[[identity_providers]]\nkey = \"{}\"\norganisation = \"演示\"\nprovider = \"演示\"\ntest_only = true\n\
         validity = {{ valid_from = \"2026-01-01T00:00:00.000Z\" }}\n",
        STANDARD.encode(SigningKey::from_ed25519_seed(&[9; 32]).public_key().to_spki_der())
    );
    check("notary", &format!("{notary}{provider}"), &["test_provider"]);
    check("platform", &platform.replace("杭州公证处", "示例公证处"), &["made_up_names"]);
    check("platform", &without(platform, "[tls]", 2), &["plain_listener"]);
    check("platform", &without(platform, "tls = ", 1), &["plain_peer"]);
    let reserved = platform.replace("platform.heqi.internal/2026", "platform.example/2026");
    check("platform", &reserved, &["demo_name"]);
    let plain = [
        "[[time_authorities]]\nlabel = \"a\"\nurl = \"http://127.0.0.1:9\"\nroots = []\n",
        "[[time_authorities]]\nlabel = \"a\"\nurl = \"https://127.0.0.1:9\"\nroots = []\n\
         tls = { roots_file = \"x\", name = \"a\" }\n",
    ];
    check("platform", &format!("{platform}{}", plain[0]), &["plain_peer"]);
    // Complete in form: the roots that are not there are another complaint.
    let file = made.path("refused.toml");
    write(&file, &format!("{platform}{}", plain[1]));
    let ran = heqi(&["platform", "--config", file.to_str().unwrap()]).exits(1);
    assert!(ran.errors.contains("cannot be read"), "{}", ran.errors);

    check("notary", &notary.replace("test_only = false", "test_only = true"), &["test_root"]);
    check("notary", &without(notary, "[tls]", 2), &["plain_listener"]);
    check("notary", &without(notary, "tls = ", 1), &["plain_peer"]);
    check("notary", &notary.replace("杭州公证处", "示例公证处"), &["made_up_names"]);

    let demo = made.path("platform/keys/demo.json");
    write(&demo, "{}");
    check("platform", platform, &["demo_keys"]);
    std::fs::remove_file(&demo).unwrap();
    for (organisation, settings) in [("platform", platform), ("notary", notary)] {
        let file = made.path(&format!("{organisation}/keys/key-service.json"));
        std::fs::remove_file(&file).unwrap();
        check(organisation, settings, &["key_file"]);
    }
    let file = made.path("time.toml");
    let settings = "profile = \"production\"\ndata_dir = \"x\"\nlisten = \"127.0.0.1:0\"\n";
    write(&file, settings);
    let ran = heqi(&["time-authority", "--config", file.to_str().unwrap()]).exits(1);
    assert!(ran.errors.contains("[test_time_authority]"), "{}", ran.errors);
    // What is not loopback is refused without TLS, whatever the profile.
    let open = "data_dir = \"x\"\nlisten = \"0.0.0.0:0\"\n";
    write(&file, open);
    let ran = heqi(&["time-authority", "--config", file.to_str().unwrap()]).exits(1);
    assert!(ran.errors.contains("plain HTTP would show everything"), "{}", ran.errors);
}
