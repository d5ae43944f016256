//! Making tokens: the authority's half of RFC 3161.

use const_oid::ObjectIdentifier;
use heqi_vocabulary::{Digest, UtcMillis};

use super::chain::SignerName;
use super::der::{self, context, integer, set_of, tlv};
use super::{
    Accuracy, HashAlgorithm, ID_CONTENT_TYPE, ID_CT_TST_INFO, ID_MESSAGE_DIGEST, ID_SIGNED_DATA,
    ID_SIGNING_CERTIFICATE_V2, Malformed, TimeStampRequest, TstInfo, write_algorithm,
};
use crate::certificate::{ECDSA_WITH_SHA256, SigningCertificate};
use crate::keys::{Algorithm, SignError, Signer};

/// Makes tokens under one key, certificate and policy. It has no clock and no counter:
/// instant and serial number are its caller's, which must never use a number twice.
pub struct TokenIssuer {
    signer: Box<dyn Signer>,
    policy: ObjectIdentifier,
    accuracy: Accuracy,
    /// The certificate's validity.
    valid: std::ops::RangeInclusive<UtcMillis>,
    /// The certificates as a token carries them, `[0] IMPLICIT SET OF`.
    certificates: Vec<u8>,
    /// IssuerAndSerialNumber.
    name: Vec<u8>,
    /// The attributes that are the same in every token.
    content_type: Vec<u8>,
    signing_certificate: Vec<u8>,
}

impl TokenIssuer {
    /// An issuer whose certificate is the first of `chain`, followed by those above it,
    /// the root left out. Whether that certificate may stamp is for whoever verifies: a
    /// service checks its first token before it serves.
    ///
    /// # Errors
    /// No certificate, a key that is not P-256, or one that is not the certificate's.
    pub fn new(
        signer: Box<dyn Signer>,
        chain: &[SigningCertificate],
        policy: ObjectIdentifier,
        accuracy: Accuracy,
    ) -> Result<Self, TokenIssuerError> {
        let own = chain.first().ok_or(TokenIssuerError::Key)?;
        let key = signer.public_key();
        if key.algorithm() != Algorithm::P256 || key != *own.public_key() {
            return Err(TokenIssuerError::Key);
        }
        let (issuer, serial) = SignerName::from(own).parts()?;
        let mut ders: Vec<&[u8]> = chain.iter().map(SigningCertificate::der).collect();
        ders.sort_unstable();
        Ok(Self {
            signer,
            policy,
            accuracy,
            valid: own.not_before()..=own.not_after(),
            certificates: tlv(context(0), &ders),
            name: tlv(der::SEQUENCE, &[&issuer, &serial]),
            content_type: attribute(ID_CONTENT_TYPE, &der::oid(ID_CT_TST_INFO)),
            signing_certificate: attribute(
                ID_SIGNING_CERTIFICATE_V2,
                &signing_certificate(own, &issuer, &serial),
            ),
        })
    }

    /// The policy its tokens are made under.
    pub const fn policy(&self) -> ObjectIdentifier {
        self.policy
    }

    /// Whether its certificate is valid at this instant: a token stamped outside would not
    /// be believed.
    pub fn covers(&self, at: UtcMillis) -> bool {
        self.valid.contains(&at)
    }

    /// A token that answers `request`, stamped `at`.
    ///
    /// # Errors
    /// The key could not be used, or gave something that is no signature.
    pub fn token(
        &self,
        request: &TimeStampRequest,
        serial: u64,
        at: UtcMillis,
    ) -> Result<Vec<u8>, TokenIssuerError> {
        let info = TstInfo {
            policy: self.policy,
            imprint: request.imprint().clone(),
            serial: serial.to_be_bytes().to_vec(),
            at,
            accuracy: Some(self.accuracy),
            is_ordering: false,
            nonce: request.nonce().cloned(),
        }
        .to_der();
        let digest = tlv(der::OCTET_STRING, &[&HashAlgorithm::Sha256.hash(&info)]);
        let attributes = set_of(vec![
            self.content_type.clone(),
            attribute(ID_MESSAGE_DIGEST, &digest),
            self.signing_certificate.clone(),
        ]);
        let signature = self.signer.sign(&attributes)?;
        let signature = p256::ecdsa::Signature::from_slice(signature.as_bytes())
            .map_err(|_| TokenIssuerError::Key)?;
        let certificates: &[u8] =
            if request.wants_certificates() { &self.certificates } else { &[] };
        Ok(signed_data(&info, certificates, &self.signer_info(&attributes, &signature)))
    }

    fn signer_info(&self, attributes: &[u8], signature: &p256::ecdsa::Signature) -> Vec<u8> {
        // Signed as a SET OF, written under an implicit tag (RFC 5652 section 5.4).
        let mut implicit = attributes.to_vec();
        if let Some(identifier) = implicit.first_mut() {
            *identifier = context(0);
        }
        let parts: [&[u8]; 6] = [
            &integer(&[1]),
            &self.name,
            &HashAlgorithm::Sha256.write(),
            &implicit,
            &write_algorithm(ECDSA_WITH_SHA256),
            &tlv(der::OCTET_STRING, &[signature.to_der().as_bytes()]),
        ];
        tlv(der::SEQUENCE, &parts)
    }
}

fn signed_data(info: &[u8], certificates: &[u8], signer_info: &[u8]) -> Vec<u8> {
    let content = tlv(context(0), &[&tlv(der::OCTET_STRING, &[info])]);
    let parts: [&[u8]; 5] = [
        &integer(&[3]),
        &tlv(der::SET, &[&HashAlgorithm::Sha256.write()]),
        &tlv(der::SEQUENCE, &[&der::oid(ID_CT_TST_INFO), &content]),
        certificates,
        &tlv(der::SET, &[signer_info]),
    ];
    let signed_data = tlv(context(0), &[&tlv(der::SEQUENCE, &parts)]);
    tlv(der::SEQUENCE, &[&der::oid(ID_SIGNED_DATA), &signed_data])
}

pub(crate) fn attribute(oid: ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    tlv(der::SEQUENCE, &[&der::oid(oid), &tlv(der::SET, &[value])])
}

/// SigningCertificateV2 (RFC 5035 section 4), by SHA-256, which as the default is not
/// written.
pub(crate) fn signing_certificate(
    own: &SigningCertificate,
    issuer: &[u8],
    serial: &[u8],
) -> Vec<u8> {
    let hash = tlv(der::OCTET_STRING, &[Digest::of(own.der()).as_bytes()]);
    let directory_name = tlv(der::SEQUENCE, &[&tlv(context(4), &[issuer])]);
    let issuer_serial = tlv(der::SEQUENCE, &[&directory_name, serial]);
    let id = tlv(der::SEQUENCE, &[&hash, &issuer_serial]);
    tlv(der::SEQUENCE, &[&tlv(der::SEQUENCE, &[&id])])
}

/// Why there is no issuer, or no token.
#[derive(Debug, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "key or signature")]
pub enum TokenIssuerError {
    /// Not the P-256 key of the first certificate.
    #[error("tokens are signed with the P-256 key of the first certificate, and this is not it")]
    Key,
    /// The key's holder failed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The certificate could not be taken apart.
    #[error(transparent)]
    Certificate(#[from] Malformed),
}
