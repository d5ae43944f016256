//! One organisation's service, started from settings: keys, store, use cases, listener.
//! `heqi platform`, `heqi notary`, the demo and the load generator all start services
//! through here.

mod alarm_mail;
mod anchors;
mod applications;
mod certificate_log;
mod identity;
pub(crate) mod indexing;
pub(crate) mod messages;
pub(crate) mod notary;
pub(crate) mod platform;
pub(crate) mod production;
mod queue_worker;
mod reconciling;
mod renewing;
pub(crate) mod sending;
pub(crate) mod store;
mod sweeping;
pub(crate) mod time;
pub(crate) mod tls;
pub(crate) mod workbench;

/// Why a service did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServiceError {
    /// A key.
    #[error(transparent)]
    Key(#[from] crate::keys::KeyError),
    /// The store.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The address.
    #[error(transparent)]
    Listen(#[from] heqi_service_kit::listener::ListenError),
    /// The HTTP library.
    #[error(transparent)]
    Http(#[from] heqi_notary_protocol::http::HttpPoolError),
    /// Certificates, roots, addresses.
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
    /// A peer proved that the store was set back.
    #[error(transparent)]
    SetBack(#[from] heqi_notary_protocol::peer::watch::SetBack),
    /// A use case at start-up.
    #[error("{0}")]
    Start(String),
    /// Something is for made-up people only.
    #[error(transparent)]
    Production(#[from] production::Refused),
    /// The certificate authority cannot be asked.
    #[error("certificate_authority: {0}")]
    Authority(String),
}
