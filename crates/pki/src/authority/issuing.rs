//! Writing and signing a certificate (RFC 5280 section 4.1).

use std::time::Duration;

use const_oid::{AssociatedOid, ObjectIdentifier};
use der::asn1::{Any, BitString, GeneralizedTime, OctetString, UtcTime};
use der::{DateTime, Decode as _, Encode, Sequence, Tag};
use heqi_vocabulary::{Digest, Entropy, UtcMillis};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::certificate::Version;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages,
    SubjectKeyIdentifier,
};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

use super::IssueError;
use crate::certificate::{
    COMMON_NAME, ECDSA_WITH_SHA256, ID_ED25519, KEY_PURPOSE_DOCUMENT_SIGNING, SigningCertificate,
    TEST_ONLY_EXTENSION, TEST_ONLY_NOTICE,
};
use crate::keys::{Algorithm, PublicKey, Signature, Signer};
use crate::timestamp::KEY_PURPOSE_TIME_STAMPING;

/// What a certificate will say; who signs it and when it begins are the caller's.
pub(super) struct Draft<'a> {
    pub(super) issuer: &'a Name,
    pub(super) subject: &'a Name,
    pub(super) public_key: &'a PublicKey,
    pub(super) not_before: UtcMillis,
    pub(super) not_after: UtcMillis,
    pub(super) extensions: Vec<Extension>,
}

impl Draft<'_> {
    /// Writes the certificate, has it signed and reads it back, so that nothing leaves
    /// that our own reader would refuse.
    pub(super) fn sign(
        self,
        signer: &dyn Signer,
        entropy: &dyn Entropy,
    ) -> Result<SigningCertificate, IssueError> {
        let key = signer.public_key();
        let signature_algorithm =
            AlgorithmIdentifierOwned { oid: signature_oid(key.algorithm()), parameters: None };
        let tbs = self.into_tbs(&key, &signature_algorithm, entropy).map_err(encoding)?;
        let covered = tbs.to_der().map_err(encoding)?;
        let signature =
            x509_signature(key.algorithm(), &signer.sign(&covered)?).map_err(encoding)?;

        let der = Certificate { tbs, signature_algorithm, signature }.to_der().map_err(encoding)?;
        SigningCertificate::from_der(&der).map_err(|error| IssueError::Encoding(error.into()))
    }

    fn into_tbs(
        mut self,
        issuer_key: &PublicKey,
        signature: &AlgorithmIdentifierOwned,
        entropy: &dyn Entropy,
    ) -> der::Result<TbsCertificate> {
        let subject_id = SubjectKeyIdentifier(key_identifier(self.public_key)?);
        let issuer_id = AuthorityKeyIdentifier {
            key_identifier: Some(key_identifier(issuer_key)?),
            ..AuthorityKeyIdentifier::default()
        };
        self.extensions.push(extension(false, &subject_id)?);
        self.extensions.push(extension(false, &issuer_id)?);
        Ok(TbsCertificate {
            version: Version::V3,
            serial_number: serial_number(entropy)?,
            signature: signature.clone(),
            issuer: self.issuer.clone(),
            validity: Validity::new(time(self.not_before)?, time(self.not_after)?),
            subject: self.subject.clone(),
            subject_public_key_info: SubjectPublicKeyInfoOwned::from_der(
                &self.public_key.to_spki_der(),
            )?,
            extensions: self.extensions,
        })
    }
}

/// The extensions of an authority, without the key identifiers.
pub(super) fn authority_extensions(path_length: Option<u8>) -> der::Result<Vec<Extension>> {
    Ok(vec![
        extension(true, &BasicConstraints { ca: true, path_len_constraint: path_length })?,
        extension(true, &KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign))?,
        test_only_extension()?,
    ])
}

/// The extensions of a signer, without the key identifiers.
pub(super) fn signer_extensions() -> der::Result<Vec<Extension>> {
    Ok(vec![
        extension(true, &KeyUsage(KeyUsages::DigitalSignature | KeyUsages::NonRepudiation))?,
        extension(false, &ExtendedKeyUsage(vec![KEY_PURPOSE_DOCUMENT_SIGNING]))?,
        test_only_extension()?,
    ])
}

/// The extensions of an office's seal, without the key identifiers. Beside signing documents
/// stands mail: a reader that knows no other purpose (NSS) refuses the first alone.
pub(super) fn seal_extensions() -> der::Result<Vec<Extension>> {
    let purposes = vec![KEY_PURPOSE_DOCUMENT_SIGNING, KEY_PURPOSE_EMAIL_PROTECTION];
    Ok(vec![
        extension(true, &KeyUsage(KeyUsages::DigitalSignature | KeyUsages::NonRepudiation))?,
        extension(false, &ExtendedKeyUsage(purposes))?,
        test_only_extension()?,
    ])
}

/// The extensions of a stamping key, without the key identifiers (RFC 3161 section 2.3).
pub(super) fn stamping_extensions() -> der::Result<Vec<Extension>> {
    Ok(vec![
        extension(true, &KeyUsage(KeyUsages::DigitalSignature | KeyUsages::NonRepudiation))?,
        extension(true, &ExtendedKeyUsage(vec![KEY_PURPOSE_TIME_STAMPING]))?,
        test_only_extension()?,
    ])
}

/// A subject of common name and TEST ONLY notice. Built from its parts, so no text can
/// add or change an attribute (a name *parsed* from text could).
pub(super) fn test_only_name(common_name: &str) -> der::Result<Name> {
    let mut sequence = RdnSequence::default();
    for (oid, text) in [(ORGANIZATIONAL_UNIT, TEST_ONLY_NOTICE), (COMMON_NAME, common_name)] {
        let value = Any::new(Tag::Utf8String, text.as_bytes())?;
        let mut part = RelativeDistinguishedName::default();
        part.insert(AttributeTypeAndValue { oid, value })?;
        sequence.push(part);
    }
    Name::from_der(&sequence.to_der()?)
}

pub(super) fn extension<T: AssociatedOid + Encode>(
    critical: bool,
    value: &T,
) -> der::Result<Extension> {
    Ok(Extension { extn_id: T::OID, critical, extn_value: OctetString::new(value.to_der()?)? })
}

pub(super) fn encoding(error: der::Error) -> IssueError {
    IssueError::Encoding(error.into())
}

fn test_only_extension() -> der::Result<Extension> {
    let notice = Any::new(Tag::Utf8String, TEST_ONLY_NOTICE.as_bytes())?.to_der()?;
    Ok(Extension {
        extn_id: TEST_ONLY_EXTENSION,
        critical: false,
        extn_value: OctetString::new(notice)?,
    })
}

/// RFC 7093 section 2 method 1: the leftmost 160 bits of the key's SHA-256.
fn key_identifier(key: &PublicKey) -> der::Result<OctetString> {
    let digest = Digest::of(&key.to_raw_bytes());
    OctetString::new(digest.as_bytes().split_at(20).0)
}

/// 16 bytes, 126 of their bits random: the first bit clear to be positive, the second
/// set to have one length.
fn serial_number(entropy: &dyn Entropy) -> der::Result<SerialNumber> {
    let mut bytes = entropy.bytes::<16>();
    bytes[0] = bytes[0] & 0x7f | 0x40;
    SerialNumber::new(&bytes)
}

/// RFC 5280 section 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050, whole
/// seconds.
fn time(instant: UtcMillis) -> der::Result<Time> {
    let date_time = DateTime::from_unix_duration(Duration::from_secs(instant.unix_seconds()))?;
    if date_time.year() < 2050 {
        Ok(Time::UtcTime(UtcTime::from_date_time(date_time)?))
    } else {
        Ok(Time::GeneralTime(GeneralizedTime::from_date_time(date_time)))
    }
}

/// RFC 3279 section 2.2.3: X.509 carries ECDSA as a DER sequence, our keys give r‖s.
fn x509_signature(algorithm: Algorithm, signature: &Signature) -> der::Result<BitString> {
    match algorithm {
        Algorithm::Ed25519 => BitString::from_bytes(signature.as_bytes()),
        Algorithm::P256 => {
            let signature = p256::ecdsa::Signature::from_slice(signature.as_bytes())
                .map_err(|_| der::ErrorKind::Failed)?;
            BitString::from_bytes(signature.to_der().as_bytes())
        }
    }
}

const fn signature_oid(algorithm: Algorithm) -> ObjectIdentifier {
    match algorithm {
        Algorithm::Ed25519 => ID_ED25519,
        Algorithm::P256 => ECDSA_WITH_SHA256,
    }
}

/// RFC 5280 section 4.1.2, without the unique identifiers it forbids.
#[derive(Sequence)]
struct TbsCertificate {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    version: Version,
    serial_number: SerialNumber,
    signature: AlgorithmIdentifierOwned,
    issuer: Name,
    validity: Validity,
    subject: Name,
    subject_public_key_info: SubjectPublicKeyInfoOwned,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    extensions: Vec<Extension>,
}

/// RFC 5280 section 4.1.1.
#[derive(Sequence)]
struct Certificate {
    tbs: TbsCertificate,
    signature_algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

/// RFC 5280 section 4.2.1.12: id-kp-emailProtection.
const KEY_PURPOSE_EMAIL_PROTECTION: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4");
/// RFC 5280 appendix A.1, id-at-organizationalUnitName.
const ORGANIZATIONAL_UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
