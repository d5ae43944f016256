//! Numbers of an application, an acceptance and a certificate (domain.md 5.3).

use std::fmt;
use std::str::FromStr;

use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why a text is not a number of the wanted kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the number does not have the form {0}")]
pub struct NumberFormError(pub &'static str);

macro_rules! office_number {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $form:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name {
            day: u32,
            serial: u32,
        }

        impl $name {
            /// The number with this serial of the day `at` falls on in Asia/Shanghai.
            ///
            /// # Errors
            /// The serial has more than six digits.
            pub fn new(at: UtcMillis, serial: u32) -> Result<Self, NumberFormError> {
                let day = at.shanghai_day().parse().map_err(|_| NumberFormError($form))?;
                if serial > 999_999 { Err(NumberFormError($form)) } else { Ok(Self { day, serial }) }
            }

            /// The day and the serial, as digits.
            pub(crate) const fn parts(self) -> (u32, u32) {
                (self.day, self.serial)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let digits = format!("{:08}{:06}", self.day, self.serial);
                write!(f, "{}{}{}", $prefix, digits, mod_11_10(&digits))
            }
        }

        impl FromStr for $name {
            type Err = NumberFormError;

            fn from_str(text: &str) -> Result<Self, NumberFormError> {
                let form = NumberFormError($form);
                let digits = text.strip_prefix($prefix).ok_or(form)?;
                if digits.len() != 15 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(form);
                }
                let (day, rest) = digits.split_at(8);
                let (serial, _) = rest.split_at(6);
                let number = Self {
                    day: day.parse().map_err(|_| form)?,
                    serial: serial.parse().map_err(|_| form)?,
                };
                if number.to_string() == text { Ok(number) } else { Err(form) }
            }
        }

        as_text!($name);
    };
}

macro_rules! as_text {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

office_number! {
    /// Application number 申请编号 `SQ{yyyyMMdd}{serial}{check}`.
    ApplicationNo, "SQ", "SQ, the day, a serial of six digits and a check digit"
}
office_number! {
    /// Acceptance number 受理编号 `SL{yyyyMMdd}{serial}{check}`.
    AcceptanceNo, "SL", "SL, the day, a serial of six digits and a check digit"
}

impl ApplicationNo {
    /// The number of these digits.
    pub(crate) const fn of_parts(day: u32, serial: u32) -> Self {
        Self { day, serial }
    }
}

/// How an office writes its certificate numbers: short name and category of one series.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "SeriesWire")]
pub struct Series {
    office: String,
    category: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeriesWire {
    office: String,
    category: String,
}

impl TryFrom<SeriesWire> for Series {
    type Error = NumberFormError;

    fn try_from(wire: SeriesWire) -> Result<Self, NumberFormError> {
        Self::new(&wire.office, &wire.category)
    }
}

impl Series {
    /// The series of an office's short name (`浙杭临`) and a category (`经`).
    ///
    /// # Errors
    /// Not 1 to 8 and 1 to 2 Chinese characters, or with `证`, `字`, `第`, `号` among them.
    pub fn new(office: &str, category: &str) -> Result<Self, NumberFormError> {
        let is_plain = |text: &str, most: usize| {
            (1..=most).contains(&text.chars().count())
                && text.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
                && !text.contains(['证', '字', '第', '号'])
        };
        if is_plain(office, 8) && is_plain(category, 2) {
            Ok(Self { office: office.to_owned(), category: category.to_owned() })
        } else {
            Err(NumberFormError("1 to 8 characters for the office, 1 or 2 for the category"))
        }
    }

    /// The office's short name.
    pub fn office(&self) -> &str {
        &self.office
    }

    /// The category.
    pub fn category(&self) -> &str {
        &self.category
    }

    /// The number of this year and serial.
    pub fn number(&self, year: u16, serial: u32) -> CertificateNo {
        CertificateNo { year, series: self.clone(), serial }
    }

    /// The row of the counter: one per office, year and category.
    pub fn counter(&self, year: u16) -> String {
        format!("{year}/{}/{}", self.office, self.category)
    }
}

/// Certificate number 公证书编号: `（2026）浙杭临证经字第000123号`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CertificateNo {
    year: u16,
    series: Series,
    serial: u32,
}

impl CertificateNo {
    /// The year.
    pub const fn year(&self) -> u16 {
        self.year
    }

    /// The serial within its series and year.
    pub const fn serial(&self) -> u32 {
        self.serial
    }

    /// Its series.
    pub const fn series(&self) -> &Series {
        &self.series
    }

    /// Names the number in rows and addresses.
    pub fn digest(&self) -> Digest {
        Digest::labelled("heqi.certificate-no/v1\n", self.to_string().as_bytes())
    }

    /// Its place in the register book: in order of series and serial.
    pub(crate) fn place(&self) -> String {
        let Series { office, category } = &self.series;
        format!("{}/{office}/{category}/{:09}", self.year, self.serial)
    }
}

impl fmt::Display for CertificateNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Series { office, category } = &self.series;
        write!(f, "（{}）{office}证{category}字第{:06}号", self.year, self.serial)
    }
}

impl FromStr for CertificateNo {
    type Err = NumberFormError;

    /// Reads a number as people type it: with half-width brackets, with spaces, without leading
    /// zeros.
    fn from_str(text: &str) -> Result<Self, NumberFormError> {
        let form = NumberFormError("（2026）浙杭临证经字第000123号");
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let rest = text.strip_prefix(['（', '(']).ok_or(form)?;
        let (year, rest) = rest.split_once(['）', ')']).ok_or(form)?;
        let (office, rest) = rest.split_once('证').ok_or(form)?;
        let (category, rest) = rest.split_once("字第").ok_or(form)?;
        let serial = rest.strip_suffix('号').ok_or(form)?;
        let is_digits = |text: &str, most| {
            (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
        };
        if year.len() != 4 || !is_digits(year, 4) || !is_digits(serial, 9) {
            return Err(form);
        }
        let number = Self {
            year: year.parse().map_err(|_| form)?,
            series: Series::new(office, category)?,
            serial: serial.parse().map_err(|_| form)?,
        };
        if number.serial == 0 { Err(form) } else { Ok(number) }
    }
}

as_text!(CertificateNo);

/// ISO/IEC 7064 MOD 11,10 check digit, as in the numbers of `heqi_vocabulary`.
pub(super) fn mod_11_10(digits: &str) -> u32 {
    let product = digits.bytes().fold(10u32, |product, byte| {
        let sum = (product + u32::from(byte.wrapping_sub(b'0'))) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_number_is_written_as_the_office_writes_it_and_read_as_people_type_it() {
        let series = Series::new("浙杭临", "经").unwrap();
        let number = series.number(2026, 123);
        assert_eq!(number.to_string(), "（2026）浙杭临证经字第000123号");
        for typed in ["（2026）浙杭临证经字第000123号", "(2026) 浙杭临证经字第 123 号"]
        {
            assert_eq!(typed.parse::<CertificateNo>(), Ok(number.clone()), "{typed}");
        }
        for bad in [
            "",
            "2026浙杭临证经字第000123号",
            "（26）浙杭临证经字第000123号",
            "（2026）浙杭临证经字第0号",
            "（2026）浙杭临证经字第+12号",
            "（2026）证经字第12号",
            "（2026）浙杭临证经字第12",
        ] {
            assert!(bad.parse::<CertificateNo>().is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_of_an_office_survive_their_text_and_notice_a_mistyped_digit() {
        let at: UtcMillis = "2026-11-23T16:05:00.000Z".parse().unwrap();
        let number = ApplicationNo::new(at, 7).unwrap();
        let text = number.to_string();
        assert!(text.starts_with("SQ20261124000007"), "{text}");
        assert_eq!(text.parse(), Ok(number));
        assert!(text.parse::<AcceptanceNo>().is_err());
        assert!(text.replace('7', "8").parse::<ApplicationNo>().is_err());
        assert!(ApplicationNo::new(at, 1_000_000).is_err());
    }
}
