//! The resident identity number of GB 11643-1999: six digits of place, eight of birth, three
//! of sequence (odd: male), one check character (domain.md 3.1).

use std::fmt;

use chrono::{Datelike as _, NaiveDate};
use heqi_vocabulary::{Explain, Explanation, Language};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::characters::upper_half_width;
use crate::last_four::LastFour;
use crate::mod_11_2;
use crate::region::RegionCode;

/// A number whose form, province, day of birth and check character fit.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct ResidentId {
    text: [u8; 18],
    born: NaiveDate,
    region: RegionCode,
}

/// Why a text is not a resident identity number. No variant says a digit.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ResidentIdError {
    /// Not 17 digits and a digit or `X`.
    #[error("a resident identity number has 17 digits and a last digit or X")]
    Form,
    /// A number of fifteen digits, as given before 1999.
    #[error("a number of 15 digits is not valid since 2013")]
    FifteenDigits,
    /// The first two digits are no province.
    #[error("the first digits name no region")]
    Region,
    /// Digits 7 to 14 are no day, or one that has not come, or one before 1900.
    #[error("the date of birth in the number does not exist or lies ahead")]
    BirthDate,
    /// The check character does not fit.
    #[error("the check character does not fit")]
    Checksum,
    /// 810000, 820000, 830000: a residence permit, which is another document.
    #[error("the number is that of a residence permit")]
    ResidencePermit,
}

/// Male or female as the number says it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the number is odd or even")]
pub enum Sex {
    /// The sequence is odd.
    Male,
    /// The sequence is even.
    Female,
}

/// What a person should look at although the number is valid.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ResidentIdHint {
    /// The code of the place is in no table, old ones included.
    UnknownRegion,
    /// The code of the place is not given any more: usual on cards that are some years old.
    RetiredRegion,
    /// Older than 120 years.
    ImplausibleAge,
    /// Younger than 18: the way for minors.
    Minor,
}

impl ResidentId {
    /// Reads what a person typed on the China date `today`.
    ///
    /// # Errors
    /// [`ResidentIdError`]; the date is looked at before the check character.
    pub fn parse(text: &str, today: NaiveDate) -> Result<Self, ResidentIdError> {
        let id = Self::parse_eighteen(text, today)?;
        if id.region.is_residence_permit() { Err(ResidentIdError::ResidencePermit) } else { Ok(id) }
    }

    /// As [`Self::parse`], residence permits included.
    pub(crate) fn parse_eighteen(text: &str, today: NaiveDate) -> Result<Self, ResidentIdError> {
        let typed = upper_half_width(text);
        let (digits, last) = typed.split_at_checked(17).ok_or(match typed.len() {
            15 if typed.bytes().all(|b| b.is_ascii_digit()) => ResidentIdError::FifteenDigits,
            _ => ResidentIdError::Form,
        })?;
        let ends = matches!(last.as_bytes(), [b'0'..=b'9' | b'X']);
        if !ends || !digits.bytes().all(|b| b.is_ascii_digit()) || digits.starts_with('0') {
            return Err(ResidentIdError::Form);
        }
        let region = digits.get(..6).and_then(RegionCode::parse).ok_or(ResidentIdError::Region)?;
        let born = digits.get(6..14).and_then(day).ok_or(ResidentIdError::BirthDate)?;
        if born > today || born.year() < 1900 {
            return Err(ResidentIdError::BirthDate);
        }
        if !mod_11_2::fits(&typed) {
            return Err(ResidentIdError::Checksum);
        }
        let text = typed.as_bytes().try_into().map_err(|_| ResidentIdError::Form)?;
        Ok(Self { text, born, region })
    }

    /// Reads an archive's number of fifteen digits: `19` goes before the year and a check
    /// character behind. New papers never carry one.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn from_archive(fifteen: &str, today: NaiveDate) -> Result<Self, ResidentIdError> {
        let typed = upper_half_width(fifteen);
        if typed.len() != 15 || !typed.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ResidentIdError::Form);
        }
        let (place, rest) = typed.split_at(6);
        let digits = format!("{place}19{rest}");
        let check = mod_11_2::check_of(&digits).ok_or(ResidentIdError::Form)?;
        Self::parse(&format!("{digits}{}", char::from(check)), today)
    }

    /// The number itself: personal data, for sealed values and providers only.
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.text).unwrap_or_default()
    }

    /// The first four characters and as many dots as are missing. The last four are a secret
    /// between the signer and us, so they are never shown.
    pub fn masked(&self) -> String {
        format!("{}**************", self.expose().get(..4).unwrap_or_default())
    }

    /// What the signer is asked for.
    pub fn last_four(&self) -> Option<LastFour> {
        LastFour::of(self.expose())
    }

    /// The place that issued the first card.
    pub const fn region(&self) -> RegionCode {
        self.region
    }

    /// The day of birth.
    pub const fn born(&self) -> NaiveDate {
        self.born
    }

    /// Male or female.
    pub fn sex(&self) -> Sex {
        let odd = self.text.get(16).is_some_and(|digit| digit % 2 == 1);
        if odd { Sex::Male } else { Sex::Female }
    }

    /// Completed years of life on a day; 0 before birth.
    pub fn age_on(&self, day: NaiveDate) -> u32 {
        day.years_since(self.born).unwrap_or(0)
    }

    /// What a person should look at.
    pub fn hints(&self, today: NaiveDate) -> Vec<ResidentIdHint> {
        let mut hints = Vec::new();
        let mut known = false;
        let given_now = self.region.divisions().any(|division| {
            known = true;
            division.last_year.is_none()
        });
        match (known, given_now) {
            (false, _) => hints.push(ResidentIdHint::UnknownRegion),
            (true, false) => hints.push(ResidentIdHint::RetiredRegion),
            (true, true) => {}
        }
        hints.extend(ResidentIdHint::of_age(self.born, today));
        hints
    }
}

impl ResidentIdHint {
    /// What a day of birth alone says.
    pub(crate) fn of_age(born: NaiveDate, today: NaiveDate) -> Option<Self> {
        match today.years_since(born).unwrap_or(0) {
            121.. => Some(Self::ImplausibleAge),
            ..18 => Some(Self::Minor),
            _ => None,
        }
    }
}

fn day(digits: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(digits, "%Y%m%d").ok()
}

impl fmt::Debug for ResidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResidentId(…)")
    }
}

impl Serialize for ResidentId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

/// Reads back what was parsed once: the day it was checked against is past.
impl<'de> Deserialize<'de> for ResidentId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text, NaiveDate::MAX).map_err(serde::de::Error::custom)
    }
}

impl Explain for ResidentIdError {
    fn code(&self) -> &'static str {
        match self {
            Self::Form => "id_form",
            Self::FifteenDigits => "id_fifteen_digits",
            Self::Region => "id_region",
            Self::BirthDate => "id_birthdate",
            Self::Checksum => "id_checksum",
            Self::ResidencePermit => "id_residence_permit",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        let (zh, en) = match self {
            Self::Form => (
                (
                    "证件号码应为 18 位：前 17 位是数字，末位是数字或 X。",
                    "请对照身份证逐位核对后重新输入。",
                ),
                (
                    "The number has 18 characters: 17 digits and a last digit or X.",
                    "Compare it with the card, character by character, and type it again.",
                ),
            ),
            Self::FifteenDigits => (
                ("15 位的身份证号码自 2013 年起不再有效。", "请输入现用身份证上的 18 位号码。"),
                (
                    "A number of 15 digits has not been valid since 2013.",
                    "Type the 18 characters of the present card.",
                ),
            ),
            Self::Region => (
                (
                    "证件号码的前几位不是有效的地区代码。",
                    "请核对号码；外国人永久居留证请改选证件类型。",
                ),
                (
                    "The first digits of the number name no region.",
                    "Check the number, or choose another type of document.",
                ),
            ),
            Self::BirthDate => (
                ("证件号码中的出生日期不存在或尚未到来。", "请核对第 7 至 14 位（年月日）。"),
                (
                    "The date of birth in the number does not exist or lies ahead.",
                    "Check characters 7 to 14 (year, month, day).",
                ),
            ),
            Self::Checksum => (
                ("证件号码校验不通过，可能有一位输错。", "请对照身份证逐位核对后重新输入。"),
                (
                    "The number does not fit its check character; one character may be mistyped.",
                    "Compare it with the card, character by character, and type it again.",
                ),
            ),
            Self::ResidencePermit => (
                ("这是港澳台居民居住证的号码。", "请把证件类型改为“港澳台居民居住证”。"),
                (
                    "This is the number of a residence permit for Hong Kong, Macao or Taiwan residents.",
                    "Choose that type of document.",
                ),
            ),
        };
        let (what, next) = match language {
            Language::Zh => zh,
            Language::En => en,
        };
        Explanation::new(what, next)
    }
}

#[cfg(test)]
mod tests;
