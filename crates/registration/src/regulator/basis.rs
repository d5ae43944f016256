//! Why somebody may search: the law with its article, and the number of the case. An authority
//! handles personal data within its powers and by the procedures of the law only (个人信息保护法
//! art. 34), so without both nothing is searched.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::fault::Class;
use crate::wording::{Told, refusals, say};

/// The longest law and article, in characters.
const MAX_BASIS: usize = 120;
/// The longest number of a case, in characters.
const MAX_CASE: usize = 60;

/// A law and an article of it, such as 《市场主体登记管理条例》第四十条.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct LegalBasis(String);

/// The usual ones: how they are written, and in English for whom that helps.
pub const USUAL: [(&str, &str); 6] = [
    (
        "《市场主体登记管理条例》第四十条",
        "Regulations on Registration of Market Entities, art. 40 (revocation of false registrations)",
    ),
    (
        "《市场主体登记管理条例》第三十九条",
        "Regulations on Registration of Market Entities, art. 39 (inspection powers)",
    ),
    ("《行政处罚法》第五十五条", "Administrative Penalty Law, art. 55 (investigation)"),
    ("《民事诉讼法》第七十条", "Civil Procedure Law, art. 70 (request of a court)"),
    ("《行政诉讼法》第四十条", "Administrative Procedure Law, art. 40 (request of a court)"),
    ("《刑事诉讼法》第五十四条", "Criminal Procedure Law, art. 54 (request of investigators)"),
];

/// The number of the case for which somebody searches, such as 杭临市监撤〔2026〕12号.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct CaseNumber(String);

/// Why a text is no legal basis or no number of a case.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BasisError {
    /// No law was named.
    #[error("the legal basis is missing")]
    NoBasis,
    /// It names no law with an article.
    #[error("the legal basis names no law with an article")]
    NotABasis,
    /// No case was named.
    #[error("the number of the case is missing")]
    NoCase,
    /// It can be no number of a case.
    #[error("the number of the case has 4 to {MAX_CASE} characters, one of them a digit")]
    NotACase,
}

impl LegalBasis {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LegalBasis {
    type Err = BasisError;

    fn from_str(text: &str) -> Result<Self, BasisError> {
        let text = one_line(text);
        if text.is_empty() {
            return Err(BasisError::NoBasis);
        }
        let law = text.split_once('《').and_then(|(_, rest)| rest.split_once('》'));
        let names_article = law.is_some_and(|(law, rest)| {
            let article = rest.split_once('第').and_then(|(_, rest)| rest.split_once('条'));
            law.chars().count() >= 2 && article.is_some_and(|(number, _)| is_number(number))
        });
        if names_article && text.chars().count() <= MAX_BASIS {
            Ok(Self(text))
        } else {
            Err(BasisError::NotABasis)
        }
    }
}

fn is_number(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_digit() || "〇零一二三四五六七八九十百千".contains(c))
}

impl CaseNumber {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CaseNumber {
    type Err = BasisError;

    fn from_str(text: &str) -> Result<Self, BasisError> {
        let text = one_line(text);
        if text.is_empty() {
            return Err(BasisError::NoCase);
        }
        let fits = (4..=MAX_CASE).contains(&text.chars().count())
            && text.chars().any(char::is_numeric)
            && !text.chars().any(char::is_control);
        if fits { Ok(Self(text)) } else { Err(BasisError::NotACase) }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

macro_rules! as_text {
    ($($name:ident),+) => {$(
        impl TryFrom<String> for $name {
            type Error = BasisError;

            fn try_from(text: String) -> Result<Self, BasisError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

as_text!(LegalBasis, CaseNumber);

impl BasisError {
    fn told(self) -> Told<'static> {
        match self {
            Self::NoBasis => say(
                "legal_basis_missing",
                [
                    "未填写法律依据，未进行查询：国家机关处理个人信息应当依照法定权限和程序（《个人信息保护法》第三十四条）。",
                    "请选择或填写法律名称及条文，例如《市场主体登记管理条例》第四十条。",
                ],
                [
                    "No legal basis was given, so nothing was searched: an authority handles personal data within its legal powers and procedures only (Personal Information Protection Law, art. 34).",
                    "Choose or type the law with its article, for instance 《市场主体登记管理条例》第四十条.",
                ],
            ),
            Self::NotABasis => say(
                "legal_basis_malformed",
                [
                    "法律依据须写明法律名称和条文，未进行查询（《个人信息保护法》第三十四条）。",
                    "请按“《法律名称》第×条”填写。",
                ],
                [
                    "The legal basis must name a law and an article; nothing was searched (Personal Information Protection Law, art. 34).",
                    "Write it as 《name of the law》第×条.",
                ],
            ),
            Self::NoCase => say(
                "case_number_missing",
                [
                    "未填写案号，未进行查询：每次查询须与一件在办案件对应（《个人信息保护法》第三十四条）。",
                    "请填写案件或协查函的文号。",
                ],
                [
                    "No case number was given, so nothing was searched: every search belongs to a case under way (Personal Information Protection Law, art. 34).",
                    "Type the number of the case or of the letter that asks for help.",
                ],
            ),
            Self::NotACase => say(
                "case_number_malformed",
                ["案号格式不正确，未进行查询。", "请填写4至60个字、含有数字的文号。"],
                [
                    "This is no number of a case; nothing was searched.",
                    "Type 4 to 60 characters, one of them a digit.",
                ],
            ),
        }
        .is(Class::BadInput)
    }
}

refusals!(BasisError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_basis_is_one_and_a_law_without_an_article_is_none() {
        for (text, _) in USUAL {
            assert_eq!(text.parse::<LegalBasis>().unwrap().as_str(), text);
        }
        assert_eq!("  ".parse::<LegalBasis>(), Err(BasisError::NoBasis));
        for text in [
            "工作需要",
            "《公司法》",
            "《公司法》第条",
            "公司法第四条",
            "《》第四条",
            "《公司法》第x条",
        ] {
            assert_eq!(text.parse::<LegalBasis>(), Err(BasisError::NotABasis), "{text}");
        }
    }

    #[test]
    fn a_case_has_a_number() {
        assert!("杭临市监撤〔2026〕12号".parse::<CaseNumber>().is_ok());
        assert_eq!("".parse::<CaseNumber>(), Err(BasisError::NoCase));
        for text in ["12", "某某案件", &"1".repeat(61)] {
            assert_eq!(text.parse::<CaseNumber>(), Err(BasisError::NotACase), "{text}");
        }
    }
}
