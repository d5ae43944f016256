//! What putting a seal on needs of others: a key and a time authority.

use heqi_pki::authority::TestSealAuthority;
use heqi_pki::certificate::CertificateChain;
use heqi_pki::keys::{SignError, Signature};
use heqi_pki::timestamp::TimestampToken;

/// Whoever holds the key of an office's seal: a licensed service in production, the
/// [`TestSealAuthority`] in tests and demonstrations.
pub trait SealKey: Send + Sync {
    /// The seal's certificate and those above it, the root left out.
    ///
    /// # Errors
    /// The holder does not answer.
    fn chain(&self) -> Result<CertificateChain, SignError>;

    /// Signs exactly these bytes by ECDSA P-256 with SHA-256, as r‖s.
    ///
    /// # Errors
    /// The key cannot be used now.
    fn sign(&self, attributes: &[u8]) -> Result<Signature, SignError>;

    /// Whether signing waits for another machine, so that a caller must not be on a thread
    /// that others wait for.
    fn is_remote(&self) -> bool {
        false
    }
}

impl SealKey for TestSealAuthority {
    fn chain(&self) -> Result<CertificateChain, SignError> {
        Self::chain(self).map_err(SignError::new)
    }

    fn sign(&self, attributes: &[u8]) -> Result<Signature, SignError> {
        Ok(Self::sign(self, attributes))
    }
}

/// Whoever stamps: a time authority (RFC 3161), reached by its adapter.
pub trait Stamper: Send + Sync {
    /// A token over exactly these bytes. It is not believed for being given.
    ///
    /// # Errors
    /// There is none now.
    fn stamp(&self, bytes: &[u8]) -> Result<TimestampToken, Unstamped>;

    /// How long its tokens are at most, in bytes: the file keeps so much room before there is one.
    /// With a longer token the document is signed and stamped once more.
    fn token_bytes(&self) -> usize {
        TOKEN_BYTES
    }
}

/// A token with its authority's certificate, both by elliptic curves: half as long again as ours are.
const TOKEN_BYTES: usize = 2 * 1024;

/// No token was given.
#[derive(Debug, thiserror::Error)]
#[error("no time stamp was given")]
pub struct Unstamped(#[source] Box<dyn std::error::Error + Send + Sync>);

impl Unstamped {
    /// Carries why.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}
