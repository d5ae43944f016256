//! The two languages of every text for people.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language of the interface.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "every text must exist in every language listed here")]
pub enum Language {
    /// Simplified Chinese, the first language.
    #[default]
    Zh,
    /// English.
    En,
}

impl Language {
    /// The BCP 47 tag for `lang` attributes and `Content-Language`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// Picks the text in this language.
    pub const fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// The better of the two for an HTTP `Accept-Language` value (RFC 9110, 12.5.4) or a
    /// POSIX locale such as `en_GB.UTF-8`; Chinese when neither is named.
    pub fn preferred(wanted: &str) -> Self {
        let mut best = (0u32, Self::Zh);
        for range in wanted.split(',') {
            let mut parts = range.trim().split(';');
            let tag = parts.next().unwrap_or("").trim().to_ascii_lowercase();
            let weight = parts
                .find_map(|p| p.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()))
                .map_or(1000, thousandths);
            let language = match tag.get(..2) {
                Some("zh") => Self::Zh,
                Some("en") => Self::En,
                _ => continue,
            };
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=1000 just before"
)]
fn thousandths(q: f32) -> u32 {
    (q.clamp(0.0, 1.0) * 1000.0) as u32
}

impl FromStr for Language {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "zh" | "zh-CN" => Ok(Self::Zh),
            "en" => Ok(Self::En),
            _ => Err("the languages are zh and en"),
        }
    }
}

/// What a person is told about a failure: what happened, and what to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Explanation {
    /// What happened, one sentence.
    pub what: String,
    /// What to do now, one sentence.
    pub next: String,
}

impl Explanation {
    /// An explanation from its two sentences.
    pub fn new(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what: what.into(), next: next.into() }
    }
}

/// A failure that can explain itself to people in both languages and never contains
/// personal data.
pub trait Explain: std::error::Error {
    /// A stable word for programs, `snake_case`.
    fn code(&self) -> &'static str;

    /// The two sentences for people.
    fn explain(&self, language: Language) -> Explanation;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heavier_language_wins_and_chinese_is_the_default() {
        assert_eq!(Language::preferred("en-GB,en;q=0.9,zh;q=0.8"), Language::En);
        assert_eq!(Language::preferred("fr, en;q=0.3, zh-CN;q=0.7"), Language::Zh);
        assert_eq!(Language::preferred("en_US.UTF-8"), Language::En);
        assert_eq!(Language::preferred("de"), Language::Zh);
        assert_eq!(Language::preferred(""), Language::Zh);
        assert_eq!(Language::preferred("en;q=nan"), Language::Zh);
        assert_eq!(Language::preferred("zh;q=0.3, en;q=0.7"), Language::En);
        assert_eq!(Language::preferred("en;q=0.001"), Language::En);
    }

    #[test]
    fn a_language_has_its_names_and_picks_its_text() {
        for (name, language) in
            [("zh", Language::Zh), ("zh-CN", Language::Zh), ("en", Language::En)]
        {
            assert_eq!(name.parse(), Ok(language));
        }
        assert!("fr".parse::<Language>().is_err());
        assert_eq!((Language::Zh.tag(), Language::En.tag()), ("zh-CN", "en"));
        assert_eq!((Language::Zh.pick("中", "e"), Language::En.pick("中", "e")), ("中", "e"));
    }
}
