//! A notary data centre or a preservation service: store, office, HTTP.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use heqi_evidence::anchors::{
    Anchors, CosignerAnchor, CosignerRole, CustodianAnchor, LogAnchor, Publisher, Spki, Validity,
    Vkey,
};
use heqi_evidence::key_change::KeyRole;
use heqi_evidence_store::backend::embedded::Embedded;
use heqi_evidence_store::gate::{Gated, WriteGate};
use heqi_evidence_store::witness::Witness;
use heqi_notarization::mirror::end_of;
use heqi_notarization::office::OfficeParts;
use heqi_notarization::{Mirror, NotaryOffice};
use heqi_notary_center::{
    CenterSettings, DataCentre, NotaryCenter, PeerComparison, PeerWitness, Running, Surroundings,
    Watching,
};
use heqi_notary_protocol::{PeerClient, WitnessClient};
use heqi_notary_sync::run_stamping;
use heqi_pki::keys::{PublicKey, Signer};
use heqi_service_kit::admission::Load;
use heqi_service_kit::api_key::{ApiKey, ApiKeyHash};
use heqi_service_kit::lifecycle::{ShutdownTrigger, TaskGroup};
use heqi_service_kit::listener::Listener;
use heqi_service_kit::{Health, Metrics};
use heqi_tlog::note::{SignatureType, VerifierKey};
use heqi_vocabulary::{Clock, Entropy};

use super::certificate_log::CertificateLog;
use super::tls::NotaryTls;
use super::{ServiceError, store, time};
use crate::keys::succession::Succession;
use crate::keys::{self, KeyError, NoteKey};
use crate::settings::{NotarySettings, Profile, Role};

/// How long a token that is being asked for may take at the end.
const DRAIN: Duration = Duration::from_secs(15);

/// A running notary service.
pub(crate) struct RunningNotary {
    running: Running,
    store: Arc<Embedded>,
    stamping: ShutdownTrigger,
}

/// The public keys of a notary service.
pub(crate) struct NotaryKeys {
    pub(crate) log: VerifierKey,
    pub(crate) receipt: PublicKey,
    /// A data centre has one.
    pub(crate) witness: Option<VerifierKey>,
    /// A data centre has one.
    pub(crate) mirror: Option<VerifierKey>,
}

/// Reads or makes the keys and gives their public halves.
pub(crate) fn public_keys(
    data_dir: &Path,
    origin: &str,
    role: Role,
    entropy: &dyn Entropy,
) -> Result<NotaryKeys, ServiceError> {
    let folder = data_dir.join("keys");
    let cosigner = |kind: &str| -> Result<Option<VerifierKey>, KeyError> {
        match role {
            Role::DataCentre => {
                cosigner_key(&folder, origin, kind, entropy)?.verifier_key().map(Some)
            }
            Role::Preservation => Ok(None),
        }
    };
    Ok(NotaryKeys {
        log: log_key(&folder, origin, entropy)?.verifier_key()?,
        receipt: keys::signing_key(&folder.join("receipt.pem"), entropy)?.public_key(),
        witness: cosigner("witness")?,
        mirror: cosigner("mirror")?,
    })
}

fn log_key(folder: &Path, origin: &str, entropy: &dyn Entropy) -> Result<NoteKey, KeyError> {
    keys::note_key(&folder.join("log.key"), origin, SignatureType::Ed25519, entropy)
}

fn cosigner_key(
    folder: &Path,
    origin: &str,
    kind: &str,
    entropy: &dyn Entropy,
) -> Result<NoteKey, KeyError> {
    let name = format!("{origin}/{kind}");
    let file = folder.join(format!("{kind}.key"));
    keys::note_key(&file, &name, SignatureType::CosignatureV1, entropy)
}

/// A custodian as it stands among the anchors.
pub(crate) fn custodian_anchor(
    role: Role,
    organisation: &str,
    receipt: &PublicKey,
    validity: Validity,
) -> CustodianAnchor {
    CustodianAnchor {
        custodian: role.custodian().to_owned(),
        key: Spki(receipt.clone()),
        organisation: organisation.to_owned(),
        validity,
    }
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
    let log = log_key(&folder, &settings.log_origin, &**entropy)?;
    let store = store::open(&settings.data_dir, log.log_signer()?, entropy)?;
    let receipt = keys::signing_key(&folder.join("receipt.pem"), &**entropy)?;
    let publisher = keys::signing_key(&folder.join("publisher.pem"), &**entropy)?;
    let public = public_keys(&settings.data_dir, &settings.log_origin, settings.role, &**entropy)?;
    let anchors = with_successors(
        anchors(settings, &public, publisher.public_key(), &**clock),
        &Succession::load(&folder)?,
    );
    let known = Succession::load(&folder)?;
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
    let office = following_orders(office, settings, &known).await?;
    let role = match settings.role {
        Role::Preservation => heqi_notary_center::Role::Preservation,
        Role::DataCentre => heqi_notary_center::Role::DataCentre(data_centre(
            settings,
            anchors,
            Arc::new(publisher),
            &office,
        )?),
    };
    gate.hold();
    let peer = peer_comparison(settings, tls, &log, &gate)?;
    let mut tasks = TaskGroup::new();
    let gauged = store.clone();
    let watching = Watching {
        store_gauges: Some(Arc::new(move || gauged.gauges())),
        time_authorities: settings.time_authorities.iter().map(|one| one.label.clone()).collect(),
    };
    let stamping = time::stamping(
        office.backend().clone(),
        clock,
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
        watching,
    };
    let mut center = CenterSettings::default();
    center.log_name.clone_from(&settings.log_name);
    center.alarms = settings.alarms;
    center.peer_certificates = tls.service.asks_organisations();
    if settings.profile == Profile::Demo {
        center.rates.enabled = false;
        center.load = Load::unlimited();
    }
    let running = NotaryCenter::start(center, listener, surroundings)
        .await
        .map_err(|e| ServiceError::Start(crate::commands::chain_of(&e)))?;
    let data_dir = settings.data_dir.clone();
    tokio::spawn(async move {
        gate.opened().await;
        if let Err(error) = store::compared(&data_dir) {
            tracing::error!(%error, "the mark of the restored store could not be taken away");
        }
    });
    let stamping = tasks.trigger();
    tokio::spawn(tasks.run_until(std::future::pending::<()>(), DRAIN));
    Ok(RunningNotary { running, store, stamping })
}

/// The office of a service that is stopped, to look at what it holds.
pub(crate) fn stopped_office(
    settings: &NotarySettings,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<(Arc<Embedded>, NotaryOffice), ServiceError> {
    let folder = settings.data_dir.join("keys");
    let log = log_key(&folder, &settings.log_origin, &**entropy)?;
    let store = store::open(&settings.data_dir, log.log_signer()?, entropy)?;
    let receipt = keys::signing_key(&folder.join("receipt.pem"), &**entropy)?;
    let publisher = keys::signing_key(&folder.join("publisher.pem"), &**entropy)?;
    let public = public_keys(&settings.data_dir, &settings.log_origin, settings.role, &**entropy)?;
    let office = NotaryOffice::new(OfficeParts {
        custodian: settings.role.custodian().to_owned(),
        organisation: settings.organisation.clone(),
        anchors: anchors(settings, &public, publisher.public_key(), &**clock),
        receipt_key: Arc::new(receipt),
        backend: store.clone(),
        clock: clock.clone(),
        entropy: entropy.clone(),
    });
    Ok((store, office))
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
    let folder = settings.data_dir.join("keys");
    let origin = &settings.log_origin;
    let known = Succession::load(&folder)?;
    let logs = || known.all_note_keys(KeyRole::Log, &settings.platform.log.vkey.0);
    let cosigner =
        |kind| cosigner_key(&folder, origin, kind, office.entropy()).and_then(|key| key.cosigner());
    let (backend, clock) = (office.backend().clone(), office.clock().clone());
    let successors = known.successors_of(&settings.platform.log.vkey.0);
    let ends = successors.iter().map(end_of).collect();
    Ok(DataCentre {
        witness: Witness::new(cosigner("witness")?, logs()).ending(ends),
        mirror: Mirror::new(cosigner("mirror")?, logs(), backend, clock).following(&successors),
        anchors,
        publisher,
    })
}

/// The keys the platform may come with: the one it deposits with, and one to recover with while there is one.
fn api_keys(settings: &NotarySettings) -> Result<Vec<ApiKeyHash>, ServiceError> {
    let platform = &settings.platform;
    let files = std::iter::once(&platform.api_key_file).chain(&platform.recovery_key_file);
    files.map(|file| Ok(api_key(file)?.hash())).collect()
}

fn api_key(path: &Path) -> Result<ApiKey, ServiceError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| KeyError::Unreadable { path: path.to_owned(), source })?;
    ApiKey::from_authorization(&format!("Bearer {}", text.trim_end()))
        .map_err(|_| ServiceError::Key(KeyError::Form(path.to_owned())))
}

fn peer_witness(settings: &NotarySettings, tls: &NotaryTls) -> Result<PeerWitness, ServiceError> {
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

/// Whom this office trusts, and what it publishes: the platform's log and authority, its
/// own keys, and the other custodians it was told of.
fn anchors(
    settings: &NotarySettings,
    public: &NotaryKeys,
    publisher: PublicKey,
    clock: &dyn Clock,
) -> Anchors {
    let validity = settings.platform.log.validity;
    let organisation = &settings.organisation;
    let cosigner = |role, key: &Option<VerifierKey>| {
        key.clone().map(|key| CosignerAnchor {
            organisation: organisation.clone(),
            role,
            validity,
            vkey: Vkey(key),
        })
    };
    let mut custodians =
        vec![custodian_anchor(settings.role, organisation, &public.receipt, validity)];
    custodians.extend(settings.other_custodians.iter().cloned());
    Anchors {
        certificate_roots: settings.platform.certificate_roots.clone(),
        cosigners: [
            cosigner(CosignerRole::Witness, &public.witness),
            cosigner(CosignerRole::Mirror, &public.mirror),
        ]
        .into_iter()
        .flatten()
        .collect(),
        custodians,
        logs: vec![
            settings.platform.log.clone(),
            LogAnchor {
                organisation: organisation.clone(),
                validity,
                vkey: Vkey(public.log.clone()),
            },
        ],
        published_at: clock.now(),
        publisher: Publisher { key: Spki(publisher), organisation: organisation.clone() },
        time_roots: settings
            .time_authorities
            .iter()
            .flat_map(|authority| authority.roots.clone())
            .collect(),
    }
}

/// Every key with the keys before and after it, each with its time, and what is distrusted.
fn with_successors(anchors: Anchors, known: &Succession) -> Anchors {
    let cosigners = anchors.cosigners.iter().flat_map(|cosigner| {
        let role = match cosigner.role {
            CosignerRole::Witness => KeyRole::Witness,
            CosignerRole::Mirror => KeyRole::Mirror,
        };
        let keys = known.note_keys(role, &cosigner.vkey.0, cosigner.validity);
        keys.into_iter().map(|(key, validity)| CosignerAnchor {
            validity,
            vkey: Vkey(key),
            ..cosigner.clone()
        })
    });
    let mut anchors = Anchors {
        cosigners: cosigners.collect(),
        custodians: anchors.custodians.iter().flat_map(|c| known.custodians(c)).collect(),
        logs: anchors.logs.iter().flat_map(|log| known.logs(log)).collect(),
        ..anchors
    };
    known.distrust(&mut anchors);
    anchors
}

impl RunningNotary {
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
    }
}
