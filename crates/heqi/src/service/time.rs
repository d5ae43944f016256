//! The time authority as a program, and the authorities an organisation asks.

use std::path::Path;
use std::sync::Arc;

use heqi_evidence::anchors::TimeRootAnchor;
use heqi_evidence::bundle::is_label;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::durable_file::Disk;
use heqi_evidence_store::gate::PeerClock;
use heqi_evidence_store::stamping::{ConfiguredAuthority, Stamper};
use heqi_notary_protocol::Backoff;
use heqi_notary_sync::{StampingGauges, StampingTask};
use heqi_pki::timestamp::{Accuracy, Nonce, Policy, TimeRoot, TimeStampRequest};
use heqi_providers::HttpTimeAuthority;
use heqi_service_kit::Trust;
use heqi_service_kit::listener::Listener;
use heqi_time_authority::{Responder, Running, Serials, TimeAuthority};
use heqi_vocabulary::{Clock, Entropy};
use tokio::sync::Notify;

use super::{ServiceError, production};
use crate::keys;
use crate::settings::{StampingSettings, TimeAuthorityPeer, TimeAuthoritySettings};

const KEY_FILE: &str = "test-time-authority.pem";
/// What its certificates are called.
const NAME: &str = "Heqi";

/// The DER of the root of the time authority in this folder, which is made when missing.
pub(crate) fn public_root(
    data_dir: &Path,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, ServiceError> {
    let file = data_dir.join("keys").join(KEY_FILE);
    let authority = keys::test_time_authority(&file, NAME, clock, entropy)?;
    Ok(authority.root().der().to_vec())
}

/// Starts a time authority of the test-only kind.
pub(crate) fn start(
    settings: &TimeAuthoritySettings,
    listener: Listener,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<Running, ServiceError> {
    production::check_time_authority(settings.profile)?;
    let start = |error: &dyn std::error::Error| ServiceError::Start(error.to_string());
    let file = settings.data_dir.join("keys").join(KEY_FILE);
    let authority = keys::test_time_authority(&file, NAME, &**clock, &**entropy)?;
    let root = TimeRoot::from_der(authority.root().der(), true).map_err(|e| start(&e))?;
    let policy = policy(&settings.policy)?;
    let accuracy = Accuracy::from_millis(settings.accuracy_ms);
    let issuer = authority.into_issuer(policy, accuracy).map_err(|e| start(&e))?;
    let serials = Serials::open(&settings.data_dir.join("serials"), Disk::default())
        .map_err(|e| start(&e))?;
    let responder = Responder::new(issuer, vec![root], serials, clock.clone(), &**entropy)
        .map_err(|e| start(&e))?;
    TimeAuthority::start(responder, listener, entropy.clone()).map_err(|e| start(&e))
}

/// The work of stamping one organisation's log, by authorities that are each believed as it
/// says beside them. Their clocks are heard beside those of the peers.
pub(crate) fn stamping(
    backend: Arc<dyn Backend>,
    (clock, peer_clock): (&Arc<dyn Clock>, &Arc<PeerClock>),
    entropy: &Arc<dyn Entropy>,
    (authorities, trusts): (&[TimeAuthorityPeer], &[Trust]),
    settings: &StampingSettings,
) -> Result<StampingTask, ServiceError> {
    let authorities = authorities.iter().zip(trusts);
    let authorities =
        authorities.map(|(peer, trust)| configured(peer, trust)).collect::<Result<Vec<_>, _>>()?;
    Ok(StampingTask {
        backend,
        clock: clock.clone(),
        entropy: entropy.clone(),
        stamper: Stamper::new(authorities, settings.refresh_ms),
        interval_ms: settings.interval_ms,
        backoff: Backoff::default(),
        gauges: Arc::new(StampingGauges::default()),
        demand: Arc::new(Notify::new()),
        says_next: None,
        peer_clock: Arc::clone(peer_clock),
    })
}

/// Whether an authority gives a token that its roots bear, for whoever looks at a service. Nothing is kept of it.
pub(crate) async fn probe(
    peer: &TimeAuthorityPeer,
    trust: &Trust,
    entropy: &dyn Entropy,
) -> Result<(), String> {
    let authority = configured(peer, trust).map_err(|error| error.to_string())?;
    let stamped: [u8; 32] = entropy.bytes();
    let request = TimeStampRequest::over(&stamped, authority.policy, Nonce::random(entropy));
    let answer = authority.port.answer(request.to_der()).await.map_err(|e| e.to_string())?;
    let token = request.accept(&answer).map_err(|error| error.to_string())?;
    token.verify(&stamped, &authority.roots).map(drop).map_err(|error| error.to_string())
}

fn configured(
    peer: &TimeAuthorityPeer,
    trust: &Trust,
) -> Result<ConfiguredAuthority, ServiceError> {
    let start = |error: &dyn std::error::Error| {
        ServiceError::Start(format!("time authority {}: {error}", peer.label))
    };
    if !is_label(&peer.label) {
        let what = "the label of a time authority is 1 to 32 of a-z, 0-9 and -";
        return Err(ServiceError::Start(what.to_owned()));
    }
    let root = |anchor: &TimeRootAnchor| {
        TimeRoot::from_der(&anchor.certificate.0, anchor.test_only).map_err(|e| start(&e))
    };
    Ok(ConfiguredAuthority {
        label: peer.label.clone(),
        port: Arc::new(HttpTimeAuthority::at(&peer.url, trust).map_err(|e| start(&e))?),
        roots: peer.roots.iter().map(root).collect::<Result<_, _>>()?,
        policy: peer.policy.as_deref().map(policy).transpose()?,
    })
}

pub(super) fn policy(text: &str) -> Result<Policy, ServiceError> {
    text.parse()
        .map_err(|_| ServiceError::Start(format!("{text:?} is no policy: write dotted numbers")))
}
