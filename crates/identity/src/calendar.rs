//! Deadlines. Statutory periods run in calendar days from the day after the event, and a last
//! day that is off rolls forward (民法典 arts. 201, 203); 工作日 need the days off that the State
//! Council's office announces for one year at a time.
//!
//! A year that nobody has announced is not guessed: the answer says that it is
//! [`Deadline::is_provisional`], counted by weekends alone, and is to be asked again.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

/// What is known when the program is built; a later file can be read with [`Calendar::parse`] and
/// put on top with [`Calendar::with_years_of`].
const KNOWN: &str = include_str!("../data/holidays.txt");
/// More than any period of law: a bound for the loops below.
const MOST_DAYS: u32 = 3_660;

/// Days off and days made up for, by year.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Calendar {
    years: BTreeMap<i32, Year>,
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Year {
    off: BTreeSet<NaiveDate>,
    made_up: BTreeSet<NaiveDate>,
}

/// The last day of a period.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a day, and whether it may still move")]
pub struct Deadline {
    /// The last day, China date.
    pub last_day: NaiveDate,
    /// A year it runs through has not been announced.
    pub is_provisional: bool,
}

/// A line of a calendar that cannot be read; lines count from 1.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line} of the calendar is not `YEAR rest DAYS work DAYS`")]
#[non_exhaustive]
pub struct CalendarError {
    /// Which line.
    pub line: usize,
}

impl Calendar {
    /// The years known when the program was built.
    ///
    /// # Panics
    /// Never: a test reads the file.
    #[expect(clippy::expect_used, reason = "the file is part of the program and a test reads it")]
    pub fn built_in() -> Self {
        Self::parse(KNOWN).expect("the calendar of the program is well formed")
    }

    /// Reads a calendar: lines `2026 rest 0101-0103 0215-0223 work 0104 0214`, `#` begins a
    /// comment.
    ///
    /// # Errors
    /// [`CalendarError`] with the line.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        let mut years = BTreeMap::new();
        for (line, content) in (1..).zip(text.lines()) {
            let content = content.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let (number, year) = read_year(content).ok_or(CalendarError { line })?;
            if years.insert(number, year).is_some() {
                return Err(CalendarError { line });
            }
        }
        Ok(Self { years })
    }

    /// This calendar with the years of a later one: what that says of a year wins as a whole.
    #[must_use]
    pub fn with_years_of(mut self, later: Self) -> Self {
        self.years.extend(later.years);
        self
    }

    /// The last year whose days are known.
    pub fn last_known_year(&self) -> Option<i32> {
        self.years.last_key_value().map(|(year, _)| *year)
    }

    /// Whether people work on this day; by the weekday alone in a year that is not known.
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        match self.years.get(&day.year()) {
            Some(year) if year.off.contains(&day) => false,
            Some(year) if year.made_up.contains(&day) => true,
            _ => !weekend,
        }
    }

    /// The end of a period of so many calendar days after an event; a last day that is off
    /// rolls to the next working day.
    pub fn after_days(&self, event: NaiveDate, days: u32) -> Deadline {
        let counted = event.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX);
        let mut last_day = counted;
        for _ in 0..MOST_DAYS {
            if self.is_working_day(last_day) {
                break;
            }
            last_day = last_day.succ_opt().unwrap_or(last_day);
        }
        // Only the days around the end decide, so only their years must be known.
        self.deadline(counted, last_day)
    }

    /// The end of a period of so many working days after an event (day 1 is the next working
    /// day); at most ten years are counted.
    pub fn after_working_days(&self, event: NaiveDate, working_days: u32) -> Deadline {
        let mut left = working_days;
        let mut day = event;
        for _ in 0..MOST_DAYS {
            if left == 0 {
                break;
            }
            day = day.succ_opt().unwrap_or(day);
            if self.is_working_day(day) {
                left -= 1;
            }
        }
        self.deadline(event, day)
    }

    /// Working days after `from` up to and with `to`: what is used of a period.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> u32 {
        let days = from.iter_days().skip(1).take_while(|day| *day <= to);
        let counted = days.filter(|day| self.is_working_day(*day)).count();
        u32::try_from(counted).unwrap_or(u32::MAX)
    }

    fn deadline(&self, first: NaiveDate, last_day: NaiveDate) -> Deadline {
        let known = (first.year()..=last_day.year()).all(|year| self.years.contains_key(&year));
        Deadline { last_day, is_provisional: !known }
    }
}

fn read_year(line: &str) -> Option<(i32, Year)> {
    let mut words = line.split_whitespace();
    let number: i32 = words.next()?.parse().ok()?;
    let mut year = Year::default();
    let mut into: Option<bool> = None;
    for word in words {
        match (word, into) {
            ("rest", None) => into = Some(true),
            ("work", Some(true)) => into = Some(false),
            (days, Some(rest)) => {
                let set = if rest { &mut year.off } else { &mut year.made_up };
                set.extend(read_days(number, days)?);
            }
            _ => return None,
        }
    }
    let disjoint = year.off.is_disjoint(&year.made_up);
    (into.is_some() && disjoint).then_some((number, year))
}

/// `0101` or `0101-0103` of a year.
fn read_days(year: i32, text: &str) -> Option<Vec<NaiveDate>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let [first, last] = [read_day(year, first)?, read_day(year, last)?];
    (first <= last).then(|| first.iter_days().take_while(|day| *day <= last).collect())
}

fn read_day(year: i32, text: &str) -> Option<NaiveDate> {
    if text.len() != 4 || !text.is_ascii() {
        return None;
    }
    let (month, day) = text.split_at(2);
    NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests;
