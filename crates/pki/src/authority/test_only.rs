//! The built-in authority, for tests and demonstrations only.

use std::fmt;

use heqi_vocabulary::{Entropy, UtcMillis};
use zeroize::Zeroizing;

use super::issuing::{Draft, authority_extensions, encoding, signer_extensions, test_only_name};
use super::{CertificateAuthority, CertificateRequest, IssueError};
use crate::certificate::{
    CertificateChain, PemBlocks, SigningCertificate, TrustedRoot, check_authority, check_issued,
    read_certificate, write_certificate,
};
use crate::keys::{Algorithm, SigningKey};

/// A root, an issuing authority under it, and the issuing key. Every certificate says
/// TEST ONLY in its subject and in an extension. The root's key existed only while it
/// signed the issuing certificate.
pub struct TestAuthority {
    root: TrustedRoot,
    issuing: SigningCertificate,
    issuing_key: SigningKey,
}

impl TestAuthority {
    /// Makes a new authority: a P-256 root for 20 years and a P-256 issuing authority
    /// for 5, which may issue signer certificates only.
    ///
    /// # Errors
    /// When `now` leaves the years certificates can name.
    pub fn generate(now: UtcMillis, entropy: &dyn Entropy) -> Result<Self, IssueError> {
        let root_key = SigningKey::generate(Algorithm::P256, entropy);
        let issuing_key = SigningKey::generate(Algorithm::P256, entropy);
        let root_name = test_only_name(ROOT_NAME).map_err(encoding)?;
        let issuing_name = test_only_name(ISSUING_NAME).map_err(encoding)?;
        let not_before = now.plus_millis(-BACKDATING_MS);

        let root = Draft {
            issuer: &root_name,
            subject: &root_name,
            public_key: &root_key.public_key(),
            not_before,
            not_after: now.plus_millis(ROOT_VALIDITY_MS),
            extensions: authority_extensions(None).map_err(encoding)?,
        }
        .sign(&root_key, entropy)?;
        let issuing = Draft {
            issuer: &root_name,
            subject: &issuing_name,
            public_key: &issuing_key.public_key(),
            not_before,
            not_after: now.plus_millis(ISSUING_VALIDITY_MS),
            extensions: authority_extensions(Some(0)).map_err(encoding)?,
        }
        .sign(&root_key, entropy)?;
        let root =
            TrustedRoot::new(root, true).map_err(|error| IssueError::Encoding(error.into()))?;
        Ok(Self { root, issuing, issuing_key })
    }

    /// Reads what [`Self::to_pem`] wrote.
    ///
    /// # Errors
    /// Other blocks than root certificate, issuing certificate, issuing key; blocks that
    /// do not belong together; certificates without the TEST ONLY mark.
    pub fn from_pem(text: &str) -> Result<Self, AuthorityFileError> {
        let mut blocks = PemBlocks::of(text);
        let (Some(root), Some(issuing), Some(key), None) =
            (blocks.next(), blocks.next(), blocks.next(), blocks.next())
        else {
            return Err(AuthorityFileError::Blocks);
        };
        let root =
            TrustedRoot::new(certificate(root)?, true).map_err(|_| AuthorityFileError::Mismatch)?;
        let issuing = certificate(issuing)?;
        let issuing_key =
            SigningKey::from_pkcs8_pem(key).map_err(|_| AuthorityFileError::Blocks)?;

        // A real authority's files must never come to issue demonstration certificates.
        if !root.certificate().is_test_only() || !issuing.is_test_only() {
            return Err(AuthorityFileError::NotTestOnly);
        }
        let belong_together = *issuing.public_key() == issuing_key.public_key()
            && check_authority(&issuing, 0).is_ok()
            && check_authority(root.certificate(), 1).is_ok()
            && check_issued(&issuing, root.certificate()).is_ok();
        if belong_together {
            Ok(Self { root, issuing, issuing_key })
        } else {
            Err(AuthorityFileError::Mismatch)
        }
    }

    /// Writes root certificate, issuing certificate and issuing key, for a file only its
    /// owner may read.
    ///
    /// # Errors
    /// Only when PEM encoding fails, which these values give no cause for.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, AuthorityFileError> {
        let certificate = |certificate: &SigningCertificate| {
            write_certificate(certificate.der()).ok_or(AuthorityFileError::Blocks)
        };
        let mut text = Zeroizing::new(certificate(self.root.certificate())?);
        text.push_str(&certificate(&self.issuing)?);
        text.push_str(&self.issuing_key.to_pkcs8_pem().map_err(|_| AuthorityFileError::Blocks)?);
        Ok(text)
    }

    /// The root to trust, declared test-only.
    pub const fn root(&self) -> &TrustedRoot {
        &self.root
    }
}

impl CertificateAuthority for TestAuthority {
    fn issue(
        &self,
        request: CertificateRequest,
        now: UtcMillis,
        entropy: &dyn Entropy,
    ) -> Result<CertificateChain, IssueError> {
        let (not_before, not_after) = (self.issuing.not_before(), self.issuing.not_after());
        if !(not_before..=not_after).contains(&now) {
            return Err(IssueError::AuthorityNotValid { not_before, not_after });
        }
        let leaf = Draft {
            issuer: self.issuing.subject(),
            subject: &test_only_name(request.party()).map_err(encoding)?,
            public_key: request.public_key(),
            // Never outside the issuer's own period: the whole chain must be valid at once.
            not_before: now.plus_millis(-BACKDATING_MS).max(not_before),
            not_after: now.plus_millis(SIGNER_VALIDITY_MS).min(not_after),
            extensions: signer_extensions().map_err(encoding)?,
        }
        .sign(&self.issuing_key, entropy)?;
        CertificateChain::new(vec![leaf, self.issuing.clone()])
            .map_err(|error| IssueError::Encoding(error.into()))
    }

    fn is_test_only(&self) -> bool {
        true
    }
}

impl fmt::Debug for TestAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestAuthority")
            .field("root", self.root.certificate())
            .field("issuing", &self.issuing)
            .field("issuing_key", &self.issuing_key)
            .finish()
    }
}

/// Why an authority's file was not read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AuthorityFileError {
    /// Not exactly the three blocks.
    #[error("the file is not a root certificate, an issuing certificate and an issuing key in PEM")]
    Blocks,
    /// Sound blocks that do not belong together.
    #[error("root, issuing certificate and key do not belong together")]
    Mismatch,
    /// Certificates without the TEST ONLY mark.
    #[error(
        "the certificates are not marked TEST ONLY; the built-in authority issues nothing else"
    )]
    NotTestOnly,
}

fn certificate(block: &str) -> Result<SigningCertificate, AuthorityFileError> {
    let der = read_certificate(block).ok_or(AuthorityFileError::Blocks)?;
    SigningCertificate::from_der(&der).map_err(|_| AuthorityFileError::Blocks)
}

const ROOT_NAME: &str = "Heqi TEST ONLY Root CA";
const ISSUING_NAME: &str = "Heqi TEST ONLY Issuing CA";
const DAY_MS: i64 = 24 * 3600 * 1000;
const ROOT_VALIDITY_MS: i64 = 20 * 365 * DAY_MS;
const ISSUING_VALIDITY_MS: i64 = 5 * 365 * DAY_MS;
const SIGNER_VALIDITY_MS: i64 = DAY_MS;
/// For signers' and verifiers' clocks that run behind the authority's.
const BACKDATING_MS: i64 = 60 * 1000;
