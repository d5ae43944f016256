//! One-time codes of an authenticator: RFC 6238 with HMAC-SHA-1, six digits, thirty seconds, as
//! every authenticator has them. A code counts for one step before and after, and once.

use std::fmt;

use heqi_vocabulary::{Entropy, UtcMillis};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// Seconds of one step (RFC 6238 section 4.1).
pub const STEP_S: i64 = 30;
const SECRET_BYTES: usize = 20;

/// What authenticator and service share. Never printed.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<[u8; SECRET_BYTES]>);

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

impl TotpSecret {
    /// A fresh one: 160 bits, as RFC 4226 section 4 recommends.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(entropy.bytes()))
    }

    /// As it is kept, sealed.
    pub fn to_hex(&self) -> String {
        hex::encode(*self.0)
    }

    /// From that form.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
        hex::decode_to_slice(text, bytes.as_mut()).ok()?;
        Some(Self(bytes))
    }

    /// As people type it where they cannot scan: base 32 of RFC 4648, in groups of four.
    pub fn for_people(&self) -> Zeroizing<String> {
        let plain = self.base32();
        let mut text = String::with_capacity(plain.len() + plain.len() / 4);
        for (place, letter) in plain.chars().enumerate() {
            if place > 0 && place % 4 == 0 {
                text.push(' ');
            }
            text.push(letter);
        }
        Zeroizing::new(text)
    }

    /// What is in the picture that is scanned (Key Uri Format of authenticators).
    pub fn uri(&self, issuer: &str, login: &str) -> Zeroizing<String> {
        let issuer = percent(issuer);
        Zeroizing::new(format!(
            "otpauth://totp/{issuer}:{}?secret={}&issuer={issuer}",
            percent(login),
            self.base32().as_str(),
        ))
    }

    fn base32(&self) -> Zeroizing<String> {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let mut text = Zeroizing::new(String::with_capacity(32));
        // 20 bytes are four groups of 40 bits: nothing is padded.
        for group in self.0.chunks(5) {
            let bits = group.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            for place in (0..8).rev() {
                let index = usize::try_from(bits >> (5 * place) & 31).unwrap_or(0);
                text.push(ALPHABET.get(index).copied().map_or('A', char::from));
            }
        }
        text
    }

    /// The code of a step (RFC 4226 section 5.3).
    fn code_of(&self, step: u64) -> String {
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(self.0.as_slice()) else {
            return String::new();
        };
        mac.update(&step.to_be_bytes());
        let tag = mac.finalize().into_bytes();
        let offset = usize::from(tag.last().copied().unwrap_or(0) & 15);
        let four = tag.get(offset..offset + 4).and_then(|bytes| bytes.try_into().ok());
        let number = u32::from_be_bytes(four.unwrap_or_default()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }

    /// The code that an authenticator shows at this instant.
    pub fn code_at(&self, now: UtcMillis) -> String {
        self.code_of(step_of(now))
    }

    /// The step of this code, if it is one of now and of none up to `last_step`.
    pub fn accepts(&self, code: &str, last_step: u64, now: UtcMillis) -> Option<u64> {
        let current = step_of(now);
        let steps = current.saturating_sub(1)..=current.saturating_add(1);
        let mut found = None;
        for step in steps.filter(|step| *step > last_step) {
            if bool::from(self.code_of(step).as_bytes().ct_eq(code.as_bytes())) {
                found = Some(step);
            }
        }
        found
    }
}

fn step_of(now: UtcMillis) -> u64 {
    u64::try_from(now.as_millis() / 1000 / STEP_S).unwrap_or(0)
}

/// Everything but unreserved ASCII characters percent-encoded (RFC 3986 section 2.3).
fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&hex::encode_upper([byte]));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> TotpSecret {
        TotpSecret(Zeroizing::new(*b"12345678901234567890"))
    }

    fn at(seconds: i64) -> UtcMillis {
        UtcMillis::from_millis(seconds * 1000).unwrap()
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238_appendix_b() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(secret().code_at(at(seconds)), code);
        }
    }

    #[test]
    fn a_code_counts_one_step_early_or_late_and_once() {
        let now = at(1_111_111_109);
        let step = secret().accepts("081804", 0, now).unwrap();
        assert_eq!(secret().accepts("081804", step, now), None, "used before");
        assert_eq!(secret().accepts("081804", 0, at(1_111_111_109 + 30)), Some(step));
        assert_eq!(secret().accepts("081804", 0, at(1_111_111_109 + 90)), None);
        assert_eq!(secret().accepts("", 0, now), None);
        assert_eq!(secret().accepts("0818040", 0, now), None);
    }

    #[test]
    fn the_secret_is_written_as_authenticators_read_it() {
        assert_eq!(secret().base32().as_str(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(secret().for_people().starts_with("GEZD GNBV "));
        let uri = secret().uri("合契 演示", "li.na");
        assert!(uri.starts_with("otpauth://totp/%E5%90%88%E5%A5%91%20"));
        assert_eq!(TotpSecret::from_hex(&secret().to_hex()).unwrap().base32(), secret().base32());
        assert_eq!(format!("{:?}", secret()), "TotpSecret(…)");
    }
}
