//! The scenarios: what is done again and again, by `in_flight` workers, until the time is
//! over or nothing prepared is left.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use heqi_registration::capture_photo::MAX_PHOTOS;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::task::JoinSet;

use super::figures::Tally;
use super::prepare::{Captured, Floor};
use crate::client::CallError;
use crate::client::messages::Receipt;
use crate::photo;

/// What a run needs.
#[derive(Clone)]
pub(super) struct Run {
    pub(super) floor: Floor,
    pub(super) photo: Bytes,
    pub(super) in_flight: usize,
    pub(super) duration: Duration,
}

/// How long a deposit may take before it counts as an error.
const DEPOSIT_DEADLINE_MS: u64 = 20_000;

impl Run {
    /// Begin, capture and complete; `deposited` also waits for both custodians and
    /// measures only that wait.
    pub(super) async fn ceremonies(&self, tokens: Vec<String>, deposited: bool) -> (Tally, f64) {
        let run = self.clone();
        self.drive(tokens, move |token: String| {
            let run = run.clone();
            async move {
                let device = run.floor.device(&token);
                let photo = photo::with_comment(&run.photo, run.floor.entropy.as_ref());
                let begun = device.begin().await?;
                let digest = device.capture(&begun, photo).await?;
                let receipt = device.complete(&begun, digest, &Value::Null).await?;
                if deposited {
                    return run.until_deposited(&token, &receipt).await.map(Some);
                }
                Ok(None)
            }
        })
        .await
    }

    /// Photos only: the last one before signing counts, so one signing takes as many as a ceremony may.
    pub(super) async fn captures(&self, tokens: Vec<String>) -> (Tally, f64) {
        let tokens = Arc::new(Mutex::new(tokens));
        let start = Instant::now();
        let mut workers = JoinSet::new();
        for _ in 0..self.in_flight {
            let (run, tokens) = (self.clone(), tokens.clone());
            workers.spawn(async move {
                let mut tally = Tally::default();
                while start.elapsed() < run.duration {
                    let Some(token) = tokens.lock().pop() else { break };
                    run.capture_all(&token, start, &mut tally).await;
                }
                tally
            });
        }
        (gather(workers).await, start.elapsed().as_secs_f64())
    }

    async fn capture_all(&self, token: &str, start: Instant, tally: &mut Tally) {
        let device = self.floor.device(token);
        let begun = match device.begin().await {
            Ok(begun) => begun,
            Err(error) => {
                tally.failed(&error);
                return;
            }
        };
        for _ in 0..MAX_PHOTOS {
            if start.elapsed() >= self.duration {
                return;
            }
            let photo = photo::with_comment(&self.photo, self.floor.entropy.as_ref());
            let sent = Instant::now();
            match device.capture(&begun, photo).await {
                Ok(_) => tally.latencies.push(sent.elapsed()),
                Err(error) => tally.failed(&error),
            }
        }
    }

    /// Completions of signings that were brought up to the photo before.
    pub(super) async fn completions(&self, captured: Vec<Captured>) -> (Tally, f64) {
        let run = self.clone();
        self.drive(captured, move |one: Captured| {
            let run = run.clone();
            async move {
                let device = run.floor.device(&one.token);
                device.complete(&one.begun, one.photo, &Value::Null).await.map(|_| None)
            }
        })
        .await
    }

    /// Gives each worker one piece after the other. A piece may report a duration of its
    /// own; otherwise it is timed from outside.
    async fn drive<P, F, W>(&self, pieces: Vec<P>, work: W) -> (Tally, f64)
    where
        P: Send + 'static,
        F: Future<Output = Result<Option<Duration>, CallError>> + Send,
        W: Fn(P) -> F + Clone + Send + 'static,
    {
        let pieces = Arc::new(Mutex::new(pieces));
        let start = Instant::now();
        let mut workers = JoinSet::new();
        for _ in 0..self.in_flight {
            let (pieces, work, duration) = (pieces.clone(), work.clone(), self.duration);
            workers.spawn(async move {
                let mut tally = Tally::default();
                while start.elapsed() < duration {
                    let Some(piece) = pieces.lock().pop() else { break };
                    let sent = Instant::now();
                    match work(piece).await {
                        Ok(own) => tally.latencies.push(own.unwrap_or_else(|| sent.elapsed())),
                        Err(error) => tally.failed(&error),
                    }
                }
                tally
            });
        }
        (gather(workers).await, start.elapsed().as_secs_f64())
    }

    async fn until_deposited(&self, token: &str, receipt: &Receipt) -> Result<Duration, CallError> {
        let signed = Instant::now();
        let path = format!(
            "/api/v1/receipts/{}?wait=deposited&timeout_ms={DEPOSIT_DEADLINE_MS}",
            receipt.record_id
        );
        let caller = self.floor.integrator.with_token(token);
        let receipt: Receipt = caller.get(&path).await?;
        if receipt.deposited.of > 0 && receipt.deposited.held == receipt.deposited.of {
            Ok(signed.elapsed())
        } else {
            Err(CallError::Form { path, detail: "not deposited in time".into() })
        }
    }
}

async fn gather(mut workers: JoinSet<Tally>) -> Tally {
    let mut all = Tally::default();
    while let Some(tally) = workers.join_next().await {
        match tally {
            Ok(tally) => all.merge(tally),
            Err(error) => all.failed(&error),
        }
    }
    all
}
