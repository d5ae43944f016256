//! What somebody types to say who they are.

use std::fmt;
use std::str::FromStr;

use heqi_vocabulary::{Digest, Explain, Explanation, Language};
use serde::{Deserialize, Serialize};

/// 3 to 40 characters `a-z`, `0-9`, `.`, `_`, `-`; capital letters are made small.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct LoginName(String);

impl LoginName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The row of an account: names stand in no key.
    pub fn digest(&self) -> Digest {
        Digest::labelled("heqi.staff-login/v1\n", self.0.as_bytes())
    }
}

/// A text that is no login name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a login name has 3 to 40 characters a-z, 0-9, '.', '_', '-'")]
pub struct LoginNameError;

impl Explain for LoginNameError {
    fn code(&self) -> &'static str {
        "login_name_malformed"
    }

    fn explain(&self, language: Language) -> Explanation {
        match language {
            Language::Zh => Explanation::new(
                "登录名格式不正确。",
                "请使用3至40个小写字母、数字、点、下划线或短横线。",
            ),
            Language::En => Explanation::new(
                "This is no login name.",
                "Use 3 to 40 letters a-z, digits, dots, underscores or hyphens.",
            ),
        }
    }
}

impl FromStr for LoginName {
    type Err = LoginNameError;

    fn from_str(text: &str) -> Result<Self, LoginNameError> {
        let text = text.trim().to_ascii_lowercase();
        let fits = (3..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        if fits { Ok(Self(text)) } else { Err(LoginNameError) }
    }
}

impl TryFrom<String> for LoginName {
    type Error = LoginNameError;

    fn try_from(text: String) -> Result<Self, LoginNameError> {
        text.parse()
    }
}

impl From<LoginName> for String {
    fn from(name: LoginName) -> Self {
        name.0
    }
}

impl fmt::Display for LoginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_name_is_short_plain_and_small() {
        assert_eq!(" Li.Na ".parse::<LoginName>().unwrap().as_str(), "li.na");
        for bad in ["", "li", "li na", "李娜", &"a".repeat(41)] {
            assert_eq!(bad.parse::<LoginName>(), Err(LoginNameError), "{bad}");
        }
    }
}
