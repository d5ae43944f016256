//! A signed POST to a program of somebody's (the headers and signature of
//! `docs/spec/sms-gateway.md`): it recognises what it has had by its name, so that whatever became
//! of a request it may be made again.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use heqi_vocabulary::Clock;
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;

use crate::channel::SendError;
use crate::signature::{ID_HEADER, SIGNATURE_HEADER, Secret, TIMESTAMP_HEADER};

/// Where something is told by POST.
#[derive(Clone)]
pub struct Webhook {
    url: String,
    secret: Secret,
    timeout: Duration,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
}

impl Webhook {
    /// The program at `url`. Whom `http` believes is decided where it is made.
    pub fn new(
        url: &str,
        secret: Secret,
        timeout_ms: u32,
        (http, clock): (reqwest::Client, Arc<dyn Clock>),
    ) -> Self {
        let timeout = Duration::from_millis(u64::from(timeout_ms));
        Self { url: url.to_owned(), secret, timeout, http, clock }
    }

    /// Tells it a JSON document of this name.
    ///
    /// # Errors
    /// See [`SendError`]; never [`SendError::Uncertain`].
    pub async fn post(&self, id: &str, body: Vec<u8>) -> Result<(), SendError> {
        let at = self.clock.now().unix_seconds();
        let sent = self
            .http
            .post(&self.url)
            .timeout(self.timeout)
            .header(CONTENT_TYPE, "application/json")
            .header(ID_HEADER, id)
            .header(TIMESTAMP_HEADER, at)
            .header(SIGNATURE_HEADER, self.secret.sign(id, at, &body))
            .body(body)
            .send();
        let answer = sent.await.map_err(|_| SendError::later("webhook_unreachable"))?;
        match answer.status() {
            status if status.is_success() || status == StatusCode::CONFLICT => Ok(()),
            // A person sets that right; what was to be told is told then.
            _ => Err(SendError::later("webhook_failed")),
        }
    }
}

/// Without its address, which may hold a token.
impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Webhook")
    }
}
