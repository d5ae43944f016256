//! A data folder that is taken: everything is made that is missing, and nothing answers yet.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use heqi_notify::signature::Secret;
use heqi_service_kit::Trust;
use heqi_service_kit::listener::Listener;
use heqi_service_kit::system::{SystemClock, SystemEntropy};
use heqi_vocabulary::{Clock, Entropy};
use parking_lot::Mutex;

use super::addresses::Addresses;
use super::lan::Lan;
use super::outage;
use super::plan::{Plan, Urls};
use super::{Caches, Catching, Custodians, Running, World, WorldError};
use crate::client::{self, Caller};
use crate::demo::officers::{self, Officer};
use crate::service::notary;
use crate::service::platform::{self, OpenPlatform};
use crate::service::sending::gateway_secret;
use crate::service::tls::NotaryTls;
use crate::service::{ServiceError, time};

/// How long the organisations may take to compare what they hold of each other.
const COMPARISON: Duration = Duration::from_secs(30);

/// A data folder that is ours: the addresses are bound and the platform's store is locked,
/// so nobody else runs here. Nothing answers yet.
pub(crate) struct Claimed {
    pub(super) plan: Plan,
    open: OpenPlatform,
    listeners: [Listener; 4],
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    lan: Option<Lan>,
}

impl Claimed {
    /// Makes what is missing below `data_dir` and takes the folder.
    pub(crate) async fn claim(
        data_dir: &Path,
        addresses: &Addresses,
        catching: &Catching,
    ) -> Result<Self, WorldError> {
        let usual = (true, Caches::default());
        Self::claim_with(data_dir, addresses, usual, Some(catching)).await
    }

    /// Makes the accounts of the demo's officers.
    pub(crate) async fn officers(&self) -> Result<Vec<Officer>, WorldError> {
        let folder = self.plan.platform.data_dir.join("keys");
        let url = &self.plan.platform_url;
        Ok(officers::admit(&self.open.platform, &folder, url, &*self.entropy).await?)
    }

    /// Makes the accounts of the notary's staff, before anything answers.
    pub(crate) async fn notary_officers(&self) -> Result<Vec<Officer>, WorldError> {
        let settings = &self.plan.notary;
        let (store, office) = notary::stopped_office(settings, &self.clock, &self.entropy)?;
        let folder = settings.data_dir.join("keys");
        let url = &self.plan.platform.data_centre.url;
        let admitted = officers::admit_at_the_notary(&office, &folder, url, &*self.entropy).await;
        drop(office);
        store.close().map_err(|error| ServiceError::Start(error.to_string()))?;
        Ok(admitted?)
    }

    /// The secret that the platform signs text messages with.
    pub(crate) fn gateway_secret(&self) -> Result<Secret, WorldError> {
        let settings = self.plan.platform.notify.as_ref();
        let secret = settings.map(gateway_secret).transpose()?.flatten();
        secret.ok_or_else(|| ServiceError::Start("the demo has no gateway".into()).into())
    }

    pub(super) async fn claim_with(
        data_dir: &Path,
        addresses: &Addresses,
        (check_pixels, caches): (bool, Caches),
        catching: Option<&Catching>,
    ) -> Result<Self, WorldError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let listeners = [
            addresses.listen(&addresses.platform)?,
            addresses.listen(&addresses.notary)?,
            addresses.listen(&addresses.preservation)?,
            // Only the services ask it.
            Listener::bind(&addresses.time_authority)?,
        ];
        let [platform, notary, preservation, time] = &listeners;
        let urls = Urls {
            platform: addresses.url(platform),
            notary: addresses.url(notary),
            preservation: addresses.url(preservation),
            time: time.url(),
            peers: addresses.lan.as_ref().map(Lan::peer),
        };
        let http = client::http(&match &addresses.lan {
            Some(lan) => lan.trust()?,
            None => Trust::Nobody,
        })?;
        let mut plan = Plan::make(data_dir, urls, &*clock, &*entropy)?;
        plan.platform.check_pixels = check_pixels;
        caches.set(&mut plan);
        if let Some(catching) = catching {
            plan.catch(catching, &*entropy)?;
        } else {
            // What is measured stays comparable with what was measured before there were actions.
            plan.platform.face_actions = 0;
        }
        let open = platform::open(&plan.platform, &clock, &entropy).await?;
        let lan = addresses.lan.clone();
        Ok(Self { plan, open, listeners, http, clock, entropy, lan })
    }

    /// Starts everything.
    pub(crate) async fn start(self) -> Result<World, WorldError> {
        let Self { plan, open, listeners, http, clock, entropy, lan } = self;
        let [platform_listener, notary_listener, preservation_listener, time_listener] = listeners;

        let time_authority = time::start(&plan.time_authority, time_listener, &clock, &entropy)?;
        let time_authority_url = time_authority.url();
        // The platform first: a notary asks its witness how far its own log was seen.
        open.admit_key("demo integrator", &plan.integrator_key).await?;
        let platform = open.start(&plan.platform, platform_listener, &entropy)?;
        let tls = NotaryTls::load(&plan.notary)?;
        let [notary_address, preservation_address] =
            [&notary_listener, &preservation_listener].map(|one| one.address().to_string());
        let notary = notary::start(&plan.notary, &tls, notary_listener, &clock, &entropy);
        let notary = Box::pin(notary).await?;
        let (settings, tls) = (&plan.preservation, NotaryTls::load(&plan.preservation)?);
        let preservation =
            Box::pin(notary::start(settings, &tls, preservation_listener, &clock, &entropy))
                .await?;

        let heard = tokio::time::timeout(COMPARISON, platform.gate.opened()).await;
        heard.map_err(|_| WorldError::NotCompared)?;
        let anonymous = Caller::new(http.clone(), &plan.platform_url, None);
        let again = |settings, address| outage::Again { settings, address, lan: lan.clone() };
        Ok(World {
            integrator: anonymous.with_token(&plan.integrator_key),
            anonymous,
            platform_url: plan.platform_url,
            notary_url: plan.platform.data_centre.url.clone(),
            preservation_url: plan.platform.preservation.url.clone(),
            time_authority_url,
            keys: plan.keys,
            http,
            key: plan.integrator_key,
            clock,
            entropy,
            again: Arc::new(Custodians {
                data_centre: again(plan.notary, notary_address),
                preservation: again(plan.preservation, preservation_address),
            }),
            running: Arc::new(Mutex::new(Some(Running {
                platform,
                notary: Some(notary),
                preservation: Some(preservation),
                time_authority,
            }))),
        })
    }
}
