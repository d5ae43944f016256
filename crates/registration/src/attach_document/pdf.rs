//! Looks at a PDF before it becomes a document: whole, not encrypted, not too long, nothing
//! in it that acts. What it says is nobody's business here.

use std::num::{NonZeroU32, NonZeroU64};

use bytes::Bytes;
use heqi_evidence_store::vault::DataKey;
use heqi_filing::{MediaType, NewDocument};
use heqi_paper::{Limits, Refusal};
use heqi_vocabulary::{Digest, DocumentId};

use super::{AttachDocument, AttachDocumentError};
use crate::decoding;
use crate::fault::{Class, Fault};
use crate::objects;
use crate::platform::Platform;
use crate::wording::{Told, refusals, say};

/// The longest document, in bytes: 20 MiB.
pub const MAX_DOCUMENT_BYTES: usize = 20 << 20;
/// The most pages.
pub const MAX_PAGES: u32 = 2000;

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
    /// It carries scripts, or does something by itself when it is opened: what is signed could
    /// look different tomorrow.
    #[error("the PDF has active content")]
    Active,
    /// It has no page.
    #[error("the PDF has no page")]
    NoPage,
    /// It has more than [`MAX_PAGES`].
    #[error("the PDF has more than {MAX_PAGES} pages")]
    TooManyPages,
    /// A part of it unfolds to more than a page can need.
    #[error("a part of the PDF unfolds to too much")]
    Unfolds,
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
            Self::Active => say(
                "document_active",
                [
                    "该PDF含有脚本、动态表单或会自动执行的动作，不同的人看到的内容可能不同。",
                    "请“打印为PDF”另存一份后重新上传。",
                ],
                [
                    "The PDF holds a script, a dynamic form or an action, so it may show different things to different people.",
                    "Print it to a new PDF and upload that one.",
                ],
            )
            .is(Class::BadInput),
            Self::Unfolds => say(
                "document_unfolds",
                [
                    "该PDF中有图片或数据解压后过大，无法安全打开。",
                    "请将扫描分辨率降到600 dpi以下，重新生成后上传。",
                ],
                [
                    "An image or other part of the PDF unfolds to too much to be opened safely.",
                    "Scan with less than 600 dpi, make the file again and upload it.",
                ],
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

/// Demands a PDF that could be signed, of a file that is only looked into.
pub(crate) async fn inspect_pdf(
    platform: &Platform,
    bytes: &Bytes,
) -> Result<Result<NonZeroU32, PdfError>, Fault> {
    let bytes = bytes.clone();
    let examined = decoding::run(platform, move || examine(&bytes)).await?;
    Ok(examined.unwrap_or(Err(PdfError::Damaged)))
}

/// The number of pages of a PDF that can be signed.
fn examine(bytes: &Bytes) -> Result<NonZeroU32, PdfError> {
    if bytes.len() > MAX_DOCUMENT_BYTES {
        return Err(PdfError::TooLarge);
    }
    let limits = Limits { pages: MAX_PAGES, ..Limits::default() };
    heqi_paper::inspect(bytes, &limits).map_err(|refusal| match refusal {
        Refusal::NotPdf => PdfError::NotPdf,
        Refusal::Encrypted => PdfError::Encrypted,
        Refusal::NoPage => PdfError::NoPage,
        Refusal::TooManyPages => PdfError::TooManyPages,
        Refusal::Active => PdfError::Active,
        Refusal::Unfolds => PdfError::Unfolds,
        _ => PdfError::Damaged,
    })
}
