//! Time stamps: RFC 3161 with ESSCertIDv2 (RFC 5816), as `docs/spec/timestamps.md`
//! narrows it.
//!
//! A token is a signed statement of an authority that some bytes existed no later than an
//! instant. Reading settles the bytes ([`TimestampToken`]); believing needs the stamped
//! bytes and roots from elsewhere, and gives a [`VerifiedTimestamp`], which nothing else
//! makes.
//!
//! - `request`, `response`: what is asked and answered over HTTP
//! - `info`: TSTInfo, what the authority signs
//! - `token`: CMS SignedData around it (RFC 5652), and whether to believe it
//! - `chain`: certificates of authorities, which may have RSA keys
//! - `issuing`: making tokens
//! - `der`: a strict cursor and a writer, small enough to be read

mod chain;
pub(crate) mod der;
mod info;
mod issuing;
mod request;
mod response;
mod token;

use const_oid::ObjectIdentifier;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use self::der::{Cursor, Node, tlv};

pub(crate) use chain::SignerName;
pub use chain::{CertificateFault, TimeRoot, TimeRootError};
pub use der::Malformed;
pub use info::{Accuracy, MessageImprint, TstInfo};
pub use issuing::{TokenIssuer, TokenIssuerError};
pub(crate) use issuing::{attribute, signing_certificate};
pub use request::{MAX_REQUEST_BYTES, Nonce, RequestFault, TimeStampRequest};
pub use response::{ExchangeError, FailInfo, MAX_RESPONSE_BYTES, Refusal, TimeStampResponse};
pub(crate) use token::{Attributes, SignerId, certificate_hash, read_certificates};
pub use token::{MAX_TOKEN_BYTES, TimestampFault, TimestampToken, TokenError, VerifiedTimestamp};

/// A policy of an authority (RFC 3161 section 2.4.1): an object identifier, read from dotted
/// numbers by `parse`.
pub type Policy = ObjectIdentifier;

/// Media type of a request (RFC 3161 section 3.4).
pub const QUERY_MEDIA_TYPE: &str = "application/timestamp-query";
/// Media type of an answer (RFC 3161 section 3.4).
pub const REPLY_MEDIA_TYPE: &str = "application/timestamp-reply";

/// The hash functions a time stamp may rest on (FIPS 180-4). SHA-1 and its like are not
/// among them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "another hash function is another profile")]
pub enum HashAlgorithm {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl HashAlgorithm {
    const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    /// The hash of `bytes`.
    pub fn hash(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    /// Length of its hashes in bytes.
    pub const fn size_bytes(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sha256 => ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1"),
            Self::Sha384 => ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2"),
            Self::Sha512 => ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3"),
        }
    }

    /// Reads an AlgorithmIdentifier, whose parameters are absent or NULL (RFC 5754
    /// section 2); `None` for another algorithm.
    pub(crate) fn read(identifier: Node<'_>) -> Result<Option<Self>, Malformed> {
        let (oid, parameters) = read_algorithm(identifier)?;
        if !parameters.is_none_or(Node::is_null) {
            return Ok(None);
        }
        Ok(Self::ALL.into_iter().find(|known| known.oid() == oid))
    }

    /// Writes an AlgorithmIdentifier without parameters (RFC 5754 section 2).
    pub(crate) fn write(self) -> Vec<u8> {
        write_algorithm(self.oid())
    }
}

/// AlgorithmIdentifier (RFC 5280 section 4.1.1.2).
pub(crate) fn read_algorithm(
    node: Node<'_>,
) -> Result<(ObjectIdentifier, Option<Node<'_>>), Malformed> {
    let mut fields = node.sequence()?;
    let oid = fields.expect(der::OID)?.oid()?;
    let parameters = fields.any()?;
    fields.finish()?;
    Ok((oid, parameters))
}

pub(crate) fn write_algorithm(oid: ObjectIdentifier) -> Vec<u8> {
    tlv(der::SEQUENCE, &[&der::oid(oid)])
}

/// The one value that `bytes` are, with nothing behind it.
pub(crate) fn whole(bytes: &[u8]) -> Result<Node<'_>, Malformed> {
    let mut cursor = Cursor::new(bytes)?;
    let node = cursor.node()?;
    cursor.finish()?;
    Ok(node)
}

/// RFC 5280 section 4.2.1.12: id-kp-timeStamping.
pub(crate) const KEY_PURPOSE_TIME_STAMPING: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
/// RFC 3161 section 2.4.2: id-ct-TSTInfo.
const ID_CT_TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
/// RFC 5652 section 5.1: id-signedData.
pub(crate) const ID_SIGNED_DATA: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// RFC 5652 section 11.1: id-contentType.
pub(crate) const ID_CONTENT_TYPE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
/// RFC 5652 section 11.2: id-messageDigest.
pub(crate) const ID_MESSAGE_DIGEST: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
/// RFC 5035 section 3: id-aa-signingCertificateV2.
pub(crate) const ID_SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

#[cfg(test)]
mod tests;
