//! The platform: its ports, its settings, and what all commands share.

use std::fmt;
use std::sync::Arc;

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::gate::PeerClock;
use heqi_evidence_store::monitoring::lags::Lags;
use heqi_pki::CertificateAuthority;
use heqi_tlog::checkpoint::Origin;
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::{Clock, Entropy, UtcMillis};
use parking_lot::Mutex;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::filings::RecentFilings;
use crate::newest_stamps::NewestStamps;
use crate::next_tries::NextTries;
use crate::person_keys::PersonKeys;
use crate::ports::IdentityPorts;
use crate::regulator::PackageTurns;
use crate::search_index::{MemoryIndex, SearchIndex};
use crate::secrets;
use crate::turns::{Turns, Twins};

mod settings;

pub use settings::{Custodian, FACE_ACTIONS, Names, OrderKey, Settings, UnknownCustodian};

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
    pub(crate) package_turns: PackageTurns,
    peer_clock: Arc<PeerClock>,
    token_secret: Zeroizing<[u8; 32]>,
    person_keys: PersonKeys,
}

impl Platform {
    /// Takes up the platform on its store. The secret that tokens are derived from is made
    /// on the first start and kept sealed.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub async fn open(ports: Ports, settings: Settings) -> Result<Self, Fault> {
        let (backend, entropy) = (&*ports.backend, &*ports.entropy);
        let token_secret = secrets::kept(backend, entropy, secrets::TOKEN).await?;
        let person_keys = PersonKeys::of(backend, &token_secret).await?;
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
            package_turns: PackageTurns::default(),
            peer_clock,
            token_secret,
            person_keys,
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

    /// What tells our index of filings from others: our log, and the secret that people in it are
    /// found by.
    pub fn index_name(&self) -> String {
        format!("{}\n{}", self.origin, self.person_keys.fingerprint())
    }

    pub(crate) const fn person_keys(&self) -> &PersonKeys {
        &self.person_keys
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
