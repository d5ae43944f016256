//! Chains: a record belongs to exactly one chain, at one place, and the next record names
//! its root. A head statement signed by the notary makes the chain complete up to it.

use heqi_vocabulary::{ChainId, Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::leaf::RecordRoot;
use crate::record::{ChainPlace, Frame};
use crate::statement::Statement;

const COMMITMENT_LABEL: &str = "heqi.chain/v1\n";

/// The public name of a chain: SHA-256("heqi.chain/v1\n" ‖ identifier). It says nothing
/// about the filing, because the identifier is random.
pub fn chain_commitment(chain: ChainId) -> Digest {
    Digest::labelled(COMMITMENT_LABEL, chain.to_string().as_bytes())
}

/// The last record of a chain as far as somebody knows it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ChainTip {
    /// Sequence number of the last record; 0 when there is none.
    pub seq: u64,
    /// Root of the last record; the commitment when there is none.
    pub root: Digest,
    /// When the last record was made; `None` when there is none.
    pub recorded_at: Option<UtcMillis>,
}

impl ChainTip {
    /// The tip of a chain without records.
    pub fn empty(chain: ChainId) -> Self {
        Self { seq: 0, root: chain_commitment(chain), recorded_at: None }
    }

    /// The place of the next record, made at `now` or, when the clock stands still or
    /// runs back, one millisecond after the last.
    pub fn next(&self, chain: ChainId, now: UtcMillis) -> ChainPlace {
        let earliest = self.recorded_at.map(|last| last.plus_millis(1));
        ChainPlace {
            chain,
            seq: self.seq + 1,
            prev: self.root,
            recorded_at: earliest.map_or(now, |earliest| earliest.max(now)),
        }
    }

    /// The tip after a record.
    ///
    /// # Errors
    /// The record is not the next one; see [`ChainError`].
    pub fn after(&self, frame: &Frame, root: RecordRoot) -> Result<Self, ChainError> {
        let place = frame.place;
        if place.seq <= self.seq {
            return Err(ChainError::SecondAtPlace { seq: place.seq });
        }
        if place.seq > self.seq + 1 {
            return Err(ChainError::Gap { expected: self.seq + 1, found: place.seq });
        }
        if place.prev != self.root {
            return Err(ChainError::OtherPredecessor { seq: place.seq });
        }
        if self.recorded_at.is_some_and(|last| place.recorded_at <= last) {
            return Err(ChainError::TimeRunsBack { seq: place.seq });
        }
        Ok(Self { seq: place.seq, root: root.digest(), recorded_at: Some(place.recorded_at) })
    }
}

/// Why a record is not the next one of its chain.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ChainError {
    /// A record already stands at this place.
    #[error("the chain already has a record at place {seq}")]
    SecondAtPlace {
        /// The place.
        seq: u64,
    },
    /// Records before this one are missing.
    #[error("the chain continues at place {expected}, not {found}")]
    Gap {
        /// The place that is next.
        expected: u64,
        /// The place the record claims.
        found: u64,
    },
    /// The record names another predecessor.
    #[error("the record at place {seq} does not follow the record before it")]
    OtherPredecessor {
        /// The place.
        seq: u64,
    },
    /// The record is not later than the one before.
    #[error("the record at place {seq} is not later than the record before it")]
    TimeRunsBack {
        /// The place.
        seq: u64,
    },
    /// The record belongs to another chain.
    #[error("the record belongs to another chain")]
    OtherChain,
}

/// Walks a whole chain from its first record and gives its tip.
///
/// # Errors
/// The first record that does not follow; see [`ChainError`].
pub fn walk(
    chain: ChainId,
    records: impl IntoIterator<Item = (Frame, RecordRoot)>,
) -> Result<ChainTip, ChainError> {
    records.into_iter().try_fold(ChainTip::empty(chain), |tip, (frame, root)| {
        if frame.place.chain == chain {
            tip.after(&frame, root)
        } else {
            Err(ChainError::OtherChain)
        }
    })
}

/// The notary's statement of the last record it admitted of a chain: up to here nothing
/// was dropped.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ChainHead {
    /// The chain's commitment.
    pub chain: Digest,
    /// Who says so.
    pub custodian: String,
    /// Root of the last admitted record.
    pub root: RecordRoot,
    /// Its sequence number.
    pub seq: u64,
    /// When the custodian said so.
    pub time: UtcMillis,
}

impl Statement for ChainHead {
    const PAYLOAD_TYPE: &'static str = "application/vnd.heqi.chain-head.v1+json";
}

#[cfg(test)]
mod tests {
    use heqi_vocabulary::RecordId;

    use super::*;
    use crate::record::GeneratedBy;
    use crate::schema::RecordKind;

    fn frame(place: ChainPlace) -> Frame {
        Frame {
            kind: RecordKind::Confirmation,
            record_id: RecordId::from_bytes([1; 16]),
            place,
            generated_by: GeneratedBy::Platform,
        }
    }

    fn chain_of(length: u64) -> (ChainId, Vec<(Frame, RecordRoot)>) {
        let chain = ChainId::from_bytes([9; 16]);
        let now = UtcMillis::from_millis(1_800_000_000_000).unwrap();
        let mut tip = ChainTip::empty(chain);
        let records = (0..length)
            .map(|i| {
                let record =
                    (frame(tip.next(chain, now)), RecordRoot::new(Digest::of(&i.to_be_bytes())));
                tip = tip.after(&record.0, record.1).unwrap();
                record
            })
            .collect();
        (chain, records)
    }

    #[test]
    fn a_whole_chain_walks_to_its_tip_even_when_the_clock_stands_still() {
        let (chain, records) = chain_of(5);
        let tip = walk(chain, records.clone()).unwrap();
        assert_eq!((tip.seq, tip.root), (5, records[4].1.digest()));
        assert!(records.windows(2).all(|w| w[0].0.place.recorded_at < w[1].0.place.recorded_at));
    }

    #[test]
    fn a_dropped_swapped_repeated_or_foreign_record_is_noticed() {
        let (chain, records) = chain_of(4);
        let mut dropped = records.clone();
        dropped.remove(1);
        assert_eq!(walk(chain, dropped), Err(ChainError::Gap { expected: 2, found: 3 }));
        let mut headless = records.clone();
        headless.remove(0);
        assert_eq!(walk(chain, headless), Err(ChainError::Gap { expected: 1, found: 2 }));
        let mut twice = records.clone();
        twice.insert(1, records[0]);
        assert_eq!(walk(chain, twice), Err(ChainError::SecondAtPlace { seq: 1 }));
        let mut forged = records.clone();
        forged[2].1 = RecordRoot::new(Digest::of(b"other"));
        assert_eq!(walk(chain, forged), Err(ChainError::OtherPredecessor { seq: 4 }));
        assert_eq!(walk(ChainId::from_bytes([8; 16]), records), Err(ChainError::OtherChain));
    }
}
