//! Looks at a PDF before it becomes a document: whole, not encrypted, not too long. What
//! it says is nobody's business here.

use std::num::{NonZeroU32, NonZeroU64};

use bytes::Bytes;
use heqi_evidence_store::vault::DataKey;
use heqi_filing::{MediaType, NewDocument};
use heqi_vocabulary::{Digest, DocumentId};
use lopdf::{Document, LoadOptions};

use super::{AttachDocument, AttachDocumentError};
use crate::decoding;
use crate::fault::Class;
use crate::objects;
use crate::platform::Platform;
use crate::wording::{Told, refusals, say};

/// The longest document, in bytes: 20 MiB.
pub const MAX_DOCUMENT_BYTES: usize = 20 << 20;
/// The most pages.
pub const MAX_PAGES: u32 = 2000;
/// What one compressed stream may unfold to while the structure is read.
const MAX_UNFOLDED_BYTES: usize = 64 << 20;

/// Why a file is no PDF that can be signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PdfError {
    /// Longer than [`MAX_DOCUMENT_BYTES`].
    #[error("the document is longer than {MAX_DOCUMENT_BYTES} bytes")]
    TooLarge,
    /// It does not begin as a PDF does.
    #[error("the file is not a PDF")]
    NotPdf,
    /// It begins as a PDF and cannot be read to its end.
    #[error("the PDF is damaged")]
    Damaged,
    /// It is encrypted, so what is signed could not be read by everybody.
    #[error("the PDF is encrypted")]
    Encrypted,
    /// It has no page.
    #[error("the PDF has no page")]
    NoPage,
    /// It has more than [`MAX_PAGES`].
    #[error("the PDF has more than {MAX_PAGES} pages")]
    TooManyPages,
}

impl PdfError {
    fn told(self) -> Told<'static> {
        match self {
            Self::TooLarge => say(
                "document_too_large",
                ["文件超过20 MB。", "请压缩扫描图片或拆分文件后重新上传。"],
                ["The file is longer than 20 MB.", "Compress scanned pages or split the file."],
            )
            .is(Class::TooLarge),
            Self::NotPdf => say(
                "document_not_pdf",
                ["该文件不是PDF。", "请导出为PDF后重新上传。"],
                ["The file is not a PDF.", "Export it as PDF and upload it again."],
            )
            .is(Class::WrongFormat),
            Self::Damaged => say(
                "document_damaged",
                ["该PDF已损坏或不完整。", "请重新导出后上传；如由扫描生成，请重新扫描。"],
                ["The PDF is damaged or incomplete.", "Export or scan it again and upload it."],
            )
            .is(Class::BadInput),
            Self::Encrypted => say(
                "document_encrypted",
                ["该PDF设有密码或权限限制，各方可能无法完整阅读。", "请取消加密后重新上传。"],
                [
                    "The PDF is encrypted, so not everybody could read what is signed.",
                    "Remove the encryption and upload it again.",
                ],
            )
            .is(Class::BadInput),
            Self::NoPage => say(
                "document_empty",
                ["该PDF没有页面。", "请检查文件内容后重新上传。"],
                ["The PDF has no page.", "Check the file and upload it again."],
            )
            .is(Class::BadInput),
            Self::TooManyPages => say(
                "document_too_long",
                ["该PDF超过2000页。", "请拆分后分别上传。"],
                ["The PDF has more than 2000 pages.", "Split it and upload the parts."],
            )
            .is(Class::TooLarge),
        }
    }
}

refusals!(PdfError);

/// Checks the file, hashes it and keeps its exact bytes sealed, all on one thread beside
/// the request threads.
pub(super) async fn examine_and_keep(
    platform: &Platform,
    document: DocumentId,
    key: DataKey,
    command: &AttachDocument,
) -> Result<NewDocument, AttachDocumentError> {
    let (bytes, ports) = (command.bytes.clone(), platform.ports.clone());
    let examined = decoding::run(platform, move || {
        let pages = examine(&bytes)?;
        let what = objects::of_document(document);
        let object = objects::put(&*ports.backend, &key, &what, &bytes, &*ports.entropy);
        Ok((pages, Digest::of(&bytes), object))
    });
    let (pages, sha256, object) = examined.await?.unwrap_or(Err(PdfError::Damaged))?;
    let size_bytes = u64::try_from(command.bytes.len()).ok().and_then(NonZeroU64::new);
    Ok(NewDocument {
        id: document,
        title: command.title.clone(),
        sha256,
        size_bytes: size_bytes.ok_or(PdfError::NotPdf)?,
        pages,
        media_type: MediaType::Pdf,
        object: objects::name_of(&object?)?,
    })
}

/// The number of pages of a PDF that can be signed.
fn examine(bytes: &Bytes) -> Result<NonZeroU32, PdfError> {
    if bytes.len() > MAX_DOCUMENT_BYTES {
        return Err(PdfError::TooLarge);
    }
    if !bytes.starts_with(b"%PDF-") {
        return Err(PdfError::NotPdf);
    }
    let options =
        LoadOptions { max_decompressed_size: Some(MAX_UNFOLDED_BYTES), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(bytes, options).map_err(|error| {
        let encrypted =
            matches!(error, lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_));
        if encrypted { PdfError::Encrypted } else { PdfError::Damaged }
    })?;
    if document.was_encrypted() || document.trailer.has(b"Encrypt") {
        return Err(PdfError::Encrypted);
    }
    if document.xref_recovery.is_some() {
        // Two readers may repair the same damage in two ways and then show two documents.
        return Err(PdfError::Damaged);
    }
    let most = usize::try_from(MAX_PAGES).unwrap_or(usize::MAX);
    let pages = document.page_iter().take(most + 1).count();
    if pages > most {
        return Err(PdfError::TooManyPages);
    }
    u32::try_from(pages).ok().and_then(NonZeroU32::new).ok_or(PdfError::NoPage)
}
