//! Making a seal. Key and time authority are their callers': what is to be signed and what is
//! to be stamped are given out, and what comes back is checked before it is written.

use heqi_vocabulary::Digest;

use super::{ID_DATA, ID_TIME_STAMP_TOKEN};
use crate::certificate::{CertificateChain, ECDSA_WITH_SHA256};
use crate::keys::{Algorithm, Signature};
use crate::timestamp::der::{self, context, integer, set_of, tlv};
use crate::timestamp::{
    HashAlgorithm, ID_CONTENT_TYPE, ID_MESSAGE_DIGEST, ID_SIGNED_DATA, ID_SIGNING_CERTIFICATE_V2,
    Malformed, SignerName, TimestampToken, attribute, signing_certificate, write_algorithm,
};

/// What stands around certificates, name, attributes and token: a signature of 72 bytes at most, and
/// 121 of algorithms, types and lengths; the rest is for lengths that are written longer.
const AROUND_BYTES: usize = 256;

/// A seal that is not signed yet.
#[derive(Clone, Debug)]
pub struct SealDraft {
    chain: CertificateChain,
    /// IssuerAndSerialNumber.
    name: Vec<u8>,
    /// The signed attributes as a SET OF: what is signed.
    attributes: Vec<u8>,
}

/// A seal that is signed and not stamped yet.
#[derive(Clone, Debug)]
pub struct SignedSeal {
    draft: SealDraft,
    /// ECDSA-Sig-Value in DER.
    signature: Vec<u8>,
}

impl SealDraft {
    /// A seal over bytes of this SHA-256, by the key of the chain's first certificate.
    ///
    /// # Errors
    /// [`SealError::Key`] unless that is a P-256 key.
    pub fn over(content: &Digest, chain: CertificateChain) -> Result<Self, SealError> {
        let own = chain.leaf();
        if own.public_key().algorithm() != Algorithm::P256 {
            return Err(SealError::Key);
        }
        let (issuer, serial) = SignerName::from(own).parts()?;
        let digest = tlv(der::OCTET_STRING, &[content.as_bytes()]);
        let attributes = set_of(vec![
            attribute(ID_CONTENT_TYPE, &der::oid(ID_DATA)),
            attribute(ID_MESSAGE_DIGEST, &digest),
            attribute(ID_SIGNING_CERTIFICATE_V2, &signing_certificate(own, &issuer, &serial)),
        ]);
        let name = tlv(der::SEQUENCE, &[&issuer, &serial]);
        Ok(Self { chain, name, attributes })
    }

    /// How long the seal gets at most with a token of so many bytes: a file keeps that much room before
    /// anything is signed. All but the signature and the token is known already.
    pub fn most_bytes(&self, token_bytes: usize) -> usize {
        let certificates = self.chain.certificates().map(|one| one.der().len());
        let known = certificates.sum::<usize>() + self.name.len() + self.attributes.len();
        token_bytes.saturating_add(known + AROUND_BYTES)
    }

    /// What the seal's key signs, by ECDSA with SHA-256.
    pub fn to_sign(&self) -> &[u8] {
        &self.attributes
    }

    /// Takes the signature (r‖s).
    ///
    /// # Errors
    /// [`SealError::Signature`] when the chain's key did not make it: a key of another
    /// certificate, or a device that answered with something else.
    pub fn signed(self, signature: &Signature) -> Result<SignedSeal, SealError> {
        let key = self.chain.leaf().public_key();
        key.verify(&self.attributes, signature.as_bytes()).map_err(|_| SealError::Signature)?;
        let signature = p256::ecdsa::Signature::from_slice(signature.as_bytes())
            .map_err(|_| SealError::Signature)?;
        Ok(SignedSeal { signature: signature.to_der().as_bytes().to_vec(), draft: self })
    }
}

impl SignedSeal {
    /// What the time authority stamps: the signature (RFC 3161 appendix A).
    pub fn to_stamp(&self) -> &[u8] {
        &self.signature
    }

    /// Writes the seal with its time stamp.
    ///
    /// # Errors
    /// [`SealError::Token`] when the token stamps other bytes.
    pub fn stamped(&self, token: &TimestampToken) -> Result<Vec<u8>, SealError> {
        let imprint = token.info().imprint();
        if imprint.algorithm().hash(&self.signature) != imprint.hash() {
            return Err(SealError::Token);
        }
        let mut ders: Vec<&[u8]> =
            self.draft.chain.certificates().map(crate::SigningCertificate::der).collect();
        ders.sort_unstable();
        let parts: [&[u8]; 5] = [
            &integer(&[1]),
            &tlv(der::SET, &[&HashAlgorithm::Sha256.write()]),
            &tlv(der::SEQUENCE, &[&der::oid(ID_DATA)]),
            &tlv(context(0), &ders),
            &tlv(der::SET, &[&self.signer_info(token)]),
        ];
        let signed_data = tlv(context(0), &[&tlv(der::SEQUENCE, &parts)]);
        Ok(tlv(der::SEQUENCE, &[&der::oid(ID_SIGNED_DATA), &signed_data]))
    }

    fn signer_info(&self, token: &TimestampToken) -> Vec<u8> {
        // Signed as a SET OF, written under an implicit tag (RFC 5652 section 5.4).
        let mut implicit = self.draft.attributes.clone();
        if let Some(identifier) = implicit.first_mut() {
            *identifier = context(0);
        }
        let unsigned = tlv(context(1), &[&attribute(ID_TIME_STAMP_TOKEN, token.der())]);
        let parts: [&[u8]; 7] = [
            &integer(&[1]),
            &self.draft.name,
            &HashAlgorithm::Sha256.write(),
            &implicit,
            &write_algorithm(ECDSA_WITH_SHA256),
            &tlv(der::OCTET_STRING, &[&self.signature]),
            &unsigned,
        ];
        tlv(der::SEQUENCE, &parts)
    }
}

/// Why there is no seal.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "key, signature, token or certificate")]
pub enum SealError {
    /// Another kind of key.
    #[error("a seal's key is a P-256 key, and this is none")]
    Key,
    /// Not made by the key of the certificate.
    #[error("the signature was not made by the key of the seal's certificate")]
    Signature,
    /// A token for something else.
    #[error("the time stamp is for other bytes")]
    Token,
    /// The certificate could not be taken apart.
    #[error(transparent)]
    Certificate(#[from] Malformed),
}
