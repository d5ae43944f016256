//! All organisations on this machine, each with its own folder, keys and store: what the
//! demo shows and the load generator measures.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use heqi_evidence::anchors::{Base64, CertificateRoot, LogAnchor, Spki, Validity, Vkey};
use heqi_registration::platform::Names;
use heqi_service_kit::api_key::{ApiKey, Scope};
use heqi_service_kit::listener::{ListenError, Listener};
use heqi_service_kit::system::{SystemClock, SystemEntropy};
use heqi_service_kit::telemetry::TelemetrySettings;
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::{Clock, Entropy, UtcMillis};
use parking_lot::Mutex;

use crate::client::{self, Caller};
use crate::keys;
use crate::service::notary::{self, RunningNotary};
use crate::service::platform::{self, RunningPlatform};
use crate::service::{ServiceError, store};
use crate::settings::{
    NotarySettings, PeerSettings, PlatformPeerSettings, PlatformSettings, Profile, Role,
};

pub(crate) const PLATFORM_ORIGIN: &str = "platform.heqi.example/demo";
pub(crate) const NOTARY_ORIGIN: &str = "notary.heqi.example/demo";
pub(crate) const PRESERVATION_ORIGIN: &str = "preservation.heqi.example/demo";
const PLATFORM_ORGANISATION: &str = "示例文签平台";
const NOTARY_ORGANISATION: &str = "示例公证处";
const LOG_NAME: &str = "demo";
const DATA_CENTRE_KEY: &str = "data-centre.key";
const PRESERVATION_KEY: &str = "preservation.key";

/// Why the services are not running.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorldError {
    /// One of them.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// An address.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// A page server.
    #[error("a page cannot be served: {0}")]
    Server(std::io::Error),
    /// The HTTP client.
    #[error("the HTTP client cannot be made: {0}")]
    Client(#[from] reqwest::Error),
    /// The wanted address.
    #[error("{0:?} is not an address with a port, such as 127.0.0.1:8800")]
    Address(String),
}

impl From<keys::KeyError> for WorldError {
    fn from(error: keys::KeyError) -> Self {
        Self::Service(error.into())
    }
}

impl From<store::StoreError> for WorldError {
    fn from(error: store::StoreError) -> Self {
        Self::Service(error.into())
    }
}

/// Where everything listens.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    pub(crate) guide: String,
    pub(crate) platform: String,
    pub(crate) notary: String,
    pub(crate) preservation: String,
    pub(crate) inbox: String,
}

impl Addresses {
    /// The guide's address and the ports after it; port 0 makes all of them any free port.
    pub(crate) fn after(guide: &str) -> Result<Self, WorldError> {
        let wrong = || WorldError::Address(guide.to_owned());
        let (host, port) = guide.rsplit_once(':').ok_or_else(wrong)?;
        let port: u16 = port.parse().map_err(|_| wrong())?;
        let at = |offset: u16| -> Result<String, WorldError> {
            let port = if port == 0 { 0 } else { port.checked_add(offset).ok_or_else(wrong)? };
            Ok(format!("{host}:{port}"))
        };
        Ok(Self {
            guide: at(0)?,
            platform: at(1)?,
            notary: at(2)?,
            preservation: at(3)?,
            inbox: at(9)?,
        })
    }

    /// Any free ports on loopback.
    pub(crate) fn any() -> Self {
        let any = || "127.0.0.1:0".to_owned();
        Self { guide: any(), platform: any(), notary: any(), preservation: any(), inbox: any() }
    }
}

/// Public keys that `demo.json` lists.
#[derive(Clone)]
pub(crate) struct WorldKeys {
    pub(crate) log: VerifierKey,
    pub(crate) witness: VerifierKey,
    pub(crate) mirror: VerifierKey,
    pub(crate) notary_log: VerifierKey,
    pub(crate) platform_witness: VerifierKey,
}

/// Everything running. Cheap to clone.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) platform_url: String,
    pub(crate) notary_url: String,
    pub(crate) preservation_url: String,
    pub(crate) keys: WorldKeys,
    /// Calls the platform with the integrator's key.
    pub(crate) integrator: Caller,
    /// Calls the platform with no credential.
    pub(crate) anonymous: Caller,
    http: reqwest::Client,
    key: String,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    running: Arc<Mutex<Option<Running>>>,
}

struct Running {
    platform: RunningPlatform,
    notary: RunningNotary,
    preservation: RunningNotary,
}

impl World {
    /// Makes what is missing below `data_dir` and starts everything.
    pub(crate) async fn start(data_dir: &Path, addresses: &Addresses) -> Result<Self, WorldError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let http = client::http()?;
        let platform_listener = Listener::bind(&addresses.platform)?;
        let notary_listener = Listener::bind(&addresses.notary)?;
        let preservation_listener = Listener::bind(&addresses.preservation)?;
        let plan = Plan::make(
            data_dir,
            [&platform_listener.url(), &notary_listener.url(), &preservation_listener.url()],
            &*clock,
            &*entropy,
        )?;

        // The platform first: a notary asks its witness how far its own log was seen.
        let open = platform::open(&plan.platform, &clock, &entropy).await?;
        open.admit_key("demo integrator", &plan.integrator_key).await?;
        let platform = open.start(&plan.platform, platform_listener, &entropy)?;
        let notary = notary::start(&plan.notary, notary_listener, &clock, &entropy).await?;
        let preservation =
            notary::start(&plan.preservation, preservation_listener, &clock, &entropy).await?;

        let anonymous = Caller::new(http.clone(), &plan.platform_url, None);
        Ok(Self {
            integrator: anonymous.with_token(&plan.integrator_key),
            anonymous,
            platform_url: plan.platform_url,
            notary_url: plan.platform.data_centre.url.clone(),
            preservation_url: plan.platform.preservation.url.clone(),
            keys: plan.keys,
            http,
            key: plan.integrator_key,
            clock,
            entropy,
            running: Arc::new(Mutex::new(Some(Running { platform, notary, preservation }))),
        })
    }

    /// Stops everything, the platform first.
    pub(crate) async fn stop(&mut self) {
        let Some(running) = self.running.lock().take() else { return };
        running.platform.stop().await;
        running.notary.stop().await;
        running.preservation.stop().await;
    }

    /// Signing goes on, deposits wait.
    pub(crate) fn pause_deposits(&self) {
        if let Some(running) = self.running.lock().as_ref() {
            running.platform.pause_worker();
        }
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(crate) fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }

    pub(crate) fn shared_clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    pub(crate) fn shared_entropy(&self) -> Arc<dyn Entropy> {
        self.entropy.clone()
    }

    pub(crate) fn http(&self) -> reqwest::Client {
        self.http.clone()
    }

    pub(crate) fn integrator_key(&self) -> String {
        self.key.clone()
    }

    /// Where the platform serves its log.
    pub(crate) fn log_path() -> String {
        format!("/log/{LOG_NAME}")
    }

    /// Where the notary serves its own log.
    pub(crate) fn notary_log_path() -> String {
        format!("/log/{LOG_NAME}")
    }
}

/// Settings of all three, with the keys they exchange.
struct Plan {
    platform: PlatformSettings,
    notary: NotarySettings,
    preservation: NotarySettings,
    platform_url: String,
    integrator_key: String,
    keys: WorldKeys,
}

impl Plan {
    /// Reads or makes every key and writes down who trusts whom.
    fn make(
        data_dir: &Path,
        [platform_url, notary_url, preservation_url]: [&str; 3],
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Result<Self, WorldError> {
        let platform_dir = data_dir.join("platform");
        let own = platform::public_keys(&platform_dir, PLATFORM_ORIGIN, clock, entropy)?;
        let api_key = |file: &str, scope: Scope| {
            keys::secret_text(&platform_dir.join("keys").join(file), || {
                ApiKey::generate(scope, entropy).expose().to_owned()
            })
        };
        let scope = |word: &str| -> Result<Scope, WorldError> {
            word.parse().map_err(|_| ServiceError::Start(format!("{word} is no scope")).into())
        };
        api_key(DATA_CENTRE_KEY, scope("deposits")?)?;
        api_key(PRESERVATION_KEY, scope("deposits")?)?;
        let integrator_key = api_key("integrator.key", scope("integrator")?)?.to_string();

        let notary_dir = data_dir.join("notary");
        let preservation_dir = data_dir.join("preservation");
        let notary = notary::public_keys(&notary_dir, NOTARY_ORIGIN, Role::DataCentre, entropy)?;
        let preservation = notary::public_keys(
            &preservation_dir,
            PRESERVATION_ORIGIN,
            Role::Preservation,
            entropy,
        )?;
        let trust = Trust {
            platform_keys: platform_dir.join("keys"),
            platform_url: platform_url.to_owned(),
            always: Validity {
                valid_from: UtcMillis::from_millis(0).unwrap_or_else(|_| clock.now()),
                valid_until: None,
                distrust_after: None,
            },
            own,
        };
        let missing = || ServiceError::Start("the notary has no witness or mirror key".into());
        Ok(Self {
            keys: WorldKeys {
                log: trust.own.log.clone(),
                witness: notary.witness.clone().ok_or_else(missing)?,
                mirror: notary.mirror.clone().ok_or_else(missing)?,
                notary_log: notary.log.clone(),
                platform_witness: trust.own.witness.clone(),
            },
            platform: Trust::platform(
                platform_dir,
                trust.custodian(notary_url, &notary, DATA_CENTRE_KEY),
                trust.custodian(preservation_url, &preservation, PRESERVATION_KEY),
                vec![Vkey(notary.log), Vkey(preservation.log)],
            ),
            notary: NotarySettings {
                other_custodians: vec![notary::custodian_anchor(
                    Role::Preservation,
                    NOTARY_ORGANISATION,
                    &preservation.receipt,
                    trust.always,
                )],
                ..trust.office(Role::DataCentre, notary_dir, NOTARY_ORIGIN, DATA_CENTRE_KEY)
            },
            preservation: trust.office(
                Role::Preservation,
                preservation_dir,
                PRESERVATION_ORIGIN,
                PRESERVATION_KEY,
            ),
            platform_url: platform_url.to_owned(),
            integrator_key,
        })
    }
}

/// What the platform tells the others of itself, and what it is told of them.
struct Trust {
    platform_keys: PathBuf,
    platform_url: String,
    always: Validity,
    own: platform::PlatformKeys,
}

impl Trust {
    /// A custodian as the platform sees it.
    fn custodian(&self, url: &str, keys: &notary::NotaryKeys, key_file: &str) -> PeerSettings {
        PeerSettings {
            url: url.to_owned(),
            api_key_file: self.platform_keys.join(key_file),
            receipt_key: Spki(keys.receipt.clone()),
            witness_vkey: keys.witness.clone().map(Vkey),
            mirror_vkey: keys.mirror.clone().map(Vkey),
        }
    }

    fn platform(
        data_dir: PathBuf,
        data_centre: PeerSettings,
        preservation: PeerSettings,
        witnessed_logs: Vec<Vkey>,
    ) -> PlatformSettings {
        let mut api = heqi_api::ApiSettings::default();
        LOG_NAME.clone_into(&mut api.log_name);
        PlatformSettings {
            profile: Profile::Demo,
            data_dir,
            listen: String::new(),
            log_origin: PLATFORM_ORIGIN.to_owned(),
            data_centre,
            preservation,
            witnessed_logs,
            names: Names::default(),
            check_pixels: true,
            api,
            telemetry: TelemetrySettings::default(),
        }
    }

    fn office(
        &self,
        role: Role,
        data_dir: PathBuf,
        origin: &str,
        key_file: &str,
    ) -> NotarySettings {
        NotarySettings {
            profile: Profile::Demo,
            data_dir,
            listen: String::new(),
            log_origin: origin.to_owned(),
            log_name: LOG_NAME.to_owned(),
            role,
            organisation: NOTARY_ORGANISATION.to_owned(),
            platform: self.platform_peer(key_file),
            other_custodians: Vec::new(),
            telemetry: TelemetrySettings::default(),
        }
    }

    /// The platform as a custodian sees it.
    fn platform_peer(&self, key_file: &str) -> PlatformPeerSettings {
        PlatformPeerSettings {
            url: self.platform_url.clone(),
            api_key_file: self.platform_keys.join(key_file),
            log: LogAnchor {
                organisation: PLATFORM_ORGANISATION.to_owned(),
                validity: self.always,
                vkey: Vkey(self.own.log.clone()),
            },
            witness_vkey: Vkey(self.own.witness.clone()),
            certificate_roots: vec![CertificateRoot {
                certificate: Base64(self.own.certificate_root.clone()),
                organisation: "合契演示测试证书机构 (TEST ONLY)".to_owned(),
                test_only: true,
                validity: self.always,
            }],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_ports_follow_the_guide_and_zero_means_any() {
        let addresses = Addresses::after("127.0.0.1:8800").unwrap();
        assert_eq!(addresses.platform, "127.0.0.1:8801");
        assert_eq!(addresses.inbox, "127.0.0.1:8809");
        assert_eq!(Addresses::after("127.0.0.1:0").unwrap().notary, "127.0.0.1:0");
        assert!(Addresses::after("127.0.0.1:65535").is_err());
        assert!(Addresses::after("8800").is_err());
    }
}
