//! Signed notes, c2sp.org/signed-note@v1.0.0: a text and the signature lines below it.
//!
//! Stricter than the spec where it leaves a choice: a known key whose signature fails rejects the whole note, two lines
//! of the same (name, key ID) are malformed, an Ed25519 key of small order is refused, and sizes are capped.

mod key;
mod line;

use std::fmt;

pub use key::{
    KeyId, KeyName, KeyNameError, NoteSigner, SignatureType, VerifierKey, VerifierKeyError,
};
pub use line::{SignatureLine, SignatureLineError, format_signature_lines, parse_signature_lines};

use crate::cosignature::CosignatureTime;

/// The longest note accepted, in bytes: 64 post-quantum signatures and their text fit.
pub const MAX_NOTE_BYTES: usize = 512 * 1024;

/// The most signature lines accepted; the spec demands at least 16.
pub const MAX_SIGNATURES: usize = 64;

/// A well-formed note. Nothing about it is trusted before [`Note::verify`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

impl Note {
    /// Puts a note together. The text must end in a newline, and there must be at least one signature.
    pub fn new(text: String, signatures: Vec<SignatureLine>) -> Result<Self, NoteError> {
        let note = Self { text, signatures };
        note.check()?;
        Ok(note)
    }

    /// Reads a note. The last blank line parts text and signatures.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLong);
        }
        let note = str::from_utf8(bytes).map_err(|_| NoteError::NotUtf8)?;
        let (body, lines) = note.rsplit_once("\n\n").ok_or(NoteError::NoBlankLine)?;
        Self::new(format!("{body}\n"), parse_signature_lines(lines)?)
    }

    fn check(&self) -> Result<(), NoteError> {
        if !self.text.ends_with('\n') {
            return Err(NoteError::TextWithoutNewline);
        }
        if self.text.bytes().any(|byte| byte < b' ' && byte != b'\n') {
            return Err(NoteError::ControlCharacter);
        }
        line::check_lines(&self.signatures)?;
        if self.to_string().len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLong);
        }
        Ok(())
    }

    /// The signed text, with its final newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines in their order.
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// The exact bytes of the note.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }

    /// The note with `line` at its end, in place of an older line of the same name and key ID.
    pub fn with_signature(&self, line: SignatureLine) -> Result<Self, NoteError> {
        let mut signatures = self.signatures.clone();
        signatures.retain(|held| (held.name(), held.key_id()) != (line.name(), line.key_id()));
        signatures.push(line);
        Self::new(self.text.clone(), signatures)
    }

    /// Checks every signature of a key in `keys` and ignores all others. At least one must verify, none may fail.
    pub fn verify<'a, K>(&'a self, keys: K) -> Result<Vec<VerifiedSignature<'a>>, NoteVerifyError>
    where
        K: IntoIterator<Item = &'a VerifierKey>,
        K::IntoIter: Clone,
    {
        let keys = keys.into_iter();
        let mut verified = Vec::new();
        for line in &self.signatures {
            // Two trusted keys may share name and ID only by a crafted 32-bit collision: each must then verify.
            for key in
                keys.clone().filter(|key| key.name() == line.name() && key.id() == line.key_id())
            {
                let time = key.verify(&self.text, line.signature()).map_err(|BadSignature| {
                    NoteVerifyError::BadSignature { name: key.name().clone(), id: key.id() }
                })?;
                verified.push(VerifiedSignature { key, line, time });
            }
        }
        if verified.is_empty() { Err(NoteVerifyError::NoKnownKey) } else { Ok(verified) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.text, format_signature_lines(&self.signatures))
    }
}

/// One signature of a note that holds.
#[derive(Clone, Copy, Debug)]
pub struct VerifiedSignature<'a> {
    key: &'a VerifierKey,
    line: &'a SignatureLine,
    time: Option<CosignatureTime>,
}

impl<'a> VerifiedSignature<'a> {
    /// The key that verified it.
    pub const fn key(&self) -> &'a VerifierKey {
        self.key
    }

    /// The line it stands on.
    pub const fn line(&self) -> &'a SignatureLine {
        self.line
    }

    /// When a cosigner says it signed; `None` for a plain Ed25519 signature, which carries no time.
    pub const fn time(&self) -> Option<CosignatureTime> {
        self.time
    }
}

/// A signature does not verify under the key it names.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the signature does not verify")]
pub struct BadSignature;

/// Why bytes are not a note.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoteError {
    /// Longer than [`MAX_NOTE_BYTES`].
    #[error("the note is longer than {MAX_NOTE_BYTES} bytes")]
    TooLong,
    /// Not UTF-8.
    #[error("the note is not UTF-8")]
    NotUtf8,
    /// A control character other than newline.
    #[error("the note contains a control character")]
    ControlCharacter,
    /// No blank line before the signatures.
    #[error("the note has no blank line before its signatures")]
    NoBlankLine,
    /// The text does not end in a newline.
    #[error("the note text does not end in a newline")]
    TextWithoutNewline,
    /// The signature lines are malformed.
    #[error(transparent)]
    Signatures(#[from] SignatureLineError),
}

/// Why a well-formed note is not to be trusted.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoteVerifyError {
    /// A line names a trusted key and does not verify under it.
    #[error("the signature of {name}, key {id}, does not verify")]
    BadSignature {
        /// Key name on the line.
        name: KeyName,
        /// Key ID on the line.
        id: KeyId,
    },
    /// No line is by a trusted key.
    #[error("no signature is by a trusted key")]
    NoKnownKey,
}

#[cfg(test)]
mod tests;
