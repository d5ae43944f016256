//! Tells somebody of alarms, by webhook and by mail: each change once, and again until it was taken. The same for the
//! platform and for custodians.

use std::sync::Arc;

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::monitoring::alarm_delivery::{
    self as delivery, AlarmNews, LeasedAlarm, begin, end, later,
};
use heqi_notary_protocol::Backoff;
use heqi_notify::signature::Secret as SigningSecret;
use heqi_notify::{Channel as _, Letter, SendError, SmtpChannel, Webhook};
use heqi_registration::fault::Fault;
use heqi_service_kit::Shutdown;
use heqi_vocabulary::{Clock, Digest, Entropy, MessageId, UtcMillis};

use super::ServiceError;
use super::queue_worker::{self, Own, Queue};
use super::sending::smtp;
use crate::keys::KeyError;
use crate::settings::{AlarmDeliverySettings, EmailSettings, WebhookSettings};

const IN_FLIGHT: usize = 8;
const LEASE_MS: i64 = 60_000;
const LONGEST_PAUSE_MS: i64 = 300_000;

/// By what somebody is told.
pub(super) struct AlarmChannels {
    webhook: Option<Webhook>,
    mail: Option<(SmtpChannel, Vec<String>)>,
    service: String,
}

impl AlarmChannels {
    /// Reads secrets; what cannot work is refused now and not at the first alarm.
    pub(super) fn new(
        settings: &AlarmDeliverySettings,
        email: Option<&EmailSettings>,
        service: &str,
        (http, clock): (reqwest::Client, Arc<dyn Clock>),
    ) -> Result<Self, ServiceError> {
        let webhook = settings.webhook.as_ref().map(|one| webhook(one, (http, clock)));
        let mail = match (settings.mail_to.is_empty(), email) {
            (true, _) => None,
            (false, None) => {
                let what = "alarm_delivery.mail_to needs a mail server in [notify.email] of a platform, \
                            in [people.email] of a custodian";
                return Err(ServiceError::Start(what.to_owned()));
            }
            (false, Some(email)) => {
                let channel = SmtpChannel::new(smtp(email)?)
                    .map_err(|error| ServiceError::Start(error.to_string()))?;
                Some((channel, settings.mail_to.clone()))
            }
        };
        Ok(Self { webhook: webhook.transpose()?, mail, service: service.to_owned() })
    }

    /// What the channels are called in the queue.
    pub(super) fn names(&self) -> Vec<String> {
        let webhook = self.webhook.iter().map(|_| "webhook".to_owned());
        let count = self.mail.as_ref().map_or(0, |(_, to)| to.len());
        webhook.chain((0..count).map(|place| format!("mail-{place}"))).collect()
    }

    /// Whether the channel recognises what it has had.
    fn is_repeatable(channel: &str) -> bool {
        channel == "webhook"
    }

    async fn tell(&self, channel: &str, news: &AlarmNews) -> Result<(), SendError> {
        if channel == "webhook" {
            let gone = SendError::Refused { reason: "no_webhook" };
            let webhook = self.webhook.as_ref().ok_or(gone)?;
            let body =
                serde_json::to_vec(news).map_err(|_| SendError::Refused { reason: "no_json" })?;
            return webhook.post(&news.id, body).await;
        }
        let place: Option<usize> = channel.strip_prefix("mail-").and_then(|n| n.parse().ok());
        let to = self.mail.as_ref().and_then(|(mail, to)| Some((mail, to.get(place?)?)));
        let (mail, to) = to.ok_or(SendError::Refused { reason: "no_such_address" })?;
        mail.send(&self.letter(channel, to, news)).await.map(|_| ())
    }

    /// In both languages: nobody knows which one the person on duty reads.
    fn letter(&self, channel: &str, to: &str, news: &AlarmNews) -> Letter {
        let name =
            Digest::labelled("heqi.alarm-mail/v1\n", format!("{channel} {}", news.id).as_bytes());
        let bytes = name.as_bytes().first_chunk().copied().unwrap_or_default();
        let (zh, en) = if news.raised { ("告警", "raised") } else { ("恢复", "cleared") };
        let AlarmNews { alarm, at, value, limit, unit, .. } = news;
        let at = at.for_people();
        Letter {
            message: MessageId::from_bytes(bytes),
            purpose: "alarm".to_owned(),
            address: to.to_owned(),
            subject: format!("[{}] {zh} {alarm} ({en})", self.service),
            text: format!(
                "{zh}：{alarm}，{value} {unit}（限值 {limit}），{at}。详情见 /alarms 和 /coverage。\n\n\
                 {alarm} {en}: {value} {unit} (limit {limit}), {at}. See /alarms and /coverage.\n"
            ),
        }
    }
}

fn webhook(
    settings: &WebhookSettings,
    world: (reqwest::Client, Arc<dyn Clock>),
) -> Result<Webhook, ServiceError> {
    let file = &settings.secret_file;
    let text = std::fs::read_to_string(file)
        .map_err(|source| KeyError::Unreadable { path: file.clone(), source })?;
    let secret = SigningSecret::parse(text.trim_end())
        .map_err(|error| ServiceError::Start(format!("{}: {error}", file.display())))?;
    Ok(Webhook::new(&settings.url, secret, settings.timeout_ms, world))
}

/// The store whose alarms are told.
pub(super) struct Telling {
    pub(super) backend: Arc<dyn Backend>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
}

/// Tells until the stop.
///
/// # Errors
/// The own store has stopped.
pub(super) async fn run_alarms(
    telling: Telling,
    channels: AlarmChannels,
    stop: Shutdown,
) -> Result<(), Fault> {
    let own =
        Own { backend: &*telling.backend, clock: &*telling.clock, entropy: &*telling.entropy };
    queue_worker::run_on(own, News { own, channels, backoff: Backoff::default() }, stop).await
}

struct News<'a> {
    own: Own<'a>,
    channels: AlarmChannels,
    backoff: Backoff,
}

impl Queue for News<'_> {
    type Item = LeasedAlarm;

    fn name(&self) -> &'static str {
        "alarms"
    }

    async fn recall(&self) -> Result<usize, Fault> {
        let now = self.own.clock.now();
        Ok(delivery::recall(self.own.backend, now, LONGEST_PAUSE_MS).await?)
    }

    async fn lease(&self) -> Result<Vec<LeasedAlarm>, Fault> {
        let now = self.own.clock.now();
        Ok(delivery::lease(self.own.backend, now, LEASE_MS, IN_FLIGHT).await?)
    }

    async fn next_due(&self) -> Result<Option<UtcMillis>, Fault> {
        Ok(delivery::next_due(self.own.backend).await?)
    }

    async fn work(&self, item: &LeasedAlarm) -> Result<(), Fault> {
        let (channel, news) = (item.payload.channel.as_str(), &item.payload.news);
        let Own { backend, clock, entropy } = self.own;
        let is_repeatable = AlarmChannels::is_repeatable(channel);
        if !begin(backend, clock.now(), item, is_repeatable).await? {
            return Ok(());
        }
        match self.channels.tell(channel, news).await {
            Ok(()) => Ok(end(backend, clock.now(), item).await?),
            Err(SendError::Later { reason, .. }) => {
                let attempts = item.attempts;
                tracing::warn!(alarm.name = %news.alarm, channel, reason, attempts, "alarm not told yet");
                let pause = self.backoff.wait_ms(attempts, entropy);
                let pause = i64::try_from(pause).unwrap_or(LONGEST_PAUSE_MS).min(LONGEST_PAUSE_MS);
                Ok(later(backend, item, clock.now().plus_millis(pause)).await?)
            }
            Err(SendError::Refused { reason } | SendError::Uncertain { reason }) => {
                tracing::error!(alarm.name = %news.alarm, channel, reason, "alarm cannot be told");
                Ok(end(backend, clock.now(), item).await?)
            }
        }
    }
}
