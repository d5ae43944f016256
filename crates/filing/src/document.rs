//! What is signed: documents in versions. Nothing is overwritten: a new version points
//! to the one it replaces and both stay.

use std::num::{NonZeroU32, NonZeroU64};

use heqi_vocabulary::{Digest, DocumentId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::words::{DocumentTitle, ObjectRef};

/// The format of a document.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub enum MediaType {
    /// PDF (ISO 32000).
    #[serde(rename = "application/pdf")]
    Pdf,
}

impl MediaType {
    /// The media type as in `Content-Type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
        }
    }
}

/// Who must sign a document.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RequiredSigners {
    /// Every party that signs at all, so everyone but somebody who is only the handler.
    AllParties,
}

/// One document in one version, as it stands in a filing.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Document {
    /// Identifies this version.
    pub id: DocumentId,
    /// 1 for the first, then counted up.
    pub version: u32,
    /// Its title.
    pub title: DocumentTitle,
    /// SHA-256 of the file's bytes.
    pub sha256: Digest,
    /// Length of the file in bytes.
    pub size_bytes: NonZeroU64,
    /// Number of pages.
    pub pages: NonZeroU32,
    /// Its format.
    pub media_type: MediaType,
    /// Where the store keeps the bytes.
    pub object: ObjectRef,
    /// Who must sign it.
    pub required_signers: RequiredSigners,
    /// When this version was attached.
    pub attached_at: UtcMillis,
    /// The next version, once there is one; from then on signatures of this one are void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<DocumentId>,
}

impl Document {
    pub(crate) fn first_version(new: NewDocument, now: UtcMillis) -> Self {
        Self {
            id: new.id,
            version: 1,
            title: new.title,
            sha256: new.sha256,
            size_bytes: new.size_bytes,
            pages: new.pages,
            media_type: new.media_type,
            object: new.object,
            required_signers: RequiredSigners::AllParties,
            attached_at: now,
            superseded_by: None,
        }
    }

    /// Whether this is the newest version.
    pub const fn is_current(&self) -> bool {
        self.superseded_by.is_none()
    }

    /// What a challenge says about it.
    pub const fn reference(&self) -> DocumentRef {
        DocumentRef { document: self.id, sha256: self.sha256 }
    }
}

/// A document version together with its content.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a pair")]
pub struct DocumentRef {
    /// The version.
    pub document: DocumentId,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
}

/// A file that is to become a document, received and hashed by the caller.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct NewDocument {
    /// A fresh identifier.
    pub id: DocumentId,
    /// Its title.
    pub title: DocumentTitle,
    /// SHA-256 of the bytes received.
    pub sha256: Digest,
    /// Number of bytes received.
    pub size_bytes: NonZeroU64,
    /// Number of pages.
    pub pages: NonZeroU32,
    /// Its format, found by looking at the bytes.
    pub media_type: MediaType,
    /// Where the bytes were put.
    pub object: ObjectRef,
}
