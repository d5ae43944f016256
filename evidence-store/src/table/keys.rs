//! Composed row keys: written so that text order is the order wanted.

use std::fmt;
use std::str::FromStr;

/// A key of two parts, `first/second`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Pair<A, B>(pub A, pub B);

impl<A: fmt::Display, B: fmt::Display> fmt::Display for Pair<A, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0, self.1)
    }
}

impl<A: FromStr, B: FromStr> FromStr for Pair<A, B> {
    type Err = MalformedKey;

    fn from_str(text: &str) -> Result<Self, MalformedKey> {
        let (first, second) = text.split_once('/').ok_or(MalformedKey)?;
        let (first, second) = (first.parse().ok(), second.parse().ok());
        first.zip(second).map(|(first, second)| Self(first, second)).ok_or(MalformedKey)
    }
}

/// A place in a row of things, written so that text order is their order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place(pub u64);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010}", self.0)
    }
}

impl FromStr for Place {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// A row key has another form than its table expects.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a row key has another form than its table expects")]
pub struct MalformedKey;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composed_keys_survive_their_text_and_stand_in_order() {
        let key = Pair("a".to_owned(), Place(12));
        assert_eq!(key.to_string(), "a/0000000012");
        assert_eq!(key.to_string().parse::<Pair<String, Place>>().unwrap(), key);
        assert!(Place(9).to_string() < Place(10).to_string());
        assert_eq!("a".parse::<Pair<String, Place>>(), Err(MalformedKey));
        assert_eq!("a/x".parse::<Pair<String, Place>>(), Err(MalformedKey));
    }
}
