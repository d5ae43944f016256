//! A text in both languages.

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
