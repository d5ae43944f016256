//! What the shareholders of a limited liability company promise to pay in
//! (公司法 arts. 42, 47; domain.md 3.7).

use chrono::{Months, NaiveDate};
use heqi_vocabulary::{Explain, Explanation, Language};

use crate::amount::Fen;

const MOST_SHAREHOLDERS: usize = 50;
const MOST_YEARS: u32 = 5;

/// One shareholder's promise.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the two facts of a promise")]
pub struct Contribution {
    /// How much.
    pub amount: Fen,
    /// By when.
    pub due: NaiveDate,
}

/// Why the promises do not make a company. Places count from 1, in the order given.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ContributionsError {
    /// None, or more than fifty (art. 42).
    #[error("a limited liability company has 1 to 50 shareholders")]
    Shareholders(usize),
    /// One promises nothing.
    #[error("shareholder {0} promises nothing")]
    Nothing(usize),
    /// The sum is not the registered capital.
    #[error("the contributions add up to {sum} yuan and the registered capital is {capital} yuan")]
    Sum {
        /// What they add up to.
        sum: Fen,
        /// What is registered.
        capital: Fen,
    },
    /// One is due more than five years after establishment (art. 47), or before it.
    #[error("the contribution of shareholder {0} is due too late or before the establishment")]
    Due(usize),
}

/// Whether these promises make a company with this capital, established on this day.
///
/// # Errors
/// [`ContributionsError`], the first that applies.
pub fn check(
    contributions: &[Contribution],
    capital: Fen,
    established: NaiveDate,
) -> Result<(), ContributionsError> {
    if !(1..=MOST_SHAREHOLDERS).contains(&contributions.len()) {
        return Err(ContributionsError::Shareholders(contributions.len()));
    }
    let latest = established.checked_add_months(Months::new(12 * MOST_YEARS));
    let latest = latest.unwrap_or(NaiveDate::MAX);
    for (place, contribution) in (1..).zip(contributions) {
        if contribution.amount == Fen::default() {
            return Err(ContributionsError::Nothing(place));
        }
        if contribution.due > latest || contribution.due < established {
            return Err(ContributionsError::Due(place));
        }
    }
    match Fen::sum(contributions.iter().map(|contribution| contribution.amount)) {
        Some(sum) if sum == capital => Ok(()),
        sum => Err(ContributionsError::Sum { sum: sum.unwrap_or_default(), capital }),
    }
}

impl Explain for ContributionsError {
    fn code(&self) -> &'static str {
        match self {
            Self::Shareholders(_) => "contributions_shareholders",
            Self::Nothing(_) => "contributions_nothing",
            Self::Sum { .. } => "contributions_sum",
            Self::Due(_) => "contributions_due",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        match (self, language) {
            (Self::Shareholders(number), Language::Zh) => Explanation::new(
                format!("有限责任公司的股东为 1 至 50 人，现有 {number} 人。"),
                "请核对股东名单（公司法第四十二条）。",
            ),
            (Self::Shareholders(number), Language::En) => Explanation::new(
                format!(
                    "A limited liability company has 1 to 50 shareholders; there are {number}."
                ),
                "Check the list of shareholders (Company Law, art. 42).",
            ),
            (Self::Nothing(place), Language::Zh) => {
                Explanation::new(format!("第 {place} 位股东没有认缴出资额。"), "请填写认缴出资额。")
            }
            (Self::Nothing(place), Language::En) => Explanation::new(
                format!("Shareholder {place} promises nothing."),
                "Give the amount of the contribution.",
            ),
            (Self::Sum { sum, capital }, Language::Zh) => Explanation::new(
                format!("认缴出资合计 {sum} 元，与注册资本 {capital} 元不一致。"),
                "请核对每位股东的出资额。",
            ),
            (Self::Sum { sum, capital }, Language::En) => Explanation::new(
                format!(
                    "The contributions add up to {sum} yuan; the registered capital is {capital} yuan."
                ),
                "Check each contribution.",
            ),
            (Self::Due(place), Language::Zh) => Explanation::new(
                format!("第 {place} 位股东的出资期限不在公司成立后五年以内。"),
                "请修改出资日期（公司法第四十七条）。",
            ),
            (Self::Due(place), Language::En) => Explanation::new(
                format!(
                    "The contribution of shareholder {place} is not due within five years of establishment."
                ),
                "Change the date (Company Law, art. 47).",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn promised(yuan: &str, due: NaiveDate) -> Contribution {
        Contribution { amount: Fen::parse_yuan(yuan).unwrap(), due }
    }

    #[test]
    fn the_shares_of_the_demo_make_its_capital() {
        let due = day(2031, 11, 23);
        let shares =
            ["300000", "250000", "200000", "100000", "150000"].map(|yuan| promised(yuan, due));
        let capital = Fen::parse_yuan("1000000").unwrap();
        assert_eq!(check(&shares, capital, day(2026, 11, 23)), Ok(()));
        let short = check(&shares[..4], capital, day(2026, 11, 23)).unwrap_err();
        assert_eq!(
            short,
            ContributionsError::Sum { sum: Fen::parse_yuan("850000").unwrap(), capital }
        );
    }

    #[test]
    fn five_years_and_fifty_shareholders_are_the_limits() {
        let capital = Fen::parse_yuan("51").unwrap();
        let established = day(2026, 11, 23);
        let late = [promised("51", day(2031, 11, 24))];
        assert_eq!(check(&late, capital, established), Err(ContributionsError::Due(1)));
        let early = [promised("51", day(2026, 11, 22))];
        assert_eq!(check(&early, capital, established), Err(ContributionsError::Due(1)));
        let many = vec![promised("1", established); 51];
        assert_eq!(check(&many, capital, established), Err(ContributionsError::Shareholders(51)));
        assert_eq!(check(&[], capital, established), Err(ContributionsError::Shareholders(0)));
        let nothing = [promised("51", established), promised("0", established)];
        assert_eq!(check(&nothing, capital, established), Err(ContributionsError::Nothing(2)));
    }
}
