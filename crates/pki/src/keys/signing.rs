//! Private keys held in memory, and their key files (PKCS#8 PEM, RFC 5958 and 7468).

use std::fmt;

use der::asn1::OctetStringRef;
use heqi_vocabulary::Entropy;
use p256::ecdsa::signature::Signer as _;
use pkcs8::{AlgorithmIdentifierRef, EncodePrivateKey as _, LineEnding, PrivateKeyInfoRef};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{Algorithm, PublicKey, SignError, Signature, Signer};

/// A private key in this process's memory, overwritten when dropped. It cannot be
/// displayed, compared, cloned or serialised by accident; the one way out is
/// [`Self::to_pkcs8_pem`].
pub struct SigningKey(Secret);

enum Secret {
    Ed25519(ed25519_dalek::SigningKey),
    P256(p256::ecdsa::SigningKey),
}

impl SigningKey {
    /// Makes a new key from 32 random bytes.
    pub fn generate(algorithm: Algorithm, entropy: &dyn Entropy) -> Self {
        let mut seed = Zeroizing::new(entropy.bytes::<32>());
        match algorithm {
            Algorithm::Ed25519 => {
                Self(Secret::Ed25519(ed25519_dalek::SigningKey::from_bytes(&seed)))
            }
            Algorithm::P256 => loop {
                // 0 and values from n up are not keys: one seed in 2^32. Hashing instead of
                // drawing again keeps this finite whatever the source of randomness does.
                if let Ok(key) = p256::ecdsa::SigningKey::from_slice(seed.as_slice()) {
                    return Self(Secret::P256(key));
                }
                seed = Zeroizing::new(Sha256::digest(seed.as_slice()).into());
            },
        }
    }

    /// The Ed25519 key of this seed (RFC 8032 section 5.1.5), the form note keys are kept in.
    pub fn from_ed25519_seed(seed: &[u8; 32]) -> Self {
        Self(Secret::Ed25519(ed25519_dalek::SigningKey::from_bytes(seed)))
    }

    /// Reads an unencrypted `PRIVATE KEY` block.
    ///
    /// # Errors
    /// Not one PEM block of that label, not PKCS#8, another algorithm, a public half
    /// that does not belong to the private one.
    pub fn from_pkcs8_pem(pem: &str) -> Result<Self, SigningKeyError> {
        let (label, document) =
            pkcs8::SecretDocument::from_pem(pem).map_err(|_| SigningKeyError::Pem)?;
        if label != PEM_LABEL {
            return Err(SigningKeyError::Pem);
        }
        let info =
            PrivateKeyInfoRef::try_from(document.as_bytes()).map_err(|_| SigningKeyError::Pkcs8)?;
        if info.algorithm.oid == ED25519_OID {
            ed25519_from(&info)
        } else {
            p256::ecdsa::SigningKey::try_from(info)
                .map(|key| Self(Secret::P256(key)))
                .map_err(|_| SigningKeyError::Key)
        }
    }

    /// Writes an unencrypted `PRIVATE KEY` block with line feeds, for a key file only
    /// its owner may read.
    ///
    /// # Errors
    /// Only when DER encoding fails, which these fixed-size keys give no cause for.
    pub fn to_pkcs8_pem(&self) -> Result<Zeroizing<String>, SigningKeyError> {
        let document = match &self.0 {
            Secret::Ed25519(key) => {
                let mut octets = Zeroizing::new(ED25519_CURVE_PRIVATE_KEY_PREFIX.to_vec());
                octets.extend_from_slice(key.as_bytes());
                let algorithm = AlgorithmIdentifierRef { oid: ED25519_OID, parameters: None };
                OctetStringRef::new(&octets)
                    .map_err(pkcs8::Error::from)
                    .and_then(|octets| PrivateKeyInfoRef::new(algorithm, octets).to_pkcs8_der())
            }
            Secret::P256(key) => key.to_pkcs8_der(),
        }
        .map_err(|_| SigningKeyError::Pkcs8)?;
        document.to_pem(PEM_LABEL, LineEnding::LF).map_err(|_| SigningKeyError::Pem)
    }

    /// Signs exactly these bytes; never fails, and the same bytes always give the same
    /// signature (RFC 8032, RFC 6979).
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature::from_bytes(match &self.0 {
            Secret::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Secret::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
        })
    }

    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        match &self.0 {
            Secret::Ed25519(key) => PublicKey::of_ed25519(key),
            Secret::P256(key) => PublicKey::of_p256(key),
        }
    }
}

impl Signer for SigningKey {
    fn public_key(&self) -> PublicKey {
        Self::public_key(self)
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
        Ok(Self::sign(self, message))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({:?})", self.public_key())
    }
}

/// Why a key file was not read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SigningKeyError {
    /// Not a PEM block labelled `PRIVATE KEY`.
    #[error("not one PEM block labelled PRIVATE KEY")]
    Pem,
    /// The block does not hold PKCS#8.
    #[error("the PEM block does not hold a PKCS#8 private key")]
    Pkcs8,
    /// Not a key Heqi signs with.
    #[error("not an Ed25519 or P-256 private key, or its two halves do not belong together")]
    Key,
}

fn ed25519_from(info: &PrivateKeyInfoRef<'_>) -> Result<SigningKey, SigningKeyError> {
    // RFC 8410 section 7: the key octets are themselves an OCTET STRING of 32 bytes.
    let seed = info
        .private_key
        .as_bytes()
        .strip_prefix(&ED25519_CURVE_PRIVATE_KEY_PREFIX)
        .and_then(|seed| <&[u8; 32]>::try_from(seed).ok())
        .filter(|_| info.algorithm.parameters.is_none())
        .ok_or(SigningKeyError::Key)?;
    let key = ed25519_dalek::SigningKey::from_bytes(seed);
    match info.public_key.map(|public| public.as_bytes() == Some(key.verifying_key().as_bytes())) {
        Some(false) => Err(SigningKeyError::Key),
        Some(true) | None => Ok(SigningKey(Secret::Ed25519(key))),
    }
}

const PEM_LABEL: &str = "PRIVATE KEY";
const ED25519_OID: pkcs8::ObjectIdentifier = pkcs8::ObjectIdentifier::new_unwrap("1.3.101.112");
const ED25519_CURVE_PRIVATE_KEY_PREFIX: [u8; 2] = [0x04, 0x20];
