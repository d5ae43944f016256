//! The words of messages. Every purpose has a built-in template in both languages; an
//! operator may give others. A template is checked when it is read: a place that nothing
//! fills, or a word that is banned, is an error of the settings and not of a message.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use heqi_identity::short_name::in_short;
use heqi_vocabulary::{Digest, Language};
use serde::Deserialize;

use crate::segments::{MAX_SEGMENTS, segments};

mod built_in;

pub use built_in::PURPOSES;

/// Words that promise more than there is (domain study 11.6).
const BANNED: [&str; 4] = ["见证", "公证签名", "已公证", "已证明"];
/// What a text message may tell in short: the page that it leads to has it whole.
const SHORTENED: [&str; 4] = ["company", "handler", "matter", "name"];
/// How many characters are left of each, where a text message has too many segments.
const SHORTER: [usize; 2] = [20, 8];

/// One template: the text of a text message, subject and text of an e-mail.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a setting: operators fill it")]
pub struct Template {
    /// The text message; the sender's name stands before it.
    pub sms: String,
    /// The subject of the e-mail.
    pub subject: String,
    /// The text of the e-mail.
    pub email: String,
}

/// The templates of an operator: built-in ones where none is given.
#[derive(Clone, Debug)]
pub struct Templates {
    sender: BTreeMap<&'static str, String>,
    texts: BTreeMap<(String, &'static str), Template>,
}

/// Why templates are not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// No message has this purpose.
    #[error("no message has the purpose {0}")]
    Purpose(String),
    /// A place that no message of this purpose fills.
    #[error("the template {purpose} has the place {{{place}}}, which nothing fills")]
    Place {
        /// Of which purpose.
        purpose: String,
        /// The place.
        place: String,
    },
    /// A brace that is not closed.
    #[error("the template {0} has a place that is not closed")]
    Open(String),
    /// A word that promises more than there is.
    #[error("the template {purpose} has the banned word {word}")]
    Banned {
        /// Of which purpose.
        purpose: String,
        /// The word.
        word: &'static str,
    },
    /// A place that only the text of a mail may have.
    #[error(
        "the template {purpose} has the place {{{place}}}, which is for the text of its e-mail alone"
    )]
    MailOnly {
        /// Of which purpose.
        purpose: String,
        /// The place.
        place: String,
    },
    /// The code must be in the message that sends it.
    #[error("a template that sends a code lacks the place {{code}}")]
    NoCode,
}

/// A message in words.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct Words {
    /// The text message.
    pub sms: String,
    /// The subject of the e-mail.
    pub subject: String,
    /// The text of the e-mail.
    pub email: String,
    /// SHA-256 of the template before its places are filled: its three texts, each followed
    /// by a line feed.
    pub template_sha256: Digest,
}

/// Without the words.
impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({})", self.template_sha256)
    }
}

impl Templates {
    /// The built-in templates in the name of `sender`.
    pub fn built_in(sender_zh: &str, sender_en: &str) -> Self {
        let texts = PURPOSES.iter().flat_map(|purpose| {
            [Language::Zh, Language::En].map(|language| {
                ((purpose.word.to_owned(), language.tag()), purpose.template(language))
            })
        });
        let sender = [(Language::Zh, sender_zh), (Language::En, sender_en)];
        Self {
            sender: sender.map(|(l, name)| (l.tag(), name.to_owned())).into(),
            texts: texts.collect(),
        }
    }

    /// The same with another template for one purpose and language.
    ///
    /// # Errors
    /// See [`TemplateError`].
    pub fn replace(
        &mut self,
        purpose: &str,
        language: Language,
        template: Template,
    ) -> Result<(), TemplateError> {
        let known = PURPOSES.iter().find(|known| known.word == purpose);
        let known = known.ok_or_else(|| TemplateError::Purpose(purpose.to_owned()))?;
        check(known, &template)?;
        self.texts.insert((purpose.to_owned(), language.tag()), template);
        Ok(())
    }

    /// Fills the template of a purpose. Values are never read as places. `None`: there is no
    /// such purpose, or a place has no value.
    pub fn fill(
        &self,
        purpose: &str,
        language: Language,
        values: &BTreeMap<&'static str, String>,
    ) -> Option<Words> {
        let template = self.texts.get(&(purpose.to_owned(), language.tag()))?;
        let sender = self.sender.get(language.tag())?;
        let mut exact = String::new();
        for text in [&template.sms, &template.subject, &template.email] {
            let _ = writeln!(exact, "{text}");
        }
        let head = language.pick("【{}】", "[{}] ").replace("{}", sender);
        Some(Words {
            sms: short_enough(&head, &template.sms, values)?,
            subject: fill(&template.subject, values)?,
            email: fill(&template.email, values)?,
            template_sha256: Digest::of(exact.as_bytes()),
        })
    }
}

/// A text message of as few segments as names in short make it: the company as people call it where that saves one,
/// and whatever is still too long for a gateway cut.
fn short_enough(
    head: &str,
    template: &str,
    values: &BTreeMap<&'static str, String>,
) -> Option<String> {
    let whole = format!("{head}{}", fill(template, values)?);
    let called = as_called(values);
    let mut text = format!("{head}{}", fill(template, &called)?);
    if segments(&text).1 == segments(&whole).1 {
        text = whole;
    }
    for most in SHORTER {
        if segments(&text).1 <= MAX_SEGMENTS {
            break;
        }
        text = format!("{head}{}", fill(template, &shortened(&called, most))?);
    }
    Some(text)
}

/// The same with the company as people call it (domain study 7.3, 公司简称), where its name has a short form.
fn as_called(values: &BTreeMap<&'static str, String>) -> BTreeMap<&'static str, String> {
    let mut called = values.clone();
    if let Some(company) = called.get_mut("company")
        && let Some(short) = in_short(company)
    {
        *company = short.to_owned();
    }
    called
}

fn shortened(
    values: &BTreeMap<&'static str, String>,
    most: usize,
) -> BTreeMap<&'static str, String> {
    let cut = |(name, value): (&&'static str, &String)| {
        let is_long = SHORTENED.contains(name) && value.chars().count() > most;
        let kept: String = if is_long {
            value.chars().take(most.saturating_sub(1)).chain(['…']).collect()
        } else {
            value.clone()
        };
        (*name, kept)
    };
    values.iter().map(cut).collect()
}

/// What can stand in a template of one purpose.
#[derive(Debug)]
#[non_exhaustive]
pub struct Known {
    /// The word of the purpose.
    pub word: &'static str,
    /// The places its messages fill.
    pub places: &'static [&'static str],
    zh: [&'static str; 3],
    en: [&'static str; 3],
}

impl Known {
    fn template(&self, language: Language) -> Template {
        let [sms, subject, email] = match language {
            Language::Zh => self.zh,
            Language::En => self.en,
        };
        Template { sms: sms.into(), subject: subject.into(), email: email.into() }
    }
}

fn check(known: &Known, template: &Template) -> Result<(), TemplateError> {
    let purpose = || known.word.to_owned();
    for text in [&template.sms, &template.subject, &template.email] {
        if let Some(word) = BANNED.into_iter().find(|word| text.contains(word)) {
            return Err(TemplateError::Banned { purpose: purpose(), word });
        }
        for place in places(text).map_err(|()| TemplateError::Open(purpose()))? {
            if !known.places.contains(&place) {
                return Err(TemplateError::Place { purpose: purpose(), place: place.to_owned() });
            }
            let is_mail = std::ptr::eq(text, &raw const template.email);
            if !is_mail && built_in::MAIL_ONLY.contains(&place) {
                let place = place.to_owned();
                return Err(TemplateError::MailOnly { purpose: purpose(), place });
            }
        }
        let is_body = !std::ptr::eq(text, &raw const template.subject);
        if known.places.contains(&"code") && is_body && !text.contains("{code}") {
            return Err(TemplateError::NoCode);
        }
    }
    Ok(())
}

fn places(text: &str) -> Result<Vec<&str>, ()> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('{') {
        let (place, tail) = after.split_once('}').ok_or(())?;
        found.push(place);
        rest = tail;
    }
    Ok(found)
}

fn fill(template: &str, values: &BTreeMap<&'static str, String>) -> Option<String> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (place, tail) = after.split_once('}')?;
        filled.push_str(before);
        filled.push_str(values.get(place)?);
        rest = tail;
    }
    filled.push_str(rest);
    Some(filled)
}

#[cfg(test)]
mod tests;
