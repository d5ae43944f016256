//! HTTP adapters of the ports to services of other organisations.
//!
//! What this is: the network end of ports that lower crates define and call. An adapter
//! sends bytes and bounds what comes back; it believes nothing.
//!
//! What this is not: the rules by which an answer counts; those stand with the port.
//!
//! - [`identity`]: real names, companies, portraits, the registry's own check, corporate seals
//! - [`time`]: time authorities (RFC 3161 section 3.4)

pub mod identity;
pub mod time;

pub use identity::HttpIdentityProvider;
pub use time::HttpTimeAuthority;
