//! What the operator decides about this service.

use heqi_service_kit::{AlarmLimits, Limits, TrustedProxies};
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
            alarms: AlarmLimits::default(),
            body_deadline_ms: 60_000,
            wait_max_ms: 30_000,
            drain_timeout_ms: 10_000,
            coverage_refresh_s: 5,
        }
    }
}

impl ApiSettings {
    /// Whether the log's name can stand in an address as it is.
    pub(crate) fn has_plain_log_name(&self) -> bool {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-';
        !self.log_name.is_empty()
            && self.log_name.len() <= 64
            && !self.log_name.starts_with('.')
            && self.log_name.bytes().all(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_name_is_one_plain_part_of_an_address() {
        let named = |name: &str| ApiSettings { log_name: name.to_owned(), ..Default::default() };
        assert!(named("demo-2026").has_plain_log_name());
        for name in ["", "a/b", "..", "A", "日志", "a b"] {
            assert!(!named(name).has_plain_log_name(), "{name}");
        }
    }
}
