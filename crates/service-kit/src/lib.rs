//! What any service needs and no domain knows.
//!
//! What this is: the edge between a process and the world. Settings come in here, secrets
//! are kept here, requests are dressed with an id, an address and a language here, failures
//! become problems here, and a process starts and stops here. It is the only place where
//! ambient time, ambient randomness and the environment are read.
//!
//! What this is not: anything about filings, evidence or notaries. It depends on the shared
//! words and on nothing else of ours; rows 6 and above may use it.
//!
//! The process:
//! - [`system`]: the system's clock and randomness
//! - [`settings`]: one TOML file and the environment, unknown keys refused
//! - [`secret`]: values that cannot be printed and are zeroed when dropped
//! - [`telemetry`]: log lines, as text or JSON
//! - [`lifecycle`]: tasks that stop together, with a deadline
//! - [`listener`]: an address to listen on; plain HTTP on loopback only
//! - [`tls`]: who we are, who our peers are, and both read again while we run
//! - [`outgoing`]: whom we believe when we call others
//! - [`serve`]: a server on a listener, with the deadlines every service has
//! - [`panics`]: what a defect may say
//!
//! A request, in the order things happen to it:
//! - [`edge`]: the one middleware that tells the whole story
//! - [`request_id`]: our name for a request; a name from outside is ignored
//! - [`client_address`]: who is calling, behind proxies we trust
//! - [`language`]: in which language the caller reads
//! - [`browser`]: cookies, whose page asks, and how a person reads
//! - [`api_key`]: who may call (scoped keys, hashed at rest)
//! - [`rates`]: how often one caller may ask
//! - [`admission`]: how much is under way at once
//! - [`downloads`]: how much memory large answers take while they are sent
//! - [`limits`]: how much may be sent
//! - [`form`]: forms with a file, taken apart
//! - [`problem`]: failures over HTTP (RFC 9457), in Chinese and English
//! - [`security_headers`]: what a browser may do with an answer
//!
//! What operators look at:
//! - [`alarms`]: figures with a limit; told when it is passed and when it holds again
//! - [`health`]: alive, and ready with named checks
//! - [`metrics`]: counts and durations in the text form of OpenMetrics

pub mod admission;
pub mod alarms;
pub mod api_key;
pub mod browser;
pub mod client_address;
mod connections;
pub mod downloads;
pub mod edge;
pub mod form;
pub mod health;
pub mod language;
pub mod lifecycle;
pub mod limits;
pub mod listener;
pub mod metrics;
pub mod outgoing;
pub mod panics;
pub mod problem;
pub mod rates;
pub mod request_id;
pub mod secret;
pub mod security_headers;
pub mod serve;
pub mod settings;
pub mod system;
pub mod telemetry;
pub mod tls;

mod base32;
#[cfg(test)]
mod testing;

pub use admission::{Admission, Load, Ticket};
pub use alarms::{AlarmLimits, Alarms};
pub use api_key::{ApiKey, ApiKeyHash, Scope};
pub use client_address::{ClientAddress, TrustedProxies};
pub use downloads::Downloads;
pub use edge::Edge;
pub use health::Health;
pub use language::ReaderLanguage;
pub use lifecycle::{Shutdown, TaskGroup};
pub use limits::Limits;
pub use listener::Listener;
pub use metrics::Metrics;
pub use outgoing::Trust;
pub use problem::{Problem, ProblemDocument};
pub use rates::{Limiter, Rates};
pub use request_id::RequestId;
pub use secret::Secret;
pub use serve::Running;
pub use system::{SystemClock, SystemEntropy};
