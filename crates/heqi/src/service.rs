//! One organisation's service, started from settings: keys, store, use cases, listener.
//! `heqi platform`, `heqi notary`, the demo and the load generator all start services
//! through here.

pub(crate) mod messages;
pub(crate) mod notary;
pub(crate) mod platform;
pub(crate) mod store;
mod sweeping;
pub(crate) mod time;

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
    /// A peer proved that the store was set back.
    #[error(transparent)]
    SetBack(#[from] heqi_notary_protocol::peer::watch::SetBack),
    /// A use case at start-up.
    #[error("{0}")]
    Start(String),
    /// The profile asks for what does not exist yet.
    #[error(
        "profile = \"production\" is refused: TLS, a licensed certificate authority and a key \
         service cannot be configured yet. Use profile = \"demo\" on loopback for now."
    )]
    Production,
}
