//! HTTP adapters of the ports to services of other organisations.
//!
//! What this is: the network end of ports that lower crates define and call. An adapter
//! sends bytes and bounds what comes back; it believes nothing.
//!
//! What this is not: the rules by which an answer counts; those stand with the port.
//!
//! - [`certificate`]: a certificate authority
//! - [`identity`]: real names, companies, portraits, the registry's own check, corporate seals
//! - [`register`]: an office's case system, which gives certificates their numbers
//! - [`seal`]: the key of an office's seal, and the time stamps of seals
//! - [`time`]: time authorities (RFC 3161 section 3.4)

mod agent;
pub mod certificate;
pub mod identity;
pub mod register;
pub mod seal;
pub mod time;

pub use certificate::HttpCertificateAuthority;
pub use identity::HttpIdentityProvider;
pub use register::HttpRegister;
pub use seal::{HttpSealKey, HttpStamper};
pub use time::HttpTimeAuthority;

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be made")]
pub struct ClientError(#[source] Box<dyn std::error::Error + Send + Sync>);
