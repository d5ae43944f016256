//! Passwords: argon2id with what OWASP asks for (19 MiB, two passes, one lane), hashed again
//! when that changes.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use heqi_vocabulary::{Entropy, Explain, Explanation, Language};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::guessable::is_guessable;

/// Memory in KiB, passes, lanes: the first choice of OWASP's cheat sheet for argon2id.
const COST: (u32, u32, u32) = (19_456, 2, 1);
const HASH_BYTES: usize = 32;
/// The shortest password, in characters; a second factor stands beside it.
pub const MIN_CHARACTERS: usize = 12;
/// The longest one, in bytes: what is longer costs more to hash than it is worth.
pub const MAX_BYTES: usize = 256;

/// A password as somebody typed it. Never printed.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Why a text is no password.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// Too short or too long.
    #[error("a password has {MIN_CHARACTERS} characters at least and {MAX_BYTES} bytes at most")]
    Length,
    /// It is made of what others know or try first.
    #[error("the password is made of the login name, the organisation or what others try first")]
    Guessable,
    /// It is the one that was there.
    #[error("the new password is the one of before")]
    Same,
    /// It was typed in two ways.
    #[error("the new password was typed in two ways")]
    Unlike,
}

impl Explain for PasswordError {
    fn code(&self) -> &'static str {
        match self {
            Self::Length => "password_length",
            Self::Guessable => "password_guessable",
            Self::Same => "password_same",
            Self::Unlike => "password_unlike",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        let [zh, en] = match self {
            Self::Length => [
                ["密码长度不符合要求。", "请使用至少12个字符的密码，例如由几个词组成的一句话。"],
                [
                    "The password is too short or too long.",
                    "Use at least 12 characters, for instance a sentence of a few words.",
                ],
            ],
            Self::Guessable => [
                [
                    "新密码太容易猜到：除登录名、单位名称和常见密码外，所剩无几。",
                    "请换用与您和单位无关的几个词。",
                ],
                [
                    "The new password is easily guessed: little is left of it beside the login name, the organisation and what everybody tries.",
                    "Use a few words that have nothing to do with you or the organisation.",
                ],
            ],
            Self::Same => [
                ["新密码与当前密码相同。", "请输入另一个密码。"],
                ["The new password is the present one.", "Type another one."],
            ],
            Self::Unlike => [
                ["两次输入的新密码不一致。", "请重新输入两次。"],
                ["The new password was typed in two ways.", "Type it twice again."],
            ],
        };
        let [what, next] = match language {
            Language::Zh => zh,
            Language::En => en,
        };
        Explanation::new(what, next)
    }
}

/// A kept hash that cannot be worked with: the row is damaged.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the kept hash of a password has another form")]
pub struct HashError;

impl Password {
    /// A new password.
    ///
    /// # Errors
    /// Too short or too long.
    pub fn new(text: String) -> Result<Self, PasswordError> {
        let text = Zeroizing::new(text);
        let fits = text.chars().count() >= MIN_CHARACTERS && text.len() <= MAX_BYTES;
        if fits { Ok(Self(text)) } else { Err(PasswordError::Length) }
    }

    /// One that somebody chooses for an account, typed twice, in the place of the `present` one. `known` is what others
    /// know of the account: its login name, its organisation. Which kinds of characters it has is everybody's own affair.
    ///
    /// # Errors
    /// See [`PasswordError`].
    pub fn chosen(
        (text, again): (&str, &str),
        present: &Self,
        known: &[&str],
    ) -> Result<Self, PasswordError> {
        let chosen = Self::new(text.to_owned())?;
        if chosen.0.as_str() != again {
            Err(PasswordError::Unlike)
        } else if *chosen.0 == *present.0 {
            Err(PasswordError::Same)
        } else if is_guessable(&chosen.0, known) {
            Err(PasswordError::Guessable)
        } else {
            Ok(chosen)
        }
    }

    /// One that was typed to come in: whatever it is, it is right or wrong.
    pub fn typed(text: String) -> Self {
        let mut text = Zeroizing::new(text);
        if text.len() > MAX_BYTES {
            text.clear();
        }
        Self(text)
    }

    /// Hashes it under a fresh salt: nineteen megabytes and some fifty milliseconds, not for a
    /// thread that answers requests.
    ///
    /// # Errors
    /// Never with the costs of this program.
    pub fn hash(&self, entropy: &dyn Entropy) -> Result<HashedPassword, HashError> {
        let salt: [u8; 16] = entropy.bytes();
        let (memory_kib, passes, lanes) = COST;
        let hashed = HashedPassword {
            memory_kib,
            passes,
            lanes,
            salt: hex::encode(salt),
            hash: String::new(),
        };
        let hash = hashed.derive(self)?;
        Ok(HashedPassword { hash: hex::encode(*hash), ..hashed })
    }
}

/// What is kept of a password.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HashedPassword {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
    hash: String,
}

impl fmt::Debug for HashedPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashedPassword(…)")
    }
}

impl HashedPassword {
    /// One that no password has: hashed against where there is no account, so that it takes as
    /// long as where there is one.
    pub fn of_nobody() -> Self {
        let (memory_kib, passes, lanes) = COST;
        let salt = "00".repeat(16);
        Self { memory_kib, passes, lanes, salt, hash: String::new() }
    }

    /// Whether this is the password; takes as long as hashing.
    ///
    /// # Errors
    /// What is kept has another form.
    pub fn is(&self, password: &Password) -> Result<bool, HashError> {
        let derived = self.derive(password)?;
        let kept = hex::decode(&self.hash).unwrap_or_default();
        Ok(bool::from(kept.as_slice().ct_eq(derived.as_slice())))
    }

    /// Whether it was hashed at another cost than passwords are now.
    pub fn is_outdated(&self) -> bool {
        (self.memory_kib, self.passes, self.lanes) != COST
    }

    fn derive(&self, password: &Password) -> Result<Zeroizing<[u8; HASH_BYTES]>, HashError> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(HASH_BYTES));
        let params = params.map_err(|_| HashError)?;
        let salt = hex::decode(&self.salt).map_err(|_| HashError)?;
        let mut out = Zeroizing::new([0; HASH_BYTES]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password.0.as_bytes(), &salt, out.as_mut())
            .map_err(|_| HashError)?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use heqi_testkit::SeededEntropy;

    use super::*;

    fn password(text: &str) -> Password {
        Password::new(text.to_owned()).unwrap()
    }

    #[test]
    fn a_password_is_known_again_and_no_other_one_is() {
        let entropy = SeededEntropy::new(1);
        let hashed = password("correct horse battery").hash(&entropy).unwrap();
        assert!(hashed.is(&password("correct horse battery")).unwrap());
        assert!(!hashed.is(&password("correct horse batterz")).unwrap());
        assert!(!hashed.is(&Password::typed(String::new())).unwrap());
        assert!(!hashed.is_outdated());
        let again = password("correct horse battery").hash(&entropy).unwrap();
        assert_ne!(again.hash, hashed.hash, "every hash has its own salt");
    }

    #[test]
    fn nobody_has_the_password_of_nobody() {
        let nobody = HashedPassword::of_nobody();
        assert!(!nobody.is(&Password::typed(String::new())).unwrap());
        assert!(!nobody.is(&password("correct horse battery")).unwrap());
    }

    #[test]
    fn a_short_password_is_refused_and_none_is_printed() {
        assert_eq!(Password::new("elf zeichen".into()).unwrap_err(), PasswordError::Length);
        assert_eq!(Password::new("é".repeat(200)).unwrap_err(), PasswordError::Length);
        assert_eq!(format!("{:?}", password("correct horse battery")), "Password(…)");
    }

    fn choose(text: &str, again: &str) -> Result<Password, PasswordError> {
        let known = ["li.na", "杭州市临安区市场监督管理局"];
        Password::chosen((text, again), &password("correct horse battery"), &known)
    }

    #[test]
    fn a_password_is_chosen_twice_alike_and_is_another_one_than_before() {
        assert!(choose("seven quiet lanterns", "seven quiet lanterns").is_ok());
        let unlike = choose("seven quiet lanterns", "seven quiet lantern").unwrap_err();
        assert_eq!(unlike, PasswordError::Unlike);
        let same = choose("correct horse battery", "correct horse battery").unwrap_err();
        assert_eq!(same, PasswordError::Same);
        assert_eq!(choose("elf zeichen", "elf zeichen").unwrap_err(), PasswordError::Length);
    }

    #[test]
    fn a_password_made_of_what_others_know_or_try_first_is_refused_and_no_kind_of_character_is_asked_for()
     {
        for text in [
            "li.na-li.na-2026",
            "Li.Na@123456",
            "杭州市临安区市场监督管理局",
            "临安区市场监督管理局1234",
            "Password1234",
            "P@ssw0rd123456",
            "qwertyuiop123",
            "1qaz2wsx3edc4rfv",
            "aaaaaaaaaaaaaaaa",
            "abababababababab",
            "woaini1314520",
            "admin88888888",
        ] {
            assert_eq!(choose(text, text).unwrap_err(), PasswordError::Guessable, "{text}");
        }
        for text in [
            "seven quiet lanterns",
            "lowercaseletters",
            "704926138574",
            "李娜爱喝龙井茶也爱爬北高峰",
            "li.na waters ferns on mondays",
        ] {
            assert!(choose(text, text).is_ok(), "{text}");
        }
    }
}
