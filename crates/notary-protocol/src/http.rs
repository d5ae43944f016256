//! One connection pool with deadlines and bounded answers, and failures one would act on.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use heqi_service_kit::Trust;
use reqwest::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use zeroize::Zeroizing;

use crate::problem::ProblemNote;

/// Longest time a peer may ask us to wait, in seconds.
const RETRY_AFTER_MAX_S: u64 = 300;

/// How long a call may take from its first byte sent to its last byte received.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Deadlines {
    /// To reach the peer at all.
    pub connect_ms: u32,
    /// Checkpoints, heads, anchors and tiles.
    pub exchange_ms: u32,
    /// Deposits and entries: up to 64 MiB have to travel and to be examined.
    pub upload_ms: u32,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { connect_ms: 2_000, exchange_ms: 5_000, upload_ms: 60_000 }
    }
}

/// A credential sent as `Authorization: Bearer`. Never printed, wiped when dropped.
#[derive(Clone)]
pub struct Bearer(Arc<Zeroizing<String>>);

impl Bearer {
    /// Keeps the credential as it is to be sent.
    pub fn new(key: impl Into<String>) -> Self {
        Self(Arc::new(Zeroizing::new(key.into())))
    }

    /// The header as it is sent; marked so that no log shows it.
    pub fn header(&self) -> Option<HeaderValue> {
        let text = Zeroizing::new(format!("Bearer {}", self.0.as_str()));
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer(…)")
    }
}

/// Connections to peers, shared by every client of a program. Cheap to clone.
#[derive(Clone, Debug)]
pub struct HttpPool {
    http: reqwest::Client,
    deadlines: Deadlines,
}

/// The HTTP client could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client could not be set up")]
pub struct HttpPoolError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl HttpPool {
    /// A pool for plain HTTP on this machine. Redirects are not followed and no proxy is
    /// used: a peer is where its address says.
    ///
    /// # Errors
    /// The system gives no resolver or sockets.
    pub fn new(deadlines: Deadlines) -> Result<Self, HttpPoolError> {
        Self::trusting(&Trust::Nobody, deadlines)
    }

    /// A pool for a peer that is believed like this.
    ///
    /// # Errors
    /// As [`HttpPool::new`].
    pub fn trusting(trust: &Trust, deadlines: Deadlines) -> Result<Self, HttpPoolError> {
        let http = trust
            .client()
            .map_err(|error| HttpPoolError(error.into()))?
            .connect_timeout(ms(deadlines.connect_ms))
            .pool_idle_timeout(Duration::from_secs(30))
            .tcp_nodelay(true)
            .user_agent(concat!("heqi/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| HttpPoolError(error.into()))?;
        Ok(Self { http, deadlines })
    }

    pub(crate) fn get(&self, url: &str) -> Call {
        let request = self.http.get(url).timeout(ms(self.deadlines.exchange_ms));
        Call { request }
    }

    pub(crate) fn exchange(&self, url: &str, body: impl Into<Bytes>) -> Call {
        let request = self.http.post(url).timeout(ms(self.deadlines.exchange_ms)).body(body.into());
        Call { request }
    }

    pub(crate) fn upload(&self, url: &str, media_type: &'static str, body: Bytes) -> Call {
        let request = self
            .http
            .post(url)
            .timeout(ms(self.deadlines.upload_ms))
            .header(CONTENT_TYPE, media_type)
            .body(body);
        Call { request }
    }
}

/// A request about to be sent.
pub(crate) struct Call {
    request: reqwest::RequestBuilder,
}

/// What came back, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) media_type: String,
    pub(crate) body: Vec<u8>,
    retry_after_ms: Option<u64>,
}

impl Call {
    pub(crate) fn with_bearer(mut self, bearer: Option<&Bearer>) -> Self {
        if let Some(value) = bearer.and_then(Bearer::header) {
            self.request = self.request.header(AUTHORIZATION, value);
        }
        self
    }

    /// Sends the request and reads at most `limit_bytes` of the answer.
    pub(crate) async fn send(self, limit_bytes: usize) -> Result<Answer, CallError> {
        let mut response = self
            .request
            .header(ACCEPT_LANGUAGE, "en")
            .send()
            .await
            .map_err(|error| CallError::from_transport(&error))?;
        let status = response.status().as_u16();
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let media_type = header(CONTENT_TYPE).unwrap_or_default().to_owned();
        let retry_after_ms = header(RETRY_AFTER)
            .and_then(|value| value.parse::<u64>().ok())
            .map(|seconds| seconds.min(RETRY_AFTER_MAX_S) * 1_000);
        let mut body = Vec::new();
        while let Some(part) =
            response.chunk().await.map_err(|error| CallError::from_transport(&error))?
        {
            if body.len().saturating_add(part.len()) > limit_bytes {
                return Err(CallError::Unintelligible { what: "the answer is too long" });
            }
            body.extend_from_slice(&part);
        }
        Ok(Answer { status, media_type, body, retry_after_ms })
    }
}

impl Answer {
    /// The answer if it is a success.
    pub(crate) fn success(self) -> Result<Self, CallError> {
        if self.status == 200 { Ok(self) } else { Err(self.failure()) }
    }

    /// The failure behind an answer that no protocol gives another meaning.
    pub(crate) fn failure(self) -> CallError {
        let code = ProblemNote::code_of(self.status, &self.body);
        match self.status {
            408 | 425 | 429 | 500..=599 => {
                CallError::Unavailable { code, retry_after_ms: self.retry_after_ms }
            }
            400..=499 => CallError::Refused { status: self.status, code },
            _ => CallError::Unintelligible { what: "the status has no meaning here" },
        }
    }

    pub(crate) fn is(&self, media_type: &str) -> bool {
        self.media_type.split(';').next().is_some_and(|found| found.trim() == media_type)
    }
}

/// Why a call had no result, by what the caller does next.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// Not reached, too slow, overloaded or stopping. Nothing is known about the outcome;
    /// send the same again later.
    #[error("the peer did not answer ({code})")]
    Unavailable {
        /// A stable word: the peer's own, or `unreachable`, `timeout`, `broken_off`.
        code: String,
        /// How long the peer asks us to wait, in milliseconds.
        retry_after_ms: Option<u64>,
    },
    /// Understood and refused: the same again will be refused again. A person has to look.
    #[error("the peer refused: {code} (status {status})")]
    Refused {
        /// The status, 4xx.
        status: u16,
        /// The peer's stable word.
        code: String,
    },
    /// An answer outside the protocol. Send the same again much later, and raise an alarm.
    #[error("the peer's answer is outside the protocol: {what}")]
    Unintelligible {
        /// What is wrong with it.
        what: &'static str,
    },
}

impl CallError {
    /// Whether the same call may succeed later without anybody changing anything.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    fn from_transport(error: &reqwest::Error) -> Self {
        if error.is_builder() {
            // The text of the error names the address, which is ours to know, not the log's.
            return Self::Refused { status: 0, code: "bad_address".to_owned() };
        }
        let code = if error.is_timeout() {
            "timeout"
        } else if error.is_connect() {
            "unreachable"
        } else {
            "broken_off"
        };
        Self::Unavailable { code: code.to_owned(), retry_after_ms: None }
    }
}

fn ms(ms: u32) -> Duration {
    Duration::from_millis(ms.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        let media_type = "application/problem+json".to_owned();
        Answer { status, media_type, body: body.into(), retry_after_ms: Some(2_000) }
    }

    #[test]
    fn a_refusal_is_final_and_an_overload_is_not() {
        let refused = answer(422, r#"{"code":"not_logged"}"#).failure();
        assert_eq!(refused, CallError::Refused { status: 422, code: "not_logged".into() });
        assert!(!refused.is_transient());
        for status in [408, 429, 500, 503] {
            let busy = answer(status, r#"{"code":"unavailable"}"#).failure();
            let expected =
                CallError::Unavailable { code: "unavailable".into(), retry_after_ms: Some(2_000) };
            assert_eq!(busy, expected);
            assert!(busy.is_transient());
        }
        assert!(matches!(answer(302, "").failure(), CallError::Unintelligible { .. }));
    }

    #[test]
    fn a_bearer_is_sent_and_never_printed() {
        let bearer = Bearer::new("heqi_deposits_secret");
        assert_eq!(format!("{bearer:?}"), "Bearer(…)");
        let header = bearer.header().unwrap();
        assert_eq!(header.to_str().unwrap(), "Bearer heqi_deposits_secret");
        assert!(header.is_sensitive());
        assert!(Bearer::new("line\nbreak").header().is_none());
    }

    #[test]
    fn a_media_type_is_compared_without_its_parameters() {
        let mut answer = answer(409, "7\n");
        answer.media_type = "text/x.tlog.size; charset=utf-8".to_owned();
        assert!(answer.is("text/x.tlog.size"));
        assert!(!answer.is("text/x.tlog"));
    }
}
