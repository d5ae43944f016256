//! Names and titles as somebody typed them. Parsing keeps out what cannot be printed or
//! would mislead a reader; it says nothing about whether the words are true. What a person's
//! name is made of is decided by crate `identity`; a row from before those rules is still read.

use std::fmt;
use std::str::FromStr;

use heqi_identity::PersonName;
use heqi_identity::person_name::PersonNameError;
use serde::{Deserialize, Serialize};

use crate::wording::{Wording, explained, say};

/// Words of a length that can be printed: how they are kept, read back and shown.
macro_rules! kept_words {
    ($(#[$doc:meta])* $name:ident, $least:literal ..= $most:literal, $zh:literal, $en:literal) => {
        $(#[$doc])*
        #[derive(Clone, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The words as they are shown.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = WordsError;

            fn try_from(text: String) -> Result<Self, WordsError> {
                let trimmed = text.trim();
                if !($least..=$most).contains(&trimmed.chars().count()) {
                    return Err(WordsError::Length { zh: $zh, en: $en, least: $least, most: $most });
                }
                if !trimmed.chars().all(is_printable) {
                    return Err(WordsError::Character { zh: $zh, en: $en });
                }
                Ok(Self(trimmed.to_owned()))
            }
        }

        impl From<$name> for String {
            fn from(words: $name) -> Self {
                words.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        /// Without the words: names never reach a log by way of `Debug`.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({} characters)", stringify!($name), self.0.chars().count())
            }
        }
    };
}

/// The same, typed with no other rule than that of rows.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $least:literal ..= $most:literal, $zh:literal, $en:literal) => {
        kept_words! { $(#[$doc])* $name, $least ..= $most, $zh, $en }

        impl FromStr for $name {
            type Err = WordsError;

            fn from_str(text: &str) -> Result<Self, WordsError> {
                Self::try_from(text.to_owned())
            }
        }
    };
}

kept_words! {
    /// A person's name as declared by the handler or the person, rare characters included
    /// (𠮷, 䶮). Typed, it is a [`PersonName`] as on the document, in NFC; rows from before that
    /// rule have 1 to 64 characters that can be printed. Nobody vouches for it.
    DeclaredName, 1..=64, "姓名", "name"
}

impl FromStr for DeclaredName {
    type Err = PersonNameError;

    fn from_str(text: &str) -> Result<Self, PersonNameError> {
        Ok(Self(PersonName::parse(text)?.expose().to_owned()))
    }
}

impl DeclaredName {
    /// Whether this is the same name, however either was typed: composed or not, with whatever
    /// dot.
    pub fn is_same_as(&self, other: &str) -> bool {
        let normalised = |text: &str| {
            let name = PersonName::parse(text);
            name.map_or_else(|_| text.to_owned(), |name| name.normalised().to_owned())
        };
        normalised(&self.0) == normalised(other)
    }
}

words! {
    /// A company's name as declared: 2 to 100 characters.
    CompanyTitle, 2..=100, "公司名称", "company name"
}
words! {
    /// The name of an organisation with staff: 2 to 100 characters.
    OfficeName, 2..=100, "单位名称", "name of the organisation"
}
words! {
    /// Why a member of staff decided so: 2 to 500 characters.
    Grounds, 2..=500, "理由", "reason"
}
words! {
    /// The title of a document: 1 to 200 characters.
    DocumentTitle, 1..=200, "文书名称", "document title"
}

/// Where a store keeps an object: an opaque text of 1 to 128 visible ASCII characters
/// which only the store reads.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectRef(String);

impl ObjectRef {
    /// The store's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ObjectRef {
    type Error = WordsError;

    fn try_from(text: String) -> Result<Self, WordsError> {
        let (zh, en) = ("存储位置", "object reference");
        if !(1..=128).contains(&text.len()) {
            return Err(WordsError::Length { zh, en, least: 1, most: 128 });
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(WordsError::Character { zh, en });
        }
        Ok(Self(text))
    }
}

impl From<ObjectRef> for String {
    fn from(object: ObjectRef) -> Self {
        object.0
    }
}

/// Why a text is not a name or title.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WordsError {
    /// Too short or too long, counted in characters without surrounding space.
    #[error("the {en} has {least} to {most} characters")]
    Length {
        /// What was being read, in Chinese.
        zh: &'static str,
        /// What was being read, in English.
        en: &'static str,
        /// Least number of characters.
        least: usize,
        /// Most characters.
        most: usize,
    },
    /// A control, private-use, invisible or direction-changing character.
    #[error("the {en} contains a character that cannot be printed")]
    Character {
        /// What was being read, in Chinese.
        zh: &'static str,
        /// What was being read, in English.
        en: &'static str,
    },
}

impl WordsError {
    fn wording(self) -> Wording {
        match self {
            Self::Length { zh, en, least, most } => say(
                "text_length",
                ["{what}的长度应为{least}至{most}个字符。", "请核对后重新填写。"],
                ["The {what} must have {least} to {most} characters.", "Check it and enter it again."],
            )
            .with("{what}", zh, en)
            .with("{least}", least, least)
            .with("{most}", most, most),
            Self::Character { zh, en } => say(
                "text_character",
                ["{what}中有无法打印的字符。", "请删除该字符；生僻字请用系统输入法输入，不要使用自造字。"],
                [
                    "The {what} contains a character that cannot be printed.",
                    "Remove it; enter rare characters with a standard keyboard, not as private-use characters.",
                ],
            )
            .with("{what}", zh, en),
        }
    }
}

explained!(WordsError);

/// Whether a reader sees this character as what it is. Variation selectors stay: names
/// on identity cards need them.
fn is_printable(c: char) -> bool {
    let private_use = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}');
    let invisible = matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{ffff}'
            | '\u{fdd0}'..='\u{fdef}' | '\u{e0000}'..='\u{e007f}'
    );
    let noncharacter = u32::from(c) & 0xfffe == 0xfffe;
    !(c.is_control() || private_use || invisible || noncharacter)
}

#[cfg(test)]
mod tests {
    use heqi_vocabulary::Explain as _;

    use super::*;

    #[test]
    fn rare_characters_and_middle_dots_are_names() {
        for name in ["龚𠮷", "䶮㛃", "阿卜杜拉·买买提", "阿卜杜拉•买买提", "O'Neill"]
        {
            assert_eq!(name.parse::<DeclaredName>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn edge_case_10_a_name_is_kept_composed_and_is_the_same_with_every_dot() {
        let typed: DeclaredName = "JOSE\u{301}".parse().unwrap();
        assert_eq!(typed.as_str(), "JOS\u{c9}");
        assert!(typed.is_same_as("JOSE\u{301}") && !typed.is_same_as("JOSE"));
        let dotted: DeclaredName = "阿卜杜拉·买买提".parse().unwrap();
        assert!(dotted.is_same_as("阿卜杜拉•买买提") && !dotted.is_same_as("阿卜杜拉买买提"));
    }

    #[test]
    fn what_no_name_is_made_of_is_typed_no_more_and_still_read_from_rows() {
        for (name, code) in [
            ("陈<b>", "name_character"),
            ("示例1", "name_character"),
            ("葛\u{e0100}飾", "name_character"),
            ("䶮", "name_length"),
            ("·陈素英", "name_separator"),
        ] {
            assert_eq!(name.parse::<DeclaredName>().unwrap_err().code(), code, "{name}");
            let row = serde_json::to_string(name).unwrap();
            assert_eq!(serde_json::from_str::<DeclaredName>(&row).unwrap().as_str(), name);
        }
    }

    #[test]
    fn surrounding_space_is_not_part_of_a_name() {
        assert_eq!(" 陈素英\u{3000}".parse::<DeclaredName>().unwrap().as_str(), "陈素英");
        assert!(" \u{3000}".parse::<DeclaredName>().is_err());
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert!("𠮷".repeat(64).parse::<DeclaredName>().is_ok());
        assert!("𠮷".repeat(65).parse::<DeclaredName>().is_err());
        assert!(DeclaredName::try_from("𠮷".repeat(65)).is_err());
        assert!("茶".parse::<CompanyTitle>().is_err());
        assert!("茶".repeat(100).parse::<CompanyTitle>().is_ok());
        assert!("茶".repeat(101).parse::<CompanyTitle>().is_err());
    }

    #[test]
    fn what_cannot_be_printed_or_misleads_is_refused() {
        for bad in [
            "陈\u{e000}英",
            "陈\u{f0001}",
            "陈\u{10fffd}",
            "陈\n英",
            "陈\u{0}",
            "陈\u{202e}英",
            "陈\u{200b}英",
            "陈\u{2028}英",
            "陈\u{fffe}英",
            "陈\u{1ffff}英",
            "陈\u{feff}英",
        ] {
            assert!(bad.parse::<DeclaredName>().is_err(), "{bad:?}");
            let error = DeclaredName::try_from(bad.to_owned()).unwrap_err();
            assert_eq!(error.code(), "text_character", "{bad:?}");
        }
    }

    #[test]
    fn a_row_with_a_bad_name_is_not_read() {
        assert!(serde_json::from_str::<DeclaredName>("\"陈\\n英\"").is_err());
        assert_eq!(serde_json::from_str::<DeclaredName>("\"陈素英\"").unwrap().as_str(), "陈素英");
        assert!(serde_json::from_str::<ObjectRef>("\"a b\"").is_err());
        assert!(serde_json::from_str::<ObjectRef>("\"\"").is_err());
    }

    #[test]
    fn debugging_output_shows_no_name() {
        let name: DeclaredName = "陈素英".parse().unwrap();
        assert_eq!(format!("{name:?}"), "DeclaredName(3 characters)");
    }
}
