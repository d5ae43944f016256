//! What a custodian compares with what: its mirror of the platform's log with the log as the platform shows it, and
//! its own log with the head that the platform's witness cosigned.

use std::sync::Arc;

use heqi_evidence::key_change::KeyRole;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::monitoring::reconciliation::{Reconciled, Side};
use heqi_notarization::{Mirror, NotaryOffice};
use heqi_notary_center::PeerWitness;
use heqi_notary_protocol::LogClient;
use heqi_notary_sync::reconcile::{
    ReconcileError, TileSource, not_compared, reconcile_own, reconcile_platform,
};
use heqi_tlog::checkpoint::{Origin, SignedCheckpoint};
use heqi_tlog::note::VerifierKey;
use heqi_tlog::tile::TilePath;
use heqi_vocabulary::{Entropy, UtcMillis};

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
        let at_least = known_cosigned(backend, &self.witness.keys, since);
        let latest = self.witness.client.latest(&origin).await?;
        own_against(backend, (self.witness.keys.as_slice(), latest), (at_least, at)).await
    }
}

/// The size of our log that the witness is known to have cosigned, or that was compared before.
fn known_cosigned(backend: &dyn Backend, witness: &[VerifierKey], since: u64) -> u64 {
    let published = backend.log().published();
    let cosigned = published.filter(|head| head.checkpoint().note().verify(witness).is_ok());
    // What is remembered beyond our own end takes nothing away from what is known of this log.
    let since = if since <= backend.log().head().size() { since } else { 0 };
    cosigned.map_or(0, |head| head.size()).max(since)
}

/// Our log against the head that was shown as the last one the witness cosigned.
async fn own_against(
    backend: &dyn Backend,
    (witness, latest): (&[VerifierKey], Option<SignedCheckpoint>),
    (at_least, at): (u64, UtcMillis),
) -> Result<Reconciled, ReconcileError> {
    let Some(latest) = latest else {
        let reason = if at_least > 0 { "older_shown" } else { "nothing_yet" };
        return Ok(not_compared(Side::OwnCosigned, at, reason));
    };
    // Anybody can answer in the witness's place; only its own signature counts.
    if latest.note().verify(witness).is_err() {
        return Ok(not_compared(Side::OwnCosigned, at, "not_signed"));
    }
    reconcile_own(backend, &latest, (at_least, at)).await
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

#[cfg(test)]
mod tests {
    use heqi_evidence_store::changeset::{Changeset, LedgerEntry};
    use heqi_evidence_store::monitoring::reconciliation::Outcome;
    use heqi_evidence_store::testing::{memory, note_signer};
    use heqi_tlog::checkpoint::Checkpoint;

    use super::*;

    /// The head of this log with so many leaves more, signed by the log.
    async fn grown(backend: &dyn Backend, leaves: usize) -> SignedCheckpoint {
        for leaf in 0..leaves {
            let mut changes = Changeset::new();
            changes.append(LedgerEntry::new(format!("entry {leaf}"), "record"));
            backend.commit(changes).unwrap().await.unwrap();
        }
        let checkpoint = backend.log().head().checkpoint().checkpoint().clone();
        SignedCheckpoint::sign(checkpoint, &note_signer(7)).unwrap()
    }

    fn refused(reason: &str) -> Outcome {
        Outcome::NotCompared { reason: reason.to_owned() }
    }

    /// The key that signs the heads here stands for the witness's.
    fn witness() -> [VerifierKey; 1] {
        [note_signer(7).verifier_key().clone()]
    }

    #[tokio::test]
    async fn what_is_known_to_be_cosigned_is_what_was_published_with_it_or_compared_within_our_end()
    {
        let store = memory();
        let backend: &dyn Backend = &*store;
        let stranger = [note_signer(8).verifier_key().clone()];
        assert_eq!(known_cosigned(backend, &witness(), 0), 0);
        let head = grown(backend, 3).await;
        assert_eq!(known_cosigned(backend, &witness(), 0), 0, "nothing is published");
        assert_eq!(known_cosigned(backend, &witness(), 2), 2, "compared before");
        assert_eq!(known_cosigned(backend, &witness(), 3), 3);
        assert_eq!(known_cosigned(backend, &witness(), 4), 0, "of a log before this one");

        backend.log().publish(head).await.unwrap();
        grown(backend, 2).await;
        assert_eq!(known_cosigned(backend, &witness(), 0), 3);
        assert_eq!(known_cosigned(backend, &witness(), 5), 5);
        assert_eq!(known_cosigned(backend, &witness(), 70), 3, "that much is known of this one");
        assert_eq!(known_cosigned(backend, &stranger, 0), 0, "somebody else cosigned it");
    }

    #[tokio::test]
    async fn nothing_shown_something_older_and_somebody_elses_head_are_told_apart_from_a_match() {
        let store = memory();
        let backend: &dyn Backend = &*store;
        let at = UtcMillis::from_millis(1_800_000_000_000).unwrap();
        let older = grown(backend, 2).await;
        let newest = grown(backend, 1).await;
        let shown = async |latest: Option<&SignedCheckpoint>, at_least: u64| {
            let keys = witness();
            let compared =
                own_against(backend, (keys.as_slice(), latest.cloned()), (at_least, at)).await;
            let compared = compared.unwrap();
            assert_eq!((compared.side, compared.at), (Side::OwnCosigned, at));
            compared.outcome
        };
        assert_eq!(shown(None, 0).await, refused("nothing_yet"));
        assert_eq!(shown(None, 2).await, refused("older_shown"), "it keeps what it cosigned");
        assert_eq!(shown(Some(&older), 3).await, refused("older_shown"));
        assert_eq!(shown(Some(&older), 2).await, Outcome::Match {});
        assert_eq!(shown(Some(&newest), 3).await, Outcome::Match {});

        // Whoever answers in the witness's place says nothing, of this history or of another.
        let stranger = [note_signer(8).verifier_key().clone()];
        let answered =
            own_against(backend, (stranger.as_slice(), Some(newest.clone())), (0, at)).await;
        assert_eq!(answered.unwrap().outcome, refused("not_signed"));
        let (origin, size) = (newest.checkpoint().origin().clone(), newest.checkpoint().size());
        let other = Checkpoint::new(origin, size, older.checkpoint().root()).unwrap();
        let forged = SignedCheckpoint::sign(other.clone(), &note_signer(8)).unwrap();
        assert_eq!(shown(Some(&forged), 0).await, refused("not_signed"));
        // The same with the witness's own line is what an alarm is for.
        let rewritten = SignedCheckpoint::sign(other, &note_signer(7)).unwrap();
        assert_eq!(shown(Some(&rewritten), 0).await, Outcome::Mismatch { first_leaf: None });
    }
}
