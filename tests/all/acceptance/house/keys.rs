//! Who is who, made again from the same instant the same, and the offices that these keys open.

use std::sync::Arc;

use heqi_evidence::anchors::{Anchors, LogAnchor, Vkey};
use heqi_evidence::successor::VerifiedSuccessor;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::backend::embedded::{self, Embedded};
use heqi_evidence_store::durable_file::Disk;
use heqi_evidence_store::erasure::ErasureLedger;
use heqi_evidence_store::gate::{Gated, WriteGate};
use heqi_evidence_store::log::KeyedHeadSigner;
use heqi_evidence_store::successor::{SuccessorFolders, open_frozen};
use heqi_evidence_store::vault::FileKeyEncryptionKey;
use heqi_evidence_store::witness::Witness;
use heqi_notarization::mirror::end_of;
use heqi_notarization::office::OfficeParts;
use heqi_notarization::{Mirror, NotaryOffice};
use heqi_notary_center::{
    CenterSettings, DataCentre, NotaryCenter, PeerComparison, PeerWitness, Role, StartError,
};
use heqi_notary_protocol::{Bearer, NotaryClient, PeerClient, WitnessClient};
use heqi_notary_sync::CustodianLink;
use heqi_pki::dsse::Envelope;
use heqi_pki::keys::SigningKey;
use heqi_registration::{Custodian, FrozenLog};
use heqi_service_kit::{ApiKey, Health, Listener, Metrics};
use heqi_testkit::{Cast, NOTARY};
use heqi_tlog::note::{KeyName, NoteSigner, VerifierKey};
use heqi_vocabulary::UtcMillis;
use tempfile::TempDir;

use super::clocks::Clocks;
use super::{Office, clock, entropy, pool};

/// Who is who; made again from the same instant it is the same.
pub(super) struct Keys {
    pub(super) folder: TempDir,
    pub(super) since: UtcMillis,
    pub(super) deposit: ApiKey,
    pub(super) recovery: ApiKey,
    pub(super) hold: ApiKey,
    /// The log that took the place of the platform's, and whether the offices know.
    pub(super) successor: Option<(VerifiedSuccessor, bool)>,
    /// The statement by which the platform's log changed its key, if it has.
    pub(super) rotated: Option<Envelope>,
    /// Whether the platform's entries reach no mirror.
    pub(super) mirror_is_away: bool,
    /// Whose reviewers decide at the platform, and whom it asks who people are.
    pub(super) reviewing: Option<Reviewing>,
    pub(super) clocks: Clocks,
}

/// Whose reviewers decide, and who is asked who people are.
pub(crate) type Reviewing = (heqi_filing::Office, heqi_registration::ports::IdentityPorts);

impl Keys {
    pub(super) fn cast(&self) -> Cast {
        Cast::new(1, self.since)
    }

    pub(super) fn log(seed: u8) -> NoteSigner {
        let name = KeyName::new(format!("log.example/{seed}")).unwrap();
        NoteSigner::from_seed(name, &[seed; 32]).unwrap()
    }

    pub(super) fn anchors(&self) -> Anchors {
        let logs = [PLATFORM_LOG, CENTRE_LOG].map(|seed| Self::log(seed).verifier_key().clone());
        let mut anchors = self.cast().anchors([&logs[0], &logs[1]]);
        for (anchor, custodian) in anchors.custodians.iter_mut().zip(Custodian::ALL) {
            custodian.as_str().clone_into(&mut anchor.custodian);
        }
        if self.rotated.is_some() {
            let old = anchors.logs[0].clone();
            let vkey = Vkey(Self::rotated_key().verifier_key().clone());
            anchors.logs.push(LogAnchor { vkey, ..old });
        }
        if let Some(successor) = self.accepted().first() {
            let old = anchors.logs[0].clone();
            anchors.logs[0].validity = successor.frozen_validity(old.validity);
            let (validity, vkey) = (successor.new_validity(), successor.said().log_key.clone());
            anchors.logs.push(LogAnchor { validity, vkey, ..old });
        }
        anchors
    }

    /// The successors that the offices have accepted.
    fn accepted(&self) -> Vec<VerifiedSuccessor> {
        let known = self.successor.iter().filter(|(_, is_accepted)| *is_accepted);
        known.map(|(successor, _)| successor.clone()).collect()
    }

    /// The platform's logs as the offices know them.
    fn known_platform_logs(&self) -> Vec<VerifierKey> {
        let successors = self.accepted().into_iter().map(|one| one.said().log_key.0.clone());
        let mut known = vec![Self::log(PLATFORM_LOG).verifier_key().clone()];
        if self.rotated.is_some() {
            known.push(Self::rotated_key().verifier_key().clone());
        }
        known.into_iter().chain(successors).collect()
    }

    /// The second key of the platform's log.
    pub(super) fn rotated_key() -> NoteSigner {
        let name = Self::log(PLATFORM_LOG).verifier_key().name().clone();
        NoteSigner::from_seed(name, &[ROTATED_KEY; 32]).unwrap()
    }

    /// What signs the platform's heads now.
    pub(super) fn platform_signer(&self) -> NoteSigner {
        match (&self.successor, &self.rotated) {
            (Some(_), _) => Self::log(SUCCESSOR_LOG),
            (None, Some(_)) => Self::rotated_key(),
            (None, None) => Self::log(PLATFORM_LOG),
        }
    }

    /// The same key, for statements.
    pub(super) fn platform_statement_key(&self) -> SigningKey {
        let seed = match (&self.successor, &self.rotated) {
            (Some(_), _) => SUCCESSOR_LOG,
            (None, Some(_)) => ROTATED_KEY,
            (None, None) => PLATFORM_LOG,
        };
        SigningKey::from_ed25519_seed(&[seed; 32])
    }

    pub(super) fn folders(&self) -> SuccessorFolders {
        SuccessorFolders::of(&self.folder.path().join(PLATFORM_LOG.to_string()), Disk::default())
    }

    pub(super) fn platform_store(&self) -> Arc<Embedded> {
        self.store_at(PLATFORM_LOG, "store", self.platform_signer())
    }

    /// The frozen log, if there is one.
    pub(super) fn frozen(&self) -> Option<(Arc<Embedded>, FrozenLog)> {
        let (successor, _) = self.successor.as_ref()?;
        let folder = self.folders().frozen().unwrap().pop()?;
        let store = open_frozen(&folder.store, self.wrapping(PLATFORM_LOG), entropy()).unwrap();
        let (store, gate) = (Arc::new(store), WriteGate::closed());
        gate.shut();
        let gated = Arc::new(Gated::new(store.clone(), Arc::new(gate)));
        Some((store, FrozenLog::new(gated, successor.clone())))
    }

    pub(super) fn receipt_key(&self, custodian: Custodian) -> SigningKey {
        let [first, second] = self.cast().custodians;
        if custodian == Custodian::DataCentre { first.key } else { second.key }
    }

    pub(super) fn store(&self, seed: u8) -> Arc<Embedded> {
        self.store_at(seed, "store", Self::log(seed))
    }

    fn wrapping(&self, seed: u8) -> Arc<FileKeyEncryptionKey> {
        let folder = self.folder.path().join(seed.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        let (file, entropy) = (folder.join("key"), entropy());
        Arc::new(if file.exists() {
            FileKeyEncryptionKey::load(&file, entropy).unwrap()
        } else {
            FileKeyEncryptionKey::create(&file, &Disk::default(), entropy).unwrap()
        })
    }

    pub(super) fn store_at(&self, seed: u8, name: &str, signer: NoteSigner) -> Arc<Embedded> {
        let signer = Arc::new(KeyedHeadSigner::new(signer));
        let ports = embedded::Ports::new(signer, self.wrapping(seed), entropy());
        let folder = self.folder.path().join(seed.to_string()).join(name);
        Arc::new(Embedded::open(&embedded::Settings::new(folder), ports).unwrap())
    }

    pub(super) fn office(&self, custodian: Custodian, store: Arc<dyn Backend>) -> NotaryOffice {
        NotaryOffice::new(OfficeParts {
            custodian: custodian.as_str().to_owned(),
            organisation: NOTARY.to_owned(),
            anchors: self.anchors(),
            receipt_key: Arc::new(self.receipt_key(custodian)),
            backend: store,
            clock: if custodian == Custodian::DataCentre {
                self.clocks.centre.clone()
            } else {
                clock()
            },
            entropy: entropy(),
        })
        .erasing(vec![order_key().public_key()], self.ledger(seed_of(custodian)))
    }

    pub(super) fn ledger(&self, seed: u8) -> Arc<ErasureLedger> {
        let path = ErasureLedger::path_in(&self.folder.path().join(seed.to_string()));
        Arc::new(ErasureLedger::open(&path, &Disk::default()).unwrap())
    }

    pub(super) async fn centre(
        &self,
        listener: Listener,
        platform_url: &str,
    ) -> Result<Office, StartError> {
        let store = self.store(CENTRE_LOG);
        let gate = Arc::new(WriteGate::closed());
        let gated: Arc<dyn Backend> = Arc::new(Gated::new(store.clone(), gate.clone()));
        let cast = self.cast();
        let logs = || self.known_platform_logs();
        let successors = self.accepted();
        let ends = successors.iter().map(end_of).collect();
        let role = Role::DataCentre(DataCentre {
            witness: Witness::new(cast.witness, logs()).ending(ends),
            mirror: Mirror::new(cast.mirror, logs(), gated, self.clocks.centre.clone())
                .following(&successors),
            anchors: self.anchors(),
            publisher: Arc::new(cast.publisher),
        });
        self.start(Custodian::DataCentre, role, (store, gate), listener, platform_url).await
    }

    pub(super) async fn start(
        &self,
        custodian: Custodian,
        role: Role,
        (store, gate): (Arc<Embedded>, Arc<WriteGate>),
        listener: Listener,
        platform_url: &str,
    ) -> Result<Office, StartError> {
        let seed = seed_of(custodian);
        let log = |seed| vec![Self::log(seed).verifier_key().clone()];
        let peer = PeerComparison {
            gate: gate.clone(),
            clock: Arc::default(),
            client: PeerClient::new(pool(), platform_url, self.known_platform_logs()),
            log_keys: log(seed),
            log_signer: Arc::new(SigningKey::from_ed25519_seed(&[seed; 32])),
            known_logs: self.known_platform_logs(),
        };
        let client = WitnessClient::new(pool(), &format!("{platform_url}/witness"));
        let keys = vec![self.cast().insider.verifier_key().clone()];
        let surroundings = heqi_notary_center::Surroundings {
            office: self.office(custodian, Arc::new(Gated::new(store.clone(), gate.clone()))),
            role,
            platform_keys: vec![self.deposit.hash(), self.recovery.hash(), self.hold.hash()],
            peer_witness: Some(PeerWitness { client, keys }),
            peer: Some(peer),
            entropy: entropy(),
            health: Arc::new(Health::default()),
            metrics: Arc::new(Metrics::default()),
            people: None,
            notice_ways: Vec::new(),
            bench: None,
            watching: heqi_notary_center::Watching::default(),
        };
        let mut settings = CenterSettings::default();
        settings.alarms.look_every_ms = 30;
        settings.feed_interval_ms = 50;
        match NotaryCenter::start(settings, listener, surroundings).await {
            Ok(running) => Ok(Office { running, store, gate }),
            Err(error) => {
                store.close().unwrap();
                Err(error)
            }
        }
    }

    pub(super) fn link(&self, custodian: Custodian, url: &str) -> CustodianLink {
        let bearer = Bearer::new(self.deposit.expose());
        CustodianLink { custodian, client: NotaryClient::new(pool(), url, Some(bearer)) }
    }
}

pub(crate) const PLATFORM_LOG: u8 = 1;
/// The log that takes the place of the platform's.
pub(super) const SUCCESSOR_LOG: u8 = 11;
/// The key that takes the place of that of the platform's log.
pub(super) const ROTATED_KEY: u8 = 12;
pub(crate) const CENTRE_LOG: u8 = 2;
pub(super) const SECOND_LOG: u8 = 3;

/// The key with which the platform signs erasure orders.
pub(super) fn order_key() -> SigningKey {
    SigningKey::from_ed25519_seed(&[42; 32])
}

const fn seed_of(custodian: Custodian) -> u8 {
    match custodian {
        Custodian::DataCentre => CENTRE_LOG,
        Custodian::Preservation => SECOND_LOG,
    }
}
