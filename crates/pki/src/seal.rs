//! An office's seal over a file: CMS SignedData without the content (RFC 5652), in the
//! profile CAdES B-T (ETSI EN 319 122-1), which PDF carries as `ETSI.CAdES.detached` (ETSI EN
//! 319 142-1).
//!
//! One signer, ECDSA P-256 with SHA-256, its certificate named by issuer and serial number
//! *and* by its SHA-256 (signingCertificateV2), and a time stamp over the signature. There is
//! no signing-time attribute: when it was signed is what the time stamp says, so a seal without
//! one is not believed.
//!
//! - [`SealDraft`], [`SignedSeal`]: making one, in the order sign, stamp, write
//! - [`SealSignature`]: reading one; [`SealSignature::verify`] gives a [`VerifiedSeal`], which
//!   nothing else makes

mod making;
mod reading;

use const_oid::ObjectIdentifier;

pub use making::{SealDraft, SealError, SignedSeal};
pub use reading::{SealFault, SealFormError, SealSignature, VerifiedSeal};

/// The longest seal accepted, in bytes: chain and time stamp with room.
pub const MAX_SEAL_BYTES: usize = 24 * 1024;

/// RFC 5652 section 4: id-data.
const ID_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
/// RFC 3161 appendix A: id-aa-timeStampToken.
const ID_TIME_STAMP_TOKEN: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");

#[cfg(test)]
mod tests;
