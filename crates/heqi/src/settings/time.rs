//! Settings about time: who stamps, when, and what is renewed; and the time authority of the test-only kind.

use std::path::PathBuf;

use heqi_evidence::anchors::TimeRootAnchor;
use heqi_notary_center::CenterSettings;
use heqi_service_kit::telemetry::TelemetrySettings;
use heqi_service_kit::tls::PeerTlsSettings;
use serde::Deserialize;

use super::Profile;

/// What an operator decides about renewals (`docs/spec/renewal.md`).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CenterPart {
    /// How long before a time authority's certificate ends what it stamped is renewed, in days.
    pub(crate) renewal_margin_days: u32,
    /// How often that is looked at, in milliseconds.
    pub(crate) renewal_interval_ms: u64,
}

impl Default for CenterPart {
    fn default() -> Self {
        let usual = CenterSettings::default();
        Self {
            renewal_margin_days: usual.renewal_margin_days,
            renewal_interval_ms: usual.renewal_interval_ms,
        }
    }
}

/// A time authority that is asked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimeAuthorityPeer {
    /// What its tokens are called in bundles: 1 to 32 of `a-z 0-9 -`.
    pub(crate) label: String,
    /// Where it answers.
    pub(crate) url: String,
    /// By what its certificates are believed; without it, plain HTTP on loopback.
    #[serde(default)]
    pub(crate) tls: Option<PeerTlsSettings>,
    /// The policy asked for, in dotted numbers; its default when absent.
    #[serde(default)]
    pub(crate) policy: Option<String>,
    /// The roots it is believed by.
    pub(crate) roots: Vec<TimeRootAnchor>,
}

/// When heads are stamped.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StampingSettings {
    /// Between two looks at the newest head, in milliseconds.
    pub(crate) interval_ms: u64,
    /// After how long an unchanged head is stamped again, in milliseconds.
    pub(crate) refresh_ms: i64,
}

impl Default for StampingSettings {
    fn default() -> Self {
        Self { interval_ms: 60_000, refresh_ms: 3_600_000 }
    }
}

/// A time authority, of the test-only kind.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct TimeAuthoritySettings {
    #[serde(default)]
    pub(crate) profile: Profile,
    /// Folder of key and serial numbers.
    pub(crate) data_dir: PathBuf,
    /// Where to listen.
    #[serde(default = "time_listen")]
    pub(crate) listen: String,
    /// The policy of its tokens, in dotted numbers.
    #[serde(default = "time_policy")]
    pub(crate) policy: String,
    /// How far its clock may be off, in milliseconds.
    #[serde(default = "time_accuracy")]
    pub(crate) accuracy_ms: u32,
    #[serde(default)]
    pub(crate) telemetry: TelemetrySettings,
}

fn time_listen() -> String {
    "127.0.0.1:8804".to_owned()
}

/// Under the arc of examples (RFC 5612): tokens of a test authority promise nothing.
pub(crate) fn time_policy() -> String {
    "1.3.6.1.4.1.32473.1.3161".to_owned()
}

pub(crate) const fn time_accuracy() -> u32 {
    1_000
}
