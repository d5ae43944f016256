//! The port to a certificate authority, and the built-in TEST ONLY one.
//!
//! A signer's certificate lives 24 hours and serves one signing, so there is no
//! revocation: a verifier reports the interval in which the signature was made instead.

mod issuing;
mod test_only;
mod test_pair;
mod test_seal;
mod test_time;

use heqi_vocabulary::{Entropy, UtcMillis};

use crate::certificate::CertificateChain;
use crate::keys::{PublicKey, SignError};

pub use test_only::{AuthorityFileError, TestAuthority};
pub use test_seal::TestSealAuthority;
pub use test_time::TestTimeAuthority;

/// Whoever issues signer certificates: a licensed authority in production, the
/// [`TestAuthority`] in tests and demonstrations.
pub trait CertificateAuthority: Send + Sync {
    /// Issues a certificate for the key in `request`, valid from about `now`.
    ///
    /// The key's holder proves possession by the signing statement itself, which names
    /// the certificate's digest: a certificate for a key one does not hold is useless.
    ///
    /// # Errors
    /// When the authority cannot issue now; see [`IssueError`].
    fn issue(
        &self,
        request: CertificateRequest,
        now: UtcMillis,
        entropy: &dyn Entropy,
    ) -> Result<CertificateChain, IssueError>;

    /// Whether its certificates are worthless outside tests; production refuses such an
    /// authority.
    fn is_test_only(&self) -> bool;

    /// Whether issuing waits for another machine, so that a caller must not be on a thread
    /// that others wait for.
    fn is_remote(&self) -> bool {
        false
    }
}

/// A key to be certified and the pseudonym it is certified for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CertificateRequest {
    public_key: PublicKey,
    party: String,
}

impl CertificateRequest {
    /// Asks for a certificate of `public_key` for the party known by this pseudonym,
    /// which becomes the common name: an identifier, never a person's name.
    ///
    /// # Errors
    /// Unless the pseudonym has 1 to 64 characters (RFC 5280 appendix A.1,
    /// ub-common-name), none of them a control character.
    pub fn new(public_key: PublicKey, party: &str) -> Result<Self, RequestError> {
        let length = party.chars().count();
        if !(1..=MAX_COMMON_NAME_CHARACTERS).contains(&length)
            || party.chars().any(char::is_control)
        {
            return Err(RequestError);
        }
        Ok(Self { public_key, party: party.to_owned() })
    }

    /// The key to certify.
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The pseudonym of its holder.
    pub fn party(&self) -> &str {
        &self.party
    }
}

/// Why a certificate cannot be asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the party id is not 1 to 64 characters without control characters")]
pub struct RequestError;

/// Why no certificate was issued.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The authority's own certificate does not cover the present instant.
    #[error("the authority's own certificate is valid from {not_before} to {not_after} only")]
    AuthorityNotValid {
        /// Its first valid instant.
        not_before: UtcMillis,
        /// Its last valid instant.
        not_after: UtcMillis,
    },
    /// The authority gave nothing that can be signed with.
    #[error("the certificate authority: {what}")]
    Unanswered {
        /// What it did instead.
        what: &'static str,
    },
    /// The authority's key could not be used.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The certificate could not be written, or not within the profile.
    #[error("the certificate could not be written within the profile")]
    Encoding(#[source] Box<dyn std::error::Error + Send + Sync>),
}

const MAX_COMMON_NAME_CHARACTERS: usize = 64;

#[cfg(test)]
mod tests;
