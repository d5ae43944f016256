//! The token: CMS SignedData around a TSTInfo (RFC 5652 section 5, RFC 3161 section
//! 2.4.2, RFC 5816), and whether to believe it.

use const_oid::ObjectIdentifier;
use heqi_vocabulary::{Digest, UtcMillis};

use super::chain::{Certificate, CertificateFault, Scheme, TimeRoot, find_root};
use super::der::{self, Malformed, Node, context, context_primitive};
use super::{
    Accuracy, HashAlgorithm, ID_CONTENT_TYPE, ID_CT_TST_INFO, ID_MESSAGE_DIGEST, ID_SIGNED_DATA,
    ID_SIGNING_CERTIFICATE_V2, TstInfo, whole,
};

/// The longest token accepted, in bytes.
pub const MAX_TOKEN_BYTES: usize = 32 * 1024;
const MAX_CERTIFICATES: usize = 8;

/// A token that is well formed and not yet believed.
#[derive(Clone, Debug)]
pub struct TimestampToken {
    der: Vec<u8>,
    info: TstInfo,
    /// The exact bytes of the TSTInfo.
    content: Vec<u8>,
    certificates: Vec<Vec<u8>>,
    signer: SignerInfo,
}

#[derive(Clone, Debug)]
struct SignerInfo {
    sid: SignerId,
    digest_algorithm: HashAlgorithm,
    /// The signed attributes as a SET OF: what is signed.
    signed: Vec<u8>,
    message_digest: Vec<u8>,
    certificate_hash: (HashAlgorithm, Vec<u8>),
    scheme: Scheme,
    signature: Vec<u8>,
}

#[derive(Clone, Debug)]
pub(crate) enum SignerId {
    /// The DER of the issuer's name, and the serial number.
    IssuerAndSerial(Vec<u8>, Vec<u8>),
    KeyIdentifier(Vec<u8>),
}

impl TimestampToken {
    /// Reads a token.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn from_der(bytes: &[u8]) -> Result<Self, TokenError> {
        if bytes.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLarge);
        }
        let mut content_info = whole(bytes)?.sequence()?;
        if content_info.expect(der::OID)?.oid()? != ID_SIGNED_DATA {
            return Err(TokenError::Kind);
        }
        let signed_data = content_info.expect(context(0))?.only()?;
        content_info.finish()?;

        let mut fields = signed_data.sequence()?;
        if fields.expect(der::INTEGER)?.small()? != 3 {
            return Err(TokenError::Kind);
        }
        fields.expect(der::SET)?;
        let content = content(fields.expect(der::SEQUENCE)?)?;
        let certificates = fields.optional(context(0))?;
        fields.optional(context(1))?;
        let signers = fields.expect(der::SET)?.inside()?.rest()?;
        fields.finish()?;

        let [signer] = signers.as_slice() else { return Err(TokenError::Signers) };
        Ok(Self {
            info: TstInfo::from_der(content)?,
            content: content.to_vec(),
            certificates: certificates.map_or(Ok(Vec::new()), read_certificates)?,
            signer: SignerInfo::read(*signer)?,
            der: bytes.to_vec(),
        })
    }

    /// The DER of the token.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// What it states, before it is believed.
    pub const fn info(&self) -> &TstInfo {
        &self.info
    }

    /// Believes the token: it stamps exactly `stamped`, was signed by an authority whose
    /// certificate leads to one of `roots`, and that authority was allowed to at the
    /// stamped instant.
    ///
    /// # Errors
    /// See [`TimestampFault`]. [`TimestampFault::Untrusted`] comes last: everything that
    /// speaks against the token itself is named before a missing root.
    pub fn verify(
        &self,
        stamped: &[u8],
        roots: &[TimeRoot],
    ) -> Result<VerifiedTimestamp, TimestampFault> {
        let imprint = self.info.imprint();
        if imprint.algorithm().hash(stamped) != imprint.hash() {
            return Err(TimestampFault::Imprint);
        }
        let signer = &self.signer;
        if signer.digest_algorithm.hash(&self.content) != signer.message_digest {
            return Err(TimestampFault::Signature);
        }
        let mut others = self
            .certificates
            .iter()
            .map(|der| Certificate::from_der(der))
            .collect::<Result<Vec<_>, _>>()?;
        let place = others.iter().position(|one| signer.names(one));
        let own = others.swap_remove(place.ok_or(TimestampFault::NoCertificate)?);
        if !own.key.verify(signer.scheme, &signer.signed, &signer.signature) {
            return Err(TimestampFault::Signature);
        }
        own.check_stamps(self.info.at)?;
        let root =
            find_root(&own, &others, roots, self.info.at)?.ok_or(TimestampFault::Untrusted)?;
        Ok(VerifiedTimestamp {
            info: self.info.clone(),
            root_digest: root.digest(),
            is_test_only: root.is_test_only() || own.is_test_only(),
        })
    }
}

/// The bytes of the TSTInfo inside EncapsulatedContentInfo.
fn content(encapsulated: Node<'_>) -> Result<&[u8], TokenError> {
    let mut fields = encapsulated.sequence()?;
    if fields.expect(der::OID)?.oid()? != ID_CT_TST_INFO {
        return Err(TokenError::Kind);
    }
    let octets = fields.expect(context(0))?.only()?;
    fields.finish()?;
    if octets.identifier == der::OCTET_STRING { Ok(octets.value) } else { Err(Malformed.into()) }
}

pub(crate) fn read_certificates(set: Node<'_>) -> Result<Vec<Vec<u8>>, TokenError> {
    let nodes = set.inside()?.rest()?;
    if nodes.len() > MAX_CERTIFICATES {
        return Err(TokenError::TooManyCertificates);
    }
    // Anything but a plain certificate (attribute certificates and the like) is not used.
    let plain = nodes.iter().filter(|node| node.identifier == der::SEQUENCE);
    Ok(plain.map(|node| node.whole.to_vec()).collect())
}

impl SignerInfo {
    fn read(node: Node<'_>) -> Result<Self, TokenError> {
        let mut fields = node.sequence()?;
        let version = fields.expect(der::INTEGER)?.small()?;
        let sid = SignerId::read(version, fields.node()?)?;
        let digest_algorithm =
            HashAlgorithm::read(fields.expect(der::SEQUENCE)?)?.ok_or(TokenError::Algorithm)?;
        let attributes = fields.expect(context(0))?;
        let scheme = Scheme::read(fields.expect(der::SEQUENCE)?, Some(digest_algorithm))?
            .ok_or(TokenError::Algorithm)?;
        let signature = fields.expect(der::OCTET_STRING)?.value.to_vec();
        fields.optional(context(1))?;
        fields.finish()?;

        let attributes = Attributes::read(attributes)?;
        if attributes.one(ID_CONTENT_TYPE)?.oid()? != ID_CT_TST_INFO {
            return Err(TokenError::Attributes);
        }
        let message_digest = attributes.one(ID_MESSAGE_DIGEST)?;
        if message_digest.identifier != der::OCTET_STRING {
            return Err(TokenError::Attributes);
        }
        Ok(Self {
            sid,
            digest_algorithm,
            signed: attributes.signed,
            message_digest: message_digest.value.to_vec(),
            certificate_hash: certificate_hash(Attributes::find(
                &attributes.list,
                ID_SIGNING_CERTIFICATE_V2,
            )?)?,
            scheme,
            signature,
        })
    }

    /// Both ways of naming the certificate must name this one.
    fn names(&self, certificate: &Certificate) -> bool {
        let (algorithm, hash) = &self.certificate_hash;
        let by_hash = algorithm.hash(&certificate.der) == *hash;
        let by_id = match &self.sid {
            SignerId::IssuerAndSerial(issuer, serial) => {
                certificate.issuer == *issuer && certificate.serial == *serial
            }
            SignerId::KeyIdentifier(id) => certificate.key_identifier.as_ref() == Some(id),
        };
        by_hash && by_id
    }
}

impl SignerId {
    /// The version says which of the two it is (RFC 5652 section 5.3).
    pub(crate) fn read(version: u64, node: Node<'_>) -> Result<Self, TokenError> {
        const KEY_IDENTIFIER: u8 = context_primitive(0);
        match (version, node.identifier) {
            (1, der::SEQUENCE) => {
                let mut fields = node.sequence()?;
                let issuer = fields.expect(der::SEQUENCE)?.whole.to_vec();
                let serial = fields.expect(der::INTEGER)?.value.to_vec();
                fields.finish()?;
                Ok(Self::IssuerAndSerial(issuer, serial))
            }
            (3, KEY_IDENTIFIER) => Ok(Self::KeyIdentifier(node.value.to_vec())),
            _ => Err(TokenError::Signers),
        }
    }
}

/// The signed attributes (RFC 5652 section 5.3).
pub(crate) struct Attributes<'a> {
    pub(crate) list: Vec<(ObjectIdentifier, Node<'a>)>,
    pub(crate) signed: Vec<u8>,
}

impl<'a> Attributes<'a> {
    pub(crate) fn read(node: Node<'a>) -> Result<Self, TokenError> {
        let mut list = Vec::new();
        let nodes = node.inside()?.rest()?;
        // Signed is the DER of the SET OF (RFC 5652 section 5.4), so the order is fixed.
        if !nodes.is_sorted_by_key(|node| node.whole) {
            return Err(TokenError::Attributes);
        }
        for attribute in nodes {
            let mut fields = attribute.sequence()?;
            let oid = fields.expect(der::OID)?.oid()?;
            let values = fields.expect(der::SET)?;
            fields.finish()?;
            if list.iter().any(|(other, _)| *other == oid) {
                return Err(TokenError::Attributes);
            }
            list.push((oid, values));
        }
        let signed = der::tlv(der::SET, &[node.value]);
        Ok(Self { list, signed })
    }

    pub(crate) fn one(&self, wanted: ObjectIdentifier) -> Result<Node<'a>, TokenError> {
        Self::find(&self.list, wanted)
    }

    /// The single value of an attribute that must be there.
    fn find(
        list: &[(ObjectIdentifier, Node<'a>)],
        wanted: ObjectIdentifier,
    ) -> Result<Node<'a>, TokenError> {
        let (_, values) =
            list.iter().find(|(oid, _)| *oid == wanted).ok_or(TokenError::Attributes)?;
        Ok(values.only()?)
    }
}

/// The first ESSCertIDv2, which names the signer's certificate (RFC 5816 section 2.2.1).
pub(crate) fn certificate_hash(value: Node<'_>) -> Result<(HashAlgorithm, Vec<u8>), TokenError> {
    let mut certificates = value.sequence()?.expect(der::SEQUENCE)?.inside()?;
    let mut first = certificates.expect(der::SEQUENCE)?.sequence()?;
    let algorithm = match first.optional(der::SEQUENCE)? {
        None => HashAlgorithm::Sha256,
        Some(identifier) => HashAlgorithm::read(identifier)?.ok_or(TokenError::Algorithm)?,
    };
    Ok((algorithm, first.expect(der::OCTET_STRING)?.value.to_vec()))
}

/// A token that was believed. Only [`TimestampToken::verify`] makes one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VerifiedTimestamp {
    info: TstInfo,
    root_digest: Digest,
    is_test_only: bool,
}

impl VerifiedTimestamp {
    /// What the authority stated.
    pub const fn info(&self) -> &TstInfo {
        &self.info
    }

    /// The stamped instant.
    pub const fn at(&self) -> UtcMillis {
        self.info.at
    }

    /// The last instant at which the bytes can have come into being: the stamped one and
    /// its accuracy.
    pub fn not_after(&self) -> UtcMillis {
        self.at().plus_millis(self.info.accuracy().map_or(0, Accuracy::millis))
    }

    /// The SHA-256 of the root's DER: whose word it is.
    pub const fn root_digest(&self) -> Digest {
        self.root_digest
    }

    /// Whether the authority or its root is for tests only.
    pub const fn is_test_only(&self) -> bool {
        self.is_test_only
    }
}

/// Why bytes are not a token of the profile.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "one for each rule of the specification")]
pub enum TokenError {
    /// Over [`MAX_TOKEN_BYTES`].
    #[error("the token is longer than {MAX_TOKEN_BYTES} bytes")]
    TooLarge,
    /// Not DER, or a field out of its range.
    #[error("the token is not a TimeStampToken in DER")]
    Der(#[from] Malformed),
    /// CMS of another kind or version, or around something else.
    #[error("the token is not CMS SignedData of version 3 around a TSTInfo")]
    Kind,
    /// None or several.
    #[error("the token has not exactly one signer, named by its version's rule")]
    Signers,
    /// More than eight.
    #[error("the token carries more than {MAX_CERTIFICATES} certificates")]
    TooManyCertificates,
    /// Out of order, twice, or one of the three that must be there is not. A token that
    /// names its certificate by SHA-1 only (RFC 3161 without RFC 5816) is refused here.
    #[error(
        "the signed attributes are not in order or lack content type, message digest or signingCertificateV2"
    )]
    Attributes,
    /// Not ECDSA P-256 or RSA PKCS#1 v1.5 with SHA-256, SHA-384 or SHA-512.
    #[error("the token uses an algorithm this profile does not know")]
    Algorithm,
}

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "one for each rule of the specification")]
pub enum TimestampFault {
    /// It stamps other bytes.
    #[error("the token is for other bytes")]
    Imprint,
    /// The signature, or the digest it covers, does not hold.
    #[error("the signature of the token does not hold")]
    Signature,
    /// The certificate it names is not in it.
    #[error("the token does not carry the certificate it names")]
    NoCertificate,
    /// A certificate does not allow what its key did.
    #[error(transparent)]
    Certificate(#[from] CertificateFault),
    /// Sound in itself, but under none of the roots.
    #[error("the certificate of the authority leads to none of the trusted roots")]
    Untrusted,
}
