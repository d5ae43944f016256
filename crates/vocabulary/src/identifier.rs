//! Typed identifiers. Each is 128 bits, written as a three-letter prefix, `_` and 26
//! lower-case Crockford base-32 characters, so a party's identifier can never be taken
//! for a document's, neither by the compiler nor by a reader.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::entropy::Entropy;
use crate::time::UtcMillis;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 26;

/// Why a text is not an identifier of the wanted kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an identifier of this kind is written {prefix}_ and 26 lower-case letters or digits")]
pub struct IdentifierError {
    /// The prefix that was wanted.
    pub prefix: &'static str,
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(u128);

        impl $name {
            /// The prefix of the written form.
            pub const PREFIX: &'static str = $prefix;

            /// A new identifier that sorts by `now` (48 bits of milliseconds, then 80
            /// random bits).
            pub fn time_ordered(now: UtcMillis, entropy: &dyn Entropy) -> Self {
                Self(time_ordered(now, entropy))
            }

            /// A new identifier of 128 random bits that says nothing about its time.
            pub fn random(entropy: &dyn Entropy) -> Self {
                Self(u128::from_be_bytes(entropy.bytes()))
            }

            /// The 16 bytes of the identifier, big-endian.
            pub const fn to_bytes(self) -> [u8; 16] {
                self.0.to_be_bytes()
            }

            /// The identifier with these 16 big-endian bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(u128::from_be_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_identifier(f, $prefix, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdentifierError;

            fn from_str(text: &str) -> Result<Self, IdentifierError> {
                parse_identifier($prefix, text).map(Self).ok_or(IdentifierError { prefix: $prefix })
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

identifier! {
    /// One filing (办件) with the registry.
    FilingId, "fil"
}
identifier! {
    /// One party of one filing.
    PartyId, "par"
}
identifier! {
    /// One document of one filing, in one version.
    DocumentId, "doc"
}
identifier! {
    /// One ceremony: one person's visit to sign for one party.
    CeremonyId, "cer"
}
identifier! {
    /// One completed signing.
    SigningId, "sig"
}
identifier! {
    /// One evidence record; always random, so that it says nothing about its time.
    RecordId, "rec"
}
identifier! {
    /// One chain of records; always random, so that its commitment hides it.
    ChainId, "chn"
}
identifier! {
    /// One exported evidence bundle.
    BundleId, "bun"
}
identifier! {
    /// One stored object (a photo, a document).
    ObjectId, "obj"
}

identifier! {
    /// One message to one person, whatever it is sent by.
    MessageId, "msg"
}
identifier! {
    /// One case that a person decides.
    CaseId, "cas"
}
identifier! {
    /// One account of a member of staff.
    StaffId, "stf"
}

fn time_ordered(now: UtcMillis, entropy: &dyn Entropy) -> u128 {
    let millis = u128::try_from(now.as_millis().max(0)).unwrap_or(0) & 0xffff_ffff_ffff;
    let mut random = [0; 16];
    if let Some(tail) = random.get_mut(6..) {
        entropy.fill(tail);
    }
    (millis << 80) | u128::from_be_bytes(random)
}

fn write_identifier(f: &mut fmt::Formatter<'_>, prefix: &str, value: u128) -> fmt::Result {
    f.write_str(prefix)?;
    f.write_str("_")?;
    for place in (0..LENGTH).rev() {
        let index = usize::try_from((value >> (place * 5)) & 31).unwrap_or(0);
        let letter = ALPHABET.get(index).copied().unwrap_or(b'0');
        fmt::Write::write_char(f, char::from(letter))?;
    }
    Ok(())
}

fn parse_identifier(prefix: &str, text: &str) -> Option<u128> {
    let letters = text.strip_prefix(prefix)?.strip_prefix('_')?;
    if letters.len() != LENGTH {
        return None;
    }
    letters.bytes().try_fold(0u128, |value, letter| {
        let digit = ALPHABET.iter().position(|a| *a == letter)?;
        value.checked_mul(32)?.checked_add(u128::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);
    impl Entropy for Fixed {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    #[test]
    fn an_identifier_survives_its_text() {
        for byte in [0, 1, 0x7f, 0xff] {
            let id = PartyId::random(&Fixed(byte));
            assert_eq!(id.to_string().parse::<PartyId>().unwrap(), id);
        }
    }

    #[test]
    fn the_prefix_keeps_kinds_apart() {
        let party = PartyId::random(&Fixed(7)).to_string();
        assert!(party.starts_with("par_"));
        assert!(party.parse::<DocumentId>().is_err());
    }

    #[test]
    fn a_later_identifier_sorts_after_an_earlier_one_in_bytes_and_in_text() {
        let early = UtcMillis::from_millis(1_700_000_000_000).unwrap();
        let first = FilingId::time_ordered(early, &Fixed(0xff));
        let second = FilingId::time_ordered(early.plus_millis(1), &Fixed(0));
        assert!(first < second);
        assert!(first.to_string() < second.to_string());
    }

    #[test]
    fn a_text_that_is_not_canonical_is_refused() {
        let good = RecordId::random(&Fixed(0xff)).to_string();
        for bad in [
            good.to_uppercase(),
            good.replace('z', "i"),
            format!("{good}0"),
            good.replacen('7', "8", 1),
            "rec_".into(),
            String::new(),
        ] {
            assert!(bad.parse::<RecordId>().is_err(), "{bad}");
        }
    }
}
