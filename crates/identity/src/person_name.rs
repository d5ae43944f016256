//! Names of people (domain.md 3.6): kept as on the card in NFC, and with one kind of dot `·` for
//! comparison. Never NFKC, which would fold characters that are different in a register.

use std::fmt;

use heqi_vocabulary::{Explain, Explanation, Language};
use unicode_normalization::UnicodeNormalization as _;

use crate::characters::{is_han, is_private_use};

const SHORTEST: usize = 2;
/// Names of 62 characters exist (edge case 10); a certificate's subject has room for 64
/// (RFC 5280, appendix A: ub-common-name).
const LONGEST: usize = 64;
/// The dot between the parts of a name; every other one becomes it.
const DOT: char = '·';

/// A name of 2 to 64 characters.
#[derive(Clone, Eq, PartialEq)]
pub struct PersonName {
    as_written: String,
    normalised: String,
}

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PersonNameError {
    /// Fewer than 2 or more than 64 characters.
    #[error("a name has 2 to 64 characters")]
    Length,
    /// A character from the private use area: another machine shows another one.
    #[error("a character of the name is from a private font")]
    PrivateUse,
    /// A character that names do not have.
    #[error("a character does not occur in names")]
    Character,
    /// A dot, space, hyphen or apostrophe at the edge or twice.
    #[error("a dot or space stands at the edge of the name, or twice")]
    Separator,
}

impl PersonName {
    /// Reads a name as it stands on the document.
    ///
    /// # Errors
    /// [`PersonNameError`].
    pub fn parse(text: &str) -> Result<Self, PersonNameError> {
        let as_written: String = text.trim().nfc().collect();
        let normalised: String = as_written.chars().map(one_dot).collect();
        if normalised.chars().any(is_private_use) {
            return Err(PersonNameError::PrivateUse);
        }
        if !(SHORTEST..=LONGEST).contains(&normalised.chars().count()) {
            return Err(PersonNameError::Length);
        }
        if !normalised.chars().all(|c| is_han(c) || is_latin(c) || is_separator(c)) {
            return Err(PersonNameError::Character);
        }
        if !separators_stand_between_letters(&normalised) {
            return Err(PersonNameError::Separator);
        }
        Ok(Self { as_written, normalised })
    }

    /// The name as on the document, in NFC: personal data.
    pub fn expose(&self) -> &str {
        &self.as_written
    }

    /// The name with one kind of dot, in NFC: what is compared and sent to providers.
    pub fn normalised(&self) -> &str {
        &self.normalised
    }

    /// Whether both are the same name, however their dots were typed.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.normalised == other.normalised
    }

    /// The first character and as many stars as follow: 林**.
    pub fn masked(&self) -> String {
        let mut characters = self.normalised.chars();
        let first: String = characters.by_ref().take(1).collect();
        format!("{first}{}", "*".repeat(characters.count()))
    }

    /// Characters of extension A or outside the basic plane: fonts and old systems are tested
    /// with them.
    pub fn rare_characters(&self) -> impl Iterator<Item = char> + '_ {
        self.normalised.chars().filter(|c| matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{10000}'..))
    }
}

const fn one_dot(c: char) -> char {
    match c {
        '\u{2022}' | '\u{30FB}' | '\u{FF0E}' | '\u{2027}' => DOT,
        other => other,
    }
}

/// Latin letters with their marks, as in names of foreigners.
fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic()
        || (matches!(c, '\u{00C0}'..='\u{024F}' | '\u{1E00}'..='\u{1EFF}') && c.is_alphabetic())
}

const fn is_separator(c: char) -> bool {
    matches!(c, DOT | ' ' | '-' | '\'')
}

fn separators_stand_between_letters(name: &str) -> bool {
    let mut before = true;
    for c in name.chars() {
        let now = is_separator(c);
        if before && now {
            return false;
        }
        before = now;
    }
    !before
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(…)")
    }
}

impl Explain for PersonNameError {
    fn code(&self) -> &'static str {
        match self {
            Self::Length => "name_length",
            Self::PrivateUse => "name_private_character",
            Self::Character => "name_character",
            Self::Separator => "name_separator",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        match (self, language) {
            (Self::Length, Language::Zh) => {
                Explanation::new("姓名应为 2 至 64 个字符。", "请按证件上的姓名完整填写。")
            }
            (Self::Length, Language::En) => Explanation::new(
                "A name has 2 to 64 characters.",
                "Give the whole name as it stands on the document.",
            ),
            (Self::PrivateUse, Language::Zh) => Explanation::new(
                "姓名中有自造字，换一台设备就会显示成别的字。",
                "请改用国家标准（GB 18030）中的字；找不到的，请由登记窗口协助填写。",
            ),
            (Self::PrivateUse, Language::En) => Explanation::new(
                "A character of the name is from a private font and looks different elsewhere.",
                "Use the character of the national standard (GB 18030), or have the counter help where there is none.",
            ),
            (Self::Character, Language::Zh) => Explanation::new(
                "姓名中有姓名不使用的字符。",
                "请只填写汉字、间隔号“·”，或证件上的外文字母。",
            ),
            (Self::Character, Language::En) => Explanation::new(
                "A character does not occur in names.",
                "Use Chinese characters, the dot · or the letters on the document only.",
            ),
            (Self::Separator, Language::Zh) => Explanation::new(
                "间隔号或空格的位置不对。",
                "请核对“·”是否在两部分姓名之间且只有一个。",
            ),
            (Self::Separator, Language::En) => Explanation::new(
                "A dot or a space stands at the edge of the name, or twice.",
                "Put one between two parts of the name.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn edge_case_10_rare_characters_and_every_dot_are_read() {
        for name in ["龚𠮷", "䶮某", "㛃玉", "王〇", "欧阳夏丹", "O'Neil-Smith John", "Søren"]
        {
            assert!(PersonName::parse(name).is_ok(), "{name}");
        }
        let canonical = PersonName::parse("阿依古丽·买买提").unwrap();
        for dot in ['•', '・', '．', '‧'] {
            let typed = PersonName::parse(&format!("阿依古丽{dot}买买提")).unwrap();
            assert!(typed.is_same_as(&canonical) && typed.expose().contains(dot));
            assert_eq!(typed.normalised(), "阿依古丽·买买提");
        }
        for (name, wanted) in [
            ("龚𠮷", "𠮷"),
            ("㛃玉", "㛃"),
            ("\u{3400}\u{4DBF}", "\u{3400}\u{4DBF}"),
            ("\u{4E00}\u{9FFF}", ""),
            ("林嘉伟", ""),
        ] {
            let rare: String = PersonName::parse(name).unwrap().rare_characters().collect();
            assert_eq!(rare, wanted, "{name}");
        }
    }

    #[test]
    fn edge_case_10_compatibility_characters_are_not_folded() {
        // NFKC would turn it into 崎, another entry of the register.
        assert!(
            !PersonName::parse("山﨑").unwrap().is_same_as(&PersonName::parse("山崎").unwrap())
        );
    }

    #[test]
    fn edge_case_10_a_name_of_62_characters_is_one() {
        let long = format!("阿卜杜拉·{}", "买买提".repeat(19));
        assert_eq!(long.chars().count(), 62);
        assert_eq!(PersonName::parse(&long).unwrap().expose(), long);
    }

    #[test]
    fn a_name_is_kept_composed_however_a_keyboard_sent_it() {
        let decomposed = PersonName::parse("JOSE\u{301} GARCI\u{301}A").unwrap();
        assert_eq!(decomposed.expose(), "JOS\u{c9} GARC\u{cd}A");
        assert!(decomposed.is_same_as(&PersonName::parse("JOSÉ GARCÍA").unwrap()));
    }

    #[test]
    fn characters_are_counted_and_not_their_halves() {
        assert!(PersonName::parse(&"𠮷".repeat(64)).is_ok());
        assert_eq!(PersonName::parse(&"𠮷".repeat(65)).unwrap_err(), PersonNameError::Length);
        assert_eq!(PersonName::parse("𠮷").unwrap_err(), PersonNameError::Length);
    }

    #[test]
    fn what_is_no_name_is_refused_by_reason() {
        for (text, reason) in [
            ("", PersonNameError::Length),
            ("林\u{E000}", PersonNameError::PrivateUse),
            ("林1", PersonNameError::Character),
            ("林<b>", PersonNameError::Character),
            ("林\u{202E}文", PersonNameError::Character),
            ("林あ", PersonNameError::Character),
            ("Жанна", PersonNameError::Character),
            ("林×文", PersonNameError::Character),
            ("A÷B", PersonNameError::Character),
            ("·林文", PersonNameError::Separator),
            ("林··文", PersonNameError::Separator),
            ("John ", PersonNameError::Length),
        ] {
            match PersonName::parse(text) {
                Err(error) => assert_eq!(error, reason, "{text}"),
                Ok(_) => assert_eq!(text, "John "),
            }
        }
    }

    #[test]
    fn a_name_is_masked_to_its_first_character_and_not_printed() {
        let name = PersonName::parse("林嘉伟").unwrap();
        assert_eq!(
            (name.masked(), format!("{name:?}")),
            ("林**".to_owned(), "PersonName(…)".to_owned())
        );
    }

    proptest! {
        #[test]
        fn what_was_normalised_stays_the_same(text in "\\PC{0,12}") {
            if let Ok(name) = PersonName::parse(&text) {
                let again = PersonName::parse(name.normalised()).unwrap();
                prop_assert_eq!(again.normalised(), name.normalised());
            }
        }
    }
}
