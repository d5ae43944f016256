//! Servers that take messages and keep them: the counterpart of the channels in tests and in
//! the demonstration. They deliver nothing to anybody.
//!
//! [`smtp`] speaks enough of RFC 5321 for real mail programs, within bounds; [`sms`] checks a
//! gateway's request as a gateway must.

use std::collections::VecDeque;
use std::sync::Arc;

use heqi_vocabulary::{MessageChannel, UtcMillis};
use parking_lot::Mutex;
use serde::Serialize;

pub mod sms;
pub mod smtp;

/// How many messages are kept; the oldest go first.
const KEPT: usize = 500;

/// A message that was caught.
#[derive(Clone, Eq, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "plain facts of one message")]
pub struct Caught {
    /// By what it came.
    pub channel: MessageChannel,
    /// The name it was sent under.
    pub message: String,
    /// To whom.
    pub to: String,
    /// The subject of an e-mail.
    pub subject: Option<String>,
    /// What it says.
    pub text: String,
    /// When it came.
    pub received_at: UtcMillis,
}

/// Without whom and what: even made-up people stay out of logs.
impl std::fmt::Debug for Caught {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Caught({})", self.channel)
    }
}

/// What was caught, shared by the servers and whoever shows it.
#[derive(Clone, Debug, Default)]
pub struct Tray(Arc<Mutex<VecDeque<Caught>>>);

impl Tray {
    /// Keeps a message. One of the same name and channel is a repetition and is not kept
    /// twice; `false` says so.
    pub fn put(&self, caught: Caught) -> bool {
        let mut kept = self.0.lock();
        let same = |other: &Caught| {
            other.channel == caught.channel
                && other.message == caught.message
                && !caught.message.is_empty()
        };
        if kept.iter().any(same) {
            return false;
        }
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(caught);
        true
    }

    /// Everything that is kept, newest first.
    pub fn newest_first(&self) -> Vec<Caught> {
        self.0.lock().iter().rev().cloned().collect()
    }
}
