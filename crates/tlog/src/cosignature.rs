//! Timestamped Ed25519 cosignatures, c2sp.org/tlog-cosignature@v1.0.1 ("cosignature/v1", type 0x04).
//!
//! A cosigner says: at that time this was the largest consistent tree I had seen for that origin. The signature does not
//! bind the cosigner's name, so **one key serves one cosigner name**; [`crate::policy`] refuses a key it meets twice.
//!
//! Making one is reserved to the steps that come after the state is durable: [`crate::witness::Persisted::cosign`] and
//! [`crate::mirror::MirrorPersisted::cosign`].

use std::fmt;

use crate::{
    checkpoint::Checkpoint,
    encoding::take_array,
    note::{
        BadSignature, KeyName, NoteSigner, SignatureLine, SignatureType, VerifierKey,
        VerifierKeyError,
    },
};

/// Bytes of a cosignature after the key ID: 8 of time, 64 of Ed25519.
pub const COSIGNATURE_BYTES: usize = 72;

/// When a cosigner says it signed: whole seconds since 1970-01-01T00:00:00Z, at least 1 and at most 2^63 - 1.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CosignatureTime(u64);

impl CosignatureTime {
    /// Checks the bounds.
    pub fn from_posix_seconds(seconds: u64) -> Result<Self, CosignatureTimeError> {
        if (1..=u64::MAX >> 1).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(CosignatureTimeError)
        }
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn posix_seconds(self) -> u64 {
        self.0
    }
}

impl fmt::Display for CosignatureTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The time cannot stand in a cosignature.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a cosignature time must be 1 to 2^63 - 1 seconds after 1970")]
pub struct CosignatureTimeError;

/// A witness's or mirror's signing key. The secret is wiped when it is dropped and never printed.
pub struct Cosigner(NoteSigner);

impl Cosigner {
    /// Derives the key from 32 secret random bytes. Use each seed under one name only.
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Result<Self, VerifierKeyError> {
        NoteSigner::of_type(name, SignatureType::CosignatureV1, seed).map(Self)
    }

    /// The public half, to publish.
    pub const fn verifier_key(&self) -> &VerifierKey {
        self.0.verifier_key()
    }

    pub(crate) fn cosign(&self, checkpoint: &Checkpoint, time: CosignatureTime) -> SignatureLine {
        let signature = self.0.sign_bytes(&cosigned_message(&checkpoint.to_string(), time));
        self.0.line([time.0.to_be_bytes().as_slice(), &signature].concat())
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cosigner")
            .field("verifier", &self.verifier_key().to_string())
            .finish_non_exhaustive()
    }
}

/// The bytes a cosigner signs: a header line, a time line, then the whole checkpoint text.
pub fn cosigned_message(text: &str, time: CosignatureTime) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{text}").into_bytes()
}

/// Checks the 72 bytes after the key ID over a note text that is a checkpoint; yields the time it vouches for.
pub fn verify_cosignature(
    key: &VerifierKey,
    text: &str,
    mut cosignature: &[u8],
) -> Result<CosignatureTime, BadSignature> {
    if key.signature_type() != SignatureType::CosignatureV1 || Checkpoint::parse(text).is_err() {
        return Err(BadSignature);
    }
    let seconds = u64::from_be_bytes(take_array(&mut cosignature).ok_or(BadSignature)?);
    let time = CosignatureTime::from_posix_seconds(seconds).map_err(|_| BadSignature)?;
    key.verify_ed25519(&cosigned_message(text, time), cosignature)?;
    Ok(time)
}

#[cfg(test)]
mod tests;
