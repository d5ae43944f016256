//! TimeStampReq: what is asked (RFC 3161 section 2.4.1).

use const_oid::ObjectIdentifier;
use heqi_vocabulary::Entropy;

use super::der::{self, Malformed, Node, context, integer, tlv};
use super::{FailInfo, HashAlgorithm, MessageImprint, whole};

/// The longest request accepted, in bytes.
pub const MAX_REQUEST_BYTES: usize = 4096;
const MAX_NONCE_BYTES: usize = 32;

/// A number that ties an answer to its question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Nonce(Vec<u8>);

impl Nonce {
    /// 64 random bits, enough that no two requests share them.
    pub fn random(entropy: &dyn Entropy) -> Self {
        Self(strip(&entropy.bytes::<8>()))
    }

    pub(super) fn read(node: Node<'_>) -> Result<Self, Malformed> {
        let bytes = node.unsigned()?;
        if bytes.len() > MAX_NONCE_BYTES {
            return Err(Malformed);
        }
        Ok(Self(strip(bytes)))
    }

    pub(super) fn write(&self) -> Vec<u8> {
        integer(&self.0)
    }
}

fn strip(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().skip_while(|byte| *byte == 0).collect()
}

/// A request for a time stamp.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TimeStampRequest {
    pub(super) imprint: MessageImprint,
    pub(super) policy: Option<ObjectIdentifier>,
    pub(super) nonce: Option<Nonce>,
    pub(super) wants_certificates: bool,
}

impl TimeStampRequest {
    /// Asks for a stamp over exactly these bytes, by SHA-256, with the authority's
    /// certificates in the answer.
    pub fn over(bytes: &[u8], policy: Option<ObjectIdentifier>, nonce: Nonce) -> Self {
        let imprint = MessageImprint::of(bytes, HashAlgorithm::Sha256);
        Self { imprint, policy, nonce: Some(nonce), wants_certificates: true }
    }

    /// The hash to stamp.
    pub const fn imprint(&self) -> &MessageImprint {
        &self.imprint
    }

    /// The policy asked for, if any.
    pub const fn policy(&self) -> Option<ObjectIdentifier> {
        self.policy
    }

    /// The nonce to echo.
    pub const fn nonce(&self) -> Option<&Nonce> {
        self.nonce.as_ref()
    }

    /// Whether the answer shall carry certificates (certReq).
    pub const fn wants_certificates(&self) -> bool {
        self.wants_certificates
    }

    /// Reads a request.
    ///
    /// # Errors
    /// See [`RequestFault`]; each has its failInfo.
    pub fn from_der(bytes: &[u8]) -> Result<Self, RequestFault> {
        if bytes.len() > MAX_REQUEST_BYTES {
            return Err(RequestFault::TooLarge);
        }
        let mut fields = whole(bytes)?.sequence()?;
        if fields.expect(der::INTEGER)?.small()? != 1 {
            return Err(RequestFault::Version);
        }
        let imprint = MessageImprint::read(fields.expect(der::SEQUENCE)?)?;
        let policy = fields.optional(der::OID)?.map(Node::oid).transpose()?;
        let nonce = fields.optional(der::INTEGER)?.map(Nonce::read).transpose()?;
        let wants_certificates =
            fields.optional(der::BOOLEAN)?.map(Node::boolean).transpose()?.unwrap_or(false);
        let has_extensions = fields.optional(context(0))?.is_some();
        fields.finish()?;
        let imprint = imprint.ok_or(RequestFault::Algorithm)?;
        if has_extensions {
            return Err(RequestFault::Extension);
        }
        Ok(Self { imprint, policy, nonce, wants_certificates })
    }

    /// The DER of the request.
    pub fn to_der(&self) -> Vec<u8> {
        let policy = self.policy.map(der::oid).unwrap_or_default();
        let nonce = self.nonce.as_ref().map(Nonce::write).unwrap_or_default();
        let certificates =
            if self.wants_certificates { tlv(der::BOOLEAN, &[&[0xff]]) } else { Vec::new() };
        let version = integer(&[1]);
        let parts: [&[u8]; 5] = [&version, &self.imprint.write(), &policy, &nonce, &certificates];
        tlv(der::SEQUENCE, &parts)
    }
}

/// Why a request is refused before anything is stamped.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "one for each refusal of the specification")]
pub enum RequestFault {
    /// Over [`MAX_REQUEST_BYTES`].
    #[error("the request is longer than {MAX_REQUEST_BYTES} bytes")]
    TooLarge,
    /// Not DER of a TimeStampReq.
    #[error("the request is not a TimeStampReq in DER")]
    Der(#[from] Malformed),
    /// Another version than 1.
    #[error("the request is not of version 1")]
    Version,
    /// A hash function that is not accepted.
    #[error("the imprint is not a SHA-256, SHA-384 or SHA-512 hash")]
    Algorithm,
    /// Extensions, none of which is known.
    #[error("the request has extensions, and none is known")]
    Extension,
}

impl RequestFault {
    /// What to answer (RFC 3161 section 2.4.2).
    pub const fn fail_info(self) -> FailInfo {
        match self {
            Self::TooLarge | Self::Version => FailInfo::BadRequest,
            Self::Der(_) => FailInfo::BadDataFormat,
            Self::Algorithm => FailInfo::BadAlg,
            Self::Extension => FailInfo::UnacceptedExtension,
        }
    }
}
