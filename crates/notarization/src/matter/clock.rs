//! The statutory clock: fifteen working days from acceptance to the certificate (公证法 art. 30).
//! Force majeure, the supplement of materials and verification do not count; each such pause
//! has its reason and stands in the record.

use chrono::NaiveDate;
use heqi_identity::Calendar;
use serde::{Deserialize, Serialize};

/// Working days from acceptance to issue (公证法 art. 30).
pub const WORKING_DAYS: u32 = 15;
/// From how many working days left somebody is warned.
pub const WARN_FROM: u32 = 3;
/// More days than any pause: a bound for the loop below.
const MOST_DAYS: usize = 3_660;

/// Why a pause does not count (公证法 art. 30).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the law names three")]
pub enum PauseReason {
    /// 不可抗力.
    ForceMajeure,
    /// 补充证明材料.
    Supplement,
    /// 核实有关情况.
    Verification,
}

impl PauseReason {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ForceMajeure, Self::Supplement, Self::Verification];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ForceMajeure => "force_majeure",
            Self::Supplement => "supplement",
            Self::Verification => "verification",
        }
    }
}

/// One pause: the day it begins still counts, and so does the day after its end.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "drawn day by day by whoever shows the clock")]
pub struct Pause {
    /// Its first day that does not count is the day after this one.
    pub from: NaiveDate,
    /// Its last day that does not count; it lasts while there is none.
    pub to: Option<NaiveDate>,
    /// Why.
    pub reason: PauseReason,
}

impl Pause {
    fn covers(&self, day: NaiveDate) -> bool {
        day > self.from && self.to.is_none_or(|to| day <= to)
    }
}

/// The clock of one matter.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StatutoryClock {
    accepted_on: NaiveDate,
    pauses: Vec<Pause>,
    stopped_on: Option<NaiveDate>,
}

/// How the clock stands on a day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "read by whoever shows the clock")]
pub struct Standing {
    /// Working days used.
    pub used: u32,
    /// Working days left; negative when it is over.
    pub left: i64,
    /// The last day, as far as pauses are known.
    pub last_day: NaiveDate,
    /// Whether it runs through a year whose days off are not announced.
    pub is_provisional: bool,
    /// Whether it stands still.
    pub is_paused: bool,
    /// What is to be said about it.
    pub warning: Warning,
}

/// What is to be said about a clock.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "three ways to look at it")]
pub enum Warning {
    /// Nothing.
    None,
    /// [`WARN_FROM`] working days or fewer are left.
    Soon,
    /// The last day is over.
    Over,
}

/// One day of the bar: from the day after acceptance on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "drawn by whoever shows the clock")]
pub struct ClockDay {
    /// The day.
    pub day: NaiveDate,
    /// Why it does not count; `None` for a day that does.
    pub off: Option<Off>,
    /// Whether it is past or today.
    pub is_past: bool,
}

/// Why a day does not count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there are two ways")]
pub enum Off {
    /// Nobody works.
    Rest,
    /// The clock stands still.
    Paused(PauseReason),
}

impl StatutoryClock {
    /// A clock that begins with acceptance on this China date.
    pub const fn start(accepted_on: NaiveDate) -> Self {
        Self { accepted_on, pauses: Vec::new(), stopped_on: None }
    }

    /// The pauses so far.
    pub fn pauses(&self) -> &[Pause] {
        &self.pauses
    }

    /// Whether it stands still now.
    pub fn is_paused(&self) -> bool {
        self.pauses.last().is_some_and(|pause| pause.to.is_none())
    }

    /// Stands still from now on. `false`: it does already, or it has stopped.
    pub fn pause(&mut self, from: NaiveDate, reason: PauseReason) -> bool {
        let may = !self.is_paused() && self.stopped_on.is_none();
        if may {
            self.pauses.push(Pause { from, to: None, reason });
        }
        may
    }

    /// Goes on. `false`: it did not stand still.
    pub fn resume(&mut self, to: NaiveDate) -> bool {
        match self.pauses.last_mut().filter(|pause| pause.to.is_none()) {
            Some(pause) => {
                pause.to = Some(to.max(pause.from));
                true
            }
            None => false,
        }
    }

    /// Stops for good: the certificate is issued, or there will be none.
    pub fn stop(&mut self, on: NaiveDate) {
        self.resume(on);
        self.stopped_on.get_or_insert(on);
    }

    /// How it stands at the end of `today`.
    pub fn standing(&self, calendar: &Calendar, today: NaiveDate) -> Standing {
        let today = self.stopped_on.unwrap_or(today);
        let mut used = 0;
        let mut last_day = self.accepted_on;
        let mut counted = 0;
        for day in self.accepted_on.iter_days().skip(1).take(MOST_DAYS) {
            if day > today && counted >= WORKING_DAYS {
                break;
            }
            // A pause that lasts moves the last day by one with every day: what is shown then
            // is the day it would be if it ended today.
            let counts = calendar.is_working_day(day)
                && !self.pauses.iter().any(|p| p.covers(day) && (p.to.is_some() || day <= today));
            if counts {
                counted += 1;
                if day <= today {
                    used += 1;
                }
                if counted <= WORKING_DAYS {
                    last_day = day;
                }
            }
        }
        let left = i64::from(WORKING_DAYS) - i64::from(used);
        let warning = match left {
            _ if self.stopped_on.is_some() => Warning::None,
            ..=-1 => Warning::Over,
            0 if today > last_day => Warning::Over,
            left if left <= i64::from(WARN_FROM) => Warning::Soon,
            _ => Warning::None,
        };
        Standing {
            used,
            left,
            last_day,
            is_provisional: calendar
                .last_known_year()
                .is_none_or(|year| chrono::Datelike::year(&last_day) > year),
            is_paused: self.is_paused(),
            warning,
        }
    }

    /// Every day from the day after acceptance to the last day, for the bar.
    pub fn days(&self, calendar: &Calendar, today: NaiveDate) -> Vec<ClockDay> {
        let standing = self.standing(calendar, today);
        let end = standing.last_day.max(today.min(self.stopped_on.unwrap_or(today)));
        let days = self.accepted_on.iter_days().skip(1).take(MOST_DAYS);
        days.take_while(|day| *day <= end)
            .map(|day| {
                let paused =
                    self.pauses.iter().find(|p| p.covers(day) && (p.to.is_some() || day <= today));
                let off = match paused {
                    Some(pause) => Some(Off::Paused(pause.reason)),
                    None if calendar.is_working_day(day) => None,
                    None => Some(Off::Rest),
                };
                ClockDay { day, off, is_past: day <= today }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn edge_case_49_the_statutory_clock_steps_over_the_spring_festival_and_weekends() {
        // Tuesday 2026-01-27; the spring festival of 2026 is off from 02-15 to 02-23 and worked
        // for on 02-14 and 02-28 (edge case 49).
        let calendar = Calendar::built_in();
        let clock = StatutoryClock::start(day("2026-01-27"));
        let standing = clock.standing(&calendar, day("2026-01-27"));
        assert_eq!(standing.last_day, day("2026-02-24"));
        assert_eq!((standing.used, standing.left), (0, 15));
        assert!(!standing.is_provisional);
        assert_eq!(clock.standing(&calendar, day("2026-02-14")).left, 1);
    }

    #[test]
    fn a_pause_does_not_count_and_moves_the_last_day() {
        let calendar = Calendar::built_in();
        let mut clock = StatutoryClock::start(day("2026-11-23"));
        assert_eq!(clock.standing(&calendar, day("2026-11-23")).last_day, day("2026-12-14"));
        assert!(clock.pause(day("2026-11-24"), PauseReason::Supplement));
        assert!(!clock.pause(day("2026-11-24"), PauseReason::Verification), "one at a time");
        let paused = clock.standing(&calendar, day("2026-11-26"));
        assert!(paused.is_paused);
        assert_eq!((paused.used, paused.last_day), (1, day("2026-12-16")));
        assert!(clock.resume(day("2026-11-27")));
        assert!(!clock.resume(day("2026-11-27")));
        let on = clock.standing(&calendar, day("2026-11-30"));
        assert_eq!((on.used, on.last_day), (2, day("2026-12-17")));
    }

    #[test]
    fn somebody_is_warned_before_it_runs_out_and_told_when_it_has() {
        let calendar = Calendar::built_in();
        let mut clock = StatutoryClock::start(day("2026-11-23"));
        let warning = |clock: &StatutoryClock, on| clock.standing(&calendar, day(on)).warning;
        assert_eq!(warning(&clock, "2026-12-08"), Warning::None);
        assert_eq!(warning(&clock, "2026-12-09"), Warning::Soon);
        assert_eq!(warning(&clock, "2026-12-14"), Warning::Soon);
        assert_eq!(warning(&clock, "2026-12-15"), Warning::Over);
        clock.stop(day("2026-12-10"));
        assert_eq!(warning(&clock, "2026-12-15"), Warning::None);
    }

    #[test]
    fn the_bar_has_every_day_and_says_why_it_does_not_count() {
        let calendar = Calendar::built_in();
        let mut clock = StatutoryClock::start(day("2026-11-26"));
        clock.pause(day("2026-11-30"), PauseReason::Verification);
        let days = clock.days(&calendar, day("2026-12-01"));
        let off: Vec<_> = days.iter().take(5).map(|d| d.off).collect();
        let paused = Some(Off::Paused(PauseReason::Verification));
        assert_eq!(off, [None, Some(Off::Rest), Some(Off::Rest), None, paused]);
        assert_eq!(days.iter().filter(|d| d.off.is_none()).count(), 15);
    }
}
