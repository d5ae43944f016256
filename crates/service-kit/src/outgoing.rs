//! Calls to other services: whom we believe when we call.
//!
//! Every HTTP client of ours is made here, so that none reads the system's list of
//! authorities, follows a redirect or goes through a proxy of the environment: who answers
//! is configured. An address without TLS is one of this machine.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use reqwest::redirect::Policy;
use reqwest::{ClientBuilder, Url};
use rustls::RootCertStore;

use crate::tls::config::{client_config, config_for_roots};
use crate::tls::{Identity, Peer, TlsFileError, certificates, read};

/// Whom a client believes.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Trust {
    /// Nobody: plain HTTP to this machine, and no TLS at all.
    #[default]
    Nobody,
    /// One organisation, by its pinned roots and its name, whatever host its address names.
    Peer {
        /// The organisation.
        peer: Arc<Peer>,
        /// Who we say we are; it may be asked for.
        identity: Option<Arc<Identity>>,
    },
    /// Whoever has a certificate for the host in the address under one of these roots.
    Roots(Arc<RootCertStore>),
}

impl Trust {
    /// The roots in a PEM file.
    ///
    /// # Errors
    /// See [`TlsFileError`].
    pub fn roots(path: &Path) -> Result<Self, TlsFileError> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates(path, &read(path)?)? {
            roots.add(certificate).map_err(|_| TlsFileError::NoRoot(path.to_owned()))?;
        }
        Ok(Self::Roots(Arc::new(roots)))
    }

    /// A client that believes exactly this, to be given deadlines.
    ///
    /// # Errors
    /// The provider lacks a protocol version, which ring does not.
    #[expect(clippy::disallowed_methods, reason = "the one place that makes clients")]
    pub fn client(&self) -> Result<ClientBuilder, rustls::Error> {
        let config = match self {
            Self::Nobody => config_for_roots(Arc::new(RootCertStore::empty()))?,
            Self::Peer { peer, identity } => client_config(identity.clone(), peer.clone())?,
            Self::Roots(roots) => config_for_roots(roots.clone())?,
        };
        Ok(reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .https_only(matches!(self, Self::Peer { .. }))
            .tls_backend_preconfigured(config))
    }

    /// Whether a service at this address can be called: HTTPS if there is somebody to
    /// believe, plain HTTP to this machine otherwise.
    ///
    /// # Errors
    /// See [`AddressError`].
    pub fn admits(&self, address: &str) -> Result<(), AddressError> {
        let url = Url::parse(address).map_err(|_| AddressError::Malformed)?;
        let is_nobody = matches!(self, Self::Nobody);
        match url.scheme() {
            "https" if is_nobody => Err(AddressError::NobodyBelieved),
            "https" => Ok(()),
            "http" if matches!(self, Self::Peer { .. }) => Err(AddressError::WithoutTls),
            "http" if is_this_machine(&url) => Ok(()),
            "http" => Err(AddressError::PlainHttp),
            _ => Err(AddressError::Malformed),
        }
    }
}

fn is_this_machine(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// Why an address is not called. The address itself is not in the text: it may hold a
/// credential.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// Not a URL of HTTP.
    #[error("the address is no http:// or https:// URL; write for example https://notary.example")]
    Malformed,
    /// Plain HTTP to another machine.
    #[error(
        "plain HTTP to another machine would show everything to the network between; use \
         https:// and a [tls] table with the other side's roots_file and name"
    )]
    PlainHttp,
    /// HTTPS to somebody whose roots we were not given.
    #[error(
        "nobody is believed at an https:// address without pinned roots; add a [tls] table with \
         the other side's roots_file and name"
    )]
    NobodyBelieved,
    /// Plain HTTP, although the other side's roots are given.
    #[error("the other side has a [tls] table and an http:// address; write https://")]
    WithoutTls,
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => f.write_str("Nobody"),
            Self::Peer { peer, .. } => f.debug_tuple("Peer").field(&peer.name()).finish(),
            Self::Roots(roots) => f.debug_tuple("Roots").field(&roots.len()).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_goes_to_this_machine_only_and_https_needs_somebody_to_believe() {
        for address in ["http://127.0.0.1:1", "http://localhost:1/x", "http://[::1]:9"] {
            assert_eq!(Trust::Nobody.admits(address), Ok(()), "{address}");
        }
        for address in [
            "http://10.0.0.1",
            "http://notary.example",
            "http://127.0.0.1.example",
            "http://localhost.example",
            "http://127.0.0.1@10.0.0.1/",
        ] {
            assert_eq!(Trust::Nobody.admits(address), Err(AddressError::PlainHttp), "{address}");
        }
        let https = "https://notary.example";
        assert_eq!(Trust::Nobody.admits(https), Err(AddressError::NobodyBelieved));
        assert_eq!(Trust::Roots(Arc::new(RootCertStore::empty())).admits(https), Ok(()));
        for address in ["", "notary.example", "ftp://127.0.0.1", "file:///etc/passwd"] {
            assert_eq!(Trust::Nobody.admits(address), Err(AddressError::Malformed), "{address}");
        }
    }
}
