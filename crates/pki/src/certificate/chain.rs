//! A signer's certificate, the authorities above it, and whether to believe them
//! (RFC 5280 section 6, for chains without policies and name constraints).

use heqi_vocabulary::{Digest, UtcMillis};

use super::rules::{ChainFault, check_authority, check_issued, check_signer};
use super::{CertificateError, SigningCertificate, pem};
use crate::keys::PublicKey;

/// The most certificates a chain carries, the signer's included.
pub const MAX_CHAIN: usize = 4;

/// One to four certificates, the signer's first, each followed by its issuer's. The root
/// is the reader's own knowledge and need not be among them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CertificateChain {
    leaf: SigningCertificate,
    authorities: Vec<SigningCertificate>,
}

impl CertificateChain {
    /// Puts certificates in order, the signer's first.
    ///
    /// # Errors
    /// None, or more than four.
    pub fn new(certificates: Vec<SigningCertificate>) -> Result<Self, ChainFormError> {
        if certificates.len() > MAX_CHAIN {
            return Err(ChainFormError::Length);
        }
        let mut certificates = certificates.into_iter();
        let leaf = certificates.next().ok_or(ChainFormError::Length)?;
        Ok(Self { leaf, authorities: certificates.collect() })
    }

    /// Reads certificates from DER, the signer's first.
    ///
    /// # Errors
    /// None, more than four, or one that is not of the profile.
    pub fn from_ders<I>(ders: I) -> Result<Self, ChainFormError>
    where
        I: IntoIterator<Item: AsRef<[u8]>>,
    {
        let certificates = ders
            .into_iter()
            .take(MAX_CHAIN + 1)
            .enumerate()
            .map(|(position, der)| {
                SigningCertificate::from_der(der.as_ref())
                    .map_err(|source| ChainFormError::Certificate { position, source })
            })
            .collect::<Result<_, _>>()?;
        Self::new(certificates)
    }

    /// Reads `CERTIFICATE` blocks with nothing between them, the signer's first.
    ///
    /// # Errors
    /// As [`Self::from_ders`], or a block that is not PEM of that label.
    pub fn from_pem(text: &str) -> Result<Self, ChainFormError> {
        let ders = pem::PemBlocks::of(text)
            .take(MAX_CHAIN + 1)
            .map(|block| pem::read_certificate(block).ok_or(ChainFormError::Pem))
            .collect::<Result<Vec<_>, _>>()?;
        Self::from_ders(ders)
    }

    /// Writes the certificates as PEM blocks, the signer's first.
    pub fn to_pem(&self) -> String {
        self.certificates()
            .filter_map(|certificate| pem::write_certificate(certificate.der()))
            .collect()
    }

    /// The signer's certificate.
    pub const fn leaf(&self) -> &SigningCertificate {
        &self.leaf
    }

    /// All certificates, the signer's first.
    pub fn certificates(&self) -> impl Iterator<Item = &SigningCertificate> {
        std::iter::once(&self.leaf).chain(&self.authorities)
    }

    /// Whether any certificate of the chain carries the TEST ONLY mark. A chain under a
    /// test-only root is test-only too; that is known once anchored.
    pub fn is_test_only(&self) -> bool {
        self.certificates().any(SigningCertificate::is_test_only)
    }

    /// Believes the chain at an instant: [`Self::anchor`], then [`AnchoredChain::at`].
    ///
    /// # Errors
    /// See [`ChainError`]; a fault in the chain is named before a missing root, and a
    /// missing root before a validity period.
    pub fn verify(
        &self,
        roots: &[TrustedRoot],
        at: UtcMillis,
    ) -> Result<VerifiedChain, ChainError> {
        Ok(self.anchor(roots)?.at(at)?)
    }

    /// Checks everything that does not depend on an instant: what each certificate may
    /// do, that each was signed by the next, and that the last was signed by (or is) one
    /// of `roots`.
    ///
    /// # Errors
    /// [`ChainError::Broken`] or [`ChainError::Untrusted`].
    pub fn anchor(&self, roots: &[TrustedRoot]) -> Result<AnchoredChain, ChainError> {
        check_signer(&self.leaf).map_err(|fault| ChainError::Broken { position: 0, fault })?;
        for (below, authority) in self.authorities.iter().enumerate() {
            check_authority(authority, below)
                .map_err(|fault| ChainError::Broken { position: below + 1, fault })?;
        }
        for (position, (certificate, issuer)) in
            self.certificates().zip(&self.authorities).enumerate()
        {
            check_issued(certificate, issuer)
                .map_err(|fault| ChainError::Broken { position, fault })?;
        }

        let root = self.find_root(roots).ok_or(ChainError::Untrusted)?;
        Ok(AnchoredChain {
            chain: self.clone(),
            root: root.certificate.clone(),
            is_test_only: root.is_test_only() || self.is_test_only(),
        })
    }

    fn find_root<'r>(&self, roots: &'r [TrustedRoot]) -> Option<&'r TrustedRoot> {
        let last = self.authorities.last().unwrap_or(&self.leaf);
        roots.iter().find(|root| {
            let is_root_itself = !self.authorities.is_empty() && *last == root.certificate;
            is_root_itself
                || (check_issued(last, &root.certificate).is_ok()
                    && check_authority(&root.certificate, self.authorities.len()).is_ok())
        })
    }
}

/// A root the reader was told to trust, by a file of anchors or by configuration.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TrustedRoot {
    certificate: SigningCertificate,
    declared_test_only: bool,
}

impl TrustedRoot {
    /// Reads a root from DER. `test_only` is what its source declares; the mark in the
    /// certificate itself counts as well.
    ///
    /// # Errors
    /// Not of the profile, not an authority's, or not signed by its own key.
    pub fn from_der(der: &[u8], test_only: bool) -> Result<Self, TrustedRootError> {
        Self::new(SigningCertificate::from_der(der)?, test_only)
    }

    /// Takes a certificate as a root; see [`Self::from_der`].
    ///
    /// # Errors
    /// Not an authority's, or not signed by its own key.
    pub fn new(certificate: SigningCertificate, test_only: bool) -> Result<Self, TrustedRootError> {
        check_authority(&certificate, 0)
            .and_then(|()| check_issued(&certificate, &certificate))
            .map_err(TrustedRootError::Fault)?;
        Ok(Self { certificate, declared_test_only: test_only })
    }

    /// The root's certificate.
    pub const fn certificate(&self) -> &SigningCertificate {
        &self.certificate
    }

    /// Whether nothing under this root is worth anything outside tests.
    pub const fn is_test_only(&self) -> bool {
        self.declared_test_only || self.certificate.is_test_only()
    }
}

/// A chain that leads to a trusted root; whether it was valid when the signature was
/// made is a question of the instant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AnchoredChain {
    chain: CertificateChain,
    root: SigningCertificate,
    is_test_only: bool,
}

impl AnchoredChain {
    /// Believes the chain at one instant.
    ///
    /// # Errors
    /// A certificate, the root's included, that was not yet or no longer valid.
    pub fn at(&self, at: UtcMillis) -> Result<VerifiedChain, ValidityError> {
        for (position, certificate) in self.certificates_and_root().enumerate() {
            let (not_before, not_after) = (certificate.not_before, certificate.not_after);
            if at < not_before {
                return Err(ValidityError::NotYetValid { position, not_before });
            }
            if at > not_after {
                return Err(ValidityError::Expired { position, not_after });
            }
        }
        Ok(VerifiedChain { anchored: self.clone(), at })
    }

    /// The signer's certificate.
    pub const fn leaf(&self) -> &SigningCertificate {
        &self.chain.leaf
    }

    /// The chain as it was given.
    pub const fn chain(&self) -> &CertificateChain {
        &self.chain
    }

    /// The SHA-256 of the root's DER.
    pub fn root_digest(&self) -> Digest {
        self.root.digest()
    }

    /// Whether the root or any certificate is for tests only.
    pub const fn is_test_only(&self) -> bool {
        self.is_test_only
    }

    /// The first instant at which every certificate is valid.
    pub fn not_before(&self) -> UtcMillis {
        self.certificates_and_root()
            .map(SigningCertificate::not_before)
            .fold(self.leaf().not_before, Ord::max)
    }

    /// The last instant at which every certificate is valid; before
    /// [`Self::not_before`] when their periods have nothing in common.
    pub fn not_after(&self) -> UtcMillis {
        self.certificates_and_root()
            .map(SigningCertificate::not_after)
            .fold(self.leaf().not_after, Ord::min)
    }

    fn certificates_and_root(&self) -> impl Iterator<Item = &SigningCertificate> {
        self.chain.certificates().chain(std::iter::once(&self.root))
    }
}

/// A chain believed at an instant. Only [`AnchoredChain::at`] makes one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VerifiedChain {
    anchored: AnchoredChain,
    at: UtcMillis,
}

impl VerifiedChain {
    /// The signer's key, now vouched for.
    pub const fn public_key(&self) -> &PublicKey {
        self.anchored.leaf().public_key()
    }

    /// The instant at which the chain was found valid.
    pub const fn at(&self) -> UtcMillis {
        self.at
    }

    /// The chain with its root and its common validity period.
    pub const fn anchored(&self) -> &AnchoredChain {
        &self.anchored
    }

    /// Whether the root or any certificate is for tests only.
    pub const fn is_test_only(&self) -> bool {
        self.anchored.is_test_only
    }
}

/// Why certificates do not even form a chain.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ChainFormError {
    /// None, or more than [`MAX_CHAIN`].
    #[error("a chain has 1 to {MAX_CHAIN} certificates")]
    Length,
    /// Something that is not a PEM block of a certificate.
    #[error("the text is not a sequence of PEM blocks labelled CERTIFICATE")]
    Pem,
    /// One of them is not of the profile.
    #[error("certificate {position} of the chain, counted from 0, is unacceptable")]
    Certificate {
        /// Its place, 0 for the signer's.
        position: usize,
        /// What is wrong with it.
        source: CertificateError,
    },
}

/// Why a certificate cannot be a root.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TrustedRootError {
    /// Not of the profile.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Not an authority's, or not signed by its own key.
    #[error("the certificate cannot be a root: {0}")]
    Fault(ChainFault),
}

/// Why a chain is not believed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ChainError {
    /// The chain contradicts itself or the profile, whoever is trusted.
    #[error("certificate {position} of the chain, counted from 0, is refused: {fault}")]
    Broken {
        /// Its place, 0 for the signer's.
        position: usize,
        /// What is wrong.
        fault: ChainFault,
    },
    /// Sound in itself, but under none of the roots.
    #[error("the chain leads to none of the trusted roots")]
    Untrusted,
    /// Sound and trusted, but not valid at that instant.
    #[error(transparent)]
    Validity(#[from] ValidityError),
}

/// At which end an instant falls out of a chain's validity.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ValidityError {
    /// The instant is before a certificate's first.
    #[error(
        "certificate {position} of the chain, counted from 0, is not valid before {not_before}"
    )]
    NotYetValid {
        /// Its place, 0 for the signer's; the root comes last.
        position: usize,
        /// Its first valid instant.
        not_before: UtcMillis,
    },
    /// The instant is past a certificate's last.
    #[error("certificate {position} of the chain, counted from 0, is not valid after {not_after}")]
    Expired {
        /// Its place, 0 for the signer's; the root comes last.
        position: usize,
        /// Its last valid instant.
        not_after: UtcMillis,
    },
}
