//! Attaches a document, or a new version of one. The exact bytes are kept.

use bytes::Bytes;
use heqi_filing::DocumentTitle;
use heqi_vocabulary::{Digest, DocumentId, FilingId, RecordId};
use serde::{Deserialize, Serialize};

use crate::fault::ActError;
use crate::platform::Platform;
use crate::request::Request;
use crate::wording::{Told, refusals};

mod pdf;

pub use pdf::{MAX_DOCUMENT_BYTES, MAX_PAGES, PdfError};

/// A file that is to become a document.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct AttachDocument {
    /// The filing.
    pub filing: FilingId,
    /// Its title.
    pub title: DocumentTitle,
    /// The document version it replaces; signatures of that one are then void.
    pub replaces: Option<DocumentId>,
    /// The exact bytes of the file.
    pub bytes: Bytes,
}

/// The document is part of the filing.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DocumentAttached {
    /// This version of the document.
    pub document_id: DocumentId,
    /// 1 for the first version, then counted up.
    pub version: u32,
    /// SHA-256 of the exact bytes.
    pub sha256: Digest,
    /// Number of pages.
    pub pages: u32,
    /// Number of bytes.
    pub size_bytes: u64,
    /// The record of it.
    pub record_id: RecordId,
}

/// Why the document was not attached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttachDocumentError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The file is no PDF that can be signed.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// The rules of filings refuse it.
    #[error(transparent)]
    Filing(#[from] heqi_filing::AttachDocumentError),
    /// The rules of filings refuse the new version.
    #[error(transparent)]
    Version(#[from] heqi_filing::ReplaceDocumentError),
}

impl AttachDocumentError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Pdf(error) => Told::By(error),
            Self::Filing(error) => Told::By(error),
            Self::Version(error) => Told::By(error),
        }
    }
}

refusals!(AttachDocumentError);

/// Attaches a document.
///
/// # Errors
/// See [`AttachDocumentError`].
pub async fn attach_document(
    platform: &Platform,
    request: &Request,
    command: AttachDocument,
) -> Result<DocumentAttached, AttachDocumentError> {
    todo!()
}
