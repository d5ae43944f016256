//! Trust anchors: the keys a verifier is *given*, never finds in what it verifies.
//!
//! The file is a DSSE envelope, published by the notary elsewhere and signed by it. The
//! signature shows that a newer file comes from the same publisher; the trust itself
//! comes from how the file was obtained, which is why its SHA-256 is printed.

use heqi_pki::dsse::Envelope;
use heqi_pki::keys::PublicKey;
use heqi_tlog::note::{SignatureType, VerifierKey};
use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::statement::{Statement, StatementError};

/// The longest anchors file, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

/// The published keys.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Anchors {
    /// Roots of signer certificates.
    pub certificate_roots: Vec<CertificateRoot>,
    /// Witnesses and mirrors.
    pub cosigners: Vec<CosignerAnchor>,
    /// Who signs deposit receipts and chain heads.
    pub custodians: Vec<CustodianAnchor>,
    /// Who answers who people are; left out when there are none.
    #[serde(default, deserialize_with = "not_empty", skip_serializing_if = "Vec::is_empty")]
    pub identity_providers: Vec<ProviderAnchor>,
    /// The logs.
    pub logs: Vec<LogAnchor>,
    /// When this list was published.
    pub published_at: UtcMillis,
    /// Who published it.
    pub publisher: Publisher,
    /// Roots of the seals on documents; left out when there are none. Their validity is compared
    /// with the instant a seal was stamped.
    #[serde(default, deserialize_with = "not_empty", skip_serializing_if = "Vec::is_empty")]
    pub seal_roots: Vec<CertificateRoot>,
    /// Roots of time authorities; left out when there are none.
    #[serde(default, deserialize_with = "not_empty", skip_serializing_if = "Vec::is_empty")]
    pub time_roots: Vec<TimeRootAnchor>,
}

impl Statement for Anchors {
    const PAYLOAD_TYPE: &'static str = "application/vnd.heqi.anchors.v1+json";
}

/// When a key may be relied on.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Validity {
    /// Evidence after this instant is not trusted: the key may be compromised.
    pub distrust_after: Option<UtcMillis>,
    /// First instant.
    pub valid_from: UtcMillis,
    /// Last instant.
    pub valid_until: Option<UtcMillis>,
}

impl Validity {
    /// Whether a signature made at `at` counts.
    pub fn covers(&self, at: UtcMillis) -> bool {
        at >= self.valid_from
            && self.valid_until.is_none_or(|until| at <= until)
            && self.distrust_after.is_none_or(|end| at <= end)
    }
}

/// Who published the list and with which key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Publisher {
    /// SubjectPublicKeyInfo in base64.
    pub key: Spki,
    /// The organisation.
    pub organisation: String,
}

/// A log.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LogAnchor {
    /// The organisation that runs it.
    pub organisation: String,
    /// When its key counts.
    pub validity: Validity,
    /// Its key; the name is the origin.
    pub vkey: Vkey,
}

/// A witness or mirror.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CosignerAnchor {
    /// The organisation that runs it.
    pub organisation: String,
    /// What its cosignature means.
    pub role: CosignerRole,
    /// When its key counts.
    pub validity: Validity,
    /// Its key.
    pub vkey: Vkey,
}

/// What a cosignature means.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the anchors format, version 1")]
pub enum CosignerRole {
    /// The log only ever grew.
    Witness,
    /// All its entries are held and served.
    Mirror,
}

/// A custodian of deposits.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CustodianAnchor {
    /// Its name, as in its receipts.
    pub custodian: String,
    /// SubjectPublicKeyInfo in base64.
    pub key: Spki,
    /// The organisation that runs it.
    pub organisation: String,
    /// When its key counts.
    pub validity: Validity,
}

/// Who answers who people are: a real-name provider, a register.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderAnchor {
    /// SubjectPublicKeyInfo in base64.
    pub key: Spki,
    /// The organisation that runs it.
    pub organisation: String,
    /// Its name, as in its answers.
    pub provider: String,
    /// Whether its answers have no legal effect: a demonstration 演示.
    pub test_only: bool,
    /// When its key counts: compared with the instant of the answer.
    pub validity: Validity,
}

/// A root of a time authority.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TimeRootAnchor {
    /// The certificate, DER in base64.
    pub certificate: Base64,
    /// Who runs the authority.
    pub organisation: String,
    /// The only policy under which its tokens count, as dotted numbers; any when null.
    pub policy: Option<String>,
    /// Whether its tokens have no legal effect.
    pub test_only: bool,
    /// When it counts: compared with the stamped instant.
    pub validity: Validity,
}

/// A root of signer certificates.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateRoot {
    /// The certificate, DER in base64.
    pub certificate: Base64,
    /// Who issues.
    pub organisation: String,
    /// Whether certificates under it have no legal effect.
    pub test_only: bool,
    /// When it counts.
    pub validity: Validity,
}

/// Bytes in standard base64 with padding, in their one spelling.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Base64(pub Vec<u8>);

/// A public key as SubjectPublicKeyInfo in base64.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "Base64", into = "Base64")]
pub struct Spki(pub PublicKey);

/// A signed-note verifier key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Vkey(pub VerifierKey);

impl TryFrom<String> for Base64 {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD;
        let bytes = STANDARD.decode(&text).map_err(|_| "standard base64 with padding")?;
        if STANDARD.encode(&bytes) == text { Ok(Self(bytes)) } else { Err("canonical base64") }
    }
}

impl From<Base64> for String {
    fn from(bytes: Base64) -> Self {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(bytes.0)
    }
}

impl TryFrom<Base64> for Spki {
    type Error = &'static str;

    fn try_from(der: Base64) -> Result<Self, Self::Error> {
        PublicKey::from_spki_der(&der.0).map(Self).map_err(|_| "an Ed25519 or P-256 public key")
    }
}

impl From<Spki> for Base64 {
    fn from(key: Spki) -> Self {
        Self(key.0.to_spki_der())
    }
}

impl TryFrom<String> for Vkey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self).map_err(|_| "a signed-note verifier key")
    }
}

impl From<Vkey> for String {
    fn from(key: Vkey) -> Self {
        key.0.to_string()
    }
}

/// A read anchors file, with the digest to compare with the printed one.
#[derive(Clone, Debug)]
pub struct AnchorsFile {
    /// The keys.
    pub anchors: Anchors,
    /// SHA-256 of the file.
    pub digest: Digest,
}

/// Why a file is not a usable list of anchors.
#[derive(Debug, thiserror::Error)]
pub enum AnchorsError {
    /// More than [`MAX_BYTES`].
    #[error("an anchors file has at most {MAX_BYTES} bytes")]
    TooLarge,
    /// No envelope, or not signed by the publisher it names.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// One key has two roles, or stands twice.
    #[error("two anchors share the key of {0}")]
    SharedKey(String),
    /// A log's key that signs cosignatures, or a cosigner's key that signs heads.
    #[error("the key {0} is of a type that does not fit its role")]
    KeyType(String),
}

impl AnchorsFile {
    /// Reads an anchors file.
    ///
    /// # Errors
    /// See [`AnchorsError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, AnchorsError> {
        if bytes.len() > MAX_BYTES {
            return Err(AnchorsError::TooLarge);
        }
        let envelope = Envelope::from_json(bytes).map_err(StatementError::from)?;
        let unverified: Anchors =
            crate::canonical::parse(envelope.unverified_payload()).map_err(StatementError::from)?;
        let anchors = Anchors::open(&envelope, &[unverified.publisher.key.0])?.into_statement();
        if let Some(name) = misfit_key(&anchors) {
            return Err(AnchorsError::KeyType(name));
        }
        if let Some(name) = shared_key(&anchors) {
            return Err(AnchorsError::SharedKey(name));
        }
        Ok(Self { anchors, digest: Digest::of(bytes) })
    }
}

/// Nothing has one spelling: the member is left out.
fn not_empty<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let listed = Vec::<T>::deserialize(deserializer)?;
    if listed.is_empty() {
        return Err(serde::de::Error::invalid_length(0, &"at least one"));
    }
    Ok(listed)
}

/// A log signs heads, a cosigner cosigns them; a key of the other type would count for
/// nothing, or for too much.
fn misfit_key(anchors: &Anchors) -> Option<String> {
    let logs = anchors.logs.iter().map(|log| (&log.vkey.0, SignatureType::Ed25519));
    let cosigners = anchors.cosigners.iter().map(|c| (&c.vkey.0, SignatureType::CosignatureV1));
    logs.chain(cosigners)
        .find(|(key, wanted)| key.signature_type() != *wanted)
        .map(|(key, _)| key.name().to_string())
}

/// The first key that stands twice, in whatever role: independence would be printed that
/// is none.
fn shared_key(anchors: &Anchors) -> Option<String> {
    let mut seen = std::collections::BTreeSet::new();
    let logs = anchors.logs.iter().map(|log| &log.vkey.0);
    let cosigners = anchors.cosigners.iter().map(|cosigner| &cosigner.vkey.0);
    let notes = logs.chain(cosigners).map(|key| (key.public_key().to_vec(), key.name().as_str()));
    let custodians =
        anchors.custodians.iter().map(|c| (c.key.0.to_raw_bytes(), c.custodian.as_str()));
    let providers =
        anchors.identity_providers.iter().map(|p| (p.key.0.to_raw_bytes(), p.provider.as_str()));
    notes
        .chain(custodians)
        .chain(providers)
        .find(|(key, _)| !seen.insert(key.clone()))
        .map(|(_, name)| name.to_owned())
}
