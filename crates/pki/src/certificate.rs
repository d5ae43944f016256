//! Signer certificates: X.509 v3 (RFC 5280) as `docs/spec/signer-certificate.md`
//! narrows it, and the rules of their chain.
//!
//! Reading a certificate settles its bytes ([`SigningCertificate`]); the rules that
//! need an issuer, a root and an instant are the chain's ([`CertificateChain`]).

mod chain;
mod extensions;
mod pem;
mod rules;

use std::fmt;

use const_oid::ObjectIdentifier;
use der::{Decode as _, Encode as _, EncodeValue as _, Tagged as _};
use heqi_vocabulary::{Digest, UtcMillis};
use x509_cert::certificate::{TbsCertificate, Version};
use x509_cert::name::Name;
use x509_cert::time::Time;

use crate::keys::{Algorithm, PublicKey, PublicKeyError};

pub use chain::{
    AnchoredChain, CertificateChain, ChainError, ChainFormError, MAX_CHAIN, TrustedRoot,
    TrustedRootError, ValidityError, VerifiedChain,
};
pub(crate) use extensions::{ANY_KEY_PURPOSE, Authority, Extensions, KEY_PURPOSE_DOCUMENT_SIGNING};
pub use extensions::{ExtensionError, TEST_ONLY_EXTENSION, TEST_ONLY_NOTICE};
pub(crate) use pem::{PemBlocks, read_certificate, write_certificate};
pub use rules::ChainFault;
pub(crate) use rules::{check_authority, check_issued};

/// The longest certificate accepted, in DER bytes.
pub const MAX_CERTIFICATE_BYTES: usize = 8 * 1024;

/// A certificate of a signer or of an authority above one: well formed, with a usable
/// key, and not yet believed.
#[derive(Clone)]
pub struct SigningCertificate {
    der: Vec<u8>,
    /// `TBSCertificate`, the bytes the issuer signed.
    signed: Vec<u8>,
    signature_algorithm: Algorithm,
    signature: Vec<u8>,
    serial: Vec<u8>,
    issuer: Name,
    subject: Name,
    common_name: Option<String>,
    not_before: UtcMillis,
    not_after: UtcMillis,
    public_key: PublicKey,
    extensions: Extensions,
}

impl SigningCertificate {
    /// Reads a certificate from DER.
    ///
    /// # Errors
    /// Over 8 KiB, not exactly DER (every byte accounted for), not version 3, a key or
    /// signature algorithm other than Ed25519 and P-256, or a field the profile forbids.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > MAX_CERTIFICATE_BYTES {
            return Err(CertificateError::TooLarge);
        }
        let certificate =
            x509_cert::Certificate::from_der(der).map_err(|_| CertificateError::Der)?;
        // The decoder forgives a few non-canonical spellings. Writing the value again must
        // give the same bytes, so that the digest names one certificate and the signed
        // part below is the part that was signed.
        if certificate.to_der().ok().as_deref() != Some(der) {
            return Err(CertificateError::Der);
        }

        let tbs = certificate.tbs_certificate();
        check_version(tbs)?;
        if certificate.signature_algorithm() != tbs.signature() {
            return Err(CertificateError::SignatureAlgorithm);
        }
        let (not_before, not_after) = validity(tbs)?;
        let spki = tbs.subject_public_key_info().to_der().map_err(|_| CertificateError::Der)?;
        Ok(Self {
            signed: tbs.to_der().map_err(|_| CertificateError::Der)?,
            signature_algorithm: signature_algorithm(tbs)?,
            signature: certificate.signature().as_bytes().ok_or(CertificateError::Der)?.to_vec(),
            serial: serial(tbs)?,
            issuer: name(tbs.issuer())?,
            subject: name(tbs.subject())?,
            common_name: common_name(tbs.subject())?,
            not_before,
            not_after,
            public_key: PublicKey::from_spki_der(&spki)?,
            extensions: Extensions::read(tbs.extensions().map_or(&[][..], Vec::as_slice))?,
            der: der.to_vec(),
        })
    }

    /// The exact DER of the certificate.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The SHA-256 of the DER; signing statements name their certificate by it.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.der)
    }

    /// The key the certificate vouches for.
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The first instant at which the certificate is valid.
    pub const fn not_before(&self) -> UtcMillis {
        self.not_before
    }

    /// The last instant at which the certificate is valid.
    pub const fn not_after(&self) -> UtcMillis {
        self.not_after
    }

    /// The serial number in lower-case hexadecimal, whole bytes.
    pub fn serial_hex(&self) -> String {
        hex::encode(&self.serial)
    }

    /// The subject's common name, where there is one: for a signer a pseudonymous party
    /// id, never a person's name.
    pub fn subject_common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }

    /// Whether this very certificate carries the TEST ONLY mark. Ask the chain, which
    /// also looks at the authorities above: [`CertificateChain::is_test_only`].
    pub const fn is_test_only(&self) -> bool {
        self.extensions.is_test_only
    }

    /// Whether `key` made this certificate's signature.
    fn is_signed_by(&self, key: &PublicKey) -> bool {
        if key.algorithm() != self.signature_algorithm {
            return false;
        }
        match key.algorithm() {
            Algorithm::Ed25519 => key.verify(&self.signed, &self.signature).is_ok(),
            // X.509 carries ECDSA-Sig-Value (RFC 3279 section 2.2.3), our keys take r‖s.
            Algorithm::P256 => p256::ecdsa::Signature::from_der(&self.signature)
                .is_ok_and(|signature| key.verify(&self.signed, &signature.to_bytes()).is_ok()),
        }
    }

    /// Names are compared as encoded: an issuer writes its own name one way.
    pub(crate) fn names_as_issuer(&self, authority: &Self) -> bool {
        self.issuer == authority.subject
    }

    pub(crate) const fn subject(&self) -> &Name {
        &self.subject
    }
}

impl Eq for SigningCertificate {}

impl PartialEq for SigningCertificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl fmt::Debug for SigningCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningCertificate(serial {}, sha256 {})", self.serial_hex(), self.digest())
    }
}

/// Why bytes are not a certificate of the profile.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CertificateError {
    /// Over [`MAX_CERTIFICATE_BYTES`].
    #[error("the certificate is longer than {MAX_CERTIFICATE_BYTES} bytes")]
    TooLarge,
    /// Not one X.509 certificate in canonical DER, or bytes left over.
    #[error("not exactly one X.509 certificate in DER")]
    Der,
    /// Version 1 or 2, or the unique identifiers those had.
    #[error("the certificate is not version 3, or has unique identifiers")]
    Version,
    /// Signed with something else, or the two places that say so differ.
    #[error(
        "the certificate's signature algorithm is neither Ed25519 nor ECDSA with SHA-256, or is given twice differently"
    )]
    SignatureAlgorithm,
    /// Zero, negative or longer than 20 bytes.
    #[error("the serial number is not a positive integer of at most 20 bytes")]
    Serial,
    /// Empty, or with an unreadable or repeated common name.
    #[error("the subject or issuer is empty, or its common name is unreadable or repeated")]
    Name,
    /// Outside the years 1970 to 9999, or ending before it begins.
    #[error("the validity period is out of range or ends before it begins")]
    Validity,
    /// Not a key Heqi verifies with.
    #[error(transparent)]
    PublicKey(#[from] PublicKeyError),
    /// An extension twice, or one the profile knows and cannot read.
    #[error(transparent)]
    Extension(#[from] ExtensionError),
}

fn check_version(tbs: &TbsCertificate) -> Result<(), CertificateError> {
    let has_unique_ids = tbs.issuer_unique_id().is_some() || tbs.subject_unique_id().is_some();
    if tbs.version() != Version::V3 || has_unique_ids {
        Err(CertificateError::Version)
    } else {
        Ok(())
    }
}

fn signature_algorithm(tbs: &TbsCertificate) -> Result<Algorithm, CertificateError> {
    let algorithm = tbs.signature();
    match algorithm.oid {
        // RFC 8410 section 3 and RFC 5758 section 3.2: parameters MUST be absent.
        _ if algorithm.parameters.is_some() => Err(CertificateError::SignatureAlgorithm),
        ID_ED25519 => Ok(Algorithm::Ed25519),
        ECDSA_WITH_SHA256 => Ok(Algorithm::P256),
        _ => Err(CertificateError::SignatureAlgorithm),
    }
}

fn serial(tbs: &TbsCertificate) -> Result<Vec<u8>, CertificateError> {
    let mut content = Vec::new();
    tbs.serial_number().encode_value(&mut content).map_err(|_| CertificateError::Serial)?;
    let is_negative = content.first().is_none_or(|first| first & 0x80 != 0);
    if is_negative || content.len() > 20 || content.iter().all(|byte| *byte == 0) {
        return Err(CertificateError::Serial);
    }
    // A leading zero byte only keeps the integer positive.
    Ok(content.strip_prefix(&[0]).map(<[u8]>::to_vec).unwrap_or(content))
}

fn name(name: &Name) -> Result<Name, CertificateError> {
    // Everything else in a certificate has a type that the decoder knows.
    let is_one_byte = |tag: der::Tag| tag.number().0 < MULTI_BYTE_TAG;
    if !name.iter().all(|attribute| is_one_byte(attribute.value.tag())) {
        return Err(CertificateError::Der);
    }
    if name.is_empty() { Err(CertificateError::Name) } else { Ok(name.clone()) }
}

fn common_name(subject: &Name) -> Result<Option<String>, CertificateError> {
    // A second common name would let two readers see two subjects.
    if subject.iter().filter(|attribute| attribute.oid == COMMON_NAME).count() > 1 {
        return Err(CertificateError::Name);
    }
    let name = subject.common_name().map_err(|_| CertificateError::Name)?;
    Ok(name.map(String::from))
}

fn validity(tbs: &TbsCertificate) -> Result<(UtcMillis, UtcMillis), CertificateError> {
    let instant = |time: Time| {
        UtcMillis::from_unix_seconds(time.to_unix_duration().as_secs())
            .map_err(|_| CertificateError::Validity)
    };
    let not_before = instant(tbs.validity().not_before)?;
    let not_after = instant(tbs.validity().not_after)?;
    if not_after < not_before {
        Err(CertificateError::Validity)
    } else {
        Ok((not_before, not_after))
    }
}

/// RFC 8410 section 3.
pub(crate) const ID_ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// RFC 5758 section 3.2.
pub(crate) const ECDSA_WITH_SHA256: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
/// X.690 section 8.1.2.4: from this number on an identifier takes several bytes.
const MULTI_BYTE_TAG: u32 = 31;
/// RFC 5280 appendix A.1, id-at-commonName.
pub(crate) const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

#[cfg(test)]
mod tests;
