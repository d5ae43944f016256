//! The platform while it serves: HTTP, everything beside it, and the end in order.

use std::sync::Arc;
use std::time::Duration;

use heqi_api::{Api, PeerAnswering, Surroundings};
use heqi_evidence_store::backend::embedded::Embedded;
use heqi_evidence_store::gate::WriteGate;
use heqi_service_kit::Trust;
use heqi_service_kit::lifecycle::{Ended, ShutdownTrigger, TaskGroup};
use heqi_service_kit::listener::Listener;
use heqi_vocabulary::{Clock, Entropy};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::OpenPlatform;
use super::peers::peer_logs;
use super::work::work;
use crate::client;
use crate::load::bytes_below;
use crate::service::alarm_mail::{AlarmChannels, Telling, run_alarms};
use crate::service::certificate_log::CertificateLog;
use crate::service::identity::run_checks;
use crate::service::indexing::run_indexing;
use crate::service::messages::{Messenger, run_messages};
use crate::service::store::FrozenLogs;
use crate::service::sweeping::run_sweeps;
use crate::service::{ServiceError, sending, store};
use crate::settings::PlatformSettings;

const DRAIN: Duration = Duration::from_secs(15);

/// A running platform.
pub(crate) struct RunningPlatform {
    store: Arc<Embedded>,
    /// Held open until the end.
    frozen: FrozenLogs,
    /// Opens when the peers have been heard.
    pub(crate) gate: Arc<WriteGate>,
    trigger: ShutdownTrigger,
    worker: ShutdownTrigger,
    tasks: Vec<JoinHandle<Ended>>,
}

impl OpenPlatform {
    fn certificate_log(&self, settings: &PlatformSettings) -> Option<CertificateLog> {
        Some(CertificateLog {
            keys: settings.data_dir.join("keys"),
            identity: self.tls.service.identity()?,
            origin: self.platform.origin().to_string(),
            signer: self.log_signer.clone(),
            backend: self.platform.shared_backend(),
            clock: self.clock.clone(),
            is_notary: false,
        })
    }

    /// Starts HTTP and the worker. Reads are answered at once, writes once the custodians have been heard.
    pub(crate) fn start(
        self,
        settings: &PlatformSettings,
        listener: Listener,
        entropy: &Arc<dyn Entropy>,
    ) -> Result<RunningPlatform, ServiceError> {
        let mut surroundings = Surroundings::new(self.platform.clone(), entropy.clone());
        let watch = self.watch(settings, entropy)?;
        let certificate_log = self.certificate_log(settings);
        surroundings.witness = Some(self.witness);
        surroundings.peer = Some(PeerAnswering {
            log_key: self.platform.settings().log_key.clone(),
            log_signer: self.log_signer,
            known_logs: peer_logs(settings)?,
        });
        let metrics = surroundings.metrics.clone();
        let clock = &self.clock;
        let messenger = messenger(settings, &self.tls.sms_gateway, &mut surroundings, clock)?;
        let gauged = self.store.clone();
        surroundings.store_gauges = Some(Arc::new(move || gauged.gauges()));
        let demand = Arc::new(Notify::new());
        surroundings.stamp_demand = Some(demand.clone());
        let http = client::http(&self.tls.alarm_webhook)
            .map_err(|error| ServiceError::Start(error.to_string()))?;
        let channels = AlarmChannels::new(
            &settings.alarm_delivery,
            settings.notify.as_ref().and_then(|notify| notify.email.as_ref()),
            &settings.names.operator,
            (http, clock.clone()),
        )?;
        surroundings.alarm_channels = channels.names();
        let folder = settings.data_dir.clone();
        surroundings.disk_bytes = Some(Arc::new(move || bytes_below(&folder)));
        let alarms = surroundings.alarms.clone();
        let mut serving = TaskGroup::new();
        let mut api = settings.api.clone();
        api.peer_certificates = self.tls.service.asks_organisations();
        // Not where the demo has made a certificate for a network: nobody is locked out of what is tried there.
        api.https_only = settings.tls.is_some();
        api.pages.sample_photo = settings.profile.has_sample_photo();
        let server = Api::server(api, listener, surroundings, serving.shutdown())
            .map_err(|e| ServiceError::Start(e.to_string()))?;
        self.tls.service.watch(&mut serving, &metrics);
        if let Some(log) = certificate_log {
            let changes = log.run(serving.shutdown());
            serving.spawn("certificate log", changes);
        }
        serving.spawn_server("api", server);
        let sweeps = run_sweeps(self.platform.clone(), serving.shutdown());
        serving.spawn("sweep", sweeps);
        if !channels.names().is_empty() {
            let telling = Telling {
                backend: self.platform.shared_backend(),
                clock: clock.clone(),
                entropy: entropy.clone(),
            };
            let telling = run_alarms(telling, channels, serving.shutdown());
            serving.spawn("alarm delivery", telling);
        }
        let finding = run_indexing(self.platform.clone(), serving.shutdown());
        serving.spawn("index of filings", finding);
        let mut stop = serving.shutdown();
        serving.spawn("peers", async move {
            watch.run(stop.requested()).await;
            Ok::<(), ServiceError>(())
        });
        let (mark, opened) = (settings.data_dir.clone(), self.gate.clone());
        let mut stop = serving.shutdown();
        serving.spawn("restored", async move {
            tokio::select! {
                () = stop.requested() => Ok(()),
                () = opened.opened() => store::compared(&mark),
            }
        });
        if self.platform.identity().is_anybody_asked() {
            let asking = run_checks(self.platform.clone(), serving.shutdown());
            serving.spawn("identity", asking);
        }
        if let Some(messenger) = messenger {
            let sending = run_messages(self.platform.clone(), messenger, serving.shutdown());
            serving.spawn("messages", sending);
        }
        let clocks = (&self.clock, entropy);
        let working = work(&self.platform, settings, &self.tls, clocks, demand, &alarms)?;
        let (trigger, worker) = (serving.trigger(), working.trigger());
        let tasks = [serving, working]
            .into_iter()
            .map(|group| tokio::spawn(group.run_until(std::future::pending::<()>(), DRAIN)))
            .collect();
        let (store, gate, frozen) = (self.store, self.gate, self.frozen);
        Ok(RunningPlatform { store, frozen, gate, trigger, worker, tasks })
    }
}

/// What messages are sent by, where that is set.
fn messenger(
    settings: &PlatformSettings,
    gateway: &Trust,
    surroundings: &mut Surroundings,
    clock: &Arc<dyn Clock>,
) -> Result<Option<Messenger>, ServiceError> {
    let Some(notify) = &settings.notify else { return Ok(None) };
    surroundings.report_secrets = sending::report_secrets(notify)?;
    let http = client::http(gateway).map_err(|error| ServiceError::Start(error.to_string()))?;
    let messenger = Messenger::new(notify, http, clock, &surroundings.metrics)?;
    messenger.watch(&surroundings.alarms);
    surroundings.templates = Some(messenger.templates().clone());
    Ok(Some(messenger))
}

impl RunningPlatform {
    /// Its store.
    pub(crate) const fn store(&self) -> &Arc<Embedded> {
        &self.store
    }

    /// Stops the worker only: signing goes on, deposits wait.
    pub(crate) fn pause_worker(&self) {
        self.worker.request();
    }

    /// Stops taking requests, lets those in flight end, closes the store.
    pub(crate) async fn stop(self) {
        self.trigger.request();
        self.worker.request();
        for task in self.tasks {
            match task.await {
                Ok(ended) if ended.is_clean() => {}
                Ok(ended) => tracing::warn!(?ended, "the platform did not stop cleanly"),
                Err(error) => tracing::error!(%error, "a task of the platform failed"),
            }
        }
        if let Err(error) = self.store.close() {
            tracing::error!(%error, "the platform's store did not close");
        }
        drop(self.frozen);
    }
}
