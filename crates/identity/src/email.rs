//! E-mail addresses: the part of RFC 5321 that mail programs agree on; international domains
//! are kept in their ASCII form (domain.md 3.5).

use std::fmt;

use heqi_vocabulary::{Explain, Explanation, Language};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const LONGEST: usize = 254;
const LONGEST_LOCAL: usize = 64;

/// An address with a domain of at least two labels. The part before `@` keeps its letters, the
/// domain is ASCII and lower-case.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Email(String);

/// The text is not an address mail is sent to.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the text is not an e-mail address")]
#[non_exhaustive]
pub struct EmailError;

impl Email {
    /// Reads an address as typed.
    ///
    /// # Errors
    /// [`EmailError`].
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let (local, domain) = text.trim().rsplit_once('@').ok_or(EmailError)?;
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| EmailError)?;
        if !is_dot_atom(local) || local.len() > LONGEST_LOCAL || !is_domain(&domain) {
            return Err(EmailError);
        }
        let address = format!("{local}@{domain}");
        if address.len() > LONGEST { Err(EmailError) } else { Ok(Self(address)) }
    }

    /// The address: personal data, for sealed values and mail only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// First letter and domain, for the person whose address it is.
    pub fn masked(&self) -> String {
        match self.0.rsplit_once('@') {
            Some((local, domain)) => {
                format!("{}***@{domain}", local.get(..1).unwrap_or_default())
            }
            None => "***".to_owned(),
        }
    }
}

fn is_dot_atom(local: &str) -> bool {
    local.split('.').all(|atom| {
        !atom.is_empty()
            && atom
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    })
}

fn is_domain(domain: &str) -> bool {
    let labels: Vec<&str> = domain.split('.').collect();
    let top_is_name =
        labels.last().is_some_and(|top| top.len() >= 2 && !top.bytes().all(|b| b.is_ascii_digit()));
    labels.len() >= 2
        && top_is_name
        && labels.iter().all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

impl Serialize for Email {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl Explain for EmailError {
    fn code(&self) -> &'static str {
        "email_form"
    }

    fn explain(&self, language: Language) -> Explanation {
        match language {
            Language::Zh => {
                Explanation::new("这不是电子邮箱地址。", "请按 名称@域名 的形式重新输入。")
            }
            Language::En => Explanation::new(
                "This is not an e-mail address.",
                "Type it again in the form name@domain.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn usual_addresses_are_read_and_domains_become_ascii() {
        for (text, kept) in [
            ("lin@example.org", "lin@example.org"),
            (" A.b+c@Example.ORG ", "A.b+c@example.org"),
            ("li@例子.测试", "li@xn--fsqu00a.xn--0zwm56d"),
        ] {
            assert_eq!(Email::parse(text).unwrap().expose(), kept, "{text}");
        }
    }

    #[test]
    fn what_could_carry_a_second_header_or_address_is_refused() {
        for wrong in [
            "",
            "a",
            "a@b",
            "@example.org",
            "a@",
            "a b@example.org",
            "a@exa mple.org",
            "a@example.org\r\nBcc: b@example.org",
            "a,b@example.org",
            "\"a\"@example.org",
            ".a@example.org",
            "a..b@example.org",
            "a@-example.org",
            "a@127.0.0.1",
            "a@[::1]",
            "李@example.org",
            "a@example.1",
        ] {
            assert_eq!(Email::parse(wrong).unwrap_err(), EmailError, "{wrong}");
        }
        assert!(Email::parse(&format!("{}@example.org", "a".repeat(65))).is_err());
    }

    #[test]
    fn an_address_is_masked_and_not_printed() {
        let email = Email::parse("linjiawei@example.org").unwrap();
        assert_eq!(email.masked(), "l***@example.org");
        assert_eq!(format!("{email:?}"), "Email(…)");
    }

    #[test]
    fn a_local_part_has_64_characters_at_most_and_an_address_254() {
        let address = |local: usize, last: usize| {
            let label = |length| "b".repeat(length);
            let domain = format!("{}.{}.{}", label(63), label(63), label(last));
            Email::parse(&format!("{}@{domain}", "a".repeat(local)))
        };
        assert!(Email::parse(&format!("{}@example.org", "a".repeat(64))).is_ok());
        assert_eq!(address(64, 61).unwrap().expose().len(), 254);
        for (local, last) in [(64, 62), (64, 63), (65, 60)] {
            assert_eq!(address(local, last), Err(EmailError), "{local} {last}");
        }
    }

    #[test]
    fn a_domain_ends_in_a_name_and_every_label_is_one() {
        for (domain, fits) in [
            ("example.org", true),
            ("a.co", true),
            ("a-b.1a", true),
            ("example", false),
            ("example.c", false),
            ("example.12", false),
            ("example.1", false),
            (".example.org", false),
            ("example..org", false),
            ("-a.org", false),
            ("a-.org", false),
            ("a_b.org", false),
            ("", false),
        ] {
            assert_eq!(is_domain(domain), fits, "{domain}");
        }
        for (length, fits) in [(1, true), (63, true), (64, false)] {
            assert_eq!(is_domain(&format!("{}.org", "a".repeat(length))), fits, "{length}");
        }
        for wrong in ["a@example.c", "a@example.12", "a@a_b.org", "a@a-.org"] {
            assert_eq!(Email::parse(wrong), Err(EmailError), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_holds_no_control_character_and_is_read_again(text in "\\PC{0,20}@\\PC{0,20}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert!(email.expose().is_ascii() && !email.expose().contains([' ', '\r', '\n']));
                prop_assert_eq!(Email::parse(email.expose()).unwrap(), email);
            }
        }
    }
}
