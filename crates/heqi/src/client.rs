//! A client of the platform's HTTP interface, and a simulated signer's device on top.
//!
//! The demo and the load generator speak to the services only through this, over real
//! HTTP, exactly as an integrator would.

use std::time::Duration;

use bytes::Bytes;
use heqi_service_kit::Trust;
use heqi_vocabulary::Entropy;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) mod device;
pub(crate) mod messages;

const CALL_DEADLINE: Duration = Duration::from_secs(30);

/// Why a call gave no answer of the expected form.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// The service did not answer in time or at all.
    #[error("{path}: no answer: {source}")]
    Transport {
        /// The path that was called.
        path: String,
        /// What the HTTP library says.
        source: reqwest::Error,
    },
    /// The service answered with a problem (RFC 9457).
    #[error("{path}: {status} {code}: {detail}")]
    Problem {
        /// The path that was called.
        path: String,
        /// HTTP status.
        status: u16,
        /// The stable code.
        code: String,
        /// The sentence for people.
        detail: String,
    },
    /// The answer has another form.
    #[error("{path}: an answer of another form: {detail}")]
    Form {
        /// The path that was called.
        path: String,
        /// What is wrong.
        detail: String,
    },
}

/// One caller of one service: base address, credential, keep-alive connections.
#[derive(Clone)]
pub(crate) struct Caller {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
    language: &'static str,
}

impl Caller {
    pub(crate) fn new(http: reqwest::Client, base: &str, token: Option<&str>) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        Self { http, base, token: token.map(str::to_owned), language: "en" }
    }

    /// The same service with another credential.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same caller, reading another language.
    pub(crate) fn speaking(&self, language: &'static str) -> Self {
        Self { language, ..self.clone() }
    }

    pub(crate) async fn get<R: DeserializeOwned>(&self, path: &str) -> Result<R, CallError> {
        let request = self.http.get(self.url(path));
        self.json(path, request).await
    }

    pub(crate) async fn get_bytes(&self, path: &str) -> Result<Bytes, CallError> {
        let request = self.http.get(self.url(path));
        self.send(path, request).await
    }

    pub(crate) async fn post<B: Serialize, R: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
        entropy: &dyn Entropy,
    ) -> Result<R, CallError> {
        self.post_as(&fresh_key(entropy), path, body).await
    }

    /// The same under a name that the caller gives: what was sent before is answered as it was.
    pub(crate) async fn post_as<B: Serialize, R: DeserializeOwned>(
        &self,
        name: &str,
        path: &str,
        body: &B,
    ) -> Result<R, CallError> {
        let request = self.http.post(self.url(path)).header("idempotency-key", name);
        self.json(path, request.json(body)).await
    }

    pub(crate) async fn post_bytes<R: DeserializeOwned>(
        &self,
        path: &str,
        media_type: &str,
        body: Bytes,
        entropy: &dyn Entropy,
    ) -> Result<R, CallError> {
        self.post_bytes_as(&fresh_key(entropy), path, media_type, body).await
    }

    /// The same under a name that the caller gives.
    pub(crate) async fn post_bytes_as<R: DeserializeOwned>(
        &self,
        name: &str,
        path: &str,
        media_type: &str,
        body: Bytes,
    ) -> Result<R, CallError> {
        let request = self.http.post(self.url(path)).header("idempotency-key", name);
        self.json(path, request.header("content-type", media_type).body(body)).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    async fn json<R: DeserializeOwned>(
        &self,
        path: &str,
        request: reqwest::RequestBuilder,
    ) -> Result<R, CallError> {
        let body = self.send(path, request).await?;
        serde_json::from_slice(&body)
            .map_err(|e| CallError::Form { path: path.to_owned(), detail: e.to_string() })
    }

    async fn send(&self, path: &str, request: reqwest::RequestBuilder) -> Result<Bytes, CallError> {
        let transport = |source| CallError::Transport { path: path.to_owned(), source };
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let response = request
            .timeout(CALL_DEADLINE)
            .header("accept-language", self.language)
            .send()
            .await
            .map_err(transport)?;
        let status = response.status();
        let body = response.bytes().await.map_err(transport)?;
        if status.is_success() { Ok(body) } else { Err(problem(path, status.as_u16(), &body)) }
    }
}

fn problem(path: &str, status: u16, body: &[u8]) -> CallError {
    let document: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
    CallError::Problem { path: path.to_owned(), status, code: text("code"), detail: text("detail") }
}

fn fresh_key(entropy: &dyn Entropy) -> String {
    hex::encode(entropy.bytes::<16>())
}

/// The HTTP client everything here shares, with so many connections that none has to wait.
pub(crate) fn http(trust: &Trust) -> Result<reqwest::Client, HttpClientError> {
    let builder = trust.client().map_err(|error| HttpClientError(error.into()))?;
    builder.pool_max_idle_per_host(1024).build().map_err(|error| HttpClientError(error.into()))
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be made: {0}")]
pub(crate) struct HttpClientError(Box<dyn std::error::Error + Send + Sync>);
