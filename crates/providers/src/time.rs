//! A time authority over HTTP.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use heqi_evidence_store::stamping::{TimeAuthority, Unanswered};
use heqi_pki::timestamp::{MAX_RESPONSE_BYTES, QUERY_MEDIA_TYPE, REPLY_MEDIA_TYPE};
use heqi_service_kit::Trust;
use reqwest::header::CONTENT_TYPE;

use crate::ClientError;

const CONNECT_DEADLINE: Duration = Duration::from_secs(2);
/// From the first byte sent to the last received.
const DEADLINE: Duration = Duration::from_secs(10);

/// One authority at one address.
#[derive(Clone, Debug)]
pub struct HttpTimeAuthority {
    client: reqwest::Client,
    url: String,
}

impl HttpTimeAuthority {
    /// An authority that answers at this address and is believed like this to be itself;
    /// its tokens speak for themselves. Redirects are not followed: who answers is
    /// configured, not told by whoever answers.
    ///
    /// # Errors
    /// The HTTP client cannot be made on this machine.
    pub fn at(url: impl Into<String>, trust: &Trust) -> Result<Self, ClientError> {
        let made = |error: Box<dyn std::error::Error + Send + Sync>| ClientError(error);
        let client = trust
            .client()
            .map_err(|error| made(error.into()))?
            .connect_timeout(CONNECT_DEADLINE)
            .timeout(DEADLINE)
            .build()
            .map_err(|error| made(error.into()))?;
        Ok(Self { client, url: url.into() })
    }

    async fn exchange(&self, request: Vec<u8>) -> Result<Vec<u8>, Unanswered> {
        // The address is not in the text: it may hold a credential.
        let failed = |error: reqwest::Error| Unanswered(error.without_url().to_string());
        let response = self
            .client
            .post(&self.url)
            .header(CONTENT_TYPE, QUERY_MEDIA_TYPE)
            .body(request)
            .send()
            .await
            .map_err(failed)?;
        if !response.status().is_success() {
            return Err(Unanswered(format!("status {}", response.status().as_u16())));
        }
        let media_type = response.headers().get(CONTENT_TYPE);
        if media_type.is_none_or(|found| found != REPLY_MEDIA_TYPE) {
            return Err(Unanswered("the answer is of another media type".into()));
        }
        let mut body = Vec::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk.map_err(failed)?);
            if body.len() > MAX_RESPONSE_BYTES {
                return Err(Unanswered("the answer is too long".into()));
            }
        }
        Ok(body)
    }
}

impl TimeAuthority for HttpTimeAuthority {
    fn answer(&self, request: Vec<u8>) -> BoxFuture<'_, Result<Vec<u8>, Unanswered>> {
        Box::pin(self.exchange(request))
    }
}
