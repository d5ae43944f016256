//! An office's case system over HTTP: where certificate numbers come from
//! (`docs/spec/register-service.md`).
//!
//! One call, `POST {url}/numbers` with `{"application","category","office","year"}` and the application's
//! number as `Idempotency-Key`, answered by `{"application","number"}`. The register learns a
//! number of ours and nothing of anybody. Asking again under the same key has the same answer; whoever
//! asks (`heqi_notarization::matter::approve::ask_register`) does so until there is one.

use std::time::Duration;

use futures_util::StreamExt as _;
use heqi_notarization::matter::number::{ApplicationNo, CertificateNo};
use heqi_notarization::matter::register::{
    CertificateRegister, NumberRequest, RegisterAnswer, RegisterError,
};
use heqi_service_kit::{Secret, Trust};
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};

use crate::ClientError;

const CONNECT_DEADLINE: Duration = Duration::from_secs(2);
/// From the first byte sent to the last received.
const DEADLINE: Duration = Duration::from_secs(10);
/// The longest answer, in bytes: two numbers, and room.
const MAX_ANSWER_BYTES: usize = 4 << 10;
const JSON: &str = "application/json";

/// A register at one address.
pub struct HttpRegister {
    client: reqwest::Client,
    url: String,
    token: Secret<String>,
}

#[derive(Serialize)]
struct Asked<'a> {
    application: ApplicationNo,
    category: &'a str,
    office: &'a str,
    year: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answered {
    application: ApplicationNo,
    number: CertificateNo,
}

impl HttpRegister {
    /// The register that answers at this address to whoever has the token. Redirects are not
    /// followed: who answers is configured, not told by whoever answers.
    ///
    /// # Errors
    /// The HTTP client cannot be made on this machine.
    pub fn at(url: &str, token: Secret<String>, trust: &Trust) -> Result<Self, ClientError> {
        Self::within(DEADLINE, url, token, trust)
    }

    /// The same with another deadline for each answer.
    ///
    /// # Errors
    /// The HTTP client cannot be made on this machine.
    pub fn within(
        deadline: Duration,
        url: &str,
        token: Secret<String>,
        trust: &Trust,
    ) -> Result<Self, ClientError> {
        let made = |error: Box<dyn std::error::Error + Send + Sync>| ClientError(error);
        let client = trust
            .client()
            .map_err(|error| made(error.into()))?
            .connect_timeout(CONNECT_DEADLINE)
            .timeout(deadline)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| made(error.into()))?;
        Ok(Self { client, url: format!("{}/numbers", url.trim_end_matches('/')), token })
    }

    async fn ask(&self, request: &NumberRequest) -> Result<CertificateNo, RegisterError> {
        let NumberRequest { application, series, year } = request;
        let asked = Asked {
            application: *application,
            category: series.category(),
            office: series.office(),
            year: *year,
        };
        let body = serde_json::to_vec(&asked).map_err(|_| RegisterError::OtherForm)?;
        let sent = self
            .client
            .post(&self.url)
            .bearer_auth(self.token.expose())
            .header("idempotency-key", application.to_string())
            .header(CONTENT_TYPE, JSON)
            .body(body)
            .send()
            .await;
        let response = sent.map_err(|_| RegisterError::Unreachable)?;
        match response.status() {
            StatusCode::OK | StatusCode::CREATED => {}
            status if is_for_later(status) => return Err(RegisterError::Unreachable),
            _ => return Err(RegisterError::Refused),
        }
        let mut body = Vec::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk.map_err(|_| RegisterError::Unreachable)?);
            if body.len() > MAX_ANSWER_BYTES {
                return Err(RegisterError::OtherForm);
            }
        }
        let answered: Answered =
            serde_json::from_slice(&body).map_err(|_| RegisterError::OtherForm)?;
        let Answered { application: answered_for, number } = answered;
        // An answer to somebody else's question is none.
        let fits =
            answered_for == *application && number.series() == series && number.year() == *year;
        if fits { Ok(number) } else { Err(RegisterError::OtherForm) }
    }
}

/// Not now: 202 while the register has not decided, what a busy or broken service says, and what a
/// wrong credential says, which somebody mends without this request being wrong.
fn is_for_later(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(
            status,
            StatusCode::ACCEPTED
                | StatusCode::UNAUTHORIZED
                | StatusCode::REQUEST_TIMEOUT
                | StatusCode::TOO_EARLY
                | StatusCode::TOO_MANY_REQUESTS
        )
}

impl CertificateRegister for HttpRegister {
    fn request_number<'a>(&'a self, request: &'a NumberRequest) -> RegisterAnswer<'a> {
        Box::pin(self.ask(request))
    }
}

/// Without address and token.
impl std::fmt::Debug for HttpRegister {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpRegister").finish_non_exhaustive()
    }
}
