//! A notary data centre or a preservation service: store, office, HTTP.

mod halves;
mod stopped;
mod trust;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use heqi_evidence::anchors::Anchors;
use heqi_evidence::key_change::KeyRole;
use heqi_evidence_store::backend::embedded::Embedded;
use heqi_evidence_store::gate::{Gated, WriteGate};
use heqi_evidence_store::witness::Witness;
use heqi_notarization::holder::deliver::Recipient;
use heqi_notarization::mirror::end_of;
use heqi_notarization::office::OfficeParts;
use heqi_notarization::{CosignedLog, Mirror, NotaryOffice};
use heqi_notary_center::{
    CenterSettings, DataCentre, DataCentreLog, NotaryCenter, NoticeWays, PeerComparison,
    PeerWitness, People, Running, StoreGauges, Surroundings, Watching,
};
use heqi_notary_protocol::{NotaryClient, NoticeClient, PeerClient, WitnessClient};
use heqi_notary_sync::run_stamping;
use heqi_pki::keys::Signer;
use heqi_service_kit::admission::Load;
use heqi_service_kit::api_key::{ApiKey, ApiKeyHash};
use heqi_service_kit::lifecycle::{ShutdownTrigger, TaskGroup};
use heqi_service_kit::listener::Listener;
use heqi_service_kit::{Health, Metrics};
use heqi_tlog::cosignature::Cosigner;
use heqi_vocabulary::{Clock, Entropy};

use self::halves::NotarysHalves;
use super::alarm_mail::{AlarmChannels, Telling, run_alarms};
use super::certificate_log::CertificateLog;
use super::reconciling::{Kept, run_reconciling};
use super::store::FrozenLogs;
use super::tls::NotaryTls;
use super::{ServiceError, sending, store, time, workbench};
use crate::client;
use crate::keys::succession::Succession;
use crate::keys::{self, KeyError, NoteKey};
use crate::load::bytes_below;
use crate::settings::{NotarySettings, Profile, Role};

pub(crate) use stopped::{StoppedOffice, stopped_office};
pub(crate) use trust::{NotaryKeys, custodian_anchor, public_keys};
use trust::{anchors, cosigner_key, log_key, with_successors};

/// How long a token that is being asked for may take at the end.
const DRAIN: Duration = Duration::from_secs(15);

/// A running notary service.
pub(crate) struct RunningNotary {
    running: Running,
    store: Arc<Embedded>,
    /// Held open until the end.
    frozen: FrozenLogs,
    stamping: ShutdownTrigger,
}

/// Opens keys and store and starts the service.
pub(crate) async fn start(
    settings: &NotarySettings,
    tls: &NotaryTls,
    listener: Listener,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<RunningNotary, ServiceError> {
    let folder = settings.data_dir.join("keys");
    let frozen = store::frozen_logs(&settings.data_dir, entropy)?;
    frozen.go_on_as(&settings.log_origin, "log_name")?;
    let log = log_key(&folder, &settings.log_origin, &**entropy)?;
    let cache = settings.index_cache_mib;
    let store = store::open_to_serve(&settings.data_dir, cache, log.log_signer()?, entropy)?;
    let receipt = keys::signing_key(&folder.join("receipt.pem"), &**entropy)?;
    let publisher = keys::signing_key(&folder.join("publisher.pem"), &**entropy)?;
    let public = public_keys(&settings.data_dir, &settings.log_origin, settings.role, &**entropy)?;
    let known = Succession::load(&folder)?;
    let mut anchors = anchors(settings, &public, publisher.public_key(), &**clock);
    anchors = with_successors(anchors, &known);
    let validity = settings.platform.log.validity;
    anchors.seal_roots = workbench::seal_roots(settings, validity, &**clock, &**entropy)?;
    // Open until the service is spawned: what is made here are rows, never leaves.
    let gate = Arc::new(WriteGate::open());
    let office = NotaryOffice::new(OfficeParts {
        custodian: settings.role.custodian().to_owned(),
        organisation: settings.organisation.clone(),
        anchors: anchors.clone(),
        receipt_key: Arc::new(receipt),
        backend: Arc::new(Gated::new(store.clone(), gate.clone())),
        clock: clock.clone(),
        entropy: entropy.clone(),
    });
    let before = frozen.logs.iter().map(heqi_registration::FrozenLog::shared_store);
    let office = office.after(before.collect()).keeping_in(settings.kept_in.clone());
    let office = following_orders(proving(office, settings, tls), settings, &known).await?;
    let notice_ways = notice_ways(settings, tls);
    let office = office.telling(notice_ways.iter().map(|(to, _)| *to).collect());
    let role = match settings.role {
        Role::Preservation => heqi_notary_center::Role::Preservation,
        Role::DataCentre => heqi_notary_center::Role::DataCentre(data_centre(
            settings,
            anchors,
            Arc::new(publisher),
            &office,
        )?),
    };
    let people = people(settings, tls, clock)?;
    if people.is_some() {
        // While the gate is open: rows only, of what was admitted before there were such rows.
        rows_of_people(&office).await?;
    }
    gate.hold();
    let peer = peer_comparison(settings, tls, &log, &gate)?;
    let mut tasks = TaskGroup::new();
    let measured = store.clone();
    let gauges: StoreGauges = Arc::new(move || measured.gauges());
    let watching = watch_over(settings, tls, &office, (clock, entropy, gauges), &mut tasks)?;
    let stamping = time::stamping(
        office.backend().clone(),
        (clock, &peer.clock),
        entropy,
        (&settings.time_authorities, &tls.time_authorities),
        &settings.stamping,
    )?;
    tasks.spawn("stamping", run_stamping(stamping, tasks.shutdown()));
    if let Some(identity) = tls.service.identity() {
        let log = CertificateLog {
            keys: folder.clone(),
            identity,
            origin: settings.log_origin.clone(),
            signer: Arc::new(log.statement_key()),
            backend: office.backend().clone(),
            clock: clock.clone(),
            is_notary: true,
        };
        tasks.spawn("certificate log", log.run(tasks.shutdown()));
    }
    let metrics = Arc::new(Metrics::default());
    tls.service.watch(&mut tasks, &metrics);
    let surroundings = Surroundings {
        office,
        role,
        platform_keys: api_keys(settings)?,
        peer_witness: Some(peer_witness(settings, tls)?),
        peer: Some(peer),
        entropy: entropy.clone(),
        health: Arc::new(Health::default()),
        metrics,
        people,
        notice_ways,
        watching,
        bench: workbench::bench(settings, tls, clock, &**entropy)?,
    };
    let center = center(settings, tls);
    let running = NotaryCenter::start(center, listener, surroundings)
        .await
        .map_err(|e| ServiceError::Start(crate::commands::chain_of(&e)))?;
    forget_restoring(settings, gate);
    let stamping = tasks.trigger();
    tokio::spawn(tasks.run_until(std::future::pending::<()>(), DRAIN));
    Ok(RunningNotary { running, store, frozen, stamping })
}

/// What the custodian is watched by: its figures, alarms that are told, both sides' logs compared.
fn watch_over(
    settings: &NotarySettings,
    tls: &NotaryTls,
    office: &NotaryOffice,
    (clock, entropy, gauges): (&Arc<dyn Clock>, &Arc<dyn Entropy>, StoreGauges),
    tasks: &mut TaskGroup,
) -> Result<Watching, ServiceError> {
    let channels = alarm_channels(settings, tls, clock)?;
    let folder = settings.data_dir.clone();
    let watching = Watching {
        store_gauges: Some(gauges),
        time_authorities: settings.time_authorities.iter().map(|one| one.label.clone()).collect(),
        disk_bytes: Some(Arc::new(move || bytes_below(&folder))),
        alarm_channels: channels.names(),
    };
    if !watching.alarm_channels.is_empty() {
        let telling = Telling {
            backend: office.backend().clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
        };
        tasks.spawn("alarm delivery", run_alarms(telling, channels, tasks.shutdown()));
    }
    let halves = NotarysHalves::new(settings, tls, office, entropy)?;
    let kept = Kept {
        backend: office.backend().clone(),
        clock: clock.clone(),
        every: Duration::from_secs(settings.reconcile_every_s.max(10)),
    };
    tasks.spawn("reconciliation", run_reconciling(kept, halves, tasks.shutdown()));
    Ok(watching)
}

/// By what somebody is told of alarms.
fn alarm_channels(
    settings: &NotarySettings,
    tls: &NotaryTls,
    clock: &Arc<dyn Clock>,
) -> Result<AlarmChannels, ServiceError> {
    let http =
        client::http(&tls.alarm_webhook).map_err(|error| ServiceError::Start(error.to_string()))?;
    let email = settings.people.as_ref().and_then(|people| people.email.as_ref());
    let service = &settings.organisation;
    AlarmChannels::new(&settings.alarm_delivery, email, service, (http, clock.clone()))
}

/// Takes the mark of a restored store away once the platform has been heard.
fn forget_restoring(settings: &NotarySettings, gate: Arc<WriteGate>) {
    let data_dir = settings.data_dir.clone();
    tokio::spawn(async move {
        gate.opened().await;
        if let Err(error) = store::compared(&data_dir) {
            tracing::error!(%error, "the mark of the restored store could not be taken away");
        }
    });
}

/// What was admitted, and said, before there were rows for it.
async fn rows_of_people(office: &NotaryOffice) -> Result<(), ServiceError> {
    let indexed = heqi_notarization::holder::index_all(office).await;
    indexed.map_err(|error| ServiceError::Start(error.to_string()))?;
    let owed = heqi_notarization::holder::deliver::send_what_is_owed(office).await;
    owed.map_err(|error| ServiceError::Start(error.to_string()))
}

fn center(settings: &NotarySettings, tls: &NotaryTls) -> CenterSettings {
    let mut center = CenterSettings::default();
    center.log_name.clone_from(&settings.log_name);
    center.alarms = settings.alarms;
    center.renewal_margin_days = settings.center.renewal_margin_days;
    center.renewal_interval_ms = settings.center.renewal_interval_ms;
    center.peer_certificates = tls.service.asks_organisations();
    center.https_only = settings.tls.is_some();
    if settings.profile == Profile::Demo {
        center.rates.enabled = false;
        center.load = Load::unlimited();
    }
    center
}

/// Under which name people see the service, and by what it sends them codes.
fn people(
    settings: &NotarySettings,
    tls: &NotaryTls,
    clock: &Arc<dyn Clock>,
) -> Result<Option<People>, ServiceError> {
    let Some(people) = &settings.people else { return Ok(None) };
    let http = client::http(&tls.sms_gateway);
    let http = http.map_err(|error| ServiceError::Start(error.to_string()))?;
    let (channels, templates) = sending::ways(&people.ways(), http, clock)?;
    Ok(Some(People {
        service: people.service.clone(),
        telephone: people.telephone.clone(),
        secure_cookies: settings.tls.is_some() || settings.profile != Profile::Demo,
        channels,
        templates: Arc::new(templates),
        public_url: people.public_url.clone(),
        certify_url: people.certify_url.clone(),
    }))
}

/// To whom what people say here is brought: the platform, and by the second custodian the data
/// centre.
fn notice_ways(settings: &NotarySettings, tls: &NotaryTls) -> NoticeWays {
    let platform = NoticeClient::new(tls.platform.clone(), &settings.platform.url);
    let mut ways = vec![(Recipient::Platform, platform)];
    if let (Some(peer), Some(pool)) = (&settings.data_centre, &tls.data_centre) {
        ways.push((Recipient::DataCentre, NoticeClient::new(pool.clone(), &peer.url)));
    }
    ways
}

/// The second custodian proves what it hands out by the data centre's witness and mirror, if it knows the keys of both.
fn proving(office: NotaryOffice, settings: &NotarySettings, tls: &NotaryTls) -> NotaryOffice {
    let (Role::Preservation, Some(peer), Some(pool)) =
        (settings.role, &settings.data_centre, &tls.data_centre)
    else {
        return office;
    };
    if peer.witness_vkey.is_none() || peer.mirror_vkey.is_none() {
        return office;
    }
    let shown = DataCentreLog::new(NotaryClient::new(pool.clone(), &peer.url, None));
    office.proving_by(Arc::new(CosignedLog::elsewhere(Arc::new(shown))))
}

/// The office follows the platform's erasure orders; what a crash or a restore left undone
/// is done before anything is served.
async fn following_orders(
    office: NotaryOffice,
    settings: &NotarySettings,
    known: &Succession,
) -> Result<NotaryOffice, ServiceError> {
    let start = |error: &dyn std::fmt::Display| ServiceError::Start(error.to_string());
    let ledger = store::erasure_ledger(&settings.data_dir).map_err(|error| start(&error))?;
    let keys = settings.platform.order_key.as_ref();
    let keys = keys.map(|key| known.all_statement_keys(KeyRole::Order, &key.0));
    let office = office.erasing(keys.unwrap_or_default(), ledger);
    heqi_notarization::erasure::resume(&office).await.map_err(|error| start(&error))?;
    Ok(office)
}

fn data_centre(
    settings: &NotarySettings,
    anchors: Anchors,
    publisher: Arc<dyn Signer>,
    office: &NotaryOffice,
) -> Result<DataCentre, ServiceError> {
    let known = Succession::load(&settings.data_dir.join("keys"))?;
    let logs = known.all_note_keys(KeyRole::Log, &settings.platform.log.vkey.0);
    let ends = known.successors_of(&settings.platform.log.vkey.0).iter().map(end_of).collect();
    Ok(DataCentre {
        witness: Witness::new(cosigner(settings, "witness", office)?, logs).ending(ends),
        mirror: mirror(settings, &known, office)?,
        anchors,
        publisher,
    })
}

/// The mirror of the platform's log.
fn mirror(
    settings: &NotarySettings,
    known: &Succession,
    office: &NotaryOffice,
) -> Result<Mirror, ServiceError> {
    let logs = known.all_note_keys(KeyRole::Log, &settings.platform.log.vkey.0);
    let successors = known.successors_of(&settings.platform.log.vkey.0);
    let (backend, clock) = (office.backend().clone(), office.clock().clone());
    let mirror = Mirror::new(cosigner(settings, "mirror", office)?, logs, backend, clock);
    Ok(mirror.following(&successors))
}

/// The key of this kind that cosigns the platform's log.
fn cosigner(
    settings: &NotarySettings,
    kind: &str,
    office: &NotaryOffice,
) -> Result<Cosigner, ServiceError> {
    let folder = settings.data_dir.join("keys");
    let key = cosigner_key(&folder, &settings.log_origin, kind, office.entropy())?;
    Ok(key.cosigner()?)
}

/// The keys the platform may come with: to deposit, to apply for certificates, and to recover while it must. Beside them
/// the key of whoever places holds.
fn api_keys(settings: &NotarySettings) -> Result<Vec<ApiKeyHash>, ServiceError> {
    let platform = &settings.platform;
    let files = std::iter::once(&platform.api_key_file)
        .chain(&platform.applications_key_file)
        .chain(&platform.recovery_key_file)
        .chain(&settings.legal_hold_key_file);
    files.map(|file| Ok(api_key(file)?.hash())).collect()
}

fn api_key(path: &Path) -> Result<ApiKey, ServiceError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| KeyError::Unreadable { path: path.to_owned(), source })?;
    ApiKey::from_authorization(&format!("Bearer {}", text.trim_end()))
        .map_err(|_| ServiceError::Key(KeyError::Form(path.to_owned())))
}

pub(crate) fn peer_witness(
    settings: &NotarySettings,
    tls: &NotaryTls,
) -> Result<PeerWitness, ServiceError> {
    let prefix = format!("{}/witness", settings.platform.url.trim_end_matches('/'));
    Ok(PeerWitness {
        client: WitnessClient::new(tls.platform.clone(), &prefix),
        keys: Succession::load(&settings.data_dir.join("keys"))?
            .all_note_keys(KeyRole::Witness, &settings.platform.witness_vkey.0),
    })
}

/// The platform as our peer: asked in the name of our log, answered in that of its own.
fn peer_comparison(
    settings: &NotarySettings,
    tls: &NotaryTls,
    log: &NoteKey,
    gate: &Arc<WriteGate>,
) -> Result<PeerComparison, ServiceError> {
    let known = Succession::load(&settings.data_dir.join("keys"))?;
    let platform_logs = known.all_note_keys(KeyRole::Log, &settings.platform.log.vkey.0);
    let pool = tls.platform.clone();
    Ok(PeerComparison {
        gate: gate.clone(),
        clock: Arc::default(),
        client: PeerClient::new(pool, &settings.platform.url, platform_logs.clone()),
        log_keys: known.keys_of_name(KeyRole::Log, &log.verifier_key()?),
        log_signer: Arc::new(log.statement_key()),
        known_logs: platform_logs,
    })
}

impl RunningNotary {
    /// Its store.
    pub(crate) const fn store(&self) -> &Arc<Embedded> {
        &self.store
    }

    /// Stops taking requests, lets those in flight end, closes the store.
    pub(crate) async fn stop(self) {
        self.stamping.request();
        let ended = self.running.stop().await;
        if !ended.is_clean() {
            tracing::warn!(?ended, "the notary service did not stop cleanly");
        }
        if let Err(error) = self.store.close() {
            tracing::error!(%error, "the notary's store did not close");
        }
        drop(self.frozen);
    }
}
