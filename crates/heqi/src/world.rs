//! All organisations on this machine, each with its own folder, keys and store: what the
//! demo shows and the load generator measures.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use heqi_evidence_store::backend::embedded::Embedded;
use heqi_notify::signature::Secret;
use heqi_service_kit::listener::{ListenError, Listener};
use heqi_service_kit::system::{SystemClock, SystemEntropy};
use heqi_service_kit::tls::PeerTlsSettings;
use heqi_service_kit::{Load, Trust};
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::{Clock, Entropy};
use parking_lot::Mutex;

pub(crate) mod lan;
mod outage;
mod plan;

use crate::client::{self, Caller};
use crate::demo::officers::{self, Officer};
use crate::demo::providers::Providing;
use crate::keys;
use crate::service::notary::{self, RunningNotary};
use crate::service::platform::{self, OpenPlatform, RunningPlatform};
use crate::service::sending::gateway_secret;
use crate::service::tls::NotaryTls;
use crate::service::{ServiceError, store, time};
use lan::Lan;
use plan::{Plan, Urls};

const LOG_NAME: &str = "demo";
/// How long the organisations may take to compare what they hold of each other.
const COMPARISON: Duration = Duration::from_secs(30);

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

/// Where everything listens.
#[derive(Clone)]
pub(crate) struct Addresses {
    /// With which certificate on all interfaces; without one, plain HTTP as written.
    pub(crate) lan: Option<Lan>,
    pub(crate) guide: String,
    pub(crate) platform: String,
    pub(crate) notary: String,
    pub(crate) preservation: String,
    pub(crate) time_authority: String,
    pub(crate) providers: String,
    pub(crate) inbox: String,
    pub(crate) smtp: String,
}

impl Addresses {
    /// The guide's address and the ports after it; port 0 makes all of them any free port.
    pub(crate) fn after(guide: &str) -> Result<Self, WorldError> {
        let wrong = || WorldError::Address(guide.to_owned());
        let (host, port) = guide.rsplit_once(':').ok_or_else(wrong)?;
        let port: u16 = port.parse().map_err(|_| wrong())?;
        let at = |offset: u16| -> Result<String, WorldError> {
            let port = if port == 0 { 0 } else { port.checked_add(offset).ok_or_else(wrong)? };
            Ok(format!("{host}:{port}"))
        };
        Ok(Self {
            lan: None,
            guide: at(0)?,
            platform: at(1)?,
            notary: at(2)?,
            preservation: at(3)?,
            time_authority: at(4)?,
            providers: at(5)?,
            inbox: at(9)?,
            smtp: at(10)?,
        })
    }

    /// Any free ports on loopback.
    pub(crate) fn any() -> Self {
        let any = || "127.0.0.1:0".to_owned();
        Self {
            lan: None,
            guide: any(),
            platform: any(),
            notary: any(),
            preservation: any(),
            time_authority: any(),
            providers: any(),
            inbox: any(),
            smtp: any(),
        }
    }

    /// The same, served to the network.
    pub(crate) fn served_to(self, lan: Lan) -> Self {
        Self { lan: Some(lan), ..self }
    }

    /// Listens where people come.
    pub(crate) fn listen(&self, address: &str) -> Result<Listener, ListenError> {
        match &self.lan {
            Some(lan) => lan.listen(address),
            None => Listener::bind(address),
        }
    }

    /// How people reach such a listener.
    pub(crate) fn url(&self, listener: &Listener) -> String {
        self.lan.as_ref().map_or_else(|| listener.url(), |lan| lan.url(listener))
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

/// A data folder that is ours: the addresses are bound and the platform's store is locked,
/// so nobody else runs here. Nothing answers yet.
pub(crate) struct Claimed {
    plan: Plan,
    open: OpenPlatform,
    listeners: [Listener; 4],
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    lan: Option<Lan>,
}

impl Claimed {
    /// Makes what is missing below `data_dir` and takes the folder.
    pub(crate) async fn claim(
        data_dir: &Path,
        addresses: &Addresses,
        catching: &Catching,
    ) -> Result<Self, WorldError> {
        let usual = (true, Caches::default());
        Self::claim_with(data_dir, addresses, usual, Some(catching)).await
    }

    /// Makes the accounts of the demo's officers.
    pub(crate) async fn officers(&self) -> Result<Vec<Officer>, WorldError> {
        let folder = self.plan.platform.data_dir.join("keys");
        let url = &self.plan.platform_url;
        Ok(officers::admit(&self.open.platform, &folder, url, &*self.entropy).await?)
    }

    /// Makes the accounts of the notary's staff, before anything answers.
    pub(crate) async fn notary_officers(&self) -> Result<Vec<Officer>, WorldError> {
        let settings = &self.plan.notary;
        let (store, office) = notary::stopped_office(settings, &self.clock, &self.entropy)?;
        let folder = settings.data_dir.join("keys");
        let url = &self.plan.platform.data_centre.url;
        let admitted = officers::admit_at_the_notary(&office, &folder, url, &*self.entropy).await;
        drop(office);
        store.close().map_err(|error| ServiceError::Start(error.to_string()))?;
        Ok(admitted?)
    }

    /// The secret that the platform signs text messages with.
    pub(crate) fn gateway_secret(&self) -> Result<Secret, WorldError> {
        let settings = self.plan.platform.notify.as_ref();
        let secret = settings.map(gateway_secret).transpose()?.flatten();
        secret.ok_or_else(|| ServiceError::Start("the demo has no gateway".into()).into())
    }

    async fn claim_with(
        data_dir: &Path,
        addresses: &Addresses,
        (check_pixels, caches): (bool, Caches),
        catching: Option<&Catching>,
    ) -> Result<Self, WorldError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let listeners = [
            addresses.listen(&addresses.platform)?,
            addresses.listen(&addresses.notary)?,
            addresses.listen(&addresses.preservation)?,
            // Only the services ask it.
            Listener::bind(&addresses.time_authority)?,
        ];
        let [platform, notary, preservation, time] = &listeners;
        let urls = Urls {
            platform: addresses.url(platform),
            notary: addresses.url(notary),
            preservation: addresses.url(preservation),
            time: time.url(),
            peers: addresses.lan.as_ref().map(Lan::peer),
        };
        let http = client::http(&match &addresses.lan {
            Some(lan) => lan.trust()?,
            None => Trust::Nobody,
        })?;
        let mut plan = Plan::make(data_dir, urls, &*clock, &*entropy)?;
        plan.platform.check_pixels = check_pixels;
        caches.set(&mut plan);
        if let Some(catching) = catching {
            plan.catch(catching, &*entropy)?;
        } else {
            // What is measured stays comparable with what was measured before there were actions.
            plan.platform.face_actions = 0;
        }
        let open = platform::open(&plan.platform, &clock, &entropy).await?;
        let lan = addresses.lan.clone();
        Ok(Self { plan, open, listeners, http, clock, entropy, lan })
    }

    /// Starts everything.
    pub(crate) async fn start(self) -> Result<World, WorldError> {
        let Self { plan, open, listeners, http, clock, entropy, lan } = self;
        let [platform_listener, notary_listener, preservation_listener, time_listener] = listeners;

        let time_authority = time::start(&plan.time_authority, time_listener, &clock, &entropy)?;
        let time_authority_url = time_authority.url();
        // The platform first: a notary asks its witness how far its own log was seen.
        open.admit_key("demo integrator", &plan.integrator_key).await?;
        let platform = open.start(&plan.platform, platform_listener, &entropy)?;
        let tls = NotaryTls::load(&plan.notary)?;
        let [notary_address, preservation_address] =
            [&notary_listener, &preservation_listener].map(|one| one.address().to_string());
        let notary = notary::start(&plan.notary, &tls, notary_listener, &clock, &entropy);
        let notary = Box::pin(notary).await?;
        let (settings, tls) = (&plan.preservation, NotaryTls::load(&plan.preservation)?);
        let preservation =
            Box::pin(notary::start(settings, &tls, preservation_listener, &clock, &entropy))
                .await?;

        let heard = tokio::time::timeout(COMPARISON, platform.gate.opened()).await;
        heard.map_err(|_| WorldError::NotCompared)?;
        let anonymous = Caller::new(http.clone(), &plan.platform_url, None);
        let again = |settings, address| outage::Again { settings, address, lan: lan.clone() };
        Ok(World {
            integrator: anonymous.with_token(&plan.integrator_key),
            anonymous,
            platform_url: plan.platform_url,
            notary_url: plan.platform.data_centre.url.clone(),
            preservation_url: plan.platform.preservation.url.clone(),
            time_authority_url,
            keys: plan.keys,
            http,
            key: plan.integrator_key,
            clock,
            entropy,
            again: Arc::new(Custodians {
                data_centre: again(plan.notary, notary_address),
                preservation: again(plan.preservation, preservation_address),
            }),
            running: Arc::new(Mutex::new(Some(Running {
                platform,
                notary: Some(notary),
                preservation: Some(preservation),
                time_authority,
            }))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_ports_follow_the_guide_and_zero_means_any() {
        let addresses = Addresses::after("127.0.0.1:8800").unwrap();
        assert_eq!(addresses.platform, "127.0.0.1:8801");
        assert_eq!(addresses.inbox, "127.0.0.1:8809");
        assert_eq!(Addresses::after("127.0.0.1:0").unwrap().notary, "127.0.0.1:0");
        assert!(Addresses::after("127.0.0.1:65535").is_err());
        assert!(Addresses::after("8800").is_err());
    }
}
