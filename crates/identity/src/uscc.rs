//! The unified social credit code of GB 32100-2015: 18 characters of an alphabet of 31 without
//! I, O, S, V and Z (domain.md 3.3).

use std::fmt;

use heqi_vocabulary::{Explain, Explanation, Language};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::characters::upper_half_width;
use crate::region::RegionCode;

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// A code whose form and eighteenth character fit. Codes of companies are public.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Uscc([u8; 18]);

/// Why a text is not such a code.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum UsccError {
    /// Not 18 characters.
    #[error("a unified social credit code has 18 characters")]
    Length,
    /// A character that the alphabet does not have; where a look-alike is meant, the code that
    /// would fit. It is offered and never taken silently.
    #[error("the letters I, O, S, V and Z do not occur in a code")]
    Alphabet {
        /// The code with look-alikes replaced, if it fits.
        suggestion: Option<Uscc>,
    },
    /// Characters 3 to 8 are no digits.
    #[error("characters 3 to 8 of a code are digits")]
    Region,
    /// The last character does not fit.
    #[error("the check character does not fit")]
    Checksum,
}

/// What kind of body holds the code, by its first two characters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Holder {
    /// 91: a company or another enterprise.
    Enterprise,
    /// 92: a sole trader.
    SoleTrader,
    /// 93: a farmers' cooperative.
    FarmersCooperative,
    /// 32: a notary office.
    NotaryOffice,
    /// 31: a law firm.
    LawFirm,
    /// Any other.
    Other,
}

impl Uscc {
    /// Reads a code as typed.
    ///
    /// # Errors
    /// [`UsccError`].
    pub fn parse(text: &str) -> Result<Self, UsccError> {
        let typed = upper_half_width(text);
        let code: [u8; 18] = typed.as_bytes().try_into().map_err(|_| UsccError::Length)?;
        if code.iter().any(|byte| value(*byte).is_none()) {
            return Err(UsccError::Alphabet { suggestion: suggestion(code) });
        }
        if !code.get(2..8).is_some_and(|region| region.iter().all(u8::is_ascii_digit)) {
            return Err(UsccError::Region);
        }
        if check_of(&code) == code.last().copied() {
            Ok(Self(code))
        } else {
            Err(UsccError::Checksum)
        }
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Who holds it.
    pub fn holder(&self) -> Holder {
        match self.0.get(..2) {
            Some(b"91") => Holder::Enterprise,
            Some(b"92") => Holder::SoleTrader,
            Some(b"93") => Holder::FarmersCooperative,
            Some(b"32") => Holder::NotaryOffice,
            Some(b"31") => Holder::LawFirm,
            _ => Holder::Other,
        }
    }

    /// The place of the registration authority; `None` where the province is unknown.
    pub fn region(&self) -> Option<RegionCode> {
        RegionCode::parse(self.as_str().get(2..8)?)
    }

    /// Whether the organisation code inside fits its own check (GB 11714). Some codes that
    /// were issued do not, so this is a hint.
    pub fn organisation_code_fits(&self) -> bool {
        let Some(organisation) = self.0.get(8..16) else { return false };
        let sum: u32 = organisation
            .iter()
            .zip(ORGANISATION_WEIGHTS)
            .map(|(byte, weight)| plain_value(*byte) * weight)
            .sum();
        let check = match 11 - sum % 11 {
            10 => b'X',
            11 => b'0',
            digit => b'0' + u8::try_from(digit).unwrap_or_default(),
        };
        self.0.get(16) == Some(&check)
    }
}

/// Value in the alphabet of 31.
fn value(byte: u8) -> Option<u32> {
    ALPHABET.iter().position(|known| *known == byte).and_then(|place| u32::try_from(place).ok())
}

/// Value as in GB 11714: `A` = 10 to `Z` = 35.
const fn plain_value(byte: u8) -> u32 {
    match byte {
        b'0'..=b'9' => (byte - b'0') as u32,
        _ => byte.wrapping_sub(b'A') as u32 + 10,
    }
}

fn check_of(code: &[u8; 18]) -> Option<u8> {
    let mut sum = 0;
    for (byte, weight) in code.iter().zip(WEIGHTS) {
        sum += value(*byte)? * weight;
    }
    let check = usize::try_from((31 - sum % 31) % 31).ok()?;
    ALPHABET.get(check).copied()
}

/// The code with look-alikes replaced (O, I, Z, S, V), if that makes a whole one.
fn suggestion(code: [u8; 18]) -> Option<Uscc> {
    let replaced = code.map(|byte| match byte {
        b'O' => b'0',
        b'I' => b'1',
        b'Z' => b'2',
        b'S' => b'5',
        b'V' => b'U',
        other => other,
    });
    // Only whole codes are suggested, so this cannot go in circles.
    if replaced.iter().any(|byte| value(*byte).is_none()) {
        return None;
    }
    Uscc::parse(std::str::from_utf8(&replaced).ok()?).ok()
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Uscc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Uscc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl Explain for UsccError {
    fn code(&self) -> &'static str {
        match self {
            Self::Length => "uscc_length",
            Self::Alphabet { .. } => "uscc_alphabet",
            Self::Region => "uscc_region",
            Self::Checksum => "uscc_checksum",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        let zh = matches!(language, Language::Zh);
        match self {
            Self::Length if zh => {
                Explanation::new("统一社会信用代码应为 18 位。", "请对照营业执照核对后重新输入。")
            }
            Self::Length => Explanation::new(
                "A unified social credit code has 18 characters.",
                "Compare it with the licence and type it again.",
            ),
            Self::Alphabet { suggestion: Some(code) } if zh => Explanation::new(
                "统一社会信用代码有误：不使用字母 I、O、S、V、Z。",
                format!("您要输入的是 {code} 吗？请核对营业执照。"),
            ),
            Self::Alphabet { suggestion: Some(code) } => Explanation::new(
                "The letters I, O, S, V and Z do not occur in a code.",
                format!("Did you mean {code}? Compare it with the licence."),
            ),
            Self::Alphabet { suggestion: None } if zh => Explanation::new(
                "统一社会信用代码有误：不使用字母 I、O、S、V、Z。",
                "请对照营业执照核对后重新输入。",
            ),
            Self::Alphabet { suggestion: None } => Explanation::new(
                "The letters I, O, S, V and Z do not occur in a code.",
                "Compare it with the licence and type it again.",
            ),
            Self::Region if zh => Explanation::new(
                "统一社会信用代码的第 3 至 8 位应为数字。",
                "请对照营业执照核对后重新输入。",
            ),
            Self::Region => Explanation::new(
                "Characters 3 to 8 of a code are digits.",
                "Compare it with the licence and type it again.",
            ),
            Self::Checksum if zh => Explanation::new(
                "统一社会信用代码校验不通过，可能有一位输错。",
                "请对照营业执照逐位核对后重新输入。",
            ),
            Self::Checksum => Explanation::new(
                "The code does not fit its check character; one character may be mistyped.",
                "Compare it with the licence, character by character, and type it again.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_worked_codes_of_the_rules_are_read() {
        for (code, holder) in [
            ("91330112MA00000159", Holder::Enterprise),
            ("91330112MA000004XN", Holder::Enterprise),
            ("91330112MA00000902", Holder::Enterprise),
            ("91330112MA00001540", Holder::Enterprise),
            ("92330112MA2AAAAA7A", Holder::SoleTrader),
            ("91350100M000100Y43", Holder::Enterprise),
        ] {
            let read = Uscc::parse(code).unwrap();
            assert_eq!((read.holder(), read.to_string()), (holder, code.to_owned()));
        }
        for code in ["91330112MA00000159", "91330112MA000004XN", "91330112MA00000902"] {
            assert!(Uscc::parse(code).unwrap().organisation_code_fits(), "{code}");
        }
    }

    #[test]
    fn a_letter_that_does_not_occur_is_named_and_a_whole_code_is_suggested_never_taken() {
        let wrong = Uscc::parse("9133O112MA00000159").unwrap_err();
        let meant = Uscc::parse("91330112MA00000159").unwrap();
        assert_eq!(wrong, UsccError::Alphabet { suggestion: Some(meant) });
        let nothing = UsccError::Alphabet { suggestion: None };
        assert_eq!(Uscc::parse("91350100M000100Y4Z").unwrap_err(), nothing);
        assert_eq!(Uscc::parse("91330112MA00000158").unwrap_err(), UsccError::Checksum);
        assert_eq!(Uscc::parse("9133A112MA00000159").unwrap_err(), UsccError::Region);
        assert_eq!(Uscc::parse("9133").unwrap_err(), UsccError::Length);
    }

    #[test]
    fn every_error_explains_itself_twice_and_says_no_check_character() {
        let error = Uscc::parse("91330112MA00000158").unwrap_err();
        for language in [Language::Zh, Language::En] {
            let said = error.explain(language);
            assert!(!said.what.is_empty() && !said.next.contains('9'), "{said:?}");
        }
    }

    #[test]
    fn a_code_says_who_holds_it_and_where_it_was_given() {
        for (code, holder, region) in [
            ("91330112MA00000159", Holder::Enterprise, Some("330112")),
            ("92330112MA2AAAAA7A", Holder::SoleTrader, Some("330112")),
            ("93330112MA00000153", Holder::FarmersCooperative, Some("330112")),
            ("32330000MA0000015T", Holder::NotaryOffice, Some("330000")),
            ("31330000MA0000015X", Holder::LawFirm, Some("330000")),
            ("52330000MA0000015Q", Holder::Other, Some("330000")),
            ("91990112MA0000015A", Holder::Enterprise, None),
        ] {
            let read = Uscc::parse(code).unwrap();
            let place = region.map(|region| RegionCode::parse(region).unwrap());
            assert_eq!((read.holder(), read.region()), (holder, place), "{code}");
        }
    }

    #[test]
    fn a_code_whose_organisation_check_is_wrong_is_read_and_says_so() {
        assert!(!Uscc::parse("91330112MA0000016C").unwrap().organisation_code_fits());
        assert!(Uscc::parse("91350100M000100Y43").unwrap().organisation_code_fits());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,24}") {
            if let Ok(code) = Uscc::parse(&text) {
                prop_assert_eq!(Uscc::parse(code.as_str()).unwrap(), code);
            }
        }

        #[test]
        fn one_wrong_character_is_noticed(place in 0usize..18, other in 0usize..31) {
            let good = "91330112MA00000159";
            let mut changed = good.as_bytes().to_vec();
            changed[place] = ALPHABET[other];
            let changed = String::from_utf8(changed).unwrap();
            prop_assert_eq!(Uscc::parse(&changed).is_ok(), changed == good);
        }
    }
}
