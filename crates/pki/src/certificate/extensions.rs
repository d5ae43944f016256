//! What a certificate's extensions say, as far as the profile listens (RFC 5280
//! section 4.2).

use const_oid::{AssociatedOid as _, ObjectIdentifier};
use der::{Decode, Encode};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage};

/// Marks every certificate of the built-in authority: worthless outside tests and
/// demonstrations. Never critical, so that other software can still read the chain.
///
/// The arc is the one RFC 5612 reserves for examples. Its numbers are small: common
/// certificate readers refuse numbers from 2^28 up, and a UUID arc (2.25) has 128 bits.
pub const TEST_ONLY_EXTENSION: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.1.1");

/// What the TEST ONLY extension and the subject of such certificates say to a reader.
pub const TEST_ONLY_NOTICE: &str = "TEST ONLY 测试证书 不具有法律效力";

/// The extensions the profile reads.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing a certificate may say")]
pub(crate) struct Extensions {
    pub(crate) authority: Authority,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) key_purposes: Option<Vec<ObjectIdentifier>>,
    pub(crate) key_purposes_are_critical: bool,
    pub(crate) is_test_only: bool,
    pub(crate) has_name_constraints: bool,
    pub(crate) has_unknown_critical: bool,
}

/// basicConstraints (section 4.2.1.9).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Authority {
    /// Absent, or cA false: issues nothing.
    No,
    /// cA true: may issue, with at most that many authorities between it and a signer.
    Yes { path_length: Option<u8> },
}

impl Extensions {
    pub(crate) fn read(extensions: &[Extension]) -> Result<Self, ExtensionError> {
        check_unique(extensions)?;
        let mut read = Self {
            authority: Authority::No,
            key_usage: None,
            key_purposes: None,
            key_purposes_are_critical: false,
            is_test_only: false,
            has_name_constraints: false,
            has_unknown_critical: false,
        };
        for extension in extensions {
            match extension.extn_id {
                BasicConstraints::OID => read.authority = authority(&decode(extension)?)?,
                KeyUsage::OID => read.key_usage = Some(decode(extension)?),
                ExtendedKeyUsage::OID => {
                    read.key_purposes = Some(decode::<ExtendedKeyUsage>(extension)?.0);
                    read.key_purposes_are_critical = extension.critical;
                }
                TEST_ONLY_EXTENSION => read.is_test_only = true,
                NAME_CONSTRAINTS => read.has_name_constraints = true,
                _ => read.has_unknown_critical |= extension.critical,
            }
        }
        Ok(read)
    }

    pub(crate) fn allows_purpose(&self, purpose: ObjectIdentifier) -> bool {
        self.key_purposes.as_ref().is_some_and(|purposes| purposes.contains(&purpose))
    }
}

/// Why a certificate's extensions were refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ExtensionError {
    /// RFC 5280 section 4.2: not more than one instance.
    #[error("the certificate has an extension twice")]
    Duplicate,
    /// An extension the profile knows, with a value it cannot read as DER, or a path
    /// length without an authority.
    #[error("the certificate's basicConstraints, keyUsage or extKeyUsage cannot be read")]
    Value,
}

fn check_unique(extensions: &[Extension]) -> Result<(), ExtensionError> {
    let twice = |(i, one): (usize, &Extension)| {
        extensions.iter().skip(i + 1).any(|other| other.extn_id == one.extn_id)
    };
    if extensions.iter().enumerate().any(twice) { Err(ExtensionError::Duplicate) } else { Ok(()) }
}

fn decode<T>(extension: &Extension) -> Result<T, ExtensionError>
where
    T: for<'a> Decode<'a> + Encode,
{
    let der = extension.extn_value.as_bytes();
    let value = T::from_der(der).map_err(|_| ExtensionError::Value)?;
    // As for the certificate itself: the value must be the one spelling of itself.
    if value.to_der().ok().as_deref() == Some(der) { Ok(value) } else { Err(ExtensionError::Value) }
}

fn authority(constraints: &BasicConstraints) -> Result<Authority, ExtensionError> {
    match *constraints {
        BasicConstraints { ca: true, path_len_constraint } => {
            Ok(Authority::Yes { path_length: path_len_constraint })
        }
        BasicConstraints { ca: false, path_len_constraint: None } => Ok(Authority::No),
        BasicConstraints { ca: false, path_len_constraint: Some(_) } => Err(ExtensionError::Value),
    }
}

/// RFC 9336: id-kp-documentSigning.
pub(crate) const KEY_PURPOSE_DOCUMENT_SIGNING: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36");
/// RFC 5280 section 4.2.1.12: anyExtendedKeyUsage.
pub(crate) const ANY_KEY_PURPOSE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");
/// RFC 5280 section 4.2.1.10.
const NAME_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.30");
