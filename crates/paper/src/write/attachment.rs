//! Files inside the file (ISO 19005-3 section 6.8).

use heqi_vocabulary::UtcMillis;

/// A file to be embedded.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Attachment {
    /// Its name: 1 to 64 of `a-z A-Z 0-9 . _ -`. Readers disagree on anything else, so what
    /// people call it stands in the description.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// What it is, for people.
    pub description: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What it is to the document.
    pub relationship: Relationship,
    /// When it was last changed.
    pub modified_at: UtcMillis,
}

/// What an embedded file is to the document (ISO 19005-3 annex E).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "those of the standard that are used")]
pub enum Relationship {
    /// What the document was made from.
    Source,
    /// Data behind what the document shows.
    Data,
    /// Something beside it.
    Supplement,
}

/// Why a file cannot be embedded.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "one for each rule")]
pub enum AttachmentFault {
    /// Not a name as [`Attachment::name`] asks.
    #[error("the name is not 1 to 64 of a-z A-Z 0-9 . _ -")]
    Name,
    /// Two files of one name.
    #[error("the name is taken")]
    Twice,
    /// Not a media type.
    #[error("the media type is none")]
    MediaType,
}

impl Attachment {
    /// Whether the name is one that every reader shows alike.
    pub(super) fn has_plain_name(&self) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        (1..=64).contains(&self.name.len()) && self.name.bytes().all(plain)
    }

    /// Whether the bytes are packed already, so that packing again costs time and saves nothing.
    pub(super) fn is_packed(&self) -> bool {
        matches!(
            self.media_type,
            "application/zip"
                | "application/vnd.heqi.evidence-bundle+zip"
                | "application/pdf"
                | "image/jpeg"
                | "image/png"
                | "video/mp4"
        )
    }
}
