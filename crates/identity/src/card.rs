//! How long an identity card is valid, and whether that fits the age at issue
//! (居民身份证法 art. 5; domain.md 3.1).

use chrono::{Days, Months, NaiveDate};

use crate::resident_id::ResidentId;

/// A card is about to end that has fewer days left (edge case 31).
const SOON_DAYS: u64 = 30;

/// The last day printed on a card.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a card has a last day or none")]
pub enum CardEnd {
    /// The last day.
    On(NaiveDate),
    /// 长期: none.
    LongTerm,
}

/// The period printed on a card.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CardPeriod {
    from: NaiveDate,
    end: CardEnd,
}

/// The end of the period lies before its beginning.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the last day of the card lies before its first")]
#[non_exhaustive]
pub struct CardPeriodError;

/// What is to be said about a card on a day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CardFinding {
    /// It has ended: ID_EXPIRED.
    Expired(NaiveDate),
    /// It ends within 30 days.
    EndsSoon(NaiveDate),
    /// It begins later.
    NotYetValid(NaiveDate),
    /// No office issues a card of this length at that age: it may be forged.
    LengthDoesNotFitAge,
    /// It was issued before the person was born.
    IssuedBeforeBirth,
}

impl CardPeriod {
    /// The period from a first day to an end.
    ///
    /// # Errors
    /// The end lies before the first day.
    pub fn new(from: NaiveDate, end: CardEnd) -> Result<Self, CardPeriodError> {
        match end {
            CardEnd::On(last) if last < from => Err(CardPeriodError),
            CardEnd::On(_) | CardEnd::LongTerm => Ok(Self { from, end }),
        }
    }

    /// The last day.
    pub const fn end(&self) -> CardEnd {
        self.end
    }

    /// Whether the card is valid on this day: what counts for a signature is its own day
    /// (edge case 31).
    pub fn is_valid_on(&self, day: NaiveDate) -> bool {
        self.from <= day && self.end.is_at_or_after(day)
    }

    /// Everything to be said about the card of this person on this day.
    pub fn findings(&self, of: &ResidentId, today: NaiveDate) -> Vec<CardFinding> {
        let mut findings = Vec::new();
        if today < self.from {
            findings.push(CardFinding::NotYetValid(self.from));
        }
        findings.extend(self.end.finding(today));
        if self.from < of.born() {
            findings.push(CardFinding::IssuedBeforeBirth);
        } else if !self.fits_age(of.age_on(self.from)) {
            findings.push(CardFinding::LengthDoesNotFitAge);
        }
        findings
    }

    fn fits_age(self, age: u32) -> bool {
        match (years_of_card(age), self.end) {
            (None, CardEnd::LongTerm) => true,
            (Some(years), CardEnd::On(last)) => self
                .from
                .checked_add_months(Months::new(12 * years))
                // Offices print the day itself or the day before; 29 February moves by one.
                .is_some_and(|wanted| (wanted - last).num_days().abs() <= 1),
            (Some(_), CardEnd::LongTerm) | (None, CardEnd::On(_)) => false,
        }
    }
}

impl CardEnd {
    /// What is to be said of the last day alone, which is all that a handler declares.
    pub fn finding(self, today: NaiveDate) -> Option<CardFinding> {
        let Self::On(last) = self else { return None };
        let soon = today.checked_add_days(Days::new(SOON_DAYS)).unwrap_or(NaiveDate::MAX);
        if last < today {
            Some(CardFinding::Expired(last))
        } else {
            (last <= soon).then_some(CardFinding::EndsSoon(last))
        }
    }

    fn is_at_or_after(self, day: NaiveDate) -> bool {
        match self {
            Self::On(last) => day <= last,
            Self::LongTerm => true,
        }
    }
}

/// Years a card is issued for at this age; `None`: for good.
pub const fn years_of_card(age: u32) -> Option<u32> {
    match age {
        ..16 => Some(5),
        16..=25 => Some(10),
        26..=45 => Some(20),
        46.. => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    /// Born 1990-03-07.
    fn holder() -> ResidentId {
        ResidentId::parse("330112199003079999", day(2026, 11, 23)).unwrap()
    }

    fn findings(from: NaiveDate, end: CardEnd, today: NaiveDate) -> Vec<CardFinding> {
        CardPeriod::new(from, end).unwrap().findings(&holder(), today)
    }

    #[test]
    fn a_card_lasts_five_ten_twenty_years_or_for_good_by_the_age_at_issue() {
        assert_eq!(
            [0, 15, 16, 25, 26, 45, 46, 99].map(years_of_card),
            [Some(5), Some(5), Some(10), Some(10), Some(20), Some(20), None, None]
        );
    }

    #[test]
    fn a_length_that_no_office_prints_is_a_hint_of_forgery() {
        let today = day(2026, 11, 23);
        let issued = day(2020, 5, 1);
        assert_eq!(findings(issued, CardEnd::On(day(2040, 5, 1)), today), []);
        assert_eq!(findings(issued, CardEnd::On(day(2040, 4, 30)), today), []);
        for end in [CardEnd::On(day(2030, 5, 1)), CardEnd::LongTerm, CardEnd::On(day(2040, 5, 3))] {
            assert_eq!(findings(issued, end, today), [CardFinding::LengthDoesNotFitAge]);
        }
    }

    #[test]
    fn edge_case_31_a_card_that_ends_is_said_thirty_days_before_and_counts_on_the_day_of_signing() {
        let last = day(2040, 5, 1);
        let period = CardPeriod::new(day(2020, 5, 1), CardEnd::On(last)).unwrap();
        let on = |today| period.findings(&holder(), today);
        assert_eq!(on(day(2040, 3, 31)), []);
        assert_eq!(on(day(2040, 4, 1)), [CardFinding::EndsSoon(last)]);
        assert_eq!(on(last), [CardFinding::EndsSoon(last)]);
        assert_eq!(on(day(2040, 5, 2)), [CardFinding::Expired(last)]);
        assert!(period.is_valid_on(last) && !period.is_valid_on(day(2040, 5, 2)));
    }

    #[test]
    fn a_card_from_before_birth_or_from_tomorrow_is_named() {
        let today = day(2026, 11, 23);
        assert_eq!(
            findings(day(1989, 1, 1), CardEnd::LongTerm, today),
            [CardFinding::IssuedBeforeBirth]
        );
        let from = day(2026, 11, 24);
        assert_eq!(
            findings(from, CardEnd::On(day(2046, 11, 24)), today),
            [CardFinding::NotYetValid(from)]
        );
        assert_eq!(CardPeriod::new(from, CardEnd::On(today)).unwrap_err(), CardPeriodError);
    }

    #[test]
    fn the_first_day_of_a_card_counts_and_a_card_may_be_from_the_day_of_birth() {
        let first = day(2020, 5, 1);
        assert_eq!(findings(first, CardEnd::On(day(2040, 5, 1)), first), []);
        let born = holder().born();
        assert_eq!(findings(born, CardEnd::On(day(1995, 3, 7)), born), []);
        let before = day(1990, 3, 6);
        assert_eq!(
            findings(before, CardEnd::On(day(1995, 3, 6)), before),
            [CardFinding::IssuedBeforeBirth]
        );
    }
}
