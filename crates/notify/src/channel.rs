//! The port: one message, by one way, to one person.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use heqi_vocabulary::{MessageChannel, MessageId};

/// One message as it is sent.
#[derive(Clone, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Letter {
    /// Its name: the same whenever it is tried again.
    pub message: MessageId,
    /// What it is for: the word of its template.
    pub purpose: String,
    /// Where to.
    pub address: String,
    /// For an e-mail.
    pub subject: String,
    /// What is said.
    pub text: String,
}

/// Without whom and what.
impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letter({}, {})", self.message, self.purpose)
    }
}

/// A gateway or mail server took it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Taken {
    /// What the gateway calls it, where it says.
    pub reference: Option<String>,
}

/// Why it was not taken. No variant holds an address or a text.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "the caller does something else about each")]
pub enum SendError {
    /// Not now; it was surely not taken, or a repetition is recognised.
    #[error("not now: {reason}")]
    Later {
        /// A stable word.
        reason: &'static str,
        /// How long the other side asks to wait, in milliseconds.
        retry_after_ms: Option<u64>,
    },
    /// Never by this way.
    #[error("refused: {reason}")]
    Refused {
        /// A stable word.
        reason: &'static str,
    },
    /// Nobody knows whether it was taken.
    #[error("uncertain: {reason}")]
    Uncertain {
        /// A stable word.
        reason: &'static str,
    },
}

impl SendError {
    /// Not now, without a time.
    pub(crate) const fn later(reason: &'static str) -> Self {
        Self::Later { reason, retry_after_ms: None }
    }
}

/// A future that a channel gives.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Taken, SendError>> + Send + 'a>>;

/// One way to reach people.
pub trait Channel: fmt::Debug + Send + Sync {
    /// What it is called in settings, records and figures; never personal.
    fn name(&self) -> &str;

    /// By what it reaches people.
    fn kind(&self) -> MessageChannel;

    /// Whether the other side recognises a message that came before, so that trying again
    /// after a crash sends nothing twice.
    fn is_repeatable(&self) -> bool;

    /// Sends one message.
    fn send<'a>(&'a self, letter: &'a Letter) -> Sending<'a>;
}
