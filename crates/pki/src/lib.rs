//! Keys, DSSE envelopes and signer certificates.
//!
//! What this is: the signatures Heqi makes and checks, over statements (DSSE v1.0.2,
//! `docs/spec/dsse.md`) and in X.509 certificates (RFC 5280 narrowed by
//! `docs/spec/signer-certificate.md`), with Ed25519 (RFC 8032) and ECDSA P-256 with
//! SHA-256 (FIPS 186-5); tokens of others may also rest on RSA (RFC 8017). Every parser here is strict: one value, one accepted
//! spelling of the bytes that carry it.
//!
//! What this is not: a store of keys or trust, a clock, a network client, a TLS stack.
//! Instants and randomness are arguments; who is trusted is an argument.
//!
//! - [`keys`]: public keys, software signing keys, the [`Signer`] port
//! - [`dsse`]: envelopes around signed statements
//! - [`certificate`]: signer certificates and the rules of their chain
//! - [`authority`]: the port to a certificate authority, and a TEST ONLY one
//! - [`seal`]: detached signatures of an office over a file, with a time stamp (CAdES B-T)
//! - [`timestamp`]: RFC 3161 requests, answers and tokens, made and checked

pub mod authority;
pub mod certificate;
pub mod dsse;
pub mod keys;
pub mod seal;
pub mod timestamp;

#[cfg(test)]
mod testing;

pub use authority::{
    CertificateAuthority, CertificateRequest, TestAuthority, TestSealAuthority, TestTimeAuthority,
};
pub use certificate::{CertificateChain, SigningCertificate, TrustedRoot, VerifiedChain};
pub use dsse::{Envelope, PayloadType, VerifiedPayload};
pub use keys::{Algorithm, KeyId, PublicKey, Signature, Signer, SigningKey};
pub use seal::{SealSignature, VerifiedSeal};
pub use timestamp::{TimeRoot, TimestampToken, VerifiedTimestamp};
