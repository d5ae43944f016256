//! The figures over time. Four rings: the last minutes in memory; half a day, a week and a year as
//! rows, one a minute, a quarter of an hour and a day. A row is written over when its turn comes
//! again, so there are never more than [`Span::slots`] of each. What the figures are, each service says.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::str::FromStr;

use heqi_vocabulary::UtcMillis;
use parking_lot::Mutex;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::MonitoringError;
use crate::backend::Backend;
use crate::changeset::Changeset;
use crate::table::{Pair, Place, Table};

/// Samples that are remembered of the last minutes.
const REMEMBERED: usize = 600;
/// How often a folder is measured, in milliseconds.
const MEASURED_EVERY_MS: i64 = 60_000;

const fn rows<S: DeserializeOwned + Serialize>() -> Table<Pair<Span, Place>, S> {
    Table::new("sample")
}

/// The figures of a service at one instant.
pub trait Figures: Clone + DeserializeOwned + Serialize {
    /// When, in Unix milliseconds.
    fn at_ms(&self) -> i64;

    /// Takes over what was worse in the sample before, where only the worst of a span tells anything.
    fn worsen(&mut self, before: &Self);
}

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

/// Takes samples: remembers the last minutes and keeps each span. Whoever looks at the last minutes waits for no
/// disk. Whoever takes a sample while another is written is remembered at once and kept after it.
#[derive(Debug)]
pub struct Sampler<S> {
    held: Mutex<Held<S>>,
    /// One writes at a time: rows of the same place would else take each other's, in whichever order.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Held<S> {
    recent: VecDeque<S>,
    /// What each span will keep next, with the worst since it kept something.
    next: BTreeMap<Span, S>,
    /// The part of it that came since it was last begun to write: what stays when the writing has succeeded.
    meanwhile: BTreeMap<Span, S>,
    kept: BTreeMap<Span, i64>,
}

impl<S> Default for Sampler<S> {
    fn default() -> Self {
        let held = Held {
            recent: VecDeque::new(),
            next: BTreeMap::new(),
            meanwhile: BTreeMap::new(),
            kept: BTreeMap::new(),
        };
        Self { held: Mutex::new(held), writing: tokio::sync::Mutex::new(()) }
    }
}

/// The spans whose turn it is, each with its step.
type Due = Vec<(Span, i64)>;

impl<S: Figures> Sampler<S> {
    /// Takes a sample; every span whose turn it is keeps it, with what was worst since it kept one.
    ///
    /// # Errors
    /// The store could not do its part; the sample is remembered all the same.
    pub async fn take(&self, backend: &dyn Backend, sample: S) -> Result<(), MonitoringError> {
        self.held.lock().note(sample);
        let _one = self.writing.lock().await;
        let due = self.held.lock().due()?;
        let Some((changes, due)) = due else { return Ok(()) };
        // The figures are not locked meanwhile: a disk that stalls keeps nobody from looking.
        backend.commit(changes)?.await?;
        self.held.lock().written(due);
        Ok(())
    }

    /// The last minutes, oldest first.
    pub fn recent(&self) -> Vec<S> {
        self.held.lock().recent.iter().cloned().collect()
    }
}

impl<S: Figures> Held<S> {
    /// Remembers a sample.
    fn note(&mut self, sample: S) {
        for worst in [&mut self.next, &mut self.meanwhile] {
            for span in Span::ALL {
                let mut next = sample.clone();
                if let Some(before) = worst.get(&span) {
                    next.worsen(before);
                }
                worst.insert(span, next);
            }
        }
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back(sample);
    }

    /// What is to be written at the newest sample, if anything is.
    fn due(&mut self) -> Result<Option<(Changeset, Due)>, MonitoringError> {
        let newest = self.recent.back().map(Figures::at_ms);
        let Some(Ok(at)) = newest.map(UtcMillis::from_millis) else { return Ok(None) };
        let mut changes = Changeset::new();
        let mut due = Vec::new();
        for span in Span::ALL {
            let (step, place) = span.place(at);
            if self.kept.get(&span) == Some(&step) {
                continue;
            }
            if let Some(next) = self.next.get(&span) {
                rows::<S>().put(&mut changes, &Pair(span, place), next)?;
                self.meanwhile.remove(&span);
                due.push((span, step));
            }
        }
        Ok((!due.is_empty()).then_some((changes, due)))
    }

    fn written(&mut self, due: Due) {
        for (span, step) in due {
            self.kept.insert(span, step);
            self.next.remove(&span);
            if let Some(meanwhile) = self.meanwhile.get(&span) {
                self.next.insert(span, meanwhile.clone());
            }
        }
    }
}

/// What is kept of a span, oldest first; what the ring has not written over for a whole turn is
/// left out.
///
/// # Errors
/// The store could not be read.
pub async fn kept<S: Figures>(
    backend: &dyn Backend,
    span: Span,
    now: UtcMillis,
) -> Result<Vec<S>, MonitoringError> {
    let slots = usize::try_from(span.slots()).unwrap_or(usize::MAX);
    let rows = rows::<S>().scan(backend, &format!("{span}/"), None, slots).await?;
    let from = now.as_millis() - span.step_ms() * span.slots();
    let mut samples: Vec<S> = rows.into_iter().map(|(_, row)| row.value).collect();
    samples.retain(|sample| sample.at_ms() > from);
    samples.sort_by_key(Figures::at_ms);
    Ok(samples)
}

/// The size of a service's folder as it was measured last: not at every look, because every file below it is looked at,
/// and a long log has tens of thousands.
#[derive(Debug, Default)]
pub struct Measured {
    at: Option<UtcMillis>,
    bytes: Option<u64>,
}

impl Measured {
    /// Whether it is time to measure again, once a minute; a clock that was set back makes it so, too.
    pub fn is_old(&self, now: UtcMillis) -> bool {
        self.at.is_none_or(|at| !(0..MEASURED_EVERY_MS).contains(&now.millis_since(at)))
    }

    /// Takes what was measured; nothing, where it could not be.
    pub const fn take(&mut self, now: UtcMillis, bytes: Option<u64>) {
        *self = Self { at: Some(now), bytes };
    }

    /// What was measured last.
    pub const fn bytes(&self) -> Option<u64> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use serde::Deserialize;

    use super::*;
    use crate::testing::memory;

    /// When, and how bad it was.
    #[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
    struct Plain(i64, u64);

    impl Figures for Plain {
        fn at_ms(&self) -> i64 {
            self.0
        }

        fn worsen(&mut self, before: &Self) {
            self.1 = self.1.max(before.1);
        }
    }

    const BEGIN_MS: i64 = 1_800_000_000_000;

    async fn half_day(backend: &dyn Backend) -> Vec<Plain> {
        let now = UtcMillis::from_millis(BEGIN_MS + 100_000).unwrap();
        kept(backend, Span::HalfDay, now).await.unwrap()
    }

    #[test]
    fn what_waits_for_the_disk_keeps_nobody_from_looking() {
        let sampler = Sampler::default();
        let first = Plain(BEGIN_MS, 0);
        sampler.held.lock().note(first.clone());
        let (_, due) = sampler.held.lock().due().unwrap().unwrap();
        // Nothing is written yet.
        assert_eq!(due.len(), Span::ALL.len());
        assert_eq!(sampler.recent(), [first]);
        sampler.held.lock().written(due);
        sampler.held.lock().note(Plain(BEGIN_MS + 1, 0));
        assert!(sampler.held.lock().due().unwrap().is_none(), "each step is kept once");
        assert_eq!(sampler.recent().len(), 2);
    }

    #[test]
    fn what_comes_while_another_is_written_is_in_the_next_and_nothing_of_before_is() {
        let mut held = Sampler::default().held.into_inner();
        held.note(Plain(BEGIN_MS, 9));
        let (_, due) = held.due().unwrap().unwrap();
        held.note(Plain(BEGIN_MS + 1, 5));
        held.written(due);
        held.note(Plain(BEGIN_MS + 2, 3));
        assert_eq!(held.next[&Span::Year], Plain(BEGIN_MS + 2, 5));
        // A write that failed takes nothing away.
        held.note(Plain(BEGIN_MS + 60_000, 4));
        let (_, due) = held.due().unwrap().unwrap();
        assert_eq!(due.len(), 1, "a minute");
        held.note(Plain(BEGIN_MS + 60_001, 1));
        assert_eq!(held.next[&Span::HalfDay], Plain(BEGIN_MS + 60_001, 5));
    }

    #[tokio::test]
    async fn two_who_take_samples_write_one_after_the_other() {
        let (backend, sampler) = (memory(), Sampler::default());
        sampler.take(&*backend, Plain(BEGIN_MS, 1)).await.unwrap();
        let another = sampler.writing.lock().await;
        let mut second = pin!(sampler.take(&*backend, Plain(BEGIN_MS + 60_000, 2)));
        let polled = second.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
        assert_eq!(sampler.recent().len(), 2, "it is remembered at once");
        assert_eq!(half_day(&*backend).await, [Plain(BEGIN_MS, 1)]);
        drop(another);
        second.await.unwrap();
        let both = [Plain(BEGIN_MS, 1), Plain(BEGIN_MS + 60_000, 2)];
        assert_eq!(half_day(&*backend).await, both);
    }

    #[test]
    fn a_folder_is_measured_once_a_minute_and_after_the_clock_was_set_back() {
        let at = |ms: i64| UtcMillis::from_millis(1_800_000_000_000 + ms).unwrap();
        let mut measured = Measured::default();
        assert!(measured.is_old(at(0)));
        measured.take(at(0), Some(7));
        assert!(!measured.is_old(at(0)));
        assert!(!measured.is_old(at(59_999)));
        assert!(measured.is_old(at(60_000)));
        assert!(measured.is_old(at(-1)));
        assert_eq!(measured.bytes(), Some(7));
    }

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
