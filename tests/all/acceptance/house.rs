//! The platform, the data centre and the second custodian, each with an embedded store in
//! a folder of its own, put together as `heqi` puts them together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use heqi_api::{Api, ApiSettings, PeerAnswering};
use heqi_evidence::anchors::{Anchors, LogAnchor, Vkey};
use heqi_evidence::canonical;
use heqi_evidence::key_change::{KeyChange, KeyChangeReason, KeyRole};
use heqi_evidence::statement::Statement as _;
use heqi_evidence::successor::{FrozenReason, LogSuccessor, VerifiedSuccessor};
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::backend::embedded::{self, Embedded};
use heqi_evidence_store::changeset::leaf_index_of;
use heqi_evidence_store::durable_file::Disk;
use heqi_evidence_store::erasure::ErasureLedger;
use heqi_evidence_store::gate::{Gated, WriteGate};
use heqi_evidence_store::log::KeyedHeadSigner;
use heqi_evidence_store::successor::{SuccessorFolders, carry_over, open_frozen};
use heqi_evidence_store::vault::FileKeyEncryptionKey;
use heqi_evidence_store::witness::Witness;
use heqi_notarization::matter::CertificateNo;
use heqi_notarization::mirror::end_of;
use heqi_notarization::office::OfficeParts;
use heqi_notarization::successor::last_certificate;
use heqi_notarization::{Mirror, NotaryOffice};
use heqi_notary_center::{
    CenterSettings, DataCentre, NotaryCenter, PeerComparison, PeerWitness, Role, StartError,
};
use heqi_notary_protocol::peer::watch::{Peer, PeerWatch, SetBack};
use heqi_notary_protocol::recovery::RecoveryClient;
use heqi_notary_protocol::witness::AddCheckpointError;
use heqi_notary_protocol::{
    Backoff, Bearer, CallError, Deadlines, HttpPool, NotaryClient, PeerClient, WitnessClient,
};
use heqi_notary_sync::gauges::{CosigningGauges, CustodianGauges};
use heqi_notary_sync::peers::watch;
use heqi_notary_sync::{Cosigners, CustodianLink, WorkerSettings, run_cosigning, run_deposits};
use heqi_pki::dsse::{Envelope, PayloadType};
use heqi_pki::keys::{PublicKey, SigningKey};
use heqi_registration::access::{CreateApiKey, create_api_key, hash_of};
use heqi_registration::deposit_queue::note_cosigned_head;
use heqi_registration::key_change::log_key_change;
use heqi_registration::recovery::{self, GivenBack, TakenBack, take_back};
use heqi_registration::successor::{ReturnedRecord, begin, beyond, held_roots, is_carried_over};
use heqi_registration::{Custodian, FrozenLog, OrderKey, Platform, Ports, Scope, Settings};
use heqi_service_kit::lifecycle::{Ended, ShutdownTrigger, TaskGroup};
use heqi_service_kit::{ApiKey, Health, Listener, Metrics, SystemClock, SystemEntropy};
use heqi_testkit::{Cast, NOTARY, files};
use heqi_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use heqi_tlog::note::{KeyName, NoteSigner, VerifierKey};
use heqi_tlog::tree::Hash;
use heqi_tlog::witness::AddCheckpoint;
use heqi_vocabulary::{Clock, Digest, Entropy, RecordId, UtcMillis};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::{JoinHandle, JoinSet};

use super::device::{self, Answer, Client};
use super::fake::{self, Mischief};

/// An integrator's key that may do everything.
pub(crate) const STAFF: &str = "heqi_everything_0123456789";
pub(crate) const LOG: &str = "/log/platform";
const PATIENCE: Duration = Duration::from_secs(90);
const SHORT: Duration = Duration::from_millis(20);
const DRAIN: Duration = Duration::from_secs(15);
/// Long enough for a busy machine, short enough to see a custodian that stalls.
const UPLOAD_MS: u32 = 4_000;

/// Whether the second custodian is the real service.
pub(crate) enum Second {
    Real,
    Fake(Arc<Mischief>),
}

/// Everything running.
pub(crate) struct House {
    pub(crate) platform: Arc<Platform>,
    pub(crate) client: Client,
    pub(crate) centre_url: String,
    pub(crate) second_url: String,
    pub(crate) gauges: BTreeMap<Custodian, Arc<CustodianGauges>>,
    keys: Keys,
    store: Arc<Embedded>,
    frozen: Option<Arc<Embedded>>,
    pub(crate) gate: Arc<WriteGate>,
    serving: heqi_api::Running,
    working: (ShutdownTrigger, JoinHandle<Ended>),
    centre: Option<Office>,
    second: Option<Office>,
    fake: Option<(ServerHandle, Arc<Embedded>)>,
}

/// Who is who; made again from the same instant it is the same.
struct Keys {
    folder: TempDir,
    since: UtcMillis,
    deposit: ApiKey,
    recovery: ApiKey,
    hold: ApiKey,
    /// The log that took the place of the platform's, and whether the offices know.
    successor: Option<(VerifiedSuccessor, bool)>,
    /// The statement by which the platform's log changed its key, if it has.
    rotated: Option<Envelope>,
    /// Whether the platform's entries reach no mirror.
    mirror_is_away: bool,
    /// Whose reviewers decide at the platform, and whom it asks who people are.
    reviewing: Option<Reviewing>,
    clocks: Clocks,
}

/// Whose reviewers decide, and who is asked who people are.
pub(crate) type Reviewing = (heqi_filing::Office, heqi_registration::ports::IdentityPorts);

/// The machine's clock as two of the organisations read it: each may be moved.
#[derive(Default)]
pub(crate) struct Clocks {
    pub(crate) platform: Arc<Moved>,
    pub(crate) centre: Arc<Moved>,
}

/// The machine's clock, so many milliseconds ahead.
#[derive(Default)]
pub(crate) struct Moved(AtomicI64);

impl Moved {
    /// From now on it is so far ahead of the machine's, or behind.
    pub(crate) fn be_ahead_ms(&self, ms: i64) {
        self.0.store(ms, Ordering::SeqCst);
    }
}

impl Clock for Moved {
    fn now(&self) -> UtcMillis {
        SystemClock.now().plus_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A running notary service.
struct Office {
    running: heqi_notary_center::Running,
    store: Arc<Embedded>,
    gate: Arc<WriteGate>,
}

impl Keys {
    fn cast(&self) -> Cast {
        Cast::new(1, self.since)
    }

    fn log(seed: u8) -> NoteSigner {
        let name = KeyName::new(format!("log.example/{seed}")).unwrap();
        NoteSigner::from_seed(name, &[seed; 32]).unwrap()
    }

    fn anchors(&self) -> Anchors {
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
    fn rotated_key() -> NoteSigner {
        let name = Self::log(PLATFORM_LOG).verifier_key().name().clone();
        NoteSigner::from_seed(name, &[ROTATED_KEY; 32]).unwrap()
    }

    /// What signs the platform's heads now.
    fn platform_signer(&self) -> NoteSigner {
        match (&self.successor, &self.rotated) {
            (Some(_), _) => Self::log(SUCCESSOR_LOG),
            (None, Some(_)) => Self::rotated_key(),
            (None, None) => Self::log(PLATFORM_LOG),
        }
    }

    /// The same key, for statements.
    fn platform_statement_key(&self) -> SigningKey {
        let seed = match (&self.successor, &self.rotated) {
            (Some(_), _) => SUCCESSOR_LOG,
            (None, Some(_)) => ROTATED_KEY,
            (None, None) => PLATFORM_LOG,
        };
        SigningKey::from_ed25519_seed(&[seed; 32])
    }

    fn folders(&self) -> SuccessorFolders {
        SuccessorFolders::of(&self.folder.path().join(PLATFORM_LOG.to_string()), Disk::default())
    }

    fn platform_store(&self) -> Arc<Embedded> {
        self.store_at(PLATFORM_LOG, "store", self.platform_signer())
    }

    /// The frozen log, if there is one.
    fn frozen(&self) -> Option<(Arc<Embedded>, FrozenLog)> {
        let (successor, _) = self.successor.as_ref()?;
        let folder = self.folders().frozen().unwrap().pop()?;
        let store = open_frozen(&folder.store, self.wrapping(PLATFORM_LOG), entropy()).unwrap();
        let (store, gate) = (Arc::new(store), WriteGate::closed());
        gate.shut();
        let gated = Arc::new(Gated::new(store.clone(), Arc::new(gate)));
        Some((store, FrozenLog::new(gated, successor.clone())))
    }

    fn receipt_key(&self, custodian: Custodian) -> SigningKey {
        let [first, second] = self.cast().custodians;
        if custodian == Custodian::DataCentre { first.key } else { second.key }
    }

    fn store(&self, seed: u8) -> Arc<Embedded> {
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

    fn store_at(&self, seed: u8, name: &str, signer: NoteSigner) -> Arc<Embedded> {
        let signer = Arc::new(KeyedHeadSigner::new(signer));
        let ports = embedded::Ports::new(signer, self.wrapping(seed), entropy());
        let folder = self.folder.path().join(seed.to_string()).join(name);
        Arc::new(Embedded::open(&embedded::Settings::new(folder), ports).unwrap())
    }

    fn office(&self, custodian: Custodian, store: Arc<dyn Backend>) -> NotaryOffice {
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

    fn ledger(&self, seed: u8) -> Arc<ErasureLedger> {
        let path = ErasureLedger::path_in(&self.folder.path().join(seed.to_string()));
        Arc::new(ErasureLedger::open(&path, &Disk::default()).unwrap())
    }

    async fn centre(&self, listener: Listener, platform_url: &str) -> Result<Office, StartError> {
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

    async fn start(
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

    fn link(&self, custodian: Custodian, url: &str) -> CustodianLink {
        let bearer = Bearer::new(self.deposit.expose());
        CustodianLink { custodian, client: NotaryClient::new(pool(), url, Some(bearer)) }
    }
}

pub(crate) const PLATFORM_LOG: u8 = 1;
/// The log that takes the place of the platform's.
const SUCCESSOR_LOG: u8 = 11;
/// The key that takes the place of that of the platform's log.
const ROTATED_KEY: u8 = 12;
pub(crate) const CENTRE_LOG: u8 = 2;
const SECOND_LOG: u8 = 3;

impl House {
    pub(crate) async fn start(second: Second) -> Self {
        Self::start_with(second, None).await
    }

    /// The same, where people decide who somebody is.
    pub(crate) async fn start_with(second: Second, reviewing: Option<Reviewing>) -> Self {
        let keys = Keys {
            folder: tempfile::tempdir().unwrap(),
            since: SystemClock.now(),
            deposit: ApiKey::generate("deposits".parse().unwrap(), &SystemEntropy),
            recovery: ApiKey::generate("recovery".parse().unwrap(), &SystemEntropy),
            hold: ApiKey::generate("legal-hold".parse().unwrap(), &SystemEntropy),
            successor: None,
            rotated: None,
            mirror_is_away: false,
            reviewing,
            clocks: Clocks::default(),
        };
        let [listener, centre_listener, second_listener] =
            [(); 3].map(|()| Listener::bind("127.0.0.1:0").unwrap());
        let (centre_url, second_url) = (centre_listener.url(), second_listener.url());
        let urls = (centre_url.as_str(), second_url.as_str());
        let up = Up::bring(&keys, listener, urls).await;
        let url = up.serving.url();

        let centre = keys.centre(centre_listener, &url).await.unwrap();
        let store_of_second = keys.store(SECOND_LOG);
        let (mut real, mut faked) = (None, None);
        let custodian = Custodian::Preservation;
        match second {
            Second::Real => {
                let role = Role::Preservation;
                let gate = Arc::new(WriteGate::closed());
                let given = (store_of_second, gate);
                let office = keys.start(custodian, role, given, second_listener, &url).await;
                real = Some(office.unwrap());
            }
            Second::Fake(mischief) => {
                let office = keys.office(custodian, store_of_second.clone());
                let key = Arc::new(keys.receipt_key(custodian));
                let handle = fake::start(second_listener, office, key, mischief);
                faked = Some((handle, store_of_second));
            }
        }
        let Up { platform, store, frozen, gate, serving, working, gauges } = up;
        gate.opened().await;
        admit_staff(&platform).await;
        Self {
            client: Client::of(&url),
            platform,
            centre_url,
            second_url,
            gauges,
            keys,
            store,
            frozen,
            gate,
            serving,
            working,
            centre: Some(centre),
            second: real,
            fake: faked,
        }
    }

    /// The data centre goes away: its service ends and its store is closed.
    pub(crate) async fn stop_centre(&mut self) {
        self.centre.take().unwrap().stop().await;
    }

    /// It comes back on the same address and the same store.
    pub(crate) async fn start_centre(&mut self) {
        let address = self.centre_url.strip_prefix("http://").unwrap();
        let listener = Listener::bind(address).unwrap();
        self.centre = Some(self.keys.centre(listener, &self.serving.url()).await.unwrap());
    }

    /// It tries to come back, and says why it does not.
    pub(crate) async fn centre_refuses(&self) -> StartError {
        let address = self.centre_url.strip_prefix("http://").unwrap();
        let listener = Listener::bind(address).unwrap();
        match self.keys.centre(listener, &self.serving.url()).await {
            Ok(_) => panic!("the data centre has started"),
            Err(error) => error,
        }
    }

    /// While it is away, a certificate number is the last that stands in its store, and in no entry of its log.
    pub(crate) async fn note_certificate(&self, number: &CertificateNo) {
        let store = self.keys.store(CENTRE_LOG);
        let office = self.keys.office(Custodian::DataCentre, store.clone());
        last_certificate(&office, number).await.unwrap();
        drop(office);
        store.close().unwrap();
    }

    /// Why the data centre writes nothing now.
    pub(crate) fn centre_gate(&self) -> &WriteGate {
        &self.centre.as_ref().unwrap().gate
    }

    /// The platform goes away; what is left of the house comes back with [`Stopped::start`].
    pub(crate) async fn stop_platform(self) -> Stopped {
        self.working.0.request();
        assert!(self.working.1.await.unwrap().is_clean());
        let address = self.serving.address();
        assert!(self.serving.stop().await.is_clean());
        self.store.close().unwrap();
        self.frozen.into_iter().for_each(|frozen| frozen.close().unwrap());
        Stopped {
            address: address.to_string(),
            keys: self.keys,
            urls: (self.centre_url, self.second_url),
            centre: self.centre,
            second: self.second,
            fake: self.fake,
        }
    }

    pub(crate) async fn stop(self) {
        self.working.0.request();
        assert!(self.working.1.await.unwrap().is_clean());
        assert!(self.serving.stop().await.is_clean());
        self.store.close().unwrap();
        self.frozen.into_iter().for_each(|frozen| frozen.close().unwrap());
        for office in [self.centre, self.second].into_iter().flatten() {
            office.stop().await;
        }
        if let Some((server, store)) = self.fake {
            server.stop(false).await;
            store.close().unwrap();
        }
    }

    /// Opens a filing with `count` shareholders and one document; their tokens.
    pub(crate) async fn invite(&self, count: usize) -> Vec<String> {
        let staff = &self.client;
        // Every filing has its own name: the client's idempotency keys come from the body.
        let name = format!("示例公司 {}", self.coverage().await["records"]);
        let body = json!({ "matter": "establishment", "company_name": name });
        let filing = staff.post(STAFF, "/api/v1/filings", &body).await;
        let base = format!("/api/v1/filings/{}", filing["filing_id"].as_str().unwrap());
        let path = format!("{base}/documents?title=Articles");
        staff.upload(STAFF, &path, "application/pdf", files::pdf("Articles", 2)).await;
        let mut parties = Vec::new();
        for number in 1..=count {
            let party = json!({
                "kind": "person", "name": heqi_testkit::shareholder(number), "capacities": ["shareholder"],
            });
            let added = staff.post(STAFF, &format!("{base}/parties"), &party).await;
            parties.push(added["party_id"].as_str().unwrap().to_owned());
        }
        let mut tokens = Vec::new();
        for party in parties {
            let path = format!("{base}/parties/{party}/invitations");
            let invited = staff.post(STAFF, &path, &json!({})).await;
            tokens.push(invited["token"].as_str().unwrap().to_owned());
        }
        tokens
    }

    /// The link of the party that this token is for, as the handler is told it.
    pub(crate) async fn link_of(&self, token: &str) -> String {
        let view = self.client.get(token, "/api/v1/ceremony").await.json();
        let ceremony = serde_json::from_value(view["ceremony_id"].clone()).unwrap();
        heqi_registration::invite::link_of(&self.platform, ceremony)
    }

    /// Where the platform is.
    pub(crate) fn url(&self) -> String {
        self.serving.url()
    }

    /// All of them sign at the same time; their receipts.
    pub(crate) async fn all_sign(&self, tokens: &[String]) -> Vec<Value> {
        let mut signing = JoinSet::new();
        for (place, token) in tokens.iter().cloned().enumerate() {
            let client = self.client.clone();
            signing
                .spawn(async move { (place, device::sign(&client, &token, &SystemClock).await) });
        }
        let mut signed = signing.join_all().await;
        signed.sort_by_key(|(place, _)| *place);
        signed.into_iter().map(|(_, receipt)| receipt).collect()
    }

    /// The folder of the organisation whose log has this seed: 1 the platform, 2 the data
    /// centre, 3 the second custodian.
    pub(crate) fn folder(&self, seed: u8) -> std::path::PathBuf {
        self.keys.folder.path().join(seed.to_string())
    }

    /// Everybody's keys, for tests in which somebody lies.
    pub(crate) fn cast(&self) -> Cast {
        self.keys.cast()
    }

    /// The key of the log of this seed.
    pub(crate) fn log_signer(seed: u8) -> NoteSigner {
        Keys::log(seed)
    }

    /// The address of the platform.
    pub(crate) fn platform_url(&self) -> String {
        self.serving.url()
    }

    /// The clocks that can be moved.
    pub(crate) const fn clocks(&self) -> &Clocks {
        &self.keys.clocks
    }

    /// The platform ends in order and starts again: it asks its peers at once.
    pub(crate) async fn restart_platform(self) -> Self {
        let house = self.stop_platform().await.start().await;
        house.gate.opened().await;
        house
    }

    /// The keys a stranger is given.
    pub(crate) fn anchors(&self) -> Anchors {
        self.keys.anchors()
    }

    pub(crate) async fn coverage(&self) -> Value {
        self.client.get(STAFF, "/api/v1/coverage").await.json()
    }

    /// Waits until the alarm is raised, or is not; what the service says of it.
    pub(crate) async fn until_alarm(&self, name: &str, is_raised: bool) -> Value {
        alarm_of(&self.client, name, is_raised).await
    }

    /// The receipt of a record, as staff sees it.
    pub(crate) async fn receipt(&self, record: &str) -> Value {
        self.client.get(STAFF, &format!("/api/v1/receipts/{record}")).await.json()
    }

    /// Waits until a custodian owes no answer; what coverage says then.
    pub(crate) async fn until_answered(&self, custodians: &[Custodian]) -> Value {
        until("every deposit to be answered", async || {
            let coverage = self.coverage().await;
            let answered = custodians.iter().all(|c| held(&coverage, *c)["outstanding"] == 0);
            answered.then_some(coverage)
        })
        .await
    }

    /// Waits until the newest head of the platform's log carries all three lines.
    pub(crate) async fn until_cosigned(&self) -> SignedCheckpoint {
        let cast = self.keys.cast();
        let cosigners = [&cast.witness, &cast.mirror].map(|c| c.verifier_key().clone());
        let log = self.keys.platform_signer().verifier_key().clone();
        let keys = [vec![log], cosigners.to_vec()].concat();
        until("the newest head to be cosigned", async || {
            let answer = self.client.get("", &format!("{LOG}/checkpoint")).await;
            let head = SignedCheckpoint::parse(&answer.body).ok()?;
            let lines = head.note().verify(&keys).ok()?.len();
            let newest = self.platform.backend().log().head().size();
            (lines == 3 && head.checkpoint().size() == newest).then_some(head)
        })
        .await
    }

    /// Waits until the data centre's witness has cosigned the newest head, whatever the mirror does.
    pub(crate) async fn until_witnessed(&self) -> SignedCheckpoint {
        let witness = self.notary(Custodian::DataCentre).witness();
        until("the newest head to be witnessed", async || {
            let head = witness.latest(self.platform.origin()).await.ok()??;
            let newest = self.platform.backend().log().head().size();
            (head.checkpoint().size() == newest).then_some(head)
        })
        .await
    }

    /// Whether the data centre's witness refuses a head of this size that the frozen log's key signs.
    pub(crate) async fn frozen_log_is_refused(&self, size: u64) -> bool {
        let signer = Keys::log(PLATFORM_LOG);
        let origin = Origin::from(signer.verifier_key().name().clone());
        let root = Hash::from_bytes([7; 32]);
        let head = Checkpoint::new(origin.clone(), size, root).unwrap();
        let head = SignedCheckpoint::sign(head, &signer).unwrap();
        let witness = self.notary(Custodian::DataCentre).witness();
        let seen = witness.latest(&origin).await.unwrap().unwrap().checkpoint().size();
        let request = AddCheckpoint::new(seen, Vec::new(), head).unwrap();
        let refused = witness.add_checkpoint(&request, &[]).await.unwrap_err();
        matches!(refused, AddCheckpointError::Call(CallError::Refused { status: 403, .. }))
    }

    /// The keys that the data centre's own log is checked with: its own, and the platform's
    /// witness.
    pub(crate) fn keys_of_centre_log(&self) -> [VerifierKey; 2] {
        let witness = self.keys.cast().insider.verifier_key().clone();
        [Keys::log(CENTRE_LOG).verifier_key().clone(), witness]
    }

    pub(crate) fn receipt_key(&self, custodian: Custodian) -> PublicKey {
        self.keys.receipt_key(custodian).public_key()
    }

    pub(crate) fn notary(&self, custodian: Custodian) -> NotaryClient {
        let first = custodian == Custodian::DataCentre;
        let url = if first { &self.centre_url } else { &self.second_url };
        self.keys.link(custodian, url).client
    }

    /// How many leaves the own log of a real custodian has.
    pub(crate) fn own_log_size(&self, custodian: Custodian) -> u64 {
        let office = if custodian == Custodian::DataCentre { &self.centre } else { &self.second };
        office.as_ref().unwrap().store.log().head().size()
    }

    /// Somebody of the data centre places a hold on a chain, with its own key and not the platform's.
    pub(crate) async fn centre_holds(&self, chain: Digest) {
        let path = format!("/chains/{chain}/holds");
        let reason = json!({ "reason": "（2026）示例民初1号" });
        Client::of(&self.centre_url).post(self.keys.hold.expose(), &path, &reason).await;
    }

    /// Every record with its leaf, in the order of the log.
    pub(crate) async fn records(&self) -> Vec<(RecordId, u64)> {
        let rows = self.platform.backend().scan(b"leaf/", None, usize::MAX).await.unwrap();
        let mut records: Vec<_> = rows
            .iter()
            .map(|(key, row)| {
                let key = std::str::from_utf8(key.as_bytes()).unwrap();
                let record = key.strip_prefix("leaf/").unwrap().parse().unwrap();
                (record, leaf_index_of(row).unwrap())
            })
            .collect();
        records.sort_by_key(|(_, index)| *index);
        records
    }
}

/// A house without its platform.
pub(crate) struct Stopped {
    address: String,
    keys: Keys,
    urls: (String, String),
    centre: Option<Office>,
    second: Option<Office>,
    fake: Option<(ServerHandle, Arc<Embedded>)>,
}

impl Stopped {
    /// The platform's store.
    pub(crate) fn store(&self) -> std::path::PathBuf {
        self.keys.folder.path().join(PLATFORM_LOG.to_string()).join("store")
    }

    /// The platform asks the custodians before it serves anything.
    pub(crate) async fn asks(&self) -> Result<(), SetBack> {
        let store = self.keys.platform_store();
        let gate = Arc::new(WriteGate::open());
        let platform = platform(&self.keys, store.clone(), None, &gate).await;
        gate.hold();
        let urls = (self.urls.0.as_str(), self.urls.1.as_str());
        let said = peers(&self.keys, &platform, &gate, urls).round().await;
        drop(platform);
        store.close().unwrap();
        said
    }

    /// What the platform's store lacks, taken back from the data centre.
    pub(crate) async fn takes_back(&self) -> TakenBack {
        let store = self.keys.platform_store();
        let gate = Arc::new(WriteGate::open());
        let platform = platform(&self.keys, store.clone(), None, &gate).await;
        let url = &self.urls.0;
        let mirror = NotaryClient::new(pool(), url, None).mirrored_log(platform.origin());
        let head = mirror.checkpoint().await.unwrap().unwrap();
        let from = recovery::first_missing(&platform);
        let to = head.checkpoint().size();
        let entries = heqi_notary_protocol::recovery::entries(&mirror, from, to).await.unwrap();
        let stranger = RecoveryClient::new(pool(), url, Bearer::new(self.keys.deposit.expose()));
        assert!(stranger.deposits().await.is_err(), "a key that deposits takes nothing back");
        let custodian = RecoveryClient::new(pool(), url, Bearer::new(self.keys.recovery.expose()));
        let deposits = custodian.deposits_of(&entries).await.unwrap();
        let statements = self.keys.rotated.iter().cloned().collect();
        let given = GivenBack { head: head.clone(), entries, deposits, statements };
        let taken = take_back(&platform, &given).await.unwrap();
        note_cosigned_head(&platform, &head).await.unwrap();
        admit_staff(&platform).await;
        drop(platform);
        store.close().unwrap();
        taken
    }

    /// The platform comes back on its address; nothing says that it may write yet.
    pub(crate) async fn start(self) -> House {
        let listener = Listener::bind(&self.address).unwrap();
        let urls = (self.urls.0.as_str(), self.urls.1.as_str());
        let Up { platform, store, frozen, gate, serving, working, gauges } =
            Up::bring(&self.keys, listener, urls).await;
        House {
            client: Client::of(&serving.url()),
            platform,
            centre_url: self.urls.0,
            second_url: self.urls.1,
            gauges,
            keys: self.keys,
            store,
            frozen,
            gate,
            serving,
            working,
            centre: self.centre,
            second: self.second,
            fake: self.fake,
        }
    }

    /// From its next start on the platform's entries reach the mirror, or do not.
    pub(crate) fn mirror_is_away(&mut self, is_away: bool) {
        self.keys.mirror_is_away = is_away;
    }

    /// What `heqi recover successor` does: the platform's log is frozen at what the witness saw, and another begins.
    pub(crate) async fn opens_successor(&mut self) -> VerifiedSuccessor {
        let keys = &self.keys;
        let store = keys.platform_store();
        let gate = Arc::new(WriteGate::open());
        let old = platform(keys, store.clone(), None, &gate).await;
        let centre = NotaryClient::new(pool(), &self.urls.0, None);
        let head = centre.witness().latest(old.origin()).await.unwrap().unwrap();
        let held = old.backend().log().head().size();
        assert!(held < head.checkpoint().size(), "nothing is lost");
        let roots = held_roots(&old).await.unwrap();
        let custodian =
            RecoveryClient::new(pool(), &self.urls.0, Bearer::new(keys.recovery.expose()));
        let returned = beyond(&old, custodian.deposits_except(&roots).await.unwrap());
        let said = LogSuccessor {
            frozen_head: head.note().to_string(),
            frozen_key: Vkey(Keys::log(PLATFORM_LOG).verifier_key().clone()),
            held,
            log_key: Vkey(Keys::log(SUCCESSOR_LOG).verifier_key().clone()),
            opened_at: SystemClock.now(),
            orphans: returned.values().map(ReturnedRecord::listed).collect(),
            reason: FrozenReason::Lost,
        };
        let [signs, signs_too] =
            [PLATFORM_LOG, SUCCESSOR_LOG].map(|seed| SigningKey::from_ed25519_seed(&[seed; 32]));
        let statement = said.sign_both(&signs, &signs_too).unwrap();
        let successor = LogSuccessor::verify(&statement).unwrap();

        let next = keys.store_at(PLATFORM_LOG, "store.next", Keys::log(SUCCESSOR_LOG));
        carry_over(&store, &*next, &is_carried_over).await.unwrap();
        let frozen = FrozenLog::new(store.clone(), successor.clone());
        self.keys.successor = Some((successor.clone(), false));
        let new = platform(&self.keys, next.clone(), Some(frozen), &gate).await;
        begin(&new, &successor, &returned).await.unwrap();
        admit_staff(&new).await;
        drop((old, new));
        next.close().unwrap();
        store.close().unwrap();
        let folders = self.keys.folders();
        folders.decide(statement.as_bytes()).unwrap();
        folders.finish().unwrap();
        successor
    }

    /// What `heqi keys rotate log` does, both steps: the statement is a leaf, and then the new key signs alone.
    pub(crate) async fn rotates_log_key(&mut self) {
        let (old, new) = (Keys::log(PLATFORM_LOG), Keys::rotated_key());
        let change = KeyChange {
            changed_at: SystemClock.now(),
            log_origin: old.verifier_key().name().to_string(),
            new_key: new.verifier_key().to_string(),
            old_key: old.verifier_key().to_string(),
            old_valid_until: SystemClock.now(),
            reason: KeyChangeReason::Scheduled,
            role: KeyRole::Log,
        };
        let [signs, signs_too] =
            [PLATFORM_LOG, ROTATED_KEY].map(|seed| SigningKey::from_ed25519_seed(&[seed; 32]));
        let payload = canonical::to_bytes(&change).unwrap();
        let kind = PayloadType::parse(KeyChange::PAYLOAD_TYPE).unwrap();
        let statement = Envelope::sign(&kind, &payload, &[&signs, &signs_too]).unwrap();
        KeyChange::verify(&statement, &[]).unwrap();
        let store = self.keys.platform_store();
        assert!(log_key_change(&*store, &statement).await.unwrap());
        store.close().unwrap();
        self.keys.rotated = Some(statement);
    }

    /// People at both offices accept what the platform stated about its log: the services come back knowing it.
    pub(crate) async fn offices_accept(&mut self) {
        for office in [self.centre.take(), self.second.take()].into_iter().flatten() {
            office.stop().await;
        }
        let successor = self.keys.successor.take();
        self.keys.successor = successor.map(|(successor, _)| (successor, true));
        let url = format!("http://{}", self.address);
        let bind = |url: &str| Listener::bind(url.strip_prefix("http://").unwrap()).unwrap();
        self.centre = Some(self.keys.centre(bind(&self.urls.0), &url).await.unwrap());
        let given = (self.keys.store(SECOND_LOG), Arc::new(WriteGate::closed()));
        let (custodian, role) = (Custodian::Preservation, Role::Preservation);
        let second = self.keys.start(custodian, role, given, bind(&self.urls.1), &url).await;
        self.second = Some(second.unwrap());
    }

    /// The data centre goes away too.
    pub(crate) async fn stop_centre(&mut self) {
        self.centre.take().unwrap().stop().await;
    }

    /// The data centre comes back while the platform is away.
    pub(crate) async fn start_centre(&mut self) {
        let listener = Listener::bind(self.urls.0.strip_prefix("http://").unwrap()).unwrap();
        let platform_url = format!("http://{}", self.address);
        self.centre = Some(self.keys.centre(listener, &platform_url).await.unwrap());
    }

    /// Why the data centre writes nothing now.
    pub(crate) fn centre_gate(&self) -> &WriteGate {
        &self.centre.as_ref().unwrap().gate
    }

    /// How many leaves the data centre's own log has.
    pub(crate) fn centre_log_size(&self) -> u64 {
        self.centre.as_ref().unwrap().store.log().head().size()
    }

    /// Whoever reads at the data centre.
    pub(crate) fn centre(&self) -> NotaryClient {
        self.keys.link(Custodian::DataCentre, &self.urls.0).client
    }

    /// Anybody's client of the data centre.
    pub(crate) fn centre_client(&self) -> Client {
        Client::of(&self.urls.0)
    }

    /// Somebody of the data centre asks for a hold on a chain; whatever is answered.
    pub(crate) async fn centre_is_asked_to_hold(&self, chain: Digest) -> Answer {
        let reason = json!({ "reason": "（2026）示例民初1号" }).to_string().into_bytes();
        let path = format!("/chains/{chain}/holds");
        let key = self.keys.hold.expose();
        self.centre_client().raw(key, &path, "application/json", reason).await
    }
}

/// A platform that serves and works.
struct Up {
    platform: Arc<Platform>,
    store: Arc<Embedded>,
    frozen: Option<Arc<Embedded>>,
    gate: Arc<WriteGate>,
    serving: heqi_api::Running,
    working: (ShutdownTrigger, JoinHandle<Ended>),
    gauges: BTreeMap<Custodian, Arc<CustodianGauges>>,
}

impl Up {
    async fn bring(keys: &Keys, listener: Listener, urls: (&str, &str)) -> Self {
        let store = keys.platform_store();
        let gate = Arc::new(WriteGate::open());
        let (frozen, log) = keys.frozen().unzip();
        let platform = platform(keys, store.clone(), log, &gate).await;
        gate.hold();
        let mut surroundings = heqi_api::Surroundings::new(platform.clone(), entropy());
        let logs = [CENTRE_LOG, SECOND_LOG].map(|log| Keys::log(log).verifier_key().clone());
        let witness = Witness::new(keys.cast().insider, logs.to_vec());
        surroundings.witness = Some(Arc::new(witness));
        surroundings.peer = Some(PeerAnswering {
            log_key: keys.platform_signer().verifier_key().clone(),
            log_signer: Arc::new(keys.platform_statement_key()),
            known_logs: logs.to_vec(),
        });
        let mut settings = ApiSettings::default();
        // An outage of this test's size is worth an alarm.
        settings.pages.secure_cookies = false;
        settings.alarms.look_every_ms = 30;
        settings.alarms.outstanding_deposits = 10;
        settings.alarms.cosignature_lag = 10;
        let serving = Api::start(settings, listener, surroundings).unwrap();
        let (working, gauges) = work(keys, &platform, &gate, urls);
        Self { platform, store, frozen, gate, serving, working, gauges }
    }
}

fn peers(
    keys: &Keys,
    platform: &Arc<Platform>,
    gate: &Arc<WriteGate>,
    (centre_url, second_url): (&str, &str),
) -> PeerWatch {
    let logs: Vec<VerifierKey> =
        [CENTRE_LOG, SECOND_LOG].map(|log| Keys::log(log).verifier_key().clone()).to_vec();
    let peer = |name, url: &str, must_be_heard| {
        let client = PeerClient::new(pool(), url, logs.clone());
        Peer { name, client, must_be_heard }
    };
    let signer = Arc::new(keys.platform_statement_key());
    let all = vec![peer("data_centre", centre_url, true), peer("preservation", second_url, false)];
    watch(platform, gate, signer, (keys.clocks.platform.clone(), entropy()), all)
}

impl Office {
    async fn stop(self) {
        assert!(self.running.stop().await.is_clean());
        self.store.close().unwrap();
    }
}

async fn platform(
    keys: &Keys,
    store: Arc<Embedded>,
    frozen: Option<FrozenLog>,
    gate: &Arc<WriteGate>,
) -> Arc<Platform> {
    let ports = Ports {
        backend: Arc::new(Gated::new(store, gate.clone())),
        clock: keys.clocks.platform.clone(),
        entropy: entropy(),
        authority: Arc::new(keys.cast().authority),
    };
    let mut decided = Settings::of_log(keys.platform_signer().verifier_key().clone());
    if keys.rotated.is_some() {
        decided.other_log_keys = vec![Keys::log(PLATFORM_LOG).verifier_key().clone()];
    }
    decided.frozen.extend(frozen);
    let cast = keys.cast();
    decided.witness_keys = vec![cast.witness.verifier_key().clone()];
    decided.mirror_keys = vec![cast.mirror.verifier_key().clone()];
    decided.custodians =
        Custodian::ALL.into_iter().map(|c| (c, keys.receipt_key(c).public_key())).collect();
    decided.order_key = Some(OrderKey::new(Arc::new(order_key())));
    decided.erasure_ledger = Some(keys.ledger(PLATFORM_LOG));
    let (office, identity) = keys.reviewing.clone().unzip();
    decided.review_office = office;
    let platform = Platform::open(ports, decided).await.unwrap();
    Arc::new(platform.asking(identity.unwrap_or_default()))
}

async fn admit_staff(platform: &Platform) {
    let scopes = Scope::ALL.into_iter().collect();
    let (label, hash) = ("staff".to_owned(), hash_of(STAFF));
    let command = CreateApiKey { label, scopes, custodian: None, ends_at: None, hash };
    create_api_key(platform, command).await.unwrap();
}

type Working = ((ShutdownTrigger, JoinHandle<Ended>), BTreeMap<Custodian, Arc<CustodianGauges>>);

fn work(
    keys: &Keys,
    platform: &Arc<Platform>,
    gate: &Arc<WriteGate>,
    (centre_url, second_url): (&str, &str),
) -> Working {
    let worker = WorkerSettings {
        cosign_interval_ms: 20,
        backoff: Backoff { first_ms: 20, longest_ms: 200 },
        ..WorkerSettings::default()
    };
    let mut group = TaskGroup::new();
    let mut all = BTreeMap::new();
    let watch = peers(keys, platform, gate, (centre_url, second_url));
    let mut stop = group.shutdown();
    group.spawn("peers", async move {
        watch.run(stop.requested()).await;
        Ok::<(), std::convert::Infallible>(())
    });
    for (custodian, url) in
        [(Custodian::DataCentre, centre_url), (Custodian::Preservation, second_url)]
    {
        let gauges = Arc::new(CustodianGauges::default());
        all.insert(custodian, gauges.clone());
        let (link, stop) = (keys.link(custodian, url), group.shutdown());
        let task = run_deposits(platform.clone(), link, worker, gauges, stop);
        group.spawn(custodian.as_str(), task);
    }
    let (cast, client) = (keys.cast(), keys.link(Custodian::DataCentre, centre_url).client);
    let cosigners = Cosigners {
        witness: client.witness(),
        witness_keys: vec![cast.witness.verifier_key().clone()],
        mirror: if keys.mirror_is_away { nobody().mirror() } else { client.mirror() },
        mirror_keys: vec![cast.mirror.verifier_key().clone()],
    };
    let stop = group.shutdown();
    let gauges = Arc::new(CosigningGauges::default());
    group.spawn("cosigning", run_cosigning(platform.clone(), cosigners, worker, gauges, stop));
    let trigger = group.trigger();
    ((trigger, tokio::spawn(group.run_until(std::future::pending::<()>(), DRAIN))), all)
}

/// The key with which the platform signs erasure orders.
fn order_key() -> SigningKey {
    SigningKey::from_ed25519_seed(&[42; 32])
}

const fn seed_of(custodian: Custodian) -> u8 {
    match custodian {
        Custodian::DataCentre => CENTRE_LOG,
        Custodian::Preservation => SECOND_LOG,
    }
}

/// What coverage says of one custodian.
pub(crate) fn held(coverage: &Value, custodian: Custodian) -> &Value {
    let all = coverage["custodians"].as_array().unwrap();
    all.iter().find(|held| held["custodian"] == custodian.as_str()).unwrap()
}

/// Waits until a service's alarm is raised, or is not; what the service says of it.
pub(crate) async fn alarm_of(service: &Client, name: &str, is_raised: bool) -> Value {
    until(name, async || {
        let answer = service.get("", "/alarms?lang=en").await.json();
        let alarms = answer["alarms"].as_array()?.clone();
        let alarm = alarms.into_iter().find(|alarm| alarm["alarm"] == name)?;
        (alarm["since"].is_string() == is_raised).then_some(alarm)
    })
    .await
}

/// Asks again and again until there is an answer.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(Instant::now() < deadline, "still waiting for {what}");
        tokio::time::sleep(SHORT).await;
    }
}

/// A service at an address where nobody listens.
fn nobody() -> NotaryClient {
    NotaryClient::new(pool(), "http://127.0.0.1:9", None)
}

pub(crate) fn pool() -> HttpPool {
    HttpPool::new(Deadlines { upload_ms: UPLOAD_MS, ..Deadlines::default() }).unwrap()
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

fn entropy() -> Arc<dyn Entropy> {
    Arc::new(SystemEntropy)
}
