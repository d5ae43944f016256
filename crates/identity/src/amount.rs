//! Money: whole fen, never a fraction (domain.md 3.7).

use std::fmt;

use heqi_vocabulary::{Explain, Explanation, Language};
use serde::{Deserialize, Serialize};

const FEN_PER_YUAN: u64 = 100;
/// One hundred trillion yuan: more than any registered capital, and safe to add up.
const MOST: u64 = 100_000_000_000_000 * FEN_PER_YUAN;

/// An amount in fen, the hundredth of a yuan; at most 10^14 yuan.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Fen(u64);

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FenError {
    /// Not digits with at most two after the point.
    #[error("an amount is digits, with at most two after the point")]
    Form,
    /// More than 10^14 yuan.
    #[error("the amount is larger than any that can be registered")]
    TooMuch,
}

impl Fen {
    /// An amount of so many fen.
    ///
    /// # Errors
    /// More than 10^14 yuan.
    pub const fn new(fen: u64) -> Result<Self, FenError> {
        if fen > MOST { Err(FenError::TooMuch) } else { Ok(Self(fen)) }
    }

    /// Reads yuan as people type them: `1000000`, `1,000,000.00`, `0.5`.
    ///
    /// # Errors
    /// [`FenError`].
    pub fn parse_yuan(text: &str) -> Result<Self, FenError> {
        let text = crate::characters::upper_half_width(text);
        let (yuan, fraction) = text.split_once('.').unwrap_or((&text, "0"));
        let yuan = without_grouping(yuan).ok_or(FenError::Form)?;
        let fen = match (fraction.len(), fraction.bytes().all(|b| b.is_ascii_digit())) {
            (1, true) => fraction.parse::<u64>().map(|tenths| tenths * 10),
            (2, true) => fraction.parse::<u64>(),
            _ => return Err(FenError::Form),
        };
        let fen = fen.map_err(|_| FenError::Form)?;
        let yuan: u64 = yuan.parse().map_err(|_| FenError::TooMuch)?;
        let whole = yuan.checked_mul(FEN_PER_YUAN).and_then(|whole| whole.checked_add(fen));
        Self::new(whole.ok_or(FenError::TooMuch)?)
    }

    /// How many fen.
    pub const fn fen(self) -> u64 {
        self.0
    }

    /// The sum; `None` past the largest amount.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self(0), |sum, amount| {
            sum.0.checked_add(amount.0).and_then(|fen| Self::new(fen).ok())
        })
    }

    /// The amount as contracts write it: 人民币壹佰万元整 (支付结算办法, annex 1, 5).
    pub fn in_words(self) -> String {
        let (yuan, fen) = (self.0 / FEN_PER_YUAN, self.0 % FEN_PER_YUAN);
        let mut words = String::from("人民币");
        if yuan > 0 || fen == 0 {
            words.push_str(&integer_in_words(yuan));
            words.push('元');
        }
        let (jiao, single) = (fen / 10, fen % 10);
        if fen == 0 {
            words.push('整');
            return words;
        }
        if jiao > 0 {
            words.push(numeral(jiao));
            words.push('角');
        } else if yuan > 0 {
            words.push('零');
        }
        if single > 0 {
            words.push(numeral(single));
            words.push('分');
        } else {
            words.push('整');
        }
        words
    }
}

/// The digits without their commas; `None` unless commas part groups of three.
fn without_grouping(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let first = groups.next()?;
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    let mut joined = digits(first).then(|| first.to_owned())?;
    for group in groups {
        if group.len() != 3 || !digits(group) || first.len() > 3 {
            return None;
        }
        joined.push_str(group);
    }
    Some(joined)
}

/// Groups of four digits with 万, 亿 and 万亿 behind them; one 零 for any run of zeros inside.
fn integer_in_words(mut value: u64) -> String {
    if value == 0 {
        return "零".to_owned();
    }
    let mut groups = Vec::new();
    while value > 0 {
        groups.push(value % 10_000);
        value /= 10_000;
    }
    let mut words = String::new();
    for (place, group) in groups.iter().enumerate().rev() {
        if *group == 0 {
            // 万亿 is read 万 then 亿 even where the 亿 group is empty: above it stands one that is
            // not, because the highest never is.
            if place == 2 {
                words.push('亿');
            }
            continue;
        }
        // True of an empty group too.
        let after_zero = groups.get(place + 1).is_some_and(|higher| higher % 10 == 0);
        if !words.is_empty() && (after_zero || *group < 1_000) {
            words.push('零');
        }
        words.push_str(&group_in_words(*group));
        match place {
            1 | 3 => words.push('万'),
            2 => words.push('亿'),
            _ => {}
        }
    }
    words
}

fn group_in_words(group: u64) -> String {
    let mut words = String::new();
    let mut zero = false;
    for (divisor, unit) in [(1_000, "仟"), (100, "佰"), (10, "拾"), (1, "")] {
        let digit = group / divisor % 10;
        if digit == 0 {
            zero = !words.is_empty();
            continue;
        }
        if zero {
            words.push('零');
            zero = false;
        }
        words.push(numeral(digit));
        words.push_str(unit);
    }
    words
}

const fn numeral(digit: u64) -> char {
    match digit {
        1 => '壹',
        2 => '贰',
        3 => '叁',
        4 => '肆',
        5 => '伍',
        6 => '陆',
        7 => '柒',
        8 => '捌',
        9 => '玖',
        _ => '零',
    }
}

/// Yuan with two digits after the point and commas: `1,000,000.00`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let yuan = (self.0 / FEN_PER_YUAN).to_string();
        for (place, digit) in yuan.chars().enumerate() {
            if place > 0 && (yuan.len() - place).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        write!(f, ".{:02}", self.0 % FEN_PER_YUAN)
    }
}

impl<'de> Deserialize<'de> for Fen {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl Explain for FenError {
    fn code(&self) -> &'static str {
        match self {
            Self::Form => "amount_form",
            Self::TooMuch => "amount_too_large",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        match (self, language) {
            (Self::Form, Language::Zh) => {
                Explanation::new("金额格式不对。", "请以元为单位填写数字，小数点后最多两位。")
            }
            (Self::Form, Language::En) => Explanation::new(
                "This is not an amount.",
                "Give yuan in digits, with at most two after the point.",
            ),
            (Self::TooMuch, Language::Zh) => {
                Explanation::new("金额过大。", "请核对是否多输了几位。")
            }
            (Self::TooMuch, Language::En) => Explanation::new(
                "The amount is larger than any that can be registered.",
                "Check whether there are digits too many.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn yuan_are_read_as_people_type_them() {
        for (text, fen) in [
            ("1000000", 100_000_000),
            ("1,000,000.00", 100_000_000),
            ("0.5", 50),
            ("０．０１", 1),
            ("12.30", 1_230),
        ] {
            assert_eq!(Fen::parse_yuan(text).unwrap().fen(), fen, "{text}");
        }
        for wrong in ["", "1.", ".5", "1.234", "-1", "1,00", "1000,000", "1e6", "一百", "1,,000"]
        {
            assert_eq!(Fen::parse_yuan(wrong).unwrap_err(), FenError::Form, "{wrong}");
        }
        assert_eq!(Fen::parse_yuan("100000000000000.01").unwrap_err(), FenError::TooMuch);
        assert_eq!(Fen::parse_yuan(&"9".repeat(40)).unwrap_err(), FenError::TooMuch);
    }

    #[test]
    fn an_amount_is_written_in_words_as_contracts_do() {
        for (yuan, words) in [
            ("1000000", "人民币壹佰万元整"),
            ("0", "人民币零元整"),
            ("0.05", "人民币伍分"),
            ("0.5", "人民币伍角整"),
            ("10", "人民币壹拾元整"),
            ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
            ("6007.14", "人民币陆仟零柒元壹角肆分"),
            ("325.04", "人民币叁佰贰拾伍元零肆分"),
            ("107000.53", "人民币壹拾万零柒仟元伍角叁分"),
            ("1680.32", "人民币壹仟陆佰捌拾元叁角贰分"),
            ("100000001", "人民币壹亿零壹元整"),
            ("1000000000000", "人民币壹万亿元整"),
            ("100000000000000", "人民币壹佰万亿元整"),
            ("12340000000000", "人民币壹拾贰万叁仟肆佰亿元整"),
            ("1000000010000", "人民币壹万亿零壹万元整"),
            ("10005", "人民币壹万零伍元整"),
            ("11000", "人民币壹万壹仟元整"),
            ("11230", "人民币壹万壹仟贰佰叁拾元整"),
            ("101234", "人民币壹拾万零壹仟贰佰叁拾肆元整"),
        ] {
            assert_eq!(Fen::parse_yuan(yuan).unwrap().in_words(), words, "{yuan}");
        }
    }

    #[test]
    fn the_largest_amount_is_one_and_a_fen_more_is_not() {
        let largest = Fen::parse_yuan("100,000,000,000,000.00").unwrap();
        assert_eq!(largest.fen(), 10_000_000_000_000_000);
        assert_eq!(Fen::new(10_000_000_000_000_000), Ok(largest));
        assert_eq!(Fen::new(10_000_000_000_000_001), Err(FenError::TooMuch));
    }

    #[test]
    fn an_amount_is_shown_with_commas_and_stored_as_whole_fen() {
        for (fen, shown) in [
            (0, "0.00"),
            (5, "0.05"),
            (12_345, "123.45"),
            (123_450, "1,234.50"),
            (12_345_678, "123,456.78"),
            (100_000_000, "1,000,000.00"),
        ] {
            let amount = Fen::new(fen).unwrap();
            assert_eq!(amount.to_string(), shown);
            assert_eq!(serde_json::to_string(&amount).unwrap(), fen.to_string());
            assert_eq!(serde_json::from_str::<Fen>(&fen.to_string()).unwrap(), amount);
        }
        for wrong in ["10000000000000001", "-1", "1.5", "\"1\""] {
            assert!(serde_json::from_str::<Fen>(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_again(fen in 0u64..=MOST) {
            let amount = Fen::new(fen).unwrap();
            prop_assert_eq!(Fen::parse_yuan(&amount.to_string()).unwrap(), amount);
        }

        #[test]
        fn no_two_neighbouring_amounts_have_the_same_words(fen in 0u64..MOST) {
            prop_assert_ne!(Fen::new(fen).unwrap().in_words(), Fen::new(fen + 1).unwrap().in_words());
        }
    }
}
