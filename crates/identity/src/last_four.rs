//! The last four characters of a number: the signer types them, no page ever shows them
//! (domain.md 11.5).

use std::fmt;

use heqi_vocabulary::{Explain, Explanation, Language};
use subtle::ConstantTimeEq as _;

use crate::characters::upper_half_width;

/// Four characters: digits, or digits and a last `X`.
#[derive(Clone, Copy)]
pub struct LastFour([u8; 4]);

/// The text is not the end of a number.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("four characters are wanted: digits, of which the last may be X")]
#[non_exhaustive]
pub struct LastFourError;

impl LastFour {
    /// Reads what a person typed.
    ///
    /// # Errors
    /// Not four characters, or others than digits and a last `X`.
    pub fn parse(text: &str) -> Result<Self, LastFourError> {
        let text = upper_half_width(text);
        let bytes: [u8; 4] = text.as_bytes().try_into().map_err(|_| LastFourError)?;
        let [first, second, third, last] = bytes;
        let digits = [first, second, third].iter().all(u8::is_ascii_digit);
        let ends = last.is_ascii_digit() || last == b'X';
        if digits && ends { Ok(Self(bytes)) } else { Err(LastFourError) }
    }

    /// The end of a number that was parsed; `None` where it does not end like one.
    pub(crate) fn of(number: &str) -> Option<Self> {
        Self::parse(number.get(number.len().checked_sub(4)?..)?).ok()
    }

    /// Whether both are the same, in a time that does not depend on where they differ.
    pub fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for LastFour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LastFour(…)")
    }
}

impl Explain for LastFourError {
    fn code(&self) -> &'static str {
        "last_four_form"
    }

    fn explain(&self, language: Language) -> Explanation {
        match language {
            Language::Zh => Explanation::new(
                "需要证件号码的最后四位。",
                "请输入四位数字；末位是字母的，请按 X 键。",
            ),
            Language::En => Explanation::new(
                "The last four characters of the document number are needed.",
                "Type four digits; if the last one is a letter, use the X key.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_a_last_x_are_read_in_any_width_and_case() {
        let typed = LastFour::parse(" ０００x ").unwrap();
        assert!(typed.is(&LastFour::of("33011219940301000X").unwrap()));
        assert!(!typed.is(&LastFour::parse("0001").unwrap()));
    }

    #[test]
    fn nothing_else_is_read_and_nothing_is_printed() {
        for wrong in ["", "123", "12345", "X123", "12X4", "一二三四", "abcd"] {
            assert_eq!(LastFour::parse(wrong).unwrap_err(), LastFourError, "{wrong}");
        }
        assert_eq!(format!("{:?}", LastFour::parse("9999").unwrap()), "LastFour(…)");
    }
}
