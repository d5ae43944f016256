//! What the operator decides about this service.

use heqi_service_kit::{AlarmLimits, Limits, Load, Rates, TrustedProxies};
use serde::Deserialize;

/// The `api` table of the settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ApiSettings {
    /// Threads that answer requests.
    pub workers: usize,
    /// The last part of the log's address, `/log/<log_name>`: lower-case letters, digits,
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
    /// Pages for people.
    pub pages: PageSettings,
    /// When somebody is told.
    pub alarms: AlarmLimits,
    /// How long a body may take to arrive, in milliseconds.
    pub body_deadline_ms: u64,
    /// The longest a receipt is waited for, in milliseconds.
    pub wait_max_ms: u64,
    /// How long a stop waits for requests in flight, in milliseconds; rounded up to seconds.
    pub drain_timeout_ms: u64,
    /// After how many seconds the coverage page loads again; 0 for never.
    pub coverage_refresh_s: u64,
}

impl Default for ApiSettings {
    fn default() -> Self {
        let mut limits = Limits::default();
        limits.photo_bytes = 4 << 20;
        limits.document_bytes = 20 << 20;
        Self {
            workers: 2,
            log_name: "platform".to_owned(),
            trusted_proxies: TrustedProxies::default(),
            limits,
            rates: Rates::default(),
            load: Load::default(),
            peer_certificates: false,
            https_only: false,
            pages: PageSettings::default(),
            alarms: AlarmLimits::default(),
            body_deadline_ms: 60_000,
            wait_max_ms: 30_000,
            drain_timeout_ms: 10_000,
            coverage_refresh_s: 5,
        }
    }
}

/// The `api.pages` table of the settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PageSettings {
    /// Whether cookies are sent over TLS only. Only a demonstration on one machine says no.
    pub secure_cookies: bool,
    /// Origins that may show the signer's pages in a frame; nobody by default.
    pub framed_by: Vec<String>,
    /// Whether a signer without a camera may use a drawn sample, which is recorded as `simulated`.
    /// The program sets it for a demonstration; no settings file can.
    #[serde(skip)]
    pub sample_photo: bool,
}

impl Default for PageSettings {
    fn default() -> Self {
        Self { secure_cookies: true, framed_by: Vec::new(), sample_photo: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_settings_file_lets_a_drawn_sample_stand_for_a_photo() {
        assert!(!PageSettings::default().sample_photo);
        let asked = serde_json::from_str::<PageSettings>(r#"{"sample_photo":true}"#);
        assert!(asked.unwrap_err().to_string().contains("sample_photo"));
    }
}
