//! The platform, the data centre and the second custodian, each with an embedded store in
//! a folder of its own, put together as `heqi` puts them together.
//!
//! - [`keys`]: who is who, and the offices that these keys open
//! - [`clocks`]: the clocks that a test may move
//! - [`up`]: a platform that serves and works
//! - [`stopped`]: a house without its platform, and what people do then
//! - [`asked`]: what a test asks of a house and does in it

mod asked;
mod clocks;
pub(crate) mod keys;
mod stopped;
mod up;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use heqi_evidence_store::backend::embedded::Embedded;
use heqi_evidence_store::gate::WriteGate;
use heqi_notarization::matter::CertificateNo;
use heqi_notarization::successor::last_certificate;
use heqi_notary_center::{Role, StartError};
use heqi_notary_protocol::{Deadlines, HttpPool};
use heqi_notary_sync::gauges::CustodianGauges;
use heqi_registration::{Custodian, Platform};
use heqi_service_kit::lifecycle::{Ended, ShutdownTrigger};
use heqi_service_kit::{ApiKey, Listener, SystemClock, SystemEntropy};
use heqi_vocabulary::{Clock, Entropy};
use serde_json::Value;
use tokio::task::JoinHandle;

use super::device::Client;
use super::fake::{self, Mischief};
use clocks::Clocks;
use keys::{CENTRE_LOG, Keys, Reviewing, SECOND_LOG};
use stopped::Stopped;
use up::{Up, admit_staff};

/// An integrator's key that may do everything.
pub(crate) const STAFF: &str = "heqi_everything_0123456789";
pub(crate) const LOG: &str = "/log/platform";
const PATIENCE: Duration = Duration::from_secs(90);
const SHORT: Duration = Duration::from_millis(20);
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

/// A running notary service.
struct Office {
    running: heqi_notary_center::Running,
    store: Arc<Embedded>,
    gate: Arc<WriteGate>,
}

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
}

impl Office {
    async fn stop(self) {
        assert!(self.running.stop().await.is_clean());
        self.store.close().unwrap();
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

pub(crate) fn pool() -> HttpPool {
    HttpPool::new(Deadlines { upload_ms: UPLOAD_MS, ..Deadlines::default() }).unwrap()
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

fn entropy() -> Arc<dyn Entropy> {
    Arc::new(SystemEntropy)
}
