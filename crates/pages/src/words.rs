//! A text in both languages.

use std::fmt::Display;

use heqi_vocabulary::Language;

/// A text in both languages, side by side.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Words {
    zh: &'static str,
    en: &'static str,
}

impl Words {
    /// Both texts.
    pub const fn new(zh: &'static str, en: &'static str) -> Self {
        Self { zh, en }
    }

    /// The text in `language`.
    pub const fn in_language(self, language: Language) -> &'static str {
        language.pick(self.zh, self.en)
    }
}

/// What stands behind a text in brackets, in those of its language.
pub(crate) fn bracketed(what: &dyn Display, language: Language) -> String {
    match language {
        Language::Zh => format!("（{what}）"),
        Language::En => format!(" ({what})"),
    }
}
