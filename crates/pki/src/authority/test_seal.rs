//! The built-in seal of an office, for tests and demonstrations only.

use heqi_vocabulary::{Entropy, UtcMillis};
use zeroize::Zeroizing;

use super::issuing::seal_extensions;
use super::test_pair::{Plan, TestPair};
use super::{AuthorityFileError, IssueError};
use crate::certificate::{CertificateChain, ChainFormError, SigningCertificate};
use crate::keys::{Signature, SigningKey};

/// A root and the certificate of one seal key under it. Both say TEST ONLY in their subject
/// and in an extension. The root's key existed only while it signed.
#[derive(Debug)]
pub struct TestSealAuthority(TestPair);

impl TestSealAuthority {
    /// Makes a new one: a P-256 root for 20 years, and under it the P-256 certificate of the
    /// seal for 5. `office` becomes part of the common name.
    ///
    /// # Errors
    /// When `now` leaves the years certificates can name, or the name is no common name.
    pub fn generate(
        office: &str,
        now: UtcMillis,
        entropy: &dyn Entropy,
    ) -> Result<Self, IssueError> {
        let plan = Plan {
            root_name: &format!("{office} TEST ONLY Seal Root"),
            name: &format!("{office} TEST ONLY Seal"),
            valid_days: SEAL_VALIDITY_DAYS,
            extensions: seal_extensions(),
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

    /// The seal's certificate.
    pub const fn certificate(&self) -> &SigningCertificate {
        &self.0.certificate
    }

    /// The chain a signature carries: the seal's certificate alone, the root being the
    /// reader's own knowledge.
    ///
    /// # Errors
    /// Never: one certificate is a chain.
    pub fn chain(&self) -> Result<CertificateChain, ChainFormError> {
        CertificateChain::new(vec![self.0.certificate.clone()])
    }

    /// Signs exactly these bytes.
    pub fn sign(&self, message: &[u8]) -> Signature {
        self.key().sign(message)
    }

    const fn key(&self) -> &SigningKey {
        &self.0.key
    }
}

const SEAL_VALIDITY_DAYS: i64 = 5 * 365;
