//! The exact bytes of a document, for those who sign it and for staff.

use heqi_vocabulary::{Digest, DocumentId};
use zeroize::Zeroizing;

use crate::fault::ActError;
use crate::platform::Platform;
use crate::request::Actor;

/// A document as it was attached.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DocumentBytes {
    /// Its title.
    pub title: String,
    /// Its media type.
    pub media_type: &'static str,
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// The exact bytes.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// Reads a document of a filing the caller may see.
///
/// # Errors
/// No such document for this caller, or the store could not be read.
pub async fn read_document(
    platform: &Platform,
    actor: &Actor,
    document: DocumentId,
) -> Result<DocumentBytes, ActError> {
    todo!()
}
