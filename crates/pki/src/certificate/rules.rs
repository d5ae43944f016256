//! What each certificate of a chain must be allowed to do (RFC 5280 sections 4.2 and
//! 6.1.4).

use super::SigningCertificate;
use super::extensions::{ANY_KEY_PURPOSE, Authority, KEY_PURPOSE_DOCUMENT_SIGNING};

/// A signer's certificate: no authority, and made for signing documents.
pub(super) fn check_signer(certificate: &SigningCertificate) -> Result<(), ChainFault> {
    check_extensions(certificate)?;
    let extensions = &certificate.extensions;
    if extensions.authority != Authority::No {
        return Err(ChainFault::IsAuthority);
    }
    if !extensions.key_usage.is_some_and(|usage| usage.digital_signature()) {
        return Err(ChainFault::KeyUsage);
    }
    if !extensions.allows_purpose(KEY_PURPOSE_DOCUMENT_SIGNING) {
        return Err(ChainFault::ExtendedKeyUsage);
    }
    Ok(())
}

/// An authority's certificate; `authorities_below` counts authorities between this one and the signer.
pub(crate) fn check_authority(
    certificate: &SigningCertificate,
    authorities_below: usize,
) -> Result<(), ChainFault> {
    check_extensions(certificate)?;
    let extensions = &certificate.extensions;
    let Authority::Yes { path_length } = extensions.authority else {
        return Err(ChainFault::NotAuthority);
    };
    if path_length.is_some_and(|most| authorities_below > usize::from(most)) {
        return Err(ChainFault::PathLength);
    }
    if !extensions.key_usage.is_some_and(|usage| usage.key_cert_sign()) {
        return Err(ChainFault::KeyUsage);
    }
    // On an authority an extKeyUsage narrows what it may issue; most have none.
    let allows_signing = extensions.key_purposes.is_none()
        || extensions.allows_purpose(KEY_PURPOSE_DOCUMENT_SIGNING)
        || extensions.allows_purpose(ANY_KEY_PURPOSE);
    if allows_signing { Ok(()) } else { Err(ChainFault::ExtendedKeyUsage) }
}

fn check_extensions(certificate: &SigningCertificate) -> Result<(), ChainFault> {
    if certificate.extensions.has_unknown_critical {
        return Err(ChainFault::UnknownCriticalExtension);
    }
    if certificate.extensions.has_name_constraints {
        return Err(ChainFault::NameConstraints);
    }
    Ok(())
}

/// That `issuer` issued `certificate`: by name and by signature.
pub(crate) fn check_issued(
    certificate: &SigningCertificate,
    issuer: &SigningCertificate,
) -> Result<(), ChainFault> {
    if !certificate.names_as_issuer(issuer) {
        return Err(ChainFault::IssuerName);
    }
    if certificate.is_signed_by(&issuer.public_key) { Ok(()) } else { Err(ChainFault::Signature) }
}

/// What is wrong with one certificate of a chain.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ChainFault {
    /// Its issuer field is not the next certificate's subject.
    #[error("it names another issuer than the certificate above it")]
    IssuerName,
    /// Its signature is not by the next certificate's key.
    #[error("it is not signed by the key of the certificate above it")]
    Signature,
    /// An issuer without basicConstraints cA.
    #[error("it is not an authority's certificate and yet issued another")]
    NotAuthority,
    /// A signer's certificate with basicConstraints cA.
    #[error("it is an authority's certificate in a signer's place")]
    IsAuthority,
    /// More authorities below it than its pathLenConstraint allows.
    #[error("its path length is exceeded")]
    PathLength,
    /// keyUsage absent, or without keyCertSign (authority) or digitalSignature (signer).
    #[error("its key usage does not allow what its key did")]
    KeyUsage,
    /// extKeyUsage absent (signer) or without documentSigning.
    #[error("its extended key usage does not allow signing documents")]
    ExtendedKeyUsage,
    /// A critical extension outside the profile.
    #[error("it has a critical extension this profile does not know")]
    UnknownCriticalExtension,
    /// nameConstraints, which the profile does not evaluate.
    #[error("it has name constraints, which this profile does not evaluate")]
    NameConstraints,
}
