//! Blocking calls to one service: whoever asks waits on a thread of its own, the connections
//! live on another. What comes back is bytes within a bound, or a word of why not, which names
//! no address and no credential.

use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};
use std::time::Duration;

use heqi_service_kit::{Secret, Trust};
use tokio::sync::mpsc as queue;

use crate::ClientError;

const CONNECT_DEADLINE: Duration = Duration::from_secs(2);
const DEADLINE: Duration = Duration::from_secs(10);
/// Calls that may be under way or waiting; more are refused at once.
const WAITING: usize = 256;

/// One service.
pub(crate) struct Agent {
    calls: queue::Sender<Call>,
}

/// What is posted.
pub(crate) struct Post {
    pub(crate) url: String,
    pub(crate) media_type: &'static str,
    pub(crate) body: Vec<u8>,
}

struct Call {
    post: Post,
    answer: SyncSender<Result<Vec<u8>, &'static str>>,
}

struct Client {
    http: reqwest::Client,
    token: Option<Secret<String>>,
    most_bytes: usize,
}

impl Agent {
    /// An agent whose thread has this name; the token goes with every call.
    ///
    /// # Errors
    /// No client or no thread can be made on this machine.
    pub(crate) fn new(
        name: &str,
        token: Option<Secret<String>>,
        trust: &Trust,
        most_bytes: usize,
    ) -> Result<Self, ClientError> {
        let made = |error: Box<dyn std::error::Error + Send + Sync>| ClientError(error);
        let http = trust
            .client()
            .map_err(|error| made(error.into()))?
            .connect_timeout(CONNECT_DEADLINE)
            .timeout(DEADLINE)
            .build()
            .map_err(|error| made(error.into()))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| made(error.into()))?;
        let client = Arc::new(Client { http, token, most_bytes });
        let (calls, mut waiting) = queue::channel::<Call>(WAITING);
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                runtime.block_on(async move {
                    while let Some(call) = waiting.recv().await {
                        let client = client.clone();
                        tokio::spawn(async move {
                            let answer = client.exchange(call.post).await;
                            // Whoever asked may be gone.
                            let _ = call.answer.send(answer);
                        });
                    }
                });
            })
            .map_err(|error| made(error.into()))?;
        Ok(Self { calls })
    }

    /// Posts, and waits for the answer.
    pub(crate) fn call(&self, post: Post) -> Result<Vec<u8>, &'static str> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.calls.try_send(Call { post, answer }).map_err(|_| "too much is asked at once")?;
        let longest = DEADLINE + CONNECT_DEADLINE;
        answered.recv_timeout(longest).map_err(|_| "no answer in time")?
    }
}

impl Client {
    async fn exchange(&self, post: Post) -> Result<Vec<u8>, &'static str> {
        let request = self.http.post(post.url).header("content-type", post.media_type);
        let request = request.body(post.body);
        let request = match &self.token {
            Some(token) => request.bearer_auth(token.expose()),
            None => request,
        };
        let sent = request.send().await;
        let mut response =
            sent.map_err(
                |error| {
                    if error.is_timeout() { "no answer in time" } else { "not reached" }
                },
            )?;
        if response.status() != 200 {
            return Err("refused");
        }
        let mut answer = Vec::new();
        while let Some(part) = response.chunk().await.map_err(|_| "broken off")? {
            if answer.len() + part.len() > self.most_bytes {
                return Err("the answer is too long");
            }
            answer.extend_from_slice(&part);
        }
        Ok(answer)
    }
}
