//! The workbench of a notary office's staff: `[workbench]` of a data centre.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use chrono::NaiveDate;
use heqi_notarization::matter::number::Series;
use heqi_service_kit::tls::PeerTlsSettings;
use serde::Deserialize;

/// What the office's staff works with. Without this part there is no workbench, and nobody
/// applies for a certificate here.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkbenchSettings {
    /// The office with its places, as certificates are signed with.
    pub(crate) full_name: String,
    /// What it was called before, each until its last day: who checks an old document reads the name of
    /// its day.
    #[serde(default)]
    pub(crate) former_names: Vec<FormerName>,
    /// The office as on its seal.
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) telephone: String,
    /// The platform, as certificates name it.
    pub(crate) platform_name: String,
    /// Short name and category of the office's numbers.
    pub(crate) series: Series,
    /// Where numbers come from.
    #[serde(default)]
    pub(crate) numbers: Numbers,
    /// The office's case system, for `numbers = "external"` and for nothing else.
    #[serde(default)]
    pub(crate) register: Option<RegisterSettings>,
    /// The registered computers of the office.
    pub(crate) workstations: Vec<String>,
    /// Days off of years that were announced after the program was built; what it says of a year wins.
    #[serde(default)]
    pub(crate) holidays_file: Option<PathBuf>,
    /// From which addresses they come, by their names; one that is not named is known by its name alone.
    #[serde(default)]
    pub(crate) workstation_addresses: BTreeMap<String, Vec<IpAddr>>,
    /// Where anybody reaches this service.
    pub(crate) public_url: String,
    /// The office's seal; without one the built-in TEST ONLY seal.
    #[serde(default)]
    pub(crate) seal: Option<SealSettings>,
    /// Whether cookies are sent over TLS only.
    #[serde(default = "super::yes")]
    pub(crate) secure_cookies: bool,
}

/// A name the office had.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormerName {
    pub(crate) name: String,
    /// The last day it had it.
    pub(crate) until: NaiveDate,
}

/// Where certificate numbers come from.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Numbers {
    /// Typed in from the office's case system.
    #[default]
    TypedIn,
    /// A gapless series of our own, for a category that the office reserves.
    OwnSeries,
    /// The office's case system is asked over HTTP: `[workbench.register]`.
    External,
}

/// The office's case system (`docs/spec/register-service.md`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegisterSettings {
    pub(crate) url: String,
    /// File with the bearer token, readable by its owner alone.
    pub(crate) token_file: PathBuf,
    /// By what its TLS certificates are believed; without it, plain HTTP on loopback.
    #[serde(default)]
    pub(crate) tls: Option<PeerTlsSettings>,
}

/// A licensed seal service (`docs/spec/seal-service.md`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SealSettings {
    pub(crate) url: String,
    /// File with the bearer token, readable by its owner alone.
    pub(crate) token_file: PathBuf,
    /// PEM: the roots that its certificates end at.
    pub(crate) roots_file: PathBuf,
    /// By what its TLS certificates are believed; without it, plain HTTP on loopback.
    #[serde(default)]
    pub(crate) tls: Option<PeerTlsSettings>,
    /// What stands below the star of the picture.
    #[serde(default)]
    pub(crate) lines: Vec<String>,
}
