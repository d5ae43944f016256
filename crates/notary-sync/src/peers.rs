//! The custodians as the platform's peers: asked what they hold of us before anything is written.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use heqi_evidence_store::gate::WriteGate;
use heqi_notary_protocol::peer::PeerStanding;
use heqi_notary_protocol::peer::watch::{Asking, Judgement, Peer, PeerWatch, Side};
use heqi_pki::keys::Signer;
use heqi_registration::Platform;
use heqi_registration::peer::{ClaimedDeposit, compare_with};
use heqi_vocabulary::{Clock, Entropy};

/// A watch over `peers` in the name of the platform's log, which `log_signer` signs. `gate` is the one that the
/// platform's store stands behind.
pub fn watch(
    platform: &Arc<Platform>,
    gate: &Arc<WriteGate>,
    log_signer: Arc<dyn Signer>,
    (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>),
    peers: Vec<Peer>,
) -> PeerWatch {
    let asking = Asking {
        origin: platform.origin().to_string(),
        signer: log_signer,
        side: Arc::new(PlatformSide(Arc::clone(platform))),
        backend: platform.shared_backend(),
        gate: Arc::clone(gate),
        peer_clock: Arc::clone(platform.peer_clock()),
        clock,
        entropy,
    };
    PeerWatch::new(asking, peers)
}

struct PlatformSide(Arc<Platform>);

impl Side for PlatformSide {
    fn judge<'a>(&'a self, standing: &'a PeerStanding) -> BoxFuture<'a, Result<Judgement, String>> {
        Box::pin(async move {
            let last = standing.deposits.first().map(|last| ClaimedDeposit {
                deposit_no: last.deposit_no,
                chain: last.chain,
                seq: last.seq,
            });
            compare_with(&self.0, &standing.heads, last.as_ref())
                .await
                .map(|missing| missing.map_or(Judgement::Level, Judgement::Behind))
                .map_err(|error| error.to_string())
        })
    }
}
