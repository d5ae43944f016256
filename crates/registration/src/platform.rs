//! The platform: its ports, its settings, and what all commands share.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use heqi_evidence::anchors::Anchors;
use heqi_evidence_store::backend::{Backend, CommitError};
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::erasure::ErasureLedger;
use heqi_evidence_store::gate::PeerClock;
use heqi_evidence_store::monitoring::lags::Lags;
use heqi_evidence_store::vault::DataKeyId;
use heqi_filing::Office;
use heqi_pki::CertificateAuthority;
use heqi_pki::keys::{PublicKey, Signer};
use heqi_tlog::checkpoint::Origin;
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::{Clock, Entropy, FilingNo, UtcMillis};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::filings::RecentFilings;
use crate::frozen::FrozenLog;
use crate::newest_stamps::NewestStamps;
use crate::next_tries::NextTries;
use crate::ports::IdentityPorts;
use crate::regulator::apply::Applicant;
use crate::risk::RiskSettings;
use crate::rows;
use crate::search_index::{MemoryIndex, SearchIndex};
use crate::turns::{Turns, Twins};

/// Whatever the platform reaches the world through.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Ports {
    /// Rows, objects and the platform's own log.
    pub backend: Arc<dyn Backend>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Who issues signer certificates.
    pub authority: Arc<dyn CertificateAuthority>,
}

/// What the operator decides.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The key of the platform's own log.
    pub log_key: VerifierKey,
    /// Keys the log signed with before, or will sign with next.
    pub other_log_keys: Vec<VerifierKey>,
    /// Logs of ours that are frozen, the oldest first: what stands in them is read there.
    pub frozen: Vec<FrozenLog>,
    /// Who witnesses the log: one cosignature of any of them counts.
    pub witness_keys: Vec<VerifierKey>,
    /// Who mirrors the log: one cosignature of any of them counts.
    pub mirror_keys: Vec<VerifierKey>,
    /// Where every record is deposited, with the keys that sign receipts.
    pub custodians: BTreeMap<Custodian, PublicKey>,
    /// The time authorities that are asked, by their labels.
    pub time_authorities: Vec<String>,
    /// Keys that custodians signed receipts with before, or will sign with next.
    pub other_receipt_keys: BTreeMap<Custodian, Vec<PublicKey>>,
    /// The key that signs erasure orders; without one nothing is erased that was deposited.
    pub order_key: Option<OrderKey>,
    /// Where destroyed keys are noted before they are destroyed; without it nothing is.
    pub erasure_ledger: Option<Arc<ErasureLedger>>,
    /// The names that consent texts are filled with.
    pub names: Names,
    /// How many photos and documents are decoded at once.
    pub decode_workers: usize,
    /// Where signers' pages are found: what links in messages begin with, without `/` at the
    /// end.
    pub public_url: String,
    /// Whether nobody is invited who cannot be sent a one-time code.
    pub code_required: bool,
    /// Whose reviewers decide where no authority says who somebody is; `None`: nobody does, and
    /// nothing waits for a decision.
    pub review_office: Option<Office>,
    /// What signs of a false position or device lead to.
    pub risk: RiskSettings,
    /// Who applies for certificates when a regulator does; `None`: nobody can from here.
    pub applicant: Option<Applicant>,
    /// The keys by which evidence is examined here, as the operator set them; without them a
    /// verdict says what is self-consistent and no more.
    pub anchors: Option<Arc<Anchors>>,
    /// Whether photos are decoded to the last pixel; integrators that capture themselves
    /// may switch it off, format and dimensions are checked all the same.
    pub check_pixels: bool,
    /// Filings that a demo acted out as if they were of the past: whoever looks at one is told.
    /// None in earnest.
    pub simulated_filings: BTreeSet<FilingNo>,
}

impl Settings {
    /// Settings without cosigners and custodians.
    pub fn of_log(log_key: VerifierKey) -> Self {
        Self {
            log_key,
            other_log_keys: Vec::new(),
            frozen: Vec::new(),
            witness_keys: Vec::new(),
            mirror_keys: Vec::new(),
            custodians: BTreeMap::new(),
            time_authorities: Vec::new(),
            other_receipt_keys: BTreeMap::new(),
            order_key: None,
            erasure_ledger: None,
            names: Names::default(),
            public_url: "http://localhost".into(),
            code_required: false,
            review_office: None,
            risk: RiskSettings::default(),
            applicant: None,
            anchors: None,
            decode_workers: 2,
            check_pixels: true,
            simulated_filings: BTreeSet::new(),
        }
    }
}

impl Settings {
    /// Whether a demo acted this filing out.
    pub fn is_simulated(&self, filing: FilingNo) -> bool {
        self.simulated_filings.contains(&filing)
    }

    /// Every key with which heads of our log may be signed.
    pub(crate) fn log_keys(&self) -> impl Iterator<Item = &VerifierKey> + Clone {
        std::iter::once(&self.log_key).chain(&self.other_log_keys)
    }

    /// Every key with which this custodian's receipts may be signed.
    pub(crate) fn receipt_keys(&self, custodian: Custodian) -> Vec<PublicKey> {
        let others = self.other_receipt_keys.get(&custodian).into_iter().flatten();
        self.custodians.get(&custodian).into_iter().chain(others).cloned().collect()
    }
}

/// The key that signs erasure orders. Never printed.
#[derive(Clone)]
pub struct OrderKey(Arc<dyn Signer>);

impl OrderKey {
    /// Takes the key.
    pub fn new(signer: Arc<dyn Signer>) -> Self {
        Self(signer)
    }

    pub(crate) fn signer(&self) -> &dyn Signer {
        &*self.0
    }
}

impl fmt::Debug for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OrderKey")
    }
}

/// Names and values that consent and intent texts are filled with when shown.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a setting: operators fill it")]
pub struct Names {
    /// The notary office.
    pub notary_office: String,
    /// Who operates the platform.
    pub operator: String,
    /// Who compares faces.
    pub verifier: String,
    /// Until when signing photos are kept.
    pub retention: String,
    /// Whom to call.
    pub telephone: String,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            notary_office: "示例公证处".into(),
            operator: "示例文签平台".into(),
            verifier: "示例文签平台".into(),
            retention: "公司注销后20年".into(),
            telephone: "0571-0000-0000".into(),
        }
    }
}

/// Who keeps a deposit of every record.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "each custodian has a queue of its own")]
pub enum Custodian {
    /// The notary's data centre 公证处数据中心.
    DataCentre,
    /// The second custodian 实时保.
    Preservation,
}

impl Custodian {
    /// Both custodians.
    pub const ALL: [Self; 2] = [Self::DataCentre, Self::Preservation];

    /// The name in receipts and rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DataCentre => "data_centre",
            Self::Preservation => "preservation",
        }
    }
}

impl fmt::Display for Custodian {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Custodian {
    type Err = UnknownCustodian;

    fn from_str(text: &str) -> Result<Self, UnknownCustodian> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(UnknownCustodian)
    }
}

/// The word names no custodian.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the custodians are data_centre and preservation")]
pub struct UnknownCustodian;

/// The signing platform: what every command is given.
pub struct Platform {
    pub(crate) ports: Ports,
    pub(crate) settings: Settings,
    pub(crate) origin: Origin,
    pub(crate) decoding: Arc<Semaphore>,
    pub(crate) lags: Mutex<Lags<Custodian>>,
    next_tries: NextTries,
    newest_stamps: NewestStamps,
    pub(crate) filings: RecentFilings,
    identity: IdentityPorts,
    search_index: Arc<dyn SearchIndex>,
    pub(crate) turns: Turns,
    pub(crate) twins: Twins,
    peer_clock: Arc<PeerClock>,
    token_secret: Zeroizing<[u8; 32]>,
}

impl Platform {
    /// Takes up the platform on its store. The secret that tokens are derived from is made
    /// on the first start and kept sealed.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub async fn open(ports: Ports, settings: Settings) -> Result<Self, Fault> {
        let token_secret = token_secret(&ports).await?;
        let origin = ports.backend.log().head().checkpoint().checkpoint().origin().clone();
        let decoding = Arc::new(Semaphore::new(settings.decode_workers.max(1)));
        let lags = Mutex::new(Lags::default());
        let filings = RecentFilings::default();
        let identity = IdentityPorts::default();
        let search_index = Arc::new(MemoryIndex::default());
        let (peer_clock, turns, twins) = (Arc::default(), Turns::default(), Twins::default());
        Ok(Self {
            ports,
            settings,
            origin,
            decoding,
            lags,
            next_tries: NextTries::default(),
            newest_stamps: NewestStamps::default(),
            filings,
            identity,
            search_index,
            turns,
            twins,
            peer_clock,
            token_secret,
        })
    }

    /// The same, asking these who people are.
    #[must_use]
    pub fn asking(self, identity: IdentityPorts) -> Self {
        Self { identity, ..self }
    }

    /// The same, finding filings by this index.
    #[must_use]
    pub fn finding_by(self, search_index: Arc<dyn SearchIndex>) -> Self {
        Self { search_index, ..self }
    }

    /// Where filings are found.
    pub const fn search_index(&self) -> &Arc<dyn SearchIndex> {
        &self.search_index
    }

    /// Who is asked about people and companies.
    pub const fn identity(&self) -> &IdentityPorts {
        &self.identity
    }

    /// Whether this platform looks at who people are at all.
    pub fn checks_identity(&self) -> bool {
        self.identity.is_anybody_asked() || self.settings.review_office.is_some()
    }

    /// Rows, objects and the log.
    pub fn backend(&self) -> &dyn Backend {
        &*self.ports.backend
    }

    /// The same store, to be held longer than this borrow.
    pub fn shared_backend(&self) -> Arc<dyn Backend> {
        Arc::clone(&self.ports.backend)
    }

    /// The present instant.
    pub fn now(&self) -> UtcMillis {
        self.ports.clock.now()
    }

    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.ports.clock
    }

    /// Randomness.
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.ports.entropy
    }

    /// The origin of the platform's log.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Whether this is the origin of our log, or of one of ours that is frozen.
    pub(crate) fn is_own_origin(&self, origin: &str) -> bool {
        origin == self.origin.as_str()
            || self.settings.frozen.iter().any(|frozen| frozen.origin().as_str() == origin)
    }

    /// What the operator decided.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// When what others have to do is tried next: workers say it before they pause.
    pub const fn next_tries(&self) -> &NextTries {
        &self.next_tries
    }

    /// Until when the newest time stamps count: rounds of renewals note it here.
    pub const fn newest_stamps(&self) -> &NewestStamps {
        &self.newest_stamps
    }

    /// Our clock beside those of the peers: whoever asks them notes it here.
    pub const fn peer_clock(&self) -> &Arc<PeerClock> {
        &self.peer_clock
    }

    /// Demands a clock that may be relied upon.
    pub(crate) fn require_trusted_clock(&self) -> Result<(), Fault> {
        if self.peer_clock.is_trusted() { Ok(()) } else { Err(Fault::ClockOff) }
    }

    /// Who issues signer certificates, to be held longer than this borrow.
    pub fn shared_authority(&self) -> Arc<dyn CertificateAuthority> {
        Arc::clone(&self.ports.authority)
    }

    /// Every key with which heads of our log may be signed.
    pub fn own_log_keys(&self) -> Vec<VerifierKey> {
        self.settings.log_keys().cloned().collect()
    }

    pub(crate) fn authority(&self) -> Arc<dyn CertificateAuthority> {
        self.ports.authority.clone()
    }

    pub(crate) fn shared_entropy(&self) -> Arc<dyn Entropy> {
        self.ports.entropy.clone()
    }

    pub(crate) fn token_secret(&self) -> &[u8; 32] {
        &self.token_secret
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Platform({})", self.origin)
    }
}

async fn token_secret(ports: &Ports) -> Result<Zeroizing<[u8; 32]>, Fault> {
    let backend = &*ports.backend;
    let key = backend.vault().create(DataKeyId::of(&[b"platform", b"-", b"token"]))?;
    let name = "token".to_owned();
    loop {
        if let Some(row) = rows::SECRETS.row(backend, &name).await? {
            let text: Zeroizing<String> =
                Zeroizing::new(rows::SECRETS.open(&name, &row.value, backend.vault())?);
            let mut secret = Zeroizing::new([0; 32]);
            hex::decode_to_slice(text.as_bytes(), secret.as_mut())
                .map_err(|_| Fault::broken("the token secret has another form"))?;
            return Ok(secret);
        }
        let secret: Zeroizing<[u8; 32]> = Zeroizing::new(ports.entropy.bytes());
        let sealed = rows::SECRETS.seal(&name, &key, &hex::encode(*secret), &*ports.entropy)?;
        let mut changes = Changeset::new();
        rows::SECRETS.insert(&mut changes, &name, &sealed)?;
        match async { backend.commit(changes)?.await }.await {
            // Somebody else was faster: theirs counts.
            Ok(_) | Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
