//! Why there is no file.

use heqi_fonts::{FontError, Uncovered};

use super::AttachmentFault;

/// Why nothing was written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// No font has a character.
    #[error(transparent)]
    Uncovered(#[from] Uncovered),
    /// A font of the program is damaged.
    #[error(transparent)]
    Font(#[from] FontError),
    /// A file cannot go inside.
    #[error("the attachment {name}: {fault}")]
    Attachment {
        /// Its name.
        name: String,
        /// Why.
        fault: AttachmentFault,
    },
    /// A text is too long for a code (ISO 18004: 2,331 bytes at the level used).
    #[error("the text is too long for a code")]
    Code,
    /// What came out would not be PDF/A; a fault of this program.
    #[error("the file would not be PDF/A: {0}")]
    NotArchival(String),
}

impl WriteError {
    /// The character no font has, where that is the reason.
    pub const fn uncovered(&self) -> Option<char> {
        match self {
            Self::Uncovered(uncovered) => Some(uncovered.character),
            _ => None,
        }
    }
}
