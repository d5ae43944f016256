//! The two sentences of every refusal, in both languages side by side, so that nobody
//! changes one and forgets the other.

use std::borrow::Cow;
use std::fmt::Display;

use heqi_vocabulary::{Explanation, Language};

use crate::fault::{Class, Refusal};

/// A stable code and, per language, what happened and what to do.
pub(crate) struct Wording {
    pub(crate) code: &'static str,
    zh: [Cow<'static, str>; 2],
    en: [Cow<'static, str>; 2],
}

/// How an error is told: by the error inside it, or in words of its own.
pub(crate) enum Told<'a> {
    By(&'a dyn Refusal),
    Said(Class, Wording),
}

/// The wording `code` with its sentences in Chinese and in English.
pub(crate) const fn say(
    code: &'static str,
    [zh_what, zh_next]: [&'static str; 2],
    [en_what, en_next]: [&'static str; 2],
) -> Wording {
    Wording {
        code,
        zh: [Cow::Borrowed(zh_what), Cow::Borrowed(zh_next)],
        en: [Cow::Borrowed(en_what), Cow::Borrowed(en_next)],
    }
}

impl Wording {
    /// Puts a value in the place of `mark` in both languages.
    pub(crate) fn with(self, mark: &str, value: impl Display) -> Self {
        let value = value.to_string();
        let fill = |text: Cow<'static, str>| Cow::Owned(text.replace(mark, &value));
        Self { code: self.code, zh: self.zh.map(fill), en: self.en.map(fill) }
    }

    /// The explanation in one language.
    pub(crate) fn explain(self, language: Language) -> Explanation {
        let [what, next] = match language {
            Language::Zh => self.zh,
            Language::En => self.en,
        };
        Explanation::new(what, next)
    }

    /// The same as an error of this class.
    pub(crate) const fn is(self, class: Class) -> Told<'static> {
        Told::Said(class, self)
    }
}

/// Implements `Explain` and `Refusal` for errors that have a `told(&self)`.
macro_rules! refusals {
    ($($error:ty),+ $(,)?) => {$(
        impl heqi_vocabulary::Explain for $error {
            fn code(&self) -> &'static str {
                match self.told() {
                    $crate::wording::Told::By(inner) => inner.code(),
                    $crate::wording::Told::Said(_, wording) => wording.code,
                }
            }

            fn explain(
                &self,
                language: heqi_vocabulary::Language,
            ) -> heqi_vocabulary::Explanation {
                match self.told() {
                    $crate::wording::Told::By(inner) => inner.explain(language),
                    $crate::wording::Told::Said(_, wording) => wording.explain(language),
                }
            }
        }

        impl $crate::fault::Refusal for $error {
            fn class(&self) -> $crate::fault::Class {
                match self.told() {
                    $crate::wording::Told::By(inner) => inner.class(),
                    $crate::wording::Told::Said(class, _) => class,
                }
            }
        }
    )+};
}
pub(crate) use refusals;
