//! Mobile numbers (domain.md 3.5). Form and segment only: that a number reaches somebody is
//! shown by a code that comes back, never by its digits, and the carrier is never inferred.

use std::fmt;

use heqi_vocabulary::{Explain, Explanation, Language};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::characters::upper_half_width;

/// A number in the form E.164.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Mobile {
    e164: String,
    place: Place,
}

/// Where a number is from.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Place {
    /// +86.
    Mainland,
    /// +852.
    HongKong,
    /// +853.
    Macao,
    /// +886.
    Taiwan,
    /// Any other: confirmation by e-mail is the better way.
    Elsewhere,
}

/// What the segments of 2024 say about a mainland number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the rule has these outcomes")]
pub enum Segment {
    /// Given to people.
    Usual,
    /// 145, 147, 149: a data card, which may show no messages.
    DataCard,
    /// 174, 1349: a satellite telephone.
    Satellite,
}

/// Why a text is not a mobile number we can write to.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MobileError {
    /// Not the form of a number.
    #[error("the text is not a mobile number")]
    Form,
    /// The segment has not been given to anybody.
    #[error("numbers of this segment have not been given out")]
    NotAllotted,
    /// The segment belongs to machines.
    #[error("numbers of this segment belong to machines")]
    Machines,
}

impl Mobile {
    /// Reads a number as typed, with or without `+86`, spaces and hyphens.
    ///
    /// # Errors
    /// [`MobileError`].
    pub fn parse(text: &str) -> Result<Self, MobileError> {
        let typed: String =
            upper_half_width(text).chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let international = typed.strip_prefix('+').or_else(|| typed.strip_prefix("00"));
        match international {
            Some(rest) if rest.starts_with("86") => mainland(rest.get(2..).unwrap_or_default()),
            Some(rest) => abroad(rest),
            None => mainland(&typed),
        }
    }

    /// The number as E.164: personal data, for sealed values and gateways only.
    pub fn expose(&self) -> &str {
        &self.e164
    }

    /// Where it is from.
    pub const fn place(&self) -> Place {
        self.place
    }

    /// What its segment says.
    pub fn segment(&self) -> Segment {
        let national = self.e164.strip_prefix("+86").unwrap_or_default();
        match national.get(..3) {
            Some("145" | "147" | "149") => Segment::DataCard,
            Some("174") => Segment::Satellite,
            Some("134") if national.starts_with("1349") => Segment::Satellite,
            _ => Segment::Usual,
        }
    }

    /// The beginning and the last two digits, for the person whose number it is.
    pub fn masked(&self) -> String {
        let digits = self.e164.strip_prefix("+86").unwrap_or(&self.e164);
        let shown = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default();
        let length = digits.len();
        let hidden = "*".repeat(length.saturating_sub(5));
        format!("{}{hidden}{}", shown(0..3), shown(length.saturating_sub(2)..length))
    }
}

fn mainland(digits: &str) -> Result<Mobile, MobileError> {
    let form = digits.len() == 11
        && digits.bytes().all(|b| b.is_ascii_digit())
        && digits.starts_with('1')
        && digits.as_bytes().get(1).is_some_and(|second| (b'3'..=b'9').contains(second));
    if !form {
        return Err(MobileError::Form);
    }
    match digits.get(..3).unwrap_or_default() {
        "140" | "141" | "144" | "146" | "148" => Err(MobileError::Machines),
        "142" | "143" | "154" | "160" | "161" | "163" | "164" | "168" | "169" | "179" | "194" => {
            Err(MobileError::NotAllotted)
        }
        _ => Ok(Mobile { e164: format!("+86{digits}"), place: Place::Mainland }),
    }
}

fn abroad(digits: &str) -> Result<Mobile, MobileError> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) || digits.starts_with('0') {
        return Err(MobileError::Form);
    }
    let rest = |code: &str| digits.strip_prefix(code).map(str::as_bytes);
    let place = if let Some(number) = rest("852") {
        wanted(matches!(number, [b'4'..=b'9', ..] if number.len() == 8), Place::HongKong)?
    } else if let Some(number) = rest("853") {
        wanted(matches!(number, [b'6', ..] if number.len() == 8), Place::Macao)?
    } else if let Some(number) = rest("886") {
        wanted(matches!(number, [b'9', ..] if number.len() == 9), Place::Taiwan)?
    } else {
        wanted((7..=15).contains(&digits.len()), Place::Elsewhere)?
    };
    Ok(Mobile { e164: format!("+{digits}"), place })
}

const fn wanted(fits: bool, place: Place) -> Result<Place, MobileError> {
    if fits { Ok(place) } else { Err(MobileError::Form) }
}

impl fmt::Debug for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mobile({:?}, …)", self.place)
    }
}

impl Serialize for Mobile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.e164)
    }
}

impl<'de> Deserialize<'de> for Mobile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl Explain for MobileError {
    fn code(&self) -> &'static str {
        match self {
            Self::Form => "mobile_form",
            Self::NotAllotted => "mobile_not_allotted",
            Self::Machines => "mobile_of_a_machine",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        match (self, language) {
            (Self::Form, Language::Zh) => Explanation::new(
                "这不是手机号码。",
                "请输入 11 位手机号；境外号码请以 + 和国家或地区代码开头。",
            ),
            (Self::Form, Language::En) => Explanation::new(
                "This is not a mobile number.",
                "Type the 11 digits, or + and the country code for a number from elsewhere.",
            ),
            (Self::NotAllotted, Language::Zh) => {
                Explanation::new("该号段尚未启用。", "请核对手机号码是否输错。")
            }
            (Self::NotAllotted, Language::En) => Explanation::new(
                "Numbers of this segment have not been given out.",
                "Check whether a digit is mistyped.",
            ),
            (Self::Machines, Language::Zh) => {
                Explanation::new("该号码是物联网设备号码，收不到短信。", "请改用本人的手机号码。")
            }
            (Self::Machines, Language::En) => Explanation::new(
                "Numbers of this segment belong to machines and receive no messages.",
                "Give the person's own mobile number.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn segment(prefix: &str) -> Result<Segment, MobileError> {
        let number = format!("{prefix}{}", "0".repeat(11 - prefix.len()));
        Mobile::parse(&number).map(|mobile| mobile.segment())
    }

    #[test]
    fn every_segment_is_decided_as_the_table_says() {
        for second in 3..=9u8 {
            for third in 0..=9u8 {
                let prefix = format!("1{second}{third}");
                let wanted = match prefix.as_str() {
                    "140" | "141" | "144" | "146" | "148" => Err(MobileError::Machines),
                    "142" | "143" | "154" | "160" | "161" | "163" | "164" | "168" | "169"
                    | "179" | "194" => Err(MobileError::NotAllotted),
                    "145" | "147" | "149" => Ok(Segment::DataCard),
                    "174" => Ok(Segment::Satellite),
                    _ => Ok(Segment::Usual),
                };
                assert_eq!(segment(&prefix), wanted, "{prefix}");
            }
        }
        assert_eq!(segment("1349"), Ok(Segment::Satellite));
    }

    #[test]
    fn a_number_is_read_however_it_is_written() {
        for text in
            ["13805710001", "+86 138-0571-0001", "0086 13805710001", " １３８０５７１０００１ "]
        {
            let mobile = Mobile::parse(text).unwrap();
            assert_eq!((mobile.expose(), mobile.place()), ("+8613805710001", Place::Mainland));
        }
        for wrong in ["", "1380571000", "12805710001", "+86", "23805710001", "1380571000a", "+8613"]
        {
            assert_eq!(Mobile::parse(wrong).unwrap_err(), MobileError::Form, "{wrong}");
        }
        for (code, reason) in [
            ("+86 12805710001", MobileError::Form),
            ("0086 1380571000", MobileError::Form),
            ("+86 14005710001", MobileError::Machines),
            ("+86 15405710001", MobileError::NotAllotted),
        ] {
            assert_eq!(Mobile::parse(code).unwrap_err(), reason, "{code}");
        }
    }

    #[test]
    fn numbers_from_elsewhere_have_their_own_forms() {
        for (text, place) in [
            ("+852 6123 4567", Place::HongKong),
            ("+853 61234567", Place::Macao),
            ("+886 912345678", Place::Taiwan),
            ("+1 212 555 0100", Place::Elsewhere),
        ] {
            assert_eq!(Mobile::parse(text).unwrap().place(), place, "{text}");
        }
        for wrong in ["+852 31234567", "+853 51234567", "+886 812345678", "+0123456789", "+123456"]
        {
            assert!(Mobile::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_middle_of_a_number_is_never_shown() {
        let mobile = Mobile::parse("13805710001").unwrap();
        assert_eq!(mobile.masked(), "138******01");
        assert_eq!(format!("{mobile:?}"), "Mobile(Mainland, …)");
    }

    proptest! {
        #[test]
        fn what_is_read_is_read_again_the_same(text in "[+0-9 -]{0,20}|\\PC{0,16}") {
            if let Ok(mobile) = Mobile::parse(&text) {
                prop_assert_eq!(Mobile::parse(mobile.expose()).unwrap(), mobile);
            }
        }
    }
}
