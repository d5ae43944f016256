//! The evidence bundle of a record, whole or in part. Exporting is a look, and recorded.

use heqi_evidence::bundle::BundleError;
use heqi_vocabulary::RecordId;

use crate::disclose::{Attributes, DiscloseError};
use crate::fault::{ActError, Fault};
use crate::platform::Platform;
use crate::request::{Actor, RequestFacts};

/// A bundle to be downloaded.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExportedBundle {
    /// A file name that says nothing personal.
    pub file_name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The record of this look.
    pub access_record_id: RecordId,
}

/// Writes the bundle of a record. With [`Attributes::All`] it carries everything the
/// deposit carried; with names, those attributes, and photo and documents only when
/// `client.photo_sha256` or `photo_sha256`, and `documents` or `document_sha256`, are
/// among them.
///
/// # Errors
/// See [`DiscloseError`].
pub async fn export_bundle(
    platform: &Platform,
    actor: &Actor,
    facts: &RequestFacts,
    record: RecordId,
    attributes: &Attributes,
) -> Result<ExportedBundle, DiscloseError> {
    todo!()
}

impl From<BundleError> for DiscloseError {
    fn from(error: BundleError) -> Self {
        Self::Act(ActError::Fault(Fault::broken(error)))
    }
}
