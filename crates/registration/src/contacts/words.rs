//! Numbers and addresses as somebody typed them, parsed once. None of them is printed by `Debug`,
//! and none says that it belongs to anybody.

use std::fmt;
use std::str::FromStr;

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

        impl TryFrom<String> for $name {
            type Error = ContactError;

            fn try_from(text: String) -> Result<Self, ContactError> {
                text.parse()
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
    /// A mobile number: 11 digits of mainland China, or `+` and 7 to 15 digits of elsewhere.
    MobileNumber
}
personal! {
    /// An e-mail address, its domain in lower case.
    EmailAddress
}
personal! {
    /// The number of an identity document: letters and digits, letters in upper case.
    IdNumber
}

impl FromStr for MobileNumber {
    type Err = ContactError;

    fn from_str(text: &str) -> Result<Self, ContactError> {
        let bare: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let bare = bare.strip_prefix("0086").unwrap_or(&bare);
        let digits = bare.strip_prefix("+86").unwrap_or(bare);
        let all = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if digits.len() == 11 && all(digits) && matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..])
        {
            return Ok(Self(digits.to_owned()));
        }
        match bare.strip_prefix('+') {
            Some(rest)
                if (7..=15).contains(&rest.len()) && all(rest) && !bare.starts_with("+86") =>
            {
                Ok(Self(bare.to_owned()))
            }
            _ => Err(ContactError::Mobile),
        }
    }
}

impl FromStr for EmailAddress {
    type Err = ContactError;

    fn from_str(text: &str) -> Result<Self, ContactError> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(ContactError::Email)?;
        // What mail programs agree on: no quoted local parts, no comments, no literals.
        let local_ok = (1..=64).contains(&local.len())
            && local.split('.').all(|part| !part.is_empty())
            && local.chars().all(|c| {
                c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-' | '\'' | '=' | '~')
            });
        let domain_ok = (4..=253).contains(&domain.len())
            && domain.contains('.')
            && domain.split('.').all(|label| {
                (1..=63).contains(&label.len())
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            });
        if local_ok && domain_ok && text.len() <= 254 {
            Ok(Self(format!("{local}@{}", domain.to_lowercase())))
        } else {
            Err(ContactError::Email)
        }
    }
}

impl FromStr for IdNumber {
    type Err = ContactError;

    fn from_str(text: &str) -> Result<Self, ContactError> {
        let bare: String =
            text.chars().filter(|c| *c != ' ').map(|c| c.to_ascii_uppercase()).collect();
        if (4..=32).contains(&bare.len()) && bare.bytes().all(|b| b.is_ascii_alphanumeric()) {
            Ok(Self(bare))
        } else {
            Err(ContactError::IdNumber)
        }
    }
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
    /// No mobile number.
    #[error("this is no mobile number")]
    Mobile,
    /// No e-mail address.
    #[error("this is no e-mail address")]
    Email,
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
            Self::Mobile => say(
                "mobile_malformed",
                ["手机号码格式不正确。", "请填写11位手机号码；境外号码请以+和国家或地区代码开头。"],
                [
                    "This is no mobile number.",
                    "Enter 11 digits, or + and the country code for a number of elsewhere.",
                ],
            ),
            Self::Email => say(
                "email_malformed",
                ["电子邮箱格式不正确。", "请核对“@”前后是否输错。"],
                ["This is no e-mail address.", "Check what stands before and after the @."],
            ),
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
        for bad in ["", "1380000000", "12800000001", "+86123", "+8612345678901", "1380000000a"] {
            assert!(bad.parse::<MobileNumber>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_cannot_smuggle_a_line_or_a_second_address() {
        assert!("chen.su+1@Example.COM".parse::<EmailAddress>().is_ok());
        assert!("陈@例子.公司".parse::<EmailAddress>().is_ok());
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
        assert!("3301".parse::<IdNumber>().is_ok());
        assert!("330-1".parse::<IdNumber>().is_err());
    }

    #[test]
    fn nothing_personal_is_printed() {
        let mobile: MobileNumber = "13800000001".parse().unwrap();
        assert!(!format!("{mobile:?}").contains("138"));
    }
}
