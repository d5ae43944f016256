//! All organisations on this machine, each with its own folder, keys and store: what the
//! demo shows and the load generator measures.

use std::path::Path;
use std::sync::Arc;

use heqi_evidence_store::backend::embedded::Embedded;
use heqi_service_kit::Load;
use heqi_service_kit::listener::ListenError;
use heqi_service_kit::tls::PeerTlsSettings;
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::{Clock, Entropy};
use parking_lot::Mutex;

use crate::client::{self, Caller};
use crate::demo::providers::Providing;
use crate::keys;
use crate::service::notary::RunningNotary;
use crate::service::platform::RunningPlatform;
use crate::service::{ServiceError, store};
use addresses::Addresses;
use claimed::Claimed;
use plan::Plan;

pub(crate) mod addresses;
pub(crate) mod claimed;
pub(crate) mod lan;
mod outage;
mod plan;

const LOG_NAME: &str = "demo";

/// Why the services are not running.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorldError {
    /// One of them.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// An address.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// A page server.
    #[error("a page cannot be served: {0}")]
    Server(std::io::Error),
    /// The comparison of what each holds of the other came to no end.
    #[error("the organisations could not compare what they hold of each other")]
    NotCompared,
    /// The HTTP client.
    #[error(transparent)]
    Client(#[from] client::HttpClientError),
    /// The certificate for the network, or its addresses.
    #[error("the demo cannot be served to the network: {0}")]
    Lan(String),
    /// Nobody could reach this machine.
    #[error(
        "this machine has no address in a network; join one (Wi-Fi or cable) and start again, or leave --lan out"
    )]
    NoAddress,
    /// The wanted address.
    #[error("{0:?} is not an address with a port, such as 127.0.0.1:8800")]
    Address(String),
}

impl From<keys::KeyError> for WorldError {
    fn from(error: keys::KeyError) -> Self {
        Self::Service(error.into())
    }
}

impl From<store::StoreError> for WorldError {
    fn from(error: store::StoreError) -> Self {
        Self::Service(error.into())
    }
}

/// Where messages of the platform end.
#[derive(Clone, Debug)]
pub(crate) struct Catching {
    pub(crate) sms_url: String,
    /// How the gateway is believed, where it serves the network.
    pub(crate) sms_tls: Option<PeerTlsSettings>,
    pub(crate) smtp_port: u16,
    /// Who says who people are.
    pub(crate) providing: Providing,
}

/// The caches of the stores' indexes in MiB, where they are not what the settings say by themselves.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Caches {
    pub(crate) platform: Option<u32>,
    /// Of each of both.
    pub(crate) custodian: Option<u32>,
}

impl Caches {
    fn set(self, plan: &mut Plan) {
        if let Some(mib) = self.platform {
            plan.platform.index_cache_mib = mib;
        }
        if let Some(mib) = self.custodian {
            plan.notary.index_cache_mib = mib;
            plan.preservation.index_cache_mib = mib;
        }
    }
}

/// Public keys that `demo.json` lists.
#[derive(Clone)]
pub(crate) struct WorldKeys {
    pub(crate) log: VerifierKey,
    pub(crate) witness: VerifierKey,
    pub(crate) mirror: VerifierKey,
    pub(crate) notary_log: VerifierKey,
    pub(crate) platform_witness: VerifierKey,
}

/// Everything running. Cheap to clone.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) platform_url: String,
    pub(crate) notary_url: String,
    pub(crate) preservation_url: String,
    pub(crate) time_authority_url: String,
    pub(crate) keys: WorldKeys,
    /// Calls the platform with the integrator's key.
    pub(crate) integrator: Caller,
    /// Calls the platform with no credential.
    pub(crate) anonymous: Caller,
    http: reqwest::Client,
    key: String,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    running: Arc<Mutex<Option<Running>>>,
    again: Arc<Custodians>,
}

/// How each of them is started again.
struct Custodians {
    data_centre: outage::Again,
    preservation: outage::Again,
}

struct Running {
    platform: RunningPlatform,
    /// None while it is stopped for a while.
    notary: Option<RunningNotary>,
    /// The same.
    preservation: Option<RunningNotary>,
    time_authority: heqi_time_authority::Running,
}

impl World {
    /// Makes what is missing below `data_dir` and starts everything on any free ports, to be
    /// measured; `check_pixels` is the setting of the platform.
    pub(crate) async fn measured(
        data_dir: &Path,
        check_pixels: bool,
        caches: Caches,
    ) -> Result<Self, WorldError> {
        let addresses = Addresses::any();
        let claiming = Claimed::claim_with(data_dir, &addresses, (check_pixels, caches), None);
        let claimed = Box::pin(claiming).await?;
        Box::pin(claimed.start()).await
    }

    /// The same with the limits that a platform has by itself, but for the number of
    /// connections: one address stands for many.
    pub(crate) async fn limited(data_dir: &Path) -> Result<Self, WorldError> {
        let addresses = Addresses::any();
        let usual = (true, Caches::default());
        let mut claimed = Box::pin(Claimed::claim_with(data_dir, &addresses, usual, None)).await?;
        let mut load = Load::default();
        load.connections_per_address = 0;
        claimed.plan.platform.api.load = load;
        Box::pin(claimed.start()).await
    }

    /// Stops everything, the platform first.
    pub(crate) async fn stop(&mut self) {
        let Some(running) = self.running.lock().take() else { return };
        running.platform.stop().await;
        for custodian in [running.notary, running.preservation].into_iter().flatten() {
            custodian.stop().await;
        }
        running.time_authority.stop().await;
    }

    /// Signing goes on, deposits wait.
    pub(crate) fn pause_deposits(&self) {
        if let Some(running) = self.running.lock().as_ref() {
            running.platform.pause_worker();
        }
    }

    /// The stores that are open, by the folder of their organisation.
    pub(crate) fn stores(&self) -> Vec<(&'static str, Arc<Embedded>)> {
        let running = self.running.lock();
        let Some(running) = running.as_ref() else { return Vec::new() };
        let platform = Some(("platform", running.platform.store()));
        let notary = running.notary.as_ref().map(|one| ("notary", one.store()));
        let preservation = running.preservation.as_ref().map(|one| ("preservation", one.store()));
        let all = [platform, notary, preservation].into_iter().flatten();
        all.map(|(folder, store)| (folder, Arc::clone(store))).collect()
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(crate) fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }

    pub(crate) fn shared_clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    pub(crate) fn shared_entropy(&self) -> Arc<dyn Entropy> {
        self.entropy.clone()
    }

    pub(crate) fn http(&self) -> reqwest::Client {
        self.http.clone()
    }

    pub(crate) fn integrator_key(&self) -> String {
        self.key.clone()
    }

    /// Where the platform serves its log.
    pub(crate) fn log_path() -> String {
        format!("/log/{LOG_NAME}")
    }

    /// Where the notary serves its own log.
    pub(crate) fn notary_log_path() -> String {
        format!("/log/{LOG_NAME}")
    }
}
