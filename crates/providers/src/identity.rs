//! Providers of identity over HTTP (`docs/spec/attestation.md` section 3): real-name checks, the
//! population register's portraits, the registry's own check, corporate seals.
//!
//! One service may answer several kinds of question; each port is asked at its own
//! configured address. Nothing of a question is ever in an error or an address.

use std::sync::Arc;
use std::time::Duration;

use heqi_evidence::attestation::{Answer, Attestation, PersonOutcome, Question};
use heqi_evidence::canonical;
use heqi_evidence::statement::Statement as _;
use heqi_pki::dsse::Envelope;
use heqi_pki::keys::PublicKey;
use heqi_registration::ports::{
    Answering, Attested, CompanyFound, CorporateSeal, NotAnswered, PopulationPortrait, Portrait,
    RealNameProvider, RegistryIdentity, SealFound,
};
use heqi_service_kit::Trust;
use heqi_vocabulary::{Clock, Digest, UtcMillis};
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use zeroize::Zeroizing;

const CONNECT_DEADLINE: Duration = Duration::from_secs(2);
/// Of one call; a question with its repetitions ends within three of them.
const DEADLINE: Duration = Duration::from_secs(10);
const MAX_ENVELOPE_BYTES: usize = 64 << 10;
const MAX_PORTRAIT_BYTES: usize = 2 << 20;
const ENVELOPE_MEDIA_TYPE: &str = "application/vnd.dsse+json";
const PORTRAIT_MEDIA_TYPE: &str = "image/jpeg";
/// How often a busy provider is asked again.
const REPETITIONS: u32 = 2;
/// The longest pause between two calls, whatever the provider wants.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// Where a provider is and how its answers are recognised.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it from settings")]
pub struct ProviderSettings {
    /// Its name, as it signs it.
    pub provider: String,
    /// Where it answers, without a slash at the end. HTTPS, or plain HTTP on loopback.
    pub url: String,
    /// The credential it gave us.
    pub token: Zeroizing<String>,
    /// How its certificate is believed.
    pub trust: Trust,
    /// The keys it signs with: more than one while they change.
    pub keys: Vec<PublicKey>,
}

/// One provider of identity at one address.
#[derive(Clone)]
pub struct HttpIdentityProvider {
    client: reqwest::Client,
    settings: ProviderSettings,
    token: HeaderValue,
    clock: Arc<dyn Clock>,
}

/// Why there is no such client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityClientError {
    /// Plain HTTP to another machine would show everybody whom we ask about.
    #[error("a provider of identity is asked over https, or over http on loopback")]
    PlainHttp,
    /// The credential has characters that no header can carry.
    #[error("the credential for a provider of identity cannot be sent in a header")]
    Token,
    /// Without a key no answer could be believed.
    #[error("a provider of identity needs at least one key")]
    NoKey,
    /// The HTTP client cannot be made on this machine.
    #[error(transparent)]
    Client(#[from] crate::ClientError),
}

impl HttpIdentityProvider {
    /// A provider by its settings, and the clock its answers are compared with.
    ///
    /// # Errors
    /// [`IdentityClientError`].
    pub fn new(
        settings: ProviderSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, IdentityClientError> {
        const LOOPBACK: [&str; 3] = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
        let url = &settings.url;
        if !url.starts_with("https://") && !LOOPBACK.iter().any(|start| url.starts_with(start)) {
            return Err(IdentityClientError::PlainHttp);
        }
        if settings.keys.is_empty() {
            return Err(IdentityClientError::NoKey);
        }
        let bearer = Zeroizing::new(format!("Bearer {}", settings.token.as_str()));
        let mut token = HeaderValue::from_str(&bearer).map_err(|_| IdentityClientError::Token)?;
        token.set_sensitive(true);
        let made = |error: Box<dyn std::error::Error + Send + Sync>| {
            IdentityClientError::Client(crate::ClientError(error))
        };
        let client = settings
            .trust
            .client()
            .map_err(|error| made(error.into()))?
            .connect_timeout(CONNECT_DEADLINE)
            .timeout(DEADLINE)
            .build()
            .map_err(|error| made(error.into()))?;
        Ok(Self { client, settings, token, clock })
    }

    async fn ask(&self, question: Question) -> Result<(Attested<Answer>, String), NotAnswered> {
        let body =
            Zeroizing::new(canonical::to_bytes(&question).map_err(|error| not_believed(&error))?);
        let nonce = nonce_of(&question).ok_or(NotAnswered::NotConfigured)?;
        let url = format!("{}/questions", self.settings.url);
        let asked_at = self.clock.now();
        let bytes = self
            .call(ENVELOPE_MEDIA_TYPE, MAX_ENVELOPE_BYTES, || {
                self.client
                    .post(&url)
                    .header(CONTENT_TYPE, "application/json")
                    .header("idempotency-key", &nonce)
                    .body(body.to_vec())
            })
            .await?;
        let attested = self.believe(question, bytes, asked_at)?;
        Ok((attested, nonce))
    }

    fn believe(
        &self,
        question: Question,
        envelope: Vec<u8>,
        asked_at: UtcMillis,
    ) -> Result<Attested<Answer>, NotAnswered> {
        let opened = Envelope::from_json(&envelope).map_err(|error| not_believed(&error))?;
        let signed = Attestation::open(&opened, &self.settings.keys)
            .map_err(|error| not_believed(&error))?
            .into_statement();
        signed
            .answers(&question, &self.settings.provider, asked_at)
            .map_err(|error| not_believed(&error))?;
        Ok(Attested {
            answer: signed.answer,
            provider: signed.provider,
            answered_at: signed.answered_at,
            question,
            envelope,
        })
    }

    /// Calls, again while the provider is busy, and reads a bounded answer of one media type.
    async fn call(
        &self,
        media_type: &str,
        limit_bytes: usize,
        request: impl Fn() -> reqwest::RequestBuilder,
    ) -> Result<Vec<u8>, NotAnswered> {
        let mut repetitions = 0;
        loop {
            let sent = request().header(AUTHORIZATION, self.token.clone()).send().await;
            let (pause, failure) = match sent {
                Ok(response) if response.status() == StatusCode::OK => {
                    return read(response, media_type, limit_bytes).await;
                }
                Ok(response) if is_busy(response.status()) => {
                    let failure = NotAnswered::Unreachable("the provider is busy".to_owned());
                    (pause_wanted(&response), failure)
                }
                Ok(response) => return Err(NotAnswered::Refused(response.status().as_u16())),
                Err(error) => {
                    let is_final = !error.is_connect() && !error.is_timeout();
                    let failure = unreachable_because(error);
                    if is_final {
                        return Err(failure);
                    }
                    (Duration::from_millis(200), failure)
                }
            };
            if repetitions == REPETITIONS {
                return Err(failure);
            }
            repetitions += 1;
            tokio::time::sleep(pause).await;
        }
    }
}

async fn read(
    mut response: reqwest::Response,
    media_type: &str,
    limit_bytes: usize,
) -> Result<Vec<u8>, NotAnswered> {
    let found = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if found.map(|found| found.split(';').next().unwrap_or(found).trim()) != Some(media_type) {
        return Err(NotAnswered::NotBelieved("the answer is of another media type".to_owned()));
    }
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(unreachable_because)? {
        if body.len() + part.len() > limit_bytes {
            return Err(NotAnswered::NotBelieved("the answer is too long".to_owned()));
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

fn is_busy(status: StatusCode) -> bool {
    matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
}

fn pause_wanted(response: &reqwest::Response) -> Duration {
    let seconds = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let wanted = seconds.and_then(|text| text.parse().ok()).map(Duration::from_secs);
    wanted.unwrap_or(Duration::from_millis(200)).min(LONGEST_PAUSE)
}

/// The address stands in no error: it may hold a credential.
fn unreachable_because(error: reqwest::Error) -> NotAnswered {
    NotAnswered::Unreachable(error.without_url().to_string())
}

fn not_believed(error: &dyn std::error::Error) -> NotAnswered {
    NotAnswered::NotBelieved(error.to_string())
}

fn nonce_of(question: &Question) -> Option<String> {
    match question {
        Question::Person { nonce, .. }
        | Question::Company { nonce, .. }
        | Question::Portrait { nonce, .. }
        | Question::Registry { nonce, .. }
        | Question::Seal { nonce, .. } => Some(String::from(nonce.clone())),
        _ => None,
    }
}

/// The answer in the form of the port; the kinds were compared when the answer was believed.
fn as_port<T>(
    (attested, _): (Attested<Answer>, String),
    pick: impl FnOnce(Answer) -> Option<T>,
) -> Result<Attested<T>, NotAnswered> {
    let Attested { answer, provider, answered_at, question, envelope } = attested;
    let other = || NotAnswered::NotBelieved("the answer is of another kind".to_owned());
    let answer = pick(answer).ok_or_else(other)?;
    Ok(Attested { answer, provider, answered_at, question, envelope })
}

impl RealNameProvider for HttpIdentityProvider {
    fn person(&self, question: Question) -> Answering<'_, PersonOutcome> {
        Box::pin(async move {
            as_port(self.ask(question).await?, |answer| match answer {
                Answer::Person { outcome } => Some(outcome),
                _ => None,
            })
        })
    }

    fn company(&self, question: Question) -> Answering<'_, CompanyFound> {
        Box::pin(async move {
            as_port(self.ask(question).await?, |answer| match answer {
                Answer::Company { name_matches, status } => {
                    Some(CompanyFound { name_matches, status })
                }
                _ => None,
            })
        })
    }
}

impl PopulationPortrait for HttpIdentityProvider {
    fn portrait(&self, question: Question) -> Answering<'_, Option<Portrait>> {
        Box::pin(async move {
            let (attested, nonce) = self.ask(question).await?;
            let Answer::Portrait { sha256 } = attested.answer else {
                return Err(NotAnswered::NotBelieved("the answer is of another kind".to_owned()));
            };
            let portrait = match sha256 {
                None => None,
                Some(sha256) => {
                    let url = format!("{}/portraits/{nonce}", self.settings.url);
                    let get = || self.client.get(&url);
                    let bytes = self.call(PORTRAIT_MEDIA_TYPE, MAX_PORTRAIT_BYTES, get).await?;
                    if Digest::of(&bytes) != sha256 {
                        let other = "the picture is not the one that was signed";
                        return Err(NotAnswered::NotBelieved(other.to_owned()));
                    }
                    Some(Portrait { bytes, sha256 })
                }
            };
            as_port((attested, nonce), |_| Some(portrait))
        })
    }
}

impl RegistryIdentity for HttpIdentityProvider {
    fn verified_at(&self, question: Question) -> Answering<'_, Option<UtcMillis>> {
        Box::pin(async move {
            as_port(self.ask(question).await?, |answer| match answer {
                Answer::Registry { verified_at } => Some(verified_at),
                _ => None,
            })
        })
    }
}

impl CorporateSeal for HttpIdentityProvider {
    fn sealed(&self, question: Question) -> Answering<'_, Option<SealFound>> {
        Box::pin(async move {
            as_port(self.ask(question).await?, |answer| match answer {
                Answer::Seal { kind, sealed_at } => {
                    Some(sealed_at.map(|sealed_at| SealFound { kind, sealed_at }))
                }
                _ => None,
            })
        })
    }
}

impl std::fmt::Debug for HttpIdentityProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HttpIdentityProvider({})", self.settings.provider)
    }
}
