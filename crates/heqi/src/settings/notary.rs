//! Settings of a custodian: the notary's data centre or the preservation service.

use std::collections::BTreeSet;
use std::path::PathBuf;

use heqi_evidence::anchors::{
    CertificateRoot, CustodianAnchor, LogAnchor, ProviderAnchor, Spki, Vkey,
};
use heqi_service_kit::AlarmLimits;
use heqi_service_kit::telemetry::TelemetrySettings;
use heqi_service_kit::tls::{PeerTlsSettings, TlsSettings};
use serde::Deserialize;

use super::notify::{AlarmDeliverySettings, PeopleSettings};
use super::time::{CenterPart, StampingSettings, TimeAuthorityPeer};
use super::workbench::WorkbenchSettings;
use super::{Profile, a_day, custodian_cache, index_cache};

/// A notary data centre or a preservation service.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct NotarySettings {
    #[serde(default)]
    pub(crate) profile: Profile,
    /// Folder of keys and store.
    pub(crate) data_dir: PathBuf,
    /// Where to listen.
    #[serde(default = "notary_listen")]
    pub(crate) listen: String,
    /// Our certificate; without one, plain HTTP on loopback.
    #[serde(default)]
    pub(crate) tls: Option<TlsSettings>,
    /// Origin of its own log: a URL without scheme.
    pub(crate) log_origin: String,
    /// The last part of the log's address.
    #[serde(default = "log_name")]
    pub(crate) log_name: String,
    /// Which of the two custodians it is.
    pub(crate) role: Role,
    /// The organisation that runs it.
    pub(crate) organisation: String,
    /// The organisation that runs the platform.
    pub(crate) platform: PlatformPeerSettings,
    /// File with an API key of scope legal-hold: whoever places holds here has it, and the platform never.
    #[serde(default)]
    pub(crate) legal_hold_key_file: Option<PathBuf>,
    /// Custodians beside this one, for the published anchors.
    #[serde(default)]
    pub(crate) other_custodians: Vec<CustodianAnchor>,
    /// Who answers who people are, for the published anchors.
    #[serde(default)]
    pub(crate) identity_providers: Vec<ProviderAnchor>,
    /// Who stamps the heads of this log; their roots stand among the published anchors.
    #[serde(default)]
    pub(crate) time_authorities: Vec<TimeAuthorityPeer>,
    #[serde(default)]
    pub(crate) stamping: StampingSettings,
    /// Of the second custodian: the data centre, which is brought what people say here, and whose witness and mirror
    /// it proves by.
    #[serde(default)]
    pub(crate) data_centre: Option<DataCentrePeerSettings>,
    /// Whoever signed and looks at what is held.
    #[serde(default)]
    pub(crate) people: Option<PeopleSettings>,
    /// The office's staff; a data centre alone has one.
    #[serde(default)]
    pub(crate) workbench: Option<WorkbenchSettings>,
    /// When time stamps of the own log are renewed.
    #[serde(default)]
    pub(crate) center: CenterPart,
    /// Beyond which figures somebody is told.
    #[serde(default)]
    pub(crate) alarms: AlarmLimits,
    /// By what somebody is told of alarms; mail goes through `[people.email]`.
    #[serde(default)]
    pub(crate) alarm_delivery: AlarmDeliverySettings,
    /// How often both sides' logs are compared, in seconds: once a day.
    #[serde(default = "a_day")]
    pub(crate) reconcile_every_s: u64,
    /// The cache of the store's index, in MiB, as sled counts its pages.
    #[serde(default = "custodian_cache", deserialize_with = "index_cache")]
    pub(crate) index_cache_mib: u32,
    /// As the platform's.
    #[serde(skip)]
    pub(crate) kept_in: BTreeSet<String>,
    #[serde(default)]
    pub(crate) telemetry: TelemetrySettings,
}

/// The data centre, as the second custodian sees it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DataCentrePeerSettings {
    /// Its address, without a path.
    pub(crate) url: String,
    /// By what its certificates are believed; without it, plain HTTP on loopback.
    #[serde(default)]
    pub(crate) tls: Option<PeerTlsSettings>,
    /// The organisation that runs it; the one that runs this custodian when absent.
    #[serde(default)]
    pub(crate) organisation: Option<String>,
    /// The key of its witness.
    #[serde(default)]
    pub(crate) witness_vkey: Option<Vkey>,
    /// The key of its mirror. With both, what people save here is proved by them.
    #[serde(default)]
    pub(crate) mirror_vkey: Option<Vkey>,
}

/// Which custodian a notary service is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// 公证处数据中心.
    DataCentre,
    /// 实时保.
    Preservation,
}

impl Role {
    /// The custodian's name in receipts.
    pub(crate) const fn custodian(self) -> &'static str {
        match self {
            Self::DataCentre => "data_centre",
            Self::Preservation => "preservation",
        }
    }
}

/// The platform as a notary sees it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PlatformPeerSettings {
    /// Its address, without a path: its witness is asked there.
    pub(crate) url: String,
    /// By what its certificates are believed; without it, plain HTTP on loopback.
    #[serde(default)]
    pub(crate) tls: Option<PeerTlsSettings>,
    /// File with the API key it deposits with.
    pub(crate) api_key_file: PathBuf,
    /// File with an API key of scope recovery, only while the platform takes back what it lost.
    #[serde(default)]
    pub(crate) recovery_key_file: Option<PathBuf>,
    /// File with the API key of scope applications: the registry applies for certificates with it.
    #[serde(default)]
    pub(crate) applications_key_file: Option<PathBuf>,
    /// Its log.
    pub(crate) log: LogAnchor,
    /// Its witness.
    pub(crate) witness_vkey: Vkey,
    /// The key that signs its erasure orders; without it none is followed.
    #[serde(default)]
    pub(crate) order_key: Option<Spki>,
    /// Roots of the signer certificates it uses.
    pub(crate) certificate_roots: Vec<CertificateRoot>,
}

fn notary_listen() -> String {
    "127.0.0.1:8802".to_owned()
}

fn log_name() -> String {
    "notary".to_owned()
}
