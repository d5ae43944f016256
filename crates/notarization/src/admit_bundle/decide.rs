//! What is decided of an offered record, by the rows it stands on: nothing is written here.

use heqi_evidence::chain::{ChainError, ChainTip};
use heqi_evidence::deposit::Outcome;
use heqi_evidence_store::table::Stored;

use super::AdmitBundleError;
use super::findings::{Finding, Judgement};
use super::inspect::Offered;
use crate::deposited::{
    CHAINS, ChainMisbehaviourKind, ChainRow, DepositKey, PLACES, PlaceRow, SERIALS, TOTALS,
    totals_key,
};
use crate::holder::Finder;
use crate::holder::watch::{self, Watch};
use crate::office::NotaryOffice;

/// The rows a decision stands on.
pub(super) struct State {
    pub(super) chain: Option<Stored<ChainRow>>,
    pub(super) place: Option<Stored<PlaceRow>>,
    /// The first record of the place before, for naming a predecessor that was not followed.
    pub(super) predecessor: Option<DepositKey>,
    pub(super) day: String,
    pub(super) serial: Option<Stored<u32>>,
    pub(super) totals: Option<Stored<crate::deposited::Totals>>,
    pub(super) finder: Finder,
    /// Who wants to be told of it.
    pub(super) watchers: Vec<Watch>,
}

impl State {
    pub(super) async fn read(
        office: &NotaryOffice,
        offered: &Offered,
    ) -> Result<Self, AdmitBundleError> {
        let store = office.store();
        let day = offered.received_at.shanghai_day();
        let place = offered.place();
        let before = crate::deposited::PlaceKey { seq: place.seq.saturating_sub(1), ..place };
        let finder = Finder::of(office).await?;
        let watchers = match &offered.about {
            Some(about) => watch::watchers(office, &finder, about).await?,
            None => Vec::new(),
        };
        Ok(Self {
            chain: CHAINS.row(store, &offered.chain).await?,
            place: PLACES.row(store, &place).await?,
            predecessor: PLACES.row(store, &before).await?.map(|row| row.value.deposit),
            serial: SERIALS.row(store, &day).await?,
            totals: TOTALS.row(store, &totals_key()).await?,
            finder,
            watchers,
            day,
        })
    }
}

/// What is decided.
pub(super) struct Decision {
    pub(super) outcome: Outcome,
    /// The tip after the record, if it was admitted.
    pub(super) tip: Option<ChainTip>,
    pub(super) misbehaviour: Option<(ChainMisbehaviourKind, Option<DepositKey>)>,
}

/// A second record of the log for one place, or one that does not follow, is refused whatever
/// else it is; then the examination decides.
pub(super) fn decide(offered: &Offered, state: &State) -> Result<Decision, AdmitBundleError> {
    let first = state.place.as_ref().map(|place| place.value.deposit);
    if let Some(first) = first.filter(|first| first.root != offered.key.root) {
        return Ok(misbehaved(ChainMisbehaviourKind::ChainForked, Some(first)));
    }
    let empty = ChainTip::empty(offered.frame.place.chain);
    let tip = state.chain.as_ref().map_or(empty, |chain| chain.value.tip);
    let next = match tip.after(&offered.frame, offered.key.root) {
        Ok(next) => next,
        Err(ChainError::Gap { expected, .. }) => {
            return Err(AdmitBundleError::Gap { expected_seq: expected });
        }
        Err(ChainError::SecondAtPlace { .. }) => {
            return Ok(misbehaved(ChainMisbehaviourKind::ChainForked, first));
        }
        Err(ChainError::TimeRunsBack { .. }) => {
            return Ok(misbehaved(ChainMisbehaviourKind::ChainTimeRunsBack, state.predecessor));
        }
        Err(ChainError::OtherPredecessor { .. } | ChainError::OtherChain) => {
            return Ok(misbehaved(ChainMisbehaviourKind::ChainOtherPredecessor, state.predecessor));
        }
    };
    Ok(match &offered.judgement {
        Judgement::Refuse(reason) => Decision {
            outcome: Outcome::Refused { reason: reason.clone() },
            tip: None,
            misbehaviour: None,
        },
        Judgement::Hold(found) if found.is_empty() => {
            Decision { outcome: Outcome::Admitted, tip: Some(next), misbehaviour: None }
        }
        Judgement::Hold(found) => {
            let findings = found.iter().map(|finding| Finding::as_str(*finding).to_owned());
            Decision {
                outcome: Outcome::AdmittedWithFindings { findings: findings.collect() },
                tip: Some(next),
                misbehaviour: None,
            }
        }
    })
}

impl Decision {
    /// What was decided once is final: the outcome is the one the receipt says, and the record has its place in the
    /// chain exactly if it had it then.
    pub(super) fn as_receipted(
        &mut self,
        offered: &Offered,
        state: &State,
        outcome: &Outcome,
    ) -> Result<(), AdmitBundleError> {
        if outcome.is_admitted() {
            let empty = ChainTip::empty(offered.frame.place.chain);
            let tip = state.chain.as_ref().map_or(empty, |chain| chain.value.tip);
            let next = tip.after(&offered.frame, offered.key.root);
            self.tip = Some(next.map_err(|_| AdmitBundleError::NotReceipted)?);
            self.misbehaviour = None;
        } else {
            self.tip = None;
        }
        self.outcome = outcome.clone();
        Ok(())
    }
}

fn misbehaved(kind: ChainMisbehaviourKind, held: Option<DepositKey>) -> Decision {
    Decision {
        outcome: Outcome::Refused { reason: kind.as_str().to_owned() },
        tip: None,
        misbehaviour: Some((kind, held)),
    }
}
