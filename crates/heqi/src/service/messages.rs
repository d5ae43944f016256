//! Sends the messages that acts have queued. Each message is tried way by way; what becomes
//! of it is written down by `registration::message_queue`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use heqi_notify::{Channel, Letter, SendError, Templates};
use heqi_registration::Platform;
use heqi_registration::fault::Fault;
use heqi_registration::message_queue::{self, LeasedMessage, Outcome, Outgoing};
use heqi_service_kit::alarms::Watch;
use heqi_service_kit::{Alarms, Metrics, Shutdown};
use heqi_vocabulary::{Clock, Digest, MessageChannel, UtcMillis};
use parking_lot::Mutex;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use tokio::time::timeout;

use super::ServiceError;
use super::queue_worker::{self, Queue};
use super::sending::ways;
use crate::settings::NotifySettings;

/// Messages under way at the same time.
const IN_FLIGHT: usize = 16;
/// How long one try may take; shorter than a lease, so that nobody else tries meanwhile.
const LONGEST_TRY: Duration = Duration::from_secs(45);
const LEASE_MS: i64 = 60_000;
/// The first pause after a refusal for a while; each further one is four times as long.
const PAUSE_MS: i64 = 2_000;
const LONGEST_PAUSE_MS: i64 = 300_000;

const MESSAGES_FAIL: Watch = Watch {
    name: "messages_fail",
    unit: "attempts",
    limit: 3,
    lasting: false,
    means: (
        "连续多次未能把短信或邮件交给网关，链接和验证码暂时到不了签署人。",
        "Several attempts in a row to hand over a message have failed: links and codes do not reach signers.",
    ),
    next_step: (
        "检查短信网关和邮件服务器的地址、网络和密钥；恢复后会自动补发。",
        "Check address, network and secret of the gateway and the mail server; what waits is sent by itself afterwards.",
    ),
};

/// What messages are sent by, and in which words.
pub(crate) struct Messenger {
    channels: Vec<Arc<dyn Channel>>,
    templates: Templates,
    sent: Family<Labels, Counter>,
    unanswered: Unanswered,
}

/// Tries that nobody answered, of each way since it last answered: mail that is taken says nothing about the
/// gateway of text messages.
#[derive(Clone, Default)]
struct Unanswered(Arc<Mutex<BTreeMap<MessageChannel, u64>>>);

impl Unanswered {
    /// A message that is refused says nothing about the way: whoever refuses has answered.
    fn note(&self, way: MessageChannel, outcome: &Outcome) {
        let mut ways = self.0.lock();
        let tries = ways.entry(way).or_default();
        *tries = match outcome {
            Outcome::Taken { .. } | Outcome::Refused { .. } => 0,
            Outcome::Later { .. } | Outcome::Uncertain { .. } => tries.saturating_add(1),
        };
    }

    /// Of the way that stands worst.
    fn most(&self) -> u64 {
        self.0.lock().values().copied().max().unwrap_or(0)
    }
}

/// How a try went. Nothing a caller chose: the channel is a name of the settings.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Labels {
    channel: String,
    outcome: &'static str,
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
        let (channels, templates) = ways(&settings.ways(), http, clock)?;
        let sent = metrics.register("messages", "Messages to people, tried", Family::default());
        Ok(Self { channels, templates, sent, unanswered: Unanswered::default() })
    }

    /// Has somebody told when nothing is taken by one way any more.
    pub(crate) fn watch(&self, alarms: &Alarms) {
        let unanswered = self.unanswered.clone();
        alarms.watch(MESSAGES_FAIL, move || Some(unanswered.most()));
    }

    /// The words that it sends.
    pub(crate) const fn templates(&self) -> &Templates {
        &self.templates
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
        self.unanswered.note(outgoing.channel, &outcome);
        outcome
    }
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
/// The platform's own store has stopped.
pub(crate) async fn run_messages(
    platform: Arc<Platform>,
    messenger: Messenger,
    stop: Shutdown,
) -> Result<(), Fault> {
    queue_worker::run(&platform, Messages { platform: &platform, messenger }, stop).await
}

/// The messages that wait.
struct Messages<'a> {
    platform: &'a Platform,
    messenger: Messenger,
}

impl Queue for Messages<'_> {
    type Item = LeasedMessage;

    fn name(&self) -> &'static str {
        "messages"
    }

    async fn recall(&self) -> Result<usize, Fault> {
        message_queue::recall(self.platform, LONGEST_PAUSE_MS).await
    }

    async fn lease(&self) -> Result<Vec<LeasedMessage>, Fault> {
        message_queue::lease(self.platform, LEASE_MS, IN_FLIGHT).await
    }

    async fn next_due(&self) -> Result<Option<UtcMillis>, Fault> {
        message_queue::next_due(self.platform).await
    }

    async fn work(&self, item: &LeasedMessage) -> Result<(), Fault> {
        one(self.platform, &self.messenger, item).await
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_that_is_taken_does_not_hide_a_gateway_that_answers_nothing() {
        let unanswered = Unanswered::default();
        let (silent, answered) = (
            Outcome::Uncertain { reason: "too_slow" },
            Outcome::Refused { reason: "no_such_number" },
        );
        for tries in 1..=4 {
            unanswered.note(MessageChannel::Sms, &silent);
            unanswered.note(MessageChannel::Email, &answered);
            assert_eq!(unanswered.most(), tries);
        }
        unanswered.note(MessageChannel::Sms, &answered);
        assert_eq!(unanswered.most(), 0);
    }
}
