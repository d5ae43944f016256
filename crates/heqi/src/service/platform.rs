//! The signing platform: store, use cases, HTTP, and the worker that deposits.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use heqi_api::{Api, PeerAnswering, Surroundings};
use heqi_evidence::key_change::KeyRole;
use heqi_evidence_store::backend::embedded::Embedded;
use heqi_evidence_store::gate::{Gated, WriteGate};
use heqi_evidence_store::witness::Witness;
use heqi_notary_protocol::http::{Bearer, HttpPool};
use heqi_notary_protocol::peer::watch::{Peer, PeerWatch};
use heqi_notary_protocol::{NotaryClient, PeerClient};
use heqi_notary_sync::alarms::{watch_cosigning, watch_deposits};
use heqi_notary_sync::gauges::{CosigningGauges, CustodianGauges};
use heqi_notary_sync::peers::watch;
use heqi_notary_sync::{
    Cosigners, CustodianLink, WorkerSettings, run_cosigning, run_deposits, run_stamping,
};
use heqi_pki::authority::CertificateAuthority;
use heqi_pki::certificate::{CertificateChain, TrustedRoot};
use heqi_pki::keys::{PublicKey, SigningKey};
use heqi_providers::HttpCertificateAuthority;
use heqi_registration::access::{self, CreateApiKey};
use heqi_registration::{Custodian, OrderKey, Platform, Ports, Scope, Settings, erasure};
use heqi_service_kit::lifecycle::{Ended, ShutdownTrigger, TaskGroup};
use heqi_service_kit::listener::Listener;
use heqi_service_kit::{Alarms, Secret, Trust};
use heqi_tlog::note::{SignatureType, VerifierKey};
use heqi_vocabulary::{Clock, Entropy};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::certificate_log::CertificateLog;
use super::messages::{self, Messenger, run_messages};
use super::store::FrozenLogs;
use super::sweeping::run_sweeps;
use super::tls::PlatformTls;
use super::{ServiceError, store, time};
use crate::client;
use crate::keys;
use crate::keys::succession::Succession;
use crate::settings::{PeerSettings, PlatformSettings};

/// The key that signs erasure orders.
const ORDER_KEY: &str = "order.pem";

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

/// A platform whose store is open and that does not listen yet.
pub(crate) struct OpenPlatform {
    pub(crate) platform: Arc<Platform>,
    pub(crate) store: Arc<Embedded>,
    pub(crate) witness: Arc<Witness>,
    /// What the store stands behind.
    pub(crate) gate: Arc<WriteGate>,
    /// Who we are and whom we call.
    pub(crate) tls: PlatformTls,
    log_signer: Arc<SigningKey>,
    clock: Arc<dyn Clock>,
    frozen: FrozenLogs,
}

/// The platform's own public keys.
pub(crate) struct PlatformKeys {
    pub(crate) log: VerifierKey,
    pub(crate) witness: VerifierKey,
    /// Signs erasure orders.
    pub(crate) order: PublicKey,
    /// The test-only root of signer certificates, DER.
    pub(crate) certificate_root: Vec<u8>,
}

/// Reads or makes the platform's keys and gives their public halves.
pub(crate) fn public_keys(
    data_dir: &Path,
    origin: &str,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<PlatformKeys, ServiceError> {
    let folder = data_dir.join("keys");
    let log = keys::note_key(&folder.join("log.key"), origin, SignatureType::Ed25519, entropy)?;
    let witness = witness_key(&folder, origin, entropy)?;
    let authority = keys::test_authority(&folder.join("test-authority.pem"), clock, entropy)?;
    Ok(PlatformKeys {
        log: log.verifier_key()?,
        witness: witness.verifier_key()?,
        order: keys::signing_key(&folder.join(ORDER_KEY), entropy)?.public_key(),
        certificate_root: authority.root().certificate().der().to_vec(),
    })
}

fn witness_key(
    folder: &Path,
    origin: &str,
    entropy: &dyn Entropy,
) -> Result<keys::NoteKey, keys::KeyError> {
    let name = format!("{origin}/witness");
    keys::note_key(&folder.join("witness.key"), &name, SignatureType::CosignatureV1, entropy)
}

/// Opens keys and store and takes the use cases up on them.
pub(crate) async fn open(
    settings: &PlatformSettings,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<OpenPlatform, ServiceError> {
    let mut tls = PlatformTls::load(settings)?;
    let folder = settings.data_dir.join("keys");
    let origin = settings.log_origin.as_str();
    let log = keys::note_key(&folder.join("log.key"), origin, SignatureType::Ed25519, &**entropy)?;
    let authority = authority(settings, &mut tls, &folder, (&**clock, &**entropy))?;
    let frozen = store::frozen_logs(&settings.data_dir, entropy)?;
    goes_on_as(settings, &frozen)?;
    let store = store::open(&settings.data_dir, log.log_signer()?, entropy)?;
    // Open until somebody serves: what is made here are rows, never leaves.
    let gate = Arc::new(WriteGate::open());
    let ports = Ports {
        backend: Arc::new(Gated::new(store.clone(), gate.clone())),
        clock: clock.clone(),
        entropy: entropy.clone(),
        authority,
    };
    let mut decided = Settings::of_log(log.verifier_key()?);
    let peers = [&settings.data_centre, &settings.preservation];
    decided.witness_keys =
        peers.iter().filter_map(|p| p.witness_vkey.clone()).map(|k| k.0).collect();
    decided.mirror_keys = peers.iter().filter_map(|p| p.mirror_vkey.clone()).map(|k| k.0).collect();
    decided.custodians = BTreeMap::from([
        (Custodian::DataCentre, settings.data_centre.receipt_key.0.clone()),
        (Custodian::Preservation, settings.preservation.receipt_key.0.clone()),
    ]);
    decided.time_authorities =
        settings.time_authorities.iter().map(|peer| peer.label.clone()).collect();
    decided.names = settings.names.clone();
    if let Some(notify) = &settings.notify {
        notify.public_url.trim_end_matches('/').clone_into(&mut decided.public_url);
        decided.code_required = notify.code_required;
    }
    decided.check_pixels = settings.check_pixels;
    believe_successors(&mut decided, settings, &folder)?;
    decided.frozen.clone_from(&frozen.logs);
    decided.order_key =
        Some(OrderKey::new(Arc::new(keys::signing_key(&folder.join(ORDER_KEY), &**entropy)?)));
    decided.erasure_ledger = Some(
        store::erasure_ledger(&settings.data_dir)
            .map_err(|error| ServiceError::Start(error.to_string()))?,
    );
    let platform = Platform::open(ports, decided)
        .await
        .map_err(|fault| ServiceError::Start(fault.to_string()))?;
    erasure::resume(&platform).await.map_err(|fault| ServiceError::Start(fault.to_string()))?;
    let known = Succession::load(&folder)?;
    let witness = Witness::new(
        witness_key(&folder, origin, &**entropy)?.cosigner()?,
        settings
            .witnessed_logs
            .iter()
            .flat_map(|key| known.all_note_keys(KeyRole::Log, &key.0))
            .collect(),
    );
    let log_signer = Arc::new(log.statement_key());
    let (platform, witness) = (Arc::new(platform), Arc::new(witness));
    let clock = clock.clone();
    Ok(OpenPlatform { platform, store, witness, gate, tls, log_signer, clock, frozen })
}

/// After a succession the settings name the log that goes on.
fn goes_on_as(settings: &PlatformSettings, frozen: &FrozenLogs) -> Result<(), ServiceError> {
    let Some(last) = frozen.logs.last() else { return Ok(()) };
    let successor = last.successor().said().log_key.0.name();
    if successor.as_str() == settings.log_origin {
        return Ok(());
    }
    Err(ServiceError::Start(format!(
        "log {} is frozen and {successor} goes on in its place: set log_origin = \"{successor}\" and [api] log_name to \
         its last part",
        last.origin()
    )))
}

/// Whoever issues signers' certificates: the configured authority, else the built-in one.
fn authority(
    settings: &PlatformSettings,
    tls: &mut PlatformTls,
    folder: &Path,
    (clock, entropy): (&dyn Clock, &dyn Entropy),
) -> Result<Arc<dyn CertificateAuthority>, ServiceError> {
    let Some(wanted) = &settings.certificate_authority else {
        let file = folder.join("test-authority.pem");
        return Ok(Arc::new(keys::test_authority(&file, clock, entropy)?));
    };
    let failed = |error: &dyn std::fmt::Display| ServiceError::Authority(error.to_string());
    let trust =
        tls.service.called("certificate_authority", &wanted.url, wanted.tls.as_ref(), None)?;
    let token = keys::read_secret(&wanted.token_file)?;
    let token = Secret::new(token.trim_end().to_owned());
    let pem = keys::read_secret(&wanted.roots_file)?;
    let roots = CertificateChain::from_pem(&pem).map_err(|error| failed(&error))?;
    let roots = roots
        .certificates()
        .map(|root| TrustedRoot::new(root.clone(), false))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| failed(&error))?;
    let authority = HttpCertificateAuthority::at(&wanted.url, token, &trust, roots);
    Ok(Arc::new(authority.map_err(|error| failed(&error))?))
}

/// Keys that peers rotated to, as far as the operator accepted their statements.
fn believe_successors(
    decided: &mut Settings,
    settings: &PlatformSettings,
    folder: &Path,
) -> Result<(), ServiceError> {
    let known = Succession::load(folder)?;
    let line = |role, keys: &[VerifierKey]| -> Vec<VerifierKey> {
        keys.iter().flat_map(|key| known.all_note_keys(role, key)).collect()
    };
    let own = known.keys_of_name(KeyRole::Log, &decided.log_key).into_iter();
    decided.other_log_keys = own.filter(|key| *key != decided.log_key).collect();
    decided.witness_keys = line(KeyRole::Witness, &decided.witness_keys);
    decided.mirror_keys = line(KeyRole::Mirror, &decided.mirror_keys);
    decided.other_receipt_keys = [
        (Custodian::DataCentre, &settings.data_centre),
        (Custodian::Preservation, &settings.preservation),
    ]
    .into_iter()
    .map(|(custodian, peer)| {
        (custodian, known.all_statement_keys(KeyRole::Receipt, &peer.receipt_key.0))
    })
    .collect();
    Ok(())
}

impl OpenPlatform {
    /// Lets an integrator in who holds the key of this hash.
    pub(crate) async fn admit_key(&self, label: &str, key: &str) -> Result<(), ServiceError> {
        let command = CreateApiKey {
            label: label.to_owned(),
            scopes: Scope::ALL.into_iter().collect(),
            hash: access::hash_of(key),
        };
        access::create_api_key(&self.platform, command)
            .await
            .map(|_| ())
            .map_err(|fault| ServiceError::Start(fault.to_string()))
    }

    /// Asks the custodians what they hold of us. Nothing is written until those that must be heard have been.
    ///
    /// # Errors
    /// One of them proved that the store was set back.
    pub(crate) async fn ask_peers(
        &self,
        settings: &PlatformSettings,
        entropy: &Arc<dyn Entropy>,
    ) -> Result<(), ServiceError> {
        self.watch(settings, entropy)?.round().await?;
        Ok(())
    }

    fn watch(
        &self,
        settings: &PlatformSettings,
        entropy: &Arc<dyn Entropy>,
    ) -> Result<PeerWatch, ServiceError> {
        self.gate.hold();
        let is_restored = store::is_restored(&settings.data_dir)?;
        let peers = peers(settings, &self.tls, is_restored)?;
        let given = (self.clock.clone(), entropy.clone());
        Ok(watch(&self.platform, &self.gate, self.log_signer.clone(), given, peers))
    }

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
        let alarms = surroundings.alarms.clone();
        let mut serving = TaskGroup::new();
        let mut api = settings.api.clone();
        api.peer_certificates = self.tls.service.asks_organisations();
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
    surroundings.report_secret = messages::report_secret(notify)?;
    let http = client::http(gateway).map_err(|error| ServiceError::Start(error.to_string()))?;
    Messenger::new(notify, http, clock, &surroundings.metrics).map(Some)
}

/// The custodians as peers. The one that witnesses our log must be heard before anything is written; a store that was
/// restored must be compared with all of them.
fn peers(
    settings: &PlatformSettings,
    tls: &PlatformTls,
    is_restored: bool,
) -> Result<Vec<Peer>, ServiceError> {
    let logs = peer_logs(settings)?;
    let all = custodians(settings, tls);
    let nobody_witnesses = all.iter().all(|(_, peer, _)| peer.witness_vkey.is_none());
    if logs.is_empty() {
        return Ok(Vec::new());
    }
    let peer = |(custodian, peer, pool): (Custodian, &PeerSettings, &HttpPool)| Peer {
        name: custodian.as_str(),
        client: PeerClient::new(pool.clone(), &peer.url, logs.clone()),
        must_be_heard: is_restored || nobody_witnesses || peer.witness_vkey.is_some(),
    };
    Ok(all.into_iter().map(peer).collect())
}

/// The custodians' own logs, with the keys they rotated to.
fn peer_logs(settings: &PlatformSettings) -> Result<Vec<VerifierKey>, ServiceError> {
    let known = Succession::load(&settings.data_dir.join("keys"))?;
    let logs = settings.witnessed_logs.iter();
    Ok(logs.flat_map(|key| known.all_note_keys(KeyRole::Log, &key.0)).collect())
}

/// The links to both custodians.
pub(crate) fn links(
    settings: &PlatformSettings,
    tls: &PlatformTls,
) -> Result<Vec<CustodianLink>, ServiceError> {
    custodians(settings, tls)
        .into_iter()
        .map(|(custodian, peer, pool)| Ok(CustodianLink { custodian, client: client(pool, peer)? }))
        .collect()
}

/// Both custodians, with the way to each.
fn custodians<'a>(
    settings: &'a PlatformSettings,
    tls: &'a PlatformTls,
) -> [(Custodian, &'a PeerSettings, &'a HttpPool); 2] {
    [
        (Custodian::DataCentre, &settings.data_centre, &tls.data_centre),
        (Custodian::Preservation, &settings.preservation, &tls.preservation),
    ]
}

fn client(pool: &HttpPool, peer: &PeerSettings) -> Result<NotaryClient, ServiceError> {
    let key = std::fs::read_to_string(&peer.api_key_file).map_err(|source| {
        ServiceError::Key(keys::KeyError::Unreadable { path: peer.api_key_file.clone(), source })
    })?;
    Ok(NotaryClient::new(pool.clone(), &peer.url, Some(Bearer::new(key.trim_end()))))
}

fn work(
    platform: &Arc<Platform>,
    settings: &PlatformSettings,
    tls: &PlatformTls,
    (clock, entropy): (&Arc<dyn Clock>, &Arc<dyn Entropy>),
    demand: Arc<Notify>,
    alarms: &Alarms,
) -> Result<TaskGroup, ServiceError> {
    let mut group = TaskGroup::new();
    let mut stamping = time::stamping(
        platform.shared_backend(),
        clock,
        entropy,
        (&settings.time_authorities, &tls.time_authorities),
        &settings.stamping,
    )?;
    stamping.demand = demand;
    group.spawn("stamping", run_stamping(stamping, group.shutdown()));
    let mut depositing = Vec::new();
    let worker = WorkerSettings::default();
    let known = Succession::load(&settings.data_dir.join("keys"))?;
    for link in links(settings, tls)? {
        if let (Custodian::DataCentre, Some(witness), Some(mirror)) =
            (link.custodian, &settings.data_centre.witness_vkey, &settings.data_centre.mirror_vkey)
        {
            let cosigners = Cosigners {
                witness: link.client.witness(),
                witness_keys: known.all_note_keys(KeyRole::Witness, &witness.0),
                mirror: link.client.mirror(),
                mirror_keys: known.all_note_keys(KeyRole::Mirror, &mirror.0),
            };
            let gauges = Arc::new(CosigningGauges::default());
            watch_cosigning(alarms, &gauges);
            let stop = group.shutdown();
            group.spawn(
                "cosigning",
                run_cosigning(platform.clone(), cosigners, worker, gauges, stop),
            );
        }
        let gauges = Arc::new(CustodianGauges::default());
        depositing.push(gauges.clone());
        let stop = group.shutdown();
        group.spawn(
            link.custodian.as_str(),
            run_deposits(platform.clone(), link, worker, gauges, stop),
        );
    }
    watch_deposits(alarms, depositing);
    Ok(group)
}

impl RunningPlatform {
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
