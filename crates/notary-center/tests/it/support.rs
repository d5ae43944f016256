//! Running services, clients of them, and a store that fails.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use heqi_documents::OfficeNames;
use heqi_evidence::anchors::{CosignerAnchor, CosignerRole, CustodianAnchor, Spki, Vkey};
use heqi_evidence::bundle::BundleParts;
use heqi_evidence::chain::ChainTip;
use heqi_evidence::deposit::DepositReceipt;
use heqi_evidence::record::{EvidenceRecord, GeneratedBy, RecordDraft};
use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::backend::memory::MemoryBackend;
use heqi_evidence_store::backend::{
    Answer, Backend, CommitError, Pending, PendingObject, ReadError,
};
use heqi_evidence_store::changeset::{Changeset, Row, RowKey};
use heqi_evidence_store::log::{KeyedHeadSigner, LogReader};
use heqi_evidence_store::vault::Vault;
use heqi_evidence_store::witness::Witness;
use heqi_identity::Calendar;
use heqi_notarization::cosigned_log::elsewhere::ShownElsewhere;
use heqi_notarization::matter::act::{Desk, Tool};
use heqi_notarization::matter::number::Series;
use heqi_notarization::matter::register::Register;
use heqi_notarization::office::OfficeParts;
use heqi_notarization::{CosignedLog, Mirror, NotaryOffice};
use heqi_notary_center::access::DEPOSITS;
use heqi_notary_center::{
    Bench, CenterSettings, DataCentre, NotaryCenter, NoticeWays, PeerComparison, PeerWitness,
    People, Role, Running, StartError, Surroundings, Watching,
};
use heqi_notary_protocol::{Bearer, Deadlines, DepositReply, HttpPool, NotaryClient};
use heqi_pki::keys::{Algorithm, Signer, SigningKey};
use heqi_service_kit::{ApiKey, Health, Listener, Metrics, SystemEntropy};
use heqi_testkit::{FixedClock, NOTARY, SeededEntropy, Story, StoryRecord, Twists};
use heqi_tlog::cosignature::Cosigner;
use heqi_tlog::note::{KeyName, NoteSigner, VerifierKey};
use heqi_vocabulary::{ChainId, Digest, Provenance};
use tokio::sync::watch;

/// Longest a test waits for something that a worker does by itself.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A running service with everything a test needs to look inside.
pub(crate) struct Centre {
    pub(crate) running: Running,
    pub(crate) client: NotaryClient,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) key: ApiKey,
    pub(crate) receipt_key: Arc<SigningKey>,
    pub(crate) health: Arc<Health>,
}

/// What a test decides about a service.
pub(crate) struct Plan<'a> {
    pub(crate) story: &'a Story,
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) custodian: &'static str,
    /// Logs that the witness and the mirror know.
    pub(crate) logs: Vec<VerifierKey>,
    pub(crate) peer_witness: Option<PeerWitness>,
    /// The platform with which the store is compared before anything is written.
    pub(crate) peer: Option<PeerComparison>,
    pub(crate) settings: CenterSettings,
    pub(crate) is_data_centre: bool,
    pub(crate) people: Option<People>,
    pub(crate) notice_ways: NoticeWays,
    /// Custodians beside this one, by the keys that tests give them.
    pub(crate) knows: Vec<&'static str>,
    /// Whether it takes applications for certificates.
    pub(crate) certifies: bool,
    /// By which channels somebody is told of alarms.
    pub(crate) alarm_channels: Vec<String>,
    /// By whose witness and mirror it proves, if it has none.
    pub(crate) proves_by: Option<Arc<dyn ShownElsewhere>>,
}

/// A workbench that takes applications and has no press.
fn bench() -> Bench {
    let desk = Desk {
        office_name: "浙江省杭州市示例公证处".into(),
        platform_name: "示例商事文签平台".into(),
        calendar: Arc::new(Calendar::built_in()),
        register: Register::OwnSeries,
        series: Series::new("浙杭临", "经").unwrap(),
        tool: Tool { name: "heqi test".into(), sha256: Digest::of(b"tool") },
        workstations: Vec::new(),
        press: None,
        check_url: "https://notary.example/check".into(),
    };
    let names = OfficeNames::default();
    Bench {
        desk,
        telephone: "0571-0000110".into(),
        workstation_addresses: BTreeMap::new(),
        secure_cookies: true,
        names,
    }
}

/// The receipt key of a custodian of the tests.
pub(crate) fn receipt_key_of(custodian: &str) -> SigningKey {
    SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::labelled(1, custodian))
}

impl<'a> Plan<'a> {
    pub(crate) fn data_centre(story: &'a Story, backend: Arc<dyn Backend>) -> Self {
        let mut settings = CenterSettings::default();
        settings.feed_interval_ms = 5;
        settings.log_name = "office".into();
        Self {
            story,
            backend,
            custodian: "data_centre",
            logs: vec![story.log.key().clone()],
            peer_witness: None,
            peer: None,
            settings,
            is_data_centre: true,
            people: None,
            notice_ways: Vec::new(),
            knows: Vec::new(),
            certifies: false,
            alarm_channels: Vec::new(),
            proves_by: None,
        }
    }

    pub(crate) fn preservation(story: &'a Story, backend: Arc<dyn Backend>) -> Self {
        let plan = Self::data_centre(story, backend);
        Self { custodian: "preservation", is_data_centre: false, ..plan }
    }

    pub(crate) async fn start(self) -> Centre {
        Box::pin(self.try_start()).await.unwrap()
    }

    pub(crate) async fn try_start(self) -> Result<Centre, StartError> {
        let clock = Arc::new(FixedClock::new(self.story.seen_at()));
        let receipt_key = Arc::new(receipt_key_of(self.custodian));
        let key = ApiKey::generate(DEPOSITS.parse().unwrap(), &SystemEntropy);
        let surroundings = self.surroundings(&clock, &receipt_key, &key);
        let health = surroundings.health.clone();
        let listener = Listener::bind("127.0.0.1:0").unwrap();
        let running = NotaryCenter::start(self.settings, listener, surroundings).await?;
        let client = NotaryClient::new(pool(), &running.url(), Some(Bearer::new(key.expose())));
        Ok(Centre { running, client, clock, key, receipt_key, health })
    }

    pub(crate) fn surroundings(
        &self,
        clock: &Arc<FixedClock>,
        receipt_key: &Arc<SigningKey>,
        key: &ApiKey,
    ) -> Surroundings {
        let mut trusted = self.story.anchors();
        let validity = trusted.custodians[0].validity;
        trusted.custodians.extend(self.knows.iter().map(|custodian| CustodianAnchor {
            custodian: (*custodian).to_owned(),
            key: Spki(receipt_key_of(custodian).public_key()),
            organisation: NOTARY.into(),
            validity,
        }));
        let own = [(CosignerRole::Witness, witness_key()), (CosignerRole::Mirror, mirror_key())];
        trusted.cosigners.extend(own.map(|(role, key)| CosignerAnchor {
            organisation: NOTARY.into(),
            role,
            validity,
            vkey: Vkey(key),
        }));
        let office = NotaryOffice::new(OfficeParts {
            custodian: self.custodian.into(),
            organisation: NOTARY.into(),
            anchors: trusted,
            receipt_key: receipt_key.clone(),
            backend: self.backend.clone(),
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
        });
        let office = office.telling(self.notice_ways.iter().map(|(to, _)| *to).collect());
        let office = match &self.proves_by {
            Some(shown) => office.proving_by(Arc::new(CosignedLog::elsewhere(shown.clone()))),
            None => office,
        };
        let publisher: Arc<dyn Signer> = Arc::new(publisher());
        let mut anchors = self.story.anchors();
        anchors.publisher.key.0 = publisher.public_key();
        let logs = self.logs.clone();
        let mirror_key = cosigner("mirror.office.example/m", 4);
        let mirror = Mirror::new(mirror_key, logs.clone(), self.backend.clone(), clock.clone());
        let witness = Witness::new(cosigner("witness.office.example/w", 9), logs);
        let role = if self.is_data_centre {
            Role::DataCentre(DataCentre { witness, mirror, anchors, publisher })
        } else {
            Role::Preservation
        };
        Surroundings {
            office,
            role,
            platform_keys: vec![key.hash()],
            peer_witness: self.peer_witness.clone(),
            peer: self.peer.clone(),
            entropy: Arc::new(SystemEntropy),
            health: Arc::new(Health::default()),
            metrics: Arc::new(Metrics::default()),
            people: self.people.clone(),
            notice_ways: self.notice_ways.clone(),
            watching: Watching {
                alarm_channels: self.alarm_channels.clone(),
                disk_bytes: Some(Arc::new(|| 7_300_000)),
                ..Watching::default()
            },
            bench: self.certifies.then(bench),
        }
    }
}

impl Centre {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.url())
    }

    pub(crate) async fn deposit(&self, parts: &BundleParts) -> DepositReply {
        self.client.deposit(parts.write().unwrap().into()).await.unwrap()
    }

    pub(crate) fn open(&self, reply: &DepositReply) -> DepositReceipt {
        reply.open(&[self.receipt_key.public_key()]).unwrap().receipt
    }

    /// A figure of `/metrics`, by its full name with labels.
    pub(crate) async fn figure(&self, name: &str) -> Option<u64> {
        let text = get(&self.url("/metrics")).await.text().await.unwrap();
        let line = text.lines().find(|line| line.starts_with(&format!("{name} ")))?;
        line.rsplit(' ').next()?.parse().ok()
    }
}

fn publisher() -> SigningKey {
    SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::labelled(1, "publisher"))
}

pub(crate) fn cosigner(name: &str, seed: u8) -> Cosigner {
    Cosigner::from_seed(KeyName::new(name).unwrap(), &[seed; 32]).unwrap()
}

pub(crate) fn witness_key() -> VerifierKey {
    cosigner("witness.office.example/w", 9).verifier_key().clone()
}

pub(crate) fn mirror_key() -> VerifierKey {
    cosigner("mirror.office.example/m", 4).verifier_key().clone()
}

pub(crate) fn pool() -> HttpPool {
    HttpPool::new(Deadlines { exchange_ms: 20_000, ..Deadlines::default() }).unwrap()
}

pub(crate) fn http() -> reqwest::Client {
    heqi_service_kit::Trust::Nobody.client().unwrap().timeout(PATIENCE).build().unwrap()
}

pub(crate) async fn get(url: &str) -> reqwest::Response {
    http().get(url).send().await.unwrap()
}

/// The `code` of a problem.
pub(crate) async fn code(response: reqwest::Response) -> String {
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let body: serde_json::Value = response.json().await.unwrap();
    assert!(body["request_id"].as_str().is_some_and(|id| id.starts_with("req_")), "{body}");
    body["code"].as_str().unwrap().to_owned()
}

pub(crate) fn log_signer(name: &str, seed: u8) -> NoteSigner {
    NoteSigner::from_seed(KeyName::new(name).unwrap(), &[seed; 32]).unwrap()
}

pub(crate) fn store() -> Arc<MemoryBackend> {
    store_of("log.office.example/own", 3)
}

pub(crate) fn store_of(origin: &str, seed: u8) -> Arc<MemoryBackend> {
    let signer = Arc::new(KeyedHeadSigner::new(log_signer(origin, seed)));
    let entropy = Arc::new(SeededEntropy::labelled(1, "vault"));
    Arc::new(MemoryBackend::new(signer, entropy).unwrap())
}

pub(crate) fn story() -> Story {
    Story::tell(1, &Twists::default())
}

/// What the platform deposits of a record: full, with the proof and without receipts.
pub(crate) fn deposit_of(story: &Story, record: &StoryRecord) -> BundleParts {
    BundleParts { deposits: Vec::new(), ..story.bundle(record) }
}

/// The same as it is really deposited, milliseconds after the record: under a head that nobody but the log has signed.
pub(crate) fn deposit_at_once(story: &Story, record: &StoryRecord) -> BundleParts {
    let head = story.log.head_at(story.log.size());
    let proof = story.log.proof(record.index, &head).to_string().into_bytes();
    BundleParts { proof: Some(proof), ..deposit_of(story, record) }
}

/// A record of another chain of the platform's log.
pub(crate) struct Extra {
    pub(crate) record: EvidenceRecord,
    index: u64,
}

impl Extra {
    pub(crate) fn file(&self, story: &Story) -> Bytes {
        let head = story.log.head_at(story.log.size());
        let parts = BundleParts {
            record: self.record.full().unwrap(),
            proof: Some(story.log.proof(self.index, &head).to_string().into_bytes()),
            ..BundleParts::default()
        };
        parts.write().unwrap().into()
    }
}

/// Logs a chain of `length` consents.
pub(crate) fn log_chain(story: &mut Story, seed: u8, length: u64) -> Vec<Extra> {
    let chain = ChainId::from_bytes([seed; 16]);
    let mut tip = ChainTip::empty(chain);
    (0..length)
        .map(|_| {
            let place = tip.next(chain, story.seen_at());
            let entropy = SeededEntropy::labelled(place.seq, &chain.to_string());
            let kind = RecordKind::ConsentGiven;
            let mut draft = RecordDraft::new(kind, GeneratedBy::Platform, &entropy);
            draft.set("consent", "photo", Provenance::Observed).unwrap();
            let record = draft.at(place);
            tip = tip.after(record.frame(), record.root()).unwrap();
            Extra { index: story.log.append(record.leaf()), record }
        })
        .collect()
}

/// A store whose commits fail while it is told to.
#[derive(Debug)]
pub(crate) struct Failing {
    store: Arc<MemoryBackend>,
    fails: AtomicBool,
    has_stopped: AtomicBool,
}

impl Failing {
    pub(crate) fn new(store: Arc<MemoryBackend>) -> Arc<Self> {
        Arc::new(Self { store, fails: AtomicBool::new(false), has_stopped: AtomicBool::new(false) })
    }

    /// Whether nothing is read any more.
    pub(crate) fn stop(&self, has_stopped: bool) {
        self.has_stopped.store(has_stopped, Ordering::SeqCst);
    }

    pub(crate) fn fail(&self, fails: bool) {
        self.fails.store(fails, Ordering::SeqCst);
    }
}

impl Backend for Failing {
    fn row<'a>(&'a self, key: &'a RowKey) -> Answer<'a, Option<Row>> {
        if self.has_stopped.load(Ordering::SeqCst) {
            return Box::pin(async { Err(ReadError::Stopped) });
        }
        self.store.row(key)
    }

    fn scan<'a>(
        &'a self,
        prefix: &'a [u8],
        after: Option<&'a RowKey>,
        limit: usize,
    ) -> Answer<'a, Vec<(RowKey, Row)>> {
        if self.has_stopped.load(Ordering::SeqCst) {
            return Box::pin(async { Err(ReadError::Stopped) });
        }
        self.store.scan(prefix, after, limit)
    }

    fn commit(&self, changes: Changeset) -> Result<Pending, CommitError> {
        if self.fails.load(Ordering::SeqCst) {
            return Ok(Pending::new(async { Err(CommitError::Stopped) }));
        }
        self.store.commit(changes)
    }

    fn put_object(&self, object: Bytes) -> Result<PendingObject, CommitError> {
        self.store.put_object(object)
    }

    fn object<'a>(&'a self, id: &'a Digest) -> Answer<'a, Option<Bytes>> {
        self.store.object(id)
    }

    fn discard_object<'a>(
        &'a self,
        id: &'a Digest,
    ) -> futures_util::future::BoxFuture<'a, Result<bool, CommitError>> {
        self.store.discard_object(id)
    }

    fn settled(&self) -> futures_util::future::BoxFuture<'_, Result<(), CommitError>> {
        self.store.settled()
    }

    fn progress(&self) -> watch::Receiver<u64> {
        self.store.progress()
    }

    fn log(&self) -> &dyn LogReader {
        self.store.log()
    }

    fn vault(&self) -> &dyn Vault {
        self.store.vault()
    }
}
