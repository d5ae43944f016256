//! Instants and the clock port.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::language::Language;

/// Gives the present instant. Time is always an argument: services pass the system's
/// clock, tests and simulations pass their own.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> UtcMillis;
}

/// An instant in milliseconds since 1970-01-01T00:00:00Z, written as RFC 3339 in UTC
/// with exactly three fraction digits (`2026-11-23T12:05:00.123Z`).
///
/// Bounds: years 0000 to 9999.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UtcMillis(i64);

/// Why a text or number is not an instant.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an instant is written like 2026-11-23T12:05:00.123Z, in UTC with milliseconds")]
pub struct InstantError;

const YEAR_0000_MS: i64 = -62_167_219_200_000;
const YEAR_9999_END_MS: i64 = 253_402_300_799_999;
const FORM: &str = "%Y-%m-%dT%H:%M:%S%.3fZ";
/// Asia/Shanghai has had one offset, without daylight saving, since 1991.
const SHANGHAI_SECONDS: i32 = 8 * 3600;

impl UtcMillis {
    /// The instant `ms` milliseconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// Outside the years 0000 to 9999.
    pub const fn from_millis(ms: i64) -> Result<Self, InstantError> {
        if ms < YEAR_0000_MS || ms > YEAR_9999_END_MS { Err(InstantError) } else { Ok(Self(ms)) }
    }

    /// The instant `seconds` after 1970-01-01T00:00:00Z (POSIX time).
    ///
    /// # Errors
    /// Outside the years 0000 to 9999.
    pub fn from_unix_seconds(seconds: u64) -> Result<Self, InstantError> {
        i64::try_from(seconds)
            .ok()
            .and_then(|s| s.checked_mul(1000))
            .ok_or(InstantError)
            .and_then(Self::from_millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01T00:00:00Z; 0 before it.
    pub fn unix_seconds(self) -> u64 {
        u64::try_from(self.0.div_euclid(1000)).unwrap_or(0)
    }

    /// This instant moved by `ms` milliseconds, held inside the bounds.
    #[must_use]
    pub fn plus_millis(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms).clamp(YEAR_0000_MS, YEAR_9999_END_MS))
    }

    /// Milliseconds from `earlier` to this instant (negative when `earlier` is later).
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// The calendar day in Asia/Shanghai as `yyyyMMdd`, the form used in numbers shown
    /// to people.
    pub fn shanghai_day(self) -> String {
        self.in_shanghai().map_or_else(String::new, |t| t.format("%Y%m%d").to_string())
    }

    /// The calendar day in Asia/Shanghai.
    pub fn shanghai_date(self) -> NaiveDate {
        self.in_shanghai().map_or_else(NaiveDate::default, |t| t.date_naive())
    }

    /// The midnight with which a day begins in Asia/Shanghai.
    ///
    /// # Errors
    /// Outside the years 0000 to 9999.
    pub fn shanghai_midnight(day: NaiveDate) -> Result<Self, InstantError> {
        let utc = day.and_time(NaiveTime::MIN).and_utc().timestamp_millis();
        Self::from_millis(utc.saturating_sub(i64::from(SHANGHAI_SECONDS) * 1000))
    }

    /// For people: to the second, with the zone, `2026-11-23 20:05:00 +08:00`.
    pub fn for_people(self) -> String {
        self.in_shanghai()
            .map_or_else(String::new, |t| t.format("%Y-%m-%d %H:%M:%S %:z").to_string())
    }

    /// For short messages: to the minute in Asia/Shanghai, without year and zone,
    /// `11月23日20:05` or `23 Nov 20:05`.
    pub fn short_in_shanghai(self, language: Language) -> String {
        let form = language.pick("%-m月%-d日%H:%M", "%-d %b %H:%M");
        self.in_shanghai().map_or_else(String::new, |t| t.format(form).to_string())
    }

    fn in_shanghai(self) -> Option<DateTime<FixedOffset>> {
        let offset = FixedOffset::east_opt(SHANGHAI_SECONDS)?;
        Some(self.date_time().with_timezone(&offset))
    }

    fn date_time(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }
}

impl fmt::Display for UtcMillis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.date_time().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl fmt::Debug for UtcMillis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UtcMillis({self})")
    }
}

impl FromStr for UtcMillis {
    type Err = InstantError;

    fn from_str(text: &str) -> Result<Self, InstantError> {
        let parsed = NaiveDateTime::parse_from_str(text, FORM).map_err(|_| InstantError)?;
        let instant = Self::from_millis(parsed.and_utc().timestamp_millis())?;
        // One instant, one spelling: signed bytes must not have two forms.
        if instant.to_string() == text { Ok(instant) } else { Err(InstantError) }
    }
}

impl Serialize for UtcMillis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UtcMillis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_survives_its_text() {
        for ms in [0, 1, -1, 1_767_225_600_000, YEAR_0000_MS, YEAR_9999_END_MS] {
            let instant = UtcMillis::from_millis(ms).unwrap();
            assert_eq!(instant.to_string().parse::<UtcMillis>().unwrap(), instant);
        }
        assert_eq!(UtcMillis::from_millis(0).unwrap().to_string(), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn an_instant_counts_seconds_and_the_time_since_another() {
        let at = |ms| UtcMillis::from_millis(ms).unwrap();
        assert_eq!((at(1_999).unix_seconds(), at(2_000).unix_seconds()), (1, 2));
        assert_eq!(at(-1).unix_seconds(), 0);
        assert_eq!((at(7).millis_since(at(4)), at(4).millis_since(at(7))), (3, -3));
        assert_eq!(format!("{:?}", at(0)), "UtcMillis(1970-01-01T00:00:00.000Z)");
    }

    #[test]
    fn only_the_canonical_spelling_is_read() {
        for text in [
            "2026-11-23T12:05:00Z",
            "2026-11-23T12:05:00.1Z",
            "2026-11-23T12:05:00.1234Z",
            "2026-11-23T12:05:00.123+00:00",
            "2026-11-23 12:05:00.123Z",
            "2026-02-30T12:05:00.123Z",
            "2026-11-23T12:05:60.000Z",
            "02026-11-23T12:05:00.123Z",
            "",
        ] {
            assert!(text.parse::<UtcMillis>().is_err(), "{text}");
        }
    }

    #[test]
    fn people_read_shanghai_time_with_its_zone() {
        let instant: UtcMillis = "2026-11-23T16:05:00.123Z".parse().unwrap();
        assert_eq!(instant.for_people(), "2026-11-24 00:05:00 +08:00");
        assert_eq!(instant.shanghai_day(), "20261124");
        assert_eq!(instant.short_in_shanghai(Language::Zh), "11月24日00:05");
        assert_eq!(instant.short_in_shanghai(Language::En), "24 Nov 00:05");
    }

    #[test]
    fn a_day_of_shanghai_begins_at_its_midnight() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        let begins = UtcMillis::shanghai_midnight(day).unwrap();
        assert_eq!(begins.to_string(), "2026-11-23T16:00:00.000Z");
        assert_eq!(begins.shanghai_date(), day);
        assert_eq!(begins.plus_millis(-1).shanghai_date(), day.pred_opt().unwrap());
        assert!(UtcMillis::shanghai_midnight(NaiveDate::MAX).is_err());
    }

    #[test]
    fn arithmetic_stays_inside_the_bounds() {
        let end = UtcMillis::from_millis(YEAR_9999_END_MS).unwrap();
        assert_eq!(end.plus_millis(i64::MAX), end);
        assert!(UtcMillis::from_millis(YEAR_9999_END_MS + 1).is_err());
        assert!(UtcMillis::from_unix_seconds(u64::MAX).is_err());
    }
}
