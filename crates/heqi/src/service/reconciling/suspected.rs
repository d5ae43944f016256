//! Differences that were seen once, until a look says whether they are there.

use std::collections::BTreeMap;

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::monitoring::reconciliation::{
    Outcome, Reconciled, Side, Suspicion, suspect, suspected as kept_suspicions,
};

/// Differences that were seen once. One stays until a look that compared as much says whether it is there: whoever does
/// not answer the second time, or shows less, does not get out of it, and no restart of ours helps either.
#[derive(Default)]
pub(super) struct Suspected {
    open: BTreeMap<Side, Suspicion>,
    /// As the store has them; none where it was not read yet.
    kept: Option<BTreeMap<Side, Suspicion>>,
}

impl Suspected {
    /// Takes up what a process of before suspected, once.
    pub(super) async fn take_up(&mut self, backend: &dyn Backend) {
        if self.kept.is_some() {
            return;
        }
        match kept_suspicions(backend).await {
            Ok(kept) => {
                let end = backend.log().head().size();
                let of_now = kept.iter().filter(|(side, one)| !is_of_log_before(**side, one, end));
                for (side, suspicion) in of_now {
                    self.open.entry(*side).or_insert(*suspicion);
                }
                self.kept = Some(kept);
            }
            Err(error) => tracing::warn!(%error, "what was suspected could not be read"),
        }
    }

    /// Keeps what is suspected of a side by now. What cannot be written is written the next time.
    pub(super) async fn keep(&mut self, backend: &dyn Backend, side: Side) {
        let now = self.open.get(&side).copied();
        let Some(kept) = &mut self.kept else { return };
        if kept.get(&side).copied() == now {
            return;
        }
        match suspect(backend, side, now.as_ref()).await {
            Ok(()) => match now {
                Some(suspicion) => {
                    kept.insert(side, suspicion);
                }
                None => {
                    kept.remove(&side);
                }
            },
            Err(error) if error.is_read_only() => {}
            Err(error) => tracing::warn!(%error, "what is suspected could not be written down"),
        }
    }

    /// Takes in what a look found, and says whether another one is needed to be certain.
    pub(super) fn weigh(&mut self, look: &Reconciled) -> bool {
        let suspected = self.open.get(&look.side).map(|suspicion| suspicion.size);
        let is_settled = match (&look.outcome, suspected) {
            (Outcome::Mismatch { first_leaf }, None) => {
                let (size, first_leaf) = (look.size, *first_leaf);
                self.open.insert(look.side, Suspicion { size, first_leaf });
                return true;
            }
            (Outcome::Mismatch { .. }, Some(_)) => true,
            (Outcome::Match {}, Some(size)) => look.size >= size,
            (Outcome::Match {}, None) | (Outcome::NotCompared { .. }, _) => false,
        };
        if is_settled {
            self.open.remove(&look.side);
        }
        false
    }

    pub(super) fn is_open(&self, side: Side) -> bool {
        self.open.contains_key(&side)
    }

    /// From where a side is looked at: of a custodian's own log no head smaller than the one that differed, elsewhere the
    /// leaf that differed anew, which a drawn sample may not hit twice.
    pub(super) fn since(&self, side: Side, matched: u64) -> u64 {
        match self.open.get(&side) {
            Some(suspicion) if side == Side::OwnCosigned => matched.max(suspicion.size),
            Some(Suspicion { first_leaf: Some(leaf), .. }) => matched.min(*leaf),
            Some(_) | None => matched,
        }
    }
}

/// Whether it was suspected of a log that a successor of ours has taken the place of: that one is shorter.
fn is_of_log_before(side: Side, suspicion: &Suspicion, end: u64) -> bool {
    match side {
        Side::OursMirrored => suspicion.size > end,
        // More may have been cosigned than we hold: then the leaf is the one behind our end.
        Side::OwnCosigned => suspicion.first_leaf.unwrap_or(suspicion.size) > end,
        Side::NotarysOwn | Side::PlatformsLog => false,
    }
}
