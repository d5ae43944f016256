//! What a gateway reports later, signed as our requests to it are
//! (`docs/spec/sms-gateway.md`).

use heqi_vocabulary::MessageId;
use serde::Deserialize;

use crate::signature::{Secret, SignatureError};

/// The longest report, in bytes.
pub const MAX_REPORT_BYTES: usize = 4096;

/// A report that was signed by the gateway.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DeliveryReport {
    /// Of which message.
    pub message: MessageId,
    /// What became of it.
    pub state: ReportedState,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever is told does something else about each")]
pub enum ReportedState {
    /// It arrived.
    Delivered,
    /// It came back, and why in a word of ours.
    Bounced(&'static str),
}

/// Why a report is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "nothing else is looked at")]
pub enum ReportError {
    /// See [`SignatureError`].
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// Longer than [`MAX_REPORT_BYTES`].
    #[error("a report has at most {MAX_REPORT_BYTES} bytes")]
    TooLarge,
    /// Not JSON of this shape.
    #[error("a report names message and state")]
    Malformed,
}

/// The headers of a signed message.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Signed<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`.
    pub timestamp: &'a str,
    /// `webhook-signature`.
    pub signature: &'a str,
}

#[derive(Deserialize)]
struct Wire {
    message: MessageId,
    state: State,
    #[serde(default)]
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Delivered,
    Bounced,
}

impl DeliveryReport {
    /// Believes a report that the secret signed.
    ///
    /// # Errors
    /// See [`ReportError`].
    pub fn verify(
        secret: &Secret,
        signed: Signed<'_>,
        body: &[u8],
        now_s: u64,
    ) -> Result<Self, ReportError> {
        if body.len() > MAX_REPORT_BYTES {
            return Err(ReportError::TooLarge);
        }
        secret.verify(signed.id, signed.timestamp, signed.signature, body, now_s)?;
        let wire: Wire = serde_json::from_slice(body).map_err(|_| ReportError::Malformed)?;
        let state = match wire.state {
            State::Delivered => ReportedState::Delivered,
            State::Bounced => ReportedState::Bounced(known(wire.reason.as_deref())),
        };
        Ok(Self { message: wire.message, state })
    }
}

/// A gateway's words may hold anything; records hold ours.
fn known(reason: Option<&str>) -> &'static str {
    const KNOWN: [&str; 5] =
        ["unknown_number", "switched_off", "blocked", "mailbox_full", "content_refused"];
    let known = reason.and_then(|reason| KNOWN.into_iter().find(|known| *known == reason));
    known.unwrap_or("came_back")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        Secret::parse(&Secret::write(&[3; 32])).unwrap()
    }

    fn report(body: &str) -> Result<DeliveryReport, ReportError> {
        let signature = secret().sign("r1", 1000, body.as_bytes());
        let signed = Signed { id: "r1", timestamp: "1000", signature: &signature };
        DeliveryReport::verify(&secret(), signed, body.as_bytes(), 1001)
    }

    #[test]
    fn a_signed_report_is_believed_and_its_reason_becomes_a_word_of_ours() {
        let message = MessageId::from_bytes([1; 16]);
        let delivered = report(&format!(r#"{{"message":"{message}","state":"delivered"}}"#));
        let wanted = DeliveryReport { message, state: ReportedState::Delivered };
        assert_eq!(delivered, Ok(wanted));
        for (reason, word) in [("blocked", "blocked"), ("13800000001 gesperrt", "came_back")] {
            let body =
                format!(r#"{{"message":"{message}","state":"bounced","reason":"{reason}"}}"#);
            assert_eq!(report(&body).unwrap().state, ReportedState::Bounced(word));
        }
    }

    #[test]
    fn an_unsigned_or_long_or_other_report_is_refused() {
        let signed = Signed { id: "r1", timestamp: "1000", signature: "v1,AAAA" };
        let refused = DeliveryReport::verify(&secret(), signed, b"{}", 1000);
        assert_eq!(refused, Err(ReportError::Signature(SignatureError::Wrong)));
        assert_eq!(report("{}"), Err(ReportError::Malformed));
        let long = format!("{:5000}", "{}");
        assert_eq!(report(&long), Err(ReportError::TooLarge));
    }
}
