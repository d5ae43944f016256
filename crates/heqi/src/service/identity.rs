//! Asks authorities who people are: the ports by the settings, and the worker that asks.

use std::sync::Arc;

use heqi_providers::HttpIdentityProvider;
use heqi_providers::identity::ProviderSettings;
use heqi_registration::Platform;
use heqi_registration::fault::Fault;
use heqi_registration::ports::IdentityPorts;
use heqi_registration::verify_identity::{self, LeasedCheck};
use heqi_service_kit::Shutdown;
use heqi_vocabulary::{Clock, UtcMillis};
use zeroize::Zeroizing;

use super::ServiceError;
use super::queue_worker::{self, Queue};
use super::tls::PlatformTls;
use crate::keys;
use crate::settings::{IdentitySettings, ProviderPeer};

/// Checks under way at the same time.
const IN_FLIGHT: usize = 8;
/// Longer than three questions with their repetitions can take.
const LEASE_MS: i64 = 180_000;

/// The providers of the settings. What cannot work is refused now and not at the first person.
pub(crate) fn ports(
    settings: &IdentitySettings,
    tls: &mut PlatformTls,
    clock: &Arc<dyn Clock>,
) -> Result<IdentityPorts, ServiceError> {
    let mut ports = IdentityPorts::default();
    if let Some(peer) = &settings.real_name {
        ports.real_name = Some(Arc::new(provider("identity.real_name", peer, tls, clock)?));
    }
    if let Some(peer) = &settings.portrait {
        ports.portrait = Some(Arc::new(provider("identity.portrait", peer, tls, clock)?));
    }
    if let Some(peer) = &settings.registry {
        ports.registry = Some(Arc::new(provider("identity.registry", peer, tls, clock)?));
    }
    if let Some(peer) = &settings.seal {
        ports.seal = Some(Arc::new(provider("identity.seal", peer, tls, clock)?));
    }
    Ok(ports)
}

fn provider(
    what: &str,
    peer: &ProviderPeer,
    tls: &mut PlatformTls,
    clock: &Arc<dyn Clock>,
) -> Result<HttpIdentityProvider, ServiceError> {
    let trust = tls.service.called(what, &peer.url, peer.tls.as_ref(), None)?;
    let token = keys::read_secret(&peer.token_file)?;
    let settings = ProviderSettings {
        provider: peer.provider.clone(),
        url: peer.url.trim_end_matches('/').to_owned(),
        token: Zeroizing::new(token.trim_end().to_owned()),
        trust,
        keys: peer.keys.iter().map(|key| key.0.clone()).collect(),
    };
    HttpIdentityProvider::new(settings, clock.clone())
        .map_err(|error| ServiceError::Start(format!("{what}: {error}")))
}

/// Asks until it is told to stop.
///
/// # Errors
/// The platform's own store has stopped.
pub(crate) async fn run_checks(platform: Arc<Platform>, stop: Shutdown) -> Result<(), Fault> {
    queue_worker::run(&platform, Checks(&platform), stop).await
}

/// The people whom authorities are to be asked about.
struct Checks<'a>(&'a Platform);

impl Queue for Checks<'_> {
    type Item = LeasedCheck;

    fn name(&self) -> &'static str {
        "identity"
    }

    async fn recall(&self) -> Result<usize, Fault> {
        verify_identity::recall(self.0).await
    }

    async fn lease(&self) -> Result<Vec<LeasedCheck>, Fault> {
        verify_identity::lease(self.0, LEASE_MS, IN_FLIGHT).await
    }

    async fn next_due(&self) -> Result<Option<UtcMillis>, Fault> {
        verify_identity::next_due(self.0).await
    }

    async fn work(&self, item: &LeasedCheck) -> Result<(), Fault> {
        verify_identity::verify_identity(self.0, item).await
    }
}
