//! A filing with signers, each with a test device of its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::statement::{SignedDocument, SigningStatement};
use heqi_filing::Capacity;
use heqi_pki::keys::Algorithm;
use heqi_registration::access::{authenticate, hash_of};
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::{AsRead, Request, RequestFacts};
use heqi_testkit::{Device, files};
use heqi_vocabulary::{Clock, Digest};
use serde_json::{Value, json};

use crate::service::{Answer, HANDLER, Service};

/// A filing whose parties are invited.
pub(crate) struct Invited {
    pub(crate) filing: String,
    pub(crate) document: String,
    pub(crate) signers: Vec<Signer>,
}

/// One party with its link and its device.
pub(crate) struct Signer {
    pub(crate) filing: String,
    pub(crate) party: String,
    pub(crate) token: String,
    pub(crate) device: Device,
}

/// A signing under way.
pub(crate) struct Begun {
    pub(crate) answer: Value,
    pub(crate) signing: String,
}

/// Names that no problem may ever repeat.
pub(crate) const NAMES: [&str; 4] = ["陈素英", "林嘉伟", "吴敏", "龚𠮷"];
pub(crate) const COMPANY: &str = "杭州示例青穗茶业有限公司";

/// Opens a filing with one document and `count` shareholders and invites all of them.
pub(crate) async fn invited(service: &Service, count: usize) -> Invited {
    let filing = open(service).await;
    let document = attach(service, &filing, "Articles", 2).await.text(201, "document_id");
    let mut signers = Vec::new();
    for (at, name) in NAMES.iter().enumerate().take(count) {
        let path = format!("/api/v1/filings/{filing}/parties");
        let body = json!({ "kind": "person", "name": name, "capacities": ["shareholder"] });
        let party = service.post(HANDLER, &path, &body).await.text(201, "party_id");
        let device = Device::new(Algorithm::Ed25519, 7, &format!("{filing} {at}"));
        signers.push(Signer { filing: filing.clone(), party, token: String::new(), device });
    }
    for signer in &mut signers {
        signer.token = invite(service, &filing, &signer.party).await;
    }
    Invited { filing, document, signers }
}

/// Adds a person under a name that was taken before names had rules: rows keep it, and every page
/// still shows it.
pub(crate) async fn add_as_before(service: &Service, filing: &str, name: &str) -> String {
    let row = json!({ "kind": "person", "name": name });
    let command = AddParty {
        filing: filing.parse().unwrap(),
        who: serde_json::from_value(row).unwrap(),
        capacities: [Capacity::Shareholder].into(),
    };
    let actor = authenticate(&service.platform, hash_of(HANDLER)).await.unwrap();
    let key = service.fresh_key();
    let request = Request {
        actor,
        digest: Digest::of(key.as_bytes()),
        idempotency_key: key.parse().unwrap(),
        facts: RequestFacts {
            client_address: std::net::Ipv4Addr::LOCALHOST.into(),
            forwarded_for: None,
            user_agent: None,
            received_at: service.clock.now(),
        },
        versions: AsRead::Any,
    };
    add_party(&service.platform, &request, command).await.unwrap().party_id.to_string()
}

pub(crate) async fn open(service: &Service) -> String {
    let body =
        json!({ "matter": "establishment", "company_name": COMPANY, "handler_name": "何静" });
    service.post(HANDLER, "/api/v1/filings", &body).await.text(201, "filing_id")
}

pub(crate) async fn attach(service: &Service, filing: &str, title: &str, pages: u32) -> Answer {
    let path = format!("/api/v1/filings/{filing}/documents?title={title}");
    service.upload(HANDLER, &path, "application/pdf", &files::pdf(title, pages)).await
}

pub(crate) async fn invite(service: &Service, filing: &str, party: &str) -> String {
    let path = format!("/api/v1/filings/{filing}/parties/{party}/invitations");
    service.post(HANDLER, &path, &json!({})).await.text(201, "token")
}

impl Signer {
    /// Grants every consent that is asked for.
    pub(crate) async fn consent(&self, service: &Service) {
        let view = service.get(&self.token, "/api/v1/ceremony").await.json(200);
        for asked in view["consents"].as_array().unwrap() {
            let body = json!({
                "kind": asked["kind"], "decision": "granted",
                "text_sha256": asked["text_sha256"], "language": "zh",
            });
            service.post(&self.token, "/api/v1/ceremony/consents", &body).await.json(201);
        }
    }

    /// The body that begins a signing.
    pub(crate) fn key(&self) -> Value {
        json!({ "device_key": STANDARD.encode(self.device.key().public_key().to_spki_der()) })
    }

    pub(crate) async fn begin(&self, service: &Service) -> Begun {
        let answer = service.post(&self.token, "/api/v1/signings", &self.key()).await.json(201);
        let signing = answer["signing_id"].as_str().unwrap().to_owned();
        Begun { answer, signing }
    }

    pub(crate) async fn capture(&self, service: &Service, begun: &Begun, photo: &[u8]) -> Answer {
        service.upload(&self.token, &begun.path("capture"), "image/jpeg", photo).await
    }

    /// The body of a completion over `photo`.
    pub(crate) fn completion(&self, service: &Service, begun: &Begun, photo: &[u8]) -> Value {
        self.completion_of(service, begun.statement(), photo, |_| {})
    }

    /// The same over a statement that a test has changed, before or after the client's
    /// attributes gave it their root.
    pub(crate) fn completion_of(
        &self,
        service: &Service,
        mut statement: SigningStatement,
        photo: &[u8],
        change: impl Fn(&mut SigningStatement),
    ) -> Value {
        let values = Device::values(Digest::of(photo), service.clock.now());
        let client = self.device.attributes(&values);
        statement.client_root = client.root();
        change(&mut statement);
        let envelope = self.device.sign(&statement);
        let client = client.disclose(|_| true).unwrap();
        let object = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
        json!({ "envelope": object(envelope.as_bytes()), "client": object(&client) })
    }

    /// A completion whose device names this handwriting.
    pub(crate) fn completion_naming(
        &self,
        service: &Service,
        begun: &Begun,
        photo: &[u8],
        strokes: &Value,
    ) -> Value {
        let mut values = Device::values(Digest::of(photo), service.clock.now());
        let strokes = (strokes.clone(), heqi_vocabulary::Provenance::Reported);
        values.insert("strokes_sha256", strokes);
        let client = self.device.attributes(&values);
        let mut statement = begun.statement();
        statement.client_root = client.root();
        let envelope = self.device.sign(&statement);
        let client = client.disclose(|_| true).unwrap();
        let object = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
        json!({ "envelope": object(envelope.as_bytes()), "client": object(&client) })
    }

    pub(crate) async fn complete(&self, service: &Service, begun: &Begun, body: &Value) -> Answer {
        service.post(&self.token, &begun.path("complete"), body).await
    }

    /// Everything up to the photo.
    pub(crate) async fn captured(&self, service: &Service, photo: &[u8]) -> Begun {
        self.consent(service).await;
        let begun = self.begin(service).await;
        self.capture(service, &begun, photo).await.json(201);
        begun
    }

    /// The whole ceremony; the receipt.
    pub(crate) async fn sign(&self, service: &Service) -> Value {
        let photo = files::photo(&self.party);
        let begun = self.captured(service, &photo).await;
        let body = self.completion(service, &begun, &photo);
        self.complete(service, &begun, &body).await.json(201)
    }
}

impl Begun {
    pub(crate) fn path(&self, step: &str) -> String {
        format!("/api/v1/signings/{}/{step}", self.signing)
    }

    /// The statement that the answer asks for, without a client root.
    pub(crate) fn statement(&self) -> SigningStatement {
        let read = |member: &str| self.answer[member].clone();
        let documents = read("documents").as_array().unwrap().iter().map(document).collect();
        SigningStatement {
            capacities: serde_json::from_value(read("capacities")).unwrap(),
            certificate_sha256: serde_json::from_value(read("certificate_sha256")).unwrap(),
            challenge: serde_json::from_value(read("challenge")).unwrap(),
            client_root: Digest::of(b"not yet"),
            consents: serde_json::from_value(read("consents")).unwrap(),
            documents,
            intent_sha256: serde_json::from_value(read("intent_sha256")).unwrap(),
            origin: serde_json::from_value(read("origin")).unwrap(),
            party: serde_json::from_value(read("party_id")).unwrap(),
        }
    }
}

fn document(asked: &Value) -> SignedDocument {
    SignedDocument {
        page_images: Vec::new(),
        pages: serde_json::from_value(asked["pages"].clone()).unwrap(),
        sha256: serde_json::from_value(asked["sha256"].clone()).unwrap(),
    }
}
