//! Alarms: figures with a limit. Somebody is told once when a limit is passed, and once
//! when it holds again.
//!
//! An alarm is raised when its figure was beyond its limit at two looks in a row, so that a
//! single slow moment wakes nobody, and cleared at the first look within it. An alarm that
//! must not wait (a failed sync) is raised at once and stays.
//!
//! Three ways to learn of it: a log line, the gauge `heqi_alarm{alarm="…"}` in `/metrics`,
//! and `GET /alarms`. Nothing here is about a person: names are written in the code, values
//! are numbers.

use std::fmt;
use std::future::{Ready, ready};
use std::sync::atomic::AtomicU64;

use actix_web::HttpResponse;
use actix_web::web::Data;
use heqi_vocabulary::{Language, UtcMillis};
use parking_lot::Mutex;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use serde::{Deserialize, Serialize};

use crate::{Metrics, ReaderLanguage};

mod common;

pub use common::Figure as CountedFigure;

/// Looks in a row beyond the limit before somebody is told.
const LOOKS_BEFORE_RAISED: u32 = 2;

/// What is watched.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers write it out")]
pub struct Watch {
    /// The name for programs: `checkpoint_age`.
    pub name: &'static str,
    /// The unit of figure and limit: `s`, `deposits`.
    pub unit: &'static str,
    /// Beyond this figure the alarm is raised.
    pub limit: u64,
    /// Whether it must not wait for a second look, and is never cleared by itself.
    pub lasting: bool,
    /// What happened, in Chinese and English.
    pub means: (&'static str, &'static str),
    /// What to do, in Chinese and English.
    pub next_step: (&'static str, &'static str),
}

/// The `alarms` table of the settings: beyond which figure somebody is told.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(default)]
#[non_exhaustive]
pub struct AlarmLimits {
    /// How often every figure is looked at, in milliseconds.
    pub look_every_ms: u64,
    /// Age of the newest cosignature on the published head, in seconds. A head that does
    /// not grow is cosigned again each minute.
    pub checkpoint_age_s: u64,
    /// Leaves that the peer has not cosigned.
    pub cosignature_lag: u64,
    /// For how long the oldest deposit may wait for its answer, in seconds.
    pub deposit_oldest_s: u64,
    /// Deposits that wait for their answer, per custodian.
    pub outstanding_deposits: u64,
    /// Changes that wait for the disk, at two looks one after the other. No more acts than `work_max` are under way at once.
    // Load beyond that is refused at the door, so that a higher limit could never be passed.
    pub queue_depth: u64,
    /// For how long one batch may be with the disk, in milliseconds, at two looks one after the other.
    pub disk_wait_ms: u64,
    /// Rows not yet in the index.
    pub index_lag: u64,
    /// How far our clock may be from the peer's, in milliseconds.
    pub clock_offset_ms: u64,
    /// Age of the newest time stamp of the authority that is furthest behind, in seconds. A
    /// head that does not grow is stamped again after an hour at the latest.
    pub time_stamp_age_s: u64,
}

impl Default for AlarmLimits {
    fn default() -> Self {
        Self {
            look_every_ms: 5_000,
            checkpoint_age_s: 180,
            cosignature_lag: 20_000,
            deposit_oldest_s: 120,
            outstanding_deposits: 10_000,
            queue_depth: 200,
            disk_wait_ms: 5_000,
            index_lag: 1_000_000,
            clock_offset_ms: 2_000,
            time_stamp_age_s: 3_900,
        }
    }
}

type Figure = Box<dyn Fn() -> Option<u64> + Send + Sync>;

struct Watched {
    watch: Watch,
    figure: Figure,
    looks_beyond: u32,
    value: Option<u64>,
    since: Option<UtcMillis>,
}

/// Every alarm of a service.
pub struct Alarms {
    watched: Mutex<Vec<Watched>>,
    raised: Family<AlarmLabel, Gauge<u64, AtomicU64>>,
    times_raised: Family<AlarmLabel, Counter>,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct AlarmLabel {
    alarm: &'static str,
}

/// An alarm as it stands.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Alarm {
    /// The name for programs.
    pub alarm: &'static str,
    /// The figure at the last look; `None` while nobody could tell.
    pub value: Option<u64>,
    /// The limit.
    pub limit: u64,
    /// The unit of both.
    pub unit: &'static str,
    /// Since when it is raised; `None`: it is not.
    pub since: Option<UtcMillis>,
    /// What happened, in the reader's language; said only while it is raised.
    pub means: Option<&'static str>,
    /// What to do; said only while it is raised.
    pub next_step: Option<&'static str>,
}

impl Alarms {
    /// No alarm yet. Those that come show themselves in `metrics`.
    pub fn new(metrics: &Metrics) -> Self {
        Self {
            watched: Mutex::default(),
            raised: metrics.register("alarm", "1 while the alarm is raised", Family::default()),
            times_raised: metrics.register(
                "alarm_raised",
                "How often the alarm was raised since the start",
                Family::default(),
            ),
        }
    }

    /// Watches a figure. It is asked at each look, so it must be quick and must not wait;
    /// `None` means that it cannot be told now, which neither raises nor clears.
    pub fn watch(&self, watch: Watch, figure: impl Fn() -> Option<u64> + Send + Sync + 'static) {
        self.raised.get_or_create(&AlarmLabel { alarm: watch.name }).set(0);
        self.watched.lock().push(Watched {
            watch,
            figure: Box::new(figure),
            looks_beyond: 0,
            value: None,
            since: None,
        });
    }

    /// Looks at every figure and tells of what changed.
    pub fn look(&self, now: UtcMillis) {
        for watched in self.watched.lock().iter_mut() {
            let Some(value) = (watched.figure)() else { continue };
            watched.value = Some(value);
            match watched.take(value, now) {
                Change::Raised => self.tell_raised(&watched.watch, value),
                Change::Cleared { since } => self.tell_cleared(&watched.watch, value, since, now),
                Change::None => {}
            }
        }
    }

    fn tell_raised(&self, watch: &Watch, value: u64) {
        let label = AlarmLabel { alarm: watch.name };
        self.raised.get_or_create(&label).set(1);
        self.times_raised.get_or_create(&label).inc();
        tracing::error!(
            alarm.name = watch.name,
            alarm.value = value,
            alarm.limit = watch.limit,
            alarm.unit = watch.unit,
            alarm.means = watch.means.1,
            alarm.next_step = watch.next_step.1,
            "alarm raised"
        );
    }

    fn tell_cleared(&self, watch: &Watch, value: u64, since: UtcMillis, now: UtcMillis) {
        self.raised.get_or_create(&AlarmLabel { alarm: watch.name }).set(0);
        tracing::info!(
            alarm.name = watch.name,
            alarm.value = value,
            alarm.limit = watch.limit,
            duration_ms = now.millis_since(since),
            "alarm cleared"
        );
    }

    /// Every alarm as of the last look, raised ones first, each group by name.
    pub fn report(&self, language: Language) -> Vec<Alarm> {
        let mut report: Vec<Alarm> =
            self.watched.lock().iter().map(|watched| watched.as_it_stands(language)).collect();
        report.sort_by_key(|alarm| (alarm.since.is_none(), alarm.alarm));
        report
    }
}

impl fmt::Debug for Alarms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.report(Language::En)).finish()
    }
}

enum Change {
    None,
    Raised,
    Cleared { since: UtcMillis },
}

impl Watched {
    fn take(&mut self, value: u64, now: UtcMillis) -> Change {
        if value > self.watch.limit {
            self.looks_beyond = self.looks_beyond.saturating_add(1);
            let enough = self.watch.lasting || self.looks_beyond >= LOOKS_BEFORE_RAISED;
            if enough && self.since.is_none() {
                self.since = Some(now);
                return Change::Raised;
            }
        } else if !self.watch.lasting {
            self.looks_beyond = 0;
            if let Some(since) = self.since.take() {
                return Change::Cleared { since };
            }
        }
        Change::None
    }

    fn as_it_stands(&self, language: Language) -> Alarm {
        let say = |(zh, en): (&'static str, &'static str)| {
            self.since.is_some().then(|| language.pick(zh, en))
        };
        Alarm {
            alarm: self.watch.name,
            value: self.value,
            limit: self.watch.limit,
            unit: self.watch.unit,
            since: self.since,
            means: say(self.watch.means),
            next_step: say(self.watch.next_step),
        }
    }
}

/// `GET /alarms`: every alarm, raised ones first.
pub fn alarms(alarms: Data<Alarms>, language: ReaderLanguage) -> Ready<HttpResponse> {
    let report = alarms.into_inner().report(language.0);
    let raised = report.iter().filter(|alarm| alarm.since.is_some()).count();
    ready(HttpResponse::Ok().json(serde_json::json!({ "raised": raised, "alarms": report })))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;

    const AGE: Watch = Watch {
        name: "checkpoint_age",
        unit: "s",
        limit: 10,
        lasting: false,
        means: ("旧", "old"),
        next_step: ("看", "look"),
    };

    fn at(second: i64) -> UtcMillis {
        UtcMillis::from_millis(1_800_000_000_000 + second * 1_000).unwrap()
    }

    fn alarms(watch: Watch) -> (Metrics, Alarms, Arc<Mutex<Option<u64>>>) {
        let metrics = Metrics::default();
        let alarms = Alarms::new(&metrics);
        let figure = Arc::new(Mutex::new(Some(0)));
        let read = Arc::clone(&figure);
        alarms.watch(watch, move || *read.lock());
        (metrics, alarms, figure)
    }

    fn since(alarms: &Alarms) -> Option<UtcMillis> {
        alarms.report(Language::En)[0].since
    }

    #[test]
    fn one_bad_look_wakes_nobody_two_do_and_a_good_one_clears() {
        let (metrics, alarms, figure) = alarms(AGE);
        *figure.lock() = Some(11);
        alarms.look(at(0));
        assert_eq!(since(&alarms), None);
        alarms.look(at(1));
        assert_eq!(since(&alarms), Some(at(1)));
        assert!(metrics.to_text().unwrap().contains(r#"heqi_alarm{alarm="checkpoint_age"} 1"#));
        assert_eq!(alarms.report(Language::Zh)[0].means, Some("旧"));
        *figure.lock() = Some(10);
        alarms.look(at(2));
        assert_eq!(since(&alarms), None);
        let text = metrics.to_text().unwrap();
        assert!(text.contains(r#"heqi_alarm{alarm="checkpoint_age"} 0"#), "{text}");
        assert!(text.contains(r#"heqi_alarm_raised_total{alarm="checkpoint_age"} 1"#), "{text}");
    }

    #[test]
    fn a_figure_that_cannot_be_told_neither_raises_nor_clears() {
        let (_, alarms, figure) = alarms(AGE);
        *figure.lock() = Some(99);
        alarms.look(at(0));
        alarms.look(at(1));
        *figure.lock() = None;
        alarms.look(at(2));
        assert_eq!(since(&alarms), Some(at(1)));
    }

    #[test]
    fn a_lasting_alarm_is_raised_at_once_and_stays() {
        let (_, alarms, figure) = alarms(Watch { lasting: true, limit: 0, ..AGE });
        *figure.lock() = Some(1);
        alarms.look(at(0));
        *figure.lock() = Some(0);
        alarms.look(at(1));
        assert_eq!(since(&alarms), Some(at(0)));
    }

    #[test]
    fn the_report_puts_what_is_raised_first() {
        let (_, alarms, figure) = alarms(AGE);
        alarms.watch(Watch { name: "another", ..AGE }, || Some(0));
        *figure.lock() = Some(11);
        alarms.look(at(0));
        alarms.look(at(1));
        let names: Vec<&str> = alarms.report(Language::En).iter().map(|a| a.alarm).collect();
        assert_eq!(names, ["checkpoint_age", "another"]);
    }
}
