//! Numbers shown to people: grouped, with a check digit, so that one mistyped
//! character is noticed before anything is looked up.
//!
//! The check digit is ISO 7064 MOD 11,10 over the digits before it, as in the 8-digit
//! filing number (domain.md 11.5).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::UtcMillis;

/// Why a text is not a number of the wanted kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NumberError {
    /// Wrong letters, wrong length, or a day that does not exist.
    #[error("the number does not have the form {0}")]
    Form(&'static str),
    /// The check digit does not fit the digits before it.
    #[error("the check digit does not fit: one character may be mistyped")]
    CheckDigit,
    /// The serial does not fit the number of digits.
    #[error("no serial is left for this day")]
    Exhausted,
}

/// The 8-digit filing number 办件码: seven digits and a check digit.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FilingNo(u32);

impl FilingNo {
    /// Makes the number with this seven-digit serial.
    ///
    /// # Errors
    /// The serial has more than seven digits.
    pub fn from_serial(serial: u32) -> Result<Self, NumberError> {
        if serial > 9_999_999 {
            return Err(NumberError::Exhausted);
        }
        let check = mod_11_10(&format!("{serial:07}"));
        Ok(Self(serial * 10 + check))
    }
}

impl fmt::Display for FilingNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08}", self.0)
    }
}

impl FromStr for FilingNo {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        const FORM: &str = "8 digits";
        if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NumberError::Form(FORM));
        }
        let value: u32 = text.parse().map_err(|_| NumberError::Form(FORM))?;
        let number = Self::from_serial(value / 10)?;
        if number.0 == value { Ok(number) } else { Err(NumberError::CheckDigit) }
    }
}

macro_rules! dated_number {
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
            /// The serial has more than nine digits.
            pub fn new(at: UtcMillis, serial: u32) -> Result<Self, NumberError> {
                if serial > 999_999_999 {
                    return Err(NumberError::Exhausted);
                }
                let day = at.shanghai_day().parse().map_err(|_| NumberError::Form($form))?;
                Ok(Self { day, serial })
            }

            /// The serial within the day.
            pub const fn serial(&self) -> u32 {
                self.serial
            }

            fn digits(&self) -> String {
                format!("{:08}{:06}", self.day, self.serial)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let digits = self.digits();
                write!(f, "{}{}{}", $prefix, digits, mod_11_10(&digits))
            }
        }

        impl FromStr for $name {
            type Err = NumberError;

            fn from_str(text: &str) -> Result<Self, NumberError> {
                let form = NumberError::Form($form);
                let rest = text.strip_prefix($prefix).ok_or(form)?;
                let ascii = rest.bytes().all(|b| b.is_ascii_digit());
                if !ascii || !(15..=18).contains(&rest.len()) {
                    return Err(form);
                }
                let (day, tail) = rest.split_at(8);
                let (serial, _check) = tail.split_at(tail.len() - 1);
                chrono::NaiveDate::parse_from_str(day, "%Y%m%d").map_err(|_| form)?;
                let number = Self {
                    day: day.parse().map_err(|_| form)?,
                    serial: serial.parse().map_err(|_| form)?,
                };
                if number.to_string() == text { Ok(number) } else { Err(NumberError::CheckDigit) }
            }
        }
        serde_as_text!($name);
    };
}

macro_rules! serde_as_text {
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

serde_as_text!(FilingNo);
dated_number! {
    /// Deposit number 存证编号 `CZ{yyyyMMdd}{serial}{check}`, given by a custodian.
    DepositNo, "CZ", "CZ, the day, a serial of at least six digits and a check digit"
}
dated_number! {
    /// Signing voucher number 签署凭证号 `PZ{yyyyMMdd}{serial}{check}`, one number for
    /// all three organisations.
    VoucherNo, "PZ", "PZ, the day, a serial of at least six digits and a check digit"
}

/// ISO/IEC 7064 MOD 11,10 check digit of a string of ASCII digits.
pub fn mod_11_10(digits: &str) -> u32 {
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
    fn the_check_digit_is_the_one_of_the_standard() {
        // The worked example of ISO/IEC 7064 for MOD 11,10.
        assert_eq!(mod_11_10("0794"), 5);
    }

    #[test]
    fn the_demo_filing_number_is_well_formed() {
        assert_eq!("61842059".parse::<FilingNo>().unwrap().to_string(), "61842059");
    }

    #[test]
    fn a_serial_has_seven_digits_at_most() {
        assert!(FilingNo::from_serial(9_999_999).is_ok());
        for serial in [10_000_000, 20_000_000, u32::MAX] {
            assert_eq!(FilingNo::from_serial(serial), Err(NumberError::Exhausted));
        }
    }

    #[test]
    fn a_filing_number_is_eight_digits_and_nothing_else() {
        let form = Err(NumberError::Form("8 digits"));
        for short in (0..10).map(|digit| digit.to_string()) {
            assert_eq!(short.parse::<FilingNo>(), form);
        }
        // A sign is no digit, though a parser of numbers takes it.
        let good = FilingNo::from_serial(184_205).unwrap().to_string();
        assert_eq!(good.replacen('0', "+", 1).parse::<FilingNo>(), form);
    }

    #[test]
    fn every_single_mistyped_digit_is_noticed() {
        let good = FilingNo::from_serial(6_184_205).unwrap().to_string();
        for place in 0..8 {
            for digit in b'0'..=b'9' {
                let mut bad = good.clone().into_bytes();
                bad[place] = digit;
                let bad = String::from_utf8(bad).unwrap();
                assert_eq!(bad.parse::<FilingNo>().is_ok(), bad == good, "{bad}");
            }
        }
    }

    #[test]
    fn a_dated_number_survives_its_text_and_refuses_others() {
        let at: UtcMillis = "2026-11-23T16:05:00.000Z".parse().unwrap();
        for serial in [1, 999_999, 1_000_000, 999_999_999] {
            let number = DepositNo::new(at, serial).unwrap();
            let text = number.to_string();
            assert!(text.starts_with("CZ20261124"), "{text}");
            assert_eq!(text.parse::<DepositNo>().unwrap(), number);
            assert!(text.parse::<VoucherNo>().is_err());
        }
        assert!(DepositNo::new(at, 1_000_000_000).is_err());
        assert!("CZ202613240000011".parse::<DepositNo>().is_err());
        assert!("CZ".parse::<DepositNo>().is_err());
    }
}
