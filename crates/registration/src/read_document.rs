//! The exact bytes of a document, for those who sign it and for staff.

use heqi_filing::{Document, Filing};
use heqi_vocabulary::{Digest, DocumentId};
use zeroize::Zeroizing;

use crate::ceremonies::require_inside;
use crate::fault::{ActError, Fault, Thing};
use crate::filings;
use crate::objects;
use crate::platform::Platform;
use crate::request::{Actor, Scope};
use crate::rows;

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
    let (_, found) = of_caller(platform, actor, document).await?;
    let what = objects::of_document(document);
    Ok(DocumentBytes {
        title: found.title.as_str().to_owned(),
        media_type: found.media_type.as_str(),
        sha256: found.sha256,
        bytes: objects::read(platform, found.object.as_str(), &what).await?,
    })
}

/// A document of a filing the caller may see, with the filing.
pub(crate) async fn of_caller(
    platform: &Platform,
    actor: &Actor,
    document: DocumentId,
) -> Result<(Filing, Document), ActError> {
    let unknown = || ActError::NotFound(Thing::Document);
    let row = rows::DOCUMENTS.durable_row(platform.backend(), &document).await;
    let filing = row.map_err(Fault::from)?.ok_or_else(unknown)?.value;
    match actor {
        Actor::ApiKey { .. } => actor.require(Scope::Filings)?,
        Actor::Signer { filing: own, .. } if *own == filing => {
            require_inside(platform, actor).await?;
        }
        Actor::Signer { .. } => return Err(unknown()),
        Actor::Staff(_) => return Err(ActError::Denied),
    }
    let filing = filings::load(platform, filing).await?.filing;
    let found = filing.document(document).ok_or_else(unknown)?.clone();
    Ok((filing, found))
}
