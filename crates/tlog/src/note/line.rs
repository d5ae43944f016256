use std::{collections::BTreeSet, fmt};

use crate::{
    encoding::{from_base64, to_base64},
    note::{KeyId, KeyName, MAX_SIGNATURES},
};

/// One signature line: `— <key name> base64(key ID ‖ signature)`. `Display` prints it without its newline.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignatureLine {
    name: KeyName,
    id: KeyId,
    signature: Vec<u8>,
}

impl SignatureLine {
    /// Puts a line together; the signature must not be empty.
    pub fn new(name: KeyName, id: KeyId, signature: Vec<u8>) -> Result<Self, SignatureLineError> {
        if signature.is_empty() {
            Err(SignatureLineError::Malformed)
        } else {
            Ok(Self { name, id, signature })
        }
    }

    pub(crate) const fn of(name: KeyName, id: KeyId, signature: Vec<u8>) -> Self {
        Self { name, id, signature }
    }

    /// Reads one line, without its newline.
    pub fn parse(line: &str) -> Result<Self, SignatureLineError> {
        let malformed = SignatureLineError::Malformed;
        let (name, blob) =
            line.strip_prefix(LINE_START).and_then(|rest| rest.split_once(' ')).ok_or(malformed)?;
        let blob = from_base64(blob).ok_or(malformed)?;
        let (id, signature) = blob.split_first_chunk::<4>().ok_or(malformed)?;
        Self::new(
            KeyName::new(name).map_err(|_| malformed)?,
            KeyId::from_bytes(*id),
            signature.to_vec(),
        )
    }

    /// The key name on the line.
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The key ID on the line.
    pub const fn key_id(&self) -> KeyId {
        self.id
    }

    /// The signature, without the key ID.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blob = [self.id.as_bytes(), self.signature.as_slice()].concat();
        write!(f, "{LINE_START}{} {}", self.name, to_base64(&blob))
    }
}

/// EM DASH U+2014 and a space.
const LINE_START: &str = "\u{2014} ";

/// Reads a block of one or more signature lines, each ending in a newline: the end of a note, or a witness's answer.
pub fn parse_signature_lines(text: &str) -> Result<Vec<SignatureLine>, SignatureLineError> {
    let lines = text.strip_suffix('\n').ok_or(SignatureLineError::Malformed)?;
    let lines = lines
        .split('\n')
        .take(MAX_SIGNATURES + 1)
        .map(SignatureLine::parse)
        .collect::<Result<Vec<_>, _>>()?;
    check_lines(&lines)?;
    Ok(lines)
}

/// Writes each line with its newline.
pub fn format_signature_lines(lines: &[SignatureLine]) -> String {
    lines.iter().flat_map(|line| [line.to_string(), "\n".to_owned()]).collect()
}

pub(crate) fn check_lines(lines: &[SignatureLine]) -> Result<(), SignatureLineError> {
    if lines.is_empty() {
        return Err(SignatureLineError::None);
    }
    if lines.len() > MAX_SIGNATURES {
        return Err(SignatureLineError::TooMany);
    }
    let mut seen = BTreeSet::new();
    if lines.iter().all(|line| seen.insert((line.name(), line.key_id()))) {
        Ok(())
    } else {
        Err(SignatureLineError::Duplicate)
    }
}

/// Why signature lines were refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignatureLineError {
    /// Not `— name base64` with a newline, or not canonical.
    #[error("malformed signature line")]
    Malformed,
    /// There is no signature.
    #[error("there is no signature")]
    None,
    /// More than [`MAX_SIGNATURES`].
    #[error("more than {MAX_SIGNATURES} signatures")]
    TooMany,
    /// Two lines of the same key name and key ID.
    #[error("two signatures of the same key")]
    Duplicate,
}
