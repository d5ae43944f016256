//! Statements: canonical JSON under DSSE, one pinned payload type per kind, so that a
//! statement of one kind can never be taken for another.

use heqi_pki::dsse::{Envelope, EnvelopeError, EnvelopeVerifyError, PayloadType, SealError};
use heqi_pki::keys::{PublicKey, Signer};
use heqi_vocabulary::Digest;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::canonical::{self, CanonicalError};

/// A kind of statement somebody signs.
pub trait Statement: DeserializeOwned + Serialize {
    /// The pinned DSSE payload type.
    const PAYLOAD_TYPE: &'static str;

    /// Signs the canonical bytes of this statement.
    ///
    /// # Errors
    /// The signer's device failed, or the statement cannot be written.
    fn sign(&self, signer: &dyn Signer) -> Result<Envelope, StatementError> {
        let payload = canonical::to_bytes(self)?;
        let payload_type = PayloadType::parse(Self::PAYLOAD_TYPE)?;
        Ok(Envelope::sign(&payload_type, &payload, &[signer])?)
    }

    /// Opens an envelope that must be signed by one of `keys`, and reads the verified
    /// bytes.
    ///
    /// # Errors
    /// Another payload type, no good signature of a known key, or not the one spelling of a
    /// statement.
    fn open(envelope: &Envelope, keys: &[PublicKey]) -> Result<Signed<Self>, StatementError> {
        let payload_type = PayloadType::parse(Self::PAYLOAD_TYPE)?;
        let verified = envelope.verify(&payload_type, keys)?;
        let statement = canonical::parse_exact(verified.bytes())?;
        Ok(Signed { statement, signers: verified.signers().to_vec() })
    }
}

/// A statement whose signature was checked: cannot be made any other way.
#[derive(Clone, Debug)]
pub struct Signed<S> {
    statement: S,
    signers: Vec<PublicKey>,
}

impl<S> Signed<S> {
    /// What was signed.
    pub fn statement(&self) -> &S {
        &self.statement
    }

    /// The keys that signed it.
    pub fn signers(&self) -> &[PublicKey] {
        &self.signers
    }

    /// What was signed, without the proof.
    pub fn into_statement(self) -> S {
        self.statement
    }
}

/// Why an envelope is not a signed statement of the wanted kind.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// It is no envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// It cannot be signed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// No good signature.
    #[error(transparent)]
    Signature(#[from] EnvelopeVerifyError),
    /// The signed bytes are not a statement of this kind.
    #[error("the signed bytes are not a statement of this kind: {0}")]
    Payload(#[from] CanonicalError),
}

/// What a signer's device signs: made and signed there, with the device's own fresh key.
///
/// Holds nothing personal: photo, strokes, place and clock enter only through
/// `client_root`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SigningStatement {
    /// In which capacities, sorted.
    pub capacities: Vec<String>,
    /// SHA-256 of the signer certificate's DER bytes.
    pub certificate_sha256: Digest,
    /// The challenge, see [`crate::challenge`].
    pub challenge: Digest,
    /// Root of the device's own attribute tree.
    pub client_root: Digest,
    /// SHA-256 of every consent text that was granted, sorted.
    pub consents: Vec<Digest>,
    /// What was signed, in the order of the challenge.
    pub documents: Vec<SignedDocument>,
    /// SHA-256 of the intent text.
    pub intent_sha256: Digest,
    /// Origin of the platform's log.
    pub origin: String,
    /// For which party.
    pub party: heqi_vocabulary::PartyId,
}

impl Statement for SigningStatement {
    const PAYLOAD_TYPE: &'static str = "application/vnd.heqi.signing-statement.v1+json";
}

/// One document as the signer saw it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SignedDocument {
    /// SHA-256 of every page image that was shown; empty when the PDF itself was shown.
    pub page_images: Vec<Digest>,
    /// Number of pages.
    pub pages: u32,
    /// SHA-256 of the exact document bytes.
    pub sha256: Digest,
}

#[cfg(test)]
mod tests {
    use heqi_pki::keys::{Algorithm, SigningKey};
    use heqi_vocabulary::Entropy;

    use super::*;

    #[derive(Debug, Deserialize, Serialize)]
    #[serde(deny_unknown_fields)]
    struct Told {
        until: Option<u8>,
    }

    impl Statement for Told {
        const PAYLOAD_TYPE: &'static str = "application/vnd.heqi.told.v1+json";
    }

    struct Ones;

    impl Entropy for Ones {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(1);
        }
    }

    #[test]
    fn a_member_that_may_be_null_may_not_be_left_out_of_what_is_signed() {
        let key = SigningKey::generate(Algorithm::Ed25519, &Ones);
        let open = |payload: &[u8]| {
            let kind = PayloadType::parse(Told::PAYLOAD_TYPE).unwrap();
            let envelope = Envelope::sign(&kind, payload, &[&key]).unwrap();
            Told::open(&envelope, &[key.public_key()])
        };
        assert_eq!(open(br#"{"until":null}"#).unwrap().statement().until, None);
        assert_eq!(open(br#"{"until":7}"#).unwrap().statement().until, Some(7));
        let refused = open(b"{}").unwrap_err();
        assert!(matches!(refused, StatementError::Payload(CanonicalError::NotCanonical)));
    }
}
