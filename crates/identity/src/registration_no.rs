//! Registration numbers from before the unified code, GS 15-2006: fifteen digits, the last an
//! ISO 7064 MOD 11,10 check (domain.md 3.4).

use std::fmt;

use heqi_vocabulary::number::mod_11_10;
use heqi_vocabulary::{Explain, Explanation, Language};

use crate::characters::upper_half_width;

/// A registration number of fifteen digits that fits, or one of thirteen from an archive.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RegistrationNo(String);

/// Why a text is not such a number.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistrationNoError {
    /// Not fifteen digits.
    #[error("a registration number has 15 digits")]
    Form,
    /// The check digit does not fit.
    #[error("the check digit does not fit")]
    Checksum,
}

/// What the first digit of the sequence says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "ten digits, three groups, and no digit is free")]
pub enum Holder {
    /// 0 to 3: a domestic enterprise.
    Domestic,
    /// 4 and 5: an enterprise with foreign investment.
    ForeignInvested,
    /// 6 to 9: a sole trader.
    SoleTrader,
}

impl RegistrationNo {
    /// Reads a number as typed.
    ///
    /// # Errors
    /// [`RegistrationNoError`].
    pub fn parse(text: &str) -> Result<Self, RegistrationNoError> {
        let typed = upper_half_width(text);
        let (digits, check) = typed.split_at_checked(14).ok_or(RegistrationNoError::Form)?;
        if check.len() != 1 || !typed.bytes().all(|b| b.is_ascii_digit()) {
            return Err(RegistrationNoError::Form);
        }
        if mod_11_10(digits).to_string() == check {
            Ok(Self(typed))
        } else {
            Err(RegistrationNoError::Checksum)
        }
    }

    /// Reads what stands in an archive: also thirteen digits, as given before 2007, which
    /// nothing can check.
    ///
    /// # Errors
    /// [`RegistrationNoError`].
    pub fn from_archive(text: &str) -> Result<Self, RegistrationNoError> {
        let typed = upper_half_width(text);
        if typed.len() == 13 && typed.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self(typed));
        }
        Self::parse(&typed)
    }

    /// Whether it has a check digit that was compared.
    pub fn is_verifiable(&self) -> bool {
        self.0.len() == 15
    }

    /// Who holds it; `None` where the number is too old to say.
    pub fn holder(&self) -> Option<Holder> {
        if !self.is_verifiable() {
            return None;
        }
        match self.0.as_bytes().get(6)? {
            b'0'..=b'3' => Some(Holder::Domestic),
            b'4' | b'5' => Some(Holder::ForeignInvested),
            _ => Some(Holder::SoleTrader),
        }
    }
}

impl fmt::Display for RegistrationNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Explain for RegistrationNoError {
    fn code(&self) -> &'static str {
        match self {
            Self::Form => "registration_no_form",
            Self::Checksum => "registration_no_checksum",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        match (self, language) {
            (Self::Form, Language::Zh) => {
                Explanation::new("工商注册号应为 15 位数字。", "请核对，或改填统一社会信用代码。")
            }
            (Self::Form, Language::En) => Explanation::new(
                "A registration number has 15 digits.",
                "Check it, or give the unified social credit code instead.",
            ),
            (Self::Checksum, Language::Zh) => Explanation::new(
                "工商注册号校验不通过，可能有一位输错。",
                "请对照原营业执照逐位核对后重新输入。",
            ),
            (Self::Checksum, Language::En) => Explanation::new(
                "The number does not fit its check digit; one digit may be mistyped.",
                "Compare it with the old licence, digit by digit, and type it again.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worked_numbers_are_read_and_the_wrong_one_is_not() {
        for (number, holder) in [
            ("330185000000016", Holder::Domestic),
            ("330185600000010", Holder::SoleTrader),
            ("330185200001232", Holder::Domestic),
            ("110108000000016", Holder::Domestic),
            ("330185300000018", Holder::Domestic),
            ("330185400000015", Holder::ForeignInvested),
            ("330185500000012", Holder::ForeignInvested),
            ("330185900000011", Holder::SoleTrader),
        ] {
            let read = RegistrationNo::parse(number).unwrap();
            assert_eq!((read.holder(), read.to_string()), (Some(holder), number.to_owned()));
        }
        let wrong = RegistrationNo::parse("330185000000017").unwrap_err();
        assert_eq!(wrong, RegistrationNoError::Checksum);
        for form in ["", "33018500000001", "3301850000000166", "33018500000001X"] {
            assert_eq!(
                RegistrationNo::parse(form).unwrap_err(),
                RegistrationNoError::Form,
                "{form}"
            );
        }
    }

    #[test]
    fn thirteen_digits_are_read_from_archives_only_and_are_not_verifiable() {
        assert!(RegistrationNo::parse("3301852000123").is_err());
        let old = RegistrationNo::from_archive("3301852000123").unwrap();
        assert!(!old.is_verifiable() && old.holder().is_none());
        assert_eq!(old.to_string(), "3301852000123");
        assert!(RegistrationNo::from_archive("330185000000016").unwrap().is_verifiable());
        for (other, reason) in [
            ("330185200012", RegistrationNoError::Form),
            ("33018520001234", RegistrationNoError::Form),
            ("33018520001A3", RegistrationNoError::Form),
            ("330185000000017", RegistrationNoError::Checksum),
        ] {
            assert_eq!(RegistrationNo::from_archive(other).unwrap_err(), reason, "{other}");
        }
    }
}
