//! What the operator decides about this service.

use heqi_service_kit::{Limits, TrustedProxies};
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
    /// How long a stop waits for requests in flight, in milliseconds; rounded up to seconds.
    pub drain_timeout_ms: u64,
}

impl Default for CenterSettings {
    fn default() -> Self {
        Self {
            workers: 2,
            log_name: "notary".to_owned(),
            trusted_proxies: TrustedProxies::default(),
            limits: Limits::default(),
            mirror_upload_bytes: 8 << 20,
            deposit_memory_bytes: 512 << 20,
            body_deadline_ms: 60_000,
            feed_interval_ms: 1_000,
            recosign_interval_ms: 60_000,
            drain_timeout_ms: 10_000,
        }
    }
}

impl CenterSettings {
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
        let named = |name: &str| CenterSettings { log_name: name.to_owned(), ..Default::default() };
        assert!(named("demo-2026").has_plain_log_name());
        for name in ["", "a/b", "..", "A", "日志", "a b"] {
            assert!(!named(name).has_plain_log_name(), "{name}");
        }
    }
}
