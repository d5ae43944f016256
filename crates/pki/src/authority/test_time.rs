//! The built-in time authority's certificates, for tests and demonstrations only.

use std::fmt;

use const_oid::ObjectIdentifier;
use heqi_vocabulary::{Entropy, UtcMillis};
use zeroize::Zeroizing;

use super::issuing::{Draft, authority_extensions, encoding, stamping_extensions, test_only_name};
use super::{AuthorityFileError, IssueError};
use crate::certificate::{
    PemBlocks, SigningCertificate, check_issued, read_certificate, write_certificate,
};
use crate::keys::{Algorithm, SigningKey};
use crate::timestamp::{Accuracy, TimeRoot, TokenIssuer, TokenIssuerError};

/// A root and the certificate of one stamping key under it. Both say TEST ONLY in their
/// subject and in an extension. The root's key existed only while it signed.
pub struct TestTimeAuthority {
    root: SigningCertificate,
    certificate: SigningCertificate,
    key: SigningKey,
}

impl TestTimeAuthority {
    /// Makes a new one: a P-256 root for 20 years, and under it a P-256 stamping
    /// certificate for 10. `name` tells several of them apart.
    ///
    /// # Errors
    /// When `now` leaves the years certificates can name, or the name is no common name.
    pub fn generate(name: &str, now: UtcMillis, entropy: &dyn Entropy) -> Result<Self, IssueError> {
        let root_key = SigningKey::generate(Algorithm::P256, entropy);
        let key = SigningKey::generate(Algorithm::P256, entropy);
        let root_name = test_only_name(&format!("{name} TEST ONLY Time Root")).map_err(encoding)?;
        let own_name = test_only_name(&format!("{name} TEST ONLY TSA")).map_err(encoding)?;
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
        let certificate = Draft {
            issuer: &root_name,
            subject: &own_name,
            public_key: &key.public_key(),
            not_before,
            not_after: now.plus_millis(STAMPING_VALIDITY_MS),
            extensions: stamping_extensions().map_err(encoding)?,
        }
        .sign(&root_key, entropy)?;
        Ok(Self { root, certificate, key })
    }

    /// Reads what [`Self::to_pem`] wrote.
    ///
    /// # Errors
    /// Other blocks than root certificate, certificate, key; blocks that do not belong
    /// together; certificates without the TEST ONLY mark.
    pub fn from_pem(text: &str) -> Result<Self, AuthorityFileError> {
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
        if !root.is_test_only() || !certificate.is_test_only() {
            return Err(AuthorityFileError::NotTestOnly);
        }
        let belong_together = *certificate.public_key() == key.public_key()
            && check_issued(&certificate, &root).is_ok()
            && TimeRoot::from_der(root.der(), true).is_ok();
        if belong_together {
            Ok(Self { root, certificate, key })
        } else {
            Err(AuthorityFileError::Mismatch)
        }
    }

    /// Writes root certificate, certificate and key, for a file only its owner may read.
    ///
    /// # Errors
    /// Only when PEM encoding fails, which these values give no cause for.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, AuthorityFileError> {
        let block = |certificate: &SigningCertificate| {
            write_certificate(certificate.der()).ok_or(AuthorityFileError::Blocks)
        };
        let mut text = Zeroizing::new(block(&self.root)?);
        text.push_str(&block(&self.certificate)?);
        text.push_str(&self.key.to_pkcs8_pem().map_err(|_| AuthorityFileError::Blocks)?);
        Ok(text)
    }

    /// The root's certificate.
    pub const fn root(&self) -> &SigningCertificate {
        &self.root
    }

    /// The stamping certificate.
    pub const fn certificate(&self) -> &SigningCertificate {
        &self.certificate
    }

    #[cfg(test)]
    pub(crate) fn key_pem_for_tests(&self) -> String {
        self.key.to_pkcs8_pem().unwrap().to_string()
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
        TokenIssuer::new(Box::new(self.key), &[self.certificate], policy, accuracy)
    }
}

impl fmt::Debug for TestTimeAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestTimeAuthority")
            .field("root", &self.root)
            .field("certificate", &self.certificate)
            .field("key", &self.key)
            .finish()
    }
}

const DAY_MS: i64 = 24 * 3600 * 1000;
const ROOT_VALIDITY_MS: i64 = 20 * 365 * DAY_MS;
const STAMPING_VALIDITY_MS: i64 = 10 * 365 * DAY_MS;
const BACKDATING_MS: i64 = 60 * 1000;
