//! Asking peers again and again: before anything is written, and each minute afterwards.
//!
//! The gate of a store opens when every peer that must be heard has said that it holds nothing more of ours than we do.
//! A peer that proves the contrary shuts it. What a peer says is judged by [`Side`], because only the side itself knows
//! what it holds.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::gate::{ClockGap, PeerClock, WriteGate, note_clock_gap};
use heqi_pki::keys::Signer;
use heqi_vocabulary::{Clock, Entropy};

use super::{Heard, LastCertificate, PeerClient, PeerError, PeerStanding};

/// The first pause between questions while nobody has answered, in milliseconds; it doubles up to
/// [`LONGEST_PAUSE_MS`].
const FIRST_PAUSE_MS: u64 = 50;
/// The longest pause between questions while somebody is still to be heard, in milliseconds.
const LONGEST_PAUSE_MS: u64 = 1_000;
/// The pause between questions afterwards, in milliseconds.
const USUAL_PAUSE_MS: u64 = 60_000;

/// What follows from what a peer holds.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever asks must decide about each")]
pub enum Judgement {
    /// We hold everything it holds of ours.
    Level,
    /// It proved that we do not; the sentence names what is missing.
    Behind(String),
}

/// The side that asks.
pub trait Side: Send + Sync {
    /// Compares what the peer holds with what we hold. An error says that the answer cannot be used.
    fn judge<'a>(&'a self, standing: &'a PeerStanding) -> BoxFuture<'a, Result<Judgement, String>>;

    /// The newest certificate number of each year and series, oldest first, for the peer to keep. Only what is durable.
    fn last_certificates(&self) -> BoxFuture<'_, Result<Vec<LastCertificate>, String>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// A peer and what its silence means.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Peer {
    /// The word for it in logs.
    pub name: &'static str,
    /// The way to it.
    pub client: PeerClient,
    /// Whether nothing is written before it has been heard.
    pub must_be_heard: bool,
}

/// Whoever asks, and what depends on the answers.
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Asking {
    /// Origin of our log.
    pub origin: String,
    /// The key of our log.
    pub signer: Arc<dyn Signer>,
    /// Compares.
    pub side: Arc<dyn Side>,
    /// Our store, to note gaps of clocks in.
    pub backend: Arc<dyn Backend>,
    /// What is held closed until then.
    pub gate: Arc<WriteGate>,
    /// Hears of the peers' clocks.
    pub peer_clock: Arc<PeerClock>,
    /// Our clock.
    pub clock: Arc<dyn Clock>,
    /// Draws nonces.
    pub entropy: Arc<dyn Entropy>,
}

/// Asks peers.
pub struct PeerWatch {
    asking: Asking,
    peers: Vec<(Peer, bool)>,
    pause_ms: u64,
}

/// Our store was set back: a peer proved it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{peer} holds more of ours than this store: {missing}")]
pub struct SetBack {
    /// The peer.
    pub peer: &'static str,
    /// What is missing and what to do.
    pub missing: String,
}

impl PeerWatch {
    /// A watch over these peers. Without any the gate opens at once: nothing outside can tell.
    pub fn new(asking: Asking, peers: Vec<Peer>) -> Self {
        if peers.is_empty() {
            tracing::warn!(
                "no peer is configured: nothing outside can notice a store that was set back"
            );
            asking.gate.release();
        }
        let peers = peers.into_iter().map(|peer| (peer, false)).collect();
        Self { asking, peers, pause_ms: FIRST_PAUSE_MS }
    }

    /// Asks every peer once.
    ///
    /// # Errors
    /// A peer proved that our store was set back; the gate is shut.
    pub async fn round(&mut self) -> Result<(), SetBack> {
        let asking = &self.asking;
        // Without them the question is as good; the peer keeps what it was told before.
        let given = asking.side.last_certificates().await.unwrap_or_else(|reason| {
            tracing::warn!(reason, "the last certificate numbers could not be read");
            Vec::new()
        });
        let said = (asking.origin.as_str(), given.as_slice());
        let ask = self.peers.iter().map(|(peer, _)| {
            peer.client.ask(said, &*asking.signer, &*asking.clock, &*asking.entropy)
        });
        let answers = join_all(ask).await;
        let mut set_back = None;
        for ((peer, is_heard), answer) in self.peers.iter_mut().zip(answers) {
            match judge(asking, peer, answer).await {
                Ok(Judgement::Level) => *is_heard = true,
                Ok(Judgement::Behind(missing)) => {
                    set_back = Some(SetBack { peer: peer.name, missing });
                }
                Err(reason) if *is_heard => {
                    tracing::debug!(peer = peer.name, reason, "the peer is not heard now");
                }
                Err(reason) => {
                    tracing::info!(peer = peer.name, reason, "the peer is not heard yet");
                }
            }
        }
        if let Some(set_back) = set_back {
            self.asking.gate.shut();
            return Err(set_back);
        }
        if self.peers.iter().all(|(peer, is_heard)| *is_heard || !peer.must_be_heard) {
            self.asking.gate.release();
        }
        Ok(())
    }

    /// Asks until `stop`: every second while somebody is still to be heard, each minute afterwards. A store that is
    /// proved to be set back stays closed; what reads goes on.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        loop {
            let pause = Duration::from_millis(self.next_pause_ms());
            tokio::select! {
                () = &mut stop => return,
                () = tokio::time::sleep(pause) => {}
            }
            let round = tokio::select! {
                () = &mut stop => return,
                round = self.round() => round,
            };
            if let Err(error) = round {
                tracing::error!(%error, "this store was set back: nothing is written any more");
            }
        }
    }

    fn next_pause_ms(&mut self) -> u64 {
        if self.peers.iter().all(|(_, is_heard)| *is_heard) {
            return USUAL_PAUSE_MS;
        }
        let pause_ms = self.pause_ms;
        self.pause_ms = (pause_ms * 2).min(LONGEST_PAUSE_MS);
        pause_ms
    }
}

async fn judge(
    asking: &Asking,
    peer: &Peer,
    answer: Result<Heard, PeerError>,
) -> Result<Judgement, String> {
    let heard = answer.map_err(|error| error.to_string())?;
    let gap = ClockGap {
        peer: peer.name.to_owned(),
        gap_ms: heard.clock_gap_ms(),
        round_trip_ms: heard.round_trip_ms(),
    };
    if asking.peer_clock.note(&gap) {
        tracing::warn!(
            peer = peer.name,
            gap_ms = gap.gap_ms,
            round_trip_ms = gap.round_trip_ms,
            "our clock and the peer's differ"
        );
        // A store that is read-only notes it at the next comparison.
        let noted = note_clock_gap(&*asking.backend, heard.heard_at, &gap).await;
        if let Err(error) = noted {
            tracing::debug!(%error, "the gap of clocks is not noted");
        }
    }
    asking.side.judge(&heard.standing).await
}
