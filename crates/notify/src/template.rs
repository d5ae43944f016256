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
mod tests {
    use super::*;

    fn values() -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("code", "012345".to_owned()),
            ("company", "杭州示例青穗茶业有限公司".to_owned()),
            ("date", "11月26日20:05".to_owned()),
            ("device", "Android PGT-AN00（浏览器自述）".to_owned()),
            ("documents", "1.《公司章程》（校验码ba7816bf）".to_owned()),
            ("handler", "何静".to_owned()),
            ("link", "https://s.example/s/0123456789".to_owned()),
            ("matter", "公司设立登记".to_owned()),
            ("message", "msg_0".to_owned()),
            ("method", "实名信息核验+签署照片".to_owned()),
            ("name", "龚𠮷".to_owned()),
            ("number", "61842059".to_owned()),
            ("operator", "示例文签平台".to_owned()),
            ("place", "北纬30.2度、东经119.7度一带".to_owned()),
            ("telephone", "0571-0000-0000".to_owned()),
            ("time", "11月23日20:05".to_owned()),
        ])
    }

    #[test]
    fn every_built_in_template_is_one_an_operator_could_give_and_fits_three_segments() {
        let templates = Templates::built_in("示例商事文签", "Example Signing");
        for known in &PURPOSES {
            for language in [Language::Zh, Language::En] {
                check(known, &known.template(language)).unwrap();
                let words = templates.fill(known.word, language, &values()).unwrap();
                let (_, count) = segments(&words.sms);
                assert!(count <= MAX_SEGMENTS, "{} {}: {count}", known.word, language.tag());
                assert!(!words.email.contains('{') && !words.subject.is_empty());
                if known.word == "code" {
                    assert_eq!(count, 1, "a code is one segment");
                }
            }
        }
    }

    /// The longest names there are, a link as long as ours, and the other language: refused by the gateway, a message
    /// would reach nobody.
    #[test]
    fn the_longest_names_still_fit_three_segments_and_stand_whole_in_the_mail() {
        let templates = Templates::built_in("临安商事文签", "Lin'an Business Signing");
        let mut values = values();
        let (company, handler) = ("示".repeat(100), "阿".repeat(62));
        values.insert("company", company.clone());
        values.insert("handler", handler);
        values.insert("link", format!("https://sign.example.org/s/{}", "0".repeat(26)));
        let mut english = values.clone();
        english.insert("matter", "change of registration".into());
        for (language, values) in [(Language::Zh, &values), (Language::En, &english)] {
            for known in &PURPOSES {
                let words = templates.fill(known.word, language, values).unwrap();
                let (_, count) = segments(&words.sms);
                assert!(count <= MAX_SEGMENTS, "{} {count}: {}", known.word, words.sms);
                for place in ["{code}", "{link}", "{telephone}", "{date}", "{time}"] {
                    let name = place.trim_matches(['{', '}']);
                    let whole = &values[name];
                    let is_asked = known.template(language).sms.contains(place);
                    assert!(!is_asked || words.sms.contains(whole), "{} lacks {name}", known.word);
                }
                let is_named = known.template(language).email.contains("{company}");
                assert!(!is_named || words.email.contains(&company), "{}", known.word);
            }
        }
    }

    #[test]
    fn a_message_that_is_short_enough_tells_every_name_whole() {
        let words = Templates::built_in("示例商事文签", "Example Signing")
            .fill("invitation", Language::Zh, &values())
            .unwrap();
        assert!(words.sms.contains("杭州示例青穗茶业有限公司"), "{}", words.sms);
        assert!(!words.sms.contains('…'), "{}", words.sms);
    }

    #[test]
    fn a_company_is_told_as_people_call_it_where_that_saves_a_segment() {
        let templates = Templates::built_in("示例商事文签", "Example Signing");
        let mut values = values();
        let called = "示例青穗".repeat(11);
        let company = format!("杭州市临安区{called}有限公司");
        values.insert("company", company.clone());
        let words = templates.fill("invitation", Language::Zh, &values).unwrap();
        assert!(words.sms.contains(&format!("签署{called}的")), "{}", words.sms);
        assert_eq!(segments(&words.sms).1, 2, "{}", words.sms);
        let told_whole = words.sms.replace(&called, &company);
        assert_eq!(segments(&told_whole).1, 3, "{told_whole}");
        assert!(words.email.contains(&company), "{}", words.email);
        // Where it is too long all the same, what is cut is not the place in front.
        values.insert("handler", "阿".repeat(62));
        values.insert("link", format!("https://sign.example.org/s/{}", "0".repeat(26)));
        let words = templates.fill("invitation", Language::Zh, &values).unwrap();
        assert!(!words.sms.contains("杭州市"), "{}", words.sms);
        assert!(segments(&words.sms).1 <= MAX_SEGMENTS, "{}", words.sms);
    }

    #[test]
    fn a_value_is_never_read_as_a_place() {
        let templates = Templates::built_in("a", "a");
        let mut values = values();
        values.insert("company", "{code}{name}".to_owned());
        let words = templates.fill("all_signed", Language::Zh, &values).unwrap();
        assert!(words.sms.contains("{code}{name}"));
    }

    #[test]
    fn a_template_that_cannot_be_filled_is_refused_when_it_is_read() {
        let mut templates = Templates::built_in("a", "a");
        let template =
            |sms: &str| Template { sms: sms.into(), subject: "s".into(), email: "e".into() };
        let mut give = |purpose: &str, sms: &str| {
            templates.replace(purpose, Language::Zh, template(sms)).unwrap_err()
        };
        assert!(matches!(give("greeting", "a"), TemplateError::Purpose(_)));
        assert!(matches!(give("invitation", "{code}"), TemplateError::Place { .. }));
        assert!(matches!(give("invitation", "{link"), TemplateError::Open(_)));
        assert!(matches!(give("invitation", "已公证"), TemplateError::Banned { .. }));
        assert!(matches!(give("code", "123"), TemplateError::NoCode));
        let signed = "signed_in_your_name";
        assert!(matches!(give(signed, "{place}"), TemplateError::MailOnly { .. }));
        assert!(matches!(give("all_signed", "{place}"), TemplateError::Place { .. }));
    }

    #[test]
    fn how_where_and_with_what_was_signed_stands_in_the_mail_and_in_no_text_message() {
        let templates = Templates::built_in("示例商事文签", "Example Signing");
        let values = values();
        for language in [Language::Zh, Language::En] {
            let words = templates.fill("signed_in_your_name", language, &values).unwrap();
            for place in built_in::MAIL_ONLY {
                let said = &values[place];
                assert!(words.email.contains(said), "{place}: {}", words.email);
                assert!(!words.sms.contains(said) && !words.subject.contains(said), "{place}");
            }
        }
    }

    #[test]
    fn another_template_has_another_digest_and_values_do_not_change_it() {
        let mut templates = Templates::built_in("a", "a");
        let before = templates.fill("invitation", Language::Zh, &values()).unwrap();
        let mut others = values();
        others.insert("company", "别的".into());
        let same = templates.fill("invitation", Language::Zh, &others).unwrap();
        assert_eq!(before.template_sha256, same.template_sha256);
        let template = Template { sms: "{link}".into(), subject: "s".into(), email: "e".into() };
        templates.replace("invitation", Language::Zh, template).unwrap();
        let after = templates.fill("invitation", Language::Zh, &values()).unwrap();
        assert_ne!(before.template_sha256, after.template_sha256);
    }
}
