//! A platform that serves, asks its peers and works.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use heqi_api::{Api, ApiSettings, PeerAnswering};
use heqi_evidence_store::backend::embedded::Embedded;
use heqi_evidence_store::gate::{Gated, WriteGate};
use heqi_evidence_store::witness::Witness;
use heqi_notary_protocol::peer::watch::{Peer, PeerWatch};
use heqi_notary_protocol::{Backoff, NotaryClient, PeerClient};
use heqi_notary_sync::gauges::{CosigningGauges, CustodianGauges};
use heqi_notary_sync::peers::watch;
use heqi_notary_sync::{Cosigners, WorkerSettings, run_cosigning, run_deposits};
use heqi_registration::access::{CreateApiKey, create_api_key, hash_of};
use heqi_registration::{Custodian, FrozenLog, OrderKey, Platform, Ports, Scope, Settings};
use heqi_service_kit::Listener;
use heqi_service_kit::lifecycle::{Ended, ShutdownTrigger, TaskGroup};
use heqi_tlog::note::VerifierKey;
use tokio::task::JoinHandle;

use super::keys::{CENTRE_LOG, Keys, PLATFORM_LOG, SECOND_LOG, order_key};
use super::{STAFF, entropy, pool};

const DRAIN: Duration = Duration::from_secs(15);

/// A platform that serves and works.
pub(super) struct Up {
    pub(super) platform: Arc<Platform>,
    pub(super) store: Arc<Embedded>,
    pub(super) frozen: Option<Arc<Embedded>>,
    pub(super) gate: Arc<WriteGate>,
    pub(super) serving: heqi_api::Running,
    pub(super) working: (ShutdownTrigger, JoinHandle<Ended>),
    pub(super) gauges: BTreeMap<Custodian, Arc<CustodianGauges>>,
}

impl Up {
    pub(super) async fn bring(keys: &Keys, listener: Listener, urls: (&str, &str)) -> Self {
        let store = keys.platform_store();
        let gate = Arc::new(WriteGate::open());
        let (frozen, log) = keys.frozen().unzip();
        let platform = platform(keys, store.clone(), log, &gate).await;
        gate.hold();
        let mut surroundings = heqi_api::Surroundings::new(platform.clone(), entropy());
        let logs = [CENTRE_LOG, SECOND_LOG].map(|log| Keys::log(log).verifier_key().clone());
        let witness = Witness::new(keys.cast().insider, logs.to_vec());
        surroundings.witness = Some(Arc::new(witness));
        surroundings.peer = Some(PeerAnswering {
            log_key: keys.platform_signer().verifier_key().clone(),
            log_signer: Arc::new(keys.platform_statement_key()),
            known_logs: logs.to_vec(),
        });
        let mut settings = ApiSettings::default();
        // An outage of this test's size is worth an alarm.
        settings.pages.secure_cookies = false;
        settings.alarms.look_every_ms = 30;
        settings.alarms.outstanding_deposits = 10;
        settings.alarms.cosignature_lag = 10;
        let serving = Api::start(settings, listener, surroundings).unwrap();
        let (working, gauges) = work(keys, &platform, &gate, urls);
        Self { platform, store, frozen, gate, serving, working, gauges }
    }
}

pub(super) fn peers(
    keys: &Keys,
    platform: &Arc<Platform>,
    gate: &Arc<WriteGate>,
    (centre_url, second_url): (&str, &str),
) -> PeerWatch {
    let logs: Vec<VerifierKey> =
        [CENTRE_LOG, SECOND_LOG].map(|log| Keys::log(log).verifier_key().clone()).to_vec();
    let peer = |name, url: &str, must_be_heard| {
        let client = PeerClient::new(pool(), url, logs.clone());
        Peer { name, client, must_be_heard }
    };
    let signer = Arc::new(keys.platform_statement_key());
    let all = vec![peer("data_centre", centre_url, true), peer("preservation", second_url, false)];
    watch(platform, gate, signer, (keys.clocks.platform.clone(), entropy()), all)
}

pub(super) async fn platform(
    keys: &Keys,
    store: Arc<Embedded>,
    frozen: Option<FrozenLog>,
    gate: &Arc<WriteGate>,
) -> Arc<Platform> {
    let ports = Ports {
        backend: Arc::new(Gated::new(store, gate.clone())),
        clock: keys.clocks.platform.clone(),
        entropy: entropy(),
        authority: Arc::new(keys.cast().authority),
    };
    let mut decided = Settings::of_log(keys.platform_signer().verifier_key().clone());
    if keys.rotated.is_some() {
        decided.other_log_keys = vec![Keys::log(PLATFORM_LOG).verifier_key().clone()];
    }
    decided.frozen.extend(frozen);
    let cast = keys.cast();
    decided.witness_keys = vec![cast.witness.verifier_key().clone()];
    decided.mirror_keys = vec![cast.mirror.verifier_key().clone()];
    decided.custodians =
        Custodian::ALL.into_iter().map(|c| (c, keys.receipt_key(c).public_key())).collect();
    decided.order_key = Some(OrderKey::new(Arc::new(order_key())));
    decided.erasure_ledger = Some(keys.ledger(PLATFORM_LOG));
    let (office, identity) = keys.reviewing.clone().unzip();
    decided.review_office = office;
    let platform = Platform::open(ports, decided).await.unwrap();
    Arc::new(platform.asking(identity.unwrap_or_default()))
}

pub(super) async fn admit_staff(platform: &Platform) {
    let scopes = Scope::ALL.into_iter().collect();
    let (label, hash) = ("staff".to_owned(), hash_of(STAFF));
    let command = CreateApiKey { label, scopes, custodian: None, ends_at: None, hash };
    create_api_key(platform, command).await.unwrap();
}

type Working = ((ShutdownTrigger, JoinHandle<Ended>), BTreeMap<Custodian, Arc<CustodianGauges>>);

fn work(
    keys: &Keys,
    platform: &Arc<Platform>,
    gate: &Arc<WriteGate>,
    (centre_url, second_url): (&str, &str),
) -> Working {
    let worker = WorkerSettings {
        cosign_interval_ms: 20,
        backoff: Backoff { first_ms: 20, longest_ms: 200 },
        ..WorkerSettings::default()
    };
    let mut group = TaskGroup::new();
    let mut all = BTreeMap::new();
    let watch = peers(keys, platform, gate, (centre_url, second_url));
    let mut stop = group.shutdown();
    group.spawn("peers", async move {
        watch.run(stop.requested()).await;
        Ok::<(), std::convert::Infallible>(())
    });
    for (custodian, url) in
        [(Custodian::DataCentre, centre_url), (Custodian::Preservation, second_url)]
    {
        let gauges = Arc::new(CustodianGauges::default());
        all.insert(custodian, gauges.clone());
        let (link, stop) = (keys.link(custodian, url), group.shutdown());
        let task = run_deposits(platform.clone(), link, worker, gauges, stop);
        group.spawn(custodian.as_str(), task);
    }
    let (cast, client) = (keys.cast(), keys.link(Custodian::DataCentre, centre_url).client);
    let cosigners = Cosigners {
        witness: client.witness(),
        witness_keys: vec![cast.witness.verifier_key().clone()],
        mirror: if keys.mirror_is_away { nobody().mirror() } else { client.mirror() },
        mirror_keys: vec![cast.mirror.verifier_key().clone()],
    };
    let stop = group.shutdown();
    let gauges = Arc::new(CosigningGauges::default());
    group.spawn("cosigning", run_cosigning(platform.clone(), cosigners, worker, gauges, stop));
    let trigger = group.trigger();
    ((trigger, tokio::spawn(group.run_until(std::future::pending::<()>(), DRAIN))), all)
}

/// A service at an address where nobody listens.
fn nobody() -> NotaryClient {
    NotaryClient::new(pool(), "http://127.0.0.1:9", None)
}
