use std::{fmt, str::FromStr};

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::{
    cosignature::{CosignatureTime, verify_cosignature},
    encoding::{from_base64, from_hex, to_base64, to_hex},
    note::{BadSignature, SignatureLine},
};

/// The name of a signing key, by recommendation a URL without schema. Not empty, no white space, no `+`, no control
/// character, at most 255 bytes.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyName(String);

impl KeyName {
    /// The longest name, in bytes: newer cosignature formats give it one length byte.
    pub const MAX_BYTES: usize = 255;

    /// Checks a name.
    pub fn new(name: impl Into<String>) -> Result<Self, KeyNameError> {
        let name = name.into();
        let refused = |char: char| char.is_whitespace() || char.is_control() || char == '+';
        if name.is_empty() || name.len() > Self::MAX_BYTES || name.contains(refused) {
            Err(KeyNameError)
        } else {
            Ok(Self(name))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyName {
    type Err = KeyNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

/// The text cannot name a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a key name must be 1 to 255 bytes without white space, plus sign or control character")]
pub struct KeyNameError;

/// Four bytes that, with the name, say which key made a signature. An identifier, not a fingerprint.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyId([u8; 4]);

impl KeyId {
    /// Takes the four bytes as they stand before a signature.
    pub const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// The four bytes.
    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }

    /// SHA-256(name ‖ LF ‖ type ‖ public key), first four bytes.
    pub fn derive(name: &KeyName, signature_type: SignatureType, public_key: &[u8; 32]) -> Self {
        let hash = Sha256::new()
            .chain_update(name.as_str())
            .chain_update([b'\n', signature_type.byte()])
            .chain_update(public_key);
        let [a, b, c, d, ..] = <[u8; 32]>::from(hash.finalize());
        Self([a, b, c, d])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// The signature types this crate makes and checks.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum SignatureType {
    /// 0x01: Ed25519 over the note text; what a log signs its checkpoints with.
    Ed25519,
    /// 0x04: timestamped Ed25519 cosignature of a checkpoint; what witnesses and mirrors sign with.
    CosignatureV1,
}

impl SignatureType {
    /// The identifier byte of the spec.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
        }
    }

    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(Self::Ed25519),
            0x04 => Some(Self::CosignatureV1),
            _ => None,
        }
    }
}

/// A trusted public key with its name and type, written `name+hex ID+base64(type ‖ key)` ("vkey").
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct VerifierKey {
    name: KeyName,
    id: KeyId,
    signature_type: SignatureType,
    /// Kept as bytes, known to be a point of large order.
    public_key: [u8; 32],
}

impl VerifierKey {
    /// Takes an Ed25519 public key; refuses bytes that are no point, and points of small order.
    pub fn new(
        name: KeyName,
        signature_type: SignatureType,
        public_key: &[u8; 32],
    ) -> Result<Self, VerifierKeyError> {
        let id = KeyId::derive(&name, signature_type, public_key);
        if VerifyingKey::from_bytes(public_key).is_ok_and(|key| !key.is_weak()) {
            Ok(Self { name, id, signature_type, public_key: *public_key })
        } else {
            Err(VerifierKeyError::BadPoint)
        }
    }

    /// The key's name.
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The key's ID.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// What kind of signature the key makes.
    pub const fn signature_type(&self) -> SignatureType {
        self.signature_type
    }

    /// The Ed25519 public key, RFC 8032 encoding.
    pub const fn public_key(&self) -> &[u8; 32] {
        &self.public_key
    }

    /// Checks one signature (without its key ID) over a note text. A cosignature yields its time.
    pub fn verify(
        &self,
        text: &str,
        signature: &[u8],
    ) -> Result<Option<CosignatureTime>, BadSignature> {
        match self.signature_type {
            SignatureType::Ed25519 => {
                self.verify_ed25519(text.as_bytes(), signature).map(|()| None)
            }
            SignatureType::CosignatureV1 => verify_cosignature(self, text, signature).map(Some),
        }
    }

    /// RFC 8032 verification without cofactor, non-canonical encodings or small-order points.
    pub(crate) fn verify_ed25519(
        &self,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        let signature = Signature::from_slice(signature).map_err(|_| BadSignature)?;
        let public_key = VerifyingKey::from_bytes(&self.public_key).map_err(|_| BadSignature)?;
        public_key.verify_strict(message, &signature).map_err(|_| BadSignature)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let typed_key = [&[self.signature_type.byte()], self.public_key().as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, self.id, to_base64(&typed_key))
    }
}

impl FromStr for VerifierKey {
    type Err = VerifierKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = VerifierKeyError::Malformed;
        // The base64 may hold plus signs of its own; a name cannot.
        let (name, rest) = text.split_once('+').ok_or(malformed)?;
        let (id, key) = rest.split_once('+').ok_or(malformed)?;
        let name = KeyName::new(name).map_err(|_| malformed)?;
        let id: [u8; 4] = from_hex(id).and_then(|id| id.try_into().ok()).ok_or(malformed)?;
        let key = from_base64(key).ok_or(malformed)?;
        let (&byte, public_key) = key.split_first().ok_or(malformed)?;
        let signature_type =
            SignatureType::from_byte(byte).ok_or(VerifierKeyError::UnsupportedType { byte })?;
        let parsed =
            Self::new(name, signature_type, public_key.try_into().map_err(|_| malformed)?)?;
        if parsed.id.0 == id { Ok(parsed) } else { Err(VerifierKeyError::WrongKeyId) }
    }
}

/// Why a text is not a verifier key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum VerifierKeyError {
    /// Not `name+hex+base64`, or a key of the wrong length.
    #[error("not a verifier key")]
    Malformed,
    /// A signature type this crate does not check.
    #[error("signature type 0x{byte:02x} is not supported")]
    UnsupportedType {
        /// The type byte found.
        byte: u8,
    },
    /// The ID is not the one name, type and key lead to.
    #[error("the key ID does not belong to this name and key")]
    WrongKeyId,
    /// Not a point of the curve, or one of small order.
    #[error("not a usable Ed25519 public key")]
    BadPoint,
}

/// A log's signing key. The secret is wiped when it is dropped and never printed.
pub struct NoteSigner {
    verifier: VerifierKey,
    secret: SigningKey,
}

impl NoteSigner {
    /// Derives the key from 32 secret random bytes (RFC 8032 section 5.1.5). Refuses nothing a random seed can hit.
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Result<Self, VerifierKeyError> {
        Self::of_type(name, SignatureType::Ed25519, seed)
    }

    pub(crate) fn of_type(
        name: KeyName,
        signature_type: SignatureType,
        seed: &[u8; 32],
    ) -> Result<Self, VerifierKeyError> {
        let secret = SigningKey::from_bytes(seed);
        let verifier = VerifierKey::new(name, signature_type, secret.verifying_key().as_bytes())?;
        Ok(Self { verifier, secret })
    }

    /// The public half, to publish.
    pub const fn verifier_key(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs a note text. The text must be one its caller checked: it should be a [`crate::checkpoint::Checkpoint`].
    pub fn sign(&self, text: &str) -> SignatureLine {
        self.line(self.sign_bytes(text.as_bytes()).to_vec())
    }

    pub(crate) fn sign_bytes(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message).to_bytes()
    }

    pub(crate) fn line(&self, signature: Vec<u8>) -> SignatureLine {
        SignatureLine::of(self.verifier.name().clone(), self.verifier.id(), signature)
    }
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoteSigner")
            .field("verifier", &self.verifier.to_string())
            .finish_non_exhaustive()
    }
}
