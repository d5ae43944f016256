//! Comparing both halves of the tally, leaf by leaf where it matters.
//!
//! **Our log as the notary mirrors it**: the root it states, the root that its tiles make, every
//! leaf that is new since the last time (hashes and the entries themselves), and a drawn sample of
//! older tiles, all against our own log. Where something differs the tree is walked down from the
//! root, always into the first half that differs, to the first leaf that does. Tiles above the leaves
//! are few and are compared whole each time: the root is made of the topmost alone, and a proof of an
//! old leaf needs those between.
//!
//! **The notary's own log**: the root that its tiles make at the size our witness cosigned last,
//! against the root that was cosigned. Of that log we hold no leaves, so a difference has no leaf.
//!
//! A custodian looks the other way round. **The platform's log**: the custodian's mirror of it against the tiles that the
//! platform shows, leaf by leaf as above. **Its own log**: its own tiles against the head that the platform's witness
//! cosigned last.
//!
//! Nothing that the other side says is believed for being said: tiles are read and hashed.

mod compare;
mod tree;

use heqi_evidence_store::backend::{Backend, ReadError};
use heqi_evidence_store::monitoring::MonitoringError;
use heqi_evidence_store::monitoring::reconciliation::{Outcome, Reconciled, Side};
use heqi_evidence_store::witness::accepted;
use heqi_notary_protocol::{CallError, LogClient};
use heqi_tlog::checkpoint::{Origin, SignedCheckpoint};
use heqi_vocabulary::{Entropy, UtcMillis};

use self::compare::{Sample, compare};
use self::tree::Tree;
pub use self::tree::{Own, TileSource};

/// New tiles that are looked at at once; the next time goes on where this one stopped.
const NEW_TILES: u64 = 4096;

/// Why nothing was compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReconcileError {
    /// The other side.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Our own store.
    #[error(transparent)]
    Store(#[from] MonitoringError),
    /// Our own log.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What our witness keeps.
    #[error("what the own witness keeps cannot be read: {0}")]
    Witness(String),
    /// Our own mirror.
    #[error("the own mirror cannot be read: {0}")]
    Mirror(String),
    /// Our own tiles, of our log or of our mirror of another, do not make its tree: some are missing, or are none.
    #[error(
        "tiles of the own log or mirror are missing or damaged: run `heqi store fsck`, then `heqi store rebuild`"
    )]
    OwnTiles,
}

impl ReconcileError {
    /// The stable word of [`Outcome::NotCompared`]: whose fault it is that nothing was compared.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Call(_) => "unreachable",
            Self::OwnTiles => "own_incomplete",
            Self::Store(_) | Self::Read(_) | Self::Witness(_) | Self::Mirror(_) => "own_unreadable",
        }
    }
}

/// Compares our log with the notary's mirror of it. Of more new leaves than are looked at at once the rest is left to
/// the next time, which is to be asked `since` the [`Reconciled::compared_to`] of this one.
///
/// # Errors
/// See [`ReconcileError`].
pub async fn reconcile_mirror(
    backend: &dyn Backend,
    copy: &LogClient,
    (since, at): (u64, UtcMillis),
    entropy: &dyn Entropy,
) -> Result<Reconciled, ReconcileError> {
    let Some(stated) = copy.checkpoint().await? else {
        return Ok(not_compared(Side::OursMirrored, at, "nothing_yet"));
    };
    let stated = stated.checkpoint();
    let log = backend.log();
    let own = log.head().size();
    let size = stated.size().min(own);
    if size == 0 {
        return Ok(not_compared(Side::OursMirrored, at, "nothing_yet"));
    }
    let sample = Sample::drawn(size, since, entropy);
    let compared = compare((&Own(log), copy), size, (since, NEW_TILES), &sample).await?;
    // A mirror that holds more than we do: the first leaf that we do not have.
    let beyond = (stated.size() > own).then_some(own);
    let states_ours = stated.size() > own || stated.root() == compared.ours;
    let matches = compared.first_leaf.is_none()
        && beyond.is_none()
        && states_ours
        && compared.theirs == Some(compared.ours);
    let first_leaf = compared.first_leaf.or(beyond);
    let outcome = if matches { Outcome::Match {} } else { Outcome::Mismatch { first_leaf } };
    Ok(Reconciled {
        side: Side::OursMirrored,
        at,
        size,
        ours: compared.ours.to_hex(),
        theirs: if states_ours { compared.theirs } else { Some(stated.root()) }
            .map(|hash| hash.to_hex())
            .unwrap_or_default(),
        leaves: compared.leaves,
        compared_to: compared.up_to,
        outcome,
    })
}

/// Compares the notary's own log with the head that our witness cosigned last.
///
/// # Errors
/// See [`ReconcileError`].
pub async fn reconcile_peer(
    backend: &dyn Backend,
    log: &LogClient,
    origin: &Origin,
    at: UtcMillis,
) -> Result<Reconciled, ReconcileError> {
    let cosigned = accepted(backend, origin).await;
    let cosigned = cosigned.map_err(|error| ReconcileError::Witness(error.to_string()))?;
    let Some(cosigned) = cosigned.filter(|head| head.checkpoint().size() > 0) else {
        return Ok(not_compared(Side::NotarysOwn, at, "nothing_yet"));
    };
    let (size, ours) = (cosigned.checkpoint().size(), cosigned.checkpoint().root());
    let theirs = Tree::new(log, size).hash(0, size).await?;
    let outcome = if theirs == Some(ours) {
        Outcome::Match {}
    } else {
        Outcome::Mismatch { first_leaf: None }
    };
    Ok(Reconciled {
        side: Side::NotarysOwn,
        at,
        size,
        ours: ours.to_hex(),
        theirs: theirs.map(|hash| hash.to_hex()).unwrap_or_default(),
        leaves: 0,
        compared_to: 0,
        outcome,
    })
}

/// At a custodian: compares its mirror of the platform's log, at the head that the mirror cosigned, with what the platform
/// shows. As [`reconcile_mirror`] it goes on where the comparison before stopped.
///
/// # Errors
/// See [`ReconcileError`].
pub async fn reconcile_platform<M: TileSource, L: TileSource>(
    (mirror, shown): (&M, &L),
    mirrored: &SignedCheckpoint,
    (since, at): (u64, UtcMillis),
    entropy: &dyn Entropy,
) -> Result<Reconciled, ReconcileError> {
    let (size, root) = (mirrored.checkpoint().size(), mirrored.checkpoint().root());
    if size == 0 {
        return Ok(not_compared(Side::PlatformsLog, at, "nothing_yet"));
    }
    let sample = Sample::drawn(size, since, entropy);
    let compared = compare((mirror, shown), size, (since, NEW_TILES), &sample).await?;
    // A mirror whose tiles do not make what it cosigned is no mirror.
    let matches = compared.first_leaf.is_none()
        && compared.ours == root
        && compared.theirs == Some(compared.ours);
    let first_leaf = compared.first_leaf;
    Ok(Reconciled {
        side: Side::PlatformsLog,
        at,
        size,
        ours: compared.ours.to_hex(),
        theirs: compared.theirs.map(|hash| hash.to_hex()).unwrap_or_default(),
        leaves: compared.leaves,
        compared_to: compared.up_to,
        outcome: if matches { Outcome::Match {} } else { Outcome::Mismatch { first_leaf } },
    })
}

/// At a custodian: compares its own log with the head that the platform's witness cosigned last, whose line was verified.
/// Heads up to the size `at_least` were cosigned or compared before: a witness that shows an older one keeps what came
/// after it out of sight, so a smaller head says nothing.
///
/// # Errors
/// See [`ReconcileError`].
pub async fn reconcile_own(
    backend: &dyn Backend,
    cosigned: &SignedCheckpoint,
    (at_least, at): (u64, UtcMillis),
) -> Result<Reconciled, ReconcileError> {
    let (size, theirs) = (cosigned.checkpoint().size(), cosigned.checkpoint().root());
    if size == 0 && at_least == 0 {
        return Ok(not_compared(Side::OwnCosigned, at, "nothing_yet"));
    }
    let log = backend.log();
    // A head of another log says nothing about ours, though the witness has signed it.
    if cosigned.checkpoint().origin() != log.head().checkpoint().checkpoint().origin() {
        return Ok(not_compared(Side::OwnCosigned, at, "other_log"));
    }
    let own = log.head().size();
    // What is remembered beyond our own end is of the log before a successor.
    if size < at_least && at_least <= own {
        return Ok(not_compared(Side::OwnCosigned, at, "older_shown"));
    }
    if size == 0 {
        return Ok(not_compared(Side::OwnCosigned, at, "nothing_yet"));
    }
    // More was cosigned than we hold: the first leaf that we do not have.
    let (ours, first_leaf) = if size > own {
        (None, Some(own))
    } else {
        (
            Some(Tree::new(&Own(log), size).hash(0, size).await?.ok_or(ReconcileError::OwnTiles)?),
            None,
        )
    };
    let outcome =
        if ours == Some(theirs) { Outcome::Match {} } else { Outcome::Mismatch { first_leaf } };
    Ok(Reconciled {
        side: Side::OwnCosigned,
        at,
        size,
        ours: ours.map(|hash| hash.to_hex()).unwrap_or_default(),
        theirs: theirs.to_hex(),
        leaves: 0,
        compared_to: 0,
        outcome,
    })
}

/// What is noted when nothing was compared.
pub fn not_compared(side: Side, at: UtcMillis, reason: &str) -> Reconciled {
    Reconciled {
        side,
        at,
        size: 0,
        ours: String::new(),
        theirs: String::new(),
        leaves: 0,
        compared_to: 0,
        outcome: Outcome::NotCompared { reason: reason.to_owned() },
    }
}

#[cfg(test)]
mod tests;
