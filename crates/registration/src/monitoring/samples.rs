//! The figures over time. Four rings: the last minutes in memory; half a day, a week and a year as
//! rows, one a minute, a quarter of an hour and a day. A row is written over when its turn comes
//! again, so there are never more than [`Span::slots`] of each.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::str::FromStr;

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::Table;
use heqi_vocabulary::UtcMillis;
use serde::{Deserialize, Serialize};

use crate::coverage::{Coverage, LagMs};
use crate::fault::Fault;
use crate::platform::{Custodian, Platform};
use crate::rows::{Pair, Place};

const SAMPLES: Table<Pair<Span, Place>, Sample> = Table::new("sample");
/// Samples that are remembered of the last minutes.
const REMEMBERED: usize = 600;

/// For how long, and how often.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "pages offer each")]
pub enum Span {
    /// Half a day, one a minute.
    HalfDay,
    /// A week, one a quarter of an hour.
    Week,
    /// A year, one a day.
    Year,
}

impl Span {
    /// Every span that is kept.
    pub const ALL: [Self; 3] = [Self::HalfDay, Self::Week, Self::Year];

    /// Between two samples, in milliseconds.
    pub const fn step_ms(self) -> i64 {
        match self {
            Self::HalfDay => 60_000,
            Self::Week => 15 * 60_000,
            Self::Year => 24 * 3_600_000,
        }
    }

    /// How many are kept.
    pub const fn slots(self) -> i64 {
        match self {
            Self::HalfDay => 720,
            Self::Week => 672,
            Self::Year => 366,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::HalfDay => "half_day",
            Self::Week => "week",
            Self::Year => "year",
        }
    }

    /// The step an instant lies in, and where in the ring that stands.
    fn place(self, at: UtcMillis) -> (i64, Place) {
        let step = at.as_millis().div_euclid(self.step_ms());
        (step, Place(u64::try_from(step.rem_euclid(self.slots())).unwrap_or(0)))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Span {
    type Err = UnknownSpan;

    fn from_str(text: &str) -> Result<Self, UnknownSpan> {
        Self::ALL.into_iter().find(|span| span.as_str() == text).ok_or(UnknownSpan)
    }
}

/// The word names no span.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the spans are half_day, week and year")]
pub struct UnknownSpan;

/// The figures at one instant.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever takes samples builds it")]
pub struct Sample {
    /// When, in Unix milliseconds.
    pub at_ms: i64,
    /// Completed signings.
    pub signings: u64,
    /// Records of every kind.
    pub records: u64,
    /// Leaves of the log, and how many of them are cosigned by a witness and by a mirror.
    pub log_size: u64,
    /// See there.
    pub witnessed_size: u64,
    /// See there.
    pub mirrored_size: u64,
    /// Records listed as not held.
    pub gaps: u64,
    /// Age of the newest cosignature on the published head, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint_age_s: Option<u64>,
    /// Changes waiting for the disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<u64>,
    /// Bytes of the platform's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_bytes: Option<u64>,
    /// Each custodian.
    pub custodians: BTreeMap<Custodian, CustodianSample>,
}

/// What one custodian holds at one instant.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever takes samples builds it")]
pub struct CustodianSample {
    /// Records it holds.
    pub admitted: u64,
    /// Records it has not answered for.
    pub outstanding: u64,
    /// For how long the oldest of them has waited, in milliseconds; 0 when none does.
    pub oldest_ms: i64,
    /// From record to receipt, of the receipts since the sample before: the worst of each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag: Option<LagMs>,
}

impl Sample {
    /// The figures of a count.
    pub fn of(coverage: &Coverage, at: UtcMillis) -> Self {
        let custodian = |one: &crate::coverage::CustodianCoverage| {
            let sample = CustodianSample {
                admitted: one.admitted,
                outstanding: one.outstanding,
                oldest_ms: one.oldest_outstanding_ms.unwrap_or(0),
                lag: None,
            };
            (one.custodian, sample)
        };
        Self {
            at_ms: at.as_millis(),
            signings: coverage.signings,
            records: coverage.records,
            log_size: coverage.log_size,
            witnessed_size: coverage.witnessed_size,
            mirrored_size: coverage.mirrored_size,
            gaps: u64::try_from(coverage.gaps.len()).unwrap_or(u64::MAX),
            custodians: coverage.custodians.iter().map(custodian).collect(),
            ..Self::default()
        }
    }
}

/// The worst lags since the last sample of a span.
type Worst = BTreeMap<Custodian, LagMs>;

/// Takes samples: remembers the last minutes and keeps each span.
#[derive(Debug, Default)]
pub struct Sampler {
    recent: VecDeque<Sample>,
    worst: BTreeMap<Span, Worst>,
    kept: BTreeMap<Span, i64>,
}

impl Sampler {
    /// Takes a sample: the lags of the receipts since the one before are added to it, and every
    /// span whose turn it is keeps it.
    ///
    /// # Errors
    /// The store could not do its part; the sample is remembered all the same.
    pub async fn take(&mut self, platform: &Platform, mut sample: Sample) -> Result<(), Fault> {
        let lags = platform.lags.lock().take_interval();
        for (custodian, one) in &mut sample.custodians {
            one.lag = lags.get(custodian).copied();
        }
        for span in Span::ALL {
            worsen(self.worst.entry(span).or_default(), &lags);
        }
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back(sample.clone());
        let Ok(at) = UtcMillis::from_millis(sample.at_ms) else { return Ok(()) };
        let mut changes = Changeset::new();
        let mut due = Vec::new();
        for span in Span::ALL {
            let (step, place) = span.place(at);
            if self.kept.get(&span) == Some(&step) {
                continue;
            }
            let mut kept = sample.clone();
            let worst = self.worst.get(&span).cloned().unwrap_or_default();
            for (custodian, one) in &mut kept.custodians {
                one.lag = worst.get(custodian).copied();
            }
            SAMPLES.put(&mut changes, &Pair(span, place), &kept)?;
            due.push((span, step));
        }
        if due.is_empty() {
            return Ok(());
        }
        let committed = platform.backend().commit(changes).map_err(Fault::from)?;
        committed.await.map_err(Fault::from)?;
        for (span, step) in due {
            self.kept.insert(span, step);
            self.worst.remove(&span);
        }
        Ok(())
    }

    /// The last minutes, oldest first.
    pub fn recent(&self) -> Vec<Sample> {
        self.recent.iter().cloned().collect()
    }
}

fn worsen(worst: &mut Worst, lags: &Worst) {
    for (custodian, lag) in lags {
        let before = worst.entry(*custodian).or_insert(*lag);
        before.p50 = before.p50.max(lag.p50);
        before.p95 = before.p95.max(lag.p95);
        before.p99 = before.p99.max(lag.p99);
    }
}

/// What is kept of a span, oldest first; what the ring has not written over for a whole turn is
/// left out.
///
/// # Errors
/// The store could not be read.
pub async fn kept(platform: &Platform, span: Span) -> Result<Vec<Sample>, Fault> {
    let slots = usize::try_from(span.slots()).unwrap_or(usize::MAX);
    let rows = SAMPLES.scan(platform.backend(), &format!("{span}/"), None, slots).await?;
    let from = platform.now().as_millis() - span.step_ms() * span.slots();
    let mut samples: Vec<Sample> = rows.into_iter().map(|(_, row)| row.value).collect();
    samples.retain(|sample| sample.at_ms > from);
    samples.sort_by_key(|sample| sample.at_ms);
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_has_a_place_for_each_step_and_begins_again() {
        for span in Span::ALL {
            assert_eq!(span.to_string().parse(), Ok(span));
            let at = |step: i64| UtcMillis::from_millis(step * span.step_ms() + 1).unwrap();
            let places: std::collections::BTreeSet<String> =
                (0..span.slots()).map(|step| span.place(at(step)).1.to_string()).collect();
            assert_eq!(i64::try_from(places.len()).unwrap(), span.slots());
            assert_eq!(span.place(at(3)).1, span.place(at(3 + span.slots())).1);
        }
    }
}
