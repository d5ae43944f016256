//! Public keys, signatures and the port behind which private keys sign.
//!
//! A public key is always written as one exact DER `SubjectPublicKeyInfo` (RFC 5280
//! section 4.1.2.7; RFC 8410 for Ed25519, RFC 5480 for P-256 with the uncompressed
//! point) and named by the SHA-256 of those bytes.

mod public;
mod signing;

use std::fmt;
use std::str::FromStr;

use heqi_vocabulary::{Digest, digest::DigestError};
use serde::{Deserialize, Serialize};

pub use public::{PublicKey, PublicKeyError, VerifyError};
pub use signing::{SigningKey, SigningKeyError};

/// A signature algorithm together with its hash and its signature encoding.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[non_exhaustive]
pub enum Algorithm {
    /// Ed25519 (RFC 8032); 64-byte signatures.
    #[serde(rename = "ed25519")]
    Ed25519,
    /// ECDSA on P-256 with SHA-256 (FIPS 186-5); 64-byte signatures r‖s as WebCrypto
    /// gives them (IEEE P1363).
    #[serde(rename = "ecdsa-p256-sha256")]
    P256,
}

impl Algorithm {
    /// The length of a signature in bytes.
    pub const fn signature_size_bytes(self) -> usize {
        match self {
            Self::Ed25519 | Self::P256 => 64,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ed25519 => "ed25519",
            Self::P256 => "ecdsa-p256-sha256",
        })
    }
}

/// The name of a public key: the SHA-256 of its `SubjectPublicKeyInfo`, in full, in
/// lower-case hexadecimal.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct KeyId(Digest);

impl KeyId {
    /// The name of the key whose `SubjectPublicKeyInfo` has this digest.
    pub const fn from_spki_digest(digest: Digest) -> Self {
        Self(digest)
    }

    /// The digest behind the name.
    pub const fn spki_digest(&self) -> Digest {
        self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for KeyId {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        text.parse().map(Self)
    }
}

/// The bytes of a signature, in the encoding its key's [`Algorithm`] fixes. Nothing is
/// known about them until [`PublicKey::verify`] has accepted them.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Signature(Vec<u8>);

impl Signature {
    /// Wraps bytes that claim to be a signature.
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes as they travel.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes as they travel, moved out.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({} bytes)", self.0.len())
    }
}

/// Whatever holds a private key and signs with it: a key in memory today, a hardware
/// module behind the same port later.
pub trait Signer: Send + Sync {
    /// The public half of the key that signs.
    fn public_key(&self) -> PublicKey;

    /// Signs exactly these bytes.
    ///
    /// # Errors
    /// When the key cannot be used now; a key in memory always can.
    fn sign(&self, message: &[u8]) -> Result<Signature, SignError>;
}

/// Why a [`Signer`] gave no signature.
#[derive(Debug, thiserror::Error)]
#[error("the signing key could not be used")]
pub struct SignError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl SignError {
    /// Carries what the key's holder answered.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}

#[cfg(test)]
mod tests;
