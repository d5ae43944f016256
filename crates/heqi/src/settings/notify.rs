//! How people are told: `[notify]` of the platform.

use std::collections::BTreeMap;
use std::path::PathBuf;

use heqi_notify::{SmtpSecurity, Template};
use heqi_service_kit::tls::PeerTlsSettings;
use heqi_vocabulary::Language;
use serde::Deserialize;

/// Messages to people. Without this part messages wait.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotifySettings {
    /// Where signers' pages are found: what links begin with.
    pub(crate) public_url: String,
    /// Whether nobody is invited who cannot be sent a one-time code.
    #[serde(default)]
    pub(crate) code_required: bool,
    /// The name before text messages, in Chinese.
    pub(crate) sender_zh: String,
    /// The same in English.
    pub(crate) sender_en: String,
    /// A gateway for text messages.
    #[serde(default)]
    pub(crate) sms: Option<SmsSettings>,
    /// A mail server.
    #[serde(default)]
    pub(crate) email: Option<EmailSettings>,
    /// Other templates than the built-in ones, by purpose and language.
    #[serde(default)]
    pub(crate) templates: BTreeMap<String, BTreeMap<Language, Template>>,
}

/// A gateway (`docs/spec/sms-gateway.md`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SmsSettings {
    /// What it is called in records and figures.
    pub(crate) name: String,
    /// Where messages are posted.
    pub(crate) url: String,
    /// File with the secret both sides sign with, `whsec_…`.
    pub(crate) secret_file: PathBuf,
    /// How the gateway's certificate is believed; left out on loopback.
    #[serde(default)]
    pub(crate) tls: Option<PeerTlsSettings>,
    /// For one message, in milliseconds.
    #[serde(default = "ten_seconds")]
    pub(crate) timeout_ms: u32,
}

/// A mail server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmailSettings {
    /// What it is called in records and figures.
    pub(crate) name: String,
    /// Its name, which its certificate must carry.
    pub(crate) host: String,
    /// Its port.
    pub(crate) port: u16,
    /// `tls`, `starttls`, or `none` on this machine.
    pub(crate) security: SmtpSecurity,
    /// Who we are there.
    #[serde(default)]
    pub(crate) username: Option<String>,
    /// File with the password.
    #[serde(default)]
    pub(crate) password_file: Option<PathBuf>,
    /// From whom messages are, `名称 <address>`.
    pub(crate) from: String,
    /// File with the roots its certificate is believed by, PEM; the system's when absent.
    #[serde(default)]
    pub(crate) roots_file: Option<PathBuf>,
    /// For each step, in milliseconds.
    #[serde(default = "ten_seconds")]
    pub(crate) timeout_ms: u32,
}

const fn ten_seconds() -> u32 {
    10_000
}
