//! The two sentences of every refusal, in both languages side by side, so that nobody
//! changes one and forgets the other.

use std::borrow::Cow;
use std::fmt::Display;

use heqi_vocabulary::{Explanation, Language};

/// A stable code and, per language, what happened and what to do.
pub(crate) struct Wording {
    pub(crate) code: &'static str,
    zh: [Cow<'static, str>; 2],
    en: [Cow<'static, str>; 2],
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
    /// Puts a value in the place of `mark`, in each language its own form.
    pub(crate) fn with(self, mark: &str, zh: impl Display, en: impl Display) -> Self {
        let (zh, en) = (zh.to_string(), en.to_string());
        Self {
            code: self.code,
            zh: self.zh.map(|text| Cow::Owned(text.replace(mark, &zh))),
            en: self.en.map(|text| Cow::Owned(text.replace(mark, &en))),
        }
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

/// Implements [`heqi_vocabulary::Explain`] for errors that have a `wording(&self)`.
macro_rules! explained {
    ($($error:ty),+ $(,)?) => {$(
        impl heqi_vocabulary::Explain for $error {
            fn code(&self) -> &'static str {
                self.wording().code
            }

            fn explain(
                &self,
                language: heqi_vocabulary::Language,
            ) -> heqi_vocabulary::Explanation {
                self.wording().explain(language)
            }
        }
    )+};
}
pub(crate) use explained;
