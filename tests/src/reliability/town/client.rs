//! A client that asks until it is answered: every act is sent under one idempotency key, and
//! again under the same key when no answer came, as docs tell integrators to. What was
//! answered stands in a book.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use heqi_vocabulary::Digest;
use parking_lot::Mutex;
use serde_json::Value;

use super::PATIENCE;
use crate::reliability::Tried;

const SHORT: Duration = Duration::from_millis(20);
/// Longest wait for one answer; a frozen process gives none.
const ONE_ANSWER: Duration = Duration::from_secs(20);
const JSON: &str = "application/json";

/// One act and how it is asked for, again and again.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) token: String,
    pub(crate) path: String,
    media_type: &'static str,
    body: Bytes,
}

/// What was answered to an act.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) post: Post,
    pub(crate) answer: Value,
}

/// Everything that was answered, in the order in which the answers came, and how often which
/// problem was the answer instead.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book(Arc<Mutex<Pages>>);

#[derive(Debug, Default)]
struct Pages {
    answered: Vec<Answered>,
    problems: BTreeMap<String, u64>,
}

impl Book {
    /// Answers so far.
    pub(crate) fn len(&self) -> usize {
        self.0.lock().answered.len()
    }

    /// Notes an answer.
    pub(crate) fn note(&self, answered: Answered) {
        self.0.lock().answered.push(answered);
    }

    /// Completed signings among the answers from the `from`-th on.
    pub(crate) fn signings_since(&self, from: usize) -> usize {
        let pages = self.0.lock();
        pages.answered.iter().skip(from).filter(|answered| answered.is_signing()).count()
    }

    /// The answers from the `from`-th on.
    pub(crate) fn since(&self, from: usize) -> Vec<Answered> {
        self.0.lock().answered.iter().skip(from).cloned().collect()
    }

    /// How often a problem of this code came, each with the time to wait.
    pub(crate) fn refused(&self, code: &str) -> u64 {
        self.0.lock().problems.get(code).copied().unwrap_or(0)
    }
}

impl Answered {
    /// Whether it is the receipt of a completed signing.
    pub(crate) fn is_signing(&self) -> bool {
        self.post.path.ends_with("/complete")
    }
}

/// How one attempt ended without an answer.
enum Failed {
    /// Nothing answered, or it said to come back.
    Again(String),
    /// It was refused.
    Refused(String),
}

/// One service.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
}

impl Client {
    pub(super) fn of(base: &str) -> Tried<Self> {
        let http = heqi_service_kit::Trust::Nobody.client()?.timeout(ONE_ANSWER).build()?;
        Ok(Self { http, base: base.to_owned() })
    }

    /// An act, asked for until it is answered, and noted.
    pub(crate) async fn post(
        &self,
        book: &Book,
        token: &str,
        path: &str,
        body: &Value,
    ) -> Tried<Value> {
        self.upload(book, token, path, JSON, body.to_string().into()).await
    }

    /// The same with a file.
    pub(crate) async fn upload(
        &self,
        book: &Book,
        token: &str,
        path: &str,
        media_type: &'static str,
        body: Bytes,
    ) -> Tried<Value> {
        let post = Post { token: token.to_owned(), path: path.to_owned(), media_type, body };
        let answer = self.ask(book, &post).await?;
        book.note(Answered { post, answer: answer.clone() });
        Ok(answer)
    }

    /// Asks until there is an answer.
    pub(crate) async fn ask(&self, book: &Book, post: &Post) -> Tried<Value> {
        let key = format!("{} {} {}", post.token, post.path, Digest::of(&post.body));
        let key = Digest::of(key.as_bytes()).to_string();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let request = self.http.post(format!("{}{}", self.base, post.path));
            let request = request.header("content-type", post.media_type);
            let request = request.header("idempotency-key", &key).body(post.body.clone());
            match self.send(book, request, &post.token).await {
                Ok(body) => return Ok(serde_json::from_slice(&body)?),
                Err(Failed::Refused(why)) => return Err(format!("{}: {why}", post.path).into()),
                Err(Failed::Again(why)) if Instant::now() > deadline => {
                    return Err(format!("{} is never answered: {why}", post.path).into());
                }
                Err(Failed::Again(_)) => tokio::time::sleep(SHORT).await,
            }
        }
    }

    /// GET, once.
    pub(crate) async fn get(&self, token: &str, path: &str) -> Tried<Bytes> {
        let request = self.http.get(format!("{}{path}", self.base));
        self.send(&Book::default(), request, token).await.map_err(|failed| {
            let (Failed::Again(why) | Failed::Refused(why)) = failed;
            format!("{path}: {why}").into()
        })
    }

    /// GET until it is answered, as JSON.
    pub(crate) async fn read(&self, token: &str, path: &str) -> Tried<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let request = self.http.get(format!("{}{path}", self.base));
            match self.send(&Book::default(), request, token).await {
                Ok(body) => return Ok(serde_json::from_slice(&body)?),
                Err(Failed::Again(_)) if Instant::now() < deadline => {
                    tokio::time::sleep(SHORT).await;
                }
                Err(Failed::Again(why) | Failed::Refused(why)) => {
                    return Err(format!("{path}: {why}").into());
                }
            }
        }
    }

    async fn send(
        &self,
        book: &Book,
        request: reqwest::RequestBuilder,
        token: &str,
    ) -> Result<Bytes, Failed> {
        let again = |error: reqwest::Error| Failed::Again(error.to_string());
        let request = if token.is_empty() { request } else { request.bearer_auth(token) };
        let response = request.send().await.map_err(again)?;
        let status = response.status().as_u16();
        let says_when = response.headers().contains_key("retry-after");
        let body = response.bytes().await.map_err(again)?;
        if status < 300 {
            return Ok(body);
        }
        let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
        let code = problem.get("code").and_then(Value::as_str).unwrap_or_default().to_owned();
        let said = format!("{status} {}", String::from_utf8_lossy(&body));
        if !matches!(status, 429 | 503) {
            return Err(Failed::Refused(said));
        }
        if !says_when {
            return Err(Failed::Refused(format!("no Retry-After: {said}")));
        }
        *book.0.lock().problems.entry(code).or_default() += 1;
        Err(Failed::Again(said))
    }
}
