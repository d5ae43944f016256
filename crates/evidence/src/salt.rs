//! Salts hide values behind their leaf hashes.
//!
//! Every attribute has its own 16-byte salt. The salts of one retention class of one
//! record come from one random 32-byte seed, so that erasing the seed with its values
//! leaves hashes nobody can guess back.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use heqi_vocabulary::Entropy;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Sha256;

/// The 128-bit salt of one attribute, written as 22 base64url characters.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Salt([u8; 16]);

impl Salt {
    /// A salt from its bytes (a device draws its own).
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The written form.
    pub fn to_text(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 16] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        // Unused trailing bits must be zero: one salt, one spelling.
        (URL_SAFE_NO_PAD.encode(bytes) == text).then_some(Self(bytes))
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(hidden)")
    }
}

impl Serialize for Salt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for Salt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("a salt is 16 bytes in base64url"))
    }
}

/// The random seed of all salts of one retention class of one record.
#[derive(Clone, Deserialize, Serialize)]
#[serde(transparent)]
pub struct RecordSeed(#[serde(with = "seed_hex")] [u8; 32]);

impl RecordSeed {
    /// A new random seed.
    pub fn random(entropy: &dyn Entropy) -> Self {
        Self(entropy.bytes())
    }

    /// A seed from its bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The salt of `slot`: the first 16 bytes of HMAC-SHA-256(seed, slot as one byte).
    pub fn salt(&self, slot: u8) -> Salt {
        self.salts().salt(slot)
    }

    /// All salts of this seed: the key is taken up once.
    pub(crate) fn salts(&self) -> Salts {
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            unreachable!("HMAC takes keys of every length (RFC 2104 section 2)")
        };
        Salts(mac)
    }
}

/// The salts of one seed.
pub(crate) struct Salts(Hmac<Sha256>);

impl Salts {
    /// See [`RecordSeed::salt`].
    pub(crate) fn salt(&self, slot: u8) -> Salt {
        let mut mac = self.0.clone();
        mac.update(&[slot]);
        let full: [u8; 32] = mac.finalize().into_bytes().into();
        let mut salt = [0; 16];
        for (to, from) in salt.iter_mut().zip(full) {
            *to = from;
        }
        Salt(salt)
    }
}

impl fmt::Debug for RecordSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordSeed(hidden)")
    }
}

mod seed_hex {
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(seed: &[u8; 32], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&hex::encode(seed))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<[u8; 32], D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        let mut seed = [0; 32];
        hex::decode_to_slice(text.as_bytes(), &mut seed).map_err(serde::de::Error::custom)?;
        Ok(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_salt_is_the_head_of_an_hmac() {
        // printf '\x05' | openssl dgst -sha256 -mac HMAC -macopt hexkey:(32 × 01)
        let salt = RecordSeed::from_bytes([1; 32]).salt(5);
        assert_eq!(hex::encode(salt.0), "e0fb87875620a70ccb8d7ca4185d91ff");
    }

    #[test]
    fn a_salt_has_one_spelling() {
        let text = Salt([0xff; 16]).to_text();
        assert_eq!(Salt::parse(&text), Some(Salt([0xff; 16])));
        assert_eq!(Salt::parse(&format!("{}x", &text[..21])), None);
        assert_eq!(Salt::parse(&format!("{text}==")), None);
        assert_eq!(Salt::parse("AAAA"), None);
    }

    #[test]
    fn secrets_do_not_print() {
        assert_eq!(
            format!("{:?} {:?}", Salt([7; 16]), RecordSeed([7; 32])),
            "Salt(hidden) RecordSeed(hidden)"
        );
    }
}
