//! The platform as the office's peer: asked what it holds of us before anything is written, and answered when it asks
//! (`docs/spec/peer.md`).

use std::convert::Infallible;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use heqi_evidence_store::gate::{PeerClock, ReadOnly, WriteGate};
use heqi_notarization::matter::CertificateNo;
use heqi_notarization::matter::given::newest_numbers;
use heqi_notarization::{NotaryOffice, peer};
use heqi_notary_protocol::PeerClient;
use heqi_notary_protocol::peer::watch::{Asking, Judgement, Peer, PeerWatch, Side};
use heqi_notary_protocol::peer::{
    LastCertificate, LastDeposit, PeerQuery, PeerStanding, kept_certificates,
};
use heqi_pki::keys::Signer;
use heqi_service_kit::health::Readiness;
use heqi_service_kit::{Health, Shutdown};
use heqi_tlog::checkpoint::Origin;
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::Entropy;

use crate::service::State;

/// The platform, and what it is asked with.
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
#[derive(Clone)]
pub struct PeerComparison {
    /// The gate that the office's store stands behind.
    pub gate: Arc<WriteGate>,
    /// Our clock beside the platform's.
    pub clock: Arc<PeerClock>,
    /// The way to the platform.
    pub client: PeerClient,
    /// The keys of the office's own log: the present one first, then former ones.
    pub log_keys: Vec<VerifierKey>,
    /// Its private half, which signs what is said to the peer.
    pub log_signer: Arc<dyn Signer>,
    /// The platform's logs, which may ask: the present one and those that were frozen.
    pub known_logs: Vec<VerifierKey>,
}

impl PeerComparison {
    /// Asks the platform, in the name of the office's own log.
    pub(crate) fn watch(&self, office: &NotaryOffice, entropy: &Arc<dyn Entropy>) -> PeerWatch {
        let side = OfficeSide { office: office.clone(), log_keys: self.log_keys.clone() };
        let asking = Asking {
            origin: self.origin(),
            signer: Arc::clone(&self.log_signer),
            side: Arc::new(side),
            backend: Arc::clone(office.backend()),
            gate: Arc::clone(&self.gate),
            peer_clock: Arc::clone(&self.clock),
            clock: Arc::clone(office.clock()),
            entropy: Arc::clone(entropy),
        };
        let client = self.client.clone();
        PeerWatch::new(asking, vec![Peer { name: "platform", client, must_be_heard: true }])
    }

    /// The name of the office's own log.
    fn origin(&self) -> String {
        self.log_keys.first().map_or_else(String::new, |key| key.name().to_string())
    }

    /// Is not ready while nothing is written.
    pub(crate) fn report_to(&self, health: &Health) {
        let gate = Arc::clone(&self.gate);
        health.check("peer", move || match gate.why() {
            None => Readiness::Ready,
            Some(ReadOnly::PeerNotHeard) => Readiness::NotReady(
                "read-only: the platform has not said yet what it holds of ours",
            ),
            Some(ReadOnly::Behind) => {
                Readiness::NotReady("read-only: the platform holds more of ours than this store")
            }
        });
        let clock = Arc::clone(&self.clock);
        health.check("clock", move || {
            if clock.is_trusted() {
                Readiness::Ready
            } else {
                Readiness::NotReady(
                    "the clock is a minute from the platform's or a time authority's",
                )
            }
        });
    }
}

/// Asks until the program stops.
pub(crate) async fn run(watch: PeerWatch, mut shutdown: Shutdown) -> Result<(), Infallible> {
    watch.run(shutdown.requested()).await;
    Ok(())
}

struct OfficeSide {
    office: NotaryOffice,
    log_keys: Vec<VerifierKey>,
}

impl Side for OfficeSide {
    fn judge<'a>(&'a self, standing: &'a PeerStanding) -> BoxFuture<'a, Result<Judgement, String>> {
        Box::pin(async move {
            let receipts: Vec<String> =
                standing.deposits.iter().map(|deposit| deposit.receipt.clone()).collect();
            // Whoever signed them gave them: no number is beyond reading but to a program that is older than its store.
            let kept = kept_certificates(standing, &self.log_keys).into_iter();
            let given: Vec<CertificateNo> =
                kept.filter_map(|last| last.number.parse().ok()).collect();
            peer::compare_with(&self.office, &self.log_keys, &standing.heads, &receipts, &given)
                .await
                .map(|missing| missing.map_or(Judgement::Level, Judgement::Behind))
                .map_err(|error| error.to_string())
        })
    }

    fn last_certificates(&self) -> BoxFuture<'_, Result<Vec<LastCertificate>, String>> {
        Box::pin(async {
            let newest = newest_numbers(&self.office).await.map_err(|error| error.to_string())?;
            let said = newest.into_iter().map(|number| LastCertificate {
                number: number.to_string(),
                serial: number.serial(),
                series: number.series().counter(number.year()),
            });
            Ok(said.collect())
        })
    }
}

/// What the office holds of the log that asks. Needs nothing but the office's own store.
pub(crate) async fn answer(
    state: &State,
    comparison: &PeerComparison,
    query: PeerQuery,
) -> Result<PeerStanding, Box<dyn std::error::Error + Send + Sync>> {
    let origin = Origin::new(query.about.clone())?;
    let last = peer::last_deposit(&state.office, &origin).await?;
    let mut heads = Vec::new();
    if let Some(centre) = &state.data_centre {
        let (backend, clock) = (&**state.office.backend(), &**state.office.clock());
        let witnessed = centre.witness.latest(backend, clock, &origin.monitoring_path()).await?;
        heads.extend(witnessed.map(|head| head.note().to_string()));
    }
    heads.extend(last.as_ref().and_then(|last| last.head.clone()));
    let deposits = last.map(|last| LastDeposit {
        chain: last.row.chain,
        custodian: state.office.custodian().to_owned(),
        deposit_no: last.row.deposit_no,
        receipt: last.receipt,
        record_root: last.key.root,
        seq: last.row.seq,
    });
    Ok(PeerStanding {
        about: query.about,
        // Nobody but an office of notaries gives certificate numbers, and it asks; it is never asked for them.
        certificate_no: None,
        certificates: None,
        deposits: deposits.into_iter().collect(),
        heads,
        nonce: query.nonce,
        origin: comparison.origin(),
        time: state.office.clock().now(),
    })
}
