//! How people reach this service: under which name it speaks to them, and by what it sends codes and
//! tells whoever asked for it of signings in its name.

use std::collections::BTreeMap;
use std::sync::Arc;

use heqi_notarization::holder::HolderContact;
use heqi_notarization::holder::door::CodeToSend;
use heqi_notarization::holder::watch::Telling;
use heqi_notify::{Channel, Letter, SendError, Templates};
use heqi_vocabulary::{Entropy, Language, MessageChannel, MessageId};

/// The purposes of the messages, as templates know them.
const PURPOSE: &str = "held_code";
const SIGNED: &str = "held_signed";

/// What people see and are sent.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct People {
    /// The name of the service.
    pub service: String,
    /// Whom to call.
    pub telephone: String,
    /// Whether cookies are sent over TLS only.
    pub secure_cookies: bool,
    /// The ways to send a code.
    pub channels: Vec<Arc<dyn Channel>>,
    /// The words of messages.
    pub templates: Arc<Templates>,
    /// Where people find this service, without a path: what links in messages begin with. Without it
    /// nobody can ask to be told.
    pub public_url: Option<String>,
    /// Where the data centre that certifies is found by people, without a path; `None`: here, where
    /// there is a workbench, or nowhere.
    pub certify_url: Option<String>,
}

/// What became of a message.
pub(crate) enum Told {
    /// A gateway took it, or it never can be sent.
    Done,
    /// To be tried again.
    NotNow {
        /// Not before this time, in milliseconds.
        after_ms: i64,
    },
}

impl People {
    /// Tells somebody that something was signed in its name: when, and nothing else.
    pub(crate) async fn tell(&self, telling: &Telling) -> Told {
        let kind = match telling.contact {
            HolderContact::Mobile(_) => MessageChannel::Sms,
            HolderContact::Email(_) => MessageChannel::Email,
        };
        let channel = self.channels.iter().find(|channel| channel.kind() == kind);
        let (Some(channel), Some(url)) = (channel, &self.public_url) else {
            tracing::warn!(channel = %kind, "a message has no way to be sent");
            return Told::Done;
        };
        let values: BTreeMap<&'static str, String> = BTreeMap::from([
            ("link", format!("{}/my", url.trim_end_matches('/'))),
            ("operator", self.service.clone()),
            ("telephone", self.telephone.clone()),
            ("time", telling.signed_at.short_in_shanghai(telling.language)),
        ]);
        let Some(words) = self.templates.fill(SIGNED, telling.language, &values) else {
            tracing::error!(purpose = SIGNED, "no template fits");
            return Told::Done;
        };
        let letter = Letter {
            message: MessageId::from_bytes(telling.message),
            purpose: SIGNED.to_owned(),
            address: telling.contact.expose().to_owned(),
            subject: words.subject,
            text: match kind {
                MessageChannel::Sms => words.sms,
                MessageChannel::Email => words.email,
            },
        };
        match channel.send(&letter).await {
            Ok(_) => {
                tracing::info!(message.id = %letter.message, "told of a signing");
                Told::Done
            }
            Err(SendError::Later { reason, retry_after_ms }) => {
                tracing::warn!(message.id = %letter.message, reason, "the message waits");
                let after = retry_after_ms.and_then(|ms| i64::try_from(ms).ok());
                Told::NotNow { after_ms: after.unwrap_or(0) }
            }
            Err(SendError::Uncertain { reason }) if channel.is_repeatable() => {
                tracing::warn!(message.id = %letter.message, reason, "the message is sent again");
                Told::NotNow { after_ms: 0 }
            }
            Err(error) => {
                tracing::warn!(message.id = %letter.message, %error, "the message was not taken");
                Told::Done
            }
        }
    }

    /// Sends a code, in the background: how long that takes tells nobody whether one was sent.
    pub(crate) fn send(&self, sending: &CodeToSend, language: Language, entropy: &dyn Entropy) {
        let kind = match sending.contact {
            HolderContact::Mobile(_) => MessageChannel::Sms,
            HolderContact::Email(_) => MessageChannel::Email,
        };
        let Some(channel) = self.channels.iter().find(|channel| channel.kind() == kind) else {
            tracing::warn!(channel = %kind, "a code has no way to be sent");
            return;
        };
        let values: BTreeMap<&'static str, String> = BTreeMap::from([
            ("code", sending.code.to_string()),
            ("operator", self.service.clone()),
            ("telephone", self.telephone.clone()),
        ]);
        let Some(words) = self.templates.fill(PURPOSE, language, &values) else {
            tracing::error!(purpose = PURPOSE, "no template fits");
            return;
        };
        let letter = Letter {
            message: MessageId::from_bytes(entropy.bytes()),
            purpose: PURPOSE.to_owned(),
            address: sending.contact.expose().to_owned(),
            subject: words.subject,
            text: match kind {
                MessageChannel::Sms => words.sms,
                MessageChannel::Email => words.email,
            },
        };
        let channel = Arc::clone(channel);
        // Once: whoever got none asks for another after a minute.
        tokio::spawn(async move {
            match channel.send(&letter).await {
                Ok(_) => tracing::debug!(message.id = %letter.message, "code taken"),
                Err(error) => {
                    tracing::warn!(message.id = %letter.message, %error, "code not taken");
                }
            }
        });
    }
}
