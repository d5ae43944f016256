//! TLS (RFC 8446): who we are, who our peers are, and both read again while we run.
//!
//! Organisations know each other by *pinned roots*: each side holds the root certificate
//! of the other in a file and believes nothing else, no system store and no public
//! authority. The certificate must also carry the name that the peer is configured under,
//! so that one peer cannot speak for another. People's browsers see the same certificate
//! file or one from a public authority; they are asked for none.
//!
//! - [`identity`]: our certificate chain and key, from files that may be replaced
//! - [`peer`]: an organisation we know, and the verifiers that know it
//! - [`config`]: both sides of a connection
//! - [`reload`]: files looked at every 30 seconds and on SIGHUP
//! - [`issue`]: a private root and leaf certificates under it
//! - [`fingerprint`]: what a person compares
//!
//! The one provider of cryptography is ring. The library draws its own randomness and
//! reads the system's clock: a handshake is not evidence.

pub mod config;
pub mod fingerprint;
pub mod identity;
pub mod issue;
pub mod peer;
pub mod reload;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use heqi_vocabulary::Digest;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::Deserialize;

pub use identity::Identity;
pub use peer::{Peer, PeerIdentity, PeerTlsSettings, Peers};
pub use reload::Watched;

/// The provider behind every configuration of ours.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: LazyLock<Arc<CryptoProvider>> =
        LazyLock::new(|| Arc::new(rustls::crypto::ring::default_provider()));
    PROVIDER.clone()
}

/// The `tls` table of a service: who it is.
#[derive(Clone, Debug, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "programs build it")]
pub struct TlsSettings {
    /// PEM: the certificate, then those between it and the root.
    pub certificate_file: PathBuf,
    /// PEM: the private key (PKCS#8). Left out, it stands in `certificate_file`.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
}

/// Why a file gives no certificate, key or root. The words name files, never contents.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsFileError {
    /// The file could not be read.
    #[error("the TLS file {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// There is no certificate in it, or one that cannot be read.
    #[error("the TLS file {} does not hold a PEM certificate", .0.display())]
    NoCertificate(PathBuf),
    /// There is no private key in it, or one that cannot be used.
    #[error("the TLS file {} does not hold a PEM private key (PKCS#8)", .0.display())]
    NoKey(PathBuf),
    /// The key belongs to another certificate.
    #[error("the private key does not belong to the certificate in {}", .0.display())]
    Mismatch(PathBuf),
    /// A root that cannot be a trust anchor.
    #[error("the TLS file {} holds a certificate that cannot be a root", .0.display())]
    NoRoot(PathBuf),
    /// The name of a peer is no DNS name or address.
    #[error("{0:?} is not a DNS name or an address that a certificate can carry")]
    Name(String),
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, TlsFileError> {
    std::fs::read(path).map_err(|source| TlsFileError::Unreadable { path: path.to_owned(), source })
}

pub(crate) fn certificates(
    path: &Path,
    pem: &[u8],
) -> Result<Vec<CertificateDer<'static>>, TlsFileError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        _ => Err(TlsFileError::NoCertificate(path.to_owned())),
    }
}

/// SHA-256 of the first certificate in a PEM text, as [`Identity::fingerprint`] has it.
pub fn certificate_digest(pem: &[u8]) -> Option<Digest> {
    let der = CertificateDer::from_pem_slice(pem).ok()?;
    Some(Digest::of(&der))
}

#[cfg(test)]
mod tests;
