//! API keys: `heqi_<scope>_<52 characters>`, 256 random bits behind a prefix that secret
//! scanners recognise and that says what the key is for.
//!
//! Only the SHA-256 of a key is stored. A slow hash would protect nothing: there is nothing
//! to guess. The scope is inside what is hashed, so a key cannot be lent another scope.

use std::fmt;
use std::str::FromStr;

use heqi_vocabulary::{Digest, Entropy};
use serde::{Deserialize, Deserializer, Serialize};
use subtle::ConstantTimeEq;

use crate::base32;
use crate::secret::Secret;

const PREFIX: &str = "heqi_";
const LABEL: &str = "heqi.api-key/v1\n";
const SCOPE_MAX: usize = 32;
const RANDOM_BYTES: usize = 32;

/// Why a text is not an API key or a scope. It never says which characters were wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ApiKeyError {
    /// Not `heqi_<scope>_<random>`.
    #[error("the text is not an API key")]
    NotAKey,
    /// Not a lower-case word.
    #[error("a scope is a lower-case letter and up to 31 lower-case letters, digits or hyphens")]
    NotAScope,
    /// Not `Bearer <key>` (RFC 6750, 2.1).
    #[error("the Authorization header does not hold a bearer token")]
    NotABearer,
}

/// What a key is for: a lower-case word. Which words there are is the service's business.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Scope(String);

impl Scope {
    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Scope {
    type Err = ApiKeyError;

    fn from_str(text: &str) -> Result<Self, ApiKeyError> {
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let begins = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        if begins && text.len() <= SCOPE_MAX && text.bytes().all(inner) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ApiKeyError::NotAScope)
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// An API key in the clear. It exists while it is made and while a request carries it.
#[derive(Clone, Debug)]
pub struct ApiKey {
    scope: Scope,
    text: Secret<String>,
}

impl ApiKey {
    /// A new key. Show it once; keep [`ApiKey::hash`].
    pub fn generate(scope: Scope, entropy: &dyn Entropy) -> Self {
        let random = Secret::new(entropy.bytes::<RANDOM_BYTES>());
        let letters = Secret::new(base32::encode(random.expose()));
        let text = Secret::new(format!("{PREFIX}{scope}_{}", letters.expose()));
        Self { scope, text }
    }

    /// The key in an `Authorization` header: `Bearer heqi_…`.
    ///
    /// # Errors
    /// Another scheme, or a token that is not one of our keys.
    pub fn from_authorization(header: &str) -> Result<Self, ApiKeyError> {
        let (scheme, token) = header.split_once(' ').ok_or(ApiKeyError::NotABearer)?;
        if !scheme.eq_ignore_ascii_case("Bearer") {
            return Err(ApiKeyError::NotABearer);
        }
        token.trim_start_matches(' ').parse()
    }

    /// What the key says it is for. True only once the hash has been found.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The key as it is sent.
    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    /// What is stored instead of the key.
    pub fn hash(&self) -> ApiKeyHash {
        ApiKeyHash(Digest::labelled(LABEL, self.expose().as_bytes()))
    }
}

impl FromStr for ApiKey {
    type Err = ApiKeyError;

    fn from_str(text: &str) -> Result<Self, ApiKeyError> {
        let rest = text.strip_prefix(PREFIX).ok_or(ApiKeyError::NotAKey)?;
        let (scope, random) = rest.split_once('_').ok_or(ApiKeyError::NotAKey)?;
        let scope: Scope = scope.parse().map_err(|_| ApiKeyError::NotAKey)?;
        let bytes = base32::decode::<RANDOM_BYTES>(random).ok_or(ApiKeyError::NotAKey)?;
        drop(Secret::new(bytes));
        Ok(Self { scope, text: Secret::new(text.to_owned()) })
    }
}

/// SHA-256 of an API key: all that a store knows of it.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub struct ApiKeyHash(Digest);

impl ApiKeyHash {
    /// Whether this is the hash of `key`, in a time that does not depend on the answer.
    pub fn matches(&self, key: &ApiKey) -> bool {
        self.0.as_bytes().ct_eq(key.hash().0.as_bytes()).into()
    }

    /// The digest, to store a key's row under.
    pub const fn digest(&self) -> &Digest {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::SystemEntropy;

    fn key(scope: &str) -> ApiKey {
        ApiKey::generate(scope.parse().unwrap(), &SystemEntropy)
    }

    #[test]
    fn a_key_survives_its_text_and_matches_its_own_hash_only() {
        let first = key("handler");
        let again: ApiKey = first.expose().parse().unwrap();
        assert_eq!(again.scope().as_str(), "handler");
        assert!(first.hash().matches(&again));
        assert!(!first.hash().matches(&key("handler")));
        assert_eq!(first.expose().len(), "heqi_handler_".len() + 52);
    }

    #[test]
    fn a_key_cannot_be_lent_another_scope() {
        let handler = key("handler");
        let forged: ApiKey = handler.expose().replace("handler", "admin").parse().unwrap();
        assert!(!handler.hash().matches(&forged));
    }

    #[test]
    fn a_key_is_not_printed() {
        let key = key("notary-sync");
        let random = key.expose().rsplit('_').next().unwrap();
        assert!(!format!("{key:?}").contains(random));
    }

    #[test]
    fn what_is_not_a_key_is_refused() {
        let good = key("a").expose().to_owned();
        let long = "a".repeat(33);
        for bad in [
            String::new(),
            "heqi_".into(),
            good.to_uppercase(),
            good.replacen("heqi", "hegi", 1),
            good.replacen("_a_", "__", 1),
            good.replacen("_a_", "_A_", 1),
            good.replacen("_a_", &format!("_{long}_"), 1),
            format!("{good}0"),
            good[..good.len() - 1].to_owned(),
        ] {
            assert_eq!(bad.parse::<ApiKey>().unwrap_err(), ApiKeyError::NotAKey, "{bad}");
        }
    }

    #[test]
    fn the_authorization_header_carries_a_bearer_token() {
        let key = key("handler");
        let header = format!("bearer {}", key.expose());
        assert!(key.hash().matches(&ApiKey::from_authorization(&header).unwrap()));
        for bad in ["", "Bearer", "Basic aGVxaQ==", key.expose()] {
            assert_eq!(ApiKey::from_authorization(bad).unwrap_err(), ApiKeyError::NotABearer);
        }
    }

    #[test]
    fn a_hash_survives_its_json() {
        let key = key("handler");
        let json = serde_json::to_string(&key.hash()).unwrap();
        assert!(serde_json::from_str::<ApiKeyHash>(&json).unwrap().matches(&key));
    }
}
