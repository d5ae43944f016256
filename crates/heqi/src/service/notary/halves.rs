//! What a custodian compares with what: its mirror of the platform's log with the log as the platform shows it, and
//! its own log with the head that the platform's witness cosigned.

use std::sync::Arc;

use heqi_evidence::key_change::KeyRole;
use heqi_evidence_store::monitoring::reconciliation::{Reconciled, Side};
use heqi_notarization::{Mirror, NotaryOffice};
use heqi_notary_center::PeerWitness;
use heqi_notary_protocol::LogClient;
use heqi_notary_sync::reconcile::{
    ReconcileError, TileSource, not_compared, reconcile_own, reconcile_platform,
};
use heqi_tlog::checkpoint::Origin;
use heqi_tlog::tile::TilePath;
use heqi_vocabulary::Entropy;

use super::super::ServiceError;
use super::super::reconciling::Halves;
use super::super::tls::NotaryTls;
use super::{mirror, peer_witness};
use crate::keys::succession::Succession;
use crate::settings::{NotarySettings, Role};

/// The custodian, with the platform.
pub(super) struct NotarysHalves {
    office: NotaryOffice,
    entropy: Arc<dyn Entropy>,
    /// What only a data centre has.
    mirrored: Option<Mirrored>,
    witness: PeerWitness,
}

/// The platform's log, here and there.
struct Mirrored {
    mirror: Mirror,
    origin: Origin,
    /// SHA-256 of the origin.
    path: String,
    shown: LogClient,
}

/// The mirror as tiles.
struct Tiles<'a>(&'a Mirrored);

impl TileSource for Tiles<'_> {
    async fn tile(&self, path: TilePath) -> Result<Option<Vec<u8>>, ReconcileError> {
        let tile = self.0.mirror.tile(&self.0.path, path).await;
        tile.map_err(|error| ReconcileError::Mirror(error.to_string()))
    }
}

impl NotarysHalves {
    pub(super) fn new(
        settings: &NotarySettings,
        tls: &NotaryTls,
        office: &NotaryOffice,
        entropy: &Arc<dyn Entropy>,
    ) -> Result<Self, ServiceError> {
        let mirrored = match settings.role {
            Role::Preservation => None,
            Role::DataCentre => mirrored(settings, tls, office)?,
        };
        Ok(Self {
            office: office.clone(),
            entropy: entropy.clone(),
            mirrored,
            witness: peer_witness(settings, tls)?,
        })
    }

    async fn platforms_log(&self, since: u64) -> Result<Reconciled, ReconcileError> {
        let at = self.office.clock().now();
        let nothing = || not_compared(Side::PlatformsLog, at, "nothing_yet");
        let Some(mirrored) = &self.mirrored else { return Ok(nothing()) };
        let held = mirrored.mirror.checkpoint(&mirrored.path).await;
        let held = held.map_err(|error| ReconcileError::Mirror(error.to_string()))?;
        let Some(held) = held else { return Ok(nothing()) };
        // A log that is not there has no tiles, which is no other history; that it is not there is shown.
        let shown = mirrored.shown.head().await?;
        if shown.is_none_or(|shown| *shown.checkpoint().origin() != mirrored.origin) {
            return Ok(not_compared(Side::PlatformsLog, at, "not_shown"));
        }
        let both = (&Tiles(mirrored), &mirrored.shown);
        reconcile_platform(both, &held, (since, at), &*self.entropy).await
    }

    /// `since` is the greatest size that was compared before.
    async fn own_log(&self, since: u64) -> Result<Reconciled, ReconcileError> {
        let (backend, at) = (&**self.office.backend(), self.office.clock().now());
        let origin = backend.log().head().checkpoint().checkpoint().origin().clone();
        // Read before the witness is asked: whoever cosigned this head has no older one to show.
        let published = backend
            .log()
            .published()
            .filter(|head| head.checkpoint().note().verify(&self.witness.keys).is_ok());
        // What is remembered beyond our own end takes nothing away from what is known of this log.
        let since = if since <= backend.log().head().size() { since } else { 0 };
        let at_least = published.map_or(0, |head| head.size()).max(since);
        let Some(latest) = self.witness.client.latest(&origin).await? else {
            let reason = if at_least > 0 { "older_shown" } else { "nothing_yet" };
            return Ok(not_compared(Side::OwnCosigned, at, reason));
        };
        // Anybody can answer in the witness's place; only its own signature counts.
        if latest.note().verify(&self.witness.keys).is_err() {
            return Ok(not_compared(Side::OwnCosigned, at, "not_signed"));
        }
        reconcile_own(backend, &latest, (at_least, at)).await
    }
}

/// The newest log of the platform: where one took the place of another, the one that goes on.
fn mirrored(
    settings: &NotarySettings,
    tls: &NotaryTls,
    office: &NotaryOffice,
) -> Result<Option<Mirrored>, ServiceError> {
    let known = Succession::load(&settings.data_dir.join("keys"))?;
    let logs = known.all_note_keys(KeyRole::Log, &settings.platform.log.vkey.0);
    let Some(newest) = logs.last() else { return Ok(None) };
    let origin = Origin::from(newest.name().clone());
    let name = origin.as_str().rsplit('/').next().unwrap_or_default();
    let prefix = format!("{}/log/{name}", settings.platform.url.trim_end_matches('/'));
    Ok(Some(Mirrored {
        mirror: mirror(settings, &known, office)?,
        path: origin.monitoring_path(),
        shown: LogClient::new(tls.platform.clone(), &prefix),
        origin,
    }))
}

impl Halves for NotarysHalves {
    fn sides(&self) -> &'static [Side] {
        const WITHOUT_A_MIRROR: [Side; 1] = [Side::OwnCosigned];
        if self.mirrored.is_some() { &Side::OF_CUSTODIAN } else { &WITHOUT_A_MIRROR }
    }

    async fn compare(&self, side: Side, since: u64) -> Result<Reconciled, ReconcileError> {
        if side == Side::PlatformsLog {
            self.platforms_log(since).await
        } else {
            self.own_log(since).await
        }
    }
}
