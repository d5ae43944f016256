//! People who come when they come (open loop): a visit begins at its time, whether or not
//! those before it are done, and whoever is refused goes away.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::task::JoinSet;

use super::scenario::Run;
use crate::client::CallError;
use crate::client::messages::Receipt;
use crate::photo;

/// What all visits came to.
#[derive(Default)]
pub(super) struct Visits {
    /// How long each request took that was taken.
    pub(super) accepted: Vec<Duration>,
    /// Requests that were refused, by status and code.
    pub(super) refused: BTreeMap<String, u64>,
    /// Requests without an answer, or with one outside the protocol.
    pub(super) failed: BTreeMap<String, u64>,
    /// Ceremonies that ended with a receipt.
    pub(super) completed: usize,
    /// What was promised, where it is kept.
    pub(super) receipts: Vec<Receipt>,
}

impl Visits {
    fn add(&mut self, visit: Visit, keeps_receipts: bool) {
        self.accepted.extend(visit.accepted);
        match visit.end {
            Ok(receipt) => {
                self.completed += 1;
                if keeps_receipts {
                    self.receipts.push(receipt);
                }
            }
            Err(CallError::Problem { status, code, .. }) if matches!(status, 429 | 503) => {
                *self.refused.entry(format!("{status} {code}")).or_default() += 1;
            }
            Err(CallError::Problem { status, code, .. }) => {
                *self.failed.entry(format!("{status} {code}")).or_default() += 1;
            }
            Err(CallError::Transport { source, .. }) => {
                let what = if source.is_timeout() { "no answer in time" } else { "no answer" };
                *self.failed.entry(what.to_owned()).or_default() += 1;
            }
            Err(CallError::Form { .. }) => {
                *self.failed.entry("an answer of another form".to_owned()).or_default() += 1;
            }
        }
    }
}

struct Visit {
    accepted: Vec<Duration>,
    end: Result<Receipt, CallError>,
}

/// Visits under way.
pub(super) struct Floodgate {
    run: Run,
    under_way: JoinSet<Visit>,
    pub(super) visits: Visits,
    keeps_receipts: bool,
}

impl Floodgate {
    pub(super) fn new(run: Run) -> Self {
        let (under_way, visits) = (JoinSet::new(), Visits::default());
        Self { run, under_way, visits, keeps_receipts: true }
    }

    /// The same without keeping receipts: for a run whose own memory must not grow.
    pub(super) fn counting(run: Run) -> Self {
        Self { keeps_receipts: false, ..Self::new(run) }
    }

    /// Lets these in from `start` on, so many in a second. Gives when the next would come.
    pub(super) async fn let_in(
        &mut self,
        tokens: Vec<String>,
        start: Instant,
        rate: f64,
    ) -> Instant {
        let apart = Duration::from_secs_f64(1.0 / rate.max(f64::EPSILON));
        let mut at = start;
        for token in tokens {
            tokio::time::sleep_until(at.into()).await;
            while let Some(done) = self.under_way.try_join_next() {
                self.note(done);
            }
            let run = self.run.clone();
            self.under_way.spawn(async move { visit(&run, &token).await });
            at += apart;
        }
        at
    }

    /// Waits for those who are still there.
    pub(super) async fn close(mut self) -> Visits {
        while let Some(done) = self.under_way.join_next().await {
            self.note(done);
        }
        self.visits
    }

    fn note(&mut self, done: Result<Visit, tokio::task::JoinError>) {
        match done {
            Ok(visit) => self.visits.add(visit, self.keeps_receipts),
            Err(_) => *self.visits.failed.entry("a visitor panicked".to_owned()).or_default() += 1,
        }
    }
}

/// One ceremony, request by request.
async fn visit(run: &Run, token: &str) -> Visit {
    let mut accepted = Vec::with_capacity(3);
    let end = ceremony(run, token, &mut accepted).await;
    Visit { accepted, end }
}

async fn ceremony(
    run: &Run,
    token: &str,
    accepted: &mut Vec<Duration>,
) -> Result<Receipt, CallError> {
    let device = run.floor.device(token);
    let photo = photo::with_comment(&run.photo, run.floor.entropy.as_ref());
    let mut sent = Instant::now();
    let mut took = |sent: &mut Instant| {
        accepted.push(sent.elapsed());
        *sent = Instant::now();
    };
    let begun = device.begin().await?;
    took(&mut sent);
    let digest = device.capture(&begun, photo).await?;
    took(&mut sent);
    let receipt = device.complete(&begun, digest, &Value::Null).await?;
    took(&mut sent);
    Ok(receipt)
}

#[cfg(test)]
mod tests {
    use heqi_evidence::leaf::RecordRoot;
    use heqi_vocabulary::{Digest, RecordId};

    use super::*;
    use crate::client::messages::Deposited;

    fn visit() -> Visit {
        let receipt = Receipt {
            record_id: RecordId::from_bytes([1; 16]),
            record_root: RecordRoot::new(Digest::of(b"root")),
            logged: None,
            witnessed: None,
            mirrored: None,
            deposited: Deposited { held: 0, of: 2 },
        };
        Visit { accepted: vec![Duration::from_millis(1); 3], end: Ok(receipt) }
    }

    #[test]
    fn a_run_that_only_counts_keeps_no_receipts() {
        for (keeps, kept) in [(true, 2), (false, 0)] {
            let mut visits = Visits::default();
            visits.add(visit(), keeps);
            visits.add(visit(), keeps);
            assert_eq!((visits.completed, visits.receipts.len()), (2, kept));
            assert_eq!(visits.accepted.len(), 6);
        }
    }
}
