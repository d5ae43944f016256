//! A root, one certificate under it and that certificate's key: what the built-in time
//! authority and the built-in seal have in common.

use std::fmt;

use der::Result as DerResult;
use heqi_vocabulary::{Entropy, UtcMillis};
use x509_cert::ext::Extension;
use zeroize::Zeroizing;

use super::issuing::{Draft, authority_extensions, encoding, test_only_name};
use super::{AuthorityFileError, IssueError};
use crate::certificate::{
    PemBlocks, SigningCertificate, TrustedRoot, check_issued, read_certificate, write_certificate,
};
use crate::keys::{Algorithm, SigningKey};

/// Both certificates say TEST ONLY in their subject and in an extension. The root's key
/// existed only while it signed.
pub(super) struct TestPair {
    pub(super) root: SigningCertificate,
    pub(super) certificate: SigningCertificate,
    pub(super) key: SigningKey,
}

/// What the two certificates say.
pub(super) struct Plan<'a> {
    pub(super) root_name: &'a str,
    pub(super) name: &'a str,
    pub(super) valid_days: i64,
    pub(super) extensions: DerResult<Vec<Extension>>,
}

impl TestPair {
    /// A P-256 root for 20 years, and under it a P-256 certificate.
    pub(super) fn generate(
        plan: Plan<'_>,
        now: UtcMillis,
        entropy: &dyn Entropy,
    ) -> Result<Self, IssueError> {
        let root_key = SigningKey::generate(Algorithm::P256, entropy);
        let key = SigningKey::generate(Algorithm::P256, entropy);
        let root_name = test_only_name(plan.root_name).map_err(encoding)?;
        let own_name = test_only_name(plan.name).map_err(encoding)?;
        let not_before = now.plus_millis(-BACKDATING_MS);
        let root = Draft {
            issuer: &root_name,
            subject: &root_name,
            public_key: &root_key.public_key(),
            not_before,
            not_after: now.plus_millis(ROOT_VALIDITY_DAYS * DAY_MS),
            extensions: authority_extensions(None).map_err(encoding)?,
        }
        .sign(&root_key, entropy)?;
        let certificate = Draft {
            issuer: &root_name,
            subject: &own_name,
            public_key: &key.public_key(),
            not_before,
            not_after: now.plus_millis(plan.valid_days * DAY_MS),
            extensions: plan.extensions.map_err(encoding)?,
        }
        .sign(&root_key, entropy)?;
        Ok(Self { root, certificate, key })
    }

    /// Reads what [`Self::to_pem`] wrote: root certificate, certificate, key.
    pub(super) fn from_pem(text: &str) -> Result<Self, AuthorityFileError> {
        let mut blocks = PemBlocks::of(text);
        let (Some(root), Some(certificate), Some(key), None) =
            (blocks.next(), blocks.next(), blocks.next(), blocks.next())
        else {
            return Err(AuthorityFileError::Blocks);
        };
        let read = |block| {
            let der = read_certificate(block).ok_or(AuthorityFileError::Blocks)?;
            SigningCertificate::from_der(&der).map_err(|_| AuthorityFileError::Blocks)
        };
        let (root, certificate) = (read(root)?, read(certificate)?);
        let key = SigningKey::from_pkcs8_pem(key).map_err(|_| AuthorityFileError::Blocks)?;
        // A real authority's files must never come to make demonstrations.
        if !root.is_test_only() || !certificate.is_test_only() {
            return Err(AuthorityFileError::NotTestOnly);
        }
        let belong_together = *certificate.public_key() == key.public_key()
            && check_issued(&certificate, &root).is_ok()
            && TrustedRoot::new(root.clone(), true).is_ok();
        if belong_together {
            Ok(Self { root, certificate, key })
        } else {
            Err(AuthorityFileError::Mismatch)
        }
    }

    /// Writes root certificate, certificate and key, for a file only its owner may read.
    pub(super) fn to_pem(&self) -> Result<Zeroizing<String>, AuthorityFileError> {
        let block = |certificate: &SigningCertificate| {
            write_certificate(certificate.der()).ok_or(AuthorityFileError::Blocks)
        };
        let mut text = Zeroizing::new(block(&self.root)?);
        text.push_str(&block(&self.certificate)?);
        text.push_str(&self.key.to_pkcs8_pem().map_err(|_| AuthorityFileError::Blocks)?);
        Ok(text)
    }
}

impl fmt::Debug for TestPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestPair")
            .field("root", &self.root)
            .field("certificate", &self.certificate)
            .field("key", &self.key)
            .finish()
    }
}

const DAY_MS: i64 = 24 * 3600 * 1000;
const ROOT_VALIDITY_DAYS: i64 = 20 * 365;
const BACKDATING_MS: i64 = 60 * 1000;
