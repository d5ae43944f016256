//! The signature under a request, as Standard Webhooks has it: HMAC-SHA-256 over
//! `id.timestamp.body`, written `v1,` and base64.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// The name of a message.
pub const ID_HEADER: &str = "webhook-id";
/// When it was signed, in seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// The signature, or several with a space between.
pub const SIGNATURE_HEADER: &str = "webhook-signature";
/// How far the two clocks may be apart, in seconds.
pub const TOLERANCE_S: u64 = 300;
/// What stands before the base64 of a secret.
const SECRET_PREFIX: &str = "whsec_";
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A secret shared with a gateway. Never printed, wiped when dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why a text is no secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a secret is written whsec_ and the base64 of 24 to 64 bytes")]
pub struct SecretError;

impl Secret {
    /// Reads a secret as Standard Webhooks writes it.
    ///
    /// # Errors
    /// Another form, or too short to be one.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let text = text.trim();
        let bytes = STANDARD.decode(text.strip_prefix(SECRET_PREFIX).ok_or(SecretError)?);
        let bytes = Zeroizing::new(bytes.map_err(|_| SecretError)?);
        if SECRET_BYTES.contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(SecretError) }
    }

    /// Writes a secret of these random bytes.
    pub fn write(bytes: &[u8; 32]) -> Zeroizing<String> {
        Zeroizing::new(format!("{SECRET_PREFIX}{}", STANDARD.encode(bytes)))
    }

    /// The signature over a message.
    pub fn sign(&self, id: &str, timestamp_s: u64, body: &[u8]) -> String {
        format!("v1,{}", STANDARD.encode(self.mac(id, timestamp_s, body)))
    }

    /// Checks a message that came in. `now_s` is the present in seconds since 1970.
    ///
    /// # Errors
    /// See [`SignatureError`].
    pub fn verify(
        &self,
        id: &str,
        timestamp: &str,
        signatures: &str,
        body: &[u8],
        now_s: u64,
    ) -> Result<(), SignatureError> {
        let at: u64 = timestamp.parse().map_err(|_| SignatureError::Malformed)?;
        if at.abs_diff(now_s) > TOLERANCE_S {
            return Err(SignatureError::Stale);
        }
        let wanted = self.mac(id, at, body);
        let fits = signatures.split(' ').filter_map(|one| one.strip_prefix("v1,")).any(|one| {
            STANDARD.decode(one).is_ok_and(|mac| bool::from(mac.as_slice().ct_eq(&wanted)))
        });
        if fits { Ok(()) } else { Err(SignatureError::Wrong) }
    }

    fn mac(&self, id: &str, timestamp_s: u64, body: &[u8]) -> [u8; 32] {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            unreachable!("HMAC takes keys of every length (RFC 2104 section 2)")
        };
        mac.update(format!("{id}.{timestamp_s}.").as_bytes());
        mac.update(body);
        mac.finalize().into_bytes().into()
    }
}

/// Why a message that came in is not believed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "nothing else is looked at")]
pub enum SignatureError {
    /// A header is missing or has another form.
    #[error("a header of the signature is missing or malformed")]
    Malformed,
    /// Signed too long ago, or in the future.
    #[error("the signature is older or newer than five minutes")]
    Stale,
    /// Another secret, or other content.
    #[error("the signature does not hold")]
    Wrong,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks libraries.
    #[test]
    fn the_published_example_verifies() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let (id, at) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330);
        let signature = secret.sign(id, at, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let body = br#"{"test": 2432232314}"#;
        let both = format!("v1,AAAA {signature}");
        assert_eq!(secret.verify(id, "1614265330", &both, body, at + TOLERANCE_S), Ok(()));
    }

    #[test]
    fn another_body_id_time_or_secret_is_refused() {
        let secret = Secret::parse(&Secret::write(&[1; 32])).unwrap();
        let other = Secret::parse(&Secret::write(&[2; 32])).unwrap();
        let signature = secret.sign("a", 100, b"body");
        let wrong = Err(SignatureError::Wrong);
        assert_eq!(secret.verify("a", "100", &signature, b"bodY", 100), wrong);
        assert_eq!(secret.verify("b", "100", &signature, b"body", 100), wrong);
        assert_eq!(secret.verify("a", "101", &signature, b"body", 100), wrong);
        assert_eq!(other.verify("a", "100", &signature, b"body", 100), wrong);
        let stale = secret.verify("a", "100", &signature, b"body", 100 + TOLERANCE_S + 1);
        assert_eq!(stale, Err(SignatureError::Stale));
        let malformed = secret.verify("a", "", &signature, b"body", 100);
        assert_eq!(malformed, Err(SignatureError::Malformed));
    }

    #[test]
    fn short_secrets_and_other_forms_are_refused_and_none_is_printed() {
        for bad in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            assert!(Secret::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(format!("{:?}", Secret::parse(&Secret::write(&[1; 32])).unwrap()), "Secret(…)");
    }
}
