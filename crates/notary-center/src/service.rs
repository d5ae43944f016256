//! The service as a running thing: started on a listener, stopped by draining.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpResponse};
use heqi_evidence_store::witness::Witness;
use heqi_notarization::deposited::{DepositedError, totals};
use heqi_notarization::publish_anchors::{PublishAnchorsError, published_anchors};
use heqi_notarization::{CosignedLog, Mirror, NotaryOffice, publish_anchors};
use heqi_notary_protocol::peer::watch::SetBack;
use heqi_service_kit::health::Readiness;
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::serve::{self, Serving};
use heqi_service_kit::{
    Alarms, ApiKeyHash, Downloads, Edge, Health, Limiter, Listener, Running, TaskGroup, edge,
};
use parking_lot::RwLock;
use tokio::sync::Semaphore;

use crate::access;
use crate::alarms;
use crate::bench::{self, Bench};
use crate::board::Board;
use crate::carrying;
use crate::done_forms::DoneForms;
use crate::feed::Feed;
use crate::figures::{Figures, StoreGauges};
use crate::peer::{self, PeerComparison};
use crate::people::People;
use crate::renewing;
use crate::routes;
use crate::settings::CenterSettings;
use crate::sweeping;

mod surroundings;

pub use surroundings::{DataCentre, PeerWitness, Role, Surroundings, Watching};

pub(crate) const KIB: usize = 1024;

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The log's name cannot stand in an address.
    #[error("the log's name {0:?} is not one of lower-case letters, digits, dots and hyphens")]
    LogName(String),
    /// The store was set back: what was promised after it must not be promised again.
    #[error(
        "the platform's witness has cosigned {theirs} entries of this log and the store has only \
         {ours}: it was set back; restore the newest backup, and what no backup has comes back from \
         the platform: `heqi recover notary`"
    )]
    Behind {
        /// Entries of the store.
        ours: u64,
        /// Entries the witness has cosigned.
        theirs: u64,
    },
    /// The platform proved that the store was set back.
    #[error(transparent)]
    Peer(#[from] SetBack),
    /// The anchors could not be published.
    #[error("the anchors cannot be published")]
    Anchors(#[from] PublishAnchorsError),
    /// The store could not be read.
    #[error("the store cannot be read")]
    Store(#[from] DepositedError),
    /// The socket cannot be used.
    #[error("the service cannot listen")]
    Listen(#[from] io::Error),
}

/// What every request can reach.
pub(crate) struct State {
    pub(crate) office: NotaryOffice,
    pub(crate) data_centre: Option<OpenDataCentre>,
    pub(crate) platform_keys: Vec<ApiKeyHash>,
    pub(crate) people: Option<People>,
    pub(crate) is_witnessed: bool,
    /// The platform, which may ask and is asked.
    pub(crate) peer: Option<PeerComparison>,
    /// Whether the store was set back behind what the platform's witness has seen.
    pub(crate) is_behind: Arc<AtomicBool>,
    pub(crate) limiter: Limiter,
    pub(crate) settings: CenterSettings,
    pub(crate) figures: Arc<Figures>,
    pub(crate) time_authorities: Vec<String>,
    /// The figures over time.
    pub(crate) board: Board,
    /// By which channels somebody is told of alarms.
    pub(crate) alarm_channels: Vec<String>,
    /// How much memory large answers take until they are read.
    pub(crate) downloads: Arc<Downloads>,
    pub(crate) deposit_memory: Semaphore,
    pub(crate) deposit_memory_kib: usize,
    /// How many uploads to the mirror are read at once: they come without a key.
    pub(crate) mirror_uploads: Semaphore,
    /// The workbench of the office's staff.
    pub(crate) bench: Option<Bench>,
    /// Forms that were done a moment ago.
    pub(crate) done_forms: DoneForms,
}

impl State {
    /// The workbench; without one its routes do not exist.
    pub(crate) fn bench(&self) -> Result<&Bench, RequestProblem> {
        self.bench.as_ref().ok_or(RequestProblem::NotFound)
    }
}

/// A data centre whose anchors are published.
pub(crate) struct OpenDataCentre {
    pub(crate) witness: Arc<Witness>,
    pub(crate) mirror: Arc<Mirror>,
    /// What both have cosigned.
    pub(crate) cosigned: Arc<CosignedLog>,
    /// Absent until they are published for the first time.
    pub(crate) anchors_file: Arc<RwLock<Option<Bytes>>>,
}

/// The notary office's service.
#[derive(Debug)]
pub struct NotaryCenter;

impl NotaryCenter {
    /// The server and its worker, spawned into a group of their own that the program runs.
    /// Publishes the anchors first.
    ///
    /// # Errors
    /// See [`StartError`].
    #[expect(clippy::too_many_lines, reason = "one thing is started after another")]
    pub async fn spawn(
        settings: CenterSettings,
        listener: Listener,
        surroundings: Surroundings,
    ) -> Result<TaskGroup, StartError> {
        if !serve::is_plain_log_name(&settings.log_name) {
            return Err(StartError::LogName(settings.log_name));
        }
        let Surroundings {
            office,
            role,
            platform_keys,
            peer_witness,
            peer,
            entropy,
            health,
            metrics,
            people,
            notice_ways,
            watching: Watching { store_gauges, time_authorities, disk_bytes, alarm_channels },
            bench,
        } = surroundings;
        report_store(&health, store_gauges.clone());
        let figures = Arc::new(Figures::register(&metrics, store_gauges));
        let alarms = Arc::new(Alarms::new(&metrics));
        alarms::watch(&alarms, &settings.alarms, &figures);
        figures.hold(totals(&office).await?);
        if let Some(peer) = &peer_witness {
            // Before the first new leaf: after it there would be two histories.
            refuse_if_behind(&office, peer).await?;
        }
        let mut group = TaskGroup::new();
        // Here, where the watch is begun that notes it.
        let office = match &peer {
            Some(peer) => office.timed_beside(Arc::clone(&peer.clock)),
            None => office,
        };
        if let Some(peer) = &peer {
            peer.report_to(&health);
            let mut watch = peer.watch(&office, &entropy);
            watch.round().await?;
            group.spawn("peer", peer::run(watch, group.shutdown()));
        }
        let data_centre = open(&office, role, peer.as_ref(), &mut group).await?;
        // Here and not with the office's keys: who is witness and mirror proves by them, wherever it is started.
        let office = match &data_centre {
            Some(centre) => office.proving_by(Arc::clone(&centre.cosigned)),
            None => office,
        };
        let is_behind = Arc::new(AtomicBool::new(false));
        if let Some(peer) = &peer_witness {
            watch_rollback(&health, &is_behind);
            let feed = Feed {
                backend: Arc::clone(office.backend()),
                clock: Arc::clone(office.clock()),
                entropy: Arc::clone(&entropy),
                peer: peer.clone(),
                figures: Arc::clone(&figures),
                is_behind: Arc::clone(&is_behind),
                interval_ms: settings.feed_interval_ms.max(1),
                recosign_ms: settings.recosign_interval_ms,
            };
            group.spawn("own log feed", feed.run(group.shutdown()));
        }

        let edge = Edge::new(entropy, settings.trusted_proxies.clone(), &metrics);
        let edge = edge.with_https_only(settings.https_only);
        let edge = Data::new(edge.with_requests_max(settings.load.requests_max));
        let limits = settings.limits;
        let serving = Serving {
            workers: settings.workers,
            drain_timeout_ms: settings.drain_timeout_ms,
            load: settings.load,
            trusted_proxies: settings.trusted_proxies.clone(),
        };
        let limiter = Limiter::new(settings.rates, &metrics);
        let downloads = Downloads::new(settings.load, &metrics);
        let deposit_memory_kib = (settings.deposit_memory_bytes / KIB).max(1);
        let mirror_uploads = settings.mirror_uploads().clamp(1, Semaphore::MAX_PERMITS);
        let (health, metrics) = (Data::from(health), Data::from(metrics));
        let state = Data::new(State {
            office,
            data_centre,
            platform_keys,
            people,
            is_witnessed: peer_witness.is_some(),
            peer,
            is_behind,
            limiter,
            downloads,
            settings,
            figures,
            time_authorities,
            board: Board::new(disk_bytes),
            alarm_channels,
            deposit_memory: Semaphore::new(deposit_memory_kib.min(Semaphore::MAX_PERMITS)),
            deposit_memory_kib,
            mirror_uploads: Semaphore::new(mirror_uploads),
            bench,
            done_forms: DoneForms::default(),
        });
        let (swept, stop) = (state.clone().into_inner(), group.shutdown());
        group.spawn("sweeping", sweeping::sweep_until_stopped(swept, stop));
        if state.people.is_some() {
            let (telling, stop) = (state.clone().into_inner(), group.shutdown());
            group.spawn("telling", carrying::tell_people(telling, stop));
            let (bringing, stop) = (state.clone().into_inner(), group.shutdown());
            group.spawn("notices", carrying::bring_notices(bringing, notice_ways, stop));
        }
        if state.bench.is_some() {
            let (desk, stop) = (state.clone().into_inner(), group.shutdown());
            group.spawn("certificate numbers", bench::ask_until_stopped(desk, stop));
        }
        let (renewing, stop) = (state.clone().into_inner(), group.shutdown());
        group.spawn("renewals", renewing::renew_until_stopped(renewing, stop));
        let watched = state.clone().into_inner();
        let looking = Arc::clone(&alarms);
        let stop = group.shutdown();
        group.spawn("alarms", alarms::look_until_stopped(watched, looking, peer_witness, stop));
        let alarms = Data::from(alarms);
        let application = move || {
            App::new()
                .app_data(alarms.clone())
                .app_data(edge.clone())
                .app_data(state.clone())
                .app_data(health.clone())
                .app_data(metrics.clone())
                .configure(|app| limits.apply(app))
                .configure(|app| routes::configure(app, &state))
                .default_service(web::to(nothing_here))
                .wrap(from_fn(access::door))
                .wrap(from_fn(edge::around))
        };
        group.spawn_server("notary center", serve::server(application, listener, &serving)?);
        Ok(group)
    }

    /// Starts the service by itself, in the present runtime.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(
        settings: CenterSettings,
        listener: Listener,
        surroundings: Surroundings,
    ) -> Result<Running, StartError> {
        let (address, url) = (listener.address(), listener.url());
        let drain = Duration::from_millis(settings.drain_timeout_ms);
        let group = Self::spawn(settings, listener, surroundings).await?;
        Ok(Running::run(address, url, group, drain))
    }
}

async fn open(
    office: &NotaryOffice,
    role: Role,
    peer: Option<&PeerComparison>,
    group: &mut TaskGroup,
) -> Result<Option<OpenDataCentre>, StartError> {
    let Role::DataCentre(DataCentre { witness, mirror, anchors, publisher }) = role else {
        return Ok(None);
    };
    let file = match peer {
        // Publishing writes a leaf: what was published before is shown until that is allowed.
        Some(peer) if peer.gate.why().is_some() => published_anchors(office).await?,
        _ => Some(publish_anchors(office, &anchors, &*publisher).await?),
    };
    let anchors_file = Arc::new(RwLock::new(file.map(Bytes::from)));
    if let Some(peer) = peer.filter(|peer| peer.gate.why().is_some()) {
        let (office, gate, shown) = (office.clone(), peer.gate.clone(), anchors_file.clone());
        let mut shutdown = group.shutdown();
        group.spawn("anchors", async move {
            tokio::select! {
                () = shutdown.requested() => return Ok(()),
                () = gate.opened() => {}
            }
            let file = publish_anchors(&office, &anchors, &*publisher).await?;
            *shown.write() = Some(file.into());
            Ok::<(), PublishAnchorsError>(())
        });
    }
    let (witness, mirror) = (Arc::new(witness), Arc::new(mirror));
    let cosigned = Arc::new(CosignedLog::new(Arc::clone(&witness), Arc::clone(&mirror)));
    Ok(Some(OpenDataCentre { witness, mirror, cosigned, anchors_file }))
}

/// Asks the witness how far it has seen the log. A witness that does not answer now is asked
/// again by the feed, which then stops deposits.
async fn refuse_if_behind(office: &NotaryOffice, peer: &PeerWitness) -> Result<(), StartError> {
    let head = office.backend().log().head();
    let origin = head.checkpoint().checkpoint().origin();
    let Ok(Some(latest)) = peer.client.latest(origin).await else { return Ok(()) };
    // Anybody can answer in the witness's place; only its own signature stops us.
    let is_signed = latest.note().verify(&peer.keys).is_ok();
    let (ours, theirs) = (head.size(), latest.checkpoint().size());
    if is_signed && latest.checkpoint().origin() == origin && theirs > ours {
        return Err(StartError::Behind { ours, theirs });
    }
    Ok(())
}

/// A store that failed to write is not ready, and stays so.
fn report_store(health: &Health, gauges: Option<StoreGauges>) {
    if let Some(gauges) = gauges {
        health.check("store", move || match gauges().failures {
            0 => Readiness::Ready,
            _ => Readiness::NotReady("a write or sync has failed"),
        });
    }
}

/// A store that was set back must not give out numbers and heads a second time.
fn watch_rollback(health: &Health, is_behind: &Arc<AtomicBool>) {
    let is_behind = Arc::clone(is_behind);
    health.check("own log", move || {
        if is_behind.load(Ordering::Relaxed) {
            Readiness::NotReady("the platform's witness has seen a longer log")
        } else {
            Readiness::Ready
        }
    });
}

async fn nothing_here() -> Result<HttpResponse, RequestProblem> {
    Err(RequestProblem::NotFound)
}
