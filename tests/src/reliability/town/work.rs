//! What goes on while faults happen: clerks who open filings, signers who sign.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::statement::{SignedDocument, SigningStatement};
use heqi_pki::keys::Algorithm;
use heqi_service_kit::SystemClock;
use heqi_testkit::{Device, files};
use heqi_vocabulary::{Clock as _, Digest};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::client::{Book, Client};
use crate::reliability::Tried;

/// A filing whose signers are invited.
#[derive(Clone, Debug)]
pub(crate) struct Filing {
    pub(crate) id: String,
    pub(crate) parties: Vec<String>,
    /// What opens each signer's ceremony.
    pub(crate) tokens: Vec<String>,
}

/// Opens a filing of this name with one document and so many signers.
pub(crate) async fn open(
    client: &Client,
    book: &Book,
    staff: &str,
    name: &str,
    people: usize,
) -> Tried<Filing> {
    let body = json!({ "matter": "establishment", "company_name": name });
    let id = text(&client.post(book, staff, "/api/v1/filings", &body).await?, "filing_id")?;
    let base = format!("/api/v1/filings/{id}");
    let path = format!("{base}/documents?title=Articles");
    let document = files::pdf("Articles", 2).into();
    client.upload(book, staff, &path, "application/pdf", document).await?;
    let mut parties = Vec::new();
    for number in 1..=people {
        let person = heqi_testkit::shareholder(number);
        let party = json!({ "kind": "person", "name": person, "capacities": ["shareholder"] });
        let added = client.post(book, staff, &format!("{base}/parties"), &party).await?;
        parties.push(text(&added, "party_id")?);
    }
    let mut tokens = Vec::new();
    for party in &parties {
        let path = format!("{base}/parties/{party}/invitations");
        tokens.push(text(&client.post(book, staff, &path, &json!({})).await?, "token")?);
    }
    Ok(Filing { id, parties, tokens })
}

/// Everybody of a filing begins to sign at the same time.
pub(crate) fn sign_all(client: &Client, book: &Book, filing: &Filing) -> JoinSet<Tried<()>> {
    let mut signing = JoinSet::new();
    for token in filing.tokens.clone() {
        let (client, book) = (client.clone(), book.clone());
        signing.spawn(async move { sign(&client, &book, &token).await });
    }
    signing
}

/// Waits for all of them.
pub(crate) async fn all(mut signing: JoinSet<Tried<()>>) -> Tried<()> {
    while let Some(done) = signing.join_next().await {
        done??;
    }
    Ok(())
}

/// A whole ceremony.
async fn sign(client: &Client, book: &Book, token: &str) -> Tried<()> {
    let view = client.read(token, "/api/v1/ceremony").await?;
    for asked in view.get("consents").and_then(Value::as_array).into_iter().flatten() {
        let body = json!({
            "kind": asked.get("kind"), "decision": "granted",
            "text_sha256": asked.get("text_sha256"), "language": asked.get("language"),
        });
        client.post(book, token, "/api/v1/ceremony/consents", &body).await?;
    }
    let device = Device::new(Algorithm::Ed25519, 7, token);
    let key = STANDARD.encode(device.key().public_key().to_spki_der());
    let begun = json!({ "device_key": key });
    let begun = client.post(book, token, "/api/v1/signings", &begun).await?;
    let path = format!("/api/v1/signings/{}", text(&begun, "signing_id")?);
    let photo = files::photo(token);
    let digest = Digest::of(&photo);
    client.upload(book, token, &format!("{path}/capture"), "image/jpeg", photo.into()).await?;

    let attributes = device.attributes(&Device::values(digest, SystemClock.now()));
    let envelope = device.sign(&statement(&begun, attributes.root())?);
    let object = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes);
    let disclosed = attributes.disclose(|_| true)?;
    let body = json!({ "envelope": object(envelope.as_bytes())?, "client": object(&disclosed)? });
    client.post(book, token, &format!("{path}/complete"), &body).await?;
    Ok(())
}

/// The statement that the platform asks for.
fn statement(begun: &Value, client_root: Digest) -> Tried<SigningStatement> {
    let mut documents = Vec::new();
    for asked in begun.get("documents").and_then(Value::as_array).into_iter().flatten() {
        documents.push(SignedDocument {
            page_images: read(asked, "page_images")?,
            pages: read(asked, "pages")?,
            sha256: read(asked, "sha256")?,
        });
    }
    Ok(SigningStatement {
        capacities: read(begun, "capacities")?,
        certificate_sha256: read(begun, "certificate_sha256")?,
        challenge: read(begun, "challenge")?,
        client_root,
        consents: read(begun, "consents")?,
        documents,
        intent_sha256: read(begun, "intent_sha256")?,
        origin: read(begun, "origin")?,
        party: read(begun, "party_id")?,
    })
}

fn text(answer: &Value, name: &str) -> Tried<String> {
    read(answer, name)
}

/// A member of an answer.
pub(super) fn read<T: DeserializeOwned>(answer: &Value, name: &str) -> Tried<T> {
    let member = answer.get(name).cloned().unwrap_or_default();
    serde_json::from_value(member).map_err(|error| format!("{name} in {answer}: {error}").into())
}
