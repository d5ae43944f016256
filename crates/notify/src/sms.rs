//! Text messages through a gateway over HTTP: one signed request per message, of which the
//! gateway knows a repetition by its name (`docs/spec/sms-gateway.md`).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use heqi_vocabulary::{Clock, MessageChannel, MessageId};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use serde::{Deserialize, Serialize};

use crate::channel::{Channel, Letter, SendError, Sending, Taken};
use crate::segments::{MAX_SEGMENTS, segments};
use crate::signature::{ID_HEADER, SIGNATURE_HEADER, Secret, TIMESTAMP_HEADER};

/// The longest answer read, in bytes.
const MAX_ANSWER_BYTES: usize = 16 * 1024;
/// The longest reference kept, in characters.
const MAX_REFERENCE: usize = 64;
/// The longest time a gateway may ask to wait, in seconds.
const RETRY_AFTER_MAX_S: u64 = 300;

/// A gateway for text messages.
#[derive(Clone)]
pub struct SmsGateway {
    name: String,
    url: String,
    secret: Secret,
    timeout: Duration,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
}

impl SmsGateway {
    /// The gateway at `url`, called `name`. Whom `http` believes is decided where it is made.
    pub fn new(
        name: &str,
        url: &str,
        secret: Secret,
        timeout_ms: u32,
        (http, clock): (reqwest::Client, Arc<dyn Clock>),
    ) -> Self {
        let timeout = Duration::from_millis(u64::from(timeout_ms));
        Self { name: name.to_owned(), url: url.to_owned(), secret, timeout, http, clock }
    }

    async fn post(&self, letter: &Letter) -> Result<Taken, SendError> {
        let (_, count) = segments(&letter.text);
        if count > MAX_SEGMENTS {
            return Err(SendError::Refused { reason: "text_too_long" });
        }
        if count > 1 {
            tracing::warn!(
                message.id = %letter.message,
                purpose = %letter.purpose,
                segments = count,
                "a text message is sent and billed as several"
            );
        }
        let wire = Wire {
            message: letter.message,
            purpose: &letter.purpose,
            segments: count,
            text: &letter.text,
            to: &letter.address,
        };
        let body = serde_json::to_vec(&wire)
            .map_err(|_| SendError::Refused { reason: "text_has_no_json" })?;
        let id = letter.message.to_string();
        let at = self.clock.now().unix_seconds();
        let sent = self
            .http
            .post(&self.url)
            .timeout(self.timeout)
            .header(CONTENT_TYPE, "application/json")
            .header(ID_HEADER, &id)
            .header(TIMESTAMP_HEADER, at)
            .header(SIGNATURE_HEADER, self.secret.sign(&id, at, &body))
            .body(body)
            .send();
        // A repetition is recognised, so whatever became of this request it may be made again.
        let answer = sent.await.map_err(|_| SendError::later("gateway_unreachable"))?;
        match answer.status() {
            status if status.is_success() || status == StatusCode::CONFLICT => {
                Ok(Taken { reference: reference(answer).await })
            }
            StatusCode::TOO_MANY_REQUESTS => Err(SendError::Later {
                reason: "gateway_busy",
                retry_after_ms: retry_after_ms(&answer),
            }),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(SendError::later("gateway_knows_us_not"))
            }
            status if status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT => {
                Err(SendError::Refused { reason: "gateway_refused" })
            }
            _ => Err(SendError::Later {
                reason: "gateway_failed",
                retry_after_ms: retry_after_ms(&answer),
            }),
        }
    }
}

#[derive(Serialize)]
struct Wire<'a> {
    message: MessageId,
    purpose: &'a str,
    segments: usize,
    text: &'a str,
    to: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    reference: Option<String>,
}

/// What the gateway calls the message; nothing when it says nothing that can be read.
async fn reference(mut answer: reqwest::Response) -> Option<String> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    let reference = serde_json::from_slice::<Answer>(&body).ok()?.reference?;
    let fits = reference.len() <= MAX_REFERENCE && reference.bytes().all(|b| b.is_ascii_graphic());
    fits.then_some(reference)
}

fn retry_after_ms(answer: &reqwest::Response) -> Option<u64> {
    let header = answer.headers().get(RETRY_AFTER)?.to_str().ok()?;
    Some(header.parse::<u64>().ok()?.min(RETRY_AFTER_MAX_S) * 1000)
}

impl Channel for SmsGateway {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> MessageChannel {
        MessageChannel::Sms
    }

    fn is_repeatable(&self) -> bool {
        true
    }

    fn send<'a>(&'a self, letter: &'a Letter) -> Sending<'a> {
        Box::pin(self.post(letter))
    }
}

/// Without the secret.
impl fmt::Debug for SmsGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmsGateway({})", self.name)
    }
}
