//! A notary office with a workbench over evidence that is really held, and its staff.

use std::collections::BTreeMap;
use std::sync::Arc;

use heqi_credentials::{Password, TotpSecret};
use heqi_documents::{Office, OfficeNames, SealFace};
use heqi_evidence::bundle::BundleParts;
use heqi_evidence_store::backend::Backend as _;
use heqi_evidence_store::backend::memory::MemoryBackend;
use heqi_evidence_store::changeset::{Row, RowKey};
use heqi_evidence_store::log::KeyedHeadSigner;
use heqi_evidence_store::witness::Witness;
use heqi_identity::Calendar;
use heqi_notarization::matter::act::{Desk, Tool};
use heqi_notarization::matter::number::Series;
use heqi_notarization::matter::register::Register;
use heqi_notarization::office::OfficeParts;
use heqi_notarization::staff::{CreateOfficer, OfficeRole, create_officer, enrol_officer};
use heqi_notarization::{Mirror, NotaryOffice, admit_bundle};
use heqi_notary_center::press::{PdfPress, SharedPress};
use heqi_notary_center::{
    Bench, CenterSettings, DataCentre, NotaryCenter, Role, Running, Surroundings, Watching,
};
use heqi_pki::authority::{TestSealAuthority, TestTimeAuthority};
use heqi_pki::certificate::TrustedRoot;
use heqi_pki::keys::{Algorithm, Signer, SigningKey};
use heqi_pki::timestamp::{
    Accuracy, Nonce, TimeRoot, TimeStampRequest, TimestampToken, TokenIssuer,
};
use heqi_sealed_pdf::{Stamper, Unstamped};
use heqi_service_kit::{Health, Listener, Metrics, SystemEntropy};
use heqi_testkit::{FixedClock, NOTARY, SeededEntropy, Story, Twists};
use heqi_tlog::cosignature::Cosigner;
use heqi_tlog::note::{KeyName, NoteSigner};
use heqi_vocabulary::{Clock as _, Digest};

pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const WORKSTATION: &str = "提取专用机1号";

struct Stamps {
    issuer: TokenIssuer,
    clock: Arc<FixedClock>,
}

impl Stamper for Stamps {
    fn stamp(&self, bytes: &[u8]) -> Result<TimestampToken, Unstamped> {
        let request = TimeStampRequest::over(bytes, None, Nonce::random(&SystemEntropy));
        let der = self.issuer.token(&request, 1, self.clock.now()).map_err(Unstamped::new)?;
        TimestampToken::from_der(&der).map_err(Unstamped::new)
    }
}

/// The office.
pub(crate) struct Bureau {
    pub(crate) running: Running,
    pub(crate) clock: Arc<FixedClock>,
    /// The number of the signing's deposit.
    pub(crate) deposit: String,
    office: NotaryOffice,
    store: Arc<MemoryBackend>,
}

/// What the office's store has: its rows, the size of its log, and whether a certain object is among its own.
#[derive(Eq, PartialEq)]
pub(crate) struct Stored {
    rows: Vec<(RowKey, Row)>,
    log_size: u64,
    has_object: bool,
}

fn press(clock: &Arc<FixedClock>) -> PdfPress {
    let (made_at, entropy) = (clock.now(), SeededEntropy::new(9));
    let seal = TestSealAuthority::generate("杭州市示例公证处", made_at, &entropy).unwrap();
    let time = TestTimeAuthority::generate("示例时间戳", made_at, &entropy).unwrap();
    let policy = "1.3.6.1.4.1.32473.1.3161".parse().unwrap();
    PdfPress {
        office: Office {
            full_name: "中华人民共和国浙江省杭州市示例公证处".into(),
            name: "杭州市示例公证处".into(),
            address: "浙江省杭州市示例路1号".into(),
            telephone: "0571-0000110".into(),
            seal: SealFace::Sample,
        },
        roots: vec![TrustedRoot::new(seal.root().clone(), true).unwrap()],
        key: Arc::new(seal),
        time_roots: vec![TimeRoot::from_der(time.root().der(), true).unwrap()],
        stamper: Arc::new(Stamps {
            issuer: time.into_issuer(policy, Accuracy::from_millis(1000)).unwrap(),
            clock: clock.clone(),
        }),
        clock: clock.clone(),
    }
}

impl Bureau {
    pub(crate) async fn open() -> Self {
        let story = Story::tell(1, &Twists::default());
        let clock = Arc::new(FixedClock::new(story.seen_at()));
        let name = KeyName::new("log.office.example/own").unwrap();
        let signer = KeyedHeadSigner::new(NoteSigner::from_seed(name, &[3; 32]).unwrap());
        let vault = Arc::new(SeededEntropy::labelled(1, "vault"));
        let store = Arc::new(MemoryBackend::new(Arc::new(signer), vault).unwrap());
        let key = |of: &str| {
            Arc::new(SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::labelled(1, of)))
        };
        let office = NotaryOffice::new(OfficeParts {
            custodian: "data_centre".into(),
            organisation: NOTARY.into(),
            anchors: story.anchors(),
            receipt_key: key("receipts"),
            backend: store.clone(),
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
        });
        let publisher: Arc<dyn Signer> = key("publisher");
        let mut anchors = story.anchors();
        anchors.publisher.key.0 = publisher.public_key();
        let cosigner = |name: &str, seed: u8| {
            Cosigner::from_seed(KeyName::new(name).unwrap(), &[seed; 32]).unwrap()
        };
        let mirror_key = cosigner("mirror.office.example/m", 4);
        let mirror = Mirror::new(mirror_key, Vec::new(), store.clone(), clock.clone());
        let witness = Witness::new(cosigner("witness.office.example/w", 9), Vec::new());
        let mut deposit = String::new();
        for record in &story.records {
            let parts = BundleParts { deposits: Vec::new(), ..story.bundle(record) };
            let admission = admit_bundle(&office, parts.write().unwrap().into()).await.unwrap();
            if record.record.root() == story.signing().record.root() {
                let keys = [office.receipt_key().public_key()];
                let opened = heqi_evidence::statement::Statement::open(&admission.receipt, &keys);
                let receipt: heqi_evidence::deposit::DepositReceipt =
                    heqi_evidence::statement::Signed::into_statement(opened.unwrap());
                deposit = receipt.deposit_no.to_string();
            }
        }
        clock.advance_ms(60_000);
        let listener = Listener::bind("127.0.0.1:0").unwrap();
        let desk = Desk {
            office_name: "浙江省杭州市示例公证处".into(),
            platform_name: "示例商事文签平台".into(),
            calendar: Arc::new(Calendar::built_in()),
            register: Register::OwnSeries,
            series: Series::new("浙杭临", "经").unwrap(),
            tool: Tool { name: "heqi test".into(), sha256: Digest::of(b"tool") },
            workstations: vec![WORKSTATION.into()],
            press: Some(Arc::new(SharedPress::new(press(&clock)))),
            check_url: format!("{}/check", listener.url()),
        };
        let surroundings = Surroundings {
            office: office.clone(),
            role: Role::DataCentre(DataCentre { witness, mirror, anchors, publisher }),
            platform_keys: Vec::new(),
            peer_witness: None,
            peer: None,
            notice_ways: Vec::new(),
            entropy: Arc::new(SystemEntropy),
            health: Arc::new(Health::default()),
            metrics: Arc::new(Metrics::default()),
            people: None,
            watching: Watching::default(),
            bench: Some(Bench {
                desk,
                names: OfficeNames::default(),
                telephone: "0571-0000110".into(),
                workstation_addresses: BTreeMap::new(),
                secure_cookies: false,
            }),
        };
        let mut settings = CenterSettings::default();
        settings.rates.enabled = false;
        let running = NotaryCenter::start(settings, listener, surroundings).await.unwrap();
        Self { running, clock, deposit, office, store }
    }

    /// What is stored now; `object` is the digest of bytes that might be kept as they came.
    pub(crate) async fn stored(&self, object: Digest) -> Stored {
        Stored {
            rows: self.store.scan(b"", None, usize::MAX).await.unwrap(),
            log_size: self.store.log().head().size(),
            has_object: self.store.object(&object).await.unwrap().is_some(),
        }
    }

    /// The same, once the office's own workers have nothing to write any more.
    pub(crate) async fn stored_at_rest(&self, object: Digest) -> Stored {
        for _ in 0..50 {
            let seen = self.stored(object).await;
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            if self.stored(object).await == seen {
                return seen;
            }
        }
        panic!("the office never stops writing");
    }

    /// Somebody of the staff, with an authenticator.
    pub(crate) async fn admit(&self, login: &str, name: &str, role: OfficeRole) -> TotpSecret {
        let command = CreateOfficer {
            login: login.parse().unwrap(),
            name: name.into(),
            role,
            password: Password::new(PASSWORD.into()).unwrap(),
        };
        let account = create_officer(&self.office, command).await.unwrap();
        let secret = TotpSecret::generate(&SystemEntropy);
        enrol_officer(&self.office, account, &secret).await.unwrap();
        secret
    }

    /// A code that was not used yet.
    pub(crate) fn code(&self, secret: &TotpSecret) -> String {
        self.clock.advance_ms(60_000);
        secret.code_at(self.clock.now())
    }
}
