//! Attaches a document, or a new version of one. The exact bytes are kept.

use bytes::Bytes;
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{DocumentTitle, Filing, NewDocument};
use heqi_vocabulary::{Digest, DocumentId, FilingId, RecordId};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::data_keys::{Sealing, data_key};
use crate::fault::{ActError, Class, Fault};
use crate::filings;
use crate::handler_desk;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::objects;
use crate::platform::Platform;
use crate::request::Request;
use crate::rows;
use crate::wording::{Told, refusals, say};

mod pdf;

pub(crate) use pdf::inspect_pdf;
pub use pdf::{MAX_DOCUMENT_BYTES, MAX_PAGES, PdfError};

/// The most bytes all current documents of a filing have together: they travel in one
/// bundle.
pub const MAX_FILING_BYTES: u64 = 48 << 20;

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
    /// The documents of the filing together are longer than [`MAX_FILING_BYTES`].
    #[error("the documents of a filing have at most {MAX_FILING_BYTES} bytes together")]
    FilingTooLarge,
}

impl From<Fault> for AttachDocumentError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl AttachDocumentError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Pdf(error) => Told::By(error),
            Self::Filing(error) => Told::By(error),
            Self::Version(error) => Told::By(error),
            Self::FilingTooLarge => say(
                "documents_too_large",
                ["本办件全部文书合计超过48 MB。", "请压缩扫描图片后重新上传。"],
                [
                    "The documents of this filing have more than 48 MB together.",
                    "Compress scanned pages and upload them again.",
                ],
            )
            .is(Class::TooLarge),
        }
    }
}

refusals!(AttachDocumentError);

/// Attaches a document, for a program with the handler's key or for the handler at the own desk.
///
/// # Errors
/// See [`AttachDocumentError`].
pub async fn attach_document(
    platform: &Platform,
    request: &Request,
    command: AttachDocument,
) -> Result<DocumentAttached, AttachDocumentError> {
    let desk = handler_desk::preparer(&request.actor)?;
    let act = Act::new(platform, request, "attach_document").await;
    if let Some(attached) = act.earlier().await? {
        return Ok(attached);
    }
    // Before anything is kept of a stranger's file.
    let stored = filings::load_as_read(platform, request, command.filing).await?;
    handler_desk::demand_own(platform, desk, &stored.filing).await?;

    let document = DocumentId::time_ordered(platform.now(), platform.entropy());
    let matter = Sealing::Class(RetentionClass::Matter);
    let key = data_key(platform, command.filing, None, matter)?;
    let new = pdf::examine_and_keep(platform, document, key, &command).await?;
    let object = new.object.clone();

    let result = attach(platform, request, &command, new, act).await;
    match &result {
        Ok(attached) if attached.document_id == document => {}
        Err(AttachDocumentError::Act(error)) if error.is_undecided() => {}
        _ => objects::forget(platform, object.as_str()).await,
    }
    result
}

async fn attach(
    platform: &Platform,
    request: &Request,
    command: &AttachDocument,
    new: NewDocument,
    mut act: Act<'_>,
) -> Result<DocumentAttached, AttachDocumentError> {
    let desk = handler_desk::preparer(&request.actor)?;
    loop {
        if let Some(attached) = act.earlier().await? {
            return Ok(attached);
        }
        let stored = filings::load_as_read(platform, request, command.filing).await?;
        handler_desk::demand_own(platform, desk, &stored.filing).await?;
        let mut filing = stored.filing.clone();
        match command.replaces {
            None => filing.attach_document(new.clone(), platform.now())?,
            Some(old) => filing.replace_document(old, new.clone(), platform.now())?,
        }
        check_total(&filing)?;
        let version = filing.document(new.id).map_or(1, |document| document.version);
        let record = record(platform, request, command, &new, version)?;
        let attached = DocumentAttached {
            document_id: new.id,
            version,
            sha256: new.sha256,
            pages: new.pages.get(),
            size_bytes: new.size_bytes.get(),
            record_id: record.record_id(),
        };

        let mut changes = Changeset::new();
        let next = ledger::next_place(platform, filing.chain()).await?;
        record.write(platform, &mut changes, &next)?;
        stored.replace(platform, &mut changes, &filing)?;
        rows::DOCUMENTS.insert(&mut changes, &new.id, &filing.id()).map_err(Fault::from)?;
        if act.commit(changes, &attached).await?.is_some() {
            return Ok(attached);
        }
    }
}

/// A signing is deposited with every document it covers, in one bundle.
fn check_total(filing: &Filing) -> Result<(), AttachDocumentError> {
    let total = filing.current_documents().map(|document| document.size_bytes.get()).sum::<u64>();
    if total > MAX_FILING_BYTES { Err(AttachDocumentError::FilingTooLarge) } else { Ok(()) }
}

fn record(
    platform: &Platform,
    request: &Request,
    command: &AttachDocument,
    new: &NewDocument,
    version: u32,
) -> Result<NewRecord, Fault> {
    let change = if command.replaces.is_some() { "document_replaced" } else { "document_attached" };
    let mut draft = match command.replaces {
        None => Draft::new(platform, RecordKind::FilingChanged),
        Some(_) => Draft::newest(platform, RecordKind::FilingChanged),
    };
    draft
        .observed("filing", command.filing.to_string())?
        .observed("change", change)?
        .observed("document", new.id.to_string())?
        .observed("document_version", version)?
        .declared("document_title", Some(new.title.as_str()))?
        .observed("document_sha256", new.sha256.to_string())?
        .observed("document_pages", new.pages.get())?
        .observed("document_size_bytes", new.size_bytes.get())?
        .observed("changed_by", request.actor.name())?;
    // Which signatures it ends is not to be guessed from its title or number.
    if let Some(replaced) = command.replaces {
        draft.observed("replaces", replaced.to_string())?;
    }
    draft.journalled_of_staff(&request.actor, change);
    let about = About { document: Some(new.id), ..About::filing(command.filing) };
    draft.seal(platform, about, None)
}
