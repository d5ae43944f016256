//! The signer says that it has read a document: which exact bytes, and for how long they were
//! open, as the browser reports it. It becomes part of what the device signs.

use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{Digest, DocumentId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::ceremonies;
use crate::fault::{ActError, Class, Fault};
use crate::filings;
use crate::platform::Platform;
use crate::request::Request;
use crate::wording::{Told, refusals, say};

/// The longest time that is believed, in seconds.
const MAX_SECONDS: u32 = 86_400;

/// A document was read.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Acknowledge {
    /// The version.
    pub document: DocumentId,
    /// SHA-256 of the bytes that were shown.
    pub sha256: Digest,
    /// For how long it was open, in seconds, as the browser reports it.
    pub seconds: u32,
}

/// That a document was read.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Acknowledged {
    /// The version.
    pub document_id: DocumentId,
    /// SHA-256 of the bytes that were shown.
    pub sha256: Digest,
    /// When it was said.
    pub at: UtcMillis,
    /// For how long it was open, in seconds, as the browser reports it.
    pub seconds: u32,
}

/// Why it was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AcknowledgeError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The ceremony is over.
    #[error(transparent)]
    Finished(#[from] heqi_filing::Finished),
    /// The document is not one to be signed now, or not these bytes.
    #[error("the document that was read is not the one to be signed")]
    DocumentChanged,
}

impl From<Fault> for AcknowledgeError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl AcknowledgeError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Finished(error) => Told::By(error),
            Self::DocumentChanged => say(
                "document_changed",
                ["文件在您阅读后有更新。", "请重新打开并阅读最新的文件后再签署。"],
                [
                    "The document was replaced after you read it.",
                    "Open and read the newest one before signing.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(AcknowledgeError);

/// Keeps that a document was read. Saying it again changes nothing.
///
/// # Errors
/// See [`AcknowledgeError`].
pub async fn acknowledge(
    platform: &Platform,
    request: &Request,
    command: Acknowledge,
) -> Result<Acknowledged, AcknowledgeError> {
    let (ceremony, filing, party) = request.actor.signer()?;
    let mut act = Act::new(platform, request, "acknowledge");
    loop {
        if let Some(acknowledged) = act.earlier().await? {
            return Ok(acknowledged);
        }
        let stored = ceremonies::load_inside(platform, ceremony).await?;
        let filing = filings::load(platform, filing).await?.filing;
        stored.content.ceremony.unfinished()?;
        let to_sign = filing.documents_to_sign(party);
        let is_wanted = to_sign
            .iter()
            .any(|wanted| wanted.document == command.document && wanted.sha256 == command.sha256);
        if !is_wanted {
            return Err(AcknowledgeError::DocumentChanged);
        }
        let mut content = stored.content.clone();
        let earlier = content.read.iter().find(|read| read.document_id == command.document);
        let acknowledged = earlier.copied().unwrap_or(Acknowledged {
            document_id: command.document,
            sha256: command.sha256,
            at: platform.now(),
            seconds: command.seconds.min(MAX_SECONDS),
        });
        let mut changes = Changeset::new();
        if earlier.is_none() {
            content.read.push(acknowledged);
        }
        stored.replace(platform, &mut changes, &content)?;
        if act.commit(changes, &acknowledged).await?.is_some() {
            return Ok(acknowledged);
        }
    }
}
