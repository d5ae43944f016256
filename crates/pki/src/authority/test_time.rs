//! The built-in time authority's certificates, for tests and demonstrations only.

use const_oid::ObjectIdentifier;
use heqi_vocabulary::{Entropy, UtcMillis};
use zeroize::Zeroizing;

use super::issuing::stamping_extensions;
use super::test_pair::{Plan, TestPair};
use super::{AuthorityFileError, IssueError};
use crate::certificate::SigningCertificate;
use crate::timestamp::{Accuracy, TokenIssuer, TokenIssuerError};

/// A root and the certificate of one stamping key under it. Both say TEST ONLY in their
/// subject and in an extension. The root's key existed only while it signed.
#[derive(Debug)]
pub struct TestTimeAuthority(TestPair);

impl TestTimeAuthority {
    /// Makes a new one: a P-256 root for 20 years, and under it a P-256 stamping
    /// certificate for 10. `name` tells several of them apart.
    ///
    /// # Errors
    /// When `now` leaves the years certificates can name, or the name is no common name.
    pub fn generate(name: &str, now: UtcMillis, entropy: &dyn Entropy) -> Result<Self, IssueError> {
        let plan = Plan {
            root_name: &format!("{name} TEST ONLY Time Root"),
            name: &format!("{name} TEST ONLY TSA"),
            valid_days: STAMPING_VALIDITY_DAYS,
            extensions: stamping_extensions(),
        };
        TestPair::generate(plan, now, entropy).map(Self)
    }

    /// Reads what [`Self::to_pem`] wrote.
    ///
    /// # Errors
    /// Other blocks than root certificate, certificate, key; blocks that do not belong
    /// together; certificates without the TEST ONLY mark.
    pub fn from_pem(text: &str) -> Result<Self, AuthorityFileError> {
        TestPair::from_pem(text).map(Self)
    }

    /// Writes root certificate, certificate and key, for a file only its owner may read.
    ///
    /// # Errors
    /// Only when PEM encoding fails, which these values give no cause for.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, AuthorityFileError> {
        self.0.to_pem()
    }

    /// The root's certificate.
    pub const fn root(&self) -> &SigningCertificate {
        &self.0.root
    }

    /// The stamping certificate.
    pub const fn certificate(&self) -> &SigningCertificate {
        &self.0.certificate
    }

    #[cfg(test)]
    pub(crate) fn key_pem_for_tests(&self) -> String {
        self.0.key.to_pkcs8_pem().unwrap().to_string()
    }

    /// Gives the key to an issuer of tokens.
    ///
    /// # Errors
    /// Never for certificates of ours; the signature is that of [`TokenIssuer::new`].
    pub fn into_issuer(
        self,
        policy: ObjectIdentifier,
        accuracy: Accuracy,
    ) -> Result<TokenIssuer, TokenIssuerError> {
        let TestPair { certificate, key, .. } = self.0;
        TokenIssuer::new(Box::new(key), &[certificate], policy, accuracy)
    }
}

const STAMPING_VALIDITY_DAYS: i64 = 10 * 365;
