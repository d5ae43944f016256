//! The office's own log to the platform's witness: whenever the head has changed, and from
//! time to time when it has not, so that a fresh cosignature shows that nothing was added
//! unseen.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::log::{Head, ProofError, PublishError};
use heqi_notary_protocol::Backoff;
use heqi_notary_protocol::witness::AddCheckpointError;
use heqi_service_kit::Shutdown;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::witness::AddCheckpoint;
use heqi_vocabulary::{Clock, Entropy, UtcMillis};

use crate::figures::Figures;
use crate::service::PeerWitness;

/// While both organisations start, the one asks before the other is ready.
const STARTING_FAILURES: u32 = 2;

/// Feeds one log to one witness until the program stops.
pub(crate) struct Feed {
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) peer: PeerWitness,
    pub(crate) figures: Arc<Figures>,
    /// Set while the peer holds a longer log than ours: our store was set back.
    pub(crate) is_behind: Arc<AtomicBool>,
    pub(crate) interval_ms: u64,
    pub(crate) recosign_ms: u64,
}

/// What is known of the witness.
struct Standing {
    /// The size it cosigned last, as far as we know.
    size: u64,
    /// When; `None` before the first in this run.
    at: Option<UtcMillis>,
}

/// Why one attempt brought no cosignature.
#[derive(Debug, thiserror::Error)]
enum FeedError {
    #[error("the witness gave no cosignature")]
    Witness(#[from] AddCheckpointError),
    #[error("the growth of the log could not be proved")]
    Proof(#[from] ProofError),
    #[error("the cosigned head could not be published")]
    Publish(#[from] PublishError),
    #[error("the witness has cosigned {theirs} entries, our log has only {ours}: it was set back")]
    Behind { ours: u64, theirs: u64 },
    #[error("the growth of the log needs more proof lines than a request holds")]
    ProofTooLong,
}

impl Feed {
    pub(crate) async fn run(self, mut shutdown: Shutdown) -> Result<(), Infallible> {
        let published = self.backend.log().published();
        let mut standing = Standing { size: published.map_or(0, |head| head.size()), at: None };
        let mut failures = 0u32;
        loop {
            let wait_ms = match self.look(&mut standing).await {
                Ok(()) => {
                    failures = 0;
                    self.interval_ms
                }
                Err(error) => {
                    failures = failures.saturating_add(1);
                    self.figures.feed_failed();
                    // While both sides start, the first asks too early.
                    if failures > STARTING_FAILURES {
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            failures,
                            "own log not cosigned"
                        );
                    }
                    Backoff::default().wait_ms(failures, &*self.entropy)
                }
            };
            tokio::select! {
                () = shutdown.requested() => return Ok(()),
                () = tokio::time::sleep(Duration::from_millis(wait_ms)) => {}
            }
        }
    }

    /// Has the head cosigned if that is due.
    async fn look(&self, standing: &mut Standing) -> Result<(), FeedError> {
        let head = self.backend.log().head();
        self.figures.own_log(head.size(), standing.size);
        if self.backend.read_only().is_some() {
            // Nothing grows, and what the platform says about us is asked elsewhere.
            return Ok(());
        }
        if !self.is_due(&head, standing) {
            return Ok(());
        }
        let asked = match self.ask(&head, standing.size).await {
            // The witness knows better than we what it cosigned: once more, from there.
            Err(FeedError::Witness(AddCheckpointError::Conflict { cosigned_size })) => {
                standing.size = cosigned_size;
                self.ask(&head, cosigned_size).await
            }
            other => other,
        };
        let behind = matches!(asked, Err(FeedError::Behind { .. }));
        self.is_behind.store(behind, Ordering::Relaxed);
        let cosigned = asked?;
        *standing = Standing { size: head.size(), at: Some(self.clock.now()) };
        self.backend.log().publish(cosigned).await?;
        self.figures.own_log(head.size(), standing.size);
        Ok(())
    }

    fn is_due(&self, head: &Head, standing: &Standing) -> bool {
        let recosign_ms = i64::try_from(self.recosign_ms).unwrap_or(i64::MAX);
        let now = self.clock.now();
        head.size() != standing.size
            || standing.at.is_none_or(|at| {
                // A clock that was set back must not silence the feed.
                !(0..recosign_ms).contains(&now.millis_since(at))
            })
    }

    async fn ask(&self, head: &Head, old_size: u64) -> Result<SignedCheckpoint, FeedError> {
        if old_size > head.size() {
            return Err(FeedError::Behind { ours: head.size(), theirs: old_size });
        }
        let proof = self.backend.log().consistency_proof(old_size, head.size()).await?;
        let request = AddCheckpoint::new(old_size, proof, head.checkpoint().clone())
            .map_err(|_| FeedError::ProofTooLong)?;
        Ok(self.peer.client.add_checkpoint(&request, &self.peer.keys).await?)
    }
}
