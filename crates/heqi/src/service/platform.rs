//! The signing platform: store, use cases, HTTP, and the worker that deposits.

mod peers;
mod serving;
mod work;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use heqi_evidence::key_change::KeyRole;
use heqi_evidence_store::backend::embedded::Embedded;
use heqi_evidence_store::gate::{Gated, WriteGate};
use heqi_evidence_store::witness::Witness;
use heqi_notarization::mirror::end_of;
use heqi_notary_protocol::peer::watch::PeerWatch;
use heqi_notary_sync::peers::watch;
use heqi_pki::authority::CertificateAuthority;
use heqi_pki::certificate::{CertificateChain, TrustedRoot};
use heqi_pki::keys::{PublicKey, SigningKey};
use heqi_providers::HttpCertificateAuthority;
use heqi_registration::access::{self, CreateApiKey, CreateApiKeyError};
use heqi_registration::{Custodian, OrderKey, Platform, Ports, Scope, Settings, erasure};
use heqi_service_kit::Secret;
use heqi_tlog::note::{SignatureType, VerifierKey};
use heqi_vocabulary::{Clock, Entropy};

pub(crate) use peers::links;
pub(crate) use serving::RunningPlatform;

use super::store::FrozenLogs;
use super::tls::PlatformTls;
use super::{ServiceError, anchors, identity, indexing, store};
use crate::keys;
use crate::keys::succession::Succession;
use crate::settings::PlatformSettings;

/// The key that signs erasure orders.
pub(crate) const ORDER_KEY: &str = "order.pem";

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
    frozen.go_on_as(&settings.log_origin, "[api] log_name")?;
    let cache = settings.index_cache_mib;
    let store = store::open_to_serve(&settings.data_dir, cache, log.log_signer()?, entropy)?;
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
    decided.review_office =
        settings.identity.review.as_ref().map(crate::settings::ReviewSettings::office);
    decided.risk = settings.identity.risk.settings();
    decided.applicant.clone_from(&settings.regulator.applicant);
    decided.check_pixels = settings.check_pixels;
    decided.face_actions = settings.face_actions;
    decided.simulated_filings.clone_from(&settings.simulated_filings);
    decided.kept_in.clone_from(&settings.kept_in);
    believe_successors(&mut decided, settings, &folder)?;
    decided.frozen.clone_from(&frozen.logs);
    let order = keys::signing_key(&folder.join(ORDER_KEY), &**entropy)?;
    let given = (&**clock, &**entropy);
    decided.anchors = Some(Arc::new(anchors::of(settings, &decided, order.public_key(), given)?));
    decided.order_key = Some(OrderKey::new(Arc::new(order)));
    decided.erasure_ledger = Some(
        store::erasure_ledger(&settings.data_dir)
            .map_err(|error| ServiceError::Start(error.to_string()))?,
    );
    let platform = Platform::open(ports, decided)
        .await
        .map_err(|fault| ServiceError::Start(fault.to_string()))?
        .asking(identity::ports(&settings.identity, &mut tls, clock)?);
    let index = indexing::open(&settings.data_dir, &platform.index_name());
    let platform = platform.finding_by(index);
    erasure::resume(&platform).await.map_err(|fault| ServiceError::Start(fault.to_string()))?;
    let known = Succession::load(&folder)?;
    let witnessed = settings.witnessed_logs.iter();
    let ended = witnessed.clone().flat_map(|key| known.successors_of(&key.0));
    let witness = Witness::new(
        witness_key(&folder, origin, &**entropy)?.cosigner()?,
        witnessed.flat_map(|key| known.all_note_keys(KeyRole::Log, &key.0)).collect(),
    )
    .ending(ended.map(|successor| end_of(&successor)).collect());
    let log_signer = Arc::new(log.statement_key());
    let (platform, witness) = (Arc::new(platform), Arc::new(witness));
    let clock = clock.clone();
    Ok(OpenPlatform { platform, store, witness, gate, tls, log_signer, clock, frozen })
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
    /// Lets an integrator in who holds this key, unless it was revoked: then it stays so.
    pub(crate) async fn admit_key(&self, label: &str, key: &str) -> Result<(), ServiceError> {
        let command = CreateApiKey {
            label: label.to_owned(),
            scopes: Scope::ALL.into_iter().collect(),
            custodian: None,
            ends_at: None,
            hash: access::hash_of(key),
        };
        match access::create_api_key(&self.platform, command).await {
            Ok(_) => Ok(()),
            Err(CreateApiKeyError::Over) => {
                tracing::warn!("the key of the {label} was revoked and lets nobody in");
                Ok(())
            }
            Err(error) => Err(ServiceError::Start(error.to_string())),
        }
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
        let peers = peers::peers(settings, &self.tls, is_restored)?;
        let given = (self.clock.clone(), entropy.clone());
        Ok(watch(&self.platform, &self.gate, self.log_signer.clone(), given, peers))
    }
}
