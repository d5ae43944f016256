//! How people are told: `[notify]` of the platform, `[people]` of a custodian.

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
    /// File with the secret that whoever receives mail that came back signs reports with, `whsec_…`.
    #[serde(default)]
    pub(crate) mail_report_secret_file: Option<PathBuf>,
    /// Other templates than the built-in ones, by purpose and language.
    #[serde(default)]
    pub(crate) templates: BTreeMap<String, BTreeMap<Language, Template>>,
}

/// What is needed to send anything, of the platform and of a custodian.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WaysSettings<'a> {
    pub(crate) sender_zh: &'a str,
    pub(crate) sender_en: &'a str,
    pub(crate) sms: Option<&'a SmsSettings>,
    pub(crate) email: Option<&'a EmailSettings>,
    pub(crate) templates: &'a BTreeMap<String, BTreeMap<Language, Template>>,
}

impl NotifySettings {
    pub(crate) fn ways(&self) -> WaysSettings<'_> {
        WaysSettings {
            sender_zh: &self.sender_zh,
            sender_en: &self.sender_en,
            sms: self.sms.as_ref(),
            email: self.email.as_ref(),
            templates: &self.templates,
        }
    }
}

/// Whoever signed and looks at what a custodian holds: `[people]` of a notary service. Without
/// this part nobody is let in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PeopleSettings {
    /// The name of the service, as pages show it.
    pub(crate) service: String,
    /// Whom to call.
    pub(crate) telephone: String,
    /// Where people find it, without a path; without it nobody can ask to be told of signings.
    #[serde(default)]
    pub(crate) public_url: Option<String>,
    /// Where people find the data centre that certifies, without a path.
    #[serde(default)]
    pub(crate) certify_url: Option<String>,
    /// The name before text messages, in Chinese.
    pub(crate) sender_zh: String,
    /// The same in English.
    pub(crate) sender_en: String,
    /// A gateway for text messages: the office's own, not the platform's.
    #[serde(default)]
    pub(crate) sms: Option<SmsSettings>,
    /// A mail server.
    #[serde(default)]
    pub(crate) email: Option<EmailSettings>,
    /// Other templates than the built-in ones, by purpose and language.
    #[serde(default)]
    pub(crate) templates: BTreeMap<String, BTreeMap<Language, Template>>,
}

impl PeopleSettings {
    pub(crate) fn ways(&self) -> WaysSettings<'_> {
        WaysSettings {
            sender_zh: &self.sender_zh,
            sender_en: &self.sender_en,
            sms: self.sms.as_ref(),
            email: self.email.as_ref(),
            templates: &self.templates,
        }
    }
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

/// Who is told of alarms; nobody by default.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AlarmDeliverySettings {
    /// A program that is told by a signed POST.
    pub(crate) webhook: Option<WebhookSettings>,
    /// Addresses that are written to, through `[notify.email]` of a platform, `[people.email]` of a custodian.
    pub(crate) mail_to: Vec<String>,
}

/// A program that is told by a signed POST.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookSettings {
    /// Where.
    pub(crate) url: String,
    /// File with the secret both sides sign with, `whsec_…`.
    pub(crate) secret_file: PathBuf,
    /// How its certificate is believed; left out on loopback.
    #[serde(default)]
    pub(crate) tls: Option<PeerTlsSettings>,
    /// For one POST, in milliseconds.
    #[serde(default = "ten_seconds")]
    pub(crate) timeout_ms: u32,
}

const fn ten_seconds() -> u32 {
    10_000
}
