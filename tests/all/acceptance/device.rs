//! A client of the platform's HTTP interface and a test device that signs over it: what an
//! integrator and a phone do, written once more, apart from the client that ships.
//!
//! `crates/heqi/tests/it` includes this file too, so it uses only crates that both have.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::statement::{SignedDocument, SigningStatement};
use heqi_pki::keys::Algorithm;
use heqi_testkit::{Device, files};
use heqi_vocabulary::{Clock, Digest};
use serde_json::{Value, json};

/// One service, called with whatever credential a call has.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) http: reqwest::Client,
    base: String,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The body, after the status was compared.
    pub(crate) fn ok(self) -> Vec<u8> {
        assert!(self.status < 300, "{} {}", self.status, self.text());
        self.body
    }

    pub(crate) fn json(self) -> Value {
        serde_json::from_slice(&self.ok()).unwrap()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Client {
    pub(crate) fn of(base: &str) -> Self {
        let http = heqi_service_kit::Trust::Nobody.client().unwrap().build().unwrap();
        Self { http, base: base.to_owned() }
    }

    /// GET as whoever has `token`; an empty one sends none.
    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.send(self.http.get(format!("{}{path}", self.base)), token).await
    }

    /// POST of JSON; the body's digest and the path are the idempotency key, so nothing is
    /// ever done twice.
    pub(crate) async fn post(&self, token: &str, path: &str, body: &Value) -> Value {
        let body = body.to_string().into_bytes();
        self.upload(token, path, "application/json", body).await
    }

    /// POST of a file.
    pub(crate) async fn upload(
        &self,
        token: &str,
        path: &str,
        media_type: &str,
        body: Vec<u8>,
    ) -> Value {
        let key = Digest::of(format!("{token} {path} {}", Digest::of(&body)).as_bytes());
        let request = self.http.post(format!("{}{path}", self.base));
        let request = request.header("content-type", media_type);
        let request = request.header("idempotency-key", key.to_string()).body(body);
        self.send(request, token).await.json()
    }

    /// POST of anything as anything; whatever was answered.
    #[allow(dead_code, reason = "one of the two test binaries that include this file uses it")]
    pub(crate) async fn raw(
        &self,
        token: &str,
        path: &str,
        media_type: &str,
        body: Vec<u8>,
    ) -> Answer {
        let request = self.http.post(format!("{}{path}", self.base));
        let key = Digest::of(format!("{path} {media_type}").as_bytes()).to_string();
        let request = request.header("content-type", media_type).header("idempotency-key", key);
        self.send(request.body(body), token).await
    }

    async fn send(&self, request: reqwest::RequestBuilder, token: &str) -> Answer {
        let request = if token.is_empty() { request } else { request.bearer_auth(token) };
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, body: response.bytes().await.unwrap().to_vec() }
    }
}

/// The whole ceremony of the signer with this token; the receipt.
pub(crate) async fn sign(client: &Client, token: &str, clock: &dyn Clock) -> Value {
    consent(client, token).await;
    let device = Device::new(Algorithm::Ed25519, 7, token);
    let key = STANDARD.encode(device.key().public_key().to_spki_der());
    let begun = client.post(token, "/api/v1/signings", &json!({ "device_key": key })).await;
    let path = format!("/api/v1/signings/{}", begun["signing_id"].as_str().unwrap());
    let photo = files::photo(token);
    client.upload(token, &format!("{path}/capture"), "image/jpeg", photo.clone()).await;

    let client_attributes = device.attributes(&Device::values(Digest::of(&photo), clock.now()));
    let envelope = device.sign(&statement(&begun, client_attributes.root()));
    let disclosed = client_attributes.disclose(|_| true).unwrap();
    let object = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
    let body = json!({ "envelope": object(envelope.as_bytes()), "client": object(&disclosed) });
    client.post(token, &format!("{path}/complete"), &body).await
}

/// Grants every consent that is asked for.
pub(crate) async fn consent(client: &Client, token: &str) {
    let view = client.get(token, "/api/v1/ceremony").await.json();
    for asked in view["consents"].as_array().unwrap() {
        let body = json!({
            "kind": asked["kind"], "decision": "granted",
            "text_sha256": asked["text_sha256"], "language": asked["language"],
        });
        client.post(token, "/api/v1/ceremony/consents", &body).await;
    }
}

/// The statement that the platform asks for.
fn statement(begun: &Value, client_root: Digest) -> SigningStatement {
    fn read<T: serde::de::DeserializeOwned>(value: &Value) -> T {
        serde_json::from_value(value.clone()).unwrap()
    }
    SigningStatement {
        capacities: read(&begun["capacities"]),
        certificate_sha256: read(&begun["certificate_sha256"]),
        challenge: read(&begun["challenge"]),
        client_root,
        consents: read(&begun["consents"]),
        documents: begun["documents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|asked| SignedDocument {
                page_images: read(&asked["page_images"]),
                pages: read(&asked["pages"]),
                sha256: read(&asked["sha256"]),
            })
            .collect(),
        intent_sha256: read(&begun["intent_sha256"]),
        origin: read(&begun["origin"]),
        party: read(&begun["party_id"]),
    }
}
