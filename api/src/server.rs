//! The service as a running thing: started on a listener, stopped by draining.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse};
use heqi_evidence_store::gate::ReadOnly;
use heqi_evidence_store::monitoring::samples::Sampler;
use heqi_evidence_store::witness::Witness;
use heqi_notify::Templates;
use heqi_notify::signature::Secret;
use heqi_pki::keys::Signer;
use heqi_registration::Platform;
use heqi_service_kit::health::Readiness;
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::serve::{self, Serving};
use heqi_service_kit::{
    Admission, Alarms, Downloads, Edge, Health, Limiter, Listener, Metrics, Running, Shutdown,
    TaskGroup, edge,
};
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::{Entropy, MessageChannel};
use tokio::sync::Notify;

use crate::access::authorise;
use crate::figures::{Figures, StoreGauges};
use crate::openapi;
use crate::pages::docs::RenderedDocs;
use crate::recent::Recent;
use crate::routes;
use crate::settings::ApiSettings;
use crate::state::State;

/// What the service is given beside its settings.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Surroundings {
    /// The use cases.
    pub platform: Arc<Platform>,
    /// Cosigns the other organisation's log; without one `/witness/` does not exist.
    pub witness: Option<Arc<Witness>>,
    /// Answers custodians that ask what is held of them; without one `/peer/` does not exist.
    pub peer: Option<PeerAnswering>,
    /// What those who report of messages sign with, each of its own way; without any no report is taken.
    pub report_secrets: Vec<(MessageChannel, Secret)>,
    /// The words of messages, as a handler sees them before they are sent; none where nothing is sent.
    pub templates: Option<Templates>,
    /// Draws request ids.
    pub entropy: Arc<dyn Entropy>,
    /// Answers `/readyz`; the program adds its checks.
    pub health: Arc<Health>,
    /// Answers `/metrics`; the program may add figures of its own.
    pub metrics: Arc<Metrics>,
    /// Answers `/alarms`; the program may watch figures of its own.
    pub alarms: Arc<Alarms>,
    /// Asks the store for its numbers: they become figures, and a store that has failed is
    /// not ready.
    pub store_gauges: Option<StoreGauges>,
    /// Asks the worker for a time stamp at once; without one nobody stamps.
    pub stamp_demand: Option<Arc<Notify>>,
    /// By which channels somebody is told of alarms; a worker of the program does it.
    pub alarm_channels: Vec<String>,
    /// How many bytes the platform's folder takes. May block: it is asked once a minute.
    pub disk_bytes: Option<DiskBytes>,
}

/// Tells how many bytes a folder takes.
pub type DiskBytes = Arc<dyn Fn() -> u64 + Send + Sync>;

impl Surroundings {
    /// A platform without witness, ready at once, with figures of its own.
    pub fn new(platform: Arc<Platform>, entropy: Arc<dyn Entropy>) -> Self {
        let metrics = Arc::new(Metrics::default());
        Self {
            platform,
            witness: None,
            peer: None,
            report_secrets: Vec::new(),
            templates: None,
            entropy,
            health: Arc::new(Health::default()),
            alarms: Arc::new(Alarms::new(&metrics)),
            metrics,
            store_gauges: None,
            stamp_demand: None,
            alarm_channels: Vec::new(),
            disk_bytes: None,
        }
    }
}

/// With what the platform answers custodians that ask what it holds of them.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct PeerAnswering {
    /// The key of the platform's log.
    pub log_key: VerifierKey,
    /// Its private half.
    pub log_signer: Arc<dyn Signer>,
    /// The custodians' logs, which may ask.
    pub known_logs: Vec<VerifierKey>,
}

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The log's name cannot stand in an address.
    #[error("the log's name {0:?} is not one of lower-case letters, digits, dots and hyphens")]
    LogName(String),
    /// The socket cannot be used.
    #[error("the service cannot listen")]
    Listen(#[from] io::Error),
}

/// The signing platform's service.
#[derive(Debug)]
pub struct Api;

impl Api {
    /// The server, not yet running: a future that a program spawns with its other tasks
    /// (`TaskGroup::spawn_server`). `shutdown` ends long waits, so that a stop is quick.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn server(
        settings: ApiSettings,
        listener: Listener,
        surroundings: Surroundings,
        shutdown: Shutdown,
    ) -> Result<Server, StartError> {
        if !serve::is_plain_log_name(&settings.log_name) {
            return Err(StartError::LogName(settings.log_name));
        }
        let Surroundings {
            platform,
            witness,
            peer,
            report_secrets,
            templates,
            entropy,
            health,
            metrics,
            alarms,
            store_gauges,
            stamp_demand,
            alarm_channels,
            disk_bytes,
        } = surroundings;
        report_peer(&health, &platform);
        if let Some(gauges) = store_gauges.clone() {
            health.check("store", move || match gauges().failures {
                0 => Readiness::Ready,
                _ => Readiness::NotReady("a write or sync has failed"),
            });
        }
        let edge = Edge::new(Arc::clone(&entropy), settings.trusted_proxies.clone(), &metrics);
        let edge = edge.with_https_only(settings.https_only);
        let edge = Data::new(edge.with_requests_max(settings.load.requests_max));
        let limits = settings.limits;
        let serving = Serving {
            workers: settings.workers,
            drain_timeout_ms: settings.drain_timeout_ms,
            load: settings.load,
            trusted_proxies: settings.trusted_proxies.clone(),
        };
        let health = Data::from(health);
        let figures = Figures::register(&metrics, store_gauges);
        crate::alarms::watch(&alarms, &settings.alarms, &figures);
        let state = Data::new(State {
            figures,
            alarms,
            alarm_channels,
            sampler: Sampler::default(),
            disk_bytes,
            recent: Recent::new(),
            docs: RenderedDocs::of(openapi::to_json()),
            platform,
            entropy,
            limiter: Limiter::new(settings.rates, &metrics),
            admission: Admission::new(settings.load, &metrics),
            downloads: Downloads::new(settings.load, &metrics),
            settings,
            witness,
            peer,
            report_secrets,
            templates,
            metrics,
            stamp_demand,
            shutdown,
        });
        tokio::spawn(crate::alarms::look_until_stopped(state.clone().into_inner()));
        let application = move || {
            App::new()
                .app_data(edge.clone())
                .app_data(state.clone())
                .app_data(health.clone())
                .configure(|app| limits.apply(app))
                .configure(routes::configure)
                .default_service(web::to(nothing_here))
                .wrap(from_fn(authorise))
                .wrap(from_fn(edge::around))
        };
        Ok(serve::server(application, listener, &serving)?)
    }

    /// Starts the service by itself, in the present runtime.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn start(
        settings: ApiSettings,
        listener: Listener,
        surroundings: Surroundings,
    ) -> Result<Running, StartError> {
        let (address, url) = (listener.address(), listener.url());
        let mut group = TaskGroup::new();
        let drain = Duration::from_millis(settings.drain_timeout_ms);
        let server = Self::server(settings, listener, surroundings, group.shutdown())?;
        group.spawn_server("api", server);
        Ok(Running::run(address, url, group, drain))
    }
}

/// Is not ready while nothing is written, or while nobody can begin to sign.
fn report_peer(health: &Health, platform: &Arc<Platform>) {
    let asked = Arc::clone(platform);
    health.check("peer", move || match asked.backend().read_only() {
        None => Readiness::Ready,
        Some(ReadOnly::PeerNotHeard) => {
            Readiness::NotReady("read-only: the notary has not said yet what it holds of ours")
        }
        Some(ReadOnly::Behind) => {
            Readiness::NotReady("read-only: the notary holds more of ours than this store")
        }
    });
    let clock = Arc::clone(platform.peer_clock());
    health.check("clock", move || {
        if clock.is_trusted() {
            Readiness::Ready
        } else {
            Readiness::NotReady(
                "the clock differs from the notary's, or a time authority's, by more than a minute",
            )
        }
    });
}

async fn nothing_here() -> Result<HttpResponse, RequestProblem> {
    Err(RequestProblem::NotFound)
}
