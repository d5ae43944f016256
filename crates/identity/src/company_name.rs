//! Names of companies as they stand in a register.

use std::fmt;

use heqi_vocabulary::{Explain, Explanation, Language};
use unicode_normalization::UnicodeNormalization as _;

use crate::characters::{is_han, is_private_use};

const SHORTEST: usize = 4;
const LONGEST: usize = 100;

/// The end of a name that says what kind of body it is (企业名称登记管理规定 art. 10).
pub(crate) const ORGANISATION_FORMS: &[&str] = &[
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "（特殊普通合伙）",
    "（普通合伙）",
    "（有限合伙）",
    "专业合作社联合社",
    "专业合作社",
    "个人独资企业",
    "合伙企业",
    "分公司",
];

/// A registered name: Chinese characters, full-width brackets, and the digits or letters that
/// old names carry. Names of companies are public.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CompanyName(String);

/// Why a text is not such a name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CompanyNameError {
    /// Fewer than 4 or more than 100 characters.
    #[error("the name of a company has 4 to 100 characters")]
    Length,
    /// A character that no register writes.
    #[error("a character does not occur in names of companies")]
    Character,
    /// Brackets that do not pair.
    #[error("the brackets of the name do not pair")]
    Brackets,
}

impl CompanyName {
    /// Reads a name as typed; half-width brackets become full-width, as registers write them.
    ///
    /// # Errors
    /// [`CompanyNameError`].
    pub fn parse(text: &str) -> Result<Self, CompanyNameError> {
        let name: String = text.trim().nfc().map(full_width_bracket).collect();
        if !(SHORTEST..=LONGEST).contains(&name.chars().count()) {
            return Err(CompanyNameError::Length);
        }
        let fits = |c: char| {
            is_han(c)
                || c.is_ascii_alphanumeric()
                || matches!(c, '（' | '）' | '·' | '&' | '-' | ' ')
        };
        if name.chars().any(is_private_use) || !name.chars().all(fits) {
            return Err(CompanyNameError::Character);
        }
        if brackets_pair(&name) { Ok(Self(name)) } else { Err(CompanyNameError::Brackets) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What kind of body the end of the name says; `None` for a shop or another old form.
    pub fn organisation_form(&self) -> Option<&'static str> {
        ORGANISATION_FORMS.iter().find(|form| self.0.ends_with(**form)).copied()
    }
}

const fn full_width_bracket(c: char) -> char {
    match c {
        '(' => '（',
        ')' => '）',
        other => other,
    }
}

fn brackets_pair(name: &str) -> bool {
    let mut open = false;
    for c in name.chars() {
        match c {
            '（' if open => return false,
            '（' => open = true,
            '）' if !open => return false,
            '）' => open = false,
            _ => {}
        }
    }
    !open
}

impl fmt::Display for CompanyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Explain for CompanyNameError {
    fn code(&self) -> &'static str {
        match self {
            Self::Length => "company_name_length",
            Self::Character => "company_name_character",
            Self::Brackets => "company_name_brackets",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        match (self, language) {
            (Self::Length, Language::Zh) => {
                Explanation::new("企业名称应为 4 至 100 个字符。", "请按营业执照上的名称完整填写。")
            }
            (Self::Length, Language::En) => Explanation::new(
                "The name of a company has 4 to 100 characters.",
                "Give the whole name as it stands on the licence.",
            ),
            (Self::Character, Language::Zh) => Explanation::new(
                "企业名称中有登记机关不使用的字符。",
                "请按营业执照上的名称填写，使用规范汉字。",
            ),
            (Self::Character, Language::En) => Explanation::new(
                "A character does not occur in names of companies.",
                "Give the name as it stands on the licence.",
            ),
            (Self::Brackets, Language::Zh) => {
                Explanation::new("企业名称中的括号不成对。", "请补齐括号后再试。")
            }
            (Self::Brackets, Language::En) => Explanation::new(
                "The brackets of the name do not pair.",
                "Complete them and try again.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registered_names_are_read_and_their_brackets_become_full_width() {
        let name = CompanyName::parse("示例(杭州)茶业有限公司").unwrap();
        assert_eq!(name.as_str(), "示例（杭州）茶业有限公司");
        assert_eq!(name.to_string(), "示例（杭州）茶业有限公司");
        assert_eq!(name.organisation_form(), Some("有限公司"));
        let partnership = CompanyName::parse("杭州示例投资合伙企业（有限合伙）").unwrap();
        assert_eq!(partnership.organisation_form(), Some("（有限合伙）"));
        assert_eq!(CompanyName::parse("临安示例面馆").unwrap().organisation_form(), None);
    }

    #[test]
    fn other_characters_and_open_brackets_are_refused() {
        for (text, reason) in [
            ("公司", CompanyNameError::Length),
            ("示例<b>有限公司", CompanyNameError::Character),
            ("示例\u{E000}有限公司", CompanyNameError::Character),
            ("示例（杭州有限公司", CompanyNameError::Brackets),
            ("示例）杭州（有限公司", CompanyNameError::Brackets),
            ("示例（（杭州）有限公司", CompanyNameError::Brackets),
            ("示例（（杭州））有限公司", CompanyNameError::Brackets),
            ("示例杭州）有限公司", CompanyNameError::Brackets),
            ("示例（杭州））有限公司", CompanyNameError::Brackets),
        ] {
            assert_eq!(CompanyName::parse(text).unwrap_err(), reason, "{text}");
        }
    }

    #[test]
    fn a_name_has_four_to_a_hundred_characters() {
        for (length, reason) in [
            (3, Some(CompanyNameError::Length)),
            (4, None),
            (100, None),
            (101, Some(CompanyNameError::Length)),
        ] {
            assert_eq!(CompanyName::parse(&"穗".repeat(length)).err(), reason, "{length}");
        }
    }
}
