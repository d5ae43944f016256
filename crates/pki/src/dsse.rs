//! DSSE v1.0.2: a statement, its type and the signatures over both.
//!
//! The profile is `docs/spec/dsse.md`: canonical JSON, standard base64, at most 1 MiB,
//! one to eight signatures, every signature named by the [`KeyId`] of its key. The key
//! id is an unauthenticated hint: it only selects which known key must verify.

mod payload_type;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::keys::{KeyId, PublicKey, SignError, Signature, Signer};

pub use payload_type::{PayloadType, pae};

/// The longest envelope, as JSON, in bytes.
pub const MAX_ENVELOPE_BYTES: usize = 1 << 20;

/// The most signatures one envelope holds.
pub const MAX_SIGNATURES: usize = 8;

/// One signature of an envelope, not yet verified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EnvelopeSignature {
    /// The key said to have signed; a hint only.
    pub key_id: KeyId,
    /// The bytes said to be its signature.
    pub signature: Signature,
}

/// A statement with its signatures, well formed but not yet verified.
#[derive(Clone, Eq, PartialEq)]
pub struct Envelope {
    bytes: Vec<u8>,
    payload_type: PayloadType,
    payload: Vec<u8>,
    signatures: Vec<EnvelopeSignature>,
}

impl Envelope {
    /// Signs a statement with every signer, in their order.
    ///
    /// # Errors
    /// No signer, more than eight, the same key twice, an envelope over 1 MiB, or a
    /// signer that could not sign.
    pub fn sign(
        payload_type: &PayloadType,
        payload: &[u8],
        signers: &[&dyn Signer],
    ) -> Result<Self, SealError> {
        let covered = pae(payload_type, payload);
        let signatures = signers
            .iter()
            .map(|signer| {
                let signature = signer.sign(&covered)?;
                Ok(EnvelopeSignature { key_id: signer.public_key().key_id(), signature })
            })
            .collect::<Result<Vec<_>, SignError>>()?;
        check_signatures(&signatures)?;

        let bytes = canonical_json(payload_type, payload, &signatures);
        check_size(bytes.len())?;
        Ok(Self {
            bytes,
            payload_type: payload_type.clone(),
            payload: payload.to_vec(),
            signatures,
        })
    }

    /// Reads an envelope from its canonical JSON (RFC 8785).
    ///
    /// # Errors
    /// Anything the profile does not allow; see [`EnvelopeError`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        check_size(bytes.len())?;
        let members: Members = serde_json::from_slice(bytes)
            // The parser's own sentence may quote content; only the place is kept.
            .map_err(|error| EnvelopeError::Json { line: error.line(), column: error.column() })?;
        let payload_type = PayloadType::parse(&members.payload_type)?;
        let payload = decode_base64(&members.payload)?;
        let signatures = members
            .signatures
            .iter()
            .map(|entry| {
                let key_id = entry.keyid.parse().map_err(|_| EnvelopeError::KeyId)?;
                let signature = Signature::from_bytes(decode_base64(&entry.sig)?);
                Ok(EnvelopeSignature { key_id, signature })
            })
            .collect::<Result<Vec<_>, EnvelopeError>>()?;
        check_signatures(&signatures)?;

        // One statement and its signatures have one spelling: two readers who compare or
        // digest the bytes can never disagree about what was read.
        if canonical_json(&payload_type, &payload, &signatures) != bytes {
            return Err(EnvelopeError::NotCanonical);
        }
        Ok(Self { bytes: bytes.to_vec(), payload_type, payload, signatures })
    }

    /// The canonical JSON: the bytes to store and to send.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What kind of statement this says to hold.
    pub const fn payload_type(&self) -> &PayloadType {
        &self.payload_type
    }

    /// The statement before any check. For display and for finding the key to verify
    /// with; decisions take it from [`VerifiedPayload`].
    pub fn unverified_payload(&self) -> &[u8] {
        &self.payload
    }

    /// The signatures, in their order.
    pub fn signatures(&self) -> &[EnvelopeSignature] {
        &self.signatures
    }

    /// Gives the statement back once it is of the expected kind and signed by at least
    /// one of `keys`. Signatures by keys not among them are ignored; one that names a
    /// key among them must verify.
    ///
    /// # Errors
    /// Another kind of statement, a known key's signature that fails, or no known key.
    pub fn verify(
        &self,
        expected_type: &PayloadType,
        keys: &[PublicKey],
    ) -> Result<VerifiedPayload, EnvelopeVerifyError> {
        if self.payload_type != *expected_type {
            return Err(EnvelopeVerifyError::PayloadType);
        }
        let covered = pae(&self.payload_type, &self.payload);
        let mut signers = Vec::new();
        for EnvelopeSignature { key_id, signature } in &self.signatures {
            let Some(key) = keys.iter().find(|key| key.key_id() == *key_id) else { continue };
            key.verify(&covered, signature.as_bytes())
                .map_err(|_| EnvelopeVerifyError::Signature { key_id: *key_id })?;
            signers.push(key.clone());
        }
        if signers.is_empty() {
            return Err(EnvelopeVerifyError::NoKnownSigner);
        }
        Ok(VerifiedPayload { payload: self.payload.clone(), signers })
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the payload: a debug line may reach a log.
        f.debug_struct("Envelope")
            .field("payload_type", &self.payload_type.as_str())
            .field("payload_bytes", &self.payload.len())
            .field("signatures", &self.signatures)
            .finish_non_exhaustive()
    }
}

/// A statement whose signatures were verified. Only [`Envelope::verify`] makes one.
#[derive(Clone, Eq, PartialEq)]
pub struct VerifiedPayload {
    payload: Vec<u8>,
    signers: Vec<PublicKey>,
}

impl VerifiedPayload {
    /// The bytes that were signed; parse these and no others.
    pub fn bytes(&self) -> &[u8] {
        &self.payload
    }

    /// The bytes that were signed, moved out.
    pub fn into_bytes(self) -> Vec<u8> {
        self.payload
    }

    /// The distinct keys whose signatures verified, at least one, in envelope order.
    pub fn signers(&self) -> &[PublicKey] {
        &self.signers
    }

    /// Whether the key of that name signed.
    pub fn is_signed_by(&self, key_id: &KeyId) -> bool {
        self.signers.iter().any(|key| key.key_id() == *key_id)
    }
}

impl fmt::Debug for VerifiedPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedPayload")
            .field("payload_bytes", &self.payload.len())
            .field("signers", &self.signers)
            .finish()
    }
}

/// Why bytes are not an envelope of the profile.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EnvelopeError {
    /// Over [`MAX_ENVELOPE_BYTES`].
    #[error("the envelope is longer than {MAX_ENVELOPE_BYTES} bytes")]
    TooLarge,
    /// Not JSON, a duplicate, unknown or missing member, a value of the wrong type,
    /// trailing bytes.
    #[error("the envelope is not the JSON object of the profile (line {line}, column {column})")]
    Json {
        /// Line of the first fault, from 1.
        line: usize,
        /// Column of the first fault, in bytes.
        column: usize,
    },
    /// White space, another order of members, a needless escape, an array for an object.
    #[error("the envelope is not written as canonical JSON (RFC 8785)")]
    NotCanonical,
    /// The payload type breaks the rule of [`PayloadType::parse`].
    #[error(
        "the payload type is not 1 to 255 visible ASCII characters without quote and backslash"
    )]
    PayloadType,
    /// Not standard base64 with padding and zero spare bits.
    #[error("a value is not canonical standard base64 with padding")]
    Base64,
    /// Not 64 lower-case hexadecimal characters.
    #[error("a keyid is not the lower-case hexadecimal SHA-256 of a public key")]
    KeyId,
    /// None, or more than [`MAX_SIGNATURES`].
    #[error("the envelope does not hold 1 to {MAX_SIGNATURES} signatures")]
    SignatureCount,
    /// Two signatures name the same key.
    #[error("two signatures of the envelope name the same key")]
    DuplicateKeyId,
}

/// Why a statement was not put in an envelope.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The result would break the profile.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// A signer gave no signature.
    #[error(transparent)]
    Sign(#[from] SignError),
}

/// Why an envelope was not believed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EnvelopeVerifyError {
    /// It holds another kind of statement.
    #[error("the envelope holds another type of payload than the one expected")]
    PayloadType,
    /// A known key is named and its signature is wrong.
    #[error("the signature naming key {key_id} does not verify")]
    Signature {
        /// The key named.
        key_id: KeyId,
    },
    /// None of the known keys is named.
    #[error("none of the known keys signed the envelope")]
    NoKnownSigner,
}

/// The members of an envelope, all required, no others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<SignatureMembers>,
}

/// The members of one signature, both required, no others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureMembers {
    keyid: String,
    sig: String,
}

fn check_size(size_bytes: usize) -> Result<(), EnvelopeError> {
    if size_bytes > MAX_ENVELOPE_BYTES { Err(EnvelopeError::TooLarge) } else { Ok(()) }
}

fn check_signatures(signatures: &[EnvelopeSignature]) -> Result<(), EnvelopeError> {
    if !(1..=MAX_SIGNATURES).contains(&signatures.len()) {
        return Err(EnvelopeError::SignatureCount);
    }
    let twice = |(i, one): (usize, &EnvelopeSignature)| {
        signatures.iter().skip(i + 1).any(|other| other.key_id == one.key_id)
    };
    if signatures.iter().enumerate().any(twice) {
        Err(EnvelopeError::DuplicateKeyId)
    } else {
        Ok(())
    }
}

fn decode_base64(text: &str) -> Result<Vec<u8>, EnvelopeError> {
    STANDARD.decode(text).map_err(|_| EnvelopeError::Base64)
}

/// RFC 8785 by construction: members in order, and no value needs an escape (base64,
/// hexadecimal, and payload types without quote and backslash).
fn canonical_json(
    payload_type: &PayloadType,
    payload: &[u8],
    signatures: &[EnvelopeSignature],
) -> Vec<u8> {
    let entries: Vec<String> = signatures
        .iter()
        .map(|entry| {
            let signature = STANDARD.encode(entry.signature.as_bytes());
            format!(r#"{{"keyid":"{}","sig":"{signature}"}}"#, entry.key_id)
        })
        .collect();
    format!(
        r#"{{"payload":"{}","payloadType":"{payload_type}","signatures":[{}]}}"#,
        STANDARD.encode(payload),
        entries.join(","),
    )
    .into_bytes()
}

#[cfg(test)]
mod tests;
