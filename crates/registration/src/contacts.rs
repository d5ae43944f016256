//! How a party is reached, and the number of the identity document, as the handler declared
//! them: sealed for the person, erased with the person. Nobody vouches for them by this.

use std::fmt;
use std::str::FromStr;

use heqi_evidence::schema::RetentionClass;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::sealed::Sealed;
use heqi_filing::entry::masked;
use heqi_vocabulary::{FilingId, Language, MessageChannel, PartyId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::data_keys::{Sealing, data_key};
use crate::fault::{Class, Fault};
use crate::platform::Platform;
use crate::rows::{self, Pair};
use crate::wording::{Told, refusals, say};

/// How long a changed contact waits before it is used (edge case 17): 24 hours.
pub const CONTACT_PAUSE_MS: i64 = 24 * 3_600_000;

/// How somebody is reached.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "plain facts as declared")]
pub struct Contact {
    /// The mobile number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<MobileNumber>,
    /// The e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    /// The number of the identity document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_number: Option<IdNumber>,
    /// The language of messages.
    #[serde(default)]
    pub language: Language,
}

impl Contact {
    /// The address of a channel.
    pub fn address(&self, channel: MessageChannel) -> Option<&str> {
        match channel {
            MessageChannel::Sms => self.mobile.as_ref().map(MobileNumber::as_str),
            MessageChannel::Email => self.email.as_ref().map(EmailAddress::as_str),
        }
    }

    /// Every way there is, a text message first.
    pub fn channels(&self) -> impl Iterator<Item = MessageChannel> + '_ {
        [MessageChannel::Sms, MessageChannel::Email]
            .into_iter()
            .filter(|channel| self.address(*channel).is_some())
    }

    /// Whether both are reached at one place.
    pub(crate) fn shares_with(&self, other: &Self) -> bool {
        [MessageChannel::Sms, MessageChannel::Email].into_iter().any(|channel| {
            self.address(channel).is_some() && self.address(channel) == other.address(channel)
        })
    }
}

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

/// A contact as it is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactRow {
    pub(crate) contact: Sealed<Contact>,
    /// Before this instant no code goes to it.
    pub(crate) usable_from: UtcMillis,
}

/// A contact that was read.
#[derive(Clone, Debug)]
pub(crate) struct StoredContact {
    pub(crate) contact: Contact,
    pub(crate) usable_from: UtcMillis,
    version: u64,
}

/// The contact of a party; `None` when there is none.
///
/// # Errors
/// It was erased with the person, or the store could not be read.
pub(crate) async fn load(
    platform: &Platform,
    filing: FilingId,
    party: PartyId,
) -> Result<Option<StoredContact>, Fault> {
    let key = Pair(filing, party);
    let Some(row) = rows::CONTACTS.row(platform.backend(), &key).await? else { return Ok(None) };
    let place = rows::CONTACTS.key(&key)?;
    let contact = row.value.contact.open(platform.backend().vault(), place.as_bytes())?;
    let usable_from = row.value.usable_from;
    Ok(Some(StoredContact { contact, usable_from, version: row.version }))
}

/// The same, and nothing when the person was erased.
pub(crate) async fn load_unless_erased(
    platform: &Platform,
    filing: FilingId,
    party: PartyId,
) -> Result<Option<StoredContact>, Fault> {
    match load(platform, filing, party).await {
        Err(Fault::Erased) => Ok(None),
        other => other,
    }
}

/// Writes a contact in the place of the one that was read.
pub(crate) fn write(
    platform: &Platform,
    changes: &mut Changeset,
    (filing, party): (FilingId, PartyId),
    before: Option<&StoredContact>,
    (contact, usable_from): (&Contact, UtcMillis),
) -> Result<(), Fault> {
    let key = Pair(filing, party);
    let data_key = data_key(platform, filing, Some(party), Sealing::Class(RetentionClass::Person))?;
    let place = rows::CONTACTS.key(&key)?;
    let sealed = Sealed::seal(&data_key, place.as_bytes(), contact, platform.entropy());
    let row = ContactRow { contact: sealed.map_err(Fault::broken)?, usable_from };
    match before {
        None => rows::CONTACTS.insert(changes, &key, &row)?,
        Some(before) => rows::CONTACTS.replace(changes, &key, before.version, &row)?,
    }
    Ok(())
}

/// Where a message goes, as a person may see it who is not let in yet.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Destination {
    /// By what.
    pub channel: MessageChannel,
    /// Where to: enough to recognise one's own.
    pub masked: String,
}

impl Contact {
    /// Every way there is, masked.
    pub(crate) fn destinations(&self) -> Vec<Destination> {
        self.channels()
            .filter_map(|channel| {
                Some(Destination { channel, masked: masked(self.address(channel)?) })
            })
            .collect()
    }
}

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
