//! Digests of bytes, always shown in lower-case hexadecimal.

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// How much is read at once where not everything is held.
const READ_BYTES: usize = 65_536;

/// Why a text is not a digest.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a digest is 64 lower-case hexadecimal characters")]
pub struct DigestError;

macro_rules! digest_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Wraps 32 bytes that already are a digest.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The 32 bytes of the digest.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = DigestError;

            fn from_str(text: &str) -> Result<Self, DigestError> {
                if text.len() != 64 || text.bytes().any(|b| b.is_ascii_uppercase()) {
                    return Err(DigestError);
                }
                let mut bytes = [0; 32];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| DigestError)?;
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

digest_type! {
    /// A SHA-256 digest (FIPS 180-4).
    Digest
}

digest_type! {
    /// An SM3 digest (GB/T 32905-2016).
    Sm3Digest
}

impl Digest {
    /// The SHA-256 digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The SHA-256 digest of everything that `reader` gives, which is not held as a whole.
    ///
    /// # Errors
    /// The reader failed.
    pub fn of_all(reader: &mut dyn Read) -> io::Result<Self> {
        let mut hasher = Sha256::new();
        let mut room = vec![0; READ_BYTES];
        loop {
            match reader.read(&mut room) {
                Ok(0) => return Ok(Self(hasher.finalize().into())),
                Ok(length) => hasher.update(room.get(..length).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The SHA-256 digest of a context label followed by `bytes`, so that a digest
    /// made for one purpose can never be taken for another.
    pub fn labelled(label: &str, bytes: &[u8]) -> Self {
        Self(Sha256::new().chain_update(label).chain_update(bytes).finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn the_digest_of_nothing_is_the_published_one() {
        assert_eq!(Digest::of(b"").to_string(), EMPTY);
    }

    #[test]
    fn what_is_read_in_parts_has_the_digest_of_the_whole() {
        for length in [0, 1, READ_BYTES, 2 * READ_BYTES + 1] {
            let bytes = vec![7u8; length];
            assert_eq!(Digest::of_all(&mut bytes.as_slice()).unwrap(), Digest::of(&bytes));
        }
    }

    /// Fails once, then gives its bytes.
    struct Failing<'a> {
        error: Option<io::ErrorKind>,
        bytes: &'a [u8],
    }

    impl Read for Failing<'_> {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            match self.error.take() {
                Some(kind) => Err(kind.into()),
                None => self.bytes.read(room),
            }
        }
    }

    #[test]
    fn a_read_that_is_interrupted_goes_on_and_one_that_fails_does_not() {
        let read = |kind| Digest::of_all(&mut Failing { error: Some(kind), bytes: b"abc" });
        assert_eq!(read(io::ErrorKind::Interrupted).unwrap(), Digest::of(b"abc"));
        for kind in [io::ErrorKind::UnexpectedEof, io::ErrorKind::PermissionDenied] {
            assert_eq!(read(kind).unwrap_err().kind(), kind);
        }
    }

    #[test]
    fn a_label_is_part_of_what_is_hashed() {
        assert_eq!(Digest::labelled("ab", b"c"), Digest::of(b"abc"));
    }

    #[test]
    fn only_64_lower_case_hexadecimal_characters_are_a_digest() {
        assert_eq!(EMPTY.parse::<Digest>().unwrap(), Digest::of(b""));
        assert!(EMPTY.to_uppercase().parse::<Digest>().is_err());
        assert!(EMPTY[1..].parse::<Digest>().is_err());
        assert!(format!("{EMPTY}0").parse::<Digest>().is_err());
        assert!("g".repeat(64).parse::<Digest>().is_err());
    }

    #[test]
    fn json_holds_the_hexadecimal_form() {
        let json = serde_json::to_string(&Digest::of(b"")).unwrap();
        assert_eq!(json, format!("\"{EMPTY}\""));
        assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), Digest::of(b""));
    }
}
