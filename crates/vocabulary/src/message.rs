//! By what a message reaches a person.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A way to reach a person.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a new way must reach every sender and every text")]
pub enum MessageChannel {
    /// A text message to a mobile phone.
    Sms,
    /// An e-mail.
    Email,
}

impl MessageChannel {
    /// The word used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Email => "email",
        }
    }
}

impl fmt::Display for MessageChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_the_same_word_on_the_wire_in_rows_and_in_print() {
        for (channel, word) in [(MessageChannel::Sms, "sms"), (MessageChannel::Email, "email")] {
            assert_eq!(channel.as_str(), word);
            assert_eq!(channel.to_string(), word);
            assert_eq!(serde_json::to_string(&channel).unwrap(), format!("\"{word}\""));
        }
    }
}
