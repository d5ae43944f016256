//! A simulated signer's device: draws its own key, salts its own attributes, signs its
//! own statement. What a phone's browser does, in the same order, over the same routes.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use heqi_evidence::record::ClientAttributes;
use heqi_evidence::statement::{SignedDocument, SigningStatement, Statement};
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_vocabulary::{Clock, Digest, Entropy, Provenance};
use serde_json::{Value, json};

use super::messages::{CeremonyView, PhotoCaptured, Receipt, SigningBegun};
use super::{CallError, Caller};

/// The made-up signers read Chinese.
const OWNERS_LANGUAGE: &str = "zh-CN";

/// What a device does while its owner signs.
pub(crate) struct Device<'a> {
    /// Speaks with the signer's token.
    pub(crate) caller: Caller,
    /// The device's own clock.
    pub(crate) clock: &'a dyn Clock,
    /// The device's own randomness.
    pub(crate) entropy: &'a dyn Entropy,
}

/// A signing that has begun: the key exists, the challenge is known.
pub(crate) struct Begun {
    key: SigningKey,
    answer: SigningBegun,
}

impl Device<'_> {
    /// The whole ceremony, from the consents to the receipt.
    pub(crate) async fn sign(&self, place: &Value, photo: Bytes) -> Result<Receipt, CallError> {
        self.consent().await?;
        let begun = self.begin().await?;
        let photo = self.capture(&begun, photo).await?;
        self.complete(&begun, photo, place).await
    }

    /// Has a code sent, which the owner reads out of the message, and says who it is.
    pub(crate) async fn ask_for_code(&self) -> Result<(), CallError> {
        let body = json!({ "channel": null, "language": "zh" });
        let _: Value = self.caller.post("/api/v1/ceremony/code", &body, self.entropy).await?;
        Ok(())
    }

    /// Enters the code and the last four of the identity number.
    pub(crate) async fn come_in(&self, code: &str, last_four: &str) -> Result<(), CallError> {
        let body = json!({ "code": code });
        let _: Value = self.caller.post("/api/v1/ceremony/code/check", &body, self.entropy).await?;
        let body = json!({ "last_four": last_four });
        let _: Value = self.caller.post("/api/v1/ceremony/identity", &body, self.entropy).await?;
        Ok(())
    }

    /// Grants every consent that is asked for, each by itself.
    pub(crate) async fn consent(&self) -> Result<(), CallError> {
        let view: CeremonyView =
            self.caller.speaking(OWNERS_LANGUAGE).get("/api/v1/ceremony").await?;
        for asked in view.consents {
            let body = json!({
                "kind": asked.kind, "decision": "granted",
                "text_sha256": asked.text_sha256, "language": asked.language,
            });
            let _: Value =
                self.caller.post("/api/v1/ceremony/consents", &body, self.entropy).await?;
        }
        Ok(())
    }

    /// Draws a fresh key and asks for the challenge.
    pub(crate) async fn begin(&self) -> Result<Begun, CallError> {
        let key = SigningKey::generate(Algorithm::Ed25519, self.entropy);
        let body = json!({ "device_key": STANDARD.encode(key.public_key().to_spki_der()) });
        let caller = self.caller.speaking(OWNERS_LANGUAGE);
        let answer = caller.post("/api/v1/signings", &body, self.entropy).await?;
        Ok(Begun { key, answer })
    }

    /// Sends the photo as it left the camera.
    pub(crate) async fn capture(&self, begun: &Begun, photo: Bytes) -> Result<Digest, CallError> {
        let path = format!("/api/v1/signings/{}/capture", begun.answer.signing_id);
        let own = Digest::of(&photo);
        let answer: PhotoCaptured =
            self.caller.post_bytes(&path, "image/jpeg", photo, self.entropy).await?;
        if answer.photo_sha256 == own {
            Ok(own)
        } else {
            Err(CallError::Form { path, detail: "the service received another photo".into() })
        }
    }

    /// Signs the statement over the challenge and the device's own attributes.
    pub(crate) async fn complete(
        &self,
        begun: &Begun,
        photo: Digest,
        place: &Value,
    ) -> Result<Receipt, CallError> {
        let path = format!("/api/v1/signings/{}/complete", begun.answer.signing_id);
        let body = self
            .completion(begun, photo, place)
            .map_err(|detail| CallError::Form { path: path.clone(), detail })?;
        self.caller.post_bytes(&path, "application/json", body, self.entropy).await
    }

    /// The body of a completion: both parts exactly as they were signed and salted.
    fn completion(&self, begun: &Begun, photo: Digest, place: &Value) -> Result<Bytes, String> {
        let client = self.attributes(photo, place).map_err(|e| e.to_string())?;
        let answer = &begun.answer;
        let statement = SigningStatement {
            capacities: answer.capacities.clone(),
            certificate_sha256: answer.certificate_sha256,
            challenge: answer.challenge,
            client_root: client.root(),
            consents: answer.consents.clone(),
            documents: answer
                .documents
                .iter()
                .map(|d| SignedDocument {
                    page_images: d.page_images.clone(),
                    pages: d.pages,
                    sha256: d.sha256,
                })
                .collect(),
            intent_sha256: answer.intent_sha256,
            origin: answer.origin.clone(),
            party: answer.party_id,
        };
        let envelope = statement.sign(&begun.key).map_err(|e| e.to_string())?;
        let client = client.disclose(|_| true).map_err(|e| e.to_string())?;
        let parts: [&[u8]; 5] =
            [b"{\"envelope\":", envelope.as_bytes(), b",\"client\":", &client, b"}"];
        Ok(parts.concat().into())
    }

    fn attributes(
        &self,
        photo: Digest,
        place: &Value,
    ) -> Result<ClientAttributes, heqi_evidence::canonical::CanonicalError> {
        let reported = |value: Value| (value, Provenance::Reported);
        let position = if place.is_null() {
            (Value::Null, Provenance::Refused)
        } else {
            reported(place.clone())
        };
        let values = BTreeMap::from([
            ("signed_at", reported(self.clock.now().to_string().into())),
            ("time_zone", reported("Asia/Shanghai".into())),
            ("photo_sha256", reported(photo.to_string().into())),
            ("capture_source", reported("simulated".into())),
            ("place", position),
            ("device", reported("heqi simulated device".into())),
            ("language", reported("zh-CN".into())),
            ("key_custody", reported("library".into())),
            ("software", reported(concat!("heqi ", env!("CARGO_PKG_VERSION")).into())),
        ]);
        ClientAttributes::make(&values, self.entropy)
    }
}
