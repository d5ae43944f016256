//! How a service stands over time: plots of its figures, and both logs compared. Drawn here, on the server, for the
//! platform's page of coverage as for a custodian's.

mod compared;
mod custody;
mod plot;

pub use compared::{Comparison, Finding, Found, comparisons};
pub use custody::{CustodyPage, CustodyPoint};
pub use plot::{Drawn, Plot, Series};

use heqi_vocabulary::Language;
use maud::html;

use crate::words::Words;

/// Over which time figures are drawn.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "pages offer each")]
pub enum Range {
    /// The last minutes, as the service remembers them.
    Now,
    /// Half a day, one sample a minute.
    HalfDay,
    /// A week, one sample a quarter of an hour.
    Week,
    /// A year, one sample a day.
    Year,
}

impl Range {
    /// Every range.
    pub const ALL: [Self; 4] = [Self::Now, Self::HalfDay, Self::Week, Self::Year];

    /// The range of a word; any other word is the last minutes.
    pub fn of_word(word: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|range| Some(range.word()) == word).unwrap_or(Self::Now)
    }

    /// Its word in addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::HalfDay => "half_day",
            Self::Week => "week",
            Self::Year => "year",
        }
    }

    const fn name(self) -> Words {
        match self {
            Self::Now => Words::new("最近几分钟", "the last minutes"),
            Self::HalfDay => Words::new("12小时", "12 hours"),
            Self::Week => Words::new("7天", "7 days"),
            Self::Year => Words::new("一年", "a year"),
        }
    }

    /// How far apart samples may be to be joined, in milliseconds.
    pub const fn gap_ms(self) -> i64 {
        match self {
            Self::Now => 20_000,
            Self::HalfDay => 3 * 60_000,
            Self::Week => 3 * 15 * 60_000,
            Self::Year => 3 * 24 * 3_600_000,
        }
    }

    /// The other ranges to choose from.
    pub fn choice(self, l: Language) -> Drawn {
        Drawn::from(html! {
            nav .ranges aria-label=(RANGES.in_language(l)) {
                @for range in Self::ALL {
                    @let current = (range == self).then_some("true");
                    a href={ "?range=" (range.word()) } aria-current=[current] {
                        (range.name().in_language(l))
                    }
                }
            }
        })
    }
}

/// How many, as a value of a plot: exact up to four thousand million.
pub fn float(number: u64) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// Milliseconds, as a value of a plot.
pub fn ms(number: i64) -> f64 {
    f64::from(i32::try_from(number).unwrap_or(i32::MAX))
}

/// Bytes in tenths of a megabyte, which fit a float exactly.
pub fn mega(bytes: u64) -> f64 {
    float(bytes / 100_000) / 10.0
}

/// How a number is written.
pub fn count(value: f64, _: Language) -> String {
    format!("{value:.0}")
}

/// How seconds are written.
pub fn seconds(value: f64, l: Language) -> String {
    format!("{value:.0} {}", l.pick("秒", "s"))
}

/// How megabytes are written.
pub fn megabytes(value: f64, _: Language) -> String {
    format!("{value:.1} MB")
}

/// How milliseconds are written: as [`duration`].
pub fn lag(value: f64, l: Language) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds that came from an i32")]
    let whole = value.round() as i64;
    duration(whole, l)
}

/// Milliseconds up to ten seconds, then seconds, then minutes, always with the unit.
pub fn duration(ms: i64, language: Language) -> String {
    let ms = ms.max(0);
    let (number, unit) = match ms {
        0..10_000 => (ms, Words::new("毫秒", "ms")),
        10_000..600_000 => (ms / 1_000, Words::new("秒", "s")),
        _ => (ms / 60_000, Words::new("分钟", "min")),
    };
    format!("{number} {}", unit.in_language(language))
}

const RANGES: Words = Words::new("时间范围", "Range of time");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_a_unit_that_fits_it() {
        assert_eq!(duration(850, Language::En), "850 ms");
        assert_eq!(duration(75_000, Language::Zh), "75 秒");
        assert_eq!(duration(3_600_000, Language::En), "60 min");
        assert_eq!(duration(-5, Language::En), "0 ms");
    }

    #[test]
    fn each_range_has_its_word_and_any_other_word_is_the_last_minutes() {
        for range in Range::ALL {
            assert_eq!(Range::of_word(Some(range.word())), range);
            let nav = range.choice(Language::Zh);
            assert_eq!(nav.as_str().matches("aria-current").count(), 1);
        }
        for word in [None, Some(""), Some("decade")] {
            assert_eq!(Range::of_word(word), Range::Now);
        }
    }
}
