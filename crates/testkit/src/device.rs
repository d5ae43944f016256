//! What a signer's device does: a fresh key, a tree of its own attributes, one statement.

use std::collections::BTreeMap;

use heqi_evidence::record::ClientAttributes;
use heqi_evidence::statement::{SigningStatement, Statement as _};
use heqi_pki::dsse::Envelope;
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_vocabulary::{Datum, Digest, GeoPoint, Provenance, UtcMillis};
use serde_json::{Value, json};

use crate::SeededEntropy;

/// Values of a device's own tree, by attribute name.
pub type ClientValues = BTreeMap<&'static str, (Value, Provenance)>;

/// A signer's device with its fresh key.
pub struct Device {
    key: SigningKey,
    entropy: SeededEntropy,
}

impl Device {
    /// A device that has just made its key.
    pub fn new(algorithm: Algorithm, seed: u64, label: &str) -> Self {
        let entropy = SeededEntropy::labelled(seed, label);
        Self { key: SigningKey::generate(algorithm, &entropy), entropy }
    }

    /// Its key.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// What it reports of itself.
    pub fn values(photo: Digest, now: UtcMillis) -> ClientValues {
        let place = GeoPoint::new(30_274_084, 120_155_070, 12, Datum::Wgs84).unwrap();
        let reported = |value: Value| (value, Provenance::Reported);
        BTreeMap::from([
            ("signed_at", reported(json!(now))),
            ("time_zone", reported("Asia/Shanghai".into())),
            ("photo_sha256", reported(json!(photo))),
            ("capture_source", reported("camera".into())),
            ("place", reported(json!(place))),
            ("user_agent", reported("Mozilla/5.0 (example)".into())),
            ("screen", reported(json!({ "width": 390, "height": 844 }))),
            ("language", reported("zh-CN".into())),
            ("key_custody", reported("webcrypto_non_extractable".into())),
            ("dwell", reported(json!([{ "ms": 41_000, "page": 1 }]))),
            ("device", (Value::Null, Provenance::Refused)),
        ])
    }

    /// Salts what it reports.
    pub fn attributes(&self, values: &ClientValues) -> ClientAttributes {
        ClientAttributes::make(values, &self.entropy).unwrap()
    }

    /// Signs a statement.
    pub fn sign(&self, statement: &SigningStatement) -> Envelope {
        statement.sign(&self.key).unwrap()
    }
}
