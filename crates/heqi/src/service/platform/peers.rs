//! The custodians: as peers that are asked, and as those with whom deposits are made.

use std::path::Path;

use heqi_evidence::key_change::KeyRole;
use heqi_notary_protocol::http::{Bearer, HttpPool};
use heqi_notary_protocol::peer::watch::Peer;
use heqi_notary_protocol::{NotaryClient, PeerClient};
use heqi_notary_sync::CustodianLink;
use heqi_registration::Custodian;
use heqi_tlog::note::VerifierKey;

use crate::keys;
use crate::keys::succession::Succession;
use crate::service::ServiceError;
use crate::service::tls::PlatformTls;
use crate::settings::{PeerSettings, PlatformSettings};

/// The custodians as peers. The one that witnesses our log must be heard before anything is written; a store that was
/// restored must be compared with all of them.
pub(super) fn peers(
    settings: &PlatformSettings,
    tls: &PlatformTls,
    is_restored: bool,
) -> Result<Vec<Peer>, ServiceError> {
    let logs = peer_logs(settings)?;
    let all = custodians(settings, tls);
    let nobody_witnesses = all.iter().all(|(_, peer, _)| peer.witness_vkey.is_none());
    if logs.is_empty() {
        return Ok(Vec::new());
    }
    let peer = |(custodian, peer, pool): (Custodian, &PeerSettings, &HttpPool)| Peer {
        name: custodian.as_str(),
        client: PeerClient::new(pool.clone(), &peer.url, logs.clone()),
        must_be_heard: is_restored || nobody_witnesses || peer.witness_vkey.is_some(),
    };
    Ok(all.into_iter().map(peer).collect())
}

/// The custodians' own logs, with the keys they rotated to.
pub(super) fn peer_logs(settings: &PlatformSettings) -> Result<Vec<VerifierKey>, ServiceError> {
    let known = Succession::load(&settings.data_dir.join("keys"))?;
    let logs = settings.witnessed_logs.iter();
    Ok(logs.flat_map(|key| known.all_note_keys(KeyRole::Log, &key.0)).collect())
}

/// The links to both custodians.
pub(crate) fn links(
    settings: &PlatformSettings,
    tls: &PlatformTls,
) -> Result<Vec<CustodianLink>, ServiceError> {
    custodians(settings, tls)
        .into_iter()
        .map(|(custodian, peer, pool)| Ok(CustodianLink { custodian, client: client(pool, peer)? }))
        .collect()
}

/// Both custodians, with the way to each.
fn custodians<'a>(
    settings: &'a PlatformSettings,
    tls: &'a PlatformTls,
) -> [(Custodian, &'a PeerSettings, &'a HttpPool); 2] {
    [
        (Custodian::DataCentre, &settings.data_centre, &tls.data_centre),
        (Custodian::Preservation, &settings.preservation, &tls.preservation),
    ]
}

fn client(pool: &HttpPool, peer: &PeerSettings) -> Result<NotaryClient, ServiceError> {
    client_with(pool, peer, &peer.api_key_file)
}

pub(super) fn client_with(
    pool: &HttpPool,
    peer: &PeerSettings,
    key: &Path,
) -> Result<NotaryClient, ServiceError> {
    let key = std::fs::read_to_string(key).map_err(|source| {
        ServiceError::Key(keys::KeyError::Unreadable { path: key.to_owned(), source })
    })?;
    Ok(NotaryClient::new(pool.clone(), &peer.url, Some(Bearer::new(key.trim_end()))))
}
