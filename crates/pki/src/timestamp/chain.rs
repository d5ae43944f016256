//! Certificates of time authorities and of those above them (RFC 5280), with P-256 and
//! RSA keys, and whether they lead to a root (RFC 3161 section 2.3).

use const_oid::ObjectIdentifier;
use der::Decode as _;
use heqi_vocabulary::{Digest, UtcMillis};
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use rsa::{BoxedUint, Pkcs1v15Sign};
use sha2::{Sha256, Sha384, Sha512};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::KeyUsages;
use x509_cert::time::{Time, Validity};

use super::der::{self as raw, Malformed, Node, context};
use super::{HashAlgorithm, KEY_PURPOSE_TIME_STAMPING, read_algorithm, whole};
use crate::certificate::{ANY_KEY_PURPOSE, Authority, Extensions, SigningCertificate};
use crate::keys::{Algorithm, PublicKey};

/// The longest certificate accepted, in DER bytes.
const MAX_CERTIFICATE_BYTES: usize = 8 * 1024;
/// Certificates between the authority's own and the root, at most.
const MAX_BETWEEN: usize = 3;
const RSA_BITS: std::ops::RangeInclusive<u32> = 2048..=4096;

/// How a signature was made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Scheme {
    Ecdsa(HashAlgorithm),
    /// RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2).
    RsaPkcs1(HashAlgorithm),
}

impl Scheme {
    /// Reads a signature AlgorithmIdentifier; `None` for one that is not accepted.
    /// CMS may name RSA without the hash, which then is the digest algorithm's (RFC 3370
    /// section 3.2).
    pub(super) fn read(
        identifier: Node<'_>,
        digest: Option<HashAlgorithm>,
    ) -> Result<Option<Self>, Malformed> {
        let (oid, parameters) = read_algorithm(identifier)?;
        let plain = parameters.is_none_or(Node::is_null);
        let known = SCHEMES.iter().find(|(known, _)| *known == oid).map(|(_, scheme)| *scheme);
        Ok(match known {
            _ if !plain => None,
            // RFC 5758 section 3.2: parameters MUST be absent.
            Some(Self::Ecdsa(_)) if parameters.is_some() => None,
            // The digest that is signed must be the one that is named beside it.
            Some(Self::Ecdsa(hash) | Self::RsaPkcs1(hash))
                if digest.is_some_and(|named| named != hash) =>
            {
                None
            }
            Some(scheme) => Some(scheme),
            None if oid == RSA_ENCRYPTION => digest.map(Self::RsaPkcs1),
            None => None,
        })
    }
}

/// A key of an authority.
#[derive(Clone, Debug)]
pub(super) enum Key {
    P256(p256::ecdsa::VerifyingKey),
    Rsa(rsa::PublicKey),
}

impl Key {
    fn from_spki(spki: Node<'_>) -> Result<Self, CertificateFault> {
        if let Ok(key) = PublicKey::from_spki_der(spki.whole)
            && key.algorithm() == Algorithm::P256
        {
            return p256::ecdsa::VerifyingKey::from_sec1_bytes(&key.to_raw_bytes())
                .map(Self::P256)
                .map_err(|_| CertificateFault::Key);
        }
        let mut fields = spki.sequence()?;
        let (oid, parameters) = read_algorithm(fields.expect(raw::SEQUENCE)?)?;
        let key = fields.expect(raw::BIT_STRING)?.whole_bits()?;
        fields.finish()?;
        if oid != RSA_ENCRYPTION || !parameters.is_some_and(Node::is_null) {
            return Err(CertificateFault::Key);
        }
        let mut numbers = whole(key)?.sequence()?;
        let modulus = BoxedUint::from_be_slice_vartime(numbers.expect(raw::INTEGER)?.unsigned()?);
        let exponent = BoxedUint::from_be_slice_vartime(numbers.expect(raw::INTEGER)?.unsigned()?);
        numbers.finish()?;
        if !RSA_BITS.contains(&modulus.bit_width_vartime()) {
            return Err(CertificateFault::Key);
        }
        rsa::PublicKey::new(modulus, exponent).map(Self::Rsa).map_err(|_| CertificateFault::Key)
    }

    pub(super) fn verify(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
        match (self, scheme) {
            (Self::P256(key), Scheme::Ecdsa(hash)) => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(&hash.hash(message), &signature).is_ok()),
            (Self::Rsa(key), Scheme::RsaPkcs1(hash)) => {
                let padding = match hash {
                    HashAlgorithm::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                    HashAlgorithm::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                    HashAlgorithm::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
                };
                key.verify(padding, &hash.hash(message), signature).is_ok()
            }
            _ => false,
        }
    }
}

/// A certificate, as far as time stamps need it.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    pub(super) der: Vec<u8>,
    /// TBSCertificate: what the issuer signed.
    signed: Vec<u8>,
    scheme: Scheme,
    signature: Vec<u8>,
    /// The content of the INTEGER.
    pub(super) serial: Vec<u8>,
    pub(super) issuer: Vec<u8>,
    subject: Vec<u8>,
    not_before: UtcMillis,
    not_after: UtcMillis,
    pub(super) key: Key,
    extensions: Extensions,
    pub(super) key_identifier: Option<Vec<u8>>,
}

impl Certificate {
    pub(super) fn from_der(bytes: &[u8]) -> Result<Self, CertificateFault> {
        if bytes.len() > MAX_CERTIFICATE_BYTES {
            return Err(CertificateFault::Der);
        }
        let mut certificate = whole(bytes)?.sequence()?;
        let tbs = certificate.expect(raw::SEQUENCE)?;
        let algorithm = certificate.expect(raw::SEQUENCE)?;
        let signature = certificate.expect(raw::BIT_STRING)?.whole_bits()?;
        certificate.finish()?;

        let mut fields = tbs.sequence()?;
        if fields.expect(context(0))?.only()?.small()? != 2 {
            return Err(CertificateFault::Der);
        }
        let serial = fields.expect(raw::INTEGER)?.value.to_vec();
        let named_inside = fields.expect(raw::SEQUENCE)?;
        let issuer = fields.expect(raw::SEQUENCE)?.whole.to_vec();
        let (not_before, not_after) = validity(fields.expect(raw::SEQUENCE)?)?;
        let subject = fields.expect(raw::SEQUENCE)?.whole.to_vec();
        let key = Key::from_spki(fields.expect(raw::SEQUENCE)?)?;
        let extensions = match fields.optional(context(3))? {
            None => Vec::new(),
            Some(list) => Vec::<Extension>::from_der(list.value).map_err(|_| Malformed)?,
        };
        fields.finish()?;
        if named_inside.whole != algorithm.whole {
            return Err(CertificateFault::Der);
        }
        let identifier = extensions.iter().find(|one| one.extn_id == SUBJECT_KEY_IDENTIFIER);
        Ok(Self {
            der: bytes.to_vec(),
            signed: tbs.whole.to_vec(),
            scheme: Scheme::read(algorithm, None)?.ok_or(CertificateFault::Algorithm)?,
            signature: signature.to_vec(),
            serial,
            issuer,
            subject,
            not_before,
            not_after,
            key,
            key_identifier: identifier
                .and_then(|one| whole(one.extn_value.as_bytes()).ok())
                .map(|octets| octets.value.to_vec()),
            extensions: Extensions::read(&extensions).map_err(|_| CertificateFault::Der)?,
        })
    }

    pub(super) const fn is_test_only(&self) -> bool {
        self.extensions.is_test_only
    }

    /// That this certificate's key may stamp, at this instant (RFC 3161 section 2.3).
    pub(super) fn check_stamps(&self, at: UtcMillis) -> Result<(), CertificateFault> {
        let extensions = &self.extensions;
        let sole = extensions.key_purposes.as_deref() == Some(&[KEY_PURPOSE_TIME_STAMPING]);
        if !sole || !extensions.key_purposes_are_critical {
            return Err(CertificateFault::ExtendedKeyUsage);
        }
        let signs_only = extensions.key_usage.is_none_or(|usage| {
            usage
                .0
                .into_iter()
                .all(|one| matches!(one, KeyUsages::DigitalSignature | KeyUsages::NonRepudiation))
        });
        if !signs_only {
            return Err(CertificateFault::KeyUsage);
        }
        if extensions.authority != Authority::No {
            return Err(CertificateFault::IsAuthority);
        }
        if extensions.has_unknown_critical {
            return Err(CertificateFault::UnknownCriticalExtension);
        }
        self.check_valid(at)
    }

    fn check_valid(&self, at: UtcMillis) -> Result<(), CertificateFault> {
        if (self.not_before..=self.not_after).contains(&at) {
            Ok(())
        } else {
            Err(CertificateFault::NotValidThen)
        }
    }

    fn may_issue(&self, authorities_below: usize) -> bool {
        let extensions = &self.extensions;
        let is_authority = match extensions.authority {
            Authority::No => false,
            Authority::Yes { path_length } => {
                path_length.is_none_or(|most| authorities_below <= usize::from(most))
            }
        };
        let for_stamping = extensions.key_purposes.is_none()
            || extensions.allows_purpose(KEY_PURPOSE_TIME_STAMPING)
            || extensions.allows_purpose(ANY_KEY_PURPOSE);
        is_authority
            && for_stamping
            && extensions.key_usage.is_some_and(|usage| usage.key_cert_sign())
            && !extensions.has_unknown_critical
            && !extensions.has_name_constraints
    }

    /// By name, by right and by signature.
    fn issued(&self, other: &Self, authorities_below: usize) -> bool {
        other.issuer == self.subject
            && self.may_issue(authorities_below)
            && self.key.verify(other.scheme, &other.signed, &other.signature)
    }
}

/// The root that `own` leads to over some of `others`, all valid at the instant; `None`
/// when it leads to none of them.
///
/// # Errors
/// It leads to one, but some certificate on the way was not valid at that instant.
pub(super) fn find_root<'r>(
    own: &Certificate,
    others: &[Certificate],
    roots: &'r [TimeRoot],
    at: UtcMillis,
) -> Result<Option<&'r TimeRoot>, CertificateFault> {
    climb(own, others, roots, at, 0)
}

fn climb<'r>(
    from: &Certificate,
    others: &[Certificate],
    roots: &'r [TimeRoot],
    at: UtcMillis,
    below: usize,
) -> Result<Option<&'r TimeRoot>, CertificateFault> {
    let mut lapsed = None;
    for root in roots.iter().filter(|root| root.0.issued(from, below)) {
        match root.0.check_valid(at) {
            Ok(()) => return Ok(Some(root)),
            Err(fault) => lapsed = Some(fault),
        }
    }
    if below < MAX_BETWEEN {
        for (place, next) in others.iter().enumerate().filter(|(_, o)| o.issued(from, below)) {
            // A certificate stands on the way once: cross-certificates cannot lead in circles.
            let rest: Vec<Certificate> = others
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != place)
                .map(|(_, certificate)| certificate.clone())
                .collect();
            let found = climb(next, &rest, roots, at, below + 1).and_then(|root| match root {
                Some(root) => next.check_valid(at).map(|()| Some(root)),
                None => Ok(None),
            });
            match found {
                Ok(None) => {}
                Ok(root) => return Ok(root),
                Err(fault) => lapsed = Some(fault),
            }
        }
    }
    lapsed.map_or(Ok(None), Err)
}

/// A root the reader was told to trust for time.
#[derive(Clone, Debug)]
pub struct TimeRoot(Certificate, bool);

impl TimeRoot {
    /// Reads a root from DER. `test_only` is what its source declares; the mark in the
    /// certificate itself counts as well.
    ///
    /// # Errors
    /// Not readable, not an authority's, or not signed by its own key.
    pub fn from_der(bytes: &[u8], test_only: bool) -> Result<Self, TimeRootError> {
        let certificate = Certificate::from_der(bytes).map_err(TimeRootError)?;
        if certificate.issued(&certificate, 0) {
            Ok(Self(certificate, test_only))
        } else {
            Err(TimeRootError(CertificateFault::NotARoot))
        }
    }

    /// Reads one `CERTIFICATE` block.
    ///
    /// # Errors
    /// As [`Self::from_der`], or not one PEM block of that label.
    pub fn from_pem(text: &str, test_only: bool) -> Result<Self, TimeRootError> {
        let der = crate::certificate::read_certificate(text)
            .ok_or(TimeRootError(CertificateFault::Der))?;
        Self::from_der(&der, test_only)
    }

    /// The DER of the certificate.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The SHA-256 of the DER.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0.der)
    }

    /// Whether nothing under this root is worth anything outside tests.
    pub const fn is_test_only(&self) -> bool {
        self.1 || self.0.is_test_only()
    }
}

impl From<&SigningCertificate> for SignerName {
    fn from(certificate: &SigningCertificate) -> Self {
        Self(certificate.der().to_vec())
    }
}

/// The issuer and serial number by which a token names its certificate.
pub(crate) struct SignerName(Vec<u8>);

impl SignerName {
    /// `(issuer Name, serialNumber INTEGER)`, each in DER.
    pub(crate) fn parts(&self) -> Result<(Vec<u8>, Vec<u8>), Malformed> {
        let mut certificate = whole(&self.0)?.sequence()?;
        let mut fields = certificate.expect(raw::SEQUENCE)?.sequence()?;
        fields.expect(context(0))?;
        let serial = fields.expect(raw::INTEGER)?.whole.to_vec();
        fields.expect(raw::SEQUENCE)?;
        Ok((fields.expect(raw::SEQUENCE)?.whole.to_vec(), serial))
    }
}

/// Why a certificate cannot be a root for time.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the certificate cannot be a root for time stamps: {0}")]
pub struct TimeRootError(#[source] pub CertificateFault);

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "one for each rule of the specification")]
pub enum CertificateFault {
    /// Not a certificate of version 3 in DER, or an extension twice or unreadable.
    #[error("a certificate is not X.509 version 3 in DER")]
    Der,
    /// Signed with an algorithm that is not accepted.
    #[error("a certificate is signed with an algorithm this profile does not know")]
    Algorithm,
    /// A key that is not accepted.
    #[error("a certificate's key is neither P-256 nor RSA of 2048 to 4096 bits")]
    Key,
    /// extKeyUsage is not critical with timeStamping alone.
    #[error("the authority's extended key usage is not time stamping alone, and critical")]
    ExtendedKeyUsage,
    /// keyUsage allows more than signing.
    #[error("the authority's key usage allows more than signing")]
    KeyUsage,
    /// It may issue certificates.
    #[error("the authority's certificate may issue certificates")]
    IsAuthority,
    /// A critical extension that is not known.
    #[error("the authority's certificate has a critical extension this profile does not know")]
    UnknownCriticalExtension,
    /// Outside its validity at the stamped instant.
    #[error("a certificate was not valid at the stamped instant")]
    NotValidThen,
    /// Not an authority's, or not signed by its own key.
    #[error("it is not an authority's own certificate")]
    NotARoot,
}

impl From<Malformed> for CertificateFault {
    fn from(_: Malformed) -> Self {
        Self::Der
    }
}

fn validity(node: Node<'_>) -> Result<(UtcMillis, UtcMillis), CertificateFault> {
    let validity = Validity::<x509_cert::certificate::Rfc5280>::from_der(node.whole)
        .map_err(|_| CertificateFault::Der)?;
    let instant = |time: Time| {
        UtcMillis::from_unix_seconds(time.to_unix_duration().as_secs())
            .map_err(|_| CertificateFault::Der)
    };
    Ok((instant(validity.not_before)?, instant(validity.not_after)?))
}

const SCHEMES: [(ObjectIdentifier, Scheme); 6] = [
    (oid("1.2.840.10045.4.3.2"), Scheme::Ecdsa(HashAlgorithm::Sha256)),
    (oid("1.2.840.10045.4.3.3"), Scheme::Ecdsa(HashAlgorithm::Sha384)),
    (oid("1.2.840.10045.4.3.4"), Scheme::Ecdsa(HashAlgorithm::Sha512)),
    (oid("1.2.840.113549.1.1.11"), Scheme::RsaPkcs1(HashAlgorithm::Sha256)),
    (oid("1.2.840.113549.1.1.12"), Scheme::RsaPkcs1(HashAlgorithm::Sha384)),
    (oid("1.2.840.113549.1.1.13"), Scheme::RsaPkcs1(HashAlgorithm::Sha512)),
];
/// RFC 8017 appendix A.1.
const RSA_ENCRYPTION: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
/// RFC 5280 section 4.2.1.2.
const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = oid("2.5.29.14");

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

#[cfg(test)]
mod tests;
