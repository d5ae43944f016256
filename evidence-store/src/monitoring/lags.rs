//! How long things took: of the last ones, and of those since somebody asked last.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

/// How long things took, in milliseconds.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LagMs {
    /// Half were faster.
    pub p50: i64,
    /// 95 of 100 were faster.
    pub p95: i64,
    /// 99 of 100 were faster.
    pub p99: i64,
}

impl LagMs {
    /// The worse of both, in each.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        Self {
            p50: self.p50.max(other.p50),
            p95: self.p95.max(other.p95),
            p99: self.p99.max(other.p99),
        }
    }
}

/// The lags of the last things, in the order they came, and those since somebody asked last, by whose they are.
#[derive(Debug)]
pub struct Lags<W> {
    last: VecDeque<i64>,
    interval: BTreeMap<W, VecDeque<i64>>,
}

impl<W> Default for Lags<W> {
    fn default() -> Self {
        Self { last: VecDeque::new(), interval: BTreeMap::new() }
    }
}

/// Lags that are remembered.
const KEPT: usize = 1024;

impl<W: Copy + Ord> Lags<W> {
    /// One more.
    pub fn note(&mut self, whose: W, lag_ms: i64) {
        for lags in [&mut self.last, self.interval.entry(whose).or_default()] {
            if lags.len() == KEPT {
                lags.pop_front();
            }
            lags.push_back(lag_ms.max(0));
        }
    }

    /// Over the last ones.
    pub fn percentiles(&self) -> Option<LagMs> {
        percentiles(&self.last)
    }

    /// Those of each since the call before.
    pub fn take_interval(&mut self) -> BTreeMap<W, LagMs> {
        let taken = std::mem::take(&mut self.interval);
        taken.iter().filter_map(|(who, lags)| Some((*who, percentiles(lags)?))).collect()
    }
}

fn percentiles(lags: &VecDeque<i64>) -> Option<LagMs> {
    let mut sorted: Vec<i64> = lags.iter().copied().collect();
    sorted.sort_unstable();
    let last = sorted.len().checked_sub(1)?;
    let at = |percent: usize| sorted.get((sorted.len() * percent / 100).min(last)).copied();
    Some(LagMs { p50: at(50)?, p95: at(95)?, p99: at(99)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lags_are_told_in_percentiles_and_an_interval_is_told_once() {
        let mut lags = Lags::default();
        assert_eq!(lags.percentiles(), None);
        for lag in 1..=100 {
            lags.note("a", lag);
        }
        lags.note("b", -5);
        let all = lags.percentiles().unwrap();
        assert_eq!((all.p50, all.p95, all.p99), (50, 95, 99));
        let interval = lags.take_interval();
        assert_eq!(interval["a"], LagMs { p50: 51, p95: 96, p99: 100 });
        assert_eq!(interval["b"], LagMs { p50: 0, p95: 0, p99: 0 });
        assert!(lags.take_interval().is_empty() && lags.percentiles() == Some(all));
        let worse = interval["b"].worse(interval["a"]);
        assert_eq!(worse, interval["a"]);
    }
}
