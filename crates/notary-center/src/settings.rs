//! What the operator decides about this service.

use heqi_service_kit::{AlarmLimits, Limits, Load, Rates, TrustedProxies};
use serde::Deserialize;

/// The `center` table of the settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CenterSettings {
    /// Threads that answer requests.
    pub workers: usize,
    /// The last part of the own log's address, `/log/<log_name>`: lower-case letters, digits,
    /// dots and hyphens.
    pub log_name: String,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// How much may be sent.
    pub limits: Limits,
    /// How often one caller may ask.
    pub rates: Rates,
    /// How much is under way at once.
    pub load: Load,
    /// Whether the routes between organisations ask for a certificate of a known one. The
    /// program sets it when it knows any.
    #[serde(skip)]
    pub peer_certificates: bool,
    /// Whether browsers are told to come by TLS alone from now on. The program says so where the service has a
    /// certificate from its settings; no settings file can.
    #[serde(skip)]
    pub https_only: bool,
    /// The longest upload to the mirror, in bytes, sent and unpacked.
    pub mirror_upload_bytes: usize,
    /// How much memory deposits under examination may take together, in bytes. A deposit is
    /// counted three times: as it came, taken apart, and sealed.
    pub deposit_memory_bytes: usize,
    /// How long a body may take to arrive, in milliseconds.
    pub body_deadline_ms: u64,
    /// How often the own log is looked at for a new head to be cosigned, in milliseconds.
    pub feed_interval_ms: u64,
    /// After how long an unchanged head is cosigned again, in milliseconds.
    pub recosign_interval_ms: u64,
    /// How long before a time authority's certificate ends what it stamped is renewed, in days.
    pub renewal_margin_days: u32,
    /// How often that is looked at, in milliseconds.
    pub renewal_interval_ms: u64,
    /// Beyond which figures somebody is told.
    pub alarms: AlarmLimits,
    /// How long a stop waits for requests in flight, in milliseconds; rounded up to seconds.
    pub drain_timeout_ms: u64,
}

impl CenterSettings {
    /// How many uploads to the mirror fit into the memory for bodies: each is there as it came, unpacked, and taken
    /// apart.
    pub(crate) const fn mirror_uploads(&self) -> usize {
        let one = self.mirror_upload_bytes.saturating_mul(3);
        self.load.body_memory_bytes / if one == 0 { 1 } else { one }
    }
}

impl Default for CenterSettings {
    fn default() -> Self {
        Self {
            workers: 2,
            log_name: "notary".to_owned(),
            trusted_proxies: TrustedProxies::default(),
            limits: Limits::default(),
            rates: Rates::default(),
            load: Load::default(),
            peer_certificates: false,
            https_only: false,
            mirror_upload_bytes: 8 << 20,
            deposit_memory_bytes: 512 << 20,
            body_deadline_ms: 60_000,
            feed_interval_ms: 1_000,
            recosign_interval_ms: 60_000,
            renewal_margin_days: 90,
            renewal_interval_ms: 3_600_000,
            alarms: AlarmLimits::default(),
            drain_timeout_ms: 10_000,
        }
    }
}
