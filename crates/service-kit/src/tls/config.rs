//! Both sides of a connection.

use std::sync::Arc;

use rustls::client::Resumption;
use rustls::{ClientConfig, RootCertStore, ServerConfig};

use super::{Identity, Peer, Peers, provider};

/// What a listener needs: who we are, and who may show a certificate.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct ServerTls {
    /// Who we are.
    pub identity: Arc<Identity>,
    /// Who may show a certificate; nobody is asked when empty.
    pub peers: Arc<Peers>,
}

impl ServerTls {
    /// For people only: nobody is asked for a certificate.
    pub fn for_people(identity: Arc<Identity>) -> Self {
        Self { identity, peers: Arc::new(Peers::default()) }
    }

    /// The configuration: TLS 1.3, and 1.2 for older phones.
    ///
    /// # Errors
    /// The provider lacks a protocol version, which ring does not.
    pub fn config(&self) -> Result<ServerConfig, rustls::Error> {
        let builder = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?;
        let builder = if self.peers.is_empty() {
            builder.with_no_client_auth()
        } else {
            builder.with_client_cert_verifier(self.peers.clone())
        };
        Ok(builder.with_cert_resolver(self.identity.clone()))
    }
}

/// How we call `peer`: TLS 1.3 only, its pinned roots and name only, with our own
/// certificate, each connection by a whole handshake.
///
/// # Errors
/// The provider lacks TLS 1.3, which ring does not.
pub fn client_config(
    identity: Option<Arc<Identity>>,
    peer: Arc<Peer>,
) -> Result<ClientConfig, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(peer);
    let mut config = match identity {
        Some(identity) => builder.with_client_cert_resolver(identity),
        None => builder.with_no_client_auth(),
    };
    // A resumed session would not look at the certificate again.
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// How a tool calls anybody whose certificate, for the host it is called by, is under one
/// of these roots; with no roots nobody is believed.
///
/// # Errors
/// The provider lacks TLS 1.3, which ring does not.
pub fn config_for_roots(roots: Arc<RootCertStore>) -> Result<ClientConfig, rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(config)
}
