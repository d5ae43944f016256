//! The signer says that it has read a document: which exact bytes, what was shown of them, and
//! for how long each page was looked at, as the browser reports it. It is a record, and becomes
//! part of what the device signs.

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Document, DocumentRef, Filing};
use heqi_vocabulary::{Digest, DocumentId, Language, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::act::Act;
use crate::ceremonies;
use crate::changed_documents::ChangedDocuments;
use crate::check_code::remember;
use crate::declare_capital;
use crate::document_pages::{self, RenditionRow};
use crate::fault::{ActError, Fault, Thing};
use crate::filings;
use crate::key_points::KeyPoints;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::platform::Platform;
use crate::request::Request;
use crate::rows::CeremonyRecord;
use crate::wording::{Told, refusals};

/// The longest time that is believed, in seconds.
const MAX_SECONDS: u32 = 86_400;

/// A document was read.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Acknowledge {
    /// The version.
    pub document: DocumentId,
    /// SHA-256 of the bytes that were shown.
    pub sha256: Digest,
    /// For how long it was open, in seconds, as the browser reports it.
    pub seconds: u32,
    /// What the page showed of it; `None` for those who show the file themselves.
    pub shown: Option<ShownOnPage>,
}

/// What a page of ours showed of a document.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct ShownOnPage {
    /// In which language.
    pub language: Language,
    /// SHA-256 of the card of key points that the page showed.
    pub key_points_sha256: Digest,
    /// Digest of the pictures and the text that the page offered.
    pub pages_sha256: Digest,
    /// For how long each page was in view, in seconds, as the browser reports it; empty
    /// where no script ran.
    pub page_seconds: Vec<u32>,
    /// Whether it was read aloud, as the browser reports it.
    pub read_aloud: bool,
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
    /// The record of it; those of before have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_id: Option<RecordId>,
    /// Whether pictures of its pages were shown, so that the device signs their digests.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_pictures: bool,
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
    DocumentChanged(ChangedDocuments),
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
            Self::DocumentChanged(changed) => changed.told(),
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
    let mut act = Act::new(platform, request, "acknowledge").await;
    loop {
        if let Some(acknowledged) = act.earlier().await? {
            return Ok(acknowledged);
        }
        let stored = ceremonies::load_inside(platform, ceremony).await?;
        let filing = filings::load(platform, filing).await?.filing;
        stored.content.ceremony.unfinished()?;
        let to_sign: Vec<&Document> = filing
            .documents_to_sign(party)
            .iter()
            .filter_map(|wanted| filing.document(wanted.document))
            .collect();
        let read = DocumentRef { document: command.document, sha256: command.sha256 };
        let Some(document) = to_sign.iter().find(|document| document.reference() == read) else {
            let changed = ChangedDocuments::since(platform, &filing, &[read]).await?;
            return Err(AcknowledgeError::DocumentChanged(changed));
        };
        let mut content = stored.content.clone();
        let mut changes = Changeset::new();
        let earlier = content.read.iter().find(|read| read.document_id == command.document);
        let acknowledged = if let Some(earlier) = earlier {
            *earlier
        } else {
            let rendition = match &command.shown {
                Some(shown) => {
                    let capital = declare_capital::shown_capital(platform, &filing).await?;
                    let card = filing.party(party).ok_or(ActError::NotFound(Thing::Party))?;
                    let card =
                        KeyPoints::of(&filing, card, &to_sign, (capital.as_ref(), shown.language));
                    Some(shown_now(platform, shown, &card, document).await?)
                }
                None => None,
            };
            let next = ledger::next_place(platform, filing.chain()).await?;
            let record =
                record(platform, request, &command, &filing, document, rendition.as_ref())?;
            let record_root = record.write(platform, &mut changes, &next)?;
            let record_id = record.record_id();
            let made = CeremonyRecord::of(RecordKind::DocumentRead, record_id, record_root);
            // Where there is no room among those the challenge names, it is a record of the
            // chain all the same: nobody is kept from signing by having read much.
            let _ = remember(&mut content, made);
            let acknowledged = Acknowledged {
                document_id: command.document,
                sha256: command.sha256,
                at: next.place.recorded_at,
                seconds: command.seconds.min(MAX_SECONDS),
                record_id: Some(record_id),
                by_pictures: rendition.is_some_and(|row| !row.page_images().is_empty()),
            };
            content.read.push(acknowledged);
            acknowledged
        };
        stored.replace(platform, &mut changes, &content)?;
        if act.commit(changes, &acknowledged).await?.is_some() {
            return Ok(acknowledged);
        }
    }
}

/// What the page showed, if that is what it would show now.
async fn shown_now(
    platform: &Platform,
    shown: &ShownOnPage,
    card: &KeyPoints,
    document: &Document,
) -> Result<RenditionRow, AcknowledgeError> {
    let row = document_pages::kept(platform, document.id).await?;
    let changed = || AcknowledgeError::DocumentChanged(ChangedDocuments::of(document));
    let row = row.ok_or_else(changed)?;
    if card.sha256()? != shown.key_points_sha256 || row.shown_sha256()? != shown.pages_sha256 {
        return Err(changed());
    }
    Ok(row)
}

fn record(
    platform: &Platform,
    request: &Request,
    command: &Acknowledge,
    filing: &Filing,
    document: &Document,
    rendition: Option<&RenditionRow>,
) -> Result<NewRecord, Fault> {
    let (ceremony, _, party) = request.actor.signer().map_err(Fault::broken)?;
    let mut draft = Draft::new(platform, RecordKind::DocumentRead);
    draft
        .observed("filing", filing.id().to_string())?
        .observed("ceremony", ceremony.to_string())?
        .observed("party", party.to_string())?
        .observed("document", document.id.to_string())?
        .observed("document_version", document.version)?
        .observed("document_sha256", document.sha256.to_string())?
        .observed("document_pages", document.pages.get())?
        .reported("seconds", Some(command.seconds.min(MAX_SECONDS)))?
        .facts(&request.facts)?;
    if let (Some(shown), Some(rendition)) = (&command.shown, rendition) {
        let images = rendition.page_images().iter().map(ToString::to_string).collect::<Vec<_>>();
        let most = document.pages.get().try_into().unwrap_or(usize::MAX);
        let seconds = shown.page_seconds.iter().take(most).map(|s| (*s).min(MAX_SECONDS));
        let seconds: Vec<Value> = seconds.map(Value::from).collect();
        draft
            .observed("text_language", shown.language.tag())?
            .observed("key_points_sha256", shown.key_points_sha256.to_string())?
            .observed("page_images", images)?
            .observed("renderer", rendition.renderer())?
            .reported("page_seconds", (!seconds.is_empty()).then_some(seconds))?
            .reported("read_aloud", Some(shown.read_aloud))?;
        if let Some(text) = rendition.text_sha256() {
            draft.observed("text_sha256", text.to_string())?;
        }
    }
    let about = About {
        ceremony: Some(ceremony),
        document: Some(document.id),
        ..About::party(filing.id(), party)
    };
    draft.seal(platform, about, None)
}
