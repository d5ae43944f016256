//! Who says who people are: `[identity]` of the platform.

use std::path::PathBuf;

use heqi_evidence::anchors::Spki;
use heqi_filing::{Office, OfficeKind, OfficeName};
use heqi_registration::risk::RiskSettings;
use heqi_service_kit::tls::PeerTlsSettings;
use ipnet::IpNet;
use serde::Deserialize;

/// Who says who people are. Without this part nobody is asked and nobody reviews.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentitySettings {
    /// Whose reviewers decide where no authority has said who somebody is.
    #[serde(default)]
    pub(crate) review: Option<ReviewSettings>,
    /// Real names and companies.
    #[serde(default)]
    pub(crate) real_name: Option<ProviderPeer>,
    /// Portraits of the population register.
    #[serde(default)]
    pub(crate) portrait: Option<ProviderPeer>,
    /// The registry's own identity check.
    #[serde(default)]
    pub(crate) registry: Option<ProviderPeer>,
    /// Seals of companies.
    #[serde(default)]
    pub(crate) seal: Option<ProviderPeer>,
    /// What signs of a false position or device lead to.
    #[serde(default)]
    pub(crate) risk: RiskPart,
}

/// A network, such as `203.0.113.0/24`, or one address.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Network(IpNet);

impl TryFrom<String> for Network {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let one = |text: &str| text.parse::<std::net::IpAddr>().map(IpNet::from);
        let network = text.parse::<IpNet>().or_else(|_| one(&text));
        network.map(Self).map_err(|_| "a network such as 203.0.113.0/24, or an address")
    }
}

/// What signs of a false position or device lead to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RiskPart {
    /// Whether a reviewer decides because of one.
    #[serde(default = "yes")]
    pub(crate) review: bool,
    /// Networks of data centres, such as `203.0.113.0/24`: none are built in.
    #[serde(default)]
    pub(crate) data_centres: Vec<Network>,
}

impl Default for RiskPart {
    fn default() -> Self {
        Self { review: true, data_centres: Vec::new() }
    }
}

const fn yes() -> bool {
    true
}

impl RiskPart {
    pub(crate) fn settings(&self) -> RiskSettings {
        RiskSettings {
            is_reviewed: self.review,
            data_centres: self.data_centres.iter().map(|network| network.0).collect(),
        }
    }
}

/// Whose reviewers decide: of the registry or of the notary, never of the operator.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewSettings {
    pub(crate) kind: ReviewingKind,
    /// The organisation, with its district.
    pub(crate) name: OfficeName,
}

/// Organisations whose people may decide.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReviewingKind {
    Registry,
    Notary,
}

impl ReviewSettings {
    pub(crate) fn office(&self) -> Office {
        let kind = match self.kind {
            ReviewingKind::Registry => OfficeKind::Registry,
            ReviewingKind::Notary => OfficeKind::Notary,
        };
        Office { kind, name: self.name.clone() }
    }
}

/// One provider (`docs/spec/attestation.md`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderPeer {
    /// Its name, as it signs it.
    pub(crate) provider: String,
    /// Where it answers.
    pub(crate) url: String,
    /// File with the bearer token it gave us, readable by its owner alone.
    pub(crate) token_file: PathBuf,
    /// The keys it signs with.
    pub(crate) keys: Vec<Spki>,
    /// By what its certificates are believed; without it, plain HTTP on loopback.
    #[serde(default)]
    pub(crate) tls: Option<PeerTlsSettings>,
}
