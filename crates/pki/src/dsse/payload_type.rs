//! Kinds of statements, and the bytes a signature covers.

use std::borrow::Cow;
use std::fmt;

use super::EnvelopeError;

/// What kind of statement an envelope holds, e.g.
/// `application/vnd.heqi.signing-statement.v1+json`. It is signed along, so a statement
/// of one kind can never pass for another.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct PayloadType(Cow<'static, str>);

impl PayloadType {
    /// A type known at compile time, for `const` use: one constant per statement kind.
    ///
    /// # Panics
    /// At compile time, when the text is not a payload type.
    pub const fn pinned(text: &'static str) -> Self {
        assert!(is_payload_type(text.as_bytes()), "not a payload type");
        Self(Cow::Borrowed(text))
    }

    /// Reads a type.
    ///
    /// # Errors
    /// Unless it is 1 to 255 visible ASCII characters without `"` and `\`.
    pub fn parse(text: &str) -> Result<Self, EnvelopeError> {
        if is_payload_type(text.as_bytes()) {
            Ok(Self(Cow::Owned(text.to_owned())))
        } else {
            Err(EnvelopeError::PayloadType)
        }
    }

    /// The text of the type.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PayloadType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The exact bytes a DSSE signature covers (protocol.md, "Signature Definition"):
/// lengths in front of both parts, so no two (type, payload) pairs share them.
pub fn pae(payload_type: &PayloadType, payload: &[u8]) -> Vec<u8> {
    let payload_type = payload_type.as_str();
    let mut bytes =
        format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

const fn is_payload_type(text: &[u8]) -> bool {
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        if !first.is_ascii_graphic() || *first == b'"' || *first == b'\\' {
            return false;
        }
        rest = tail;
    }
    !text.is_empty() && text.len() <= 255
}
