//! The two sentences of every refusal, in both languages side by side, so that nobody changes
//! one and forgets the other.

use std::fmt::Display;

use heqi_vocabulary::{Explanation, Language};

/// What a caller does about an error. A service maps each to one answer.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a new class must reach every service")]
pub enum Class {
    /// What was sent cannot be read or breaks a rule whatever the state.
    BadInput,
    /// Nobody has signed in, or not fully.
    Unauthenticated,
    /// This person may not do this.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// It cannot happen in the present state.
    Conflict,
    /// Not now; the same may be tried again.
    Unavailable,
    /// The office's own fault.
    Internal,
}

/// A stable code, its class, and per language what happened and what to do.
pub(crate) struct Said {
    pub(crate) code: &'static str,
    pub(crate) class: Class,
    zh: [String; 2],
    en: [String; 2],
}

/// The wording `code` of `class`.
pub(crate) fn say(class: Class, code: &'static str, zh: [&str; 2], en: [&str; 2]) -> Said {
    Said { code, class, zh: zh.map(str::to_owned), en: en.map(str::to_owned) }
}

impl Said {
    /// Puts a value in the place of `mark` in both languages.
    pub(crate) fn with(self, mark: &str, zh: impl Display, en: impl Display) -> Self {
        let fill = |texts: [String; 2], value: String| texts.map(|t| t.replace(mark, &value));
        Self { zh: fill(self.zh, zh.to_string()), en: fill(self.en, en.to_string()), ..self }
    }

    /// The explanation in one language.
    pub(crate) fn explain(self, language: Language) -> Explanation {
        let [what, next] = match language {
            Language::Zh => self.zh,
            Language::En => self.en,
        };
        Explanation::new(what, next)
    }
}
