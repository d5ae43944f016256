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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
    use heqi_evidence_store::monitoring::alarm_delivery::{AlarmStanding, Teller, lease};
    use heqi_evidence_store::testing::memory;
    use heqi_notify::signature::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER};
    use heqi_service_kit::system::{SystemClock, SystemEntropy};
    use heqi_service_kit::{TaskGroup, Trust};
    use parking_lot::Mutex;
    use serde_json::{Value, json};

    use super::*;
    use crate::client;

    const PATIENCE: Duration = Duration::from_secs(30);

    /// Whoever is on duty: its secret, and what it was told with a signature that holds.
    struct Duty(SigningSecret, Mutex<Vec<Value>>);

    async fn take(duty: web::Data<Duty>, http: HttpRequest, body: web::Bytes) -> HttpResponse {
        let header = |name| http.headers().get(name).unwrap().to_str().unwrap();
        let (id, at) = (header(ID_HEADER), header(TIMESTAMP_HEADER));
        let now_s = SystemClock.now().unix_seconds();
        let signed = duty.0.verify(id, at, header(SIGNATURE_HEADER), &body, now_s);
        assert!(signed.is_ok(), "the signature holds");
        duty.1.lock().push(serde_json::from_slice(&body).unwrap());
        HttpResponse::NoContent().finish()
    }

    fn channels(settings: &AlarmDeliverySettings) -> Result<AlarmChannels, ServiceError> {
        let http = client::http(&Trust::Nobody).unwrap();
        AlarmChannels::new(settings, None, "示例公证处", (http, Arc::new(SystemClock)))
    }

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "a file of a test")]
    async fn an_alarm_of_any_store_reaches_the_program_on_duty() {
        let secret = SigningSecret::write(&[7; 32]);
        let duty = Duty(SigningSecret::parse(&secret).unwrap(), Mutex::default());
        let duty = web::Data::new(duty);
        let shared = duty.clone();
        let server = HttpServer::new(move || {
            App::new().app_data(shared.clone()).route("/told", web::post().to(take))
        });
        let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}/told", server.addrs()[0]);
        tokio::spawn(server.run());

        let folder = tempfile::tempdir().unwrap();
        let secret_file = folder.path().join("duty.secret");
        std::fs::write(&secret_file, secret.as_bytes()).unwrap();
        let webhook = WebhookSettings { url, secret_file, tls: None, timeout_ms: 10_000 };
        let settings =
            AlarmDeliverySettings { webhook: Some(webhook), ..AlarmDeliverySettings::default() };
        let channels = channels(&settings).unwrap();
        assert_eq!(channels.names(), ["webhook"]);
        // What a custodian does at a look, and what its program does behind it.
        let (backend, now) = (memory(), SystemClock.now());
        let (alarm, unit) = ("halves_differ", "logs");
        let standing = AlarmStanding { alarm, since: Some(now), value: Some(1), limit: 0, unit };
        Teller::new(channels.names()).tell(&*backend, now, &[standing]).await;
        let telling = Telling {
            backend: backend.clone(),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
        };
        let group = TaskGroup::new();
        let working = tokio::spawn(run_alarms(telling, channels, group.shutdown()));
        let began = Instant::now();
        while duty.1.lock().is_empty() {
            assert!(began.elapsed() < PATIENCE, "nobody was told");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        group.trigger().request();
        working.await.unwrap().unwrap();
        let told = duty.1.lock().clone();
        assert_eq!(told.len(), 1);
        assert_eq!((&told[0]["alarm"], &told[0]["raised"]), (&json!(alarm), &json!(true)));
        let later = now.plus_millis(LEASE_MS * 2);
        assert!(lease(&*backend, later, LEASE_MS, IN_FLIGHT).await.unwrap().is_empty());
    }

    #[test]
    fn mail_without_a_server_is_refused_at_the_start_and_not_at_the_first_alarm() {
        let mail_to = vec!["duty@example.com".to_owned()];
        let settings = AlarmDeliverySettings { mail_to, ..AlarmDeliverySettings::default() };
        let refused = channels(&settings).err().unwrap().to_string();
        assert!(refused.contains("[people.email]"), "{refused}");
    }
}
