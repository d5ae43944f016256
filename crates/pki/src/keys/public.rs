//! Public keys, read and written as one exact DER form.

use std::fmt;

use heqi_vocabulary::Digest;
use p256::ecdsa::signature::Verifier as _;

use super::{Algorithm, KeyId};

/// A public key that is safe to verify with: on its curve, not of small order, in
/// its canonical encoding.
#[derive(Clone, Eq, PartialEq)]
pub struct PublicKey(Key);

// Private, so that a key can only come from the checks below.
#[derive(Clone, Eq, PartialEq)]
enum Key {
    Ed25519(ed25519_dalek::VerifyingKey),
    P256(p256::ecdsa::VerifyingKey),
}

impl PublicKey {
    /// Reads a DER `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    /// Anything but the one encoding of an Ed25519 key (44 bytes) or of an uncompressed
    /// P-256 point (91 bytes), and any point no honest key has.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, PublicKeyError> {
        if let Some(key) = der.strip_prefix(&ED25519_SPKI_PREFIX) {
            Self::from_ed25519_bytes(key.try_into().map_err(|_| PublicKeyError::Encoding)?)
        } else if let Some(point) = der.strip_prefix(&P256_SPKI_PREFIX) {
            Self::from_p256_point(point)
        } else {
            Err(PublicKeyError::Encoding)
        }
    }

    /// Reads the 32 bytes of an Ed25519 key (RFC 8032 section 5.1.2), the form signed
    /// notes use.
    ///
    /// # Errors
    /// A non-canonical encoding, a value off the curve, a point of small order.
    pub fn from_ed25519_bytes(bytes: &[u8; 32]) -> Result<Self, PublicKeyError> {
        let key =
            ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| PublicKeyError::Point)?;
        // Decoding takes y modulo p; writing the point again gives the one canonical form.
        let canonical = ed25519_dalek::VerifyingKey::from(key.to_edwards());
        if canonical.as_bytes() != bytes || key.is_weak() {
            return Err(PublicKeyError::Point);
        }
        Ok(Self(Key::Ed25519(key)))
    }

    /// The one DER `SubjectPublicKeyInfo` of this key.
    pub fn to_spki_der(&self) -> Vec<u8> {
        let prefix: &[u8] = match &self.0 {
            Key::Ed25519(_) => &ED25519_SPKI_PREFIX,
            Key::P256(_) => &P256_SPKI_PREFIX,
        };
        [prefix, &self.to_raw_bytes()].concat()
    }

    /// The key alone: 32 bytes for Ed25519, the uncompressed point of 65 bytes
    /// (SEC 1 section 2.3.3) for P-256.
    pub fn to_raw_bytes(&self) -> Vec<u8> {
        match &self.0 {
            Key::Ed25519(key) => key.as_bytes().to_vec(),
            Key::P256(key) => key.to_sec1_point(false).as_bytes().to_vec(),
        }
    }

    /// The SHA-256 of [`Self::to_spki_der`].
    pub fn spki_digest(&self) -> Digest {
        Digest::of(&self.to_spki_der())
    }

    /// The name of this key.
    pub fn key_id(&self) -> KeyId {
        KeyId::from_spki_digest(self.spki_digest())
    }

    /// The algorithm this key verifies with.
    pub const fn algorithm(&self) -> Algorithm {
        match self.0 {
            Key::Ed25519(_) => Algorithm::Ed25519,
            Key::P256(_) => Algorithm::P256,
        }
    }

    /// Accepts `signature` over exactly `message`, or says why not.
    ///
    /// Ed25519: cofactorless, with canonical R and S and no point of small order
    /// (`verify_strict`), so a signature has one form. ECDSA: r‖s, both in 1..n-1;
    /// *s* above n/2 is accepted, because WebCrypto and hardware modules do not
    /// normalise it. Signature bytes therefore never serve as an identifier.
    ///
    /// # Errors
    /// A wrong length, or a signature this key did not make over these bytes.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        let expected = self.algorithm().signature_size_bytes();
        if signature.len() != expected {
            return Err(VerifyError::Length { expected, found: signature.len() });
        }
        match &self.0 {
            Key::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .and_then(|signature| key.verify_strict(message, &signature)),
            Key::P256(key) => p256::ecdsa::Signature::from_slice(signature)
                .and_then(|signature| key.verify(message, &signature)),
        }
        .map_err(|_| VerifyError::Mismatch)
    }

    pub(super) fn of_ed25519(key: &ed25519_dalek::SigningKey) -> Self {
        Self(Key::Ed25519(key.verifying_key()))
    }

    pub(super) fn of_p256(key: &p256::ecdsa::SigningKey) -> Self {
        Self(Key::P256(*key.verifying_key()))
    }

    fn from_p256_point(point: &[u8]) -> Result<Self, PublicKeyError> {
        // The decoder also takes compressed points; a certificate may hold only one form.
        if point.len() != 65 || point.first() != Some(&UNCOMPRESSED) {
            return Err(PublicKeyError::Encoding);
        }
        p256::ecdsa::VerifyingKey::from_sec1_bytes(point)
            .map(|key| Self(Key::P256(key)))
            .map_err(|_| PublicKeyError::Point)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({} {})", self.algorithm(), self.key_id())
    }
}

/// Why bytes are not a public key Heqi verifies with.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PublicKeyError {
    /// Another algorithm, another encoding, missing or trailing bytes.
    #[error("not the DER SubjectPublicKeyInfo of an Ed25519 key or of an uncompressed P-256 point")]
    Encoding,
    /// The encoding is right, the point is not.
    #[error("the public key is off its curve, of small order or not canonically encoded")]
    Point,
}

/// Why a signature was not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum VerifyError {
    /// Not the length of the key's algorithm.
    #[error("the signature has {found} bytes where its key calls for {expected}")]
    Length {
        /// Bytes the algorithm fixes.
        expected: usize,
        /// Bytes given.
        found: usize,
    },
    /// The right shape, but not by this key over these bytes.
    #[error("the signature is not by this key over these bytes")]
    Mismatch,
}

/// `SEQUENCE { SEQUENCE { id-Ed25519 }, BIT STRING (32 bytes follow) }`, RFC 8410.
const ED25519_SPKI_PREFIX: [u8; 12] =
    [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// `SEQUENCE { SEQUENCE { id-ecPublicKey, secp256r1 }, BIT STRING (65 bytes follow) }`,
/// RFC 5480.
const P256_SPKI_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// The first byte of an uncompressed point, SEC 1 section 2.3.3.
const UNCOMPRESSED: u8 = 0x04;
