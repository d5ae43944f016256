//! Settings of the services, as they stand in a TOML file. Unknown keys are refused;
//! units stand in key names; secrets stand in files of their own, never here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use heqi_api::ApiSettings;
use heqi_evidence::anchors::{Spki, Vkey};
use heqi_filing::MAX_ACTIONS;
use heqi_registration::platform::{FACE_ACTIONS, Names};
use heqi_registration::regulator::apply::Applicant;
use heqi_service_kit::settings::{self, Environment, SettingsError};
use heqi_service_kit::telemetry::TelemetrySettings;
use heqi_service_kit::tls::{PeerTlsSettings, TlsSettings};
use heqi_vocabulary::FilingNo;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

mod identity;
mod notary;
mod notify;
mod time;
mod workbench;

pub(crate) use identity::{
    IdentitySettings, ProviderPeer, ReviewSettings, ReviewingKind, RiskPart,
};
pub(crate) use notary::{DataCentrePeerSettings, NotarySettings, PlatformPeerSettings, Role};
pub(crate) use notify::{
    AlarmDeliverySettings, EmailSettings, NotifySettings, PeopleSettings, SmsSettings,
    WaysSettings, WebhookSettings,
};
pub(crate) use time::{
    CenterPart, StampingSettings, TimeAuthorityPeer, TimeAuthoritySettings, time_accuracy,
    time_policy,
};
pub(crate) use workbench::{Numbers, WorkbenchSettings};

/// Variables that the command line reads itself.
const READ_BY_THE_COMMAND_LINE: [&str; 1] = ["HEQI_LANG"];

/// What kind of installation this is.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Profile {
    /// Made-up people on one machine: the test-only authority and plain HTTP on loopback.
    #[default]
    Demo,
    /// Real people: whatever is for tests or made-up people is refused (`service/production.rs`).
    Production,
}

impl Profile {
    /// Whether a drawn sample may stand where a photo would: with made-up people only.
    pub(crate) const fn has_sample_photo(self) -> bool {
        matches!(self, Self::Demo)
    }
}

/// The signing platform.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PlatformSettings {
    #[serde(default)]
    pub(crate) profile: Profile,
    /// Folder of keys and store.
    pub(crate) data_dir: PathBuf,
    /// Where to listen.
    #[serde(default = "platform_listen")]
    pub(crate) listen: String,
    /// Our certificate; without one, plain HTTP on loopback.
    #[serde(default)]
    pub(crate) tls: Option<TlsSettings>,
    /// Origin of the log: a URL without scheme.
    pub(crate) log_origin: String,
    /// The notary's data centre.
    pub(crate) data_centre: PeerSettings,
    /// The second custodian.
    pub(crate) preservation: PeerSettings,
    /// Who issues signers' certificates; without one the built-in TEST ONLY authority.
    #[serde(default)]
    pub(crate) certificate_authority: Option<CertificateAuthoritySettings>,
    /// Keys of the custodians' own logs, which this platform witnesses.
    pub(crate) witnessed_logs: Vec<Vkey>,
    /// Who stamps the heads of the log; without any, nothing has a trusted time stamp.
    #[serde(default)]
    pub(crate) time_authorities: Vec<TimeAuthorityPeer>,
    #[serde(default)]
    pub(crate) stamping: StampingSettings,
    /// When time stamps of the own log are renewed.
    #[serde(default)]
    pub(crate) renewal: CenterPart,
    /// How people are told; without it messages wait.
    #[serde(default)]
    pub(crate) notify: Option<NotifySettings>,
    /// Who is told of alarms.
    #[serde(default)]
    pub(crate) alarm_delivery: AlarmDeliverySettings,
    /// How often both organisations' logs are compared, in seconds.
    #[serde(default = "a_day")]
    pub(crate) reconcile_every_s: u64,
    /// Who says who people are; without it nobody is asked and nobody reviews.
    #[serde(default)]
    pub(crate) identity: IdentitySettings,
    /// What regulators do here beside searching.
    #[serde(default)]
    pub(crate) regulator: RegulatorSettings,
    /// The cache of the store's index, in MiB, as sled counts its pages.
    #[serde(default = "platform_cache", deserialize_with = "index_cache")]
    pub(crate) index_cache_mib: u32,
    /// Names that consent texts are filled with.
    #[serde(default)]
    pub(crate) names: Names,
    /// Whether photos are decoded to the last pixel.
    #[serde(default = "yes")]
    pub(crate) check_pixels: bool,
    /// How many actions a signer is asked to do before the camera: 0 to 3.
    #[serde(default = "usual_actions", deserialize_with = "face_actions")]
    pub(crate) face_actions: u8,
    /// What the demo acted out, to be shown as that. No file of settings can say it.
    #[serde(skip)]
    pub(crate) simulated_filings: BTreeSet<FilingNo>,
    /// The demo's own accounts of staff, which nobody shuts out. No file of settings can say it.
    #[serde(skip)]
    pub(crate) kept_in: BTreeSet<String>,
    #[serde(default)]
    pub(crate) api: ApiSettings,
    #[serde(default)]
    pub(crate) telemetry: TelemetrySettings,
}

/// The registration authority.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RegulatorSettings {
    /// Who applies for certificates; without it nobody can from the console.
    pub(crate) applicant: Option<Applicant>,
    /// File with the API key of scope applications that the notary knows; required to apply.
    pub(crate) api_key_file: Option<PathBuf>,
}

/// A certificate authority that is asked over HTTP.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct CertificateAuthoritySettings {
    /// Where it answers; `/issue` is added.
    pub(crate) url: String,
    /// File with the bearer token, readable by its owner alone.
    pub(crate) token_file: PathBuf,
    /// PEM: the roots that its certificates end at.
    pub(crate) roots_file: PathBuf,
    /// By what its TLS certificates are believed; without it, plain HTTP on loopback.
    #[serde(default)]
    pub(crate) tls: Option<PeerTlsSettings>,
}

/// One peer organisation's service.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PeerSettings {
    /// Its address, without a path.
    pub(crate) url: String,
    /// By what its certificates are believed; without it, plain HTTP on loopback.
    #[serde(default)]
    pub(crate) tls: Option<PeerTlsSettings>,
    /// File with the API key it gave us.
    pub(crate) api_key_file: PathBuf,
    /// The key that signs its receipts.
    pub(crate) receipt_key: Spki,
    /// The key of its witness.
    #[serde(default)]
    pub(crate) witness_vkey: Option<Vkey>,
    /// The key of its mirror.
    #[serde(default)]
    pub(crate) mirror_vkey: Option<Vkey>,
}

/// The largest cache of an index, in MiB; the smallest is 1.
const MAX_INDEX_CACHE_MIB: u32 = 65_536;

/// The platform's cache: every act reads and writes rows of its filing there (ADR 0088).
pub(crate) const fn platform_cache() -> u32 {
    32
}

/// A custodian's cache: what was admitted is seldom read again (ADR 0088).
pub(crate) const fn custodian_cache() -> u32 {
    16
}

fn index_cache<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    let mib = u32::deserialize(from)?;
    if !(1..=MAX_INDEX_CACHE_MIB).contains(&mib) {
        let text = format!("index_cache_mib is a number from 1 to {MAX_INDEX_CACHE_MIB}");
        return Err(D::Error::custom(text));
    }
    Ok(mib)
}

/// Reads the settings of a service from its file and the environment.
pub(crate) fn load<T: DeserializeOwned>(file: Option<&Path>) -> Result<T, SettingsError> {
    settings::load(file, &Environment::of_process()?.without(&READ_BY_THE_COMMAND_LINE))
}

const fn a_day() -> u64 {
    86_400
}

fn platform_listen() -> String {
    "127.0.0.1:8801".to_owned()
}

const fn yes() -> bool {
    true
}

const fn usual_actions() -> u8 {
    FACE_ACTIONS
}

fn face_actions<'de, D: Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
    let count = u8::deserialize(from)?;
    if count > MAX_ACTIONS {
        let text = format!("face_actions is a number from 0 to {MAX_ACTIONS}");
        return Err(D::Error::custom(text));
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_people_are_never_offered_a_sample_instead_of_their_photo() {
        assert!(Profile::Demo.has_sample_photo());
        assert!(!Profile::Production.has_sample_photo());
    }

    #[test]
    fn edge_case_19_as_many_actions_are_asked_for_as_the_operator_says_and_three_at_most() {
        #[derive(Debug, Deserialize)]
        struct Part {
            #[serde(default = "usual_actions", deserialize_with = "face_actions")]
            face_actions: u8,
        }
        let read = |text: &str| serde_json::from_str::<Part>(text);
        assert_eq!(read("{}").unwrap().face_actions, 2);
        assert_eq!(read(r#"{"face_actions":0}"#).unwrap().face_actions, 0);
        let refused = read(r#"{"face_actions":4}"#).unwrap_err().to_string();
        assert!(refused.contains("from 0 to 3"), "{refused}");
    }

    #[test]
    fn the_index_takes_what_the_operator_gives_it_and_never_nothing() {
        #[derive(Debug, Deserialize)]
        struct Part {
            #[serde(default = "custodian_cache", deserialize_with = "index_cache")]
            index_cache_mib: u32,
        }
        let read = |text: &str| serde_json::from_str::<Part>(text);
        assert_eq!(read("{}").unwrap().index_cache_mib, 16);
        assert_eq!(read(r#"{"index_cache_mib":256}"#).unwrap().index_cache_mib, 256);
        for wrong in [0, 65_537] {
            let text = format!(r#"{{"index_cache_mib":{wrong}}}"#);
            let refused = read(&text).unwrap_err().to_string();
            assert!(refused.contains("from 1 to 65536"), "{refused}");
        }
    }

    #[test]
    fn renewals_are_set_as_documented_and_an_unknown_key_is_refused_by_name() {
        let read = |text: &str| serde_json::from_str::<CenterPart>(text);
        assert_eq!(read("{}").unwrap(), CenterPart::default());
        let set = read(r#"{"renewal_margin_days":30,"renewal_interval_ms":5000}"#).unwrap();
        assert_eq!((set.renewal_margin_days, set.renewal_interval_ms), (30, 5_000));
        let refused = read(r#"{"renewal_margin":30}"#).unwrap_err().to_string();
        assert!(refused.contains("renewal_margin"), "{refused}");
    }
}
