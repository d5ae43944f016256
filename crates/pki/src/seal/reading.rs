//! Reading a seal, and whether to believe it.

use const_oid::ObjectIdentifier;
use heqi_vocabulary::Digest;

use super::{ID_DATA, ID_TIME_STAMP_TOKEN, MAX_SEAL_BYTES};
use crate::certificate::{
    CertificateChain, CertificateError, ChainError, ECDSA_WITH_SHA256, MAX_CHAIN,
    SigningCertificate, TrustedRoot, VerifiedChain,
};
use crate::timestamp::der::{self, Malformed, Node, context};
use crate::timestamp::{
    Attributes, HashAlgorithm, ID_CONTENT_TYPE, ID_MESSAGE_DIGEST, ID_SIGNED_DATA,
    ID_SIGNING_CERTIFICATE_V2, SignerId, SignerName, TimeRoot, TimestampFault, TimestampToken,
    TokenError, VerifiedTimestamp, certificate_hash, read_algorithm, read_certificates, whole,
};

/// A seal that is well formed and not yet believed.
#[derive(Clone, Debug)]
pub struct SealSignature {
    certificates: Vec<SigningCertificate>,
    sid: SignerId,
    certificate_hash: (HashAlgorithm, Vec<u8>),
    message_digest: Vec<u8>,
    /// The signed attributes as a SET OF.
    signed: Vec<u8>,
    /// ECDSA-Sig-Value in DER.
    signature: Vec<u8>,
    token: Option<TimestampToken>,
}

impl SealSignature {
    /// Reads a seal.
    ///
    /// # Errors
    /// See [`SealFormError`].
    pub fn from_der(bytes: &[u8]) -> Result<Self, SealFormError> {
        if bytes.len() > MAX_SEAL_BYTES {
            return Err(SealFormError::TooLarge);
        }
        let mut content_info = whole(bytes)?.sequence()?;
        if content_info.expect(der::OID)?.oid()? != ID_SIGNED_DATA {
            return Err(SealFormError::Kind);
        }
        let signed_data = content_info.expect(context(0))?.only()?;
        content_info.finish()?;

        let mut fields = signed_data.sequence()?;
        if fields.expect(der::INTEGER)?.small()? != 1 {
            return Err(SealFormError::Kind);
        }
        // A hint that nobody signs (RFC 5652 section 5.1), and no room for other bytes: it names what is used.
        if HashAlgorithm::read(fields.expect(der::SET)?.only()?)? != Some(HashAlgorithm::Sha256) {
            return Err(SealFormError::Algorithm);
        }
        // Detached: the content's kind and nothing of it.
        let mut content = fields.expect(der::SEQUENCE)?.sequence()?;
        if content.expect(der::OID)?.oid()? != ID_DATA {
            return Err(SealFormError::Kind);
        }
        content.finish()?;
        let certificates = read_certificates(fields.expect(context(0))?)?;
        let signers = fields.expect(der::SET)?.inside()?.rest()?;
        fields.finish()?;
        let [signer] = signers.as_slice() else { return Err(SealFormError::Signers) };
        let certificates = certificates
            .iter()
            .map(|der| SigningCertificate::from_der(der))
            .collect::<Result<Vec<_>, _>>()?;
        Self::with_signer(*signer, certificates)
    }

    fn with_signer(
        node: Node<'_>,
        certificates: Vec<SigningCertificate>,
    ) -> Result<Self, SealFormError> {
        let mut fields = node.sequence()?;
        let version = fields.expect(der::INTEGER)?.small()?;
        let sid = SignerId::read(version, fields.node()?)?;
        let digest = HashAlgorithm::read(fields.expect(der::SEQUENCE)?)?;
        let attributes = Attributes::read(fields.expect(context(0))?)?;
        let algorithm = read_algorithm(fields.expect(der::SEQUENCE)?)?;
        let signature = fields.expect(der::OCTET_STRING)?.value.to_vec();
        let unsigned = fields.optional(context(1))?;
        fields.finish()?;
        let is_of_profile =
            digest == Some(HashAlgorithm::Sha256) && matches!(algorithm, (ECDSA_WITH_SHA256, None));
        if !is_of_profile {
            return Err(SealFormError::Algorithm);
        }
        if attributes.one(ID_CONTENT_TYPE)?.oid()? != ID_DATA {
            return Err(SealFormError::Attributes);
        }
        let message_digest = attributes.one(ID_MESSAGE_DIGEST)?;
        if message_digest.identifier != der::OCTET_STRING {
            return Err(SealFormError::Attributes);
        }
        Ok(Self {
            certificates,
            sid,
            certificate_hash: certificate_hash(attributes.one(ID_SIGNING_CERTIFICATE_V2)?)?,
            message_digest: message_digest.value.to_vec(),
            signed: attributes.signed,
            signature,
            token: unsigned.map_or(Ok(None), token)?,
        })
    }

    /// The time stamp, before it is believed.
    pub const fn token(&self) -> Option<&TimestampToken> {
        self.token.as_ref()
    }

    /// Believes the seal: it is over bytes of this SHA-256, was signed by a certificate that
    /// leads to one of `roots`, and was stamped, at an instant when every certificate of that
    /// chain was valid, by an authority that leads to one of `time_roots`. Certificates that
    /// ended since do not matter.
    ///
    /// # Errors
    /// See [`SealFault`]; what speaks against the seal itself is named before a missing root.
    pub fn verify(
        &self,
        content: &Digest,
        roots: &[TrustedRoot],
        time_roots: &[TimeRoot],
    ) -> Result<VerifiedSeal, SealFault> {
        if self.message_digest != content.as_bytes() {
            return Err(SealFault::OtherBytes);
        }
        let chain = self.chain()?;
        let signature =
            p256::ecdsa::Signature::from_der(&self.signature).map_err(|_| SealFault::Signature)?;
        let key = chain.leaf().public_key();
        key.verify(&self.signed, &signature.to_bytes()).map_err(|_| SealFault::Signature)?;
        let token = self.token.as_ref().ok_or(SealFault::NoToken)?;
        let anchored = chain.anchor(roots);
        if let Err(fault @ ChainError::Broken { .. }) = anchored {
            return Err(fault.into());
        }
        // A missing root of the seal is named after what speaks against the token.
        let time = match (token.verify(&self.signature, time_roots), &anchored) {
            (Err(TimestampFault::Untrusted), Err(_)) => return Err(ChainError::Untrusted.into()),
            (time, _) => time?,
        };
        let chain = anchored?.at(time.at()).map_err(ChainError::Validity)?;
        Ok(VerifiedSeal { chain, time })
    }

    /// The certificate that is named, then each one's issuer as far as they are carried.
    fn chain(&self) -> Result<CertificateChain, SealFault> {
        let place = self.certificates.iter().position(|one| self.names(one));
        let mut others = self.certificates.clone();
        let mut ordered = vec![others.swap_remove(place.ok_or(SealFault::NoCertificate)?)];
        while ordered.len() < MAX_CHAIN
            && let Some(place) = ordered
                .last()
                .and_then(|last| others.iter().position(|other| last.names_as_issuer(other)))
        {
            ordered.push(others.swap_remove(place));
        }
        CertificateChain::new(ordered).map_err(|_| SealFault::NoCertificate)
    }

    /// Both ways of naming the certificate must name this one.
    fn names(&self, certificate: &SigningCertificate) -> bool {
        let (algorithm, hash) = &self.certificate_hash;
        let by_name = match (&self.sid, SignerName::from(certificate).parts()) {
            (SignerId::IssuerAndSerial(issuer, serial), Ok((own_issuer, own_serial))) => {
                let own = whole(&own_serial).map(|node| node.value.to_vec());
                *issuer == own_issuer && own.is_ok_and(|own| own == *serial)
            }
            _ => false,
        };
        by_name && algorithm.hash(certificate.der()) == *hash
    }
}

/// The time stamp among the unsigned attributes, where nothing else may stand: nobody signed
/// them.
fn token(unsigned: Node<'_>) -> Result<Option<TimestampToken>, SealFormError> {
    let attributes = unsigned.inside()?.rest()?;
    let [attribute] = attributes.as_slice() else { return Err(SealFormError::Attributes) };
    let mut fields = attribute.sequence()?;
    let oid: ObjectIdentifier = fields.expect(der::OID)?.oid()?;
    let token = fields.expect(der::SET)?.only()?;
    fields.finish()?;
    if oid != ID_TIME_STAMP_TOKEN {
        return Err(SealFormError::Attributes);
    }
    Ok(Some(TimestampToken::from_der(token.whole).map_err(SealFormError::Token)?))
}

/// A seal that was believed. Only [`SealSignature::verify`] makes one.
#[derive(Clone, Debug)]
pub struct VerifiedSeal {
    chain: VerifiedChain,
    time: VerifiedTimestamp,
}

impl VerifiedSeal {
    /// Whose seal: the chain, valid when it was stamped.
    pub const fn chain(&self) -> &VerifiedChain {
        &self.chain
    }

    /// When: the bytes were sealed no later than this.
    pub const fn time(&self) -> &VerifiedTimestamp {
        &self.time
    }

    /// Whether the seal or the time authority is for tests only.
    pub const fn is_test_only(&self) -> bool {
        self.chain.is_test_only() || self.time.is_test_only()
    }
}

/// Why bytes are not a seal of the profile.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "one for each rule of the profile")]
pub enum SealFormError {
    /// Over [`MAX_SEAL_BYTES`].
    #[error("the seal is longer than {MAX_SEAL_BYTES} bytes")]
    TooLarge,
    /// Not DER, or a field out of its range.
    #[error("the seal is not CMS SignedData in DER")]
    Der(#[from] Malformed),
    /// CMS of another kind or version, or with the content inside.
    #[error("the seal is not detached CMS SignedData of version 1")]
    Kind,
    /// None or several.
    #[error("the seal has not exactly one signer")]
    Signers,
    /// A certificate that is not of the profile.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Out of order, twice, missing, or one that nobody signed beside the time stamp.
    #[error("the attributes of the seal are not those of the profile")]
    Attributes,
    /// Not ECDSA P-256 with SHA-256.
    #[error("the seal is not by ECDSA P-256 with SHA-256")]
    Algorithm,
    /// The time stamp is none.
    #[error("the time stamp of the seal: {0}")]
    Token(TokenError),
}

impl From<TokenError> for SealFormError {
    /// Of the parts that tokens and seals have in common.
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::TooLarge => Self::TooLarge,
            TokenError::Der(error) => Self::Der(error),
            TokenError::Kind => Self::Kind,
            TokenError::Signers | TokenError::TooManyCertificates => Self::Signers,
            TokenError::Attributes => Self::Attributes,
            TokenError::Algorithm => Self::Algorithm,
        }
    }
}

/// Why a seal is not believed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "one for each rule of the profile")]
pub enum SealFault {
    /// It is over other bytes.
    #[error("the seal is over other bytes")]
    OtherBytes,
    /// The signature does not hold.
    #[error("the signature of the seal does not hold")]
    Signature,
    /// The certificate it names is not in it.
    #[error("the seal does not carry the certificate it names")]
    NoCertificate,
    /// It has no time stamp.
    #[error("the seal has no time stamp")]
    NoToken,
    /// The time stamp is not believed.
    #[error("the time stamp of the seal: {0}")]
    Token(#[from] TimestampFault),
    /// The certificates are not believed.
    #[error("the certificates of the seal: {0}")]
    Chain(#[from] ChainError),
}
