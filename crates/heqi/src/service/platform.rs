//! The signing platform: store, use cases, HTTP, and the worker that deposits.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use heqi_api::{Api, Surroundings};
use heqi_evidence_store::backend::embedded::Embedded;
use heqi_evidence_store::witness::Witness;
use heqi_notary_protocol::NotaryClient;
use heqi_notary_protocol::http::{Bearer, Deadlines, HttpPool};
use heqi_notary_sync::gauges::{CosigningGauges, CustodianGauges};
use heqi_notary_sync::{Cosigners, CustodianLink, WorkerSettings, run_cosigning, run_deposits};
use heqi_registration::access::{self, CreateApiKey};
use heqi_registration::{Custodian, Platform, Ports, Scope, Settings};
use heqi_service_kit::lifecycle::{Ended, ShutdownTrigger, TaskGroup};
use heqi_service_kit::listener::Listener;
use heqi_tlog::note::{SignatureType, VerifierKey};
use heqi_vocabulary::{Clock, Entropy};
use tokio::task::JoinHandle;

use super::{ServiceError, store};
use crate::keys;
use crate::settings::{PeerSettings, PlatformSettings, Profile};

const DRAIN: Duration = Duration::from_secs(15);

/// A running platform.
pub(crate) struct RunningPlatform {
    store: Arc<Embedded>,
    trigger: ShutdownTrigger,
    worker: ShutdownTrigger,
    tasks: Vec<JoinHandle<Ended>>,
}

/// A platform whose store is open and that does not listen yet.
pub(crate) struct OpenPlatform {
    pub(crate) platform: Arc<Platform>,
    pub(crate) store: Arc<Embedded>,
    pub(crate) witness: Arc<Witness>,
}

/// The platform's own public keys.
pub(crate) struct PlatformKeys {
    pub(crate) log: VerifierKey,
    pub(crate) witness: VerifierKey,
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
    if settings.profile == Profile::Production {
        return Err(ServiceError::Production);
    }
    let folder = settings.data_dir.join("keys");
    let origin = settings.log_origin.as_str();
    let log = keys::note_key(&folder.join("log.key"), origin, SignatureType::Ed25519, &**entropy)?;
    let authority = keys::test_authority(&folder.join("test-authority.pem"), &**clock, &**entropy)?;
    let store = store::open(&settings.data_dir, log.log_signer()?, entropy)?;
    let ports = Ports {
        backend: store.clone(),
        clock: clock.clone(),
        entropy: entropy.clone(),
        authority: Arc::new(authority),
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
    decided.names = settings.names.clone();
    decided.check_pixels = settings.check_pixels;
    let platform = Platform::open(ports, decided)
        .await
        .map_err(|fault| ServiceError::Start(fault.to_string()))?;
    let witness = Witness::new(
        witness_key(&folder, origin, &**entropy)?.cosigner()?,
        settings.witnessed_logs.iter().map(|key| key.0.clone()).collect(),
    );
    Ok(OpenPlatform { platform: Arc::new(platform), store, witness: Arc::new(witness) })
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

    /// Starts HTTP and the worker.
    pub(crate) fn start(
        self,
        settings: &PlatformSettings,
        listener: Listener,
        entropy: &Arc<dyn Entropy>,
    ) -> Result<RunningPlatform, ServiceError> {
        let mut surroundings = Surroundings::new(self.platform.clone(), entropy.clone());
        surroundings.witness = Some(self.witness);
        let gauged = self.store.clone();
        surroundings.store_gauges = Some(Arc::new(move || gauged.gauges()));
        let mut serving = TaskGroup::new();
        let server = Api::server(settings.api.clone(), listener, surroundings, serving.shutdown())
            .map_err(|e| ServiceError::Start(e.to_string()))?;
        serving.spawn_server("api", server);
        let working = work(&self.platform, settings)?;
        let (trigger, worker) = (serving.trigger(), working.trigger());
        let tasks = [serving, working]
            .into_iter()
            .map(|group| tokio::spawn(group.run_until(std::future::pending::<()>(), DRAIN)))
            .collect();
        Ok(RunningPlatform { store: self.store, trigger, worker, tasks })
    }
}

/// The links to both custodians.
pub(crate) fn links(settings: &PlatformSettings) -> Result<Vec<CustodianLink>, ServiceError> {
    let pool = HttpPool::new(Deadlines::default())?;
    [
        (Custodian::DataCentre, &settings.data_centre),
        (Custodian::Preservation, &settings.preservation),
    ]
    .into_iter()
    .map(|(custodian, peer)| Ok(CustodianLink { custodian, client: client(&pool, peer)? }))
    .collect()
}

fn client(pool: &HttpPool, peer: &PeerSettings) -> Result<NotaryClient, ServiceError> {
    let key = std::fs::read_to_string(&peer.api_key_file).map_err(|source| {
        ServiceError::Key(keys::KeyError::Unreadable { path: peer.api_key_file.clone(), source })
    })?;
    Ok(NotaryClient::new(pool.clone(), &peer.url, Some(Bearer::new(key.trim_end()))))
}

fn work(platform: &Arc<Platform>, settings: &PlatformSettings) -> Result<TaskGroup, ServiceError> {
    let mut group = TaskGroup::new();
    let worker = WorkerSettings::default();
    for link in links(settings)? {
        if let (Custodian::DataCentre, Some(witness), Some(mirror)) =
            (link.custodian, &settings.data_centre.witness_vkey, &settings.data_centre.mirror_vkey)
        {
            let cosigners = Cosigners {
                witness: link.client.witness(),
                witness_keys: vec![witness.0.clone()],
                mirror: link.client.mirror(),
                mirror_keys: vec![mirror.0.clone()],
            };
            let gauges = Arc::new(CosigningGauges::default());
            let stop = group.shutdown();
            group.spawn(
                "cosigning",
                run_cosigning(platform.clone(), cosigners, worker, gauges, stop),
            );
        }
        let gauges = Arc::new(CustodianGauges::default());
        let stop = group.shutdown();
        group.spawn(
            link.custodian.as_str(),
            run_deposits(platform.clone(), link, worker, gauges, stop),
        );
    }
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
    }
}
