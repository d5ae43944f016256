//! What a service is given by the program that starts it: its office, its keys, and whom it knows.

use std::sync::Arc;

use heqi_evidence::anchors::Anchors;
use heqi_evidence_store::witness::Witness;
use heqi_notarization::{Mirror, NotaryOffice};
use heqi_notary_protocol::WitnessClient;
use heqi_pki::keys::Signer;
use heqi_service_kit::{ApiKeyHash, Health, Metrics};
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::Entropy;

use crate::bench::Bench;
use crate::board::DiskBytes;
use crate::carrying::NoticeWays;
use crate::figures::StoreGauges;
use crate::peer::PeerComparison;
use crate::people::People;

/// What the service is given beside its settings.
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Surroundings {
    /// The custodian and its store.
    pub office: NotaryOffice,
    /// Which of the two custodians it is.
    pub role: Role,
    /// Hashes of the keys whose deposits are taken, of scope [`crate::access::DEPOSITS`].
    pub platform_keys: Vec<ApiKeyHash>,
    /// The platform's witness, which cosigns the office's own log; `None`: nobody does.
    pub peer_witness: Option<PeerWitness>,
    /// The platform, asked what it holds of ours before anything is written; `None`: nobody can
    /// notice that the store was set back.
    pub peer: Option<PeerComparison>,
    /// Draws request ids and jitter.
    pub entropy: Arc<dyn Entropy>,
    /// Answers `/readyz`; the program adds its checks.
    pub health: Arc<Health>,
    /// Answers `/metrics`; the program may add figures of its own.
    pub metrics: Arc<Metrics>,
    /// Whoever signed and looks at what is held; `None`: nobody is let in.
    pub people: Option<People>,
    /// The ways to whom the office brings what people say here.
    pub notice_ways: NoticeWays,
    /// What else somebody may have to be told of.
    pub watching: Watching,
    /// The workbench of the office's staff; `None`: it has none here.
    pub bench: Option<Bench>,
}

/// What the office is watched by beside its own work.
#[derive(Clone, Default)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Watching {
    /// Asks the store for its numbers: they become figures, and a store that has failed is not
    /// ready.
    pub store_gauges: Option<StoreGauges>,
    /// Labels of the time authorities that stamp the office's own log.
    pub time_authorities: Vec<String>,
    /// How many bytes the service's folder takes, if anybody can tell.
    pub disk_bytes: Option<DiskBytes>,
    /// The channels by which somebody is told of alarms, as they are called in the queue
    /// (`heqi_evidence_store::monitoring::alarm_delivery`); the program works on it. Empty: nobody is.
    pub alarm_channels: Vec<String>,
}

/// Which of the two custodians a service is.
#[expect(clippy::exhaustive_enums, reason = "the organisations have two, and both are here")]
#[expect(clippy::large_enum_variant, reason = "made once per program")]
pub enum Role {
    /// 公证机构数据中心: deposits, witness, mirror, anchors.
    DataCentre(DataCentre),
    /// 实时保: deposits.
    Preservation,
}

/// What only the data centre has.
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct DataCentre {
    /// Witness of the platform's log.
    pub witness: Witness,
    /// Mirror of the platform's log, of another name and key than the witness.
    pub mirror: Mirror,
    /// The list of trusted keys to publish.
    pub anchors: Anchors,
    /// The key that signs it.
    pub publisher: Arc<dyn Signer>,
}

/// Who cosigns the office's own log.
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
#[derive(Clone, Debug)]
pub struct PeerWitness {
    /// The way to it.
    pub client: WitnessClient,
    /// Its keys.
    pub keys: Vec<VerifierKey>,
}
