//! Sends the messages that acts have queued. Each message is tried way by way; what becomes
//! of it is written down by `registration::message_queue`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use heqi_notify::signature::Secret;
use heqi_notify::{Channel, Letter, SendError, SmsGateway, SmtpChannel, SmtpSettings, Templates};
use heqi_registration::Platform;
use heqi_registration::fault::Fault;
use heqi_registration::message_queue::{self, LeasedMessage, Outcome, Outgoing};
use heqi_service_kit::{Metrics, Shutdown};
use heqi_vocabulary::{Clock, Digest, MessageChannel, UtcMillis};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use tokio::time::{sleep, timeout};
use zeroize::Zeroizing;

use super::ServiceError;
use crate::keys::KeyError;
use crate::settings::{EmailSettings, NotifySettings, SmsSettings};

/// Messages under way at the same time.
const IN_FLIGHT: usize = 16;
/// How long one try may take; shorter than a lease, so that nobody else tries meanwhile.
const LONGEST_TRY: Duration = Duration::from_secs(45);
const LEASE_MS: i64 = 60_000;
/// The longest nap: the worker looks again even when nobody wakes it.
const LONGEST_NAP: Duration = Duration::from_secs(1);
/// The first pause after a refusal for a while; each further one is four times as long.
const PAUSE_MS: i64 = 2_000;
const LONGEST_PAUSE_MS: i64 = 300_000;

/// What messages are sent by, and in which words.
pub(crate) struct Messenger {
    channels: Vec<Arc<dyn Channel>>,
    templates: Templates,
    sent: Family<Labels, Counter>,
}

/// How a try went. Nothing a caller chose: the channel is a name of the settings.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Labels {
    channel: String,
    outcome: &'static str,
}

/// The secret that a gateway signs its reports with, if there is one.
pub(crate) fn report_secret(settings: &NotifySettings) -> Result<Option<Secret>, ServiceError> {
    settings.sms.as_ref().map(secret).transpose()
}

fn secret(settings: &SmsSettings) -> Result<Secret, ServiceError> {
    let text = read_secret(&settings.secret_file)?;
    Secret::parse(&text).map_err(|error| {
        ServiceError::Start(format!("{}: {error}", settings.secret_file.display()))
    })
}

fn read_secret(path: &Path) -> Result<Zeroizing<String>, ServiceError> {
    let read = std::fs::read_to_string(path);
    let unreadable = |source| KeyError::Unreadable { path: path.to_owned(), source };
    Ok(Zeroizing::new(read.map_err(unreadable)?.trim_end().to_owned()))
}

impl Messenger {
    /// Reads secrets and templates; what cannot work is refused now and not at the first
    /// message.
    pub(crate) fn new(
        settings: &NotifySettings,
        http: reqwest::Client,
        clock: &Arc<dyn Clock>,
        metrics: &Metrics,
    ) -> Result<Self, ServiceError> {
        let wrong = |error: &dyn std::fmt::Display| ServiceError::Start(error.to_string());
        let mut templates = Templates::built_in(&settings.sender_zh, &settings.sender_en);
        for (purpose, by_language) in &settings.templates {
            for (language, template) in by_language {
                let replaced = templates.replace(purpose, *language, template.clone());
                replaced.map_err(|error| wrong(&error))?;
            }
        }
        let mut channels: Vec<Arc<dyn Channel>> = Vec::new();
        if let Some(sms) = &settings.sms {
            let world = (http, clock.clone());
            let gateway = SmsGateway::new(&sms.name, &sms.url, secret(sms)?, sms.timeout_ms, world);
            channels.push(Arc::new(gateway));
        }
        if let Some(email) = &settings.email {
            let channel = SmtpChannel::new(smtp(email)?).map_err(|error| wrong(&error))?;
            channels.push(Arc::new(channel));
        }
        let sent = metrics.register("messages", "Messages to people, tried", Family::default());
        Ok(Self { channels, templates, sent })
    }

    fn channel(&self, kind: MessageChannel) -> Option<&Arc<dyn Channel>> {
        self.channels.iter().find(|channel| channel.kind() == kind)
    }

    fn count(&self, channel: &str, outcome: &'static str) {
        self.sent.get_or_create(&Labels { channel: channel.to_owned(), outcome }).inc();
    }

    /// Tries one way, and says how it went.
    async fn send(&self, outgoing: Outgoing, now: UtcMillis) -> Outcome {
        let Some(channel) = self.channel(outgoing.channel) else {
            return Outcome::Refused { reason: "no_channel" };
        };
        let purpose = outgoing.purpose.as_str();
        let words = self.templates.fill(purpose, outgoing.language, &outgoing.values);
        let Some(words) = words else {
            tracing::error!(message.id = %outgoing.message, purpose, "no template fits");
            return Outcome::Refused { reason: "no_template" };
        };
        let letter = Letter {
            message: outgoing.message,
            purpose: purpose.to_owned(),
            address: outgoing.address,
            subject: words.subject,
            text: match outgoing.channel {
                MessageChannel::Sms => words.sms,
                MessageChannel::Email => words.email,
            },
        };
        let sent = match timeout(LONGEST_TRY, channel.send(&letter)).await {
            Ok(sent) => sent,
            Err(_) if channel.is_repeatable() => {
                Err(SendError::Later { reason: "too_slow", retry_after_ms: None })
            }
            Err(_) => Err(SendError::Uncertain { reason: "too_slow" }),
        };
        let outcome = outcome(&**channel, sent, (outgoing.attempts, now), words.template_sha256);
        self.count(channel.name(), word(&outcome));
        outcome
    }
}

fn smtp(settings: &EmailSettings) -> Result<SmtpSettings, ServiceError> {
    let password = settings.password_file.as_deref().map(read_secret).transpose()?;
    let roots = settings.roots_file.as_ref().map(std::fs::read).transpose();
    Ok(SmtpSettings {
        name: settings.name.clone(),
        host: settings.host.clone(),
        port: settings.port,
        security: settings.security,
        credentials: settings.username.clone().zip(password),
        from: settings.from.clone(),
        roots_pem: roots.map_err(|error| ServiceError::Start(error.to_string()))?,
        timeout_ms: settings.timeout_ms,
    })
}

fn outcome(
    channel: &dyn Channel,
    sent: Result<heqi_notify::Taken, SendError>,
    (attempts, now): (u32, UtcMillis),
    template_sha256: Digest,
) -> Outcome {
    match sent {
        Ok(taken) => Outcome::Taken {
            gateway: channel.name().to_owned(),
            reference: taken.reference,
            template_sha256,
        },
        Err(SendError::Later { reason, retry_after_ms }) => {
            let own = PAUSE_MS.saturating_mul(4_i64.saturating_pow(attempts));
            let asked = retry_after_ms.and_then(|ms| i64::try_from(ms).ok()).unwrap_or(0);
            let pause = own.max(asked).min(LONGEST_PAUSE_MS);
            Outcome::Later { retry_at: now.plus_millis(pause), reason }
        }
        Err(SendError::Refused { reason }) => Outcome::Refused { reason },
        Err(SendError::Uncertain { reason }) => Outcome::Uncertain { reason },
    }
}

const fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Taken { .. } => "taken",
        Outcome::Later { .. } => "later",
        Outcome::Refused { .. } => "refused",
        Outcome::Uncertain { .. } => "uncertain",
    }
}

/// Sends until it is told to stop.
///
/// # Errors
/// The platform's own store failed.
pub(crate) async fn run_messages(
    platform: Arc<Platform>,
    messenger: Messenger,
    mut stop: Shutdown,
) -> Result<(), Fault> {
    let mut progress = platform.backend().progress();
    while !stop.is_requested() {
        progress.mark_unchanged();
        if platform.backend().read_only().is_some() {
            tokio::select! {
                () = stop.requested() => {}
                () = sleep(Duration::from_millis(100)) => {}
            }
            continue;
        }
        let leased = message_queue::lease(&platform, LEASE_MS, IN_FLIGHT).await?;
        if leased.is_empty() {
            let due = message_queue::next_due(&platform).await?;
            tokio::select! {
                () = stop.requested() => {}
                _ = timeout(nap(due, platform.now()), progress.changed()) => {}
            }
            continue;
        }
        let tries = leased.iter().map(|item| one(&platform, &messenger, item));
        for done in join_all(tries).await {
            done?;
        }
    }
    Ok(())
}

async fn one(
    platform: &Platform,
    messenger: &Messenger,
    item: &LeasedMessage,
) -> Result<(), Fault> {
    let repeatable = |kind| messenger.channel(kind).is_none_or(|channel| channel.is_repeatable());
    let Some(outgoing) = message_queue::trying(platform, item, repeatable).await? else {
        return Ok(());
    };
    let channel = outgoing.channel;
    let (message, purpose) = (outgoing.message, outgoing.purpose);
    let outcome = messenger.send(outgoing, platform.now()).await;
    match &outcome {
        Outcome::Taken { .. } => {
            tracing::debug!(message.id = %message, %purpose, %channel, "message taken");
        }
        Outcome::Later { reason, .. }
        | Outcome::Refused { reason }
        | Outcome::Uncertain { reason } => {
            let outcome = word(&outcome);
            tracing::warn!(message.id = %message, %purpose, %channel, outcome, reason, "message not taken");
        }
    }
    message_queue::note_outcome(platform, item, channel, &outcome).await
}

fn nap(due: Option<UtcMillis>, now: UtcMillis) -> Duration {
    let ms = due.map_or(i64::MAX, |due| due.millis_since(now)).max(5);
    Duration::from_millis(u64::try_from(ms).unwrap_or(5)).min(LONGEST_NAP)
}
