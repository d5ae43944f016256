//! The challenge a device signs over, and its preimage, which is kept so that everybody
//! can recompute it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use heqi_vocabulary::{CeremonyId, Digest, Entropy, FilingId, PartyId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::canonical::{self, CanonicalError};
use crate::leaf::RecordRoot;

const LABEL: &str = "heqi.challenge/v1\n";
/// The longest preimage read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// What a challenge binds together.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ChallengePreimage {
    /// In which capacities the party signs, sorted.
    pub capacities: Vec<String>,
    /// The ceremony.
    pub ceremony: CeremonyId,
    /// The newest head of the platform's log that the notary's witness has cosigned;
    /// null when there is none yet, and then no time is proved that it was *not before*.
    pub checkpoint: Option<WitnessedHead>,
    /// SHA-256 of the device key's SubjectPublicKeyInfo.
    pub device_key_sha256: Digest,
    /// SHA-256 of every document, in order.
    pub documents: Vec<Digest>,
    /// Until when the challenge can be answered.
    pub expires_at: UtcMillis,
    /// The filing.
    pub filing: FilingId,
    /// When the challenge was made, by the platform's clock.
    pub issued_at: UtcMillis,
    /// 32 random bytes, base64url.
    pub nonce: Nonce,
    /// The party.
    pub party: PartyId,
    /// Roots of the identity, code, consent and face records of this ceremony so far.
    pub prior_records: Vec<PriorRecord>,
}

/// The head of the log a challenge was made after.
///
/// The digest of the exact note is what proves *not before*: the witness's signature in
/// it could not be known before the witness made it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessedHead {
    /// SHA-256 of the signed note, with its witness line.
    pub note_sha256: Digest,
    /// Origin of the log.
    pub origin: String,
    /// Root, in hexadecimal.
    pub root: Digest,
    /// Number of entries.
    pub size: u64,
}

/// A record made earlier in the same ceremony.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PriorRecord {
    /// Its kind.
    pub kind: String,
    /// Its root.
    pub root: RecordRoot,
}

/// 32 random bytes that make every challenge another one.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Nonce([u8; 32]);

impl Nonce {
    /// A new random nonce.
    pub fn random(entropy: &dyn Entropy) -> Self {
        Self(entropy.bytes())
    }
}

impl From<Nonce> for String {
    fn from(nonce: Nonce) -> Self {
        URL_SAFE_NO_PAD.encode(nonce.0)
    }
}

impl TryFrom<String> for Nonce {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const FORM: &str = "a nonce is 32 bytes in base64url";
        let bytes: [u8; 32] =
            URL_SAFE_NO_PAD.decode(&text).map_err(|_| FORM)?.try_into().map_err(|_| FORM)?;
        Ok(Self(bytes))
    }
}

impl ChallengePreimage {
    /// The canonical bytes, which are what is kept and sent.
    ///
    /// # Errors
    /// Writing JSON is fallible; it does not happen for this type.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        canonical::to_bytes(self)
    }

    /// Reads a preimage and gives it with the challenge it makes.
    ///
    /// # Errors
    /// Too long, or not canonical JSON of this shape.
    pub fn parse(bytes: &[u8]) -> Result<(Self, Digest), ChallengeError> {
        if bytes.len() > MAX_BYTES {
            return Err(ChallengeError::TooLarge);
        }
        Ok((canonical::parse_exact(bytes)?, challenge_of(bytes)))
    }
}

/// The challenge: SHA-256("heqi.challenge/v1\n" ‖ preimage bytes).
pub fn challenge_of(preimage: &[u8]) -> Digest {
    Digest::labelled(LABEL, preimage)
}

/// Why bytes are not a challenge preimage.
#[derive(Debug, thiserror::Error)]
pub enum ChallengeError {
    /// More than [`MAX_BYTES`].
    #[error("a challenge preimage has at most {MAX_BYTES} bytes")]
    TooLarge,
    /// Not canonical JSON of this shape.
    #[error(transparent)]
    Json(#[from] CanonicalError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preimage_without_a_head_says_so() {
        let digest = "0".repeat(64);
        let with = |checkpoint: &str| {
            format!(
                r#"{{"capacities":["shareholder"],"ceremony":"cer_01m844dzg01v7rbk5jgs5ph25f",{checkpoint}"device_key_sha256":"{digest}","documents":[],"expires_at":"2026-11-23T12:21:10.000Z","filing":"fil_01m844dzg0g88w38a8stj8z765","issued_at":"2026-11-23T12:01:10.000Z","nonce":"Bzz-peLrgewvSU9_CJ-XrpUieulnV0knqrtBN9BB1is","party":"par_01m844dzg0t4e5dj4bz3dvvghj","prior_records":[]}}"#
            )
        };
        let (preimage, _) =
            ChallengePreimage::parse(with(r#""checkpoint":null,"#).as_bytes()).unwrap();
        assert_eq!(preimage.checkpoint, None);
        assert!(matches!(
            ChallengePreimage::parse(with("").as_bytes()),
            Err(ChallengeError::Json(CanonicalError::NotCanonical))
        ));
    }
}
