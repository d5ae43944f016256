//! Numbers and addresses as somebody typed them, parsed once by the rules of crate `identity`. None
//! of them is printed by `Debug`, and none says that it belongs to anybody.

use std::fmt;
use std::str::FromStr;

use heqi_identity::email::EmailError;
use heqi_identity::mobile::{MobileError, Segment};
use heqi_identity::personal_document::as_printed;
use heqi_identity::{Email, Mobile};
use serde::{Deserialize, Serialize};

use crate::fault::Class;
use crate::wording::{Told, refusals, say};

macro_rules! personal {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        /// Reads a row back. One from before a rule is still that person's: what the rule of
        /// today refuses is kept as it was.
        impl TryFrom<String> for $name {
            type Error = ContactError;

            fn try_from(text: String) -> Result<Self, ContactError> {
                match text.parse::<Self>() {
                    Err(_) if is_one_word(&text) => Ok(Self(text)),
                    read => read,
                }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        /// Masked: it reaches no log by way of `Debug`.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}(…)", stringify!($name))
            }
        }
    };
}

personal! {
    /// A mobile number by the rules of [`Mobile`]: 11 digits of mainland China, or `+` and the
    /// digits of elsewhere.
    MobileNumber
}
personal! {
    /// An e-mail address by the rules of [`Email`], its domain in ASCII and lower case.
    EmailAddress
}
personal! {
    /// The number of an identity document as it is printed: letters and digits, letters in upper
    /// case. Whether it is one of its kind of document is asked of [`PersonalDocument`], which
    /// knows the day.
    ///
    /// [`PersonalDocument`]: heqi_identity::PersonalDocument
    IdNumber
}

impl FromStr for MobileNumber {
    type Err = ContactError;

    fn from_str(text: &str) -> Result<Self, ContactError> {
        let mobile = Mobile::parse(text)?;
        let e164 = mobile.expose();
        Ok(Self(e164.strip_prefix("+86").unwrap_or(e164).to_owned()))
    }
}

impl MobileNumber {
    /// What its segment says; of a number from before the rules, nothing.
    pub(crate) fn segment(&self) -> Segment {
        Mobile::parse(&self.0).map_or(Segment::Usual, |mobile| mobile.segment())
    }
}

impl FromStr for EmailAddress {
    type Err = ContactError;

    fn from_str(text: &str) -> Result<Self, ContactError> {
        Ok(Self(Email::parse(text)?.expose().to_owned()))
    }
}

impl FromStr for IdNumber {
    type Err = ContactError;

    fn from_str(text: &str) -> Result<Self, ContactError> {
        let bare: String = as_printed(text).chars().filter(|c| *c != ' ').collect();
        if (4..=32).contains(&bare.len()) && bare.bytes().all(|b| b.is_ascii_alphanumeric()) {
            Ok(Self(bare))
        } else {
            Err(ContactError::IdNumber)
        }
    }
}

/// Whether a text can stand in one line of a message's head.
fn is_one_word(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

impl IdNumber {
    /// Its last four characters.
    pub(crate) fn last_four(&self) -> &str {
        self.0.get(self.0.len().saturating_sub(4)..).unwrap_or(&self.0)
    }
}

/// Why a text is no contact.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ContactError {
    /// No mobile number, or one that receives no messages.
    #[error(transparent)]
    Mobile(#[from] MobileError),
    /// No e-mail address.
    #[error(transparent)]
    Email(#[from] EmailError),
    /// No kind of identity document.
    #[error("this is no kind of identity document")]
    DocumentKind,
    /// No day.
    #[error("this is no day")]
    Day,
    /// No number of an identity document.
    #[error("this is no number of an identity document")]
    IdNumber,
}

impl ContactError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Mobile(error) => return Told::By(error),
            Self::Email(error) => return Told::By(error),
            Self::Day => say(
                "day_malformed",
                ["日期格式不正确。", "请按“年-月-日”填写，例如2030-01-31。"],
                ["This is no day.", "Write year, month and day as in 2030-01-31."],
            ),
            Self::DocumentKind => say(
                "document_kind_unknown",
                ["证件类型不正确。", "请选择居民身份证、居住证、永久居留身份证、护照或通行证。"],
                [
                    "This is no kind of identity document.",
                    "Choose a resident card, residence permit, permanent resident card, passport or travel permit.",
                ],
            ),
            Self::IdNumber => say(
                "id_number_malformed",
                ["证件号码格式不正确。", "请按证件上的号码填写，只含数字和字母。"],
                [
                    "This is no number of an identity document.",
                    "Enter it as it stands on the document: letters and digits only.",
                ],
            ),
        }
        .is(Class::BadInput)
    }
}

refusals!(ContactError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_number_has_one_spelling() {
        for text in ["13800000001", "+86 138-0000-0001", "0086 13800000001"] {
            assert_eq!(text.parse::<MobileNumber>().unwrap().as_str(), "13800000001");
        }
        assert_eq!("+852 6123 4567".parse::<MobileNumber>().unwrap().as_str(), "+85261234567");
        assert_eq!(
            "１３８０００００００１".parse::<MobileNumber>().unwrap().as_str(),
            "13800000001"
        );
        for bad in ["", "1380000000", "12800000001", "+86123", "+8612345678901", "1380000000a"] {
            assert!(bad.parse::<MobileNumber>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_segment_that_nobody_was_given_and_one_of_machines_are_refused_as_what_they_are() {
        let refused = |text: &str| text.parse::<MobileNumber>().unwrap_err();
        assert_eq!(refused("15400000001"), ContactError::Mobile(MobileError::NotAllotted));
        assert_eq!(refused("14000000001"), ContactError::Mobile(MobileError::Machines));
        assert_eq!("14500000001".parse::<MobileNumber>().unwrap().segment(), Segment::DataCard);
    }

    #[test]
    fn rows_from_before_the_rules_are_read_and_what_is_written_now_is_read_the_same() {
        let read = |row: &str| serde_json::from_str::<MobileNumber>(row).unwrap();
        assert_eq!(read("\"15400000001\"").as_str(), "15400000001");
        assert_eq!(read("\"+85231234567\"").as_str(), "+85231234567");
        let read = |row: &str| serde_json::from_str::<EmailAddress>(row).unwrap();
        assert_eq!(read("\"陈@example.com\"").as_str(), "陈@example.com");
        // Written before in its own letters, and the same person's as typed today.
        assert_eq!(read("\"chen@例子.公司\""), "chen@例子.公司".parse().unwrap());
        assert!(serde_json::from_str::<EmailAddress>("\"a@b\\nBcc: c@example.com\"").is_err());
        let mobile: MobileNumber = "+86 138-0000-0001".parse().unwrap();
        assert_eq!(read_again(&mobile), mobile);
        let number: IdNumber = "33011219940301000x".parse().unwrap();
        assert_eq!(read_again(&number), number);
    }

    fn read_again<T: serde::de::DeserializeOwned + Serialize>(value: &T) -> T {
        serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
    }

    #[test]
    fn an_address_cannot_smuggle_a_line_or_a_second_address() {
        assert!("chen.su+1@Example.COM".parse::<EmailAddress>().is_ok());
        let domain = "chen@例子.公司".parse::<EmailAddress>().unwrap();
        assert_eq!(domain.as_str(), "chen@xn--fsqu00a.xn--55qx5d");
        for bad in [
            "",
            "a",
            "a@b",
            "a b@example.com",
            "a@example.com\r\nBcc: x@example.com",
            "a@example.com,b@example.com",
            "<a@example.com>",
            "\"a\"@example.com",
            "a..b@example.com",
        ] {
            assert!(bad.parse::<EmailAddress>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_last_four_are_told_with_a_capital_x() {
        assert_eq!("33011219940301000x".parse::<IdNumber>().unwrap().last_four(), "000X");
        let wide: IdNumber = "３３０１１２ １９９４０３０１ ０００ｘ".parse().unwrap();
        assert_eq!(wide.as_str(), "33011219940301000X");
        assert!("3301".parse::<IdNumber>().is_ok());
        assert!("330-1".parse::<IdNumber>().is_err());
    }

    #[test]
    fn nothing_personal_is_printed() {
        let mobile: MobileNumber = "13800000001".parse().unwrap();
        assert!(!format!("{mobile:?}").contains("138"));
    }
}
